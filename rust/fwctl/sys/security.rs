// SPDX-License-Identifier: GPL-2.0

//! Who may do what: capabilities, lockdown, taint.
//!
//! C headers: `include/linux/capability.h`, `include/linux/security.h`, `include/linux/panic.h`

use kernel::{
    bindings,
    fmt,
    prelude::*, //
};

extern "C" {
    fn fwctl_helper_current_comm(buf: *mut u8);
}

/// Whether the calling task has `CAP_SYS_RAWIO` in the initial user namespace. A refusal is seen by
/// the audit subsystem.
pub fn may_do_raw_io() -> bool {
    // SAFETY: It looks at the current task only.
    unsafe { bindings::capable(bindings::CAP_SYS_RAWIO as c_int) }
}

/// Whether lockdown bars access to PCI devices. Where it does, the kernel may log a notice.
pub fn locked_down() -> bool {
    // SAFETY: It has no preconditions.
    unsafe { bindings::security_locked_down(bindings::lockdown_reason_LOCKDOWN_PCI_ACCESS) != 0 }
}

/// Marks the kernel as tainted by a firmware that user space has written to.
pub fn taint() {
    // SAFETY: It has no preconditions.
    unsafe { bindings::add_taint(bindings::TAINT_FWCTL, bindings::lockdep_ok_LOCKDEP_STILL_OK) };
}

/// Name of the calling task, as it prints.
pub struct Comm([u8; bindings::TASK_COMM_LEN as usize]);

impl Comm {
    /// The name that the calling task has now.
    pub fn current() -> Self {
        let mut comm = Self([0; bindings::TASK_COMM_LEN as usize]);
        // SAFETY: The buffer has `TASK_COMM_LEN` bytes.
        unsafe { fwctl_helper_current_comm(comm.0.as_mut_ptr()) };
        comm
    }
}

impl fmt::Display for Comm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        for &byte in self.0.iter().take_while(|&&byte| byte != 0) {
            // A task chooses its name; keep what it could do to a log line out of there.
            f.write_char(match byte {
                b' '..=b'~' => byte as char,
                _ => '?',
            })?;
        }
        Ok(())
    }
}
