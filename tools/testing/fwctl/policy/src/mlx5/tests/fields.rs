// SPDX-License-Identifier: GPL-2.0

//! Fields that can hold an address or a key, in the layouts of the kernel's headers: each is looked
//! into, or somebody wrote down why it need not be. A field that a later kernel adds fails here.

use super::{
    ifc::{Field, Layouts},
    judge, nothing_in, Mail, ANYTHING, CORE_DUMP, DATA, RES_DUMP,
};
use crate::{
    policy::{commands::COMMANDS, mkey, registers::REGISTERS, Caller, Verdict},
    Scope,
};
use std::collections::BTreeSet;

/// What the name of such a field contains.
const NEEDLES: &[&str] = &[
    "mkey",
    "lkey",
    "rkey",
    "pas",
    "addr",
    "dbr",
    "umem",
    "access_key",
];

#[derive(Clone, Copy)]
enum Why {
    /// The verdict depends on it.
    Judged,
    /// The register that has it is refused.
    Refused(u16),
    Harmless(&'static str),
}
use Why::{Harmless, Judged, Refused};

/// Layout, field, reason. A field that ends in a dot is all that is in it.
type Known = &'static [(&'static str, &'static str, Why)];

const OWN: &str = "a number, which objects.rs looks for among the descriptor's own";
const UID: &str = "a number, of which the firmware looks whether the UID owns it";
const LIMITS: &str = "what a function can do, in bits, counts and places within the device";
const MAC: &str = "of a network, not of memory";

const REQUESTS: Known = &[
    ("create_mkey_in", "mkey_umem_valid", Judged),
    ("create_mkey_in", "memory_key_mkey_entry", Judged),
    ("create_mkey_in", "memory_key_mkey_entry.mkey_7_0", Judged),
    ("create_mkey_in", "memory_key_mkey_entry.start_addr", Judged),
    ("create_mkey_in", "klm_pas_mtt", Judged),
    ("destroy_mkey_in", "mkey_index", Harmless(OWN)),
    ("query_mkey_in", "mkey_index", Harmless(UID)),
    (
        "query_roce_address_in",
        "roce_address_index",
        Harmless("a place in the table of GIDs"),
    ),
    ("set_hca_cap_in", "capability.", Harmless(LIMITS)),
];

const REPLIES: Known = &[
    (
        "create_mkey_out",
        "mkey_index",
        Harmless("of a key of the descriptor's own"),
    ),
    ("query_hca_cap_out", "capability.", Harmless(LIMITS)),
    (
        "query_vhca_migration_state_out",
        "required_umem_size",
        Harmless("a size"),
    ),
    (
        "query_esw_vport_context_out",
        "esw_vport_context.sw_steering_vport_icm_address_rx",
        Harmless("in the device's own memory"),
    ),
    (
        "query_esw_vport_context_out",
        "esw_vport_context.sw_steering_vport_icm_address_tx",
        Harmless("in the device's own memory"),
    ),
    (
        "query_nic_vport_context_out",
        "nic_vport_context.event_on_mc_address_change",
        Harmless(MAC),
    ),
    (
        "query_nic_vport_context_out",
        "nic_vport_context.event_on_uc_address_change",
        Harmless(MAC),
    ),
    (
        "query_nic_vport_context_out",
        "nic_vport_context.permanent_address",
        Harmless(MAC),
    ),
    (
        "query_nic_vport_context_out",
        "nic_vport_context.permanent_address.",
        Harmless(MAC),
    ),
    (
        "query_nic_vport_context_out",
        "nic_vport_context.current_uc_mac_address",
        Harmless(MAC),
    ),
    ("query_roce_address_out", "roce_address", Harmless(MAC)),
    ("query_roce_address_out", "roce_address.", Harmless(MAC)),
    ("query_l2_table_entry_out", "mac_address", Harmless(MAC)),
    ("query_l2_table_entry_out", "mac_address.", Harmless(MAC)),
];

const IN_REGISTERS: Known = &[
    ("resource_dump", "mkey", Judged),
    ("resource_dump", "address", Judged),
    ("mtrc_conf", "trace_mkey", Refused(0x9041)),
    (
        "mtrc_cap",
        "string_db_param.string_db_base_address",
        Harmless("in the device's own memory, and only read"),
    ),
    (
        "fpga_access_reg",
        "address",
        Harmless("of a register of the FPGA; written from DEBUG_WRITE on"),
    ),
    (
        "mcia_reg",
        "i2c_device_address",
        Harmless("on the module's bus"),
    ),
    (
        "mcia_reg",
        "device_address",
        Harmless("on the module's bus"),
    ),
    (
        "pplm_reg",
        "rs_fec_correction_bypass_cap",
        Harmless("a bypass"),
    ),
    (
        "pplm_reg",
        "rs_fec_correction_bypass_admin",
        Harmless("a bypass"),
    ),
];

/// Fields that the kernel's headers do not name: layout, byte, bits, what the PRM says.
const UNNAMED: &[(&str, usize, usize, &str)] = &[
    ("create_mkey_in", 0x64, 32, "mkey_umem_id"),
    ("create_mkey_in", 0x68, 64, "mkey_umem_offset"),
    ("core_dump_reg", 0x10, 32, "mkey"),
    ("core_dump_reg", 0x14, 32, "size"),
    ("core_dump_reg", 0x18, 64, "address"),
];

/// Commands whose layouts have other names there: command, request, reply.
const ALIASES: &[(&str, &str, &str)] = &[
    ("ACCESS_REG", "access_register_in", "access_register_out"),
    (
        "ACCESS_REGISTER_USER",
        "access_register_in",
        "access_register_out",
    ),
    ("QUERY_FLOW_TABLE_ENTRY", "query_fte_in", "query_fte_out"),
    (
        "QUERY_GENERAL_OBJECT",
        "general_obj_in_cmd_hdr",
        "general_obj_out_cmd_hdr",
    ),
    (
        "QUERY_SF_PARTITION",
        "query_sf_partitions_in",
        "query_sf_partitions_out",
    ),
];

/// Commands whose requests the kernel's headers do not have. By their names they query, by a number of
/// which the firmware looks whose it is; but for SET_DIAGNOSTIC_PARAMS, which is looked into,
/// DELEGATE_VHCA_MANAGEMENT, which names a function, and POSTPONE_CONNECTED_QP_TIMEOUT, a time. When
/// a header gets one of them, it leaves this list, and its fields are looked at.
const NO_REQUEST: &[&str] = &[
    "DELEGATE_VHCA_MANAGEMENT",
    "POSTPONE_CONNECTED_QP_TIMEOUT",
    "QUERY_ADJACENT_FUNCTIONS_ID",
    "QUERY_AFU",
    "QUERY_BURST_SIZE",
    "QUERY_CAPI_PEC",
    "QUERY_CRYPTO_STATE",
    "QUERY_DC_CNAK_TRACE",
    "QUERY_DELAY_DROP_PARAMS",
    "QUERY_DIAGNOSTIC_COUNTERS",
    "QUERY_DIAGNOSTIC_PARAMS",
    "QUERY_DPA_PARTITION",
    "QUERY_DPA_PARTITIONS",
    "QUERY_DRIVER_VERSION",
    "QUERY_EMULATED_FUNCTIONS_INFO",
    "QUERY_EMULATED_RESOURCES_INFO",
    "QUERY_EMULATION_DEVICE_EQ_MSIX_MAPPING",
    "QUERY_MATCH_SAMPLE_INFO",
    "QUERY_MTT",
    "QUERY_NVMF_BACKEND_CONTROLLER",
    "QUERY_NVMF_CC_RESPONSE",
    "QUERY_NVMF_NAMESPACE_CONTEXT",
    "QUERY_PSV",
    "QUERY_RATE_LIMIT",
    "QUERY_RDB",
    "QUERY_REGEXP_PARAMS",
    "QUERY_REGEXP_REGISTER",
    "QUERY_RSV_RESOURCES",
    "QUERY_SCHED_QUEUE",
    "QUERY_UCTX",
    "QUERY_UMEM",
    "QUERY_XRQ_DC_PARAMS_ENTRY",
    "QUERY_XRQ_ERROR_PARAMS",
    "SET_DIAGNOSTIC_PARAMS",
    "USER_QUERY_XRQ_DC_PARAMS_ENTRY",
    "USER_QUERY_XRQ_ERROR_PARAMS",
];
/// And a reply that they do not have, of a request that they do.
const NO_REPLY: &[&str] = &["QUERY_MODIFY_HEADER_CONTEXT"];

/// Registers whose layouts they do not have. Those of settings and names hold text and flags; MCDD
/// has addresses, and is refused.
const NO_REGISTER: &[&str] = &[
    "HOST_ENDIANNESS",
    "MCDD",
    "MGIR",
    "MNVDA",
    "MNVGC",
    "MNVIA",
    "MNVQC",
    "MQIS",
    "PPAOS",
];

fn layout(command: &str, is_reply: bool) -> String {
    let alias = ALIASES.iter().find(|&&(name, ..)| name == command);
    match alias {
        Some(&(_, _, reply)) if is_reply => reply.to_owned(),
        Some(&(_, request, _)) => request.to_owned(),
        None => {
            let end = if is_reply { "out" } else { "in" };
            format!("{}_{end}", command.to_lowercase())
        }
    }
}

fn is_sensitive(field: &Field) -> bool {
    NEEDLES.iter().any(|needle| field.name.contains(needle))
}

/// The entries that speak of this field.
fn covers(&(layout, path, _): &(&str, &str, Why), of: &str, field: &Field) -> bool {
    let whole = path.ends_with('.') && field.path.starts_with(path);
    layout == of && (whole || field.path == path)
}

/// Compares the sensitive fields of some layouts with what is known of them, both ways.
fn compare(layouts: &Layouts, names: &BTreeSet<String>, known: Known) {
    let fields: Vec<(&str, Field)> = names
        .iter()
        .flat_map(|name| {
            let fields = layouts.fields(name).into_iter().filter(is_sensitive);
            fields.map(move |field| (name.as_str(), field))
        })
        .collect();
    let new: Vec<String> = fields
        .iter()
        .filter(|(layout, field)| !known.iter().any(|known| covers(known, layout, field)))
        .map(|(layout, field)| format!("{layout} {} @{:#x}", field.path, field.at / 8))
        .collect();
    nothing_in(&new, "fields that nobody has thought about");
    let stale: Vec<String> = known
        .iter()
        .filter(|known| {
            !fields
                .iter()
                .any(|(layout, field)| covers(known, layout, field))
        })
        .map(|(layout, path, _)| format!("{layout} {path}"))
        .collect();
    nothing_in(&stale, "entries without a field");
    println!("{} fields in {} layouts", fields.len(), names.len());
    for &(layout, path, why) in known {
        match why {
            Judged => {
                let field = layouts.field(layout, path);
                assert!(
                    is_judged(layout, field.at, field.bits),
                    "{layout} {path} does not matter"
                );
            }
            Refused(id) => {
                for op_mod in 0..=u16::MAX {
                    let mail = Mail::register(id, op_mod, 0x100);
                    assert!(mail.judge().is_none(), "{layout} op_mod {op_mod:#x}");
                }
            }
            Harmless(why) => assert!(!why.is_empty()),
        }
    }
}

type Seen = (Option<Verdict>, Option<mkey::Request>);

fn seen(mail: &Mail) -> Seen {
    (mail.judge(), mkey::Request::parse(&mail.0))
}

/// Whether inverting these bits changes what the driver sees in a request that may pass.
fn is_judged(layout: &str, at: usize, bits: usize) -> bool {
    let (mail, first) = match layout {
        // With room for one translation.
        "create_mkey_in" => {
            let mut mail = Mail::window();
            mail.0.resize(0x120, 0);
            (mail, 0)
        }
        "resource_dump" => (Mail::register(RES_DUMP, 1, 0x100), DATA),
        // To memory.
        "core_dump_reg" => {
            let mail = Mail::register(CORE_DUMP, 1, 0x40);
            (mail.data(3, &[2]), DATA)
        }
        other => panic!("no request with {other}"),
    };
    assert!(mail.judge().is_some());
    // A flexible array: its first element.
    let bits = if bits == 0 { 32 } else { bits };
    seen(&mail) != seen(&mail.clone().inverted(first * 8 + at, bits))
}

fn passing() -> impl Iterator<Item = &'static str> {
    let passing = COMMANDS.iter().filter(|command| command.rule() != "never");
    passing.map(|command| command.name)
}

/// The layouts of passing commands that there are, and the commands for which there is none.
fn split(layouts: &Layouts, is_reply: bool) -> (BTreeSet<String>, Vec<&'static str>) {
    let mut names = BTreeSet::new();
    let mut without = Vec::new();
    for command in passing() {
        let name = layout(command, is_reply);
        if layouts.has(&name) {
            names.insert(name);
        } else {
            without.push(command);
        }
    }
    without.sort_unstable();
    (names, without)
}

/// Theory: no address or key of a request that can pass goes unread.
#[test]
fn requests() {
    let layouts = Layouts::read();
    let (names, without) = split(&layouts, false);
    assert_eq!(without, NO_REQUEST);
    compare(&layouts, &names, REQUESTS);
}

fn discloses(opcode: u16) -> bool {
    let mail = Mail::new(opcode, 1, 0x120);
    let passes = |scope, strict| {
        let caller = Caller {
            scope,
            strict,
            ..ANYTHING
        };
        judge(&mail.0, caller).is_some()
    };
    passes(Scope::DebugReadOnly, false)
        && !passes(Scope::DebugReadOnly, true)
        && passes(Scope::DebugWrite, true)
        // Those are refused for the register.
        && opcode != super::ACCESS_REG
        && opcode != super::ACCESS_REGISTER_USER
}

/// Theory: with `strict` no address or key of the kernel's is read below DEBUG_WRITE; and nothing is
/// raised without a reason.
#[test]
fn replies() {
    let layouts = Layouts::read();
    let (mut names, mut without) = split(&layouts, true);
    without.retain(|name| !NO_REQUEST.contains(name));
    assert_eq!(without, NO_REPLY);
    for command in COMMANDS
        .iter()
        .filter(|command| discloses(command.opcode()))
    {
        let name = layout(command.name, true);
        if names.remove(&name) {
            assert!(layouts.fields(&name).iter().any(is_sensitive), "{name}");
        }
    }
    compare(&layouts, &names, REPLIES);
}

/// Theory: no address or key in a register goes unread, be it one of the table or one that the
/// kernel's headers know.
#[test]
fn registers() {
    let layouts = Layouts::read();
    let mut names: BTreeSet<String> = layouts
        .names()
        .filter(|name| name.ends_with("_reg"))
        .map(str::to_owned)
        .collect();
    assert!(names.len() > 70);
    let mut without = Vec::new();
    for register in REGISTERS {
        let name = match register.name {
            "RES_DUMP" => "resource_dump".to_owned(),
            name => name.to_lowercase(),
        };
        if layouts.has(&name) {
            names.insert(name);
        } else if !layouts.has(&format!("{name}_reg")) {
            without.push(register.name);
        }
    }
    without.sort_unstable();
    assert_eq!(without, NO_REGISTER);
    compare(&layouts, &names, IN_REGISTERS);
}

/// Theory: what the headers leave out is looked into as well, and still left out there.
#[test]
fn unnamed() {
    let layouts = Layouts::read();
    for &(layout, byte, bits, what) in UNNAMED {
        let fields = layouts.fields(layout);
        let holds =
            |field: &&Field| field.at <= byte * 8 && byte * 8 + bits <= field.at + field.bits;
        let within = fields.iter().filter(holds).last().unwrap();
        assert!(
            within.name.starts_with("reserved_at_"),
            "{layout}: {} is where {what} was",
            within.path
        );
        assert!(is_judged(layout, byte * 8, bits), "{layout} {what}");
    }
}
