// SPDX-License-Identifier: GPL-2.0

//! Names beside the numbers of the tables, against those of the kernel's headers.

use super::upstream;
use crate::policy::{commands::COMMANDS, registers::REGISTERS};
use std::collections::BTreeMap;

/// Theory: the name beside an opcode is that which the kernel gives it.
#[test]
fn commands() {
    let mut names: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for path in ["include/linux/mlx5/mlx5_ifc.h", "drivers/fwctl/mlx5/main.c"] {
        for prefix in ["MLX5_CMD_OP_", "MLX5_CMD_OPCODE_"] {
            for (name, opcode) in upstream::numbers(path, prefix) {
                names.entry(opcode).or_default().push(name);
            }
        }
    }
    assert!(names.len() > 200);
    for command in COMMANDS {
        let theirs = names.get(&command.opcode());
        assert!(
            theirs.is_some_and(|names| names.iter().any(|name| name == command.name)),
            "{:#x} {}: {theirs:?}",
            command.opcode(),
            command.name
        );
    }
}

/// Registers that the kernel's headers do not know, by the PRM.
const PRM: &[(u16, &str)] = &[
    (0x5027, "SLTP"),
    (0x5040, "PPAOS"),
    (0x9020, "MGIR"),
    (0x9030, "MNVQC"),
    (0x9033, "MNVIA"),
    (0x9034, "MNVGC"),
    (0x905c, "MCDD"),
    (0x9064, "MQIS"),
];

/// Theory: the name beside a register's id is that which the kernel gives it, or the PRM.
#[test]
fn registers() {
    let mut names = upstream::numbers("include/linux/mlx5/driver.h", "MLX5_REG_");
    assert!(names.len() > 50);
    // Spelled as in the PRM here.
    for (theirs, ours) in [
        ("RESOURCE_DUMP", "RES_DUMP"),
        ("FPGA_ACCESS_REG", "FPGA_ACCESS"),
    ] {
        let id = names.remove(theirs).unwrap();
        names.insert(ours.to_owned(), id);
    }
    for &(id, name) in PRM {
        assert_eq!(names.insert(name.to_owned(), id), None, "{name}");
    }
    for register in REGISTERS {
        let theirs = names.get(register.name);
        assert_eq!(theirs, Some(&register.id()), "{}", register.name);
    }
}
