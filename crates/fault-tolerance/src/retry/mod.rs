//! Retries.

mod budget;
mod call;
mod error;
mod event;
mod history;
mod operation;
mod retry_after;

use crate::backoff::{Delays, Random};
use crate::sync::{AtomicU64, Mutex};
use crate::{Backoff, Jitter, Observer, Verdict};
use enhanced_config_clock::Instant;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

pub(crate) use budget::Deposit;
pub use budget::{BudgetOptions, RetryBudget};
pub(crate) use error::Times;
pub use error::{GiveUp, RetryError};
pub use event::Event;
pub use history::{Attempt, History};
pub use operation::{Decision, Operation, Safety};
pub use retry_after::retry_after;

/// Attempts an operation again when it has failed, after a wait, while that makes sense.
///
/// ```
/// use enhanced_config_clock::ManualClock;
/// use enhanced_config_fault_tolerance::{RetryPolicy, retry::Safety};
///
/// let clock = ManualClock::new();
/// let mut answers = [Err("refused"), Err("refused"), Ok("hello")].into_iter();
/// let answer = RetryPolicy::default().call(&clock, Safety::Idempotent, || answers.next().unwrap_or(Err("none left")));
/// assert_eq!(answer.ok(), Some("hello"));
/// ```
///
/// [`begin`](Self::begin) and [`Operation::record`] are the whole machine, [`call`](Self::call) and
/// [`call_async`](Self::call_async) drive it. Success at once allocates nothing.
///
/// What limits the attempts, in the order in which it is asked: what the judge says, whether the call may be repeated,
/// [`max_attempts`](RetryOptions::max_attempts), the wait that the dependency asks for,
/// [`max_elapsed`](RetryOptions::max_elapsed), the deadline of the operation, the budget. A wait that is known to be
/// too long is not begun.
pub struct RetryPolicy<O: Observer<Event> = ()> {
    /// Looked at only after a failure.
    options: Mutex<RetryOptions>,
    budget: Option<Arc<RetryBudget>>,
    /// Where the jitter of the next operation begins.
    seed: AtomicU64,
    counts: Counts,
    observer: O,
}

/// What operations came to. One that succeeds at once counts nothing: that costs nothing then.
#[derive(Debug, Default)]
struct Counts {
    retries: AtomicU64,
    recovered: AtomicU64,
    gave_up: AtomicU64,
}

/// What there is to see of a policy at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Attempts after a first one.
    pub retries: u64,
    /// Operations that succeeded after a retry.
    pub recovered: u64,
    /// Operations that were given up, at the first attempt or later.
    pub gave_up: u64,
    /// The retries that the budget could pay for; none without one.
    pub balance: Option<u64>,
}

/// How a [`RetryPolicy`] decides.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(default, deny_unknown_fields))]
#[non_exhaustive]
pub struct RetryOptions {
    /// All attempts, the first included. Default: 3.
    pub max_attempts: NonZeroU32,
    /// The waits between them. Default: 100 ms, doubled each time up to 10 s, anything below that.
    pub backoff: Backoff,
    /// From the first attempt's beginning to the last one's. Default: no limit.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::data::optional_duration"))]
    pub max_elapsed: Option<Duration>,
    /// The longest wait that a dependency may ask for ([`Verdict::RetryAfter`]). It is not cut to the backoff's cap, and
    /// spread upwards: a part of the backoff's wait is added, drawn from what there is time for, so that those who were
    /// told the same do not come back together. Default: a minute.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::data::duration"))]
    pub longest_retry_after: Duration,
    /// Where jitter begins: the same operations in the same order then wait the same. Default: somewhere else in every
    /// policy.
    pub seed: Option<u64>,
}

impl Default for RetryOptions {
    fn default() -> Self {
        let backoff = Backoff::exponential(Duration::from_millis(100), 2.0);
        Self {
            max_attempts: NonZeroU32::MIN.saturating_add(2),
            backoff: backoff.with_cap(Duration::from_secs(10)).with_jitter(Jitter::Full),
            max_elapsed: None,
            longest_retry_after: Duration::from_secs(60),
            seed: None,
        }
    }
}

impl RetryOptions {
    /// So many attempts in all; none counts as one.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = NonZeroU32::new(attempts).unwrap_or(NonZeroU32::MIN);
        self
    }

    /// Waits like this.
    #[must_use]
    pub const fn with_backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// No attempt begins later than this after the first.
    #[must_use]
    pub const fn with_max_elapsed(mut self, elapsed: Duration) -> Self {
        self.max_elapsed = Some(elapsed);
        self
    }

    /// Waits as long as the dependency asks, up to this.
    #[must_use]
    pub const fn with_longest_retry_after(mut self, wait: Duration) -> Self {
        self.longest_retry_after = wait;
        self
    }

    /// The same waits in every run.
    #[must_use]
    pub const fn with_seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new(RetryOptions::default())
    }
}

impl RetryPolicy {
    /// A policy without a budget.
    #[must_use]
    pub fn new(options: RetryOptions) -> Self {
        Self::with_observer(options, ())
    }
}

impl<O: Observer<Event>> RetryPolicy<O> {
    /// A policy without a budget that tells `observer` what happens.
    #[must_use]
    pub fn with_observer(options: RetryOptions, observer: O) -> Self {
        let seed = AtomicU64::new(options.seed.unwrap_or_else(Random::seed));
        Self { options: Mutex::new(options), budget: None, seed, counts: Counts::default(), observer }
    }

    /// Pays for retries from `budget`, which others may share.
    #[must_use]
    pub fn with_budget(mut self, budget: Arc<RetryBudget>) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Begins an operation, whose first attempt begins at `now`.
    pub fn begin(&self, safety: Safety, now: Instant) -> Operation<'_, O> {
        Operation::new(self, safety, now)
    }

    /// What there is to see at `now`.
    pub fn snapshot(&self, now: Instant) -> Snapshot {
        Snapshot {
            retries: self.counts.retries.load(Relaxed),
            recovered: self.counts.recovered.load(Relaxed),
            gave_up: self.counts.gave_up.load(Relaxed),
            balance: self.budget.as_ref().map(|budget| budget.balance(now)),
        }
    }

    /// Goes by other options, from the next failure on; operations that are under way do too, but keep to the backoff
    /// that they began to wait by.
    pub fn set_options(&self, options: RetryOptions) {
        let old = std::mem::replace(&mut *self.options.lock(), options);
        if let Some(seed) = options.seed.filter(|_| options.seed != old.seed) {
            self.seed.store(seed, Relaxed);
        }
    }

    pub(crate) fn max_attempts(&self) -> u32 {
        self.options().max_attempts.get()
    }

    fn options(&self) -> RetryOptions {
        *self.options.lock()
    }

    pub(crate) const fn has_budget(&self) -> bool {
        self.budget.is_some()
    }

    /// Counts what an operation came to after so many attempts, and tells of it.
    #[inline]
    fn tell(&self, decision: Decision, verdict: Verdict, attempts: u32) {
        let (counter, event) = match decision {
            Decision::Done if attempts == 1 => return,
            Decision::Done => (&self.counts.recovered, Event::Recovered { attempts }),
            Decision::Retry(wait) => (&self.counts.retries, Event::Retry { verdict, wait }),
            Decision::GiveUp(reason) => (&self.counts.gave_up, Event::GaveUp { verdict, reason, attempts }),
        };
        counter.fetch_add(1, Relaxed);
        self.observer.event(&event);
    }

    fn delays(&self) -> Delays {
        self.options().backoff.delays(self.seed.fetch_add(1, Relaxed))
    }
}

impl<O: Observer<Event>> fmt::Debug for RetryPolicy<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryPolicy")
            .field("options", &self.options())
            .field("budget", &self.budget)
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}
