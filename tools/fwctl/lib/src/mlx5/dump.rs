// SPDX-License-Identifier: GPL-2.0

//! What RES_DUMP writes: a stream of segments.
//!
//! Each segment begins with its length in dwords and its type. A dump begins with a command and an
//! information segment and ends with a terminator; a file may hold several. Source: PRM, "Resource
//! Dump"; `resource_dump_*_segment` of `mlx5_ifc.h`.

use std::fmt;

use super::bits::{get16, get32};
use super::layout::{field, text, Field, Names, Value};

/// Bytes of a segment's header.
pub const HEADER: usize = 4;
/// Bytes of a record of the menu.
const RECORD: usize = 52;

/// Type of the segment that lists all others.
pub const MENU: u16 = 0xffff;
/// What the firmware is.
pub const INFO: u16 = 0xfffe;
/// Another segment belongs here.
pub const REFERENCE: u16 = 0xfffd;
/// The firmware could not go on.
pub const ERROR: u16 = 0xfffc;
/// The end of one dump.
pub const TERMINATE: u16 = 0xfffb;
/// What was asked for.
pub const COMMAND: u16 = 0xfffa;
/// Something that the firmware wants to say.
pub const NOTICE: u16 = 0xfff9;

const RESERVED: Names = &[
    (NOTICE as u64, "notice"),
    (COMMAND as u64, "command"),
    (TERMINATE as u64, "terminate"),
    (ERROR as u64, "error"),
    (REFERENCE as u64, "reference"),
    (INFO as u64, "info"),
    (MENU as u64, "menu"),
];

const COMMAND_FIELDS: &[Field] = &[
    field("segment_called", 0x04, 31, 16).hex(),
    field("vhca_id", 0x04, 15, 0),
    field("index1", 0x08, 31, 0),
    field("index2", 0x0c, 31, 0),
    field("num_of_obj1", 0x10, 31, 16),
    field("num_of_obj2", 0x10, 15, 0),
];
const INFO_FIELDS: &[Field] = &[
    field("dump_version", 0x04, 7, 0),
    field("hw_version", 0x08, 31, 0).hex(),
    field("fw_version", 0x0c, 31, 0).hex(),
];
const REFERENCE_FIELDS: &[Field] = &[
    field("reference_segment", 0x04, 15, 0).hex(),
    field("index1", 0x08, 31, 0),
    field("index2", 0x0c, 31, 0),
    field("num_of_obj1", 0x10, 31, 16),
    field("num_of_obj2", 0x10, 15, 0),
];
const ERROR_FIELDS: &[Field] = &[
    field("syndrome_id", 0x04, 15, 0).hex(),
    text("error", 0x10, 32),
];
const NOTICE_FIELDS: &[Field] = &[
    field("syndrome_id", 0x04, 15, 0).hex(),
    text("notice", 0x10, 32),
];
const MENU_FIELDS: &[Field] = &[field("num_of_records", 0x04, 15, 0)];
const RESOURCE_FIELDS: &[Field] = &[field("index1", 0x08, 31, 0), field("index2", 0x0c, 31, 0)];

/// One segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// Byte of the stream at which it begins.
    pub at: usize,
    /// Its type.
    pub kind: u16,
    /// All of it, header included.
    pub bytes: &'a [u8],
}

impl<'a> Segment<'a> {
    /// Name of its type, where the type is not a resource of the device.
    pub fn name(&self) -> Option<&'static str> {
        reserved_name(self.kind)
    }

    /// Its fields.
    pub fn fields(&self) -> Vec<(&'static Field, Value)> {
        let fields = match self.kind {
            COMMAND => COMMAND_FIELDS,
            INFO => INFO_FIELDS,
            REFERENCE => REFERENCE_FIELDS,
            ERROR => ERROR_FIELDS,
            NOTICE => NOTICE_FIELDS,
            MENU => MENU_FIELDS,
            TERMINATE => &[],
            _ => RESOURCE_FIELDS,
        };
        let values = fields.iter();
        values
            .filter_map(|field| Some((field, field.get(self.bytes)?)))
            .collect()
    }

    /// What is behind the fields of a resource.
    pub fn payload(&self) -> &'a [u8] {
        match self.name() {
            None => self.bytes.get(16..).unwrap_or_default(),
            Some(_) => &[],
        }
    }
}

/// Name of a type that is the same in all firmware.
pub fn reserved_name(kind: u16) -> Option<&'static str> {
    let mut names = RESERVED.iter();
    names.find(|row| row.0 == u64::from(kind)).map(|row| row.1)
}

/// What is wrong with a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It ends within a header.
    CutHeader {
        /// Byte at which the header begins.
        at: usize,
        /// Bytes that are there.
        have: usize,
    },
    /// A segment that would have no end.
    NoLength {
        /// Byte at which it begins.
        at: usize,
        /// Its type.
        kind: u16,
    },
    /// It ends within a segment.
    Cut {
        /// Byte at which the segment begins.
        at: usize,
        /// Its type.
        kind: u16,
        /// Bytes that it says it has.
        says: usize,
        /// Bytes that are there.
        have: usize,
    },
    /// It ends without a terminator, or holds nothing.
    NoEnd {
        /// Bytes of it.
        len: usize,
    },
    /// A menu with fewer records than it says.
    CutMenu {
        /// Records that it says it has.
        says: usize,
        /// Records that are there.
        have: usize,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutHeader { at, have } => {
                write!(f, "cut off within the header at byte {at:#x}: {have} of {HEADER} bytes")
            }
            Self::NoLength { at, kind } => {
                write!(f, "the segment at byte {at:#x} of type {kind:#06x} has length 0")
            }
            Self::Cut {
                at,
                kind,
                says,
                have,
            } => write!(
                f,
                "cut off within the segment at byte {at:#x} of type {kind:#06x}: {have} of {says} bytes"
            ),
            Self::NoEnd { len: 0 } => f.write_str("it is empty"),
            Self::NoEnd { len } => write!(f, "no terminator within its {len} bytes"),
            Self::CutMenu { says, have } => {
                write!(f, "the menu says {says} records and has {have}")
            }
        }
    }
}

/// What could be read of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed<'a> {
    /// The segments up to the problem.
    pub segments: Vec<Segment<'a>>,
    /// What is wrong with the rest.
    pub problem: Option<Problem>,
}

/// Takes a stream apart.
pub fn parse(stream: &[u8]) -> Parsed<'_> {
    let mut segments: Vec<Segment<'_>> = Vec::new();
    let mut at = 0;
    let problem = loop {
        let rest = stream.get(at..).unwrap_or_default();
        if rest.is_empty() {
            let ends = segments.last().is_some_and(|last| last.kind == TERMINATE);
            let len = stream.len();
            break (!ends).then_some(Problem::NoEnd { len });
        }
        let (Some(dwords), Some(kind)) = (get16(rest, 0), get16(rest, 2)) else {
            let have = rest.len();
            break Some(Problem::CutHeader { at, have });
        };
        let says = 4 * usize::from(dwords);
        if says == 0 {
            break Some(Problem::NoLength { at, kind });
        }
        let Some(bytes) = rest.get(..says) else {
            let have = rest.len();
            break Some(Problem::Cut {
                at,
                kind,
                says,
                have,
            });
        };
        segments.push(Segment { at, kind, bytes });
        at += says;
    };
    Parsed { segments, problem }
}

/// Whether bytes look like a stream of segments rather than like registers.
pub fn looks_like_segments(bytes: &[u8]) -> bool {
    get16(bytes, 2).and_then(reserved_name).is_some()
}

/// One resource that the device can dump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuRecord {
    /// Type of its segment.
    pub kind: u16,
    /// Its name.
    pub name: String,
    /// What can be said of which objects are meant, first index, second index, and how many of each.
    pub index1: Argument,
    /// As above.
    pub index2: Argument,
    /// As above.
    pub num_of_obj1: Argument,
    /// As above.
    pub num_of_obj2: Argument,
    /// What the first index is.
    pub index1_name: String,
    /// What the second index is.
    pub index2_name: String,
}

/// Whether an argument can or must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument {
    /// It can be there.
    pub supported: bool,
    /// It must be there.
    pub required: bool,
}

/// The records of a menu segment, as many as there are.
pub fn menu(segment: &Segment<'_>) -> (Vec<MenuRecord>, Option<Problem>) {
    let says = get16(segment.bytes, 6).map_or(0, usize::from);
    let records = segment.bytes.get(8..).unwrap_or_default();
    let list: Vec<MenuRecord> = records
        .chunks_exact(RECORD)
        .take(says)
        .filter_map(record)
        .collect();
    let have = list.len();
    let problem = (have < says).then_some(Problem::CutMenu { says, have });
    (list, problem)
}

fn record(bytes: &[u8]) -> Option<MenuRecord> {
    let flags = get32(bytes, 0)? >> 16;
    let argument = |bit: u32| Argument {
        supported: (flags >> bit) & 1 != 0,
        required: (flags >> (bit + 1)) & 1 != 0,
    };
    let name = |at: u32| match text("", at, 16).get(bytes) {
        Some(Value::Text(text)) => text,
        _ => String::new(),
    };
    Some(MenuRecord {
        kind: get16(bytes, 2)?,
        name: name(4),
        index1: argument(0),
        index2: argument(2),
        num_of_obj1: argument(4),
        num_of_obj2: argument(8),
        index1_name: name(20),
        index2_name: name(36),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn segment(kind: u16, body: &[u8]) -> Vec<u8> {
        let dwords = 1 + body.len().div_ceil(4);
        let mut bytes = (dwords as u16).to_be_bytes().to_vec();
        bytes.extend(kind.to_be_bytes());
        bytes.extend(body);
        bytes.resize(4 * dwords, 0);
        bytes
    }

    fn stream() -> Vec<u8> {
        let parts = [
            segment(
                COMMAND,
                &[0x10, 1, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 1, 0, 0],
            ),
            segment(INFO, &[0, 0, 0, 1, 0, 0, 2, 0x12, 22, 41, 0, 7]),
            segment(0x1001, &[0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 6, 1, 2, 3, 4]),
            segment(TERMINATE, &[]),
        ];
        parts.concat()
    }

    // Theory: a whole stream is all of its segments, and their fields are those of the PRM.
    #[test]
    fn whole_streams_are_taken_apart() {
        let stream = stream();
        let parsed = parse(&stream);
        assert_eq!(parsed.problem, None);
        let kinds: Vec<u16> = parsed.segments.iter().map(|segment| segment.kind).collect();
        assert_eq!(kinds, [COMMAND, INFO, 0x1001, TERMINATE]);
        let called = &parsed.segments[0].fields()[0];
        assert_eq!(
            (called.0.name, &called.1),
            ("segment_called", &Value::Number(0x1001))
        );
        assert_eq!(parsed.segments[2].fields()[1].1, Value::Number(6));
        assert_eq!(parsed.segments[2].payload(), [1, 2, 3, 4]);
        assert!(looks_like_segments(&stream));
        assert!(!looks_like_segments(&[0, 0xf, 0, 0, 0, 0, 0, 0]));
    }

    // Theory: each way in which a stream can be broken is told apart, and what is before it is kept.
    #[test]
    fn broken_streams_say_where() {
        let whole = stream();
        let last = whole.len() - 4;
        assert_eq!(parse(&[]).problem, Some(Problem::NoEnd { len: 0 }));
        assert_eq!(
            parse(&whole[..last]).problem,
            Some(Problem::NoEnd { len: last })
        );
        let cut = parse(&whole[..last + 3]);
        assert_eq!(cut.problem, Some(Problem::CutHeader { at: last, have: 3 }));
        assert_eq!(cut.segments.len(), 3);
        let cut = parse(&whole[..30]);
        let problem = Problem::Cut {
            at: 20,
            kind: INFO,
            says: 16,
            have: 10,
        };
        assert_eq!(cut.problem, Some(problem));
        let mut broken = whole.clone();
        broken[21] = 0;
        let parsed = parse(&broken);
        assert_eq!(
            parsed.problem,
            Some(Problem::NoLength { at: 20, kind: INFO })
        );
        assert_eq!(parsed.segments.len(), 1);
    }

    // Theory: a menu gives what it has, and says if that is less than it says.
    #[test]
    fn menus_are_records() {
        let mut body = vec![0, 0, 0, 2];
        let mut record = vec![0, 0x13, 0x10, 1];
        record.extend(b"PATTERN\0\0\0\0\0\0\0\0\0");
        record.extend(b"DWORDS\0\0\0\0\0\0\0\0\0\0");
        record.resize(RECORD, 0);
        body.extend(&record);
        let bytes = segment(MENU, &body);
        let parsed = parse(&bytes);
        let (records, problem) = menu(&parsed.segments[0]);
        assert_eq!(problem, Some(Problem::CutMenu { says: 2, have: 1 }));
        assert_eq!(
            (records[0].kind, records[0].name.as_str()),
            (0x1001, "PATTERN")
        );
        assert_eq!(
            records[0].index1,
            Argument {
                supported: true,
                required: true
            }
        );
        assert_eq!(
            records[0].num_of_obj1,
            Argument {
                supported: true,
                required: false
            }
        );
        assert_eq!(records[0].index1_name, "DWORDS");
    }

    proptest! {
        // Theory: any bytes are taken apart without loss up to the problem, and segments follow each
        // other.
        #[test]
        fn any_bytes_are_taken_apart(bytes in prop::collection::vec(0u8..8, 0..200)) {
            check(&bytes)?;
        }

        // Theory: so are whole streams with a bit flipped or an end cut off.
        #[test]
        fn damaged_streams_are_taken_apart(bit in 0usize..480, len in 0usize..=64) {
            let mut bytes = stream();
            bytes.truncate(len);
            if let Some(byte) = bytes.get_mut(bit / 8) {
                *byte ^= 1 << (bit % 8);
            }
            check(&bytes)?;
        }
    }

    fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
        let parsed = parse(bytes);
        let mut at = 0;
        for segment in &parsed.segments {
            prop_assert_eq!(segment.at, at);
            prop_assert!(segment.bytes.len() >= HEADER);
            at += segment.bytes.len();
            let _ = (segment.fields(), segment.payload(), menu(segment));
        }
        prop_assert!(at == bytes.len() || parsed.problem.is_some());
        if let Some(problem) = parsed.problem {
            prop_assert!(!problem.to_string().is_empty());
        }
        Ok(())
    }
}
