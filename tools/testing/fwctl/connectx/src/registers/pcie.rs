// SPDX-License-Identifier: GPL-2.0

//! The PCIe interface: MPEIN 0x9050, 48 B (its link), MPCNT 0x9051, 256 B (its counters), and MPIR 0x9059, 16 B (where
//! it hangs). This function is at the origin of what they select by.

use crate::layout::{field, Field};
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

/// All three begin with these.
const DEPTH: Field = field("depth", 0x0, 29, 24);
const INDEX: Field = field("pcie_index", 0x0, 23, 16);
const NODE: Field = field("node", 0x0, 15, 8);

/// MPEIN.
const WIDTH_ENABLED: Field = field("link_width_enabled", 0x8, 23, 16);
const SPEED_ENABLED: Field = field("link_speed_enabled", 0x8, 15, 0);
const WIDTH_ACTIVE: Field = field("link_width_active", 0xc, 23, 16);
const SPEED_ACTIVE: Field = field("link_speed_active", 0xc, 15, 0);
const BDF0: Field = field("bdf0", 0x14, 31, 16);

/// MPCNT.
const GROUP: Field = field("grp", 0x0, 5, 0);

/// MPIR.
const LOCAL_PORT: Field = field("local_port", 0x8, 31, 24);

const LANES: u32 = 16;
/// 16 GT/s; the bit below means no speed.
const GEN4: u32 = 0x10;
/// Bus 1, device 0, function 0: behind a root port.
const BDF: u32 = 0x0100;

/// Groups 0 (performance) to 2 (timers and states).
const LAST_GROUP: u32 = 2;

fn origin(access: &Access<'_>) -> Result<(), Refusal> {
    for field in [DEPTH, INDEX, NODE] {
        if field.get(access.sent) != 0 {
            return Err(Status::BadParam.because(Reason::RegisterIndex));
        }
    }
    Ok(())
}

/// Reads width and speed.
pub(crate) fn link(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    origin(access)?;
    access.data.fill(0);
    for (field, value) in [
        (WIDTH_ENABLED, LANES),
        (SPEED_ENABLED, GEN4),
        (WIDTH_ACTIVE, LANES),
        (SPEED_ACTIVE, GEN4),
        (BDF0, BDF),
    ] {
        field.put(access.data, value);
    }
    Ok(())
}

/// Reads a group of counters: nothing was counted.
pub(crate) fn counters(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    origin(access)?;
    if GROUP.get(access.sent) > LAST_GROUP {
        return Err(Status::BadParam.because(Reason::RegisterIndex));
    }
    if let Some(body) = access.data.get_mut(4..) {
        body.fill(0);
    }
    Ok(())
}

/// Reads where the port hangs.
pub(crate) fn position(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    origin(access)?;
    access.data.fill(0);
    LOCAL_PORT.put(access.data, 1);
    Ok(())
}
