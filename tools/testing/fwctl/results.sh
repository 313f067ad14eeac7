# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What run-tests and run-tests-debug share: stages, their counts, selftests in VMs. Wants $here, $top, $logs.

passed=0 failed=0 skipped=0
# Options of all VMs whose programs print TAP, of which alone it is known what each takes.
tap=()

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
	stage "$name" "$here/in-cache" fwctl-vm tap --modules-dir "$modules" --env FWCTL_TEST_REQUIRED=1 "${tap[@]}" "$@"
	rc=$?
	read -r p f s < <(sed -nE 's/^# ([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$logs/$name.log")
	count "$name" "${p:-0}" "${f:-0}" "${s:-0}" "$rc"
}

# ends NAME MODULES OPTION... PROGRAM: a selftest that reboots its VM, which is its result.
ends()
{
	local name=$1 modules=$2 program=${*: -1} rc
	shift 2
	stage "$name" "$here/in-cache" fwctl-vm run --modules-dir "$modules" --expect-end 'reboot: Restarting system' \
		--share "${program%/*}" "${@:1:$#-1}" -- "$program"
	rc=$?
	count "$name" $((rc == 0)) $((rc != 0)) 0 "$rc"
}

# programs LIST: the selftests of a list of their Makefile, as it built them.
programs()
{
	local program
	for program in $(make -s -C "$top/tools/testing/selftests/fwctl" "$1"); do
		printf '%s\n' "$FWCTL_CACHE/selftests/$program"
	done
}

# As patient as real firmware has its drivers be. Tests that keep it from answering answer for it in time.
patient=(--emu-arg=--exec-timeout=60)

# selftests PREFIX MODULES OPTION...: all of them, each list with the devices and the VM that it needs.
selftests()
{
	local prefix=$1 modules=$2 main i386 bnxt bnxt_reset bnxt_iommu together reset quarantine iommu bounce lockdown power end kexec
	local boot=$logs/kexec
	shift 2
	mapfile -t main < <(programs list)
	mapfile -t i386 < <(programs list-i386)
	mapfile -t bnxt < <(programs list-bnxt)
	mapfile -t bnxt_reset < <(programs list-bnxt-reset)
	mapfile -t bnxt_iommu < <(programs list-bnxt-iommu)
	mapfile -t together < <(programs list-together)
	mapfile -t reset < <(programs list-reset)
	mapfile -t quarantine < <(programs list-quarantine)
	mapfile -t iommu < <(programs list-iommu)
	mapfile -t bounce < <(programs list-bounce)
	mapfile -t lockdown < <(programs list-lockdown)
	mapfile -t power < <(programs list-power)
	mapfile -t end < <(programs list-shutdown)
	mapfile -t kexec < <(programs list-kexec)
	vm "${prefix}selftests" "$modules" "$@" "${patient[@]}" --devices 2 --stock-module loop --stock-module ext4 \
		"${main[@]}"
	vm "${prefix}i386" "$modules" "$@" --devices 1 "${i386[@]}"
	vm "${prefix}netxtreme" "$modules" "$@" --model netxtreme --devices 2 "${bnxt[@]}"
	vm "${prefix}netxtreme-reset" "$modules" "$@" --model netxtreme --devices 2 --stock-module aer_inject \
		"${bnxt_reset[@]}"
	vm "${prefix}netxtreme-iommu" "$modules" "$@" --model netxtreme --devices 1 --iommu "${bnxt_iommu[@]}"
	# The first of the two has to be patient.
	vm "${prefix}together" "$modules" "$@" --model connectx --model netxtreme --devices 2 \
		--emu-arg=0:--exec-timeout=60 --share "$FWCTL_CACHE/selftests" \
		--env FWCTL_TEST_PROGRAMS="$FWCTL_CACHE/selftests" "${together[@]}"
	vm "${prefix}reset" "$modules" "$@" "${patient[@]}" --devices 4 --stock-module aer_inject \
		--allow-leak-at flr "${reset[@]}"
	vm "${prefix}quarantine" "$modules" "$@" --devices 1 --allow-leak-at teardown "${quarantine[@]}"
	vm "${prefix}iommu" "$modules" "$@" "${patient[@]}" --devices 1 --iommu --stock-module loop --stock-module ext4 \
		"${iommu[@]}"
	vm "${prefix}bounce" "$modules" "$@" --devices 1 --append swiotlb=force "${bounce[@]}"
	vm "${prefix}lockdown" "$modules" "$@" --devices 1 "${lockdown[@]}"
	vm "${prefix}netxtreme-lockdown" "$modules" "$@" --model netxtreme --devices 1 "${lockdown[@]}"
	vm "${prefix}power" "$modules" "$@" "${patient[@]}" --suspend --devices 1 "${power[@]}"
	vm "${prefix}netxtreme-power" "$modules" "$@" --model netxtreme --suspend --devices 1 "${power[@]}"
	ends "${prefix}shutdown" "$modules" "$@" "${patient[@]}" --devices 1 "${end[@]}"
	ends "${prefix}netxtreme-shutdown" "$modules" "$@" --model netxtreme --devices 1 "${end[@]}"
	# The kernel that runs takes over from itself.
	mkdir -p "$boot"
	cp "$VMLINUZ" "$boot/kernel"
	cp "$INITRD" "$boot/initrd"
	vm "${prefix}kexec" "$modules" "$@" "${patient[@]}" --devices 1 --share "$boot" \
		--env FWCTL_TEST_KEXEC="$boot" "${kexec[@]}"
	# bnxt_en disables the function and leaves its users alone: until the other kernel runs they may ask in vain.
	vm "${prefix}netxtreme-kexec" "$modules" "$@" --model netxtreme --devices 1 --share "$boot" \
		--allow-violation 'response to request 0x0: bus mastering is off' \
		--env FWCTL_TEST_KEXEC="$boot" "${kexec[@]}"
	rm -rf "$boot"
}

# finish: the closing line, and its exit status.
finish()
{
	printf '%d passed, %d failed%s\n' "$passed" "$failed" "$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
	exit $((failed != 0))
}
