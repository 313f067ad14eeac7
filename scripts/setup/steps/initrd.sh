# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034  # TITLE, COUNT: read by the step runner
# The initramfs that mounts the guest's root file system.

TITLE="guest initramfs"
MKINITRD=$CHECKOUT/tools/testing/fwctl/vm/guest/mkinitrd

inputs()
{
	kver
	echo "${INITRD_MODULES[*]}"
	cat "$(stamp_file kernel)" "$(stamp_file packages)" "${MKINITRD%/*}"/*
}

present() { [ ! -s "$(kernel_dir)/vmlinuz" ] || [ -s "$FWCTL_CACHE/guest/initrd.img" ]; }

run()
{
	local out=$FWCTL_CACHE/guest/initrd.img dir
	dir=$(kernel_dir)
	[ -s "$dir/vmlinuz" ] || return 0
	in_root env RELEASE="$(kver)" "$MKINITRD" "$out.tmp" "$dir/modules" "${INITRD_MODULES[@]}"
	mv "$out.tmp" "$out"
}
