// SPDX-License-Identifier: GPL-2.0

//! Guest pages that firmware asks for at boot, at INIT_HCA and by event, and gives back.

use pci_model::Bus;

use crate::be;
use crate::command::Call;
use crate::eq;
use crate::hca::{self, Phase};
use crate::objects::Kind;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

/// Pages to run the command interface.
const BOOT: usize = 32;
/// Further pages to run everything else.
const INIT: usize = 256;
const PAGE: u64 = 4096;

const QUERY_BOOT: u16 = 1;
const QUERY_INIT: u16 = 2;
const QUERY_REGULAR: u16 = 3;
const CANNOT_GIVE: u16 = 0;
const GIVE: u16 = 1;
const TAKE: u16 = 2;

/// QUERY_PAGES: what is missing of the number that op_mod stands for.
pub(crate) fn query(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    hca::own_function(call)?;
    let wanted = match call.header.op_mod {
        QUERY_BOOT => BOOT,
        QUERY_INIT => BOOT + INIT,
        QUERY_REGULAR => needed(hw),
        _ => return Err(Status::BadOp.because(Reason::UnknownOpMod)),
    };
    let missing = wanted.saturating_sub(hw.objects.count(Kind::Page));
    be::put32(call.out, 12, missing as u32);
    Ok(())
}

/// MANAGE_PAGES: pages come, go, or could not be had.
pub(crate) fn manage(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    hca::own_function(call)?;
    match call.header.op_mod {
        CANNOT_GIVE => {
            hw.counters.pages_denied += 1;
            Ok(())
        }
        GIVE => give(hw, call),
        TAKE => take(hw, call),
        _ => Err(Status::BadOp.because(Reason::UnknownOpMod)),
    }
}

fn give(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let count = be::get32(call.input, 12) as usize;
    let list = call.input.get(16..).unwrap_or(&[]);
    if list.len() / 8 < count {
        return Err(Status::BadInputLength.because(Reason::InputLength));
    }
    let pages: Vec<u64> = list
        .chunks_exact(8)
        .take(count)
        .map(|page| be::get64(page, 0))
        .collect();
    if pages.iter().any(|page| *page == 0 || page % PAGE != 0) {
        return Err(Status::BadParam.because(Reason::PageAddress));
    }
    for page in pages {
        if !hw.objects.add_page(page) {
            hw.findings
                .violation(format!("page {page:#x} was given twice"));
        }
    }
    Ok(())
}

fn take(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let asked = be::get32(call.input, 12) as usize;
    let room = (call.out.len() - 16) / 8;
    if room < asked {
        return Err(Status::BadOutputLength.because(Reason::PageCount));
    }
    let spare = hw.objects.count(Kind::Page).saturating_sub(needed(hw));
    let pages = hw.objects.take_pages(asked.min(spare));
    be::put32(call.out, 8, pages.len() as u32);
    for (i, page) in pages.iter().enumerate() {
        be::put64(call.out, 16 + 8 * i, *page);
    }
    Ok(())
}

/// Pages that firmware cannot do without now.
fn needed(hw: &ConnectX) -> usize {
    if hw.hca.phase == Phase::Ready {
        BOOT + INIT
    } else {
        0
    }
}

/// Asks for `count` pages by event, or offers them back if it is negative.
pub(crate) fn request(hw: &mut ConnectX, bus: &mut dyn Bus, count: i32) {
    let mut data = [0; 8];
    be::put32(&mut data, 4, count as u32);
    eq::post(hw, bus, eq::EVENT_PAGE_REQUEST, &data, true);
}
