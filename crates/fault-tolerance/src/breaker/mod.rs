//! The circuit breaker.
//!
//! After Michael Nygard, "Release It!", 2007, with what its implementations have taught since: a place for each probe
//! that is reserved and given back, results that belong to a generation, and no state that only a result can end.

mod admission;
#[cfg(test)]
mod checks;
mod counting;
mod event;
mod inner;
mod options;
mod permit;
mod ring;
mod transition;
mod window;
mod word;

use crate::sync::{Apart, AtomicU64, Mutex};
use crate::{Observer, OptionError, Policy, Ratio, Verdict};
use enhanced_config_clock::{Clock, Instant};
use inner::{Inner, Reading};
use ring::Ring;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use std::time::Duration;
use word::Word;

pub use event::{Cause, Event, Rejected, Transition};
pub use options::{BreakerOptions, Closing, HalfOpen, SlowCalls, Trip, Undecided, Window};
pub use permit::{Permit, Recorded};
pub use window::Tally;
pub use word::State;

/// Stops calling what keeps failing, and finds out by a few calls when it has recovered.
///
/// ```
/// use enhanced_config_clock::{Clock, ManualClock};
/// use enhanced_config_fault_tolerance::breaker::{State, Trip};
/// use enhanced_config_fault_tolerance::{Backoff, BreakerOptions, CircuitBreaker, Policy};
/// use std::time::Duration;
///
/// let options = BreakerOptions::default()
///     .with_trip(Trip::at_consecutive(3))
///     .with_wait(Backoff::constant(Duration::from_secs(5)));
/// let breaker = CircuitBreaker::new(options)?;
///
/// let clock = ManualClock::new();
/// for _ in 0..3 {
///     let _ = breaker.call(&clock, || Err::<(), _>("refused"));
/// }
/// assert_eq!(breaker.state(clock.now()), State::Open);
///
/// clock.advance(Duration::from_secs(5));
/// assert_eq!(breaker.call(&clock, || Ok::<_, &str>("hello")), Ok("hello"));
/// # Ok::<(), enhanced_config_fault_tolerance::OptionError>(())
/// ```
///
/// | from | to | when |
/// |---|---|---|
/// | closed | open | [`Trip`] is reached |
/// | open | half-open | the wait is over and somebody asks; at exactly that moment already |
/// | half-open | closed, or the ramp | the probes did well ([`Closing`]), or [`HalfOpen::limit`] says so |
/// | half-open | open | they no longer can, or the limit says so |
/// | ramp | closed | its time is over |
/// | ramp | open | as from closed |
/// | any | any | [`force`](Self::force) |
///
/// In no state can a breaker stay for ever but in those that only [`force`](Self::force) enters: a probe whose permit is
/// dropped gives its place back, and one that never returns is given up after [`HalfOpen::probe_timeout`].
///
/// [`admit`](Self::admit) and [`record`](Self::record) are the whole machine; [`call`](Policy::call) and
/// [`call_async`](Policy::call_async) drive it. Neither allocates. A closed breaker whose window is full of quick
/// successes is only read, and one whose window of calls holds failures too takes no lock for the next success.
pub struct CircuitBreaker<O: Observer<Event> = ()> {
    word: AtomicU64,
    /// When time alone changes the state.
    due: AtomicU64,
    /// When the state began.
    since: AtomicU64,
    /// When the latest probe began.
    last_probe: AtomicU64,
    /// The ramp's parts of calls, in 2^-32, that add up to whole ones.
    credit: AtomicU64,
    /// Calls not let through since the state began.
    rejected: Apart,
    inner: Mutex<Inner>,
    /// That of `inner`, if its window is one of calls, and as long as it has the length that it began with.
    ring: Option<Arc<Ring>>,
    observer: O,
}

/// What there is to see of a breaker at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Its state.
    pub state: State,
    /// Since when.
    pub since: Instant,
    /// The calls of the window; half-open, those of the probes; open, those that opened it.
    pub tally: Tally,
    /// The share that failed, if there were enough calls to tell.
    pub failure_ratio: Option<Ratio>,
    /// The share that was slow, if there were enough calls to tell.
    pub slow_ratio: Option<Ratio>,
    /// Failures since the last success.
    pub consecutive_failures: u32,
    /// Calls not let through since the state began.
    pub rejected: u64,
    /// When it is worth asking again, as a refusal would say now; none while calls flow, and where only
    /// [`force`](CircuitBreaker::force) ends the state.
    pub retry_after: Option<Duration>,
}

/// A state to force a breaker into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// Calls flow, and none is remembered.
    Closed,
    /// As if calls had opened it.
    Open,
    /// The same, for so long.
    OpenFor(Duration),
    /// As if the wait were over.
    HalfOpen,
    /// Nothing flows until another `force`.
    ForcedOpen,
    /// Everything flows uncounted until another `force`.
    Disabled,
    /// Everything flows, counted, until another `force`.
    MetricsOnly,
}

impl Default for CircuitBreaker {
    /// The default options.
    fn default() -> Self {
        Self::build(BreakerOptions::default(), ())
    }
}

impl CircuitBreaker {
    /// A closed breaker.
    ///
    /// # Errors
    /// An option is out of its range, or contradicts another.
    pub fn new(options: BreakerOptions) -> Result<Self, OptionError> {
        Self::with_observer(options, ())
    }
}

impl<O: Observer<Event>> CircuitBreaker<O> {
    /// A closed breaker that tells `observer` what happens.
    ///
    /// # Errors
    /// An option is out of its range, or contradicts another.
    pub fn with_observer(options: BreakerOptions, observer: O) -> Result<Self, OptionError> {
        options.check()?;
        Ok(Self::build(options, observer))
    }

    pub(crate) fn build(options: BreakerOptions, observer: O) -> Self {
        let inner = Inner::new(options);
        let word = Word::new(State::Closed).with_timed(options.timed()).with_steady(inner.is_steady());
        Self {
            word: AtomicU64::new(word.bits()),
            due: AtomicU64::new(u64::MAX),
            since: AtomicU64::new(0),
            last_probe: AtomicU64::new(0),
            credit: AtomicU64::new(0),
            rejected: Apart::default(),
            ring: inner.recent.ring(),
            inner: Mutex::new(inner),
            observer,
        }
    }

    /// Asks leave for one call at `now`.
    ///
    /// # Errors
    /// The state lets no call through now.
    pub fn admit(&self, now: Instant) -> Result<Permit<'_, O>, Rejected> {
        self.admit_at(|| now)
    }

    /// Counts how the call of `permit` ended, at `now`. A permit of another breaker is dropped, and is stale here.
    pub fn record(&self, permit: Permit<'_, O>, verdict: Verdict, now: Instant) -> Recorded {
        self.record_at(permit, verdict, || now)
    }

    /// Puts the breaker into a state by hand; calls that are out now no longer count.
    pub fn force(&self, force: Force, now: Instant) {
        let (state, wait) = match force {
            Force::Closed => (State::Closed, None),
            Force::Open => (State::Open, None),
            Force::OpenFor(wait) => (State::Open, Some(wait)),
            Force::HalfOpen => (State::HalfOpen, None),
            Force::ForcedOpen => (State::ForcedOpen, None),
            Force::Disabled => (State::Disabled, None),
            Force::MetricsOnly => (State::MetricsOnly, None),
        };
        let transition = {
            let mut inner = self.inner.lock();
            self.enter(&mut inner, state, Cause::Forced, wait, now)
        };
        self.observer.event(&Event::Changed(transition));
    }

    /// Goes by other options, and forgets nothing that they have room for.
    ///
    /// | | |
    /// |---|---|
    /// | the state | stays, and so does the wait of an open breaker: `wait` is for the next time |
    /// | the window | keeps its latest calls; one of another kind begins empty |
    /// | a bound of `trip` that is reached already | opens the breaker at the next result that counts, be it a success |
    /// | probes | are judged to the end by the options they began with |
    ///
    /// Calls in flight count as before; how long they took is unknown if nobody wanted to know when they began. A window of
    /// calls that holds failures takes a lock for each success once it has had another length.
    ///
    /// # Errors
    /// An option is out of its range, or contradicts another. Nothing has changed then.
    pub fn set_options(&self, options: BreakerOptions, now: Instant) -> Result<(), OptionError> {
        options.check()?;
        self.replace_options(options, now);
        Ok(())
    }

    /// The same, of options that have been checked.
    pub(crate) fn replace_options(&self, options: BreakerOptions, now: Instant) {
        let mut inner = self.inner.lock();
        inner.set_options(options, now);
        // Not steady, so that the next result is judged by what is said now. Probes come and go without the lock.
        let change = |bits| Some(Word::from_bits(bits).with_timed(options.timed()).with_steady(false).bits());
        // Cannot fail: the closure always has an answer.
        let _ = self.word.fetch_update(AcqRel, Acquire, change);
    }

    /// The state at `now`, when an open breaker whose wait is over is half-open.
    pub fn state(&self, now: Instant) -> State {
        self.settle(now);
        self.word().state()
    }

    /// What there is to see at `now`.
    pub fn snapshot(&self, now: Instant) -> Snapshot {
        self.settle(now);
        let mut inner = self.inner.lock();
        let word = self.word();
        let state = word.state();
        let Reading { tally, minimum, .. } = match state {
            State::Open => inner.at_opening,
            State::HalfOpen => inner.probed(),
            _ => inner.reading(now),
        };
        let enough = tally.calls >= minimum;
        Snapshot {
            state,
            since: Instant::from_nanos(self.since.load(Relaxed)),
            tally,
            failure_ratio: tally.failure_ratio().filter(|_| enough),
            slow_ratio: tally.slow_ratio().filter(|_| enough),
            consecutive_failures: inner.consecutive,
            rejected: self.rejected.0.load(Relaxed),
            retry_after: self.refused_for(word, &inner, now),
        }
    }

    fn word(&self) -> Word {
        Word::from_bits(self.word.load(Acquire))
    }
}

impl<O: Observer<Event>> Policy for CircuitBreaker<O> {
    type Permit<'a>
        = Permit<'a, O>
    where
        O: 'a;
    type Rejected = Rejected;

    #[inline]
    fn begin(&self, clock: &impl Clock) -> Result<Permit<'_, O>, Rejected> {
        self.admit_at(|| clock.now())
    }

    #[inline]
    fn end(&self, permit: Permit<'_, O>, verdict: Verdict, clock: &impl Clock) {
        self.record_at(permit, verdict, || clock.now());
    }
}

impl<O: Observer<Event>> fmt::Debug for CircuitBreaker<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreaker")
            .field("state", &self.word().state())
            .field("options", &self.inner.lock().options)
            .finish_non_exhaustive()
    }
}
