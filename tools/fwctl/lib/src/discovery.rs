// SPDX-License-Identifier: GPL-2.0

//! Which devices there are, from sysfs. Nothing is opened, so everyone may ask.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::errno::Errno;
use crate::error::{Error, NoDevice, Result};

/// What is known of a device without opening it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// `fwctlN`.
    pub name: String,
    /// `/dev/fwctl/fwctlN`.
    pub path: PathBuf,
    /// Address of the hardware on its bus, for PCI domain, bus, device and function.
    pub bus_address: Option<String>,
    /// Driver of the hardware, such as `mlx5_core`.
    pub driver: Option<String>,
    /// PCI vendor and device.
    pub pci_id: Option<(u16, u16)>,
    /// Network interfaces of the hardware.
    pub netdevs: Vec<String>,
    /// RDMA devices of the hardware.
    pub ibdevs: Vec<String>,
}

impl Node {
    /// Whether `name` means this device: its name, its path, the address with or without the domain
    /// 0000, or the name of an interface.
    pub fn is_called(&self, name: &str) -> bool {
        let address = self.bus_address.as_deref();
        self.name == name
            || self.path == Path::new(name)
            || address == Some(name)
            || address.and_then(|address| address.strip_prefix("0000:")) == Some(name)
            || self.netdevs.iter().any(|netdev| netdev == name)
            || self.ibdevs.iter().any(|ibdev| ibdev == name)
    }

    fn number(&self) -> u32 {
        let digits = self.name.trim_start_matches(|c: char| !c.is_ascii_digit());
        digits.parse().unwrap_or(u32::MAX)
    }
}

/// Where the kernel shows its devices.
#[derive(Clone, Debug)]
pub struct Sysfs {
    class: PathBuf,
    dev: PathBuf,
}

impl Default for Sysfs {
    fn default() -> Self {
        Self::new()
    }
}

impl Sysfs {
    /// `/sys` and `/dev`.
    pub fn new() -> Self {
        Self::below(Path::new("/"))
    }

    /// `sys` and `dev` below `root`, for tests.
    pub fn below(root: &Path) -> Self {
        Self {
            class: root.join("sys/class/fwctl"),
            dev: root.join("dev/fwctl"),
        }
    }

    /// All devices, by their numbers. One that goes away meanwhile is left out.
    ///
    /// # Errors
    ///
    /// [`Error::NoDevice`] where the kernel has no class `fwctl`; [`Error::Open`] where it cannot be
    /// read.
    pub fn list(&self) -> Result<Vec<Node>> {
        let entries = fs::read_dir(&self.class).map_err(|error| self.unreadable(&error))?;
        let mut nodes: Vec<Node> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| self.node(&name))
            .collect();
        nodes.sort_by_key(Node::number);
        Ok(nodes)
    }

    fn unreadable(&self, error: &io::Error) -> Error {
        if error.kind() == io::ErrorKind::NotFound {
            return Error::NoDevice {
                wanted: self.class.display().to_string(),
                why: NoDevice::NoClass,
            };
        }
        Error::Open {
            path: self.class.clone(),
            errno: error.raw_os_error().map_or(Errno::IO, Errno::from_number),
        }
    }

    /// The device that `name` means, see [`Node::is_called`].
    ///
    /// # Errors
    ///
    /// [`Error::NoDevice`]; as [`Sysfs::list`].
    pub fn find(&self, name: &str) -> Result<Node> {
        let nodes = self.list().map_err(|error| match error {
            Error::NoDevice { why, .. } => Error::NoDevice {
                wanted: name.to_owned(),
                why,
            },
            other => other,
        })?;
        pick(nodes, name)
    }

    fn node(&self, name: &str) -> Option<Node> {
        let hardware = fs::canonicalize(self.class.join(name).join("device")).ok()?;
        let vendor = read_hex(&hardware.join("vendor"));
        let device = read_hex(&hardware.join("device"));
        Some(Node {
            name: name.to_owned(),
            path: self.dev.join(name),
            bus_address: last_part(&hardware),
            driver: fs::read_link(hardware.join("driver"))
                .ok()
                .and_then(|link| last_part(&link)),
            pci_id: vendor.zip(device),
            netdevs: names_in(&hardware.join("net")),
            ibdevs: names_in(&hardware.join("infiniband")),
        })
    }
}

/// The one of `nodes` that `name` means.
///
/// # Errors
///
/// [`Error::NoDevice`].
pub fn pick(nodes: Vec<Node>, name: &str) -> Result<Node> {
    let wanted = name.to_owned();
    let names = |nodes: &[Node]| nodes.iter().map(|node| node.name.clone()).collect();
    let all: Vec<String> = names(&nodes);
    let mut found: Vec<Node> = nodes;
    found.retain(|node| node.is_called(name));
    let why = match (found.pop(), found.is_empty()) {
        (Some(node), true) => return Ok(node),
        (Some(node), false) => {
            found.push(node);
            NoDevice::Several(names(&found))
        }
        (None, _) if all.is_empty() => NoDevice::None,
        (None, _) => NoDevice::Unknown(all),
    };
    Err(Error::NoDevice { wanted, why })
}

fn last_part(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_str()?.to_owned())
}

fn read_hex(path: &Path) -> Option<u16> {
    let text = fs::read_to_string(path).ok()?;
    u16::from_str_radix(text.trim().strip_prefix("0x")?, 16).ok()
}

fn names_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// A tree as the kernel shows it, removed at the end.
    struct Tree(PathBuf);

    impl Tree {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("fwctl-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn function(&self, fwctl: &str, bdf: &str, net: &[&str]) {
            let pci = self.0.join("sys/devices/pci0000:00").join(bdf);
            let class = self.0.join("sys/class/fwctl").join(fwctl);
            fs::create_dir_all(&pci).unwrap();
            fs::create_dir_all(&class).unwrap();
            fs::write(pci.join("vendor"), "0x15b3\n").unwrap();
            fs::write(pci.join("device"), "0x1021\n").unwrap();
            for name in net {
                fs::create_dir_all(pci.join("net").join(name)).unwrap();
            }
            fs::create_dir_all(pci.join("infiniband/mlx5_0")).unwrap();
            symlink("../../../bus/pci/drivers/mlx5_core", pci.join("driver")).unwrap();
            symlink(&pci, class.join("device")).unwrap();
        }
    }

    impl Drop for Tree {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    // Theory: each name of a device leads to it, and the order is that of the numbers.
    #[test]
    fn every_name_finds_the_device() {
        let tree = Tree::new("names");
        tree.function("fwctl10", "0000:02:00.0", &[]);
        tree.function("fwctl2", "0000:01:00.0", &["eth0", "eth1"]);
        let sysfs = Sysfs::below(&tree.0);
        let nodes = sysfs.list().unwrap();
        let names: Vec<&str> = nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names, ["fwctl2", "fwctl10"]);
        assert_eq!(nodes[0].pci_id, Some((0x15b3, 0x1021)));
        assert_eq!(nodes[0].driver.as_deref(), Some("mlx5_core"));
        let path = tree.0.join("dev/fwctl/fwctl2");
        for name in [
            "fwctl2",
            "0000:01:00.0",
            "01:00.0",
            "eth1",
            path.to_str().unwrap(),
        ] {
            assert_eq!(sysfs.find(name).unwrap(), nodes[0], "{name}");
        }
    }

    // Theory: a name that leads to none or to several says which there are.
    #[test]
    fn other_names_say_what_there_is() {
        let tree = Tree::new("others");
        let sysfs = Sysfs::below(&tree.0);
        let why = |name: &str| match sysfs.find(name) {
            Err(Error::NoDevice { why, .. }) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(why("fwctl0"), NoDevice::NoClass);
        fs::create_dir_all(tree.0.join("sys/class/fwctl")).unwrap();
        assert_eq!(why("fwctl0"), NoDevice::None);
        tree.function("fwctl0", "0000:01:00.0", &["eth0"]);
        tree.function("fwctl1", "0000:01:00.1", &[]);
        let both = vec!["fwctl0".to_owned(), "fwctl1".to_owned()];
        assert_eq!(why("eth7"), NoDevice::Unknown(both.clone()));
        assert_eq!(why("mlx5_0"), NoDevice::Several(both));
    }
}
