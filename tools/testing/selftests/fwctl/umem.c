// SPDX-License-Identifier: GPL-2.0
/*
 * User memory that the device may write: what can be registered, who pays, and
 * what the device sees of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "umem_test.h"

enum { DUMP = 4096 };

FIXTURE(umem)
{
	int fd;
	int control;
	long long pinned;
};

FIXTURE_SETUP(umem)
{
	if (upstream_driver())
		SKIP(return, "the kernel's C driver has no umems");
	self->fd = NODE_OPEN(0);
	self->control = CONTROL_OPEN(0);
	self->pinned = pinned_pages();
	ASSERT_LE(0, self->pinned);
}

/* Whatever a test did, nothing is left with the firmware or pinned. */
FIXTURE_TEARDOWN(umem)
{
	close(self->fd);
	EXPECT_EQ(0, firmware_objects(self->control, "umem"));
	EXPECT_EQ(0, firmware_objects(self->control, "mkey"));
	EXPECT_EQ(0, firmware_objects(self->control, "pd"));
	EXPECT_EQ(self->pinned, pinned_pages());
	close(self->control);
}

#define FIRMWARE_HAS(umems, mkeys, pds)                                        \
	do {                                                                   \
		EXPECT_EQ(umems, firmware_objects(self->control, "umem"));     \
		EXPECT_EQ(mkeys, firmware_objects(self->control, "mkey"));     \
		EXPECT_EQ(pds, firmware_objects(self->control, "pd"));         \
	} while (0)

/* Theory: a umem has numbers, and all of it ends with its number. */
TEST_F_TIMEOUT(umem, numbers, TEST_S)
{
	struct fwctl_rsc_umem_reg first, second;
	char *room = memory(4 * PAGE);

	ASSERT_NE(NULL, room);
	ASSERT_EQ(0, umem_register(self->fd, FWCTL_UMEM_MKEY, room, PAGE, &first));
	EXPECT_EQ(1, first.rsc_id);
	EXPECT_NE(0, first.mkey_id);
	FIRMWARE_HAS(1, 1, 1);
	EXPECT_EQ(self->pinned + 1, pinned_pages());

	/* The same memory again, without a key; a flag that changes nothing. */
	ASSERT_EQ(0, umem_register(self->fd, FWCTL_UMEM_MCDD, room, PAGE, &second));
	EXPECT_NE(first.rsc_id, second.rsc_id);
	EXPECT_NE(first.umem_id, second.umem_id);
	EXPECT_EQ(0, second.mkey_id);
	FIRMWARE_HAS(2, 1, 1);

	EXPECT_EQ(0, rsc_destroy(self->fd, first.rsc_id));
	EXPECT_EQ(-ENOENT, rsc_destroy(self->fd, first.rsc_id));
	FIRMWARE_HAS(1, 0, 0);
	EXPECT_EQ(0, rsc_destroy(self->fd, second.rsc_id));
	FIRMWARE_HAS(0, 0, 0);
	EXPECT_EQ(self->pinned, pinned_pages());
	munmap(room, 4 * PAGE);
}

/* Theory: the device writes where it was told, for any alignment, and nowhere else. */
TEST_F_TIMEOUT(umem, dump, TEST_S)
{
	static const size_t starts[] = { 0, 1, 123, PAGE - 8, PAGE, 2 * PAGE - 1 };
	uint8_t *room = memory(8 * PAGE);

	ASSERT_NE(NULL, room);
	for (int i = 0; i < 6; i++) {
		struct fwctl_rsc_umem_reg umem;
		uint8_t *start = room + starts[i];

		memset(room, 0xa5, 8 * PAGE);
		ASSERT_EQ(0, umem_register(self->fd, FWCTL_UMEM_MKEY, start, DUMP,
					   &umem));
		ASSERT_EQ(0, core_dump(self->fd, umem.mkey_id, (uintptr_t)start, DUMP));
		EXPECT_TRUE(is_core_dump(start, DUMP)) {
			TH_LOG("start %zu", starts[i]);
		}
		for (size_t at = 0; at < 8 * PAGE; at++) {
			if (at < starts[i] || at >= starts[i] + DUMP)
				ASSERT_EQ(0xa5, room[at]);
		}
		EXPECT_EQ(0, rsc_destroy(self->fd, umem.rsc_id));
	}
	munmap(room, 8 * PAGE);
}

/* Theory: no request reaches beyond what its key covers. */
TEST_F_TIMEOUT(umem, beyond, TEST_S)
{
	struct fwctl_rsc_umem_reg umem;
	char *room = memory(2 * PAGE);
	uintptr_t at = (uintptr_t)room;
	long long before;

	ASSERT_NE(NULL, room);
	ASSERT_EQ(0, umem_register(self->fd, FWCTL_UMEM_MKEY, room, PAGE, &umem));
	before = firmware_commands(self->control);
	EXPECT_EQ(-EFAULT, core_dump(self->fd, umem.mkey_id, at - 1, 8));
	EXPECT_EQ(-EFAULT, core_dump(self->fd, umem.mkey_id, at, PAGE + 1));
	EXPECT_EQ(-EFAULT, core_dump(self->fd, umem.mkey_id, at + PAGE, 8));
	EXPECT_EQ(-EFAULT, core_dump(self->fd, umem.mkey_id, -8ull, 16));
	EXPECT_EQ(-ENOENT, core_dump(self->fd, umem.mkey_id + 1, at, 8));
	EXPECT_EQ(-ENOENT, core_dump(self->fd, umem.mkey_id ^ 0x100, at, 8));
	EXPECT_EQ(-ENOENT, core_dump(self->fd, 0, at, 8));
	EXPECT_EQ(before, firmware_commands(self->control));
	munmap(room, 2 * PAGE);
}

/* Theory: a key over a part of a umem is that part, by the name that its maker chose. */
TEST_F_TIMEOUT(umem, window, TEST_S)
{
	const uint64_t start = 0x123450000;
	struct fwctl_rsc_umem_reg umem;
	uint8_t *room = memory(8 * PAGE);
	int other = node_open(0);
	uint32_t mkey;
	int pd, error;

	ASSERT_NE(NULL, room);
	ASSERT_LE(0, other);
	ASSERT_EQ(0, umem_register(self->fd, 0, room, 8 * PAGE, &umem));
	pd = pd_alloc(self->fd);
	ASSERT_LT(0, pd);
	mkey = mkey_create(self->fd, pd, umem.umem_id, 2 * PAGE, start, DUMP, &error);
	ASSERT_EQ(0, error);
	EXPECT_EQ(0x5a, mkey & 0xff);
	FIRMWARE_HAS(1, 1, 1);

	ASSERT_EQ(0, core_dump(self->fd, mkey, start, DUMP));
	EXPECT_TRUE(is_core_dump(room + 2 * PAGE, DUMP));
	for (size_t at = 0; at < 8 * PAGE; at++) {
		if (at < 2 * PAGE || at >= 2 * PAGE + DUMP)
			ASSERT_EQ(0, room[at]);
	}
	EXPECT_EQ(-EFAULT, core_dump(self->fd, mkey, start + 8, DUMP));

	/* Out of the umem, or with what is not this descriptor's. */
	mkey_create(self->fd, pd, umem.umem_id, 7 * PAGE, start, PAGE + 1, &error);
	EXPECT_EQ(-EFAULT, error);
	mkey_create(self->fd, pd, umem.umem_id + 1, 0, start, PAGE, &error);
	EXPECT_EQ(-ENOENT, error);
	mkey_create(self->fd, pd + 1, umem.umem_id, 0, start, PAGE, &error);
	EXPECT_EQ(-ENOENT, error);
	mkey_create(other, pd, umem.umem_id, 0, start, PAGE, &error);
	EXPECT_EQ(-ENOENT, error);
	EXPECT_EQ(-ENOENT, core_dump(other, mkey, start, DUMP));
	EXPECT_EQ(-ENOENT, rsc_destroy(other, umem.rsc_id));
	EXPECT_EQ(-ENOENT, object_end(other, OP_DESTROY_MKEY, mkey >> 8));

	/* What something needs stays. */
	EXPECT_EQ(-EBUSY, rsc_destroy(self->fd, umem.rsc_id));
	EXPECT_EQ(-EBUSY, object_end(self->fd, OP_DEALLOC_PD, pd));
	FIRMWARE_HAS(1, 1, 1);
	EXPECT_EQ(0, object_end(self->fd, OP_DESTROY_MKEY, mkey >> 8));
	EXPECT_EQ(-ENOENT, core_dump(self->fd, mkey, start, DUMP));
	EXPECT_EQ(0, rsc_destroy(self->fd, umem.rsc_id));
	EXPECT_EQ(0, object_end(self->fd, OP_DEALLOC_PD, pd));
	FIRMWARE_HAS(0, 0, 0);
	close(other);
	munmap(room, 8 * PAGE);
}

/* Theory: each length and address gets its answer, and a refusal pins nothing. */
TEST_F_TIMEOUT(umem, arguments, TEST_S)
{
	struct fwctl_rsc_umem_reg umem;
	const struct {
		uint64_t addr;
		uint64_t len;
		int want;
	} cases[] = {
		{ PAGE, 0, -EINVAL },
		{ PAGE, 64 * MIB + 1, -EINVAL },
		{ PAGE, 1ull << 63, -EINVAL },
		{ PAGE, UINT64_MAX, -EINVAL },
		{ UINT64_MAX - 8, 64, -EINVAL },
		{ UINT64_MAX - PAGE + 1, PAGE, -EINVAL },
		{ 0, PAGE, -EFAULT },
		{ 0xffff888000000000, PAGE, -EFAULT },
		{ 0x8000000000000000, PAGE, -EFAULT },
	};
	char *room = memory(4 * PAGE);

	ASSERT_NE(NULL, room);
	for (int i = 0; i < 9; i++) {
		EXPECT_EQ(cases[i].want, umem_register(self->fd, 0,
						       (void *)cases[i].addr,
						       cases[i].len, &umem)) {
			TH_LOG("address %#llx length %#llx",
			       (unsigned long long)cases[i].addr,
			       (unsigned long long)cases[i].len);
		}
	}
	EXPECT_EQ(-EOPNOTSUPP, umem_register(self->fd, 4, room, PAGE, &umem));
	EXPECT_EQ(-EOPNOTSUPP, umem_register(self->fd, 1ull << 32, room, PAGE, &umem));
	EXPECT_EQ(-EOPNOTSUPP, umem_register(self->fd, UINT64_MAX, room, PAGE, &umem));

	/* Not all of it can be written. */
	ASSERT_EQ(0, mprotect(room + 2 * PAGE, PAGE, PROT_READ));
	EXPECT_EQ(-EFAULT, umem_register(self->fd, 0, room, 3 * PAGE, &umem));
	ASSERT_EQ(0, mprotect(room + 2 * PAGE, PAGE, PROT_NONE));
	EXPECT_EQ(-EFAULT, umem_register(self->fd, 0, room, 3 * PAGE, &umem));
	ASSERT_EQ(0, munmap(room + 2 * PAGE, PAGE));
	EXPECT_EQ(-EFAULT, umem_register(self->fd, 0, room, 3 * PAGE, &umem));
	EXPECT_EQ(self->pinned, pinned_pages());
	EXPECT_EQ(0, umem_register(self->fd, 0, room + PAGE - 1, 1, &umem));
	EXPECT_EQ(self->pinned + 1, pinned_pages());
	munmap(room, 4 * PAGE);
}

/* Theory: the number cannot be told, so there is no umem. */
TEST_F_TIMEOUT(umem, unwritable_argument, TEST_S)
{
	struct fwctl_rsc_umem_reg *umem = memory(PAGE);
	char *room = memory(PAGE);

	ASSERT_NE(NULL, umem);
	ASSERT_NE(NULL, room);
	*umem = (struct fwctl_rsc_umem_reg){
		.size = sizeof(*umem),
		.flags = FWCTL_UMEM_MKEY,
		.addr = (uintptr_t)room,
		.len = PAGE,
	};
	ASSERT_EQ(0, mprotect(umem, PAGE, PROT_READ));
	EXPECT_EQ(-EFAULT, call(self->fd, FWCTL_RSC_UMEM_REG, umem));
	FIRMWARE_HAS(0, 0, 0);
	EXPECT_EQ(self->pinned, pinned_pages());
	munmap(umem, PAGE);
	munmap(room, PAGE);
}

/* Theory: memory of each kind that may be pinned for writing works. */
TEST_F_TIMEOUT(umem, kinds, TEST_S)
{
	const size_t len = 2 * MIB;
	int shared = memfd_create("umem", MFD_CLOEXEC);
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	void *kinds[3];

	ASSERT_LE(0, shared);
	ASSERT_LE(0, file);
	ASSERT_EQ(0, ftruncate(shared, len));
	kinds[0] = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, shared, 0);
	/* A page of its own, with the file's content. */
	kinds[1] = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
	kinds[2] = memory(len);
	for (int i = 0; i < 3; i++) {
		const size_t room = i == 1 ? PAGE : len;
		struct fwctl_rsc_umem_reg umem;

		ASSERT_NE(MAP_FAILED, kinds[i]);
		ASSERT_EQ(0, umem_register(self->fd, FWCTL_UMEM_MKEY, kinds[i], room,
					   &umem));
		ASSERT_EQ(0, core_dump(self->fd, umem.mkey_id, (uintptr_t)kinds[i],
				       DUMP));
		EXPECT_TRUE(is_core_dump(kinds[i], DUMP)) {
			TH_LOG("kind %d", i);
		}
		EXPECT_EQ(0, rsc_destroy(self->fd, umem.rsc_id));
		munmap(kinds[i], room);
	}
	close(shared);
	close(file);
}

/* Bytes of the mailbox that made the last umem. */
static long long mailbox_len(int control)
{
	const char *at = control_ask(control, "{\"op\":\"trace\",\"last\":16}");
	long long len = -1;

	/* The keys of a record are in alphabetical order: its length comes before its opcode. */
	while (at && (at = strstr(at, "\"inlen\":"))) {
		const char *opcode = strstr(at, "\"opcode\":");

		if (opcode && !strncmp(opcode, "\"opcode\":\"0xa08\"", 16))
			len = json_number(at, "inlen");
		at++;
	}
	return len;
}

/* Theory: the most that is allowed works. */
TEST_F_TIMEOUT(umem, largest, TEST_S)
{
	struct fwctl_rsc_umem_reg umem;
	char *room = memory(64 * MIB);

	ASSERT_NE(NULL, room);
	ASSERT_EQ(0, umem_register(self->fd, FWCTL_UMEM_MKEY, room, 64 * MIB, &umem));
	EXPECT_EQ(self->pinned + 64 * MIB / PAGE, pinned_pages());
	ASSERT_EQ(0, core_dump(self->fd, umem.mkey_id,
			       (uintptr_t)room + 64 * MIB - DUMP, DUMP));
	EXPECT_TRUE(is_core_dump(room + 64 * MIB - DUMP, DUMP));
	EXPECT_EQ(0, rsc_destroy(self->fd, umem.rsc_id));
	munmap(room, 64 * MIB);
}

/* Theory: the firmware is told of huge pages as such. */
TEST_F_TIMEOUT(umem, huge_pages, TEST_S)
{
	enum { HUGE = 2 * MIB, COUNT = 4, FIXED = 0x30 };
	struct fwctl_rsc_umem_reg umem;
	char *room;

	write_file("/proc/sys/vm/nr_hugepages", "4");
	room = mmap(NULL, COUNT * HUGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (room == MAP_FAILED)
		SKIP(return, "the machine has no huge pages to give");
	ASSERT_EQ(0, umem_register(self->fd, FWCTL_UMEM_MKEY, room, COUNT * HUGE, &umem));
	EXPECT_LE(FIXED + 8, mailbox_len(self->control));
	EXPECT_GE(FIXED + 8 * COUNT, mailbox_len(self->control));
	ASSERT_EQ(0, core_dump(self->fd, umem.mkey_id, (uintptr_t)room + HUGE - 64, DUMP));
	EXPECT_TRUE(is_core_dump(room + HUGE - 64, DUMP));
	EXPECT_EQ(0, rsc_destroy(self->fd, umem.rsc_id));

	/* A part of one is not told of as the whole. */
	ASSERT_EQ(0, umem_register(self->fd, 0, room + PAGE, HUGE, &umem));
	if (!has_iommu())
		EXPECT_EQ(FIXED + 8 * HUGE / PAGE, mailbox_len(self->control));
	munmap(room, COUNT * HUGE);
	write_file("/proc/sys/vm/nr_hugepages", "0");
}

/* Theory: unmapping, and the end of who registered, change nothing for the device. */
TEST_F_TIMEOUT(umem, unmapped, TEST_S)
{
	struct fwctl_rsc_umem_reg *umem = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
					       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int shared = memfd_create("umem", 0), status;
	char *room;
	pid_t child;

	ASSERT_NE(MAP_FAILED, umem);
	ASSERT_EQ(0, ftruncate(shared, 2 * PAGE));
	child = fork();
	if (!child) {
		room = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
			    shared, 0);
		_exit(umem_register(self->fd, FWCTL_UMEM_MKEY, room, 2 * PAGE, umem));
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_EQ(0, status);
	/* Who registered is dead, the descriptor is not. */
	FIRMWARE_HAS(1, 1, 1);
	ASSERT_EQ(0, core_dump(self->fd, umem->mkey_id, umem->addr, DUMP));
	room = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, shared, 0);
	EXPECT_TRUE(is_core_dump(room, DUMP));
	munmap(room, 2 * PAGE);

	/* Nobody has the memory any more. */
	close(shared);
	EXPECT_EQ(0, core_dump(self->fd, umem->mkey_id, umem->addr, DUMP));
	EXPECT_EQ(self->pinned + 2, pinned_pages());
	EXPECT_EQ(0, rsc_destroy(self->fd, umem->rsc_id));
	EXPECT_EQ(self->pinned, pinned_pages());
	munmap(umem, PAGE);
}

/* Theory: after fork and exec the memory is still the device's to write. */
TEST_F_TIMEOUT(umem, fork_and_exec, TEST_S)
{
	struct fwctl_rsc_umem_reg umem;
	char *room = memory(PAGE);
	int status;
	pid_t child;

	ASSERT_NE(NULL, room);
	ASSERT_EQ(0, umem_register(self->fd, FWCTL_UMEM_MKEY, room, PAGE, &umem));
	child = fork();
	if (!child) {
		execl("/bin/true", "true", NULL);
		_exit(1);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	/* Copies of the page are made for others, not for who pinned it. */
	ASSERT_EQ(0, core_dump(self->fd, umem.mkey_id, (uintptr_t)room, DUMP));
	EXPECT_TRUE(is_core_dump(room, DUMP));
	munmap(room, PAGE);
}

static long long vm_pin_kib(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	long long kib = -1;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "VmPin: %lld", &kib);
	if (file)
		fclose(file);
	return kib;
}

static int drop_ipc_lock(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return -1;
	data[0].effective &= ~(1u << CAP_IPC_LOCK);
	return syscall(SYS_capset, &header, data);
}

/* Theory: pinned memory is the user's, against the limit unless a capability frees of it. */
TEST_F_TIMEOUT(umem, limit, TEST_S)
{
	const struct rlimit limit = { 16 * PAGE, 16 * PAGE };
	struct fwctl_rsc_umem_reg umem;
	char *room = memory(32 * PAGE);
	int status;
	pid_t child;

	ASSERT_NE(NULL, room);
	child = fork();
	if (!child) {
		if (setrlimit(RLIMIT_MEMLOCK, &limit))
			_exit(1);
		/* With the capability there is no limit. */
		if (umem_register(self->fd, 0, room, 32 * PAGE, &umem) ||
		    vm_pin_kib() != 128 || rsc_destroy(self->fd, umem.rsc_id) ||
		    vm_pin_kib() != 0)
			_exit(2);
		if (drop_ipc_lock())
			_exit(3);
		for (int i = 0; i < 3; i++) {
			if (umem_register(self->fd, 0, room, 16 * PAGE + 1, &umem) != -ENOMEM)
				_exit(4);
			if (umem_register(self->fd, 0, room, 15 * PAGE, &umem) ||
			    vm_pin_kib() != 60)
				_exit(5);
			/* Unaligned, it needs two pages. */
			if (umem_register(self->fd, 0, room + PAGE - 1, 2, &umem) != -ENOMEM)
				_exit(6);
			if (rsc_destroy(self->fd, umem.rsc_id ?: 0) != -ENOENT)
				_exit(7);
			if (rsc_destroy(self->fd, 2 + i))
				_exit(8);
		}
		_exit(vm_pin_kib() != 0);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(0, WEXITSTATUS(status));
	munmap(room, 32 * PAGE);
}

/* Theory: what mstflint 4.35 sends works, byte by byte: no header of ours between. */
TEST_F_TIMEOUT(umem, bytes, TEST_S)
{
	enum { UMEM_REG = 0x9a03, RSC_DESTROY = 0x9a02 };
	char *room = memory(PAGE);
	uint32_t reg[12] = {
		/* size, what is ignored, flags: a key, and for MCDD */
		48, 0xffffffff, 3, 0,
		/* address, length */
		(uint32_t)(uintptr_t)room, (uint64_t)(uintptr_t)room >> 32, PAGE, 0,
		/* out: umem_id, mkey_id, rsc_id; the rest is padding */
		0, 0, 0, 0,
	};
	/* size, what is ignored, flags, type, rsc_id */
	uint32_t destroy[6] = { 24, 0xffffffff, 0, 0, 0, 0 };

	ASSERT_NE(NULL, room);
	ASSERT_EQ(0, call(self->fd, UMEM_REG, reg));
	EXPECT_NE(0, reg[8]);
	EXPECT_NE(0, reg[9]);
	EXPECT_EQ(1, reg[10]);
	FIRMWARE_HAS(1, 1, 1);
	ASSERT_EQ(0, core_dump(self->fd, reg[9], (uintptr_t)room, DUMP));
	EXPECT_TRUE(is_core_dump(room, DUMP));
	destroy[5] = reg[10];
	EXPECT_EQ(0, call(self->fd, RSC_DESTROY, destroy));
	FIRMWARE_HAS(0, 0, 0);

	/* As short as it may be. */
	reg[0] = 44;
	EXPECT_EQ(0, call(self->fd, UMEM_REG, reg));
	destroy[5] = reg[10];
	EXPECT_EQ(0, call(self->fd, RSC_DESTROY, destroy));
	munmap(room, PAGE);
}

/* Theory: a descriptor has as many objects as the driver allows, and all end with it. */
TEST_F_TIMEOUT(umem, many, TEST_S)
{
	enum { LIMIT = 1024 };
	struct fwctl_rsc_umem_reg umem;
	char *room = memory(LIMIT * PAGE);

	ASSERT_NE(NULL, room);
	for (int i = 0; i < LIMIT; i++)
		ASSERT_EQ(0, umem_register(self->fd, 0, room + i * PAGE, PAGE, &umem));
	EXPECT_EQ(-ENOSPC, umem_register(self->fd, 0, room, PAGE, &umem));
	EXPECT_EQ(-ENOSPC, pd_alloc(self->fd));
	FIRMWARE_HAS(LIMIT, 0, 0);
	EXPECT_EQ(self->pinned + LIMIT, pinned_pages());
	EXPECT_EQ(0, rsc_destroy(self->fd, 1));
	EXPECT_EQ(0, umem_register(self->fd, 0, room, PAGE, &umem));
	EXPECT_EQ(LIMIT + 1, umem.rsc_id);
	munmap(room, LIMIT * PAGE);
}

TEST_HARNESS_MAIN
