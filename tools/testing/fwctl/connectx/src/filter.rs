// SPDX-License-Identifier: GPL-2.0

//! Which commands are meant, by a fault or by a question about the past.

use firmware_model::{field, Number};

use crate::command::Header;

/// What is absent matches all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    opcode: Option<u16>,
    op_mod: Option<u16>,
    uid: Option<u16>,
    register: Option<u16>,
}

impl Filter {
    /// Of the fields of a request.
    ///
    /// # Errors
    /// One line that names a field that is out of range.
    pub(crate) fn parse(
        opcode: Option<Number>,
        op_mod: Option<Number>,
        uid: Option<Number>,
        register: Option<Number>,
    ) -> Result<Self, String> {
        Ok(Self {
            opcode: field("opcode", opcode)?,
            op_mod: field("op_mod", op_mod)?,
            uid: field("uid", uid)?,
            register: field("register", register)?,
        })
    }

    /// True for a command that is meant; `register` is that of a register access.
    pub(crate) fn accepts(&self, header: &Header, register: Option<u16>) -> bool {
        let same = |want: Option<u16>, is: u16| want.is_none_or(|want| want == is);
        same(self.opcode, header.opcode)
            && same(self.op_mod, header.op_mod)
            && same(self.uid, header.uid)
            && (self.register.is_none() || self.register == register)
    }
}
