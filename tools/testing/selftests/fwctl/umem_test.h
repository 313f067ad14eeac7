/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of user memory share. */
#ifndef UMEM_TEST_H
#define UMEM_TEST_H

#include <stddef.h>

#include "fwctl_test.h"
#include "mlx5_test.h"

enum {
	PAGE = 4096,
	MIB = 1 << 20,
	/* CREATE_MKEY with room for one translation in the mailbox. */
	MKEY_LEN = 0x110,
	/* What a mailbox takes of a core dump. */
	CORE_PIECE = 64 << 10,
};

/* FWCTL_RSC_UMEM_REG; 0 or a negative errno. */
int umem_register(int fd, uint64_t flags, const void *addr, uint64_t len,
		  struct fwctl_rsc_umem_reg *umem);
/* Anonymous memory, zero; NULL if there is none. */
void *memory(size_t len);

/* Has the firmware write its core dump by a key; 0 or a negative errno, EREMOTEIO for a refusal. */
int core_dump(int fd, uint32_t mkey, uint64_t addr, uint32_t len);
/* The whole of it, @len bytes, by mailboxes; how many RPCs, or a negative errno. */
int core_dump_inline(int fd, uint8_t *to, uint32_t len);
/* Whether the dump's first @len bytes are there. */
bool is_core_dump(const void *addr, size_t len);

/* ALLOC_PD; its number or a negative errno. */
int pd_alloc(int fd);
/* A 24-bit number at byte 8, as DEALLOC_PD and DESTROY_MKEY want it. */
int object_end(int fd, uint16_t opcode, uint32_t number);
/* Fills MKEY_LEN bytes with a CREATE_MKEY that passes: a key over a part of a umem. */
void mkey_request(uint8_t *in, uint32_t pd, uint32_t umem_id, uint64_t offset,
		  uint64_t start, uint64_t len);
/* CREATE_MKEY over a part of a umem; the key, or 0 with the errno in @error. */
uint32_t mkey_create(int fd, uint32_t pd, uint32_t umem_id, uint64_t offset,
		     uint64_t start, uint64_t len, int *error);

/* Whether an IOMMU is between the device and memory: what it sees as one piece need not be. */
bool has_iommu(void);

/* Pages that the kernel holds pinned, of all processes; -1 where it does not say. */
long long pinned_pages(void);
/* Waits until there are @count. */
bool pinned_wait(long long count);

#endif
