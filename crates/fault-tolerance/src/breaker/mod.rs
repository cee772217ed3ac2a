//! The circuit breaker.
//!
//! After Michael Nygard, "Release It!", 2007, with what its implementations have taught since: a place for each probe
//! that is reserved and given back, results that belong to a generation, and no state that only a result can end.

#[cfg(test)]
mod checks;
mod event;
mod inner;
mod options;
mod permit;
mod ring;
mod window;
mod word;

use crate::sync::{Apart, AtomicU64, Mutex};
use crate::{Observer, OptionError, Policy, Ratio, Verdict};
use enhanced_config_clock::{Clock, Instant};
use inner::{Inner, Probes, Reading};
use ring::Ring;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::time::Duration;
use window::Outcome;
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
    options: BreakerOptions,
    inner: Mutex<Inner>,
    /// That of `inner`, if its window is one of calls.
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

    fn build(options: BreakerOptions, observer: O) -> Self {
        let inner = Inner::new(&options);
        Self {
            word: AtomicU64::new(Word::new(State::Closed).with_steady(inner.is_steady()).bits()),
            due: AtomicU64::new(u64::MAX),
            since: AtomicU64::new(0),
            last_probe: AtomicU64::new(0),
            credit: AtomicU64::new(0),
            rejected: Apart::default(),
            options,
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

    /// The state at `now`, when an open breaker whose wait is over is half-open.
    pub fn state(&self, now: Instant) -> State {
        self.settle(now);
        self.word().state()
    }

    /// What there is to see at `now`.
    pub fn snapshot(&self, now: Instant) -> Snapshot {
        self.settle(now);
        let mut inner = self.inner.lock();
        let state = self.word().state();
        let Reading { tally, minimum } = match state {
            State::Open => inner.at_opening,
            State::HalfOpen => inner.probes.reading(&self.options),
            _ => inner.reading(&self.options.trip, now),
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
        }
    }

    fn word(&self) -> Word {
        Word::from_bits(self.word.load(Acquire))
    }

    /// Looks at the clock only if the state or the window needs it.
    #[inline]
    fn admit_at(&self, now: impl Fn() -> Instant) -> Result<Permit<'_, O>, Rejected> {
        let word = self.word();
        if word.is_closed() {
            let began = if self.options.timed() { now() } else { Instant::default() };
            return Ok(self.permit(word, began));
        }
        self.admit_unless_closed(now())
    }

    #[cold]
    fn admit_unless_closed(&self, now: Instant) -> Result<Permit<'_, O>, Rejected> {
        loop {
            self.settle(now);
            let word = self.word();
            match word.state() {
                State::Closed | State::Disabled | State::MetricsOnly => return Ok(self.permit(word, now)),
                State::Ramp if self.ramp_lets_through(now) => return Ok(self.permit(word, now)),
                State::HalfOpen if word.places() > 0 => {
                    if let Some(permit) = self.take_place(word, now) {
                        return Ok(permit);
                    }
                }
                State::HalfOpen if self.give_up_probes(now) => {}
                state => {
                    let retry_after = self.retry_after(state, now);
                    // Another state by now: the moment just read may be the other's.
                    if self.word().generation() == word.generation() {
                        return Err(self.reject(Rejected { state, retry_after }));
                    }
                }
            }
        }
    }

    fn permit(&self, word: Word, began: Instant) -> Permit<'_, O> {
        Permit { breaker: self, generation: word.generation(), began, probe: false }
    }

    /// Reserves the place of one probe, if nobody was quicker.
    fn take_place(&self, word: Word, now: Instant) -> Option<Permit<'_, O>> {
        // First, so that whoever finds no place left knows of this probe too.
        self.last_probe.fetch_max(now.as_nanos(), AcqRel);
        let taken = word.taken()?;
        self.word.compare_exchange(word.bits(), taken.bits(), AcqRel, Acquire).ok()?;
        Some(Permit { probe: true, ..self.permit(word, now) })
    }

    /// Gives back the place of a probe of this generation. Only for whoever has taken it.
    fn give_back(&self, generation: u64) {
        // Fails if the generation is over, and with it the place.
        let _ = self.word.fetch_update(AcqRel, Acquire, |bits| {
            let word = Word::from_bits(bits);
            (word.generation() == generation).then(|| word.given_back().bits())
        });
    }

    /// When the latest probe has had its time.
    fn probes_due(&self) -> Instant {
        Instant::from_nanos(self.last_probe.load(Acquire)) + self.options.half_open.probe_timeout
    }

    /// Frees the places of probes that do not return: they belong to an earlier generation from here on.
    fn give_up_probes(&self, now: Instant) -> bool {
        let inner = self.inner.lock();
        let word = self.word();
        if word.state() != State::HalfOpen || word.places() > 0 {
            return true;
        }
        if now < self.probes_due() {
            return false;
        }
        let returned = u16::try_from(inner.probes.tally.calls).unwrap_or(u16::MAX);
        let places = self.options.half_open.probes.saturating_sub(returned);
        self.word.store(word.next(State::HalfOpen, places).bits(), Release);
        true
    }

    /// Adds up the shares of calls until they make a whole one: evenly, and without a draw.
    fn ramp_lets_through(&self, now: Instant) -> bool {
        let since = Instant::from_nanos(self.since.load(Acquire));
        let ramp = self.options.half_open.ramp.unwrap_or_default();
        // Never none at all, at the very beginning.
        let share = ((now - since).as_secs_f64() / ramp.as_secs_f64()).clamp(0.01, 1.0);
        let part = (share * (1u64 << 32) as f64) as u64;
        let before = self.credit.fetch_add(part, Relaxed);
        before >> 32 != before.wrapping_add(part) >> 32
    }

    fn retry_after(&self, state: State, now: Instant) -> Option<Duration> {
        match state {
            State::HalfOpen => Some(self.probes_due() - now),
            State::ForcedOpen => None,
            _ => Some(Instant::from_nanos(self.due.load(Acquire)) - now),
        }
    }

    fn reject(&self, rejected: Rejected) -> Rejected {
        self.rejected.0.fetch_add(1, Relaxed);
        self.observer.event(&Event::Rejected(rejected));
        rejected
    }

    #[inline]
    fn record_at(&self, permit: Permit<'_, O>, verdict: Verdict, now: impl FnOnce() -> Instant) -> Recorded {
        let word = self.word();
        if permit.generation != word.generation() || !std::ptr::eq(permit.breaker, self) {
            return Recorded::Stale;
        }
        let steady = word.is_steady() && self.options.trip.slow.is_none();
        if verdict == Verdict::Ignore || (verdict == Verdict::Success && steady) {
            return Recorded::Recorded;
        }
        if word.is_closed() && verdict == Verdict::Success && !self.options.timed() {
            return self.count_success(&permit, now);
        }
        self.count(permit, verdict, now())
    }

    /// A success that is counted without the time: the clock is asked only in the rare case that the breaker opens, as
    /// when the window now holds enough calls, and under no lock.
    fn count_success(&self, permit: &Permit<'_, O>, now: impl FnOnce() -> Instant) -> Recorded {
        let is_current = || self.word().generation() == permit.generation;
        if self.ring.as_ref().is_some_and(|ring| ring.succeed(is_current)) {
            return Recorded::Recorded;
        }
        let untimed = Instant::default();
        let opens = {
            let mut inner = self.inner.lock();
            if self.word().generation() != permit.generation {
                return Recorded::Stale;
            }
            inner.record(Outcome::default(), untimed);
            self.show_steady(&inner);
            inner.cause(&self.options.trip, untimed).is_some()
        };
        if opens {
            self.open_if_still_due(permit.generation, now());
        }
        Recorded::Recorded
    }

    #[cold]
    fn open_if_still_due(&self, generation: u64, now: Instant) {
        let events = {
            let mut inner = self.inner.lock();
            let cause = inner.cause(&self.options.trip, now);
            match cause.filter(|_| self.word().generation() == generation) {
                Some(cause) => self.open(&mut inner, cause, Verdict::Success, now),
                None => Events::None,
            }
        };
        events.tell(&self.observer);
    }

    fn count(&self, permit: Permit<'_, O>, verdict: Verdict, now: Instant) -> Recorded {
        self.settle(now);
        let mut events = Events::None;
        let recorded = {
            let mut inner = self.inner.lock();
            let word = self.word();
            if word.generation() == permit.generation {
                let slow = |slow: SlowCalls| now - permit.began > slow.longer_than;
                let slow = self.options.trip.slow.is_some_and(slow);
                let outcome = Outcome { failed: verdict != Verdict::Success, slow };
                events = match word.state() {
                    State::HalfOpen => self.count_probe(&mut inner, permit, outcome, verdict, now),
                    State::MetricsOnly => self.count_only(&mut inner, outcome, verdict, now),
                    State::Disabled => Events::None,
                    _ => self.count_call(&mut inner, outcome, verdict, now),
                };
                Recorded::Recorded
            } else {
                Recorded::Stale
            }
        };
        events.tell(&self.observer);
        recorded
    }

    #[inline]
    fn count_call(&self, inner: &mut Inner, outcome: Outcome, verdict: Verdict, now: Instant) -> Events {
        inner.record(outcome, now);
        let cause = match verdict {
            Verdict::Trip => Some(Cause::Tripped),
            _ => inner.cause(&self.options.trip, now),
        };
        let events = cause.map_or(Events::None, |cause| self.open(inner, cause, verdict, now));
        self.show_steady(inner);
        events
    }

    #[cold]
    fn count_only(&self, inner: &mut Inner, outcome: Outcome, verdict: Verdict, now: Instant) -> Events {
        inner.record(outcome, now);
        let causes = inner.untold(&self.options.trip, verdict, now);
        self.show_steady(inner);
        Events::WouldOpen(causes)
    }

    fn count_probe(
        &self,
        inner: &mut Inner,
        mut permit: Permit<'_, O>,
        outcome: Outcome,
        verdict: Verdict,
        now: Instant,
    ) -> Events {
        // Its place stays taken: it has counted.
        permit.probe = false;
        inner.probes.record(outcome);
        if verdict == Verdict::Trip {
            return self.open(inner, Cause::Tripped, verdict, now);
        }
        let tally = inner.probes.tally;
        let cause = Cause::Probes { succeeded: tally.succeeded(), failed: tally.failed };
        match inner.probes.decision(&self.options) {
            Some(true) => {
                let state = if self.options.half_open.ramp.is_some() { State::Ramp } else { State::Closed };
                Events::Changed(self.enter(inner, state, cause, None, now))
            }
            Some(false) => self.open(inner, cause, verdict, now),
            None => Events::None,
        }
    }

    fn open(&self, inner: &mut Inner, cause: Cause, verdict: Verdict, now: Instant) -> Events {
        let wait = match verdict {
            Verdict::RetryAfter(wait) => Some(wait.min(self.options.longest_retry_after)),
            _ => None,
        };
        Events::Changed(self.enter(inner, State::Open, cause, wait, now))
    }

    fn show_steady(&self, inner: &Inner) {
        let word = self.word();
        let shown = word.with_steady(inner.is_steady() && word.state() != State::Open);
        if shown != word {
            self.word.store(shown.bits(), Release);
        }
    }

    /// Makes the changes that time alone makes.
    #[inline]
    fn settle(&self, now: Instant) {
        while now.as_nanos() >= self.due.load(Acquire) {
            let Some(transition) = self.settle_once(now) else { return };
            self.observer.event(&Event::Changed(transition));
        }
    }

    fn settle_once(&self, now: Instant) -> Option<Transition> {
        let mut inner = self.inner.lock();
        if now.as_nanos() < self.due.load(Acquire) {
            return None;
        }
        let next = match (self.word().state(), self.options.half_open.limit) {
            (State::Open, _) => State::HalfOpen,
            (State::Ramp, _) | (State::HalfOpen, Some((_, Undecided::Close))) => State::Closed,
            (State::HalfOpen, Some((_, Undecided::Open))) => State::Open,
            _ => return None,
        };
        Some(self.enter(&mut inner, next, Cause::Time, None, now))
    }

    /// Every change of state. Under the lock of `inner`.
    fn enter(
        &self,
        inner: &mut Inner,
        to: State,
        cause: Cause,
        wait: Option<Duration>,
        now: Instant,
    ) -> Transition {
        let word = self.word();
        let from = word.state();
        let half_open = &self.options.half_open;
        let (mut due, mut next) = (None, word.next(to, 0));
        match to {
            State::Open => {
                inner.at_opening = match from {
                    State::HalfOpen => inner.probes.reading(&self.options),
                    State::Open => inner.at_opening,
                    _ => inner.reading(&self.options.trip, now),
                };
                due = wait.or_else(|| inner.waits.next());
            }
            State::HalfOpen => {
                inner.probes = Probes::default();
                next = word.next(to, half_open.probes);
                due = half_open.limit.map(|(limit, _)| limit);
            }
            State::Ramp => {
                inner.clear();
                due = half_open.ramp;
                // The first call goes through.
                self.credit.store(u64::from(u32::MAX), Relaxed);
            }
            // The calls of the ramp go on counting, those still out included.
            State::Closed if from == State::Ramp && cause == Cause::Time => next = word.in_state(to),
            _ => inner.clear(),
        }
        if to == State::Closed {
            inner.waits.restart();
        }
        let steady = inner.is_steady() && matches!(to, State::Closed | State::Ramp | State::MetricsOnly);
        self.rejected.0.store(0, Relaxed);
        self.since.store(now.as_nanos(), Release);
        self.due.store(due.map_or(u64::MAX, |due| (now + due).as_nanos()), Release);
        self.word.store(next.with_steady(steady).bits(), Release);
        Transition { from, to, cause, at: now }
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

/// What a result has led to, to be told when no lock is held.
enum Events {
    None,
    Changed(Transition),
    WouldOpen([Option<Cause>; inner::CAUSES]),
}

impl Events {
    #[inline]
    fn tell(self, observer: &impl Observer<Event>) {
        match self {
            Self::None => {}
            Self::Changed(transition) => observer.event(&Event::Changed(transition)),
            Self::WouldOpen(causes) => {
                causes.into_iter().flatten().for_each(|cause| observer.event(&Event::WouldOpen(cause)));
            }
        }
    }
}

impl<O: Observer<Event>> fmt::Debug for CircuitBreaker<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreaker")
            .field("state", &self.word().state())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
