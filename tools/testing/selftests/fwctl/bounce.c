// SPDX-License-Identifier: GPL-2.0
/*
 * A machine that has devices write to buffers of its own and copies from there, as
 * with swiotlb=force: no memory of a user can be the device's to write.
 */
#include <errno.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "umem_test.h"

FIXTURE(bounce)
{
	int fd;
	int control;
};

FIXTURE_SETUP(bounce)
{
	NOT_UPSTREAM("has no umems");
	self->fd = NODE_OPEN(0);
	self->control = CONTROL_OPEN(0);
}

FIXTURE_TEARDOWN(bounce)
{
	close(self->fd);
	close(self->control);
}

/* Theory: it is refused, which leaves nothing; all that needs no such memory works. */
TEST_F_TIMEOUT(bounce, refused, TEST_S)
{
	const long long pinned = pinned_pages();
	struct fwctl_rsc_umem_reg umem;
	char *room = memory(4 * PAGE);

	ASSERT_NE(NULL, room);
	for (int i = 1; i <= 4; i++)
		EXPECT_EQ(-EOPNOTSUPP, umem_register(self->fd, 0, room, i * PAGE, &umem));
	EXPECT_EQ(0, firmware_objects(self->control, "umem"));
	EXPECT_EQ(pinned, pinned_pages());
	EXPECT_EQ(0, read_mgir(self->fd));
	EXPECT_LT(0, pd_alloc(self->fd));
}

TEST_HARNESS_MAIN
