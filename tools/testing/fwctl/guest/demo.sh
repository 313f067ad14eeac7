#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The part of the demonstration that runs in the VM. Exits non-zero if any part failed.

failed=0

part() { printf '\n== %s\n' "$*"; }

miss()
{
	printf 'FAILED: %s\n' "$*"
	failed=1
}

# show CMD...: runs it and prints what it prints; $out keeps it.
show()
{
	printf '$ %s\n' "$*"
	out=$("$@" 2>&1) || miss "$1 exits with $?"
	printf '%s\n' "$out"
}

# has PATTERN WHAT: in the output of the last show.
has() { grep -qE -- "$1" <<<"$out" || miss "no $2 in this"; }

# field NAME FILE...: one field of modinfo.
fields()
{
	for field in filename description license import_ns alias depends vermagic; do
		value=$(modinfo -F "$field" "$1" | paste -sd' ')
		[ -z "$value" ] || printf '  %-12s %s\n' "$field" "$value"
	done
}

part 'The kernel is Debian'\''s'
show cat /proc/version
has 'Debian 7\.' 'Debian kernel'

part 'The device, driven by the stock mlx5_core'
pci=$(basename "$(readlink -f /sys/class/fwctl/fwctl0/device)")
show lspci -nnk -s "$pci"
has '15b3:' 'device of NVIDIA'
has 'driver in use: mlx5_core' 'driver mlx5_core'

part 'The modules, loaded by their aliases'
for module in mlx5_core fwctl mlx5_fwctl; do
	[ -d "/sys/module/$module" ] || miss "$module is not loaded"
	printf '%s\n' "$module"
	fields "$module"
done

part 'The node'
show ls -l /dev/fwctl/fwctl0
show readlink /sys/class/fwctl/fwctl0/device/driver
has 'drivers/mlx5_core$' 'link to mlx5_core'

part 'Vendor tools, unmodified'
show mstfwctrl fwctl0
has "$pci" 'PCI address of the device'
show mstreg -d fwctl0 --reg_name MGIR --get
has 'hw_dev_id +\| 0x0*212' 'ConnectX-6 Dx'
show mstflint -d fwctl0 q
has "FW Version: +$FW_VERSION" "firmware version $FW_VERSION"
has "PSID: +$FW_PSID" "PSID $FW_PSID"

part 'And afterwards'
exit "$failed"
