# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Tests that must fail elsewhere, where they pass on ours: that they can fail at all, and what is gained. SELFTESTS is
# where the programs are. To be sourced.

n=0

# fails NUMBER WHAT TEST EXPRESSION PROGRAM ARG...: TEST, as the program names it, is not ok, and says of
# EXPRESSION that it is not as expected. What fails otherwise failed before it came to the point.
fails()
{
	local number=$1 what=$2 test=$3 expression=$4 out
	shift 4
	n=$((n + 1))
	# Some programs load it themselves; if it was there, they would fail for that.
	modprobe -rq fwctl_c_sample
	out=$("$SELFTESTS/$1" "${@:2}" 2>&1)
	if ! grep -qE "^not ok [0-9]+ $test\$" <<<"$out"; then
		printf '%s\n' "$out" | sed 's/^/# /'
		printf 'not ok %d - defect %s, %s: %s does not fail\n' "$n" "$number" "$what" "$test"
	elif ! grep -F -- ':Expected ' <<<"$out" | grep -qF -- " $expression ("; then
		printf '%s\n' "$out" | sed 's/^/# /'
		printf 'not ok %d - defect %s: %s fails for something else\n' "$n" "$number" "$test"
	else
		printf 'ok %d - defect %s, %s: %s fails\n' "$n" "$number" "$what" "$test"
	fi
}
