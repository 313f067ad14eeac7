// SPDX-License-Identifier: GPL-2.0
/*
 * Attacks, on firmware that refuses its users nothing: whatever is to be kept from
 * it has to be stopped by the driver. Each is seen from the firmware's side.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "umem_test.h"

#define FULL FWCTL_RPC_DEBUG_WRITE_FULL

enum { WINDOW = 0x1000 };

FIXTURE(attack)
{
	int fd;
	int other;
	int control;
	uint32_t pd;
	struct fwctl_rsc_umem_reg umem;
	char *room;
	long long admitted;
	unsigned int count;
};

FIXTURE_SETUP(attack)
{
	int pd;

	if (upstream_driver())
		SKIP(return, "the kernel's C driver does not look into requests");
	self->fd = NODE_OPEN(0);
	self->control = CONTROL_OPEN(0);
	self->other = node_open(0);
	ASSERT_LE(0, self->other);
	self->room = memory(4 * PAGE);
	ASSERT_NE(NULL, self->room);
	ASSERT_EQ(0, umem_register(self->fd, FWCTL_UMEM_MKEY, self->room, 4 * PAGE,
				   &self->umem));
	pd = pd_alloc(self->fd);
	ASSERT_LT(0, pd);
	self->pd = pd;
	ASSERT_TRUE(firmware_fault(self->control, "\"kind\":\"permissive\""));
	self->admitted = json_number(control_ask(self->control, "{\"op\":\"state\"}"),
				     "admitted");
	ASSERT_LE(0, self->admitted);
}

/* The firmware has admitted nothing that it would have refused. */
FIXTURE_TEARDOWN(attack)
{
	EXPECT_EQ(self->admitted,
		  json_number(control_ask(self->control, "{\"op\":\"state\"}"),
			      "admitted"));
	control_ask(self->control, "{\"op\":\"fault_clear\"}");
	close(self->other);
	close(self->fd);
	close(self->control);
	TH_LOG("%u attacks", self->count);
}

/* Sends it in every scope: it is refused, and the firmware does not see it. */
#define ATTACK(in, len, name)                                                  \
	do {                                                                   \
		const long long before_ = firmware_commands(self->control);    \
		for (uint32_t scope_ = 0; scope_ <= FULL; scope_++) {          \
			static uint8_t out_[4096];                             \
			uint32_t out_len_ = sizeof(out_);                      \
			int ret_ = rpc(self->fd, scope_, in, len, out_, &out_len_); \
			EXPECT_TRUE(ret_ == -EBADMSG || ret_ == -ENOENT ||     \
				    ret_ == -EFAULT || ret_ == -EBUSY) {       \
				TH_LOG("%s, scope %u: %d", name, scope_, ret_); \
			}                                                      \
			self->count++;                                         \
		}                                                              \
		EXPECT_EQ(before_, firmware_commands(self->control)) {         \
			TH_LOG("%s reached the firmware", name);               \
		}                                                              \
	} while (0)

/* A CREATE_MKEY that passes. */
static void good_mkey(uint8_t *in, uint32_t pd, uint32_t umem_id)
{
	mkey_request(in, pd, umem_id, 0, WINDOW, WINDOW);
}

/* Theory: no key opens anything but a part of the descriptor's own umem. */
TEST_F_TIMEOUT(attack, mkeys, TEST_S)
{
	static const struct {
		const char *name;
		size_t at;
		uint32_t value;
		/* Bits that it replaces; the others stay. */
		uint32_t mask;
	} attacks[] = {
		{ "physical access mode", 0x10, 0, 3 << 8 },
		{ "indirect access mode", 0x10, 2 << 8, 3 << 8 },
		{ "fixed-size indirect access mode", 0x10, 3 << 8, 3 << 8 },
		{ "memory of the device", 0x10, 1 << 26 | 1 << 8, 7 << 26 | 3 << 8 },
		{ "other high access mode", 0x10, 4 << 26, 7 << 26 },
		{ "a free key", 0x10, 1 << 30, 1 << 30 },
		{ "changes by work requests", 0x10, 1 << 15, 1 << 15 },
		{ "atomics", 0x10, 1 << 14, 1 << 14 },
		{ "remote write", 0x10, 1 << 13, 1 << 13 },
		{ "remote read", 0x10, 1 << 12, 1 << 12 },
		{ "relaxed ordering of writes", 0x10, 1 << 18, 1 << 18 },
		{ "small fence", 0x10, 1 << 16, 1 << 16 },
		{ "another translation mode", 0x10, 1 << 4, 3 << 4 },
		{ "a queue pair of its own", 0x14, 7 << 8, 0xffffff00 },
		{ "all memory", 0x1c, 1u << 31, 1u << 31 },
		{ "signatures", 0x1c, 1 << 30, 1 << 30 },
		{ "synchronous changes", 0x1c, 1 << 29, 1 << 29 },
		{ "remote invalidation", 0x1c, 1 << 24, 1 << 24 },
		{ "no umem", 0xc, 0, 1 << 30 },
		{ "access by pages", 0xc, 1u << 31, 1u << 31 },
		{ "direct data", 0xc, 1 << 29, 1 << 29 },
		{ "another reserved flag", 0xc, 1, 1 },
		{ "PD 0", 0x1c, 0, 0xffffff },
		{ "the next PD", 0x1c, 0x123456, 0xffffff },
		{ "umem 0", 0x64, 0, UINT32_MAX },
		{ "umem of a high number", 0x64, 0x80000000, UINT32_MAX },
		{ "beyond the umem", 0x6c, 4 * PAGE - WINDOW + 1, UINT32_MAX },
		{ "far beyond the umem", 0x68, 1, UINT32_MAX },
		{ "wrapping around", 0x68, UINT32_MAX, UINT32_MAX },
		{ "nothing", 0x2c, 0, UINT32_MAX },
		{ "longer than the umem", 0x28, 1, UINT32_MAX },
		{ "an address that wraps", 0x20, UINT32_MAX, UINT32_MAX },
	};
	uint8_t in[MKEY_LEN + 64], out[MBOX_HEADER];
	uint32_t out_len = sizeof(out);

	for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
		good_mkey(in, self->pd, self->umem.umem_id);
		set32(in, attacks[i].at,
		      (get32(in, attacks[i].at) & ~attacks[i].mask) | attacks[i].value);
		if (!strcmp(attacks[i].name, "wrapping around"))
			set32(in, 0x6c, UINT32_MAX);
		if (!strcmp(attacks[i].name, "an address that wraps"))
			set32(in, 0x24, UINT32_MAX);
		ATTACK(in, MKEY_LEN, attacks[i].name);
	}
	/* Translations of its own, and a mailbox that is cut short. */
	for (size_t at = MKEY_LEN; at < MKEY_LEN + 64; at += 8) {
		good_mkey(in, self->pd, self->umem.umem_id);
		memset(in + MKEY_LEN, 0, 64);
		in[at] = 1;
		ATTACK(in, MKEY_LEN + 64, "translations in the mailbox");
	}
	good_mkey(in, self->pd, self->umem.umem_id);
	for (uint32_t len = MBOX_HEADER; len < MKEY_LEN; len += 16)
		ATTACK(in, len, "a mailbox that is cut short");

	/* The one that was changed each time does pass. */
	good_mkey(in, self->pd, self->umem.umem_id);
	EXPECT_EQ(0, rpc(self->fd, FWCTL_RPC_DEBUG_READ_ONLY, in, MKEY_LEN, out, &out_len));
}

/* Theory: objects of others are as if they were not there. */
TEST_F_TIMEOUT(attack, foreign_objects, TEST_S)
{
	struct fwctl_rsc_umem_reg umem;
	uint8_t in[MKEY_LEN] = {};
	uint32_t mkey;
	int pd = pd_alloc(self->other), error;

	ASSERT_LT(0, pd);
	ASSERT_EQ(0, umem_register(self->other, FWCTL_UMEM_MKEY, self->room, PAGE, &umem));
	mkey = mkey_create(self->other, pd, umem.umem_id, 0, WINDOW, PAGE, &error);
	ASSERT_EQ(0, error);

	set16(in, 0, OP_DEALLOC_PD);
	set32(in, 8, pd);
	ATTACK(in, MBOX_HEADER, "a foreign PD's end");
	set16(in, 0, OP_DESTROY_MKEY);
	set32(in, 8, mkey >> 8);
	ATTACK(in, MBOX_HEADER, "a foreign key's end");
	set32(in, 8, umem.mkey_id >> 8);
	ATTACK(in, MBOX_HEADER, "the end of a foreign umem's key");
	set32(in, 8, self->umem.mkey_id >> 8);
	ATTACK(in, MBOX_HEADER, "the end of a key that belongs to a umem");
	good_mkey(in, pd, self->umem.umem_id);
	ATTACK(in, MKEY_LEN, "a foreign PD");
	good_mkey(in, self->pd, umem.umem_id);
	ATTACK(in, MKEY_LEN, "a foreign umem");
	EXPECT_EQ(-ENOENT, core_dump(self->fd, mkey, WINDOW, 64));
	EXPECT_EQ(-ENOENT, core_dump(self->fd, umem.mkey_id, umem.addr, 64));

	/* A number that was somebody's, and then nobody's. */
	EXPECT_EQ(0, object_end(self->fd, OP_DEALLOC_PD, self->pd));
	memset(in, 0, sizeof(in));
	set16(in, 0, OP_DEALLOC_PD);
	set32(in, 8, self->pd);
	ATTACK(in, MBOX_HEADER, "a PD's second end");
}

/*
 * Theory: a number that was the descriptor's own and is another's by now is that
 * other's only.
 */
TEST_F_TIMEOUT(attack, reused_numbers, TEST_S)
{
	struct fwctl_rsc_umem_reg mine, theirs;
	uint8_t in[MKEY_LEN] = {};
	int old, pd, error;
	uint32_t mkey;

	ASSERT_TRUE(firmware_fault(self->control, "\"kind\":\"reuse\""));
	ASSERT_EQ(0, umem_register(self->fd, FWCTL_UMEM_MKEY, self->room, PAGE, &mine));
	old = pd_alloc(self->fd);
	ASSERT_LT(0, old);
	mkey = mkey_create(self->fd, old, mine.umem_id, 0, WINDOW, PAGE, &error);
	ASSERT_EQ(0, error);
	ASSERT_EQ(0, object_end(self->fd, OP_DESTROY_MKEY, mkey >> 8));
	ASSERT_EQ(0, object_end(self->fd, OP_DEALLOC_PD, old));
	ASSERT_EQ(0, rsc_destroy(self->fd, mine.rsc_id));

	/* In the same order. */
	ASSERT_EQ(0, umem_register(self->other, FWCTL_UMEM_MKEY, self->room, PAGE, &theirs));
	pd = pd_alloc(self->other);
	ASSERT_EQ(old, pd);
	ASSERT_EQ(mine.umem_id, theirs.umem_id);
	ASSERT_EQ(mine.mkey_id >> 8, theirs.mkey_id >> 8);
	EXPECT_EQ(mkey, mkey_create(self->other, pd, theirs.umem_id, 0, WINDOW, PAGE, &error));

	EXPECT_EQ(-ENOENT, core_dump(self->fd, mkey, WINDOW, 64));
	EXPECT_EQ(-ENOENT, core_dump(self->fd, mine.mkey_id, mine.addr, 64));
	EXPECT_EQ(-ENOENT, rsc_destroy(self->fd, mine.rsc_id));
	set16(in, 0, OP_DEALLOC_PD);
	set32(in, 8, old);
	ATTACK(in, MBOX_HEADER, "the end of a PD that was its own");
	set16(in, 0, OP_DESTROY_MKEY);
	set32(in, 8, mkey >> 8);
	ATTACK(in, MBOX_HEADER, "the end of a key that was its own");
	good_mkey(in, self->pd, mine.umem_id);
	ATTACK(in, MKEY_LEN, "a umem that was its own");
	good_mkey(in, old, self->umem.umem_id);
	ATTACK(in, MKEY_LEN, "a PD that was its own");
}

/* Theory: no register or command reaches memory, or another function, past the driver. */
TEST_F_TIMEOUT(attack, memory_and_functions, TEST_S)
{
	const uint32_t far = 0x7fff;
	uint8_t in[MBOX_HEADER + 256];

	for (uint16_t op_mod = 0; op_mod < 3; op_mod++) {
		memset(in, 0, sizeof(in));
		access_reg(in, op_mod, REG_MCDD);
		ATTACK(in, sizeof(in), "MCDD");
		access_reg(in, op_mod, REG_MTRC_CONF);
		ATTACK(in, sizeof(in), "MTRC_CONF");

		/* RES_DUMP by keys: none, foreign, and out of the own one. */
		memset(in, 0, sizeof(in));
		access_reg(in, op_mod, REG_RES_DUMP);
		set32(in, MBOX_HEADER + 0x24, 64);
		ATTACK(in, sizeof(in), "RES_DUMP without a key");
		set32(in, MBOX_HEADER + 0x20, 0x100);
		ATTACK(in, sizeof(in), "RES_DUMP by a key of nobody");
		set32(in, MBOX_HEADER + 0x20, self->umem.mkey_id);
		set32(in, MBOX_HEADER + 0x28, far);
		ATTACK(in, sizeof(in), "RES_DUMP out of the key");
		set32(in, MBOX_HEADER, 1 << 30);
		ATTACK(in, sizeof(in), "RES_DUMP inline and by a key");

		memset(in, 0, sizeof(in));
		access_reg(in, op_mod, REG_CORE_DUMP);
		in[MBOX_HEADER + 3] = 2;
		set32(in, MBOX_HEADER + 0x14, 64);
		ATTACK(in, sizeof(in), "CORE_DUMP without a key");
		set32(in, MBOX_HEADER + 0x10, self->umem.mkey_id);
		set32(in, MBOX_HEADER + 0x18, far);
		ATTACK(in, sizeof(in), "CORE_DUMP out of the key");
		in[MBOX_HEADER + 3] = 1;
		ATTACK(in, sizeof(in), "CORE_DUMP by a key, not to memory");

		for (uint32_t tunnel = 1; tunnel <= 0x8000; tunnel <<= 1) {
			memset(in, 0, sizeof(in));
			access_reg(in, op_mod, REG_MGIR);
			set16(in, 4, tunnel);
			ATTACK(in, sizeof(in), "a tunnel");
		}
	}

	/* Physical pages, and what is the driver's to send. */
	static const uint16_t never[] = {
		0x102, 0x103, 0x104, 0x105, 0x108, OP_CREATE_UCTX, OP_DESTROY_UCTX,
		OP_CREATE_UMEM, 0xa0a, 0x301, 0x302, 0x400, 0x500, 0x802, 0x803, 0xb00,
	};

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		memset(in, 0, sizeof(in));
		set16(in, 0, never[i]);
		set32(in, 0x28, 1);
		set32(in, 0x30, 0x1003);
		ATTACK(in, sizeof(in), "a command of the driver's");
	}

	/* Samples into memory that is mlx5_core's. */
	memset(in, 0, sizeof(in));
	set16(in, 0, OP_SET_DIAGNOSTIC_PARAMS);
	set32(in, 12, 1 << 25);
	ATTACK(in, sizeof(in), "samples for the tracer");
	set32(in, 12, 1 << 26);
	set32(in, 16, self->umem.mkey_id + 0x100);
	set32(in, 20, 64);
	ATTACK(in, sizeof(in), "samples by a key of nobody");
	set32(in, 16, self->umem.mkey_id);
	ATTACK(in, sizeof(in), "samples out of the key");
	set32(in, 16, 0);
	ATTACK(in, sizeof(in), "samples to an address");
}

/* Theory: whatever UID is in the header, the firmware gets the descriptor's. */
TEST_F_TIMEOUT(attack, uids, TEST_S)
{
	struct fwctl_info_mlx5 data;
	uint8_t in[MBOX_HEADER] = {}, out[MBOX_HEADER];

	ASSERT_EQ(0, info_mlx5(self->fd, &data));
	for (uint32_t uid = 0; uid < 0x10000; uid += 0x1111) {
		uint32_t out_len = sizeof(out);

		set16(in, 0, OP_ALLOC_PD);
		set16(in, 2, uid);
		ASSERT_EQ(0, rpc(self->fd, FWCTL_RPC_DEBUG_READ_ONLY, in, sizeof(in), out,
				 &out_len));
		EXPECT_EQ(data.uid,
			  json_number(control_ask(self->control,
						  "{\"op\":\"trace\",\"last\":1}"), "uid"));
		self->count++;
	}
}

TEST_HARNESS_MAIN
