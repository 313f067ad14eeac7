// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps of megabytes, and samples of counters: through the mailbox, piece by piece,
 * and by one RPC into user memory.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "icount_test.h"
#include "kselftest_harness.h"
#include "umem_test.h"

enum {
	/* What the emulated device has to tell. */
	DUMP = 2 * MIB,
	/* RES_DUMP. */
	RES_LEN = 0x100,
	RES_INLINE = 0x30,
	RES_PIECE = 208,
	RES_BULK = 0x1002,
	/* SET_DIAGNOSTIC_PARAMS: what follows the header. */
	SAMPLER = 8,
	SAMPLER_LEN = 24,
	SAMPLES = 4,
	RECORD = 16,
};

FIXTURE(dump)
{
	int fd;
	int control;
	uint8_t *room;
	uint8_t *pieces;
	struct fwctl_rsc_umem_reg umem;
};

FIXTURE_SETUP(dump)
{
	NOT_UPSTREAM("has no umems");
	self->fd = NODE_OPEN(0);
	self->control = CONTROL_OPEN(0);
	self->room = memory(DUMP + MIB);
	self->pieces = memory(DUMP + MIB);
	ASSERT_NE(NULL, self->room);
	ASSERT_NE(NULL, self->pieces);
	memset(self->room, 0xee, DUMP + MIB);
	memset(self->pieces, 0xdd, DUMP + MIB);
	ASSERT_EQ(0, umem_register(self->fd, FWCTL_UMEM_MKEY, self->room, DUMP + MIB,
				   &self->umem));
}

FIXTURE_TEARDOWN(dump)
{
	close(self->fd);
	close(self->control);
	munmap(self->room, DUMP + MIB);
	munmap(self->pieces, DUMP + MIB);
}

static int by_mailbox(void *arg)
{
	FIXTURE_DATA(dump) *self = arg;

	return core_dump_inline(self->fd, self->pieces, DUMP) != DUMP / CORE_PIECE;
}

static int by_memory(void *arg)
{
	FIXTURE_DATA(dump) *self = arg;

	return core_dump(self->fd, self->umem.mkey_id, self->umem.addr, DUMP);
}

/*
 * Theory: a dump in user memory is, byte for byte, the one that comes through the
 * mailbox, by one RPC in place of many.
 */
TEST_F_TIMEOUT(dump, core, TEST_S)
{
	long long before = firmware_commands(self->control);

	EXPECT_EQ(0, by_mailbox(self));
	EXPECT_EQ(before + DUMP / CORE_PIECE, firmware_commands(self->control));
	EXPECT_EQ(0, by_memory(self));
	EXPECT_EQ(before + DUMP / CORE_PIECE + 1, firmware_commands(self->control));
	EXPECT_EQ(0, memcmp(self->pieces, self->room, DUMP));
	EXPECT_TRUE(is_core_dump(self->room, DUMP));
	for (size_t at = DUMP; at < DUMP + MIB; at++)
		ASSERT_EQ(0xee, self->room[at]);
}

/* Theory: that takes a fraction of the processor, where its clock counts instructions. */
TEST_F_TIMEOUT(dump, instructions, TEST_S)
{
	long long mailbox, memory;

	NEEDS_INSTRUCTIONS();
	mailbox = instructions(by_mailbox, self, 2);
	memory = instructions(by_memory, self, 64);
	ASSERT_LT(0, memory);
	TH_LOG("2 MiB: %lld instructions by mailbox in %d RPCs, %lld by memory in one: %lld times less",
	       mailbox, DUMP / CORE_PIECE, memory, mailbox / memory);
	EXPECT_LT(10 * memory, mailbox);
}

/* A piece of the resource dump. 0 or a negative errno. */
static int bulk_piece(FIXTURE_DATA(dump) *self, bool to_memory, uint32_t size,
		      uint8_t *in, uint8_t *out)
{
	uint8_t *reg = in + MBOX_HEADER;

	/* What the last answer had goes back, but for the piece. */
	access_reg(in, OP_MOD_READ, REG_RES_DUMP);
	set16(reg, 2, RES_BULK);
	reg[0] = to_memory ? 0 : 0x40;
	if (to_memory) {
		set32(reg, 0x20, self->umem.mkey_id);
		set32(reg, 0x24, size);
		set32(reg, 0x28, self->umem.addr >> 32);
		set32(reg, 0x2c, self->umem.addr);
	}
	return rpc_done(self->fd, in, MBOX_HEADER + RES_LEN, out, MBOX_HEADER + RES_LEN);
}

/* Theory: so is a resource dump, of which the mailbox takes a few bytes at a time. */
TEST_F_TIMEOUT(dump, resource, TEST_S)
{
	enum { PIECES = 300 };
	uint8_t in[MBOX_HEADER + RES_LEN] = {}, out[sizeof(in)];
	uint32_t len;

	ASSERT_EQ(0, bulk_piece(self, true, DUMP + MIB, in, out));
	/* All of it, and segments' heads besides. */
	len = get32(out + MBOX_HEADER, 0x24);
	EXPECT_LT(DUMP, len);
	EXPECT_GT(DUMP + MIB, len);
	EXPECT_EQ(0, out[MBOX_HEADER] & 0x80);
	EXPECT_NE(0xee, self->room[len - 1]);
	EXPECT_EQ(0xee, self->room[len]);

	memset(in, 0, sizeof(in));
	for (int i = 0; i < PIECES; i++) {
		ASSERT_EQ(0, bulk_piece(self, false, 0, in, out));
		ASSERT_EQ(RES_PIECE, get32(out + MBOX_HEADER, 0x24));
		ASSERT_EQ(0, memcmp(self->room + i * RES_PIECE,
				    out + MBOX_HEADER + RES_INLINE, RES_PIECE));
		memset(in, 0, sizeof(in));
		memcpy(in + MBOX_HEADER + 0x18, out + MBOX_HEADER + 0x18, 8);
	}
}

/* Has it sample two counters, on demand; into memory if there is a key. */
static int sample(FIXTURE_DATA(dump) *self, uint32_t mkey)
{
	uint8_t in[MBOX_HEADER * 3] = {}, out[MBOX_HEADER];
	uint8_t *sampler = in + SAMPLER;
	uint32_t out_len = sizeof(out);
	int ret;

	set16(in, 0, OP_SET_DIAGNOSTIC_PARAMS);
	set16(sampler, 0, 2);
	sampler[3] = 3;
	set32(sampler, 4, 1 << 28 | 1 << 27 | 1 << 26);
	if (mkey) {
		set32(sampler, 8, mkey);
		set32(sampler, 0xc, SAMPLES * RECORD);
		set32(sampler, 0x10, self->umem.addr >> 32);
		set32(sampler, 0x14, self->umem.addr);
	}
	set32(sampler, SAMPLER_LEN, 0x401);
	set32(sampler, SAMPLER_LEN + 4, 0x402);
	ret = rpc(self->fd, FWCTL_RPC_DEBUG_WRITE, in, sizeof(in), out, &out_len);
	return ret ?: out[0] ? -EREMOTEIO : 0;
}

/* Asks for @SAMPLES records; the answer is in @out. */
static int samples(FIXTURE_DATA(dump) *self, uint8_t *out, uint32_t len)
{
	uint8_t in[MBOX_HEADER] = {};
	int ret;

	set16(in, 0, OP_QUERY_DIAGNOSTIC_COUNTERS);
	set16(in, 8, SAMPLES);
	ret = rpc(self->fd, FWCTL_RPC_DEBUG_READ_ONLY, in, sizeof(in), out, &len);
	return ret ?: out[0] ? -EREMOTEIO : 0;
}

/* Whether records are of both counters, in turns. */
static bool are_samples(const uint8_t *records)
{
	for (int i = 0; i < SAMPLES; i++)
		if (get16(records, i * RECORD) != 0x401 + i % 2)
			return false;
	return true;
}

/* Theory: counters are sampled into the mailbox, or into memory by a key of the descriptor. */
TEST_F_TIMEOUT(dump, counters, TEST_S)
{
	uint8_t out[MBOX_HEADER + SAMPLES * RECORD];

	ASSERT_EQ(0, sample(self, 0));
	/* A query takes one. */
	ASSERT_EQ(0, samples(self, out, sizeof(out)));
	ASSERT_EQ(0, samples(self, out, sizeof(out)));
	EXPECT_TRUE(are_samples(out + MBOX_HEADER));
	EXPECT_EQ(0xee, self->room[0]);

	ASSERT_EQ(0, sample(self, self->umem.mkey_id));
	ASSERT_EQ(0, samples(self, out, sizeof(out)));
	ASSERT_EQ(0, samples(self, out, sizeof(out)));
	EXPECT_TRUE(are_samples(self->room));
	EXPECT_EQ(0xee, self->room[SAMPLES * RECORD]);

	/* The key ends, and the samples with it. */
	ASSERT_EQ(0, rsc_destroy(self->fd, self->umem.rsc_id));
	memset(self->room, 0xee, PAGE);
	EXPECT_EQ(-EREMOTEIO, samples(self, out, sizeof(out)));
	EXPECT_EQ(0xee, self->room[0]);
	EXPECT_EQ(-ENOENT, sample(self, self->umem.mkey_id));
}

TEST_HARNESS_MAIN
