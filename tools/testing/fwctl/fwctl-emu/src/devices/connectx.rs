// SPDX-License-Identifier: GPL-2.0

//! A ConnectX.

use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use connectx::{Config, ConnectX, FunctionKind};

use super::{hexadecimal, settings};

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Physical function.
    Pf,
    /// Virtual function.
    Vf,
}

/// Arguments of the device.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Physical or virtual function.
    #[arg(long, value_enum, default_value = "pf")]
    function: Kind,
    /// Firmware version that the device reports.
    #[arg(long, value_name = "MAJOR.MINOR.SUB", value_parser = Config::parse_version)]
    fw_version: Option<(u16, u16, u16)>,
    /// Board id that the device reports, at most 16 characters.
    #[arg(long, value_parser = Config::parse_psid)]
    psid: Option<String>,
    /// Base MAC address, 12 hexadecimal digits.
    #[arg(long, value_parser = hexadecimal::<0xffff_ffff_ffff>)]
    mac: Option<u64>,
    /// Capabilities that a user context may be given, hexadecimal; bit 2 is TOOLS_RESOURCES.
    #[arg(long, value_parser = hexadecimal::<0xffff_ffff>)]
    uctx_cap: Option<u64>,
    /// Command timeout that the driver is told, in seconds.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=3600))]
    exec_timeout: Option<u32>,
    /// Number of the function among the virtual HCAs of the device.
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(u16).range(1..))]
    vhca_id: Option<u16>,
    /// What dumps and counters are made of, hexadecimal; see `Config::dump_seed` of the model.
    #[arg(long, value_name = "SEED", value_parser = hexadecimal::<0xffff_ffff>)]
    dump_seed: Option<u64>,
    /// Length of a dump of the registers, a power of two.
    #[arg(long, value_name = "BYTES", value_parser = Config::parse_dump_len)]
    dump_len: Option<u32>,
    /// Keep the non-volatile configuration here, JSON; without it, only as long as the process lives.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

impl Args {
    /// The function after power-up.
    pub(crate) fn function(self, name: &str) -> Result<ConnectX> {
        let mut config = Config {
            name: name.to_owned(),
            kind: match self.function {
                Kind::Pf => FunctionKind::Physical,
                Kind::Vf => FunctionKind::Virtual,
            },
            ..Config::default()
        };
        if let Some(version) = self.fw_version {
            config.fw_version = version;
        }
        if let Some(psid) = self.psid {
            config.psid = psid;
        }
        if let Some(mac) = self.mac {
            config.mac = mac;
        }
        if let Some(caps) = self.uctx_cap {
            config.uctx_cap = caps as u32;
        }
        if let Some(seconds) = self.exec_timeout {
            config.exec_timeout = seconds;
        }
        if let Some(id) = self.vhca_id {
            config.vhca_id = id;
        }
        if let Some(seed) = self.dump_seed {
            config.dump_seed = seed as u32;
        }
        if let Some(len) = self.dump_len {
            config.dump_len = len;
        }
        let mut function = ConnectX::new(config);
        if let Some(path) = self.settings {
            function = function.with_settings(settings::load(&path)?, settings::keep(path));
        }
        Ok(function)
    }
}
