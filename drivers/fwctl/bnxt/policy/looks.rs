// SPDX-License-Identifier: GPL-2.0

//! Looks into requests whose number does not say enough. Offsets are bytes from the start of the
//! request; a field beyond its end is 0.

use super::Caller;
use crate::mailbox::{
    get16,
    get32,
    get8, //
};
use fwctl::Scope;

/// FUNC_RESET: `vf_id` @20 is not enabled @16.
pub(super) fn own_function(request: &[u8], _: Caller) -> bool {
    get32(request, 16) == 0
}

/// NVM_SET_VARIABLE: the flag @38 for the factory's value is for those who may do everything.
pub(super) fn not_the_factory(request: &[u8], caller: Caller) -> bool {
    const FACTORY: u8 = 1 << 7;
    get8(request, 38) & FACTORY == 0 || caller.scope >= Scope::DebugWriteFull
}

/// DBG_CFG: with a flag @16 that makes the firmware post traces, the ring @20 is none.
pub(super) fn no_ring_of_others(request: &[u8], _: Caller) -> bool {
    const POSTS: u32 = 0x1c;
    const NO_RING: u16 = 0xffff;
    get32(request, 16) & POSTS == 0 || get16(request, 20) == NO_RING
}

/// PORT_PRBS_TEST: bit 0 of `prbs_config` @36 starts one.
pub(super) fn prbs(request: &[u8], caller: Caller) -> bool {
    get8(request, 36) & 1 == 0 || caller.may_write_if_strict()
}

/// PORT_PHY_FDRSTAT: of the operations @22, 3 reads.
pub(super) fn fdrstat(request: &[u8], caller: Caller) -> bool {
    const READS: u16 = 3;
    get16(request, 22) == READS || caller.may_write_if_strict()
}

/// DBG_READ_INDIRECT: of the ways @28, 0x14 reads the memory of the host, 0x15 with 2 @40 erases a
/// log, and what is above 0x17 is not known.
pub(super) fn not_the_host(request: &[u8], _: Caller) -> bool {
    const HOST: u8 = 0x14;
    const LOG: u8 = 0x15;
    const LAST: u8 = 0x17;
    const ERASE: u32 = 2;
    match get8(request, 28) {
        HOST => false,
        LOG => get32(request, 40) != ERASE,
        way => way <= LAST,
    }
}
