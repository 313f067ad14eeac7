/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0 */
#ifndef FWCTL_HELPERS_MLX5_H
#define FWCTL_HELPERS_MLX5_H

#include <linux/types.h>

struct auxiliary_device;
struct device;
struct mlx5_core_dev;

struct mlx5_core_dev *fwctl_helper_mlx5_mdev(struct auxiliary_device *adev);
struct device *fwctl_helper_mlx5_parent(struct mlx5_core_dev *mdev);
u32 fwctl_helper_mlx5_uctx_cap(struct mlx5_core_dev *mdev);
int fwctl_helper_mlx5_cmd_do(struct mlx5_core_dev *mdev, void *in, int in_len,
			     void *out, int out_len);

#endif
