// SPDX-License-Identifier: GPL-2.0
/*
 * What firmware does not let go of: said, and if it is memory, pinned until the
 * device is quiet.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crowd_test.h"
#include "kselftest_harness.h"
#include "pci_test.h"
#include "vendor_test.h"

enum { UMEMS = 64, OP_DESTROY_UMEM = 0xa0a };

FIXTURE(quarantine)
{
	int fd;
	int control;
	unsigned int nodes;
	long long pinned;
	char function[64];
	char auxiliary[256];
};

FIXTURE_SETUP(quarantine)
{
	if (upstream_driver())
		SKIP(return, "the kernel's C driver has no umems");
	self->fd = NODE_OPEN(0);
	self->control = CONTROL_OPEN(0);
	self->nodes = node_count();
	self->pinned = pinned_pages();
	snprintf(self->function, sizeof(self->function), "%s", node_function(0));
	snprintf(self->auxiliary, sizeof(self->auxiliary), "%s",
		 function_auxiliary(self->function));
}

FIXTURE_TEARDOWN(quarantine)
{
	close(self->fd);
	EXPECT_TRUE(node_wait(self->nodes));
	EXPECT_TRUE(pinned_wait(self->pinned));
	EXPECT_EQ(0, firmware_objects(self->control, "umem"));
	close(self->control);
}

/* Takes the PCI function away from its driver, which ends all that it can do, and back. */
#define UNBIND()                                                               \
	ASSERT_EQ(0, write_file("/sys/bus/pci/drivers/mlx5_core/unbind", self->function))
#define BIND()                                                                 \
	do {                                                                   \
		ASSERT_EQ(0, write_file("/sys/bus/pci/drivers/mlx5_core/bind", \
					self->function));                      \
		ASSERT_TRUE(node_wait(self->nodes));                           \
		self->fd = node_open(0);                                       \
		EXPECT_LE(0, self->fd);                                        \
	} while (0)

static int register_all(int fd, char *room)
{
	struct fwctl_rsc_umem_reg umem;
	int ret = 0;

	for (int i = 0; i < UMEMS && !ret; i++)
		ret = umem_register(fd, i % 2, room + 2 * i * PAGE, 2 * PAGE, &umem);
	return ret;
}

/* Theory: firmware that refuses once is asked again; until then the umem is there. */
TEST_F_TIMEOUT(quarantine, second_attempt, TEST_S)
{
	struct fwctl_rsc_umem_reg umem;
	char *room = memory(PAGE);

	ASSERT_NE(NULL, room);
	ASSERT_EQ(0, umem_register(self->fd, FWCTL_UMEM_MKEY, room, PAGE, &umem));
	ASSERT_TRUE(firmware_refuse(self->control, OP_DESTROY_UMEM));
	EXPECT_EQ(-EIO, rsc_destroy(self->fd, umem.rsc_id));
	EXPECT_EQ(self->pinned + 1, pinned_pages());
	EXPECT_EQ(0, rsc_destroy(self->fd, umem.rsc_id));
	EXPECT_EQ(self->pinned, pinned_pages());
}

/*
 * Theory: what firmware refuses to the end stays pinned over the end of the
 * descriptor, of the process and of the driver, keeps the core loaded, and comes
 * back when the PCI function is unbound.
 */
TEST_F_TIMEOUT(quarantine, refused, TEST_S)
{
	int status;
	pid_t child = fork();

	if (!child) {
		struct fwctl_rsc_umem_reg umem;
		int fd = node_open(0);

		close(self->fd);
		_exit(umem_register(fd, 0, memory(PAGE), PAGE, &umem) ||
		      !firmware_refuse(self->control, OP_DESTROY_UMEM));
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_EQ(0, status);
	EXPECT_EQ(self->pinned + 1, pinned_pages());

	/* Binding the auxiliary device again proves nothing. */
	ASSERT_EQ(0, driver_unbind(self->auxiliary));
	EXPECT_EQ(self->pinned + 1, pinned_pages());
	close(self->fd);
	EXPECT_EQ(0, module_remove("mlx5_fwctl"));
	EXPECT_EQ(-EWOULDBLOCK, module_remove("fwctl"));
	ASSERT_EQ(0, modprobe("mlx5_fwctl"));
	ASSERT_TRUE(node_wait(self->nodes));
	EXPECT_EQ(self->pinned + 1, pinned_pages());

	UNBIND();
	EXPECT_EQ(self->pinned, pinned_pages());
	BIND();
}

/*
 * Theory: firmware that goes on writing hits nobody: not the one who takes all
 * memory that there is once the process is gone.
 */
TEST_F_TIMEOUT(quarantine, late_write, TEST_S)
{
	enum { PAGES = 64 };
	struct fwctl_rsc_umem_reg *umem = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
					       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *taken;
	struct sysinfo machine;
	int status, hits = 0;
	size_t take;
	pid_t child;

	ASSERT_NE(MAP_FAILED, umem);
	child = fork();
	if (!child) {
		int fd = node_open(0);

		close(self->fd);
		_exit(umem_register(fd, 0, memory(PAGES * PAGE), PAGES * PAGE, umem) ||
		      !firmware_refuse(self->control, OP_DESTROY_UMEM));
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_EQ(0, status);

	/* Most of what is free, in single pages: a page that was given back is among them. */
	ASSERT_EQ(0, sysinfo(&machine));
	take = machine.freeram / 8 * 7 & ~(size_t)(PAGE - 1);
	taken = memory(take);
	ASSERT_NE(NULL, taken);
	madvise(taken, take, MADV_NOHUGEPAGE);
	memset(taken, 0x11, take);
	EXPECT_TRUE(firmware_fault(self->control, "\"kind\":\"scribble\",\"umem\":%u",
				   umem->umem_id));
	for (size_t at = 0; at < take; at += PAGE)
		hits += taken[at] != 0x11;
	EXPECT_EQ(0, hits);
	EXPECT_EQ(self->pinned + PAGES, pinned_pages());
	munmap(taken, take);
	munmap(umem, PAGE);

	close(self->fd);
	UNBIND();
	EXPECT_EQ(self->pinned, pinned_pages());
	BIND();
}

/*
 * Theory: an object that stays with the firmware at the end is said in the log, by
 * its number; the rest is ended all the same.
 */
TEST_F_TIMEOUT(quarantine, object, TEST_S)
{
	struct fwctl_info_mlx5 data;
	char what[64];
	int pds[3];

	ASSERT_EQ(0, info_mlx5(self->fd, &data));
	for (int i = 0; i < 3; i++) {
		pds[i] = pd_alloc(self->fd);
		ASSERT_LT(0, pds[i]);
	}
	/* The last one goes first; and a UID with objects is not even asked for. */
	ASSERT_TRUE(firmware_refuse(self->control, OP_DEALLOC_PD));
	close(self->fd);
	EXPECT_EQ(1, firmware_objects(self->control, "pd"));
	EXPECT_EQ(1, firmware_objects(self->control, "uid"));
	snprintf(what, sizeof(what), "did not release PD %#x of UID %u: .*status 0x9",
		 pds[2], data.uid);
	EXPECT_EQ(1, said(what));
	snprintf(what, sizeof(what), "keeps UID %u with 1 of its objects", data.uid);
	EXPECT_EQ(1, said(what));
	UNBIND();
	BIND();
	EXPECT_EQ(0, firmware_objects(self->control, "pd"));
}

static int hold_all(int fd)
{
	return register_all(fd, memory(2 * UMEMS * PAGE));
}

/* Theory: who is killed leaves nothing behind. */
TEST_F_TIMEOUT(quarantine, killed, TEST_S)
{
	pid_t child = holding_child(self->fd, hold_all);
	int status;

	ASSERT_LT(0, child);
	EXPECT_EQ(UMEMS, firmware_objects(self->control, "umem"));
	EXPECT_EQ(UMEMS / 2, firmware_objects(self->control, "mkey"));
	ASSERT_EQ(0, kill(child, SIGKILL));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(pinned_wait(self->pinned));
	EXPECT_EQ(0, firmware_objects(self->control, "mkey"));
	EXPECT_EQ(0, firmware_objects(self->control, "pd"));
}

/* Whether what was armed has been used up. */
static bool all_refused(void *control)
{
	const char *state = control_ask(*(int *)control, "{\"op\":\"state\"}");

	return json_number(state, "armed") == 0;
}

/*
 * Theory: nor does who is killed with calls on their way, and firmware that lets go of
 * no umem, but for the memory; that comes with the function's end.
 */
TEST_F_TIMEOUT(quarantine, crowd, TEST_S)
{
	struct crowd crowd;

	ASSERT_TRUE(crowd_start(&crowd, 0, self->control));
	ASSERT_TRUE(firmware_fault(self->control,
				   "\"kind\":\"bad_status\",\"opcode\":%u,\"times\":%u,"
				   "\"status\":9", OP_DESTROY_UMEM, CROWD_UMEMS));
	ASSERT_EQ(0, kill(crowd.pid, SIGKILL));
	EXPECT_TRUE(crowd_wait(&crowd, false));
	EXPECT_EQ(self->pinned + CROWD_PAGES, pinned_pages());
	/* Answers, and refuses once it is asked. */
	firmware_answer(self->control);
	EXPECT_TRUE(firmware_objects_wait(self->control, "pd", 0));
	EXPECT_TRUE(patient(all_refused, &self->control));
	EXPECT_EQ(CROWD_UMEMS, firmware_objects(self->control, "umem"));
	EXPECT_EQ(self->pinned + CROWD_PAGES, pinned_pages());
	close(self->fd);
	UNBIND();
	EXPECT_TRUE(pinned_wait(self->pinned));
	BIND();
	EXPECT_EQ(0, firmware_objects(self->control, "umem"));
}

/* Theory: unbinding gives all memory back, with the descriptor open. */
TEST_F_TIMEOUT(quarantine, unbound, TEST_S)
{
	char *room = memory(2 * UMEMS * PAGE);

	ASSERT_NE(NULL, room);
	ASSERT_EQ(0, register_all(self->fd, room));
	EXPECT_EQ(self->pinned + 2 * UMEMS, pinned_pages());
	ASSERT_EQ(0, driver_unbind(self->auxiliary));
	EXPECT_EQ(self->pinned, pinned_pages());
	EXPECT_EQ(0, firmware_objects(self->control, "umem"));
	EXPECT_EQ(-ENODEV, rsc_destroy(self->fd, 1));
	ASSERT_EQ(0, driver_bind(self->auxiliary));
}

/* Theory: so does the removal of the function. */
TEST_F_TIMEOUT(quarantine, removed, TEST_S)
{
	char *room = memory(2 * UMEMS * PAGE);

	ASSERT_NE(NULL, room);
	ASSERT_EQ(0, register_all(self->fd, room));
	ASSERT_EQ(0, function_remove(self->function));
	EXPECT_EQ(self->pinned, pinned_pages());
	ASSERT_EQ(0, pci_rescan());
}

TEST_HARNESS_MAIN
