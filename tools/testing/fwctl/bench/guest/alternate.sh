#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# alternate.sh PROGRAM OURS UPSTREAM ROUNDS: runs PROGRAM on our modules and on the kernel's own in turn, A B B A, so
# that what drifts weighs on both alike.

set -euo pipefail

program=$1 ours=$2 upstream=$3 rounds=$4
block=0

# on LABEL FOLDER: a block on the modules of a folder.
on()
{
	local module
	rmmod mlx5_fwctl fwctl
	for module in fwctl mlx5_fwctl; do
		insmod "$(find "$2" -name "$module.ko" -print -quit)"
	done
	"$program" "$1" "$block"
	block=$((block + 1))
}

for ((i = 0; i < rounds; i++)); do
	on ours "$ours"
	on upstream "$upstream"
	on upstream "$upstream"
	on ours "$ours"
done
