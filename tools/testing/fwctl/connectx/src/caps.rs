// SPDX-License-Identifier: GPL-2.0

//! GENERAL capabilities, `cmd_hca_cap` of `mlx5_ifc.h`: enough for the driver to come up with a command
//! interface and user contexts, and nothing that would make it use queues this model lacks.

use crate::be;
use crate::diagnostics::{COUNTERS, LOG_MAX_SAMPLES};
use crate::Config;

/// Bytes of a capability page in QUERY_HCA_CAP.
pub(crate) const LEN: usize = 4096;
/// Bytes that the GENERAL page uses.
pub(crate) const GENERAL_LEN: usize = 256;

const VHCA_ID: usize = 0x030;
/// Reserved in the kernel's header, `num_of_diagnostic_counters` elsewhere.
const DIAGNOSTIC_COUNTERS: usize = 0x280;
const UCTX_CAP: usize = 0x6a0;
const DRIVER_VERSION: usize = 0x261;
/// Bytes before the list of counters in the DEBUG page.
const DEBUG_COUNTERS: usize = 0x40;

/// Bit offset, width, value.
#[rustfmt::skip]
const GENERAL: &[(usize, usize, u64)] = &[
    (0x09b, 5, 18),        // log_max_qp
    (0x0c8, 8, 22),        // log_max_cq_sz
    (0x0db, 5, 18),        // log_max_cq
    (0x0e0, 8, 22),        // log_max_eq_sz
    (0x0ea, 6, 16),        // log_max_mkey
    (0x0fc, 4, 7),         // log_max_eq
    (0x1a9, 1, 1),         // mcam_reg
    (0x1b6, 2, 0),         // port_type: InfiniBand, for no Ethernet queues are there
    (0x1b8, 8, 1),         // num_ports
    (DRIVER_VERSION, 1, 1),
    (0x26b, 5, 9),         // log_bf_reg_size
    (0x32b, 5, 16),        // log_max_pd
    (0x463, 5, 12),        // log_max_uctx
    (0x46b, 5, 16),        // log_max_umem
    (0x4e0, 32, 1_000_000), // device_frequency_khz: the timer counts nanoseconds
];

/// The most that this function offers.
///
/// `debug` is not set, although DEBUG capabilities can be read: with it the driver makes objects of its own.
pub(crate) fn general(config: &Config) -> Vec<u8> {
    let mut page = vec![0; LEN];
    for &(bit, width, value) in GENERAL {
        be::put_bits(&mut page, bit, width, value);
    }
    be::put16(&mut page, VHCA_ID / 8, config.vhca_id);
    be::put16(&mut page, DIAGNOSTIC_COUNTERS / 8, COUNTERS.len() as u16);
    be::put32(&mut page, UCTX_CAP / 8, config.uctx_cap);
    page
}

/// DEBUG capabilities: what can be dumped and sampled. Beyond `mlx5_ifc.h` the layout is that of the `mlx5ctl`
/// tool and of `mstflint`: log_cr_dump_to_mem_size in units of 4 KiB, and a dword for each counter.
pub(crate) fn debug(config: &Config) -> Vec<u8> {
    let mut page = vec![0; LEN];
    let dump = (config.dump_len / 4096).ilog2();
    for (bit, width, value) in [
        (0x00, 1, 1),                          // core_dump_general
        (0x04, 5, u64::from(dump)),            // log_cr_dump_to_mem_size
        (0x09, 1, 1),                          // resource_dump
        (0x18, 8, u64::from(LOG_MAX_SAMPLES)), // log_max_samples
        (0x20, 1, 1),                          // single
        (0x21, 1, 1),                          // repetitive
        (0x38, 8, 10),                         // log_min_sample_period
    ] {
        be::put_bits(&mut page, bit, width, value);
    }
    for (i, id) in COUNTERS.iter().enumerate() {
        be::put32(&mut page, DEBUG_COUNTERS + 4 * i, u32::from(*id));
    }
    page
}

/// Context capabilities in a GENERAL page.
pub(crate) fn uctx(page: &[u8]) -> u32 {
    be::get32(page, UCTX_CAP / 8)
}
