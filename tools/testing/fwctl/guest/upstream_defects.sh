#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests that must fail on the kernel's own core, where they pass on ours: that they can fail at all, and
# what is gained. SELFTESTS is where the programs are. Prints TAP.

n=0

# fails NUMBER WHAT TEST PROGRAM ARG...: TEST, as the program names it, is not ok.
fails()
{
	local number=$1 what=$2 test=$3 out
	shift 3
	n=$((n + 1))
	# Some programs load it themselves; if it was there, they would fail for that.
	modprobe -r fwctl_c_sample
	out=$("$SELFTESTS/$1" "${@:2}" 2>&1)
	if grep -q ':node_wait\|:missing\|node_wait(' <<<"$out"; then
		printf '%s\n' "$out" | sed 's/^/# /'
		printf 'not ok %d - defect %s: %s failed before it began\n' "$n" "$number" "$test"
	elif grep -qE "^not ok [0-9]+ $test\$" <<<"$out"; then
		printf 'ok %d - defect %s, %s: %s fails\n' "$n" "$number" "$what" "$test"
	else
		printf '%s\n' "$out" | sed 's/^/# /'
		printf 'not ok %d - defect %s, %s: %s does not fail\n' "$n" "$number" "$what" "$test"
	fi
}

printf 'TAP version 13\n'
printf '1..7\n'
fails 6 'refused RPCs taint' lockdown.refused lockdown -t refused
fails 6 'one warning for all devices' lockdown.named lockdown -t named
fails 3 'lockdown does not bar the full scope' lockdown.integrity lockdown -t integrity
fails 4 '32-bit callers are turned away' core.c.compat core -t compat
fails 5 'a huge tail is read' abi.sizes abi -t sizes
fails 7 'INFO without room says 0' core.c.info core -t info
fails 7 'INFO without room says 0' info.room info -t room
