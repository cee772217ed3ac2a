use super::Snapshot;
use super::context::{Attempt, Context, Outcome};
use super::layer::sealed::Layer;
use super::lint::Facts;
use crate::pipeline::Event;
use crate::timeout::Deadline;
use crate::{AsyncSleep, Observer};
use enhanced_config_clock::{Clock, Instant, Sleep};
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};

/// A policy that there is or not: made when it is first asked for, and kept from then on.
#[derive(Debug)]
pub(super) struct Slot<L> {
    policy: OnceLock<L>,
    is_on: AtomicBool,
}

impl<L> Default for Slot<L> {
    fn default() -> Self {
        Self { policy: OnceLock::new(), is_on: AtomicBool::new(false) }
    }
}

impl<L> Slot<L> {
    #[inline]
    pub(super) fn get(&self) -> Option<&L> {
        if self.is_on.load(Acquire) { self.policy.get() } else { None }
    }

    /// For one call, which has it to the end.
    #[inline]
    pub(super) fn layer(&self) -> Present<'_, L> {
        Present(self.get())
    }

    /// By one thread at a time.
    pub(super) fn set<T: Copy>(
        &self,
        options: Option<T>,
        make: impl FnOnce(T) -> L,
        change: impl FnOnce(&L, T),
    ) {
        if let Some(options) = options {
            match self.policy.get() {
                Some(policy) => change(policy, options),
                None => drop(self.policy.set(make(options))),
            }
        }
        self.is_on.store(options.is_some(), Release);
    }
}

/// The policy of a slot at a moment, if there was one.
#[derive(Debug)]
pub(super) struct Present<'a, L>(Option<&'a L>);

impl<L: Layer> Layer for Present<'_, L> {
    #[inline]
    fn run<T, E, C: Clock + Sleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, C, O>,
        work: &mut impl FnMut(Option<Deadline>) -> Outcome<T, E>,
    ) -> Outcome<T, E> {
        match self.0 {
            Some(layer) => layer.run(context, work),
            None => work(context.deadline),
        }
    }

    async fn run_async<T, E, C: Clock, S: AsyncSleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, S, O>,
        work: impl Attempt<T, E>,
    ) -> Outcome<T, E> {
        match self.0 {
            Some(layer) => layer.run_async(context, work).await,
            None => work.make(context.deadline).await,
        }
    }

    fn describe(&self, layers: &mut Vec<Facts>) {
        self.0.iter().for_each(|layer| layer.describe(layers));
    }

    fn look(&self, now: Instant, snapshots: &mut Vec<Snapshot>) {
        self.0.iter().for_each(|layer| layer.look(now, snapshots));
    }
}
