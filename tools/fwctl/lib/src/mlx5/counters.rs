// SPDX-License-Identifier: GPL-2.0

//! Diagnostic counters: which there are, what is sampled, and the samples.
//!
//! Source: PRM, "Debug Capabilities" and "Diagnostic Counters" (commands 0x819 to 0x821). They are not
//! in `mlx5_ifc.h`.

use super::bits::{get16, get32, get64, set16, set32};
use super::caps::{self, Mode, GENERAL};
use super::{command, commands, Mlx5, MIN_LEN};
use crate::error::{Error, Result};
use crate::scope::Scope;

/// Byte of SET_DIAGNOSTIC_PARAMS and of QUERY_DIAGNOSTIC_PARAMS' reply at which the context begins:
/// behind a header of eight bytes, unlike in most commands.
const CONTEXT: usize = 8;
/// Bytes of a context without its list of counters.
const CONTEXT_LEN: usize = 24;
/// Byte of the capabilities of group DEBUG at which the list of counters begins.
const SUPPORTED: usize = 0x40;
/// Bytes of a sample.
const SAMPLE: usize = 16;

const SINGLE: u32 = 1 << 31;
const REPETITIVE: u32 = 1 << 30;
const SYNC: u32 = 1 << 29;
const CLEAR: u32 = 1 << 28;
const ON_DEMAND: u32 = 1 << 27;
const ENABLE: u32 = 1 << 26;

/// Number, name, unit of the counters that are public.
pub const KNOWN: &[(u16, &str, &str)] = &[
    (0x0401, "datalink_back_pressure", "clocks"),
    (0x0402, "outbound_stalled_writes", "clocks"),
    (0x0403, "outbound_stalled_reads", "clocks"),
    (0x0406, "rx_128b_data", "128 B"),
    (0x0409, "read_stalled_no_engine", "clocks"),
    (0x040a, "read_stalled_no_buffer", "clocks"),
    (0x040b, "read_stalled_ordering", "clocks"),
    (0x1001, "rx_steering_packets", "packets"),
    (0x2001, "sq_stopped_limited_vl", "clocks"),
    (0x2006, "tx_packets", "packets"),
    (0x2c02, "line_transmitted_port1", ""),
    (0x2c03, "line_transmitted_port2", ""),
    (0x2c04, "line_transmitted_loopback", ""),
];

/// Name of a counter.
pub fn name(id: u16) -> Option<&'static str> {
    KNOWN.iter().find(|row| row.0 == id).map(|row| row.1)
}

/// Number of a counter's name.
pub fn by_name(name: &str) -> Option<u16> {
    KNOWN.iter().find(|row| row.1 == name).map(|row| row.0)
}

/// A counter that the device has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supported {
    /// Its number.
    pub id: u16,
    /// It can be started together with others.
    pub sync: bool,
}

/// What the device can sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// Its counters.
    pub counters: Vec<Supported>,
    /// One sample can be taken.
    pub single: bool,
    /// Samples can be taken again and again.
    pub repetitive: bool,
    /// Logarithm of how many samples of one counter the device can keep.
    pub log_max_samples: u8,
    /// Its clock, in kHz; 0 where it does not say.
    pub clock_khz: u64,
}

/// What is sampled: DIAGNOSTIC_PARAMS_CONTEXT.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// The counters.
    pub counters: Vec<u16>,
    /// Logarithm of how many samples the device keeps.
    pub log_num_of_samples: u8,
    /// Logarithm of the clocks between two samples.
    pub log_sample_period: u8,
    /// Take samples until there is no room.
    pub single: bool,
    /// Take samples again and again.
    pub repetitive: bool,
    /// Start the counters together.
    pub sync: bool,
    /// Start each sample at 0.
    pub clear: bool,
    /// Take a sample when it is asked for.
    pub on_demand: bool,
    /// Count at all.
    pub enable: bool,
}

/// One counter at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Its number.
    pub counter: u16,
    /// Which sample of the device's store it is.
    pub index: u16,
    /// Lower half of the device's clock.
    pub timestamp: u32,
    /// Its value.
    pub value: u64,
}

impl Params {
    /// One sample of each counter whenever it is asked for, with room for one of each if the device can
    /// keep as many.
    pub fn on_demand(counters: Vec<u16>, log_max_samples: u8) -> Self {
        let log = ceil_log(counters.len());
        Self {
            log_num_of_samples: log.min(log_max_samples.saturating_sub(log)),
            counters,
            single: true,
            on_demand: true,
            enable: true,
            ..Self::default()
        }
    }

    fn request(&self) -> Vec<u8> {
        let len = CONTEXT + CONTEXT_LEN + 4 * self.counters.len();
        let mut request = command(commands::SET_DIAGNOSTIC_PARAMS, 0, len);
        let flags = [
            (self.single, SINGLE),
            (self.repetitive, REPETITIVE),
            (self.sync, SYNC),
            (self.clear, CLEAR),
            (self.on_demand, ON_DEMAND),
            (self.enable, ENABLE),
        ];
        let flags = flags
            .iter()
            .filter(|(on, _)| *on)
            .fold(0, |all, (_, bit)| all | bit);
        let count = u16::try_from(self.counters.len()).unwrap_or(u16::MAX);
        set16(&mut request, CONTEXT, count);
        set16(&mut request, CONTEXT + 2, self.log_num_of_samples.into());
        set32(
            &mut request,
            CONTEXT + 4,
            flags | u32::from(self.log_sample_period),
        );
        for (i, id) in self.counters.iter().enumerate() {
            set32(&mut request, CONTEXT + CONTEXT_LEN + 4 * i, (*id).into());
        }
        request
    }

    fn parse(reply: &[u8]) -> Option<Self> {
        let count = get16(reply, CONTEXT)?;
        let flags = get32(reply, CONTEXT + 4)?;
        let ids = reply.get(CONTEXT + CONTEXT_LEN..).unwrap_or_default();
        let ids = ids.chunks_exact(4).take(count.into());
        Some(Self {
            counters: ids.filter_map(|id| get16(id, 2)).collect(),
            log_num_of_samples: *reply.get(CONTEXT + 3)?,
            log_sample_period: flags as u8,
            single: flags & SINGLE != 0,
            repetitive: flags & REPETITIVE != 0,
            sync: flags & SYNC != 0,
            clear: flags & CLEAR != 0,
            on_demand: flags & ON_DEMAND != 0,
            enable: flags & ENABLE != 0,
        })
    }
}

/// Logarithm of the power of two that is not below `count`.
fn ceil_log(count: usize) -> u8 {
    count.max(1).next_power_of_two().trailing_zeros() as u8
}

/// Asks what the device can sample, in two RPCs.
///
/// # Errors
///
/// [`Error::Reply`] if it has no counters; those of [`Mlx5::query_caps`].
pub fn abilities(mlx5: &Mlx5<'_>) -> Result<Abilities> {
    let general = mlx5.query_caps(GENERAL.number, Mode::Current)?;
    let number = |name: &str| GENERAL.get(&general, name).unwrap_or_default();
    let count = number("num_of_diagnostic_counters");
    if count == 0 {
        let (on, what) = (mlx5.device().name(), "diagnostic counters");
        return Err(Error::reply(on, what, "the device says that it has none"));
    }
    let debug = mlx5.query_caps(caps::DEBUG, Mode::Current)?;
    let group = caps::by_number(caps::DEBUG);
    let get = |name: &str| group.and_then(|group| group.get(&debug, name));
    Ok(Abilities {
        counters: supported(&debug, usize::try_from(count).unwrap_or(usize::MAX)),
        single: get("single") == Some(1),
        repetitive: get("repetitive") == Some(1),
        log_max_samples: get("log_max_samples").unwrap_or_default() as u8,
        clock_khz: number("device_frequency_khz"),
    })
}

fn supported(debug: &[u8], count: usize) -> Vec<Supported> {
    let list = debug.get(SUPPORTED..).unwrap_or_default();
    let words = list.chunks_exact(4).take(count);
    words
        .filter_map(|word| {
            Some(Supported {
                id: get16(word, 2)?,
                sync: word.first()? >> 7 != 0,
            })
        })
        .collect()
}

/// Asks what is sampled now; at most `counters` of the list are given.
///
/// # Errors
///
/// As [`Mlx5::send`].
pub fn params(mlx5: &Mlx5<'_>, counters: usize) -> Result<Params> {
    let request = command(commands::QUERY_DIAGNOSTIC_PARAMS, 0, MIN_LEN);
    let room = CONTEXT + CONTEXT_LEN + 4 * counters;
    let reply = mlx5.send(Scope::DebugReadOnly, &request, room)?;
    Params::parse(&reply).ok_or_else(|| {
        let (on, why) = (mlx5.device().name(), "the reply has no context");
        Error::reply(on, "QUERY_DIAGNOSTIC_PARAMS", why)
    })
}

/// Says what to sample. This is for all users of the device, and taints the kernel.
///
/// # Errors
///
/// As [`Mlx5::send`].
pub fn set_params(mlx5: &Mlx5<'_>, params: &Params) -> Result<()> {
    mlx5.send(Scope::DebugWrite, &params.request(), MIN_LEN)?;
    Ok(())
}

/// Asks for one sample of each of `counters` counters. There can be fewer: those that the device did not
/// give.
///
/// The PRM has the device count in samples of all counters, and so does the driver of FreeBSD; the
/// `mlx5ctl` tool counts single values. So it is asked for one, and if that was a single value, for all.
///
/// # Errors
///
/// As [`Mlx5::send`].
pub fn sample(mlx5: &Mlx5<'_>, counters: usize) -> Result<Vec<Sample>> {
    let first = query(mlx5, 1, counters)?;
    if first.len() >= counters.min(2) {
        return Ok(first);
    }
    let room = 1 << ceil_log(counters);
    let mut all = query(mlx5, u16::try_from(room).unwrap_or(u16::MAX), room)?;
    newest(&mut all);
    Ok(all)
}

/// Asks for `samples` samples with room for `room` values.
fn query(mlx5: &Mlx5<'_>, samples: u16, room: usize) -> Result<Vec<Sample>> {
    let mut request = command(commands::QUERY_DIAGNOSTIC_COUNTERS, 0, MIN_LEN);
    set16(&mut request, 8, samples);
    let reply = mlx5.send(Scope::DebugReadOnly, &request, MIN_LEN + SAMPLE * room)?;
    Ok(parse_samples(&reply))
}

/// Of several values of one counter only the last stays.
fn newest(samples: &mut Vec<Sample>) {
    let all = samples.clone();
    let mut at = 0;
    samples.retain(|sample| {
        at += 1;
        let later = all.get(at..).unwrap_or_default();
        !later.iter().any(|other| other.counter == sample.counter)
    });
}

/// Room that was not used has no counter.
fn parse_samples(reply: &[u8]) -> Vec<Sample> {
    let list = reply.get(MIN_LEN..).unwrap_or_default();
    list.chunks_exact(SAMPLE)
        .filter_map(|sample| {
            Some(Sample {
                counter: get16(sample, 0)?,
                index: get16(sample, 2)?,
                timestamp: get32(sample, 4)?,
                value: get64(sample, 8)?,
            })
        })
        .filter(|sample| sample.counter != 0)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // Theory: the request has its context at byte 8, and its flags where the PRM has them.
    #[test]
    fn request_is_that_of_the_prm() {
        let request = Params::on_demand(vec![0x401, 0x1001], 10).request();
        assert_eq!(request.len(), 40);
        assert_eq!(
            request[..16],
            [8, 0x20, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0x8c, 0, 0, 0]
        );
        assert_eq!(request[32..], [0, 0, 4, 1, 0, 0, 0x10, 1]);
    }

    proptest! {
        // Theory: a context reads back as it was written.
        #[test]
        fn contexts_read_back(
            counters in prop::collection::vec(any::<u16>(), 0..20),
            logs: (u8, u8),
            flags: [bool; 6],
        ) {
            let params = Params {
                counters,
                log_num_of_samples: logs.0,
                log_sample_period: logs.1,
                single: flags[0],
                repetitive: flags[1],
                sync: flags[2],
                clear: flags[3],
                on_demand: flags[4],
                enable: flags[5],
            };
            prop_assert_eq!(Params::parse(&params.request()), Some(params));
        }

        // Theory: replies of any length give what is there.
        #[test]
        fn any_reply_decodes(reply: Vec<u8>, count: usize) {
            let _ = Params::parse(&reply);
            prop_assert!(supported(&reply, count).len() <= reply.len() / 4);
        }
    }
}
