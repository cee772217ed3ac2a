//! A dependency goes down and comes back, and a circuit breaker follows it through all states.

use enhanced_config_clock::{Clock, ManualClock};
use enhanced_config_fault_tolerance::breaker::{Event, HalfOpen, Trip, Window};
use enhanced_config_fault_tolerance::{Backoff, BreakerOptions, CallError, CircuitBreaker, Policy, Ratio};
use std::time::Duration;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A program passes `SystemClock`. This one decides itself what time it is, and is done in no time.
    let clock = ManualClock::new();
    let mut half_open = HalfOpen::some_of(2, 3);
    half_open.ramp = Some(Duration::from_secs(4));
    let options = BreakerOptions::default()
        .with_window(Window::Time { width: Duration::from_secs(1), buckets: 10 })
        .with_trip(Trip::at_ratio(Ratio::HALF, 4))
        .with_half_open(half_open)
        .with_wait(Backoff::exponential(Duration::from_secs(3), 2.0).with_cap(Duration::from_secs(60)));
    let timeline = |event: &Event| {
        if let Event::Changed(change) = event {
            let at = change.at.as_nanos() as f64 / 1e9;
            println!("{at:4.1} s  {:?} -> {:?}: {:?}", change.from, change.to, change.cause);
        }
    };
    let breaker = CircuitBreaker::with_observer(options, timeline)?;

    // Down between second 5 and second 15.
    let fetch = || match clock.now().as_nanos() / 1_000_000_000 {
        5..15 => Err("connection refused"),
        _ => Ok("log: {level: debug}"),
    };
    let (mut served, mut failed, mut spared) = (0, 0, 0);
    for _ in 0..80 {
        match breaker.call(&clock, fetch) {
            Ok(_) => served += 1,
            Err(CallError::Failed(_)) => failed += 1,
            Err(CallError::Rejected(_)) => spared += 1,
        }
        clock.advance(Duration::from_millis(500));
    }
    println!("served {served}, failed {failed}, not even tried {spared}");
    println!("{:#?}", breaker.snapshot(clock.now()));
    Ok(())
}
