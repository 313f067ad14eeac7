// SPDX-License-Identifier: GPL-2.0

//! Dumps that come in pieces, one for each access of a register.

use super::{Method, Mlx5};
use crate::error::{Error, Result};
use crate::scope::Scope;

/// What came.
#[derive(Debug)]
pub struct Fetched {
    /// The dump, up to the failure.
    pub bytes: Vec<u8>,
    /// RPCs that were sent.
    pub rpcs: u64,
    /// Why there is no more of it.
    pub failure: Option<Error>,
}

/// The register that the pieces come through.
pub(super) struct Source<'a> {
    pub(super) mlx5: &'a Mlx5<'a>,
    pub(super) scope: Scope,
    pub(super) id: u16,
    pub(super) name: &'static str,
}

impl Source<'_> {
    /// Fetches all pieces, at most `limit` bytes. `take` moves a piece from the reply to the dump, makes the register
    /// ask for the next and says whether there is one; `progress` is told how many bytes there are after each.
    pub(super) fn fetch(
        &self,
        mut register: Vec<u8>,
        limit: usize,
        take: impl Fn(&mut [u8], &[u8], &mut Vec<u8>) -> Result<bool>,
        progress: &mut dyn FnMut(usize),
    ) -> Fetched {
        let mut fetched = Fetched {
            bytes: Vec::new(),
            rpcs: 0,
            failure: None,
        };
        loop {
            fetched.rpcs += 1;
            let step = self
                .mlx5
                .access(self.scope, Method::Read, self.id, &register)
                .and_then(|reply| take(&mut register, &reply, &mut fetched.bytes));
            progress(fetched.bytes.len());
            fetched.failure = match step {
                Ok(true) if fetched.bytes.len() > limit => {
                    Some(self.wrong(format!("the dump is above the limit of {limit} bytes")))
                }
                Ok(true) => continue,
                Ok(false) => None,
                Err(error) => Some(error),
            };
            return fetched;
        }
    }

    /// A piece of `len` bytes where `room` fit, or of none although more are to come, is none.
    pub(super) fn check_len(&self, len: u32, room: u32, more: bool) -> Result<()> {
        if len > room || (len == 0 && more) {
            return Err(self.wrong(format!("a piece of {len} bytes where {room} fit")));
        }
        Ok(())
    }

    /// An answer that makes no sense.
    pub(super) fn wrong(&self, why: String) -> Error {
        Error::reply(self.mlx5.device().name(), self.name, why)
    }

    /// An answer that is cut off.
    pub(super) fn short(&self, reply: &[u8]) -> Error {
        self.wrong(format!("the register has only {} bytes", reply.len()))
    }
}
