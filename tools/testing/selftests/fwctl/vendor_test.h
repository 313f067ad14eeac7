/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between vendors, for tests of what does not: these run on whatever
 * device there is.
 */
#ifndef VENDOR_TEST_H
#define VENDOR_TEST_H

#include "fwctl_test.h"

/* Bytes of the shortest request and response of any; of the longest of those below. */
enum { ASK_MIN = 16, ASK_MAX = 256 };

struct vendor {
	/* As in FWCTL_TEST_VENDOR. */
	const char *name;
	/* The PCI vendor ID. */
	uint16_t pci;
	/* enum fwctl_device_type */
	uint32_t type;
	const char *module;
	/* The driver on the auxiliary bus; has bind and unbind. */
	const char *driver;
	/* What the names of emulated devices begin with. */
	const char *device;

	/* FWCTL_INFO: bytes of its data, and whether they are right. */
	uint32_t info_len;
	bool (*info_is_right)(const void *data);

	/* The shortest RPC that any device answers, from DEBUG_READ_ONLY on. */
	void (*ask)(void *in);
	/* Bytes that a tool sends and has room for. */
	uint32_t in_len, out_len;
	/* The firmware's number for it. */
	uint16_t opcode;
	/* Whether this is the answer, whole. */
	bool (*answered)(const void *out);
	/* One of the same length that the firmware answers with an error. */
	void (*ask_in_vain)(void *in);
	bool (*refused)(const void *out);
	/* One that no scope lets pass. */
	void (*forbidden)(void *in);
	/* Bytes of the longest request, and of room for a response. */
	uint32_t in_max, out_max;

	/* RPCs that are with the firmware at a time. */
	unsigned int parallel;
	/* Milliseconds for which it can work on one before its driver gives it up. */
	unsigned int late_ms;
	/* And of ours, for which one that is patient waits; beyond 20 s a task does not freeze for it. */
	unsigned int longest_ms;
	/* Whether devlink reloads it. */
	bool reloads;
	/* Whether the firmware is told of descriptors, as objects of the kind "uid". */
	bool contexts;
	/* Whether they are the same after a suspend. */
	bool outlive_suspend;
};

extern const struct vendor vendor_mlx5, vendor_bnxt;

/* Whose devices are under test: FWCTL_TEST_VENDOR, else of whom node 0 is. */
const struct vendor *vendor(void);

/*
 * The shortest RPC that any device answers, whosoever it is. 0 or a negative errno,
 * EREMOTEIO for any answer but the right one.
 */
int ask_shortly(int fd);

/* Unbinds the driver under test from an auxiliary device, or binds it. 0 or a negative errno. */
int driver_unbind(const char *auxiliary);
int driver_bind(const char *auxiliary);

/* Whether the firmware knows of this many descriptors, if it knows of any. */
bool contexts_are(int control, long long count);
/* Waits until it does. */
bool contexts_wait(int control, long long count);

/* Has the firmware carry out the next @times of the shortest RPC so late that one sees it. */
bool answers_late(int control, unsigned int times);

/*
 * Has the firmware of node 0 work for some seconds on calls of processes that this
 * one leaves behind; false if they do not get there.
 */
bool calls_in_flight(void);

#endif
