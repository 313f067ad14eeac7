// SPDX-License-Identifier: GPL-2.0
/*
 * The layout of include/linux/fwctl.h and include/uapi/fwctl/, as numbers.
 *
 * The kernel crate has these structures from the headers of the kernel that it
 * was built with. The build turns this file into Rust constants, and
 * drivers/fwctl/ffi/layout.rs asserts that both are the same.
 */
#include <linux/fwctl.h>
#include <linux/kbuild.h>
#include <uapi/fwctl/mlx5.h>

#include "../helpers/mlx5.h"

#ifndef FWCTL_OUT_OF_TREE
#error "another <linux/fwctl.h> was found before include/linux/fwctl.h"
#endif

#define SIZE(name, type) DEFINE(name##_SIZE, sizeof(type))
#define FIELD(name, type, field) DEFINE(name, offsetof(type, field))

int main(void)
{
	SIZE(OPS, struct fwctl_ops);
	FIELD(OPS_DEVICE_TYPE, struct fwctl_ops, device_type);
	FIELD(OPS_UCTX_SIZE, struct fwctl_ops, uctx_size);
	FIELD(OPS_OPEN_UCTX, struct fwctl_ops, open_uctx);
	FIELD(OPS_CLOSE_UCTX, struct fwctl_ops, close_uctx);
	FIELD(OPS_INFO, struct fwctl_ops, info);
	FIELD(OPS_FW_RPC, struct fwctl_ops, fw_rpc);

	SIZE(DEVICE, struct fwctl_device);
	FIELD(DEVICE_DEV, struct fwctl_device, dev);
	FIELD(DEVICE_OPS, struct fwctl_device, ops);

	SIZE(UCTX, struct fwctl_uctx);
	FIELD(UCTX_FWCTL, struct fwctl_uctx, fwctl);
	FIELD(UCTX_LIST_ENTRY, struct fwctl_uctx, uctx_list_entry);

	SIZE(INFO, struct fwctl_info);
	FIELD(INFO_FLAGS, struct fwctl_info, flags);
	FIELD(INFO_OUT_DEVICE_TYPE, struct fwctl_info, out_device_type);
	FIELD(INFO_DEVICE_DATA_LEN, struct fwctl_info, device_data_len);
	FIELD(INFO_OUT_DEVICE_DATA, struct fwctl_info, out_device_data);
	DEFINE(INFO_NUMBER, FWCTL_INFO);

	SIZE(RPC, struct fwctl_rpc);
	FIELD(RPC_SCOPE, struct fwctl_rpc, scope);
	FIELD(RPC_IN_LEN, struct fwctl_rpc, in_len);
	FIELD(RPC_OUT_LEN, struct fwctl_rpc, out_len);
	FIELD(RPC_IN, struct fwctl_rpc, in);
	FIELD(RPC_OUT, struct fwctl_rpc, out);
	DEFINE(RPC_NUMBER, FWCTL_RPC);

	SIZE(RSC_DESTROY, struct fwctl_rsc_destroy);
	FIELD(RSC_DESTROY_FLAGS, struct fwctl_rsc_destroy, flags);
	FIELD(RSC_DESTROY_TYPE, struct fwctl_rsc_destroy, type);
	FIELD(RSC_DESTROY_RSC_ID, struct fwctl_rsc_destroy, rsc_id);
	DEFINE(RSC_DESTROY_NUMBER, FWCTL_RSC_DESTROY);
	SIZE(UMEM_REG, struct fwctl_rsc_umem_reg);
	FIELD(UMEM_REG_FLAGS, struct fwctl_rsc_umem_reg, flags);
	FIELD(UMEM_REG_ADDR, struct fwctl_rsc_umem_reg, addr);
	FIELD(UMEM_REG_LEN, struct fwctl_rsc_umem_reg, len);
	FIELD(UMEM_REG_UMEM_ID, struct fwctl_rsc_umem_reg, umem_id);
	FIELD(UMEM_REG_MKEY_ID, struct fwctl_rsc_umem_reg, mkey_id);
	FIELD(UMEM_REG_RSC_ID, struct fwctl_rsc_umem_reg, rsc_id);
	DEFINE(UMEM_REG_NUMBER, FWCTL_RSC_UMEM_REG);
	DEFINE(RSC_TYPE_UMEM, FWCTL_RSC_TYPE_UMEM);

	SIZE(MLX5_COMMAND, struct fwctl_helper_mlx5_command);

	DEFINE(TYPE_MLX5, FWCTL_DEVICE_TYPE_MLX5);
	DEFINE(TYPE_CXL, FWCTL_DEVICE_TYPE_CXL);
	DEFINE(TYPE_BNXT, FWCTL_DEVICE_TYPE_BNXT);
	DEFINE(TYPE_PDS, FWCTL_DEVICE_TYPE_PDS);
	DEFINE(SCOPE_CONFIGURATION, FWCTL_RPC_CONFIGURATION);
	DEFINE(SCOPE_DEBUG_READ_ONLY, FWCTL_RPC_DEBUG_READ_ONLY);
	DEFINE(SCOPE_DEBUG_WRITE, FWCTL_RPC_DEBUG_WRITE);
	DEFINE(SCOPE_DEBUG_WRITE_FULL, FWCTL_RPC_DEBUG_WRITE_FULL);
	return 0;
}
