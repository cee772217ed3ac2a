//! A retry as a part of a pipeline.

use super::context::{Attempt, Context, Outcome};
use super::layer::sealed::Layer;
use super::lint::Facts;
use super::{Event, Retries, Snapshot};
use crate::retry::{Decision, Operation};
use crate::timeout::Deadline;
use crate::{AsyncSleep, Observer, RetryPolicy, retry};
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
            attempts.operation.attempt(context.clock.now());
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
            attempts.operation.attempt(context.clock.now());
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
    /// The last attempt that was made: the answer, should what comes after it be refused.
    made: Option<Outcome<T, E>>,
}

impl<'a, T, E, P: Observer<retry::Event>> Attempts<'a, T, E, P> {
    fn new<C: Clock, S, O>(policy: &'a RetryPolicy<P>, context: &Context<'_, C, S, O>) -> Self {
        let operation = policy.begin(context.safety, context.clock.now());
        let operation = match context.deadline {
            Some(deadline) => operation.with_deadline(deadline.at()),
            None => operation,
        };
        Self { operation, made: None }
    }

    /// Says how long to wait for the next attempt, or how it all has ended.
    #[inline]
    fn after<C: Clock, S, O: Observer<Event>>(
        &mut self,
        outcome: Outcome<T, E>,
        context: &Context<'_, C, S, O>,
    ) -> ControlFlow<Outcome<T, E>, Duration> {
        let verdict = outcome.verdict;
        match self.operation.judged(verdict, context.clock) {
            Decision::Done => ControlFlow::Break(outcome),
            Decision::Retry(wait) => {
                if outcome.made {
                    self.made = Some(outcome);
                }
                context.observer.event(&Event::Retry { verdict, wait });
                ControlFlow::Continue(wait)
            }
            Decision::GiveUp(reason) => {
                context.observer.event(&Event::GaveUp { verdict, reason });
                let made = self.made.take().filter(|_| !outcome.made);
                let mut outcome = made.unwrap_or(outcome);
                outcome.retries = Some(Retries { reason, history: self.operation.take_history() });
                ControlFlow::Break(outcome)
            }
        }
    }
}
