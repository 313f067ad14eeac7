// SPDX-License-Identifier: GPL-2.0
/*
 * FWCTL_INFO.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "vendor_test.h"

/* For the time that its tests may take. */
FIXTURE(info) {
};

FIXTURE_SETUP(info)
{
}

FIXTURE_TEARDOWN(info)
{
}

static int info(int fd, void *room, uint32_t len, struct fwctl_info *info)
{
	*info = (struct fwctl_info){
		.size = sizeof(*info),
		.device_data_len = len,
		.out_device_data = (uintptr_t)room,
	};
	return call(fd, FWCTL_INFO, info);
}

/* Theory: INFO names the vendor and gives what its devices have to say. */
TEST_F_TIMEOUT(info, content, TEST_S)
{
	uint8_t data[ASK_MAX] = {};
	struct fwctl_info arg;
	int fd = NODE_OPEN(0);

	ASSERT_EQ(0, info(fd, data, vendor()->info_len, &arg));
	EXPECT_EQ(vendor()->type, arg.out_device_type);
	EXPECT_EQ(vendor()->info_len, arg.device_data_len);
	EXPECT_TRUE(vendor()->info_is_right(data));
	close(fd);
}

/*
 * Theory: the user learns the kernel's length whatever room there was; the room
 * is filled to its end, and nothing beyond it is touched.
 */
TEST_F_TIMEOUT(info, room, TEST_S)
{
	static uint8_t room[(1 << 20) + 3];
	const uint32_t info_len = vendor()->info_len;
	uint8_t data[ASK_MAX];
	struct fwctl_info arg;
	int fd = NODE_OPEN(0);
	const uint32_t lens[] = { 0, 1, 4, 7, 8, 9, 64, 4096, 4097,
				  sizeof(room) - 1 };

	ASSERT_EQ(0, info(fd, data, info_len, &arg));
	for (int i = 0; i < 10; i++) {
		uint32_t copied = lens[i] < info_len ? lens[i] : info_len;

		memset(room, 0xa5, sizeof(room));
		ASSERT_EQ(0, info(fd, lens[i] ? room : NULL, lens[i], &arg));
		EXPECT_EQ(vendor()->type, arg.out_device_type);
		EXPECT_EQ(info_len, arg.device_data_len);
		EXPECT_EQ(0, memcmp(room, data, copied));
		for (uint32_t at = copied; at < lens[i]; at++)
			ASSERT_EQ(0, room[at]);
		EXPECT_EQ(0xa5, room[lens[i]]);
	}
	close(fd);
}

/* Theory: bad fields are refused and change nothing. */
TEST_F_TIMEOUT(info, bad_fields, TEST_S)
{
	struct fwctl_info arg = { .size = sizeof(arg), .flags = 1 };
	int fd = NODE_OPEN(0);
	char *page;

	EXPECT_EQ(-EOPNOTSUPP, call(fd, FWCTL_INFO, &arg));
	arg.flags = 1u << 31;
	EXPECT_EQ(-EOPNOTSUPP, call(fd, FWCTL_INFO, &arg));
	EXPECT_EQ(0, arg.out_device_type);

	EXPECT_EQ(-EFAULT, info(fd, NULL, 8, &arg));
	EXPECT_EQ(-EFAULT, info(fd, KERNEL_ADDRESS, 8, &arg));
	page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, page);
	ASSERT_EQ(0, mprotect(page + 4096, 4096, PROT_NONE));
	EXPECT_EQ(-EFAULT, info(fd, page, 4097, &arg));
	EXPECT_EQ(-EFAULT, info(fd, page + 4092, 8, &arg));
	EXPECT_EQ(0, info(fd, page + 4088, 8, &arg));
	EXPECT_EQ(0, info_shortly(fd, &arg));
	munmap(page, 8192);
	close(fd);
}

/* Theory: the node is root's, and its device is the PCI function. */
TEST_F_TIMEOUT(info, node, TEST_S)
{
	int fd = NODE_OPEN(0);
	struct stat st;

	ASSERT_EQ(0, fstat(fd, &st));
	EXPECT_EQ(S_IFCHR | 0600, st.st_mode);
	EXPECT_EQ(0, st.st_uid);
	EXPECT_NE(NULL, strchr(node_function(0), ':')) {
		TH_LOG("parent is '%s'", node_function(0));
	}
	EXPECT_STRNE("", function_auxiliary(node_function(0)));
	close(fd);
}

TEST_HARNESS_MAIN
