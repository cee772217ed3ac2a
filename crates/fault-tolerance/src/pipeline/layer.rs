use super::context::{Attempt, Context, Inner, Outcome};
use super::lint::Facts;
use super::{Event, Snapshot};
use crate::timeout::Deadline;
use crate::{AsyncSleep, Observer};
use enhanced_config_clock::{Clock, Instant, Sleep};
use std::future::Future;
use std::sync::Arc;

/// A policy that a pipeline can be made of. Those of this crate are, and no others: the pipeline knows what goes together.
pub trait Layer: sealed::Layer {}

impl<L: sealed::Layer> Layer for L {}

pub(super) mod sealed {
    use super::*;

    pub trait Layer {
        fn run<T, E, C: Clock + Sleep, O: Observer<Event>>(
            &self,
            context: Context<'_, C, C, O>,
            work: &mut impl FnMut(Option<Deadline>) -> Outcome<T, E>,
        ) -> Outcome<T, E>;

        fn run_async<T, E, C: Clock, S: AsyncSleep, O: Observer<Event>>(
            &self,
            context: Context<'_, C, S, O>,
            work: impl Attempt<T, E>,
        ) -> impl Future<Output = Outcome<T, E>>;

        /// Says what it is, from the outside in.
        fn describe(&self, layers: &mut Vec<Facts>);

        fn look(&self, now: Instant, snapshots: &mut Vec<Snapshot>);
    }
}

/// One policy around others, or around another.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stack<Outer, Inner> {
    /// Sees a call first, and its result last.
    pub outer: Outer,
    /// Sees a call last, and its result first.
    pub inner: Inner,
}

impl<A: sealed::Layer, B: sealed::Layer> sealed::Layer for Stack<A, B> {
    #[inline]
    fn run<T, E, C: Clock + Sleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, C, O>,
        work: &mut impl FnMut(Option<Deadline>) -> Outcome<T, E>,
    ) -> Outcome<T, E> {
        self.outer.run(context, &mut |deadline| self.inner.run(context.until(deadline), work))
    }

    fn run_async<T, E, C: Clock, S: AsyncSleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, S, O>,
        work: impl Attempt<T, E>,
    ) -> impl Future<Output = Outcome<T, E>> {
        self.outer.run_async(context, Inner { layer: &self.inner, context, work })
    }

    fn describe(&self, layers: &mut Vec<Facts>) {
        self.outer.describe(layers);
        self.inner.describe(layers);
    }

    fn look(&self, now: Instant, snapshots: &mut Vec<Snapshot>) {
        self.outer.look(now, snapshots);
        self.inner.look(now, snapshots);
    }
}

/// No policy.
impl sealed::Layer for () {
    #[inline]
    fn run<T, E, C: Clock + Sleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, C, O>,
        work: &mut impl FnMut(Option<Deadline>) -> Outcome<T, E>,
    ) -> Outcome<T, E> {
        work(context.deadline)
    }

    async fn run_async<T, E, C: Clock, S: AsyncSleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, S, O>,
        work: impl Attempt<T, E>,
    ) -> Outcome<T, E> {
        work.make(context.deadline).await
    }

    fn describe(&self, _: &mut Vec<Facts>) {}

    fn look(&self, _: Instant, _: &mut Vec<Snapshot>) {}
}

/// Perhaps a policy.
impl<L: sealed::Layer> sealed::Layer for Option<L> {
    #[inline]
    fn run<T, E, C: Clock + Sleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, C, O>,
        work: &mut impl FnMut(Option<Deadline>) -> Outcome<T, E>,
    ) -> Outcome<T, E> {
        match self {
            Some(layer) => layer.run(context, work),
            None => work(context.deadline),
        }
    }

    async fn run_async<T, E, C: Clock, S: AsyncSleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, S, O>,
        work: impl Attempt<T, E>,
    ) -> Outcome<T, E> {
        match self {
            Some(layer) => layer.run_async(context, work).await,
            None => work.make(context.deadline).await,
        }
    }

    fn describe(&self, layers: &mut Vec<Facts>) {
        self.iter().for_each(|layer| layer.describe(layers));
    }

    fn look(&self, now: Instant, snapshots: &mut Vec<Snapshot>) {
        self.iter().for_each(|layer| layer.look(now, snapshots));
    }
}

/// A policy that others use too.
impl<L: sealed::Layer> sealed::Layer for Arc<L> {
    #[inline]
    fn run<T, E, C: Clock + Sleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, C, O>,
        work: &mut impl FnMut(Option<Deadline>) -> Outcome<T, E>,
    ) -> Outcome<T, E> {
        L::run(self, context, work)
    }

    fn run_async<T, E, C: Clock, S: AsyncSleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, S, O>,
        work: impl Attempt<T, E>,
    ) -> impl Future<Output = Outcome<T, E>> {
        L::run_async(self, context, work)
    }

    fn describe(&self, layers: &mut Vec<Facts>) {
        L::describe(self, layers);
    }

    fn look(&self, now: Instant, snapshots: &mut Vec<Snapshot>) {
        L::look(self, now, snapshots);
    }
}
