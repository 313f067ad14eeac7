// SPDX-License-Identifier: GPL-2.0

//! Writes down what passes.

use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::record::{
    Call, DestroyAsk, Empty, Entry, Exchange, Header, Host, InfoAnswer, InfoAsk, Line,
    RecordedNode, RpcAnswer, RpcAsk, Span, UmemAnswer, UmemAsk, Write, FORMAT, VERSION,
};
use super::{Registered, Transport};
use crate::discovery::Node;
use crate::errno::Errno;
use crate::scope::Scope;
use crate::sys::Memory;
use crate::umem::UmemFlags;

/// Equal bytes between two changed ones that do not part them.
const GAP: usize = 64;

/// Where lines go. All recorders of one program share it.
#[derive(Clone)]
pub struct Recording {
    to: Arc<Mutex<Sink>>,
}

struct Sink {
    file: Box<dyn io::Write + Send>,
    failed: Option<io::Error>,
}

impl Recording {
    /// Starts with what the host and its devices are.
    pub fn new(file: Box<dyn io::Write + Send>, host: Host, nodes: &[Node]) -> Self {
        let sink = Sink { file, failed: None };
        let recording = Self {
            to: Arc::new(Mutex::new(sink)),
        };
        recording.line(&Line::Header(Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            host,
        }));
        recording.line(&Line::Devices {
            devices: nodes.iter().map(RecordedNode::from).collect(),
        });
        recording
    }

    /// After the last call.
    ///
    /// # Errors
    ///
    /// The first one of writing; lines after it are missing.
    pub fn finish(&self) -> io::Result<()> {
        let mut sink = self.sink();
        match sink.failed.take() {
            Some(error) => Err(error),
            None => sink.file.flush(),
        }
    }

    fn sink(&self) -> MutexGuard<'_, Sink> {
        self.to.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line(&self, line: &Line) {
        let mut sink = self.sink();
        if sink.failed.is_some() {
            return;
        }
        let written = serde_json::to_string(line)
            .map_err(io::Error::from)
            .and_then(|text| writeln!(sink.file, "{text}"));
        sink.failed = written.err();
    }
}

/// Memory that is registered, and what was in it.
struct Watched {
    rsc_id: u32,
    memory: Arc<Memory>,
    before: Vec<u8>,
}

impl Watched {
    fn changes(&mut self, to: &mut Vec<Write>) {
        let Some(now) = self.memory.read(0, self.memory.len()) else {
            return;
        };
        for (at, end) in differences(&self.before, &now) {
            to.push(Write {
                rsc_id: self.rsc_id,
                at,
                data: Span::new(now.get(at..end).unwrap_or_default()),
            });
        }
        self.before = now;
    }
}

/// Ranges, first byte and end, that hold all bytes which differ.
fn differences(old: &[u8], new: &[u8]) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for (at, _) in new.iter().zip(old).enumerate().filter(|(_, (a, b))| a != b) {
        match ranges.last_mut() {
            Some((_, end)) if at - *end <= GAP => *end = at + 1,
            _ => ranges.push((at, at + 1)),
        }
    }
    ranges
}

/// Another transport, with its calls written down.
pub struct Recorder {
    inner: Box<dyn Transport>,
    on: String,
    recording: Recording,
    watched: Mutex<Vec<Watched>>,
}

impl Recorder {
    /// Wraps `inner`, the transport of the device called `on`.
    pub fn new(inner: Box<dyn Transport>, on: &str, recording: Recording) -> Self {
        Self {
            inner,
            on: on.to_owned(),
            recording,
            watched: Mutex::new(Vec::new()),
        }
    }

    fn watched(&self) -> MutexGuard<'_, Vec<Watched>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn entry(&self, call: Call) {
        self.recording.line(&Line::Entry(Entry {
            on: self.on.clone(),
            call,
        }));
    }
}

impl Transport for Recorder {
    fn info(&self, data: &mut [u8]) -> Result<(u32, u32), Errno> {
        let outcome = self.inner.info(data);
        let answer = outcome.map(|(device_type, data_len)| InfoAnswer {
            device_type,
            data_len,
            data: Span::new(data),
        });
        let ask = InfoAsk { room: data.len() };
        self.entry(Call::Info(Exchange::new(ask, answer)));
        outcome
    }

    fn rpc(&self, scope: Scope, request: &[u8], reply: &mut [u8]) -> Result<u32, Errno> {
        let outcome = self.inner.rpc(scope, request, reply);
        let answer = outcome.map(|out_len| {
            let mut writes = Vec::new();
            for watched in self.watched().iter_mut() {
                watched.changes(&mut writes);
            }
            RpcAnswer {
                out_len,
                reply: Span::new(reply),
                writes,
            }
        });
        let ask = RpcAsk {
            scope: scope.number(),
            request: Span::new(request),
            room: reply.len(),
        };
        self.entry(Call::Rpc(Exchange::new(ask, answer)));
        outcome
    }

    fn umem_register(&self, memory: &Arc<Memory>, flags: UmemFlags) -> Result<Registered, Errno> {
        let outcome = self.inner.umem_register(memory, flags);
        if let Ok(ids) = outcome {
            self.watched().push(Watched {
                rsc_id: ids.rsc_id,
                before: memory.read(0, memory.len()).unwrap_or_default(),
                memory: Arc::clone(memory),
            });
        }
        let ask = UmemAsk {
            flags: flags.bits(),
            len: memory.len(),
        };
        let answer = outcome.map(|ids| UmemAnswer {
            umem_id: ids.umem_id,
            mkey: ids.mkey,
            rsc_id: ids.rsc_id,
            address: ids.device_address,
        });
        self.entry(Call::UmemReg(Exchange::new(ask, answer)));
        outcome
    }

    fn umem_destroy(&self, rsc_id: u32) -> Result<(), Errno> {
        let outcome = self.inner.umem_destroy(rsc_id);
        self.watched().retain(|watched| watched.rsc_id != rsc_id);
        let answer = outcome.map(|()| Empty {});
        self.entry(Call::Destroy(Exchange::new(DestroyAsk { rsc_id }, answer)));
        outcome
    }

    fn complaint(&self) -> Option<String> {
        self.inner.complaint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        // Theory: writing the ranges over the old bytes makes the new ones.
        #[test]
        fn differences_are_complete(old in prop::collection::vec(0u8..3, 0..400), flips: Vec<u16>) {
            let mut new = old.clone();
            for flip in flips {
                if let Some(byte) = new.get_mut(usize::from(flip)) {
                    *byte ^= 0x80;
                }
            }
            let mut made = old.clone();
            for (at, end) in differences(&old, &new) {
                made[at..end].copy_from_slice(&new[at..end]);
            }
            prop_assert_eq!(made, new);
        }
    }
}
