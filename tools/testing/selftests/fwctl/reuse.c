// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that the core uses for one request after the other, by the sample drivers
 * in C and in Rust: nobody reads there what was another's.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "sample_test.h"

enum { LONGEST = 2 << 20, SECRET = 0x5a, UNTOUCHED = 0xa5 };

FIXTURE(reuse)
{
	int fd;
	unsigned int node;
	uint8_t *in;
	uint8_t *out;
};

FIXTURE_VARIANT(reuse)
{
	const struct sample_driver *driver;
};

FIXTURE_VARIANT_ADD(reuse, c)
{
	.driver = &sample_in_c,
};

FIXTURE_VARIANT_ADD(reuse, rust)
{
	.driver = &sample_in_rust,
};

FIXTURE_SETUP(reuse)
{
	self->fd = SAMPLE_LOAD(variant->driver, &self->node);
	self->in = malloc(LONGEST);
	self->out = malloc(LONGEST);
	ASSERT_NE(NULL, self->in);
	ASSERT_NE(NULL, self->out);
}

FIXTURE_TEARDOWN(reuse)
{
	close(self->fd);
	free(self->in);
	free(self->out);
	EXPECT_EQ(0, sample_unload(variant->driver));
}

/* Has the core hold a secret of @len bytes for a request; 0 or a negative errno. */
static int tell(FIXTURE_DATA(reuse) *self, int fd, uint32_t len)
{
	const struct fwctl_sample_rpc echo = { SAMPLE_ECHO };
	uint32_t out_len = len;

	memset(self->in, SECRET, len);
	memcpy(self->in, &echo, sizeof(echo));
	return rpc(fd, READ_ONLY, self->in, len, self->out, &out_len);
}

/*
 * The first byte of a reply of @len bytes that is not as it should be, where the
 * driver wrote none of them; -1 if all are.
 */
static long odd_byte(FIXTURE_DATA(reuse) *self, int fd, uint32_t in_len, uint32_t len, bool zeroed)
{
	const struct fwctl_sample_rpc claim = { SAMPLE_CLAIM, len };
	uint32_t out_len = len;

	memset(self->in, 1, in_len);
	memcpy(self->in, &claim, sizeof(claim));
	memset(self->out, UNTOUCHED, len);
	if (rpc(fd, READ_ONLY, self->in, in_len, self->out, &out_len) || out_len != len)
		return 0;
	if (memcmp(self->in, self->out, in_len))
		return 0;
	for (uint32_t i = in_len; i < len; i++)
		if (self->out[i] && (zeroed || self->out[i] != UNTOUCHED))
			return i;
	return -1;
}

/* Theory: what a driver did not write is no other request's, of this descriptor or of another. */
TEST_F_TIMEOUT(reuse, nothing_stays, TEST_S)
{
	static const uint32_t lens[] = { 64, 100, 4096, 8192, 8193, 65536, 1 << 20, LONGEST };
	int other = node_open(self->node);

	ASSERT_LE(0, other);
	for (unsigned int i = 0; i < ARRAY_SIZE(lens); i++) {
		for (unsigned int told = i; told < ARRAY_SIZE(lens); told++) {
			ASSERT_EQ(0, tell(self, self->fd, lens[told]));
			EXPECT_EQ(-1, odd_byte(self, self->fd, 8, lens[i], variant->driver->owned)) {
				TH_LOG("%u bytes after %u", lens[i], lens[told]);
			}
			ASSERT_EQ(0, tell(self, self->fd, lens[told]));
			EXPECT_EQ(-1, odd_byte(self, other, lens[i] / 2, lens[i],
					       variant->driver->owned)) {
				TH_LOG("%u bytes after %u of another", lens[i], lens[told]);
			}
		}
	}
	close(other);
}

/* Theory: nor after a request that was refused, or that failed. */
TEST_F_TIMEOUT(reuse, failed, TEST_S)
{
	static const uint32_t lens[] = { 64, 8192, 65536 };
	static const struct fwctl_sample_rpc ends[] = {
		{ SAMPLE_FAIL, EIO }, { SAMPLE_EVERYTHING }, { 99 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(lens); i++) {
		for (unsigned int end = 0; end < ARRAY_SIZE(ends); end++) {
			uint32_t out_len = lens[i];

			memset(self->in, SECRET, lens[i]);
			memcpy(self->in, &ends[end], sizeof(ends[end]));
			EXPECT_GT(0, rpc(self->fd, READ_ONLY, self->in, lens[i], self->out,
					 &out_len));
			EXPECT_EQ(-1, odd_byte(self, self->fd, 8, lens[i], variant->driver->owned));
		}
	}
}

enum { THREADS = 8, ROUNDS = 400 };

struct talker {
	pthread_t thread;
	int fd;
	uint8_t byte;
	bool failed;
};

/* Requests of all lengths, each answered by itself. */
static void *talk(void *arg)
{
	static const uint32_t lens[] = { 16, 4096, 8192, 9000, 65536, 200000 };
	static uint8_t in[THREADS][200000], out[THREADS][200000];
	const struct fwctl_sample_rpc echo = { SAMPLE_ECHO };
	struct talker *talker = arg;
	uint8_t *mine = in[talker->byte], *got = out[talker->byte];

	memset(mine, talker->byte, sizeof(in[0]));
	memcpy(mine, &echo, sizeof(echo));
	for (int i = 0; i < ROUNDS && !talker->failed; i++) {
		uint32_t len = lens[(i + talker->byte) % ARRAY_SIZE(lens)], out_len = len;

		memset(got, UNTOUCHED, len);
		talker->failed = rpc(talker->fd, READ_ONLY, mine, len, got, &out_len) ||
				 out_len != len || memcmp(mine, got, len);
	}
	return NULL;
}

/* Theory: of many who use one descriptor each has memory of its own. */
TEST_F_TIMEOUT(reuse, together, TEST_S)
{
	struct talker talkers[THREADS];

	for (int i = 0; i < THREADS; i++) {
		talkers[i] = (struct talker){ .fd = self->fd, .byte = i };
		ASSERT_EQ(0, pthread_create(&talkers[i].thread, NULL, talk, &talkers[i]));
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(talkers[i].thread, NULL);
		EXPECT_FALSE(talkers[i].failed);
	}
}

TEST_HARNESS_MAIN
