// SPDX-License-Identifier: GPL-2.0
/*
 * Scopes: who may use them, and what they leave behind.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "vendor_test.h"

#define CONFIGURATION FWCTL_RPC_CONFIGURATION
#define READ_ONLY FWCTL_RPC_DEBUG_READ_ONLY
#define WRITE FWCTL_RPC_DEBUG_WRITE
#define FULL FWCTL_RPC_DEBUG_WRITE_FULL

FIXTURE(scope)
{
	int fd;
	int control;
	uint8_t in[ASK_MAX];
	uint8_t out[ASK_MAX];
};

FIXTURE_SETUP(scope)
{
	self->fd = NODE_OPEN(0);
	self->control = CONTROL_OPEN(0);
	vendor()->ask(self->in);
}

FIXTURE_TEARDOWN(scope)
{
	close(self->fd);
	close(self->control);
}

#define SEND(scope)                                                            \
	({                                                                     \
		uint32_t out_len_ = vendor()->out_len;                         \
		rpc(self->fd, scope, self->in, vendor()->in_len, self->out,    \
		    &out_len_);                                                \
	})

/*
 * Theory: what was refused leaves no taint, and what writes to the firmware does.
 * First of all tests: a taint does not go away.
 */
TEST_F_TIMEOUT(scope, taint, TEST_S)
{
	NOT_UPSTREAM("lets pass what is refused here");
	ASSERT_LE(0, tainted());
	if (tainted() && !device_required())
		SKIP(return, "the kernel is tainted already");

	vendor()->forbidden(self->in);
	EXPECT_EQ(-EBADMSG, SEND(WRITE));
	EXPECT_EQ(-EBADMSG, SEND(FULL));
	EXPECT_EQ(-EOPNOTSUPP, SEND(4));
	EXPECT_EQ(0, tainted());

	vendor()->ask(self->in);
	EXPECT_EQ(0, SEND(READ_ONLY));
	EXPECT_EQ(0, tainted());
	EXPECT_EQ(0, SEND(WRITE));
	EXPECT_EQ(1, tainted());
}

/* Theory: there are four scopes. */
TEST_F_TIMEOUT(scope, unknown, TEST_S)
{
	EXPECT_EQ(-EOPNOTSUPP, SEND(4));
	EXPECT_EQ(-EOPNOTSUPP, SEND(1u << 31));
	EXPECT_EQ(-EOPNOTSUPP, SEND(UINT32_MAX));
}

/* Theory: what reads is let pass from DEBUG_READ_ONLY on. */
TEST_F_TIMEOUT(scope, reads, TEST_S)
{
	EXPECT_EQ(-EBADMSG, SEND(CONFIGURATION));
	EXPECT_EQ(0, SEND(READ_ONLY));
	EXPECT_EQ(0, SEND(WRITE));
	EXPECT_EQ(0, SEND(FULL));
}

/* Theory: the full scope needs CAP_SYS_RAWIO, and is refused before it is sent. */
TEST_F_TIMEOUT(scope, capability, TEST_S)
{
	long long before;
	pid_t child;
	int status;

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

/* Theory: each device is named in the log at its first write, once. */
TEST_F_TIMEOUT(scope, log, TEST_S)
{
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(0, SEND(WRITE));
	EXPECT_EQ(1, said("fwctl0: .* writes to the firmware"));
	EXPECT_EQ(0, said("fwctl1: .* writes to the firmware"));
}

TEST_HARNESS_MAIN
