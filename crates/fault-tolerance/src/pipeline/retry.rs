//! A retry as a part of a pipeline.

use super::context::{Attempt, Context, Outcome};
use super::layer::sealed::Layer;
use super::lint::Facts;
use super::{Event, Refusal, Retries, Snapshot};
use crate::retry::{Decision, GiveUp, History, Operation};
use crate::timeout::{Deadline, TimedOut};
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
        if let Some(timed_out) = too_late(&context) {
            return context.refuse(Refusal::Timeout(timed_out));
        }
        let mut attempts = Attempts::new(self, &context);
        let outcome = work(context.deadline);
        if attempts.succeed(&outcome) { outcome } else { attempts.go_on(outcome, &context, work) }
    }

    async fn run_async<T, E, C: Clock, S: AsyncSleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, S, O>,
        work: impl Attempt<T, E>,
    ) -> Outcome<T, E> {
        if let Some(timed_out) = too_late(&context) {
            return context.refuse(Refusal::Timeout(timed_out));
        }
        let mut attempts = Attempts::new(self, &context);
        loop {
            let outcome = work.make(context.deadline).await;
            if attempts.succeed(&outcome) {
                return outcome;
            }
            match attempts.after(outcome, &context) {
                ControlFlow::Continue(wait) => context.timer().sleep(wait).await,
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

/// Whether the time for all attempts is over before the first.
#[inline]
fn too_late<C: Clock, S, O>(context: &Context<'_, C, S, O>) -> Option<TimedOut> {
    context.deadline?.check(context.clock.now()).err()
}

struct Attempts<'a, T, E, P: Observer<retry::Event>> {
    operation: Operation<'a, P>,
    /// The last attempt that was made, or, while none was, the last refusal: the answer, should what comes after it be
    /// refused, or too late.
    kept: Option<Outcome<T, E>>,
    refused: u32,
}

impl<'a, T, E, P: Observer<retry::Event>> Attempts<'a, T, E, P> {
    /// None begins if the time for it is over already, as when a place came free in the last moment: see [`too_late`].
    #[inline]
    fn new<C: Clock, S, O>(policy: &'a RetryPolicy<P>, context: &Context<'_, C, S, O>) -> Self {
        let operation = policy.begin(context.safety, context.clock.now());
        let operation = operation.until(context.deadline.map(|deadline| deadline.at()));
        Self { operation, kept: None, refused: 0 }
    }

    /// Whether the first attempt has succeeded, which is all then. Most do.
    #[inline]
    fn succeed(&mut self, outcome: &Outcome<T, E>) -> bool {
        outcome.verdict == Verdict::Success && self.operation.succeed_at_once()
    }

    /// What comes after a first attempt that has not succeeded.
    #[cold]
    fn go_on<C: Clock + Sleep, O: Observer<Event>>(
        mut self,
        mut outcome: Outcome<T, E>,
        context: &Context<'_, C, C, O>,
        work: &mut impl FnMut(Option<Deadline>) -> Outcome<T, E>,
    ) -> Outcome<T, E> {
        loop {
            match self.after(outcome, context) {
                ControlFlow::Continue(wait) => context.clock.wait(|_| context.sleep.sleep(wait)),
                ControlFlow::Break(outcome) => return outcome,
            }
            if let ControlFlow::Break(outcome) = self.again(context) {
                return outcome;
            }
            outcome = work(context.deadline);
        }
    }

    /// Says how long to wait for the next attempt, or how it all has ended.
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
        let history = self.operation.take_history();
        outcome.tried = match (history.attempts(), history.last()) {
            (1, [only]) => Tried::Once { reason, took: only.took },
            _ => Tried::Often(Box::new(Retries { reason, history, refused: self.refused })),
        };
        outcome
    }
}

/// What the outermost retry tried. Small, as every outcome has room for it, and boxed only when there are several attempts:
/// to be refused at once allocates nothing.
#[derive(Debug)]
pub(super) enum Tried {
    /// There is none, or it did not give up.
    Nothing,
    Once {
        reason: GiveUp,
        took: Duration,
    },
    Often(Box<Retries>),
}

impl Tried {
    /// The same for whoever made the call. The only attempt was what the outcome says.
    pub(super) fn retries(self, verdict: Verdict, made: bool) -> Option<Retries> {
        match self {
            Self::Nothing => None,
            Self::Once { reason, took } => {
                Some(Retries { reason, history: History::once(took, verdict), refused: u32::from(!made) })
            }
            Self::Often(retries) => Some(*retries),
        }
    }
}
