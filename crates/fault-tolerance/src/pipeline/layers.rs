//! The policies that let a call begin or not, as parts of a pipeline.

use super::context::{Attempt, Context, Outcome};
use super::glance::Glance;
use super::layer::sealed::Layer;
use super::lint::Facts;
use super::{Event, Refusal, Snapshot};
use crate::timeout::Deadline;
use crate::unwind::{BetweenPolls, OnDrop};
use crate::{
    AdaptiveThrottle, AsyncSleep, Bulkhead, CircuitBreaker, Observer, Policy, RateLimiter, Verdict, breaker,
    bulkhead, limiter, throttle,
};
use enhanced_config_clock::{Clock, Instant, Sleep};
use std::future::{Future, poll_fn, ready};
use std::pin::pin;

/// What there is to know of such a policy beside how it is driven.
pub trait Guard: Policy {
    /// Asks leave for one call, and waits for it if it is one to wait: until the deadline at most.
    #[inline]
    fn enter(
        &self,
        clock: &Glance<'_, impl Clock>,
        _deadline: Option<Deadline>,
    ) -> Result<Self::Permit<'_>, Self::Rejected> {
        self.begin(clock)
    }

    /// The same in a future, which whoever has set the deadline drops.
    fn enter_async(
        &self,
        clock: &impl Clock,
        _sleep: &impl AsyncSleep,
    ) -> impl Future<Output = Result<Self::Permit<'_>, Self::Rejected>> {
        ready(self.begin(clock))
    }

    fn facts(&self) -> Facts;

    fn snapshot(&self, now: Instant) -> Snapshot;
}

impl<P: Guard> Layer for P
where
    Refusal: From<P::Rejected>,
{
    #[inline]
    fn run<T, E, C: Clock + Sleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, C, O>,
        work: &mut impl FnMut(Option<Deadline>) -> Outcome<T, E>,
    ) -> Outcome<T, E> {
        let clock = context.clock;
        let permit = match self.enter(clock, context.deadline) {
            Ok(permit) => permit,
            Err(rejected) => return context.refuse(rejected.into()),
        };
        let mut held = OnDrop::new(permit, |permit| self.end(permit, Verdict::Failure, clock));
        let outcome = work(context.deadline);
        settle(self, held.disarm(), &outcome, clock);
        outcome
    }

    async fn run_async<T, E, C: Clock, S: AsyncSleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, S, O>,
        work: impl Attempt<T, E>,
    ) -> Outcome<T, E> {
        let clock = context.clock;
        let permit = match self.enter_async(clock, &context.timer()).await {
            Ok(permit) => permit,
            Err(rejected) => return context.refuse(rejected.into()),
        };
        let failed = |permit| self.end(permit, Verdict::Failure, clock);
        let mut held = BetweenPolls::new(permit, |permit| self.cancel(permit, clock));
        let mut work = pin!(work.make(context.deadline));
        let outcome = poll_fn(|task| held.poll(failed, || work.as_mut().poll(task))).await;
        settle(self, held.disarm(), &outcome, clock);
        outcome
    }

    fn describe(&self, layers: &mut Vec<Facts>) {
        layers.push(self.facts());
    }

    fn look(&self, now: Instant, snapshots: &mut Vec<Snapshot>) {
        snapshots.push(self.snapshot(now));
    }
}

#[inline]
fn settle<'a, P: Policy, T, E>(
    policy: &'a P,
    permit: Option<P::Permit<'a>>,
    outcome: &Outcome<T, E>,
    clock: &impl Clock,
) {
    match permit {
        Some(permit) if outcome.made => policy.end(permit, outcome.verdict, clock),
        // A policy further inside has refused: nothing was asked of what this one guards.
        Some(permit) => policy.cancel(permit, clock),
        None => {}
    }
}

impl<O: Observer<breaker::Event>> Guard for CircuitBreaker<O> {
    fn facts(&self) -> Facts {
        Facts::Breaker
    }

    fn snapshot(&self, now: Instant) -> Snapshot {
        Snapshot::Breaker(self.snapshot(now))
    }
}

impl<O: Observer<bulkhead::Event>> Guard for Bulkhead<O> {
    #[inline]
    fn enter(
        &self,
        clock: &Glance<'_, impl Clock>,
        deadline: Option<Deadline>,
    ) -> Result<Self::Permit<'_>, Self::Rejected> {
        let end = deadline.map(|deadline| deadline.at());
        self.take().map_or_else(|| clock.wait(|clock| self.wait_in_queue(clock, end)), Ok)
    }

    fn enter_async(
        &self,
        clock: &impl Clock,
        sleep: &impl AsyncSleep,
    ) -> impl Future<Output = Result<Self::Permit<'_>, Self::Rejected>> {
        self.wait_async(clock, sleep)
    }

    fn facts(&self) -> Facts {
        Facts::Bulkhead { max_wait: self.snapshot().options.max_wait }
    }

    fn snapshot(&self, _: Instant) -> Snapshot {
        Snapshot::Bulkhead(self.snapshot())
    }
}

impl<O: Observer<limiter::Event>> Guard for RateLimiter<O> {
    fn facts(&self) -> Facts {
        Facts::Other
    }

    fn snapshot(&self, now: Instant) -> Snapshot {
        Snapshot::Limiter(self.snapshot(now))
    }
}

impl<O: Observer<throttle::Event>> Guard for AdaptiveThrottle<O> {
    fn facts(&self) -> Facts {
        Facts::Throttle
    }

    fn snapshot(&self, now: Instant) -> Snapshot {
        Snapshot::Throttle(self.snapshot(now))
    }
}
