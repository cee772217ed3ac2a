//! Timeouts.

mod deadline;

use crate::error::require;
use crate::sync::AtomicU64;
use crate::{AsyncSleep, Observer, OptionError};
use enhanced_config_clock::{Clock, Instant};
use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::pin;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Poll;
use std::time::Duration;

pub use deadline::{Deadline, TimedOut};

/// How long one attempt may take.
pub type AttemptTimeout<O = ()> = Timeout<Attempt, O>;

/// How long an operation may take, with all its attempts and the waits between them.
pub type TotalTimeout<O = ()> = Timeout<Total, O>;

/// Ends what takes too long, as far as that can be done.
///
/// | | |
/// |---|---|
/// | a future | [`call_async`](Self::call_async) drops it |
/// | a blocking call | [`call`](Self::call) tells it its [`Deadline`]; nobody can end it but itself |
///
/// What a thread does cannot be stopped from outside. Hand [`Deadline::remaining`] to whatever takes a timeout, as a
/// socket does, ask [`Deadline::check`] between steps, and have a circuit breaker count what is slow all the same
/// ([`Trip::with_slow`](crate::breaker::Trip::with_slow)).
///
/// [`AttemptTimeout`] and [`TotalTimeout`] are different types, so that the one is not taken for the other.
///
/// ```
/// use enhanced_config_clock::{Clock, ManualClock};
/// use enhanced_config_fault_tolerance::TotalTimeout;
/// use enhanced_config_fault_tolerance::timeout::TimedOut;
/// use std::time::Duration;
///
/// let (timeout, clock) = (TotalTimeout::new(Duration::from_secs(3))?, ManualClock::new());
/// let mut pages = 0;
/// let all = timeout.call(&clock, |deadline| {
///     while pages < 100 {
///         deadline.check(clock.now())?;
///         clock.advance(Duration::from_secs(1));
///         pages += 1;
///     }
///     Ok::<_, TimedOut>(())
/// });
/// assert_eq!((all.is_err(), pages), (true, 3));
/// # Ok::<(), enhanced_config_fault_tolerance::OptionError>(())
/// ```
pub struct Timeout<S: Scope, O: Observer<Event> = ()> {
    /// In nanoseconds.
    limit: AtomicU64,
    timed_out: AtomicU64,
    late: AtomicU64,
    observer: O,
    scope: PhantomData<fn() -> S>,
}

/// What a [`Timeout`] is for: [`Attempt`] or [`Total`].
pub trait Scope: sealed::Sealed {
    /// The same as a value.
    const LIMIT: Limit;
}

/// For one attempt.
#[derive(Debug)]
pub enum Attempt {}

/// For an operation with all its attempts.
#[derive(Debug)]
pub enum Total {}

/// Which limit a deadline is by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// That of one attempt.
    Attempt,
    /// That of an operation with all its attempts.
    Total,
}

/// Why a future that was limited gave no value.
///
/// Not a [`CallError`](crate::CallError): that one's rejected calls have never begun and may be made again, whereas one
/// that timed out may have had its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeoutError<E> {
    /// It was dropped, as it took too long.
    #[error(transparent)]
    TimedOut(TimedOut),
    /// Its own error.
    #[error(transparent)]
    Failed(E),
}

/// What happened to a call that was limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A future took too long, and was dropped.
    TimedOut(TimedOut),
    /// A blocking call took too long, and has ended by itself.
    Late(TimedOut),
}

/// What there is to see of a timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// How long a call may take.
    pub limit: Duration,
    /// Futures that were dropped so far.
    pub timed_out: u64,
    /// Blocking calls that took longer so far.
    pub late: u64,
}

impl<S: Scope> Timeout<S> {
    /// Calls may take less than `limit`.
    ///
    /// # Errors
    /// A limit of no time.
    pub fn new(limit: Duration) -> Result<Self, OptionError> {
        Self::with_observer(limit, ())
    }
}

impl<S: Scope, O: Observer<Event>> Timeout<S, O> {
    /// Calls may take less than `limit`; tells `observer` of those that do not.
    ///
    /// # Errors
    /// A limit of no time.
    pub fn with_observer(limit: Duration, observer: O) -> Result<Self, OptionError> {
        check(limit)?;
        Ok(Self::build(limit, observer))
    }

    pub(crate) fn build(limit: Duration, observer: O) -> Self {
        let (timed_out, late) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { limit: AtomicU64::new(in_nanos(limit)), timed_out, late, observer, scope: PhantomData }
    }

    /// What begins from now on may take so long.
    ///
    /// # Errors
    /// A limit of no time, and nothing has changed.
    pub fn set_limit(&self, limit: Duration) -> Result<(), OptionError> {
        check(limit)?;
        self.replace_limit(limit);
        Ok(())
    }

    /// The same, of a limit that has been checked.
    pub(crate) fn replace_limit(&self, limit: Duration) {
        self.limit.store(in_nanos(limit), Relaxed);
    }

    fn limit(&self) -> Duration {
        Duration::from_nanos(self.limit.load(Relaxed))
    }

    /// The deadline of what begins at `now`.
    pub fn begin(&self, now: Instant) -> Deadline {
        Deadline::new(now, self.limit(), S::LIMIT)
    }

    /// What there is to see now.
    pub fn snapshot(&self) -> Snapshot {
        let (timed_out, late) = (self.timed_out.load(Relaxed), self.late.load(Relaxed));
        Snapshot { limit: self.limit(), timed_out, late }
    }

    /// Makes a blocking call, which is told until when it may take. It ends when it ends, and what it returns is
    /// returned: a value that comes late is there all the same, and an error says more than that it came late.
    ///
    /// # Errors
    /// The call's own.
    #[inline]
    pub fn call<T, E>(
        &self,
        clock: &impl Clock,
        work: impl FnOnce(Deadline) -> Result<T, E>,
    ) -> Result<T, E> {
        let deadline = self.begin(clock.now());
        let result = work(deadline);
        if let Err(late) = deadline.check(clock.now()) {
            self.late.fetch_add(1, Relaxed);
            self.observer.event(&Event::Late(late));
        }
        result
    }

    /// Makes an asynchronous call, which is dropped when `sleep` is over before it has ended. One that has ended at the
    /// same moment is in time.
    ///
    /// # Errors
    /// It took too long, or its own error.
    pub async fn call_async<T, E, F: Future<Output = Result<T, E>>>(
        &self,
        clock: &impl Clock,
        sleep: &impl AsyncSleep,
        work: impl FnOnce(Deadline) -> F,
    ) -> Result<T, TimeoutError<E>> {
        match self.limit_async(clock, sleep, work).await {
            Ok(result) => result.map_err(TimeoutError::Failed),
            Err(timed_out) => Err(TimeoutError::TimedOut(timed_out)),
        }
    }

    /// The same for results of any kind.
    pub(crate) async fn limit_async<F: Future>(
        &self,
        clock: &impl Clock,
        sleep: &impl AsyncSleep,
        work: impl FnOnce(Deadline) -> F,
    ) -> Result<F::Output, TimedOut> {
        let (now, limit) = (clock.now(), self.limit());
        let deadline = Deadline::new(now, limit, S::LIMIT);
        let ended = {
            // Made here, where they stay: a future that is handed over takes room in both.
            let (mut over, mut work) = (pin!(sleep.sleep(limit)), pin!(work(deadline)));
            poll_fn(|context| match work.as_mut().poll(context) {
                Poll::Ready(result) => Poll::Ready(Some(result)),
                Poll::Pending => over.as_mut().poll(context).map(|()| None),
            })
            .await
        };
        // When both are dropped.
        ended.ok_or_else(|| self.end(limit))
    }

    #[cold]
    fn end(&self, after: Duration) -> TimedOut {
        let timed_out = TimedOut { limit: S::LIMIT, after };
        self.timed_out.fetch_add(1, Relaxed);
        self.observer.event(&Event::TimedOut(timed_out));
        timed_out
    }
}

fn check(limit: Duration) -> Result<(), OptionError> {
    require(!limit.is_zero(), "limit", "longer than nothing")
}

/// As far as a clock goes, which is 584 years.
fn in_nanos(limit: Duration) -> u64 {
    u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX)
}

impl Scope for Attempt {
    const LIMIT: Limit = Limit::Attempt;
}

impl Scope for Total {
    const LIMIT: Limit = Limit::Total;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Attempt {}
    impl Sealed for super::Total {}
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Attempt => "attempt",
            Self::Total => "operation",
        })
    }
}

impl<S: Scope, O: Observer<Event>> fmt::Debug for Timeout<S, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeout").field("of", &S::LIMIT).field("limit", &self.limit()).finish_non_exhaustive()
    }
}
