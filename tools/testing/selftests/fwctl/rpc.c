// SPDX-License-Identifier: GPL-2.0
/*
 * FWCTL_RPC: lengths, pointers, and how the firmware's word comes back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "vendor_test.h"

#define READ_ONLY FWCTL_RPC_DEBUG_READ_ONLY

FIXTURE(rpc)
{
	int fd;
	uint8_t in[ASK_MAX];
	uint8_t out[ASK_MAX];
	uint32_t out_len;
};

FIXTURE_SETUP(rpc)
{
	self->fd = NODE_OPEN(0);
	vendor()->ask(self->in);
	self->out_len = vendor()->out_len;
}

FIXTURE_TEARDOWN(rpc)
{
	close(self->fd);
}

/* Theory: a request reaches the firmware and its answer comes back. */
TEST_F_TIMEOUT(rpc, answer, TEST_S)
{
	ASSERT_EQ(0, rpc(self->fd, READ_ONLY, self->in, vendor()->in_len,
			 self->out, &self->out_len));
	EXPECT_EQ(vendor()->out_len, self->out_len);
	EXPECT_TRUE(vendor()->answered(self->out));
}

/* Theory: a status of the firmware is success, with the status in the reply. */
TEST_F_TIMEOUT(rpc, firmware_status, TEST_S)
{
	vendor()->ask_in_vain(self->in);
	ASSERT_EQ(0, rpc(self->fd, READ_ONLY, self->in, vendor()->in_len,
			 self->out, &self->out_len));
	EXPECT_TRUE(vendor()->refused(self->out));
}

/* Theory: lengths below a header or above the transport's limit are EMSGSIZE. */
TEST_F_TIMEOUT(rpc, lengths, TEST_S)
{
	const uint32_t in_max = vendor()->in_max, out_max = vendor()->out_max;
	const uint32_t bad[] = { 0, 1, ASK_MIN - 1, in_max + 1, out_max + 1, 1 << 20, 2 << 20,
				 (2 << 20) + 1, 1u << 31, UINT32_MAX };
	uint8_t *big = calloc(1, 4 << 20);
	uint32_t out_len;

	NOT_UPSTREAM("has no limit of its own");
	ASSERT_NE(NULL, big);
	vendor()->ask(big);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		out_len = vendor()->out_len;
		if (bad[i] < ASK_MIN || bad[i] > in_max)
			EXPECT_EQ(-EMSGSIZE, rpc(self->fd, READ_ONLY, big, bad[i],
						 self->out, &out_len));
		out_len = bad[i];
		if (bad[i] < ASK_MIN || bad[i] > out_max)
			EXPECT_EQ(-EMSGSIZE, rpc(self->fd, READ_ONLY, self->in,
						 vendor()->in_len, big, &out_len));
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
				       vendor()->in_len, self->out,
				       &self->out_len));
	}
	EXPECT_EQ(-EFAULT, rpc(self->fd, READ_ONLY, page + 4096 - 16,
			       vendor()->in_len, self->out, &self->out_len));
	if (control >= 0)
		EXPECT_EQ(before, firmware_commands(control));

	/* A bad place for the reply is found when there is a reply. */
	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(-EFAULT, rpc(self->fd, READ_ONLY, self->in,
				       vendor()->in_len, bad[i],
				       &self->out_len));
	}
	if (control >= 0) {
		EXPECT_EQ(before + 4, firmware_commands(control));
		close(control);
	}
	ASSERT_EQ(0, mprotect(page, 4096, PROT_READ));
	EXPECT_EQ(-EFAULT, rpc(self->fd, READ_ONLY, self->in, vendor()->in_len,
			       page, &self->out_len));
	munmap(page, 8192);
}

TEST_HARNESS_MAIN
