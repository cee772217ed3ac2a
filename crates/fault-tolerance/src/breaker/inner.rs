use super::event::Cause;
use super::options::{BreakerOptions, Closing, Trip};
use super::window::{Outcome, Recent, Tally};
use crate::Verdict;
use crate::backoff::{Delays, Random};
use crate::spans::Counts;
use enhanced_config_clock::Instant;

/// What only whoever counts a result has to know. Behind a lock.
#[derive(Debug)]
pub(super) struct Inner {
    pub(super) options: BreakerOptions,
    /// Those by which the present probes are judged: what was said when the first of them could begin.
    pub(super) probing: BreakerOptions,
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

/// Counts, and how many calls they need before their ratios say anything, and their failures.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reading {
    pub(super) tally: Tally,
    pub(super) minimum: u64,
    among: u64,
}

/// How many kinds of causes there are to open a breaker.
pub(super) const CAUSES: usize = 5;

impl Inner {
    pub(super) fn new(options: BreakerOptions) -> Self {
        Self {
            options,
            probing: options,
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

    /// Goes by other options from here on, and remembers as much as they ask for of what it knows.
    pub(super) fn set_options(&mut self, options: BreakerOptions, now: Instant) {
        self.recent.set_window(options.window, now);
        let seed = options.seed.filter(|_| options.seed != self.options.seed);
        self.waits.change(options.wait, seed);
        self.told = 0;
        self.options = options;
    }

    /// Whether one more success would change nothing, without a look at how long it took.
    pub(super) fn is_steady(&self) -> bool {
        self.options.trip.slow.is_none() && self.consecutive == 0 && self.recent.is_steady()
    }

    pub(super) fn reading(&mut self, now: Instant) -> Reading {
        let capacity = self.recent.capacity().unwrap_or(u64::MAX);
        let enough = |calls: u32| u64::from(calls).min(capacity);
        let (minimum, among) =
            (enough(self.options.trip.minimum_calls), enough(self.options.trip.failures_among));
        Reading { tally: self.recent.tally(now), minimum, among }
    }

    /// How the probes did so far.
    pub(super) fn probed(&self) -> Reading {
        self.probes.reading(&self.probing)
    }

    /// What would open the breaker now: the first of all kinds. Asked at every call that counts.
    #[inline]
    pub(super) fn cause(&mut self, now: Instant) -> Option<Cause> {
        let reading = self.reading(now);
        let trip = &self.options.trip;
        let ratios = || reading.failure_ratio(trip).or_else(|| reading.slow_ratio(trip));
        ratios().or_else(|| reading.failures(trip)).or_else(|| self.row())
    }

    fn row(&self) -> Option<Cause> {
        let most = self.options.trip.consecutive;
        most.filter(|&most| self.consecutive >= most).map(|_| Cause::Consecutive(self.consecutive))
    }

    /// The causes of the kinds that an observer has not been told of.
    pub(super) fn untold(&mut self, verdict: Verdict, now: Instant) -> [Option<Cause>; CAUSES] {
        let mut untold = [None; CAUSES];
        let reading = self.reading(now);
        let trip = &self.options.trip;
        let tripped = (verdict == Verdict::Trip).then_some(Cause::Tripped);
        let ratios = [reading.failure_ratio(trip), reading.slow_ratio(trip)];
        let causes = ratios.into_iter().chain([reading.failures(trip), self.row(), tripped]);
        for (kind, (place, cause)) in untold.iter_mut().zip(causes).enumerate() {
            let bit = 1 << kind;
            *place = cause.filter(|_| self.told & bit == 0);
            self.told |= if cause.is_some() { bit } else { 0 };
        }
        untold
    }
}

impl Reading {
    const fn is_enough(&self) -> bool {
        self.tally.calls >= self.minimum
    }

    /// A ratio of failures that `trip` does not allow.
    #[inline]
    pub(super) fn failure_ratio(&self, trip: &Trip) -> Option<Cause> {
        let most = trip.failure_ratio.filter(|_| self.is_enough())?;
        self.tally.failure_ratio().filter(|&ratio| ratio >= most).map(Cause::FailureRatio)
    }

    /// A ratio of slow calls that it does not allow.
    #[inline]
    pub(super) fn slow_ratio(&self, trip: &Trip) -> Option<Cause> {
        let most = trip.slow.filter(|_| self.is_enough())?.ratio;
        self.tally.slow_ratio().filter(|&ratio| ratio >= most).map(Cause::SlowRatio)
    }

    #[inline]
    fn failures(&self, trip: &Trip) -> Option<Cause> {
        let failed = self.tally.failed;
        let failures = trip.failures.filter(|_| self.tally.calls >= self.among);
        failures.filter(|&most| failed >= u64::from(most)).map(|_| Cause::Failures(failed))
    }
}

impl Probes {
    pub(super) fn record(&mut self, outcome: Outcome) {
        self.tally.add(outcome.tally());
        self.bad += u64::from(outcome.failed || outcome.slow);
    }

    pub(super) fn reading(&self, options: &BreakerOptions) -> Reading {
        let (minimum, probes) = (options.trip.minimum_calls.into(), options.half_open.probes.into());
        Reading { tally: self.tally, minimum: u64::min(minimum, probes), among: 0 }
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
                let (reading, trip) = (self.reading(options), &options.trip);
                let exceeded = || reading.failure_ratio(trip).or_else(|| reading.slow_ratio(trip)).is_some();
                reading.is_enough().then(|| !exceeded())
            }
        }
    }
}
