// SPDX-License-Identifier: GPL-2.0

//! Messages that users can cause.
//!
//! C header: [`include/linux/ratelimit.h`](srctree/include/linux/ratelimit.h)

extern "C" {
    fn fwctl_helper_message_allowed() -> bool;
}

/// Whether there may be another message that a user has caused: all of them share a limit, so that
/// nobody fills the log.
pub fn allowed() -> bool {
    // SAFETY: It has no preconditions.
    unsafe { fwctl_helper_message_allowed() }
}
