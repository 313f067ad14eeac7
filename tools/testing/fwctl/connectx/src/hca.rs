// SPDX-License-Identifier: GPL-2.0

//! The life of the function: enable, set up, ready, and back; and what it says about itself.

use crate::be;
use crate::caps;
use crate::command::Call;
use crate::objects::Kind;
use crate::status::{Reason, Refusal, Status};
use crate::{Config, ConnectX};

/// Where in its life the function is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Before ENABLE_HCA.
    #[default]
    Disabled,
    /// Between ENABLE_HCA and INIT_HCA, and after TEARDOWN_HCA.
    Enabled,
    /// After INIT_HCA.
    Ready,
}

/// What the driver set up.
#[derive(Debug)]
pub(crate) struct Hca {
    pub(crate) phase: Phase,
    /// Capabilities in force.
    pub(crate) current: Vec<u8>,
    maximum: Vec<u8>,
    issi: u16,
    driver_version: Vec<u8>,
}

const SUPPORTED_ISSI: u32 = 0b11;
const DRIVER_VERSION_LEN: usize = 64;
const VENDOR_ID: u32 = 0x02c9;
const CAP_GENERAL: u16 = 0;
const CAP_DEBUG: u16 = 13;
const OTHER_FUNCTION: u32 = 1 << 31;

impl Hca {
    /// Before anything was set up.
    pub(crate) fn new(config: &Config) -> Self {
        let maximum = caps::general(config);
        Self {
            phase: Phase::Disabled,
            current: maximum.clone(),
            maximum,
            issi: 0,
            driver_version: vec![0; DRIVER_VERSION_LEN],
        }
    }

    /// Back to where [`Hca::new`] left it.
    pub(crate) fn reset(&mut self) {
        self.phase = Phase::Disabled;
        self.current.clone_from(&self.maximum);
        self.issi = 0;
        self.driver_version.fill(0);
    }
}

/// ENABLE_HCA: a new driver, so whatever the last one left is gone.
pub(crate) fn enable(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    own_function(call)?;
    hw.drop_everything(crate::AT_TEARDOWN);
    hw.hca.phase = Phase::Enabled;
    Ok(())
}

/// DISABLE_HCA: pages that were not taken back are lost to the driver.
pub(crate) fn disable(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    own_function(call)?;
    hw.drop_kinds(crate::AT_TEARDOWN, |_| true);
    hw.hca.phase = Phase::Disabled;
    Ok(())
}

/// INIT_HCA.
pub(crate) fn init(hw: &mut ConnectX, _call: &mut Call<'_>) -> Result<(), Refusal> {
    hw.hca.phase = Phase::Ready;
    Ok(())
}

/// TEARDOWN_HCA: graceful only. Objects that are left are dropped and reported.
pub(crate) fn teardown(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    if be::get16(call.input, 10) != 0 {
        return Err(Status::BadParam.because(Reason::Profile));
    }
    hw.drop_kinds(crate::AT_TEARDOWN, |kind| kind != Kind::Page);
    hw.hca.phase = Phase::Enabled;
    Ok(())
}

/// QUERY_ISSI.
pub(crate) fn query_issi(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    be::put16(call.out, 10, hw.hca.issi);
    be::put32(call.out, 108, SUPPORTED_ISSI);
    Ok(())
}

/// SET_ISSI.
pub(crate) fn set_issi(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let issi = be::get16(call.input, 10);
    if issi >= 32 || (SUPPORTED_ISSI >> issi) & 1 == 0 {
        return Err(Status::BadParam.because(Reason::Profile));
    }
    hw.hca.issi = issi;
    Ok(())
}

/// QUERY_HCA_CAP: op_mod is the capability type and, in bit 0, current or maximum.
pub(crate) fn query_cap(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    own_capabilities(call)?;
    match (call.header.op_mod >> 1, call.header.op_mod & 1) {
        (CAP_GENERAL, 0) => be::put(call.out, 16, &hw.hca.maximum),
        (CAP_GENERAL, _) => be::put(call.out, 16, &hw.hca.current),
        (CAP_DEBUG, _) => be::put(call.out, 16, &caps::debug(&hw.config)),
        _ => return Err(Status::BadParam.because(Reason::CapType)),
    }
    Ok(())
}

/// SET_HCA_CAP: once per life, before INIT_HCA, and never for another function.
pub(crate) fn set_cap(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    own_capabilities(call)?;
    if hw.hca.phase != Phase::Enabled {
        return Err(Status::BadSysState.because(Reason::State));
    }
    if call.header.op_mod >> 1 != CAP_GENERAL {
        return Err(Status::BadParam.because(Reason::CapType));
    }
    let page = call
        .input
        .get(16..16 + caps::GENERAL_LEN)
        .ok_or(Status::BadInputLength.because(Reason::InputLength))?;
    if caps::uctx(page) & !caps::uctx(&hw.hca.maximum) != 0 {
        return Err(Status::BadParam.because(Reason::UctxCaps));
    }
    be::put(&mut hw.hca.current, 0, page);
    Ok(())
}

/// QUERY_ADAPTER: vendor data that ends with the PSID.
pub(crate) fn query_adapter(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    const BLOCK: usize = 16;
    be::put32(call.out, BLOCK + 24, VENDOR_ID);
    be::put16(call.out, BLOCK + 30, VENDOR_ID as u16);
    be::put_text(call.out, BLOCK + 240, 16, &hw.config.psid);
    Ok(())
}

/// QUERY_SPECIAL_CONTEXTS: the reserved local key.
pub(crate) fn query_special_contexts(
    _hw: &mut ConnectX,
    call: &mut Call<'_>,
) -> Result<(), Refusal> {
    be::put32(call.out, 12, 0x0000_0700);
    Ok(())
}

/// SET_DRIVER_VERSION.
pub(crate) fn set_driver_version(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let text = call.input.get(16..16 + DRIVER_VERSION_LEN).unwrap_or(&[]);
    be::put(&mut hw.hca.driver_version, 0, text);
    Ok(())
}

/// QUERY_DRIVER_VERSION.
pub(crate) fn query_driver_version(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    be::put(call.out, 16, &hw.hca.driver_version);
    Ok(())
}

/// QUERY_VUID: one vendor-unique id, the function's name and serial number; `vhca_id` @0xc[15:0].
pub(crate) fn query_vuid(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    own_vhca(hw, be::get16(call.input, 14))?;
    be::put16(call.out, 14, 1);
    let vuid = format!("{}{:016x}", hw.config.name, hw.config.mac);
    be::put_text(call.out, 16, 48, &vuid);
    Ok(())
}

/// NOP.
pub(crate) fn nop(_hw: &mut ConnectX, _call: &mut Call<'_>) -> Result<(), Refusal> {
    Ok(())
}

/// Refuses a `function_id` other than the sender's own.
pub(crate) fn own_function(call: &Call<'_>) -> Result<(), Refusal> {
    if be::get16(call.input, 10) != 0 {
        return Err(Status::BadParam.because(Reason::OtherFunction));
    }
    Ok(())
}

/// Refuses a virtual HCA other than this function's own; 0 stands for it as well.
pub(crate) fn own_vhca(hw: &ConnectX, id: u16) -> Result<(), Refusal> {
    if id != 0 && id != hw.config.vhca_id {
        return Err(Status::BadParam.because(Reason::OtherFunction));
    }
    Ok(())
}

fn own_capabilities(call: &Call<'_>) -> Result<(), Refusal> {
    if be::get32(call.input, 8) & OTHER_FUNCTION != 0 {
        return Err(Status::BadParam.because(Reason::OtherFunction));
    }
    Ok(())
}
