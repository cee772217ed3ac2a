use super::glance::{Glance, Timer};
use super::layer::sealed::Layer;
use super::retry::Tried;
use super::{Cause, Event, PipelineError, Refusal};
use crate::retry::Safety;
use crate::timeout::{Deadline, TimedOut};
use crate::{AsyncSleep, Classify, Observer, Rejection, Verdict};
use enhanced_config_clock::Clock;
use std::future::{Future, poll_fn};
use std::pin::pin;

/// What a call through a pipeline brings along.
#[derive(Debug)]
pub struct Context<'a, C, S, O> {
    pub(super) clock: &'a Glance<'a, C>,
    pub(super) sleep: &'a S,
    pub(super) observer: &'a O,
    pub(super) safety: Safety,
    pub(super) deadline: Option<Deadline>,
}

impl<C, S, O> Clone for Context<'_, C, S, O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C, S, O> Copy for Context<'_, C, S, O> {}

impl<'a, C: Clock, S, O: Observer<Event>> Context<'a, C, S, O> {
    /// What futures wait by.
    pub(super) const fn timer(&self) -> Timer<'a, C, S> {
        Timer { clock: self.clock, sleep: self.sleep }
    }

    /// The deadline of what is inside of another timeout too.
    pub(super) fn sooner(&self, deadline: Deadline) -> Option<Deadline> {
        Some(self.deadline.map_or(deadline, |outer| outer.sooner(deadline)))
    }

    pub(super) const fn until(self, deadline: Option<Deadline>) -> Self {
        Self { deadline, ..self }
    }

    /// What becomes of a call that a policy does not let begin.
    pub(super) fn refuse<T, E>(&self, refusal: Refusal) -> Outcome<T, E> {
        self.observer.event(&Event::Refused(refusal));
        let verdict = refusal.retry_after().map_or(Verdict::Ignore, Verdict::RetryAfter);
        Outcome { result: Err(Cause::Refused(refusal)), verdict, made: false, tried: Tried::Nothing }
    }

    /// What becomes of a call that was dropped, as it took too long.
    pub(super) fn time_out<T, E>(&self, timed_out: TimedOut) -> Outcome<T, E> {
        self.observer.event(&Event::TimedOut(timed_out));
        let result = Err(Cause::TimedOut(timed_out));
        Outcome { result, verdict: Verdict::Failure, made: true, tried: Tried::Nothing }
    }
}

/// How a call has ended, as the next policy outside sees it.
#[derive(Debug)]
pub struct Outcome<T, E> {
    pub(super) result: Result<T, Cause<E>>,
    pub(super) verdict: Verdict,
    /// Whether the call was begun at all.
    pub(super) made: bool,
    pub(super) tried: Tried,
}

impl<T, E> Outcome<T, E> {
    #[inline]
    pub(super) fn of(result: Result<T, E>, judge: &impl Classify<T, E>) -> Self {
        let verdict = judge.classify(&result);
        Self { result: result.map_err(Cause::Failed), verdict, made: true, tried: Tried::Nothing }
    }

    #[inline]
    pub(super) fn into_result(self) -> Result<T, PipelineError<E>> {
        let Self { result, verdict, made, tried } = self;
        result.map_err(|cause| PipelineError { cause, retries: tried.retries(verdict, made) })
    }
}

/// What a policy is around of, asynchronously. No closure: that a future goes to another thread could not be seen through
/// the lifetimes of nested ones.
pub trait Attempt<T, E> {
    /// Makes one attempt.
    fn make(&self, deadline: Option<Deadline>) -> impl Future<Output = Outcome<T, E>>;
}

impl<T, E, W: Attempt<T, E>> Attempt<T, E> for &W {
    fn make(&self, deadline: Option<Deadline>) -> impl Future<Output = Outcome<T, E>> {
        W::make(self, deadline)
    }
}

/// The call itself.
pub(super) struct Innermost<'a, W, J, C> {
    pub(super) work: &'a W,
    pub(super) judge: &'a J,
    pub(super) clock: &'a Glance<'a, C>,
}

impl<T, E, F, W, J, C> Attempt<T, E> for Innermost<'_, W, J, C>
where
    F: Future<Output = Result<T, E>>,
    W: Fn() -> F,
    J: Classify<T, E>,
    C: Clock,
{
    async fn make(&self, _: Option<Deadline>) -> Outcome<T, E> {
        // Made while it is polled, where a panic of `work` itself is seen too.
        let mut call = pin!(async { Outcome::of((self.work)().await, self.judge) });
        poll_fn(|context| {
            // Before it too, as it may panic.
            self.clock.forget();
            let poll = call.as_mut().poll(context);
            self.clock.forget();
            poll
        })
        .await
    }
}

/// Another policy, around what it is around of.
pub(super) struct Inner<'l, 'c, L, W, C, S, O> {
    pub(super) layer: &'l L,
    pub(super) context: Context<'c, C, S, O>,
    pub(super) work: W,
}

impl<T, E, L, W, C, S, O> Attempt<T, E> for Inner<'_, '_, L, W, C, S, O>
where
    L: Layer,
    W: Attempt<T, E>,
    C: Clock,
    S: AsyncSleep,
    O: Observer<Event>,
{
    fn make(&self, deadline: Option<Deadline>) -> impl Future<Output = Outcome<T, E>> {
        self.layer.run_async(self.context.until(deadline), &self.work)
    }
}
