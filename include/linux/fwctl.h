/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fwctl for vendor drivers written in C.
 *
 * A driver embeds struct fwctl_device as the first member of its own structure,
 * allocates it with fwctl_alloc_device(), and stands behind /dev/fwctl/fwctlN
 * from fwctl_register() to fwctl_unregister(). The fields and calls are those of
 * the kernel's own fwctl, so that one driver builds on either.
 */
#ifndef __LINUX_FWCTL_H
#define __LINUX_FWCTL_H

#include <linux/build_bug.h>
#include <linux/cdev.h>
#include <linux/cleanup.h>
#include <linux/container_of.h>
#include <linux/device.h>
#include <uapi/fwctl/fwctl.h>

/* Tells this header from one that the kernel's headers package may carry. */
#define FWCTL_OUT_OF_TREE 1

struct fwctl_device;
struct fwctl_uctx;

/**
 * struct fwctl_ops - What a driver does for the core
 * @device_type: value that FWCTL_INFO reports
 * @uctx_size: bytes that the core allocates, zeroed, for each open descriptor;
 *	struct fwctl_uctx comes first in them, the rest is the driver's
 * @open_uctx: a descriptor was opened; 0 or a negative errno. May sleep.
 * @close_uctx: the counterpart, called once for each successful open, at the
 *	close of the descriptor or from fwctl_unregister(). May sleep.
 * @info: returns kmalloc() memory with the data for FWCTL_INFO, or ERR_PTR().
 *	*length is the room that the caller has; it must be set to the bytes
 *	returned. May be NULL. May sleep.
 * @fw_rpc: hands the request to the firmware and returns the reply: either
 *	@rpc_in or kvmalloc() memory, or ERR_PTR(). *out_len is the room that the
 *	caller has and must be set to the length of the reply. Runs in the
 *	context of the caller, who cannot be killed meanwhile, and keeps
 *	fwctl_unregister() waiting. May sleep.
 *
 * No operation is called before fwctl_register() or after fwctl_unregister()
 * has returned. Operations on one descriptor can run in parallel, but none
 * beside open_uctx and close_uctx.
 */
struct fwctl_ops {
	enum fwctl_device_type device_type;
	size_t uctx_size;
	int (*open_uctx)(struct fwctl_uctx *uctx);
	void (*close_uctx)(struct fwctl_uctx *uctx);
	void *(*info)(struct fwctl_uctx *uctx, size_t *length);
	void *(*fw_rpc)(struct fwctl_uctx *uctx, enum fwctl_rpc_scope scope,
			void *rpc_in, size_t in_len, size_t *out_len);
};

/**
 * struct fwctl_device - First member of a driver's own device structure
 * @dev: the device in /sys/class/fwctl; its parent is the hardware
 *
 * Counted by @dev. The members after @dev belong to the core, which keeps its
 * own state elsewhere and holds their places only.
 */
struct fwctl_device {
	struct device dev;
	/* private: */
	struct cdev cdev;
	struct mutex uctx_list_lock;
	struct list_head uctx_list;
	struct rw_semaphore registration_lock;
	const struct fwctl_ops *ops;
};

/**
 * struct fwctl_uctx - First member of a driver's own per-descriptor structure
 * @fwctl: the device that was opened
 */
struct fwctl_uctx {
	struct fwctl_device *fwctl;
	/* private: */
	struct list_head uctx_list_entry;
};

struct fwctl_device *_fwctl_alloc_device(struct device *parent,
					 const struct fwctl_ops *ops,
					 size_t size);

/**
 * fwctl_alloc_device - Allocate a driver's device structure
 * @parent: the hardware behind it, most often a PCI function
 * @ops: the driver's operations
 * @drv_struct: type of the structure
 * @member: its first member, a struct fwctl_device
 *
 * Return: the structure, zeroed but for @member, with one reference that
 * fwctl_put() drops; NULL where memory or minor numbers ran out.
 */
#define fwctl_alloc_device(parent, ops, drv_struct, member)                    \
	({                                                                     \
		struct fwctl_device *fwctl__;                                  \
									       \
		BUILD_BUG_ON_MSG(offsetof(drv_struct, member),                 \
				 "struct fwctl_device has to be the first member"); \
		fwctl__ = _fwctl_alloc_device(parent, ops, sizeof(drv_struct)); \
		fwctl__ ? container_of(fwctl__, drv_struct, member) : NULL;    \
	})

/* One reference less; the last one frees the structure. */
static inline void fwctl_put(struct fwctl_device *fwctl)
{
	put_device(&fwctl->dev);
}

/* One reference more. */
static inline struct fwctl_device *fwctl_get(struct fwctl_device *fwctl)
{
	return get_device(&fwctl->dev) ? fwctl : NULL;
}

/* __free(fwctl): drops the reference at the end of the scope. */
DEFINE_FREE(fwctl, struct fwctl_device *, if (_T) fwctl_put(_T))

/**
 * fwctl_register - Show the device to user space
 * @fwctl: from fwctl_alloc_device(), registered once at most
 *
 * Return: 0 or a negative errno. Operations can be called before it returns.
 */
int fwctl_register(struct fwctl_device *fwctl);

/**
 * fwctl_unregister - Take the device from user space
 * @fwctl: a registered device
 *
 * Waits for calls inside of the driver and closes every context. Descriptors
 * that are still open answer ENODEV from here on, and the driver's module can be
 * unloaded. The reference of fwctl_alloc_device() stays with the caller.
 */
void fwctl_unregister(struct fwctl_device *fwctl);

#endif
