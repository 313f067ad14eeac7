// SPDX-License-Identifier: GPL-2.0
/*
 * The rules that hold for every command: numbers, sizes, pointers.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fwctl/bnxt.h>
#include <fwctl/mlx5.h>

#include "kselftest_harness.h"
#include "vendor_test.h"

_Static_assert(FWCTL_INFO == 0x9a00 && FWCTL_RPC == 0x9a01, "numbers");
_Static_assert(sizeof(struct fwctl_info) == 24, "info");
_Static_assert(offsetof(struct fwctl_info, out_device_type) == 8, "info");
_Static_assert(offsetof(struct fwctl_info, out_device_data) == 16, "info");
_Static_assert(sizeof(struct fwctl_rpc) == 32, "rpc");
_Static_assert(offsetof(struct fwctl_rpc, in_len) == 8, "rpc");
_Static_assert(offsetof(struct fwctl_rpc, in) == 16, "rpc");
_Static_assert(offsetof(struct fwctl_rpc, out) == 24, "rpc");
_Static_assert(sizeof(struct fwctl_info_mlx5) == 8, "mlx5");
_Static_assert(sizeof(struct fwctl_info_bnxt) == 4, "bnxt");
_Static_assert(FWCTL_RSC_DESTROY == 0x9a02, "number");
_Static_assert(sizeof(struct fwctl_rsc_destroy) == 24, "destroy");
_Static_assert(offsetof(struct fwctl_rsc_destroy, flags) == 8, "destroy");
_Static_assert(offsetof(struct fwctl_rsc_destroy, type) == 16, "destroy");
_Static_assert(offsetof(struct fwctl_rsc_destroy, rsc_id) == 20, "destroy");

/* For the time that its tests may take. */
FIXTURE(abi) {
};

FIXTURE_SETUP(abi)
{
}

FIXTURE_TEARDOWN(abi)
{
}

/* Theory: a number that is not a command is ENOTTY, whatever its other bits. */
TEST_F_TIMEOUT(abi, numbers, TEST_S)
{
	int fd = NODE_OPEN(0);
	char arg[4096] = {};

	*(uint32_t *)arg = sizeof(arg);
	for (unsigned int nr = 0; nr < 256; nr++) {
		for (unsigned int dir = 0; dir < 4; dir++) {
			const unsigned int sizes[] = { 0, 24, 32 };

			for (int i = 0; i < 3; i++) {
				if (nr <= FWCTL_CMD_RSC_UMEM_REG && !dir && !sizes[i])
					continue;
				EXPECT_EQ(-ENOTTY, call(fd, _IOC(dir, FWCTL_TYPE, nr, sizes[i]), arg)) {
					TH_LOG("nr %u dir %u size %u", nr, dir, sizes[i]);
				}
			}
		}
	}
	EXPECT_EQ(-ENOTTY, call(fd, _IO(FWCTL_TYPE + 1, 0), arg));
	close(fd);
}

static const struct {
	unsigned long number;
	uint32_t size;
} commands[] = {
	{ FWCTL_INFO, sizeof(struct fwctl_info) },
	{ FWCTL_RPC, sizeof(struct fwctl_rpc) },
};

/* An argument that succeeds with either command, for any size. */
static void valid_argument(void *arg, unsigned long number, void *in, void *out)
{
	if (number == FWCTL_RPC) {
		struct fwctl_rpc *rpc = arg;

		*rpc = (struct fwctl_rpc){
			.scope = FWCTL_RPC_DEBUG_READ_ONLY,
			.in_len = vendor()->in_len,
			.out_len = vendor()->out_len,
			.in = (uintptr_t)in,
			.out = (uintptr_t)out,
		};
		vendor()->ask(in);
	}
}

/*
 * Theory: the size word decides; a longer structure is fine as long as the part
 * that the kernel does not know is zero, up to a page.
 */
TEST_F_TIMEOUT(abi, sizes, TEST_S)
{
	static uint8_t in[ASK_MAX], out[ASK_MAX], arg[2 * 4096];
	int fd = NODE_OPEN(0);

	for (int i = 0; i < 2; i++) {
		const uint32_t known = commands[i].size;

		for (uint32_t size = 0; size <= sizeof(arg); size++) {
			int want = size < known ? -EINVAL :
				   size > 4096 ? -E2BIG : 0;

			/* Each byte is a boundary somewhere; far from one, some are enough. */
			if (size > known + 8 && size % 509 && (size < 4090 || size > 4102))
				continue;
			memset(arg, 0, sizeof(arg));
			valid_argument(arg, commands[i].number, in, out);
			*(uint32_t *)arg = size;
			EXPECT_EQ(want, call(fd, commands[i].number, arg)) {
				TH_LOG("command %d size %u", i, size);
			}
			if (want || size == known)
				continue;
			memset(arg, 0, known);
			valid_argument(arg, commands[i].number, in, out);
			*(uint32_t *)arg = size;
			arg[size - 1] = 1;
			EXPECT_EQ(-E2BIG, call(fd, commands[i].number, arg)) {
				TH_LOG("command %d size %u, tail", i, size);
			}
		}
		for (int j = 0; j < 3; j++) {
			const uint32_t huge[] = { 1u << 30, 1u << 31, UINT32_MAX };

			*(uint32_t *)arg = huge[j];
			EXPECT_EQ(-E2BIG, call(fd, commands[i].number, arg));
		}
	}
	close(fd);
}

/* Theory: an argument that cannot be read or written is EFAULT. */
TEST_F_TIMEOUT(abi, bad_argument_pointers, TEST_S)
{
	int fd = NODE_OPEN(0);
	char *pages = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, pages);
	for (int i = 0; i < 2; i++) {
		const unsigned long number = commands[i].number;
		uint32_t *size;

		EXPECT_EQ(-EFAULT, call(fd, number, NULL));
		EXPECT_EQ(-EFAULT, call(fd, number, KERNEL_ADDRESS));
		EXPECT_EQ(-EFAULT, call(fd, number, (void *)-8));

		/* The size word can be read, the rest cannot. */
		ASSERT_EQ(0, mprotect(pages + 4096, 4096, PROT_NONE));
		size = (uint32_t *)(pages + 4096 - sizeof(*size));
		*size = commands[i].size;
		EXPECT_EQ(-EFAULT, call(fd, number, size));

		/* The known part can be read, the tail cannot. */
		size = (uint32_t *)(pages + 4096 - commands[i].size);
		memset(size, 0, commands[i].size);
		*size = commands[i].size + 8;
		EXPECT_EQ(-EFAULT, call(fd, number, size));
		ASSERT_EQ(0, mprotect(pages + 4096, 4096, PROT_READ | PROT_WRITE));
	}

	/* It can be read but not written. */
	struct fwctl_info *info = (void *)pages;

	*info = (struct fwctl_info){ .size = sizeof(*info) };
	ASSERT_EQ(0, mprotect(pages, 4096, PROT_READ));
	EXPECT_EQ(-EFAULT, call(fd, FWCTL_INFO, info));
	munmap(pages, 2 * 4096);
	close(fd);
}

TEST_HARNESS_MAIN
