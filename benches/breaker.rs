//! What does a circuit breaker add to a call that does nothing?
//!
//! Each contestant counts the last 100 calls and opens at half of them, as far as it can be told to, and tells the time
//! by the machine's clock.

use std::{
    convert::Infallible,
    fmt,
    future::{Ready, ready},
    hint,
    task::{Context, Poll, Waker},
    time::Duration,
};

use circuitbreaker_rs::CircuitBreaker as Rs;
use enhanced_config_benches::harness::{OURS, Suite};
use enhanced_config_clock::SystemClock;
use enhanced_config_fault_tolerance::{
    BreakerOptions, CircuitBreaker, Policy, Ratio,
    breaker::{Force, Trip, Window},
};
use failsafe::{CircuitBreaker as _, Config, StateMachine, backoff, failure_policy};
use recloser::Recloser;
use tower::{Service, util::ServiceFn};
use tower_resilience_circuitbreaker::{
    CircuitBreaker as TowerBreaker, CircuitBreakerLayer, DefaultClassifier,
};

/// The error of calls that fail.
#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}

type Failsafe = StateMachine<failure_policy::SuccessRateOverTimeWindow<backoff::Constant>, ()>;

const LONG: Duration = Duration::from_secs(3600);

fn ours(window: Window) -> CircuitBreaker {
    let trip = match window {
        Window::Consecutive => Trip::at_consecutive(50),
        _ => Trip::at_ratio(Ratio::HALF, 100),
    };
    CircuitBreaker::new(BreakerOptions::default().with_window(window).with_trip(trip)).expect("valid options")
}

fn recloser() -> Recloser {
    Recloser::custom().error_rate(0.5).closed_len(100).open_wait(LONG).build()
}

/// Counts over a time: it offers no window of calls.
fn failsafe() -> Failsafe {
    let policy = failure_policy::success_rate_over_time_window(
        0.5,
        100,
        Duration::from_secs(10),
        backoff::constant(LONG),
    );
    Config::new().failure_policy(policy).build()
}

fn rs() -> Rs<circuitbreaker_rs::DefaultPolicy, Refused> {
    Rs::<circuitbreaker_rs::DefaultPolicy, Refused>::builder()
        .failure_threshold(0.5)
        .min_throughput(100)
        .cooldown(LONG)
        .build()
}

type Tower = TowerBreaker<ServiceFn<fn(bool) -> Ready<Result<u64, Refused>>>, DefaultClassifier>;

/// A service, of which each thread has a clone. Its calls say whether they are to fail.
fn tower() -> Tower {
    let answer: fn(bool) -> _ = |fails| ready(if fails { Err(Refused) } else { Ok(1) });
    let layer = CircuitBreakerLayer::builder()
        .failure_rate_threshold(0.5)
        .sliding_window_size(100)
        .minimum_number_of_calls(100)
        .wait_duration_in_open(LONG)
        .build()
        .expect("valid options");
    layer.layer_fn(tower::service_fn(answer))
}

/// Polls a call until it has ended: all that it waits for is the breaker's lock.
fn through_tower(service: &mut Tower, fails: bool) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    while service.poll_ready(&mut context).is_pending() {
        hint::spin_loop();
    }
    let mut call = service.call(fails);
    loop {
        if let Poll::Ready(answer) = call.as_mut().poll(&mut context) {
            return answer.is_ok();
        }
        hint::spin_loop();
    }
}

const SECONDS: Window = Window::Time { width: Duration::from_secs(1), buckets: 10 };

fn main() {
    let mut suite = Suite::from_args();
    suite.table("A call that succeeds, through a breaker that is closed");
    for threads in [1, 2] {
        success(&mut suite, threads);
    }
    suite.table("The same while one call in fifty fails");
    for threads in [1, 2] {
        now_and_then(&mut suite, threads);
    }
    suite.table("A call that is not let through");
    for threads in [1, 2] {
        rejection(&mut suite, threads);
    }
}

fn work() -> Result<u64, Infallible> {
    Ok(1)
}

fn success(suite: &mut Suite, threads: usize) {
    let ([calls, row, seconds], recloser, failsafe, rs, tower) = contestants();
    suite
        .ask(format!("breaker/success/{threads}"))
        .threads(OURS, threads, |_| calls.call(&SystemClock, work).is_ok())
        .threads("consecutive", threads, |_| row.call(&SystemClock, work).is_ok())
        .threads("seconds", threads, |_| seconds.call(&SystemClock, work).is_ok())
        .threads("recloser", threads, |_| recloser.call(work).is_ok())
        .threads("failsafe", threads, |_| failsafe.call(work).is_ok())
        .threads("circuitbreaker-rs", threads, |_| rs.call(|| Ok(1)).is_ok())
        .threads_with("tower-resilience", threads, |_| tower.clone(), |tower| through_tower(tower, false))
        // 10 and 20 ns beside 14.5 and 370.
        .at_most(if threads == 1 { 0.69 } else { 0.054 }, "recloser")
        .within(if threads == 1 { 10.0 } else { 20.0 })
        .run();
}

type All = ([CircuitBreaker; 3], Recloser, Failsafe, Rs<circuitbreaker_rs::DefaultPolicy, Refused>, Tower);

fn contestants() -> All {
    ([Window::Calls(100), Window::Consecutive, SECONDS].map(ours), recloser(), failsafe(), rs(), tower())
}

fn now_and_then(suite: &mut Suite, threads: usize) {
    let ([calls, row, seconds], recloser, failsafe, rs, tower) = contestants();
    let next = |count: &mut u64| {
        *count += 1;
        if count.is_multiple_of(50) { Err(Refused) } else { Ok(1) }
    };
    suite
        .ask(format!("breaker/one in fifty fails/{threads}"))
        .threads_with(OURS, threads, |_| 0, |count| calls.call(&SystemClock, || next(count)).is_ok())
        .threads_with("consecutive", threads, |_| 0, |count| row.call(&SystemClock, || next(count)).is_ok())
        .threads_with("seconds", threads, |_| 0, |count| seconds.call(&SystemClock, || next(count)).is_ok())
        .threads_with("recloser", threads, |_| 0, |count| recloser.call(|| next(count)).is_ok())
        .threads_with("failsafe", threads, |_| 0, |count| failsafe.call(|| next(count)).is_ok())
        .threads_with("circuitbreaker-rs", threads, |_| 0, |count| rs.call(|| next(count)).is_ok())
        .threads_with(
            "tower-resilience",
            threads,
            |_| (tower.clone(), 0),
            |(tower, count)| through_tower(tower, next(count).is_err()),
        )
        .run();
}

fn rejection(suite: &mut Suite, threads: usize) {
    let ([calls, ..], recloser, failsafe, rs, mut tower) = contestants();
    calls.force(Force::OpenFor(LONG), Default::default());
    rs.force_open();
    for _ in 0..200 {
        let _ = recloser.call(|| Err::<(), _>(()));
        let _ = failsafe.call(|| Err::<(), _>(()));
        through_tower(&mut tower, true);
    }
    let question = suite
        .ask(format!("breaker/rejection/{threads}"))
        .threads(OURS, threads, |_| calls.call(&SystemClock, work).is_err())
        .threads("recloser", threads, |_| recloser.call(work).is_err())
        .threads("failsafe", threads, |_| failsafe.call(work).is_err())
        .threads("circuitbreaker-rs", threads, |_| rs.call(|| Ok(1)).is_err());
    // Where another thread has its lock it waits by tokio's timer, which needs tokio's runtime.
    let rejected = |tower: &mut Tower| !through_tower(tower, false);
    let alone = threads == 1;
    if alone { question.threads_with("tower-resilience", 1, |_| tower.clone(), rejected) } else { question }
        .run();
}
