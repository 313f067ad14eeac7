// SPDX-License-Identifier: GPL-2.0

//! The state of the calling task.
//!
//! C header: [`include/linux/sched/signal.h`](srctree/include/linux/sched/signal.h)

extern "C" {
    fn fwctl_helper_unattended() -> bool;
    fn fwctl_helper_fatal_signal_pending() -> bool;
}

/// Whether it is being killed.
pub fn killed() -> bool {
    // SAFETY: It looks at the current task only.
    unsafe { fwctl_helper_fatal_signal_pending() }
}

/// Whether no signal can end a wait: it has begun to exit, or is a thread of the kernel. The one
/// that closes files for everybody is such a thread.
pub fn unattended() -> bool {
    // SAFETY: It looks at the current task only.
    unsafe { fwctl_helper_unattended() }
}
