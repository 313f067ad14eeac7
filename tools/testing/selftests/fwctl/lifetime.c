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

#define DRIVER "/sys/bus/auxiliary/drivers/mlx5_fwctl.mlx5_fwctl"

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
	close(self->fd);
	close(self->control);
	/* Whatever a test did, the next one finds all nodes. */
	EXPECT_TRUE(node_wait(self->nodes));
}

/* Every call on a descriptor whose device is gone. */
static bool all_gone(int fd)
{
	struct fwctl_info_mlx5 data;

	return info_mlx5(fd, &data) == -ENODEV && read_mgir(fd) == -ENODEV;
}

/* Theory: unbind ends the UIDs of open descriptors, which then only close. */
TEST_F(lifetime, unbind)
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
TEST_F(lifetime, number_reuse)
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
TEST_F(lifetime, module_unload)
{
	EXPECT_LT(0, read_number("/sys/module/fwctl/refcnt"));
	ASSERT_EQ(0, modprobe("-r mlx5_fwctl 2>/dev/null || rmmod mlx5_fwctl"));
	EXPECT_EQ(0, node_count());
	EXPECT_EQ(0, firmware_objects(self->control, "uid"));
	EXPECT_TRUE(all_gone(self->fd));
	EXPECT_NE(0, modprobe("-r fwctl 2>/dev/null"));
	close(self->fd);
	EXPECT_EQ(0, read_number("/sys/module/fwctl/refcnt"));
	EXPECT_EQ(0, modprobe("-r fwctl"));

	ASSERT_EQ(0, modprobe("mlx5_fwctl"));
	ASSERT_TRUE(node_wait(self->nodes));
	self->fd = node_open(0);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, read_mgir(self->fd));
}

/* Theory: removal of the PCI function leaves descriptors that only close. */
TEST_F(lifetime, pci_remove)
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

/* Theory: a reset of the function ends open descriptors, and a new node works. */
TEST_F(lifetime, function_reset)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/reset",
		 self->function);
	ASSERT_EQ(0, write_file(path, "1"));
	for (int i = 0; i < 3000 && !all_gone(self->fd); i++)
		usleep(20000);
	EXPECT_TRUE(all_gone(self->fd));
	close(self->fd);
	ASSERT_TRUE(node_wait(self->nodes));
	for (unsigned int n = 0; n <= self->nodes; n++) {
		if (strcmp(node_function(n), self->function))
			continue;
		fd = node_open(n);
		ASSERT_LE(0, fd);
		EXPECT_EQ(0, read_mgir(fd));
		close(fd);
	}
	self->fd = node_open(0);
}

/*
 * Theory: a caller that is killed while the firmware is busy dies at once, and
 * what it owned is given back when the firmware is done.
 */
TEST_F(lifetime, kill_in_flight)
{
	long long uids = firmware_objects(self->control, "uid");
	int status;
	pid_t child;

	ASSERT_NE(NULL, control_ask(self->control,
		"{\"op\":\"fault\",\"fault\":{\"kind\":\"delay\",\"opcode\":\"0x805\","
		"\"ms\":3000,\"times\":1}}"));
	child = fork();
	if (!child) {
		int fd = node_open(0);

		close(self->fd);
		read_mgir(fd);
		_exit(0);
	}
	ASSERT_LT(0, child);
	/* Until its command is with the firmware. */
	while (json_number(control_ask(self->control, "{\"op\":\"state\"}"),
			   "pending") < 1)
		usleep(1000);
	ASSERT_EQ(0, kill(child, SIGKILL));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	/* It is dead, and the firmware still works on its command. */
	EXPECT_EQ(1, json_number(control_ask(self->control, "{\"op\":\"state\"}"),
				 "pending"));
	/* Others are not held up. */
	struct fwctl_info_mlx5 data;

	EXPECT_EQ(0, info_mlx5(self->fd, &data));
	for (int i = 0; i < 3000 &&
	     firmware_objects(self->control, "uid") > uids; i++)
		usleep(20000);
	EXPECT_EQ(uids, firmware_objects(self->control, "uid"));
}

TEST_HARNESS_MAIN
