//! How policies of other libraries are said in options of this crate, and the figures that come of it. Each is worked out
//! by hand from the rules of its source.

use enhanced_config_clock::{Instant, ManualClock};
use enhanced_config_fault_tolerance::breaker::{Closing, HalfOpen, State, Trip, Window};
use enhanced_config_fault_tolerance::limiter::SlidingWindow;
use enhanced_config_fault_tolerance::retry::Safety;
use enhanced_config_fault_tolerance::{
    AdaptiveThrottle, Backoff, BreakerOptions, CircuitBreaker, Jitter, Quota, RateLimiter, Ratio,
    RetryBudget, RetryOptions, RetryPolicy, Verdict,
};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const S: Verdict = Verdict::Success;
const F: Verdict = Verdict::Failure;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn at(millis: u64) -> Instant {
    Instant::default() + ms(millis)
}

fn breaker(options: BreakerOptions) -> CircuitBreaker {
    CircuitBreaker::new(options).unwrap()
}

fn fixed(seconds: u32) -> BreakerOptions {
    BreakerOptions::default().with_wait(Backoff::constant(SECOND * seconds))
}

/// Makes calls that take no time; the state after them.
fn calls(breaker: &CircuitBreaker, verdicts: impl IntoIterator<Item = Verdict>, now: Instant) -> State {
    for verdict in verdicts {
        let Ok(permit) = breaker.admit(now) else { break };
        breaker.record(permit, verdict, now);
    }
    breaker.state(now)
}

fn repeat(verdict: Verdict, times: usize) -> impl Iterator<Item = Verdict> {
    std::iter::repeat_n(verdict, times)
}

#[test]
fn resilience4j_opens_at_exactly_its_threshold_of_the_last_calls() {
    let options = fixed(60).with_window(Window::Calls(10)).with_trip(Trip::at_ratio(Ratio::HALF, 10));
    let breaker = breaker(options);
    assert_eq!(calls(&breaker, [F, F, F, F, S, S, S, S, S, S], at(0)), State::Closed);
    // A failure for a failure: four of the last ten.
    assert_eq!(calls(&breaker, [F], at(0)), State::Closed);
    assert_eq!(breaker.snapshot(at(0)).failure_ratio, Some(Ratio::percent(40)));
    // Three pushed out, four come: five of ten.
    assert_eq!(calls(&breaker, [F, F, F], at(0)), State::Closed);
    assert_eq!(calls(&breaker, [F], at(0)), State::Open);
}

/// `minimumNumberOfCalls` above `slidingWindowSize` is that.
#[test]
fn resilience4j_asks_for_no_more_calls_than_its_window_holds() {
    let breaker = breaker(fixed(60).with_window(Window::Calls(4)).with_trip(Trip::at_ratio(Ratio::HALF, 10)));
    assert_eq!(calls(&breaker, [F, F, S], at(0)), State::Closed);
    assert_eq!(calls(&breaker, [S], at(0)), State::Open);
}

/// `slowCallDurationThreshold`: slower than that, and not as slow.
#[test]
fn resilience4j_counts_what_is_slower_than_its_threshold() {
    let trip = Trip { failure_ratio: None, minimum_calls: 4, ..Trip::default() };
    let trip = trip.with_slow(SECOND * 2, Ratio::percent(75));
    let breaker = breaker(fixed(60).with_window(Window::Calls(4)).with_trip(trip));
    let took = |millis| {
        let permit = breaker.admit(at(0)).unwrap();
        breaker.record(permit, S, at(millis));
        breaker.snapshot(at(millis)).tally.slow
    };
    assert_eq!([took(2000), took(2001), took(2001), took(2001)], [0, 1, 2, 3]);
    assert_eq!(breaker.state(at(2001)), State::Open);
}

/// `permittedNumberOfCallsInHalfOpenState` 4, judged by the same threshold.
#[test]
fn resilience4j_judges_its_probes_by_their_failure_rate() {
    let half_open = HalfOpen { closing: Closing::Ratios, ..HalfOpen::all_of(4) };
    let options = fixed(5).with_trip(Trip::at_ratio(Ratio::HALF, 4)).with_half_open(half_open);
    let after = |probes: [Verdict; 4]| {
        let breaker = breaker(options);
        assert_eq!(calls(&breaker, repeat(F, 4), at(0)), State::Open);
        assert_eq!(calls(&breaker, probes[..3].iter().copied(), at(5000)), State::HalfOpen);
        calls(&breaker, [probes[3]], at(5000))
    };
    assert_eq!(after([F, S, S, S]), State::Closed);
    assert_eq!(after([F, F, S, S]), State::Open);
}

/// The defaults of Polly v8: 10 % of at least 100 in 30 s, in ten slices, for 5 s.
#[test]
fn polly_samples_a_time() {
    let window = Window::Time { width: SECOND * 3, buckets: 10 };
    let options = fixed(5).with_window(window).with_trip(Trip::at_ratio(Ratio::percent(10), 100));
    let few = breaker(options);
    assert_eq!(calls(&few, repeat(S, 91).chain(repeat(F, 8)), at(0)), State::Closed);
    assert_eq!(calls(&few, [F], at(0)), State::Closed, "nine of a hundred");
    assert_eq!(calls(&few, [F], at(29_999)), State::Closed, "9.9 %");
    assert_eq!(few.snapshot(at(30_000)).tally.calls, 1, "the first slice is over");
    let enough = breaker(options);
    assert_eq!(calls(&enough, repeat(S, 90).chain(repeat(F, 10)), at(0)), State::Open);
    assert_eq!(calls(&enough, [S, S, S], at(5000)), State::Closed);
}

/// `BreakDurationGenerator`: longer each time that the probe fails; Polly has one probe.
#[test]
fn polly_may_break_longer_each_time() {
    let options = BreakerOptions::default()
        .with_trip(Trip::at_ratio(Ratio::HALF, 2))
        .with_half_open(HalfOpen::all_of(1))
        .with_wait(Backoff::exponential(SECOND, 2.0).with_cap(SECOND * 3));
    let breaker = breaker(options);
    let mut now = 0;
    calls(&breaker, [F, F], at(now));
    for wait in [1000, 2000, 3000, 3000] {
        assert_eq!(breaker.state(at(now + wait - 1)), State::Open);
        now += wait;
        let probe = breaker.admit(at(now)).unwrap();
        assert!(breaker.admit(at(now)).is_err(), "one at a time");
        breaker.record(probe, F, at(now));
    }
}

/// `withFailureThreshold(3, 5)` and `withSuccessThreshold(2, 3)`.
#[test]
fn failsafe_opens_at_k_of_n_and_closes_at_k_of_n() {
    let options = fixed(1)
        .with_window(Window::Calls(5))
        .with_trip(Trip::at_failures(3))
        .with_half_open(HalfOpen::some_of(2, 3));
    let after = |probes: &[Verdict]| {
        let breaker = breaker(options);
        assert_eq!(calls(&breaker, [F, S, F, S, S, F, S], at(0)), State::Closed, "two of any five");
        assert_eq!(calls(&breaker, [F, F], at(0)), State::Open);
        calls(&breaker, probes.iter().copied(), at(1000))
    };
    assert_eq!(after(&[S, F, S]), State::Closed);
    assert_eq!(after(&[S, S]), State::Closed);
    assert_eq!(after(&[F]), State::HalfOpen);
    assert_eq!(after(&[F, F]), State::Open);
}

/// `withFailureThreshold(3, 5, executionThreshold = 4, 10 s)`, and Sentinel's exception count with `minRequestAmount`.
#[test]
fn an_execution_threshold_is_a_minimum_for_a_count() {
    let window = Window::Time { width: Duration::from_secs(1), buckets: 10 };
    let options = fixed(1).with_window(window).with_trip(Trip::at_failures(3).among(4));
    assert_eq!(calls(&breaker(options), [F, F, F], at(0)), State::Closed, "three of three calls");
    assert_eq!(calls(&breaker(options), [F, F, F, S], at(0)), State::Open, "three of four");
    assert_eq!(calls(&breaker(options), [F, F, S, S, S], at(0)), State::Closed);
    let full = fixed(1).with_window(Window::Calls(3)).with_trip(Trip::at_failures(3).among(4));
    assert_eq!(
        calls(&breaker(full), [F, F, F], at(0)),
        State::Open,
        "a window that is full says what it has"
    );
}

/// The default `ReadyToTrip` is more than five in a row; `MaxRequests` 1, `Timeout` 60 s.
#[test]
fn gobreaker_counts_failures_in_a_row() {
    let options = fixed(60)
        .with_window(Window::Consecutive)
        .with_trip(Trip::at_consecutive(6))
        .with_half_open(HalfOpen::all_of(1));
    let breaker = breaker(options);
    assert_eq!(calls(&breaker, repeat(F, 5).chain([S]).chain(repeat(F, 5)), at(0)), State::Closed);
    assert_eq!(calls(&breaker, [F], at(0)), State::Open);
    assert_eq!(breaker.state(at(59_999)), State::Open);
    assert_eq!(calls(&breaker, [S], at(60_000)), State::Closed);
}

/// 20 requests, 50 %, ten buckets of a second, a sleep window of 5 s.
#[test]
fn hystrix_needs_a_volume_of_requests() {
    let window = Window::Time { width: SECOND, buckets: 10 };
    let options = fixed(5)
        .with_window(window)
        .with_trip(Trip::at_ratio(Ratio::HALF, 20))
        .with_half_open(HalfOpen::all_of(1));
    let breaker = breaker(options);
    assert_eq!(calls(&breaker, repeat(F, 19), at(0)), State::Closed);
    assert_eq!(calls(&breaker, [F], at(9999)), State::Open);
    assert_eq!(calls(&breaker, [F], at(14_999)), State::Open);
    assert_eq!(breaker.state(at(19_998)), State::Open);
    assert_eq!(calls(&breaker, [S], at(19_999)), State::Closed);
}

fn waits(backoff: Backoff) -> Vec<u64> {
    backoff.delays(0).take(6).map(|wait| wait.as_millis() as u64).collect()
}

#[test]
fn the_plain_backoffs_of_polly_backon_and_failsafe() {
    assert_eq!(waits(Backoff::constant(ms(2000))), [2000; 6]);
    assert_eq!(waits(Backoff::linear(ms(2000), ms(2000))), [2000, 4000, 6000, 8000, 10_000, 12_000]);
    let exponential = |factor, cap| Backoff::exponential(SECOND, factor).with_cap(ms(cap));
    assert_eq!(waits(exponential(2.0, 10_000)), [1000, 2000, 4000, 8000, 10_000, 10_000]);
    assert_eq!(waits(exponential(1.5, 60_000)), [1000, 1500, 2250, 3375, 5062, 7593]);
    assert_eq!(waits(Backoff::fibonacci(SECOND).with_cap(ms(6000))), [1000, 1000, 2000, 3000, 5000, 6000]);
}

/// Brooker, 2015: `random_between(0, min(cap, base * 2 ** attempt))`, and half of that kept.
#[test]
fn the_jitters_of_the_aws_architecture_blog() {
    let drawn = |jitter: Jitter, random| {
        let plain = Backoff::exponential(ms(100), 2.0);
        let cap = ms(1000);
        let spread = plain.delays(0).take(6).map(|wait| jitter.apply(wait, cap, random).as_millis() as u64);
        spread.collect::<Vec<_>>()
    };
    assert_eq!(drawn(Jitter::Full, 0.5), [50, 100, 200, 400, 500, 500]);
    assert_eq!(drawn(Jitter::Full, 0.0), [0; 6]);
    assert_eq!(drawn(Jitter::Equal, 0.5), [75, 150, 300, 600, 750, 750]);
    assert_eq!(drawn(Jitter::Equal, 0.0), [50, 100, 200, 400, 500, 500]);
}

/// Brooker, 2015: `min(cap, random_between(base, sleep * 3))`.
#[test]
fn decorrelated_jitter_lies_between_the_base_and_three_times_the_last() {
    let (base, cap) = (ms(100), ms(5000));
    for seed in 0..100 {
        let mut last = base;
        for wait in Backoff::decorrelated(base).with_cap(cap).delays(seed).take(20) {
            assert!((base..=cap.min(last * 3)).contains(&wait), "{wait:?} after {last:?}");
            last = wait;
        }
    }
}

/// `ofExponentialRandomBackoff(500 ms, 1.5, 0.5)`; gRPC (A6) spreads by a fifth, Polly's linear backoff by a quarter.
#[test]
fn jitter_around_a_wait_reaches_to_both_sides() {
    let range = |wait, percent| {
        let jitter = Jitter::Proportional(Ratio::percent(percent));
        [0.0, 1.0].map(|random| jitter.apply(ms(wait), Duration::MAX, random).as_millis())
    };
    assert_eq!(range(500, 50), [250, 750]);
    assert_eq!(range(750, 50), [375, 1125]);
    assert_eq!(range(1000, 20), [800, 1200]);
    assert_eq!(range(2000, 25), [1500, 2500]);
}

/// `maxAttempts` of resilience4j counts the first call, `MaxRetryAttempts` of Polly and `max_times` of backon do not.
#[test]
fn attempts_are_all_calls() {
    let made = |attempts| {
        let (clock, mut made) = (ManualClock::new(), 0);
        let policy = RetryPolicy::new(RetryOptions::default().with_max_attempts(attempts));
        let error = policy.call(&clock, Safety::Idempotent, || {
            made += 1;
            Err::<(), _>("refused")
        });
        assert_eq!(error.unwrap_err().history.attempts(), made);
        made
    };
    assert_eq!([made(1), made(3), made(3 + 1)], [1, 3, 4]);
}

/// Finagle's default: a fifth of the requests of ten seconds, and ten a second.
#[test]
fn finagle_pays_for_a_fifth_and_ten_a_second() {
    let budget = RetryBudget::new(Ratio::percent(20), 10);
    (0..100).for_each(|_| budget.deposit(at(0)));
    assert_eq!((0..1000).filter(|_| budget.withdraw(at(0))).count(), 20 + 100);
    assert_eq!(budget.balance(at(10_000)), 100, "ten seconds later only the reserve is left");
}

fn limiter(interval: u64, burst: u32) -> RateLimiter {
    RateLimiter::new(Quota::every(ms(interval)).with_burst(burst.try_into().unwrap()))
}

/// How long whoever is refused has to wait, in milliseconds.
fn wait(limiter: &RateLimiter, count: u32, now: u64) -> Option<u128> {
    limiter.check_n(count, at(now)).unwrap_err().retry_after.map(|wait| wait.as_millis())
}

/// `Quota::with_period(200 ms).allow_burst(5)`.
#[test]
fn governor_lets_a_burst_through_and_then_one_each_period() {
    let limiter = limiter(200, 5);
    assert!((0..5).all(|_| limiter.check(at(0)).is_ok()));
    assert_eq!(wait(&limiter, 1, 0), Some(200));
    assert_eq!(wait(&limiter, 3, 50), Some(550));
    assert!(limiter.check(at(200)).is_ok() && limiter.check(at(399)).is_err());
    assert_eq!(wait(&limiter, 6, 10_000), None, "InsufficientCapacity");
}

/// `CL.THROTTLE user 15 30 60`: a burst of 15 beyond the first, 30 in 60 s.
#[test]
fn redis_cell_tells_what_is_left_and_when_all_is() {
    let limiter = limiter(2000, 15 + 1);
    limiter.check(at(0)).unwrap();
    let seen = limiter.snapshot(at(0));
    assert_eq!((seen.remaining, seen.full_after), (15, SECOND * 2));
    assert!((0..15).all(|_| limiter.check(at(0)).is_ok()));
    let seen = limiter.snapshot(at(0));
    assert_eq!((wait(&limiter, 1, 0), seen.remaining, seen.full_after), (Some(2000), 0, SECOND * 32));
}

/// `rate.NewLimiter(10, 10)` of golang.org/x/time: a token bucket.
#[test]
fn a_token_bucket_reserves_and_gives_back() {
    let limiter = limiter(100, 10);
    limiter.check_n(10, at(0)).unwrap();
    let reserved = limiter.reserve(5, at(0), SECOND).unwrap();
    assert_eq!(reserved.at, at(500));
    assert_eq!(wait(&limiter, 1, 0), Some(600));
    limiter.cancel(reserved, at(0));
    assert_eq!(wait(&limiter, 1, 0), Some(100));
    assert!(limiter.check_n(4, at(450)).is_ok() && limiter.check(at(499)).is_err());
    assert_eq!(limiter.snapshot(at(2000)).remaining, 10, "no more than the bucket holds");
}

/// Where a bucket lets two bursts through in one period, a log lets one.
#[test]
fn a_strict_window_holds_in_every_window() {
    let (bucket, log) = (limiter(100, 10), SlidingWindow::new(10, SECOND).unwrap());
    let count = |check: &dyn Fn(Instant) -> bool| {
        (0..1000).step_by(10).map(|millis| (0..10).filter(|_| check(at(millis))).count()).sum::<usize>()
    };
    assert_eq!(count(&|now| bucket.check(now).is_ok()), 10 + 9);
    assert_eq!(count(&|now| log.check(now).is_ok()), 10);
    assert!(log.check(at(999)).is_err() && log.check(at(1000)).is_ok());
}

/// Google's SRE book, "Handling Overload": `max(0, (requests - K * accepts) / (requests + 1))`.
#[test]
fn the_formula_of_the_sre_book() {
    let throttle = |accepts, factor| {
        let throttle = AdaptiveThrottle::new(SECOND * 120, factor, 0).unwrap();
        let permits: Vec<_> = (0..100).map(|_| throttle.admit(at(0)).unwrap()).collect();
        for (number, permit) in permits.into_iter().enumerate() {
            throttle.record(permit, if number < accepts { S } else { F }, at(0));
        }
        throttle.probability(at(0)).get()
    };
    assert_eq!(throttle(50, 2.0), 0.0);
    assert_eq!(throttle(40, 2.0), 20.0 / 101.0);
    assert_eq!(throttle(0, 1.1), 100.0 / 101.0);
    assert!((throttle(80, 1.1) - 12.0 / 101.0).abs() < 1e-9);
}
