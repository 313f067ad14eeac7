// SPDX-License-Identifier: GPL-2.0
/*
 * A fwctl driver in C, as small as one can be: no hardware, see sample.h for what
 * its firmware does. It builds on this tree's <linux/fwctl.h> and on the kernel's.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/device/faux.h>
#include <linux/err.h>
#include <linux/fwctl.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "sample.h"

struct sample {
	struct fwctl_device fwctl;
	atomic_t contexts;
};

struct sample_uctx {
	struct fwctl_uctx uctx;
	/* What a close takes. */
	unsigned int linger_ms;
};

static struct sample *to_sample(struct fwctl_uctx *uctx)
{
	return container_of(uctx->fwctl, struct sample, fwctl);
}

static struct sample_uctx *to_sample_uctx(struct fwctl_uctx *uctx)
{
	return container_of(uctx, struct sample_uctx, uctx);
}

static int sample_open(struct fwctl_uctx *uctx)
{
	atomic_inc(&to_sample(uctx)->contexts);
	return 0;
}

static void sample_close(struct fwctl_uctx *uctx)
{
	unsigned int linger_ms = READ_ONCE(to_sample_uctx(uctx)->linger_ms);

	if (linger_ms)
		msleep(linger_ms);
	atomic_dec(&to_sample(uctx)->contexts);
}

static void *sample_info(struct fwctl_uctx *uctx, size_t *length)
{
	struct fwctl_sample_info *info = kzalloc(sizeof(*info), GFP_KERNEL_ACCOUNT);

	if (!info)
		return ERR_PTR(-ENOMEM);
	info->version = 1;
	info->contexts = atomic_read(&to_sample(uctx)->contexts);
	*length = sizeof(*info);
	return info;
}

static enum fwctl_rpc_scope least_scope(u32 op)
{
	switch (op) {
	case SAMPLE_SET:
		return FWCTL_RPC_CONFIGURATION;
	case SAMPLE_POKE:
		return FWCTL_RPC_DEBUG_WRITE;
	case SAMPLE_EVERYTHING:
		return FWCTL_RPC_DEBUG_WRITE_FULL;
	default:
		return FWCTL_RPC_DEBUG_READ_ONLY;
	}
}

static void *sample_fw_rpc(struct fwctl_uctx *uctx, enum fwctl_rpc_scope scope,
			   void *rpc_in, size_t in_len, size_t *out_len)
{
	const struct fwctl_sample_rpc *rpc = rpc_in;
	void *reply;
	u32 arg;

	if (in_len < sizeof(*rpc))
		return ERR_PTR(-EMSGSIZE);
	if ((rpc->op > SAMPLE_LINGER && rpc->op != SAMPLE_LATER &&
	     rpc->op != SAMPLE_CLAIM) ||
	    scope < least_scope(rpc->op))
		return ERR_PTR(-EBADMSG);

	arg = rpc->arg;
	switch (rpc->op) {
	case SAMPLE_LATER:
		msleep(arg);
		fallthrough;
	case SAMPLE_ECHO:
		*out_len = in_len;
		return rpc_in;
	case SAMPLE_CLAIM:
		*out_len = arg;
		return rpc_in;
	case SAMPLE_FILL:
	case SAMPLE_FRESH:
		/*
		 * As much as there is room for; the caller is told of all of it.
		 * Who asks for more than is there gets an errno and is not killed.
		 */
		reply = kvmalloc(max_t(size_t, *out_len, 1),
				 GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
		if (!reply)
			return ERR_PTR(-ENOMEM);
		memset(reply, 0xfe, *out_len);
		*out_len = arg;
		return reply;
	case SAMPLE_SLEEP:
		msleep(arg);
		break;
	case SAMPLE_FAIL:
		return ERR_PTR(arg && arg <= MAX_ERRNO ? -(long)arg : -EIO);
	case SAMPLE_LINGER:
		WRITE_ONCE(to_sample_uctx(uctx)->linger_ms, arg);
		break;
	}
	*out_len = 0;
	return rpc_in;
}

static const struct fwctl_ops sample_ops = {
	.device_type = (enum fwctl_device_type)FWCTL_DEVICE_TYPE_SAMPLE,
	.uctx_size = sizeof(struct sample_uctx),
	.open_uctx = sample_open,
	.close_uctx = sample_close,
	.info = sample_info,
	.fw_rpc = sample_fw_rpc,
};

static unsigned int devices = 1;
module_param(devices, uint, 0444);
MODULE_PARM_DESC(devices, "how many devices there are");

static struct faux_device *parent;
static struct sample **samples;

static struct sample *sample_make(void)
{
	struct sample *sample;
	int ret;

	sample = fwctl_alloc_device(&parent->dev, &sample_ops, struct sample, fwctl);
	if (!sample)
		return ERR_PTR(-ENOMEM);
	ret = fwctl_register(&sample->fwctl);
	if (ret) {
		fwctl_put(&sample->fwctl);
		return ERR_PTR(ret);
	}
	return sample;
}

static void sample_end(unsigned int count)
{
	while (count--) {
		fwctl_unregister(&samples[count]->fwctl);
		fwctl_put(&samples[count]->fwctl);
	}
	kvfree(samples);
	faux_device_destroy(parent);
}

static int __init sample_init(void)
{
	parent = faux_device_create("fwctl-c-sample", NULL, NULL);
	if (!parent)
		return -ENODEV;
	samples = kvcalloc(devices, sizeof(*samples), GFP_KERNEL);
	if (!samples) {
		faux_device_destroy(parent);
		return -ENOMEM;
	}
	for (unsigned int i = 0; i < devices; i++) {
		struct sample *sample = sample_make();

		if (IS_ERR(sample)) {
			sample_end(i);
			return PTR_ERR(sample);
		}
		samples[i] = sample;
	}
	return 0;
}

static void __exit sample_exit(void)
{
	sample_end(devices);
}

module_init(sample_init);
module_exit(sample_exit);
MODULE_IMPORT_NS("FWCTL");
MODULE_DESCRIPTION("fwctl sample driver in C");
MODULE_AUTHOR("The fwctl-rust developers");
MODULE_LICENSE("GPL");
