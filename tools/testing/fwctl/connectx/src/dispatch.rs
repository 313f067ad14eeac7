// SPDX-License-Identifier: GPL-2.0

//! Which commands exist, how long they are, who may send them and when.

use pci_model::Bus;

use crate::command::{Call, Header};
use crate::hca::{self, Phase};
use crate::status::{Reason, Refusal, Status};
use crate::{be, diagnostics, eq, mkey, pages, pd, registers, uar, uctx, umem, vport, ConnectX};

/// Who may send a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// Only UID 0.
    Kernel,
    /// UID 0, or the UID of resources that all contexts share.
    KernelOrShared,
    /// UID 0, or a context with TOOLS_RESOURCES.
    Tools,
    /// UID 0 or any context.
    Anyone,
}

const SHARED_UID: u16 = 0xffff;

type Handler = fn(&mut ConnectX, &mut Call<'_>) -> Result<(), Refusal>;

struct Row {
    opcode: u16,
    name: &'static str,
    /// Shortest input and output in bytes, from `mlx5_ifc.h`.
    min: (usize, usize),
    who: Who,
    /// First and last phase of the HCA.
    when: (Phase, Phase),
    run: Handler,
}

const ENABLE_HCA: u16 = 0x104;
pub(crate) const ACCESS_REG: u16 = 0x805;
pub(crate) const ACCESS_REGISTER_USER: u16 = 0xb0c;

const ALWAYS: (Phase, Phase) = (Phase::Disabled, Phase::Ready);
const ENABLED: (Phase, Phase) = (Phase::Enabled, Phase::Ready);
const SET_UP: (Phase, Phase) = (Phase::Enabled, Phase::Enabled);
const READY: (Phase, Phase) = (Phase::Ready, Phase::Ready);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    row(0x100, "QUERY_HCA_CAP", (16, 4112), Who::Anyone, ENABLED, hca::query_cap),
    row(0x101, "QUERY_ADAPTER", (16, 272), Who::Anyone, ENABLED, hca::query_adapter),
    row(0x102, "INIT_HCA", (16, 16), Who::Kernel, SET_UP, hca::init),
    row(0x103, "TEARDOWN_HCA", (16, 16), Who::Kernel, READY, hca::teardown),
    row(ENABLE_HCA, "ENABLE_HCA", (16, 12), Who::Kernel, ALWAYS, hca::enable),
    row(0x105, "DISABLE_HCA", (16, 12), Who::Kernel, SET_UP, hca::disable),
    row(0x107, "QUERY_PAGES", (16, 16), Who::Tools, ENABLED, pages::query),
    row(0x108, "MANAGE_PAGES", (16, 16), Who::Kernel, ENABLED, pages::manage),
    row(0x109, "SET_HCA_CAP", (16, 16), Who::Tools, ENABLED, hca::set_cap),
    row(0x10a, "QUERY_ISSI", (16, 112), Who::Anyone, ENABLED, hca::query_issi),
    row(0x10b, "SET_ISSI", (16, 16), Who::Kernel, SET_UP, hca::set_issi),
    row(0x10c, "QUERY_DRIVER_VERSION", (16, 80), Who::Tools, READY, hca::query_driver_version),
    row(0x10d, "SET_DRIVER_VERSION", (80, 16), Who::Kernel, READY, hca::set_driver_version),
    row(0x200, "CREATE_MKEY", (272, 16), Who::Anyone, READY, mkey::create),
    row(0x201, "QUERY_MKEY", (16, 304), Who::Anyone, READY, mkey::query),
    row(0x202, "DESTROY_MKEY", (16, 16), Who::Anyone, READY, mkey::destroy),
    row(0x203, "QUERY_SPECIAL_CONTEXTS", (16, 32), Who::Anyone, READY, hca::query_special_contexts),
    row(0x301, "CREATE_EQ", (272, 16), Who::KernelOrShared, READY, eq::create),
    row(0x302, "DESTROY_EQ", (16, 16), Who::Kernel, READY, eq::destroy),
    row(0x303, "QUERY_EQ", (16, 272), Who::Tools, READY, eq::query),
    row(0x750, "QUERY_VPORT_STATE", (16, 16), Who::Anyone, READY, vport::state),
    row(0x754, "QUERY_NIC_VPORT_CONTEXT", (16, 272), Who::Anyone, READY, vport::context),
    row(0x800, "ALLOC_PD", (16, 16), Who::Anyone, READY, pd::alloc),
    row(0x801, "DEALLOC_PD", (16, 16), Who::Anyone, READY, pd::dealloc),
    row(0x802, "ALLOC_UAR", (16, 16), Who::Anyone, READY, uar::alloc),
    row(0x803, "DEALLOC_UAR", (16, 16), Who::Anyone, READY, uar::dealloc),
    row(ACCESS_REG, "ACCESS_REG", (16, 16), Who::Tools, ENABLED, registers::access),
    row(0x80d, "NOP", (16, 16), Who::Anyone, ENABLED, hca::nop),
    row(0x819, "QUERY_DIAGNOSTIC_PARAMS", (16, 32), Who::Tools, READY, diagnostics::params),
    row(0x820, "SET_DIAGNOSTIC_PARAMS", (32, 16), Who::Tools, READY, diagnostics::set),
    row(0x821, "QUERY_DIAGNOSTIC_COUNTERS", (16, 16), Who::Tools, READY, diagnostics::counters),
    row(0xa04, "CREATE_UCTX", (64, 16), Who::Kernel, READY, uctx::create),
    row(0xa06, "DESTROY_UCTX", (16, 16), Who::Kernel, READY, uctx::destroy),
    row(0xa08, "CREATE_UMEM", (48, 16), Who::Anyone, READY, umem::create),
    row(0xa0a, "DESTROY_UMEM", (16, 16), Who::Anyone, READY, umem::destroy),
    row(ACCESS_REGISTER_USER, "ACCESS_REGISTER_USER", (16, 16), Who::Anyone, READY, registers::access_user),
    row(0xb22, "QUERY_VUID", (16, 64), Who::Anyone, READY, hca::query_vuid),
];

const fn row(
    opcode: u16,
    name: &'static str,
    min: (usize, usize),
    who: Who,
    when: (Phase, Phase),
    run: Handler,
) -> Row {
    Row {
        opcode,
        name,
        min,
        who,
        when,
        run,
    }
}

/// The command's name in `mlx5_ifc.h`, without its prefix.
pub(crate) fn name(opcode: u16) -> Option<&'static str> {
    find(opcode).map(|row| row.name)
}

/// The register that a register access names.
pub(crate) fn register_of(input: &[u8]) -> Option<u16> {
    let opcode = be::get16(input, 0);
    (matches!(opcode, ACCESS_REG | ACCESS_REGISTER_USER) && input.len() >= 12)
        .then(|| be::get16(input, 10))
}

/// Checks a command against its row and carries it out.
pub(crate) fn run(
    hw: &mut ConnectX,
    bus: &mut dyn Bus,
    header: Header,
    input: &[u8],
    out: &mut [u8],
) -> Result<(), Refusal> {
    let row = find(header.opcode).ok_or(Status::BadOp.because(Reason::UnknownOpcode))?;
    if input.len() < row.min.0 {
        return Err(Status::BadInputLength.because(Reason::InputLength));
    }
    if out.len() < row.min.1 {
        return Err(Status::BadOutputLength.because(Reason::OutputLength));
    }
    // To tunnel a command to oneself changes nothing.
    if header.tunnel != 0 && header.tunnel != hw.config.vhca_id {
        return Err(Status::BadParam.because(Reason::Tunnel));
    }
    let phase = hw.hca.phase;
    if phase < row.when.0 || phase > row.when.1 {
        return Err(Status::BadSysState.because(Reason::State));
    }
    match (row.who, header.uid) {
        (_, 0) | (Who::KernelOrShared, SHARED_UID) => {}
        (Who::Kernel | Who::KernelOrShared, _) => {
            return Err(Status::BadParam.because(Reason::UidRights));
        }
        (Who::Tools, uid) => uctx::check(hw, uid, true)?,
        (Who::Anyone, uid) => uctx::check(hw, uid, false)?,
    }
    (row.run)(
        hw,
        &mut Call {
            header,
            input,
            out,
            bus,
        },
    )
}

fn find(opcode: u16) -> Option<&'static Row> {
    let at = TABLE.binary_search_by_key(&opcode, |row| row.opcode).ok()?;
    TABLE.get(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sorted_and_lengths_hold_a_header() {
        for pair in TABLE.windows(2) {
            assert!(pair[0].opcode < pair[1].opcode, "{}", pair[1].name);
        }
        for row in TABLE {
            assert!(row.min.0 >= 16 && row.min.1 >= 8, "{}", row.name);
            assert!(row.when.0 <= row.when.1, "{}", row.name);
        }
    }
}
