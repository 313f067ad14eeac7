// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0
/*
 * Fields and macros of mlx5_core that Rust cannot reach, for
 * drivers/fwctl/mlx5/ffi.rs.
 */
#include <linux/auxiliary_bus.h>
#include <linux/mlx5/device.h>
#include <linux/mlx5/driver.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "mlx5.h"

struct mlx5_core_dev *fwctl_helper_mlx5_mdev(struct auxiliary_device *adev)
{
	/* Only mlx5_core's own devices are embedded in a struct mlx5_adev. */
	if (!strstarts(dev_name(&adev->dev), MLX5_ADEV_NAME "."))
		return NULL;
	return container_of(adev, struct mlx5_adev, adev)->mdev;
}

struct device *fwctl_helper_mlx5_parent(struct mlx5_core_dev *mdev)
{
	return &mdev->pdev->dev;
}

u32 fwctl_helper_mlx5_uctx_cap(struct mlx5_core_dev *mdev)
{
	return MLX5_CAP_GEN(mdev, uctx_cap);
}

int fwctl_helper_mlx5_cmd_do(struct mlx5_core_dev *mdev, void *in, int in_len,
			     void *out, int out_len)
{
	return mlx5_cmd_do(mdev, in, in_len, out, out_len);
}

/* NULL if there is no memory. */
struct mlx5_async_ctx *fwctl_helper_mlx5_async_new(struct mlx5_core_dev *mdev)
{
	struct mlx5_async_ctx *ctx = kzalloc_obj(*ctx);

	if (ctx)
		mlx5_cmd_init_async_ctx(mdev, ctx);
	return ctx;
}

/* Waits for the commands on their way and their callbacks. */
void fwctl_helper_mlx5_async_end(struct mlx5_async_ctx *ctx)
{
	mlx5_cmd_cleanup_async_ctx(ctx);
	kfree(ctx);
}

static void command_done(int status, struct mlx5_async_work *work)
{
	struct fwctl_helper_mlx5_command *command =
		container_of(work, struct fwctl_helper_mlx5_command, work);

	command->done(command, status);
}

int fwctl_helper_mlx5_cmd_start(struct mlx5_async_ctx *ctx, void *in, int in_len,
				void *out, int out_len,
				struct fwctl_helper_mlx5_command *command,
				void (*done)(struct fwctl_helper_mlx5_command *, int))
{
	command->done = done;
	return mlx5_cmd_exec_cb(ctx, in, in_len, out, out_len, command_done,
				&command->work);
}
