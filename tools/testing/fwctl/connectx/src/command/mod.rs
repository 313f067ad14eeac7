// SPDX-License-Identifier: GPL-2.0

//! The command interface: entries in a queue, mailboxes behind them.

mod entry;
mod mailbox;
mod queue;

use pci_model::Bus;

use crate::be;

pub(crate) use queue::{release_lost, ring, tick, Queue};

/// Commands that the queue holds, log 2.
pub(crate) const LOG_SLOTS: u32 = 5;
/// Bytes between entries, log 2.
pub(crate) const LOG_STRIDE: u32 = 6;

/// First 8 bytes of every input, `mbox_in`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Header {
    pub(crate) opcode: u16,
    pub(crate) uid: u16,
    pub(crate) tunnel: u16,
    pub(crate) op_mod: u16,
}

impl Header {
    /// Bytes of the header.
    pub(crate) const LEN: usize = 8;

    pub(crate) fn parse(input: &[u8]) -> Self {
        Self {
            opcode: be::get16(input, 0),
            uid: be::get16(input, 2),
            tunnel: be::get16(input, 4),
            op_mod: be::get16(input, 6),
        }
    }
}

/// A command that a handler carries out.
pub(crate) struct Call<'a> {
    pub(crate) header: Header,
    /// The whole input, at least as long as the dispatch table asks for.
    pub(crate) input: &'a [u8],
    /// The whole output, zeros, at least as long as the dispatch table asks for.
    pub(crate) out: &'a mut [u8],
    pub(crate) bus: &'a mut dyn Bus,
}
