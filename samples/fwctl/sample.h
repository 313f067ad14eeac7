/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What the two sample drivers answer. Their firmware is a few lines of their own,
 * so that the core can be tried without hardware.
 *
 * A request begins with struct fwctl_sample_rpc. The reply to SAMPLE_ECHO is the
 * request, and that to SAMPLE_FILL @arg bytes of 0xfe; the others answer nothing.
 */
#ifndef FWCTL_SAMPLE_H
#define FWCTL_SAMPLE_H

#include <linux/types.h>

/* Not a vendor: beyond all numbers of enum fwctl_device_type. */
#define FWCTL_DEVICE_TYPE_SAMPLE 0x5a4d504c

enum fwctl_sample_op {
	SAMPLE_ECHO = 0,	/* from DEBUG_READ_ONLY on */
	SAMPLE_FILL = 1,	/* from DEBUG_READ_ONLY on */
	SAMPLE_SLEEP = 2,	/* busy for @arg ms, from DEBUG_READ_ONLY on */
	SAMPLE_FAIL = 3,	/* does not reach the firmware: errno @arg */
	SAMPLE_SET = 4,		/* from CONFIGURATION on */
	SAMPLE_POKE = 5,	/* from DEBUG_WRITE on */
	SAMPLE_EVERYTHING = 6,	/* in DEBUG_WRITE_FULL only */
};

struct fwctl_sample_rpc {
	__u32 op;
	__u32 arg;
};

/* FWCTL_INFO. */
struct fwctl_sample_info {
	__u32 version;		/* 1 */
	__u32 contexts;		/* descriptors that are open */
};

#endif
