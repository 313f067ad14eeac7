// SPDX-License-Identifier: GPL-2.0
/*
 * What it takes to bring a command to the firmware, where the clock counts
 * instructions.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "icount_test.h"
#include "kselftest_harness.h"
#include "umem_test.h"

enum {
	/* The longest mailbox that no worker delivers. */
	SHORT = 8192,
	TIMES = 1000,
};

FIXTURE(delivery)
{
	int fd;
	uint32_t len;
};

FIXTURE_SETUP(delivery)
{
	NEEDS_INSTRUCTIONS();
	NOT_UPSTREAM("delivers in its caller");
	self->fd = NODE_OPEN(0);
}

FIXTURE_TEARDOWN(delivery)
{
	close(self->fd);
}

/* Reads a register through mailboxes of some length. */
static int read_long(void *arg)
{
	static uint8_t in[2 * SHORT], out[sizeof(in)];
	FIXTURE_DATA(delivery) *self = arg;

	memset(in, 0, MBOX_HEADER + MGIR_LEN);
	access_reg(in, OP_MOD_READ, REG_MGIR);
	return rpc_done(self->fd, in, self->len, out, self->len);
}

static long long of_length(FIXTURE_DATA(delivery) *self, uint32_t len)
{
	self->len = len;
	return instructions(read_long, self, TIMES);
}

/*
 * Theory: a short command is answered by the interrupt. What comes of 16 bytes more is
 * a worker, which has to be woken, and to wake.
 */
TEST_F_TIMEOUT(delivery, short_ones, TEST_S)
{
	const long long least = of_length(self, MBOX_HEADER + MGIR_LEN);
	const long long most = of_length(self, SHORT);
	const long long more = of_length(self, SHORT + 16);

	ASSERT_LT(0, least);
	TH_LOG("%d bytes: %lld instructions, %d: %lld, %d: %lld",
	       MBOX_HEADER + MGIR_LEN, least, SHORT, most, SHORT + 16, more);
	EXPECT_LT(least, most);
	EXPECT_LT(5 * most, 4 * more);
}

TEST_HARNESS_MAIN
