// SPDX-License-Identifier: GPL-2.0
/*
 * Many at a time: descriptors that are opened, used, closed and killed, while
 * their device comes and goes.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "vendor_test.h"

enum { WORKERS = 4, ROUNDS = 1000, COMES_AND_GOES = 25 };

/* What all processes count in. */
struct counts {
	int stop;
	int rounds;
	int answered;
	int gone;
	/* The first errno that nobody should see. */
	int unexpected;
};

FIXTURE(stress)
{
	int control;
	unsigned int nodes;
	char auxiliary[256];
	struct counts *counts;
};

FIXTURE_SETUP(stress)
{
	int fd = NODE_OPEN(0);

	close(fd);
	self->control = CONTROL_OPEN(0);
	self->nodes = node_count();
	snprintf(self->auxiliary, sizeof(self->auxiliary), "%s",
		 function_auxiliary(node_function(0)));
	ASSERT_STRNE("", self->auxiliary);
	self->counts = mmap(NULL, sizeof(*self->counts), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->counts);
}

FIXTURE_TEARDOWN(stress)
{
	close(self->control);
}

static void count(struct counts *counts, int ret)
{
	/* One of these is the answer at any time. */
	if (!ret)
		__sync_fetch_and_add(&counts->answered, 1);
	else if (ret == -ENODEV || ret == -ENOENT || ret == -ENXIO)
		__sync_fetch_and_add(&counts->gone, 1);
	else
		__sync_val_compare_and_swap(&counts->unexpected, 0, ret);
}

/* Opens, asks, closes, until told to stop. */
static void work(struct counts *counts)
{
	while (!__atomic_load_n(&counts->stop, __ATOMIC_RELAXED)) {
		struct fwctl_info info;
		int fd = node_open(0);

		if (fd < 0) {
			count(counts, fd);
			usleep(1000);
			continue;
		}
		count(counts, info_shortly(fd, &info));
		for (int i = 0; i < 3; i++)
			count(counts, ask_shortly(fd));
		close(fd);
		__sync_fetch_and_add(&counts->rounds, 1);
	}
}

/* Starts a worker and kills it in the middle of something, over and over. */
static void murder(struct counts *counts)
{
	unsigned int seed = 1;

	while (!__atomic_load_n(&counts->stop, __ATOMIC_RELAXED)) {
		pid_t victim = fork();

		if (!victim) {
			work(counts);
			_exit(0);
		}
		usleep(rand_r(&seed) % 20000);
		kill(victim, SIGKILL);
		waitpid(victim, NULL, 0);
		__sync_fetch_and_add(&counts->rounds, 1);
	}
}

/*
 * Theory: whatever the order, every call ends with an answer or with the device
 * gone, and nothing is left.
 */
TEST_F_TIMEOUT(stress, come_and_go, 1500)
{
	struct counts *counts = self->counts;
	pid_t workers[WORKERS];

	for (int i = 0; i < WORKERS; i++) {
		workers[i] = fork();
		if (!workers[i]) {
			if (i == 0)
				murder(counts);
			else
				work(counts);
			_exit(0);
		}
		ASSERT_LT(0, workers[i]);
	}
	for (int i = 0; i < COMES_AND_GOES || counts->rounds < ROUNDS; i++) {
		ASSERT_EQ(0, driver_unbind(self->auxiliary));
		ASSERT_EQ(0, driver_bind(self->auxiliary));
		usleep(50000);
	}
	__atomic_store_n(&counts->stop, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < WORKERS; i++) {
		int status;

		ASSERT_EQ(workers[i], waitpid(workers[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	TH_LOG("%d rounds, %d answers, %d times gone", counts->rounds,
	       counts->answered, counts->gone);
	EXPECT_EQ(0, counts->unexpected);
	EXPECT_LT(0, counts->answered);
	EXPECT_LT(0, counts->gone);
	EXPECT_EQ(self->nodes, node_count());
	/* A killed caller's context goes when the firmware is done with it. */
	EXPECT_TRUE(contexts_wait(self->control, 0));
	/* The driver uses it, and no descriptor. */
	if (sole_vendor())
		EXPECT_EQ(1, read_number("/sys/module/fwctl/refcnt"));
}

TEST_HARNESS_MAIN
