// SPDX-License-Identifier: GPL-2.0

//! Names of the commands that can be sent. Source: PRM, "Command Reference"; `mlx5_ifc.h`.

use crate::codes;

pub(super) const QUERY_HCA_CAP: u16 = 0x100;
pub(super) const QUERY_DIAGNOSTIC_PARAMS: u16 = 0x819;
pub(super) const SET_DIAGNOSTIC_PARAMS: u16 = 0x820;
pub(super) const QUERY_DIAGNOSTIC_COUNTERS: u16 = 0x821;
pub(super) const ACCESS_REGISTER_USER: u16 = 0xb0c;

/// Opcode and name, by ascending opcode: those that a driver of fwctl lets pass in some scope.
#[rustfmt::skip]
pub const COMMANDS: &[(u16, &str)] = &[
    (0x100, "QUERY_HCA_CAP"),
    (0x101, "QUERY_ADAPTER"),
    (0x107, "QUERY_PAGES"),
    (0x109, "SET_HCA_CAP"),
    (0x10a, "QUERY_ISSI"),
    (0x10c, "QUERY_DRIVER_VERSION"),
    (0x10e, "QUERY_OTHER_HCA_CAP"),
    (0x111, "QUERY_SF_PARTITION"),
    (0x117, "QUERY_VHCA_MIGRATION_STATE"),
    (0x200, "CREATE_MKEY"),
    (0x201, "QUERY_MKEY"),
    (0x202, "DESTROY_MKEY"),
    (0x203, "QUERY_SPECIAL_CONTEXTS"),
    (0x303, "QUERY_EQ"),
    (0x402, "QUERY_CQ"),
    (0x50b, "QUERY_QP"),
    (0x512, "QUERY_RDB"),
    (0x602, "QUERY_PSV"),
    (0x702, "QUERY_SRQ"),
    (0x707, "QUERY_XRC_SRQ"),
    (0x713, "QUERY_DCT"),
    (0x716, "QUERY_DC_CNAK_TRACE"),
    (0x719, "QUERY_XRQ"),
    (0x722, "QUERY_NVMF_BACKEND_CONTROLLER"),
    (0x725, "QUERY_XRQ_DC_PARAMS_ENTRY"),
    (0x727, "QUERY_XRQ_ERROR_PARAMS"),
    (0x728, "QUERY_NVMF_NAMESPACE_CONTEXT"),
    (0x730, "QUERY_ADJACENT_FUNCTIONS_ID"),
    (0x731, "DELEGATE_VHCA_MANAGEMENT"),
    (0x732, "QUERY_DELEGATED_VHCA"),
    (0x740, "QUERY_ESW_FUNCTIONS"),
    (0x750, "QUERY_VPORT_STATE"),
    (0x752, "QUERY_ESW_VPORT_CONTEXT"),
    (0x754, "QUERY_NIC_VPORT_CONTEXT"),
    (0x760, "QUERY_ROCE_ADDRESS"),
    (0x762, "QUERY_HCA_VPORT_CONTEXT"),
    (0x764, "QUERY_HCA_VPORT_GID"),
    (0x765, "QUERY_HCA_VPORT_PKEY"),
    (0x76f, "QUERY_VNIC_ENV"),
    (0x770, "QUERY_VPORT_COUNTER"),
    (0x773, "QUERY_Q_COUNTER"),
    (0x781, "QUERY_RATE_LIMIT"),
    (0x784, "QUERY_SCHEDULING_ELEMENT"),
    (0x800, "ALLOC_PD"),
    (0x801, "DEALLOC_PD"),
    (0x805, "ACCESS_REG"),
    (0x80b, "QUERY_MAD_DEMUX"),
    (0x80d, "NOP"),
    (0x813, "QUERY_BURST_SIZE"),
    (0x819, "QUERY_DIAGNOSTIC_PARAMS"),
    (0x820, "SET_DIAGNOSTIC_PARAMS"),
    (0x821, "QUERY_DIAGNOSTIC_COUNTERS"),
    (0x822, "QUERY_CONG_STATUS"),
    (0x823, "MODIFY_CONG_STATUS"),
    (0x824, "QUERY_CONG_PARAMS"),
    (0x826, "QUERY_CONG_STATISTICS"),
    (0x82a, "QUERY_L2_TABLE_ENTRY"),
    (0x831, "QUERY_WOL_ROL"),
    (0x842, "QUERY_LAG"),
    (0x903, "QUERY_TIR"),
    (0x907, "QUERY_SQ"),
    (0x90b, "QUERY_RQ"),
    (0x90f, "QUERY_RMP"),
    (0x911, "QUERY_DELAY_DROP_PARAMS"),
    (0x915, "QUERY_TIS"),
    (0x919, "QUERY_RQT"),
    (0x932, "QUERY_FLOW_TABLE"),
    (0x935, "QUERY_FLOW_GROUP"),
    (0x937, "QUERY_FLOW_TABLE_ENTRY"),
    (0x93b, "QUERY_FLOW_COUNTER"),
    (0x93f, "QUERY_PACKET_REFORMAT_CONTEXT"),
    (0x942, "QUERY_MODIFY_HEADER_CONTEXT"),
    (0x962, "FPGA_QUERY_QP"),
    (0x964, "FPGA_QUERY_QP_COUNTERS"),
    (0x971, "QUERY_AFU"),
    (0x981, "QUERY_CAPI_PEC"),
    (0xa02, "QUERY_GENERAL_OBJECT"),
    (0xa05, "QUERY_UCTX"),
    (0xa08, "CREATE_UMEM"),
    (0xa09, "QUERY_UMEM"),
    (0xb02, "QUERY_NVMF_CC_RESPONSE"),
    (0xb03, "QUERY_EMULATED_FUNCTIONS_INFO"),
    (0xb05, "QUERY_REGEXP_PARAMS"),
    (0xb07, "QUERY_REGEXP_REGISTER"),
    (0xb08, "USER_QUERY_XRQ_DC_PARAMS_ENTRY"),
    (0xb0a, "USER_QUERY_XRQ_ERROR_PARAMS"),
    (0xb0c, "ACCESS_REGISTER_USER"),
    (0xb0d, "QUERY_VHCA_STATE"),
    (0xb0f, "QUERY_EMULATION_DEVICE_EQ_MSIX_MAPPING"),
    (0xb13, "QUERY_MATCH_SAMPLE_INFO"),
    (0xb14, "QUERY_CRYPTO_STATE"),
    (0xb22, "QUERY_VUID"),
    (0xb28, "QUERY_DPA_PARTITION"),
    (0xb2a, "QUERY_DPA_PARTITIONS"),
    (0xb2e, "POSTPONE_CONNECTED_QP_TIMEOUT"),
    (0xb2f, "QUERY_EMULATED_RESOURCES_INFO"),
    (0x8000, "QUERY_RSV_RESOURCES"),
    (0x8001, "QUERY_MTT"),
    (0x8006, "QUERY_SCHED_QUEUE"),
];

/// The name of a command.
pub fn name(opcode: u16) -> Option<&'static str> {
    codes::name(COMMANDS, opcode)
}

/// The command of a name, in any case of letters.
pub fn opcode(name: &str) -> Option<u16> {
    let mut rows = COMMANDS.iter();
    rows.find(|row| row.1.eq_ignore_ascii_case(name))
        .map(|row| row.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Theory: the table can be searched, and each name leads back.
    #[test]
    fn names_lead_back() {
        assert!(COMMANDS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for &(opcode, name) in COMMANDS {
            assert_eq!(super::name(opcode), Some(name));
            assert_eq!(super::opcode(&name.to_lowercase()), Some(opcode));
        }
    }
}
