// SPDX-License-Identifier: GPL-2.0
/*
 * The end of a process, or of its device, at the worst moment: with 64 calls on
 * their way and 1,000 objects owned, 64 umems among them.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "crowd_test.h"
#include "kselftest_harness.h"
#include "pci_test.h"
#include "vendor_test.h"

FIXTURE(crowd)
{
	struct crowd crowd;
	int control;
	unsigned int nodes;
	long long pinned;
	char function[64];
	char auxiliary[256];
};

FIXTURE_SETUP(crowd)
{
	int fd;

	NOT_UPSTREAM("has no objects");
	fd = NODE_OPEN(0);
	self->control = CONTROL_OPEN(0);
	close(fd);
	ASSERT_TRUE(firmware_objects_wait(self->control, "uid", 0));
	self->nodes = node_count();
	self->pinned = pinned_pages();
	snprintf(self->function, sizeof(self->function), "%s", node_function(0));
	snprintf(self->auxiliary, sizeof(self->auxiliary), "%s",
		 function_auxiliary(self->function));
	ASSERT_TRUE(crowd_start(&self->crowd, 0, self->control));
	EXPECT_EQ(CROWD_UMEMS, firmware_objects(self->control, "umem"));
	EXPECT_EQ(1, firmware_objects(self->control, "uid"));
	EXPECT_LE(CROWD_OBJECTS, firmware_objects(self->control, "pd") +
				 firmware_objects(self->control, "umem"));
	EXPECT_EQ(self->pinned + CROWD_PAGES, pinned_pages());
}

/* Nothing is left, whoever went first. */
FIXTURE_TEARDOWN(crowd)
{
	kill(self->crowd.pid, SIGKILL);
	firmware_release(self->control);
	EXPECT_TRUE(crowd_is_forgotten(self->control));
	EXPECT_TRUE(pinned_wait(self->pinned));
	EXPECT_TRUE(node_wait(self->nodes));
	close(self->control);
}

/* Theory: what the firmware works on stays until it is done, and no call keeps its caller. */
#define GONE_BEFORE_THE_ANSWERS()                                              \
	do {                                                                   \
		EXPECT_TRUE(crowd_wait(&self->crowd, false));                  \
		EXPECT_EQ(CROWD_SENT, firmware_pending(self->control));        \
		EXPECT_EQ(CROWD_UMEMS, firmware_objects(self->control, "umem")); \
		EXPECT_EQ(1, firmware_objects(self->control, "uid"));          \
		EXPECT_EQ(self->pinned + CROWD_PAGES, pinned_pages());         \
	} while (0)

TEST_F_TIMEOUT(crowd, killed, TEST_S)
{
	ASSERT_EQ(0, kill(self->crowd.pid, SIGKILL));
	GONE_BEFORE_THE_ANSWERS();
}

TEST_F_TIMEOUT(crowd, exits, TEST_S)
{
	crowd_leave(&self->crowd);
	GONE_BEFORE_THE_ANSWERS();
}

/* Ends the device in a process of its own, as it waits for the answers. */
static pid_t ending(void (*end)(const void *), const void *arg)
{
	pid_t child = fork();

	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		end(arg);
		_exit(0);
	}
	return child;
}

/*
 * Theory: the driver's end waits for what the firmware has, and for nothing else;
 * after it all is given back, with the process alive and its descriptor open.
 */
#define ENDS_BY(end, arg)                                                      \
	do {                                                                   \
		pid_t ender_ = ending(end, arg);                               \
		int status_;                                                   \
		EXPECT_TRUE(node_wait(self->nodes - 1));                       \
		EXPECT_EQ(CROWD_SENT, firmware_pending(self->control));        \
		firmware_release(self->control);                               \
		EXPECT_TRUE(child_wait(ender_, &status_));                     \
		EXPECT_EQ(0, firmware_objects(self->control, "umem"));         \
		EXPECT_EQ(0, firmware_objects(self->control, "uid"));          \
		EXPECT_EQ(self->pinned, pinned_pages());                       \
		EXPECT_TRUE(crowd_wait(&self->crowd, true));                   \
	} while (0)

static void unbind(const void *auxiliary)
{
	driver_unbind(auxiliary);
}

TEST_F_TIMEOUT(crowd, unbound, TEST_S)
{
	ENDS_BY(unbind, self->auxiliary);
	ASSERT_EQ(0, driver_bind(self->auxiliary));
}

static void take_away(const void *function)
{
	function_remove(function);
}

TEST_F_TIMEOUT(crowd, removed, TEST_S)
{
	ENDS_BY(take_away, self->function);
	ASSERT_EQ(0, pci_rescan());
}

TEST_HARNESS_MAIN
