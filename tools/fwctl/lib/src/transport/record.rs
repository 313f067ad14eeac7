// SPDX-License-Identifier: GPL-2.0

//! The format of recorded ioctls: JSON lines.
//!
//! The first line is a [`Header`], the second the [`RecordedNode`]s that there were, each further one
//! an [`Entry`]: one ioctl in the order in which they returned.
//!
//! ```json
//! {"format":"fwctl-record","version":1,"host":{"euid":0,"lockdown":"none"}}
//! {"devices":[{"name":"fwctl0","path":"/dev/fwctl/fwctl0","bus_address":"0000:01:00.0",
//!   "driver":"mlx5_core","pci_vendor":5555,"pci_device":4129,"netdevs":[],"ibdevs":[]}]}
//! {"on":"fwctl0","ioctl":"FWCTL_RPC","ask":{"scope":1,"in":{"len":16,"hex":"080d"},"room":16},
//!   "answer":{"out_len":16,"out":{"len":16,"hex":""},"writes":[]}}
//! {"on":"fwctl0","ioctl":"FWCTL_RPC","ask":{"scope":0,"in":{"len":16,"hex":"0203"},"room":16},
//!   "errno":"EBADMSG"}
//! ```
//!
//! Bytes are a length and hexadecimal digits, of which zeroes at the end are left off. `writes` is what
//! the device changed in registered memory meanwhile.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::discovery::Node;
use crate::errno::Errno;

/// [`Header::format`].
pub const FORMAT: &str = "fwctl-record";
/// [`Header::version`] that this version writes and reads.
pub const VERSION: u32 = 1;

/// The first line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Where it was recorded.
    pub host: Host,
}

/// What decides about rights where ioctls are recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// Effective user.
    pub euid: u32,
    /// Whether there is CAP_SYS_RAWIO.
    pub rawio: bool,
    /// `none`, `integrity` or `confidentiality`; empty where that cannot be told.
    pub lockdown: String,
}

/// One line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Line {
    /// The first.
    Header(Header),
    /// The second.
    Devices {
        /// All devices that there were.
        devices: Vec<RecordedNode>,
    },
    /// All others.
    Entry(Entry),
}

/// A [`Node`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // they are those of Node
pub struct RecordedNode {
    pub name: String,
    pub path: PathBuf,
    pub bus_address: Option<String>,
    pub driver: Option<String>,
    pub pci_vendor: Option<u16>,
    pub pci_device: Option<u16>,
    pub netdevs: Vec<String>,
    pub ibdevs: Vec<String>,
}

impl From<&Node> for RecordedNode {
    fn from(node: &Node) -> Self {
        let node = node.clone();
        Self {
            name: node.name,
            path: node.path,
            bus_address: node.bus_address,
            driver: node.driver,
            pci_vendor: node.pci_id.map(|(vendor, _)| vendor),
            pci_device: node.pci_id.map(|(_, device)| device),
            netdevs: node.netdevs,
            ibdevs: node.ibdevs,
        }
    }
}

impl From<RecordedNode> for Node {
    fn from(node: RecordedNode) -> Self {
        Self {
            name: node.name,
            path: node.path,
            bus_address: node.bus_address,
            driver: node.driver,
            pci_id: node.pci_vendor.zip(node.pci_device),
            netdevs: node.netdevs,
            ibdevs: node.ibdevs,
        }
    }
}

/// Bytes, without the zeroes at their end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// How many there are.
    pub len: usize,
    /// Those up to the last that is not zero, as hexadecimal digits.
    pub hex: String,
}

impl Span {
    /// Longer than anything that an ioctl carries.
    const MAX_LEN: usize = 1 << 30;

    /// Of these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        let used = bytes
            .iter()
            .rposition(|&byte| byte != 0)
            .map_or(0, |last| last + 1);
        let mut hex = String::with_capacity(2 * used);
        for byte in bytes.iter().take(used) {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Self {
            len: bytes.len(),
            hex,
        }
    }

    /// The bytes; `None` if the digits make none, or more than the length.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        let digits = self.hex.as_bytes();
        if digits.len() % 2 != 0 || digits.len() / 2 > self.len || self.len > Self::MAX_LEN {
            return None;
        }
        let digit = |digit: &u8| char::from(*digit).to_digit(16);
        let mut bytes = Vec::with_capacity(self.len);
        for pair in digits.chunks_exact(2) {
            let [high, low] = pair else { return None };
            bytes.push(((digit(high)? << 4) | digit(low)?) as u8);
        }
        bytes.resize(self.len, 0);
        Some(bytes)
    }
}

/// One ioctl.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Name of the device.
    pub on: String,
    /// What was asked and answered.
    #[serde(flatten)]
    pub call: Call,
}

/// An ioctl by its name.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "ioctl")]
#[allow(missing_docs)] // they are those of Transport
pub enum Call {
    #[serde(rename = "FWCTL_INFO")]
    Info(Exchange<InfoAsk, InfoAnswer>),
    #[serde(rename = "FWCTL_RPC")]
    Rpc(Exchange<RpcAsk, RpcAnswer>),
    #[serde(rename = "FWCTL_RSC_UMEM_REG")]
    UmemReg(Exchange<UmemAsk, UmemAnswer>),
    #[serde(rename = "FWCTL_RSC_DESTROY")]
    Destroy(Exchange<DestroyAsk, Empty>),
}

impl Call {
    /// Its name in the header.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Info(_) => "FWCTL_INFO",
            Self::Rpc(_) => "FWCTL_RPC",
            Self::UmemReg(_) => "FWCTL_RSC_UMEM_REG",
            Self::Destroy(_) => "FWCTL_RSC_DESTROY",
        }
    }
}

/// A question, and one of answer and errno.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Exchange<A, R> {
    pub ask: A,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub answer: Option<R>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errno: Option<String>,
}

// Without a bound on R, which `default` alone would make.
fn none<R>() -> Option<R> {
    None
}

impl<A, R> Exchange<A, R> {
    /// What was asked, and what came of it.
    pub fn new(ask: A, outcome: Result<R, Errno>) -> Self {
        let (answer, errno) = match outcome {
            Ok(answer) => (Some(answer), None),
            Err(errno) => (None, Some(errno.to_string())),
        };
        Self { ask, answer, errno }
    }

    /// What came of it; `None` if the line says neither or both.
    pub fn outcome(&self) -> Option<Result<&R, Errno>> {
        match (&self.answer, &self.errno) {
            (Some(answer), None) => Some(Ok(answer)),
            (None, Some(errno)) => Some(Err(errno.parse().ok()?)),
            _ => None,
        }
    }
}

/// Room for INFO data, bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct InfoAsk {
    pub room: usize,
}

/// Type and data, as much as there was room for, and the length of all of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct InfoAnswer {
    pub device_type: u32,
    pub data_len: u32,
    pub data: Span,
}

/// The arguments of an RPC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct RpcAsk {
    pub scope: u32,
    #[serde(rename = "in")]
    pub request: Span,
    pub room: usize,
}

/// The reply, as much as there was room for, and the length of all of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct RpcAnswer {
    pub out_len: u32,
    #[serde(rename = "out")]
    pub reply: Span,
    #[serde(default)]
    pub writes: Vec<Write>,
}

/// Bytes that changed in memory which was registered as `rsc_id`, from byte `at` on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Write {
    pub rsc_id: u32,
    pub at: usize,
    pub data: Span,
}

/// Memory to register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct UmemAsk {
    pub flags: u64,
    pub len: usize,
}

/// Its numbers, and the address by which its key knows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct UmemAnswer {
    pub umem_id: u32,
    pub mkey: u32,
    pub rsc_id: u32,
    pub address: u64,
}

/// The resource to destroy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct DestroyAsk {
    pub rsc_id: u32,
}

/// Nothing to say.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        // Theory: bytes come back as they were, and other spans give none or as many as they say.
        #[test]
        fn spans_lead_back(bytes: Vec<u8>, zeroes in 0usize..20) {
            let mut bytes = bytes;
            bytes.resize(bytes.len() + zeroes, 0);
            let span = Span::new(&bytes);
            prop_assert!(span.hex.len() <= 2 * bytes.len() && !span.hex.ends_with("00"));
            prop_assert_eq!(span.bytes(), Some(bytes));
        }

        #[test]
        fn any_span_is_taken_or_refused(len in 0usize..100, hex in "[0-9a-fx]{0,20}") {
            if let Some(bytes) = (Span { len, hex }).bytes() {
                prop_assert_eq!(bytes.len(), len);
            }
        }

        // Theory: whatever stands in a line, it is an error or a line.
        #[test]
        fn any_line_is_taken_or_refused(text in ".{0,80}") {
            let _ = serde_json::from_str::<Line>(&text);
        }
    }

    // Theory: the example of the documentation is what is written.
    #[test]
    fn lines_are_as_documented() {
        let ask = RpcAsk {
            scope: 0,
            request: Span::new(&[2, 3, 0, 0]),
            room: 16,
        };
        let entry = Entry {
            on: "fwctl0".into(),
            call: Call::Rpc(Exchange::new(ask, Err(Errno::BADMSG))),
        };
        let text = serde_json::to_string(&Line::Entry(entry)).unwrap();
        let wanted = r#"{"on":"fwctl0","ioctl":"FWCTL_RPC","ask":{"scope":0,"in":{"len":4,"hex":"0203"},"room":16},"errno":"EBADMSG"}"#;
        assert_eq!(text, wanted);
        match serde_json::from_str(&text).unwrap() {
            Line::Entry(Entry {
                call: Call::Rpc(exchange),
                ..
            }) => assert!(matches!(exchange.outcome(), Some(Err(Errno::BADMSG)))),
            other => panic!("{other:?}"),
        }
    }
}
