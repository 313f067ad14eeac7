// SPDX-License-Identifier: GPL-2.0

//! The initialization segment at the start of BAR 0, `struct mlx5_init_seg` of
//! `include/linux/mlx5/device.h`: command queue address, doorbell, health, timeouts, timers.

use std::time::Duration;

use crate::command::{LOG_SLOTS, LOG_STRIDE};
use crate::Config;

/// Bytes of the segment.
pub(crate) const LEN: u64 = 0x10000;

const FW_REV: u64 = 0x000;
const CMDIF_REV: u64 = 0x004;
const QUEUE_HIGH: u64 = 0x010;
const QUEUE_LOW: u64 = 0x014;
const DOORBELL: u64 = 0x018;
const INITIALIZING: u64 = 0x1fc;
const HEALTH_FW_VER: u64 = 0x230;
const HEALTH_HW_ID: u64 = 0x234;
const HEALTH_SEVERITY: u64 = 0x238;
const HEALTH_SYNDROME: u64 = 0x23c;
const EXEC_TIMEOUT: u64 = 0xff8;
const INIT_TIMEOUT: u64 = 0xffc;
const TIMER_HIGH: u64 = 0x1000;
const TIMER_LOW: u64 = 0x1004;
const HEALTH_COUNTER: u64 = 0x1010;

const CMDIF: u32 = 5;
const UNIT_SECONDS: u32 = 1 << 29;
const INIT_TIMEOUT_SECONDS: u32 = 60;
const RESET_SUPPORTED: u32 = 1 << 30;
const REQUEST_FOR_RESET: u32 = 1 << 31;

/// Interface state, bits 10:8 of the queue's low address.
pub(crate) const NIC_FULL: u32 = 0;
pub(crate) const NIC_DISABLED: u32 = 1;
pub(crate) const NIC_SW_RESET: u32 = 7;

/// What a write to the segment asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    None,
    /// These slots hold new commands.
    Doorbell(u32),
    /// The driver resets firmware.
    SoftwareReset,
}

/// State behind the segment.
#[derive(Debug)]
pub(crate) struct InitSegment {
    fw_version: (u16, u16, u16),
    hw_id: u32,
    exec_timeout: u32,
    queue: u64,
    nic_state: u32,
    /// Health syndrome; with it firmware asks for a reset.
    pub(crate) syndrome: u8,
    /// The health counter stands still at this value.
    pub(crate) stuck: Option<u32>,
}

impl InitSegment {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            fw_version: config.fw_version,
            hw_id: u32::from(config.hw_id),
            exec_timeout: config.exec_timeout,
            queue: 0,
            nic_state: NIC_DISABLED,
            syndrome: 0,
            stuck: None,
        }
    }

    /// The driver's part is lost; a stuck counter stays. The interface reads as disabled until a driver sets
    /// its queue: that is how a bound driver notices a function-level reset.
    pub(crate) fn reset(&mut self) {
        self.queue = 0;
        self.nic_state = NIC_DISABLED;
        self.syndrome = 0;
    }

    /// Firmware asks for a reset.
    pub(crate) fn fatal(&self) -> bool {
        self.syndrome != 0
    }

    /// Bus address of a command entry.
    pub(crate) fn slot_address(&self, slot: u32) -> u64 {
        self.queue.wrapping_add(u64::from(slot) << LOG_STRIDE)
    }

    /// The current value of the health counter, ten per second.
    pub(crate) fn counter(now: Duration) -> u32 {
        (now.as_millis() / 100) as u32
    }

    /// One register.
    pub(crate) fn read(&self, offset: u64, now: Duration) -> u32 {
        let (major, minor, sub) = self.fw_version;
        let nanos = now.as_nanos() as u64;
        match offset {
            FW_REV => (u32::from(minor) << 16) | u32::from(major),
            CMDIF_REV => (CMDIF << 16) | u32::from(sub),
            QUEUE_HIGH => (self.queue >> 32) as u32,
            QUEUE_LOW => {
                let addr = self.queue as u32 & 0xffff_f000;
                addr | (self.nic_state << 8) | (LOG_SLOTS << 4) | LOG_STRIDE
            }
            INITIALIZING => RESET_SUPPORTED,
            HEALTH_FW_VER => {
                (u32::from(major) << 24) | (u32::from(minor & 0xff) << 16) | u32::from(sub)
            }
            HEALTH_HW_ID => self.hw_id,
            HEALTH_SEVERITY if self.syndrome != 0 => REQUEST_FOR_RESET,
            HEALTH_SYNDROME => u32::from(self.syndrome) << 16,
            EXEC_TIMEOUT => UNIT_SECONDS | self.exec_timeout,
            INIT_TIMEOUT => UNIT_SECONDS | INIT_TIMEOUT_SECONDS,
            TIMER_HIGH => (nanos >> 32) as u32,
            TIMER_LOW => nanos as u32,
            HEALTH_COUNTER => self.stuck.unwrap_or_else(|| Self::counter(now)),
            _ => 0,
        }
    }

    /// One register.
    pub(crate) fn write(&mut self, offset: u64, value: u32) -> Action {
        match offset {
            QUEUE_HIGH => {
                self.queue = (u64::from(value) << 32) | (self.queue & 0xffff_ffff);
            }
            QUEUE_LOW => {
                self.queue = (self.queue & !0xffff_ffff) | u64::from(value & 0xffff_f000);
                return self.set_nic_state((value >> 8) & 7);
            }
            DOORBELL if self.nic_state == NIC_FULL => return Action::Doorbell(value),
            _ => {}
        }
        Action::None
    }

    /// Full operation clears a fatal error; a software reset ends in the disabled state.
    fn set_nic_state(&mut self, state: u32) -> Action {
        match state {
            NIC_SW_RESET => {
                self.nic_state = NIC_DISABLED;
                Action::SoftwareReset
            }
            NIC_FULL => {
                self.nic_state = NIC_FULL;
                self.syndrome = 0;
                Action::None
            }
            other => {
                self.nic_state = other;
                Action::None
            }
        }
    }
}
