// SPDX-License-Identifier: GPL-2.0
#include "umem_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	OP_DUMP_TO_MEMORY = 2,
	OP_DUMP_TO_MAILBOX = 3,
	CORE_DUMP_LEN = 64,
};

int umem_register(int fd, uint64_t flags, const void *addr, uint64_t len,
		  struct fwctl_rsc_umem_reg *umem)
{
	*umem = (struct fwctl_rsc_umem_reg){
		.size = sizeof(*umem),
		.flags = flags,
		.addr = (uintptr_t)addr,
		.len = len,
	};
	return call(fd, FWCTL_RSC_UMEM_REG, umem);
}

void *memory(size_t len)
{
	void *addr = mmap(NULL, len, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return addr == MAP_FAILED ? NULL : addr;
}

int core_dump(int fd, uint32_t mkey, uint64_t addr, uint32_t len)
{
	uint8_t in[MBOX_HEADER + CORE_DUMP_LEN] = {}, out[sizeof(in)] = {};
	uint8_t *reg = in + MBOX_HEADER;

	access_reg(in, OP_MOD_READ, REG_CORE_DUMP);
	reg[3] = OP_DUMP_TO_MEMORY;
	set32(reg, 0x10, mkey);
	set32(reg, 0x14, len);
	set32(reg, 0x18, addr >> 32);
	set32(reg, 0x1c, addr);
	return rpc_done(fd, in, sizeof(in), out, sizeof(out));
}

int core_dump_inline(int fd, uint8_t *to, uint32_t len)
{
	/* One at a time. */
	static uint8_t in[MBOX_HEADER + CORE_DUMP_LEN + CORE_PIECE], out[sizeof(in)];
	uint32_t at = 0, more;
	int count = 0, ret;

	do {
		uint8_t *reg = in + MBOX_HEADER;

		memset(in, 0, MBOX_HEADER + CORE_DUMP_LEN);
		access_reg(in, OP_MOD_READ, REG_CORE_DUMP);
		reg[3] = OP_DUMP_TO_MAILBOX;
		set32(reg, 0x24, at);
		ret = rpc_done(fd, in, sizeof(in), out, sizeof(in));
		if (ret)
			return ret;
		reg = out + MBOX_HEADER;
		more = get32(reg, 0x14);
		if (more > CORE_PIECE || more > len - at)
			return -E2BIG;
		memcpy(to + at, reg + CORE_DUMP_LEN, more);
		at += more;
		count++;
	} while (out[MBOX_HEADER] & 0x80);
	return at == len ? count : -EIO;
}

bool is_core_dump(const void *addr, size_t len)
{
	for (size_t at = 0; at + 8 <= len; at += 8) {
		uint32_t i = at / 8;

		if (get32(addr, at) != 0xf0000 + 4 * i ||
		    get32(addr, at + 4) != i * 0x01010101u)
			return false;
	}
	return true;
}

int pd_alloc(int fd)
{
	uint8_t in[MBOX_HEADER] = {}, out[MBOX_HEADER] = {};
	int ret;

	set16(in, 0, OP_ALLOC_PD);
	ret = rpc_done(fd, in, sizeof(in), out, sizeof(out));
	return ret ?: (int)(get32(out, 8) & 0xffffff);
}

int object_end(int fd, uint16_t opcode, uint32_t number)
{
	uint8_t in[MBOX_HEADER] = {}, out[MBOX_HEADER] = {};

	set16(in, 0, opcode);
	set32(in, 8, number);
	return rpc_done(fd, in, sizeof(in), out, sizeof(out));
}

void mkey_request(uint8_t *in, uint32_t pd, uint32_t umem_id, uint64_t offset,
		  uint64_t start, uint64_t len)
{
	memset(in, 0, MKEY_LEN);
	set16(in, 0, OP_CREATE_MKEY);
	set32(in, 0xc, 1u << 30);
	/* Local write and read, translated. */
	set32(in, 0x10, 1 << 11 | 1 << 10 | 1 << 8);
	set32(in, 0x14, 0xffffff00);
	set32(in, 0x1c, pd);
	set32(in, 0x20, start >> 32);
	set32(in, 0x24, start);
	set32(in, 0x28, len >> 32);
	set32(in, 0x2c, len);
	set32(in, 0x64, umem_id);
	set32(in, 0x68, offset >> 32);
	set32(in, 0x6c, offset);
}

uint32_t mkey_create(int fd, uint32_t pd, uint32_t umem_id, uint64_t offset,
		     uint64_t start, uint64_t len, int *error)
{
	uint8_t in[MKEY_LEN], out[MBOX_HEADER] = {};
	const uint8_t variant = 0x5a;

	mkey_request(in, pd, umem_id, offset, start, len);
	in[0x17] = variant;
	*error = rpc_done(fd, in, sizeof(in), out, sizeof(out));
	return *error ? 0 : (get32(out, 8) & 0xffffff) << 8 | variant;
}

bool has_iommu(void)
{
	return !access("/sys/kernel/iommu_groups/0", F_OK);
}

static long long vmstat(const char *name)
{
	FILE *file = fopen("/proc/vmstat", "re");
	long long value = -1, found;
	char key[64];

	while (file && fscanf(file, "%63s %lld", key, &found) == 2)
		if (!strcmp(key, name))
			value = found;
	if (file)
		fclose(file);
	return value;
}

long long pinned_pages(void)
{
	long long acquired, released;

	/* Adds up what each CPU has counted. */
	read_number("/proc/sys/vm/stat_refresh");
	acquired = vmstat("nr_foll_pin_acquired");
	released = vmstat("nr_foll_pin_released");
	return acquired < 0 || released < 0 ? -1 : acquired - released;
}

static bool pinned_are(void *count)
{
	return pinned_pages() == *(long long *)count;
}

bool pinned_wait(long long count)
{
	return patient(pinned_are, &count);
}
