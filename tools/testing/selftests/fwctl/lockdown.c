// SPDX-License-Identifier: GPL-2.0
/*
 * Lockdown, raised while everything is loaded. It is not lowered again, so this
 * program has a VM of its own, and its tests come in this order.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fwctl_test.h"
#include "kselftest_harness.h"
#include "sample.h"

#define LOCKDOWN "/sys/kernel/security/lockdown"

FIXTURE(lockdown)
{
	int fd[2];
	unsigned int nodes;
};

FIXTURE_SETUP(lockdown)
{
	static const char *const parents[] = { "fwctl-c-sample",
					       "fwctl-rust-sample" };

	if (!*node_function(1)) {
		unsigned int nodes = node_count();

		if ((modprobe("fwctl_c_sample") || modprobe("fwctl_rust_sample")) &&
		    !device_required())
			SKIP(return, "no sample drivers");
		ASSERT_TRUE(node_wait(nodes + 2));
	}
	for (int i = 0; i < 2; i++) {
		unsigned int n = 0;

		while (strcmp(node_function(n), parents[i]))
			ASSERT_GT(64, ++n);
		self->fd[i] = node_open(n);
		ASSERT_LE(0, self->fd[i]);
	}
}

FIXTURE_TEARDOWN(lockdown)
{
	close(self->fd[0]);
	close(self->fd[1]);
}

static int sample(int fd, uint32_t scope, uint32_t op)
{
	struct fwctl_sample_rpc in = { op, 0 };
	uint32_t out_len = 0;

	return rpc(fd, scope, &in, sizeof(in), NULL, &out_len);
}

/* Theory: without lockdown the full scope is what it says. */
TEST_F_TIMEOUT(lockdown, none, TEST_S)
{
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(0, sample(self->fd[i], 3, SAMPLE_EVERYTHING));
		EXPECT_EQ(0, sample(self->fd[i], 3, SAMPLE_POKE));
	}
}

static void locked(struct __test_metadata *_metadata, const int *fds)
{
	for (int i = 0; i < 2; i++) {
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
	EXPECT_EQ(0, read_mgir(fd));
	close(fd);
}

TEST_HARNESS_MAIN
