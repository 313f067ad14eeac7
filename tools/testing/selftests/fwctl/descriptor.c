// SPDX-License-Identifier: GPL-2.0
/*
 * One descriptor, many holders: copies, other processes, other programs, threads.
 * Its context is there until the last of them is gone, and no longer.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "sample_test.h"

/* How this program is started to find a descriptor that it inherits. */
#define INHERITED "--inherited"

FIXTURE(descriptor)
{
	int fd;
	unsigned int node;
	/* What the test is about; the other one looks on. */
	int own;
	/* An object of it, where there are any. */
	uint32_t objects;
};

FIXTURE_VARIANT(descriptor)
{
	const struct sample_driver *driver;
};

FIXTURE_VARIANT_ADD(descriptor, c)
{
	.driver = &sample_in_c,
};

FIXTURE_VARIANT_ADD(descriptor, rust)
{
	.driver = &sample_in_rust,
};

FIXTURE_SETUP(descriptor)
{
	self->fd = SAMPLE_LOAD(variant->driver, &self->node);
	self->own = node_open(self->node);
	ASSERT_LE(0, self->own);
	if (variant->driver->owned) {
		ASSERT_EQ(1, sample_create(self->own, 0));
		self->objects = 1;
	}
}

FIXTURE_TEARDOWN(descriptor)
{
	/* A test ends when nobody has it any more. */
	EXPECT_TRUE(sample_settles(self->fd, 1, 0));
	close(self->fd);
	EXPECT_EQ(0, sample_unload(variant->driver));
}

/* Whether a descriptor answers: 0 or a negative errno. */
static int answers(int fd)
{
	struct fwctl_sample_info data;
	int ret = sample_info(fd, &data);

	return ret ?: sample_rpc(fd, READ_ONLY, SAMPLE_SLEEP, 0, NULL, NULL);
}

/* Theory: a copy works when the original is closed. */
TEST_F_TIMEOUT(descriptor, copies, TEST_S)
{
	int copies[3] = {
		dup(self->own),
		fcntl(self->own, F_DUPFD_CLOEXEC, 100),
		dup2(self->own, 200),
	};

	close(self->own);
	EXPECT_EQ(-EBADF, answers(self->own));
	for (int i = 0; i < 3; i++) {
		EXPECT_FIRMWARE(self->fd, 2, self->objects);
		EXPECT_EQ(0, answers(copies[i]));
		close(copies[i]);
		EXPECT_EQ(-EBADF, answers(copies[i]));
	}
}

/* Sends a descriptor over a socket; 0 or a negative errno. */
static int fd_send(int to, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {};
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	return sendmsg(to, &msg, 0) == 1 ? 0 : -errno;
}

/* The descriptor that comes next; a negative errno. */
static int fd_receive(int from)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {};
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	int fd;

	if (recvmsg(from, &msg, MSG_CMSG_CLOEXEC) != 1)
		return -errno;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (!cmsg || cmsg->cmsg_type != SCM_RIGHTS)
		return -EPROTO;
	memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

/*
 * Theory: it can be handed to a process that never opened it, and is there while
 * it is under way and nobody else has it.
 */
TEST_F_TIMEOUT(descriptor, passed, TEST_S)
{
	int ends[2], go[2], status;
	pid_t child;
	char byte;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
	ASSERT_EQ(0, pipe2(go, O_CLOEXEC));
	child = fork();
	if (!child) {
		int fd;

		close(self->own);
		close(ends[0]);
		/* Not before the sender has let go of it. */
		if (read(go[0], &byte, 1) != 1)
			_exit(100);
		fd = fd_receive(ends[1]);
		if (fd < 0)
			_exit(101);
		if (self->objects && rsc_destroy(fd, 1))
			_exit(102);
		_exit(-answers(fd));
	}
	close(ends[1]);
	ASSERT_EQ(0, fd_send(ends[0], self->own));
	close(self->own);
	EXPECT_EQ(-EBADF, answers(self->own));
	EXPECT_FIRMWARE(self->fd, 2, self->objects);
	ASSERT_EQ(1, write(go[1], "x", 1));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_TRUE(sample_settles(self->fd, 1, 0));
	close(ends[0]);

	/* And one that nobody receives. */
	self->own = node_open(self->node);
	ASSERT_LE(0, self->own);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
	ASSERT_EQ(0, fd_send(ends[0], self->own));
	close(self->own);
	EXPECT_FIRMWARE(self->fd, 2, 0);
	close(ends[0]);
	close(ends[1]);
}

/* Theory: processes share it, and what it owns; the end of one is not that of all. */
TEST_F_TIMEOUT(descriptor, shared, TEST_S)
{
	int status;

	for (int i = 0; i < 4; i++) {
		pid_t child = fork();

		if (!child) {
			int ret = answers(self->own);

			if (!ret && self->objects && sample_create(self->own, 1) < 0)
				ret = -ENOMSG;
			if (i % 2)
				raise(SIGKILL);
			_exit(-ret);
		}
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_EQ(i % 2 ? SIGKILL : 0, status);
		EXPECT_EQ(0, answers(self->own));
		EXPECT_FIRMWARE(self->fd, 2, self->objects * (i + 2));
	}
	if (self->objects) {
		EXPECT_EQ(-EBUSY, rsc_destroy(self->own, 1));
		for (uint32_t id = 5; id; id--)
			EXPECT_EQ(0, rsc_destroy(self->own, id));
	}
	close(self->own);
}

/* Started again to find a descriptor. Says whether it answers, and keeps it. */
static int inherited(const char *number)
{
	struct fwctl_sample_info data;
	unsigned char errno_ = -sample_info(atoi(number), &data);
	char byte;

	if (write(STDOUT_FILENO, &errno_, 1) != 1)
		return 1;
	return read(STDIN_FILENO, &byte, 1) != 0;
}

/* Theory: another program has it if it was told to, and only then. */
TEST_F_TIMEOUT(descriptor, programs, TEST_S)
{
	close(self->own);
	for (int inherit = 0; inherit < 2; inherit++) {
		int hold[2], said[2], status;
		unsigned char errno_ = 0;
		pid_t child;

		ASSERT_EQ(0, pipe2(hold, O_CLOEXEC));
		ASSERT_EQ(0, pipe2(said, O_CLOEXEC));
		child = fork();
		if (!child) {
			char number[16];
			int fd = node_open(self->node);

			if (inherit)
				fcntl(fd, F_SETFD, 0);
			snprintf(number, sizeof(number), "%d", fd);
			dup2(hold[0], STDIN_FILENO);
			dup2(said[1], STDOUT_FILENO);
			execl("/proc/self/exe", "descriptor", INHERITED, number, NULL);
			_exit(1);
		}
		close(hold[0]);
		close(said[1]);
		ASSERT_EQ(1, read(said[0], &errno_, 1));
		EXPECT_EQ(inherit ? 0 : EBADF, errno_);
		EXPECT_FIRMWARE(self->fd, 1 + inherit, 0);
		close(hold[1]);
		close(said[0]);
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_EQ(0, status);
		EXPECT_TRUE(sample_settles(self->fd, 1, 0));
	}
}

/* A thread that is in an RPC for some time. */
struct sleeper {
	int fd;
	uint32_t ms;
	pid_t tid;
	int ret;
	bool done;
};

static void *sleep_inside(void *arg)
{
	struct sleeper *sleeper = arg;

	__atomic_store_n(&sleeper->tid, gettid(), __ATOMIC_RELAXED);
	sleeper->ret = sample_rpc(sleeper->fd, READ_ONLY, SAMPLE_SLEEP, sleeper->ms,
				  NULL, NULL);
	__atomic_store_n(&sleeper->done, true, __ATOMIC_RELAXED);
	return NULL;
}

/* Whether the thread sleeps in its call, or is done with it. */
static bool is_inside(void *arg)
{
	struct sleeper *sleeper = arg;
	pid_t tid = __atomic_load_n(&sleeper->tid, __ATOMIC_RELAXED);
	char path[64];

	if (__atomic_load_n(&sleeper->done, __ATOMIC_RELAXED))
		return true;
	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
	return tid && read_number(path) == SYS_ioctl;
}

/*
 * Theory: a call goes on when its descriptor is closed under it, and its context
 * is there until then.
 */
TEST_F_TIMEOUT(descriptor, closed_inside, TEST_S)
{
	enum { INSIDE = 8 };
	bool seen = false;

	/* Who was done before anybody looked gets another chance. */
	for (uint32_t ms = 250; !seen && ms <= 16000; ms *= 2) {
		struct sleeper sleepers[INSIDE] = {};
		struct fwctl_sample_info data;
		pthread_t threads[INSIDE];

		for (int i = 0; i < INSIDE; i++) {
			sleepers[i].fd = self->own;
			sleepers[i].ms = ms;
			ASSERT_EQ(0, pthread_create(&threads[i], NULL, sleep_inside,
						    &sleepers[i]));
		}
		for (int i = 0; i < INSIDE; i++)
			EXPECT_TRUE(patient(is_inside, &sleepers[i]));
		close(self->own);
		EXPECT_EQ(-EBADF, answers(self->own));
		ASSERT_EQ(0, sample_info(self->fd, &data));
		for (int i = 0; i < INSIDE; i++)
			seen |= !__atomic_load_n(&sleepers[i].done, __ATOMIC_RELAXED);
		if (seen) {
			EXPECT_EQ(2, data.contexts);
			EXPECT_EQ(self->objects, data.objects);
		}
		for (int i = 0; i < INSIDE; i++) {
			ASSERT_EQ(0, pthread_join(threads[i], NULL));
			EXPECT_EQ(0, sleepers[i].ret);
		}
		EXPECT_TRUE(sample_settles(self->fd, 1, 0));
		self->objects = 0;
		self->own = node_open(self->node);
	}
	EXPECT_TRUE(seen);
	close(self->own);
}

enum { THREADS = 32, ROUNDS = 50 };

/* What threads that share a number do until it is closed for good. */
struct crowd {
	int fd;
	unsigned int node;
	bool stop;
	unsigned int inside;
	unsigned int answered;
	unsigned int wanted;
	unsigned int closed;
	/* The first errno that nobody should see. */
	int unexpected;
};

static void *ask(void *arg)
{
	struct crowd *crowd = arg;

	while (!__atomic_load_n(&crowd->stop, __ATOMIC_RELAXED)) {
		int ret;

		__sync_fetch_and_add(&crowd->inside, 1);
		ret = sample_rpc(crowd->fd, READ_ONLY, SAMPLE_SLEEP, 1, NULL, NULL);
		__sync_fetch_and_sub(&crowd->inside, 1);
		if (!ret)
			__sync_fetch_and_add(&crowd->answered, 1);
		else if (ret == -EBADF)
			__sync_fetch_and_add(&crowd->closed, 1);
		else
			__sync_val_compare_and_swap(&crowd->unexpected, 0, ret);
		if (ret)
			usleep(1000);
	}
	return NULL;
}

/* Whether there were some answers, and more callers are waiting for theirs. */
static bool crowd_is_busy(void *arg)
{
	struct crowd *crowd = arg;

	return __atomic_load_n(&crowd->answered, __ATOMIC_RELAXED) >= crowd->wanted &&
	       __atomic_load_n(&crowd->inside, __ATOMIC_RELAXED) >= THREADS / 2;
}

/* Theory: the same over and over, with a number that is open again. */
TEST_F_TIMEOUT(descriptor, closed_often, TEST_S)
{
	struct crowd crowd = { self->own, self->node };
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, ask, &crowd));
	for (int i = 0; i < ROUNDS; i++) {
		int next;

		crowd.wanted = crowd.answered + 8;
		EXPECT_TRUE(patient(crowd_is_busy, &crowd));
		if (i % 2) {
			close(self->own);
			next = node_open(self->node);
		} else {
			/* In one step. */
			next = node_open(self->node);
		}
		ASSERT_LE(0, next);
		if (next != self->own) {
			ASSERT_EQ(self->own, dup2(next, self->own));
			close(next);
		}
	}
	__atomic_store_n(&crowd.stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
	TH_LOG("%u answers, %u times closed", crowd.answered, crowd.closed);
	EXPECT_EQ(0, crowd.unexpected);
	EXPECT_LT(0, crowd.answered);
	EXPECT_TRUE(sample_settles(self->fd, 2, 0));
	close(self->own);
}

/* One of many who use a descriptor for themselves. */
struct guest {
	int fd;
	uint8_t number;
	bool owned;
	/* Where it went wrong first. */
	int failed;
};

static void *be_guest(void *arg)
{
	struct guest *guest = arg;
	uint8_t in[512], out[512];

	memset(in, guest->number, sizeof(in));
	memset(in, 0, sizeof(struct fwctl_sample_rpc));
	for (int i = 0; i < ROUNDS && !guest->failed; i++) {
		uint32_t in_len = 8 + (i * 31 + guest->number * 7) % 500;
		uint32_t out_len = sizeof(out);
		int id;

		memset(out, 0xa5, sizeof(out));
		if (rpc(guest->fd, READ_ONLY, in, in_len, out, &out_len) ||
		    out_len != in_len || memcmp(in, out, in_len) ||
		    (in_len < sizeof(out) && out[in_len] != 0xa5))
			guest->failed = __LINE__;
		out_len = sizeof(out);
		if (sample_rpc(guest->fd, READ_ONLY, SAMPLE_FRESH, guest->number, out,
			       &out_len) || out_len != guest->number)
			guest->failed = __LINE__;
		if (answers(guest->fd))
			guest->failed = __LINE__;
		if (!guest->owned)
			continue;
		id = sample_create(guest->fd, 1);
		if (id < 2 || rsc_destroy(guest->fd, id))
			guest->failed = __LINE__;
	}
	return NULL;
}

/* Theory: threads that share one each get their own answers. */
TEST_F_TIMEOUT(descriptor, threads, TEST_S)
{
	struct guest guests[THREADS];
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++) {
		guests[i] = (struct guest){ self->own, i + 1, variant->driver->owned };
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, be_guest, &guests[i]));
	}
	for (int i = 0; i < THREADS; i++) {
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
		EXPECT_EQ(0, guests[i].failed);
	}
	EXPECT_FIRMWARE(self->fd, 2, self->objects);
	close(self->own);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], INHERITED))
		return inherited(argv[2]);
	return test_harness_run(argc, argv);
}
