// SPDX-License-Identifier: GPL-2.0
/*
 * Devices that go away by themselves, under open descriptors and with a crowd on
 * them. The firmware forgets its objects then, without anybody having given them
 * back. A device for each: mlx5_core takes a second reset within a minute for the
 * sign of a broken one.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "crowd_test.h"
#include "kselftest_harness.h"
#include "pci_test.h"

FIXTURE(reset)
{
	int fd;
	int control;
	unsigned int nodes;
	long long pinned;
	char function[64];
	struct crowd crowd;
};

FIXTURE_VARIANT(reset)
{
	unsigned int node;
	/* With 64 calls on their way and 1,000 objects; else with one umem. */
	bool busy;
	/* Whether the device is there again after it. */
	bool comes_back;
	int (*end)(const char *function, int control);
};

FIXTURE_VARIANT_ADD(reset, idle_function)
{
	.node = 0, .busy = false, .comes_back = true, .end = end_by_reset,
};

FIXTURE_VARIANT_ADD(reset, function)
{
	.node = 1, .busy = true, .comes_back = true, .end = end_by_reset,
};

FIXTURE_VARIANT_ADD(reset, link_error)
{
	.node = 2, .busy = true, .comes_back = false, .end = end_by_link_error,
};

FIXTURE_VARIANT_ADD(reset, no_device)
{
	.node = 3, .busy = true, .comes_back = false, .end = end_by_absence,
};

FIXTURE_SETUP(reset)
{
	struct fwctl_rsc_umem_reg umem;
	void *room = memory(64 * PAGE);

	self->fd = NODE_OPEN(variant->node);
	self->control = CONTROL_OPEN(variant->node);
	self->nodes = node_count();
	self->pinned = pinned_pages();
	snprintf(self->function, sizeof(self->function), "%s",
		 node_function(variant->node));
	if (upstream_driver())
		return;
	ASSERT_NE(NULL, room);
	ASSERT_EQ(0, umem_register(self->fd, FWCTL_UMEM_MKEY, room, 64 * PAGE, &umem));
	if (variant->busy)
		ASSERT_TRUE(crowd_start(&self->crowd, variant->node, self->control));
}

FIXTURE_TEARDOWN(reset)
{
	close(self->fd);
	close(self->control);
}

/*
 * Theory: all descriptors end, all calls with them; the device, if it comes back,
 * has its old name, although descriptors are still open. Memory is given back, as
 * what has no device any more, or one that was reset, cannot be written.
 */
TEST_F_TIMEOUT(reset, ends, TEST_S)
{
	int fd;

	ASSERT_EQ(0, variant->end(self->function, self->control));
	ASSERT_TRUE(all_gone_wait(self->fd));
	if (variant->busy && !upstream_driver())
		EXPECT_TRUE(crowd_wait(&self->crowd, true));
	if (variant->comes_back) {
		ASSERT_TRUE(node_wait(self->nodes));
		EXPECT_STREQ(self->function, node_function(variant->node));
		fd = node_open(variant->node);
		ASSERT_LE(0, fd);
		EXPECT_EQ(0, read_mgir(fd));
		EXPECT_EQ(1, firmware_objects(self->control, "uid"));
		EXPECT_EQ(0, firmware_objects(self->control, "umem"));
		close(fd);
	} else {
		ASSERT_TRUE(node_wait(self->nodes - 1));
		ASSERT_EQ(0, function_remove(self->function));
	}
	EXPECT_TRUE(all_gone(self->fd));
	/* It has confirmed nothing, and cannot write any more. */
	EXPECT_TRUE(pinned_wait(self->pinned));
}

TEST_HARNESS_MAIN
