// SPDX-License-Identifier: GPL-2.0
/*
 * The core, by the sample drivers in C and in Rust: what holds for every driver.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "sample_test.h"

FIXTURE(core)
{
	int fd;
	unsigned int node;
};

FIXTURE_VARIANT(core)
{
	const struct sample_driver *driver;
};

FIXTURE_VARIANT_ADD(core, c)
{
	.driver = &sample_in_c,
};

FIXTURE_VARIANT_ADD(core, rust)
{
	.driver = &sample_in_rust,
};

FIXTURE_SETUP(core)
{
	self->fd = SAMPLE_LOAD(variant->driver, &self->node);
}

FIXTURE_TEARDOWN(core)
{
	close(self->fd);
	EXPECT_EQ(0, sample_unload(variant->driver));
}

/* Theory: INFO has the kernel's length also where there is no room. */
TEST_F_TIMEOUT(core, info, TEST_S)
{
	struct fwctl_info arg = { .size = sizeof(arg) };
	struct fwctl_sample_info data;

	ASSERT_EQ(0, call(self->fd, FWCTL_INFO, &arg));
	EXPECT_EQ(FWCTL_DEVICE_TYPE_SAMPLE, arg.out_device_type);
	EXPECT_EQ(sizeof(data), arg.device_data_len);
	ASSERT_EQ(0, sample_info(self->fd, &data));
	EXPECT_EQ(1, data.version);
	EXPECT_EQ(1, data.contexts);
}

/* Theory: a reply in the request's memory comes back whole. */
TEST_F_TIMEOUT(core, echo, TEST_S)
{
	static const uint32_t lens[] = { 8, 9, 15, 16, 17, 4095, 65536, 2 << 20 };
	uint8_t *in = calloc(1, 2 << 20), *out = calloc(1, (2 << 20) + 1);

	ASSERT_NE(NULL, in);
	ASSERT_NE(NULL, out);
	for (uint32_t i = 8; i < 2 << 20; i++)
		in[i] = i * 7 + (i >> 8);
	for (int i = 0; i < 8; i++) {
		uint32_t out_len = lens[i];

		memset(out, 0xa5, lens[i] + 1);
		ASSERT_EQ(0, rpc(self->fd, READ_ONLY, in, lens[i], out, &out_len));
		EXPECT_EQ(lens[i], out_len);
		EXPECT_EQ(0, memcmp(in, out, lens[i]));
		EXPECT_EQ(0xa5, out[lens[i]]);
	}
	free(in);
	free(out);
}

/* Theory: the user learns the length of all of the reply, and gets what fits. */
TEST_F_TIMEOUT(core, long_reply, TEST_S)
{
	uint8_t out[64];

	for (uint32_t room = 0; room <= 40; room += 8) {
		uint32_t out_len = room;

		memset(out, 0xa5, sizeof(out));
		ASSERT_EQ(0, sample_rpc(self->fd, READ_ONLY, SAMPLE_FILL, 32, out,
					&out_len));
		EXPECT_EQ(32, out_len);
		for (uint32_t i = 0; i < sizeof(out); i++) {
			ASSERT_EQ(i < room && i < 32 ? 0xfe : 0xa5, out[i]) {
				TH_LOG("room %u byte %u", room, i);
			}
		}
	}
}

/* Theory: the transport's errno comes through. */
TEST_F_TIMEOUT(core, transport_error, TEST_S)
{
	static const int errnos[] = { EIO, ETIMEDOUT, ENXIO, EINVAL, EINTR };

	for (int i = 0; i < 5; i++)
		EXPECT_EQ(-errnos[i],
			  sample_rpc(self->fd, READ_ONLY, SAMPLE_FAIL, errnos[i],
				     NULL, NULL));
}

/* Theory: each operation passes from its own scope on. */
TEST_F_TIMEOUT(core, scopes, TEST_S)
{
	static const uint32_t least[] = { 1, 1, 1, 1, 0, 2, 3 };
	uint8_t out[8];

	for (uint32_t op = SAMPLE_ECHO; op <= SAMPLE_EVERYTHING; op++) {
		for (uint32_t scope = 0; scope < 4; scope++) {
			uint32_t out_len = sizeof(out);
			int want = scope < least[op] ? -EBADMSG :
				   op == SAMPLE_FAIL ? -EIO : 0;

			EXPECT_EQ(want, sample_rpc(self->fd, scope, op,
						   op == SAMPLE_FAIL ? EIO : 0,
						   out, &out_len)) {
				TH_LOG("op %u scope %u", op, scope);
			}
		}
	}
	EXPECT_EQ(-EBADMSG, sample_rpc(self->fd, 3, 99, 0, NULL, NULL));
}

#ifdef __LP64__
/* An ioctl as a 32-bit program makes it. */
static int call32(int fd, unsigned long number, void *arg)
{
	int ret;

	asm volatile("int $0x80" : "=a"(ret)
		     : "0"(54), "b"(fd), "c"(number), "d"(arg)
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

/* Theory: 32-bit callers get the same answers. */
TEST_F_TIMEOUT(core, compat, TEST_S)
{
	struct page {
		struct fwctl_info info;
		struct fwctl_sample_info data;
		struct fwctl_rpc rpc;
		struct fwctl_sample_rpc in;
		struct fwctl_sample_rpc out;
	} *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	ASSERT_NE(MAP_FAILED, low);
	if (call32(-1, 0, NULL) == -ENOSYS)
		SKIP(return, "the kernel has no 32-bit calls");
	low->info = (struct fwctl_info){
		.size = sizeof(low->info),
		.device_data_len = sizeof(low->data),
		.out_device_data = (uintptr_t)&low->data,
	};
	EXPECT_EQ(0, call32(self->fd, FWCTL_INFO, &low->info));
	EXPECT_EQ(FWCTL_DEVICE_TYPE_SAMPLE, low->info.out_device_type);
	EXPECT_EQ(1, low->data.version);

	low->in = (struct fwctl_sample_rpc){ SAMPLE_ECHO, 0x12345678 };
	low->rpc = (struct fwctl_rpc){
		.size = sizeof(low->rpc),
		.scope = READ_ONLY,
		.in_len = sizeof(low->in),
		.out_len = sizeof(low->out),
		.in = (uintptr_t)&low->in,
		.out = (uintptr_t)&low->out,
	};
	EXPECT_EQ(0, call32(self->fd, FWCTL_RPC, &low->rpc));
	EXPECT_EQ(0x12345678, low->out.arg);
	low->rpc.scope = 4;
	EXPECT_EQ(-EOPNOTSUPP, call32(self->fd, FWCTL_RPC, &low->rpc));
	EXPECT_EQ(-ENOTTY, call32(self->fd, _IO(FWCTL_TYPE, 77), low));
	EXPECT_EQ(-EFAULT, call32(self->fd, FWCTL_INFO, NULL));
	munmap(low, 4096);
}
#endif

/* Where a page fault can happen. */
enum place { INFO_ARGUMENT, INFO_ROOM, RPC_ARGUMENT, RPC_REQUEST, RPC_REPLY, PLACES };

struct taker {
	unsigned int node;
	/* Of the parent. */
	int fd;
	enum place place;
};

static void take_stall(void *page, void *arg)
{
	const struct taker *taker = arg;
	const enum place place = taker->place;
	struct fwctl_sample_rpc in = { SAMPLE_FILL, 64 };
	uint8_t room[64];
	struct fwctl_info info = {
		.size = sizeof(info),
		.device_data_len = 4096,
		.out_device_data = (uintptr_t)page,
	};
	struct fwctl_rpc rpc = {
		.size = sizeof(rpc),
		.scope = READ_ONLY,
		.in_len = sizeof(in),
		.out_len = sizeof(room),
		.in = (uintptr_t)(place == RPC_REQUEST ? page : &in),
		.out = (uintptr_t)(place == RPC_REPLY ? page : room),
	};
	int fd = node_open(taker->node);

	close(taker->fd);
	if (place <= INFO_ROOM)
		call(fd, FWCTL_INFO, place == INFO_ROOM ? (void *)&info : page);
	else
		call(fd, FWCTL_RPC, place == RPC_ARGUMENT ? page : (void *)&rpc);
}

/*
 * Theory: a page fault that never ends holds up its own caller: not another
 * descriptor, not the end of the driver, not its own death.
 */
TEST_F_TIMEOUT(core, stalled_page_fault, TEST_S)
{
	for (enum place place = 0; place < PLACES; place++) {
		struct fwctl_sample_info data;
		struct taker taker = { self->node, self->fd, place };
		pid_t child = stalled_child(take_stall, &taker);
		int status, unloaded;

		ASSERT_LT(0, child) {
			TH_LOG("nobody stalled at place %d", place);
		}
		EXPECT_EQ(0, sample_info(self->fd, &data));
		EXPECT_EQ(2, data.contexts);
		EXPECT_EQ(0, sample_rpc(self->fd, READ_ONLY, SAMPLE_SLEEP, 0, NULL,
					NULL));
		unloaded = sample_unload(variant->driver);
		/* It may be what holds up all others, the end of this test too. */
		if (unloaded)
			kill(child, SIGKILL);
		ASSERT_EQ(0, unloaded) {
			TH_LOG("stalled at place %d", place);
		}
		EXPECT_TRUE(sample_info(self->fd, &data) == -ENODEV);
		/* Still there, still stalled. */
		EXPECT_EQ(0, waitpid(child, &status, WNOHANG));
		ASSERT_EQ(0, kill(child, SIGKILL));
		ASSERT_EQ(child, waitpid(child, &status, 0));

		close(self->fd);
		self->fd = sample_load(variant->driver, &self->node);
		ASSERT_LE(0, self->fd);
	}
}

/* Whether a task waits for something that is not a signal: it does in a driver, and in the core for one. */
static bool asleep(void *tid)
{
	char path[64], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", *(pid_t *)tid);
	file = fopen(path, "re");
	if (file) {
		if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
			state = 0;
		fclose(file);
	}
	return state == 'D';
}

/*
 * Theory: who is killed while the firmware is busy dies at once. Its context is
 * there until the firmware is done, and gone then.
 */
TEST_F_TIMEOUT(core, kill, TEST_S)
{
	/* On a worker, and without one. */
	static const uint32_t ops[] = { SAMPLE_SLEEP, SAMPLE_LATER };

	if (!variant->driver->owned)
		SKIP(return, "a driver in C delivers in its caller");
	for (unsigned int i = 0; i < ARRAY_SIZE(ops); i++) {
		struct fwctl_sample_info data;
		pid_t child = fork();
		int status;

		if (!child) {
			int fd = node_open(self->node);

			close(self->fd);
			sample_rpc(fd, READ_ONLY, ops[i], 2000, NULL, NULL);
			_exit(0);
		}
		do {
			ASSERT_EQ(0, sample_info(self->fd, &data));
		} while (data.contexts < 2);
		usleep(200000);
		ASSERT_EQ(0, kill(child, SIGKILL));
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
		ASSERT_EQ(0, sample_info(self->fd, &data));
		EXPECT_EQ(2, data.contexts);
		do {
			usleep(10000);
			ASSERT_EQ(0, sample_info(self->fd, &data));
		} while (data.contexts > 1);
	}
}

/* Whether the answer that comes @ms later is that to the request. */
static bool later(int fd, uint32_t ms)
{
	struct fwctl_sample_rpc out = {};
	uint32_t len = sizeof(out);
	int ret = sample_rpc(fd, READ_ONLY, SAMPLE_LATER, ms, &out, &len);

	return !ret && len == sizeof(out) && out.op == SAMPLE_LATER && out.arg == ms;
}

struct waiter {
	pthread_t thread;
	int fd;
	uint32_t ms;
};

static void *waiter(void *arg)
{
	struct waiter *waiter = arg;

	for (uint32_t i = 0; i < 5; i++)
		if (!later(waiter->fd, waiter->ms + i))
			return arg;
	return NULL;
}

/*
 * Theory: what is answered later is answered to whom it belongs, also where it is
 * more than the driver starts at a time.
 */
TEST_F_TIMEOUT(core, later, TEST_S)
{
	enum { MANY = 16 };
	struct waiter waiters[MANY];
	struct fwctl_sample_info data;
	void *ret;

	EXPECT_TRUE(later(self->fd, 0));
	for (int i = 0; i < MANY; i++) {
		waiters[i].fd = self->fd;
		waiters[i].ms = 10 + 10 * i;
		ASSERT_EQ(0, pthread_create(&waiters[i].thread, NULL, waiter, &waiters[i]));
	}
	for (int i = 0; i < MANY; i++) {
		ASSERT_EQ(0, pthread_join(waiters[i].thread, &ret));
		EXPECT_EQ(NULL, ret);
	}
	ASSERT_EQ(0, sample_info(self->fd, &data));
	EXPECT_EQ(1, data.contexts);
}

/*
 * Theory: the end of the driver waits for what it has still to answer, its caller
 * gets the answer, and then the driver is gone.
 */
TEST_F_TIMEOUT(core, later_than_the_driver, TEST_S)
{
	struct fwctl_sample_info data;
	pid_t child = fork();
	int status;

	if (!child)
		_exit(!later(self->fd, 2000));
	ASSERT_TRUE(patient(asleep, &child));
	ASSERT_EQ(0, sample_unload(variant->driver));
	EXPECT_TRUE(child_wait(child, &status));
	EXPECT_EQ(0, status);
	EXPECT_EQ(-ENODEV, sample_info(self->fd, &data));
	close(self->fd);
	self->fd = SAMPLE_LOAD(variant->driver, &self->node);
}

static void *sleeper(void *fd)
{
	sample_rpc(*(int *)fd, READ_ONLY, SAMPLE_SLEEP, 100, NULL, NULL);
	return NULL;
}

/* Theory: more callers than the driver takes at a time all get through. */
TEST_F_TIMEOUT(core, many_callers, TEST_S)
{
	enum { MANY = 32 };
	struct fwctl_sample_info data;
	pthread_t threads[MANY];

	for (int i = 0; i < MANY; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, sleeper, &self->fd));
	/* Who asks for nothing of the firmware does not queue behind them. */
	EXPECT_EQ(0, sample_info(self->fd, &data));
	for (int i = 0; i < MANY; i++)
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
	EXPECT_EQ(0, sample_info(self->fd, &data));
	EXPECT_EQ(1, data.contexts);
}

/* Opens, asks, closes. */
static int use(unsigned int node)
{
	int fd = node_open(node), ret;

	if (fd < 0)
		return fd;
	ret = sample_rpc(fd, READ_ONLY, SAMPLE_SLEEP, 0, NULL, NULL);
	close(fd);
	return ret;
}

static void *user(void *node)
{
	return (void *)(intptr_t)use(*(unsigned int *)node);
}

struct closer {
	int fd;
	pid_t tid;
	bool closed;
};

static void *closer(void *arg)
{
	struct closer *closer = arg;

	__atomic_store_n(&closer->tid, gettid(), __ATOMIC_RELAXED);
	close(closer->fd);
	__atomic_store_n(&closer->closed, true, __ATOMIC_RELAXED);
	return NULL;
}

/* Whether it sleeps in the driver, or is through. */
static bool closing(void *arg)
{
	struct closer *closer = arg;
	pid_t tid = __atomic_load_n(&closer->tid, __ATOMIC_RELAXED);

	return asleep(&tid) || __atomic_load_n(&closer->closed, __ATOMIC_RELAXED);
}

/*
 * Theory: while the driver closes one descriptor, others are opened, used and
 * closed.
 */
TEST_F_TIMEOUT(core, slow_close, TEST_S)
{
	struct fwctl_sample_info data = {};

	/* It takes longer where a machine got nothing done meanwhile. */
	for (unsigned int s = 1; data.contexts != 2 && s <= patience(); s *= 2) {
		struct closer slow = { .fd = node_open(self->node) };
		pthread_t closing_thread, using_thread;
		void *ret;

		ASSERT_LE(0, slow.fd);
		ASSERT_EQ(0, sample_rpc(slow.fd, READ_ONLY, SAMPLE_LINGER, s * 1000,
					NULL, NULL));
		ASSERT_EQ(0, pthread_create(&closing_thread, NULL, closer, &slow));
		ASSERT_TRUE(patient(closing, &slow));
		ASSERT_EQ(0, pthread_create(&using_thread, NULL, user, &self->node));
		EXPECT_EQ(0, use(self->node));
		ASSERT_EQ(0, pthread_join(using_thread, &ret));
		EXPECT_EQ(NULL, ret);
		/* This one's, and the one that is being closed. */
		ASSERT_EQ(0, sample_info(self->fd, &data));
		ASSERT_EQ(0, pthread_join(closing_thread, NULL));
	}
	EXPECT_EQ(2, data.contexts);
	ASSERT_EQ(0, sample_info(self->fd, &data));
	EXPECT_EQ(1, data.contexts);
}

TEST_HARNESS_MAIN
