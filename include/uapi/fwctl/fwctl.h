/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * fwctl: remote procedure calls from user space to device firmware.
 *
 * Every command is an ioctl on /dev/fwctl/fwctlN. Its number carries neither
 * a size nor a direction; the first word of its argument is the size of the
 * structure that the caller was built with:
 *
 *   smaller than the smallest known version    EINVAL
 *   larger than the kernel's, rest all zero    accepted
 *   larger than the kernel's, rest not zero    E2BIG
 *   larger than a page                         E2BIG, rest not looked at
 *
 * Other errors that any command can give:
 *
 *   ENOTTY      the kernel does not have this command
 *   EOPNOTSUPP  a known field holds a value that the kernel does not know
 *   EFAULT      a pointer cannot be read or written
 *   ENOMEM      no memory, or the caller's memory cgroup is at its limit
 *   ENODEV      the device is gone; the descriptor can only be closed
 */
#ifndef _UAPI_FWCTL_H
#define _UAPI_FWCTL_H

#include <linux/types.h>
#include <linux/ioctl.h>

#define FWCTL_TYPE 0x9A

enum {
	FWCTL_CMD_BASE = 0,
	FWCTL_CMD_INFO = 0,
	FWCTL_CMD_RPC = 1,
	FWCTL_CMD_RSC_DESTROY = 2,
	FWCTL_CMD_RSC_UMEM_REG = 3,
};

/** enum fwctl_device_type - Who defines the layout of RPCs and of INFO data */
enum fwctl_device_type {
	FWCTL_DEVICE_TYPE_ERROR = 0,	/* never reported */
	FWCTL_DEVICE_TYPE_MLX5 = 1,	/* <fwctl/mlx5.h> */
	FWCTL_DEVICE_TYPE_CXL = 2,
	FWCTL_DEVICE_TYPE_BNXT = 3,
	FWCTL_DEVICE_TYPE_PDS = 4,
};

/**
 * struct fwctl_info - argument of FWCTL_INFO: what stands behind this node
 * @size: bytes of this structure as the caller knows it, 24 at least
 * @flags: 0; anything else is EOPNOTSUPP
 * @out_device_type: out, one of enum fwctl_device_type
 * @device_data_len: in, bytes of room at @out_device_data, may be 0; out, bytes
 *	that the kernel has, whatever came in
 * @out_device_data: user address of the room; it is filled to its full length,
 *	with zeroes after the device's data
 */
struct fwctl_info {
	__u32 size;
	__u32 flags;
	__u32 out_device_type;
	__u32 device_data_len;
	__aligned_u64 out_device_data;
};
#define FWCTL_INFO _IO(FWCTL_TYPE, FWCTL_CMD_INFO)

/**
 * enum fwctl_rpc_scope - What the caller says that an RPC may do
 *
 * The driver judges each RPC against the scope that it is labelled with; one
 * that needs more is refused with EBADMSG.
 */
enum fwctl_rpc_scope {
	/** @FWCTL_RPC_CONFIGURATION: settings within what the vendor supports */
	FWCTL_RPC_CONFIGURATION = 0,
	/** @FWCTL_RPC_DEBUG_READ_ONLY: reads that give no secrets away */
	FWCTL_RPC_DEBUG_READ_ONLY = 1,
	/**
	 * @FWCTL_RPC_DEBUG_WRITE: writes that can leave the supported state but
	 * are harmless to the kernel; taints it
	 */
	FWCTL_RPC_DEBUG_WRITE = 2,
	/**
	 * @FWCTL_RPC_DEBUG_WRITE_FULL: everything; needs CAP_SYS_RAWIO, taints
	 * the kernel, and counts as FWCTL_RPC_DEBUG_WRITE while the kernel is
	 * locked down
	 */
	FWCTL_RPC_DEBUG_WRITE_FULL = 3,
};

/**
 * struct fwctl_rpc - argument of FWCTL_RPC: one request and its reply
 * @size: bytes of this structure as the caller knows it, 32 at least
 * @scope: what the caller says that the request may do, see above
 * @in_len: bytes of the request, at most 2 MiB
 * @out_len: in, bytes of room for the reply, at most 2 MiB; out, bytes that the
 *	firmware answered, of which at most the room was filled
 * @in: user address of the request, in the layout of the device type
 * @out: user address of the room for the reply
 *
 * Success means that the firmware answered, be it with an error status of its
 * own in the reply. Beyond the errors above: EMSGSIZE, a length is out of
 * bounds; EBADMSG, the driver does not allow this RPC in this scope; EPERM, a
 * capability is missing or lockdown forbids it; others tell why the request did
 * not reach the firmware, such as ETIMEDOUT and EIO.
 */
struct fwctl_rpc {
	__u32 size;
	__u32 scope;
	__u32 in_len;
	__u32 out_len;
	__aligned_u64 in;
	__aligned_u64 out;
};
#define FWCTL_RPC _IO(FWCTL_TYPE, FWCTL_CMD_RPC)

/** enum fwctl_rsc_type - Resources that FWCTL_RSC_DESTROY knows */
enum fwctl_rsc_type {
	FWCTL_RSC_TYPE_UMEM = 0,	/* user memory that the device may write */
};

/**
 * struct fwctl_rsc_destroy - argument of FWCTL_RSC_DESTROY: give a resource back
 * @size: bytes of this structure as the caller knows it, 24 at least
 * @__reserved: not looked at
 * @flags: 0; anything else is EOPNOTSUPP
 * @type: one of enum fwctl_rsc_type, else EOPNOTSUPP
 * @rsc_id: the number that the descriptor was told when the resource was made
 *
 * Resources belong to the descriptor that made them and end with it at the
 * latest. Beyond the errors above: ENOENT, this descriptor does not own such a
 * resource; EBUSY, an RPC in flight or another resource needs it; others tell why
 * the firmware did not let go of it, and the descriptor has it still.
 */
struct fwctl_rsc_destroy {
	__u32 size;
	__u32 __reserved;
	__aligned_u64 flags;
	__u32 type;
	__u32 rsc_id;
};
#define FWCTL_RSC_DESTROY _IO(FWCTL_TYPE, FWCTL_CMD_RSC_DESTROY)


/** enum fwctl_umem_flags - What FWCTL_RSC_UMEM_REG can do beyond */
enum fwctl_umem_flags {
	/** @FWCTL_UMEM_MKEY: make a key as well, by which RPCs name the memory */
	FWCTL_UMEM_MKEY = 1 << 0,
	/** @FWCTL_UMEM_MCDD: for the register MCDD of mlx5; changes nothing */
	FWCTL_UMEM_MCDD = 1 << 1,
};

/**
 * struct fwctl_rsc_umem_reg - argument of FWCTL_RSC_UMEM_REG: let the device
 * write to memory of the caller
 * @size: bytes of this structure as the caller knows it, 44 at least
 * @__reserved: not looked at
 * @flags: of enum fwctl_umem_flags; anything else is EOPNOTSUPP
 * @addr: user address of the memory, any alignment
 * @len: its bytes
 * @umem_id: out, the firmware's number of it
 * @mkey_id: out, its key with FWCTL_UMEM_MKEY, else 0. To the key the memory
 *	begins at @addr
 * @rsc_id: out, its number for FWCTL_RSC_DESTROY, 1 to 2^31 - 1
 *
 * The memory is pinned, and charged to RLIMIT_MEMLOCK, until it is destroyed or
 * the descriptor is closed; that it is unmapped, or its owner gone, does not
 * matter to the device. Beyond the errors above: EINVAL, @len is 0, wraps around
 * or is above what a umem may have; ENOMEM, a limit on locked memory is reached;
 * EFAULT, a page cannot be written or belongs to a file that does not allow it;
 * EOPNOTSUPP, the device or the platform cannot do it; ENOSPC, the descriptor has
 * as many resources as it may.
 */
struct fwctl_rsc_umem_reg {
	__u32 size;
	__u32 __reserved;
	__aligned_u64 flags;
	__aligned_u64 addr;
	__aligned_u64 len;
	__u32 umem_id;
	__u32 mkey_id;
	__u32 rsc_id;
};
#define FWCTL_RSC_UMEM_REG _IO(FWCTL_TYPE, FWCTL_CMD_RSC_UMEM_REG)

#endif
