//! The pipeline that is made from data.

use super::context::{Attempt, Context, Outcome};
use super::layer::sealed::Layer;
use super::lint::Facts;
use super::slot::{Present, Slot};
use super::{Event, Pipeline, PipelineOptions, Snapshot, Stack};
use crate::retry::Safety;
use crate::sync::Mutex;
use crate::timeout::{Deadline, Timeout};
use crate::{
    AsyncSleep, AttemptTimeout, Bulkhead, ByResult, CircuitBreaker, Observer, OptionErrors, RateLimiter,
    RetryBudget, RetryPolicy, TotalTimeout,
};
use enhanced_config_clock::{Clock, Instant, Sleep};
use std::sync::Arc;

/// A [`Pipeline`] in the order that serves most, made from data and changed at run time.
pub type StandardPipeline<J = ByResult, O = ()> = Pipeline<Standard, J, O>;

/// The policies of a [`StandardPipeline`], from the outside in:
///
/// | | why there |
/// |---|---|
/// | [`TotalTimeout`] | ends everything, waits for the next attempt and in the queue included |
/// | [`RetryPolicy`] | each attempt asks all that is inside, and none of it is held while it waits for the next |
/// | [`Bulkhead`] | waits before anything is spent or counted: neither rate nor breaker sees the queue |
/// | [`RateLimiter`] | asked when a call can begin, so that the rate holds where it is felt: behind the queue |
/// | [`CircuitBreaker`] | sees each attempt and nothing else; gives back what those outside took when it refuses |
/// | [`AttemptTimeout`] | what it ends the breaker counts as a failure |
///
/// The order of Microsoft's standard resilience handlers (`Microsoft.Extensions.Http.Resilience`): total timeout, retry
/// or hedge, rate limit, breaker, attempt timeout. Their plain handler has the limit outside of everything, where it
/// counts calls; it is here where their hedging handler has it, as what the other side bears are attempts.
///
/// Hedges and throttles are not among them: what a hedge calls twice, and whether an overloaded dependency is to be
/// asked less or not at all, a program decides. [`Pipeline::with`] adds them, inside of all these.
#[derive(Debug)]
pub struct Standard {
    /// Held while they change, so that two changes do not mix.
    options: Mutex<PipelineOptions>,
    budget: Arc<RetryBudget>,
    total_timeout: Slot<TotalTimeout>,
    retry: Slot<RetryPolicy>,
    bulkhead: Slot<Bulkhead>,
    limiter: Slot<RateLimiter>,
    breaker: Slot<CircuitBreaker>,
    attempt_timeout: Slot<AttemptTimeout>,
}

/// The policies of one call, in their order. By name: that its future goes to another thread is not seen through an opaque
/// type.
type Policies<'a> = Stack<
    Present<'a, TotalTimeout>,
    Stack<
        Present<'a, RetryPolicy>,
        Stack<
            Present<'a, Bulkhead>,
            Stack<Present<'a, RateLimiter>, Stack<Present<'a, CircuitBreaker>, Present<'a, AttemptTimeout>>>,
        >,
    >,
>;

impl StandardPipeline {
    /// The policies of `options` around calls that may be made twice or not.
    ///
    /// ```
    /// use enhanced_config_clock::SystemClock;
    /// use enhanced_config_fault_tolerance::pipeline::{PipelineOptions, StandardPipeline};
    /// use enhanced_config_fault_tolerance::retry::Safety;
    ///
    /// let pipeline = StandardPipeline::standard(Safety::Idempotent, &PipelineOptions::default())?;
    /// assert!(pipeline.lint().is_empty());
    /// assert_eq!(pipeline.call(&SystemClock, || Ok::<_, std::io::Error>("hello")).ok(), Some("hello"));
    /// # Ok::<(), enhanced_config_fault_tolerance::OptionErrors>(())
    /// ```
    ///
    /// # Errors
    /// All that is wrong with the options.
    pub fn standard(safety: Safety, options: &PipelineOptions) -> Result<Self, OptionErrors> {
        options.check()?;
        let standard = Standard::new(options);
        // Nothing has been counted by then: no moment makes a difference.
        standard.set(options, Instant::default());
        Ok(Pipeline { layers: standard, judge: ByResult, observer: (), safety })
    }
}

impl<J, O> StandardPipeline<J, O> {
    /// Goes by other options from `now` on. Every policy stays what it is and forgets nothing: the breaker its state and
    /// window, the limiter what was spent, the bulkhead who is in flight and who waits, the budget what it has paid.
    ///
    /// | | |
    /// |---|---|
    /// | a call under way | keeps the policies that it began with; what those say changes at once, but for its timeouts |
    /// | a policy that comes | is new, or knows what it knew when it went |
    /// | a policy that goes | is not asked by the next call |
    /// | breaker | see [`CircuitBreaker::set_options`]: a bound that is reached already opens it at the next result |
    /// | limiter | see [`RateLimiter::set_quota`]: no burst for free |
    /// | bulkhead | see [`Bulkhead::set_options`]: new places go to those who wait |
    ///
    /// # Errors
    /// All that is wrong with the options, and nothing has changed.
    pub fn reconfigure(&self, options: &PipelineOptions, now: Instant) -> Result<(), OptionErrors> {
        options.check()?;
        self.layers.set(options, now);
        Ok(())
    }
}

impl Standard {
    fn new(options: &PipelineOptions) -> Self {
        let budget = options.retry_budget;
        Self {
            options: Mutex::new(*options),
            budget: Arc::new(RetryBudget::new(budget.share, budget.per_second)),
            total_timeout: Slot::default(),
            retry: Slot::default(),
            bulkhead: Slot::default(),
            limiter: Slot::default(),
            breaker: Slot::default(),
            attempt_timeout: Slot::default(),
        }
    }

    /// What it goes by.
    pub fn options(&self) -> PipelineOptions {
        *self.options.lock()
    }

    /// The retry, if there is one now.
    pub fn retry(&self) -> Option<&RetryPolicy> {
        self.retry.get()
    }

    /// The bulkhead, if there is one now.
    pub fn bulkhead(&self) -> Option<&Bulkhead> {
        self.bulkhead.get()
    }

    /// The rate limit, if there is one now.
    pub fn limiter(&self) -> Option<&RateLimiter> {
        self.limiter.get()
    }

    /// The breaker, if there is one now: to look at it, or to force it by hand.
    pub fn breaker(&self) -> Option<&CircuitBreaker> {
        self.breaker.get()
    }

    /// Only options that have been checked. Outermost last: what lets more through does so when what is inside is ready.
    fn set(&self, options: &PipelineOptions, now: Instant) {
        let mut present = self.options.lock();
        self.attempt_timeout.set(
            options.attempt_timeout,
            |limit| Timeout::build(limit, ()),
            |timeout, limit| timeout.replace_limit(limit),
        );
        self.breaker.set(
            options.breaker,
            |options| CircuitBreaker::build(options, ()),
            |breaker, options| breaker.replace_options(options, now),
        );
        self.limiter
            .set(options.rate_limit, RateLimiter::new, |limiter, quota| limiter.set_quota(quota, now));
        self.bulkhead.set(
            options.bulkhead,
            |options| Bulkhead::build(options, ()),
            |bulkhead, options| bulkhead.replace_options(options),
        );
        self.budget.set_options(options.retry_budget);
        self.retry.set(
            options.retry,
            |options| RetryPolicy::new(options).with_budget(Arc::clone(&self.budget)),
            |retry, options| retry.set_options(options),
        );
        self.total_timeout.set(
            options.total_timeout,
            |limit| Timeout::build(limit, ()),
            |timeout, limit| timeout.replace_limit(limit),
        );
        *present = *options;
    }

    /// The policies that there are now, for one call from its beginning to its end.
    #[inline]
    fn stack(&self) -> Policies<'_> {
        let inner = Stack { outer: self.breaker.layer(), inner: self.attempt_timeout.layer() };
        let inner = Stack { outer: self.limiter.layer(), inner };
        let inner = Stack { outer: self.bulkhead.layer(), inner };
        let inner = Stack { outer: self.retry.layer(), inner };
        Stack { outer: self.total_timeout.layer(), inner }
    }
}

impl Layer for Standard {
    #[inline]
    fn run<T, E, C: Clock + Sleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, C, O>,
        work: &mut impl FnMut(Option<Deadline>) -> Outcome<T, E>,
    ) -> Outcome<T, E> {
        self.stack().run(context, work)
    }

    async fn run_async<T, E, C: Clock, S: AsyncSleep, O: Observer<Event>>(
        &self,
        context: Context<'_, C, S, O>,
        work: impl Attempt<T, E>,
    ) -> Outcome<T, E> {
        let stack = self.stack();
        stack.run_async(context, work).await
    }

    fn describe(&self, layers: &mut Vec<Facts>) {
        self.stack().describe(layers);
    }

    fn look(&self, now: Instant, snapshots: &mut Vec<Snapshot>) {
        self.stack().look(now, snapshots);
    }
}
