// SPDX-License-Identifier: GPL-2.0

//! The flash: a directory of items, and the bytes behind them.

mod variables;

use firmware_model::pattern;
use serde_json::{json, Value};

use crate::call::Call;
use crate::le;
use crate::status::{Code, Refusal};
use crate::NetXtreme;

pub(crate) use variables::{get_variable, set_variable, Variables};

/// Bytes of the flash, and of what can be erased at a time.
const SIZE: usize = 1 << 20;
const SECTOR: usize = 4096;
/// Bytes of an entry of the directory.
const ENTRY: usize = 24;
/// Entries at most.
const MOST: usize = 64;

/// Types of items, `BNX_DIR_TYPE_*` of `bnxt_nvm_defs.h`.
const PKG_LOG: u16 = 1;
const UPDATE: u16 = 2;
const BOOTCODE: u16 = 4;
const VPD: u16 = 5;
const SHARED_CFG: u16 = 40;
const PORT_CFG: u16 = 41;

/// What a command says of an item that is not there, and of space that is not.
const NO_SPACE: u8 = 2;

/// What items are called by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    kind: u16,
    ordinal: u16,
    ext: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Item {
    key: Key,
    attr: u16,
    at: usize,
    /// Bytes that it may have, and that it has.
    room: usize,
    len: usize,
}

/// The flash.
#[derive(Debug)]
pub(crate) struct Nvm {
    bytes: Vec<u8>,
    items: Vec<Item>,
    pub(crate) variables: Variables,
    /// Commands that changed it.
    writes: u64,
}

impl Nvm {
    /// As it left the factory.
    pub(crate) fn new(seed: u32, version: &str, vpd: &[u8]) -> Self {
        let mut nvm = Self {
            bytes: pattern::bytes(seed, 0..SIZE),
            items: Vec::new(),
            variables: Variables::default(),
            writes: 0,
        };
        let log = format!("1\tpackage\t{version}\t2026-01-01\n");
        for (kind, len, bytes) in [
            (PKG_LOG, log.len(), log.as_bytes()),
            (BOOTCODE, 128 << 10, &[]),
            (VPD, vpd.len(), vpd),
            (SHARED_CFG, 4096, &[]),
            (PORT_CFG, 4096, &[]),
            (UPDATE, 0, &[]),
        ] {
            let key = Key {
                kind,
                ordinal: 0,
                ext: 0,
            };
            let room = if kind == UPDATE { 256 << 10 } else { len };
            // The flash is large enough.
            let _ = nvm.create(key, 0, room, len);
            if let Some(item) = nvm.items.last() {
                le::put(&mut nvm.bytes, item.at, bytes);
            }
        }
        nvm
    }

    /// For the control protocol.
    pub(crate) fn report(&self) -> Value {
        json!({"items": self.items.len(), "writes": self.writes})
    }

    fn find(&self, key: Key) -> Option<usize> {
        self.items.iter().position(|item| item.key == key)
    }

    fn item(&self, index: u16) -> Result<Item, Refusal> {
        let item = self.items.get(usize::from(index));
        item.copied().ok_or(Code::EntityNotPresent.into())
    }

    /// A new item in the first gap that has `room`.
    fn create(&mut self, key: Key, attr: u16, room: usize, len: usize) -> Result<usize, Refusal> {
        let room = room.max(len).max(1).next_multiple_of(SECTOR);
        let mut taken: Vec<(usize, usize)> =
            self.items.iter().map(|item| (item.at, item.room)).collect();
        taken.sort_unstable();
        let mut at = 0;
        for (start, size) in taken {
            if at + room <= start {
                break;
            }
            at = start + size;
        }
        if at + room > SIZE || self.items.len() == MOST {
            return Err(Code::AllocError.detail(NO_SPACE));
        }
        self.items.push(Item {
            key,
            attr,
            at,
            room,
            len,
        });
        Ok(self.items.len() - 1)
    }

    fn write(&mut self, at: usize, bytes: &[u8]) {
        le::put(&mut self.bytes, at, bytes);
        self.writes += 1;
    }

    /// The entry of an item: type, ordinal, extension and attributes of 2 bytes each; place, room, length and checksum of 4.
    fn entry(&self, item: &Item) -> [u8; ENTRY] {
        let mut entry = [0; ENTRY];
        le::put16(&mut entry, 0, item.key.kind);
        le::put16(&mut entry, 2, item.key.ordinal);
        le::put16(&mut entry, 4, item.key.ext);
        le::put16(&mut entry, 6, item.attr);
        le::put32(&mut entry, 8, item.at as u32);
        le::put32(&mut entry, 12, item.room as u32);
        le::put32(&mut entry, 16, item.len as u32);
        let data = self
            .bytes
            .get(item.at..item.at + item.len)
            .unwrap_or_default();
        let sum = data
            .iter()
            .fold(0_u32, |sum, byte| sum.rotate_left(1) ^ u32::from(*byte));
        le::put32(&mut entry, 20, sum);
        entry
    }
}

/// NVM_GET_DEV_INFO.
pub(crate) fn dev_info(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    const VERSIONS_VALID: u8 = 1;
    let out = &mut call.out;
    le::put16(out, 8, 0x00ef);
    le::put16(out, 10, 0x4014);
    le::put32(out, 12, SECTOR as u32);
    le::put32(out, 16, SIZE as u32);
    let used: usize = hw.nvm.items.iter().map(|item| item.room).sum();
    le::put32(out, 24, (SIZE - used) as u32);
    le::put8(out, 28, 1);
    le::put8(out, 31, VERSIONS_VALID);
    for (i, part) in hw.config.fw_version.into_iter().enumerate() {
        le::put16(out, 48 + 2 * i, part);
        le::put16(out, 56 + 2 * i, part);
    }
    Ok(())
}

/// NVM_GET_DIR_INFO.
pub(crate) fn dir_info(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    le::put32(&mut call.out, 8, hw.nvm.items.len() as u32);
    le::put32(&mut call.out, 12, ENTRY as u32);
    Ok(())
}

/// NVM_GET_DIR_ENTRIES: all, to @16.
pub(crate) fn dir_entries(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    let nvm = &hw.nvm;
    let entries = nvm.items.iter().flat_map(|item| nvm.entry(item)).collect();
    call.store(le::get64(call.input, 16), entries);
    Ok(())
}

/// NVM_FIND_DIR_ENTRY: by its index @20 if the enables @16 say so, else by type @22, ordinal @24 and extension @26.
pub(crate) fn find(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    const BY_INDEX: u32 = 1;
    let input = call.input;
    let index = match le::get32(input, 16) & BY_INDEX {
        0 => hw.nvm.find(Key {
            kind: le::get16(input, 22),
            ordinal: le::get16(input, 24),
            ext: le::get16(input, 26),
        }),
        _ => Some(le::get16(input, 20).into()),
    };
    let index = index.ok_or(Code::EntityNotPresent)? as u16;
    let item = hw.nvm.item(index)?;
    le::put32(&mut call.out, 8, item.room as u32);
    le::put32(&mut call.out, 12, item.len as u32);
    le::put16(&mut call.out, 20, item.key.ordinal);
    le::put16(&mut call.out, 22, index);
    Ok(())
}

/// `len` bytes at `offset` of something of `size` bytes.
fn part(offset: u32, len: u32, size: usize) -> Result<std::ops::Range<usize>, Refusal> {
    let (offset, len) = (offset as usize, len as usize);
    if offset > size || len > size - offset {
        return Err(Code::InvalidParams.into());
    }
    Ok(offset..offset + len)
}

/// NVM_READ: @32 bytes at @28 of item @24, to @16.
pub(crate) fn read(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    let input = call.input;
    let item = hw.nvm.item(le::get16(input, 24))?;
    let part = part(le::get32(input, 28), le::get32(input, 32), item.len)?;
    let bytes = hw.nvm.bytes.get(item.at + part.start..item.at + part.end);
    call.store(le::get64(input, 16), bytes.unwrap_or_default().to_vec());
    Ok(())
}

/// NVM_RAW_DUMP: @28 bytes at @24 of the flash, to @16.
pub(crate) fn raw_dump(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    let input = call.input;
    let part = part(le::get32(input, 24), le::get32(input, 28), SIZE)?;
    let bytes = hw.nvm.bytes.get(part).unwrap_or_default().to_vec();
    call.store(le::get64(input, 16), bytes);
    Ok(())
}

/// NVM_RAW_WRITE_BLK: @28 bytes from @16 to @24 of the flash.
pub(crate) fn raw_write(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    let input = call.input;
    let part = part(le::get32(input, 24), le::get32(input, 28), SIZE)?;
    let bytes = call.fetch(le::get64(input, 16), part.len())?;
    hw.nvm.write(part.start, &bytes);
    Ok(())
}

/// NVM_MODIFY: @32 bytes from @16 to @28 of item @24.
pub(crate) fn modify(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    let input = call.input;
    let item = hw.nvm.item(le::get16(input, 24))?;
    let part = part(le::get32(input, 28), le::get32(input, 32), item.room)?;
    let bytes = call.fetch(le::get64(input, 16), part.len())?;
    hw.nvm.write(item.at + part.start, &bytes);
    Ok(())
}

/// NVM_WRITE: an item of the type @24, ordinal @26 and extension @28, with @32 bytes from @16, made or made anew. In a batch,
/// which the flags @38 say, @48 bytes go to @44 of it.
pub(crate) fn write(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    const BATCH: u16 = 1 << 1;
    let input = call.input;
    let key = Key {
        kind: le::get16(input, 24),
        ordinal: le::get16(input, 26),
        ext: le::get16(input, 28),
    };
    let (addr, data_len) = (le::get64(input, 16), le::get32(input, 32) as usize);
    let room = (le::get32(input, 40) as usize).max(data_len);
    if room > SIZE {
        return Err(Code::AllocError.detail(NO_SPACE));
    }
    let (offset, len) = match le::get16(input, 38) & BATCH {
        0 => (0, data_len),
        _ => (le::get32(input, 44) as usize, le::get32(input, 48) as usize),
    };
    if offset > data_len || len > data_len - offset {
        return Err(Code::InvalidParams.into());
    }
    let bytes = call.fetch(addr, len)?;
    let index = match hw.nvm.find(key) {
        Some(index)
            if hw
                .nvm
                .items
                .get(index)
                .is_some_and(|item| item.room >= room) =>
        {
            index
        }
        found => {
            if let Some(index) = found {
                hw.nvm.items.remove(index);
            }
            hw.nvm.create(key, le::get16(input, 30), room, data_len)?
        }
    };
    let Some(item) = hw.nvm.items.get_mut(index) else {
        return Err(Code::Fail.into());
    };
    item.len = data_len;
    let (at, room) = (item.at + offset, item.room);
    hw.nvm.write(at, &bytes);
    le::put32(&mut call.out, 8, room as u32);
    le::put16(&mut call.out, 12, index as u16);
    Ok(())
}

/// NVM_ERASE_DIR_ENTRY: item @16.
pub(crate) fn erase(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    let index = le::get16(call.input, 16);
    hw.nvm.item(index)?;
    hw.nvm.items.remove(index.into());
    hw.nvm.writes += 1;
    Ok(())
}

/// NVM_MOD_DIR_ENTRY: item @20 has another ordinal, extension and attributes.
pub(crate) fn rename(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    let input = call.input;
    let Some(item) = hw.nvm.items.get_mut(usize::from(le::get16(input, 20))) else {
        return Err(Code::EntityNotPresent.into());
    };
    item.key.ordinal = le::get16(input, 22);
    item.key.ext = le::get16(input, 24);
    item.attr = le::get16(input, 26);
    hw.nvm.writes += 1;
    Ok(())
}

/// NVM_VERIFY_UPDATE: an item of the type @16, ordinal @18 and extension @20 is there, and has something.
pub(crate) fn verify(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    let key = Key {
        kind: le::get16(call.input, 16),
        ordinal: le::get16(call.input, 18),
        ext: le::get16(call.input, 20),
    };
    let index = hw.nvm.find(key).ok_or(Code::EntityNotPresent)?;
    let filled = hw.nvm.items.get(index).is_some_and(|item| item.len != 0);
    filled.then_some(()).ok_or(Code::Fail.into())
}

/// NVM_FACTORY_DEFAULTS, in the mode @16: restores, or makes what is in force the default.
pub(crate) fn factory_defaults(hw: &mut NetXtreme, call: &mut Call<'_>) -> Result<(), Refusal> {
    match le::get8(call.input, 16) {
        0 => hw.nvm.variables.restore(),
        1 => hw.nvm.variables.keep(),
        _ => return Err(Code::InvalidParams.into()),
    }
    hw.nvm.writes += 1;
    Ok(())
}

/// NVM_FLUSH and NVM_DEFRAG: there is nothing to do.
pub(crate) fn tidy(_: &mut NetXtreme, _: &mut Call<'_>) -> Result<(), Refusal> {
    Ok(())
}
