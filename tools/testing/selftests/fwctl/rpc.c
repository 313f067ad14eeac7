// SPDX-License-Identifier: GPL-2.0
/*
 * FWCTL_RPC: lengths, pointers, and how the firmware's word comes back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fwctl_test.h"
#include "kselftest_harness.h"

#define READ_ONLY FWCTL_RPC_DEBUG_READ_ONLY

FIXTURE(rpc)
{
	int fd;
	uint8_t in[MBOX_HEADER + MGIR_LEN];
	uint8_t out[MBOX_HEADER + MGIR_LEN];
	uint32_t out_len;
};

FIXTURE_SETUP(rpc)
{
	self->fd = NODE_OPEN(0);
	access_reg(self->in, OP_MOD_READ, REG_MGIR);
	self->out_len = sizeof(self->out);
}

FIXTURE_TEARDOWN(rpc)
{
	close(self->fd);
}

/* Theory: a register read reaches the firmware and its answer comes back. */
TEST_F_TIMEOUT(rpc, register_read, TEST_S)
{
	ASSERT_EQ(0, rpc(self->fd, READ_ONLY, self->in, sizeof(self->in),
			 self->out, &self->out_len));
	EXPECT_EQ(sizeof(self->out), self->out_len);
	EXPECT_EQ(0, get32(self->out, 0));
	/* hw_dev_id of ConnectX-6 Dx */
	EXPECT_EQ(0x212, get32(self->out, MBOX_HEADER + 8) & 0xffff);
}

/* Theory: a reply of 4 KiB, over nine mailbox blocks, is whole. */
TEST_F_TIMEOUT(rpc, long_reply, TEST_S)
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
TEST_F_TIMEOUT(rpc, oversize_mailbox, TEST_S)
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

/* Theory: a status of the firmware is success, with the status in the reply. */
TEST_F_TIMEOUT(rpc, firmware_status, TEST_S)
{
	access_reg(self->in, OP_MOD_READ, 0x6fff);
	ASSERT_EQ(0, rpc(self->fd, READ_ONLY, self->in, sizeof(self->in),
			 self->out, &self->out_len));
	EXPECT_NE(0, self->out[0]);
	/* Tools take these for a register status of their own. */
	EXPECT_EQ(0, get32(self->out, 0) & 0xffffff);
}

/* Theory: lengths below a header or above the transport's limit are EMSGSIZE. */
TEST_F_TIMEOUT(rpc, lengths, TEST_S)
{
	const uint32_t max = 512 * 512;
	const uint32_t bad[] = { 0, 1, 15, max + 1, 1 << 20, 2 << 20,
				 (2 << 20) + 1, 1u << 31, UINT32_MAX };
	uint8_t *big = calloc(1, 4 << 20);
	uint32_t out_len;

	NOT_UPSTREAM("has no limit of its own");
	ASSERT_NE(NULL, big);
	access_reg(big, OP_MOD_READ, REG_MGIR);
	for (int i = 0; i < 9; i++) {
		out_len = 32;
		EXPECT_EQ(-EMSGSIZE, rpc(self->fd, READ_ONLY, big, bad[i],
					 self->out, &out_len));
		out_len = bad[i];
		EXPECT_EQ(-EMSGSIZE, rpc(self->fd, READ_ONLY, self->in,
					 sizeof(self->in), big, &out_len));
	}
	free(big);
}

/* Theory: bad pointers are EFAULT; a bad request is found before it is sent. */
TEST_F_TIMEOUT(rpc, bad_pointers, TEST_S)
{
	void *bad[] = { NULL, (void *)8, KERNEL_ADDRESS,
			(void *)-4096 };
	int control = control_open(0);
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long long before = -1;

	ASSERT_NE(MAP_FAILED, page);
	ASSERT_EQ(0, mprotect(page + 4096, 4096, PROT_NONE));
	if (control >= 0)
		before = firmware_commands(control);
	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(-EFAULT, rpc(self->fd, READ_ONLY, bad[i],
				       sizeof(self->in), self->out,
				       &self->out_len));
	}
	EXPECT_EQ(-EFAULT, rpc(self->fd, READ_ONLY, page + 4096 - 16,
			       sizeof(self->in), self->out, &self->out_len));
	if (control >= 0)
		EXPECT_EQ(before, firmware_commands(control));

	/* A bad place for the reply is found when there is a reply. */
	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(-EFAULT, rpc(self->fd, READ_ONLY, self->in,
				       sizeof(self->in), bad[i],
				       &self->out_len));
	}
	if (control >= 0) {
		EXPECT_EQ(before + 4, firmware_commands(control));
		close(control);
	}
	ASSERT_EQ(0, mprotect(page, 4096, PROT_READ));
	EXPECT_EQ(-EFAULT, rpc(self->fd, READ_ONLY, self->in, sizeof(self->in),
			       page, &self->out_len));
	munmap(page, 8192);
}

/* Theory: nothing is written beyond the room for the reply. */
TEST_F_TIMEOUT(rpc, short_room, TEST_S)
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

TEST_HARNESS_MAIN
