// SPDX-License-Identifier: GPL-2.0

//! `fwctl mlx5`: commands for NVIDIA ConnectX and BlueField.

mod caps;
mod coredump;
mod counters;
mod dump;
mod fields;
mod objects;
mod reg;

use fwctl::mlx5::Mlx5;
use fwctl::Device;

use crate::args::{DeviceArg, Mlx5 as Command, Reg};
use crate::failure::Failure;
use crate::session::Session;

pub(super) fn run(session: &mut Session, command: &Command) -> Result<(), Failure> {
    match command {
        Command::Caps(args) => caps::run(session, args),
        Command::Reg(Reg::List { register }) => reg::list::run(session, register.as_deref()),
        Command::Reg(Reg::Get(args)) => reg::get(session, args),
        Command::Reg(Reg::Set(args)) => reg::set(session, args),
        Command::Dump(args) => dump::run(session, args),
        Command::Coredump(args) => coredump::run(session, args),
        Command::Counters(args) => counters::run(session, args),
        Command::Objects(args) => objects::run(session, args),
    }
}

fn open(session: &Session, args: &DeviceArg) -> Result<Device, Failure> {
    session.device(&args.device)
}

fn mlx5<'a>(session: &Session, device: &'a Device) -> Result<Mlx5<'a>, Failure> {
    Mlx5::new(device).map_err(|error| session.failed(error))
}
