// SPDX-License-Identifier: GPL-2.0
/*
 * Descriptors that outlive their device, and devices that outlive their
 * descriptors.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "pci_test.h"
#include "vendor_test.h"

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
	EXPECT_TRUE(contexts_are(self->control, 9));
	ASSERT_EQ(0, driver_unbind(self->auxiliary));
	EXPECT_EQ(self->nodes - 1, node_count());
	EXPECT_TRUE(contexts_are(self->control, 0));
	EXPECT_TRUE(all_gone(self->fd));
	for (int i = 0; i < 8; i++) {
		EXPECT_TRUE(all_gone(more[i]));
		EXPECT_EQ(0, close(more[i]));
	}
	EXPECT_EQ(-ENOENT, node_open(0));

	/* The device has its number again; the old descriptor stays dead. */
	ASSERT_EQ(0, driver_bind(self->auxiliary));
	ASSERT_TRUE(node_wait(self->nodes));
	EXPECT_STREQ(self->function, node_function(0));
	EXPECT_TRUE(all_gone(self->fd));
	more[0] = node_open(0);
	ASSERT_LE(0, more[0]);
	EXPECT_EQ(0, ask_shortly(more[0]));
	close(more[0]);
}

/* Theory: a device that comes back gets the lowest free number. */
TEST_F_TIMEOUT(lifetime, number_reuse, TEST_S)
{
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, driver_unbind(self->auxiliary));
		/* With its last descriptor closed before or after. */
		if (i % 2)
			close(self->fd);
		ASSERT_EQ(0, driver_bind(self->auxiliary));
		if (!(i % 2))
			close(self->fd);
		self->fd = node_open(0);
		ASSERT_LE(0, self->fd);
		EXPECT_STREQ(self->function, node_function(0));
		EXPECT_EQ(0, ask_shortly(self->fd));
	}
}

/* Theory: the driver's module can go while descriptors are open, the core's not. */
TEST_F_TIMEOUT(lifetime, module_unload, TEST_S)
{
	EXPECT_LT(0, read_number("/sys/module/fwctl/refcnt"));
	ASSERT_EQ(0, module_remove(vendor()->module));
	EXPECT_EQ(0, node_count());
	EXPECT_TRUE(contexts_are(self->control, 0));
	EXPECT_TRUE(all_gone(self->fd));
	EXPECT_NE(0, module_remove("fwctl"));
	close(self->fd);
	if (sole_vendor()) {
		EXPECT_EQ(0, read_number("/sys/module/fwctl/refcnt"));
		EXPECT_EQ(0, module_remove("fwctl"));
	}

	ASSERT_EQ(0, modprobe(vendor()->module));
	ASSERT_TRUE(node_wait(self->nodes));
	self->fd = node_open(0);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, ask_shortly(self->fd));
}

/* Theory: removal of the PCI function leaves descriptors that only close. */
TEST_F_TIMEOUT(lifetime, pci_remove, TEST_S)
{
	ASSERT_EQ(0, function_remove(self->function));
	EXPECT_EQ(self->nodes - 1, node_count());
	EXPECT_TRUE(all_gone(self->fd));
	EXPECT_TRUE(contexts_are(self->control, 0));
	/* A vendor without contexts has no pages either. */
	if (vendor()->contexts)
		EXPECT_EQ(0, firmware_objects(self->control, "page"));
	ASSERT_EQ(0, pci_rescan());
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
		_exit(-ask_shortly(own));
	}
	return firmware_pending_wait(control, 1) ? child : -1;
}

/*
 * Theory: a caller that is killed while the firmware is busy dies at once, and
 * what it owned is given back when the firmware is done.
 */
TEST_F_TIMEOUT(lifetime, kill_in_flight, TEST_S)
{
	struct fwctl_info info;
	pid_t child;
	int status;

	NOT_UPSTREAM("delivers in its caller");
	ASSERT_TRUE(firmware_hold(self->control, vendor()->opcode, 1));
	child = busy_child(self->fd, self->control);
	ASSERT_LT(0, child);
	ASSERT_EQ(0, kill(child, SIGKILL));
	ASSERT_TRUE(child_wait(child, &status));
	EXPECT_TRUE(WIFSIGNALED(status));
	/* It is dead, and the firmware still works on its command. */
	EXPECT_EQ(1, firmware_pending(self->control));
	EXPECT_TRUE(contexts_are(self->control, 2));
	/* Others are not held up. */
	EXPECT_EQ(0, info_shortly(self->fd, &info));
	firmware_release(self->control);
	EXPECT_TRUE(contexts_wait(self->control, 1));
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

	ASSERT_TRUE(answers_late(self->control, 1));
	child = busy_child(self->fd, self->control);
	ASSERT_LT(0, child);
	ASSERT_EQ(0, driver_unbind(self->auxiliary));
	EXPECT_EQ(0, firmware_pending(self->control));
	EXPECT_TRUE(contexts_are(self->control, 0));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(0, WEXITSTATUS(status));
	EXPECT_TRUE(all_gone(self->fd));
	ASSERT_EQ(0, driver_bind(self->auxiliary));
}

/* Theory: the same for a driver's module that goes. */
TEST_F_TIMEOUT(lifetime, unload_in_flight, TEST_S)
{
	pid_t child;
	int status;

	ASSERT_TRUE(answers_late(self->control, 1));
	child = busy_child(self->fd, self->control);
	ASSERT_LT(0, child);
	ASSERT_EQ(0, module_remove(vendor()->module));
	EXPECT_EQ(0, firmware_pending(self->control));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, WEXITSTATUS(status));
	ASSERT_EQ(0, modprobe(vendor()->module));
}

TEST_HARNESS_MAIN
