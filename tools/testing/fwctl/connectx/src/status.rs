// SPDX-License-Identifier: GPL-2.0

//! Command status, delivery status and syndromes.

/// Outbox status, `MLX5_CMD_STAT_*` of `include/linux/mlx5/device.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Status {
    /// Firmware could not execute it.
    Internal = 0x01,
    /// Unknown opcode or op_mod.
    BadOp = 0x02,
    /// A field has an impossible value.
    BadParam = 0x03,
    /// Not in this state of the HCA.
    BadSysState = 0x04,
    /// The named resource does not exist or is another's.
    BadResource = 0x05,
    /// The resource is in use.
    Busy = 0x06,
    /// The resource is not in the right state.
    BadResourceState = 0x09,
    /// No free resource.
    NoResource = 0x0f,
    /// Input shorter than the command needs.
    BadInputLength = 0x50,
    /// Output shorter than the command needs.
    BadOutputLength = 0x51,
}

/// Delivery status of a command entry, `MLX5_CMD_DELIVERY_STAT_*` of the driver's `cmd.c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Delivery {
    /// Delivered.
    Ok = 0x00,
    /// The entry's bytes do not XOR to 0xff.
    Signature = 0x01,
    /// A mailbox block carries another token than its entry.
    Token = 0x02,
    /// A mailbox block is out of order.
    BlockNumber = 0x03,
    /// Output mailbox not aligned, absent or out of reach.
    OutPointer = 0x04,
    /// Input mailbox not aligned, absent or out of reach.
    InPointer = 0x05,
    /// Input too short to hold a header, or too long.
    InLength = 0x07,
    /// Output too short to hold a status, or too long.
    OutLength = 0x08,
    /// The entry's type is not a PCI command.
    Descriptor = 0x10,
}

/// Why a command is refused, as the outbox tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Outbox byte 0.
    pub(crate) status: u8,
    /// Outbox dword 1.
    pub(crate) syndrome: u32,
}

impl Status {
    /// A refusal with a reason of this model.
    pub(crate) fn because(self, reason: Reason) -> Refusal {
        Refusal {
            status: self as u8,
            syndrome: SYNDROME_BASE | reason as u32,
        }
    }
}

const SYNDROME_BASE: u32 = 0x00fc_7000;

/// Low bits of this model's syndromes: one per place that refuses, so that a test can tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Reason {
    UnknownOpcode = 0x01,
    UnknownOpMod = 0x02,
    InputLength = 0x03,
    OutputLength = 0x04,
    State = 0x05,
    UnknownUid = 0x10,
    UidRights = 0x11,
    UctxCaps = 0x12,
    UidInUse = 0x13,
    Tunnel = 0x14,
    KernelUid = 0x15,
    NoSuchObject = 0x20,
    ForeignObject = 0x21,
    ObjectInUse = 0x22,
    NoFreeObject = 0x23,
    UmemLayout = 0x30,
    UmemAddress = 0x31,
    MkeyMode = 0x32,
    MkeyRange = 0x33,
    MkeyRights = 0x34,
    PhysicalAddress = 0x35,
    EqLayout = 0x38,
    PageAddress = 0x40,
    PageCount = 0x41,
    OtherFunction = 0x42,
    CapType = 0x43,
    Profile = 0x44,
    UnknownRegister = 0x50,
    RegisterAccess = 0x51,
    RegisterIndex = 0x52,
    RegisterValue = 0x53,
    RegisterLength = 0x54,
    NotKept = 0x55,
    DiagnosticValue = 0x58,
    DiagnosticOff = 0x59,
    DmaFailed = 0x60,
    Released = 0x70,
}
