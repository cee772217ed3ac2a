//! Policies around one call.
//!
//! Composed by type: no list, no box, no dynamic call. What is added first is outermost, as it is written.

mod context;
mod error;
mod event;
mod glance;
mod hedge;
mod layer;
mod layers;
mod lint;
mod options;
mod retry;
mod slot;
mod snapshot;
mod standard;
mod timeout;

use crate::retry::Safety;
use crate::timeout::Deadline;
use crate::{AsyncSleep, ByResult, Classify, Observer};
use context::{Context, Innermost, Outcome};
use enhanced_config_clock::{Clock, Instant, Sleep};
use glance::Glance;
use std::future::{Future, poll_fn};
use std::pin::pin;

pub use error::{Cause, PipelineError, Refusal, Retries};
pub use event::Event;
pub use layer::{Layer, Stack};
pub use lint::Warning;
pub use options::PipelineOptions;
pub use snapshot::Snapshot;
pub use standard::{Standard, StandardPipeline};

/// Policies around calls of one kind, with one judge of what their results mean.
///
/// ```
/// use enhanced_config_clock::SystemClock;
/// use enhanced_config_fault_tolerance::retry::Safety;
/// use enhanced_config_fault_tolerance::{CircuitBreaker, Pipeline, Ratio, RetryBudget, RetryPolicy};
/// use std::sync::Arc;
///
/// let budget = Arc::new(RetryBudget::new(Ratio::percent(20), 1));
/// let pipeline = Pipeline::new(Safety::Idempotent)
///     .with(RetryPolicy::default().with_budget(budget))
///     .with(CircuitBreaker::default());
/// assert!(pipeline.lint().is_empty());
/// assert_eq!(pipeline.call(&SystemClock, || Ok::<_, std::io::Error>("hello")).ok(), Some("hello"));
/// ```
///
/// What is added first is outermost: here every attempt asks the breaker, and what it refuses is attempted again if its
/// wait fits. A result is judged once, where the call is made, and all policies go by that verdict: a panic is a failure, a
/// refusal by an inner policy asks for a retry when it says when, and leaves the policies around it as if the call never
/// was. So does a future that is dropped, at whatever await.
///
/// Success allocates nothing, nor does a refusal. However many policies there are, the clock is looked at once before the
/// call and once after it, and again after each wait: what an observer takes between two policies, nobody notices.
/// [`lint`](Self::lint) says which compositions are known to do harm.
///
/// [`StandardPipeline`] is one that is made from data, in the order that serves most, and can be changed at run time.
///
/// A policy that several pipelines share is an [`Arc`](std::sync::Arc) of it; one that there may be or not, an `Option`.
#[derive(Debug)]
pub struct Pipeline<L = (), J = ByResult, O = ()> {
    layers: L,
    judge: J,
    observer: O,
    safety: Safety,
}

impl Pipeline {
    /// No policy yet, around calls that may be made twice or not.
    #[must_use]
    pub const fn new(safety: Safety) -> Self {
        Self { layers: (), judge: ByResult, observer: (), safety }
    }
}

impl<L, J, O> Pipeline<L, J, O> {
    /// With another policy inside of all that are there.
    #[must_use]
    pub fn with<N>(self, layer: N) -> Pipeline<Stack<L, N>, J, O> {
        let layers = Stack { outer: self.layers, inner: layer };
        Pipeline { layers, judge: self.judge, observer: self.observer, safety: self.safety }
    }

    /// Judges results so. Default: an `Err` is a failure.
    #[must_use]
    pub fn with_judge<K>(self, judge: K) -> Pipeline<L, K, O> {
        Pipeline { layers: self.layers, judge, observer: self.observer, safety: self.safety }
    }

    /// Tells `observer` what happens to calls, under no lock. Default: nobody is told, which costs nothing.
    #[must_use]
    pub fn with_observer<P: Observer<Event>>(self, observer: P) -> Pipeline<L, J, P> {
        Pipeline { layers: self.layers, judge: self.judge, observer, safety: self.safety }
    }

    /// The policies, as they were added: `outer` leads to those that were added before, `inner` is the last.
    pub const fn layers(&self) -> &L {
        &self.layers
    }
}

impl<L: Layer, J, O: Observer<Event>> Pipeline<L, J, O> {
    /// Makes a call through all policies. Waits on this thread.
    ///
    /// # Errors
    /// A policy's refusal, or the call's own error: of the last attempt that was made.
    #[inline]
    pub fn call<T, E, C: Clock + Sleep>(
        &self,
        clock: &C,
        mut work: impl FnMut() -> Result<T, E>,
    ) -> Result<T, PipelineError<E>>
    where
        J: Classify<T, E>,
    {
        self.call_until(clock, |_| work())
    }

    /// The same for a call that is told until when it may take: nobody else can end it.
    ///
    /// # Errors
    /// A policy's refusal, or the call's own error: of the last attempt that was made.
    #[inline]
    pub fn call_until<T, E, C: Clock + Sleep>(
        &self,
        clock: &C,
        mut work: impl FnMut(Option<Deadline>) -> Result<T, E>,
    ) -> Result<T, PipelineError<E>>
    where
        J: Classify<T, E>,
    {
        let glance = Glance::new(clock);
        let mut innermost = |deadline| {
            // Nobody looks at it before `work` has ended, or has panicked.
            glance.forget();
            Outcome::of(work(deadline), &self.judge)
        };
        self.end(self.layers.run(self.context(&glance, clock), &mut innermost))
    }

    /// Makes an asynchronous call through all policies. Waits by `sleep`, on any executor.
    ///
    /// Dropped before it has ended, it leaves every policy as if the call never was; only retries that were made have been
    /// paid for. Nothing is asked before it is polled.
    ///
    /// # Errors
    /// A policy's refusal, or the call's own error: of the last attempt that was made.
    pub async fn call_async<T, E, F: Future<Output = Result<T, E>>>(
        &self,
        clock: &impl Clock,
        sleep: &impl AsyncSleep,
        work: impl Fn() -> F,
    ) -> Result<T, PipelineError<E>>
    where
        J: Classify<T, E>,
    {
        let glance = &Glance::new(clock);
        let innermost = Innermost { work: &work, judge: &self.judge, clock: glance };
        let mut call = pin!(self.layers.run_async(self.context(glance, sleep), innermost));
        let outcome = poll_fn(|context| {
            let poll = call.as_mut().poll(context);
            // Until it is polled again, or dropped.
            glance.forget();
            poll
        });
        self.end(outcome.await)
    }

    /// What is known to do harm, from the outside in. Nothing is wrong with most compositions.
    #[must_use]
    pub fn lint(&self) -> Vec<Warning> {
        let mut layers = Vec::new();
        self.layers.describe(&mut layers);
        lint::lint(&layers, self.safety)
    }

    /// What there is to see of each policy at `now`, from the outside in.
    #[must_use]
    pub fn snapshot(&self, now: Instant) -> Vec<Snapshot> {
        let mut snapshots = Vec::new();
        self.layers.look(now, &mut snapshots);
        snapshots
    }

    #[inline]
    fn context<'a, C, S>(&'a self, clock: &'a Glance<'a, C>, sleep: &'a S) -> Context<'a, C, S, O> {
        Context { clock, sleep, observer: &self.observer, safety: self.safety, deadline: None }
    }

    #[inline]
    fn end<T, E>(&self, outcome: Outcome<T, E>) -> Result<T, PipelineError<E>> {
        self.observer.event(&Event::Ended { verdict: outcome.verdict, made: outcome.made });
        outcome.into_result()
    }
}
