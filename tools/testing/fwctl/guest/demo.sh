#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# demo.sh BIN: the part of the demonstration that runs in the VM. Exits non-zero if any part failed. BIN is where the
# command fwctl is.

PATH=$1:$PATH
failed=0

part() { printf '\n== %s\n' "$*"; }

miss()
{
	printf 'FAILED: %s\n' "$*"
	failed=1
}

# show CMD...: runs it and prints what it prints; $out keeps it. A single word is a command for bash.
show()
{
	local words="$*"
	printf '$ %s\n' "${words#on_terminal }"
	case $# in
	1) out=$(bash -o pipefail -c "$1" 2>&1) || miss "$1 exits with $?" ;;
	*) out=$("$@" 2>&1) || miss "$1 exits with $?" ;;
	esac
	[ -z "$out" ] || printf '%s\n' "$out"
}

# on_terminal CMD...: with a terminal as its output. Of many frames of a progress bar a few are printed.
on_terminal()
{
	script -qec "stty cols 90; $*" /dev/null </dev/null | tr '\r' '\n' | sed -E 's/\x1b\[[0-9;?]*[A-Za-z]//g; s/ *$//; /^$/d' |
		awk '
			/ [0-9.]+ [KM]?i?B\/s / { frame[++n] = $0; next }
			{ rest = rest $0 "\n" }
			END {
				for (i = 1; i <= n; i++)
					if (int(i * 8 / n) > int((i - 1) * 8 / n))
						print frame[i]
				printf "%s", rest
			}'
	return "${PIPESTATUS[0]}"
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
show 'mstreg -d fwctl0 --reg_name MGIR --get | grep -E "device_id|hw_dev_id|extended"'
has 'hw_dev_id +\| 0x0*212' 'ConnectX-6 Dx'
show mstflint -d fwctl0 q
has "FW Version: +$FW_VERSION" "firmware version $FW_VERSION"
has "PSID: +$FW_PSID" "PSID $FW_PSID"

show mstconfig -d fwctl0 q SRIOV_EN NUM_OF_VFS LINK_TYPE_P1
has 'SRIOV_EN' 'setting SRIOV_EN'

part 'The command fwctl'
show fwctl list
has "^fwctl0 +$pci" 'device at that address'
show fwctl info fwctl0
show fwctl mlx5 caps fwctl0
has 'uctx_cap +4 +4' 'right of tools'
show fwctl mlx5 reg get fwctl0 MGIR
has "psid +$FW_PSID" "PSID $FW_PSID"
show fwctl mlx5 reg set fwctl0 MPEGC field_select=TX_LOSSY_OVERFLOW_OPER tx_lossy_overflow_oper=1
has '0 -> 1' 'change'

part 'A dump of 2 MiB: through memory that the device writes, and inline'
cd "$(mktemp -d)" || exit 1
show on_terminal fwctl mlx5 coredump fwctl0 --source registers --size 256K -o registers.dump
has '2097152 bytes of registers through memory' 'whole dump'
show on_terminal fwctl mlx5 coredump fwctl0 --segment BULK -o memory.dump
has 'through memory in [0-9]+ RPCs' 'dump through memory'
show on_terminal fwctl mlx5 coredump fwctl0 --segment BULK --no-umem -o inline.dump
has 'inline in [0-9]+ RPCs' 'dump inline'
show cmp memory.dump inline.dump
show fwctl mlx5 dump --parse memory.dump
has 'terminate' 'end of the dump'
show 'mstresourceparse -d memory.dump -p raw | grep "^Segment Type" | sort | uniq -c'
has ' 16 Segment Type: 0x1002' 'segments of the vendor'"'"'s parser'

part 'And afterwards'
exit "$failed"
