//! Who may make a call.

use super::inner::Inner;
use super::word::Word;
use super::{CircuitBreaker, Event, Permit, Rejected, State};
use crate::Observer;
use enhanced_config_clock::Instant;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::time::Duration;

impl<O: Observer<Event>> CircuitBreaker<O> {
    /// Looks at the clock only if the state or the window needs it.
    #[inline]
    pub(super) fn admit_at(&self, now: impl Fn() -> Instant) -> Result<Permit<'_, O>, Rejected> {
        let word = self.word();
        if word.is_closed() {
            let timed = word.is_timed();
            let began = if timed { now() } else { Instant::default() };
            return Ok(Permit { timed, ..self.permit(word, began) });
        }
        let now = now();
        match self.refuse_while_open(word, now) {
            Some(rejected) => Err(rejected),
            None => self.admit_unless_closed(now),
        }
    }

    /// The plain refusal, which callers of what is down get by the thousand.
    #[inline]
    fn refuse_while_open(&self, word: Word, now: Instant) -> Option<Rejected> {
        if !word.is_open() {
            return None;
        }
        let due = self.due();
        // In the same state still: the moment just read is this one's end.
        let is_due = now >= due || self.word() != word;
        (!is_due).then(|| self.reject(Rejected { state: State::Open, retry_after: Some(due - now) }))
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
        Permit { breaker: self, generation: word.generation(), began, timed: true, probe: false }
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
    pub(super) fn give_back(&self, generation: u64) {
        // Fails if the generation is over, and with it the place.
        let _ = self.word.fetch_update(AcqRel, Acquire, |bits| {
            let word = Word::from_bits(bits);
            (word.generation() == generation).then(|| word.given_back().bits())
        });
    }

    /// When the latest probe has had its time.
    fn probes_due(&self, inner: &Inner) -> Instant {
        Instant::from_nanos(self.last_probe.load(Acquire)) + inner.probing.half_open.probe_timeout
    }

    /// Frees the places of probes that do not return: they belong to an earlier generation from here on.
    fn give_up_probes(&self, now: Instant) -> bool {
        let inner = self.inner.lock();
        let word = self.word();
        if word.state() != State::HalfOpen || word.places() > 0 {
            return true;
        }
        if now < self.probes_due(&inner) {
            return false;
        }
        let returned = u16::try_from(inner.probes.tally.calls).unwrap_or(u16::MAX);
        let places = inner.probing.half_open.probes.saturating_sub(returned);
        self.word.store(word.next(State::HalfOpen, places).bits(), Release);
        true
    }

    /// Adds up the shares of calls until they make a whole one: evenly, and without a draw.
    fn ramp_lets_through(&self, now: Instant) -> bool {
        let since = Instant::from_nanos(self.since.load(Acquire));
        let ramp = self.ramp();
        // Never none at all, at the very beginning.
        let share = ((now - since).as_secs_f64() / ramp.as_secs_f64()).clamp(0.01, 1.0);
        let part = (share * (1u64 << 32) as f64) as u64;
        let before = self.credit.fetch_add(part, Relaxed);
        before >> 32 != before.wrapping_add(part) >> 32
    }

    fn retry_after(&self, state: State, now: Instant) -> Option<Duration> {
        match state {
            State::HalfOpen => Some(self.probes_hint(&self.inner.lock(), now)),
            State::ForcedOpen => None,
            State::Ramp => Some((self.ramp() / 10).min(self.due() - now)),
            _ => Some(self.due() - now),
        }
    }

    /// The same for whoever only looks, with the lock.
    pub(super) fn refused_for(&self, word: Word, inner: &Inner, now: Instant) -> Option<Duration> {
        match word.state() {
            State::Open => Some(self.due() - now),
            State::HalfOpen if word.places() == 0 => Some(self.probes_hint(inner, now)),
            _ => None,
        }
    }

    /// As long again as the latest probe has been out, for want of better knowledge: never no time at all, and no longer
    /// than until it is given up.
    fn probes_hint(&self, inner: &Inner, now: Instant) -> Duration {
        let timeout = inner.probing.half_open.probe_timeout;
        let out = now - Instant::from_nanos(self.last_probe.load(Acquire));
        out.max(timeout / 1000).min(timeout.saturating_sub(out))
    }

    #[inline]
    fn due(&self) -> Instant {
        Instant::from_nanos(self.due.load(Acquire))
    }

    /// How long the ramp takes.
    fn ramp(&self) -> Duration {
        self.due() - Instant::from_nanos(self.since.load(Acquire))
    }

    #[inline]
    fn reject(&self, rejected: Rejected) -> Rejected {
        self.rejected.0.fetch_add(1, Relaxed);
        self.observer.event(&Event::Rejected(rejected));
        rejected
    }
}
