/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mailboxes of ConnectX, for tests of an mlx5 node.
 */
#ifndef MLX5_TEST_H
#define MLX5_TEST_H

#include <stddef.h>
#include <stdint.h>

#include <fwctl/mlx5.h>

/* Registers and opcodes, from the Programmer's Reference Manual. */
enum {
	OP_QUERY_HCA_CAP = 0x100,
	OP_CREATE_MKEY = 0x200,
	OP_DESTROY_MKEY = 0x202,
	OP_ALLOC_PD = 0x800,
	OP_DEALLOC_PD = 0x801,
	OP_ACCESS_REG = 0x805,
	OP_SET_DIAGNOSTIC_PARAMS = 0x820,
	OP_QUERY_DIAGNOSTIC_COUNTERS = 0x821,
	OP_QUERY_GENERAL_OBJECT = 0xa02,
	OP_CREATE_UCTX = 0xa04,
	OP_DESTROY_UCTX = 0xa06,
	OP_CREATE_UMEM = 0xa08,

	REG_CORE_DUMP = 0x402e,
	REG_HOST_ENDIANNESS = 0x7004,
	REG_MGIR = 0x9020,
	REG_MTRC_CONF = 0x9041,
	REG_MCDD = 0x905c,
	REG_RES_DUMP = 0xc000,
	/* The emulated device's own: keeps 4096 bytes. */
	REG_EMULATED_ECHO = 0xfe00,

	MBOX_HEADER = 16,
	MGIR_LEN = 160,

	OP_MOD_WRITE = 0,
	OP_MOD_READ = 1,
};

/* Big-endian fields of mailboxes. */
uint16_t get16(const void *box, size_t at);
uint32_t get32(const void *box, size_t at);
void set16(void *box, size_t at, uint16_t value);
void set32(void *box, size_t at, uint32_t value);

/* FWCTL_INFO of an mlx5 node. */
int info_mlx5(int fd, struct fwctl_info_mlx5 *data);
/* FWCTL_RPC with the least scope and replies of one size; EREMOTEIO for a refusal by the firmware. */
int rpc_done(int fd, const void *in, uint32_t in_len, uint8_t *out, uint32_t out_len);
/* Fills the header of an access to a register. */
void access_reg(void *in, uint16_t op_mod, uint16_t id);
/* Reads MGIR: the shortest RPC that any device answers. 0 or a negative errno. */
int read_mgir(int fd);

#endif
