// SPDX-License-Identifier: GPL-2.0

//! DTOR 0xc00e, 64 B: default timeouts of the driver, `dtor_reg` of `mlx5_ifc.h`.

use crate::be;
use crate::registers::Access;
use crate::status::Refusal;
use crate::ConnectX;

const SECONDS: u32 = 1 << 29;

/// Offset and seconds. Short where real time would only make tests wait.
#[rustfmt::skip]
const TIMEOUTS: &[(usize, u32)] = &[
    (0x04, 2),  // pcie_toggle
    (0x14, 1),  // health_poll
    (0x18, 20), // full_crdump
    (0x1c, 10), // fw_reset
    (0x20, 2),  // flush_on_err
    (0x24, 30), // pci_sync_update
    (0x28, 5),  // tear_down
    (0x2c, 5),  // fsm_reactivate
    (0x30, 5),  // reclaim_pages
    (0x34, 10), // reclaim_vfs_pages
];

/// Reads all timeouts; those that are zero stay at the driver's own.
pub(crate) fn read(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    access.data.fill(0);
    for &(at, seconds) in TIMEOUTS {
        be::put32(access.data, at, SECONDS | seconds);
    }
    Ok(())
}
