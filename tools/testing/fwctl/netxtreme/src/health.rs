// SPDX-License-Identifier: GPL-2.0

//! The state of the firmware, in registers that a driver looks at when commands take long, and how to recover it.
//!
//! Source: `BNXT_FW_*` and `HCOMM_STATUS_*` of `bnxt.h` and `hsi.h`.

use std::time::Duration;

use crate::call::Call;
use crate::le;
use crate::status::{Code, Refusal};
use crate::NetXtreme;

/// Registers in BAR 0.
const STATUS: u32 = 0xe00;
const HEARTBEAT: u32 = 0xe04;
const RESET_COUNT: u32 = 0xe08;
const RESETTING: u32 = 0xe0c;

/// The base of window 3 of the chip's registers, and where the window is.
const WINDOW3_BASE: u64 = 0x408;
const WINDOW3: std::ops::Range<u64> = 0x3000..0x4000;
/// Where the chip says where the firmware's state is.
const SIGNATURE_PAGE: u32 = 0x0310_0000;
const SIGNATURE: u64 = 0x1f0;
const LOCATION: u64 = 0x1f4;
/// "HCS", version 1.
const SIGNED: u32 = 0x4843_5301;

/// That a register is in BAR 0.
const IN_BAR0: u32 = 2;
pub(crate) const HEALTHY: u32 = 0x8000;
/// In the low half of the status register.
const STATE: u32 = 0xffff;

/// What the registers say.
#[derive(Debug)]
pub(crate) struct Health {
    pub(crate) status: u32,
    /// The heartbeat stands still at this value.
    pub(crate) stuck: Option<u32>,
    resets: u32,
    window3: u32,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            status: HEALTHY,
            stuck: None,
            resets: 0,
            window3: 0,
        }
    }
}

impl Health {
    /// The firmware has failed.
    pub(crate) fn fatal(&self) -> bool {
        self.status & STATE != HEALTHY
    }

    /// The firmware starts again.
    pub(crate) fn boot(&mut self) {
        self.status = HEALTHY;
        self.stuck = None;
        self.resets = self.resets.wrapping_add(1);
    }

    /// The heartbeat, ten a second.
    pub(crate) fn beat(now: Duration) -> u32 {
        (now.as_millis() / 100) as u32
    }

    /// A register of BAR 0.
    pub(crate) fn read(&self, offset: u64, recovery: bool, now: Duration) -> u32 {
        if WINDOW3.contains(&offset) && recovery && self.window3 == SIGNATURE_PAGE {
            return match offset - WINDOW3.start {
                SIGNATURE => SIGNED,
                LOCATION => STATUS | IN_BAR0,
                _ => 0,
            };
        }
        match u32::try_from(offset) {
            Ok(STATUS) => self.status,
            Ok(HEARTBEAT) => self.stuck.unwrap_or_else(|| Self::beat(now)),
            Ok(RESET_COUNT) => self.resets,
            _ => 0,
        }
    }

    /// A register of BAR 0.
    pub(crate) fn write(&mut self, offset: u64, value: u32) {
        if offset == WINDOW3_BASE {
            self.window3 = value & !0xfff;
        }
    }
}

/// ERROR_RECOVERY_QCFG: where the registers are, and how long to wait, in tenths of a second.
pub(crate) fn recovery_qcfg(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    const BY_HOST: u32 = 1;
    if !hw.config.recovery {
        return Err(Code::NotSupported.into());
    }
    let fields = [
        (8, BY_HOST),
        (12, 10),
        (16, 1),
        (20, 20),
        (24, 10),
        (28, 60),
        (32, STATUS | IN_BAR0),
        (36, HEARTBEAT | IN_BAR0),
        (40, RESET_COUNT | IN_BAR0),
        (44, RESETTING | IN_BAR0),
        (48, STATE),
    ];
    for (at, value) in fields {
        le::put32(&mut call.out, at, value);
    }
    Ok(())
}

/// FW_HEALTH_CHECK.
pub(crate) fn check(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    le::put32(&mut call.out, 8, hw.health.status);
    Ok(())
}

/// FW_RESET, of the processor @16: nothing is lost that a test would notice.
pub(crate) fn reset(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    const LAST_PROCESSOR: u8 = 8;
    const AT_ONCE: u8 = 1;
    if le::get8(call.input, 16) > LAST_PROCESSOR {
        return Err(Code::InvalidParams.into());
    }
    hw.health.boot();
    le::put8(&mut call.out, 8, AT_ONCE);
    Ok(())
}

/// FW_QSTATUS and FW_SYNC: no reset is pending, nothing is to be synchronised.
pub(crate) fn idle(_: &mut NetXtreme, _: &mut Call<'_>) -> Result<(), Refusal> {
    Ok(())
}

/// FW_SET_TIME: year @16, month, day, hour, minute, second.
pub(crate) fn set_time(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    let fields = call
        .input
        .get(16..28)
        .and_then(|fields| fields.first_chunk());
    let time: [u8; 12] = fields.copied().unwrap_or_default();
    let (month, day) = (le::get8(&time, 2), le::get8(&time, 3));
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return Err(Code::InvalidParams.into());
    }
    hw.function.time = time;
    Ok(())
}

/// FW_GET_TIME: as it was set; this firmware has no clock.
pub(crate) fn get_time(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    let time = hw.function.time;
    le::put(&mut call.out, 8, time.get(..7).unwrap_or_default());
    le::put(&mut call.out, 16, time.get(8..).unwrap_or_default());
    Ok(())
}
