// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! The commands. Names and opcodes are those of the Programmer's Reference Manual.

use super::{
    memory,
    mkey,
    registers,
    Caller,
    Effect,
    Kind,
    Look,
    Rule::{
        self,
        Checked,
        Discloses,
        From,
        Never, //
    }, //
};
use crate::mailbox::Inbox;
use fwctl::Scope;

/// One command: who may send it, and what it does to the descriptor's objects.
pub(crate) struct Command {
    opcode: u16,
    pub(super) rule: Rule,
    pub(super) effect: Effect,
    /// For people who read the table made of this one.
    #[cfg(not(MODULE))]
    pub(crate) name: &'static str,
    #[cfg(not(MODULE))]
    pub(crate) why: &'static str,
}

const fn effective(
    opcode: u16,
    _name: &'static str,
    rule: Rule,
    effect: Effect,
    _why: &'static str,
) -> Command {
    Command {
        opcode,
        rule,
        effect,
        #[cfg(not(MODULE))]
        name: _name,
        #[cfg(not(MODULE))]
        why: _why,
    }
}

const fn command(opcode: u16, name: &'static str, rule: Rule, why: &'static str) -> Command {
    effective(opcode, name, rule, Effect::None, why)
}

const fn creates(
    opcode: u16,
    name: &'static str,
    rule: Rule,
    kind: Kind,
    why: &'static str,
) -> Command {
    effective(opcode, name, rule, Effect::Creates(kind), why)
}

/// An end of an object needs what its making needed.
const fn destroys(opcode: u16, name: &'static str, kind: Kind) -> Command {
    effective(
        opcode,
        name,
        READ,
        Effect::Destroys(kind),
        "the descriptor's own only",
    )
}

const CONFIGURATION: Rule = From(Scope::Configuration);
const READ: Rule = From(Scope::DebugReadOnly);

const READS: &str = "reads";
const READS_OTHERS: &str = "reads; can name another function";
const KEYS: &str = "gives away keys";
const ADDRESSES: &str = "gives away bus addresses";

fn tools_only(_: Inbox<'_>, caller: Caller) -> Option<Look> {
    Some(Look::fine_if(caller.tools))
}

/// By ascending opcode.
pub(crate) const COMMANDS: &[Command] = &[
    command(0x100, "QUERY_HCA_CAP", CONFIGURATION, READS),
    command(0x101, "QUERY_ADAPTER", CONFIGURATION, READS),
    command(0x107, "QUERY_PAGES", READ, READS_OTHERS),
    command(
        0x109,
        "SET_HCA_CAP",
        Checked(Scope::Configuration, tools_only),
        "sets up other functions, to which the firmware limits the rights for tools",
    ),
    command(0x10a, "QUERY_ISSI", READ, READS),
    command(0x10c, "QUERY_DRIVER_VERSION", READ, READS),
    command(0x10e, "QUERY_OTHER_HCA_CAP", CONFIGURATION, READS_OTHERS),
    command(0x111, "QUERY_SF_PARTITION", READ, READS),
    command(0x117, "QUERY_VHCA_MIGRATION_STATE", READ, READS_OTHERS),
    creates(
        0x200,
        "CREATE_MKEY",
        Checked(Scope::DebugReadOnly, mkey::is_a_window),
        Kind::Mkey,
        "a window into a umem of the descriptor; the mailbox is written anew",
    ),
    command(0x201, "QUERY_MKEY", Discloses, KEYS),
    destroys(0x202, "DESTROY_MKEY", Kind::Mkey),
    command(0x203, "QUERY_SPECIAL_CONTEXTS", Discloses, KEYS),
    command(0x303, "QUERY_EQ", Discloses, ADDRESSES),
    command(0x402, "QUERY_CQ", Discloses, ADDRESSES),
    command(0x50b, "QUERY_QP", Discloses, ADDRESSES),
    command(0x512, "QUERY_RDB", READ, READS),
    command(0x602, "QUERY_PSV", READ, READS),
    command(0x702, "QUERY_SRQ", Discloses, ADDRESSES),
    command(0x707, "QUERY_XRC_SRQ", Discloses, ADDRESSES),
    command(0x713, "QUERY_DCT", Discloses, KEYS),
    command(0x716, "QUERY_DC_CNAK_TRACE", READ, READS),
    command(0x719, "QUERY_XRQ", Discloses, ADDRESSES),
    command(0x722, "QUERY_NVMF_BACKEND_CONTROLLER", READ, READS),
    command(0x725, "QUERY_XRQ_DC_PARAMS_ENTRY", READ, READS),
    command(0x727, "QUERY_XRQ_ERROR_PARAMS", READ, READS),
    command(0x728, "QUERY_NVMF_NAMESPACE_CONTEXT", READ, READS),
    command(0x730, "QUERY_ADJACENT_FUNCTIONS_ID", READ, READS_OTHERS),
    command(
        0x731,
        "DELEGATE_VHCA_MANAGEMENT",
        CONFIGURATION,
        "hands over the management of another function",
    ),
    command(0x732, "QUERY_DELEGATED_VHCA", READ, READS_OTHERS),
    command(0x740, "QUERY_ESW_FUNCTIONS", CONFIGURATION, READS),
    command(0x750, "QUERY_VPORT_STATE", READ, READS_OTHERS),
    command(0x752, "QUERY_ESW_VPORT_CONTEXT", READ, READS_OTHERS),
    command(0x754, "QUERY_NIC_VPORT_CONTEXT", READ, READS_OTHERS),
    command(0x760, "QUERY_ROCE_ADDRESS", CONFIGURATION, READS),
    command(
        0x762,
        "QUERY_HCA_VPORT_CONTEXT",
        CONFIGURATION,
        READS_OTHERS,
    ),
    command(0x764, "QUERY_HCA_VPORT_GID", READ, READS_OTHERS),
    command(0x765, "QUERY_HCA_VPORT_PKEY", READ, READS_OTHERS),
    command(0x76f, "QUERY_VNIC_ENV", READ, READS_OTHERS),
    command(0x770, "QUERY_VPORT_COUNTER", READ, READS_OTHERS),
    command(0x773, "QUERY_Q_COUNTER", READ, READS),
    command(0x781, "QUERY_RATE_LIMIT", READ, READS),
    command(0x784, "QUERY_SCHEDULING_ELEMENT", READ, READS),
    creates(0x800, "ALLOC_PD", READ, Kind::Pd, "owned by the descriptor"),
    destroys(0x801, "DEALLOC_PD", Kind::Pd),
    command(
        0x805,
        "ACCESS_REG",
        Checked(Scope::Configuration, registers::look),
        "see the registers",
    ),
    command(0x80b, "QUERY_MAD_DEMUX", READ, READS),
    command(0x80d, "NOP", READ, "does nothing"),
    command(0x813, "QUERY_BURST_SIZE", READ, READS),
    command(0x819, "QUERY_DIAGNOSTIC_PARAMS", READ, READS),
    command(
        0x820,
        "SET_DIAGNOSTIC_PARAMS",
        Checked(Scope::DebugWrite, memory::diagnostic_params),
        "samples counters; into memory by a key of the caller only",
    ),
    command(0x821, "QUERY_DIAGNOSTIC_COUNTERS", READ, READS),
    command(0x822, "QUERY_CONG_STATUS", READ, READS),
    command(
        0x823,
        "MODIFY_CONG_STATUS",
        CONFIGURATION,
        "switches congestion control",
    ),
    command(0x824, "QUERY_CONG_PARAMS", READ, READS),
    command(0x826, "QUERY_CONG_STATISTICS", READ, READS),
    command(0x82a, "QUERY_L2_TABLE_ENTRY", READ, READS),
    command(0x831, "QUERY_WOL_ROL", READ, READS),
    command(0x842, "QUERY_LAG", READ, READS),
    command(0x903, "QUERY_TIR", READ, READS),
    command(0x907, "QUERY_SQ", Discloses, ADDRESSES),
    command(0x90b, "QUERY_RQ", Discloses, ADDRESSES),
    command(0x90f, "QUERY_RMP", Discloses, ADDRESSES),
    command(0x911, "QUERY_DELAY_DROP_PARAMS", READ, READS),
    command(0x915, "QUERY_TIS", READ, READS),
    command(0x919, "QUERY_RQT", READ, READS),
    command(0x932, "QUERY_FLOW_TABLE", READ, READS),
    command(0x935, "QUERY_FLOW_GROUP", READ, READS),
    command(0x937, "QUERY_FLOW_TABLE_ENTRY", READ, READS),
    command(0x93b, "QUERY_FLOW_COUNTER", READ, READS),
    command(0x93f, "QUERY_PACKET_REFORMAT_CONTEXT", READ, READS),
    command(0x942, "QUERY_MODIFY_HEADER_CONTEXT", READ, READS),
    command(0x962, "FPGA_QUERY_QP", READ, READS),
    command(0x964, "FPGA_QUERY_QP_COUNTERS", READ, READS),
    command(0x971, "QUERY_AFU", READ, READS),
    command(0x981, "QUERY_CAPI_PEC", READ, READS),
    command(0xa02, "QUERY_GENERAL_OBJECT", READ, READS),
    command(0xa05, "QUERY_UCTX", READ, READS),
    command(
        0xa08,
        "CREATE_UMEM",
        Never,
        "its pages are physical: FWCTL_RSC_UMEM_REG is the way",
    ),
    command(0xa09, "QUERY_UMEM", Discloses, ADDRESSES),
    command(0xb02, "QUERY_NVMF_CC_RESPONSE", READ, READS),
    command(0xb03, "QUERY_EMULATED_FUNCTIONS_INFO", READ, READS),
    command(0xb05, "QUERY_REGEXP_PARAMS", READ, READS),
    command(0xb07, "QUERY_REGEXP_REGISTER", READ, READS),
    command(0xb08, "USER_QUERY_XRQ_DC_PARAMS_ENTRY", READ, READS),
    command(0xb0a, "USER_QUERY_XRQ_ERROR_PARAMS", READ, READS),
    command(
        0xb0c,
        "ACCESS_REGISTER_USER",
        Checked(Scope::Configuration, registers::look),
        "see the registers",
    ),
    command(0xb0d, "QUERY_VHCA_STATE", READ, READS_OTHERS),
    command(0xb0f, "QUERY_EMULATION_DEVICE_EQ_MSIX_MAPPING", READ, READS),
    command(0xb13, "QUERY_MATCH_SAMPLE_INFO", READ, READS),
    command(0xb14, "QUERY_CRYPTO_STATE", READ, READS),
    command(0xb22, "QUERY_VUID", CONFIGURATION, READS_OTHERS),
    command(0xb28, "QUERY_DPA_PARTITION", READ, READS),
    command(0xb2a, "QUERY_DPA_PARTITIONS", READ, READS),
    command(
        0xb2e,
        "POSTPONE_CONNECTED_QP_TIMEOUT",
        CONFIGURATION,
        "gives connections time over a firmware update",
    ),
    command(0xb2f, "QUERY_EMULATED_RESOURCES_INFO", READ, READS),
    command(0x8000, "QUERY_RSV_RESOURCES", READ, READS),
    command(0x8001, "QUERY_MTT", Discloses, ADDRESSES),
    command(0x8006, "QUERY_SCHED_QUEUE", READ, READS),
];

const _: () = {
    let mut i = 1;
    while i < COMMANDS.len() {
        assert!(COMMANDS[i - 1].opcode < COMMANDS[i].opcode);
        i += 1;
    }
};

/// The row of an opcode; `None` if there is none.
pub(super) fn find(opcode: u16) -> Option<&'static Command> {
    let at = COMMANDS
        .binary_search_by_key(&opcode, |command| command.opcode)
        .ok()?;
    COMMANDS.get(at)
}

#[cfg(not(MODULE))]
impl Command {
    /// Its number.
    pub(crate) fn opcode(&self) -> u16 {
        self.opcode
    }

    /// What it does to the descriptor's objects.
    pub(crate) fn effect(&self) -> Effect {
        self.effect
    }

    /// Its rule, in words.
    pub(crate) fn rule(&self) -> &'static str {
        self.rule.words()
    }
}
