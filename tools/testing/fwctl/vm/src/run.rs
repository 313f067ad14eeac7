// SPDX-License-Identifier: GPL-2.0
//! The life of one VM: from the device servers to the verdict.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use regex::Regex;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGWINCH};

use crate::accel;
use crate::cli::VmArgs;
use crate::emu::{self, Emulator, State};
use crate::env;
use crate::guest::{self, Event, Settings, Share};
use crate::host;
use crate::image;
use crate::model::Model;
use crate::modules;
use crate::process::{self, Group};
use crate::qemu::{self, Machine};
use crate::rundir::RunDir;
use crate::verdict::{self, Scan};

/// The VM could not be run, or died.
pub(crate) const EXIT_CANNOT_RUN: u8 = 125;
const EXIT_TIMEOUT: u8 = 124;
const EXIT_COMPLAINT: u8 = 1;

/// QEMU connects its sockets when it starts; seconds on a loaded host.
const CONNECT_BOUND: Duration = Duration::from_secs(60);
/// From the end of the command to power off: unloading, kmemleak scans, dmesg.
const CHECKOUT_BOUND: Duration = Duration::from_secs(900);
/// From the last event to the end of QEMU.
const POWER_OFF_BOUND: Duration = Duration::from_secs(30);
/// For what a closed file has left to the driver's own threads.
const RELEASE_BOUND: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(5);
const RELEASE_POLL: Duration = Duration::from_millis(50);
/// Findings printed; the rest is counted.
const FINDINGS_SHOWN: usize = 8;

/// Takes the command's output. Runs in a thread of its own.
pub(crate) trait Sink: Send + 'static {
    fn data(&mut self, bytes: &[u8]);

    /// The VM is there: the stream to the command, and the way to quit.
    fn connected(&mut self, _io: UnixStream, _quit: Sender<Message>) {}
}

/// What to run.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) script: String,
    pub(crate) shares: Vec<Share>,
    /// The command gets a console.
    pub(crate) tty: bool,
    pub(crate) timeout: Option<Duration>,
    /// The command ends the VM, and a line of the console says so.
    pub(crate) expect_end: Option<Regex>,
}

/// What the main thread waits for.
#[derive(Debug)]
pub(crate) enum Message {
    Event(Event),
    /// Init said something that is not an event.
    Nonsense(String),
    /// QEMU closed the status port: it is ending.
    Gone,
    Signal(i32),
    /// The user wants out.
    Quit,
}

/// How a run went.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The command's exit status; none if it did not end.
    pub(crate) status: Option<i32>,
    /// One line each, what is wrong and where it is written.
    pub(crate) problems: Vec<String>,
    /// Firmware objects that nobody released.
    pub(crate) objects_left: u64,
    pub(crate) dmesg_clean: bool,
    pub(crate) interrupted: Option<i32>,
    pub(crate) timed_out: bool,
    pub(crate) quit: bool,
    /// The run directory, where it is kept.
    pub(crate) logs: Option<PathBuf>,
}

impl Outcome {
    /// "0 firmware objects left, dmesg clean", or what differs from that.
    pub(crate) fn closing_line(&self) -> String {
        let objects = match self.objects_left {
            1 => "1 firmware object left".to_string(),
            count => format!("{count} firmware objects left"),
        };
        let dmesg = if self.dmesg_clean {
            "dmesg clean"
        } else {
            "dmesg NOT clean"
        };
        match self.problems.len() {
            0 => format!("{objects}, {dmesg}"),
            1 => format!("{objects}, {dmesg}, 1 problem"),
            count => format!("{objects}, {dmesg}, {count} problems"),
        }
    }

    /// The runner's exit status.
    pub(crate) fn exit_status(&self) -> u8 {
        if self.quit {
            return 0;
        }
        if let Some(signal) = self.interrupted {
            return u8::try_from(128 + signal).unwrap_or(EXIT_CANNOT_RUN);
        }
        if self.timed_out {
            return EXIT_TIMEOUT;
        }
        match self.status {
            None => EXIT_CANNOT_RUN,
            Some(0) if !self.problems.is_empty() => EXIT_COMPLAINT,
            Some(status) => u8::try_from(status).unwrap_or(EXIT_COMPLAINT),
        }
    }

    /// Prints the problems and the closing line, each behind `prefix`.
    pub(crate) fn report(&self, out: &mut dyn Write, prefix: &str) {
        if let Some(signal) = self.interrupted {
            let _ = writeln!(
                out,
                "{prefix}interrupted by signal {signal}: nothing was checked"
            );
            return;
        }
        for problem in &self.problems {
            let _ = writeln!(out, "{prefix}{problem}");
        }
        if let Some(logs) = &self.logs {
            let _ = writeln!(out, "{prefix}logs: {}", logs.display());
        }
        let _ = writeln!(out, "{prefix}{}", self.closing_line());
        let _ = out.flush();
    }
}

/// Boots a VM, runs the job in it and judges. The sink comes back with what it
/// gathered. Call this from the main thread: the children live as long as it.
pub(crate) fn run<S: Sink>(args: &VmArgs, job: &Job, sink: S) -> Result<(Outcome, S)> {
    let clock = Clock {
        start: Instant::now(),
        verbose: args.verbose,
    };
    let parts = env::parts(
        args.kernel.clone(),
        args.initrd.clone(),
        args.guest_root.clone(),
        args.stock_modules.clone(),
    )?;
    let release = image::release(&parts.kernel)?;
    let mut run = RunDir::new(args.run_dir.as_deref())?;
    if args.keep {
        run.keep();
    }

    let modules = assemble_modules(args, &parts, &release, &run)?;
    let nodes = match args.nodes {
        Some(nodes) => nodes,
        None if args.no_autoload => 0,
        None => {
            let bound = |model: &Model| {
                modules
                    .unload
                    .iter()
                    .any(|name| name == model.fwctl_driver())
            };
            args.models().iter().filter(|model| bound(model)).count()
        }
    };
    let mut vendors: Vec<&str> = args.models().into_iter().map(Model::vendor).collect();
    vendors.dedup();
    let settings = Settings {
        devices: args.devices,
        vendors: &vendors,
        autoload: !args.no_autoload,
        nodes,
        tty: job.tty,
        unload: &modules.unload,
        shares: &job.shares,
    };
    guest::prepare(&run.share(), &settings, &job.script)?;
    clock.say("run directory ready");
    let accel = accel::choose(
        args.accel,
        &parts.kernel,
        &release,
        &parts.initrd,
        args.verbose,
    )?;

    let (sender, messages) = mpsc::channel();
    watch_signals(sender.clone())?;
    let emulators = start_emulators(args, &run)?;
    clock.say("device servers ready");

    let listeners = [qemu::IO, qemu::STATUS, qemu::HOST].map(|name| run.listen(name));
    let [io, status, host] = listeners;
    let machine = Machine {
        accel,
        cpu: args.cpu.as_deref(),
        memory: args.memory,
        smp: args.smp,
        kernel: &parts.kernel,
        initrd: &parts.initrd,
        guest_root: &parts.guest_root,
        run_share: &run.share(),
        shares: &job.shares,
        console: &run.file("console.log"),
        sockets: run.socket(""),
        devices: args.devices,
        tty: job.tty,
        iommu: args.iommu,
        suspend: args.suspend,
        append: &args.append,
        extra: &args.qemu_arg,
    };
    let mut vm = Vm {
        process: Group::spawn(
            qemu::PROGRAM.as_ref(),
            &machine.args(),
            &run.file("qemu.log"),
        )?,
        run,
    };
    let io = vm.accept(&io?)?;
    let status = vm.accept(&status?)?;
    let host = vm.accept(&host?)?;
    clock.say(&format!("QEMU runs ({accel:?}), kernel {release}"));

    let qmp = vm.run.socket(qemu::QMP);
    let devices = args.devices;
    thread::spawn(move || host::serve(host, qmp, devices));
    watch_status(status.try_clone()?, sender.clone());
    let output = pump(io, sink, sender)?;

    let mut life = Life {
        args,
        job,
        clock,
        status,
        emulators,
        outcome: Outcome::default(),
        finished: false,
    };
    let watched = life.watch(&messages, &mut vm);
    // Before any error goes up: QEMU's end is what ends the output.
    vm.process.kill();
    let sink = output
        .join()
        .map_err(|_| anyhow::anyhow!("the output thread panicked"))?;
    watched?;
    life.judge(&mut vm.run);
    Ok((life.outcome, sink))
}

fn assemble_modules(
    args: &VmArgs,
    parts: &env::Parts,
    release: &str,
    run: &RunDir,
) -> Result<modules::Modules> {
    let ours = match &args.modules_dir {
        Some(dir) => modules::find_ours(dir)?,
        None => Vec::new(),
    };
    let mut wanted = args.stock_module.clone();
    for model in args.models() {
        wanted.push(model.driver().to_string());
    }
    let root = run.share().join("modules");
    if ours.is_empty() && wanted.is_empty() {
        return Ok(modules::Modules::default());
    }
    let stock = modules::stock_dir(parts.stock_modules.as_deref(), &parts.guest_root, release)?;
    modules::assemble(&root, release, &stock, &wanted, &ours)
}

fn start_emulators(args: &VmArgs, run: &RunDir) -> Result<Vec<Emulator>> {
    if args.devices == 0 {
        return Ok(Vec::new());
    }
    let binary = emu::find_binary(args.emu.as_deref())?;
    let mut emulators = Vec::new();
    for (index, model) in args.models().into_iter().enumerate() {
        emulators.push(Emulator::spawn(&binary, run, index, model, &args.emu_arg)?);
    }
    for emulator in &mut emulators {
        emulator.wait_ready(run)?;
    }
    Ok(emulators)
}

#[derive(Clone, Copy, Debug)]
struct Clock {
    start: Instant,
    verbose: bool,
}

impl Clock {
    fn say(&self, what: &str) {
        if self.verbose {
            eprintln!(
                "fwctl-vm: {:6.2} s  {what}",
                self.start.elapsed().as_secs_f64()
            );
        }
    }
}

/// QEMU and its folder; QEMU dies first.
struct Vm {
    process: Group,
    run: RunDir,
}

impl Vm {
    fn accept(&mut self, listener: &UnixListener) -> Result<UnixStream> {
        let end = Instant::now() + CONNECT_BOUND;
        loop {
            match listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(false)?;
                    return Ok(stream);
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error).context("cannot accept QEMU's connection"),
            }
            if let Some(status) = self.process.poll()? {
                bail!(
                    "QEMU ended at once with {}: {}",
                    process::describe(status),
                    process::tail(&self.run.file("qemu.log"), 3)
                );
            }
            if Instant::now() >= end {
                bail!("QEMU did not connect within {} s", CONNECT_BOUND.as_secs());
            }
            thread::sleep(POLL);
        }
    }
}

fn watch_signals(sender: Sender<Message>) -> Result<()> {
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP, SIGWINCH])
        .context("cannot watch for signals")?;
    thread::spawn(move || {
        for signal in signals.forever() {
            if sender.send(Message::Signal(signal)).is_err() {
                return;
            }
        }
    });
    Ok(())
}

fn watch_status(stream: UnixStream, sender: Sender<Message>) {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { break };
            let message = match Event::parse(&line) {
                Ok(event) => Message::Event(event),
                Err(error) => Message::Nonsense(format!("{error:#}")),
            };
            if sender.send(message).is_err() {
                return;
            }
        }
        let _ = sender.send(Message::Gone);
    });
}

fn pump<S: Sink>(mut io: UnixStream, mut sink: S, quit: Sender<Message>) -> Result<JoinHandle<S>> {
    sink.connected(io.try_clone()?, quit);
    Ok(thread::spawn(move || {
        let mut buffer = vec![0; 65536];
        while let Ok(len) = io.read(&mut buffer) {
            if len == 0 {
                break;
            }
            sink.data(buffer.get(..len).unwrap_or_default());
        }
        sink
    }))
}

/// Whether a line of the console has what is expected, if something is.
fn says(expected: Option<&Regex>, console: &str) -> bool {
    expected.is_some_and(|regex| console.lines().any(|line| regex.is_match(line)))
}

struct Life<'a> {
    args: &'a VmArgs,
    job: &'a Job,
    clock: Clock,
    status: UnixStream,
    emulators: Vec<Emulator>,
    outcome: Outcome,
    /// Init came to its end.
    finished: bool,
}

impl Life<'_> {
    fn problem(&mut self, what: String) {
        self.outcome.problems.push(what);
    }

    /// Until QEMU is gone, or has to go.
    fn watch(&mut self, messages: &Receiver<Message>, vm: &mut Vm) -> Result<()> {
        let mut deadline = self.job.timeout.map(|timeout| Instant::now() + timeout);
        let mut phase = "in the VM";
        loop {
            let message = match deadline {
                Some(end) => messages.recv_timeout(end.saturating_duration_since(Instant::now())),
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match message {
                Ok(Message::Event(event)) => match event {
                    Event::Up => self.clock.say("guest init runs"),
                    Event::Ready { nodes, uptime } => {
                        self.clock.say(&format!(
                            "command starts; {nodes} fwctl nodes, guest uptime {uptime} s"
                        ));
                        self.send_size();
                    }
                    Event::Problem { what } => self.problem(what),
                    Event::Exit { status } => {
                        self.clock.say(&format!("command ended with {status}"));
                        self.outcome.status = Some(status);
                        if self.job.expect_end.is_some() {
                            self.problem("the command did not end the VM".to_string());
                        }
                        self.check_released();
                        // The VM may have died meanwhile; then the port is gone too.
                        let _ = self.status.write_all(b"continue\n");
                        phase = "in checking out";
                        deadline = Some(Instant::now() + CHECKOUT_BOUND);
                    }
                    Event::Rmmod { module, refcount } => {
                        let log = vm.run.file("share/results/dmesg");
                        self.problem(format!(
                            "module {module} cannot be unloaded, reference count {refcount}: see {}",
                            log.display()
                        ));
                    }
                    Event::Done => {
                        self.clock.say("guest powers off");
                        self.finished = true;
                        deadline = Some(Instant::now() + POWER_OFF_BOUND);
                    }
                },
                Ok(Message::Nonsense(what)) => self.problem(what),
                Ok(Message::Gone) => break,
                Ok(Message::Signal(SIGWINCH)) => self.send_size(),
                Ok(Message::Signal(signal)) => {
                    self.outcome.interrupted = Some(signal);
                    return Ok(());
                }
                Ok(Message::Quit) => {
                    self.outcome.quit = true;
                    return Ok(());
                }
                Err(RecvTimeoutError::Timeout) if self.finished => break,
                Err(RecvTimeoutError::Timeout) => {
                    self.outcome.timed_out = true;
                    self.problem(format!(
                        "time is up after {} s {phase}: see {}",
                        self.clock.start.elapsed().as_secs(),
                        vm.run.file("console.log").display()
                    ));
                    return Ok(());
                }
                Err(RecvTimeoutError::Disconnected) => bail!("all watching threads ended"),
            }
        }
        let ended = vm.process.wait(POWER_OFF_BOUND)?;
        self.clock.say("QEMU ended");
        match ended {
            None => self.problem(format!(
                "QEMU does not end {} s after the VM",
                POWER_OFF_BOUND.as_secs()
            )),
            Some(status) if !status.success() => self.problem(format!(
                "QEMU ended with {}: {}",
                process::describe(status),
                process::tail(&vm.run.file("qemu.log"), 3)
            )),
            Some(_) if !self.finished => {
                let log = vm.run.file("console.log");
                let console = std::fs::read(&log).unwrap_or_default();
                let console = String::from_utf8_lossy(&console);
                if self.outcome.status.is_none() && says(self.job.expect_end.as_ref(), &console) {
                    self.outcome.status = Some(0);
                    return Ok(());
                }
                let words = verdict::last_words(&console);
                let words = words.map(|words| format!(": {words}")).unwrap_or_default();
                self.problem(format!("the VM died{words}: see {}", log.display()));
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// Tells the guest's console how large the terminal is.
    fn send_size(&mut self) {
        if !self.job.tty {
            return;
        }
        if let Ok(size) = rustix::termios::tcgetwinsize(rustix::stdio::stdout()) {
            let _ = writeln!(self.status, "size {} {}", size.ws_row, size.ws_col);
        }
    }

    /// All files of the device are closed now, so their firmware objects must go.
    fn check_released(&mut self) {
        let mut found = Vec::new();
        for emulator in &mut self.emulators {
            let end = Instant::now() + RELEASE_BOUND;
            loop {
                match emulator.state() {
                    Ok(state) if state.user_objects == 0 => break,
                    Ok(state) if Instant::now() >= end => {
                        found.push(format!(
                            "device {}: {} objects of users live on {} s after the command ({})",
                            emulator.index(),
                            state.user_objects,
                            RELEASE_BOUND.as_secs(),
                            state.held()
                        ));
                        break;
                    }
                    Ok(_) => thread::sleep(RELEASE_POLL),
                    Err(error) => {
                        found.push(format!("{error:#}"));
                        break;
                    }
                }
            }
        }
        self.outcome.problems.append(&mut found);
    }

    /// After QEMU's end: the emulators' last words, the logs, what to keep.
    fn judge(&mut self, run: &mut RunDir) {
        if self.outcome.quit || self.outcome.interrupted.is_some() {
            // Killed in the middle; what is left over says nothing.
            return;
        }
        for mut emulator in std::mem::take(&mut self.emulators) {
            match emulator.finish() {
                Ok(state) => self.judge_device(emulator.index(), &state, run),
                Err(error) => self.problem(format!("{error:#}")),
            }
        }
        self.judge_logs(run);
        if self.outcome.status.is_none() && self.outcome.problems.is_empty() {
            self.problem("the VM ended before the command did".to_string());
        }
        let failed = self.outcome.exit_status() != 0;
        if failed && self.outcome.status != Some(4) {
            run.keep();
        }
        if run.is_kept() {
            self.outcome.logs = Some(run.path().to_path_buf());
        }
    }

    fn judge_device(&mut self, index: usize, state: &State, run: &RunDir) {
        let log = run.file(&format!("emu{index}.trace"));
        let leaks = state.leaks_except(&self.args.allow_leak_at);
        for line in emu::summarize(&leaks) {
            self.problem(format!("device {index}: {line}: see {}", log.display()));
        }
        let held: u64 = state.objects.values().sum();
        if held > 0 && leaks.is_empty() {
            self.problem(format!(
                "device {index}: still holds {}: see {}",
                state.held(),
                log.display()
            ));
        }
        self.outcome.objects_left += held.max(u64::try_from(leaks.len()).unwrap_or(u64::MAX));
        let allowed = |text: &&String| {
            let mut patterns = self.args.allow_violation.iter();
            !patterns.any(|pattern| pattern.is_match(text))
        };
        let violations = state.violations.iter().filter(allowed);
        for violation in violations.take(FINDINGS_SHOWN) {
            self.problem(format!(
                "device {index}: {violation}: see {}",
                log.display()
            ));
        }
        self.clock
            .say(&format!("device {index}: {} commands", state.commands));
    }

    fn judge_logs(&mut self, run: &RunDir) {
        let dmesg = run.file("share/results/dmesg");
        let mut scan = Scan::new(&self.args.expect_dmesg);
        scan.file(&dmesg);
        scan.file(&run.file("console.log"));
        scan.file(&run.file("share/results/kmemleak"));
        // A VM that its command ended leaves its console.
        let complete = match self.job.expect_end {
            Some(_) => self.outcome.status == Some(0),
            None => self.finished && dmesg.is_file(),
        };
        self.outcome.dmesg_clean = complete && scan.findings.is_empty();
        let missing: Vec<String> = scan
            .missing()
            .iter()
            .map(|regex| regex.to_string())
            .collect();
        for finding in scan.findings.iter().take(FINDINGS_SHOWN) {
            self.problem(format!(
                "kernel: {}: see {}:{}",
                finding.text,
                finding.log.display(),
                finding.line
            ));
        }
        if scan.findings.len() > FINDINGS_SHOWN {
            let more = scan.findings.len() - FINDINGS_SHOWN;
            self.problem(format!("kernel: {more} more such lines"));
        }
        for regex in missing {
            self.problem(format!(
                "the expected kernel message {regex:?} did not come: see {}",
                dmesg.display()
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(status: i32, problems: usize) -> Outcome {
        Outcome {
            status: Some(status),
            problems: vec!["x".to_string(); problems],
            dmesg_clean: true,
            ..Outcome::default()
        }
    }

    #[test]
    fn closing_line_says_what_is_wrong() {
        assert_eq!(
            ended(0, 0).closing_line(),
            "0 firmware objects left, dmesg clean"
        );
        let mut outcome = ended(0, 1);
        outcome.objects_left = 1;
        outcome.dmesg_clean = false;
        assert_eq!(
            outcome.closing_line(),
            "1 firmware object left, dmesg NOT clean, 1 problem"
        );
    }

    #[test]
    fn an_end_is_expected_by_its_words() {
        let end = Regex::new("Restarting system").unwrap();
        let console = "[1] reboot: Restarting system\r\n";
        assert!(says(Some(&end), console));
        assert!(!says(Some(&end), "[1] Kernel panic\r\n"));
        assert!(!says(None, console));
    }

    #[test]
    fn exit_status_is_the_commands_unless_something_is_wrong() {
        assert_eq!(ended(0, 0).exit_status(), 0);
        assert_eq!(ended(4, 0).exit_status(), 4);
        assert_eq!(ended(7, 2).exit_status(), 7);
        assert_eq!(ended(0, 1).exit_status(), EXIT_COMPLAINT);
        assert_eq!(Outcome::default().exit_status(), EXIT_CANNOT_RUN);
        assert_eq!(
            Outcome {
                timed_out: true,
                ..ended(0, 1)
            }
            .exit_status(),
            EXIT_TIMEOUT
        );
        assert_eq!(
            Outcome {
                interrupted: Some(2),
                ..Outcome::default()
            }
            .exit_status(),
            130
        );
        assert_eq!(
            Outcome {
                quit: true,
                ..Outcome::default()
            }
            .exit_status(),
            0
        );
    }
}
