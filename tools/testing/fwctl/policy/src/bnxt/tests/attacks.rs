// SPDX-License-Identifier: GPL-2.0

//! What somebody would send who wants more than the table gives: each by a field, next to the same
//! request without it; and that no bytes at all make the policy panic.

use super::{callers, judge, Ask};
use crate::{
    mailbox::{transfer_len, Message, MAX_LEN, MAX_TRANSFER},
    policy::{commands::COMMANDS, Caller},
    Scope,
};
use proptest::prelude::*;

const VER_GET: u16 = 0x0;
const FUNC_RESET: u16 = 0x11;
const PORT_PRBS_TEST: u16 = 0xd5;
const PORT_PHY_FDRSTAT: u16 = 0x232;
const DBG_READ_INDIRECT: u16 = 0xff11;
const DBG_CFG: u16 = 0xff16;
const NVM_SET_VARIABLE: u16 = 0xfff2;

const READ: Option<Scope> = Some(Scope::DebugReadOnly);
const WRITE: Option<Scope> = Some(Scope::DebugWrite);
const FULL: Option<Scope> = Some(Scope::DebugWriteFull);

/// Theory: a request is for the firmware itself, and for no other function or processor.
#[test]
fn targets() {
    for target in 0..=u16::MAX {
        let ask = Ask::new(VER_GET).with(6, &target.to_le_bytes());
        let own = [0, 0xfffd, 0xffff].contains(&target);
        assert_eq!(ask.least(false), READ.filter(|_| own), "{target:#x}");
    }
}

/// Theory: of the rest of the header nothing matters, as it is not sent.
#[test]
fn header() {
    for (at, len) in [(2, 2), (4, 2), (8, 8)] {
        let ask = Ask::new(VER_GET).with(at, &[0xa5; 8][..len]);
        assert_eq!(ask.least(false), READ);
        let sent = Message::new(&ask.0, judge(&ask.0, ANYTHING).unwrap())
            .bytes_mut()
            .to_vec();
        let plain = Message::new(&Ask::new(VER_GET).0, judge(&ask.0, ANYTHING).unwrap())
            .bytes_mut()
            .to_vec();
        assert_eq!(sent, plain);
    }
}

const ANYTHING: Caller = Caller {
    scope: Scope::DebugWriteFull,
    strict: false,
};

/// Theory: what is behind the layout has to be 0, each byte of it.
#[test]
fn tails() {
    for command in COMMANDS {
        let Some(len) = command.len else { continue };
        assert!(
            Ask::new(command.number()).least(false).is_some(),
            "{}",
            command.name
        );
        for at in len..MAX_LEN {
            let ask = Ask::new(command.number()).with(at, &[1]);
            assert_eq!(ask.least(false), None, "{} {at}", command.name);
        }
    }
}

/// Theory: another function is not reset, whichever.
#[test]
fn other_functions() {
    assert_eq!(Ask::new(FUNC_RESET).least(false), FULL);
    for bit in 0..32 {
        let ask = Ask::new(FUNC_RESET).with(16, &(1_u32 << bit).to_le_bytes());
        assert_eq!(ask.least(false), None, "{bit}");
    }
}

/// Theory: of the ways to read indirectly the host's memory, an erase and unknown ones are refused.
#[test]
fn ways_to_read() {
    for way in 0..=u8::MAX {
        let ask = Ask::new(DBG_READ_INDIRECT).with(28, &[way]);
        let allowed = way <= 0x17 && way != 0x14;
        assert_eq!(ask.least(false), READ.filter(|_| allowed), "{way:#x}");
        let erases = ask.with(40, &[2]);
        assert_eq!(
            erases.least(false),
            READ.filter(|_| allowed && way != 0x15),
            "{way:#x}"
        );
    }
}

/// Theory: the factory's value of a variable is for those who may do everything.
#[test]
fn factory() {
    for bit in 0..8 {
        let ask = Ask::new(NVM_SET_VARIABLE).with(38, &[1 << bit]);
        let least = if bit == 7 {
            FULL
        } else {
            Some(Scope::Configuration)
        };
        assert_eq!(ask.least(false), least, "{bit}");
    }
}

/// Theory: traces go to no completion ring.
#[test]
fn rings() {
    for bit in 0..32 {
        let ask = Ask::new(DBG_CFG).with(16, &(1_u32 << bit).to_le_bytes());
        let posts = (2..=4).contains(&bit);
        let some = Some(Scope::Configuration);
        assert_eq!(ask.least(false), some.filter(|_| !posts), "{bit}");
        assert_eq!(
            ask.clone().with(20, &[0xff, 0xff]).least(false),
            some,
            "{bit}"
        );
        assert_eq!(
            ask.with(20, &[0xff, 0x7f]).least(false),
            some.filter(|_| !posts),
            "{bit}"
        );
    }
}

/// Theory: with `strict` a test of a link, and what is not read of it, needs DEBUG_WRITE.
#[test]
fn links() {
    let idle = Ask::new(PORT_PRBS_TEST);
    assert_eq!((idle.least(false), idle.least(true)), (READ, READ));
    let starts = idle.with(36, &[1]);
    assert_eq!((starts.least(false), starts.least(true)), (READ, WRITE));
    for operation in 0..8_u8 {
        let ask = Ask::new(PORT_PHY_FDRSTAT).with(22, &[operation]);
        let strict = if operation == 3 { READ } else { WRITE };
        assert_eq!(
            (ask.least(false), ask.least(true)),
            (READ, strict),
            "{operation}"
        );
    }
}

proptest! {
    /// Theory: whatever the bytes, there is a verdict; more rights never take one away, `strict` never
    /// gives one; what is sent has a header of the driver's and no more than the layout; and what is to
    /// be transferred is bounded.
    #[test]
    fn any_bytes(
        row in any::<prop::sample::Index>(),
        wild in any::<u16>(),
        known in prop::bool::weighted(0.9),
        rest in prop::collection::vec(prop_oneof![3 => Just(0_u8), 1 => any::<u8>()], 0..=MAX_LEN - 2),
    ) {
        let number = if known { COMMANDS[row.index(COMMANDS.len())].number() } else { wild };
        let mut request = number.to_le_bytes().to_vec();
        request.extend(rest);
        for caller in callers() {
            let Some(command) = judge(&request, caller) else { continue };
            prop_assert_eq!(command.number(), number);
            let mightier = Caller { scope: Scope::DebugWriteFull, ..caller };
            prop_assert!(judge(&request, mightier).is_some());
            let laxer = Caller { strict: false, ..caller };
            prop_assert!(judge(&request, laxer).is_some());
            let mut message = Message::new(&request, command);
            let sent = message.bytes_mut();
            prop_assert_eq!(sent.len(), command.len.unwrap_or(MAX_LEN));
            prop_assert_eq!(&sent[2..16], &[0xff, 0xff, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0][..]);
            for (at, &byte) in sent.iter().enumerate().skip(16) {
                prop_assert_eq!(byte, request.get(at).copied().unwrap_or(0));
            }
            for transfer in command.transfers {
                if let Ok(len) = transfer_len(&request, transfer.len) {
                    prop_assert!(len as u64 <= MAX_TRANSFER);
                }
            }
        }
    }
}
