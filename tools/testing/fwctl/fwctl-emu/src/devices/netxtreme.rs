// SPDX-License-Identifier: GPL-2.0

//! A BCM57414.

use netxtreme::{Config, NetXtreme};

use super::hexadecimal;

/// Arguments of the device.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Firmware version that the device reports.
    #[arg(long, value_name = "MAJOR.MINOR.BUILD.PATCH", value_parser = Config::parse_version)]
    fw_version: Option<[u16; 4]>,
    /// MAC address, 12 hexadecimal digits.
    #[arg(long, value_parser = hexadecimal::<0xffff_ffff_ffff>)]
    mac: Option<u64>,
    /// Command timeout that the driver is told, in milliseconds.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u16).range(1..))]
    timeout: Option<u16>,
    /// What dumps and counters are made of, hexadecimal; see `Config::dump_seed` of the model.
    #[arg(long, value_name = "SEED", value_parser = hexadecimal::<0xffff_ffff>)]
    dump_seed: Option<u64>,
    /// Say nothing of the firmware's state, so that it cannot be recovered.
    #[arg(long)]
    no_recovery: bool,
}

impl Args {
    /// The function after power-up.
    pub(crate) fn function(self, name: &str) -> NetXtreme {
        let default = Config::default();
        NetXtreme::new(Config {
            name: name.to_owned(),
            fw_version: self.fw_version.unwrap_or(default.fw_version),
            mac: self.mac.unwrap_or(default.mac),
            timeout: self.timeout.unwrap_or(default.timeout),
            dump_seed: self.dump_seed.map_or(default.dump_seed, |seed| seed as u32),
            recovery: !self.no_recovery,
        })
    }
}
