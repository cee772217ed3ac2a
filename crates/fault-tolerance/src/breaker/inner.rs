use super::event::Cause;
use super::options::{BreakerOptions, Closing, Trip};
use super::window::{Outcome, Recent, Tally};
use crate::backoff::{Delays, Random};
use crate::spans::Counts;
use enhanced_config_clock::Instant;

/// What only whoever counts a result has to know. Behind a lock.
#[derive(Debug)]
pub(super) struct Inner {
    pub(super) recent: Recent,
    /// Failures since the last success.
    pub(super) consecutive: u32,
    pub(super) probes: Probes,
    /// What there was to see when the breaker opened.
    pub(super) at_opening: Reading,
    /// The waits of this and the coming times that the breaker opens, until it closes.
    pub(super) waits: Delays,
    /// The kinds of causes that an observer has been told of.
    told: u8,
}

/// How the probes of a half-open breaker did.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Probes {
    pub(super) tally: Tally,
    /// Those that speak against closing.
    pub(super) bad: u64,
}

/// Counts, and how many calls they need before their ratios say anything.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reading {
    pub(super) tally: Tally,
    pub(super) minimum: u64,
}

/// How many kinds of causes there are that calls add up to.
pub(super) const CAUSES: usize = 4;

impl Inner {
    pub(super) fn new(options: &BreakerOptions) -> Self {
        Self {
            recent: Recent::new(options.window),
            consecutive: 0,
            probes: Probes::default(),
            at_opening: Reading::default(),
            waits: options.wait.delays(options.seed.unwrap_or_else(Random::seed)),
            told: 0,
        }
    }

    pub(super) fn record(&mut self, outcome: Outcome, now: Instant) {
        self.recent.record(outcome, now);
        self.consecutive = if outcome.failed { self.consecutive.saturating_add(1) } else { 0 };
    }

    /// Forgets all calls.
    pub(super) fn clear(&mut self) {
        self.recent.clear();
        self.consecutive = 0;
        self.told = 0;
    }

    /// Whether one more quick success would change nothing.
    pub(super) fn is_steady(&self) -> bool {
        self.consecutive == 0 && self.recent.is_steady()
    }

    pub(super) fn reading(&mut self, trip: &Trip, now: Instant) -> Reading {
        let capacity = self.recent.capacity().unwrap_or(u64::MAX);
        Reading { tally: self.recent.tally(now), minimum: u64::from(trip.minimum_calls).min(capacity) }
    }

    /// All that would open the breaker now.
    pub(super) fn causes(&mut self, trip: &Trip, now: Instant) -> [Option<Cause>; CAUSES] {
        let reading = self.reading(trip, now);
        let failed = reading.tally.failed;
        let [failure_ratio, slow_ratio] = reading.exceeded(trip);
        let failures =
            trip.failures.filter(|&most| failed >= u64::from(most)).map(|_| Cause::Failures(failed));
        let row = self.consecutive;
        let consecutive = trip.consecutive.filter(|&most| row >= most).map(|_| Cause::Consecutive(row));
        [failure_ratio, slow_ratio, failures, consecutive]
    }

    /// Leaves only the causes of a kind that has not been told of.
    pub(super) fn untold(&mut self, causes: &mut [Option<Cause>; CAUSES]) {
        for (kind, cause) in causes.iter_mut().enumerate() {
            let bit = 1 << kind;
            if self.told & bit != 0 {
                *cause = None;
            } else if cause.is_some() {
                self.told |= bit;
            }
        }
    }
}

impl Reading {
    /// The two ratios that `trip` does not allow.
    pub(super) fn exceeded(&self, trip: &Trip) -> [Option<Cause>; 2] {
        if self.tally.calls < self.minimum {
            return [None; 2];
        }
        let failed = self.tally.failure_ratio().zip(trip.failure_ratio);
        let slow = self.tally.slow_ratio().zip(trip.slow.map(|slow| slow.ratio));
        [
            failed.filter(|(ratio, most)| ratio >= most).map(|(ratio, _)| Cause::FailureRatio(ratio)),
            slow.filter(|(ratio, most)| ratio >= most).map(|(ratio, _)| Cause::SlowRatio(ratio)),
        ]
    }
}

impl Probes {
    pub(super) fn record(&mut self, outcome: Outcome) {
        self.tally.add(outcome.tally());
        self.bad += u64::from(outcome.failed || outcome.slow);
    }

    pub(super) fn reading(&self, options: &BreakerOptions) -> Reading {
        let (minimum, probes) = (options.trip.minimum_calls.into(), options.half_open.probes.into());
        Reading { tally: self.tally, minimum: u64::min(minimum, probes) }
    }

    /// Whether the breaker closes (`true`) or opens, once that is certain.
    pub(super) fn decision(&self, options: &BreakerOptions) -> Option<bool> {
        let (calls, probes) = (self.tally.calls, u64::from(options.half_open.probes));
        match options.half_open.closing {
            Closing::Successes(needed) => {
                let needed = u64::from(needed);
                if calls - self.bad >= needed {
                    Some(true)
                } else {
                    (self.bad > probes - needed).then_some(false)
                }
            }
            Closing::Ratios => {
                (calls >= probes).then(|| self.reading(options).exceeded(&options.trip) == [None; 2])
            }
        }
    }
}
