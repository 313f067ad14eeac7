#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# record.sh FWCTL TO [NAME...]: records the cases of cases.txt, or of CASES, into the folder TO. Runs in a VM:
#
#   fwctl-vm run --modules-dir . --devices 2 --emu-arg=--dump-len=8192 --share TO --share tools/fwctl -- \
#       bash tools/fwctl/cli/tests/record.sh FWCTL TO
#
# For CASES=cases-bnxt.txt in one with --model netxtreme --devices 1.
# Text and JSON of a command are made of one recording. What they print is not kept: run the tests with
# FWCTL_GOLDEN=write, and look at the difference.

set -uo pipefail

fwctl=$1 to=$2
shift 2
cases=$(dirname "${BASH_SOURCE[0]}")/${CASES:-cases.txt}
failed=0
cd "$(mktemp -d)" || exit 1

while read -r name schema exit arguments; do
	case $name in '' | '#'*) continue ;; esac
	[ $# -eq 0 ] || [[ " $* " = *" $name "* ]] || continue
	rm -f dump.bin
	# Arguments have no spaces of their own.
	# shellcheck disable=SC2086
	out=$("$fwctl" --record "$to/$name.jsonl" $arguments 2>&1)
	status=$?
	if [ "$exit" != "$status" ]; then
		printf '%s: exit status %s instead of %s\n%s\n' "$name" "$status" "$exit" "$out"
		failed=1
	fi
	[ ! -e dump.bin ] || cp dump.bin "$to/$name.bin"
done <"$cases"
exit $failed
