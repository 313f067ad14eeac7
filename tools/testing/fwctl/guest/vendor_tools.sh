#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Vendor tools against the emulated firmware. Their exit status says little (some exit with 0 when
# everything was refused), so each is judged by what it prints. Prints TAP.

n=0

# expect NAME PATTERN CMD...: CMD exits with 0 and prints a line with PATTERN.
expect()
{
	local name=$1 pattern=$2 out rc
	shift 2
	n=$((n + 1))
	out=$("$@" 2>&1)
	rc=$?
	if [ $rc -eq 0 ] && grep -qE -- "$pattern" <<<"$out"; then
		printf 'ok %d - %s\n' "$n" "$name"
	else
		printf '%s\n' "$out" | sed 's/^/# /'
		printf '# exit status %d; wanted: %s\n' "$rc" "$pattern"
		printf 'not ok %d - %s\n' "$n" "$name"
	fi
}

printf 'TAP version 13\n'
printf '1..12\n'
pci=$(basename "$(readlink -f /sys/class/fwctl/fwctl0/device)")
expect 'mstfwctrl names the PCI function' "$pci" mstfwctrl fwctl0
expect 'mstfwctrl has the rights for tools' 'UCTX CAP.*0x4' mstfwctrl fwctl0
expect 'mstreg reads MGIR' 'hw_dev_id +\| 0x0*212' mstreg -d fwctl0 --reg_name MGIR --get
expect 'mstflint has the firmware version' "FW Version: +$FW_VERSION" mstflint -d fwctl0 q
expect 'mstflint has the PSID' "PSID: +$FW_PSID" mstflint -d fwctl0 q
where=DPNv=0x0,depth=0x0,pcie_index=0x0,node=0x0
expect 'mstreg writes a register' 'Sending access register' \
	mstreg -d fwctl0 --yes --reg_name MPEGC --set 'field_select=0x2,tx_lossy_overflow_oper=0x1' --indexes "$where"
expect 'mstreg reads back what it wrote' 'tx_lossy_overflow_oper +\| 0x0*1$' \
	mstreg -d fwctl0 --reg_name MPEGC --get --indexes "$where"
before=$(mstreg -d fwctl0 --reg_name MGIR --get | md5sum)
expect 'eight tools at a time get the same answer' '^8$' bash -c '
	for i in 1 2 3 4 5 6 7 8; do mstreg -d fwctl0 --reg_name MGIR --get | md5sum & done | grep -cF "'"${before% *}"'"'
expect 'the writes of old tools are in the log, once' '^1$' bash -c "dmesg | grep -c 'writes to the firmware'"
expect 'no descriptor is left, only the driver uses the core' '^1$' cat /sys/module/fwctl/refcnt

# Lockdown last: it is not lowered again. This mstflint labels plain reads with the full scope.
for level in integrity confidentiality; do
	echo "$level" >/sys/kernel/security/lockdown
	expect "mstflint goes on under lockdown=$level" "PSID: +$FW_PSID" mstflint -d fwctl0 q
done
