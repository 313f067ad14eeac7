// SPDX-License-Identifier: GPL-2.0
/*
 * Lockdown, raised while everything is loaded. It is not lowered again, so this
 * program has a VM of its own, and its tests come in this order.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "sample_test.h"
#include "vendor_test.h"

#define LOCKDOWN "/sys/kernel/security/lockdown"

/* The kernel's own core has no Rust driver. */
static int drivers(void)
{
	return c_only() ? 1 : 2;
}

FIXTURE(lockdown)
{
	int fd[2];
};

FIXTURE_SETUP(lockdown)
{
	static const struct sample_driver *const all[] = { &sample_in_c,
							   &sample_in_rust };

	/* They stay loaded from one test to the next. */
	for (int i = 0; i < drivers(); i++) {
		int found = sample_node(all[i]);
		unsigned int node;

		self->fd[i] = found < 0 ? SAMPLE_LOAD(all[i], &node) :
					  node_open(found);
		ASSERT_LE(0, self->fd[i]);
	}
}

FIXTURE_TEARDOWN(lockdown)
{
	for (int i = 0; i < drivers(); i++)
		close(self->fd[i]);
}

static int sample(int fd, uint32_t scope, uint32_t op)
{
	return sample_rpc(fd, scope, op, 0, NULL, NULL);
}

/* Theory: what a driver refuses taints nothing, whatever its label. */
TEST_F_TIMEOUT(lockdown, refused, TEST_S)
{
	ASSERT_EQ(0, tainted());
	for (int i = 0; i < drivers(); i++) {
		EXPECT_EQ(-EBADMSG, sample(self->fd[i], 2, SAMPLE_EVERYTHING));
		EXPECT_EQ(-EBADMSG, sample(self->fd[i], 2, 77));
		EXPECT_EQ(-EBADMSG, sample(self->fd[i], 3, 77));
	}
	EXPECT_EQ(0, tainted());
}

/* Theory: the first write is logged for each device, and taints. */
TEST_F_TIMEOUT(lockdown, named, TEST_S)
{
	int device = NODE_OPEN(0);
	uint8_t in[ASK_MAX] = {}, out[ASK_MAX];
	uint32_t out_len = vendor()->out_len;

	vendor()->ask(in);
	EXPECT_EQ(0, rpc(device, 2, in, vendor()->in_len, out, &out_len));
	EXPECT_EQ(1, tainted());
	close(device);
	for (int i = 0; i < drivers(); i++)
		EXPECT_EQ(0, sample(self->fd[i], 2, SAMPLE_POKE));
	for (int i = 0; i <= drivers(); i++) {
		char command[64];

		snprintf(command, sizeof(command),
			 "dmesg | grep -q 'fwctl fwctl%d: lockdown'", i);
		EXPECT_EQ(0, system(command));
	}
}

/* Theory: without lockdown the full scope is what it says. */
TEST_F_TIMEOUT(lockdown, none, TEST_S)
{
	for (int i = 0; i < drivers(); i++) {
		EXPECT_EQ(0, sample(self->fd[i], 3, SAMPLE_EVERYTHING));
		EXPECT_EQ(0, sample(self->fd[i], 3, SAMPLE_POKE));
	}
}

static void locked(struct __test_metadata *_metadata, const int *fds)
{
	for (int i = 0; i < drivers(); i++) {
		/* What needs the full scope is not allowed, and lockdown is why. */
		EXPECT_EQ(-EPERM, sample(fds[i], 3, SAMPLE_EVERYTHING));
		EXPECT_EQ(-EBADMSG, sample(fds[i], 2, SAMPLE_EVERYTHING));
		/* What does not need it goes on, whatever its label. */
		EXPECT_EQ(0, sample(fds[i], 3, SAMPLE_POKE));
		EXPECT_EQ(0, sample(fds[i], 3, SAMPLE_SET));
		EXPECT_EQ(0, sample(fds[i], 2, SAMPLE_POKE));
		EXPECT_EQ(-EBADMSG, sample(fds[i], 1, SAMPLE_POKE));
		EXPECT_EQ(0, sample(fds[i], 0, SAMPLE_SET));
	}
}

/* Theory: from integrity on the full scope counts as DEBUG_WRITE. */
TEST_F_TIMEOUT(lockdown, integrity, TEST_S)
{
	int ret = write_file(LOCKDOWN, "integrity");

	if (ret == -ENOENT && !device_required())
		SKIP(return, "the kernel has no lockdown");
	ASSERT_EQ(0, ret);
	locked(_metadata, self->fd);
}

/* Theory: confidentiality is no different, and real tools go on too. */
TEST_F_TIMEOUT(lockdown, confidentiality, TEST_S)
{
	int fd = NODE_OPEN(0);

	ASSERT_EQ(0, write_file(LOCKDOWN, "confidentiality"));
	locked(_metadata, self->fd);
	EXPECT_EQ(0, ask_shortly(fd));
	close(fd);
}

TEST_HARNESS_MAIN
