# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What run-tests and run-tests-debug share: stages, their counts, selftests in VMs. Wants $here, $top, $logs.

passed=0 failed=0 skipped=0

# count NAME P F S RC: adds the results of a stage and says so. A stage that ran nothing has failed.
count()
{
	local name=$1 p=$2 f=$3 s=$4 rc=$5
	[ $((p + f)) -gt 0 ] || f=1
	[ "$rc" -eq 0 ] || [ "$f" -gt 0 ] || f=1
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	printf '== %s: %d passed, %d failed, %d skipped (%d s)\n' "$name" "$p" "$f" "$s" "$((SECONDS - started))"
}

# stage NAME CMD...: runs it with its output in a log, and shown.
stage()
{
	local name=$1
	shift
	started=$SECONDS
	printf '== %s\n' "$name"
	"$@" 2>&1 | tee "$logs/$name.log"
	return "${PIPESTATUS[0]}"
}

# vm NAME MODULES OPTION... PROGRAM...: selftests in a VM of their own.
vm()
{
	local name=$1 modules=$2 rc p f s
	shift 2
	stage "$name" "$here/in-cache" fwctl-vm tap --modules-dir "$modules" --env FWCTL_TEST_REQUIRED=1 "$@"
	rc=$?
	read -r p f s < <(sed -nE 's/^# ([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$logs/$name.log")
	count "$name" "${p:-0}" "${f:-0}" "${s:-0}" "$rc"
}

# programs LIST: the selftests of a list of their Makefile, as it built them.
programs()
{
	local program
	for program in $(make -s -C "$top/tools/testing/selftests/fwctl" "$1"); do
		printf '%s\n' "$FWCTL_CACHE/selftests/$program"
	done
}

# selftests PREFIX MODULES OPTION...: all of them, each list with the devices and the VM that it needs.
selftests()
{
	local prefix=$1 modules=$2 main reset quarantine lockdown
	shift 2
	mapfile -t main < <(programs list)
	mapfile -t reset < <(programs list-reset)
	mapfile -t quarantine < <(programs list-quarantine)
	mapfile -t lockdown < <(programs list-lockdown)
	vm "${prefix}selftests" "$modules" "$@" --devices 2 "${main[@]}"
	vm "${prefix}reset" "$modules" "$@" --devices 1 --allow-leak-at flr "${reset[@]}"
	vm "${prefix}quarantine" "$modules" "$@" --devices 1 --allow-leak-at teardown "${quarantine[@]}"
	vm "${prefix}lockdown" "$modules" "$@" --devices 1 "${lockdown[@]}"
}

# finish: the closing line, and its exit status.
finish()
{
	printf '%d passed, %d failed%s\n' "$passed" "$failed" "$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
	exit $((failed != 0))
}
