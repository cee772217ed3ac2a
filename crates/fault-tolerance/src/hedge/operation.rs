use super::{Call, Event, Hedge};
use crate::retry::{Deposit, Safety};
use crate::{Observer, Verdict};
use enhanced_config_clock::Instant;
use std::fmt;
use std::time::Duration;

/// One operation and its one or two calls: the pure machine of a hedge. See [`Hedge::begin`].
#[must_use = "the operation decides nothing unless asked"]
pub struct Operation<'a, O: Observer<Event> = ()> {
    hedge: &'a Hedge<O>,
    began: Instant,
    delay: Option<Duration>,
    first_failed: bool,
    /// Calls without a result.
    out: u8,
    /// That the budget knows of it, until a call has ended.
    noted: Option<Deposit>,
}

/// Dropped before a call has ended, it never was: but what a second call has cost is not given back, or calls that are
/// given up would be those that are multiplied.
impl<O: Observer<Event>> Drop for Operation<'_, O> {
    fn drop(&mut self) {
        if let Some(deposit) = self.noted.take() {
            self.hedge.take_back(deposit);
        }
    }
}

impl<'a, O: Observer<Event>> Operation<'a, O> {
    pub(super) fn new(hedge: &'a Hedge<O>, safety: Safety, noted: Option<Deposit>, now: Instant) -> Self {
        let delay = (safety == Safety::Idempotent).then(|| hedge.delay());
        Self { hedge, began: now, delay, first_failed: false, out: 1, noted }
    }

    /// How long after its beginning to ask for the second call, if the first has not ended. None if there is to be none.
    #[must_use]
    pub const fn delay(&self) -> Option<Duration> {
        self.delay
    }

    /// Asks at `now`, when the delay is over, whether to make the second call, which is paid for here.
    pub fn second(&mut self, now: Instant) -> bool {
        if self.delay.take().is_none() || self.out == 0 {
            return false;
        }
        let is_paid = self.hedge.pay(now);
        self.out += u8::from(is_paid);
        self.hedge.tell(if is_paid { Event::Hedged { after: now - self.began } } else { Event::Withheld });
        is_paid
    }

    /// Counts how a call ended, at `now`. Whether that is the answer: a failure is only if no other call is out.
    pub fn record(&mut self, call: Call, verdict: Verdict, now: Instant) -> bool {
        self.noted = None;
        self.out = self.out.saturating_sub(1);
        let is_answer = self.out == 0 || matches!(verdict, Verdict::Success | Verdict::Ignore);
        if !is_answer {
            self.first_failed |= call == Call::First;
            return false;
        }
        let took = now - self.began;
        // Of a first call that the second overtook it is known that it took longer than that.
        if verdict == Verdict::Success && !self.first_failed {
            self.hedge.observe(took);
        }
        if call == Call::Second {
            self.hedge.tell(Event::Won { after: took, verdict });
        }
        true
    }
}

impl<O: Observer<Event>> fmt::Debug for Operation<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation")
            .field("began", &self.began)
            .field("delay", &self.delay)
            .field("out", &self.out)
            .finish_non_exhaustive()
    }
}
