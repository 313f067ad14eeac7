// SPDX-License-Identifier: GPL-2.0

//! The last commands as firmware saw them: the witness for what a driver really sent, and for what it did not.

use std::collections::VecDeque;

use serde_json::{json, Map, Value};

const KEPT: usize = 4096;
const DEFAULT_LAST: usize = 32;

/// One command.
pub trait Record {
    /// What is known of it, for the control protocol.
    fn fields(&self) -> Map<String, Value>;

    /// What is kept of its input.
    fn input(&self) -> &[u8];
}

/// A ring of records.
#[derive(Debug)]
pub struct Records<R> {
    ring: VecDeque<(u64, R)>,
    total: u64,
}

impl<R> Default for Records<R> {
    fn default() -> Self {
        Self {
            ring: VecDeque::new(),
            total: 0,
        }
    }
}

impl<R: Record> Records<R> {
    /// Numbers the record and keeps it.
    pub fn push(&mut self, record: R) {
        self.total += 1;
        if self.ring.len() == KEPT {
            self.ring.pop_front();
        }
        self.ring.push_back((self.total, record));
    }

    /// Commands since power-up.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Forgets the records, not their number.
    pub fn clear(&mut self) {
        self.ring.clear();
    }

    /// How many records `accepts` accepts, and the `last` of them, oldest first, with what is kept of their input if `input`.
    pub fn report(&self, last: Option<usize>, input: bool, accepts: impl Fn(&R) -> bool) -> Value {
        let accepted = |(_, record): &&(u64, R)| accepts(record);
        let matched: Vec<&(u64, R)> = self.ring.iter().filter(accepted).collect();
        let skip = matched.len().saturating_sub(last.unwrap_or(DEFAULT_LAST));
        let shown = matched.iter().skip(skip);
        let command = |(seq, record): &(u64, R)| -> Value {
            let mut fields = record.fields();
            fields.insert("seq".to_owned(), json!(seq));
            if input {
                fields.insert("input".to_owned(), digits(record.input()).into());
            }
            fields.into()
        };
        let commands: Vec<Value> = shown.map(|record| command(record)).collect();
        json!({"commands": commands, "matched": matched.len()})
    }
}

/// A JSON object of these fields.
pub fn fields<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

/// Bytes as hexadecimal digits.
pub fn digits(bytes: &[u8]) -> String {
    let pairs = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    pairs
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Number([u8; 2]);

    impl Record for Number {
        fn fields(&self) -> Map<String, Value> {
            [("low".to_owned(), json!(self.0[0]))].into_iter().collect()
        }

        fn input(&self) -> &[u8] {
            &self.0
        }
    }

    #[test]
    fn the_last_are_shown_oldest_first() {
        let mut records = Records::default();
        for number in 0..5000_u16 {
            records.push(Number(number.to_le_bytes()));
        }
        let odd = |record: &Number| record.0[0] % 2 == 1;
        assert_eq!(
            records.report(Some(2), true, odd),
            json!({
                "commands": [
                    {"seq": 4998, "low": 0x85, "input": "8513"},
                    {"seq": 5000, "low": 0x87, "input": "8713"},
                ],
                "matched": KEPT / 2,
            })
        );
        let all = records.report(None, false, |_| true);
        assert_eq!(all["commands"].as_array().unwrap().len(), DEFAULT_LAST);
        records.clear();
        assert_eq!(records.report(None, false, |_| true)["matched"], 0);
        assert_eq!(records.total(), 5000);
    }
}
