// SPDX-License-Identifier: GPL-2.0

//! The machine as a vfio-user device.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use pci_model::{Reset, Spec, CONFIG_SIZE};
use tracing::{debug, info, warn};
use vfio_bindings::bindings::vfio::{
    vfio_region_info, VFIO_IRQ_INFO_EVENTFD, VFIO_IRQ_SET_ACTION_TRIGGER,
    VFIO_IRQ_SET_DATA_EVENTFD, VFIO_IRQ_SET_DATA_NONE, VFIO_PCI_BAR5_REGION_INDEX,
    VFIO_PCI_CONFIG_REGION_INDEX, VFIO_PCI_MSIX_IRQ_INDEX, VFIO_PCI_NUM_IRQS, VFIO_PCI_NUM_REGIONS,
    VFIO_REGION_INFO_FLAG_READ, VFIO_REGION_INFO_FLAG_WRITE,
};
use vfio_user::{DmaMapFlags, DmaUnmapFlags, IrqInfo, Server, ServerBackend, ServerRegion};

use crate::machine::{Inner, Machine};

/// Listens on `path`; a stale socket is removed first.
pub(crate) fn listen(path: &Path, spec: &Spec) -> Result<Server> {
    crate::remove_stale(path)?;
    Server::new(path, true, irqs(spec), regions(spec))
        .with_context(|| format!("cannot listen for vfio-user on {}", path.display()))
}

/// Serves one hypervisor after another.
pub(crate) fn serve(server: &Server, machine: &Arc<Machine>) {
    let mut backend = Backend {
        machine: Arc::clone(machine),
    };
    loop {
        match server.run(&mut backend) {
            Ok(()) => info!("hypervisor disconnected"),
            Err(error) => warn!("connection ended: {error}"),
        }
        machine.run(|inner| {
            let Inner { endpoint, platform } = inner;
            endpoint.reset(platform, Reset::Disconnect);
            platform.dma.clear();
            platform.vectors.fill_with(|| None);
        });
    }
}

fn irqs(spec: &Spec) -> Vec<IrqInfo> {
    (0..VFIO_PCI_NUM_IRQS)
        .map(|index| {
            let msix = index == VFIO_PCI_MSIX_IRQ_INDEX;
            IrqInfo {
                index,
                flags: if msix { VFIO_IRQ_INFO_EVENTFD } else { 0 },
                count: if msix {
                    u32::from(spec.msix.vectors)
                } else {
                    0
                },
            }
        })
        .collect()
}

fn regions(spec: &Spec) -> Vec<ServerRegion> {
    (0..VFIO_PCI_NUM_REGIONS)
        .map(|index| {
            let bar = spec.bars.iter().find(|bar| u32::from(bar.index) == index);
            let size = match bar {
                Some(bar) => bar.size,
                None if index == VFIO_PCI_CONFIG_REGION_INDEX => CONFIG_SIZE as u64,
                None => 0,
            };
            let access = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
            ServerRegion {
                region_info: vfio_region_info {
                    argsz: size_of::<vfio_region_info>() as u32,
                    flags: if size == 0 { 0 } else { access },
                    index,
                    size,
                    ..Default::default()
                },
                sparse_areas: Vec::new(),
                mmap_fd: None,
            }
        })
        .collect()
}

struct Backend {
    machine: Arc<Machine>,
}

impl ServerBackend for Backend {
    fn region_read(&mut self, region: u32, offset: u64, data: &mut [u8]) -> io::Result<()> {
        self.machine.run(|Inner { endpoint, platform }| {
            if region == VFIO_PCI_CONFIG_REGION_INDEX {
                endpoint.config_read(offset, data);
            } else if let Some(bar) = bar(region) {
                endpoint.bar_read(platform, bar, offset, data);
            }
        });
        Ok(())
    }

    fn region_write(&mut self, region: u32, offset: u64, data: &[u8]) -> io::Result<()> {
        self.machine.run(|Inner { endpoint, platform }| {
            if region == VFIO_PCI_CONFIG_REGION_INDEX {
                endpoint.config_write(platform, offset, data);
            } else if let Some(bar) = bar(region) {
                endpoint.bar_write(platform, bar, offset, data);
            }
        });
        Ok(())
    }

    fn dma_map(
        &mut self,
        flags: DmaMapFlags,
        offset: u64,
        address: u64,
        size: u64,
        fd: Option<File>,
    ) -> io::Result<()> {
        debug!("map {address:#x}+{size:#x} {flags:?} fd {}", fd.is_some());
        let writable = flags.contains(DmaMapFlags::WRITE);
        self.machine
            .run(|inner| inner.platform.dma.map(address, size, offset, fd, writable))
    }

    fn dma_unmap(&mut self, flags: DmaUnmapFlags, address: u64, size: u64) -> io::Result<()> {
        debug!("unmap {address:#x}+{size:#x} {flags:?}");
        self.machine.run(|inner| {
            if flags.contains(DmaUnmapFlags::UNMAP_ALL) {
                inner.platform.dma.clear();
                Ok(())
            } else {
                inner.platform.dma.unmap(address, size)
            }
        })
    }

    fn reset(&mut self) -> io::Result<()> {
        self.machine
            .run(|Inner { endpoint, platform }| endpoint.reset(platform, Reset::Bus));
        Ok(())
    }

    fn set_irqs(
        &mut self,
        index: u32,
        flags: u32,
        start: u32,
        count: u32,
        fds: Vec<File>,
    ) -> io::Result<()> {
        debug!(
            "irqs {index} flags {flags:#x} start {start} count {count} fds {}",
            fds.len()
        );
        if index != VFIO_PCI_MSIX_IRQ_INDEX || flags & VFIO_IRQ_SET_ACTION_TRIGGER == 0 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.machine.run(|inner| {
            let vectors = &mut inner.platform.vectors;
            if flags & VFIO_IRQ_SET_DATA_NONE != 0 && count == 0 {
                vectors.fill_with(|| None);
                return Ok(());
            }
            let range = start as usize..start as usize + count as usize;
            let slots = vectors.get_mut(range).ok_or(io::ErrorKind::InvalidInput)?;
            if flags & VFIO_IRQ_SET_DATA_EVENTFD == 0 {
                return Err(io::ErrorKind::Unsupported.into());
            }
            let mut fds = fds.into_iter();
            for slot in slots {
                *slot = fds.next();
            }
            Ok(())
        })
    }
}

fn bar(region: u32) -> Option<u8> {
    let bar = region <= VFIO_PCI_BAR5_REGION_INDEX;
    bar.then(|| u8::try_from(region).ok()).flatten()
}
