//! A retry as a part of a pipeline.

use super::context::{Attempt, Context, Outcome};
use super::layer::sealed::Layer;
use super::lint::Facts;
use super::{Event, Retries, Snapshot};
use crate::retry::{Decision, GiveUp, Operation};
use crate::timeout::Deadline;
use crate::{AsyncSleep, Observer, RetryPolicy, Verdict, retry};
use enhanced_config_clock::{Clock, Instant, Sleep};
use std::ops::ControlFlow;
use std::time::Duration;

impl<P: Observer<retry::Event>> Layer for RetryPolicy<P> {
    #[inline]
    fn run<T, E, C: Clock + Sleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, C, O>,
        work: &mut impl FnMut(Option<Deadline>) -> Outcome<T, E>,
    ) -> Outcome<T, E> {
        let mut attempts = Attempts::new(self, &context);
        loop {
            let outcome = work(context.deadline);
            match attempts.after(outcome, &context) {
                ControlFlow::Continue(wait) => context.sleep.sleep(wait),
                ControlFlow::Break(outcome) => return outcome,
            }
            if let ControlFlow::Break(outcome) = attempts.again(&context) {
                return outcome;
            }
        }
    }

    async fn run_async<T, E, C: Clock, S: AsyncSleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, S, O>,
        work: impl Attempt<T, E>,
    ) -> Outcome<T, E> {
        let mut attempts = Attempts::new(self, &context);
        loop {
            let outcome = work.make(context.deadline).await;
            match attempts.after(outcome, &context) {
                ControlFlow::Continue(wait) => context.sleep.sleep(wait).await,
                ControlFlow::Break(outcome) => return outcome,
            }
            if let ControlFlow::Break(outcome) = attempts.again(&context) {
                return outcome;
            }
        }
    }

    fn describe(&self, layers: &mut Vec<Facts>) {
        layers.push(Facts::Retry { attempts: self.max_attempts(), has_budget: self.has_budget() });
    }

    fn look(&self, now: Instant, snapshots: &mut Vec<Snapshot>) {
        snapshots.push(Snapshot::Retry(self.snapshot(now)));
    }
}

struct Attempts<'a, T, E, P: Observer<retry::Event>> {
    operation: Operation<'a, P>,
    /// The last attempt that was made, or, while none was, the last refusal: the answer, should what comes after it be
    /// refused, or too late.
    kept: Option<Outcome<T, E>>,
    refused: u32,
}

impl<'a, T, E, P: Observer<retry::Event>> Attempts<'a, T, E, P> {
    fn new<C: Clock, S, O>(policy: &'a RetryPolicy<P>, context: &Context<'_, C, S, O>) -> Self {
        let operation = policy.begin(context.safety, context.clock.now());
        let operation = match context.deadline {
            Some(deadline) => operation.with_deadline(deadline.at()),
            None => operation,
        };
        Self { operation, kept: None, refused: 0 }
    }

    /// Says how long to wait for the next attempt, or how it all has ended.
    #[inline]
    fn after<C: Clock, S, O: Observer<Event>>(
        &mut self,
        outcome: Outcome<T, E>,
        context: &Context<'_, C, S, O>,
    ) -> ControlFlow<Outcome<T, E>, Duration> {
        let verdict = outcome.verdict;
        match self.judged(&outcome, context.clock) {
            Decision::Done => ControlFlow::Break(outcome),
            Decision::Retry(wait) => {
                let kept = self.better(outcome);
                self.kept = Some(kept);
                context.observer.event(&Event::Retry { verdict, wait });
                ControlFlow::Continue(wait)
            }
            Decision::GiveUp(reason) => {
                let outcome = self.better(outcome);
                ControlFlow::Break(self.give_up(outcome, verdict, reason, context))
            }
        }
    }

    #[inline]
    fn judged(&mut self, outcome: &Outcome<T, E>, clock: &impl Clock) -> Decision {
        if outcome.made {
            return self.operation.judged(outcome.verdict, clock);
        }
        self.refused = self.refused.saturating_add(1);
        self.operation.record_refused(outcome.verdict, clock.now())
    }

    /// What says more: `outcome`, unless it is a refusal after an attempt that was made.
    fn better(&mut self, outcome: Outcome<T, E>) -> Outcome<T, E> {
        let kept = self.kept.take().filter(|kept| kept.made && !outcome.made);
        kept.unwrap_or(outcome)
    }

    /// Begins another attempt after the wait; says how it all has ended if that took too long.
    fn again<C: Clock, S, O: Observer<Event>>(
        &mut self,
        context: &Context<'_, C, S, O>,
    ) -> ControlFlow<Outcome<T, E>> {
        let Err(reason) = self.operation.attempt(context.clock.now()) else {
            return ControlFlow::Continue(());
        };
        match self.kept.take() {
            Some(outcome) => {
                let verdict = outcome.verdict;
                ControlFlow::Break(self.give_up(outcome, verdict, reason, context))
            }
            // There is one, or nobody would have waited.
            None => ControlFlow::Continue(()),
        }
    }

    fn give_up<C, S, O: Observer<Event>>(
        &mut self,
        mut outcome: Outcome<T, E>,
        verdict: Verdict,
        reason: GiveUp,
        context: &Context<'_, C, S, O>,
    ) -> Outcome<T, E> {
        context.observer.event(&Event::GaveUp { verdict, reason });
        let (history, refused) = (self.operation.take_history(), self.refused);
        outcome.retries = Some(Retries { reason, history, refused });
        outcome
    }
}
