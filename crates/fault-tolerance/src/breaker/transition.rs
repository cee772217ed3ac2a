//! Every change of state.

use super::inner::{Inner, Probes};
use super::{Cause, CircuitBreaker, Event, State, Transition, Undecided};
use crate::Observer;
use enhanced_config_clock::Instant;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Duration;

impl<O: Observer<Event>> CircuitBreaker<O> {
    /// Makes the changes that time alone makes.
    #[inline]
    pub(super) fn settle(&self, now: Instant) {
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
        // At the end of the clock, every moment to come is now. A limit is not over as soon as it begins even there: the
        // breaker would open and try calls by turns for ever.
        let begins = now.as_nanos() <= self.since.load(Acquire);
        let next = match (self.word().state(), inner.probing.half_open.limit) {
            (State::Open, _) => State::HalfOpen,
            (State::Ramp, _) => State::Closed,
            (State::HalfOpen, _) if begins => return None,
            (State::HalfOpen, Some((_, Undecided::Close))) => State::Closed,
            (State::HalfOpen, Some((_, Undecided::Open))) => State::Open,
            _ => return None,
        };
        Some(self.enter(&mut inner, next, Cause::Time, None, now))
    }

    /// Every change of state. Under the lock of `inner`.
    pub(super) fn enter(
        &self,
        inner: &mut Inner,
        to: State,
        cause: Cause,
        wait: Option<Duration>,
        now: Instant,
    ) -> Transition {
        let word = self.word();
        let from = word.state();
        if to == State::HalfOpen {
            inner.probing = inner.options;
        }
        let half_open = inner.probing.half_open;
        let (mut due, mut next) = (None, word.next(to, 0));
        match to {
            State::Open => {
                inner.at_opening = match from {
                    State::HalfOpen => inner.probed(),
                    State::Open => inner.at_opening,
                    _ => inner.reading(now),
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
        let show = || self.word.store(next.with_steady(steady).bits(), Release);
        // Whoever finds it open before and after they read when that ends has read this: it is there before the breaker is
        // open, and until it no longer is.
        if from == State::Open {
            show();
        }
        self.due.store(due.map_or(u64::MAX, |due| (now + due).as_nanos()), Release);
        if from != State::Open {
            show();
        }
        Transition { from, to, cause, at: now }
    }
}
