#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs the tools of `table` on the emulated firmware, without lockdown and under it, and judges each by what it prints.
# Prints TAP: a test is "LEVEL NAME: VERDICT". With EXPECTED_TO=DIR it writes all that they print there instead.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
PCI=$(basename "$(readlink -f /sys/class/fwctl/fwctl0/device)")
origin=DPNv=0x0,depth=0x0,pcie_index=0x0,node=0x0
export PCI origin FW_VERSION FW_PSID
# shellcheck source=../tap.sh
. "$here/../tap.sh"

# The host's part in a reset that MFRL asked for. Nobody drives the function meanwhile.
firmware_reset()
{
	local driver=/sys/bus/pci/drivers/mlx5_core
	echo "$PCI" >$driver/unbind &&
		echo 1 >"/sys/bus/pci/devices/$PCI/reset" &&
		echo "$PCI" >$driver/bind &&
		udevadm settle && ls /dev/fwctl
}
export -f firmware_reset

# Runs of blanks count as one, colours as nothing.
plain() { sed -E 's/\x1b\[[0-9;]*m//g; s/[[:space:]]+/ /g; s/^ //; s/ $//; /^$/d'; }

# missing FILE: the first line of FILE that is not, after the one before, in standard input.
missing()
{
	local line text wanted=()
	# The VM has no /dev/fd for a substitution.
	text=$(sed "s/\$FW_VERSION/$FW_VERSION/g; s/\$FW_PSID/$FW_PSID/g; s/\$PCI/$PCI/g" "$1" | plain)
	[ -n "$text" ] || { echo "of $1" && return; }
	mapfile -t wanted <<<"$text"
	set -- "${wanted[@]}"
	while [ $# -gt 0 ] && IFS= read -r line; do
		[ "$line" != "$1" ] || shift
	done
	[ $# -eq 0 ] || printf '%s\n' "$1"
}

# row LEVEL NAME VERDICT STATUS COMMAND
row()
{
	local level=$1 name=$2 verdict=$3 status=$4 out rc why=''
	out=$(bash -c "$5" 2>&1 </dev/null)
	rc=$?
	out=$(plain <<<"$out")
	if [ -n "${EXPECTED_TO:-}" ]; then
		printf '%s\n' "$out" >"$EXPECTED_TO/$name"
		why="written, exit status $rc"
	elif [ "$rc" != "$status" ]; then
		why="exit status $rc instead of $status"
	elif [ "$verdict" != fails ]; then
		why=$(missing "$here/expected/$name" <<<"$out")
		why=${why:+no line \"$why\"}
	fi
	result "$level $name: $verdict" "$why" "$out"
}

# rows LEVEL [NAME...]: all of the table, or these.
rows()
{
	local level=$1 name verdict status command
	shift
	while read -r name verdict status command; do
		case $name in '' | '#'*) continue ;; esac
		[ $# -eq 0 ] || [[ " $* " = *" $name "* ]] || continue
		row "$level" "$name" "$verdict" "$status" "$command"
	done <"$here/table"
}

# seen NAME PATTERN COMMAND: what only our core does.
seen()
{
	local out why=''
	if [ -n "${FWCTL_TEST_C_ONLY:-}" ]; then
		result "$1 # SKIP the kernel's own core" '' ''
		return
	fi
	out=$(bash -c "$3")
	grep -qE -- "$2" <<<"$out" || why="nothing like $2"
	result "$1" "$why" "$out"
}

printf 'TAP version 13\n'
rows none
# Each reset of the firmware was a new life of the device.
seen 'the writes of old tools are in the log, once in a life' '^3$' "dmesg | grep -c 'writes to the firmware'"
seen 'no descriptor is left, only the driver uses the core' '^1$' 'cat /sys/module/fwctl/refcnt'
# This mstflint labels plain reads with the full scope. Lockdown is not lowered again.
echo integrity >/sys/kernel/security/lockdown
rows integrity
echo confidentiality >/sys/kernel/security/lockdown
rows confidentiality mstfwctrl mstflint-q mstconfig-q mstconfig-set mstconfig-next mstconfig-reset
printf '1..%d\n' "$n"
