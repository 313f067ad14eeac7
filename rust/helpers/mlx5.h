/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0 */
#ifndef FWCTL_HELPERS_MLX5_H
#define FWCTL_HELPERS_MLX5_H

#include <linux/mlx5/driver.h>
#include <linux/types.h>

struct auxiliary_device;
struct device;

/* A command on its way, and who is told of its end. */
struct fwctl_helper_mlx5_command {
	struct mlx5_async_work work;
	void (*done)(struct fwctl_helper_mlx5_command *command, int status);
};

struct mlx5_core_dev *fwctl_helper_mlx5_mdev(struct auxiliary_device *adev);
struct device *fwctl_helper_mlx5_parent(struct mlx5_core_dev *mdev);
u32 fwctl_helper_mlx5_uctx_cap(struct mlx5_core_dev *mdev);
int fwctl_helper_mlx5_cmd_do(struct mlx5_core_dev *mdev, void *in, int in_len,
			     void *out, int out_len);
struct mlx5_async_ctx *fwctl_helper_mlx5_async_new(struct mlx5_core_dev *mdev);
void fwctl_helper_mlx5_async_end(struct mlx5_async_ctx *ctx);
int fwctl_helper_mlx5_cmd_start(struct mlx5_async_ctx *ctx, void *in, int in_len,
				void *out, int out_len,
				struct fwctl_helper_mlx5_command *command,
				void (*done)(struct fwctl_helper_mlx5_command *, int));

#endif
