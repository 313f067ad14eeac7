// SPDX-License-Identifier: GPL-2.0
/*
 * Suspend and reload under open descriptors and calls in flight. The VM has to
 * come through a suspend itself, so this program has one of its own.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "vendor_test.h"

enum { IDLE = 4 };

FIXTURE(power)
{
	int control;
	unsigned int nodes;
	char function[64];
	int idle[IDLE];
};

FIXTURE_SETUP(power)
{
	self->idle[0] = NODE_OPEN(0);
	for (int i = 1; i < IDLE; i++) {
		self->idle[i] = node_open(0);
		ASSERT_LE(0, self->idle[i]);
	}
	self->control = CONTROL_OPEN(0);
	self->nodes = node_count();
	snprintf(self->function, sizeof(self->function), "%s", node_function(0));
}

FIXTURE_TEARDOWN(power)
{
	firmware_release(self->control);
	for (int i = 0; i < IDLE; i++)
		close(self->idle[i]);
	close(self->control);
}

/* A child whose RPC the firmware has and does not answer. */
static pid_t busy(FIXTURE_DATA(power) *self)
{
	pid_t child = fork();

	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int i = 1; i < IDLE; i++)
			close(self->idle[i]);
		close(self->control);
		_exit(-ask_shortly(self->idle[0]));
	}
	return firmware_pending_wait(self->control, 1) ? child : -1;
}

/* Looks whether all that was there is gone, and the device is there again. */
static void anew(struct __test_metadata *_metadata, FIXTURE_DATA(power) *self)
{
	int fd;

	ASSERT_TRUE(node_wait(self->nodes));
	EXPECT_STREQ(self->function, node_function(0));
	EXPECT_TRUE(contexts_are(self->control, 0));
	for (int i = 0; i < IDLE; i++)
		EXPECT_TRUE(all_gone(self->idle[i]));
	fd = node_open(0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, ask_shortly(fd));
	EXPECT_TRUE(contexts_are(self->control, 1));
	for (int i = 0; i < IDLE; i++)
		EXPECT_TRUE(all_gone(self->idle[i]));
	close(fd);
}

/* Suspends all devices, and resumes them. */
static int suspend(void)
{
	int ret = write_file("/sys/power/pm_test", "devices");

	if (ret)
		return ret;
	write_file("/sys/module/suspend/parameters/pm_test_delay", "0");
	return write_file("/sys/power/state", "freeze");
}

/*
 * Theory: a suspend waits for what the firmware works on, not for who waits for
 * it; those get their answer after it. Where the driver is unbound for it, it ends
 * all descriptors.
 */
TEST_F_TIMEOUT(power, suspend, TEST_S)
{
	/* The kernel gives up on a task that does not freeze after 20 s. */
	const unsigned int late_ms = upstream_driver() ? vendor()->late_ms : vendor()->longest_ms;
	pid_t child;
	int status;

	if (access("/sys/power/pm_test", W_OK))
		SKIP(return, "the kernel cannot try out a suspend");
	ASSERT_TRUE(firmware_late(self->control, vendor()->opcode, 1, late_ms));
	child = busy(self);
	ASSERT_LT(0, child);
	EXPECT_EQ(0, suspend());
	ASSERT_TRUE(child_wait(child, &status));
	EXPECT_EQ(0, status);
	if (!vendor()->outlive_suspend) {
		anew(_metadata, self);
		return;
	}
	EXPECT_EQ(self->nodes, node_count());
	for (int i = 0; i < IDLE; i++)
		EXPECT_EQ(0, ask_shortly(self->idle[i]));
}

/* Theory: so does a reload of the device's driver by devlink. */
TEST_F_TIMEOUT(power, reload, TEST_S)
{
	pid_t child, reloader;
	char command[128];
	int status;

	if (!vendor()->reloads)
		SKIP(return, "this vendor's devices do not reload so");
	if (system("devlink -V >/dev/null 2>&1") && !device_required())
		SKIP(return, "no devlink");
	ASSERT_TRUE(firmware_hold(self->control, vendor()->opcode, 1));
	child = busy(self);
	ASSERT_LT(0, child);
	snprintf(command, sizeof(command),
		 "devlink dev reload pci/%s action driver_reinit >/dev/null",
		 self->function);
	reloader = fork();
	if (!reloader) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(system(command) ? 1 : 0);
	}
	EXPECT_TRUE(node_wait(self->nodes - 1));
	/* For who would go on without an answer, time to do so. */
	sleep(1);
	EXPECT_EQ(1, firmware_pending(self->control));
	/* Nothing is closed while the firmware works. */
	EXPECT_TRUE(contexts_are(self->control, IDLE));
	EXPECT_EQ(0, waitpid(reloader, &status, WNOHANG));
	firmware_release(self->control);
	ASSERT_TRUE(child_wait(reloader, &status));
	EXPECT_EQ(0, status);
	ASSERT_TRUE(child_wait(child, &status));
	EXPECT_EQ(0, status);
	anew(_metadata, self);
}

TEST_HARNESS_MAIN
