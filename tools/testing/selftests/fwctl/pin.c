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
	ASSERT_EQ(0, write_file(DRIVER "/unbind", self->auxiliary));
	EXPECT_TRUE(all_gone(self->fd));
	EXPECT_EQ(0, waitpid(child, &status, WNOHANG));
	ASSERT_EQ(0, kill(child, SIGKILL));
	ASSERT_TRUE(child_wait(child, &status));
	EXPECT_TRUE(pinned_wait(self->pinned));
	ASSERT_EQ(0, write_file(DRIVER "/bind", self->auxiliary));
}

/* In a cgroup with this limit, too little to register @room. 0, or what went wrong. */
static int at_limit(FIXTURE_DATA(pin) *self, const struct group *group,
		    const char *limit, char *room, size_t len)
{
	struct fwctl_rsc_umem_reg umem;

	/* It is not to pay for what maps the memory. */
	for (size_t at = 0; at < len; at += PAGE)
		room[at] = 1;
	if (group_write(group, "memory.max", limit) ||
	    group_write(group, "cgroup.procs", "0"))
		return 100;
	for (int i = 0; i < 20; i++)
		if (umem_register(self->fd, 0, room, len, &umem) != -ENOMEM)
			return 1;
	/* What is below goes on. */
	return umem_register(self->fd, 0, room, PAGE, &umem) ||
	       rsc_destroy(self->fd, umem.rsc_id) ? 2 : 0;
}

/*
 * Theory: the tables for a umem are charged to who registers it; at the limit that
 * is refused, and nobody is killed for it.
 */
TEST_F_TIMEOUT(pin, cgroup, TEST_S)
{
	/* 128 KiB are for the pages; as much is for the firmware, if it is told of each. */
	static const char *const limits[] = { "128K", "256K" };
	const size_t len = 64 * MIB;
	struct group group;
	char *room;
	int status;

	GROUP_MAKE(&group);
	/* Paid for by others. */
	room = mmap(NULL, len, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	ASSERT_NE(MAP_FAILED, room);
	for (int i = 0; i < 2 - has_iommu(); i++) {
		pid_t child = fork();

		if (!child)
			_exit(at_limit(self, &group, limits[i], room, len));
		ASSERT_TRUE(child_wait(child, &status));
		EXPECT_TRUE(WIFEXITED(status));
		EXPECT_EQ(0, WEXITSTATUS(status)) {
			TH_LOG("limit %s", limits[i]);
		}
		EXPECT_EQ(0, group_number(&group, "memory.events", "oom_kill"));
		EXPECT_EQ(0, firmware_objects(self->control, "umem"));
		EXPECT_EQ(self->pinned, pinned_pages());
	}
	munmap(room, len);
	EXPECT_TRUE(patient(group_empty, &group));
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
