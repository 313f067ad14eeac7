// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0

//! The commands. Names and opcodes are those of the Programmer's Reference Manual.

use super::{
    registers,
    Caller,
    Rule::{
        self,
        Checked,
        From,
        Never, //
    }, //
};
use crate::cmd::Inbox;
use fwctl::Scope;

struct Command {
    opcode: u16,
    /// For people who read the table.
    _name: &'static str,
    rule: Rule,
}

const fn command(opcode: u16, name: &'static str, rule: Rule) -> Command {
    Command {
        opcode,
        _name: name,
        rule,
    }
}

const CONFIGURATION: Rule = From(Scope::Configuration);
const READ: Rule = From(Scope::DebugReadOnly);
const WRITE: Rule = From(Scope::DebugWrite);

fn tools_only(_: Inbox<'_>, caller: Caller) -> Option<bool> {
    Some(caller.tools)
}

/// By ascending opcode.
const COMMANDS: &[Command] = &[
    command(0x100, "QUERY_HCA_CAP", CONFIGURATION),
    command(0x101, "QUERY_ADAPTER", CONFIGURATION),
    command(0x107, "QUERY_PAGES", READ),
    // With the rights for tools the firmware limits it to functions that are not set up yet.
    command(
        0x109,
        "SET_HCA_CAP",
        Checked(Scope::Configuration, tools_only),
    ),
    command(0x10a, "QUERY_ISSI", READ),
    command(0x10c, "QUERY_DRIVER_VERSION", READ),
    command(0x10e, "QUERY_OTHER_HCA_CAP", CONFIGURATION),
    command(0x111, "QUERY_SF_PARTITION", READ),
    command(0x117, "QUERY_VHCA_MIGRATION_STATE", READ),
    command(0x201, "QUERY_MKEY", READ),
    command(0x203, "QUERY_SPECIAL_CONTEXTS", READ),
    command(0x303, "QUERY_EQ", READ),
    command(0x402, "QUERY_CQ", READ),
    command(0x50b, "QUERY_QP", READ),
    command(0x512, "QUERY_RDB", READ),
    command(0x602, "QUERY_PSV", READ),
    command(0x702, "QUERY_SRQ", READ),
    command(0x707, "QUERY_XRC_SRQ", READ),
    command(0x713, "QUERY_DCT", READ),
    command(0x716, "QUERY_DC_CNAK_TRACE", READ),
    command(0x719, "QUERY_XRQ", READ),
    command(0x722, "QUERY_NVMF_BACKEND_CONTROLLER", READ),
    command(0x725, "QUERY_XRQ_DC_PARAMS_ENTRY", READ),
    command(0x727, "QUERY_XRQ_ERROR_PARAMS", READ),
    command(0x728, "QUERY_NVMF_NAMESPACE_CONTEXT", READ),
    command(0x730, "QUERY_ADJACENT_FUNCTIONS_ID", READ),
    command(0x731, "DELEGATE_VHCA_MANAGEMENT", CONFIGURATION),
    command(0x732, "QUERY_DELEGATED_VHCA", READ),
    command(0x740, "QUERY_ESW_FUNCTIONS", CONFIGURATION),
    command(0x750, "QUERY_VPORT_STATE", READ),
    command(0x752, "QUERY_ESW_VPORT_CONTEXT", READ),
    command(0x754, "QUERY_NIC_VPORT_CONTEXT", READ),
    command(0x760, "QUERY_ROCE_ADDRESS", CONFIGURATION),
    command(0x762, "QUERY_HCA_VPORT_CONTEXT", CONFIGURATION),
    command(0x764, "QUERY_HCA_VPORT_GID", READ),
    command(0x765, "QUERY_HCA_VPORT_PKEY", READ),
    command(0x76f, "QUERY_VNIC_ENV", READ),
    command(0x770, "QUERY_VPORT_COUNTER", READ),
    command(0x773, "QUERY_Q_COUNTER", READ),
    command(0x781, "QUERY_RATE_LIMIT", READ),
    command(0x784, "QUERY_SCHEDULING_ELEMENT", READ),
    command(
        0x805,
        "ACCESS_REG",
        Checked(Scope::Configuration, registers::admits),
    ),
    command(0x80b, "QUERY_MAD_DEMUX", READ),
    command(0x80d, "NOP", READ),
    command(0x813, "QUERY_BURST_SIZE", READ),
    command(0x819, "QUERY_DIAGNOSTIC_PARAMS", READ),
    command(0x820, "SET_DIAGNOSTIC_PARAMS", WRITE),
    command(0x821, "QUERY_DIAGNOSTIC_COUNTERS", READ),
    command(0x822, "QUERY_CONG_STATUS", READ),
    command(0x823, "MODIFY_CONG_STATUS", CONFIGURATION),
    command(0x824, "QUERY_CONG_PARAMS", READ),
    command(0x826, "QUERY_CONG_STATISTICS", READ),
    command(0x82a, "QUERY_L2_TABLE_ENTRY", READ),
    command(0x831, "QUERY_WOL_ROL", READ),
    command(0x842, "QUERY_LAG", READ),
    command(0x903, "QUERY_TIR", READ),
    command(0x907, "QUERY_SQ", READ),
    command(0x90b, "QUERY_RQ", READ),
    command(0x90f, "QUERY_RMP", READ),
    command(0x911, "QUERY_DELAY_DROP_PARAMS", READ),
    command(0x915, "QUERY_TIS", READ),
    command(0x919, "QUERY_RQT", READ),
    command(0x932, "QUERY_FLOW_TABLE", READ),
    command(0x935, "QUERY_FLOW_GROUP", READ),
    command(0x937, "QUERY_FLOW_TABLE_ENTRY", READ),
    command(0x93b, "QUERY_FLOW_COUNTER", READ),
    command(0x93f, "QUERY_PACKET_REFORMAT_CONTEXT", READ),
    command(0x942, "QUERY_MODIFY_HEADER_CONTEXT", READ),
    command(0x962, "FPGA_QUERY_QP", READ),
    command(0x964, "FPGA_QUERY_QP_COUNTERS", READ),
    command(0x971, "QUERY_AFU", READ),
    command(0x981, "QUERY_CAPI_PEC", READ),
    command(0xa02, "QUERY_GENERAL_OBJECT", READ),
    command(0xa05, "QUERY_UCTX", READ),
    // Its list of pages is physical.
    command(0xa08, "CREATE_UMEM", Never),
    command(0xa09, "QUERY_UMEM", READ),
    command(0xb02, "QUERY_NVMF_CC_RESPONSE", READ),
    command(0xb03, "QUERY_EMULATED_FUNCTIONS_INFO", READ),
    command(0xb05, "QUERY_REGEXP_PARAMS", READ),
    command(0xb07, "QUERY_REGEXP_REGISTER", READ),
    command(0xb08, "USER_QUERY_XRQ_DC_PARAMS_ENTRY", READ),
    command(0xb0a, "USER_QUERY_XRQ_ERROR_PARAMS", READ),
    command(
        0xb0c,
        "ACCESS_REGISTER_USER",
        Checked(Scope::Configuration, registers::admits),
    ),
    command(0xb0d, "QUERY_VHCA_STATE", READ),
    command(0xb0f, "QUERY_EMULATION_DEVICE_EQ_MSIX_MAPPING", READ),
    command(0xb13, "QUERY_MATCH_SAMPLE_INFO", READ),
    command(0xb14, "QUERY_CRYPTO_STATE", READ),
    command(0xb22, "QUERY_VUID", CONFIGURATION),
    command(0xb28, "QUERY_DPA_PARTITION", READ),
    command(0xb2a, "QUERY_DPA_PARTITIONS", READ),
    command(0xb2e, "POSTPONE_CONNECTED_QP_TIMEOUT", CONFIGURATION),
    command(0xb2f, "QUERY_EMULATED_RESOURCES_INFO", READ),
    command(0x8000, "QUERY_RSV_RESOURCES", READ),
    command(0x8001, "QUERY_MTT", READ),
    command(0x8006, "QUERY_SCHED_QUEUE", READ),
];

const _: () = {
    let mut i = 1;
    while i < COMMANDS.len() {
        assert!(COMMANDS[i - 1].opcode < COMMANDS[i].opcode);
        i += 1;
    }
};

/// The rule for an opcode; `None` if there is none.
pub(super) fn rule(opcode: u16) -> Option<Rule> {
    let at = COMMANDS
        .binary_search_by_key(&opcode, |command| command.opcode)
        .ok()?;
    COMMANDS.get(at).map(|command| command.rule)
}
