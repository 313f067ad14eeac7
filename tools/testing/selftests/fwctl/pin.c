// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that cannot be had, not now or not ever, and more of it than there is
 * room for: what registering it says, and that it leaves nothing pinned.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "group_test.h"
#include "kselftest_harness.h"
#include "umem_test.h"
#include "vendor_test.h"

FIXTURE(pin)
{
	int fd;
	int control;
	unsigned int nodes;
	long long pinned;
	char auxiliary[256];
};

FIXTURE_SETUP(pin)
{
	NOT_UPSTREAM("has no umems");
	self->fd = NODE_OPEN(0);
	self->control = CONTROL_OPEN(0);
	self->nodes = node_count();
	self->pinned = pinned_pages();
	snprintf(self->auxiliary, sizeof(self->auxiliary), "%s",
		 function_auxiliary(node_function(0)));
}

FIXTURE_TEARDOWN(pin)
{
	close(self->fd);
	EXPECT_TRUE(firmware_objects_wait(self->control, "umem", 0));
	EXPECT_TRUE(pinned_wait(self->pinned));
	EXPECT_TRUE(node_wait(self->nodes));
	close(self->control);
}

/* Where the file system is, and the file that has it. */
#define FOLDER "/tmp/fwctl-ext4"
#define IMAGE FOLDER ".img"

static int run(const char *command)
{
	int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/*
 * Theory: a file system that keeps track of who writes is told of pages that the
 * processor writes, so a device must not: no such mapping is taken.
 */
TEST_F_TIMEOUT(pin, file, TEST_S)
{
	struct fwctl_rsc_umem_reg umem;
	char *shared, *private;
	int file;

	if (run("mke2fs -V 2>/dev/null") && !device_required())
		SKIP(return, "no mke2fs");
	ASSERT_EQ(0, run("truncate -s 8M " IMAGE " && mke2fs -q -t ext4 " IMAGE));
	/* Unless it is a part of the kernel. */
	modprobe("-q loop");
	ASSERT_TRUE(!mkdir(FOLDER, 0700) || errno == EEXIST);
	ASSERT_EQ(0, run("mount -o loop " IMAGE " " FOLDER));
	file = open(FOLDER "/file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ASSERT_LE(0, file);
	ASSERT_EQ(0, ftruncate(file, PAGE));
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	private = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
	close(file);
	ASSERT_NE(MAP_FAILED, shared);
	ASSERT_NE(MAP_FAILED, private);

	EXPECT_EQ(-EFAULT, umem_register(self->fd, 0, shared, PAGE, &umem));
	/* Nor once the processor has written. */
	shared[0] = 1;
	EXPECT_EQ(-EFAULT, umem_register(self->fd, 0, shared, PAGE, &umem));
	EXPECT_EQ(0, firmware_objects(self->control, "umem"));
	EXPECT_EQ(self->pinned, pinned_pages());
	/* What it writes for itself only is memory as any other. */
	EXPECT_EQ(0, umem_register(self->fd, 0, private, PAGE, &umem));
	EXPECT_EQ(0, rsc_destroy(self->fd, umem.rsc_id));
	munmap(shared, PAGE);
	munmap(private, PAGE);
	EXPECT_EQ(0, run("umount " FOLDER));
	unlink(IMAGE);
}

static void register_stalled(void *page, void *fd)
{
	struct fwctl_rsc_umem_reg umem;

	umem_register(*(int *)fd, 0, (char *)page - STALL_BEFORE, STALL_BEFORE + STALL,
		      &umem);
}

/*
 * Theory: who waits for a page holds up nobody: not the descriptor that it uses,
 * not the end of the driver, not its own death; and that gives back what it had.
 */
TEST_F_TIMEOUT(pin, stalled, TEST_S)
{
	pid_t child = stalled_child(register_stalled, &self->fd);
	struct fwctl_rsc_umem_reg umem;
	char *room = memory(PAGE);
	int status;

	ASSERT_LT(0, child);
	EXPECT_EQ(0, read_mgir(self->fd));
	EXPECT_EQ(0, umem_register(self->fd, 0, room, PAGE, &umem));
	EXPECT_EQ(0, rsc_destroy(self->fd, umem.rsc_id));
	EXPECT_EQ(0, waitpid(child, &status, WNOHANG));
	ASSERT_EQ(0, kill(child, SIGKILL));
	ASSERT_TRUE(child_wait(child, &status));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_TRUE(pinned_wait(self->pinned));

	child = stalled_child(register_stalled, &self->fd);
	ASSERT_LT(0, child);
	ASSERT_EQ(0, driver_unbind(self->auxiliary));
	EXPECT_TRUE(all_gone(self->fd));
	EXPECT_EQ(0, waitpid(child, &status, WNOHANG));
	ASSERT_EQ(0, kill(child, SIGKILL));
	ASSERT_TRUE(child_wait(child, &status));
	EXPECT_TRUE(pinned_wait(self->pinned));
	ASSERT_EQ(0, driver_bind(self->auxiliary));
}

/* Loads the modules again, the core with these parameters. */
#define RELOAD(parameters)                                                     \
	do {                                                                   \
		close(self->fd);                                               \
		ASSERT_EQ(0, module_remove("mlx5_fwctl"));                     \
		ASSERT_EQ(0, module_remove("fwctl"));                          \
		ASSERT_EQ(0, modprobe("fwctl " parameters));                   \
		ASSERT_EQ(0, modprobe("mlx5_fwctl"));                          \
		ASSERT_TRUE(node_wait(self->nodes));                           \
		self->fd = node_open(0);                                       \
		ASSERT_LE(0, self->fd);                                        \
	} while (0)

enum { HUGE = 2 * MIB, COPIES = 512 };

/* 1 GiB of addresses with one huge page behind them, each time the same; NULL if there is none. */
static char *same_page_often(void)
{
	char *room = mmap(NULL, COPIES * (size_t)HUGE, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int page = memfd_create("huge", MFD_CLOEXEC | MFD_HUGETLB);

	room = (char *)(((uintptr_t)room + HUGE - 1) & ~(uintptr_t)(HUGE - 1));
	if (page < 0 || ftruncate(page, HUGE))
		return NULL;
	for (int i = 0; i < COPIES - 1; i++)
		if (mmap(room + i * (size_t)HUGE, HUGE, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED | MAP_POPULATE, page, 0) == MAP_FAILED)
			return NULL;
	close(page);
	return room;
}

/* In a cgroup with this limit, too little to register @len bytes. 0, or what went wrong. */
static int at_limit(FIXTURE_DATA(pin) *self, const struct group *group,
		    const char *limit, char *room, size_t len)
{
	struct fwctl_rsc_umem_reg umem;

	/* It is not to pay for what maps the memory. */
	for (size_t at = 0; at < len; at += HUGE)
		room[at] = 1;
	if (group_write(group, "memory.max", limit) ||
	    group_write(group, "cgroup.procs", "0"))
		return 100;
	for (int i = 0; i < 5; i++)
		if (umem_register(self->fd, 0, room, len, &umem) != -ENOMEM)
			return 1;
	/* What is below goes on. */
	return umem_register(self->fd, 0, room, PAGE, &umem) ||
	       rsc_destroy(self->fd, umem.rsc_id) ? 2 : 0;
}

/*
 * Theory: the tables for a umem are charged to who registers it; at the limit that
 * is refused, and nobody is killed for it. Megabytes of tables, as each processor
 * may keep a quarter of one in reserve for a cgroup.
 */
TEST_F_TIMEOUT(pin, cgroup, TEST_S)
{
	/* 2 MiB are for the pages; as much is for the firmware, if it is told of each. */
	static const char *const limits[] = { "1536K", "3M" };
	/* Out of step with huge pages, so that it is. */
	const size_t len = (COPIES - 1) * (size_t)HUGE - PAGE;
	struct group group;
	char *room;
	int status;

	GROUP_MAKE(&group);
	RELOAD("max_umem_mb=1024 max_device_mb=1024");
	write_file("/proc/sys/vm/nr_hugepages", "1");
	room = same_page_often();
	if (!room)
		SKIP(return, "the machine has no huge page to give");
	for (int i = 0; i < 2 - has_iommu(); i++) {
		pid_t child = fork();

		if (!child)
			_exit(at_limit(self, &group, limits[i], room + PAGE, len));
		ASSERT_TRUE(child_wait(child, &status));
		EXPECT_TRUE(WIFEXITED(status));
		EXPECT_EQ(0, WEXITSTATUS(status)) {
			TH_LOG("limit %s", limits[i]);
		}
		EXPECT_EQ(0, group_number(&group, "memory.events", "oom_kill"));
		EXPECT_EQ(0, firmware_objects(self->control, "umem"));
		EXPECT_EQ(self->pinned, pinned_pages());
	}
	munmap(room, len + PAGE);
	write_file("/proc/sys/vm/nr_hugepages", "0");
	EXPECT_TRUE(patient(group_empty, &group));
	RELOAD("");
}

/* Theory: one umem, and all of a device, have a limit, and each device one of its own. */
TEST_F_TIMEOUT(pin, budget, TEST_S)
{
	struct fwctl_rsc_umem_reg first, umem;
	char *room = memory(3 * MIB);
	int second;

	ASSERT_NE(NULL, room);
	RELOAD("max_umem_mb=2 max_device_mb=3");
	second = node_open(0);
	EXPECT_EQ(-EINVAL, umem_register(self->fd, 0, room, 2 * MIB + 1, &umem));
	ASSERT_EQ(0, umem_register(self->fd, 0, room, 2 * MIB, &first));
	EXPECT_EQ(-ENOMEM, umem_register(second, 0, room, MIB + 1, &umem));
	EXPECT_EQ(self->pinned + 2 * MIB / PAGE, pinned_pages());
	/* It is whole pages that count. */
	EXPECT_EQ(-ENOMEM, umem_register(second, 0, room + 1, MIB, &umem));
	EXPECT_EQ(0, umem_register(second, 0, room, MIB, &umem));
	EXPECT_EQ(-ENOMEM, umem_register(self->fd, 0, room, 1, &umem));
	if (self->nodes > 1) {
		int other = node_open(1);

		EXPECT_EQ(0, umem_register(other, 0, room, 2 * MIB, &umem));
		close(other);
	}
	/* What ends makes room, by a call or with its descriptor. */
	close(second);
	EXPECT_EQ(0, umem_register(self->fd, 0, room, 1, &umem));
	EXPECT_EQ(0, rsc_destroy(self->fd, first.rsc_id));
	EXPECT_EQ(0, umem_register(self->fd, 0, room, 2 * MIB, &umem));
	RELOAD("");
	munmap(room, 3 * MIB);
}

/* Theory: as many as a descriptor can have, if the driver is told to allow it. */
TEST_F_TIMEOUT(pin, most, TEST_S)
{
	enum { MOST = 4096 };
	struct fwctl_rsc_umem_reg umem;
	char *room = memory(MOST * PAGE);

	ASSERT_NE(NULL, room);
	ASSERT_EQ(0, module_remove("mlx5_fwctl"));
	close(self->fd);
	ASSERT_EQ(0, modprobe("mlx5_fwctl max_objects=4096"));
	ASSERT_TRUE(node_wait(self->nodes));
	self->fd = node_open(0);
	for (int i = 0; i < MOST; i++)
		ASSERT_EQ(0, umem_register(self->fd, 0, room + i * PAGE, PAGE, &umem));
	EXPECT_EQ(-ENOSPC, umem_register(self->fd, 0, room, PAGE, &umem));
	EXPECT_EQ(MOST, firmware_objects(self->control, "umem"));
	EXPECT_EQ(self->pinned + MOST, pinned_pages());
	EXPECT_EQ(0, rsc_destroy(self->fd, MOST));
	EXPECT_EQ(0, umem_register(self->fd, 0, room, PAGE, &umem));
	EXPECT_EQ(MOST + 1, umem.rsc_id);
	close(self->fd);
	EXPECT_EQ(0, firmware_objects(self->control, "umem"));
	EXPECT_EQ(self->pinned, pinned_pages());

	ASSERT_EQ(0, module_remove("mlx5_fwctl"));
	ASSERT_EQ(0, modprobe("mlx5_fwctl"));
	ASSERT_TRUE(node_wait(self->nodes));
	self->fd = node_open(0);
}

TEST_HARNESS_MAIN
