// SPDX-License-Identifier: GPL-2.0
/*
 * NetXtreme devices that go away by themselves, under open descriptors and calls. A
 * reset that somebody asked for is none of these: bnxt.c has it. A device for each.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "callers_test.h"
#include "kselftest_harness.h"
#include "pci_test.h"
#include "vendor_test.h"

FIXTURE(bnxt_reset)
{
	int fd, control;
	unsigned int nodes;
	char function[64];
	char auxiliary[256];
	struct callers callers;
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

/* bnxt_en lets nobody use a device whose link had an error, until it is bound again. */
FIXTURE_VARIANT_ADD(bnxt_reset, link_error)
{
	.node = 0, .end = end_by_link_error, .ret = -ENODEV, .comes_back = true,
};

FIXTURE_VARIANT_ADD(bnxt_reset, no_device)
{
	.node = 1, .end = end_by_absence, .ret = -ETIMEDOUT, .comes_back = false,
};

FIXTURE_SETUP(bnxt_reset)
{
	self->fd = NODE_OPEN(variant->node);
	self->control = CONTROL_OPEN(variant->node);
	self->nodes = node_count();
	snprintf(self->function, sizeof(self->function), "%s", node_function(variant->node));
	snprintf(self->auxiliary, sizeof(self->auxiliary), "%s",
		 function_auxiliary(self->function));
	ASSERT_TRUE(callers_start(&self->callers, self->fd, CALLERS_MAX));
}

FIXTURE_TEARDOWN(bnxt_reset)
{
	close(self->fd);
	close(self->control);
}

/*
 * Theory: each call ends, the descriptors stay until the driver is unbound, and
 * unbinding it waits for no more than the call that is with the transport.
 */
TEST_F_TIMEOUT(bnxt_reset, ends, TEST_S)
{
	struct fwctl_info info;

	ASSERT_TRUE(callers_answered(&self->callers, CALLERS_MAX + 1));
	ASSERT_EQ(0, variant->end(self->function, self->control));
	ASSERT_TRUE(callers_failed(&self->callers));
	EXPECT_EQ(0, info_shortly(self->fd, &info));
	EXPECT_EQ(variant->ret, ask_shortly(self->fd));
	ASSERT_EQ(0, driver_unbind(self->auxiliary));
	EXPECT_TRUE(all_gone(self->fd));
	EXPECT_TRUE(callers_stop(&self->callers));
	EXPECT_EQ(0, self->callers.counts->unexpected);
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
