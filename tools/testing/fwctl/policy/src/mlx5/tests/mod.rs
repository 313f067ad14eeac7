// SPDX-License-Identifier: GPL-2.0

//! The policy against what did not come out of it: the kernel's own driver, the layouts of its
//! headers, and lists written by hand.

mod attacks;
mod document;
mod fields;
mod ifc;
mod mkeys;
mod names;
mod upstream;
mod walk;

use crate::{
    mailbox::Inbox,
    policy::{self, Caller, Verdict},
    Scope,
};
use std::fmt;

const ACCESS_REG: u16 = 0x805;
const ACCESS_REGISTER_USER: u16 = 0xb0c;
const CREATE_MKEY: u16 = 0x200;
const SET_DIAGNOSTIC_PARAMS: u16 = 0x820;

const CORE_DUMP: u16 = 0x402e;
const RES_DUMP: u16 = 0xc000;

/// Byte of an access at which the register begins.
const DATA: usize = 0x10;

const OP_WRITE: u16 = 0;
const OP_READ: u16 = 1;
/// Of no meaning to anybody.
const OP_ODD: u16 = 0xffff;
const OP_MODS: [u16; 3] = [OP_WRITE, OP_READ, OP_ODD];

const SCOPES: [Scope; 4] = [
    Scope::Configuration,
    Scope::DebugReadOnly,
    Scope::DebugWrite,
    Scope::DebugWriteFull,
];

/// Whoever may do most.
const ANYTHING: Caller = Caller {
    scope: Scope::DebugWriteFull,
    tools: true,
    strict: false,
};

/// A caller of each kind.
fn callers() -> impl Iterator<Item = Caller> {
    let flags = [(false, false), (false, true), (true, false), (true, true)];
    SCOPES.into_iter().flat_map(move |scope| {
        flags.into_iter().map(move |(tools, strict)| Caller {
            scope,
            tools,
            strict,
        })
    })
}

fn say(caller: Caller) -> String {
    let Caller {
        scope,
        tools,
        strict,
    } = caller;
    format!("{} tools {tools} strict {strict}", scope.name())
}

/// What the driver makes of a mailbox; `None` where it refuses it, also for being too short.
fn judge(mailbox: &[u8], caller: Caller) -> Option<Verdict> {
    policy::judge(Inbox::new(mailbox)?, caller)
}

/// A request to be written piece by piece.
#[derive(Clone)]
struct Mail(Vec<u8>);

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.0.chunks(4).enumerate();
        let words = words.filter(|(_, word)| word.iter().any(|&byte| byte != 0));
        let words = words.map(|(at, word)| format!("@{:#x} {word:02x?}", at * 4));
        f.debug_list().entries(words).finish()
    }
}

impl Mail {
    /// Zeroes but for the header.
    fn new(opcode: u16, op_mod: u16, len: usize) -> Self {
        Self(vec![0; len])
            .with(0, &opcode.to_be_bytes())
            .with(6, &op_mod.to_be_bytes())
    }

    /// An access to a register of `len` bytes.
    fn register(id: u16, op_mod: u16, len: usize) -> Self {
        Self::new(ACCESS_REG, op_mod, DATA + len).with(10, &id.to_be_bytes())
    }

    /// A key of 0x3000 bytes, for reading and writing, that begins 0x1000 bytes into umem 0x77.
    fn window() -> Self {
        Self::new(CREATE_MKEY, 0, 0x110)
            // mkey_umem_valid
            .with(0xc, &[0x40, 0, 0, 0])
            // lw, lr, access mode 1
            .with(0x10, &[0, 0, 0x0d, 0])
            // any queue pair; variant
            .with(0x14, &[0xff, 0xff, 0xff, 0x5a])
            // PD 0x1234
            .with(0x1c, &[0, 0, 0x12, 0x34])
            // start_addr, len
            .with(0x20, &0x7f00_0000_1000_u64.to_be_bytes())
            .with(0x28, &0x3000_u64.to_be_bytes())
            // umem and offset
            .with(0x64, &0x77_u32.to_be_bytes())
            .with(0x68, &0x1000_u64.to_be_bytes())
    }

    /// With `bytes` from byte `at` on.
    fn with(mut self, at: usize, bytes: &[u8]) -> Self {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    /// As [`Mail::with`], in a register.
    fn data(self, at: usize, bytes: &[u8]) -> Self {
        self.with(DATA + at, bytes)
    }

    /// With `bits` of a byte set as well.
    fn or(mut self, at: usize, bits: u8) -> Self {
        self.0[at] |= bits;
        self
    }

    /// With the bits of a field inverted.
    fn inverted(mut self, at_bit: usize, bits: usize) -> Self {
        for bit in at_bit..at_bit + bits {
            self.0[bit / 8] ^= 0x80 >> (bit % 8);
        }
        self
    }

    /// What the caller who may do most is told.
    fn judge(&self) -> Option<Verdict> {
        judge(&self.0, ANYTHING)
    }

    /// Those of the scopes in which it passes, as a rule from which on it does.
    fn least(&self) -> Option<Scope> {
        let passes = |scope| judge(&self.0, Caller { scope, ..ANYTHING }).is_some();
        let least = SCOPES.into_iter().find(|&scope| passes(scope));
        for scope in SCOPES {
            assert_eq!(passes(scope), least.is_some_and(|least| scope >= least));
        }
        least
    }
}

/// Fails with the first of what is wrong.
fn nothing_in(wrong: &[String], what: &str) {
    let first: Vec<&str> = wrong.iter().take(20).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} {what}:\n{}",
        wrong.len(),
        first.join("\n")
    );
}
