# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Results of tests in a VM, as TAP. To be sourced.

n=0

# result TEST WHY OUTPUT: ok if there is no WHY.
result()
{
	n=$((n + 1))
	if [ -z "$2" ]; then
		printf 'ok %d - %s\n' "$n" "$1"
	else
		printf '%s\n' "$3" | sed 's/^/# /'
		printf '# %s\n' "$2"
		printf 'not ok %d - %s\n' "$n" "$1"
	fi
}
