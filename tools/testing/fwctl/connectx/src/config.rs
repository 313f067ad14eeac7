// SPDX-License-Identifier: GPL-2.0

//! What tells one emulated function from another.

use std::fmt;

use pci_model::vpd;

/// Physical or virtual function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// ConnectX-6 Dx.
    #[default]
    Physical,
    /// A virtual function of the ConnectX family.
    Virtual,
}

/// Identity of a function.
#[derive(Clone, Debug)]
pub struct Config {
    /// Name in reports.
    pub name: String,
    /// Physical or virtual.
    pub kind: Kind,
    /// Major, minor, subminor.
    pub fw_version: (u16, u16, u16),
    /// Board id, at most 16 bytes.
    pub psid: String,
    /// Base MAC address, 48 bits.
    pub mac: u64,
    /// Device family as tools see it.
    pub hw_id: u16,
    /// Capabilities that a user context may be given.
    pub uctx_cap: u32,
    /// Command timeout that the driver is told, seconds.
    pub exec_timeout: u32,
    /// Number of this function among the virtual HCAs of the device, not 0.
    pub vhca_id: u16,
    /// Makes the contents of dumps predictable: dword `i` of the pattern is `i * 0x01010101 ^ seed`, 32 bits wide.
    pub dump_seed: u32,
    /// Bytes of a whole dump of the device's registers, a power of two.
    pub dump_len: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            name: "cx0".to_owned(),
            kind: Kind::Physical,
            fw_version: (22, 43, 1014),
            psid: "FWC0000000001".to_owned(),
            mac: 0x9803_9b00_1000,
            hw_id: 0x0212,
            uctx_cap: crate::uctx::TOOLS_RESOURCES,
            exec_timeout: 2,
            vhca_id: 7,
            dump_seed: 0,
            dump_len: 2 << 20,
        }
    }
}

/// A value that no function can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(String);

impl ConfigError {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// The longest dump that can be asked for: so many dwords of the pattern differ.
    pub const DUMP_LEN_MAX: u32 = 16 << 20;

    /// Reads the length of a dump in bytes.
    ///
    /// # Errors
    /// Not a power of two from a page to [`DUMP_LEN_MAX`](Self::DUMP_LEN_MAX).
    pub fn parse_dump_len(text: &str) -> Result<u32, ConfigError> {
        let fits = |len: &u32| len.is_power_of_two() && (4096..=Self::DUMP_LEN_MAX).contains(len);
        text.parse().ok().filter(fits).ok_or_else(|| {
            let most = Self::DUMP_LEN_MAX;
            ConfigError(format!(
                "length of dumps \"{text}\" is not a power of two from 4096 to {most}"
            ))
        })
    }

    /// Reads a version such as `22.43.1014`.
    ///
    /// # Errors
    /// Not three numbers, or one that its field cannot hold.
    pub fn parse_version(text: &str) -> Result<(u16, u16, u16), ConfigError> {
        let bad = || {
            let text = format!(
                "firmware version \"{text}\" is not MAJOR.MINOR.SUB (255.255.65535 at most)"
            );
            ConfigError(text)
        };
        let parts: Vec<u16> = text
            .split('.')
            .map(|part| part.parse().map_err(|_| bad()))
            .collect::<Result<_, _>>()?;
        match parts.as_slice() {
            &[major @ ..=255, minor @ ..=255, sub] => Ok((major, minor, sub)),
            _ => Err(bad()),
        }
    }

    /// Checks a board id.
    ///
    /// # Errors
    /// Empty, longer than 16 bytes or not printable ASCII.
    pub fn parse_psid(text: &str) -> Result<String, ConfigError> {
        if text.is_empty() || text.len() > 16 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            let text = format!("PSID \"{text}\" is not 1 to 16 printable ASCII characters");
            return Err(ConfigError(text));
        }
        Ok(text.to_owned())
    }

    /// Product data of the board, which a virtual function does not have.
    pub(crate) fn vpd(&self) -> Option<Vec<u8>> {
        let serial = format!("{:012X}", self.mac);
        let fields: [(_, &str); 4] = [
            (b"PN", "FWCTL-CX6DX"),
            (b"EC", "A1"),
            (b"SN", &serial),
            (b"V0", "PCIeGen4 x16"),
        ];
        (self.kind == Kind::Physical)
            .then(|| vpd::image("ConnectX-6 Dx EN adapter card, emulated", &fields))
    }

    /// PCI device id.
    pub(crate) fn device_id(&self) -> u16 {
        match self.kind {
            Kind::Physical => 0x101d,
            Kind::Virtual => 0x101e,
        }
    }
}
