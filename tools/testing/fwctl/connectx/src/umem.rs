// SPDX-License-Identifier: GPL-2.0

//! User memory: a list of bus pages that memory keys refer to.

use pci_model::Bus;

use crate::be;
use crate::command::Call;
use crate::objects::{Body, Kind};
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

const CONTEXT: usize = 32;
const LIST: usize = CONTEXT + 16;
const WRITE: u64 = 1 << 1;
const READ: u64 = 1;

/// One registration.
#[derive(Clone, Debug)]
pub(crate) struct Umem {
    pages: Vec<u64>,
    page_size: u64,
    first_offset: u64,
}

impl Umem {
    /// Bytes that can be addressed.
    pub(crate) fn len(&self) -> u64 {
        (self.pages.len() as u64 * self.page_size).saturating_sub(self.first_offset)
    }

    /// Bus addresses and lengths of the `len` bytes from `offset` on. `None` past the end or without the right to
    /// write.
    pub(crate) fn writable(&self, offset: u64, len: u64) -> Option<Vec<(u64, u64)>> {
        let mut at = self.first_offset.checked_add(offset)?;
        let end = at.checked_add(len)?;
        let mut spans = Vec::new();
        while at < end {
            let entry = *self.pages.get(usize::try_from(at / self.page_size).ok()?)?;
            if entry & WRITE == 0 {
                return None;
            }
            let within = at % self.page_size;
            let len = (self.page_size - within).min(end - at);
            spans.push(((entry & !0xfff) + within, len));
            at += len;
        }
        Some(spans)
    }

    fn parse(input: &[u8]) -> Result<Self, Refusal> {
        let bad = Status::BadParam.because(Reason::UmemLayout);
        let log_page = u32::from(be::get8(input, CONTEXT + 3)) & 0x1f;
        let page_size = 4096_u64.checked_shl(log_page).ok_or(bad)?;
        let first_offset = u64::from(be::get32(input, CONTEXT + 4));
        let count = usize::try_from(be::get64(input, CONTEXT + 8)).map_err(|_| bad)?;
        let bytes = count.checked_mul(8).ok_or(bad)?;
        let end = LIST.checked_add(bytes).ok_or(bad)?;
        let list = input
            .get(LIST..end)
            .ok_or(Status::BadInputLength.because(Reason::InputLength))?;
        if count == 0 || first_offset >= page_size {
            return Err(bad);
        }
        let pages: Vec<u64> = list
            .chunks_exact(8)
            .map(|page| be::get64(page, 0))
            .collect();
        let misplaced = |page: &u64| page & (page_size - 1) & !(READ | WRITE) != 0;
        if pages.iter().any(misplaced) {
            return Err(Status::BadParam.because(Reason::UmemAddress));
        }
        Ok(Self {
            pages,
            page_size,
            first_offset,
        })
    }
}

/// What [`scribble`] writes.
const SCRIBBLE: [u8; 8] = *b"scribble";

/// Writes to the beginning of each page of a umem, whatever its driver thinks of it: of one that the firmware has
/// still, or by the last mapping of one that it said it has destroyed.
pub(crate) fn scribble(
    hw: &ConnectX,
    bus: &mut dyn Bus,
    id: u32,
    destroyed: bool,
) -> Result<(), String> {
    let umem = match hw.objects.peek(Kind::Umem, id) {
        _ if destroyed => hw.stale.find(id),
        Some(Body::Umem(umem)) => Some(umem),
        _ => None,
    };
    let Some(Umem { pages, .. }) = umem else {
        let which = if destroyed { "destroyed " } else { "" };
        return Err(format!("fault scribble: there is no {which}umem {id}"));
    };
    let refused = pages
        .iter()
        .filter(|page| bus.dma_write(*page & !0xfff, &SCRIBBLE).is_err())
        .count();
    if refused != 0 {
        let all = pages.len();
        return Err(format!(
            "fault scribble: {refused} of {all} pages of umem {id} are not mapped"
        ));
    }
    Ok(())
}

/// CREATE_UMEM: only for a user context.
pub(crate) fn create(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    if call.header.uid == 0 {
        return Err(Status::BadParam.because(Reason::KernelUid));
    }
    let umem = Umem::parse(call.input)?;
    let id = hw.objects.add(call.header.uid, Body::Umem(umem))?;
    be::put32(call.out, 8, id);
    Ok(())
}

/// DESTROY_UMEM: refused while a memory key refers to it.
pub(crate) fn destroy(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let id = be::get24(call.input, 9);
    if let Body::Umem(umem) = hw.objects.remove(Kind::Umem, id, call.header.uid)? {
        hw.stale.keep(id, umem);
    }
    Ok(())
}
