// SPDX-License-Identifier: GPL-2.0

//! Which items of configuration this firmware has: one table. Layouts are those that `mstconfig` has in its database
//! and `lib/nv_param.c` of the driver uses.

use crate::layout::{field, Field};

/// Type of an item of the whole device is its number alone.
const GLOBAL: u32 = 0;
/// Of an item of port 1: class, port, number.
const PORT_1: u32 = (1 << 24) | (1 << 16);

/// The most virtual functions that can be asked for.
const MAX_VFS: u32 = 127;
const MAX_VF_VECTORS: u32 = 63;

/// An item, called TLV by the tools.
#[derive(Debug)]
pub(super) struct Item {
    /// What MNVDA and MNVQC select it by.
    pub(super) kind: u32,
    pub(super) name: &'static str,
    pub(super) version: u32,
    /// Bytes of its value.
    pub(super) len: usize,
    /// What the device can do is no setting.
    pub(super) writable: bool,
    pub(super) settings: &'static [Setting],
}

/// A field of an item.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) field: Field,
    factory: u32,
    most: u32,
}

#[rustfmt::skip]
pub(super) const ITEMS: &[Item] = &[
    Item { kind: GLOBAL | 0x80, name: "nv_global_pci_conf", version: 0, len: 12, writable: true, settings: &[
        flag("sriov_valid", 0x0, 31, 1),
        flag("num_vf_msix_valid", 0x0, 27, 0),
        flag("sriov_en", 0x4, 31, 0),
        number(field("num_pfs", 0x4, 23, 16), 1, 1),
        number(field("total_vfs", 0x4, 15, 0), 0, MAX_VFS),
        number(field("num_vf_msix", 0x8, 31, 22), 11, MAX_VF_VECTORS),
    ] },
    Item { kind: GLOBAL | 0x81, name: "nv_global_pci_cap", version: 0, len: 20, writable: false, settings: &[
        flag("max_vfs_per_pf_valid", 0x0, 31, 1),
        flag("num_vf_msix_supported", 0x0, 27, 1),
        flag("sriov_support", 0x4, 31, 1),
        value(field("max_num_pfs", 0x4, 23, 16), 1),
        value(field("max_vfs_per_pf", 0x4, 15, 0), MAX_VFS),
        value(field("max_num_vf_msix", 0x8, 31, 22), MAX_VF_VECTORS),
    ] },
    Item { kind: GLOBAL | 0x10a, name: "nv_sw_offload_conf", version: 1, len: 8, writable: true, settings: &[
        number(field("pci_atomic_mode", 0x0, 14, 12), 0, 4),
        flag("uctx_en", 0x0, 8, 1),
        number(field("cqe_compression", 0x0, 2, 0), 0, 1),
        number(field("lro_log_timeout3", 0x4, 15, 12), 13, 15),
        number(field("lro_log_timeout2", 0x4, 11, 8), 10, 15),
        number(field("lro_log_timeout1", 0x4, 7, 4), 8, 15),
        number(field("lro_log_timeout0", 0x4, 3, 0), 6, 15),
    ] },
    Item { kind: GLOBAL | 0x10b, name: "nv_sw_offload_cap", version: 0, len: 8, writable: false, settings: &[
        flag("uctx_supported", 0x0, 8, 1),
    ] },
    Item { kind: PORT_1 | 0x12, name: "nv_vpi_link_type", version: 0, len: 4, writable: true, settings: &[
        // 1 InfiniBand, 2 Ethernet.
        number(field("default_link_type", 0x0, 3, 2), 1, 2),
    ] },
    Item { kind: PORT_1 | 0x190, name: "nv_keep_link_up", version: 3, len: 4, writable: true, settings: &[
        flag("do_not_clear_port_stats", 0x0, 4, 0),
        flag("keep_link_up_on_standby", 0x0, 3, 0),
        flag("keep_link_up_on_boot", 0x0, 2, 0),
        flag("keep_ib_link_up", 0x0, 1, 0),
        flag("keep_eth_link_up", 0x0, 0, 1),
    ] },
];

const fn flag(name: &'static str, at: usize, bit: u32, factory: u32) -> Setting {
    number(field(name, at, bit, bit), factory, 1)
}

/// One that can only be read.
const fn value(field: Field, value: u32) -> Setting {
    number(field, value, value)
}

const fn number(field: Field, factory: u32, most: u32) -> Setting {
    assert!(factory <= most && most <= field.max());
    Setting {
        field,
        factory,
        most,
    }
}

/// The item of a type.
pub(super) fn find(kind: u32) -> Option<&'static Item> {
    ITEMS.iter().find(|item| item.kind == kind)
}

impl Item {
    /// Its value when nobody set another.
    pub(super) fn factory(&self) -> Vec<u8> {
        let mut value = vec![0; self.len];
        for setting in self.settings {
            setting.field.put(&mut value, setting.factory);
        }
        value
    }

    /// Whether all fields are within their bounds, and nothing is between them.
    pub(super) fn allows(&self, value: &[u8]) -> bool {
        let mut rest = value.to_vec();
        let mut within = value.len() == self.len;
        for setting in self.settings {
            within &= setting.field.get(value) <= setting.most;
            setting.field.put(&mut rest, 0);
        }
        within && rest.iter().all(|byte| *byte == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_have_names_and_factory_values_of_their_own() {
        for (i, item) in ITEMS.iter().enumerate() {
            assert!(item.allows(&item.factory()), "{}", item.name);
            assert_eq!(item.len % 4, 0);
            let mut bits = vec![0; item.len];
            for setting in item.settings {
                assert_eq!(setting.field.get(&bits), 0, "{}", setting.field.name);
                setting.field.put(&mut bits, u32::MAX);
                assert_ne!(setting.field.get(&bits), 0, "{}", setting.field.name);
            }
            let others = &ITEMS[i + 1..];
            assert!(others.iter().all(|other| other.kind != item.kind));
            assert!(others.iter().all(|other| other.name != item.name));
        }
    }

    #[test]
    fn nothing_out_of_bounds_is_allowed() {
        let item = find(0x80).unwrap();
        let with = |at: usize, value: u8| {
            let mut data = item.factory();
            data[at] = value;
            data
        };
        assert!(item.allows(&with(7, 127)));
        assert!(!item.allows(&with(7, 128)));
        assert!(!item.allows(&with(11, 1)), "a reserved bit");
        assert!(!item.allows(&item.factory()[..8]));
        assert!(!item.allows(&[item.factory(), vec![0; 4]].concat()));
    }
}
