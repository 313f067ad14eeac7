// SPDX-License-Identifier: GPL-2.0

//! What a vendor's model provides.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::bus::Bus;

/// A memory BAR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// BAR number, 0 to 5. A 64-bit BAR also takes the next one.
    pub index: u8,
    /// Size in bytes, a power of two of at least 16.
    pub size: u64,
    /// Takes two BAR slots.
    pub wide: bool,
    /// Reads have no side effect.
    pub prefetchable: bool,
}

/// Where the MSI-X table and pending bits lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MsixLayout {
    /// Configuration space offset of the capability.
    pub at: u8,
    /// Number of vectors, 1 to 2048.
    pub vectors: u16,
    /// BAR that holds both tables.
    pub bar: u8,
    /// Offset of the vector table in the BAR, a multiple of 8.
    pub table: u32,
    /// Offset of the pending bits in the BAR, a multiple of 8.
    pub pba: u32,
}

/// Product data that is read through configuration space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vpd {
    /// Configuration space offset of the capability.
    pub at: u8,
    /// The data, as of [`vpd::image`](crate::vpd::image).
    pub image: Vec<u8>,
}

/// Identity and layout of a function, fixed for its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// PCI vendor id.
    pub vendor: u16,
    /// PCI device id.
    pub device: u16,
    /// Subsystem vendor id.
    pub subsystem_vendor: u16,
    /// Subsystem id.
    pub subsystem: u16,
    /// Class code, 24 bits.
    pub class: u32,
    /// Revision id.
    pub revision: u8,
    /// Memory BARs.
    pub bars: Vec<Bar>,
    /// Configuration space offset of the power management capability.
    pub pm_at: u8,
    /// Configuration space offset of the PCI Express capability (60 bytes).
    pub pcie_at: u8,
    /// MSI-X capability.
    pub msix: MsixLayout,
    /// Vital product data, if there is any.
    pub vpd: Option<Vpd>,
    /// Serial number, for a capability at 0x100 of the extended space.
    pub serial: Option<u64>,
}

/// A [`Spec`] that no PCI function can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecError {
    /// A BAR's number, size or width.
    Bar(u8),
    /// A capability's offset is unaligned, outside of 0x40..0x100 or overlaps another.
    Capability(u8),
    /// The MSI-X tables do not fit in their BAR.
    Msix,
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bar(index) => write!(f, "BAR {index} has an impossible number, size or width"),
            Self::Capability(at) => write!(f, "capability at {at:#x} is misplaced"),
            Self::Msix => f.write_str("the MSI-X tables do not fit in their BAR"),
        }
    }
}

impl std::error::Error for SpecError {}

/// What made a function lose its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reset {
    /// Function-level reset, by the guest.
    FunctionLevel,
    /// Reset of the slot or the machine.
    Bus,
    /// The guest went away.
    Disconnect,
}

/// A vendor's device model.
///
/// No method may sleep: register reads are synchronous for the guest. Work that is due later is announced with
/// [`Function::deadline`] and done in [`Function::tick`].
pub trait Function: Send {
    /// Identity and layout.
    fn spec(&self) -> Spec;

    /// A read of a BAR, never of the MSI-X tables. `data` is at most 8 bytes for a CPU access.
    fn bar_read(&mut self, bus: &mut dyn Bus, bar: u8, offset: u64, data: &mut [u8]);

    /// A write to a BAR, never to the MSI-X tables.
    fn bar_write(&mut self, bus: &mut dyn Bus, bar: u8, offset: u64, data: &[u8]);

    /// The bus master bit changed. `bus` still lets nothing through when it was cleared.
    fn bus_master(&mut self, bus: &mut dyn Bus, on: bool);

    /// All state is lost.
    fn reset(&mut self, bus: &mut dyn Bus, cause: Reset);

    /// When [`Function::tick`] wants to run, in the bus's time.
    fn deadline(&self) -> Option<Duration>;

    /// Does what is due.
    fn tick(&mut self, bus: &mut dyn Bus);

    /// Counters, live objects and what was left over, for the control socket.
    fn state(&self) -> Value;

    /// Recorded commands: the fields of the reply to a request of the control socket. An error is one line for a
    /// person.
    fn trace(&self, request: &Value) -> Result<Value, String>;

    /// Forgets the recorded commands.
    fn trace_clear(&mut self);

    /// Arms a fault. An error is one line for a person.
    fn fault(&mut self, bus: &mut dyn Bus, fault: &Value) -> Result<(), String>;

    /// Disarms all faults and lets go of what they held back.
    fn fault_clear(&mut self, bus: &mut dyn Bus);
}
