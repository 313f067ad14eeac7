// SPDX-License-Identifier: GPL-2.0

//! Access registers: one const table, one file per family.

mod core_dump;
mod dtor;
mod echo;
mod fpga;
mod host_endianness;
mod icm;
mod mcam;
mod mcq;
mod mfrl;
mod mgir;
mod module;
mod mpegc;
mod mqis;
mod nv;
mod pcie;
mod port;
mod resource_dump;
mod stream;
mod temperature;
mod tracer;
mod update;

pub use nv::{Keep, Settings};

use pci_model::Bus;

use crate::be;
use crate::command::Call;
use crate::status::{Reason, Refusal, Status};
use crate::ConnectX;

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
    pub(crate) uid: u16,
    pub(crate) bus: &'a mut dyn Bus,
}

type Handler = fn(&mut ConnectX, &mut Access<'_>) -> Result<(), Refusal>;

struct Register {
    id: u16,
    name: &'static str,
    /// Shortest register in bytes; longer ones are accepted.
    size: usize,
    read: Option<Handler>,
    write: Option<Handler>,
}

#[rustfmt::skip]
const TABLE: &[Register] = &[
    row(0x4023, "FPGA_CTRL", 16, Some(fpga::control), Some(fpga::operate)),
    row(0x4024, "FPGA_ACCESS", 16, Some(fpga::read), Some(fpga::write)),
    row(0x402e, "CORE_DUMP", 64, Some(core_dump::read), Some(core_dump::trigger)),
    row(0x5002, "PMLP", 20, Some(port::lanes), None),
    row(0x5004, "PTYS", 64, Some(port::speeds), None),
    row(0x5006, "PAOS", 16, Some(port::state), Some(port::set_state)),
    row(0x5008, "PPCNT", 256, Some(port::zeros), None),
    row(0x5012, "PMAOS", 16, Some(module::state), None),
    row(0x5023, "PPLM", 32, Some(port::zeros), None),
    row(0x5027, "SLTP", 20, Some(port::transmitter), None),
    row(0x5031, "PDDR", 128, Some(port::diagnostics), None),
    row(0x5040, "PPAOS", 16, Some(port::test_mode), None),
    row(0x507f, "PCAM", 80, Some(port::capabilities), None),
    row(0x7004, "HOST_ENDIANNESS", 16, Some(host_endianness::read), Some(host_endianness::write)),
    row(0x9009, "MTCAP", 16, Some(temperature::sensors), None),
    row(0x900a, "MTMP", 32, Some(temperature::read), None),
    row(0x9020, "MGIR", 160, Some(mgir::read), Some(mgir::write)),
    row(0x9024, "MNVDA", 12, Some(nv::read), Some(nv::write)),
    row(0x9028, "MFRL", 8, Some(mfrl::read), Some(mfrl::write)),
    row(0x9030, "MNVQC", 8, Some(nv::query), None),
    row(0x9033, "MNVIA", 8, None, Some(nv::invalidate)),
    row(0x9034, "MNVGC", 16, Some(nv::capabilities), None),
    row(0x9040, "MTRC_CAP", 128, Some(tracer::capabilities), Some(tracer::own)),
    row(0x9041, "MTRC_CONF", 128, Some(tracer::configuration), Some(tracer::configure)),
    row(0x9043, "MTRC_CTRL", 64, Some(tracer::control), Some(tracer::set_control)),
    row(0x9050, "MPEIN", 48, Some(pcie::link), None),
    row(0x9051, "MPCNT", 256, Some(pcie::counters), None),
    row(0x9056, "MPEGC", 12, Some(mpegc::read), Some(mpegc::write)),
    row(0x9059, "MPIR", 16, Some(pcie::position), None),
    row(0x905c, "MCDD", 32, Some(update::read_page), Some(update::move_page)),
    row(0x9060, "MCQS", 16, Some(mcq::status), None),
    row(0x9061, "MCQI", 24, Some(mcq::information), None),
    row(0x9062, "MCC", 32, Some(update::control), Some(update::instruct)),
    row(0x9063, "MCDA", 16, Some(update::read), Some(update::write)),
    row(0x9064, "MQIS", 24, Some(mqis::read), None),
    row(0x907f, "MCAM", 72, Some(mcam::read), None),
    row(0xc000, "RES_DUMP", 256, Some(resource_dump::read), None),
    row(0xc00e, "DTOR", 64, Some(dtor::read), None),
    row(0xc010, "VHCA_ICM_CTRL", 64, Some(icm::read), Some(icm::write)),
    row(0xfe00, "ECHO", echo::SIZE, Some(echo::read), Some(echo::write)),
];

const fn row(
    id: u16,
    name: &'static str,
    size: usize,
    read: Option<Handler>,
    write: Option<Handler>,
) -> Register {
    Register {
        id,
        name,
        size,
        read,
        write,
    }
}

/// The register's name in the PRM.
pub(crate) fn name(id: u16) -> Option<&'static str> {
    find(id).map(|register| register.name)
}

fn find(id: u16) -> Option<&'static Register> {
    let at = TABLE
        .binary_search_by_key(&id, |register| register.id)
        .ok()?;
    TABLE.get(at)
}

/// Registers that can be changed.
#[derive(Debug, Default)]
pub(crate) struct Registers {
    echo: echo::State,
    fpga: fpga::State,
    host_endianness: host_endianness::State,
    icm: icm::State,
    pub(crate) mfrl: mfrl::State,
    mgir: mgir::State,
    mpegc: mpegc::State,
    pub(crate) nv: nv::State,
    port: port::State,
    tracer: tracer::State,
    update: update::State,
}

impl Registers {
    /// The firmware starts anew.
    pub(crate) fn boot(&mut self) {
        let mut nv = std::mem::take(&mut self.nv);
        nv.boot();
        *self = Self {
            nv,
            ..Self::default()
        };
    }
}

/// ACCESS_REG.
pub(crate) fn access(hw: &mut ConnectX, call: &mut Call<'_>) -> Result<(), Refusal> {
    let id = be::get16(call.input, 10);
    let register = find(id).ok_or(Status::BadParam.because(Reason::UnknownRegister))?;
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
