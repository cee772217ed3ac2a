use std::collections::BTreeMap;
use std::time::Duration;

use enhanced_config_clock::Instant;
use serde::Serialize;

use super::{Measured, Unwrapped};

/// Devices that are looked at; what a machine has beyond them is not told.
const DEVICES: usize = 256;

/// What goes through a disk or a network interface.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Device {
    /// As the system calls it.
    pub name: String,
    /// Whether it leads back to this machine.
    pub loopback: bool,
    /// Bytes that were received or read since it was first seen, and what it had counted before; never falls.
    pub received: u64,
    /// Bytes that were sent or written, likewise.
    pub sent: u64,
    /// What went through since the sample before.
    pub rate: Measured<Rate>,
}

/// Bytes in a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Rate {
    /// Received or read.
    pub received: f64,
    /// Sent or written.
    pub sent: f64,
}

/// The devices of a kind, from sample to sample.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    counters: Unwrapped<2>,
    before: BTreeMap<String, [u64; 2]>,
    at: Option<Instant>,
}

impl Traffic {
    /// What devices counted now: name, bytes in, bytes out.
    pub(super) fn sample<'a>(
        &mut self,
        now: Instant,
        raw: impl Iterator<Item = (&'a str, [u64; 2])>,
    ) -> Vec<Device> {
        let elapsed = self.at.map_or(Duration::ZERO, |before| now - before);
        self.counters.begin();
        let mut devices = Vec::new();
        for (name, raw) in raw.take(DEVICES) {
            let counted = self.counters.advance(name, raw);
            let rate = match self.before.get(name) {
                Some(before) if !elapsed.is_zero() => Measured::Known(Rate::of(*before, counted, elapsed)),
                _ => Measured::NotYet,
            };
            let [received, sent] = counted;
            devices.push(Device { name: name.to_owned(), loopback: false, received, sent, rate });
        }
        self.counters.end();
        devices.sort_by(|one, other| one.name.cmp(&other.name));
        self.before =
            devices.iter().map(|device| (device.name.clone(), [device.received, device.sent])).collect();
        self.at = Some(now);
        devices
    }
}

impl Rate {
    fn of(before: [u64; 2], now: [u64; 2], elapsed: Duration) -> Self {
        let [received, sent] = [0, 1].map(|way: usize| match (before.get(way), now.get(way)) {
            (Some(before), Some(now)) => now.saturating_sub(*before) as f64 / elapsed.as_secs_f64(),
            _ => 0.0,
        });
        Self { received, sent }
    }

    pub(super) fn sum<'a>(devices: impl IntoIterator<Item = &'a Device>) -> Measured<Self> {
        let mut sum = Measured::<Self>::NotAvailable;
        for device in devices {
            sum = match (sum, device.rate) {
                (Measured::Known(sum), Measured::Known(more)) => Measured::Known(Self {
                    received: sum.received + more.received,
                    sent: sum.sent + more.sent,
                }),
                (Measured::Known(sum), _) => Measured::Known(sum),
                (_, rate) => rate,
            };
        }
        sum
    }
}
