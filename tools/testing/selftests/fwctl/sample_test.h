/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the sample drivers share. samples/fwctl/sample.h says what
 * these answer.
 */
#ifndef SAMPLE_TEST_H
#define SAMPLE_TEST_H

#include "fwctl_test.h"
#include "sample.h"

#define READ_ONLY FWCTL_RPC_DEBUG_READ_ONLY

struct sample_driver {
	const char *module;
	const char *parent;
	/* An RPC belongs to a worker, and a descriptor can own objects. */
	bool owned;
};

extern const struct sample_driver sample_in_c, sample_in_rust;

/*
 * Loads a driver and opens its node. The descriptor, or a negative errno: ENOENT
 * if there is no such module, EOPNOTSUPP if the core cannot have it.
 */
int sample_load(const struct sample_driver *driver, unsigned int *node);
/* Unloads it; modprobe's exit status, -1 if that takes longer than any patience. */
int sample_unload(const struct sample_driver *driver);
/* The node of its device; -1 if there is none. */
int sample_node(const struct sample_driver *driver);

/* An RPC of the sample drivers; @out_len may be NULL. */
int sample_rpc(int fd, uint32_t scope, uint32_t op, uint32_t arg, void *out,
	       uint32_t *out_len);
/* FWCTL_INFO of a sample driver. */
int sample_info(int fd, struct fwctl_sample_info *data);
/* Creates an object that needs another, or none if 0. Its rsc_id, or a negative errno. */
int sample_create(int fd, uint32_t needs);
/* Waits until there are as many contexts and objects. */
bool sample_settles(int fd, uint32_t contexts, uint32_t objects);

/* Loads a driver for a test, which is skipped where there is none. */
#define SAMPLE_LOAD(driver, node)                                              \
	({                                                                     \
		int loaded_ = sample_load(driver, node);                       \
		if (loaded_ == -EOPNOTSUPP)                                    \
			SKIP(return, "the kernel's own core has no Rust driver"); \
		if (loaded_ == -ENOENT && !device_required())                  \
			SKIP(return, "no module %s", (driver)->module);        \
		ASSERT_LE(0, loaded_);                                         \
		loaded_;                                                       \
	})

/* What the firmware holds by its own account, all of it in order. */
#define EXPECT_FIRMWARE(fd, wanted_contexts, wanted_objects)                   \
	do {                                                                   \
		struct fwctl_sample_info held_ = {};                           \
		EXPECT_EQ(0, sample_info(fd, &held_));                         \
		EXPECT_EQ(wanted_contexts, held_.contexts);                    \
		EXPECT_EQ(wanted_objects, held_.objects);                      \
		EXPECT_EQ(0, held_.disorder);                                  \
	} while (0)

#endif
