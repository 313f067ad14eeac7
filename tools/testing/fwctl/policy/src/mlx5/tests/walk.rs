// SPDX-License-Identifier: GPL-2.0

//! All commands and all registers, in all scopes, against the kernel's own driver and the
//! differences that are meant.

use super::{
    callers, judge, nothing_in, say,
    upstream::{self, Row},
    Mail, ACCESS_REG, ACCESS_REGISTER_USER, DATA, OP_MODS, OP_READ, OP_WRITE, RES_DUMP,
};
use crate::policy::{Caller, Effect, Kind};
use std::collections::BTreeMap;

const DEBUG_WRITE: u32 = 2;

/// What upstream lets pass for anybody: it changes other functions, to which the firmware limits
/// only a UID with the rights to the resources for tools.
const TOOLS_ONLY: &[u16] = &[0x109];

/// What `strict` raises to DEBUG_WRITE.
const DISCLOSES: &[(u16, &str)] = &[
    (0x201, "QUERY_MKEY: the key itself"),
    (0x203, "QUERY_SPECIAL_CONTEXTS: the kernel's reserved key"),
    (0x303, "QUERY_EQ: pages of the queue"),
    (0x402, "QUERY_CQ: pages and doorbell record"),
    (0x50b, "QUERY_QP: pages and doorbell record"),
    (0x702, "QUERY_SRQ: pages and doorbell record"),
    (0x707, "QUERY_XRC_SRQ: pages and doorbell record"),
    (0x713, "QUERY_DCT: access key"),
    (0x719, "QUERY_XRQ: pages, doorbell record and key"),
    (0x907, "QUERY_SQ: pages and doorbell record"),
    (0x90b, "QUERY_RQ: pages and doorbell record"),
    (0x90f, "QUERY_RMP: pages and doorbell record"),
    (0xa09, "QUERY_UMEM: pages"),
    (0x8001, "QUERY_MTT: translations"),
];

/// Whether a mailbox of zeroes passes. The register that it names, if any, is 0.
fn expected(list: &BTreeMap<u16, Row>, opcode: u16, op_mod: u16, caller: Caller) -> bool {
    let Some(row) = list.get(&opcode) else {
        return false;
    };
    let mut least = row.least(op_mod);
    if TOOLS_ONLY.contains(&opcode) && !caller.tools {
        return false;
    }
    if caller.strict {
        if [ACCESS_REG, ACCESS_REGISTER_USER].contains(&opcode) {
            return false;
        }
        if DISCLOSES.iter().any(|&(discloses, _)| discloses == opcode) {
            least = DEBUG_WRITE;
        }
    }
    caller.scope as u32 >= least
}

fn expected_effect(opcode: u16) -> Effect {
    match opcode {
        0x800 => Effect::Creates(Kind::Pd),
        0x801 => Effect::Destroys(Kind::Pd),
        0x202 => Effect::Destroys(Kind::Mkey),
        _ => Effect::None,
    }
}

/// Theory: a command passes in the scopes in which the kernel's own driver lets it pass, but for a
/// few differences that somebody wrote down.
#[test]
fn every_opcode() {
    let list = upstream::list(true);
    let mut wrong = Vec::new();
    let mut count = 0;
    for opcode in 0..=u16::MAX {
        for op_mod in OP_MODS {
            let mail = Mail::new(opcode, op_mod, 0x120);
            for caller in callers() {
                count += 1;
                let verdict = judge(&mail.0, caller);
                let passes = expected(&list, opcode, op_mod, caller);
                if verdict.is_some() != passes {
                    wrong.push(format!(
                        "{opcode:#x} op_mod {op_mod:#x} {}: should pass: {passes}",
                        say(caller)
                    ));
                }
                if let Some(verdict) = verdict {
                    assert_eq!(verdict.effect, expected_effect(opcode), "{opcode:#x}");
                    assert_eq!(verdict.reach, None, "{opcode:#x}");
                }
            }
        }
    }
    nothing_in(&wrong, "verdicts are others");
    assert_eq!(count, 65_536 * 3 * 16);
    println!("{count} combinations");
}

/// Theory: the differences are needed, so that a list which has become upstream's says so.
#[test]
fn differences_differ() {
    let ours = upstream::list(true);
    let theirs = upstream::list(false);
    let differs = |opcode: &u16| {
        let least = |list: &BTreeMap<u16, Row>| {
            let row = list.get(opcode)?;
            Some((row.least(OP_WRITE), row.least(OP_READ)))
        };
        least(&ours) != least(&theirs)
    };
    let differing: Vec<u16> = (0..=u16::MAX).filter(differs).collect();
    assert_eq!(differing, [0x202, 0x800, 0x801]);
    for opcode in TOOLS_ONLY
        .iter()
        .chain(DISCLOSES.iter().map(|(opcode, _)| opcode))
    {
        assert!(theirs.contains_key(opcode), "{opcode:#x}");
    }
}

/// Registers by hand, in groups.
const NEVER: &[u16] = &[
    0x905c, // MCDD: physical addresses
    0x9041, // MTRC_CONF: a key that is written through later
];
/// State that the stock driver owns: HOST_ENDIANNESS, MTRC_CAP, MTRC_CTRL, VHCA_ICM_CTRL,
/// FPGA_CTRL, FPGA_ACCESS.
const DRIVERS_OWN: &[u16] = &[0x7004, 0x9040, 0x9043, 0xc010, 0x4023, 0x4024];
/// RES_DUMP and CORE_DUMP, which are looked into; zeroes pass.
const DUMPS: &[u16] = &[0xc000, 0x402e];
/// Reset and flash, which are what the subsystem is for: MFRL, MCC, MCDA.
const UPDATE: &[u16] = &[0x9028, 0x9062, 0x9063];
/// Read or written by `mstflint` and the tools with it: identity and components (MGIR, MCAM, MCQS,
/// MCQI, MQIS), settings (MNVDA, MNVQC, MNVIA, MNVGC), ports (PMLP, PTYS, PAOS, PPCNT, PPLM, SLTP,
/// PDDR, PPAOS, PCAM), PCIe (MPEIN, MPCNT, MPEGC, MPIR), sensors (MTCAP, MTMP).
const TOOLS: &[u16] = &[
    0x9020, 0x907f, 0x9060, 0x9061, 0x9064, 0x9024, 0x9030, 0x9033, 0x9034, 0x5002, 0x5004, 0x5006,
    0x5008, 0x5023, 0x5027, 0x5031, 0x5040, 0x507f, 0x9050, 0x9051, 0x9056, 0x9059, 0x9009, 0x900a,
];
/// Read by the kernel, harmless to others: PCAP, PMTU, PMAOS, MCIA, MTRC_STDB, DTOR.
const KERNEL: &[u16] = &[0x5001, 0x5003, 0x5012, 0x9014, 0x9042, 0xc00e];

fn named(id: u16) -> bool {
    let groups = [NEVER, DRIVERS_OWN, DUMPS, UPDATE, TOOLS, KERNEL];
    groups.iter().any(|group| group.contains(&id))
}

/// From which scope on an access passes; `None` for never.
fn least(upstream: &Row, id: u16, op_mod: u16, strict: bool) -> Option<u32> {
    let write = if DRIVERS_OWN.contains(&id) {
        DEBUG_WRITE
    } else {
        upstream.least(OP_WRITE)
    };
    let read = upstream.least(OP_READ);
    if NEVER.contains(&id) || strict && !named(id) {
        return None;
    }
    Some(match op_mod {
        OP_WRITE => write,
        OP_READ => read,
        // To be allowed both is needed for those that somebody thought about.
        other if named(id) => write.max(upstream.least(other)),
        other => upstream.least(other),
    })
}

/// Theory: a register is read and written as with the kernel's own driver, but for those that
/// somebody wrote down; `strict` knows no others.
#[test]
fn every_register() {
    let upstream = upstream::list(false);
    let mut wrong = Vec::new();
    let mut count = 0;
    for id in 0..=u16::MAX {
        for op_mod in OP_MODS {
            for opcode in [ACCESS_REG, ACCESS_REGISTER_USER] {
                let row = upstream.get(&opcode).unwrap();
                let mail = Mail::register(id, op_mod, 0x100).with(0, &opcode.to_be_bytes());
                for caller in callers() {
                    count += 1;
                    let verdict = judge(&mail.0, caller);
                    let least = least(row, id, op_mod, caller.strict);
                    let passes = least.is_some_and(|least| caller.scope as u32 >= least);
                    if verdict.is_some() != passes {
                        wrong.push(format!(
                            "{opcode:#x} register {id:#x} op_mod {op_mod:#x} {}: should pass: {passes}",
                            say(caller)
                        ));
                    }
                    if let Some(verdict) = verdict {
                        assert_eq!(verdict.effect, Effect::None);
                        // Zeroes are not an inline dump.
                        assert_eq!(verdict.reach.is_some(), id == RES_DUMP, "{id:#x}");
                    }
                }
            }
        }
    }
    nothing_in(&wrong, "verdicts are others");
    assert_eq!(count, 65_536 * 3 * 2 * 16);
    println!("{count} combinations");
}

/// Theory: no command gives the header's `vhca_tunnel_id` a meaning that a tool needs, so none
/// passes with one.
#[test]
fn every_tunnel() {
    let passing: Vec<u16> = (0..=u16::MAX)
        .filter(|&opcode| Mail::new(opcode, OP_READ, DATA + 0x100).judge().is_some())
        .collect();
    assert!(passing.len() > 90);
    for opcode in passing {
        let mut mail = Mail::new(opcode, OP_READ, DATA + 0x100);
        for tunnel in 1..=u16::MAX {
            mail = mail.with(4, &tunnel.to_be_bytes());
            assert!(mail.judge().is_none(), "{opcode:#x} tunnel {tunnel:#x}");
        }
    }
}
