//! A timeout as a part of a pipeline.

use super::context::{Attempt, Context, Outcome};
use super::layer::sealed::Layer;
use super::lint::Facts;
use super::{Event, Snapshot};
use crate::timeout::{self, Deadline, Scope, Timeout};
use crate::{AsyncSleep, Observer};
use enhanced_config_clock::{Clock, Instant, Sleep};
use std::convert::Infallible;

impl<L: Scope, P: Observer<timeout::Event>> Layer for Timeout<L, P> {
    #[inline]
    fn run<T, E, C: Clock + Sleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, C, O>,
        work: &mut impl FnMut(Option<Deadline>) -> Outcome<T, E>,
    ) -> Outcome<T, E> {
        let ended = self.call(context.clock, |deadline| Ok::<_, Infallible>(work(context.sooner(deadline))));
        match ended {
            Ok(outcome) => outcome,
            Err(never) => match never {},
        }
    }

    async fn run_async<T, E, C: Clock, S: AsyncSleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, S, O>,
        work: impl Attempt<T, E>,
    ) -> Outcome<T, E> {
        let work = |deadline| work.make(context.sooner(deadline));
        let ended = self.limit_async(context.clock, &context.timer(), work).await;
        ended.unwrap_or_else(|timed_out| context.time_out(timed_out))
    }

    fn describe(&self, layers: &mut Vec<Facts>) {
        layers.push(Facts::Timeout { of: L::LIMIT, limit: self.snapshot().limit });
    }

    fn look(&self, _: Instant, snapshots: &mut Vec<Snapshot>) {
        snapshots.push(Snapshot::Timeout(self.snapshot()));
    }
}
