// SPDX-License-Identifier: GPL-2.0

//! Access registers: one const table, one file per family.

mod dtor;
mod host_endianness;
mod mcam;
mod mcq;
mod mgir;
mod mpegc;
mod mqis;

use pci_model::Bus;

use crate::be;
use crate::command::Call;
use crate::status::{Reason, Refusal, Status};
use crate::{Config, ConnectX};

/// Bytes before the register in input and output.
const HEADER: usize = 16;
const OP_WRITE: u16 = 0;
const OP_READ: u16 = 1;

/// An access that a handler carries out.
pub(crate) struct Access<'a> {
    /// The register as the caller sent it, exactly as long as that was and never shorter than the table's
    /// size.
    pub(crate) sent: &'a [u8],
    /// The answer, begun as a copy of what was sent: index fields come back. At least the table's size.
    pub(crate) data: &'a mut [u8],
    /// Sender's user context.
    #[allow(dead_code)]
    pub(crate) uid: u16,
    #[allow(dead_code)]
    pub(crate) bus: &'a mut dyn Bus,
}

type Handler = fn(&mut ConnectX, &mut Access<'_>) -> Result<(), Refusal>;

struct Register {
    id: u16,
    #[cfg_attr(not(test), allow(dead_code))]
    name: &'static str,
    /// Shortest register in bytes; longer ones are accepted.
    size: usize,
    read: Option<Handler>,
    write: Option<Handler>,
}

#[rustfmt::skip]
const TABLE: &[Register] = &[
    Register { id: 0x7004, name: "HOST_ENDIANNESS", size: 16, read: Some(host_endianness::read), write: Some(host_endianness::write) },
    Register { id: 0x9020, name: "MGIR", size: 160, read: Some(mgir::read), write: Some(mgir::write) },
    Register { id: 0x9056, name: "MPEGC", size: 12, read: Some(mpegc::read), write: Some(mpegc::write) },
    Register { id: 0x9060, name: "MCQS", size: 16, read: Some(mcq::status), write: None },
    Register { id: 0x9061, name: "MCQI", size: 24, read: Some(mcq::information), write: None },
    Register { id: 0x9064, name: "MQIS", size: 24, read: Some(mqis::read), write: None },
    Register { id: 0x907f, name: "MCAM", size: 72, read: Some(mcam::read), write: None },
    Register { id: 0xc00e, name: "DTOR", size: 64, read: Some(dtor::read), write: None },
];

/// Registers that can be changed.
#[derive(Debug)]
pub(crate) struct Registers {
    host_endianness: host_endianness::State,
    mgir: mgir::State,
    mpegc: mpegc::State,
}

impl Registers {
    /// Values after power-up.
    pub(crate) fn new(_config: &Config) -> Self {
        Self {
            host_endianness: host_endianness::State::default(),
            mgir: mgir::State::default(),
            mpegc: mpegc::State::default(),
        }
    }
}

/// ACCESS_REG.
pub(crate) fn access(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let id = be::get16(call.input, 10);
    let register = TABLE
        .binary_search_by_key(&id, |register| register.id)
        .ok()
        .and_then(|at| TABLE.get(at))
        .ok_or(Status::BadParam.because(Reason::UnknownRegister))?;
    let handler = match call.header.op_mod {
        OP_READ => register.read,
        OP_WRITE => register.write,
        _ => return Err(Status::BadOp.because(Reason::UnknownOpMod)),
    };
    let handler = handler.ok_or(Status::BadParam.because(Reason::RegisterAccess))?;
    let sent = call.input.get(HEADER..).unwrap_or(&[]);
    if sent.len() < register.size {
        return Err(Status::BadInputLength.because(Reason::RegisterLength));
    }
    let data = call.out.get_mut(HEADER..).unwrap_or(&mut []);
    if data.len() < register.size {
        return Err(Status::BadOutputLength.because(Reason::RegisterLength));
    }
    for (to, from) in data.iter_mut().zip(sent) {
        *to = *from;
    }
    let mut access = Access {
        sent,
        data,
        uid: call.header.uid,
        bus: &mut *call.bus,
    };
    handler(hw, &mut access)
}

/// ACCESS_REGISTER_USER: reads only.
pub(crate) fn access_user(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    if call.header.op_mod != OP_READ {
        return Err(Status::BadParam.because(Reason::RegisterAccess));
    }
    access(hw, call)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sorted_and_each_register_does_something() {
        for pair in TABLE.windows(2) {
            assert!(pair[0].id < pair[1].id, "{}", pair[1].name);
        }
        for register in TABLE {
            assert!(register.size > 0 && register.size % 4 == 0);
            assert!(register.read.is_some() || register.write.is_some());
        }
    }
}
