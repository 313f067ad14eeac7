// SPDX-License-Identifier: GPL-2.0

//! What the function is and has: versions, capabilities, what was reserved for the driver, and whether there is one.

use crate::call::Call;
use crate::channel::WINDOW;
use crate::le;
use crate::status::{Code, Refusal};
use crate::NetXtreme;

/// The number of the function, and of nobody else.
const FID: u16 = 1;
/// The function itself, whatever its number.
const SELF: u16 = 0xffff;
/// Of each kind of resource.
pub(crate) const MOST: u16 = 128;
/// The interface that the model knows: `HWRM_VERSION_*`.
const INTERFACE: [u8; 3] = [1, 10, 3];
const CHIP: u16 = 0x16d7;
/// QCAPS: the firmware's state can be recovered.
const RECOVERY: u32 = 1 << 23;

/// What FUNC_CFG can reserve: enables bit, offset in the request, offset in FUNC_QCFG's response, bytes there.
const RESERVATIONS: [(u32, usize, usize, usize); 7] = [
    (0x4, 32, 24, 2),
    (0x8, 34, 26, 2),
    (0x10, 36, 28, 2),
    (0x20, 38, 30, 2),
    (0x80, 42, 34, 2),
    (0x100, 44, 70, 2),
    (0x8_0000, 46, 64, 4),
];
const ASYNC_RING: u32 = 0x4000;

/// State of the function.
#[derive(Debug, Default)]
pub(crate) struct Function {
    reserved: [u16; RESERVATIONS.len()],
    /// Where asynchronous events go.
    async_ring: Option<u16>,
    /// A driver is there.
    pub(crate) registered: bool,
    /// How often a driver, or a user of it, has reset the function.
    pub(crate) resets: u64,
    /// What FW_SET_TIME said.
    pub(crate) time: [u8; 12],
}

impl Function {
    /// All that the driver had is lost.
    pub(crate) fn reset(&mut self) {
        self.reserved = [0; RESERVATIONS.len()];
        self.async_ring = None;
        self.registered = false;
    }
}

/// The function that a request is about, @16.
fn own_fid(call: &Call<'_>) -> Result<(), Refusal> {
    match le::get16(call.input, 16) {
        FID | SELF => Ok(()),
        _ => Err(Code::AccessDenied.into()),
    }
}

/// VER_GET.
pub(crate) fn ver_get(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    const EXTENDED: u8 = 1 << 1;
    let out = &mut call.out;
    le::put(out, 8, &INTERFACE);
    let version = hw.config.fw_version;
    for (i, part) in version.into_iter().enumerate() {
        le::put8(out, 12 + i, part as u8);
        le::put8(out, 16 + i, part as u8);
        le::put16(out, 136 + 2 * i, part);
        le::put16(out, 144 + 2 * i, part);
    }
    le::put_text(out, 32, 16, "HWRM");
    le::put_text(out, 48, 16, "MGMT");
    le::put_text(out, 80, 16, &hw.config.version_text());
    le::put16(out, 112, CHIP);
    le::put8(out, 114, 1);
    le::put16(out, 118, WINDOW as u16);
    le::put16(out, 120, 1024);
    le::put16(out, 122, hw.config.timeout);
    le::put8(out, 124, EXTENDED);
    le::put8(out, 127, 1);
    for (i, part) in INTERFACE.into_iter().enumerate() {
        le::put16(out, 128 + 2 * i, part.into());
    }
    le::put16(out, 168, WINDOW as u16);
    Ok(())
}

/// FUNC_QCAPS.
pub(crate) fn qcaps(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    own_fid(call)?;
    let out = &mut call.out;
    le::put16(out, 8, FID);
    le::put32(out, 12, if hw.config.recovery { RECOVERY } else { 0 });
    le::put(out, 16, &hw.config.mac_bytes());
    for at in [22, 24, 26, 28, 30, 32, 38] {
        le::put16(out, at, MOST);
    }
    le::put32(out, 72, MOST.into());
    le::put64(out, 96, hw.config.mac);
    Ok(())
}

/// FUNC_RESOURCE_QCAPS: pairs of least and most.
pub(crate) fn resource_qcaps(_: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    own_fid(call)?;
    le::put16(&mut call.out, 10, crate::VECTORS);
    for at in [16, 20, 24, 28, 32, 36, 40, 44] {
        le::put16(&mut call.out, at, MOST);
    }
    Ok(())
}

/// FUNC_QCFG.
pub(crate) fn qcfg(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    own_fid(call)?;
    let out = &mut call.out;
    le::put16(out, 8, FID);
    le::put(out, 16, &hw.config.mac_bytes());
    le::put16(out, 22, CHIP);
    for (value, (_, _, at, bytes)) in hw.function.reserved.into_iter().zip(RESERVATIONS) {
        le::put(
            out,
            at,
            u32::from(value)
                .to_le_bytes()
                .get(..bytes)
                .unwrap_or_default(),
        );
    }
    le::put16(out, 38, 9600);
    le::put8(out, 43, 1);
    le::put8(out, 79, 1);
    Ok(())
}

/// FUNC_CFG: what its enables name, and nothing else.
pub(crate) fn cfg(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    /// Only whether it could be had: `FUNC_CFG_REQ_FLAGS_*_ASSETS_TEST`.
    const TESTS: u32 = 0x003f_c000;
    own_fid(call)?;
    let (flags, enables) = (le::get32(call.input, 20), le::get32(call.input, 24));
    let mut reserved = hw.function.reserved;
    for (slot, (enable, from, ..)) in reserved.iter_mut().zip(RESERVATIONS) {
        if enables & enable != 0 {
            *slot = le::get16(call.input, from);
            if *slot > MOST {
                return Err(Code::AllocError.into());
            }
        }
    }
    if flags & TESTS != 0 {
        return Ok(());
    }
    hw.function.reserved = reserved;
    if enables & ASYNC_RING != 0 {
        hw.function.async_ring = Some(le::get16(call.input, 80));
    }
    Ok(())
}

/// FUNC_RESET: the driver starts anew.
pub(crate) fn reset(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    if le::get32(call.input, 16) != 0 {
        // Of another function.
        return Err(Code::AccessDenied.into());
    }
    hw.function.resets += 1;
    hw.forget_driver();
    Ok(())
}

/// FUNC_DRV_RGTR.
pub(crate) fn register(hw: &mut NetXtreme, _: &mut Call<'_>) -> Result<(), Refusal> {
    hw.function.registered = true;
    Ok(())
}

/// FUNC_DRV_UNRGTR: whatever the driver has still is left over.
pub(crate) fn unregister(hw: &mut NetXtreme, _: &mut Call<'_>) -> Result<(), Refusal> {
    let left = hw.rings.drop_all();
    hw.findings
        .leaked(crate::AT_TEARDOWN, hw.health.fatal(), left);
    hw.function.reset();
    Ok(())
}

/// FUNC_QSTATS and FUNC_QSTATS_EXT: counters of the pattern.
pub(crate) fn qstats(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    let last = call.out.len().saturating_sub(8);
    for at in (8..last).step_by(8) {
        let value = firmware_model::pattern::dword(hw.config.dump_seed, at as u32);
        le::put64(&mut call.out, at, value.into());
    }
    Ok(())
}

/// VNIC_QCAPS: nothing beyond the ordinary.
pub(crate) fn vnic_qcaps(_: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    le::put16(&mut call.out, 8, 9600);
    Ok(())
}

/// A query whose answer is zeroes: there is none of what it asks for.
pub(crate) fn none(_: &mut NetXtreme, _: &mut Call<'_>) -> Result<(), Refusal> {
    Ok(())
}

/// QUEUE_QPORTCFG: eight queues, all lossy.
pub(crate) fn qportcfg(_: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    const QUEUES: u8 = 8;
    le::put8(&mut call.out, 8, QUEUES);
    for id in 0..QUEUES {
        le::put8(&mut call.out, 15 + 2 * usize::from(id), id);
    }
    Ok(())
}

/// QUEUE_DSCP_QCAPS.
pub(crate) fn dscp_qcaps(_: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    le::put8(&mut call.out, 8, 6);
    le::put16(&mut call.out, 10, 64);
    Ok(())
}
