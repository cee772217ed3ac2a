//! What a result leads to.

use super::inner::{self, Inner};
use super::window::Outcome;
use super::word::Word;
use super::{Cause, CircuitBreaker, Event, Permit, Recorded, SlowCalls, State, Transition};
use crate::{Observer, Verdict};
use enhanced_config_clock::Instant;
use std::sync::atomic::Ordering::Release;
use std::time::Duration;

impl<O: Observer<Event>> CircuitBreaker<O> {
    #[inline]
    pub(super) fn record_at(
        &self,
        permit: Permit<'_, O>,
        verdict: Verdict,
        now: impl FnOnce() -> Instant,
    ) -> Recorded {
        let word = self.word();
        if permit.generation != word.generation() || !std::ptr::eq(permit.breaker, self) {
            return Recorded::Stale;
        }
        if verdict == Verdict::Ignore || (verdict == Verdict::Success && word.is_steady()) {
            return Recorded::Recorded;
        }
        self.record_unless_steady(permit, word, verdict, now)
    }

    /// Apart from the way that most calls take, so that that one is short enough to become part of its caller.
    #[inline(never)]
    fn record_unless_steady(
        &self,
        permit: Permit<'_, O>,
        word: Word,
        verdict: Verdict,
        now: impl FnOnce() -> Instant,
    ) -> Recorded {
        if word.is_closed() && verdict == Verdict::Success && !word.is_timed() {
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
            inner.cause(untimed).is_some()
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
            let cause = inner.cause(now);
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
                let slow = permit.timed && inner.options.trip.slow.is_some_and(slow);
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
            _ => inner.cause(now),
        };
        let events = cause.map_or(Events::None, |cause| self.open(inner, cause, verdict, now));
        self.show_steady(inner);
        events
    }

    #[cold]
    fn count_only(&self, inner: &mut Inner, outcome: Outcome, verdict: Verdict, now: Instant) -> Events {
        inner.record(outcome, now);
        let causes = inner.untold(verdict, now);
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
        match inner.probes.decision(&inner.probing) {
            Some(true) => {
                let state = if inner.probing.half_open.ramp.is_some() { State::Ramp } else { State::Closed };
                Events::Changed(self.enter(inner, state, cause, None, now))
            }
            Some(false) => self.open(inner, cause, verdict, now),
            None => Events::None,
        }
    }

    fn open(&self, inner: &mut Inner, cause: Cause, verdict: Verdict, now: Instant) -> Events {
        let asked = match verdict {
            Verdict::RetryAfter(wait) => wait.min(inner.options.longest_retry_after),
            _ => Duration::ZERO,
        };
        // Never shorter: whoever asks for no wait at all is down all the same.
        let wait = inner.waits.next().unwrap_or_default().max(asked);
        Events::Changed(self.enter(inner, State::Open, cause, Some(wait), now))
    }

    fn show_steady(&self, inner: &Inner) {
        let word = self.word();
        let shown = word.with_steady(inner.is_steady() && word.state() != State::Open);
        if shown != word {
            self.word.store(shown.bits(), Release);
        }
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
