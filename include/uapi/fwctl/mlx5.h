/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * fwctl on NVIDIA ConnectX and BlueField functions (FWCTL_DEVICE_TYPE_MLX5).
 *
 * An RPC is one command mailbox of the Programmer's Reference Manual, big
 * endian, without the transport's blocks: opcode at byte 0, uid at 2, op_mod at
 * 6; the reply has its status at byte 0 and the syndrome at 4. Both are at least
 * 16 bytes long.
 *
 * The firmware gives each open descriptor a user context. Its number, the UID,
 * is written over bytes 2 and 3 of every request, so that the firmware can tell
 * the objects of one descriptor from those of all others.
 */
#ifndef _UAPI_FWCTL_MLX5_H
#define _UAPI_FWCTL_MLX5_H

#include <linux/types.h>

/**
 * struct fwctl_info_mlx5 - what FWCTL_INFO stores at out_device_data
 * @uid: the UID of this descriptor
 * @uctx_caps: rights of that UID, bits of the device's uctx_cap; 0x4 are the
 *	resources for tools
 */
struct fwctl_info_mlx5 {
	__u32 uid;
	__u32 uctx_caps;
};

#endif
