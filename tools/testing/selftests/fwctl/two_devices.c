// SPDX-License-Identifier: GPL-2.0
/*
 * Two devices: what happens to one is nothing to the other.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "vendor_test.h"

FIXTURE(two)
{
	int fd[2];
	int control[2];
	char function[2][64];
};

FIXTURE_SETUP(two)
{
	for (int i = 0; i < 2; i++) {
		self->fd[i] = NODE_OPEN(i);
		self->control[i] = CONTROL_OPEN(i);
		snprintf(self->function[i], sizeof(self->function[i]), "%s",
			 node_function(i));
	}
}

FIXTURE_TEARDOWN(two)
{
	for (int i = 0; i < 2; i++) {
		close(self->fd[i]);
		close(self->control[i]);
	}
}

/* Theory: each node is a function of its own. */
TEST_F_TIMEOUT(two, functions, TEST_S)
{
	EXPECT_STRNE(self->function[0], self->function[1]);
}

/* Theory: a command arrives at its own firmware only. */
TEST_F_TIMEOUT(two, commands, TEST_S)
{
	for (int i = 0; i < 2; i++) {
		long long mine = firmware_commands(self->control[i]);
		long long other = firmware_commands(self->control[!i]);

		EXPECT_EQ(0, ask_shortly(self->fd[i]));
		EXPECT_EQ(mine + 1, firmware_commands(self->control[i]));
		EXPECT_EQ(other, firmware_commands(self->control[!i]));
	}
}

/* Theory: while one is unbound, the other works. */
TEST_F_TIMEOUT(two, unbind_one, TEST_S)
{
	for (int i = 0; i < 2; i++) {
		char name[256];

		snprintf(name, sizeof(name), "%s",
			 function_auxiliary(self->function[i]));
		ASSERT_EQ(0, driver_unbind(name));
		EXPECT_EQ(-ENODEV, ask_shortly(self->fd[i]));
		EXPECT_EQ(0, ask_shortly(self->fd[!i]));
		EXPECT_TRUE(contexts_are(self->control[i], 0));
		EXPECT_TRUE(contexts_are(self->control[!i], 1));
		close(self->fd[i]);
		ASSERT_EQ(0, driver_bind(name));
		ASSERT_TRUE(node_wait(2));
		/* Its number was free, so it has it again. */
		self->fd[i] = node_open(i);
		ASSERT_LE(0, self->fd[i]);
		EXPECT_EQ(0, ask_shortly(self->fd[i]));
	}
}

TEST_HARNESS_MAIN
