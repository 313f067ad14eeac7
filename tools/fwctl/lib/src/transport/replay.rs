// SPDX-License-Identifier: GPL-2.0

//! Answers as recorded. Each call has to be the next of the record, bytes and all.

use std::collections::VecDeque;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::record::{
    Call, DestroyAsk, Entry, Exchange, Host, InfoAsk, Line, RpcAnswer, RpcAsk, Span, UmemAsk,
    FORMAT, VERSION,
};
use super::{Registered, Transport};
use crate::discovery::Node;
use crate::errno::Errno;
use crate::scope::Scope;
use crate::sys::Memory;
use crate::umem::UmemFlags;

/// A record, and how far it was replayed.
#[derive(Clone)]
pub struct ReplayFile {
    host: Host,
    nodes: Vec<Node>,
    left: Arc<Mutex<VecDeque<(usize, Entry)>>>,
}

impl ReplayFile {
    /// Reads a record.
    ///
    /// # Errors
    ///
    /// A sentence that names the line.
    pub fn read(path: &Path) -> Result<Self, String> {
        let name = path.display();
        let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
        Self::parse(&text).map_err(|why| format!("{name}: {why}"))
    }

    /// As [`ReplayFile::read`], of what stood in the file.
    ///
    /// # Errors
    ///
    /// As above.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut host = None;
        let mut nodes = None;
        let mut entries = VecDeque::new();
        for (number, text) in (1..).zip(text.lines()) {
            let line = serde_json::from_str(text)
                .map_err(|_| format!("line {number}: not of a record"))?;
            match line {
                Line::Header(header) if number == 1 => {
                    if header.format != FORMAT || header.version != VERSION {
                        return Err(format!("a {} of version {}", header.format, header.version));
                    }
                    host = Some(header.host);
                }
                Line::Devices { devices } if number == 2 => {
                    nodes = Some(devices.into_iter().map(Node::from).collect());
                }
                Line::Entry(entry) if number > 2 => entries.push_back((number, entry)),
                _ => return Err(format!("line {number}: out of place")),
            }
        }
        Ok(Self {
            host: host.ok_or("no header")?,
            nodes: nodes.ok_or("no devices")?,
            left: Arc::new(Mutex::new(entries)),
        })
    }

    /// Where it was recorded.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The devices that there were.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// A stand-in for the open node of this device.
    pub fn open(&self, name: &str) -> Replay {
        Replay {
            on: name.to_owned(),
            file: self.clone(),
            memories: Mutex::new(Vec::new()),
            complaint: Mutex::new(None),
        }
    }

    /// Recorded calls that nobody made.
    pub fn left(&self) -> usize {
        self.entries().len()
    }

    fn entries(&self) -> MutexGuard<'_, VecDeque<(usize, Entry)>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stand-in for one open node.
pub struct Replay {
    on: String,
    file: ReplayFile,
    memories: Mutex<Vec<(u32, Arc<Memory>)>>,
    complaint: Mutex<Option<String>>,
}

impl Replay {
    /// Takes the next entry, which has to be what `ask` is compared with.
    fn next<A: PartialEq + std::fmt::Debug, R: Clone>(
        &self,
        name: &str,
        ask: &A,
        get: impl Fn(&Call) -> Option<&Exchange<A, R>>,
    ) -> Result<R, Errno> {
        let Some((number, entry)) = self.file.entries().pop_front() else {
            return self.complain(format!("{name} is asked for after the end of the record"));
        };
        if entry.on != self.on {
            return self.complain(format!("line {number} of the record is of {}", entry.on));
        }
        let Some(exchange) = get(&entry.call) else {
            let recorded = entry.call.name();
            return self.complain(format!(
                "line {number} of the record is {recorded}, not {name}"
            ));
        };
        if exchange.ask != *ask {
            let recorded = &exchange.ask;
            return self.complain(format!(
                "line {number} of the record has {recorded:?}, not {ask:?}"
            ));
        }
        match exchange.outcome() {
            Some(outcome) => outcome.cloned(),
            None => self.complain(format!("line {number} of the record has no outcome")),
        }
    }

    fn complain<T>(&self, what: String) -> Result<T, Errno> {
        *self
            .complaint
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(what);
        Err(Errno::IO)
    }

    fn fill(&self, span: &Span, room: &mut [u8]) -> Result<(), Errno> {
        let bytes = span.bytes().filter(|bytes| bytes.len() == room.len());
        let Some(bytes) = bytes else {
            return self.complain("the record has other bytes than it says".into());
        };
        room.copy_from_slice(&bytes);
        Ok(())
    }

    fn memories(&self) -> MutexGuard<'_, Vec<(u32, Arc<Memory>)>> {
        self.memories.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, answer: &RpcAnswer) -> Result<(), Errno> {
        for write in &answer.writes {
            let memories = self.memories();
            let memory = memories.iter().find(|(rsc_id, _)| *rsc_id == write.rsc_id);
            let data = write.data.bytes();
            let written = memory
                .zip(data)
                .and_then(|((_, memory), data)| memory.write(write.at, &data));
            if written.is_none() {
                return self.complain("the record writes where no memory is".into());
            }
        }
        Ok(())
    }
}

impl Transport for Replay {
    fn info(&self, data: &mut [u8]) -> Result<(u32, u32), Errno> {
        let ask = InfoAsk { room: data.len() };
        let answer = self.next("FWCTL_INFO", &ask, |call| match call {
            Call::Info(exchange) => Some(exchange),
            _ => None,
        })?;
        self.fill(&answer.data, data)?;
        Ok((answer.device_type, answer.data_len))
    }

    fn rpc(&self, scope: Scope, request: &[u8], reply: &mut [u8]) -> Result<u32, Errno> {
        let ask = RpcAsk {
            scope: scope.number(),
            request: Span::new(request),
            room: reply.len(),
        };
        let answer = self.next("FWCTL_RPC", &ask, |call| match call {
            Call::Rpc(exchange) => Some(exchange),
            _ => None,
        })?;
        self.fill(&answer.reply, reply)?;
        self.write(&answer)?;
        Ok(answer.out_len)
    }

    fn umem_register(&self, memory: &Arc<Memory>, flags: UmemFlags) -> Result<Registered, Errno> {
        let ask = UmemAsk {
            flags: flags.bits(),
            len: memory.len(),
        };
        let answer = self.next("FWCTL_RSC_UMEM_REG", &ask, |call| match call {
            Call::UmemReg(exchange) => Some(exchange),
            _ => None,
        })?;
        self.memories().push((answer.rsc_id, Arc::clone(memory)));
        Ok(Registered {
            umem_id: answer.umem_id,
            mkey: answer.mkey,
            rsc_id: answer.rsc_id,
            device_address: answer.address,
        })
    }

    fn umem_destroy(&self, rsc_id: u32) -> Result<(), Errno> {
        self.memories().retain(|(id, _)| *id != rsc_id);
        let ask = DestroyAsk { rsc_id };
        self.next("FWCTL_RSC_DESTROY", &ask, |call| match call {
            Call::Destroy(exchange) => Some(exchange),
            _ => None,
        })?;
        Ok(())
    }

    fn complaint(&self) -> Option<String> {
        self.complaint
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}
