// SPDX-License-Identifier: GPL-2.0

//! What decides about the rights of this process.

use std::fs;

use fwctl::transport::Host;

/// Bit of CAP_SYS_RAWIO in `include/uapi/linux/capability.h`.
const CAP_SYS_RAWIO: u32 = 17;

/// Looks at this process and its kernel.
pub(crate) fn look() -> Host {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lockdown = fs::read_to_string("/sys/kernel/security/lockdown").unwrap_or_default();
    Host {
        euid: rustix::process::geteuid().as_raw(),
        rawio: has_rawio(&status),
        lockdown: chosen(&lockdown).to_owned(),
    }
}

fn has_rawio(status: &str) -> bool {
    status
        .lines()
        .find_map(|line| line.strip_prefix("CapEff:"))
        .and_then(|caps| u64::from_str_radix(caps.trim(), 16).ok())
        .is_some_and(|caps| (caps >> CAP_SYS_RAWIO) & 1 != 0)
}

/// The one in brackets.
fn chosen(choices: &str) -> &str {
    let inner = choices
        .split_once('[')
        .and_then(|(_, rest)| rest.split_once(']'));
    inner.map_or("", |(chosen, _)| chosen)
}

/// Whether the kernel is locked down, and how far.
pub(crate) fn lockdown(host: &Host) -> Option<&str> {
    match host.lockdown.as_str() {
        "" | "none" => None,
        level => Some(level),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Theory: the kernel's texts are read as it writes them.
    #[test]
    fn texts_of_the_kernel_are_read() {
        assert_eq!(chosen("none [integrity] confidentiality\n"), "integrity");
        assert_eq!(chosen(""), "");
        assert!(has_rawio("Name:\tx\nCapEff:\t0000000000020000\n"));
        assert!(!has_rawio("CapEff:\t000001fffffdffff\n"));
        assert!(!has_rawio(""));
    }
}
