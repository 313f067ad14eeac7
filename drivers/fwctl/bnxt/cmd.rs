// SPDX-License-Identifier: GPL-2.0

//! How a message is sent, what its end means, and the commands of the driver's own.

use crate::{
    ffi::Edev,
    mailbox::{
        get32,
        Message,
        Response,
        MAX_RESPONSE, //
    },
    policy::Effect, //
};
use kernel::prelude::*;

const VER_GET: u16 = 0x0;
const NVM_GET_DIR_INFO: u16 = 0xfffb;

/// Why there is no response.
pub(crate) enum Failure {
    /// The firmware has not seen the message, and will not.
    NotSent(Error),
    /// It has not answered, and may yet do what it was told.
    Unanswered,
}

impl Failure {
    /// For the caller on whose behalf it was sent.
    pub(crate) fn errno(&self) -> Error {
        match self {
            Self::NotSent(e) => *e,
            Self::Unanswered => ETIMEDOUT,
        }
    }
}

/// After a message that was not answered asks the firmware for its version. It carries out one message
/// after the other, so once it answers that, it is done with the one before; and a late response lands on
/// that question, not on another user's.
pub(crate) fn settle(edev: &Edev<'_>) -> core::result::Result<(), Failure> {
    if edev.is_silent() {
        let mut version = [0; 16];
        let mut question = Message::plain(VER_GET, 24);
        send(edev, &mut question, &mut version, Effect::Reads)
            .map_err(|_| Failure::NotSent(ETIMEDOUT))?;
    }
    Ok(())
}

/// Sends `message`, once the firmware has [settled](settle), and waits. The response, with whatever error
/// code, is in `room`, as much of it as there is room for.
pub(crate) fn exec<'r>(
    edev: &Edev<'_>,
    message: &mut Message,
    room: &'r mut [u8],
    effect: Effect,
) -> core::result::Result<Response<'r>, Failure> {
    settle(edev)?;
    send(edev, message, room, effect)
}

fn send<'r>(
    edev: &Edev<'_>,
    message: &mut Message,
    room: &'r mut [u8],
    effect: Effect,
) -> core::result::Result<Response<'r>, Failure> {
    let room = match room.len() {
        // bnxt_en copies no more than it is asked for, whatever the firmware says.
        0..=MAX_RESPONSE => room,
        _ => room.split_at_mut(MAX_RESPONSE).0,
    };
    room.fill(0);
    let sent = edev.send(message, room, effect.timeout());
    let response = Response::new(room);
    // bnxt_en's word for silence. What it has copied is of an earlier message, if of any.
    let silence = sent.is_err_and(|e| e == EBUSY);
    if !silence && message.is_answered_by(&response) {
        edev.note(true);
        return Ok(response);
    }
    match sent {
        // Its users are stopped, for as long as it recovers the device.
        Err(e) if e == ESHUTDOWN => Err(Failure::NotSent(ENODEV)),
        // There was no memory, or it is too long.
        Err(e) if [ENOMEM, E2BIG].contains(&e) => Err(Failure::NotSent(e)),
        _ => {
            edev.note(false);
            Err(Failure::Unanswered)
        }
    }
}

/// Bytes of the directory of the flash. `EIO` if the firmware does not say.
pub(crate) fn directory_len(edev: &Edev<'_>) -> core::result::Result<u64, Failure> {
    let mut room = [0; 24];
    let mut question = Message::plain(NVM_GET_DIR_INFO, 16);
    let answer = exec(edev, &mut question, &mut room, Effect::Flash)?;
    if answer.error != 0 {
        return Err(Failure::NotSent(EIO));
    }
    let (entries, size) = (get32(answer.bytes, 8), get32(answer.bytes, 12));
    Ok(u64::from(entries) * u64::from(size))
}
