// SPDX-License-Identifier: GPL-2.0
/*
 * Objects of the firmware that a descriptor makes by RPCs: owned by it alone, and
 * gone with it, however it ends. All of it seen from the firmware's side.
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
#include "umem_test.h"
#include "vendor_test.h"

#define READ_ONLY FWCTL_RPC_DEBUG_READ_ONLY

enum {
	/* Objects of one descriptor, unless the module was told otherwise. */
	MAX_OBJECTS = 1024,
	/* What the firmware says here when it is told to refuse. */
	REFUSED = 0x09,
};

FIXTURE(objects)
{
	int fd;
	int control;
	/* PDs that were there before. */
	long long pds;
};

FIXTURE_SETUP(objects)
{
	NOT_UPSTREAM("has no objects");
	self->fd = NODE_OPEN(0);
	self->control = CONTROL_OPEN(0);
	self->pds = firmware_objects(self->control, "pd");
	ASSERT_LE(0, self->pds);
}

FIXTURE_TEARDOWN(objects)
{
	close(self->fd);
	control_ask(self->control, "{\"op\":\"fault_clear\"}");
	EXPECT_EQ(self->pds, firmware_objects(self->control, "pd"));
	close(self->control);
}

/* Closes the descriptor before the test ends. */
#define CLOSE()                                                                \
	do {                                                                   \
		EXPECT_EQ(0, close(self->fd));                                 \
		self->fd = -1;                                                 \
	} while (0)

#define PDS() (firmware_objects(self->control, "pd") - self->pds)

/* ALLOC_PD; 0, the status of the firmware, or a negative errno. */
static int alloc_pd(int fd, uint32_t scope, uint32_t *pd)
{
	uint8_t in[MBOX_HEADER] = {}, out[MBOX_HEADER] = {};
	uint32_t out_len = sizeof(out);
	int ret;

	set16(in, 0, OP_ALLOC_PD);
	ret = rpc(fd, scope, in, sizeof(in), out, &out_len);
	*pd = get32(out, 8);
	return ret ?: out[0];
}

/* DEALLOC_PD; likewise. */
static int dealloc_pd(int fd, uint32_t scope, uint32_t pd)
{
	uint8_t in[MBOX_HEADER] = {}, out[MBOX_HEADER] = {};
	uint32_t out_len = sizeof(out);
	int ret;

	set16(in, 0, OP_DEALLOC_PD);
	set32(in, 8, pd);
	ret = rpc(fd, scope, in, sizeof(in), out, &out_len);
	return ret ?: out[0];
}

#define FAIL_DELIVERY(opcode)                                                  \
	firmware_fault(self->control,                                          \
		       "\"kind\":\"delivery\",\"opcode\":%u,\"times\":1", opcode)

#define REFUSE(opcode) ASSERT_TRUE(firmware_refuse(self->control, opcode))

/* Theory: PDs are made and ended from DEBUG_READ_ONLY on. */
TEST_F_TIMEOUT(objects, scopes, TEST_S)
{
	for (uint32_t scope = 0; scope < 4; scope++) {
		uint32_t pd;

		if (scope < READ_ONLY) {
			EXPECT_EQ(-EBADMSG, alloc_pd(self->fd, scope, &pd));
			ASSERT_EQ(0, alloc_pd(self->fd, READ_ONLY, &pd));
			EXPECT_EQ(-EBADMSG, dealloc_pd(self->fd, scope, pd));
			EXPECT_EQ(1, PDS());
			EXPECT_EQ(0, dealloc_pd(self->fd, READ_ONLY, pd));
			continue;
		}
		EXPECT_EQ(0, alloc_pd(self->fd, scope, &pd));
		EXPECT_NE(0, pd);
		EXPECT_EQ(1, PDS());
		EXPECT_EQ(0, dealloc_pd(self->fd, scope, pd));
		EXPECT_EQ(0, PDS());
	}
}

/*
 * Theory: a PD is there for its own descriptor only, and for that until it has
 * ended it. The firmware is not asked.
 */
TEST_F_TIMEOUT(objects, foreign, TEST_S)
{
	int other = NODE_OPEN(0);
	uint32_t mine, theirs;
	long long before;

	ASSERT_EQ(0, alloc_pd(self->fd, READ_ONLY, &mine));
	ASSERT_EQ(0, alloc_pd(other, READ_ONLY, &theirs));
	EXPECT_NE(mine, theirs);
	before = firmware_commands(self->control);
	EXPECT_EQ(-ENOENT, dealloc_pd(other, READ_ONLY, mine));
	EXPECT_EQ(-ENOENT, dealloc_pd(self->fd, READ_ONLY, theirs));
	EXPECT_EQ(-ENOENT, dealloc_pd(self->fd, READ_ONLY, 0));
	EXPECT_EQ(-ENOENT, dealloc_pd(self->fd, READ_ONLY, 0xffffff));
	EXPECT_EQ(-ENOENT, dealloc_pd(self->fd, 3, theirs));
	EXPECT_EQ(before, firmware_commands(self->control));
	EXPECT_EQ(2, PDS());

	EXPECT_EQ(0, dealloc_pd(self->fd, READ_ONLY, mine));
	EXPECT_EQ(-ENOENT, dealloc_pd(self->fd, READ_ONLY, mine));
	EXPECT_EQ(before + 1, firmware_commands(self->control));
	close(other);
	EXPECT_EQ(0, PDS());
}

/* Theory: PDs are no resources that FWCTL_RSC_DESTROY knows. */
TEST_F_TIMEOUT(objects, not_by_number, TEST_S)
{
	struct fwctl_rsc_destroy destroy = { .size = sizeof(destroy) };
	uint32_t pd;

	ASSERT_EQ(0, alloc_pd(self->fd, READ_ONLY, &pd));
	for (destroy.rsc_id = 0; destroy.rsc_id < 100; destroy.rsc_id++)
		EXPECT_EQ(-ENOENT, call(self->fd, FWCTL_RSC_DESTROY, &destroy));
	EXPECT_EQ(1, PDS());
	EXPECT_EQ(0, dealloc_pd(self->fd, READ_ONLY, pd));
}

/* Theory: what a descriptor owns goes when it is closed, and nothing else. */
TEST_F_TIMEOUT(objects, closed, TEST_S)
{
	enum { MANY = 40 };
	int other = NODE_OPEN(0);
	uint32_t pd;

	for (int i = 0; i < MANY; i++) {
		ASSERT_EQ(0, alloc_pd(self->fd, READ_ONLY, &pd));
		ASSERT_EQ(0, alloc_pd(other, READ_ONLY, &pd));
	}
	EXPECT_EQ(2 * MANY, PDS());
	close(other);
	EXPECT_EQ(MANY, PDS());
	EXPECT_EQ(0, dealloc_pd(self->fd, READ_ONLY, pd - 1));
	EXPECT_EQ(MANY - 1, PDS());
}

/* How many objects of a kind there are to be. */
struct wanted {
	int control;
	const char *kind;
	long long count;
};

static bool are_there(void *arg)
{
	const struct wanted *wanted = arg;

	return firmware_objects(wanted->control, wanted->kind) == wanted->count;
}

static int ten_pds(int fd)
{
	uint32_t pd;
	int ret = 0;

	for (int i = 0; i < 10 && !ret; i++)
		ret = alloc_pd(fd, READ_ONLY, &pd);
	return ret;
}

/* Theory: the same where the process is killed that had the descriptor. */
TEST_F_TIMEOUT(objects, killed, TEST_S)
{
	struct wanted none = { self->control, "pd", self->pds };
	pid_t child = holding_child(self->fd, ten_pds);
	int status;

	ASSERT_LT(0, child);
	EXPECT_EQ(10, PDS());
	ASSERT_EQ(0, kill(child, SIGKILL));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(patient(are_there, &none));
}

/*
 * Theory: a caller that is killed while the firmware makes its PD never learns of
 * it, and nor does anybody: it is given back when the answer comes, by a descriptor
 * that others have too, and else before its UID.
 */
TEST_F_TIMEOUT(objects, killed_in_flight, TEST_S)
{
	struct wanted none = { self->control, "pd", self->pds };
	struct wanted one = { self->control, "pd", self->pds + 1 };
	struct wanted uids = { self->control, "uid",
			       firmware_objects(self->control, "uid") };
	int status;
	pid_t child;

	for (int shared = 0; shared < 2; shared++) {
		ASSERT_TRUE(firmware_late(self->control, OP_ALLOC_PD, 1, 3000));
		child = fork();
		if (!child) {
			int fd = shared ? self->fd : node_open(0);
			uint32_t pd;

			if (!shared)
				close(self->fd);
			alloc_pd(fd, READ_ONLY, &pd);
			_exit(0);
		}
		/* The firmware has made it, and has not said so yet. */
		ASSERT_TRUE(patient(are_there, &one));
		ASSERT_EQ(0, kill(child, SIGKILL));
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
		EXPECT_EQ(1, PDS());
		EXPECT_TRUE(patient(are_there, &none));
		EXPECT_TRUE(patient(are_there, &uids));
	}
}

/* Theory: PDs go before the UID when the driver leaves the device. */
TEST_F_TIMEOUT(objects, unbound, TEST_S)
{
	unsigned int nodes = node_count();
	char auxiliary[256];
	uint32_t pd;

	snprintf(auxiliary, sizeof(auxiliary), "%s",
		 function_auxiliary(node_function(0)));
	for (int i = 0; i < 10; i++)
		ASSERT_EQ(0, alloc_pd(self->fd, READ_ONLY, &pd));
	ASSERT_EQ(0, driver_unbind(auxiliary));
	EXPECT_EQ(0, firmware_objects(self->control, "pd"));
	EXPECT_EQ(0, firmware_objects(self->control, "uid"));
	EXPECT_EQ(-ENODEV, dealloc_pd(self->fd, READ_ONLY, pd));
	EXPECT_EQ(-ENODEV, alloc_pd(self->fd, READ_ONLY, &pd));
	ASSERT_EQ(0, driver_bind(auxiliary));
	ASSERT_TRUE(node_wait(nodes));
	EXPECT_EQ(-ENODEV, dealloc_pd(self->fd, READ_ONLY, pd));
}

/* Theory: a descriptor owns so many objects and no more. The firmware is not asked. */
TEST_F_TIMEOUT(objects, limit, TEST_S)
{
	int other = NODE_OPEN(0);
	long long before;
	uint32_t pd, none;

	for (int i = 0; i < MAX_OBJECTS; i++)
		ASSERT_EQ(0, alloc_pd(self->fd, READ_ONLY, &pd));
	EXPECT_EQ(MAX_OBJECTS, PDS());
	before = firmware_commands(self->control);
	EXPECT_EQ(-ENOSPC, alloc_pd(self->fd, READ_ONLY, &none));
	EXPECT_EQ(-ENOSPC, alloc_pd(self->fd, 3, &none));
	EXPECT_EQ(before, firmware_commands(self->control));
	/* Others have a limit of their own. */
	EXPECT_EQ(0, alloc_pd(other, READ_ONLY, &none));
	close(other);
	/* What is given back can be had again. */
	EXPECT_EQ(0, dealloc_pd(self->fd, READ_ONLY, pd));
	EXPECT_EQ(0, alloc_pd(self->fd, READ_ONLY, &pd));
	EXPECT_EQ(-ENOSPC, alloc_pd(self->fd, READ_ONLY, &none));
	EXPECT_EQ(MAX_OBJECTS, PDS());
}

/* What one of several threads is told, and what came of it. */
struct race {
	int fd;
	pthread_barrier_t *start;
	/* The PD of this round, made by the first. */
	uint32_t *pd;
	int first;
	int made;
	int ended;
	int unexpected;
};

static void *taker(void *arg)
{
	struct race *race = arg;
	uint32_t pd;

	while (!alloc_pd(race->fd, READ_ONLY, &pd))
		race->made++;
	return NULL;
}

/* Theory: the same where many ask at a time. */
TEST_F_TIMEOUT(objects, limit_of_many, TEST_S)
{
	enum { TAKERS = 32, LEFT = 24 };
	struct race races[TAKERS] = {};
	pthread_t threads[TAKERS];
	int made = MAX_OBJECTS - LEFT;
	uint32_t pd;

	for (int i = 0; i < MAX_OBJECTS - LEFT; i++)
		ASSERT_EQ(0, alloc_pd(self->fd, READ_ONLY, &pd));
	for (int i = 0; i < TAKERS; i++) {
		races[i].fd = self->fd;
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, taker, &races[i]));
	}
	for (int i = 0; i < TAKERS; i++) {
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
		made += races[i].made;
	}
	EXPECT_EQ(MAX_OBJECTS, made);
	EXPECT_EQ(MAX_OBJECTS, PDS());
}

/* ALLOC_PD whose reply cannot be told, or whose length cannot. */
static int alloc_untold(int fd, bool length)
{
	uint8_t in[MBOX_HEADER] = {}, out[MBOX_HEADER];
	struct fwctl_rpc *arg = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int ret;

	if (arg == MAP_FAILED)
		return -errno;
	set16(in, 0, OP_ALLOC_PD);
	*arg = (struct fwctl_rpc){
		.size = sizeof(*arg),
		.scope = READ_ONLY,
		.in_len = sizeof(in),
		.out_len = sizeof(out),
		.in = (uintptr_t)in,
		.out = length ? (uintptr_t)out : 8,
	};
	if (length && mprotect(arg, 4096, PROT_READ))
		return -errno;
	ret = call(fd, FWCTL_RPC, arg);
	munmap(arg, 4096);
	return ret;
}

/* Theory: a PD of which the caller cannot be told is given back at once. */
TEST_F_TIMEOUT(objects, untold, TEST_S)
{
	long long before = firmware_commands(self->control);

	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(-EFAULT, alloc_untold(self->fd, i));
		EXPECT_EQ(0, PDS());
		/* Made, and ended. */
		EXPECT_EQ(before + 2 * (i + 1), firmware_commands(self->control));
	}
	/* If the firmware keeps it, the descriptor has it until it is closed. */
	REFUSE(OP_DEALLOC_PD);
	EXPECT_EQ(-EFAULT, alloc_untold(self->fd, false));
	EXPECT_EQ(1, PDS());
	CLOSE();
	EXPECT_EQ(0, PDS());
}

/* Theory: a PD that the firmware did not make is not owned. */
TEST_F_TIMEOUT(objects, not_made, TEST_S)
{
	long long before;
	uint32_t pd;

	REFUSE(OP_ALLOC_PD);
	EXPECT_EQ(REFUSED, alloc_pd(self->fd, READ_ONLY, &pd));
	before = firmware_commands(self->control);
	EXPECT_EQ(-ENOENT, dealloc_pd(self->fd, READ_ONLY, 0));
	/* One of which nobody knows whether it was made is nobody's either. */
	ASSERT_TRUE(FAIL_DELIVERY(OP_ALLOC_PD));
	EXPECT_EQ(-EIO, alloc_pd(self->fd, READ_ONLY, &pd));
	EXPECT_EQ(-ENOENT, dealloc_pd(self->fd, READ_ONLY, 0));
	EXPECT_EQ(before + 1, firmware_commands(self->control));
	EXPECT_EQ(0, PDS());
}

/* Theory: a PD that the firmware does not let go of stays its descriptor's. */
TEST_F_TIMEOUT(objects, refused, TEST_S)
{
	uint32_t pd, other;

	ASSERT_EQ(0, alloc_pd(self->fd, READ_ONLY, &pd));
	ASSERT_EQ(0, alloc_pd(self->fd, READ_ONLY, &other));
	REFUSE(OP_DEALLOC_PD);
	/* Its status is the caller's to read. */
	EXPECT_EQ(REFUSED, dealloc_pd(self->fd, READ_ONLY, pd));
	EXPECT_EQ(2, PDS());
	EXPECT_EQ(0, dealloc_pd(self->fd, READ_ONLY, pd));
	EXPECT_EQ(1, PDS());
	/* The same where it did not answer. */
	ASSERT_TRUE(FAIL_DELIVERY(OP_DEALLOC_PD));
	EXPECT_EQ(-EIO, dealloc_pd(self->fd, READ_ONLY, other));
	EXPECT_EQ(1, PDS());
	REFUSE(OP_DEALLOC_PD);
	EXPECT_EQ(REFUSED, dealloc_pd(self->fd, READ_ONLY, other));
	CLOSE();
	EXPECT_EQ(0, PDS());
}

/* A key over 0x3000 bytes of umem 1, for reading and writing. */
static void window(uint8_t *in, uint32_t pd)
{
	mkey_request(in, pd, 1, 0, 0, 0x3000);
}

#define MKEY(in, len)                                                          \
	({                                                                     \
		uint8_t out_[MBOX_HEADER];                                     \
		uint32_t out_len_ = sizeof(out_);                              \
		rpc(self->fd, READ_ONLY, in, len, out_, &out_len_);            \
	})

/*
 * Theory: a key needs a PD and a umem of its descriptor, and can be nothing but a
 * window. The firmware is not asked.
 */
TEST_F_TIMEOUT(objects, keys, TEST_S)
{
	static const struct {
		const char *name;
		size_t at;
		uint32_t value;
	} bad[] = {
		{ "physical", 0x10, 0x00000c00 },
		{ "indirect", 0x10, 0x00000e00 },
		{ "remote write", 0x10, 0x00002d00 },
		{ "without a umem", 0x0c, 0 },
		{ "all of memory", 0x1c, 0x80000001 },
	};
	uint8_t in[MKEY_LEN + 16];
	int other = NODE_OPEN(0);
	uint32_t pd, theirs;
	long long before;

	ASSERT_EQ(0, alloc_pd(self->fd, READ_ONLY, &pd));
	ASSERT_EQ(0, alloc_pd(other, READ_ONLY, &theirs));
	before = firmware_commands(self->control);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		window(in, pd);
		set32(in, bad[i].at, bad[i].value);
		EXPECT_EQ(-EBADMSG, MKEY(in, MKEY_LEN)) {
			TH_LOG("%s", bad[i].name);
		}
	}
	/* With a translation of its own. */
	window(in, pd);
	memset(in + MKEY_LEN, 0, 16);
	set32(in, MKEY_LEN + 4, 0x1003);
	EXPECT_EQ(-EBADMSG, MKEY(in, sizeof(in)));
	EXPECT_EQ(-EBADMSG, MKEY(in, MKEY_LEN - 1));
	EXPECT_EQ(-EBADMSG, MKEY(in, MBOX_HEADER));

	for (uint32_t umem = 0; umem < 16; umem++) {
		window(in, pd);
		set32(in, 0x64, umem);
		EXPECT_EQ(-ENOENT, MKEY(in, MKEY_LEN));
	}
	window(in, theirs);
	EXPECT_EQ(-ENOENT, MKEY(in, MKEY_LEN));

	/* Nor can one be ended that is not there. */
	for (uint32_t key = 0; key < 16; key++) {
		memset(in, 0, MBOX_HEADER);
		set16(in, 0, OP_DESTROY_MKEY);
		set32(in, 8, key);
		EXPECT_EQ(-ENOENT, MKEY(in, MBOX_HEADER));
	}
	EXPECT_EQ(before, firmware_commands(self->control));
	close(other);
}

/* Theory: nothing is dumped through a key that the descriptor does not own. */
TEST_F_TIMEOUT(objects, dumps_by_key, TEST_S)
{
	static const uint32_t keys[] = { 0, 1, 0x100, 0x700, 0x10000, UINT32_MAX };
	long long before = firmware_commands(self->control);

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		uint8_t in[MBOX_HEADER + 0x100] = {};

		access_reg(in, OP_MOD_READ, REG_RES_DUMP);
		set32(in, MBOX_HEADER + 0x20, keys[i]);
		set32(in, MBOX_HEADER + 0x24, 0x1000);
		EXPECT_EQ(-ENOENT, MKEY(in, sizeof(in)));

		memset(in, 0, sizeof(in));
		access_reg(in, OP_MOD_READ, REG_CORE_DUMP);
		set32(in, MBOX_HEADER, 2);
		set32(in, MBOX_HEADER + 0x10, keys[i]);
		set32(in, MBOX_HEADER + 0x14, 0x1000);
		EXPECT_EQ(-ENOENT, MKEY(in, sizeof(in)));
	}
	EXPECT_EQ(before, firmware_commands(self->control));
}

enum { RACERS = 4, ROUNDS = 100 };

static void *racer(void *arg)
{
	struct race *race = arg;

	for (int i = 0; i < ROUNDS; i++) {
		int ret;

		if (race->first && alloc_pd(race->fd, READ_ONLY, race->pd))
			race->unexpected++;
		pthread_barrier_wait(race->start);
		ret = dealloc_pd(race->fd, READ_ONLY, *race->pd);
		race->ended += !ret;
		race->unexpected += ret && ret != -ENOENT;
		pthread_barrier_wait(race->start);
	}
	return NULL;
}

/* Theory: of several that end one PD, one does. */
TEST_F_TIMEOUT(objects, race, TEST_S)
{
	struct race races[RACERS];
	pthread_t threads[RACERS];
	pthread_barrier_t start;
	uint32_t pd;
	int ended = 0;

	ASSERT_EQ(0, pthread_barrier_init(&start, NULL, RACERS));
	for (int i = 0; i < RACERS; i++) {
		races[i] = (struct race){ self->fd, &start, &pd, !i };
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, racer, &races[i]));
	}
	for (int i = 0; i < RACERS; i++) {
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
		ended += races[i].ended;
		EXPECT_EQ(0, races[i].unexpected);
	}
	EXPECT_EQ(ROUNDS, ended);
	EXPECT_EQ(0, PDS());
}

TEST_HARNESS_MAIN
