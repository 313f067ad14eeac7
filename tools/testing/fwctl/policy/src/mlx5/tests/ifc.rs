// SPDX-License-Identifier: GPL-2.0

//! Reads the layouts that the kernel writes as C: in `struct mlx5_ifc_x_bits`, an `u8 name[n]` is a
//! field of n bits.

use policies::kernel;
use std::collections::BTreeMap;

/// All layouts of some headers, by their name without `mlx5_ifc_` and `_bits`.
pub(super) struct Layouts {
    groups: BTreeMap<String, Group>,
}

#[derive(Clone)]
struct Group {
    /// Its members share their place.
    is_union: bool,
    members: Vec<Member>,
}

#[derive(Clone)]
struct Member {
    /// Empty where there is none.
    name: String,
    kind: Kind,
    /// Bits, or elements. 0 if it is as long as the mailbox is; `None` if a constant says it.
    count: Option<usize>,
}

#[derive(Clone)]
enum Kind {
    Bit,
    Named(String),
    Inline(Group),
}

/// A field, or a group of fields that has a name, in a layout.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// With the names of the groups that it is in.
    pub(super) path: String,
    pub(super) name: String,
    /// Where it begins, in bits.
    pub(super) at: usize,
    pub(super) bits: usize,
}

impl Layouts {
    /// Of the kernel's headers for mlx5.
    pub(super) fn read() -> Self {
        let mut text = String::new();
        for path in [
            "include/linux/mlx5/mlx5_ifc.h",
            "include/linux/mlx5/mlx5_ifc_fpga.h",
            "drivers/net/ethernet/mellanox/mlx5/core/sf/mlx5_ifc_vhca_event.h",
        ] {
            text.push_str(&kernel::read(path));
        }
        let parser = Parser::new(&text);
        Self {
            groups: parser.all(),
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.groups.keys().map(String::as_str)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.groups.contains_key(name)
    }

    /// All fields and named groups of a layout, at any depth.
    pub(super) fn fields(&self, name: &str) -> Vec<Field> {
        let mut fields = Vec::new();
        self.flatten(self.group(name), "", 0, &mut fields);
        fields
    }

    /// The field of a layout with this path.
    pub(super) fn field(&self, layout: &str, path: &str) -> Field {
        let mut fields = self.fields(layout).into_iter();
        fields
            .find(|field| field.path == path)
            .unwrap_or_else(|| panic!("{layout} has no {path}"))
    }

    fn group(&self, name: &str) -> &Group {
        let group = self.groups.get(name);
        group.unwrap_or_else(|| panic!("no layout {name} in the headers"))
    }

    fn flatten(&self, group: &Group, within: &str, mut at: usize, fields: &mut Vec<Field>) {
        for member in &group.members {
            let path = format!("{within}{}", member.name);
            let inner = match &member.kind {
                Kind::Bit => None,
                Kind::Named(name) => Some(self.group(name)),
                Kind::Inline(inner) => Some(inner),
            };
            let bits = self.bits(member);
            if !member.name.is_empty() {
                fields.push(Field {
                    path: path.clone(),
                    name: member.name.clone(),
                    at,
                    bits,
                });
            }
            if let Some(inner) = inner {
                let within = if member.name.is_empty() {
                    within.to_owned()
                } else {
                    format!("{path}.")
                };
                self.flatten(inner, &within, at, fields);
            }
            if !group.is_union {
                at += bits;
            }
        }
    }

    fn bits(&self, member: &Member) -> usize {
        let of = |group: &Group| {
            let bits = group.members.iter().map(|member| self.bits(member));
            if group.is_union {
                bits.max().unwrap_or(0)
            } else {
                bits.sum()
            }
        };
        let count = member.count;
        count.unwrap_or_else(|| panic!("how long is {}?", member.name))
            * match &member.kind {
                Kind::Bit => 1,
                Kind::Named(name) => of(self.group(name)),
                Kind::Inline(group) => of(group),
            }
    }
}

struct Parser {
    tokens: Vec<String>,
    at: usize,
}

impl Parser {
    fn new(text: &str) -> Self {
        let mut tokens: Vec<String> = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let len = if let Some(comment) = rest.strip_prefix("/*") {
                comment.find("*/").map_or(rest.len(), |end| end + 4)
            } else if is_word(first) {
                let len = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                tokens.push(rest[..len].to_owned());
                len
            } else {
                if !first.is_whitespace() {
                    tokens.push(first.to_string());
                }
                first.len_utf8()
            };
            rest = &rest[len..];
        }
        Self { tokens, at: 0 }
    }

    fn peek(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", String::as_str)
    }

    fn next(&mut self) -> String {
        let token = self.peek(0).to_owned();
        self.at += 1;
        token
    }

    fn take(&mut self, token: &str) -> bool {
        let here = self.peek(0) == token;
        if here {
            self.at += 1;
        }
        here
    }

    fn want(&mut self, token: &str) {
        let from = self.at.saturating_sub(8);
        let near = self.tokens[from..].iter().take(16).cloned();
        let near: Vec<String> = near.collect();
        assert!(self.take(token), "no {token} in: {}", near.join(" "));
    }

    fn all(mut self) -> BTreeMap<String, Group> {
        let mut groups = BTreeMap::new();
        while self.at < self.tokens.len() {
            let is_group = ["struct", "union"].contains(&self.peek(0));
            if is_group && self.peek(1).starts_with("mlx5_ifc_") && self.peek(2) == "{" {
                let is_union = self.next() == "union";
                let name = layout(&self.next());
                self.want("{");
                let members = self.members();
                assert!(
                    groups
                        .insert(name.clone(), Group { is_union, members })
                        .is_none(),
                    "two layouts {name}"
                );
            } else {
                self.at += 1;
            }
        }
        groups
    }

    /// Up to the closing brace.
    fn members(&mut self) -> Vec<Member> {
        let mut members = Vec::new();
        while !self.take("}") {
            let member = if self.take("DECLARE_FLEX_ARRAY") {
                self.want("(");
                let kind = self.kind();
                self.want(",");
                let name = self.next();
                self.want(")");
                Member {
                    name,
                    kind,
                    count: Some(0),
                }
            } else {
                let kind = self.kind();
                let name = if [";", "["].contains(&self.peek(0)) {
                    String::new()
                } else {
                    self.next()
                };
                let mut count = Some(1);
                while self.take("[") {
                    let dimension = self.dimension();
                    count = count.and_then(|count| Some(count * dimension?));
                }
                Member { name, kind, count }
            };
            self.want(";");
            members.push(member);
        }
        members
    }

    fn kind(&mut self) -> Kind {
        if self.take("u8") {
            return Kind::Bit;
        }
        let is_union = self.peek(0) == "union";
        if !is_union {
            self.want("struct");
        } else {
            self.at += 1;
        }
        if self.take("{") {
            let members = self.members();
            return Kind::Inline(Group { is_union, members });
        }
        Kind::Named(layout(&self.next()))
    }

    /// Up to the closing bracket: a product of numbers, nothing for a flexible array, `None` for a
    /// constant.
    fn dimension(&mut self) -> Option<usize> {
        if self.take("]") {
            return Some(0);
        }
        let mut product = Some(1);
        loop {
            let token = self.next();
            match token.as_str() {
                "]" => return product,
                "*" => {}
                number => {
                    let number = match number.strip_prefix("0x") {
                        Some(hex) => usize::from_str_radix(hex, 16).ok(),
                        None => number.parse().ok(),
                    };
                    product = number.and_then(|number| Some(product? * number));
                }
            }
        }
    }
}

fn layout(name: &str) -> String {
    let name = name.strip_prefix("mlx5_ifc_").unwrap_or(name);
    name.strip_suffix("_bits").unwrap_or(name).to_owned()
}

/// Theory: what is read are the places that the PRM gives these fields.
#[test]
fn places() {
    let layouts = Layouts::read();
    assert!(layouts.names().count() > 700);
    let place = |layout: &str, path: &str| {
        let field = layouts.field(layout, path);
        (field.at / 8, field.at % 8, field.bits)
    };
    let entry = "memory_key_mkey_entry";
    assert_eq!(place("create_mkey_in", entry), (0x10, 0, 512));
    assert_eq!(
        place("create_mkey_in", &format!("{entry}.lw")),
        (0x12, 4, 1)
    );
    assert_eq!(
        place("create_mkey_in", &format!("{entry}.pd")),
        (0x1d, 0, 24)
    );
    assert_eq!(
        place("create_mkey_in", "translations_octword_actual_size"),
        (0x60, 0, 32)
    );
    assert_eq!(place("create_mkey_in", "klm_pas_mtt"), (0x110, 0, 0));
    assert_eq!(place("resource_dump", "address"), (0x28, 0, 64));
    assert_eq!(place("resource_dump", "inline_data"), (0x30, 0, 52 * 32));
    assert_eq!(place("query_qp_out", "qpc.dbr_addr"), (0xb8, 0, 64));
    // A union without a name, and one with.
    assert_eq!(place("alias_context", "access_key_raw").2, 256);
    assert_eq!(
        place("general_obj_in_cmd_hdr", "op_param.query").0,
        place("general_obj_in_cmd_hdr", "op_param.create").0
    );
}
