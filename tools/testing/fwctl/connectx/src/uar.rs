// SPDX-License-Identifier: GPL-2.0

//! Doorbell pages: UAR n is page n of BAR 0.

use crate::be;
use crate::command::Call;
use crate::objects::{Body, Kind};
use crate::status::Refusal;
use crate::ConnectX;

/// Bytes of a doorbell page.
pub(crate) const PAGE: u64 = 4096;
/// First page that is not part of the initialization segment.
pub(crate) const FIRST: u64 = 16;
/// Last page before the MSI-X tables.
pub(crate) const LAST: u64 = crate::MSIX_TABLE as u64 / PAGE - 1;

const EQ_DOORBELL_ARM: u64 = 0x40;
const EQ_DOORBELL: u64 = 0x48;

/// ALLOC_UAR.
pub(crate) fn alloc(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let id = hw.objects.add(call.header.uid, Body::Uar)?;
    be::put32(call.out, 8, id);
    Ok(())
}

/// DEALLOC_UAR.
pub(crate) fn dealloc(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let id = be::get24(call.input, 9);
    hw.objects.remove(Kind::Uar, id, call.header.uid)?;
    Ok(())
}

/// A write to a doorbell page: `eqn << 24 | consumer counter`.
pub(crate) fn write(hw: &mut ConnectX, offset: u64, data: &[u8]) {
    let page = offset / PAGE;
    let allocated = u32::try_from(page)
        .ok()
        .and_then(|page| hw.objects.get_mut(Kind::Uar, page))
        .is_some();
    if !allocated || !matches!(offset % PAGE, EQ_DOORBELL_ARM | EQ_DOORBELL) {
        return;
    }
    let value = be::get32(data, 0);
    if let Some(Body::Eq(eq)) = hw.objects.get_mut(Kind::Eq, value >> 24) {
        eq.consumed(value & 0x00ff_ffff);
    }
}
