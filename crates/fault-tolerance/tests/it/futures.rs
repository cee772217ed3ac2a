//! What calls are made of on an executor of several threads.

use enhanced_config_clock::{Clock, SystemClock};
use enhanced_config_fault_tolerance::pipeline::{PipelineOptions, StandardPipeline};
use enhanced_config_fault_tolerance::retry::Safety;
use enhanced_config_fault_tolerance::{
    AdaptiveThrottle, AttemptTimeout, Bulkhead, ByResult, CircuitBreaker, GracefulDegradation, Hedge,
    HedgeDelay, Pipeline, Policy, Quota, RateLimiter, RetryPolicy, TotalTimeout,
};
use std::future::{Future, pending, ready};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// What executors of several threads ask for.
fn spawn<F: Future + Send + 'static>(_: F) {}

/// A timer as those of runtimes are: a function that makes a future.
fn sleep(_: Duration) -> impl Future<Output = ()> + Send {
    ready(())
}

/// The time by a clock of which only that much is known.
fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// Waits while it holds so many bytes.
async fn fetch<const BYTES: usize>(name: &str) -> Result<String, std::io::Error> {
    let held = [0u8; BYTES];
    pending::<()>().await;
    black_box(held);
    Ok(name.to_owned())
}

/// All policies around one another, but for the hedge.
macro_rules! everything {
    () => {
        Pipeline::new(Safety::Idempotent)
            .with(TotalTimeout::new(SECOND).unwrap())
            .with(RetryPolicy::default())
            .with(AdaptiveThrottle::default())
            .with(Arc::new(Bulkhead::default()))
            .with(RateLimiter::new(Quota::every(SECOND)))
            .with(Some(CircuitBreaker::default()))
            .with(AttemptTimeout::new(SECOND).unwrap())
    };
}

#[test]
fn a_pipeline_goes_to_any_executor() {
    let pipeline = everything!().with(Hedge::new(HedgeDelay::default()).unwrap());
    spawn(async move {
        let (clock, name) = (clock(), String::from("app"));
        pipeline.call_async(&clock, &sleep, || fetch::<1>(&name)).await
    });
    let options = PipelineOptions::default();
    let standard = Arc::new(StandardPipeline::standard(Safety::Idempotent, &options).unwrap());
    let with_hedge = StandardPipeline::standard(Safety::Idempotent, &options).unwrap();
    let with_hedge = with_hedge.with(Hedge::new(HedgeDelay::default()).unwrap());
    spawn(async move { standard.call_async(&SystemClock, &sleep, || fetch::<1>("app")).await });
    spawn(async move { with_hedge.call_async(&SystemClock, &sleep, || fetch::<1>("app")).await });
}

#[test]
fn every_policy_goes_to_any_executor() {
    let (retry, bulkhead) = (RetryPolicy::default(), Bulkhead::default());
    spawn(
        async move { retry.call_async(&SystemClock, &sleep, Safety::Idempotent, || fetch::<1>("app")).await },
    );
    spawn(async move { bulkhead.call_queued_async(&SystemClock, &sleep, || fetch::<1>("app")).await });
    let timeout = TotalTimeout::new(SECOND).unwrap();
    spawn(async move { timeout.call_async(&SystemClock, &sleep, |_| fetch::<1>("app")).await });
    let hedge = Hedge::new(HedgeDelay::default()).unwrap();
    spawn(
        async move { hedge.call_async(&SystemClock, &sleep, Safety::Idempotent, || fetch::<1>("app")).await },
    );
    let (breaker, limiter) = (CircuitBreaker::default(), RateLimiter::new(Quota::every(SECOND)));
    spawn(async move { breaker.call_async(&clock(), || fetch::<1>("app")).await });
    spawn(async move {
        let name = String::from("app");
        limiter.call_judged_async(&clock(), &ByResult, || fetch::<1>(&name)).await
    });
    let chain = GracefulDegradation::new("primary").or_endpoint("replica").or_value(String::new());
    spawn(async move { chain.call_async(&SystemClock, |name| fetch::<1>(name)).await.is_ok() });
}

/// How many times over a future takes the room of the call that it makes, of which there are two of different size.
fn copies(small: &impl Future, large: &impl Future) -> usize {
    (size_of_val(large) - size_of_val(small)) >> 10
}

/// Each policy once stored what it was around of twice, so that eight of them overflowed the stack of a thread.
#[test]
fn a_future_does_not_double_with_each_policy() {
    const KIB: usize = 1 << 10;
    let pipeline = everything!();
    let small = pipeline.call_async(&SystemClock, &sleep, || fetch::<KIB>("app"));
    let large = pipeline.call_async(&SystemClock, &sleep, || fetch::<{ 2 * KIB }>("app"));
    assert_eq!(copies(&small, &large), 1);
    let standard = StandardPipeline::standard(Safety::Idempotent, &PipelineOptions::default()).unwrap();
    let small = standard.call_async(&SystemClock, &sleep, || fetch::<KIB>("app"));
    let large = standard.call_async(&SystemClock, &sleep, || fetch::<{ 2 * KIB }>("app"));
    assert_eq!(copies(&small, &large), 1);
    let hedged = Pipeline::new(Safety::Idempotent).with(Hedge::new(HedgeDelay::default()).unwrap());
    let small = hedged.call_async(&SystemClock, &sleep, || fetch::<KIB>("app"));
    let large = hedged.call_async(&SystemClock, &sleep, || fetch::<{ 2 * KIB }>("app"));
    assert_eq!(copies(&small, &large), 2);
}
