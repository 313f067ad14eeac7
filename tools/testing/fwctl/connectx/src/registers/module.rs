// SPDX-License-Identifier: GPL-2.0

//! The transceiver module: PMAOS 0x5012, 16 B. There is one, of number 0.

use crate::layout::{field, Field};
use crate::registers::Access;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

const MODULE: Field = field("module", 0x0, 23, 16);
const ADMIN_STATUS: Field = field("admin_status", 0x0, 11, 8);
const OPER_STATUS: Field = field("oper_status", 0x0, 3, 0);

const ENABLED: u32 = 1;
const PLUGGED_ENABLED: u32 = 1;

/// Reads the states that are wanted and true.
pub(crate) fn state(_hw: &mut ConnectX, access: &mut Access<'_>) -> Result<(), Refusal> {
    if MODULE.get(access.sent) != 0 {
        return Err(Status::BadParam.because(Reason::RegisterIndex));
    }
    access.data.fill(0);
    ADMIN_STATUS.put(access.data, ENABLED);
    OPER_STATUS.put(access.data, PLUGGED_ENABLED);
    Ok(())
}
