// SPDX-License-Identifier: GPL-2.0

//! The port: one of 25 Gb/s, with a module and no cable.

use firmware_model::pattern;

use crate::call::Call;
use crate::le;
use crate::status::{Code, Refusal};
use crate::NetXtreme;

/// 1, 10 and 25 Gb/s.
const SPEEDS: u16 = 0x8 | 0x40 | 0x100;
/// In units of 100 Mb/s.
const SPEED: u16 = 250;

/// `struct tx_port_stats`, `struct rx_port_stats`.
const TX_STATS: usize = 408;
const RX_STATS: usize = 528;
/// `struct tx_port_stats_ext`, `struct rx_port_stats_ext`, `struct pcie_ctx_hw_stats`, `struct generic_sw_hw_stats`.
const TX_STATS_EXT: usize = 256;
const RX_STATS_EXT: usize = 488;
const PCIE_STATS: usize = 96;
const GENERIC_STATS: usize = 256;

/// The only port, @`at`.
fn own_port(call: &Call<'_>, at: usize) -> Result<(), Refusal> {
    match le::get16(call.input, at) {
        0 => Ok(()),
        _ => Err(Code::InvalidParams.into()),
    }
}

/// Counters of `len` bytes; `kind` tells those of one command from those of another.
fn counters(hw: &NetXtreme, kind: u32, len: usize) -> Vec<u8> {
    pattern::bytes(hw.config.dump_seed ^ (kind << 24), 0..len)
}

/// PORT_PHY_QCAPS.
pub(crate) fn phy_qcaps(_: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    own_port(call, 16)?;
    le::put8(&mut call.out, 9, 1);
    le::put16(&mut call.out, 10, SPEEDS);
    le::put16(&mut call.out, 12, SPEEDS);
    Ok(())
}

/// PORT_PHY_QCFG: the link is down.
pub(crate) fn phy_qcfg(_: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    own_port(call, 16)?;
    let out = &mut call.out;
    le::put16(out, 10, SPEED);
    le::put8(out, 12, 1);
    le::put16(out, 14, SPEEDS);
    le::put16(out, 16, SPEED);
    le::put16(out, 22, SPEEDS);
    // 25GBASE-CR, direct attach, a module that can be changed.
    for (at, value) in [(35, 0xb), (36, 2), (37, 2), (54, 1)] {
        le::put8(out, at, value);
    }
    // An SFP.
    le::put32(out, 48, 3 << 24);
    le::put_text(out, 56, 16, "EMULATED");
    le::put_text(out, 72, 16, "NX25-0");
    Ok(())
}

/// PORT_PHY_CFG, PORT_CLR_STATS and what else changes nothing here.
pub(crate) fn accept(_: &mut NetXtreme, _: &mut Call<'_>) -> Result<(), Refusal> {
    Ok(())
}

/// PORT_QSTATS.
pub(crate) fn qstats(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    own_port(call, 16)?;
    call.store(le::get64(call.input, 24), counters(hw, 1, TX_STATS));
    call.store(le::get64(call.input, 32), counters(hw, 2, RX_STATS));
    le::put16(&mut call.out, 8, TX_STATS as u16);
    le::put16(&mut call.out, 10, RX_STATS as u16);
    Ok(())
}

/// PORT_QSTATS_EXT: no more than there is room for, @18 and @20.
pub(crate) fn qstats_ext(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    own_port(call, 16)?;
    let tx = usize::from(le::get16(call.input, 18)).min(TX_STATS_EXT);
    let rx = usize::from(le::get16(call.input, 20)).min(RX_STATS_EXT);
    call.store(le::get64(call.input, 24), counters(hw, 3, tx));
    call.store(le::get64(call.input, 32), counters(hw, 4, rx));
    le::put16(&mut call.out, 8, tx as u16);
    le::put16(&mut call.out, 10, rx as u16);
    Ok(())
}

fn bounded(hw: &NetXtreme, call: &mut Call<'_>, kind: u32, most: usize) {
    let len = usize::from(le::get16(call.input, 16)).min(most);
    call.store(le::get64(call.input, 24), counters(hw, kind, len));
    le::put16(&mut call.out, 8, len as u16);
}

/// PCIE_QSTATS.
pub(crate) fn pcie_qstats(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    bounded(hw, call, 5, PCIE_STATS);
    Ok(())
}

/// STAT_GENERIC_QSTATS.
pub(crate) fn generic_qstats(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    bounded(hw, call, 6, GENERIC_STATS);
    Ok(())
}

/// PORT_PHY_I2C_READ: an SFP's identity, of up to 64 bytes.
pub(crate) fn i2c_read(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    const ADDRESSES: [u8; 2] = [0x50, 0x51];
    own_port(call, 24)?;
    let len = usize::from(le::get8(call.input, 32));
    let offset = usize::from(le::get16(call.input, 30));
    let address = le::get8(call.input, 26);
    if len == 0 || len > 64 || offset + len > 256 || !ADDRESSES.contains(&address) {
        return Err(Code::InvalidParams.into());
    }
    let mut page = pattern::bytes(hw.config.dump_seed, 0..256);
    le::put8(&mut page, 0, 3);
    let bytes = page.get(offset..offset + len).unwrap_or_default();
    le::put(&mut call.out, 8, bytes);
    Ok(())
}

/// PORT_PHY_MDIO_READ: what was written.
pub(crate) fn mdio_read(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    own_port(call, 24)?;
    let value = hw.mdio.get(&mdio_register(call)).copied().unwrap_or(0);
    le::put16(&mut call.out, 8, value);
    Ok(())
}

/// PORT_PHY_MDIO_WRITE.
pub(crate) fn mdio_write(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    own_port(call, 24)?;
    let value = le::get16(call.input, 30);
    hw.mdio.insert(mdio_register(call), value);
    Ok(())
}

/// PHY, device and register.
fn mdio_register(call: &Call<'_>) -> (u8, u8, u16) {
    let input = call.input;
    (
        le::get8(input, 26),
        le::get8(input, 27),
        le::get16(input, 28),
    )
}

/// TEMP_MONITOR_QUERY, degrees Celsius, with thresholds.
pub(crate) fn temperature(_: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    const THRESHOLDS: u8 = 0x20;
    for (at, value) in [
        (8, 50),
        (9, 45),
        (11, THRESHOLDS),
        (15, 95),
        (16, 105),
        (17, 110),
        (18, 115),
    ] {
        le::put8(&mut call.out, at, value);
    }
    Ok(())
}
