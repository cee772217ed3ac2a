use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use enhanced_config_clock::{Clock, Instant, Sleep, SystemClock};
use enhanced_config_fault_tolerance::breaker::{self, HalfOpen, Trip, Window};
use enhanced_config_fault_tolerance::pipeline::{Cause, Event, Stack};
use enhanced_config_fault_tolerance::retry::{self, Safety};
use enhanced_config_fault_tolerance::{
    Backoff, BreakerOptions, CallError, CircuitBreaker, Jitter, Observer, OptionError, Pipeline, Policy,
    Ratio, RetryBudget, RetryOptions, RetryPolicy, Verdict,
};
use enhanced_config_layers::Loaded;
use parking_lot::Mutex;

use super::{LeftAlone, Patience};
use crate::Rejection;

/// How patiently sources are read that fail for a passing reason: a disk or a network that does not answer, a system
/// that is short of descriptors or memory, a file that somebody writes to all the time. What has to be mended, as a
/// missing file, a right or a syntax error, is neither tried again nor counted.
///
/// A load that is served from memory does not come past any of it, nor does a reader who looks for changes wait: what was
/// served goes on being served.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct FaultTolerance {
    /// How a configuration's sources are read again. [`max_elapsed`](RetryOptions::max_elapsed) is how long a load waits at
    /// most, beside the time that reading itself takes, which nobody can cut short. Default: 5 attempts within half a
    /// second, the waits from 10 ms on, doubled each time, anything below that.
    pub retry: RetryOptions,
    /// When they are left alone, and for how long; each configuration has a breaker of its own. Default: for a second,
    /// doubled each time up to 5 s, after 10 reads in a row have failed, until one succeeds.
    pub breaker: BreakerOptions,
    /// Of the reads of all configurations in the last ten seconds, how many may be repeated. Default: all of them.
    pub retry_share: Ratio,
    /// How many more per second. Default: 10.
    pub retries_per_second: u32,
}

impl Default for FaultTolerance {
    fn default() -> Self {
        let waits = Backoff::exponential(Duration::from_millis(10), 2.0).with_jitter(Jitter::Full);
        let pauses = Backoff::exponential(Duration::from_secs(1), 2.0).with_cap(Duration::from_secs(5));
        Self {
            retry: RetryOptions::default()
                .with_max_attempts(5)
                .with_backoff(waits.with_cap(Duration::from_millis(200)))
                .with_max_elapsed(Duration::from_millis(500)),
            breaker: BreakerOptions::default()
                .with_window(Window::Consecutive)
                .with_trip(Trip::at_consecutive(10))
                // Reads are rare: with more than one probe to wait for, the next passing fault, hours later, would find
                // the breaker half-open and be neither tried again nor forgiven.
                .with_half_open(HalfOpen::all_of(1))
                .with_wait(pauses),
            retry_share: Ratio::ONE,
            retries_per_second: 10,
        }
    }
}

impl FaultTolerance {
    /// Reads again so.
    #[must_use]
    pub const fn with_retry(mut self, retry: RetryOptions) -> Self {
        self.retry = retry;
        self
    }

    /// Waits for another attempt no longer than this in all.
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.retry = self.retry.with_max_elapsed(patience);
        self
    }

    /// Leaves sources alone so.
    #[must_use]
    pub const fn with_breaker(mut self, breaker: BreakerOptions) -> Self {
        self.breaker = breaker;
        self
    }

    /// Repeats this share of all reads, and so many more per second.
    #[must_use]
    pub const fn with_budget(mut self, share: Ratio, per_second: u32) -> Self {
        self.retry_share = share;
        self.retries_per_second = per_second;
        self
    }
}

/// What there is to see of how a configuration's sources are read.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SourceStatus {
    /// Of its circuit breaker.
    pub breaker: breaker::Snapshot,
    /// Of its retries.
    pub retry: retry::Snapshot,
    /// That they are not read for now; none while they are.
    pub left_alone: Option<LeftAlone>,
}

/// What all configurations of a system share.
#[derive(Clone)]
pub(crate) struct Reading {
    options: FaultTolerance,
    budget: Arc<RetryBudget>,
    time: Time,
}

/// Reads the sources of one configuration.
pub(crate) struct Reader {
    pipeline: Pipeline<Policies, Judge, Log>,
    /// Why they could not be read the last time, if for a passing reason: the answer while they are left alone.
    last: Mutex<Option<Rejection>>,
}

type Policies = Stack<Stack<(), RetryPolicy>, CircuitBreaker>;
type Judge = fn(&Result<Loaded, Rejection>) -> Verdict;

#[derive(Clone)]
struct Time {
    clock: Arc<dyn Clock>,
    sleep: Arc<dyn Sleep>,
}

impl Default for Reading {
    fn default() -> Self {
        let time = Time { clock: Arc::new(SystemClock), sleep: Arc::new(SystemClock) };
        Self::of(FaultTolerance::default(), time)
    }
}

impl Reading {
    fn of(options: FaultTolerance, time: Time) -> Self {
        let budget = RetryBudget::new(options.retry_share, options.retries_per_second);
        Self { options, budget: Arc::new(budget), time }
    }

    pub(crate) fn with_options(self, options: FaultTolerance) -> Result<Self, OptionError> {
        CircuitBreaker::new(options.breaker)?;
        Ok(Self::of(options, self.time))
    }

    pub(crate) fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.time.clock = clock;
        self
    }

    pub(crate) fn with_sleep(mut self, sleep: Arc<dyn Sleep>) -> Self {
        self.time.sleep = sleep;
        self
    }

    pub(crate) fn reader(&self, name: &str) -> Reader {
        let retry = RetryPolicy::new(self.options.retry).with_budget(Arc::clone(&self.budget));
        // Options that contradict themselves were refused when the system was built.
        let breaker = CircuitBreaker::new(self.options.breaker).unwrap_or_default();
        let pipeline = Pipeline::new(Safety::Idempotent).with(retry).with(breaker);
        let judged: Judge = judge;
        let pipeline = pipeline.with_judge(judged).with_observer(Log(name.into()));
        Reader { pipeline, last: Mutex::default() }
    }

    /// Runs the sources, again if they fail for a passing reason, not at all while they have failed too often.
    pub(crate) fn read(
        &self,
        reader: &Reader,
        patience: Patience,
        mut run: impl FnMut() -> Result<Loaded, Rejection>,
    ) -> Result<Loaded, Rejection> {
        let result = match patience {
            Patience::Some => reader.pipeline.call(&self.time, &mut run).map_err(|error| match error.cause {
                Cause::Failed(rejection) => Some(rejection),
                _ => None,
            }),
            Patience::None => {
                let breaker = &reader.pipeline.layers().inner;
                breaker.call_judged(&self.time, &judge, &mut run).map_err(|error| match error {
                    CallError::Failed(rejection) => Some(rejection),
                    CallError::Rejected(_) => None,
                })
            }
        };
        reader.remember(result, run, &self.time)
    }
}

impl Reader {
    /// What came of a read, or of the last one while the sources are left alone.
    fn remember(
        &self,
        result: Result<Loaded, Option<Rejection>>,
        run: impl FnOnce() -> Result<Loaded, Rejection>,
        clock: &impl Clock,
    ) -> Result<Loaded, Rejection> {
        let result = match result {
            Ok(loaded) => Ok(loaded),
            Err(Some(rejection)) => Err(rejection),
            Err(None) => {
                let last = self.last.lock().clone();
                return last.map_or_else(run, |last| Err(self.not_read(last, clock.now())));
            }
        };
        let transient = result.as_ref().err().filter(|rejection| rejection.problems().is_transient());
        let before = std::mem::replace(&mut *self.last.lock(), transient.cloned());
        // Where no lock is held: texts may be large.
        drop(before);
        result
    }

    /// The last read's rejection, for somebody who came while the sources are left alone.
    fn not_read(&self, last: Rejection, now: Instant) -> Rejection {
        match LeftAlone::of(&self.pipeline.layers().inner.snapshot(now), now) {
            Some(left_alone) => last.while_left_alone(left_alone),
            // Closed since, by somebody else.
            None => last,
        }
    }

    /// Whether the sources failed for a passing reason the last time, which is to be remembered.
    pub(crate) fn is_troubled(&self) -> bool {
        self.last.lock().is_some()
    }

    #[cfg(feature = "reload")]
    pub(crate) fn status(&self, now: Instant) -> SourceStatus {
        let policies = self.pipeline.layers();
        let breaker = policies.inner.snapshot(now);
        let left_alone = LeftAlone::of(&breaker, now);
        SourceStatus { breaker, retry: policies.outer.inner.snapshot(now), left_alone }
    }
}

/// Only what passes by itself says anything about the sources.
fn judge(result: &Result<Loaded, Rejection>) -> Verdict {
    match result {
        Ok(_) => Verdict::Success,
        Err(rejection) if rejection.problems().is_transient() => Verdict::Failure,
        Err(_) => Verdict::Ignore,
    }
}

/// Says what is read again.
struct Log(Box<str>);

impl Observer<Event> for Log {
    fn event(&self, event: &Event) {
        if let Event::Retry { wait, .. } = event {
            tracing::debug!(
                config = &*self.0,
                "cannot be read for a passing reason, tried again in {wait:?}"
            );
        }
    }
}

impl Clock for Time {
    fn now(&self) -> Instant {
        self.clock.now()
    }
}

impl Sleep for Time {
    fn sleep(&self, duration: Duration) {
        self.sleep.sleep(duration);
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.options.fmt(f)
    }
}
