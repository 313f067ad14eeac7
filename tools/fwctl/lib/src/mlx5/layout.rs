// SPDX-License-Identifier: GPL-2.0

//! How fields are declared: as data, in the notation of the PRM.

use super::bits;

/// Values, or masks of bits, and their names.
pub type Names = &'static [(u64, &'static str)];

/// How the value of a field is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A number, shown in tens.
    Number,
    /// A number, shown in sixteens.
    Hex,
    /// One bit.
    Flag,
    /// One of these values.
    OneOf(Names),
    /// Any of these bits.
    SetOf(Names),
    /// Eighths of a degree Celsius, signed.
    Celsius,
    /// Day, in binary coded decimals: year, month, day.
    Date,
    /// A hardware address.
    Mac,
    /// Characters, which end with the field or with a zero.
    Text,
}

/// Who gives a field its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The caller, to say which one is meant, in reads too.
    Index,
    /// The firmware.
    ReadOnly,
    /// Both.
    ReadWrite,
    /// The caller, in writes.
    WriteOnly,
}

/// A field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in the PRM.
    pub name: &'static str,
    /// First bit; 0 is the highest of the first byte.
    pub bit: u32,
    /// Bits.
    pub width: u32,
    /// How it reads.
    pub form: Form,
    /// Who sets it.
    pub role: Role,
}

/// Bits `high` to `low` of the big-endian dword at byte `dword`: what the PRM writes as `@4[31:16]`.
pub const fn field(name: &'static str, dword: u32, high: u32, low: u32) -> Field {
    Field {
        name,
        bit: dword * 8 + 31 - high,
        width: high - low + 1,
        form: Form::Number,
        role: Role::ReadOnly,
    }
}

/// Bit `bit` of the dword at byte `dword`.
pub const fn flag(name: &'static str, dword: u32, bit: u32) -> Field {
    let mut field = field(name, dword, bit, bit);
    field.form = Form::Flag;
    field
}

/// `len` characters from byte `byte` on.
pub const fn text(name: &'static str, byte: u32, len: u32) -> Field {
    Field {
        name,
        bit: byte * 8,
        width: len * 8,
        form: Form::Text,
        role: Role::ReadOnly,
    }
}

/// The 64 bits from byte `byte` on.
pub const fn wide(name: &'static str, byte: u32) -> Field {
    let mut field = text(name, byte, 8);
    field.form = Form::Number;
    field
}

impl Field {
    const fn with(mut self, form: Form, role: Role) -> Self {
        self.form = form;
        self.role = role;
        self
    }

    pub(super) const fn hex(self) -> Self {
        self.with(Form::Hex, self.role)
    }

    pub(super) const fn one_of(self, names: Names) -> Self {
        self.with(Form::OneOf(names), self.role)
    }

    pub(super) const fn set_of(self, names: Names) -> Self {
        self.with(Form::SetOf(names), self.role)
    }

    pub(super) const fn celsius(self) -> Self {
        self.with(Form::Celsius, self.role)
    }

    pub(super) const fn date(self) -> Self {
        self.with(Form::Date, self.role)
    }

    pub(super) const fn mac(mut self) -> Self {
        // The two bytes above are of the same dwords, but of other fields.
        self.bit += 16;
        self.width = 48;
        self.with(Form::Mac, self.role)
    }

    pub(super) const fn index(self) -> Self {
        self.with(self.form, Role::Index)
    }

    pub(super) const fn writable(self) -> Self {
        self.with(self.form, Role::ReadWrite)
    }

    pub(super) const fn write_only(self) -> Self {
        self.with(self.form, Role::WriteOnly)
    }

    /// Bytes up to its end.
    pub const fn end(&self) -> usize {
        (self.bit + self.width).div_ceil(8) as usize
    }

    /// Its value; `None` beyond the end.
    pub fn get(&self, bytes: &[u8]) -> Option<Value> {
        if self.form != Form::Text {
            return bits::get(bytes, self.bit, self.width).map(Value::Number);
        }
        let (at, end) = (self.bit as usize / 8, self.end());
        let text = bytes.get(at..end)?;
        let len = text.iter().position(|&byte| byte == 0);
        let used = text.get(..len.unwrap_or(text.len()))?;
        Some(Value::Text(printable(used)))
    }

    /// Writes a value.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong with it.
    pub fn set(&self, bytes: &mut [u8], value: &Value) -> Result<(), String> {
        let name = self.name;
        let written = match value {
            Value::Number(number) => bits::set(bytes, self.bit, self.width, *number),
            Value::Text(text) => {
                let (at, end) = (self.bit as usize / 8, self.end());
                let room = bytes
                    .get_mut(at..end)
                    .filter(|room| room.len() >= text.len());
                room.map(|room| {
                    room.fill(0);
                    for (to, from) in room.iter_mut().zip(text.as_bytes()) {
                        *to = *from;
                    }
                })
            }
        };
        match (written, self.form) {
            (Some(()), _) => Ok(()),
            (None, Form::Text) => Err(format!("{name} has room for {} characters", self.width / 8)),
            (None, _) => Err(format!("{name} has only {} bits", self.width)),
        }
    }

    /// A value from what people write: a number in tens or, with `0x`, in sixteens, a name, names joined
    /// by `+`, `on` and `off`.
    ///
    /// # Errors
    ///
    /// A sentence that says what can be written.
    pub fn parse(&self, text: &str) -> Result<Value, String> {
        let name = self.name;
        let find = |names: Names, text: &str| {
            let mut found = names
                .iter()
                .filter(|(_, name)| name.eq_ignore_ascii_case(text));
            found.next().map(|&(value, _)| value)
        };
        let number = match (self.form, number(text)) {
            (Form::Text, _) => return Ok(Value::Text(text.to_owned())),
            (_, Some(number)) => Some(number),
            (Form::Flag, None) => match text {
                "on" | "true" | "yes" => Some(1),
                "off" | "false" | "no" => Some(0),
                _ => None,
            },
            (Form::OneOf(names), None) => find(names, text),
            (Form::SetOf(names), None) => text
                .split('+')
                .try_fold(0, |all, part| Some(all | find(names, part)?)),
            (_, None) => None,
        };
        number.map(Value::Number).ok_or_else(|| {
            let names = match self.form {
                Form::OneOf(names) | Form::SetOf(names) => names,
                Form::Flag => &[(0, "off"), (1, "on")],
                _ => return format!("{name} takes a number, not {text:?}"),
            };
            let names: Vec<&str> = names.iter().map(|&(_, name)| name).collect();
            format!(
                "{name} takes a number or {}, not {text:?}",
                names.join(", ")
            )
        })
    }

    /// What the number means, where there is more to say than the number.
    pub fn meaning(&self, value: &Value) -> Option<String> {
        let Value::Number(number) = *value else {
            return None;
        };
        match self.form {
            Form::OneOf(names) => names
                .iter()
                .find(|&&(value, _)| value == number)
                .map(|&(_, name)| name.to_owned()),
            Form::SetOf(names) => Some(set_names(names, number)),
            Form::Celsius => {
                let eighths = (number << (64 - self.width)) as i64 >> (64 - self.width);
                Some(format!("{:.3} C", eighths as f64 / 8.0))
            }
            Form::Date if number != 0 => {
                let (year, month, day) = (number >> 16, (number >> 8) & 0xff, number & 0xff);
                Some(format!("{year:04x}-{month:02x}-{day:02x}"))
            }
            Form::Mac => {
                let bytes = number.to_be_bytes();
                let digits: Vec<String> =
                    bytes.iter().skip(2).map(|b| format!("{b:02x}")).collect();
                Some(digits.join(":"))
            }
            _ => None,
        }
    }
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// All forms but text.
    Number(u64),
    /// Text, with what cannot be printed escaped.
    Text(String),
}

/// A number in tens or, with `0x`, in sixteens.
pub fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        // from_str_radix would take a sign.
        Some(digits) if digits.bytes().all(|b| b.is_ascii_hexdigit()) => {
            u64::from_str_radix(digits, 16).ok()
        }
        None if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    }
}

fn set_names(names: Names, number: u64) -> String {
    let mut left = number;
    let mut parts: Vec<String> = Vec::new();
    for &(mask, name) in names {
        if mask != 0 && left & mask == mask {
            left &= !mask;
            parts.push(name.to_owned());
        }
    }
    if left != 0 {
        parts.push(format!("{left:#x}"));
    }
    if parts.is_empty() {
        parts.push("none".to_owned());
    }
    parts.join("+")
}

/// Text of the firmware, which may hold anything.
pub(super) fn printable(bytes: &[u8]) -> String {
    let text = bytes.escape_ascii().to_string();
    // Quotes are no danger.
    text.replace("\\'", "'").replace("\\\"", "\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COLOURS: Names = &[(1, "red"), (2, "green"), (4, "blue")];

    // Theory: the PRM's notation lands on the bits of `mlx5_ifc.h`.
    #[test]
    fn notation_is_that_of_the_prm() {
        let cases = [
            (field("a", 0, 31, 24), 0, 8),
            (field("b", 4, 15, 0), 48, 16),
            (flag("c", 8, 31), 64, 1),
            (wide("d", 8), 64, 64),
            (wide("e", 0x10).mac(), 144, 48),
        ];
        for (field, bit, width) in cases {
            assert_eq!((field.bit, field.width), (bit, width), "{}", field.name);
        }
    }

    // Theory: values are taken by name and by number, and shown by name.
    #[test]
    fn names_lead_to_values_and_back() {
        let one = field("one", 0, 7, 0).one_of(COLOURS);
        let set = field("set", 0, 7, 0).set_of(COLOURS);
        assert_eq!(one.parse("Green"), Ok(Value::Number(2)));
        assert_eq!(one.meaning(&Value::Number(4)).as_deref(), Some("blue"));
        assert_eq!(one.meaning(&Value::Number(3)), None);
        assert_eq!(set.parse("red+blue"), Ok(Value::Number(5)));
        assert_eq!(
            set.meaning(&Value::Number(0x15)).as_deref(),
            Some("red+blue+0x10")
        );
        assert_eq!(set.meaning(&Value::Number(0)).as_deref(), Some("none"));
        let wrong = one.parse("pink").unwrap_err();
        assert_eq!(
            wrong,
            "one takes a number or red, green, blue, not \"pink\""
        );
        let warm = field("warm", 0, 15, 0).celsius();
        assert_eq!(
            warm.meaning(&Value::Number(0xfff8)).as_deref(),
            Some("-1.000 C")
        );
        let day = field("day", 0, 31, 0).date();
        assert_eq!(
            day.meaning(&Value::Number(0x2025_1103)).as_deref(),
            Some("2025-11-03")
        );
        assert_eq!(number("0x1F"), Some(31));
        assert!(number("").is_none() && number("0x").is_none() && number("+1").is_none());
    }

    // Theory: what does not fit is refused, and nothing is written.
    #[test]
    fn what_does_not_fit_is_refused() {
        let mut bytes = [0xff; 8];
        let small = field("small", 0, 3, 0);
        assert_eq!(
            small.set(&mut bytes, &Value::Number(16)),
            Err("small has only 4 bits".into())
        );
        let word = text("word", 4, 4);
        assert!(word.set(&mut bytes, &Value::Text("hello".into())).is_err());
        assert_eq!(bytes, [0xff; 8]);
        assert_eq!(word.set(&mut bytes, &Value::Text("hi".into())), Ok(()));
        assert_eq!(word.get(&bytes), Some(Value::Text("hi".into())));
    }

    proptest! {
        // Theory: no bytes make a decoder fail, and no control character gets out.
        #[test]
        fn decoders_take_anything(bytes: [u8; 8], width in 1u32..=64) {
            let forms = [
                Form::Number, Form::Hex, Form::Flag, Form::OneOf(COLOURS), Form::SetOf(COLOURS),
                Form::Celsius, Form::Date, Form::Mac, Form::Text,
            ];
            for form in forms {
                let field = Field { name: "x", bit: 0, width, form, role: Role::ReadOnly };
                let value = field.get(&bytes).unwrap();
                let shown = field.meaning(&value).unwrap_or_default();
                prop_assert!(shown.bytes().all(|b| (0x20..0x7f).contains(&b)));
                if let Value::Text(text) = value {
                    prop_assert!(text.bytes().all(|b| (0x20..0x7f).contains(&b)));
                }
            }
        }
    }
}
