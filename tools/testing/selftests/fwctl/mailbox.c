// SPDX-License-Identifier: GPL-2.0
/*
 * What the mlx5 driver lets pass by what is in a mailbox: registers that are the
 * stock driver's, and what reaches memory or other functions.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fwctl_test.h"
#include "kselftest_harness.h"
#include "mlx5_test.h"

#define CONFIGURATION FWCTL_RPC_CONFIGURATION
#define READ_ONLY FWCTL_RPC_DEBUG_READ_ONLY
#define WRITE FWCTL_RPC_DEBUG_WRITE
#define FULL FWCTL_RPC_DEBUG_WRITE_FULL

FIXTURE(mailbox)
{
	int fd;
	int control;
	uint8_t in[MBOX_HEADER + MGIR_LEN];
	uint8_t out[MBOX_HEADER + MGIR_LEN];
	uint32_t out_len;
};

FIXTURE_SETUP(mailbox)
{
	self->fd = NODE_OPEN(0);
	self->control = CONTROL_OPEN(0);
	access_reg(self->in, OP_MOD_READ, REG_MGIR);
	self->out_len = sizeof(self->out);
}

FIXTURE_TEARDOWN(mailbox)
{
	close(self->fd);
	close(self->control);
}

#define SEND(scope)                                                            \
	({                                                                     \
		uint32_t out_len_ = sizeof(self->out);                         \
		rpc(self->fd, scope, self->in, sizeof(self->in), self->out,    \
		    &out_len_);                                                \
	})

/* Theory: a reply of 4 KiB, over nine mailbox blocks, is whole. */
TEST_F_TIMEOUT(mailbox, long_reply, TEST_S)
{
	static uint8_t in[MBOX_HEADER + 4096], out[sizeof(in)];
	uint32_t out_len = sizeof(out);

	/* A register that keeps what was written, and gives all of it back. */
	access_reg(in, OP_MOD_WRITE, REG_EMULATED_ECHO);
	for (unsigned int i = MBOX_HEADER; i < sizeof(in); i++)
		in[i] = i * 31 + (i >> 8);
	ASSERT_EQ(0, rpc(self->fd, FWCTL_RPC_CONFIGURATION, in, sizeof(in), out,
			 &out_len));
	ASSERT_EQ(0, out[0]);

	set16(in, 6, OP_MOD_READ);
	memset(out, 0, sizeof(out));
	ASSERT_EQ(0, rpc(self->fd, READ_ONLY, in, sizeof(in), out, &out_len));
	EXPECT_EQ(0, out[0]);
	EXPECT_EQ(sizeof(out), out_len);
	EXPECT_EQ(0, memcmp(in + MBOX_HEADER, out + MBOX_HEADER, 4096));
}

/* Theory: tools send more than a register needs, and that is fine. */
TEST_F_TIMEOUT(mailbox, oversize_mailbox, TEST_S)
{
	const uint32_t lens[] = { 1040, 3116, 65536, 512 * 512 };
	static uint8_t in[512 * 512], out[512 * 512];

	for (int i = 0; i < 4; i++) {
		uint32_t out_len = lens[i];

		memset(in, 0, sizeof(in));
		access_reg(in, OP_MOD_READ, REG_MGIR);
		ASSERT_EQ(0, rpc(self->fd, READ_ONLY, in, lens[i], out, &out_len));
		EXPECT_EQ(0, out[0]);
		EXPECT_EQ(lens[i], out_len);
		EXPECT_EQ(0x212, get32(out, MBOX_HEADER + 8) & 0xffff);
	}
}

/* Theory: nothing is written beyond the room for the reply. */
TEST_F_TIMEOUT(mailbox, short_room, TEST_S)
{
	uint32_t out_len = 24;

	memset(self->out, 0xa5, sizeof(self->out));
	ASSERT_EQ(0, rpc(self->fd, READ_ONLY, self->in, sizeof(self->in),
			 self->out, &out_len));
	EXPECT_EQ(24, out_len);
	/* The firmware was told of this room, and says that it is too short. */
	EXPECT_EQ(0x51, self->out[0]);
	EXPECT_EQ(0, get32(self->out, 20));
	for (unsigned int i = 24; i < sizeof(self->out); i++)
		ASSERT_EQ(0xa5, self->out[i]);
}

/* Theory: a register that the stock driver owns is written from DEBUG_WRITE on. */
TEST_F_TIMEOUT(mailbox, drivers_register, TEST_S)
{
	NOT_UPSTREAM("knows no difference between registers");
	access_reg(self->in, OP_MOD_WRITE, REG_HOST_ENDIANNESS);
	EXPECT_EQ(-EBADMSG, SEND(CONFIGURATION));
	EXPECT_EQ(-EBADMSG, SEND(READ_ONLY));
	EXPECT_EQ(0, SEND(WRITE));
}

/* Theory: the one command that is for debugging with writes needs that scope. */
TEST_F_TIMEOUT(mailbox, diagnostic_params, TEST_S)
{
	memset(self->in, 0, sizeof(self->in));
	set16(self->in, 0, OP_SET_DIAGNOSTIC_PARAMS);
	EXPECT_EQ(-EBADMSG, SEND(CONFIGURATION));
	EXPECT_EQ(-EBADMSG, SEND(READ_ONLY));
	EXPECT_EQ(0, SEND(WRITE));
}

struct attack {
	const char *name;
	uint16_t opcode;
	uint16_t op_mod;
	uint16_t reg;
	/* A field that makes it one, beyond the header. */
	size_t at;
	uint32_t value;
	/* From this scope on it is none; 0 for never. */
	uint32_t allowed;
	/* It is refused for the memory, which is not the descriptor's. */
	bool memory;
};

static const struct attack attacks[] = {
	{ "CREATE_UMEM", OP_CREATE_UMEM },
	{ "CREATE_MKEY", OP_CREATE_MKEY },
	{ "CREATE_UCTX", OP_CREATE_UCTX },
	{ "DESTROY_UCTX", OP_DESTROY_UCTX },
	{ "opcode 0", 0 },
	{ "opcode 0xffff", 0xffff },
	{ "MCDD read", OP_ACCESS_REG, OP_MOD_READ, REG_MCDD },
	{ "MCDD write", OP_ACCESS_REG, OP_MOD_WRITE, REG_MCDD },
	{ "MCDD op_mod 2", OP_ACCESS_REG, 2, REG_MCDD },
	{ "MTRC_CONF read", OP_ACCESS_REG, OP_MOD_READ, REG_MTRC_CONF },
	{ "MTRC_CONF write", OP_ACCESS_REG, OP_MOD_WRITE, REG_MTRC_CONF },
	{ "RES_DUMP not inline", OP_ACCESS_REG, OP_MOD_READ, REG_RES_DUMP,
	  .memory = true },
	{ "RES_DUMP by key, write", OP_ACCESS_REG, OP_MOD_WRITE, REG_RES_DUMP,
	  MBOX_HEADER + 0x20, 0x1234, .memory = true },
	{ "CORE_DUMP to memory", OP_ACCESS_REG, OP_MOD_READ, REG_CORE_DUMP,
	  MBOX_HEADER, 2, .memory = true },
	{ "CORE_DUMP by key", OP_ACCESS_REG, OP_MOD_WRITE, REG_CORE_DUMP,
	  MBOX_HEADER + 0x10, 0x1234 },
	{ "CORE_DUMP of another function", OP_ACCESS_REG, OP_MOD_WRITE,
	  REG_CORE_DUMP, MBOX_HEADER + 8, 0x00000002, WRITE },
	{ "RES_DUMP of another function", OP_ACCESS_REG, OP_MOD_READ,
	  REG_RES_DUMP, MBOX_HEADER + 4, 0x00000002, WRITE },
	{ "tunnel of a register", OP_ACCESS_REG, OP_MOD_READ, REG_MGIR, 4,
	  0x00010001 },
	{ "tunnel of an object", OP_QUERY_GENERAL_OBJECT, 0, 0, 4, 0x00010000 },
};

/*
 * Theory: what could make the device reach memory, or another function, is
 * refused in every scope, and the firmware does not see it.
 */
TEST_F_TIMEOUT(mailbox, attacks, TEST_S)
{
	long long before;

	NOT_UPSTREAM("does not look into registers");
	before = firmware_commands(self->control);
	ASSERT_LT(0, before);
	for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
		const struct attack *a = &attacks[i];

		memset(self->in, 0, sizeof(self->in));
		set16(self->in, 0, a->opcode);
		set16(self->in, 6, a->op_mod);
		set16(self->in, 10, a->reg);
		if (a->at)
			set32(self->in, a->at, a->value);
		if (a->reg == REG_RES_DUMP && a->at == MBOX_HEADER + 4)
			set32(self->in, MBOX_HEADER, 1 << 30);
		for (uint32_t scope = CONFIGURATION;
		     scope < (a->allowed ?: FULL + 1); scope++) {
			bool read = a->op_mod == OP_MOD_READ;
			bool memory = a->memory && scope >= (read ? READ_ONLY : 0u);

			EXPECT_EQ(memory ? -ENOENT : -EBADMSG, SEND(scope)) {
				TH_LOG("%s, scope %u", a->name, scope);
			}
		}
	}
	EXPECT_EQ(before, firmware_commands(self->control));
}

TEST_HARNESS_MAIN
