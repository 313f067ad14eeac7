#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# demo_mlx5.sh BIN: the part of the demonstration that runs in the VM, on a ConnectX. Exits non-zero if any part failed. BIN is where the
# command fwctl is.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=demo_lib.sh
. "$here/demo_lib.sh"

machine NVIDIA mlx5_core mlx5_fwctl 15b3

part 'Vendor tools, unmodified'
show mstfwctrl fwctl0
has "$pci" 'PCI address of the device'
show 'mstreg -d fwctl0 --reg_name MGIR --get | grep -E "device_id|hw_dev_id|extended"'
has 'hw_dev_id +\| 0x0*212' 'ConnectX-6 Dx'
show mstflint -d fwctl0 q
has "FW Version: +$FW_VERSION" "firmware version $FW_VERSION"
has "PSID: +$FW_PSID" "PSID $FW_PSID"

show mstconfig -d fwctl0 q SRIOV_EN NUM_OF_VFS LINK_TYPE_P1
has 'SRIOV_EN' 'setting SRIOV_EN'

part 'The command fwctl'
show fwctl list
has "^fwctl0 +$pci" 'device at that address'
show fwctl info fwctl0
show fwctl mlx5 caps fwctl0
has 'uctx_cap +4 +4' 'right of tools'
show fwctl mlx5 reg get fwctl0 MGIR
has "psid +$FW_PSID" "PSID $FW_PSID"
show fwctl mlx5 reg set fwctl0 MPEGC field_select=TX_LOSSY_OVERFLOW_OPER tx_lossy_overflow_oper=1
has '0 -> 1' 'change'

part 'A dump of 2 MiB: through memory that the device writes, and inline'
cd "$(mktemp -d)" || exit 1
show on_terminal fwctl mlx5 coredump fwctl0 --source registers --size 256K -o registers.dump
has '2097152 bytes of registers through memory' 'whole dump'
show on_terminal fwctl mlx5 coredump fwctl0 --segment BULK -o memory.dump
has 'through memory in [0-9]+ RPCs' 'dump through memory'
show on_terminal fwctl mlx5 coredump fwctl0 --segment BULK --no-umem -o inline.dump
has 'inline in [0-9]+ RPCs' 'dump inline'
show cmp memory.dump inline.dump
show fwctl mlx5 dump --parse memory.dump
has 'terminate' 'end of the dump'
show 'mstresourceparse -d memory.dump -p raw | grep "^Segment Type" | sort | uniq -c'
has ' 16 Segment Type: 0x1002' 'segments of the vendor'"'"'s parser'

part 'And afterwards'
exit "$failed"
