// SPDX-License-Identifier: GPL-2.0

//! The 64-byte command entry, `struct mlx5_cmd_layout` of `include/linux/mlx5/device.h`.

use crate::be;
use crate::status::Delivery;

/// Bytes of an entry.
pub(crate) const LEN: usize = 64;
/// Bytes of input and of output inside of the entry.
pub(crate) const INLINE: usize = 16;

const TYPE: usize = 0;
const IN_LEN: usize = 4;
const IN_PTR: usize = 8;
const IN: usize = 16;
const OUT: usize = 32;
const OUT_PTR: usize = 48;
const OUT_LEN: usize = 56;
const TOKEN: usize = 60;
const SIGNATURE: usize = 61;
const STATUS_OWN: usize = 63;

const TYPE_PCI: u8 = 7;
const OWNER_HW: u8 = 1;

/// A command entry as it was fetched.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    bytes: [u8; LEN],
}

impl Entry {
    pub(crate) fn new(bytes: [u8; LEN]) -> Self {
        Self { bytes }
    }

    /// Software gave the entry to hardware.
    pub(crate) fn owned_by_hw(&self) -> bool {
        be::get8(&self.bytes, STATUS_OWN) & OWNER_HW != 0
    }

    /// The entry is well formed and signed.
    pub(crate) fn check(&self) -> Result<(), Delivery> {
        if be::get8(&self.bytes, TYPE) != TYPE_PCI {
            return Err(Delivery::Descriptor);
        }
        if be::xor8(&self.bytes) != 0xff {
            return Err(Delivery::Signature);
        }
        Ok(())
    }

    pub(crate) fn in_len(&self) -> u32 {
        be::get32(&self.bytes, IN_LEN)
    }

    pub(crate) fn out_len(&self) -> u32 {
        be::get32(&self.bytes, OUT_LEN)
    }

    pub(crate) fn in_ptr(&self) -> u64 {
        be::get64(&self.bytes, IN_PTR)
    }

    pub(crate) fn out_ptr(&self) -> u64 {
        be::get64(&self.bytes, OUT_PTR)
    }

    pub(crate) fn token(&self) -> u8 {
        be::get8(&self.bytes, TOKEN)
    }

    /// The first bytes of the input.
    pub(crate) fn input(&self) -> &[u8] {
        self.bytes.get(IN..IN + INLINE).unwrap_or(&[])
    }

    /// The completed entry from byte [`Entry::REPLY`] on: first bytes of the output, delivery status,
    /// signature. Its last byte gives the entry back to software.
    pub(crate) fn reply(&self, out: &[u8], delivery: u8) -> [u8; LEN - Self::REPLY] {
        let mut done = self.bytes;
        be::put(&mut done, OUT, &[0; INLINE]);
        let inline = out.get(..INLINE).unwrap_or(out);
        be::put(&mut done, OUT, inline);
        be::put(&mut done, STATUS_OWN, &[delivery << 1]);
        be::put(&mut done, SIGNATURE, &[0]);
        let signature = !be::xor8(&done);
        be::put(&mut done, SIGNATURE, &[signature]);
        let mut reply = [0; LEN - Self::REPLY];
        be::put(&mut reply, 0, done.get(Self::REPLY..).unwrap_or(&[]));
        reply
    }

    /// Where hardware writes into an entry.
    pub(crate) const REPLY: usize = OUT;
}
