// SPDX-License-Identifier: GPL-2.0

//! What a function is, and how it is told to be.

use std::fmt;

use pci_model::vpd;

/// Identity of a function.
#[derive(Clone, Debug)]
pub struct Config {
    /// Name in reports.
    pub name: String,
    /// Major, minor, build, patch.
    pub fw_version: [u16; 4],
    /// MAC address, 48 bits.
    pub mac: u64,
    /// Command timeout that the driver is told, milliseconds.
    pub timeout: u16,
    /// Makes the contents of dumps predictable; see [`firmware_model::pattern`].
    pub dump_seed: u32,
    /// The firmware says where its state is, so that a driver can recover it.
    pub recovery: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            name: "nx0".to_owned(),
            fw_version: [230, 0, 157, 0],
            mac: 0x0010_18a0_1000,
            timeout: 500,
            dump_seed: 0,
            recovery: true,
        }
    }
}

/// A value that no function can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads a version such as `230.0.157.0`.
    ///
    /// # Errors
    /// Not four numbers, or one that its fields cannot hold.
    pub fn parse_version(text: &str) -> Result<[u16; 4], ConfigError> {
        let numbers: Option<Vec<u16>> = text.split('.').map(|part| part.parse().ok()).collect();
        let version = numbers.and_then(|numbers| <[u16; 4]>::try_from(numbers).ok());
        version
            .filter(|version| version.iter().all(|part| *part <= 255))
            .ok_or_else(|| {
                ConfigError(format!(
                    "firmware version \"{text}\" is not MAJOR.MINOR.BUILD.PATCH (255 at most each)"
                ))
            })
    }

    /// The version as text.
    pub(crate) fn version_text(&self) -> String {
        self.fw_version.map(|part| part.to_string()).join(".")
    }

    /// Product data of the board.
    pub(crate) fn vpd(&self) -> Vec<u8> {
        let serial = format!("{:012X}", self.mac);
        let version = self.version_text();
        let fields: [(_, &str); 4] = [
            (b"PN", "FWCTL-BCM57414"),
            (b"MN", "14E4"),
            (b"SN", &serial),
            (b"V0", &version),
        ];
        vpd::image("BCM57414 NetXtreme-E 10Gb/25Gb adapter, emulated", &fields)
    }

    /// The MAC address, in the order of the wire.
    pub(crate) fn mac_bytes(&self) -> [u8; 6] {
        let [_, _, bytes @ ..] = self.mac.to_be_bytes();
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_four_parts() {
        assert_eq!(
            Config::parse_version("230.0.157.0").unwrap(),
            [230, 0, 157, 0]
        );
        for text in ["", "1.2.3", "1.2.3.4.5", "1.2.3.x", "1.2.256.4", "-1.2.3.4"] {
            let error = Config::parse_version(text).unwrap_err().to_string();
            assert!(error.contains("MAJOR"), "{text}: {error}");
        }
        assert_eq!(Config::default().version_text(), "230.0.157.0");
        assert_eq!(
            Config::default().mac_bytes(),
            [0, 0x10, 0x18, 0xa0, 0x10, 0]
        );
    }
}
