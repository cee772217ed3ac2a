//! Hedged calls.
//!
//! After Jeffrey Dean and Luiz André Barroso, "The Tail at Scale", Communications of the ACM 56(2), 2013.

mod call;
mod latencies;
mod operation;
mod options;

use crate::retry::{Deposit, Safety};
use crate::sync::AtomicU64;
use crate::{Observer, OptionError, Ratio, RetryBudget, Verdict};
use enhanced_config_clock::Instant;
use latencies::Latencies;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

pub use operation::Operation;
pub use options::HedgeDelay;

/// Makes a second call when the first one takes long, and takes whichever answers first: the tail of one server is cut by
/// asking another.
///
/// ```
/// use enhanced_config_clock::SystemClock;
/// use enhanced_config_fault_tolerance::retry::Safety;
/// use enhanced_config_fault_tolerance::{Hedge, HedgeDelay};
/// use std::time::Duration;
///
/// # async fn read() -> Result<u8, std::io::Error> { Ok(1) }
/// # async fn example(sleep: impl enhanced_config_fault_tolerance::AsyncSleep) -> Result<(), Box<dyn std::error::Error>> {
/// let hedge = Hedge::new(HedgeDelay::default())?;
/// let value = hedge.call_async(&SystemClock, &sleep, Safety::Idempotent, read).await?;
/// # Ok(())
/// # }
/// ```
///
/// - **Only what may be made twice**: of a call that is not said to be [`Idempotent`](Safety::Idempotent) there is no second.
/// - **Within a budget**: when everything is slow, a second call for each is the last thing that helps. By default there
///   is one for 5 % of the calls.
/// - **Only futures**: a blocking call that is overtaken could not be dropped, and would keep its thread.
///
/// [`begin`](Self::begin), [`Operation::second`] and [`Operation::record`] are the whole machine,
/// [`call_async`](Self::call_async) drives it. Nothing is allocated.
pub struct Hedge<O: Observer<Event> = ()> {
    delay: HedgeDelay,
    /// If they are to be observed.
    latencies: Option<Latencies>,
    budget: Arc<RetryBudget>,
    /// Whether calls are noted in the budget here.
    deposits: bool,
    hedged: AtomicU64,
    won: AtomicU64,
    withheld: AtomicU64,
    observer: O,
}

/// One of the calls of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// The one that is always made.
    First,
    /// The one that is made if that takes long.
    Second,
}

/// What happened to hedged calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A second call is made.
    Hedged {
        /// How long the first had taken by then.
        after: Duration,
    },
    /// It is not, as the budget is spent.
    Withheld,
    /// A second call was the one that answered.
    Won {
        /// How long both had taken.
        after: Duration,
        /// What the answer means.
        verdict: Verdict,
    },
}

/// What there is to see of a hedge at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// How long the next call is waited for.
    pub delay: Duration,
    /// Second calls that were made so far.
    pub hedged: u64,
    /// Those of them that were the ones that answered.
    pub won: u64,
    /// Second calls that were not made for want of budget.
    pub withheld: u64,
    /// How many the budget would pay for now.
    pub balance: u64,
}

impl Hedge {
    /// Waits so long for a first call, and makes a second one for up to 5 % of the calls.
    ///
    /// # Errors
    /// A share of all calls, or of none.
    pub fn new(delay: HedgeDelay) -> Result<Self, OptionError> {
        Self::with_observer(delay, ())
    }
}

impl<O: Observer<Event>> Hedge<O> {
    /// The same; tells `observer` what happens.
    ///
    /// # Errors
    /// A share of all calls, or of none.
    pub fn with_observer(delay: HedgeDelay, observer: O) -> Result<Self, OptionError> {
        delay.check()?;
        let latencies = match delay {
            HedgeDelay::Fixed(_) => None,
            HedgeDelay::Observed { share, calls, .. } => Some(Latencies::new(share, calls)),
        };
        Ok(Self {
            delay,
            latencies,
            budget: Arc::new(RetryBudget::new(Ratio::percent(5), 0)),
            deposits: true,
            hedged: AtomicU64::new(0),
            won: AtomicU64::new(0),
            withheld: AtomicU64::new(0),
            observer,
        })
    }

    /// Notes its calls in `budget` and pays second ones from it; others may share it.
    #[must_use]
    pub fn with_budget(mut self, budget: Arc<RetryBudget>) -> Self {
        (self.budget, self.deposits) = (budget, true);
        self
    }

    /// Pays second calls from `budget`, in which a [`RetryPolicy`](crate::RetryPolicy) around this notes the calls: noted
    /// here too they would count twice.
    #[must_use]
    pub fn with_budget_of_retry(mut self, budget: Arc<RetryBudget>) -> Self {
        (self.budget, self.deposits) = (budget, false);
        self
    }

    /// Begins an operation, whose first call begins at `now`.
    pub fn begin(&self, safety: Safety, now: Instant) -> Operation<'_, O> {
        let noted = self.deposits.then(|| self.budget.note(now));
        Operation::new(self, safety, noted, now)
    }

    /// What there is to see at `now`.
    pub fn snapshot(&self, now: Instant) -> Snapshot {
        Snapshot {
            delay: self.delay(),
            hedged: self.hedged.load(Relaxed),
            won: self.won.load(Relaxed),
            withheld: self.withheld.load(Relaxed),
            balance: self.budget.balance(now),
        }
    }

    fn delay(&self) -> Duration {
        match self.delay {
            HedgeDelay::Fixed(delay) => delay,
            HedgeDelay::Observed { at_first, .. } => {
                self.latencies.as_ref().and_then(Latencies::get).unwrap_or(at_first)
            }
        }
    }

    fn take_back(&self, deposit: Deposit) {
        self.budget.take_back(deposit);
    }

    fn pay(&self, now: Instant) -> bool {
        self.budget.withdraw(now)
    }

    fn observe(&self, took: Duration) {
        if let Some(latencies) = &self.latencies {
            latencies.record(took);
        }
    }

    fn tell(&self, event: Event) {
        let counter = match event {
            Event::Hedged { .. } => &self.hedged,
            Event::Withheld => &self.withheld,
            Event::Won { .. } => &self.won,
        };
        counter.fetch_add(1, Relaxed);
        self.observer.event(&event);
    }
}

impl<O: Observer<Event>> fmt::Debug for Hedge<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hedge").field("delay", &self.delay).finish_non_exhaustive()
    }
}
