// SPDX-License-Identifier: GPL-2.0

//! All request types in all scopes, against the kernel's own driver and the differences that are meant.

use super::{callers, hsi::Header, judge, Ask};
use crate::{policy::Caller, Scope};
use policies::kernel;
use std::collections::BTreeMap;

/// What upstream lets pass with less, and why it should not be.
const DIFFERENCES: &[(&str, Scope, &str)] = &[
    (
        "FUNC_RESET",
        Scope::DebugWriteFull,
        "takes rings from under bnxt_en",
    ),
    (
        "FW_RESET",
        Scope::DebugWriteFull,
        "takes the device from other hosts",
    ),
    (
        "DBG_ERASE_NVM",
        Scope::DebugWriteFull,
        "leaves nothing to start from",
    ),
    (
        "NVM_FACTORY_DEFAULTS",
        Scope::DebugWriteFull,
        "all settings are lost",
    ),
];

/// What `strict` raises to DEBUG_WRITE, where the request is all zeroes.
const RAISED: &[&str] = &[
    "FUNC_BACKING_STORE_QCFG_V2",
    "SELFTEST_RETRIEVE_SERDES_DATA",
    "PORT_PHY_FDRSTAT",
    "DBG_SERDES_TEST",
    "DBG_READ_DIRECT",
    "DBG_COREDUMP_LIST",
    "DBG_COREDUMP_INITIATE",
    "DBG_COREDUMP_RETRIEVE",
    "NVM_ERASE_DIR_ENTRY",
    "NVM_MOD_DIR_ENTRY",
    "NVM_RAW_DUMP",
];

fn scope(name: &str) -> Scope {
    match name {
        "FWCTL_RPC_CONFIGURATION" => Scope::Configuration,
        "FWCTL_RPC_DEBUG_READ_ONLY" => Scope::DebugReadOnly,
        "FWCTL_RPC_DEBUG_WRITE" => Scope::DebugWrite,
        "FWCTL_RPC_DEBUG_WRITE_FULL" => Scope::DebugWriteFull,
        _ => panic!("{name}"),
    }
}

/// What the kernel's own driver says, by names: rows of a table, then the cases of a switch.
fn upstream() -> BTreeMap<String, Scope> {
    let text = kernel::read("drivers/fwctl/bnxt/main.c");
    let mut rows = BTreeMap::new();
    let table = text.split("bnxtctl_dma_cmds[] = {").nth(1).unwrap();
    for row in table.split("\n};").next().unwrap().split("CMD_DMA").skip(1) {
        let Some((_, arguments)) = row
            .split_once('(')
            .filter(|(name, _)| ["_LEN", "S"].contains(name))
        else {
            panic!("{row}");
        };
        let mut arguments = arguments.split(',').map(str::trim);
        let name = arguments.next().unwrap().strip_prefix("HWRM_").unwrap();
        rows.insert(name.to_owned(), scope(arguments.next().unwrap()));
    }
    assert!(rows.len() > 20);

    let judge = text
        .split("static bool bnxtctl_validate_rpc(")
        .nth(1)
        .unwrap();
    let cases = judge.split("switch (req_type) {").nth(1).unwrap();
    let mut labels = Vec::new();
    for line in cases
        .split("default:")
        .next()
        .unwrap()
        .lines()
        .map(str::trim)
    {
        if let Some(label) = line.strip_prefix("case HWRM_") {
            labels.push(label.trim_end_matches(':').to_owned());
        } else if let Some(least) = line.strip_prefix("return scope >= ") {
            let least = scope(least.trim_end_matches(';'));
            rows.extend(labels.drain(..).map(|label| (label, least)));
        } else {
            assert!(line.is_empty(), "{line}");
        }
    }
    assert!(labels.is_empty());
    assert!(rows.len() > 90);
    rows
}

/// Theory: a request of zeroes passes in the scopes in which the kernel's own driver lets it pass, but
/// for a few differences that somebody wrote down.
#[test]
fn every_type() {
    let header = Header::read();
    let mut least: BTreeMap<u16, Scope> = BTreeMap::new();
    for (name, scope) in upstream() {
        let raised = DIFFERENCES.iter().find(|(differs, ..)| *differs == name);
        let scope = raised.map_or(scope, |&(_, raised, _)| {
            assert!(raised > scope, "{name}");
            raised
        });
        least.insert(header.numbers[&name], scope);
    }
    for number in 0..=u16::MAX {
        let ask = Ask::new(number);
        assert_eq!(ask.least(false), least.get(&number).copied(), "{number:#x}");
    }
}

/// Theory: `strict` takes away what has no layout and raises some; it gives nobody anything.
#[test]
fn strict() {
    let header = Header::read();
    for (name, &number) in &header.numbers {
        let ask = Ask::new(number);
        let (usual, strict) = (ask.least(false), ask.least(true));
        let expected = match usual {
            _ if !header.has_request(name) => None,
            Some(least) if RAISED.contains(&name.as_str()) => Some(least.max(Scope::DebugWrite)),
            usual => usual,
        };
        assert_eq!(strict, expected, "{name}");
        assert!(
            !RAISED.contains(&name.as_str()) || strict != usual,
            "{name}"
        );
    }
}

/// Theory: requests too short for a header pass for nobody.
#[test]
fn short() {
    for caller in callers() {
        for len in 0..16 {
            assert!(judge(&Ask::new(0).0[..len], caller).is_none());
        }
    }
    let all = Caller {
        scope: Scope::DebugWriteFull,
        strict: false,
    };
    assert!(judge(&Ask::new(0).0[..16], all).is_some());
}
