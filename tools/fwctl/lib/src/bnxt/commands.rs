// SPDX-License-Identifier: GPL-2.0

//! Names of the requests that bnxt_fwctl lets pass, `struct cmd_nums` of `include/linux/bnxt/hsi.h`.

use crate::codes;

/// By ascending number.
const NAMES: &[(u16, &str)] = &[
    (0x0000, "VER_GET"),
    (0x000c, "ERROR_RECOVERY_QCFG"),
    (0x0011, "FUNC_RESET"),
    (0x0015, "FUNC_QCAPS"),
    (0x0016, "FUNC_QCFG"),
    (0x0018, "FUNC_QSTATS"),
    (0x0023, "PORT_QSTATS"),
    (0x0025, "PORT_CLR_STATS"),
    (0x0027, "PORT_PHY_QCFG"),
    (0x0028, "PORT_MAC_QCFG"),
    (0x002a, "PORT_PHY_QCAPS"),
    (0x002b, "PORT_PHY_I2C_WRITE"),
    (0x002c, "PORT_PHY_I2C_READ"),
    (0x0037, "QUEUE_PRI2COS_QCFG"),
    (0x0039, "QUEUE_COS2BW_QCFG"),
    (0x003c, "QUEUE_DSCP2PRI_QCFG"),
    (0x0047, "VNIC_RSS_QCFG"),
    (0x0067, "PORT_EVENTS_LOG"),
    (0x0073, "SCH_GRP_CFG"),
    (0x0074, "SCH_GRP_QCFG"),
    (0x0087, "QUEUE_GLOBAL_QCFG"),
    (0x0088, "QUEUE_ADPTV_QOS_RX_FEATURE_QCFG"),
    (0x008a, "QUEUE_ADPTV_QOS_TX_FEATURE_QCFG"),
    (0x008c, "QUEUE_QCAPS"),
    (0x008d, "QUEUE_ADPTV_QOS_RX_TUNING_QCFG"),
    (0x008f, "QUEUE_ADPTV_QOS_TX_TUNING_QCFG"),
    (0x00a0, "TUNNEL_DST_PORT_QUERY"),
    (0x00b4, "PORT_QSTATS_EXT"),
    (0x00b5, "PORT_PHY_MDIO_WRITE"),
    (0x00b6, "PORT_PHY_MDIO_READ"),
    (0x00ba, "PORT_QSTATS_EXT_PFC_ADV"),
    (0x00bc, "PORT_TX_FIR_QCFG"),
    (0x00be, "FW_LIVEPATCH_QUERY"),
    (0x00bf, "FW_LIVEPATCH"),
    (0x00c0, "FW_RESET"),
    (0x00c1, "FW_QSTATUS"),
    (0x00c2, "FW_HEALTH_CHECK"),
    (0x00c3, "FW_SYNC"),
    (0x00c8, "FW_SET_TIME"),
    (0x00c9, "FW_GET_TIME"),
    (0x00ca, "FW_SET_STRUCTURED_DATA"),
    (0x00cb, "FW_GET_STRUCTURED_DATA"),
    (0x00d5, "PORT_PRBS_TEST"),
    (0x00d9, "PORT_DSC_DUMP"),
    (0x00da, "PORT_EP_TX_QCFG"),
    (0x00dd, "PORT_QCFG"),
    (0x00df, "PORT_MAC_QCAPS"),
    (0x00e0, "TEMP_MONITOR_QUERY"),
    (0x00e1, "REG_POWER_QUERY"),
    (0x00e2, "CORE_FREQUENCY_QUERY"),
    (0x00e6, "STAT_QUERY_ROCE_STATS"),
    (0x00e7, "STAT_QUERY_ROCE_STATS_EXT"),
    (0x0112, "CFA_REDIRECT_QUERY_TUNNEL_TYPE"),
    (0x0124, "CFA_ADV_FLOW_MGNT_QCAPS"),
    (0x0190, "FUNC_RESOURCE_QCAPS"),
    (0x0192, "FUNC_BACKING_STORE_QCAPS"),
    (0x0194, "FUNC_BACKING_STORE_QCFG"),
    (0x0198, "FUNC_QSTATS_EXT"),
    (0x019c, "FUNC_PTP_PIN_QCFG"),
    (0x01a1, "FUNC_PTP_EXT_QCFG"),
    (0x01a4, "FUNC_BACKING_STORE_QCFG_V2"),
    (0x01a8, "FUNC_BACKING_STORE_QCAPS_V2"),
    (0x01ac, "FUNC_SYNCE_QCFG"),
    (0x01c3, "FUNC_TTX_PACING_RATE_PROF_QUERY"),
    (0x0200, "SELFTEST_QLIST"),
    (0x0203, "SELFTEST_RETRIEVE_SERDES_DATA"),
    (0x0204, "PCIE_QSTATS"),
    (0x0218, "STAT_GENERIC_QSTATS"),
    (0x0232, "PORT_PHY_FDRSTAT"),
    (0xff0e, "DBG_SERDES_TEST"),
    (0xff0f, "DBG_LOG_BUFFER_FLUSH"),
    (0xff10, "DBG_READ_DIRECT"),
    (0xff11, "DBG_READ_INDIRECT"),
    (0xff15, "DBG_ERASE_NVM"),
    (0xff16, "DBG_CFG"),
    (0xff17, "DBG_COREDUMP_LIST"),
    (0xff18, "DBG_COREDUMP_INITIATE"),
    (0xff19, "DBG_COREDUMP_RETRIEVE"),
    (0xff1c, "DBG_RING_INFO_GET"),
    (0xff20, "DBG_QCAPS"),
    (0xff21, "DBG_QCFG"),
    (0xff25, "DBG_USEQ_FLUSH"),
    (0xff26, "DBG_USEQ_QCAPS"),
    (0xff2d, "DBG_PTRACE"),
    (0xff2e, "DBG_SIM_CABLE_STATE"),
    (0xff2f, "DBG_TOKEN_QUERY_AUTH_IDS"),
    (0xff30, "DBG_TOKEN_CFG"),
    (0xffec, "NVM_DEFRAG"),
    (0xffee, "NVM_FACTORY_DEFAULTS"),
    (0xfff0, "NVM_FLUSH"),
    (0xfff1, "NVM_GET_VARIABLE"),
    (0xfff2, "NVM_SET_VARIABLE"),
    (0xfff4, "NVM_MODIFY"),
    (0xfff5, "NVM_VERIFY_UPDATE"),
    (0xfff6, "NVM_GET_DEV_INFO"),
    (0xfff7, "NVM_ERASE_DIR_ENTRY"),
    (0xfff8, "NVM_MOD_DIR_ENTRY"),
    (0xfff9, "NVM_FIND_DIR_ENTRY"),
    (0xfffa, "NVM_GET_DIR_ENTRIES"),
    (0xfffb, "NVM_GET_DIR_INFO"),
    (0xfffc, "NVM_RAW_DUMP"),
    (0xfffd, "NVM_READ"),
    (0xfffe, "NVM_WRITE"),
    (0xffff, "NVM_RAW_WRITE_BLK"),
];

/// Name of a request; `None` for one that never passes.
pub fn name(request: u16) -> Option<&'static str> {
    codes::name(NAMES, request)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Theory: each row is found, which it is only if they are in order.
    #[test]
    fn names_are_found() {
        for &(number, wanted) in NAMES {
            assert_eq!(name(number), Some(wanted));
        }
        assert_eq!(name(0x17), None);
    }
}
