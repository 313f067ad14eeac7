// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "mlx5_test.h"
#include "vendor_test.h"

uint16_t get16(const void *box, size_t at)
{
	const uint8_t *b = (const uint8_t *)box + at;

	return (uint16_t)(b[0] << 8 | b[1]);
}

uint32_t get32(const void *box, size_t at)
{
	return (uint32_t)get16(box, at) << 16 | get16(box, at + 2);
}

void set16(void *box, size_t at, uint16_t value)
{
	uint8_t *b = (uint8_t *)box + at;

	b[0] = value >> 8;
	b[1] = value & 0xff;
}

void set32(void *box, size_t at, uint32_t value)
{
	set16(box, at, value >> 16);
	set16(box, at + 2, value & 0xffff);
}

int info_mlx5(int fd, struct fwctl_info_mlx5 *data)
{
	struct fwctl_info info = {
		.size = sizeof(info),
		.device_data_len = sizeof(*data),
		.out_device_data = (uintptr_t)data,
	};

	return call(fd, FWCTL_INFO, &info);
}

void access_reg(void *in, uint16_t op_mod, uint16_t id)
{
	memset(in, 0, MBOX_HEADER);
	set16(in, 0, OP_ACCESS_REG);
	set16(in, 6, op_mod);
	set16(in, 10, id);
}

int rpc_done(int fd, const void *in, uint32_t in_len, uint8_t *out, uint32_t out_len)
{
	int ret = rpc(fd, FWCTL_RPC_DEBUG_READ_ONLY, in, in_len, out, &out_len);

	if (ret)
		return ret;
	return out[0] ? -EREMOTEIO : 0;
}

int read_mgir(int fd)
{
	uint8_t in[MBOX_HEADER + MGIR_LEN] = {}, out[sizeof(in)] = {};

	access_reg(in, OP_MOD_READ, REG_MGIR);
	return rpc_done(fd, in, sizeof(in), out, sizeof(out));
}

static bool info_is_right(const void *data)
{
	const struct fwctl_info_mlx5 *info = data;
	/* TOOLS_RESOURCES, which the emulated device has. */
	const uint32_t tools = 4;

	return info->uid && info->uid <= UINT16_MAX && info->uctx_caps == tools;
}

static void ask(void *in)
{
	access_reg(in, OP_MOD_READ, REG_MGIR);
}

static bool answered(const void *out)
{
	/* hw_dev_id of ConnectX-6 Dx */
	return !get32(out, 0) && (get32(out, MBOX_HEADER + 8) & 0xffff) == 0x212;
}

static void ask_in_vain(void *in)
{
	access_reg(in, OP_MOD_READ, 0x6fff);
}

static bool refused(const void *out)
{
	/* Tools take the rest of the word for a register status of their own. */
	return *(const uint8_t *)out && !(get32(out, 0) & 0xffffff);
}

static void forbidden(void *in)
{
	access_reg(in, OP_MOD_READ, REG_MCDD);
}

const struct vendor vendor_mlx5 = {
	.name = "mlx5",
	.pci = 0x15b3,
	.type = FWCTL_DEVICE_TYPE_MLX5,
	.module = "mlx5_fwctl",
	.driver = "/sys/bus/auxiliary/drivers/mlx5_fwctl.mlx5_fwctl",
	.device = "cx",
	.info_len = sizeof(struct fwctl_info_mlx5),
	.info_is_right = info_is_right,
	.ask = ask,
	.in_len = MBOX_HEADER + MGIR_LEN,
	.out_len = MBOX_HEADER + MGIR_LEN,
	.opcode = OP_ACCESS_REG,
	.answered = answered,
	.ask_in_vain = ask_in_vain,
	.refused = refused,
	.forbidden = forbidden,
	.in_max = 512 * 512,
	.out_max = 512 * 512,
	.parallel = 16,
	.late_ms = 3000,
	.longest_ms = 25000,
	.reloads = true,
	.contexts = true,
};
