// SPDX-License-Identifier: GPL-2.0
//! QEMU's command line.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::emu;
use crate::guest::Share;

pub(crate) const PROGRAM: &str = "qemu-system-x86_64";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accel {
    Kvm,
    Tcg,
    /// TCG with one CPU, whose clock counts its instructions: a tick of the TSC is one.
    Icount,
}

/// The ports through which the VM and the runner talk.
pub(crate) const IO: &str = "io";
pub(crate) const STATUS: &str = "status";
pub(crate) const HOST: &str = "host";
pub(crate) const QMP: &str = "qmp";

/// A VM, as a command line describes it.
#[derive(Debug)]
pub(crate) struct Machine<'a> {
    pub(crate) accel: Accel,
    pub(crate) cpu: Option<&'a str>,
    /// MiB
    pub(crate) memory: u64,
    pub(crate) smp: u32,
    pub(crate) kernel: &'a Path,
    pub(crate) initrd: &'a Path,
    pub(crate) guest_root: &'a Path,
    pub(crate) run_share: &'a Path,
    pub(crate) shares: &'a [Share],
    pub(crate) console: &'a Path,
    /// Folder of the sockets.
    pub(crate) sockets: PathBuf,
    pub(crate) devices: usize,
    pub(crate) tty: bool,
    pub(crate) iommu: bool,
    /// Its virtio devices survive that it suspends.
    pub(crate) suspend: bool,
    pub(crate) append: &'a [String],
    pub(crate) extra: &'a [String],
}

/// In QEMU's option strings a comma is written twice.
fn escape(path: &Path) -> String {
    path.to_string_lossy().replace(',', ",,")
}

/// What every VM has, the accelerator's probe too.
pub(crate) fn base(accel: Accel, cpu: Option<&str>, memory: u64, smp: u32) -> Vec<String> {
    let counts = accel == Accel::Icount;
    let smp = if counts { 1 } else { smp };
    let (accel, default_cpu) = match accel {
        Accel::Kvm => ("kvm", "host"),
        Accel::Tcg => ("tcg,thread=multi", "max"),
        Accel::Icount => ("tcg,thread=single", "max"),
    };
    let words = [
        "-accel",
        accel,
        "-cpu",
        cpu.unwrap_or(default_cpu),
        "-m",
        &format!("{memory}M"),
        "-smp",
        &smp.to_string(),
        // A vfio-user server maps the guest's memory.
        "-object",
        &format!("memory-backend-memfd,id=mem,size={memory}M,share=on"),
        "-machine",
        "q35,memory-backend=mem,usb=off,smbus=off,sata=off,vmport=off",
        "-no-user-config",
        "-nodefaults",
        "-display",
        "none",
        "-no-reboot",
    ];
    let mut words: Vec<String> = words.map(String::from).into();
    if counts {
        words.extend(["-icount", "shift=0,sleep=off", "-seed", "1"].map(String::from));
    }
    words
}

impl Machine<'_> {
    pub(crate) fn args(&self) -> Vec<OsString> {
        let mut args = base(self.accel, self.cpu, self.memory, self.smp);
        let mut add = |option: &str, value: String| args.extend([option.to_string(), value]);
        // Without this virtio_pci resets what it suspends, and 9p does not set it up again. Only a device
        // below a port has the power management that says so.
        let mut ports = 0;
        let mut virtio = |device: String| match self.suspend {
            false => vec![("-device", device)],
            true => {
                ports += 1;
                let chassis = 127 + ports;
                vec![
                    (
                        "-device",
                        format!("pcie-root-port,id=vp{ports},chassis={chassis},slot={chassis}"),
                    ),
                    (
                        "-device",
                        format!("{device},bus=vp{ports},x-pcie-pm-no-soft-reset=on"),
                    ),
                ]
            }
        };
        let socket = |name: &str| escape(&self.sockets.join(name));

        add("-kernel", self.kernel.to_string_lossy().into());
        add("-initrd", self.initrd.to_string_lossy().into());
        add("-append", self.command_line());
        add(
            "-chardev",
            format!("file,id=console,path={}", escape(self.console)),
        );
        add("-serial", "chardev:console".into());
        add("-qmp", format!("unix:{},server=on,wait=off", socket(QMP)));
        if self.iommu {
            add("-device", "intel-iommu,caching-mode=on,intremap=off".into());
        }

        let mut export = |tag: &str, path: &Path, writable: bool| {
            let path = escape(path);
            let mode = if writable { "" } else { ",readonly=on" };
            add(
                "-fsdev",
                format!("local,id={tag},path={path},security_model=none,multidevs=remap{mode}"),
            );
            for (option, value) in virtio(format!("virtio-9p-pci,fsdev={tag},mount_tag={tag}")) {
                add(option, value);
            }
        };
        export("fwctl.root", self.guest_root, false);
        export("fwctl.run", self.run_share, true);
        for (index, share) in self.shares.iter().enumerate() {
            export(&Share::tag(index), &share.path, share.writable);
        }

        for (option, value) in virtio("virtio-serial-pci,max_ports=31".to_string()) {
            add(option, value);
        }
        let mut port = |driver: &str, name: &str, guest_name: &str| {
            add(
                "-chardev",
                format!("socket,id=chr-{name},path={}", socket(name)),
            );
            add(
                "-device",
                format!("{driver},chardev=chr-{name},name={guest_name}"),
            );
        };
        port(
            if self.tty {
                "virtconsole"
            } else {
                "virtserialport"
            },
            IO,
            "fwctl.io",
        );
        port("virtserialport", STATUS, "fwctl.status");
        port("virtserialport", HOST, "fwctl.host");
        for index in 0..self.devices {
            port(
                "virtserialport",
                &emu::control_name(index),
                &format!("fwctl.control.{index}"),
            );
        }

        for index in 0..self.devices {
            let slot = index + 1;
            add(
                "-device",
                format!(
                    "pcie-root-port,id={},chassis={slot},slot={slot}",
                    root_port(index)
                ),
            );
            let device = json!({
                "driver": "vfio-user-pci",
                "id": format!("device{index}"),
                "bus": root_port(index),
                "socket": { "type": "unix", "path": self.sockets.join(emu::socket_name(index)) },
            });
            add("-device", device.to_string());
        }
        args.extend(self.extra.iter().cloned());
        args.into_iter().map(OsString::from).collect()
    }

    /// A panic must end QEMU, a warning must reach the console, and no time is
    /// to be lost on hardware that is not there.
    fn command_line(&self) -> String {
        let mut words: Vec<&str> = vec![
            "console=ttyS0",
            "loglevel=5",
            "log_buf_len=4M",
            "panic=-1",
            "oops=panic",
            "random.trust_cpu=on",
            "no_timer_check",
            "tsc=reliable",
            "rcupdate.rcu_expedited=1",
            "net.ifnames=0",
        ];
        if self.iommu {
            words.extend(["intel_iommu=on", "iommu.strict=1"]);
        }
        if self.accel == Accel::Icount {
            words.push("nokaslr");
        }
        words.extend(self.append.iter().map(String::as_str));
        words.join(" ")
    }
}

/// The root port of a device; AER errors are injected into it.
pub(crate) fn root_port(index: usize) -> String {
    format!("rp{index}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine<'a>(devices: usize, shares: &'a [Share], append: &'a [String]) -> Machine<'a> {
        Machine {
            accel: Accel::Tcg,
            cpu: None,
            memory: 1024,
            smp: 2,
            kernel: Path::new("/k"),
            initrd: Path::new("/i"),
            guest_root: Path::new("/root,1"),
            run_share: Path::new("/run/share"),
            shares,
            console: Path::new("/run/console.log"),
            sockets: "/s".into(),
            devices,
            tty: false,
            iommu: false,
            suspend: false,
            append,
            extra: &[],
        }
    }

    fn text(machine: &Machine) -> String {
        machine
            .args()
            .iter()
            .map(|arg| arg.to_string_lossy())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn each_device_has_port_socket_and_control() {
        let args = text(&machine(2, &[], &[]));
        for index in 0..2 {
            assert!(args.contains(&format!("pcie-root-port,id=rp{index}")));
            assert!(args.contains(&format!(r#""path":"/s/emu{index}""#)));
            assert!(args.contains(&format!("name=fwctl.control.{index}")));
        }
        assert!(!args.contains("rp2"));
    }

    #[test]
    fn guest_root_is_read_only_and_escaped() {
        let args = text(&machine(0, &[], &[]));
        assert!(args.contains(
            "id=fwctl.root,path=/root,,1,security_model=none,multidevs=remap,readonly=on"
        ));
        assert!(args.contains("id=fwctl.run,path=/run/share,security_model=none,multidevs=remap "));
    }

    #[test]
    fn shares_and_parameters_are_passed() {
        let shares = [
            Share {
                path: "/a".into(),
                writable: true,
            },
            Share {
                path: "/b".into(),
                writable: false,
            },
        ];
        let append = ["lockdown=integrity".to_string()];
        let args = text(&machine(0, &shares, &append));
        assert!(args.contains("fsdev=fwctl.share0,mount_tag=fwctl.share0"));
        assert!(args
            .contains("id=fwctl.share1,path=/b,security_model=none,multidevs=remap,readonly=on"));
        assert!(args.contains("panic=-1") && args.contains("lockdown=integrity"));
    }

    #[test]
    fn a_shell_gets_a_console() {
        let mut machine = machine(0, &[], &[]);
        machine.tty = true;
        assert!(text(&machine).contains("virtconsole,chardev=chr-io"));
    }

    #[test]
    fn what_suspends_keeps_its_state() {
        let mut machine = machine(0, &[], &[]);
        assert!(!text(&machine).contains("no-soft-reset"));
        machine.suspend = true;
        let args = text(&machine);
        for (port, device) in [(1, "9p"), (2, "9p"), (3, "serial")] {
            assert!(args.contains(&format!("pcie-root-port,id=vp{port},")));
            let on_port = format!(",bus=vp{port},x-pcie-pm-no-soft-reset=on");
            assert!(args.split(" -device ").any(|words| words
                .contains(&format!("virtio-{device}"))
                && words.contains(&on_port)));
        }
    }

    #[test]
    fn a_cpu_that_counts_is_alone() {
        let mut machine = machine(0, &[], &[]);
        machine.accel = Accel::Icount;
        let args = text(&machine);
        for words in [
            "-smp 1",
            "thread=single",
            "-icount shift=0,sleep=off",
            "nokaslr",
        ] {
            assert!(args.contains(words), "{words}");
        }
    }

    #[test]
    fn iommu_has_its_parameters() {
        let mut machine = machine(0, &[], &[]);
        assert!(!text(&machine).contains("iommu"));
        machine.iommu = true;
        let args = text(&machine);
        assert!(args.contains("intel-iommu,caching-mode=on") && args.contains("intel_iommu=on"));
    }
}
