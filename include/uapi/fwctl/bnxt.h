/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * fwctl on Broadcom NetXtreme-C and NetXtreme-E functions
 * (FWCTL_DEVICE_TYPE_BNXT).
 *
 * An RPC is one message of the HWRM interface, little endian: the request type
 * is at byte 0, the header takes 16 bytes, and a request is a multiple of 4
 * bytes and 128 at most. The reply is the firmware's, at least 16 bytes: error
 * code at byte 0, length at 6. The driver writes the rest of a request's header
 * (cmpl_ring at 2, seq_id at 4, target_id at 6, resp_addr at 8); a target_id
 * other than 0, 0xfffd and 0xffff is refused.
 *
 * Where a request has addresses of host memory, these are the caller's own, 64
 * bits wide for 32-bit callers, too. The kernel copies what is there before the
 * request is sent, and what the firmware says after it has succeeded; where
 * both fail nothing is written. What is in a umem (FWCTL_RSC_UMEM_REG, flags
 * 0) of the descriptor, still mapped there and in one piece for the device need
 * not be copied: the device reads or writes there, whether it fails or not, and
 * what it does not write stays as it was, where a copy has zeroes. ENOENT: the
 * umem was destroyed meanwhile.
 */
#ifndef _UAPI_FWCTL_BNXT_H
#define _UAPI_FWCTL_BNXT_H

#include <linux/types.h>

/**
 * enum fwctl_bnxt_commands - bits of uctx_caps
 * @FWCTL_BNXT_INLINE_COMMANDS: whose reply is in the response
 * @FWCTL_BNXT_QUERY_COMMANDS: that ask
 * @FWCTL_BNXT_SEND_COMMANDS: that change
 * @FWCTL_BNXT_DMA_COMMANDS: that name host memory
 */
enum fwctl_bnxt_commands {
	FWCTL_BNXT_INLINE_COMMANDS = 0,
	FWCTL_BNXT_QUERY_COMMANDS = 1,
	FWCTL_BNXT_SEND_COMMANDS = 2,
	FWCTL_BNXT_DMA_COMMANDS = 3,
};

/**
 * struct fwctl_info_bnxt - what FWCTL_INFO stores at out_device_data
 * @uctx_caps: what the driver accepts, by bits of enum fwctl_bnxt_commands
 */
struct fwctl_info_bnxt {
	__u32 uctx_caps;
};

/* Bytes of host memory at one address of a request, at most. */
#define FWCTL_BNXT_MAX_DMABUF 0x10000

#endif
