// SPDX-License-Identifier: GPL-2.0
/*
 * Resets under open descriptors. The firmware forgets its objects then, without
 * anybody having given them back.
 */
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "umem_test.h"

FIXTURE(reset)
{
	int fd;
	unsigned int nodes;
	char function[64];
};

FIXTURE_SETUP(reset)
{
	self->fd = NODE_OPEN(0);
	self->nodes = node_count();
	snprintf(self->function, sizeof(self->function), "%s", node_function(0));
}

FIXTURE_TEARDOWN(reset)
{
	close(self->fd);
}

static bool gone(void *fd)
{
	return all_gone(*(int *)fd);
}

/* Memory of the descriptor, with a key. */
static bool register_memory(int fd)
{
	struct fwctl_rsc_umem_reg umem;
	void *room = memory(64 * PAGE);

	return room && !umem_register(fd, FWCTL_UMEM_MKEY, room, 64 * PAGE, &umem);
}

/*
 * Theory: a reset of the function ends an open descriptor; the device comes back
 * with its old name, although that descriptor is still there. One reset in this
 * program: mlx5_core takes a second one within a minute for a broken device.
 */
TEST_F_TIMEOUT(reset, function, TEST_S)
{
	const long long pinned = pinned_pages();
	char path[PATH_MAX];
	int fd;

	if (!upstream_driver())
		ASSERT_TRUE(register_memory(self->fd));
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/reset",
		 self->function);
	ASSERT_EQ(0, write_file(path, "1"));
	ASSERT_TRUE(patient(gone, &self->fd));
	ASSERT_TRUE(node_wait(self->nodes));
	EXPECT_STREQ(self->function, node_function(0));
	fd = node_open(0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, read_mgir(fd));
	EXPECT_TRUE(all_gone(self->fd));
	close(fd);
	/* The firmware has confirmed nothing, and cannot write any more. */
	EXPECT_TRUE(pinned_wait(pinned));
}

TEST_HARNESS_MAIN
