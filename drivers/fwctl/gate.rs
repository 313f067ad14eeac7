// SPDX-License-Identifier: GPL-2.0

//! The gate before the driver's policy and the record after it.

use crate::{
    device::Device,
    ffi::Calls, //
};
use fwctl::{
    sys::security,
    Scope, //
};
use kernel::prelude::*;

/// A scope that its caller may use.
#[derive(Clone, Copy)]
pub(crate) struct Label {
    scope: Scope,
    /// Lockdown took the full scope away.
    capped: bool,
}

impl Label {
    /// Asks for `scope` on behalf of the calling task. `EPERM` without the capability that it
    /// needs; under lockdown the full scope becomes DEBUG_WRITE.
    pub(crate) fn request(scope: Scope) -> Result<Self> {
        if scope < Scope::DebugWriteFull {
            return Ok(Self {
                scope,
                capped: false,
            });
        }
        if !security::may_do_raw_io() {
            return Err(EPERM);
        }
        let capped = security::locked_down();
        Ok(Self {
            scope: if capped { Scope::DebugWrite } else { scope },
            capped,
        })
    }

    /// The scope by which the RPC is judged and delivered.
    pub(crate) fn scope(self) -> Scope {
        self.scope
    }

    /// What the caller is told for the driver's `error`: that lockdown is why, if it can be.
    pub(crate) fn refusal(self, error: Error) -> Error {
        if self.capped && error == EBADMSG {
            EPERM
        } else {
            error
        }
    }

    /// Records that an RPC with this label was let through to `device`.
    pub(crate) fn record(self, device: &Device, calls: &Calls<'_>) {
        if !self.scope.taints() {
            return;
        }
        if device.first_write() {
            dev_warn!(
                device.raw().device(calls),
                "{}[{}] writes to the firmware with scope {}: kernel tainted\n",
                security::Comm::current(),
                current!().pid(),
                self.scope.name(),
            );
        }
        security::taint();
    }
}

/// Whether `error` is a driver's refusal, given before anything was sent.
///
/// A C driver judges and delivers in one call, so the core learns of its verdict this way only.
pub(crate) fn is_refusal(error: Error) -> bool {
    [EBADMSG, EPERM, EMSGSIZE].contains(&error)
}
