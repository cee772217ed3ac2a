//! A flaky dependency behind a retry, a circuit breaker and timeouts: what each of them does, told by the pipeline.

use enhanced_config_clock::{Clock, ManualClock};
use enhanced_config_fault_tolerance::breaker::{HalfOpen, Trip};
use enhanced_config_fault_tolerance::pipeline::Event;
use enhanced_config_fault_tolerance::retry::Safety;
use enhanced_config_fault_tolerance::{
    AttemptTimeout, Backoff, BreakerOptions, CircuitBreaker, Pipeline, Ratio, RetryBudget, RetryOptions,
    RetryPolicy, TotalTimeout, Verdict,
};
use std::io::{Error, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A program passes `SystemClock`. This one decides itself what time it is, and is done in no time.
    let clock = ManualClock::new();
    let second = Duration::from_secs(1);
    let retry = RetryPolicy::new(RetryOptions::default().with_backoff(Backoff::exponential(second / 4, 2.0)))
        .with_budget(Arc::new(RetryBudget::new(Ratio::percent(20), 1)));
    let breaker = CircuitBreaker::new(
        BreakerOptions::default()
            .with_trip(Trip::at_consecutive(5))
            .with_half_open(HalfOpen::all_of(1))
            .with_wait(Backoff::constant(second * 3)),
    )?;
    // What is asked is judged once, for all of them.
    let judge = |result: &Result<&str, Error>| match result {
        Ok(_) => Verdict::Success,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Verdict::Ignore,
        Err(_) => Verdict::Failure,
    };
    let timeline = |event: &Event| println!("{:5.2} s  {event:?}", clock.now().as_nanos() as f64 / 1e9);
    // What is added first is outermost.
    let pipeline = Pipeline::new(Safety::Idempotent)
        .with(TotalTimeout::new(second * 8)?)
        .with(retry)
        .with(breaker)
        .with(AttemptTimeout::new(second * 2)?)
        .with_judge(judge)
        .with_observer(timeline);
    for warning in pipeline.lint() {
        println!("warning: {warning}");
    }

    // Down from second 1 to second 6.
    let fetch = || match clock.now().as_nanos() / 1_000_000_000 {
        1..6 => Err(Error::from(ErrorKind::ConnectionRefused)),
        _ => Ok("log: {level: debug}"),
    };
    for _ in 0..6 {
        match pipeline.call(&clock, fetch) {
            Ok(text) => println!("served: {text}"),
            Err(error) => println!("failed: {error}"),
        }
        clock.advance(second);
    }
    println!("{:#?}", pipeline.snapshot(clock.now()));
    Ok(())
}
