// SPDX-License-Identifier: GPL-2.0

//! A stream of segments. What follows the pattern is made when it is read, for a long dump is fetched in ten thousand
//! pieces.

use firmware_model::pattern;
use std::ops::Range;

/// Bytes of the header: `length in dwords << 16 | type`.
const HEADER: usize = 4;

#[derive(Debug)]
enum Part {
    Bytes(Vec<u8>),
    /// These bytes of the seed's pattern.
    Pattern(Range<usize>),
}

impl Part {
    fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Pattern(range) => range.len(),
        }
    }
}

/// The stream.
#[derive(Debug)]
pub(super) struct Stream {
    seed: u32,
    parts: Vec<Part>,
}

impl Stream {
    /// An empty one.
    pub(super) fn new(seed: u32) -> Self {
        let parts = Vec::new();
        Self { seed, parts }
    }

    /// Appends a segment, padded to whole dwords.
    pub(super) fn segment(&mut self, kind: u16, body: &[&[u8]]) {
        let mut body = body.concat();
        body.resize(body.len().next_multiple_of(4), 0);
        self.header(kind, body.len());
        self.parts.push(Part::Bytes(body));
    }

    /// Appends a segment that has `range` of the pattern, whole dwords, after `head`.
    pub(super) fn patterned(&mut self, kind: u16, head: &[&[u8]], range: Range<usize>) {
        let head = head.concat();
        self.header(kind, head.len() + range.len());
        self.parts.push(Part::Bytes(head));
        self.parts.push(Part::Pattern(range));
    }

    fn header(&mut self, kind: u16, body: usize) {
        let dwords = ((HEADER + body) / 4) as u16;
        let header = [dwords.to_be_bytes(), kind.to_be_bytes()].concat();
        self.parts.push(Part::Bytes(header));
    }

    /// Bytes of all of it.
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(Part::len).sum()
    }

    /// Up to `room` bytes from byte `first` on; `None` past the end.
    pub(super) fn read(&self, first: usize, room: usize) -> Option<Vec<u8>> {
        let len = self.len();
        let end = first.saturating_add(room).min(len);
        let mut piece = Vec::with_capacity(end.checked_sub(first)?);
        let mut start = 0;
        for part in &self.parts {
            let within = |at: usize| at.clamp(start, start + part.len()) - start;
            let wanted = within(first)..within(end);
            match part {
                Part::Bytes(bytes) => piece.extend(bytes.get(wanted)?),
                Part::Pattern(range) => {
                    let wanted = range.start + wanted.start..range.start + wanted.end;
                    piece.extend(pattern::bytes(self.seed, wanted));
                }
            }
            start += part.len();
        }
        Some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_join_to_the_whole() {
        let mut stream = Stream::new(3);
        stream.segment(0x1234, &[&[1, 2], &[3]]);
        stream.patterned(0x5678, &[&[9; 4]], 8..24);
        stream.segment(0xfffb, &[]);
        let whole = stream.read(0, usize::MAX).unwrap();
        let head = [0, 2, 0x12, 0x34, 1, 2, 3, 0, 0, 6, 0x56, 0x78, 9, 9, 9, 9];
        assert_eq!(whole[..16], head);
        assert_eq!(whole[16..32], pattern::bytes(3, 8..24));
        assert_eq!(whole[32..], [0, 1, 0xff, 0xfb]);
        for room in 1..=whole.len() {
            let mut joined = Vec::new();
            while joined.len() < whole.len() {
                joined.extend(stream.read(joined.len(), room).unwrap());
            }
            assert_eq!(joined, whole, "{room}");
        }
        assert_eq!(stream.read(whole.len(), 8), Some(Vec::new()));
        assert_eq!(stream.read(whole.len() + 1, 8), None);
        assert_eq!(stream.read(usize::MAX, 8), None);
    }
}
