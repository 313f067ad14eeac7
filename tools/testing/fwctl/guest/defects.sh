# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Tests that must fail elsewhere, where they pass on ours: that they can fail at all, and what is gained. SELFTESTS is
# where the programs are. To be sourced.

# shellcheck source=tap.sh
. "${BASH_SOURCE[0]%/*}/tap.sh"

# fails NUMBER WHAT TEST EXPRESSION PROGRAM ARG...: TEST, as the program names it, is not ok, and says of
# EXPRESSION that it is not as expected. What fails otherwise failed before it came to the point.
fails()
{
	local number=$1 what=$2 test=$3 expression=$4 out why=''
	shift 4
	# Some programs load it themselves; if it was there, they would fail for that.
	modprobe -rq fwctl_c_sample
	out=$("$SELFTESTS/$1" "${@:2}" 2>&1)
	if ! grep -qE "^not ok [0-9]+ $test\$" <<<"$out"; then
		why='it does not'
	elif ! grep -F -- ':Expected ' <<<"$out" | grep -qF -- " $expression ("; then
		why='for something else'
	fi
	result "defect $number, $what: $test fails" "$why" "$out"
}
