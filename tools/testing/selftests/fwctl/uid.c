// SPDX-License-Identifier: GPL-2.0
/*
 * User contexts of the firmware: one for each descriptor, in every command, and
 * given back. All of it seen from the firmware's side.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fwctl_test.h"
#include "kselftest_harness.h"
#include "mlx5_test.h"

/* For the time that its tests may take. */
FIXTURE(uid) {
};

FIXTURE_SETUP(uid)
{
}

FIXTURE_TEARDOWN(uid)
{
}

/* The UID in the header of the last command that arrived. */
static long long last_uid(int control)
{
	return json_number(control_ask(control, "{\"op\":\"trace\",\"last\":1}"),
			   "uid");
}

/* Theory: whatever UID user space writes, the firmware sees the descriptor's. */
TEST_F_TIMEOUT(uid, stamp, TEST_S)
{
	int fd = NODE_OPEN(0), control = CONTROL_OPEN(0);
	const uint16_t forged[] = { 0, 1, 2, 0x7fff, 0xbeef, 0xffff };
	uint8_t in[MBOX_HEADER + MGIR_LEN], out[sizeof(in)];
	struct fwctl_info_mlx5 data;

	ASSERT_EQ(0, info_mlx5(fd, &data));
	for (int i = 0; i < 6; i++) {
		uint32_t out_len = sizeof(out);

		memset(in, 0, sizeof(in));
		access_reg(in, OP_MOD_READ, REG_MGIR);
		set16(in, 2, forged[i]);
		ASSERT_EQ(0, rpc(fd, FWCTL_RPC_DEBUG_READ_ONLY, in, sizeof(in),
				 out, &out_len));
		EXPECT_EQ(0, out[0]);
		EXPECT_EQ(data.uid, last_uid(control)) {
			TH_LOG("forged UID %#x", forged[i]);
		}
		/* The request is the user's: nothing is written there. */
		EXPECT_EQ(forged[i], get16(in, 2));
	}
	close(control);
	close(fd);
}

/* Theory: each descriptor has a UID of its own until it is closed. */
TEST_F_TIMEOUT(uid, one_each, TEST_S)
{
	enum { MANY = 64 };
	int first = NODE_OPEN(0), control = CONTROL_OPEN(0);
	struct fwctl_info_mlx5 data[MANY];
	long long before = firmware_objects(control, "uid");
	int fds[MANY];

	ASSERT_LE(1, before);
	for (int i = 0; i < MANY; i++) {
		fds[i] = node_open(0);
		ASSERT_LE(0, fds[i]);
		ASSERT_EQ(0, info_mlx5(fds[i], &data[i]));
		for (int j = 0; j < i; j++)
			EXPECT_NE(data[j].uid, data[i].uid);
	}
	EXPECT_EQ(before + MANY, firmware_objects(control, "uid"));
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	EXPECT_EQ(before, firmware_objects(control, "uid"));
	close(first);
	EXPECT_EQ(before - 1, firmware_objects(control, "uid"));
	close(control);
}

/* Theory: a descriptor is closed when its last copy is: dup, fork, exit. */
TEST_F_TIMEOUT(uid, shared_descriptor, TEST_S)
{
	int fd = NODE_OPEN(0), control = CONTROL_OPEN(0);
	long long before = firmware_objects(control, "uid");
	struct fwctl_info_mlx5 data, again;
	int copy;

	ASSERT_EQ(0, info_mlx5(fd, &data));
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	ASSERT_LE(0, copy);
	close(fd);
	EXPECT_EQ(before, firmware_objects(control, "uid"));
	EXPECT_EQ(0, read_mgir(copy));
	ASSERT_EQ(0, info_mlx5(copy, &again));
	EXPECT_EQ(data.uid, again.uid);

	pid_t child = fork();

	if (!child)
		_exit(read_mgir(copy) ? 1 : 0);
	int status;

	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(before, firmware_objects(control, "uid"));
	close(copy);
	EXPECT_EQ(before - 1, firmware_objects(control, "uid"));
	close(control);
}

/* Theory: a firmware that has no user context to give fails the open. */
TEST_F_TIMEOUT(uid, no_uid_to_give, TEST_S)
{
	int first = NODE_OPEN(0), control = CONTROL_OPEN(0);
	long long before = firmware_objects(control, "uid");

	NOT_UPSTREAM("makes another errno of it");
	ASSERT_TRUE(firmware_refuse(control, OP_CREATE_UCTX));
	EXPECT_EQ(-EIO, node_open(0));
	EXPECT_EQ(before, firmware_objects(control, "uid"));
	/* Once only, and nothing was left behind. */
	int fd = node_open(0);

	EXPECT_LE(0, fd);
	close(fd);
	close(first);
	close(control);
}

TEST_HARNESS_MAIN
