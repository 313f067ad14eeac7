// SPDX-License-Identifier: GPL-2.0
/*
 * Descriptors that outlive their device, and devices that outlive their
 * descriptors.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fwctl_test.h"
#include "kselftest_harness.h"

/* How long the firmware works on what is in flight. */
enum { LATE_MS = 3000 };

FIXTURE(lifetime)
{
	int fd;
	int control;
	unsigned int nodes;
	char function[64];
	char auxiliary[256];
};

FIXTURE_SETUP(lifetime)
{
	self->fd = NODE_OPEN(0);
	self->control = CONTROL_OPEN(0);
	self->nodes = node_count();
	snprintf(self->function, sizeof(self->function), "%s", node_function(0));
	snprintf(self->auxiliary, sizeof(self->auxiliary), "%s",
		 function_auxiliary(self->function));
	ASSERT_STRNE("", self->auxiliary);
}

FIXTURE_TEARDOWN(lifetime)
{
	firmware_release(self->control);
	close(self->fd);
	close(self->control);
	/* Whatever a test did, the next one finds all nodes. */
	EXPECT_TRUE(node_wait(self->nodes));
}

/* Theory: unbind ends the UIDs of open descriptors, which then only close. */
TEST_F_TIMEOUT(lifetime, unbind, TEST_S)
{
	int more[8];

	for (int i = 0; i < 8; i++) {
		more[i] = node_open(0);
		ASSERT_LE(0, more[i]);
	}
	EXPECT_LE(9, firmware_objects(self->control, "uid"));
	ASSERT_EQ(0, write_file(DRIVER "/unbind", self->auxiliary));
	EXPECT_EQ(self->nodes - 1, node_count());
	EXPECT_EQ(0, firmware_objects(self->control, "uid"));
	EXPECT_TRUE(all_gone(self->fd));
	for (int i = 0; i < 8; i++) {
		EXPECT_TRUE(all_gone(more[i]));
		EXPECT_EQ(0, close(more[i]));
	}
	EXPECT_EQ(-ENOENT, node_open(0));

	/* The device has its number again; the old descriptor stays dead. */
	ASSERT_EQ(0, write_file(DRIVER "/bind", self->auxiliary));
	ASSERT_TRUE(node_wait(self->nodes));
	EXPECT_STREQ(self->function, node_function(0));
	EXPECT_TRUE(all_gone(self->fd));
	more[0] = node_open(0);
	ASSERT_LE(0, more[0]);
	EXPECT_EQ(0, read_mgir(more[0]));
	close(more[0]);
}

/* Theory: a device that comes back gets the lowest free number. */
TEST_F_TIMEOUT(lifetime, number_reuse, TEST_S)
{
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, write_file(DRIVER "/unbind", self->auxiliary));
		/* With its last descriptor closed before or after. */
		if (i % 2)
			close(self->fd);
		ASSERT_EQ(0, write_file(DRIVER "/bind", self->auxiliary));
		if (!(i % 2))
			close(self->fd);
		self->fd = node_open(0);
		ASSERT_LE(0, self->fd);
		EXPECT_STREQ(self->function, node_function(0));
		EXPECT_EQ(0, read_mgir(self->fd));
	}
}

/* Theory: the driver's module can go while descriptors are open, the core's not. */
TEST_F_TIMEOUT(lifetime, module_unload, TEST_S)
{
	EXPECT_LT(0, read_number("/sys/module/fwctl/refcnt"));
	ASSERT_EQ(0, module_remove("mlx5_fwctl"));
	EXPECT_EQ(0, node_count());
	EXPECT_EQ(0, firmware_objects(self->control, "uid"));
	EXPECT_TRUE(all_gone(self->fd));
	EXPECT_NE(0, module_remove("fwctl"));
	close(self->fd);
	EXPECT_EQ(0, read_number("/sys/module/fwctl/refcnt"));
	EXPECT_EQ(0, module_remove("fwctl"));

	ASSERT_EQ(0, modprobe("mlx5_fwctl"));
	ASSERT_TRUE(node_wait(self->nodes));
	self->fd = node_open(0);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, read_mgir(self->fd));
}

/* Theory: removal of the PCI function leaves descriptors that only close. */
TEST_F_TIMEOUT(lifetime, pci_remove, TEST_S)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/remove",
		 self->function);
	ASSERT_EQ(0, write_file(path, "1"));
	EXPECT_EQ(self->nodes - 1, node_count());
	EXPECT_TRUE(all_gone(self->fd));
	EXPECT_EQ(0, firmware_objects(self->control, "uid"));
	EXPECT_EQ(0, firmware_objects(self->control, "page"));
	ASSERT_EQ(0, write_file("/sys/bus/pci/rescan", "1"));
	ASSERT_TRUE(node_wait(self->nodes));
	EXPECT_TRUE(all_gone(self->fd));
}

/* A child with a descriptor of its own, and its command with the firmware. */
static pid_t busy_child(int fd, int control)
{
	pid_t child = fork();

	if (!child) {
		int own = node_open(0);

		close(fd);
		_exit(-read_mgir(own));
	}
	return firmware_pending_wait(control, 1) ? child : -1;
}

/*
 * Theory: a caller that is killed while the firmware is busy dies at once, and
 * what it owned is given back when the firmware is done.
 */
TEST_F_TIMEOUT(lifetime, kill_in_flight, TEST_S)
{
	long long uids = firmware_objects(self->control, "uid");
	struct fwctl_info_mlx5 data;
	pid_t child;
	int status;

	NOT_UPSTREAM("delivers in its caller");
	ASSERT_TRUE(firmware_hold(self->control, OP_ACCESS_REG, 1));
	child = busy_child(self->fd, self->control);
	ASSERT_LT(0, child);
	ASSERT_EQ(0, kill(child, SIGKILL));
	ASSERT_TRUE(child_wait(child, &status));
	EXPECT_TRUE(WIFSIGNALED(status));
	/* It is dead, and the firmware still works on its command. */
	EXPECT_EQ(1, firmware_pending(self->control));
	EXPECT_EQ(uids + 1, firmware_objects(self->control, "uid"));
	/* Others are not held up. */
	EXPECT_EQ(0, info_mlx5(self->fd, &data));
	firmware_release(self->control);
	EXPECT_TRUE(firmware_objects_wait(self->control, "uid", uids));
	EXPECT_EQ(0, firmware_pending(self->control));
}

/*
 * Theory: unbind waits for the command that is with the firmware, and gives its
 * caller the answer; only then it ends the UID.
 */
TEST_F_TIMEOUT(lifetime, unbind_in_flight, TEST_S)
{
	pid_t child;
	int status;

	ASSERT_TRUE(firmware_late(self->control, OP_ACCESS_REG, 1, LATE_MS));
	child = busy_child(self->fd, self->control);
	ASSERT_LT(0, child);
	ASSERT_EQ(0, write_file(DRIVER "/unbind", self->auxiliary));
	EXPECT_EQ(0, firmware_pending(self->control));
	EXPECT_EQ(0, firmware_objects(self->control, "uid"));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(0, WEXITSTATUS(status));
	EXPECT_TRUE(all_gone(self->fd));
	ASSERT_EQ(0, write_file(DRIVER "/bind", self->auxiliary));
}

/* Theory: the same for a driver's module that goes. */
TEST_F_TIMEOUT(lifetime, unload_in_flight, TEST_S)
{
	pid_t child;
	int status;

	ASSERT_TRUE(firmware_late(self->control, OP_ACCESS_REG, 1, LATE_MS));
	child = busy_child(self->fd, self->control);
	ASSERT_LT(0, child);
	ASSERT_EQ(0, module_remove("mlx5_fwctl"));
	EXPECT_EQ(0, firmware_pending(self->control));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, WEXITSTATUS(status));
	ASSERT_EQ(0, modprobe("mlx5_fwctl"));
}

TEST_HARNESS_MAIN
