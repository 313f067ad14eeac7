// SPDX-License-Identifier: GPL-2.0

//! Theory: whatever a guest writes, the model neither panics nor reaches outside of guest memory on its own.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use common::Driver;
use proptest::prelude::*;

/// Opcodes of the dispatch table, so that most inputs get past it.
const OPCODES: &[u16] = &[
    0x100, 0x101, 0x102, 0x103, 0x104, 0x105, 0x107, 0x108, 0x109, 0x10a, 0x10b, 0x10c, 0x10d,
    0x200, 0x201, 0x202, 0x203, 0x301, 0x302, 0x303, 0x750, 0x754, 0x800, 0x801, 0x802, 0x803,
    0x805, 0x80d, 0x819, 0x820, 0x821, 0xa04, 0xa06, 0xa08, 0xa0a, 0xb0c, 0xb22,
];

/// All but MCDD, which reaches outside by its nature.
const REGISTERS: &[u16] = &[
    0x4023, 0x4024, 0x9028, 0x9040, 0x9041, 0x9043, 0x9062, 0x9063, 0xc010, 0x402e, 0x5002, 0x5004,
    0x5006, 0x5008, 0x5012, 0x5023, 0x5027, 0x5031, 0x5040, 0x507f, 0x7004, 0x9009, 0x900a, 0x9020,
    0x9024, 0x9030, 0x9033, 0x9034, 0x9050, 0x9051, 0x9056, 0x9059, 0x9060, 0x9061, 0x9064, 0x907f,
    0xc000, 0xc00e,
];

fn input() -> impl Strategy<Value = Vec<u8>> {
    let opcode = proptest::sample::select(OPCODES);
    let body = proptest::collection::vec(prop_oneof![3 => Just(0_u8), 1 => any::<u8>()], 0..700);
    let register = proptest::sample::select(REGISTERS);
    (opcode, 0..4_u8, 0..4_u8, register, body).prop_map(|(opcode, uid, op_mod, register, body)| {
        let mut input = opcode.to_be_bytes().to_vec();
        input.extend([0, uid, 0, 0, 0, op_mod, 0, 0]);
        if matches!(opcode, 0x805 | 0xb0c) {
            input.extend(register.to_be_bytes());
        }
        input.extend(body);
        input
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn well_formed_commands(
        commands in proptest::collection::vec((input(), 0..5000_usize), 1..40),
    ) {
        let mut driver = Driver::ready();
        let mut caps = 0;
        for (input, out_len) in commands {
            caps ^= 4;
            driver.create_uctx(caps);
            let eqs = driver.objects("eq");
            driver.bus.outside = 0;
            driver.exec(0, &input, out_len);
            // Only an event queue that the input placed anywhere may point outside.
            if eqs <= 1 && driver.objects("eq") <= 1 {
                prop_assert_eq!(driver.bus.outside, 0);
            }
        }
        driver.flr();
        prop_assert_eq!(driver.state()["user_objects"].as_u64(), Some(0));
    }

    #[test]
    fn random_entries(entries in proptest::collection::vec(any::<[u8; 32]>(), 1..32)) {
        let mut driver = Driver::ready();
        for (slot, half) in entries.iter().enumerate() {
            let mut entry = [0; 64];
            entry[..32].copy_from_slice(half);
            entry[32..].copy_from_slice(half);
            if slot % 2 == 0 {
                entry[0] = 7;
                // Lengths that a command could have.
                entry[4..6].fill(0);
                entry[56..58].fill(0);
            }
            entry[63] |= 1;
            driver.put_entry(slot as u32, entry);
            driver.ring(slot as u32);
        }
    }

    #[test]
    fn random_register_accesses(
        accesses in proptest::collection::vec(
            (any::<bool>(), 0..0x20_1000_u64, proptest::collection::vec(any::<u8>(), 0..16)), 1..64),
        configs in proptest::collection::vec(
            (0..4200_u64, proptest::collection::vec(any::<u8>(), 0..8)), 0..32),
    ) {
        let mut driver = Driver::new();
        for (write, at, mut data) in accesses {
            if write {
                driver.endpoint.bar_write(&mut driver.bus, 0, at, &data);
            } else {
                driver.endpoint.bar_read(&mut driver.bus, 0, at, &mut data);
            }
        }
        for (at, mut data) in configs {
            driver.endpoint.config_write(&mut driver.bus, at, &data);
            driver.endpoint.config_read(at, &mut data);
        }
    }
}
