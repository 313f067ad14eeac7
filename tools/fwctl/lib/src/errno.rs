// SPDX-License-Identifier: GPL-2.0

//! Error numbers of the kernel, with their names.

use std::fmt;
use std::io;
use std::str::FromStr;

use rustix::io::Errno as Os;

/// An error number of the kernel.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(i32);

/// Those that the interface documents, and those of opening a node.
const NAMES: &[(Os, &str)] = &[
    (Os::ACCESS, "EACCES"),
    (Os::AGAIN, "EAGAIN"),
    (Os::BADF, "EBADF"),
    (Os::BADMSG, "EBADMSG"),
    (Os::BUSY, "EBUSY"),
    (Os::FAULT, "EFAULT"),
    (Os::INTR, "EINTR"),
    (Os::INVAL, "EINVAL"),
    (Os::IO, "EIO"),
    (Os::ISDIR, "EISDIR"),
    (Os::MFILE, "EMFILE"),
    (Os::MSGSIZE, "EMSGSIZE"),
    (Os::NODEV, "ENODEV"),
    (Os::NOENT, "ENOENT"),
    (Os::NOMEM, "ENOMEM"),
    (Os::NOSPC, "ENOSPC"),
    (Os::NOTTY, "ENOTTY"),
    (Os::NXIO, "ENXIO"),
    (Os::OPNOTSUPP, "EOPNOTSUPP"),
    (Os::PERM, "EPERM"),
    (Os::REMOTEIO, "EREMOTEIO"),
    (Os::TIMEDOUT, "ETIMEDOUT"),
    (Os::TOOBIG, "E2BIG"),
];

impl Errno {
    /// The node is for its owner, root.
    pub const ACCES: Self = Self::of(Os::ACCESS);
    /// The driver does not allow this RPC in its scope.
    pub const BADMSG: Self = Self::of(Os::BADMSG);
    /// Something needs the resource.
    pub const BUSY: Self = Self::of(Os::BUSY);
    /// Memory cannot be read or written, or a key does not cover it.
    pub const FAULT: Self = Self::of(Os::FAULT);
    /// A size or a length is wrong.
    pub const INVAL: Self = Self::of(Os::INVAL);
    /// The transport failed.
    pub const IO: Self = Self::of(Os::IO);
    /// A request or the room for its reply is too short or too long.
    pub const MSGSIZE: Self = Self::of(Os::MSGSIZE);
    /// The device is gone.
    pub const NODEV: Self = Self::of(Os::NODEV);
    /// The descriptor does not own what was named.
    pub const NOENT: Self = Self::of(Os::NOENT);
    /// No memory, or a limit on locked memory is reached.
    pub const NOMEM: Self = Self::of(Os::NOMEM);
    /// The descriptor has as many resources as it may.
    pub const NOSPC: Self = Self::of(Os::NOSPC);
    /// The kernel does not know this command.
    pub const NOTTY: Self = Self::of(Os::NOTTY);
    /// There is no device behind the node.
    pub const NXIO: Self = Self::of(Os::NXIO);
    /// The kernel or the device cannot do it.
    pub const OPNOTSUPP: Self = Self::of(Os::OPNOTSUPP);
    /// A capability is missing, or lockdown forbids it.
    pub const PERM: Self = Self::of(Os::PERM);
    /// The firmware did not answer.
    pub const TIMEDOUT: Self = Self::of(Os::TIMEDOUT);

    const fn of(os: Os) -> Self {
        Self(os.raw_os_error())
    }

    /// The error of this number.
    pub fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// Its number.
    pub fn number(self) -> i32 {
        self.0
    }

    /// Its name, such as `EBADMSG`; `None` for one that the interface does not give.
    pub fn name(self) -> Option<&'static str> {
        NAMES
            .iter()
            .find(|(os, _)| os.raw_os_error() == self.0)
            .map(|&(_, name)| name)
    }

    /// What the C library says of it.
    pub fn message(self) -> String {
        let text = io::Error::from_raw_os_error(self.0).to_string();
        match text.find(" (os error") {
            Some(end) => text.get(..end).unwrap_or(&text).to_owned(),
            None => text,
        }
    }
}

impl From<Os> for Errno {
    fn from(os: Os) -> Self {
        Self::of(os)
    }
}

impl fmt::Display for Errno {
    /// The name, or `errno 71`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "errno {}", self.0),
        }
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Errno {
    type Err = String;

    /// What its display gives.
    fn from_str(text: &str) -> Result<Self, String> {
        let named = NAMES.iter().find(|(_, name)| *name == text);
        named
            .map(|&(os, _)| Self::of(os))
            .or_else(|| text.strip_prefix("errno ")?.parse().ok().map(Self))
            .ok_or_else(|| format!("no error {text:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Theory: what is shown leads back to the number, named or not.
    #[test]
    fn text_leads_back() {
        for number in 1..134 {
            let errno = Errno::from_number(number);
            assert_eq!(errno.to_string().parse(), Ok(errno));
        }
        assert_eq!(Errno::BADMSG.to_string(), "EBADMSG");
        assert_eq!(Errno::BADMSG.message(), "Bad message");
    }
}
