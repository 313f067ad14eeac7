#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# demo_bnxt.sh BIN: the part of the demonstration that runs in the VM, on a NetXtreme. Exits non-zero if any
# part failed. BIN is where the command fwctl is.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=demo_lib.sh
. "$here/demo_lib.sh"

machine Broadcom bnxt_en bnxt_fwctl 14e4

part 'The command fwctl'
show fwctl list
has "^fwctl0 +$pci +bnxt_en" 'device at that address'
show fwctl info fwctl0
has 'type +bnxt' 'type of a NetXtreme'
show fwctl rpc fwctl0 0000 --in-len 24
has "${FW_VERSION}" "firmware version $FW_VERSION"

# What is read goes into files, which are the VM's own.
cd "$(mktemp -d)" || exit 1

part 'The flash, by a sample of a tool: samples/fwctl/user/bnxt_nvm.c'
show bnxt_nvm /dev/fwctl/fwctl0
has '^ +1 +4 ' 'boot code'
show bnxt_nvm /dev/fwctl/fwctl0 0 package.log
show cat package.log
has "$FW_VERSION" "firmware version $FW_VERSION"
show bnxt_nvm /dev/fwctl/fwctl0 1 bootcode.bin
has '^131072 bytes in 2 requests' 'whole boot code'

part 'What the firmware does not know is its answer; what must not pass does not get there'
refused fwctl rpc fwctl0 2800 --in-len 24
has 'CMD_NOT_SUPPORTED' 'word of the firmware'
refused fwctl rpc fwctl0 1700 --in-len 128 --scope debug-write-full
has 'EBADMSG' 'refusal'
refused fwctl rpc fwctl0 c000 --in-len 24 --scope debug-write
has 'EBADMSG' 'refusal of a reset'

part 'And afterwards'
exit "$failed"
