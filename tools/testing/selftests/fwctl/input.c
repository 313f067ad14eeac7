// SPDX-License-Identifier: GPL-2.0
/*
 * Input of every kind, by the sample drivers: what is refused changes nothing, of
 * the firmware or of the argument, and what is accepted is carried out to the byte.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "sample_test.h"

/* Bytes of a request or a reply, at most. */
#define RPC_MAX (2u << 20)
#define PAGE 4096

/* Memory behind which there is none. */
struct edge {
	uint8_t *start;
	uint8_t *end;
};

FIXTURE(input)
{
	int fd;
	unsigned int node;
	/* What a call that should be refused could end or add to. */
	uint32_t objects;
	struct edge in;
	struct edge out;
};

FIXTURE_VARIANT(input)
{
	const struct sample_driver *driver;
};

FIXTURE_VARIANT_ADD(input, c)
{
	.driver = &sample_in_c,
};

FIXTURE_VARIANT_ADD(input, rust)
{
	.driver = &sample_in_rust,
};

static struct edge edge(size_t len)
{
	uint8_t *start = mmap(NULL, len + PAGE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (start == MAP_FAILED || mprotect(start + len, PAGE, PROT_NONE))
		return (struct edge){};
	return (struct edge){ start, start + len };
}

FIXTURE_SETUP(input)
{
	self->fd = SAMPLE_LOAD(variant->driver, &self->node);
	if (variant->driver->owned) {
		ASSERT_EQ(1, sample_create(self->fd, 0));
		self->objects = 1;
	}
	self->in = edge(RPC_MAX);
	self->out = edge(RPC_MAX);
	ASSERT_NE(NULL, self->in.start);
	ASSERT_NE(NULL, self->out.start);
}

FIXTURE_TEARDOWN(input)
{
	EXPECT_FIRMWARE(self->fd, 1, self->objects);
	close(self->fd);
	EXPECT_EQ(0, sample_unload(variant->driver));
}

/* A call that has to leave its argument alone; EUCLEAN if it did not. */
static int refused(int fd, unsigned long number, void *arg, size_t len)
{
	static uint8_t before[2 * PAGE];
	int ret;

	memcpy(before, arg, len);
	ret = call(fd, number, arg);
	return memcmp(before, arg, len) ? -EUCLEAN : ret;
}

/* A command whose argument is right, and what it answers. */
static const struct {
	unsigned long number;
	uint32_t size;
	int answer;
} commands[] = {
	{ FWCTL_INFO, sizeof(struct fwctl_info), 0 },
	{ FWCTL_RPC, sizeof(struct fwctl_rpc), 0 },
	/* There is no such object. */
	{ FWCTL_RSC_DESTROY, sizeof(struct fwctl_rsc_destroy), -ENOENT },
};

enum { COMMANDS = 3 };

static struct fwctl_sample_rpc request = { SAMPLE_ECHO, 0x12345678 }, reply;

static struct fwctl_sample_info room;

static void right_argument(void *arg, int command, uint32_t size)
{
	switch (command) {
	case 0:
		*(struct fwctl_info *)arg = (struct fwctl_info){
			.device_data_len = sizeof(room),
			.out_device_data = (uintptr_t)&room,
		};
		break;
	case 1:
		*(struct fwctl_rpc *)arg = (struct fwctl_rpc){
			.scope = READ_ONLY,
			.in_len = sizeof(request),
			.out_len = sizeof(reply),
			.in = (uintptr_t)&request,
			.out = (uintptr_t)&reply,
		};
		break;
	case 2:
		*(struct fwctl_rsc_destroy *)arg = (struct fwctl_rsc_destroy){
			.rsc_id = INT32_MAX,
		};
		break;
	}
	*(uint32_t *)arg = size;
}

/* Theory: for every size and every command, a tail is accepted if it is zero. */
TEST_F_TIMEOUT(input, sizes, TEST_S)
{
	const uint32_t huge[] = { 1u << 20, 1u << 30, 1u << 31, UINT32_MAX };
	uint64_t words[2 * PAGE / 8] = {};
	uint8_t *arg = (uint8_t *)words;

	for (int i = 0; i < COMMANDS; i++) {
		const uint32_t known = commands[i].size;

		memset(arg, 0, sizeof(words));
		for (uint32_t size = 0; size <= sizeof(words); size++) {
			const int want = size < known ? -EINVAL :
					 size > PAGE ? -E2BIG : commands[i].answer;

			right_argument(arg, i, size);
			/* The first call writes what the second one changes nothing of. */
			if (!want)
				ASSERT_EQ(0, call(self->fd, commands[i].number, arg));
			ASSERT_EQ(want, refused(self->fd, commands[i].number, arg,
						sizeof(words))) {
				TH_LOG("command %d size %u", i, size);
			}
			if (size <= known)
				continue;
			right_argument(arg, i, size);
			arg[size - 1] = 1;
			ASSERT_EQ(-E2BIG, refused(self->fd, commands[i].number, arg,
						  sizeof(words))) {
				TH_LOG("command %d size %u, tail", i, size);
			}
			arg[size - 1] = 0;
		}
		for (int j = 0; j < 4; j++) {
			right_argument(arg, i, huge[j]);
			EXPECT_EQ(-E2BIG, refused(self->fd, commands[i].number, arg,
						  sizeof(words)));
		}
	}
}

/* Theory: a number that is not a command's is refused, whatever its bits. */
TEST_F_TIMEOUT(input, numbers, TEST_S)
{
	const unsigned int sizes[] = { 0, 8, 24, 32, 4096, 16383 };
	union {
		struct fwctl_info info;
		uint8_t bytes[64];
	} arg = { .info = { .size = sizeof(arg) } };

	for (unsigned int bits = 0; bits < 256 * 4 * 6; bits++) {
		unsigned int nr = bits & 0xff, dir = bits >> 8 & 3;
		unsigned int size = sizes[bits >> 10];

		if (nr <= FWCTL_CMD_RSC_UMEM_REG && !dir && !size)
			continue;
		ASSERT_EQ(-ENOTTY, refused(self->fd, _IOC(dir, FWCTL_TYPE, nr, size),
					   &arg, sizeof(arg))) {
			TH_LOG("nr %u dir %u size %u", nr, dir, size);
		}
	}
	/* Type 0 has numbers that every file knows. */
	for (unsigned int type = 1; type < 256; type++) {
		for (unsigned int nr = 0; nr <= FWCTL_CMD_RSC_UMEM_REG; nr++) {
			if (type == FWCTL_TYPE)
				continue;
			ASSERT_EQ(-ENOTTY, refused(self->fd, _IO(type, nr), &arg,
						   sizeof(arg))) {
				TH_LOG("type %x nr %u", type, nr);
			}
		}
	}
}

/* Theory: a scope that there is not is refused before anything is done. */
TEST_F_TIMEOUT(input, scopes, TEST_S)
{
	static const uint32_t large[] = { 255, 256, 1u << 16, 1u << 31, 1u << 31 | 1,
					  UINT32_MAX };
	struct fwctl_sample_rpc in = { SAMPLE_CREATE, 0 };
	struct fwctl_rpc arg = {
		.size = sizeof(arg),
		.in_len = sizeof(in),
		.in = (uintptr_t)&in,
	};

	for (int i = 0; i <= 16 + 6; i++) {
		arg.scope = i <= 16 ? (uint32_t)i : large[i - 17];
		/* The driver judges those that there are; this one it never takes. */
		in.op = arg.scope <= FWCTL_RPC_DEBUG_WRITE_FULL ? 99 : SAMPLE_CREATE;
		EXPECT_EQ(in.op == 99 ? -EBADMSG : -EOPNOTSUPP,
			  refused(self->fd, FWCTL_RPC, &arg, sizeof(arg))) {
			TH_LOG("scope %u", arg.scope);
		}
		EXPECT_FIRMWARE(self->fd, 1, self->objects);
	}
}

/* Theory: flags that there are not are refused, each of them. */
TEST_F_TIMEOUT(input, flags, TEST_S)
{
	struct fwctl_info info = { .size = sizeof(info) };
	struct fwctl_rsc_destroy destroy = { .size = sizeof(destroy), .rsc_id = 1 };

	for (int bit = 0; bit < 64; bit++) {
		if (bit < 32) {
			info.flags = 1u << bit;
			EXPECT_EQ(-EOPNOTSUPP, refused(self->fd, FWCTL_INFO, &info,
						       sizeof(info)));
			destroy.type = 1u << bit;
			EXPECT_EQ(-EOPNOTSUPP, refused(self->fd, FWCTL_RSC_DESTROY,
						       &destroy, sizeof(destroy)));
		}
		destroy.type = 0;
		destroy.flags = 1ull << bit;
		EXPECT_EQ(-EOPNOTSUPP, refused(self->fd, FWCTL_RSC_DESTROY, &destroy,
					       sizeof(destroy)));
		destroy.flags = 0;
	}
	EXPECT_FIRMWARE(self->fd, 1, self->objects);
}

/* Theory: a request of any length arrives whole, and its reply comes back so. */
TEST_F_TIMEOUT(input, request_lengths, TEST_S)
{
	for (uint32_t i = 0; i < 2 * PAGE; i++)
		self->in.end[-1 - (int)i] = i * 7 + (i >> 8);
	for (uint32_t len = 0; len <= 2 * PAGE; len++) {
		/* A byte too many on either side would be a fault, or would show. */
		uint8_t *in = self->in.end - len, *out = self->out.end - len;
		uint32_t out_len = len;
		int want = len < sizeof(request) ? -EMSGSIZE : 0;

		if (!want)
			memcpy(in, &request, sizeof(request));
		out[-1] = 0xa5;
		memset(out, 0xa5, len < 64 ? len : 64);
		ASSERT_EQ(want, rpc(self->fd, READ_ONLY, in, len, out, &out_len)) {
			TH_LOG("length %u", len);
		}
		ASSERT_EQ(len, out_len);
		ASSERT_EQ(0xa5, out[-1]);
		if (!want)
			ASSERT_EQ(0, memcmp(in, out, len));
	}
}

/* Theory: a reply fills the room that there is and no more, whatever its length. */
TEST_F_TIMEOUT(input, reply_lengths, TEST_S)
{
	const uint32_t lens[] = { 0, 1, 4095, PAGE, 2 * PAGE, UINT32_MAX };
	static uint8_t full[2 * PAGE], none[2 * PAGE];

	memset(full, 0xfe, sizeof(full));
	memset(none, 0xa5, sizeof(none));
	for (int i = 0; i < 6; i++) {
		/* All rooms for a page; for the others some. */
		uint32_t step = lens[i] == PAGE ? 1 : 127;

		for (uint32_t room = 0; room <= sizeof(full); room += step) {
			uint8_t *out = self->out.end - room;
			uint32_t filled = lens[i] < room ? lens[i] : room;
			uint32_t out_len = room;

			memset(out - 1, 0xa5, room + 1);
			ASSERT_EQ(0, sample_rpc(self->fd, READ_ONLY, SAMPLE_FILL,
						lens[i], out, &out_len));
			ASSERT_EQ(lens[i], out_len);
			ASSERT_EQ(0xa5, out[-1]);
			ASSERT_EQ(0, memcmp(out, full, filled)) {
				TH_LOG("reply %u room %u", lens[i], room);
			}
			ASSERT_EQ(0, memcmp(out + filled, none, room - filled)) {
				TH_LOG("reply %u room %u", lens[i], room);
			}
		}
	}
}

/* Theory: 2 MiB each way is the most. */
TEST_F_TIMEOUT(input, limits, TEST_S)
{
	const uint32_t over[] = { RPC_MAX + 1, RPC_MAX + PAGE, 1u << 30, INT32_MAX,
				  1u << 31, UINT32_MAX };
	struct fwctl_rpc arg = {
		.size = sizeof(arg),
		.scope = READ_ONLY,
		.in = (uintptr_t)self->in.start,
		.out = (uintptr_t)self->out.start,
	};

	for (uint32_t i = 0; i < RPC_MAX; i++)
		self->in.start[i] = i * 7 + (i >> 8);
	memcpy(self->in.start, &request, sizeof(request));
	arg.in_len = arg.out_len = RPC_MAX;
	ASSERT_EQ(0, call(self->fd, FWCTL_RPC, &arg));
	EXPECT_EQ(RPC_MAX, arg.out_len);
	EXPECT_EQ(0, memcmp(self->in.start, self->out.start, RPC_MAX));

	*(struct fwctl_sample_rpc *)self->in.start =
		(struct fwctl_sample_rpc){ SAMPLE_CREATE, 0 };
	for (int i = 0; i < 6; i++) {
		arg.in_len = over[i];
		arg.out_len = 8;
		EXPECT_EQ(-EMSGSIZE, refused(self->fd, FWCTL_RPC, &arg, sizeof(arg)));
		arg.in_len = 8;
		arg.out_len = over[i];
		EXPECT_EQ(-EMSGSIZE, refused(self->fd, FWCTL_RPC, &arg, sizeof(arg)));
		arg.in_len = over[i];
		EXPECT_EQ(-EMSGSIZE, refused(self->fd, FWCTL_RPC, &arg, sizeof(arg)));
		EXPECT_FIRMWARE(self->fd, 1, self->objects);
	}
}

/* Pages of every kind. */
struct pages {
	uint8_t *read_only;
	uint8_t *none;
	/* Between pages that are not there. */
	uint8_t *island;
};

static bool pages_make(struct pages *pages)
{
	uint8_t *map = mmap(NULL, 5 * PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		return false;
	*pages = (struct pages){ map, map + PAGE, map + 3 * PAGE };
	return !mprotect(map, PAGE, PROT_READ) &&
	       !mprotect(map + PAGE, 2 * PAGE, PROT_NONE) &&
	       !mprotect(map + 4 * PAGE, PAGE, PROT_NONE);
}

/* Addresses at which @len bytes cannot be read; with @write, not be written. */
static int bad_addresses(const struct pages *pages, uint32_t len, bool write,
			 uint64_t *bad)
{
	int n = 0;

	bad[n++] = 0;
	bad[n++] = 8;
	/* Not canonical with four levels of page tables, with five, and at all. */
	bad[n++] = 1ull << 47;
	bad[n++] = 1ull << 56;
	bad[n++] = 1ull << 63;
	/* The kernel's: memory, text, the end. */
	bad[n++] = 0xffff888000000000;
	bad[n++] = 0xffffffff81000000;
	bad[n++] = -4096ull;
	/* It wraps, or would. */
	bad[n++] = -1ull;
	bad[n++] = -(uint64_t)len;
	bad[n++] = -(uint64_t)len / 2;
	/* Good but for what lies above 32 bits. */
	bad[n++] = (uint64_t)(uintptr_t)pages->island ^ 1ull << 62;
	bad[n++] = (uintptr_t)pages->none;
	/* All but its first byte, all but its last. */
	bad[n++] = (uintptr_t)pages->island - 1;
	bad[n++] = (uintptr_t)pages->island + PAGE - len + 1;
	if (write) {
		bad[n++] = (uintptr_t)pages->read_only;
		bad[n++] = (uintptr_t)pages->read_only + PAGE - len;
	}
	return n;
}

enum { BAD_MAX = 32 };

/* Theory: a bad place for the request is found before anything is sent. */
TEST_F_TIMEOUT(input, request_pointers, TEST_S)
{
	static const uint32_t lens[] = { 8, 16, 64, PAGE - 8, PAGE };
	struct pages pages;
	struct fwctl_rpc arg = { .size = sizeof(arg), .scope = READ_ONLY };
	uint64_t bad[BAD_MAX];

	ASSERT_TRUE(pages_make(&pages));
	*(struct fwctl_sample_rpc *)pages.island =
		(struct fwctl_sample_rpc){ SAMPLE_CREATE, 0 };
	for (int i = 0; i < 5; i++) {
		int n = bad_addresses(&pages, lens[i], false, bad);

		for (int j = 0; j < n; j++) {
			arg.in = bad[j];
			arg.in_len = lens[i];
			EXPECT_EQ(-EFAULT, refused(self->fd, FWCTL_RPC, &arg,
						   sizeof(arg))) {
				TH_LOG("length %u at %llx", lens[i],
				       (unsigned long long)bad[j]);
			}
			EXPECT_FIRMWARE(self->fd, 1, self->objects);
		}
	}
	/* All bytes of its page, and no other; it need not be written to. */
	memcpy(pages.island, &request, sizeof(request));
	ASSERT_EQ(0, mprotect(pages.island, PAGE, PROT_READ));
	arg.in = (uintptr_t)pages.island;
	arg.in_len = PAGE;
	EXPECT_EQ(0, call(self->fd, FWCTL_RPC, &arg));
	/* Nobody looks at a place where nothing is. */
	arg.in = 1ull << 63;
	arg.in_len = 0;
	EXPECT_EQ(-EMSGSIZE, call(self->fd, FWCTL_RPC, &arg));
}

/* Theory: a bad place for the reply fails the call, and undoes what it made. */
TEST_F_TIMEOUT(input, reply_pointers, TEST_S)
{
	static const uint32_t lens[] = { 2, 8, 64, PAGE - 8, PAGE };
	struct pages pages;
	struct fwctl_sample_rpc in;
	struct fwctl_rpc arg = {
		.size = sizeof(arg),
		.scope = READ_ONLY,
		.in_len = sizeof(in),
		.in = (uintptr_t)&in,
	};
	uint64_t bad[BAD_MAX];

	ASSERT_TRUE(pages_make(&pages));
	for (int op = SAMPLE_FILL; op <= SAMPLE_FRESH; op += SAMPLE_FRESH - SAMPLE_FILL) {
		for (int i = 0; i < 5; i++) {
			int n = bad_addresses(&pages, lens[i], true, bad);

			for (int j = 0; j < n; j++) {
				in = (struct fwctl_sample_rpc){ op, lens[i] };
				arg.out = bad[j];
				arg.out_len = lens[i];
				EXPECT_EQ(-EFAULT, refused(self->fd, FWCTL_RPC,
							   &arg, sizeof(arg))) {
					TH_LOG("op %d length %u at %llx", op, lens[i],
					       (unsigned long long)bad[j]);
				}
			}
		}
		in.arg = PAGE;
		arg.out = (uintptr_t)pages.island;
		arg.out_len = PAGE;
		EXPECT_EQ(0, call(self->fd, FWCTL_RPC, &arg));
		EXPECT_EQ(0xfe, pages.island[PAGE - 1]);
		/* Nobody looks at a place for nothing. */
		in.arg = 0;
		arg.out = 1ull << 63;
		EXPECT_EQ(0, call(self->fd, FWCTL_RPC, &arg));
		EXPECT_EQ(0, arg.out_len);
	}
	if (!variant->driver->owned)
		return;
	/* With an object: refused and, with nothing told, undone. */
	for (int i = 0, n = bad_addresses(&pages, 4, true, bad); i < n; i++) {
		in = (struct fwctl_sample_rpc){ SAMPLE_CREATE, 1 };
		arg.out = bad[i];
		arg.out_len = 4;
		EXPECT_EQ(-EFAULT, refused(self->fd, FWCTL_RPC, &arg, sizeof(arg)));
		EXPECT_FIRMWARE(self->fd, 1, self->objects);
	}
}

/* Theory: the same for INFO's room, of which nothing is told then. */
TEST_F_TIMEOUT(input, room_pointers, TEST_S)
{
	static const uint32_t lens[] = { 1 + sizeof(struct fwctl_sample_info), 64,
					 PAGE - 8, PAGE, 2, 1u << 30, UINT32_MAX };
	struct pages pages;
	struct fwctl_info arg = { .size = sizeof(arg) };
	uint64_t bad[BAD_MAX];

	ASSERT_TRUE(pages_make(&pages));
	for (int i = 0; i < 7; i++) {
		/* Where a length beyond all pages begins, a page is all that there is. */
		uint32_t len = lens[i] <= PAGE ? lens[i] : PAGE;
		int n = bad_addresses(&pages, len, true, bad);

		for (int j = 0; j < n; j++) {
			arg.out_device_data = bad[j];
			arg.device_data_len = lens[i];
			EXPECT_EQ(-EFAULT, refused(self->fd, FWCTL_INFO, &arg,
						   sizeof(arg))) {
				TH_LOG("length %u at %llx", lens[i],
				       (unsigned long long)bad[j]);
			}
		}
		arg.out_device_data = (uintptr_t)pages.island;
		arg.device_data_len = lens[i];
		EXPECT_EQ(lens[i] <= PAGE ? 0 : -EFAULT,
			  call(self->fd, FWCTL_INFO, &arg));
		arg.out_device_type = 0;
	}
	arg.out_device_data = 1ull << 63;
	arg.device_data_len = 0;
	EXPECT_EQ(0, call(self->fd, FWCTL_INFO, &arg));
	EXPECT_EQ(sizeof(struct fwctl_sample_info), arg.device_data_len);
}

/* Theory: the argument itself is read to its end, and not beyond. */
TEST_F_TIMEOUT(input, argument_pointers, TEST_S)
{
	struct pages pages;
	uint64_t bad[BAD_MAX];
	uint8_t *end;

	ASSERT_TRUE(pages_make(&pages));
	end = pages.island + PAGE;
	for (int i = 0; i < COMMANDS; i++) {
		const unsigned long number = commands[i].number;
		const uint32_t known = commands[i].size;
		int n = bad_addresses(&pages, known, false, bad);
		uint32_t *size;

		for (int j = 0; j < n; j++) {
			void *arg = (void *)(uintptr_t)bad[j];

			if ((uintptr_t)bad[j] != bad[j])
				continue;
			/* For where it can be read. */
			if (bad[j] == (uintptr_t)end - known + 1)
				memcpy(arg, &known, sizeof(known));
			EXPECT_EQ(-EFAULT, call(self->fd, number, arg)) {
				TH_LOG("command %d at %p", i, arg);
			}
		}
		/* The size can be read, and nothing else. */
		size = (uint32_t *)(end - sizeof(*size));
		*size = known - 1;
		EXPECT_EQ(-EINVAL, refused(self->fd, number, size, sizeof(*size)));
		*size = known;
		EXPECT_EQ(-EFAULT, refused(self->fd, number, size, sizeof(*size)));
		*size = PAGE;
		EXPECT_EQ(-EFAULT, refused(self->fd, number, size, sizeof(*size)));
		/* Beyond a page nobody looks. */
		*size = PAGE + 1;
		EXPECT_EQ(-E2BIG, refused(self->fd, number, size, sizeof(*size)));

		/* It ends where its page does; it ends one byte beyond. */
		right_argument(end - known, i, known);
		EXPECT_EQ(commands[i].answer, call(self->fd, number, end - known));
		right_argument(end - known, i, known + 1);
		EXPECT_EQ(-EFAULT, refused(self->fd, number, end - known, known));
		memset(end - PAGE, 0, PAGE);
		right_argument(end - PAGE, i, PAGE);
		EXPECT_EQ(commands[i].answer, call(self->fd, number, end - PAGE));
		/* It need not be aligned. */
		right_argument(end - known - 1, i, known);
		EXPECT_EQ(commands[i].answer, call(self->fd, number, end - known - 1));

		/* It can be read, and not be written. */
		right_argument(pages.island, i, known);
		ASSERT_EQ(0, mprotect(pages.island, PAGE, PROT_READ));
		EXPECT_EQ(commands[i].answer ?: -EFAULT,
			  call(self->fd, number, pages.island));
		ASSERT_EQ(0, mprotect(pages.island, PAGE, PROT_READ | PROT_WRITE));
		memset(pages.island, 0, PAGE);
	}
}

/* Theory: request, reply and argument may be the same memory. */
TEST_F_TIMEOUT(input, overlap, TEST_S)
{
	union {
		struct fwctl_rpc rpc;
		struct fwctl_info info;
		struct fwctl_sample_rpc request;
	} u = {};

	/* The size of the argument is the operation, 32 of which there are not. */
	u.rpc = (struct fwctl_rpc){
		.size = sizeof(u.rpc),
		.scope = READ_ONLY,
		.in_len = sizeof(u),
		.out_len = sizeof(u),
		.in = (uintptr_t)&u,
		.out = (uintptr_t)&u,
	};
	EXPECT_EQ(-EBADMSG, refused(self->fd, FWCTL_RPC, &u, sizeof(u)));
	EXPECT_EQ(sizeof(u.rpc), u.rpc.size);

	/* What is written last is there: the length. */
	u.rpc.in = (uintptr_t)&request;
	u.rpc.in_len = sizeof(request);
	EXPECT_EQ(0, call(self->fd, FWCTL_RPC, &u));
	EXPECT_EQ(sizeof(request), u.rpc.out_len);
	EXPECT_EQ(sizeof(u.rpc), u.rpc.size);

	u.info = (struct fwctl_info){
		.size = sizeof(u.info),
		.device_data_len = sizeof(u),
		.out_device_data = (uintptr_t)&u,
	};
	EXPECT_EQ(0, call(self->fd, FWCTL_INFO, &u));
	EXPECT_EQ(sizeof(u.info), u.info.size);
	EXPECT_EQ(FWCTL_DEVICE_TYPE_SAMPLE, u.info.out_device_type);
}

TEST_HARNESS_MAIN
