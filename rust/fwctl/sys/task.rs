// SPDX-License-Identifier: GPL-2.0

//! The state of the calling task.
//!
//! C header: [`include/linux/sched/signal.h`](srctree/include/linux/sched/signal.h)

extern "C" {
    fn fwctl_helper_exiting() -> bool;
    fn fwctl_helper_fatal_signal_pending() -> bool;
}

/// Whether it is being killed.
pub fn killed() -> bool {
    // SAFETY: It looks at the current task only.
    unsafe { fwctl_helper_fatal_signal_pending() }
}

/// Whether it has begun to exit: from then on no signal ends a wait.
pub fn exiting() -> bool {
    // SAFETY: It looks at the current task only.
    unsafe { fwctl_helper_exiting() }
}
