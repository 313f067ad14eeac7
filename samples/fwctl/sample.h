/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What the two sample drivers answer. Their firmware is a few lines of their own,
 * so that the core can be tried without hardware.
 *
 * A request begins with struct fwctl_sample_rpc. The reply to SAMPLE_ECHO and
 * SAMPLE_LATER is the request, that to SAMPLE_FILL and SAMPLE_FRESH @arg bytes of
 * 0xfe, and that to SAMPLE_CREATE the rsc_id of a new object as a __u32; the others
 * answer nothing.
 *
 * Objects are what FWCTL_RSC_DESTROY ends. A driver in C has none, and refuses
 * what deals with them. The one in Rust writes to the kernel's log how many were
 * left when its device went: "N contexts, N objects left, N in disorder".
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
	/* From DEBUG_READ_ONLY on, all that follow. */
	SAMPLE_FRESH = 7,	/* as SAMPLE_FILL, in memory of the driver's own */
	SAMPLE_LINGER = 8,	/* the close of this descriptor takes @arg ms */
	SAMPLE_CREATE = 9,	/* an object that needs object @arg, none if 0 */
	SAMPLE_USE = 10,	/* busy with object @arg for SAMPLE_USE_MS */
	SAMPLE_STICK = 11,	/* the next end of object @arg fails with EIO */
	SAMPLE_CREATE_LATE = 12,	/* as SAMPLE_CREATE, answered SAMPLE_USE_MS later */
	SAMPLE_END_LATE = 13,	/* the next end of object @arg takes SAMPLE_USE_MS */
	SAMPLE_LATER = 14,	/* started, and answered @arg ms later */
	SAMPLE_CLAIM = 15,	/* as SAMPLE_ECHO, but says that it was @arg bytes */
};

#define SAMPLE_USE_MS 1000

struct fwctl_sample_rpc {
	__u32 op;
	__u32 arg;
};

/* FWCTL_INFO. */
struct fwctl_sample_info {
	__u32 version;		/* 1 */
	__u32 contexts;		/* descriptors that are open */
	__u32 objects;		/* of all descriptors */
	__u32 disorder;		/* objects that went before one that needed them */
};

#endif
