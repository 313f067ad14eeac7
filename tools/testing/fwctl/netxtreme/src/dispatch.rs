// SPDX-License-Identifier: GPL-2.0

//! The commands that the firmware knows: numbers, names and lengths are those of `hsi.h`.

use crate::call::Call;
use crate::rings::{self, Kind};
use crate::status::{Code, Refusal, ERROR_LEN};
use crate::{debug, function, health, nvm, port, NetXtreme};

type Handler = fn(&mut NetXtreme, &mut Call<'_>) -> Result<(), Refusal>;

struct Command {
    number: u16,
    name: &'static str,
    /// Bytes of the response.
    out: usize,
    run: Handler,
}

const fn command(number: u16, name: &'static str, out: usize, run: Handler) -> Command {
    Command {
        number,
        name,
        out,
        run,
    }
}

#[rustfmt::skip]
const COMMANDS: &[Command] = &[
    command(0x0000, "VER_GET", 176, function::ver_get),
    command(0x000b, "FUNC_ECHO_RESPONSE", 16, function::none),
    command(0x000c, "ERROR_RECOVERY_QCFG", 208, health::recovery_qcfg),
    command(0x0011, "FUNC_RESET", 16, function::reset),
    command(0x0015, "FUNC_QCAPS", 144, function::qcaps),
    command(0x0016, "FUNC_QCFG", 176, function::qcfg),
    command(0x0017, "FUNC_CFG", 16, function::cfg),
    command(0x0018, "FUNC_QSTATS", 176, function::qstats),
    command(0x001a, "FUNC_DRV_UNRGTR", 16, function::unregister),
    command(0x001d, "FUNC_DRV_RGTR", 16, function::register),
    command(0x0020, "PORT_PHY_CFG", 16, port::accept),
    command(0x0023, "PORT_QSTATS", 16, port::qstats),
    command(0x0025, "PORT_CLR_STATS", 16, port::accept),
    command(0x0027, "PORT_PHY_QCFG", 112, port::phy_qcfg),
    command(0x002a, "PORT_PHY_QCAPS", 48, port::phy_qcaps),
    command(0x002c, "PORT_PHY_I2C_READ", 80, port::i2c_read),
    command(0x002f, "PORT_LED_QCAPS", 48, function::none),
    command(0x0030, "QUEUE_QPORTCFG", 168, function::qportcfg),
    command(0x0037, "QUEUE_PRI2COS_QCFG", 24, function::none),
    command(0x0039, "QUEUE_COS2BW_QCFG", 112, function::none),
    command(0x003b, "QUEUE_DSCP_QCAPS", 16, function::dscp_qcaps),
    command(0x0040, "VNIC_ALLOC", 16, |hw, call| rings::make(hw, call, Kind::Vnic)),
    command(0x0041, "VNIC_FREE", 16, |hw, call| rings::end(hw, call, Kind::Vnic)),
    command(0x0042, "VNIC_CFG", 16, port::accept),
    command(0x0044, "VNIC_TPA_CFG", 16, port::accept),
    command(0x0046, "VNIC_RSS_CFG", 16, port::accept),
    command(0x0048, "VNIC_PLCMODES_CFG", 16, port::accept),
    command(0x004a, "VNIC_QCAPS", 24, function::vnic_qcaps),
    command(0x0050, "RING_ALLOC", 16, rings::alloc),
    command(0x0051, "RING_FREE", 16, rings::free),
    command(0x0053, "RING_CMPL_RING_CFG_AGGINT_PARAMS", 16, port::accept),
    command(0x005e, "RING_RESET", 16, port::accept),
    command(0x0060, "RING_GRP_ALLOC", 16, |hw, call| rings::make(hw, call, Kind::Group)),
    command(0x0061, "RING_GRP_FREE", 16, |hw, call| rings::end(hw, call, Kind::Group)),
    command(0x0070, "VNIC_RSS_COS_LB_CTX_ALLOC", 16, |hw, call| rings::make(hw, call, Kind::Rss)),
    command(0x0071, "VNIC_RSS_COS_LB_CTX_FREE", 16, |hw, call| rings::end(hw, call, Kind::Rss)),
    command(0x0090, "CFA_L2_FILTER_ALLOC", 24, |hw, call| rings::make(hw, call, Kind::Filter)),
    command(0x0091, "CFA_L2_FILTER_FREE", 16, |hw, call| rings::end(hw, call, Kind::Filter)),
    command(0x0093, "CFA_L2_SET_RX_MASK", 16, port::accept),
    command(0x00b0, "STAT_CTX_ALLOC", 16, |hw, call| rings::make(hw, call, Kind::Stat)),
    command(0x00b1, "STAT_CTX_FREE", 16, |hw, call| rings::end(hw, call, Kind::Stat)),
    command(0x00b4, "PORT_QSTATS_EXT", 16, port::qstats_ext),
    command(0x00b5, "PORT_PHY_MDIO_WRITE", 16, port::mdio_write),
    command(0x00b6, "PORT_PHY_MDIO_READ", 16, port::mdio_read),
    command(0x00c0, "FW_RESET", 16, health::reset),
    command(0x00c1, "FW_QSTATUS", 16, health::idle),
    command(0x00c2, "FW_HEALTH_CHECK", 16, health::check),
    command(0x00c3, "FW_SYNC", 16, health::idle),
    command(0x00c8, "FW_SET_TIME", 16, health::set_time),
    command(0x00c9, "FW_GET_TIME", 24, health::get_time),
    command(0x00df, "PORT_MAC_QCAPS", 16, function::none),
    command(0x00e0, "TEMP_MONITOR_QUERY", 24, port::temperature),
    command(0x0190, "FUNC_RESOURCE_QCAPS", 88, function::resource_qcaps),
    command(0x0198, "FUNC_QSTATS_EXT", 192, function::qstats),
    command(0x0200, "SELFTEST_QLIST", 280, function::none),
    command(0x0204, "PCIE_QSTATS", 16, port::pcie_qstats),
    command(0x0218, "STAT_GENERIC_QSTATS", 16, port::generic_qstats),
    command(0xff10, "DBG_READ_DIRECT", 16, debug::read_direct),
    command(0xff11, "DBG_READ_INDIRECT", 16, debug::read_indirect),
    command(0xff17, "DBG_COREDUMP_LIST", 16, debug::coredump_list),
    command(0xff18, "DBG_COREDUMP_INITIATE", 16, debug::coredump_initiate),
    command(0xff19, "DBG_COREDUMP_RETRIEVE", 16, debug::coredump_retrieve),
    command(0xff1c, "DBG_RING_INFO_GET", 24, debug::ring_info),
    command(0xffec, "NVM_DEFRAG", 16, nvm::tidy),
    command(0xffee, "NVM_FACTORY_DEFAULTS", 16, nvm::factory_defaults),
    command(0xfff0, "NVM_FLUSH", 16, nvm::tidy),
    command(0xfff1, "NVM_GET_VARIABLE", 16, nvm::get_variable),
    command(0xfff2, "NVM_SET_VARIABLE", 16, nvm::set_variable),
    command(0xfff4, "NVM_MODIFY", 16, nvm::modify),
    command(0xfff5, "NVM_VERIFY_UPDATE", 16, nvm::verify),
    command(0xfff6, "NVM_GET_DEV_INFO", 96, nvm::dev_info),
    command(0xfff7, "NVM_ERASE_DIR_ENTRY", 16, nvm::erase),
    command(0xfff8, "NVM_MOD_DIR_ENTRY", 16, nvm::rename),
    command(0xfff9, "NVM_FIND_DIR_ENTRY", 32, nvm::find),
    command(0xfffa, "NVM_GET_DIR_ENTRIES", 16, nvm::dir_entries),
    command(0xfffb, "NVM_GET_DIR_INFO", 24, nvm::dir_info),
    command(0xfffc, "NVM_RAW_DUMP", 16, nvm::raw_dump),
    command(0xfffd, "NVM_READ", 16, nvm::read),
    command(0xfffe, "NVM_WRITE", 16, nvm::write),
    command(0xffff, "NVM_RAW_WRITE_BLK", 16, nvm::raw_write),
];

fn find(number: u16) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.number == number)
}

/// Name of a command.
pub(crate) fn name(number: u16) -> Option<&'static str> {
    find(number).map(|command| command.name)
}

/// Bytes of the response to a command that is carried out.
pub(crate) fn output_len(number: u16) -> usize {
    find(number).map_or(ERROR_LEN, |command| command.out)
}

/// Carries out a command.
pub(crate) fn run(hw: &mut NetXtreme, number: u16, call: &mut Call<'_>) -> Result<(), Refusal> {
    match find(number) {
        Some(command) => (command.run)(hw, call),
        None => Err(Code::NotSupported.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_in_order_and_differ() {
        assert!(COMMANDS.is_sorted_by(|a, b| a.number < b.number));
        let responses = COMMANDS
            .iter()
            .all(|command| command.out % 8 == 0 && command.out >= 16);
        assert!(responses);
    }
}
