// SPDX-License-Identifier: GPL-2.0

//! GENERAL capabilities, `cmd_hca_cap` of `mlx5_ifc.h`: enough for the driver to come up with a command
//! interface and user contexts, and nothing that would make it use queues this model lacks.

use crate::be;
use crate::Config;

/// Bytes of a capability page in QUERY_HCA_CAP.
pub(crate) const LEN: usize = 4096;
/// Bytes that the GENERAL page uses.
pub(crate) const GENERAL_LEN: usize = 256;

const VHCA_ID: usize = 0x030;
const UCTX_CAP: usize = 0x6a0;
const DRIVER_VERSION: usize = 0x261;

/// Bit offset, width, value.
#[rustfmt::skip]
const GENERAL: &[(usize, usize, u64)] = &[
    (0x09b, 5, 18),        // log_max_qp
    (0x0c8, 8, 22),        // log_max_cq_sz
    (0x0db, 5, 18),        // log_max_cq
    (0x0e0, 8, 22),        // log_max_eq_sz
    (0x0ea, 6, 16),        // log_max_mkey
    (0x0fc, 4, 7),         // log_max_eq
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
pub(crate) fn general(config: &Config) -> Vec<u8> {
    let mut page = vec![0; LEN];
    for &(bit, width, value) in GENERAL {
        be::put_bits(&mut page, bit, width, value);
    }
    be::put16(&mut page, VHCA_ID / 8, config.vhca_id);
    be::put32(&mut page, UCTX_CAP / 8, config.uctx_cap);
    page
}

/// Context capabilities in a GENERAL page.
pub(crate) fn uctx(page: &[u8]) -> u32 {
    be::get32(page, UCTX_CAP / 8)
}
