//! What do a rate limit, a retry and five policies together add to a call that does nothing?
//!
//! Most of it is asking what time it is. Here everybody asks the machine's clock; `quanta` reads the processor's counter,
//! which a program of ours could pass as its `Clock` too.

use std::{convert::Infallible, num::NonZeroU32, time::Duration};

use backon::{BlockingRetryable, ExponentialBuilder};
use enhanced_config_benches::harness::{OURS, Suite};
use enhanced_config_clock::{Clock, SystemClock};
use enhanced_config_fault_tolerance::{
    Bulkhead, BulkheadOptions, CircuitBreaker, Pipeline, Quota, RateLimiter, Ratio, RetryBudget, RetryPolicy,
    TotalTimeout,
    limiter::{KeyedLimiter, SlidingWindow},
    pipeline::{PipelineOptions, StandardPipeline},
    retry::Safety,
};
use governor::clock::MonotonicClock;

/// As many a second as no machine asks for.
const PLENTY: NonZeroU32 = NonZeroU32::new(1_000_000_000).unwrap();
const ONE: NonZeroU32 = NonZeroU32::MIN;
const HOUR: Duration = Duration::from_secs(3600);

fn main() {
    let mut suite = Suite::from_args();
    suite.table("One call asks a rate limit, by the machine's clock");
    for threads in [1, 2] {
        passed(&mut suite, threads);
        limited(&mut suite, threads);
        keyed(&mut suite, threads);
    }
    suite.table("One call that succeeds at once, through a retry");
    retry(&mut suite);
    suite.table("One call that succeeds at once, through five policies and by itself");
    five(&mut suite);
}

fn passed(suite: &mut Suite, threads: usize) {
    let ours = RateLimiter::new(Quota::per_second(PLENTY));
    let quanta = governor::RateLimiter::direct(governor::Quota::per_second(PLENTY));
    let governor =
        governor::RateLimiter::direct_with_clock(governor::Quota::per_second(PLENTY), MonotonicClock);
    suite
        .ask(format!("limiter/passed/{threads}"))
        .threads(OURS, threads, |_| ours.check(SystemClock.now()).is_ok())
        .threads("governor", threads, |_| governor.check().is_ok())
        .threads("governor, quanta", threads, |_| quanta.check().is_ok())
        .run();
}

fn limited(suite: &mut Suite, threads: usize) {
    let ours = RateLimiter::new(Quota::every(HOUR));
    let sliding = SlidingWindow::new(1, HOUR).expect("a valid limit");
    let quanta = governor::RateLimiter::direct(governor::Quota::per_hour(ONE));
    let governor = governor::RateLimiter::direct_with_clock(governor::Quota::per_hour(ONE), MonotonicClock);
    let _ = quanta.check();
    let _ = (ours.check(SystemClock.now()), sliding.check(SystemClock.now()), governor.check());
    suite
        .ask(format!("limiter/limited/{threads}"))
        .threads(OURS, threads, |_| ours.check(SystemClock.now()).is_err())
        .threads("sliding window", threads, |_| sliding.check(SystemClock.now()).is_err())
        .threads("governor", threads, |_| governor.check().is_err())
        .threads("governor, quanta", threads, |_| quanta.check().is_err())
        .run();
}

fn keyed(suite: &mut Suite, threads: usize) {
    let ours = KeyedLimiter::<u64>::new(Quota::per_second(PLENTY), 10_000);
    let quota = governor::Quota::per_second(PLENTY);
    let governor = governor::RateLimiter::hashmap_with_clock(quota, MonotonicClock);
    let next = |key: &mut u64| {
        *key = (*key + 1) % 1000;
        *key
    };
    suite
        .ask(format!("limiter/keyed/{threads}"))
        .threads_with(OURS, threads, |at| at as u64, |key| ours.check(&next(key), SystemClock.now()).is_ok())
        .threads_with("governor", threads, |at| at as u64, |key| governor.check_key(&next(key)).is_ok())
        .run();
}

fn retry(suite: &mut Suite) {
    let policy = RetryPolicy::default();
    suite
        .ask("retry/success/1")
        .ours(|| policy.call(&SystemClock, Safety::Idempotent, || Ok::<_, Infallible>(1)).is_ok())
        .peer("backon", || (|| Ok::<_, Infallible>(1)).retry(ExponentialBuilder::default()).call().is_ok())
        .run();
}

/// Total timeout, retry within a budget, bulkhead, rate limit and breaker: by type, and made from data.
fn five(suite: &mut Suite) {
    let hour = TotalTimeout::new(HOUR).expect("a valid limit");
    let budget = RetryBudget::new(Ratio::percent(20), 10);
    let by_type = Pipeline::new(Safety::Idempotent)
        .with(hour)
        .with(RetryPolicy::default().with_budget(budget.into()))
        .with(Bulkhead::default())
        .with(RateLimiter::new(Quota::per_second(PLENTY)))
        .with(CircuitBreaker::default());
    let options = PipelineOptions {
        bulkhead: Some(BulkheadOptions::default()),
        rate_limit: Some(Quota::per_second(PLENTY)),
        attempt_timeout: None,
        ..PipelineOptions::default()
    };
    let standard = StandardPipeline::standard(Safety::Idempotent, &options).expect("valid options");
    let work = || Ok::<_, Infallible>(std::hint::black_box(1));
    suite
        .ask("five/success/1")
        .ours(|| by_type.call(&SystemClock, work).is_ok())
        .peer("from data", || standard.call(&SystemClock, work).is_ok())
        .peer("the clock alone, once", || SystemClock.now())
        .within(150.0)
        .run();
}
