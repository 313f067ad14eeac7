// SPDX-License-Identifier: GPL-2.0

//! User memory that was destroyed: where a device writes that goes on although it said that it would not.
//!
//! A reset makes it forget, and so does the end of bus mastering: after those a device has nothing left to write with.

use std::collections::VecDeque;

use crate::umem::Umem;

const KEPT: usize = 256;

/// The last mappings, one for each id.
#[derive(Debug, Default)]
pub(crate) struct Stale {
    known: VecDeque<(u32, Umem)>,
}

impl Stale {
    /// A mapping has ended.
    pub(crate) fn keep(&mut self, id: u32, umem: Umem) {
        self.known.retain(|(known, _)| *known != id);
        if self.known.len() == KEPT {
            self.known.pop_front();
        }
        self.known.push_back((id, umem));
    }

    /// The last mapping of this id that has ended.
    pub(crate) fn find(&self, id: u32) -> Option<&Umem> {
        let known = self.known.iter().find(|(known, _)| *known == id);
        known.map(|(_, umem)| umem)
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.known.clear();
    }
}
