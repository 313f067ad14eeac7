// SPDX-License-Identifier: GPL-2.0
/*
 * Scopes: who may use them, what the driver lets pass in them, and what is
 * never let pass.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fwctl_test.h"
#include "kselftest_harness.h"

#define CONFIGURATION FWCTL_RPC_CONFIGURATION
#define READ_ONLY FWCTL_RPC_DEBUG_READ_ONLY
#define WRITE FWCTL_RPC_DEBUG_WRITE
#define FULL FWCTL_RPC_DEBUG_WRITE_FULL

FIXTURE(scope)
{
	int fd;
	int control;
	uint8_t in[MBOX_HEADER + MGIR_LEN];
	uint8_t out[MBOX_HEADER + MGIR_LEN];
};

FIXTURE_SETUP(scope)
{
	self->fd = NODE_OPEN(0);
	self->control = CONTROL_OPEN(0);
	memset(self->in, 0, sizeof(self->in));
}

FIXTURE_TEARDOWN(scope)
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

/*
 * Theory: what was refused leaves no taint, and what writes to the firmware does.
 * First of all tests: a taint does not go away.
 */
TEST_F_TIMEOUT(scope, taint, TEST_S)
{
	NOT_UPSTREAM("lets MCDD pass, which is refused here");
	ASSERT_LE(0, tainted());
	if (tainted() && !device_required())
		SKIP(return, "the kernel is tainted already");

	access_reg(self->in, OP_MOD_READ, REG_MCDD);
	EXPECT_EQ(-EBADMSG, SEND(WRITE));
	EXPECT_EQ(-EBADMSG, SEND(FULL));
	EXPECT_EQ(-EOPNOTSUPP, SEND(4));
	EXPECT_EQ(0, tainted());

	access_reg(self->in, OP_MOD_READ, REG_MGIR);
	EXPECT_EQ(0, SEND(READ_ONLY));
	EXPECT_EQ(0, tainted());
	EXPECT_EQ(0, SEND(WRITE));
	EXPECT_EQ(1, tainted());
}

/* Theory: there are four scopes. */
TEST_F_TIMEOUT(scope, unknown, TEST_S)
{
	access_reg(self->in, OP_MOD_READ, REG_MGIR);
	EXPECT_EQ(-EOPNOTSUPP, SEND(4));
	EXPECT_EQ(-EOPNOTSUPP, SEND(1u << 31));
	EXPECT_EQ(-EOPNOTSUPP, SEND(UINT32_MAX));
}

/* Theory: a register is read from DEBUG_READ_ONLY on. */
TEST_F_TIMEOUT(scope, register_read, TEST_S)
{
	access_reg(self->in, OP_MOD_READ, REG_MGIR);
	EXPECT_EQ(-EBADMSG, SEND(CONFIGURATION));
	EXPECT_EQ(0, SEND(READ_ONLY));
	EXPECT_EQ(0, SEND(WRITE));
	EXPECT_EQ(0, SEND(FULL));
}

/* Theory: a register that the stock driver owns is written from DEBUG_WRITE on. */
TEST_F_TIMEOUT(scope, drivers_register, TEST_S)
{
	NOT_UPSTREAM("knows no difference between registers");
	access_reg(self->in, OP_MOD_WRITE, REG_HOST_ENDIANNESS);
	EXPECT_EQ(-EBADMSG, SEND(CONFIGURATION));
	EXPECT_EQ(-EBADMSG, SEND(READ_ONLY));
	EXPECT_EQ(0, SEND(WRITE));
}

/* Theory: the full scope needs CAP_SYS_RAWIO, and is refused before it is sent. */
TEST_F_TIMEOUT(scope, capability, TEST_S)
{
	long long before;
	pid_t child;
	int status;

	access_reg(self->in, OP_MOD_READ, REG_MGIR);
	before = firmware_commands(self->control);
	child = fork();
	if (!child) {
		struct __user_cap_header_struct header = {
			.version = _LINUX_CAPABILITY_VERSION_3,
		};
		struct __user_cap_data_struct data[2];

		if (syscall(SYS_capget, &header, data))
			_exit(10);
		data[0].effective &= ~(1u << CAP_SYS_RAWIO);
		if (syscall(SYS_capset, &header, data))
			_exit(11);
		if (SEND(FULL) != -EPERM)
			_exit(12);
		/* The others do not need it. */
		if (SEND(WRITE) || SEND(READ_ONLY))
			_exit(13);
		_exit(0);
	}
	ASSERT_LT(0, child);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(0, WEXITSTATUS(status));
	EXPECT_EQ(before + 2, firmware_commands(self->control));
}

/* Theory: the one command that is for debugging with writes needs that scope. */
TEST_F_TIMEOUT(scope, diagnostic_params, TEST_S)
{
	set16(self->in, 0, OP_SET_DIAGNOSTIC_PARAMS);
	EXPECT_EQ(-EBADMSG, SEND(CONFIGURATION));
	EXPECT_EQ(-EBADMSG, SEND(READ_ONLY));
	EXPECT_EQ(0, SEND(WRITE));
}

/* Theory: each device is named in the log at its first write, once. */
TEST_F_TIMEOUT(scope, log, TEST_S)
{
	access_reg(self->in, OP_MOD_READ, REG_MGIR);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(0, SEND(WRITE));
	EXPECT_EQ(0, system("test $(dmesg | grep -c 'fwctl0: .* writes to the firmware') = 1"));
	EXPECT_EQ(0, system("test $(dmesg | grep -c 'fwctl1: .* writes to the firmware') = 0"));
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
TEST_F_TIMEOUT(scope, attacks, TEST_S)
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
