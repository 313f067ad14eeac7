// SPDX-License-Identifier: GPL-2.0

//! What a device can do: the groups of QUERY_HCA_CAP and their fields.

mod general;
mod others;

use super::bits;

/// Bytes of a group.
pub const LEN: usize = 4096;

/// First bit, bits, name.
type Row = (u32, u32, &'static str);

/// Which values are asked for; the lowest bit of `op_mod`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// In force.
    Current,
    /// The most that the device offers.
    Maximum,
}

impl Mode {
    pub(super) fn bit(self) -> u16 {
        match self {
            Self::Current => 1,
            Self::Maximum => 0,
        }
    }
}

/// A group of capabilities, `enum mlx5_cap_type` of `include/linux/mlx5/device.h`.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// Its number, in `op_mod` from bit 1 on.
    pub number: u16,
    /// Its name.
    pub name: &'static str,
    rows: &'static [Row],
}

const fn group(number: u16, name: &'static str, rows: &'static [Row]) -> Group {
    Group { number, name, rows }
}

/// All groups whose fields are known, by ascending number.
pub const GROUPS: &[Group] = &[
    *GENERAL,
    group(0x01, "ethernet", others::ETHERNET),
    group(0x03, "atomic", others::ATOMIC),
    group(0x04, "roce", others::ROCE),
    group(0x0c, "qos", others::QOS),
    group(0x0d, "debug", others::DEBUG),
    group(0x0f, "device-memory", others::DEVICE_MEMORY),
    group(0x11, "tls", others::TLS),
    group(0x15, "ipsec", others::IPSEC),
    group(0x1a, "crypto", others::CRYPTO),
    group(0x1f, "macsec", others::MACSEC),
    group(0x20, "general-2", others::GENERAL_2),
];

/// GENERAL, which all firmware has.
pub const GENERAL: &Group = &group(0x00, "general", general::ROWS);
/// DEBUG: dumps and diagnostic counters.
pub const DEBUG: u16 = 0x0d;

/// The group of a name.
pub fn by_name(name: &str) -> Option<&'static Group> {
    GROUPS.iter().find(|group| group.name == name)
}

/// The group of a number.
pub fn by_number(number: u16) -> Option<&'static Group> {
    GROUPS.iter().find(|group| group.number == number)
}

impl Group {
    /// All fields with their values, in the order of the layout. A field beyond the end is not there.
    pub fn decode<'a>(&'a self, caps: &'a [u8]) -> impl Iterator<Item = (&'static str, u64)> + 'a {
        self.rows
            .iter()
            .filter_map(|&(bit, width, name)| Some((name, bits::get(caps, bit, width)?)))
    }

    /// One field; `None` if there is none of that name, or beyond the end.
    pub fn get(&self, caps: &[u8], name: &str) -> Option<u64> {
        let mut rows = self.rows.iter();
        let &(bit, width, _) = rows.find(|row| row.2 == name)?;
        bits::get(caps, bit, width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    // Theory: fields of a group do not overlap, fit, and have names of their own.
    #[test]
    fn layouts_are_sound() {
        assert!(GROUPS
            .windows(2)
            .all(|pair| pair[0].number < pair[1].number));
        for group in GROUPS {
            let mut end = 0;
            let mut names = HashSet::new();
            for &(bit, width, name) in group.rows {
                assert!(
                    bit >= end && (1..=64).contains(&width),
                    "{} {name}",
                    group.name
                );
                assert!(names.insert(name), "{} {name}", group.name);
                end = bit + width;
            }
            assert!(end as usize <= 8 * LEN);
            assert_eq!(
                by_name(group.name).map(|group| group.number),
                Some(group.number)
            );
            assert_eq!(
                by_number(group.number).map(|group| group.name),
                Some(group.name)
            );
        }
    }

    // Theory: well-known fields are where the driver of the kernel reads them.
    #[test]
    fn known_fields_are_in_their_place() {
        let mut caps = vec![0; LEN];
        caps[0x6a0 / 8 + 3] = 4;
        assert_eq!(GENERAL.get(&caps, "uctx_cap"), Some(4));
        caps[0xfc / 8] = 7;
        assert_eq!(GENERAL.get(&caps, "log_max_eq"), Some(7));
        assert_eq!(GENERAL.get(&caps, "no such field"), None);
    }

    proptest! {
        // Theory: capabilities of any length decode to the fields that are there.
        #[test]
        fn any_length_decodes(caps in prop::collection::vec(any::<u8>(), 0..300)) {
            for group in GROUPS {
                for (name, value) in group.decode(&caps) {
                    prop_assert_eq!(group.get(&caps, name), Some(value));
                }
                prop_assert!(group.decode(&caps).count() <= group.rows.len());
            }
        }
    }
}
