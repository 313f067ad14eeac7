// SPDX-License-Identifier: GPL-2.0
/*
 * Memory cgroups: what the kernel keeps for a user is charged to that user, and
 * who is at the limit is told so.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "group_test.h"
#include "kselftest_harness.h"
#include "mlx5_test.h"
#include "sample_test.h"

enum { MIB = 1024 * KIB };

/* What the kernel has for the cgroup, and from when on it is enough. */
struct usage {
	const struct group *group;
	const char *key;
	long long wanted;
};

static bool usage_above(void *arg)
{
	struct usage *usage = arg;

	return group_number(usage->group, "memory.stat", usage->key) >= usage->wanted;
}

/* What is kept for the next request goes when memory is short. */
static bool usage_below(void *arg)
{
	struct usage *usage = arg;

	group_write(usage->group, "memory.reclaim", "64M");
	return !usage_above(usage);
}

FIXTURE(memcg)
{
	struct group group;
	int control;
};

FIXTURE_SETUP(memcg)
{
	int fd;

	GROUP_MAKE(&self->group);
	fd = NODE_OPEN(0);
	close(fd);
	self->control = CONTROL_OPEN(0);
}

FIXTURE_TEARDOWN(memcg)
{
	firmware_release(self->control);
	close(self->control);
	EXPECT_TRUE(patient(group_empty, &self->group));
}

/* Calls that a process makes at a time, each when it is told to. */
enum { CALLS = 8, REPLY = 512 * 512, REQUEST = MBOX_HEADER + MGIR_LEN };

struct caller {
	int fd;
	int go;
};

static void *caller(void *arg)
{
	static uint8_t out[CALLS][REPLY];
	static int number;
	struct caller *caller = arg;
	int own = __sync_fetch_and_add(&number, 1);
	uint8_t in[REQUEST] = {};
	uint32_t out_len = REPLY;
	char byte;

	access_reg(in, OP_MOD_READ, REG_MGIR);
	if (read(caller->go, &byte, 1) != 1)
		return caller;
	if (rpc(caller->fd, READ_ONLY, in, sizeof(in), out[own], &out_len))
		return caller;
	/* Nothing of this one goes before the parent has looked. */
	return read(caller->go, &byte, 1) == 1 ? NULL : caller;
}

static void make_calls(int ready, int go)
{
	struct caller shared = { node_open(0), go };
	pthread_t threads[CALLS];
	void *failed, *any = NULL;

	for (int i = 0; i < CALLS; i++)
		if (pthread_create(&threads[i], NULL, caller, &shared))
			_exit(101);
	if (write(ready, "", 1) != 1)
		_exit(102);
	for (int i = 0; i < CALLS; i++) {
		pthread_join(threads[i], &failed);
		any = failed ?: any;
	}
	_exit(any ? 103 : 0);
}

/*
 * Theory: requests and replies in flight are charged to their caller, until they
 * are not there any more.
 */
TEST_F_TIMEOUT(memcg, in_flight, TEST_S)
{
	struct usage usage = { &self->group, "kernel", 0 };
	int ready[2], go[2], status;
	long long before;
	pid_t child;
	char byte;

	NOT_UPSTREAM("charges nobody for replies");
	ASSERT_EQ(0, pipe(ready));
	ASSERT_EQ(0, pipe(go));
	child = member(&self->group);
	if (!child)
		make_calls(ready[1], go[0]);
	close(ready[1]);
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	before = group_number(&self->group, "memory.stat", "kernel");

	ASSERT_TRUE(firmware_hold(self->control, OP_ACCESS_REG, CALLS));
	ASSERT_EQ(CALLS, write(go[1], "12345678", CALLS));
	EXPECT_TRUE(firmware_pending_wait(self->control, CALLS));
	usage.wanted = before + CALLS * (REQUEST + REPLY);
	EXPECT_TRUE(patient(usage_above, &usage)) {
		TH_LOG("%lld bytes more for %d",
		       group_number(&self->group, "memory.stat", "kernel") - before,
		       CALLS * (REQUEST + REPLY));
	}

	firmware_release(self->control);
	usage.wanted = before + REPLY;
	EXPECT_TRUE(patient(usage_below, &usage));
	ASSERT_EQ(CALLS, write(go[1], "12345678", CALLS));
	ASSERT_TRUE(child_wait(child, &status));
	EXPECT_EQ(0, WEXITSTATUS(status));
}

FIXTURE(memcg_sample)
{
	struct group group;
	unsigned int node;
	int fd;
	uint8_t *in;
	uint8_t *out;
};

FIXTURE_VARIANT(memcg_sample)
{
	/* One whose RPCs are owned replies from a worker. */
	const struct sample_driver *driver;
	/*
	 * What a descriptor of this core has beside its struct file, at least; less
	 * what else there is by the first of them.
	 */
	unsigned int descriptor;
};

FIXTURE_VARIANT_ADD(memcg_sample, c)
{
	.driver = &sample_in_c,
	.descriptor = 24,
};

FIXTURE_VARIANT_ADD(memcg_sample, rust)
{
	.driver = &sample_in_rust,
	.descriptor = 56,
};

/* 2 MiB of zeroes that are not in a cgroup which children join. */
static void *outside(void)
{
	void *memory = mmap(NULL, 2 * MIB, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memset(memory, 0, 2 * MIB);
}

FIXTURE_SETUP(memcg_sample)
{
	GROUP_MAKE(&self->group);
	self->fd = SAMPLE_LOAD(variant->driver, &self->node);
	self->in = outside();
	self->out = outside();
	ASSERT_NE(NULL, self->in);
	ASSERT_NE(NULL, self->out);
}

FIXTURE_TEARDOWN(memcg_sample)
{
	close(self->fd);
	EXPECT_EQ(0, sample_unload(variant->driver));
	EXPECT_TRUE(patient(group_empty, &self->group));
}

static int fill(int fd, uint32_t op, uint32_t arg, uint8_t *out, uint32_t out_len)
{
	return sample_rpc(fd, READ_ONLY, op, arg, out, &out_len);
}

/* Waits until the cgroup has room; @usage is its memory.current. */
static bool has_room(void *usage)
{
	char text[32] = {};

	return pread(*(int *)usage, text, sizeof(text) - 1, 0) > 0 &&
	       atoll(text) < 512 * KIB;
}

/*
 * In the cgroup, at its limit. What went wrong, by a number; 0 if nothing did.
 * What kvmalloc() had when it failed comes back late: a driver that uses it is
 * waited for with @usage.
 */
static int at_limit(FIXTURE_DATA(memcg_sample) *self, int usage)
{
	uint32_t len, none = 0;

	for (int i = 0; i < 20; i++) {
		int fd = node_open(self->node);

		if (fd < 0)
			return 1;
		if (rpc(fd, READ_ONLY, self->in, 2 * MIB, self->out, &none) != -ENOMEM)
			return 2;
		if (fill(fd, SAMPLE_FILL, 8, self->out, 2 * MIB) != -ENOMEM)
			return 3;
		if (usage >= 0 && !patient(has_room, &usage))
			return 4;
		if (fill(fd, SAMPLE_FRESH, 2 * MIB, self->out, 2 * MIB) != -ENOMEM)
			return 5;
		if (usage >= 0 && !patient(has_room, &usage))
			return 6;
		if (close(fd))
			return 7;
	}
	/* What is below goes on. */
	len = 64 * KIB;
	if (rpc(self->fd, READ_ONLY, self->in, len, self->out, &len))
		return 8;
	return 0;
}

/*
 * Theory: who asks for more than its cgroup has is told so, is not killed for it,
 * and loses nothing by it.
 */
TEST_F_TIMEOUT(memcg_sample, limit, TEST_S)
{
	struct fwctl_sample_info data;
	int status, usage = -1;
	char path[128];
	pid_t child;

	if (!variant->driver->owned) {
		snprintf(path, sizeof(path), "%s/memory.current", self->group.path);
		usage = open(path, O_RDONLY | O_CLOEXEC);
		ASSERT_LE(0, usage);
		/* The first read takes memory for all, which is not there at the limit. */
		ASSERT_TRUE(has_room(&usage));
	}
	ASSERT_EQ(0, group_write(&self->group, "memory.max", "1M"));
	/* One after the other, each as patient as a machine is slow. */
	for (int i = 0; i < 10; i++) {
		child = member(&self->group);
		if (!child)
			_exit(at_limit(self, usage));
		ASSERT_TRUE(child_wait(child, &status));
		ASSERT_TRUE(WIFEXITED(status)) {
			TH_LOG("killed by signal %d", WTERMSIG(status));
		}
		EXPECT_EQ(0, WEXITSTATUS(status));
	}
	EXPECT_EQ(0, group_number(&self->group, "memory.events", "oom_kill"));
	EXPECT_LT(0, group_number(&self->group, "memory.events", "max"));
	ASSERT_EQ(0, sample_info(self->fd, &data));
	EXPECT_EQ(1, data.contexts);
	close(usage);
}

/* In a cgroup that has room for one such reply and not for two. */
static int at_worker(int fd, uint8_t *out)
{
	if (fill(fd, SAMPLE_FILL, 2 * MIB, out, 2 * MIB))
		return 1;
	if (fill(fd, SAMPLE_FRESH, 4 * KIB, out, 2 * MIB))
		return 2;
	/* The room was had by the caller, this is beside it. */
	if (fill(fd, SAMPLE_FRESH, 2 * MIB, out, 2 * MIB) != -ENOMEM)
		return 3;
	return fill(fd, SAMPLE_FRESH, 4 * KIB, out, 2 * MIB) ? 4 : 0;
}

/* Theory: what a worker allocates for a caller is the caller's. */
TEST_F_TIMEOUT(memcg_sample, worker, TEST_S)
{
	int status;
	pid_t child;

	if (!variant->driver->owned)
		SKIP(return, "a driver in C works in its caller");
	ASSERT_EQ(0, group_write(&self->group, "memory.max", "3M"));
	child = member(&self->group);
	if (!child)
		_exit(at_worker(self->fd, self->out));
	ASSERT_TRUE(child_wait(child, &status));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, group_number(&self->group, "memory.events", "oom_kill"));
}

/*
 * In the cgroup: has the core keep what a long request took, and waits. Then does
 * it again, or uses @touch bytes of memory.
 */
static void long_request(FIXTURE_DATA(memcg_sample) *self, int ready, int go, size_t touch)
{
	uint32_t out_len = 2 * MIB;
	char byte;

	if (rpc(self->fd, READ_ONLY, self->in, 2 * MIB, self->out, &out_len))
		_exit(101);
	if (write(ready, "", 1) != 1 || read(go, &byte, 1) != 1)
		_exit(102);
	if (touch)
		_exit(mmap(NULL, touch, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0) == MAP_FAILED);
	_exit(rpc(self->fd, READ_ONLY, self->in, 2 * MIB, self->out, &out_len) ? 104 : 0);
}

/*
 * Theory: what is kept for the next request stays charged, is nobody else's, and
 * goes before anybody is killed for memory.
 */
TEST_F_TIMEOUT(memcg_sample, kept, TEST_S)
{
	struct usage kept = { &self->group, "kernel", 0 };
	struct group second;
	struct usage others = { &second, "kernel", 2 * MIB };
	int ready[2], go[2], status;
	pid_t child, other;
	char byte;

	NOT_UPSTREAM("keeps nothing");
	ASSERT_TRUE(group_make(&second));
	ASSERT_EQ(0, pipe(ready));
	ASSERT_EQ(0, pipe(go));
	child = member(&self->group);
	if (!child)
		long_request(self, ready[1], go[0], 6 * MIB);
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	kept.wanted = 2 * MIB;
	EXPECT_TRUE(patient(usage_above, &kept));

	/* Another cgroup does not find it. */
	other = member(&second);
	if (!other)
		long_request(self, ready[1], go[0], 0);
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	EXPECT_TRUE(patient(usage_above, &others));
	EXPECT_TRUE(usage_above(&kept));
	EXPECT_TRUE(patient(usage_below, &others));
	EXPECT_TRUE(usage_above(&kept));

	/* Room for what it touches, if nothing is kept. */
	ASSERT_EQ(0, group_write(&self->group, "memory.max", "8M"));
	EXPECT_TRUE(usage_above(&kept));
	ASSERT_EQ(2, write(go[1], "12", 2));
	ASSERT_TRUE(child_wait(child, &status));
	EXPECT_EQ(0, status);
	ASSERT_TRUE(child_wait(other, &status));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, group_number(&self->group, "memory.events", "oom_kill"));
	EXPECT_FALSE(usage_above(&kept));
	EXPECT_TRUE(patient(group_empty, &second));
}

enum { MANY = 1000 };

/* Opens files when it is told to, first such that are nothing but files. */
static void open_many(unsigned int node, int ready, int go)
{
	const struct rlimit limit = { 3 * MANY, 3 * MANY };
	char path[64], byte;

	if (setrlimit(RLIMIT_NOFILE, &limit))
		_exit(101);
	snprintf(path, sizeof(path), "/dev/fwctl/fwctl%u", node);
	/* Room in the table for all of them. */
	if (dup2(ready, 3 * MANY - 1) < 0)
		_exit(102);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < MANY; i++)
			if (open(round ? path : "/dev/null", O_RDWR | O_CLOEXEC) < 0)
				_exit(103);
		if (write(ready, "", 1) != 1 || read(go, &byte, 1) != 1)
			_exit(104);
	}
	_exit(0);
}

/* Theory: descriptors are charged to who opens them. */
TEST_F_TIMEOUT(memcg_sample, descriptors, TEST_S)
{
	struct usage usage = { &self->group, "slab_unreclaimable", MANY * 160 };
	struct fwctl_sample_info data;
	int ready[2], go[2], status;
	long long files;
	pid_t child;
	char byte;

	ASSERT_EQ(0, pipe(ready));
	ASSERT_EQ(0, pipe(go));
	child = member(&self->group);
	if (!child)
		open_many(self->node, ready[1], go[0]);
	close(ready[1]);
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	/* A struct file has about as much. */
	ASSERT_TRUE(patient(usage_above, &usage));
	files = group_number(&self->group, "memory.stat", "slab_unreclaimable");
	ASSERT_EQ(1, write(go[1], "", 1));
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	ASSERT_EQ(0, sample_info(self->fd, &data));
	EXPECT_EQ(1 + MANY, data.contexts);
	usage.wanted = 2 * files + MANY * variant->descriptor;
	EXPECT_TRUE(patient(usage_above, &usage)) {
		TH_LOG("%lld bytes for files, %lld with descriptors", files,
		       group_number(&self->group, "memory.stat", "slab_unreclaimable"));
	}
	ASSERT_EQ(1, write(go[1], "", 1));
	ASSERT_TRUE(child_wait(child, &status));
	EXPECT_EQ(0, status);
}

TEST_HARNESS_MAIN
