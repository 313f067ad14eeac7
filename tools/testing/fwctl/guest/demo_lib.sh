# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the demonstrations of all vendors share; sourced, with BIN, where the command fwctl is, as the first argument.

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

# refused CMD...: as show, of what has to fail.
refused()
{
	printf '$ %s\n' "$*"
	! out=$("$@" 2>&1) || miss "$1 was not refused"
	printf '%s\n' "$out"
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
		value=$(modinfo -F "$field" "$1" | awk 'NR <= 3 { print } END { if (NR > 3) print "and " NR - 3 " more" }' | paste -sd' ')
		[ -z "$value" ] || printf '  %-12s %s\n' "$field" "$value"
	done
}

# machine VENDOR DRIVER MODULE PCI: the kernel, the device, which is of this PCI vendor, the modules and the node.
machine()
{
	local vendor=$1 driver=$2 module=$3 pci_vendor=$4
	part 'The kernel is Debian'\''s'
	show cat /proc/version
	has 'Debian 7\.' 'Debian kernel'

	part "The device, driven by the stock $driver"
	pci=$(basename "$(readlink -f /sys/class/fwctl/fwctl0/device)")
	show lspci -nnk -s "$pci"
	has "$pci_vendor:" "device of $vendor"
	has "driver in use: $driver" "driver $driver"

	part 'The modules, loaded by their aliases'
	for name in "$driver" fwctl "$module"; do
		[ -d "/sys/module/$name" ] || miss "$name is not loaded"
		printf '%s\n' "$name"
		fields "$name"
	done

	part 'The node'
	show ls -l /dev/fwctl/fwctl0
	show readlink /sys/class/fwctl/fwctl0/device/driver
	has "drivers/$driver\$" "link to $driver"
}
