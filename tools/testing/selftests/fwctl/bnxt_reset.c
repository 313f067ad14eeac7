// SPDX-License-Identifier: GPL-2.0
/*
 * NetXtreme devices that go away by themselves, under open descriptors and calls. A
 * reset that somebody asked for is none of these: bnxt.c has it. A device for each.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bnxt_test.h"
#include "kselftest_harness.h"
#include "pci_test.h"
#include "vendor_test.h"

enum { CALLERS = 8 };

/* What all callers count in. */
struct counts {
	int stop;
	int answered;
	/* Calls that said that the device is gone, or silent. */
	int failed;
	/* The first errno that nobody should see. */
	int unexpected;
};

FIXTURE(bnxt_reset)
{
	int fd, control;
	unsigned int nodes;
	char function[64];
	char auxiliary[256];
	struct counts *counts;
	pid_t callers[CALLERS];
};

FIXTURE_VARIANT(bnxt_reset)
{
	unsigned int node;
	int (*end)(const char *function, int control);
	/* What calls say after it, until the driver is unbound. */
	int ret;
	/* Whether there is a device to find after it. */
	bool comes_back;
};

static int by_link_error(const char *function, int control)
{
	return link_error(function);
}

/* All reads are ones from then on. */
static int no_device(const char *function, int control)
{
	return control_ask(control, "{\"op\":\"exit\"}") ? 0 : -EIO;
}

/* bnxt_en lets nobody use a device whose link had an error, until it is bound again. */
FIXTURE_VARIANT_ADD(bnxt_reset, link_error)
{
	.node = 0, .end = by_link_error, .ret = -ENODEV, .comes_back = true,
};

FIXTURE_VARIANT_ADD(bnxt_reset, no_device)
{
	.node = 1, .end = no_device, .ret = -ETIMEDOUT, .comes_back = false,
};

/* Asks until told to stop. */
static void ask_on(int fd, struct counts *counts)
{
	while (!__atomic_load_n(&counts->stop, __ATOMIC_RELAXED)) {
		int ret = ask_shortly(fd);

		if (!ret)
			__sync_fetch_and_add(&counts->answered, 1);
		else if (ret == -ENODEV || ret == -ETIMEDOUT)
			__sync_fetch_and_add(&counts->failed, 1);
		else
			__sync_val_compare_and_swap(&counts->unexpected, 0, ret);
	}
}

FIXTURE_SETUP(bnxt_reset)
{
	self->fd = NODE_OPEN(variant->node);
	self->control = CONTROL_OPEN(variant->node);
	self->nodes = node_count();
	snprintf(self->function, sizeof(self->function), "%s", node_function(variant->node));
	snprintf(self->auxiliary, sizeof(self->auxiliary), "%s",
		 function_auxiliary(self->function));
	self->counts = mmap(NULL, sizeof(*self->counts), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->counts);
	for (int i = 0; i < CALLERS; i++) {
		self->callers[i] = fork();
		if (!self->callers[i]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			ask_on(self->fd, self->counts);
			_exit(0);
		}
	}
}

FIXTURE_TEARDOWN(bnxt_reset)
{
	close(self->fd);
	close(self->control);
}

static bool some_answered(void *counts)
{
	return __atomic_load_n(&((struct counts *)counts)->answered, __ATOMIC_RELAXED) > CALLERS;
}

static bool some_failed(void *counts)
{
	return __atomic_load_n(&((struct counts *)counts)->failed, __ATOMIC_RELAXED) > 0;
}

/*
 * Theory: each call ends, the descriptors stay until the driver is unbound, and
 * unbinding it waits for no more than the call that is with the transport.
 */
TEST_F_TIMEOUT(bnxt_reset, ends, TEST_S)
{
	struct fwctl_info info;
	int status;

	ASSERT_TRUE(patient(some_answered, self->counts));
	ASSERT_EQ(0, variant->end(self->function, self->control));
	ASSERT_TRUE(patient(some_failed, self->counts));
	EXPECT_EQ(0, info_shortly(self->fd, &info));
	EXPECT_EQ(variant->ret, ask_shortly(self->fd));
	ASSERT_EQ(0, driver_unbind(self->auxiliary));
	EXPECT_TRUE(all_gone(self->fd));
	__atomic_store_n(&self->counts->stop, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < CALLERS; i++) {
		ASSERT_TRUE(child_wait(self->callers[i], &status));
		EXPECT_EQ(0, status);
	}
	EXPECT_EQ(0, self->counts->unexpected);
	ASSERT_EQ(0, function_remove(self->function));
	EXPECT_EQ(self->nodes - 1, node_count());
	if (variant->comes_back) {
		int fd;

		ASSERT_EQ(0, pci_rescan());
		ASSERT_TRUE(node_wait(self->nodes));
		fd = node_open(variant->node);
		ASSERT_LE(0, fd);
		EXPECT_EQ(0, ask_shortly(fd));
		close(fd);
	}
	EXPECT_TRUE(all_gone(self->fd));
}

TEST_HARNESS_MAIN
