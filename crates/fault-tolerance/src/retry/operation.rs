use super::budget::{Deposit, Payment};
use super::history::{Attempt, History};
use super::{Event, GiveUp, RetryPolicy};
use crate::backoff::Delays;
use crate::{Observer, Verdict};
use enhanced_config_clock::Instant;
use std::fmt;
use std::time::Duration;

/// Whether a call may be made twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// Twice is as good as once.
    Idempotent,
    /// Twice may be once too often. It is repeated only when it was turned away, which is what
    /// [`Verdict::RetryAfter`] says.
    NotIdempotent,
}

/// What to do after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It succeeded.
    Done,
    /// Wait so long, then attempt it again.
    Retry(Duration),
    /// Return the error.
    GiveUp(GiveUp),
}

/// One operation and its attempts: the pure machine of a retry. See [`RetryPolicy::begin`].
pub struct Operation<'a, O: Observer<Event> = ()> {
    policy: &'a RetryPolicy<O>,
    safety: Safety,
    began: Instant,
    attempt_began: Instant,
    deadline: Option<Instant>,
    /// Made at the first failure: most operations need none.
    delays: Option<Delays>,
    history: History,
    /// What the retry has cost that is waited for now.
    paid: Option<Payment>,
    /// That the budget knows of it, until an attempt has been made.
    noted: Option<Deposit>,
    /// Whether the budget is to be told of it with the next attempt, as all before were refused.
    unnoted: bool,
}

/// Dropped while it waits, as a future may be: the retry is not made, and its price is given back. Before its first attempt
/// has ended, it never was.
impl<O: Observer<Event>> Drop for Operation<'_, O> {
    #[inline]
    fn drop(&mut self) {
        self.return_payment();
        if self.noted.is_some() {
            self.take_back_deposit();
        }
    }
}

impl<O: Observer<Event>> Operation<'_, O> {
    /// The first attempt never was.
    #[cold]
    fn take_back_deposit(&mut self) {
        if let Some((budget, deposit)) = self.policy.budget.as_ref().zip(self.noted.take()) {
            budget.take_back(deposit);
        }
    }

    /// The retry that was paid for is not made.
    #[inline]
    fn return_payment(&mut self) {
        if let Some((budget, paid)) = self.policy.budget.as_ref().zip(self.paid.take()) {
            budget.give_back(paid);
        }
    }
}

impl<'a, O: Observer<Event>> Operation<'a, O> {
    #[inline]
    pub(super) fn new(policy: &'a RetryPolicy<O>, safety: Safety, now: Instant) -> Self {
        let noted = policy.budget.as_ref().map(|budget| budget.note(now));
        let history = History::default();
        Self {
            policy,
            safety,
            began: now,
            attempt_began: now,
            deadline: None,
            delays: None,
            history,
            paid: None,
            noted,
            unnoted: false,
        }
    }

    /// No attempt begins at `deadline` or later, nor does a wait that would end then. Default: none.
    ///
    /// # Errors
    /// It has passed already: no attempt is to be made, and it is as if the operation never was.
    pub fn with_deadline(mut self, deadline: Instant) -> Result<Self, GiveUp> {
        if self.attempt_began >= deadline {
            return Err(GiveUp::Deadline);
        }
        self.deadline = Some(deadline);
        Ok(self)
    }

    /// The same of a deadline that is known to lie ahead.
    #[inline]
    pub(crate) const fn until(mut self, deadline: Option<Instant>) -> Self {
        self.deadline = deadline;
        self
    }

    /// What has failed.
    #[must_use]
    pub const fn history(&self) -> &History {
        &self.history
    }

    pub(crate) fn take_history(&mut self) -> History {
        std::mem::take(&mut self.history)
    }

    /// Whether an attempt that has succeeded was the first, which is all then.
    #[inline]
    pub(crate) fn succeed_at_once(&mut self) -> bool {
        let is_first = self.history.attempts() == 0;
        if is_first {
            self.noted = None;
        }
        is_first
    }

    /// Counts how an attempt ended, at `now`, and decides. A retry is charged to the budget here.
    pub fn record(&mut self, verdict: Verdict, now: Instant) -> Decision {
        self.noted = None;
        self.conclude(verdict, now)
    }

    /// The same for an attempt that another policy did not let begin: to the budget, it is no call.
    pub(crate) fn record_refused(&mut self, verdict: Verdict, now: Instant) -> Decision {
        if self.noted.is_some() {
            self.take_back_deposit();
            self.unnoted = true;
        }
        self.conclude(verdict, now)
    }

    fn conclude(&mut self, verdict: Verdict, now: Instant) -> Decision {
        self.paid = None;
        let decision = self.decide(verdict, now);
        self.policy.tell(decision, verdict, self.history.attempts().saturating_add(1));
        let wait = match decision {
            // Success allocates nothing.
            Decision::Done => return decision,
            Decision::Retry(wait) => Some(wait),
            Decision::GiveUp(_) => None,
        };
        let (began, took) = (self.attempt_began - self.began, now - self.attempt_began);
        self.history.push(Attempt { began, took, verdict, wait });
        // Unless told otherwise: see `attempt`.
        self.attempt_began = now + wait.unwrap_or_default();
        decision
    }

    /// Notes that the next attempt begins at `now`, unless it has become too late: a wait may take longer than it was to.
    ///
    /// # Errors
    /// The operation is given up: no other attempt may be made, and its price is given back.
    pub fn attempt(&mut self, now: Instant) -> Result<(), GiveUp> {
        if let Err(reason) = self.in_time(now) {
            let last = self.history.last().last().map_or(Verdict::Failure, |attempt| attempt.verdict);
            self.policy.tell(Decision::GiveUp(reason), last, self.history.attempts());
            self.return_payment();
            return Err(reason);
        }
        self.attempt_began = now;
        self.paid = None;
        if std::mem::take(&mut self.unnoted) {
            self.noted = self.policy.budget.as_ref().map(|budget| budget.note(now));
        }
        Ok(())
    }

    /// Whether an attempt may begin at `at`.
    fn in_time(&self, at: Instant) -> Result<(), GiveUp> {
        if self.policy.options().max_elapsed.is_some_and(|most| at - self.began > most) {
            return Err(GiveUp::Elapsed);
        }
        if self.deadline.is_some_and(|deadline| at >= deadline) {
            return Err(GiveUp::Deadline);
        }
        Ok(())
    }

    fn decide(&mut self, verdict: Verdict, now: Instant) -> Decision {
        let wait = match verdict {
            Verdict::Success => return Decision::Done,
            Verdict::Ignore | Verdict::Trip => Err(GiveUp::Hopeless),
            Verdict::Failure if self.safety == Safety::NotIdempotent => Err(GiveUp::NotIdempotent),
            Verdict::Failure => Ok(None),
            Verdict::RetryAfter(wait) => Ok(Some(wait)),
        };
        match wait.and_then(|wait| self.schedule(wait, now)) {
            Ok(wait) => Decision::Retry(wait),
            Err(reason) => Decision::GiveUp(reason),
        }
    }

    /// The wait before another attempt, if everything allows one. The budget last, as what is asked from it is spent.
    fn schedule(&mut self, asked: Option<Duration>, now: Instant) -> Result<Duration, GiveUp> {
        let policy = self.policy;
        let options = policy.options();
        if self.history.attempts().saturating_add(1) >= options.max_attempts.get() {
            return Err(GiveUp::Attempts);
        }
        if asked.is_some_and(|wait| wait > options.longest_retry_after) {
            return Err(GiveUp::RetryAfter);
        }
        let wait = match asked {
            // Whoever was told the same does not come back at the same moment.
            Some(asked) => asked.saturating_add(self.spread(self.room(now).saturating_sub(asked))),
            None => self.next_delay(),
        };
        self.in_time(now + wait)?;
        if let Some(budget) = &policy.budget {
            self.paid = Some(budget.pay(now).ok_or(GiveUp::Budget)?);
        }
        Ok(wait)
    }

    /// How long a wait that begins at `now` may be.
    fn room(&self, now: Instant) -> Duration {
        let elapsed = now - self.began;
        let left = self.policy.options().max_elapsed.map(|most| most.saturating_sub(elapsed));
        let before = |deadline: Instant| (deadline - now).saturating_sub(Duration::from_nanos(1));
        left.into_iter().chain(self.deadline.map(before)).min().unwrap_or(Duration::MAX)
    }

    fn spread(&mut self, most: Duration) -> Duration {
        self.delays().spread(most)
    }

    fn next_delay(&mut self) -> Duration {
        // Without end.
        self.delays().next().unwrap_or_default()
    }

    fn delays(&mut self) -> &mut Delays {
        self.delays.get_or_insert_with(|| self.policy.delays())
    }
}

impl<O: Observer<Event>> fmt::Debug for Operation<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation")
            .field("safety", &self.safety)
            .field("began", &self.began)
            .field("deadline", &self.deadline)
            .field("history", &self.history)
            .finish_non_exhaustive()
    }
}
