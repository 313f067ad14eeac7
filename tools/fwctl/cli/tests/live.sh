#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# live.sh: the cases of CASES on devices as they were recorded, with the command at FWCTL; with cases.txt then what no
# recording has: callers without rights, and lockdown. Runs in a VM with two devices whose dumps have 8,192 bytes; for
# cases-bnxt.txt, with a NetXtreme. Prints TAP.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
fwctl=${FWCTL:?is the command to test}
cases=${CASES:-cases.txt}
# shellcheck source=../../../testing/fwctl/guest/tap.sh
. "$here/../../../testing/fwctl/guest/tap.sh"
cd "$(mktemp -d)" || exit 1

printf 'TAP version 13\n'
while read -r name schema exit arguments; do
	case $name in '' | '#'*) continue ;; esac
	: "$schema"
	rm -f dump.bin
	# Arguments have no spaces of their own.
	# shellcheck disable=SC2086
	"$fwctl" $arguments >out 2>errors </dev/null
	status=$?
	cat errors >>out
	why=''
	if [ "$status" != "$exit" ]; then
		why="exit status $status instead of $exit"
	elif ! cmp -s out "$here/golden/$name.txt"; then
		why=$(diff out "$here/golden/$name.txt")
	elif [ -e "$here/recordings/$name.bin" ] && ! cmp dump.bin "$here/recordings/$name.bin"; then
		why='another file'
	fi
	result "$name" "$why" "$(cat out)"
done <"$here/$cases"
[ "$cases" = cases.txt ] || { printf '1..%d\n' "$n" && exit; }

# says NAME STATUS PATTERN CMD...
says()
{
	local name=$1 wanted=$2 pattern=$3 out status why=''
	shift 3
	out=$("$@" 2>&1)
	status=$?
	if [ "$status" != "$wanted" ]; then
		why="exit status $status instead of $wanted"
	elif ! grep -qE -- "$pattern" <<<"$out"; then
		why="nothing like $pattern"
	fi
	result "$name" "$why" "$out"
}

nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
cp "$fwctl" /tmp/fwctl && chmod 755 /tmp/fwctl

says 'anybody may list' 0 '^fwctl0 +0000:01:00.0 ' nobody /tmp/fwctl list
says 'only root may open' 4 'run it as root' nobody /tmp/fwctl info fwctl0
says 'no such device' 3 'fwctl7' "$fwctl" info fwctl7
says 'without CAP_SYS_RAWIO' 4 'CAP_SYS_RAWIO' setpriv --bounding-set=-sys_rawio --inh-caps=-sys_rawio \
	"$fwctl" rpc fwctl0 080d --in-len 16 --scope debug-write-full
says 'a reader that goes away is no error' 0 '^general' bash -o pipefail -c "'$fwctl' mlx5 caps fwctl0 --all | head -n 1"
second=0000:02:00.0
"$fwctl" monitor -n 2 >events &
until [ "$(grep -c ' present ' events)" = 2 ]; do sleep 0.1; done
echo $second >/sys/bus/pci/drivers/mlx5_core/unbind
echo $second >/sys/bus/pci/drivers/mlx5_core/bind
wait $!
says 'monitor sees a device go' 0 "remove +fwctl1 $second\$" cat events
says 'and come back' 0 "add +fwctl1 $second\$" cat events
echo integrity >/sys/kernel/security/lockdown
says 'the full scope is as the lower one under lockdown' 0 'debug-write-full +yes +counts as debug-write' \
	"$fwctl" mlx5 objects fwctl0
says 'reads go on under lockdown' 0 '^psid +FWC' "$fwctl" mlx5 reg get fwctl0 MGIR
printf '1..%d\n' "$n"
