// SPDX-License-Identifier: GPL-2.0
/*
 * What descriptors own in the firmware: numbers, dependencies, FWCTL_RSC_DESTROY,
 * and the ends that come without it. By the sample driver in Rust; descriptors of
 * one in C own nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "sample_test.h"

/* Resources of a descriptor, at most. */
#define RESOURCES_MAX 4096

FIXTURE(resource)
{
	int fd;
	/* Sees what is left when the first one is closed. */
	int other;
	unsigned int node;
};

FIXTURE_SETUP(resource)
{
	self->fd = SAMPLE_LOAD(&sample_in_rust, &self->node);
	self->other = node_open(self->node);
	ASSERT_LE(0, self->other);
}

FIXTURE_TEARDOWN(resource)
{
	close(self->fd);
	close(self->other);
	EXPECT_EQ(0, sample_unload(&sample_in_rust));
}

/* An object of a descriptor that somebody uses over and over. */
struct used {
	int fd;
	uint32_t id;
	bool stop;
	int ret;
};

static void *use(void *arg)
{
	struct used *used = arg;

	/* While is_used() asks for an end it is not there, and then again. */
	do {
		used->ret = sample_rpc(used->fd, READ_ONLY, SAMPLE_USE, used->id,
				       NULL, NULL);
	} while ((!used->ret || used->ret == -ENOENT) &&
		 !__atomic_load_n(&used->stop, __ATOMIC_RELAXED));
	return NULL;
}

/* Whether it is in use. Asks for an end that fails in any case. */
static bool is_used(void *arg)
{
	struct used *used = arg;

	return !sample_rpc(used->fd, READ_ONLY, SAMPLE_STICK, used->id, NULL, NULL) &&
	       rsc_destroy(used->fd, used->id) == -EBUSY;
}

/* Ends an object on which is_used() was called. */
static int destroy_used(int fd, uint32_t id)
{
	int ret = rsc_destroy(fd, id);

	return ret == -EIO ? rsc_destroy(fd, id) : ret;
}

static bool used_is_ended(void *arg)
{
	struct used *used = arg;

	return !destroy_used(used->fd, used->id);
}

/* Objects of which each needs the one before; the last one, or a negative errno. */
static int create_chain(int fd, unsigned int length)
{
	int id = 0;

	while (length-- && id >= 0)
		id = sample_create(fd, id);
	return id;
}

/* Theory: fields that are wrong are refused, and what they name is still there. */
TEST_F_TIMEOUT(resource, refused, TEST_S)
{
	const uint32_t types[] = { 1, 2, 16, 1u << 16, 1u << 31, UINT32_MAX };
	int id = sample_create(self->fd, 0);
	const uint32_t ids[] = { 0, id + 1, 1u << 31, 1u << 31 | id,
				 INT32_MAX, UINT32_MAX, id << 8 };
	union {
		struct fwctl_rsc_destroy arg;
		uint8_t bytes[8192];
	} u = { .arg = { .size = sizeof(u.arg), .rsc_id = id } };

	ASSERT_LT(0, id);
	for (int i = 0; i < 6; i++) {
		u.arg.type = types[i];
		EXPECT_EQ(-EOPNOTSUPP, call(self->fd, FWCTL_RSC_DESTROY, &u));
	}
	u.arg.type = FWCTL_RSC_TYPE_UMEM;
	for (int bit = 0; bit < 64; bit++) {
		u.arg.flags = 1ull << bit;
		EXPECT_EQ(-EOPNOTSUPP, call(self->fd, FWCTL_RSC_DESTROY, &u));
	}
	u.arg.flags = 0;
	for (int i = 0; i < 7; i++)
		EXPECT_EQ(-ENOENT, rsc_destroy(self->fd, ids[i]));

	u.arg.size = sizeof(u.arg) - 1;
	EXPECT_EQ(-EINVAL, call(self->fd, FWCTL_RSC_DESTROY, &u));
	u.arg.size = 4097;
	EXPECT_EQ(-E2BIG, call(self->fd, FWCTL_RSC_DESTROY, &u));
	u.arg.size = 4096;
	u.bytes[4095] = 1;
	EXPECT_EQ(-E2BIG, call(self->fd, FWCTL_RSC_DESTROY, &u));
	EXPECT_FIRMWARE(self->fd, 2, 1);

	/* At last: a longer structure, and nobody looks at the padding. */
	u.bytes[4095] = 0;
	u.arg.__reserved = UINT32_MAX;
	EXPECT_EQ(0, call(self->fd, FWCTL_RSC_DESTROY, &u));
	EXPECT_FIRMWARE(self->fd, 2, 0);
	EXPECT_EQ(-ENOENT, call(self->fd, FWCTL_RSC_DESTROY, &u));
}

/* Theory: numbers start at 1, and do not come back soon. */
TEST_F_TIMEOUT(resource, numbers, TEST_S)
{
	for (int id = 1; id <= 8; id++)
		ASSERT_EQ(id, sample_create(self->fd, 0));
	ASSERT_EQ(0, rsc_destroy(self->fd, 8));
	ASSERT_EQ(0, rsc_destroy(self->fd, 1));
	EXPECT_EQ(9, sample_create(self->fd, 0));
	for (int id = 2; id <= 9; id++) {
		if (id != 8)
			ASSERT_EQ(0, rsc_destroy(self->fd, id));
	}
	EXPECT_EQ(10, sample_create(self->fd, 0));
	EXPECT_EQ(1, sample_create(self->other, 0));
	for (int id = 1; id < 10; id++)
		EXPECT_EQ(-ENOENT, rsc_destroy(self->fd, id));
	EXPECT_FIRMWARE(self->fd, 2, 2);
}

/* Theory: a number means something to the descriptor that was told of it only. */
TEST_F_TIMEOUT(resource, foreign, TEST_S)
{
	for (int id = 1; id <= 3; id++)
		ASSERT_EQ(id, sample_create(self->fd, 0));
	EXPECT_EQ(-ENOENT, rsc_destroy(self->other, 3));
	EXPECT_EQ(-ENOENT, sample_create(self->other, 3));
	EXPECT_FIRMWARE(self->fd, 2, 3);

	ASSERT_EQ(1, sample_create(self->other, 0));
	EXPECT_EQ(0, rsc_destroy(self->other, 1));
	EXPECT_EQ(-ENOENT, rsc_destroy(self->other, 1));
	EXPECT_EQ(0, rsc_destroy(self->fd, 1));
	EXPECT_FIRMWARE(self->fd, 2, 2);
}

/* Theory: a descriptor has a limit of its own; what it gives back counts no more. */
TEST_F_TIMEOUT(resource, limit, TEST_S)
{
	for (int id = 1; id <= RESOURCES_MAX; id++)
		ASSERT_EQ(id, sample_create(self->fd, 0));
	EXPECT_EQ(-ENOSPC, sample_create(self->fd, 0));
	EXPECT_EQ(-ENOSPC, sample_create(self->fd, 1));
	EXPECT_FIRMWARE(self->fd, 2, RESOURCES_MAX);
	EXPECT_EQ(1, sample_create(self->other, 0));

	EXPECT_EQ(0, rsc_destroy(self->fd, 1000));
	EXPECT_LT(RESOURCES_MAX, sample_create(self->fd, 0));
	EXPECT_EQ(-ENOSPC, sample_create(self->fd, 0));
	EXPECT_FIRMWARE(self->fd, 2, RESOURCES_MAX + 1);

	close(self->fd);
	EXPECT_TRUE(sample_settles(self->other, 1, 1));
}

/* Theory: what another needs stays until that is gone. */
TEST_F_TIMEOUT(resource, needs, TEST_S)
{
	int root = sample_create(self->fd, 0);
	int one = sample_create(self->fd, root);
	int two = sample_create(self->fd, root);
	int leaf = sample_create(self->fd, two);

	ASSERT_LT(0, leaf);
	EXPECT_EQ(-EBUSY, rsc_destroy(self->fd, root));
	EXPECT_EQ(-EBUSY, rsc_destroy(self->fd, two));
	EXPECT_EQ(0, rsc_destroy(self->fd, one));
	EXPECT_EQ(-EBUSY, rsc_destroy(self->fd, root));
	EXPECT_FIRMWARE(self->fd, 2, 3);
	EXPECT_EQ(0, rsc_destroy(self->fd, leaf));
	EXPECT_EQ(0, rsc_destroy(self->fd, two));
	EXPECT_EQ(0, rsc_destroy(self->fd, root));
	EXPECT_FIRMWARE(self->fd, 2, 0);

	/* What is not there cannot be needed. */
	EXPECT_EQ(-ENOENT, sample_create(self->fd, root));
	EXPECT_EQ(-ENOENT, sample_create(self->fd, leaf + 1));
	EXPECT_EQ(-ENOENT, sample_create(self->fd, 1u << 31));
	EXPECT_EQ(-ENOENT, sample_create(self->fd, UINT32_MAX));
	EXPECT_FIRMWARE(self->fd, 2, 0);
}

/* Theory: what an RPC uses stays until that is done. */
TEST_F_TIMEOUT(resource, used, TEST_S)
{
	struct used used = { self->fd, sample_create(self->fd, 0) };
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, use, &used));
	EXPECT_TRUE(patient(is_used, &used));
	EXPECT_FIRMWARE(self->fd, 2, 1);
	/* Others can go meanwhile. */
	EXPECT_EQ(0, rsc_destroy(self->fd, sample_create(self->fd, 0)));
	__atomic_store_n(&used.stop, true, __ATOMIC_RELAXED);
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(0, used.ret);
	EXPECT_EQ(0, destroy_used(self->fd, used.id));
	EXPECT_FIRMWARE(self->fd, 2, 0);
}

/* Theory: that holds for an RPC whose caller was killed, too. */
TEST_F_TIMEOUT(resource, used_by_killed, TEST_S)
{
	struct used used = { self->fd, sample_create(self->fd, 0) };
	pid_t child = fork();
	int status;

	if (!child) {
		use(&used);
		_exit(0);
	}
	EXPECT_TRUE(patient(is_used, &used));
	ASSERT_EQ(0, kill(child, SIGKILL));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_TRUE(patient(used_is_ended, &used));
	EXPECT_FIRMWARE(self->fd, 2, 0);
}

/* Theory: an end that fails says so, and the descriptor has the object still. */
TEST_F_TIMEOUT(resource, stuck, TEST_S)
{
	int root = sample_create(self->fd, 0);
	int leaf = sample_create(self->fd, root);

	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, sample_rpc(self->fd, READ_ONLY, SAMPLE_STICK, leaf,
					NULL, NULL));
		EXPECT_EQ(-EIO, rsc_destroy(self->fd, leaf));
		EXPECT_EQ(-EBUSY, rsc_destroy(self->fd, root));
		EXPECT_FIRMWARE(self->fd, 2, 2);
	}
	/* It can still be needed. */
	EXPECT_EQ(leaf + 1, sample_create(self->fd, leaf));
	EXPECT_EQ(-EBUSY, rsc_destroy(self->fd, leaf));
	for (int id = leaf + 1; id >= root; id--)
		EXPECT_EQ(0, rsc_destroy(self->fd, id));
	EXPECT_FIRMWARE(self->fd, 2, 0);
}

/* Theory: one that does not end does not keep the others when all have to go. */
TEST_F_TIMEOUT(resource, stuck_at_close, TEST_S)
{
	int id = create_chain(self->fd, 10);

	ASSERT_LT(0, sample_create(self->fd, id));
	id = sample_create(self->fd, 0);
	ASSERT_EQ(0, sample_rpc(self->fd, READ_ONLY, SAMPLE_STICK, id, NULL, NULL));
	close(self->fd);
	EXPECT_TRUE(sample_settles(self->other, 1, 1));
	EXPECT_FIRMWARE(self->other, 1, 1);
}

/* Theory: at close all go, and none before one that needs it. */
TEST_F_TIMEOUT(resource, close, TEST_S)
{
	enum { CHAIN = 100, FOREST = 200 };
	unsigned int seed = 1;

	ASSERT_EQ(CHAIN, create_chain(self->fd, CHAIN));
	for (int i = 0; i < FOREST; i++)
		ASSERT_LT(0, sample_create(self->fd, 1 + rand_r(&seed) % (CHAIN + i)));
	ASSERT_EQ(1, sample_create(self->other, 0));
	EXPECT_FIRMWARE(self->other, 2, CHAIN + FOREST + 1);
	close(self->fd);
	EXPECT_TRUE(sample_settles(self->other, 1, 1));
	EXPECT_FIRMWARE(self->other, 1, 1);
}

/* Theory: a chain can be taken down by hand, from its end only. */
TEST_F_TIMEOUT(resource, chain, TEST_S)
{
	int last = create_chain(self->fd, 100);

	ASSERT_EQ(100, last);
	for (int id = 1; id < last; id++)
		ASSERT_EQ(-EBUSY, rsc_destroy(self->fd, id));
	for (int id = last; id; id--)
		ASSERT_EQ(0, rsc_destroy(self->fd, id));
	EXPECT_FIRMWARE(self->fd, 2, 0);
}

/* Threads that create and destroy on one descriptor, and what came of it. */
enum { THREADS = 8, ROUNDS = 1000, SPAN = 48 };

struct party {
	int fd;
	/* Forever, until the device is gone. */
	bool endless;
	unsigned int created;
	unsigned int destroyed;
	unsigned int busy;
	uint32_t last;
	/* The first errno that nobody should see. */
	int unexpected;
};

static void party_count(struct party *party, int ret)
{
	if (ret == -EBUSY)
		__sync_fetch_and_add(&party->busy, 1);
	else if (ret && ret != -ENOENT && ret != -ENOSPC)
		__sync_val_compare_and_swap(&party->unexpected, 0, ret);
}

static void *create_and_destroy(void *arg)
{
	static unsigned int seeds;
	unsigned int seed = __sync_add_and_fetch(&seeds, 1);
	struct party *party = arg;

	for (int i = 0; (i < ROUNDS || party->endless) && !party->unexpected; i++) {
		uint32_t last = __atomic_load_n(&party->last, __ATOMIC_RELAXED);
		uint32_t id = last > SPAN ? last - rand_r(&seed) % SPAN : last;
		int ret;

		if (rand_r(&seed) % 2) {
			ret = sample_create(party->fd, rand_r(&seed) % 4 ? id : 0);
			if (ret > 0) {
				__sync_fetch_and_add(&party->created, 1);
				__atomic_store_n(&party->last, ret, __ATOMIC_RELAXED);
				continue;
			}
		} else {
			ret = rsc_destroy(party->fd, id);
			if (!ret)
				__sync_fetch_and_add(&party->destroyed, 1);
		}
		party_count(party, ret);
	}
	return NULL;
}

/* Theory: whatever the order, what is left is what was made and not given back. */
TEST_F_TIMEOUT(resource, random, TEST_S)
{
	struct party parties[2] = { { self->fd }, { self->other } };
	pthread_t threads[THREADS];
	unsigned int left = 0;
	int fd = node_open(self->node);

	ASSERT_LE(0, fd);
	for (int i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, create_and_destroy,
					    &parties[i / (THREADS / 2)]));
	for (int i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
	for (int i = 0; i < 2; i++) {
		TH_LOG("%u created, %u destroyed, %u busy", parties[i].created,
		       parties[i].destroyed, parties[i].busy);
		EXPECT_EQ(0, parties[i].unexpected);
		EXPECT_LT(0, parties[i].destroyed);
		EXPECT_LT(0, parties[i].busy);
		left += parties[i].created - parties[i].destroyed;
	}
	EXPECT_LT(0, left);
	EXPECT_FIRMWARE(fd, 3, left);

	/* One by hand, newest first; the other by its close. */
	for (uint32_t id = RESOURCES_MAX; id; id--)
		rsc_destroy(self->other, id);
	EXPECT_FIRMWARE(fd, 3, parties[0].created - parties[0].destroyed);
	close(self->fd);
	EXPECT_TRUE(sample_settles(fd, 2, 0));
	EXPECT_FIRMWARE(fd, 2, 0);
	close(fd);
}

struct race {
	int fd;
	uint32_t id;
	unsigned int won;
	unsigned int lost;
	pthread_barrier_t barrier;
};

enum { RACES = 100, LATE_RACES = 2 };

static void *race(void *arg)
{
	struct race *race = arg;

	for (int i = 0; i < RACES; i++) {
		int ret;

		pthread_barrier_wait(&race->barrier);
		ret = rsc_destroy(race->fd, race->id);
		if (!ret)
			__sync_fetch_and_add(&race->won, 1);
		else if (ret == -ENOENT)
			__sync_fetch_and_add(&race->lost, 1);
		pthread_barrier_wait(&race->barrier);
	}
	return NULL;
}

/* Theory: of those who destroy one object one succeeds, and no other finds it. */
TEST_F_TIMEOUT(resource, race, TEST_S)
{
	struct race races = { self->fd };
	pthread_t threads[THREADS];

	ASSERT_EQ(0, pthread_barrier_init(&races.barrier, NULL, THREADS + 1));
	for (int i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, race, &races));
	for (int i = 0; i < RACES; i++) {
		races.id = sample_create(self->fd, 0);
		/* Some ends leave time for all to come. */
		if (i < LATE_RACES)
			EXPECT_EQ(0, sample_rpc(self->fd, READ_ONLY, SAMPLE_END_LATE,
						races.id, NULL, NULL));
		pthread_barrier_wait(&races.barrier);
		pthread_barrier_wait(&races.barrier);
	}
	for (int i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
	EXPECT_EQ(RACES, races.won);
	EXPECT_EQ(RACES * (THREADS - 1), races.lost);
	EXPECT_FIRMWARE(self->fd, 2, 0);
}

struct ender {
	int fd;
	uint32_t id;
	bool done;
	int ret;
};

static void *end_object(void *arg)
{
	struct ender *ender = arg;

	/* Whoever looks whether it is lost uses it for a moment. */
	do
		ender->ret = rsc_destroy(ender->fd, ender->id);
	while (ender->ret == -EBUSY);
	__atomic_store_n(&ender->done, true, __ATOMIC_RELEASE);
	return NULL;
}

/* Whether nobody finds it any more. Else its end will take time. */
static bool is_lost(void *arg)
{
	struct ender *ender = arg;

	return sample_rpc(ender->fd, READ_ONLY, SAMPLE_END_LATE, ender->id, NULL,
			  NULL) == -ENOENT ||
	       __atomic_load_n(&ender->done, __ATOMIC_ACQUIRE);
}

/* Theory: an object on its way out is nobody's; if it comes back, all is as before. */
TEST_F_TIMEOUT(resource, ending, TEST_S)
{
	int root = sample_create(self->fd, 0);

	for (int stuck = 0; stuck < 2; stuck++) {
		bool seen = false;

		/* An end that was over before anybody looked gets another chance. */
		for (int round = 0; !seen && round < 20; round++) {
			struct ender ender = { self->fd,
					       sample_create(self->fd, root) };
			struct fwctl_sample_info data;
			pthread_t thread;
			int ret[4];

			if (stuck)
				EXPECT_EQ(0, sample_rpc(self->fd, READ_ONLY, SAMPLE_STICK,
							ender.id, NULL, NULL));
			ASSERT_FALSE(is_lost(&ender));
			ASSERT_EQ(0, pthread_create(&thread, NULL, end_object, &ender));
			EXPECT_TRUE(patient(is_lost, &ender));
			ret[0] = rsc_destroy(self->fd, ender.id);
			ret[1] = sample_create(self->fd, ender.id);
			ret[2] = sample_rpc(self->fd, READ_ONLY, SAMPLE_USE, ender.id,
					    NULL, NULL);
			ret[3] = rsc_destroy(self->fd, root);
			ASSERT_EQ(0, sample_info(self->fd, &data));
			seen = !__atomic_load_n(&ender.done, __ATOMIC_ACQUIRE);
			if (seen) {
				for (int i = 0; i < 3; i++)
					EXPECT_EQ(-ENOENT, ret[i]);
				EXPECT_EQ(-EBUSY, ret[3]);
				EXPECT_EQ(2, data.objects);
			}
			ASSERT_EQ(0, pthread_join(thread, NULL));
			EXPECT_EQ(stuck ? -EIO : 0, ender.ret);
			if (stuck)
				EXPECT_EQ(0, rsc_destroy(self->fd, ender.id));
			EXPECT_FIRMWARE(self->fd, 2, 1);
		}
		EXPECT_TRUE(seen);
	}
	EXPECT_EQ(0, rsc_destroy(self->fd, root));
	EXPECT_FIRMWARE(self->fd, 2, 0);
}

/*
 * Theory: an object that its caller cannot be told of is not there. Nor is what
 * it needed held up by it.
 */
TEST_F_TIMEOUT(resource, undelivered, TEST_S)
{
	int root = sample_create(self->fd, 0);
	struct fwctl_sample_rpc in = { SAMPLE_CREATE, root };
	char *pages = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const uint64_t bad[] = {
		0, 8, 0xffff888000000000, 1ull << 63, -4096ull, -2ull,
		/* Read-only, not there, and half of it not there. */
		(uintptr_t)pages, (uintptr_t)pages + 4096,
		(uintptr_t)pages + 2 * 4096 - 2, (uintptr_t)pages + 3 * 4096 - 2,
	};
	struct fwctl_rpc rpc = {
		.size = sizeof(rpc),
		.scope = READ_ONLY,
		.in_len = sizeof(in),
		.out_len = 4,
		.in = (uintptr_t)&in,
	};
	int id;

	ASSERT_LT(0, root);
	ASSERT_NE(MAP_FAILED, pages);
	/* An argument that can be read, and not be written with the length. */
	rpc.out = (uintptr_t)&id;
	memcpy(pages, &rpc, sizeof(rpc));
	ASSERT_EQ(0, mprotect(pages, 4096, PROT_READ));
	EXPECT_EQ(-EFAULT, call(self->fd, FWCTL_RPC, pages));
	EXPECT_FIRMWARE(self->fd, 2, 1);

	ASSERT_EQ(0, mprotect(pages + 4096, 4096, PROT_NONE));
	ASSERT_EQ(0, mprotect(pages + 3 * 4096, 4096, PROT_NONE));
	for (int i = 0; i < 10; i++) {
		rpc.out = bad[i];
		EXPECT_EQ(-EFAULT, call(self->fd, FWCTL_RPC, &rpc)) {
			TH_LOG("pointer %d", i);
		}
		EXPECT_EQ(4, rpc.out_len);
		EXPECT_FIRMWARE(self->fd, 2, 1);
	}
	for (id = root + 1; id < root + 16; id++)
		EXPECT_EQ(-ENOENT, rsc_destroy(self->fd, id));
	EXPECT_EQ(0, rsc_destroy(self->fd, root));

	/* Who wants no reply has been told. */
	in.arg = 0;
	rpc.out = 0;
	rpc.out_len = 0;
	EXPECT_EQ(0, call(self->fd, FWCTL_RPC, &rpc));
	EXPECT_EQ(4, rpc.out_len);
	EXPECT_FIRMWARE(self->fd, 2, 1);
	munmap(pages, 4 * 4096);
}

static bool one_object(void *fd)
{
	struct fwctl_sample_info data;

	return !sample_info(*(int *)fd, &data) && data.objects == 1;
}

/*
 * Theory: an object that the firmware makes for a caller who is dead by then is
 * undone, on a descriptor that others have too.
 */
TEST_F_TIMEOUT(resource, killed_before_reply, TEST_S)
{
	bool missed = true;
	int status = 0;

	for (int round = 0; missed && round < 20; round++) {
		pid_t child = fork();

		if (!child) {
			sample_rpc(self->fd, READ_ONLY, SAMPLE_CREATE_LATE, 0,
				   NULL, NULL);
			pause();
			_exit(0);
		}
		/* The firmware has it, and has not said so. */
		EXPECT_TRUE(patient(one_object, &self->fd));
		ASSERT_EQ(0, kill(child, SIGKILL));
		ASSERT_EQ(child, waitpid(child, &status, 0));
		/* Nobody has it yet; if somebody does, it was told of before the end. */
		missed = false;
		for (int id = 1; id <= 20; id++)
			missed |= rsc_destroy(self->fd, id) != -ENOENT;
	}
	EXPECT_FALSE(missed);
	EXPECT_TRUE(WIFSIGNALED(status));
	EXPECT_TRUE(sample_settles(self->fd, 2, 0));
	EXPECT_FIRMWARE(self->fd, 2, 0);
}

static bool some_objects(void *arg)
{
	struct used *wanted = arg;
	struct fwctl_sample_info data;

	return !sample_info(wanted->fd, &data) && data.objects >= wanted->id;
}

/*
 * Theory: all that a killed process had made goes with its descriptor, and so does
 * what the firmware was making for it.
 */
TEST_F_TIMEOUT(resource, killed, TEST_S)
{
	for (uint32_t round = 1; round <= 10; round++) {
		/* Every other time a call is in flight by then, and is answered after it. */
		bool late = round % 2;
		struct used wanted = { self->other, round * 10 + late };
		pid_t child = fork();
		int status;

		if (!child) {
			int fd = node_open(self->node);
			int id = late ? create_chain(fd, round * 10) : 0;

			if (late)
				sample_rpc(fd, READ_ONLY, SAMPLE_CREATE_LATE, id, NULL,
					   NULL);
			while (id >= 0)
				id = sample_create(fd, id);
			pause();
			_exit(0);
		}
		EXPECT_TRUE(patient(some_objects, &wanted));
		ASSERT_EQ(0, kill(child, SIGKILL));
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
		EXPECT_TRUE(sample_settles(self->other, 2, 0));
		EXPECT_FIRMWARE(self->other, 2, 0);
	}
}

/* The kernel's messages from now on. */
static int messages_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/* What the driver says when it goes. */
static bool last_words(int messages, struct fwctl_sample_info *left)
{
	char line[1024];
	ssize_t len;

	/* A message that was overwritten before it was read is EPIPE. */
	while ((len = read(messages, line, sizeof(line) - 1)) > 0 || errno == EPIPE) {
		char *words;

		line[len > 0 ? len : 0] = 0;
		words = strstr(line, "fwctl_rust_sample: ");
		if (words && sscanf(words, "fwctl_rust_sample: %u contexts, %u objects left, %u in disorder",
				    &left->contexts, &left->objects, &left->disorder) == 3)
			return true;
	}
	return false;
}

/*
 * Theory: the driver's module can go while descriptors own objects, and while
 * others are being made, used and destroyed. The descriptors own nothing then.
 */
TEST_F_TIMEOUT(resource, unload, TEST_S)
{
	struct fwctl_sample_info left = { .contexts = 1, .objects = 1 };
	struct party parties[] = { { self->fd, true }, { self->other, true } };
	int idle = node_open(self->node);
	struct used used = { idle };
	pthread_t user, threads[THREADS];
	int messages = messages_open();

	ASSERT_LE(0, messages);
	ASSERT_LE(0, idle);
	ASSERT_EQ(100, create_chain(idle, 100));
	used.id = sample_create(idle, 0);
	ASSERT_EQ(0, pthread_create(&user, NULL, use, &used));
	for (int i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, create_and_destroy,
					    &parties[i / (THREADS / 2)]));
	EXPECT_TRUE(patient(is_used, &used));
	ASSERT_EQ(0, sample_unload(&sample_in_rust));
	for (int i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
	ASSERT_EQ(0, pthread_join(user, NULL));
	EXPECT_EQ(-ENODEV, used.ret);
	for (int i = 0; i < 2; i++)
		EXPECT_EQ(-ENODEV, parties[i].unexpected);

	ASSERT_TRUE(last_words(messages, &left));
	EXPECT_EQ(0, left.contexts);
	/* The one that is_used() keeps from ending. */
	EXPECT_EQ(1, left.objects);
	EXPECT_EQ(0, left.disorder);
	EXPECT_EQ(-ENODEV, rsc_destroy(idle, 1));
	EXPECT_EQ(-ENODEV, rsc_destroy(idle, INT32_MAX));
	EXPECT_EQ(-ENODEV, sample_create(idle, 0));
	close(idle);
	close(messages);

	close(self->fd);
	self->fd = sample_load(&sample_in_rust, &self->node);
	ASSERT_LE(0, self->fd);
	EXPECT_FIRMWARE(self->fd, 1, 0);
	EXPECT_EQ(-ENODEV, rsc_destroy(self->other, 1));
}

FIXTURE(nothing)
{
	int fd;
	unsigned int node;
};

FIXTURE_SETUP(nothing)
{
	self->fd = SAMPLE_LOAD(&sample_in_c, &self->node);
}

FIXTURE_TEARDOWN(nothing)
{
	close(self->fd);
	EXPECT_EQ(0, sample_unload(&sample_in_c));
}

/* Theory: a driver in C has nothing that could be destroyed, and the rules hold. */
TEST_F_TIMEOUT(nothing, destroy, TEST_S)
{
	const uint32_t ids[] = { 0, 1, 2, 4096, INT32_MAX, 1u << 31, UINT32_MAX };
	struct fwctl_rsc_destroy arg = { .size = sizeof(arg), .rsc_id = 1 };

	for (int i = 0; i < 7; i++)
		EXPECT_EQ(-ENOENT, rsc_destroy(self->fd, ids[i]));
	EXPECT_EQ(-EBADMSG, sample_create(self->fd, 0));
	arg.type = 1;
	EXPECT_EQ(-EOPNOTSUPP, call(self->fd, FWCTL_RSC_DESTROY, &arg));
	arg.type = FWCTL_RSC_TYPE_UMEM;
	arg.flags = 1;
	EXPECT_EQ(-EOPNOTSUPP, call(self->fd, FWCTL_RSC_DESTROY, &arg));
	EXPECT_FIRMWARE(self->fd, 1, 0);

	ASSERT_EQ(0, sample_unload(&sample_in_c));
	EXPECT_EQ(-ENODEV, rsc_destroy(self->fd, 1));
	close(self->fd);
	self->fd = sample_load(&sample_in_c, &self->node);
	ASSERT_LE(0, self->fd);
}

TEST_HARNESS_MAIN
