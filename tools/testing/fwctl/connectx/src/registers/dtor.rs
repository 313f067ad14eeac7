// SPDX-License-Identifier: GPL-2.0

//! DTOR 0xc00e, 64 B: default timeouts of the driver, `dtor_reg` of `mlx5_ifc.h`.

use crate::layout::{field, Field};
use crate::registers::Access;
use crate::status::Refusal;
use crate::ConnectX;

/// Each timeout, a dword.
const MULTIPLIER: Field = field("to_multiplier", 0x0, 31, 29);
const VALUE: Field = field("to_value", 0x0, 19, 0);

const SECONDS: u32 = 1;

/// Offset and seconds. Short where real time would only make tests wait.
#[rustfmt::skip]
const TIMEOUTS: &[(usize, u32)] = &[
    (0x04, 2),  // pcie_toggle_to
    (0x14, 1),  // health_poll_to
    (0x18, 20), // full_crdump_to
    (0x1c, 10), // fw_reset_to
    (0x20, 2),  // flush_on_err_to
    (0x24, 30), // pci_sync_update_to
    (0x28, 5),  // tear_down_to
    (0x2c, 5),  // fsm_reactivate_to
    (0x30, 5),  // reclaim_pages_to
    (0x34, 10), // reclaim_vfs_pages_to
];

/// Reads all timeouts; those that are zero stay at the driver's own.
pub(crate) fn read(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    access.data.fill(0);
    for &(at, seconds) in TIMEOUTS {
        let timeout = access.data.get_mut(at..).unwrap_or(&mut []);
        MULTIPLIER.put(timeout, SECONDS);
        VALUE.put(timeout, seconds);
    }
    Ok(())
}
