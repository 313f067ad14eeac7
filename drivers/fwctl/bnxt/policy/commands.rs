// SPDX-License-Identifier: GPL-2.0

//! The commands. Names, numbers and layouts are those of `include/linux/bnxt/hsi.h`.

use super::{
    looks,
    Effect,
    Rule::{
        self,
        Checked,
        From,
        Strict, //
    }, //
};
use fwctl::{
    Direction,
    Scope,
    MAX_ATTACHMENTS, //
};

/// How a command says how many bytes it transfers: by a field of so many bits at an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// Not at all: always as many.
    Fixed(u32),
    /// Bytes.
    Bytes16(usize),
    Bytes32(usize),
    /// Units of 2 bytes.
    Words16(usize),
    /// Bytes, or units of 2: the header does not say.
    Doubtful16(usize),
    /// Units of 4 bytes.
    Dwords32(usize),
    /// Bits.
    Bits16(usize),
    /// As long as the directory is, for which the firmware has to be asked.
    Directory,
    /// NVM_WRITE: all of the data, or the batch's own part of it.
    Batch,
}

impl Length {
    /// Whether the firmware is told how many bytes it may read or write: where it is not, there has to
    /// be room for more.
    pub(crate) fn is_told(self) -> bool {
        !matches!(self, Self::Fixed(_) | Self::Directory | Self::Doubtful16(_))
    }
}

/// Host memory that a command names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Transfer {
    /// Offset of its 64-bit address.
    pub(crate) at: usize,
    pub(crate) direction: Direction,
    pub(crate) len: Length,
}

/// One command: who may send it, and what it does.
pub(crate) struct Command {
    pub(super) number: u16,
    /// Bytes of its request; `None` if the header does not have its layout.
    pub(crate) len: Option<usize>,
    pub(super) rule: Rule,
    pub(crate) effect: Effect,
    pub(crate) transfers: &'static [Transfer],
    /// For people who read the table made of this one.
    #[cfg(not(MODULE))]
    pub(crate) name: &'static str,
    #[cfg(not(MODULE))]
    pub(crate) why: &'static str,
}

const fn moves(
    number: u16,
    _name: &'static str,
    len: Option<usize>,
    rule: Rule,
    effect: Effect,
    transfers: &'static [Transfer],
    _why: &'static str,
) -> Command {
    Command {
        number,
        len,
        rule,
        effect,
        transfers,
        #[cfg(not(MODULE))]
        name: _name,
        #[cfg(not(MODULE))]
        why: _why,
    }
}

const fn command(
    number: u16,
    name: &'static str,
    len: Option<usize>,
    rule: Rule,
    effect: Effect,
    why: &'static str,
) -> Command {
    moves(number, name, len, rule, effect, &[], why)
}

const fn reads(
    number: u16,
    name: &'static str,
    len: Option<usize>,
    rule: Rule,
    why: &'static str,
) -> Command {
    command(number, name, len, rule, Effect::Reads, why)
}

const fn to(at: usize, len: Length) -> Transfer {
    Transfer {
        at,
        direction: Direction::ToDevice,
        len,
    }
}

const fn from(at: usize, len: Length) -> Transfer {
    Transfer {
        at,
        direction: Direction::FromDevice,
        len,
    }
}

use Length::{
    Batch,
    Bits16,
    Bytes16,
    Bytes32,
    Directory,
    Doubtful16,
    Dwords32,
    Fixed,
    Words16, //
};

const CONFIGURATION: Rule = From(Scope::Configuration);
const READ: Rule = From(Scope::DebugReadOnly);
const WRITE: Rule = From(Scope::DebugWrite);
const FULL: Rule = From(Scope::DebugWriteFull);
const DISCLOSES: Rule = Strict(Scope::DebugReadOnly, Scope::DebugWrite);

const READS: &str = "reads";
const READS_OTHERS: &str = "reads; can name another function";

/// By ascending number.
pub(crate) const COMMANDS: &[Command] = &[
    reads(0x0000, "VER_GET", Some(24), READ, READS),
    reads(0x000c, "ERROR_RECOVERY_QCFG", Some(24), READ, READS),
    command(
        0x0011,
        "FUNC_RESET",
        Some(24),
        Checked(Scope::DebugWriteFull, looks::own_function),
        Effect::Resets,
        "takes rings from under bnxt_en; of this function only",
    ),
    reads(0x0015, "FUNC_QCAPS", Some(24), READ, READS_OTHERS),
    reads(0x0016, "FUNC_QCFG", Some(24), READ, READS_OTHERS),
    reads(0x0018, "FUNC_QSTATS", Some(24), READ, READS_OTHERS),
    moves(
        0x0023,
        "PORT_QSTATS",
        Some(40),
        READ,
        Effect::Reads,
        &[from(24, Fixed(408)), from(32, Fixed(528))],
        READS,
    ),
    command(
        0x0025,
        "PORT_CLR_STATS",
        Some(24),
        CONFIGURATION,
        Effect::Configures,
        "counters of bnxt_en jump",
    ),
    reads(0x0027, "PORT_PHY_QCFG", Some(24), READ, READS),
    reads(0x0028, "PORT_MAC_QCFG", None, READ, READS),
    reads(0x002a, "PORT_PHY_QCAPS", Some(24), READ, READS),
    command(
        0x002b,
        "PORT_PHY_I2C_WRITE",
        Some(104),
        WRITE,
        Effect::Configures,
        "can break a module",
    ),
    reads(0x002c, "PORT_PHY_I2C_READ", Some(40), READ, READS),
    reads(0x0037, "QUEUE_PRI2COS_QCFG", Some(24), READ, READS),
    reads(0x0039, "QUEUE_COS2BW_QCFG", Some(24), READ, READS),
    moves(
        0x003c,
        "QUEUE_DSCP2PRI_QCFG",
        Some(32),
        READ,
        Effect::Reads,
        &[from(16, Bytes16(26))],
        READS,
    ),
    reads(0x0047, "VNIC_RSS_QCFG", Some(24), READ, READS),
    moves(
        0x0067,
        "PORT_EVENTS_LOG",
        Some(32),
        READ,
        Effect::Reads,
        &[from(16, Bytes32(24))],
        READS,
    ),
    moves(
        0x0073,
        "SCH_GRP_CFG",
        Some(88),
        WRITE,
        Effect::Configures,
        &[to(24, Words16(18))],
        "schedules other functions, too",
    ),
    moves(
        0x0074,
        "SCH_GRP_QCFG",
        Some(32),
        READ,
        Effect::Reads,
        &[from(24, Doubtful16(18))],
        READS,
    ),
    reads(0x0087, "QUEUE_GLOBAL_QCFG", None, READ, READS),
    reads(0x0088, "QUEUE_ADPTV_QOS_RX_FEATURE_QCFG", None, READ, READS),
    reads(0x008a, "QUEUE_ADPTV_QOS_TX_FEATURE_QCFG", None, READ, READS),
    reads(0x008c, "QUEUE_QCAPS", None, READ, READS),
    reads(0x008d, "QUEUE_ADPTV_QOS_RX_TUNING_QCFG", None, READ, READS),
    reads(0x008f, "QUEUE_ADPTV_QOS_TX_TUNING_QCFG", None, READ, READS),
    reads(0x00a0, "TUNNEL_DST_PORT_QUERY", Some(24), READ, READS),
    moves(
        0x00b4,
        "PORT_QSTATS_EXT",
        Some(40),
        READ,
        Effect::Reads,
        &[from(24, Bytes16(18)), from(32, Bytes16(20))],
        READS,
    ),
    command(
        0x00b5,
        "PORT_PHY_MDIO_WRITE",
        Some(40),
        WRITE,
        Effect::Configures,
        "can break a PHY",
    ),
    reads(0x00b6, "PORT_PHY_MDIO_READ", Some(32), READ, READS),
    moves(
        0x00ba,
        "PORT_QSTATS_EXT_PFC_ADV",
        Some(40),
        READ,
        Effect::Reads,
        &[from(24, Bytes16(18)), from(32, Bytes16(18))],
        READS,
    ),
    reads(0x00bc, "PORT_TX_FIR_QCFG", None, READ, READS),
    reads(0x00be, "FW_LIVEPATCH_QUERY", Some(24), READ, READS),
    moves(
        0x00bf,
        "FW_LIVEPATCH",
        Some(32),
        FULL,
        Effect::Flash,
        &[to(24, Bytes32(20))],
        "patches firmware",
    ),
    command(
        0x00c0,
        "FW_RESET",
        Some(24),
        FULL,
        Effect::Resets,
        "takes the device from all its functions and hosts",
    ),
    reads(0x00c1, "FW_QSTATUS", Some(24), READ, READS),
    command(0x00c2, "FW_HEALTH_CHECK", None, READ, Effect::Tests, READS),
    command(
        0x00c3,
        "FW_SYNC",
        None,
        CONFIGURATION,
        Effect::Flash,
        "what an update needs",
    ),
    command(
        0x00c8,
        "FW_SET_TIME",
        Some(32),
        CONFIGURATION,
        Effect::Configures,
        "the clock of the firmware",
    ),
    reads(0x00c9, "FW_GET_TIME", None, READ, READS),
    moves(
        0x00ca,
        "FW_SET_STRUCTURED_DATA",
        Some(32),
        WRITE,
        Effect::Flash,
        &[to(16, Bytes16(24))],
        "DCBX and such, which bnxt_en sets, too",
    ),
    moves(
        0x00cb,
        "FW_GET_STRUCTURED_DATA",
        Some(32),
        READ,
        Effect::Reads,
        &[from(16, Bytes16(24))],
        READS,
    ),
    moves(
        0x00d5,
        "PORT_PRBS_TEST",
        Some(48),
        Checked(Scope::DebugReadOnly, looks::prbs),
        Effect::Tests,
        &[from(16, Bytes16(24))],
        "strict: starting one at DEBUG_WRITE",
    ),
    moves(
        0x00d9,
        "PORT_DSC_DUMP",
        Some(40),
        READ,
        Effect::Tests,
        &[from(16, Bytes16(24))],
        READS,
    ),
    reads(0x00da, "PORT_EP_TX_QCFG", None, READ, READS),
    reads(0x00dd, "PORT_QCFG", None, READ, READS),
    reads(0x00df, "PORT_MAC_QCAPS", Some(24), READ, READS),
    reads(0x00e0, "TEMP_MONITOR_QUERY", Some(16), READ, READS),
    reads(0x00e1, "REG_POWER_QUERY", None, READ, READS),
    reads(0x00e2, "CORE_FREQUENCY_QUERY", None, READ, READS),
    moves(
        0x00e6,
        "STAT_QUERY_ROCE_STATS",
        Some(32),
        READ,
        Effect::Reads,
        &[from(24, Bytes16(16))],
        READS,
    ),
    moves(
        0x00e7,
        "STAT_QUERY_ROCE_STATS_EXT",
        Some(32),
        READ,
        Effect::Reads,
        &[from(24, Bytes16(16))],
        READS,
    ),
    reads(0x0112, "CFA_REDIRECT_QUERY_TUNNEL_TYPE", None, READ, READS),
    reads(0x0124, "CFA_ADV_FLOW_MGNT_QCAPS", Some(32), READ, READS),
    reads(0x0190, "FUNC_RESOURCE_QCAPS", Some(24), READ, READS_OTHERS),
    reads(0x0192, "FUNC_BACKING_STORE_QCAPS", Some(16), READ, READS),
    command(
        0x0194,
        "FUNC_BACKING_STORE_QCFG",
        None,
        DISCLOSES,
        Effect::Reads,
        "gives away bus addresses",
    ),
    reads(0x0198, "FUNC_QSTATS_EXT", Some(32), READ, READS_OTHERS),
    reads(0x019c, "FUNC_PTP_PIN_QCFG", Some(24), READ, READS),
    reads(0x01a1, "FUNC_PTP_EXT_QCFG", Some(24), READ, READS),
    command(
        0x01a4,
        "FUNC_BACKING_STORE_QCFG_V2",
        Some(24),
        DISCLOSES,
        Effect::Reads,
        "gives away bus addresses",
    ),
    reads(0x01a8, "FUNC_BACKING_STORE_QCAPS_V2", Some(24), READ, READS),
    reads(0x01ac, "FUNC_SYNCE_QCFG", None, READ, READS),
    reads(0x01c3, "FUNC_TTX_PACING_RATE_PROF_QUERY", None, READ, READS),
    reads(0x0200, "SELFTEST_QLIST", Some(16), READ, READS),
    moves(
        0x0203,
        "SELFTEST_RETRIEVE_SERDES_DATA",
        Some(40),
        DISCLOSES,
        Effect::Tests,
        &[from(16, Bytes16(28))],
        "the eye of a lane",
    ),
    moves(
        0x0204,
        "PCIE_QSTATS",
        Some(32),
        READ,
        Effect::Reads,
        &[from(24, Bytes16(16))],
        READS,
    ),
    moves(
        0x0218,
        "STAT_GENERIC_QSTATS",
        Some(32),
        READ,
        Effect::Reads,
        &[from(24, Bytes16(16))],
        READS,
    ),
    command(
        0x0232,
        "PORT_PHY_FDRSTAT",
        Some(24),
        Checked(Scope::DebugReadOnly, looks::fdrstat),
        Effect::Reads,
        "strict: all but reading at DEBUG_WRITE",
    ),
    moves(
        0xff0e,
        "DBG_SERDES_TEST",
        Some(40),
        DISCLOSES,
        Effect::Tests,
        &[from(16, Bytes16(28))],
        "the eye of a lane",
    ),
    command(
        0xff0f,
        "DBG_LOG_BUFFER_FLUSH",
        Some(24),
        CONFIGURATION,
        Effect::Configures,
        "traces go to the memory that bnxt_en gave",
    ),
    moves(
        0xff10,
        "DBG_READ_DIRECT",
        Some(32),
        DISCLOSES,
        Effect::Reads,
        &[from(16, Dwords32(28))],
        "any register of the chip",
    ),
    moves(
        0xff11,
        "DBG_READ_INDIRECT",
        Some(80),
        Checked(Scope::DebugReadOnly, looks::not_the_host),
        Effect::Reads,
        &[from(16, Bytes32(24))],
        "not the memory of the host, and nothing that erases",
    ),
    command(
        0xff15,
        "DBG_ERASE_NVM",
        None,
        FULL,
        Effect::Flash,
        "can leave nothing to start from",
    ),
    command(
        0xff16,
        "DBG_CFG",
        None,
        Checked(Scope::Configuration, looks::no_ring_of_others),
        Effect::Configures,
        "traces to no completion ring, which is another driver's",
    ),
    moves(
        0xff17,
        "DBG_COREDUMP_LIST",
        Some(32),
        DISCLOSES,
        Effect::Dumps,
        &[from(16, Bytes32(24))],
        "a dump has keys and addresses",
    ),
    command(
        0xff18,
        "DBG_COREDUMP_INITIATE",
        Some(32),
        DISCLOSES,
        Effect::Dumps,
        "the firmware stops to collect it",
    ),
    moves(
        0xff19,
        "DBG_COREDUMP_RETRIEVE",
        Some(56),
        DISCLOSES,
        Effect::Dumps,
        &[from(16, Bytes32(24))],
        "a dump has keys and addresses",
    ),
    reads(0xff1c, "DBG_RING_INFO_GET", Some(24), READ, READS),
    reads(0xff20, "DBG_QCAPS", Some(24), READ, READS_OTHERS),
    reads(0xff21, "DBG_QCFG", Some(24), READ, READS_OTHERS),
    command(
        0xff25,
        "DBG_USEQ_FLUSH",
        None,
        Strict(Scope::DebugReadOnly, Scope::DebugWrite),
        Effect::Configures,
        "throws away what somebody has loaded",
    ),
    reads(0xff26, "DBG_USEQ_QCAPS", None, READ, READS),
    moves(
        0xff2d,
        "DBG_PTRACE",
        Some(40),
        WRITE,
        Effect::Configures,
        &[to(16, Bytes32(32)), from(24, Bytes32(32))],
        "a request to a tracer",
    ),
    command(
        0xff2e,
        "DBG_SIM_CABLE_STATE",
        None,
        Strict(Scope::DebugReadOnly, Scope::DebugWrite),
        Effect::Configures,
        "simulates plug and unplug",
    ),
    reads(0xff2f, "DBG_TOKEN_QUERY_AUTH_IDS", None, READ, READS),
    moves(
        0xff30,
        "DBG_TOKEN_CFG",
        Some(32),
        FULL,
        Effect::Flash,
        &[to(24, Bytes32(20))],
        "unlocks debugging, by a signed token",
    ),
    command(
        0xffec,
        "NVM_DEFRAG",
        Some(24),
        CONFIGURATION,
        Effect::Flash,
        "moves images",
    ),
    command(
        0xffee,
        "NVM_FACTORY_DEFAULTS",
        None,
        FULL,
        Effect::Flash,
        "all settings are lost",
    ),
    command(
        0xfff0,
        "NVM_FLUSH",
        None,
        CONFIGURATION,
        Effect::Flash,
        "what an update needs",
    ),
    moves(
        0xfff1,
        "NVM_GET_VARIABLE",
        Some(40),
        CONFIGURATION,
        Effect::Flash,
        &[from(16, Bits16(24))],
        "a setting",
    ),
    moves(
        0xfff2,
        "NVM_SET_VARIABLE",
        Some(40),
        Checked(Scope::Configuration, looks::not_the_factory),
        Effect::Flash,
        &[to(16, Bits16(24))],
        "a setting; the factory's own at DEBUG_WRITE_FULL",
    ),
    moves(
        0xfff4,
        "NVM_MODIFY",
        Some(40),
        WRITE,
        Effect::Flash,
        &[to(16, Bytes32(32))],
        "a part of an image",
    ),
    command(
        0xfff5,
        "NVM_VERIFY_UPDATE",
        Some(24),
        CONFIGURATION,
        Effect::Flash,
        "what an update needs",
    ),
    reads(0xfff6, "NVM_GET_DEV_INFO", Some(24), READ, READS),
    command(
        0xfff7,
        "NVM_ERASE_DIR_ENTRY",
        Some(24),
        Strict(Scope::Configuration, Scope::DebugWrite),
        Effect::Flash,
        "an image is gone",
    ),
    command(
        0xfff8,
        "NVM_MOD_DIR_ENTRY",
        Some(32),
        Strict(Scope::Configuration, Scope::DebugWrite),
        Effect::Flash,
        "can make an image unbootable",
    ),
    reads(0xfff9, "NVM_FIND_DIR_ENTRY", Some(32), CONFIGURATION, READS),
    moves(
        0xfffa,
        "NVM_GET_DIR_ENTRIES",
        Some(24),
        READ,
        Effect::Flash,
        &[from(16, Directory)],
        "as long as the directory is",
    ),
    reads(0xfffb, "NVM_GET_DIR_INFO", Some(16), READ, READS),
    moves(
        0xfffc,
        "NVM_RAW_DUMP",
        Some(40),
        DISCLOSES,
        Effect::Flash,
        &[from(16, Bytes32(28))],
        "raw flash",
    ),
    moves(
        0xfffd,
        "NVM_READ",
        Some(40),
        READ,
        Effect::Flash,
        &[from(16, Bytes32(32))],
        READS,
    ),
    moves(
        0xfffe,
        "NVM_WRITE",
        Some(56),
        WRITE,
        Effect::Flash,
        &[to(16, Batch)],
        "an image",
    ),
    moves(
        0xffff,
        "NVM_RAW_WRITE_BLK",
        Some(40),
        FULL,
        Effect::Flash,
        &[to(16, Bytes32(28))],
        "raw flash",
    ),
];

const _: () = {
    let mut i = 1;
    while i < COMMANDS.len() {
        assert!(COMMANDS[i - 1].number < COMMANDS[i].number);
        // No address of the caller's is left in a request.
        assert!(COMMANDS[i].transfers.len() <= MAX_ATTACHMENTS);
        i += 1;
    }
};

/// The row of a command.
pub(crate) fn find(number: u16) -> Option<&'static Command> {
    let at = COMMANDS.binary_search_by_key(&number, |command| command.number);
    COMMANDS.get(at.ok()?)
}

#[cfg(not(MODULE))]
impl Command {
    /// Its number.
    pub(crate) fn number(&self) -> u16 {
        self.number
    }

    /// Its rule, in words.
    pub(crate) fn rule(&self) -> &'static str {
        self.rule.words()
    }
}
