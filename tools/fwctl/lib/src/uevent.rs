// SPDX-License-Identifier: GPL-2.0

//! Messages of the kernel about devices that come and go.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{poll, PollFd, PollFlags, Timespec};
use rustix::net::netlink::{SocketAddrNetlink, KOBJECT_UEVENT};
use rustix::net::{bind, recv, socket_with, AddressFamily, RecvFlags, SocketFlags, SocketType};

/// The kernel's own group; that of udev is another.
const KERNEL_GROUP: u32 = 1;
/// Above the longest message, UEVENT_BUFFER_SIZE of `include/linux/kobject.h`.
const ROOM: usize = 8192;

/// The kernel's uevents of the subsystem `fwctl`. Needs no rights.
#[derive(Debug)]
pub struct Uevents {
    socket: OwnedFd,
}

impl Uevents {
    /// Starts to listen.
    ///
    /// # Errors
    ///
    /// Those of the socket, for one where the network namespace is not the initial one.
    pub fn open() -> io::Result<Self> {
        let socket = socket_with(
            AddressFamily::NETLINK,
            SocketType::RAW,
            SocketFlags::CLOEXEC,
            Some(KOBJECT_UEVENT),
        )?;
        bind(&socket, &SocketAddrNetlink::new(0, KERNEL_GROUP))?;
        Ok(Self { socket })
    }

    /// Waits until a message of a fwctl device came, for `limit` at most, or forever; whether one came.
    ///
    /// # Errors
    ///
    /// Those of the socket. That messages were lost is no error but as if one came.
    pub fn wait(&self, limit: Option<Duration>) -> io::Result<bool> {
        let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
        let mut polled = [PollFd::new(&self.socket, PollFlags::IN)];
        if poll(&mut polled, limit.as_ref())? == 0 {
            return Ok(false);
        }
        let mut message = [0; ROOM];
        match recv(&self.socket, &mut message, RecvFlags::empty()) {
            Ok((len, _)) => Ok(is_ours(message.get(..len).unwrap_or(&message))),
            Err(rustix::io::Errno::NOBUFS) => Ok(true),
            Err(errno) => Err(errno.into()),
        }
    }
}

/// Messages are strings that end with zero.
fn is_ours(message: &[u8]) -> bool {
    message
        .split(|&byte| byte == 0)
        .any(|line| line == b"SUBSYSTEM=fwctl")
}

#[cfg(test)]
mod tests {
    use super::*;

    // Theory: only messages of the subsystem count, wherever the line stands.
    #[test]
    fn subsystem_decides() {
        assert!(is_ours(
            b"add@/devices/x/fwctl0\0ACTION=add\0SUBSYSTEM=fwctl\0SEQNUM=7\0"
        ));
        assert!(!is_ours(b"add@/devices/x\0SUBSYSTEM=fwctl_other\0"));
        assert!(!is_ours(b""));
    }
}
