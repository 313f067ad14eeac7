// SPDX-License-Identifier: GPL-2.0
/*
 * The driver's policy, from outside: every opcode in every scope, with and
 * without the capability, at each level of lockdown, against a list that is made
 * of the kernel's own driver (see tools/testing/fwctl/policy-list).
 *
 * Lockdown is not lowered again, so this program has a VM of its own, and its
 * tests come in this order.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fwctl_test.h"
#include "kselftest_harness.h"
#include "mlx5_test.h"

#define LOCKDOWN "/sys/kernel/security/lockdown"

#define WRITE FWCTL_RPC_DEBUG_WRITE
#define FULL FWCTL_RPC_DEBUG_WRITE_FULL

enum {
	OPCODES = 1 << 16,
	SCOPES = FULL + 1,
	NEVER = SCOPES,
	/* Mismatches that are told of. */
	TOLD = 10,
	/* A walk at one level: more than a million calls, emulated. */
	WALK_S = 900,
};

/* Writes, reads, and neither. */
static const uint16_t op_mods[] = { OP_MOD_WRITE, OP_MOD_READ, 0xffff };
enum { OP_MODS = sizeof(op_mods) / sizeof(op_mods[0]) };

/* What the list says of an opcode. */
static struct rule {
	/* The least scope with op_mod 0, and with any other. */
	uint8_t write;
	uint8_t other;
	/* What follows from there on: 0, or why the firmware does not see it. */
	int answer;
} rules[OPCODES];

/* Reads the list; how many opcodes it lets pass, negative if there is none. */
static int rules_read(void)
{
	const char *path = getenv("FWCTL_POLICY_LIST") ?: "policy.list";
	FILE *file = fopen(path, "re");
	char line[256];
	int count = 0;

	if (!file)
		return -errno;
	for (unsigned int i = 0; i < OPCODES; i++)
		rules[i] = (struct rule){ NEVER, NEVER, 0 };
	while (fgets(line, sizeof(line), file)) {
		char scopes[16] = "", answer[16] = "";
		unsigned int opcode, write, other;

		if (sscanf(line, "%x %15s %*s %15s", &opcode, scopes, answer) < 2 ||
		    opcode >= OPCODES)
			return -EINVAL;
		if (sscanf(scopes, "%u:%u", &write, &other) == 1)
			other = write;
		if (write > FULL || other > FULL || (*answer && strcmp(answer, "ENOENT")))
			return -EINVAL;
		rules[opcode] = (struct rule){ write, other, *answer ? -ENOENT : 0 };
		count++;
	}
	fclose(file);
	return count;
}

/* Takes CAP_SYS_RAWIO off, or puts it back. */
static int raw_io(bool on)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return -errno;
	if (on)
		data[0].effective |= 1u << CAP_SYS_RAWIO;
	else
		data[0].effective &= ~(1u << CAP_SYS_RAWIO);
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

/* Whether the kernel is locked down; negative if it cannot be. */
static int locked_down(void)
{
	FILE *file = fopen(LOCKDOWN, "re");
	char level[64] = "";
	int ret = -ENOENT;

	if (!file)
		return ret;
	if (fgets(level, sizeof(level), file))
		ret = !strstr(level, "[none]");
	fclose(file);
	return ret;
}

static int expected(const struct rule *rule, uint16_t op_mod, uint32_t scope,
		    bool locked, bool rawio)
{
	bool capped = scope == FULL && locked;

	if (scope == FULL && !rawio)
		return -EPERM;
	if (capped)
		scope = WRITE;
	if (scope < (op_mod ? rule->other : rule->write))
		return capped ? -EPERM : -EBADMSG;
	return rule->answer;
}

FIXTURE(policy)
{
	int fd;
	int control;
};

FIXTURE_SETUP(policy)
{
	self->fd = NODE_OPEN(0);
	/* Zeroes can do harm to hardware. */
	self->control = CONTROL_OPEN(0);
	ASSERT_LT(90, rules_read()) {
		TH_LOG("FWCTL_POLICY_LIST is not a list");
	}
}

FIXTURE_TEARDOWN(policy)
{
	raw_io(true);
	close(self->fd);
	close(self->control);
}

/* All opcodes in one scope with one op_mod; how many answers are wrong. */
static unsigned int block(struct __test_metadata *_metadata, int fd, int control,
			  uint32_t scope, uint16_t op_mod, bool locked, bool rawio)
{
	static uint8_t in[MBOX_HEADER], out[MBOX_HEADER];
	struct fwctl_rpc arg = {
		.size = sizeof(arg),
		.scope = scope,
		.in_len = sizeof(in),
		.out_len = sizeof(out),
		.in = (uintptr_t)in,
		.out = (uintptr_t)out,
	};
	long long before = firmware_commands(control);
	unsigned int wrong = 0, sent = 0;

	set16(in, 6, op_mod);
	for (unsigned int opcode = 0; opcode < OPCODES; opcode++) {
		int want = expected(&rules[opcode], op_mod, scope, locked, rawio);
		int got;

		set16(in, 0, opcode);
		got = call(fd, FWCTL_RPC, &arg);
		sent += !want;
		if (got == want)
			continue;
		if (wrong++ < TOLD)
			TH_LOG("opcode %#x op_mod %#x scope %u: %d, not %d", opcode,
			       op_mod, scope, got, want);
	}
	/* What was refused has not been there. */
	EXPECT_EQ(before + sent, firmware_commands(control)) {
		TH_LOG("op_mod %#x scope %u", op_mod, scope);
	}
	return wrong;
}

static void walk(struct __test_metadata *_metadata, int fd, int control)
{
	bool locked = locked_down() > 0;
	unsigned int compared = 0;

	for (int rawio = 1; rawio >= 0; rawio--) {
		ASSERT_EQ(0, raw_io(rawio));
		for (uint32_t scope = 0; scope < SCOPES; scope++) {
			for (int i = 0; i < OP_MODS; i++) {
				EXPECT_EQ(0, block(_metadata, fd, control, scope,
						   op_mods[i], locked, rawio));
				compared += OPCODES;
			}
		}
	}
	TH_LOG("%u combinations of opcode, op_mod, scope and capability, locked down: %d",
	       compared, locked);
	EXPECT_EQ(OPCODES * OP_MODS * SCOPES * 2, compared);
}

/* Theory: what passes is what is listed, from its scope on, and nothing else. */
TEST_F_TIMEOUT(policy, as_booted, WALK_S)
{
	walk(_metadata, self->fd, self->control);
}

/*
 * Theory: under lockdown the full scope lets pass what DEBUG_WRITE does, and
 * refuses the rest with EPERM. The others are as without.
 */
TEST_F_TIMEOUT(policy, integrity, WALK_S)
{
	if (locked_down() == -ENOENT && !device_required())
		SKIP(return, "the kernel has no lockdown");
	ASSERT_EQ(0, locked_down());
	ASSERT_EQ(0, write_file(LOCKDOWN, "integrity"));
	ASSERT_EQ(1, locked_down());
	walk(_metadata, self->fd, self->control);
}

/* Theory: confidentiality is no different. */
TEST_F_TIMEOUT(policy, confidentiality, WALK_S)
{
	if (locked_down() == -ENOENT && !device_required())
		SKIP(return, "the kernel has no lockdown");
	ASSERT_EQ(0, write_file(LOCKDOWN, "confidentiality"));
	ASSERT_EQ(1, locked_down());
	walk(_metadata, self->fd, self->control);
}

TEST_HARNESS_MAIN
