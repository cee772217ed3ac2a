//! A hedge as a part of a pipeline.

use super::context::{Attempt, Context, Outcome};
use super::layer::sealed::Layer;
use super::lint::Facts;
use super::{Event, Snapshot};
use crate::timeout::Deadline;
use crate::{AsyncSleep, Hedge, Observer, Verdict, hedge};
use enhanced_config_clock::{Clock, Instant, Sleep};

impl<P: Observer<hedge::Event>> Layer for Hedge<P> {
    /// A blocking call that is overtaken could not be dropped: there is no second.
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
        // What an inner policy refuses is no answer while the other call may yet have one.
        let judge = |outcome: &Outcome<T, E>| if outcome.made { outcome.verdict } else { Verdict::Failure };
        let attempt = || work.make(context.deadline);
        self.race(context.clock, &context.timer(), context.safety, judge, attempt).await
    }

    fn describe(&self, layers: &mut Vec<Facts>) {
        layers.push(Facts::Hedge);
    }

    fn look(&self, now: Instant, snapshots: &mut Vec<Snapshot>) {
        snapshots.push(Snapshot::Hedge(self.snapshot(now)));
    }
}
