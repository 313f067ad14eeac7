// SPDX-License-Identifier: GPL-2.0
//! The models of devices that a VM can have, and the modules that drive them.

use clap::ValueEnum;

/// A vendor's device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Model {
    /// NVIDIA ConnectX-6 Dx
    Connectx,
    /// Broadcom BCM57414
    Netxtreme,
}

impl Model {
    /// What the emulator calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Connectx => "connectx",
            Self::Netxtreme => "netxtreme",
        }
    }

    /// What device `index` is called in reports.
    pub(crate) fn device_name(self, index: usize) -> String {
        match self {
            Self::Connectx => format!("cx{index}"),
            Self::Netxtreme => format!("nx{index}"),
        }
    }

    /// PCI vendor id, as sysfs writes it.
    pub(crate) fn vendor(self) -> &'static str {
        match self {
            Self::Connectx => "0x15b3",
            Self::Netxtreme => "0x14e4",
        }
    }

    /// The kernel's driver.
    pub(crate) fn driver(self) -> &'static str {
        match self {
            Self::Connectx => "mlx5_core",
            Self::Netxtreme => "bnxt_en",
        }
    }

    /// The driver that makes a fwctl node.
    pub(crate) fn fwctl_driver(self) -> &'static str {
        match self {
            Self::Connectx => "mlx5_fwctl",
            Self::Netxtreme => "bnxt_fwctl",
        }
    }
}

/// The models of `count` devices: those given, and the last of them for the rest.
pub(crate) fn of_devices(given: &[Model], count: usize) -> Vec<Model> {
    let rest = given.last().copied().unwrap_or(Model::Connectx);
    let all = given.iter().copied().chain(std::iter::repeat(rest));
    all.take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_is_repeated() {
        use Model::{Connectx, Netxtreme};
        assert_eq!(of_devices(&[], 2), [Connectx, Connectx]);
        assert_eq!(of_devices(&[Netxtreme], 2), [Netxtreme, Netxtreme]);
        let both = [Connectx, Netxtreme];
        assert_eq!(of_devices(&both, 3), [Connectx, Netxtreme, Netxtreme]);
        assert_eq!(of_devices(&both, 1), [Connectx]);
    }
}
