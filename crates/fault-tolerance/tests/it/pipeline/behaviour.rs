use enhanced_config_clock::{Clock, Instant, ManualClock, Sleep, SystemClock};
use enhanced_config_fault_tolerance::breaker::{HalfOpen, State, Trip};
use enhanced_config_fault_tolerance::bulkhead::Rejected;
use enhanced_config_fault_tolerance::pipeline::{Cause, Event, PipelineError, Refusal, Snapshot, Warning};
use enhanced_config_fault_tolerance::retry::{GiveUp, Safety};
use enhanced_config_fault_tolerance::{
    AdaptiveThrottle, AttemptTimeout, Backoff, BreakerOptions, Bulkhead, BulkheadOptions, CircuitBreaker,
    Pipeline, Policy, Quota, RateLimiter, Ratio, RetryBudget, RetryOptions, RetryPolicy, TotalTimeout,
    Verdict,
};
use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Opens at so many failures in a row, for ten seconds.
fn breaker(failures: u32) -> CircuitBreaker {
    let options = BreakerOptions::default()
        .with_trip(Trip::at_consecutive(failures))
        .with_half_open(HalfOpen::all_of(1))
        .with_wait(Backoff::constant(SECOND * 10));
    CircuitBreaker::new(options).unwrap()
}

fn retry(attempts: u32) -> RetryPolicy {
    let waits = Backoff::constant(SECOND);
    RetryPolicy::new(RetryOptions::default().with_max_attempts(attempts).with_backoff(waits).with_seed(1))
}

fn budget() -> Arc<RetryBudget> {
    Arc::new(RetryBudget::new(Ratio::HALF, 1))
}

/// Waits by advancing the clock.
fn sleep(clock: &ManualClock) -> impl Fn(Duration) -> std::future::Ready<()> {
    |wait| {
        clock.advance(wait);
        ready(())
    }
}

#[test]
fn what_is_added_first_is_outermost() {
    let clock = ManualClock::new();
    let inner = Pipeline::new(Safety::Idempotent).with(retry(3)).with(breaker(2));
    let mut attempts = 0;
    let error = inner.call(&clock, || {
        attempts += 1;
        Err::<(), _>("refused")
    });
    assert_eq!(attempts, 2, "the breaker has seen each attempt, and the third would have had to wait for it");
    let error = error.unwrap_err();
    assert_eq!(error.cause, Cause::Failed("refused"));
    let outer = Pipeline::new(Safety::Idempotent).with(breaker(2)).with(retry(3));
    attempts = 0;
    let _ = outer.call(&clock, || {
        attempts += 1;
        Err::<(), _>("refused")
    });
    assert_eq!(attempts, 3, "the breaker has seen one call");
    let [Snapshot::Breaker(breaker), Snapshot::Retry(retry)] = outer.snapshot(clock.now())[..] else {
        panic!("from the outside in")
    };
    assert_eq!((breaker.state, breaker.consecutive_failures), (State::Closed, 1));
    assert_eq!((retry.retries, retry.recovered, retry.gave_up), (2, 0, 1));
}

#[test]
fn what_a_breaker_refuses_is_attempted_again_when_it_says() {
    let clock = ManualClock::new();
    let pipeline = Pipeline::new(Safety::Idempotent).with(retry(3)).with(breaker(1));
    let mut answers = [Err("refused"), Ok("hello")].into_iter();
    // At 0 s it fails and opens, at 1 s it is refused for nine more, and after these it is let through.
    assert_eq!(pipeline.call(&clock, || answers.next().unwrap()).unwrap(), "hello");
    assert!((SECOND * 10..=SECOND * 11).contains(&(clock.now() - Instant::default())));
}

#[test]
fn the_last_error_is_that_of_the_last_attempt_that_was_made() {
    let clock = ManualClock::new();
    let options = RetryOptions::default().with_max_attempts(2).with_max_elapsed(SECOND * 5);
    let retry = RetryPolicy::new(options.with_backoff(Backoff::constant(SECOND)));
    let pipeline = Pipeline::new(Safety::Idempotent).with(retry).with(breaker(1));
    let error = pipeline.call(&clock, || Err::<(), _>(std::io::Error::other("no route"))).unwrap_err();
    assert_eq!(error.to_string(), "no route (out of attempts, once attempted, once refused)");
    let retries = error.retries.unwrap();
    assert_eq!((retries.reason, retries.refused), (GiveUp::Attempts, 1));
    assert_eq!(retries.history.last()[1].verdict, Verdict::RetryAfter(SECOND * 9));
    let error = pipeline.call(&clock, || Err::<(), _>(std::io::Error::other("no route"))).unwrap_err();
    let refused =
        matches!(error.cause, Cause::Refused(Refusal::Breaker(rejected)) if rejected.state == State::Open);
    assert!(refused, "{error}");
    assert!(error.to_string().ends_with("(out of time, once refused)"), "{error}");
}

#[test]
fn what_is_refused_before_it_begins_earns_no_retries() {
    let (clock, budget) = (ManualClock::new(), Arc::new(RetryBudget::new(Ratio::ONE, 1)));
    let limiter = Arc::new(RateLimiter::new(Quota::every(SECOND)));
    let once =
        Pipeline::new(Safety::Idempotent).with(retry(1).with_budget(budget.clone())).with(limiter.clone());
    limiter.check(clock.now()).unwrap();
    for _ in 0..100 {
        assert!(once.call(&clock, || Ok::<_, ()>(())).is_err());
    }
    assert_eq!(budget.balance(clock.now()), 10);
    // A call that is made after all counts, and pays for its retry.
    let twice = Pipeline::new(Safety::Idempotent).with(retry(2).with_budget(budget.clone())).with(limiter);
    twice.call(&clock, || Ok::<_, ()>(())).unwrap();
    assert_eq!(budget.balance(clock.now()), 10 + 1 - 1);
}

#[test]
fn a_wait_that_takes_too_long_ends_with_the_error_before_it() {
    let clock = ManualClock::new();
    let options = RetryOptions::default().with_backoff(Backoff::constant(SECOND)).with_max_elapsed(SECOND);
    let pipeline = Pipeline::new(Safety::Idempotent).with(RetryPolicy::new(options)).with(breaker(5));
    let late = |wait| {
        clock.advance(wait + SECOND);
        ready(())
    };
    let made = Cell::new(0);
    let mut call = pin!(pipeline.call_async(&clock, &late, || {
        made.set(made.get() + 1);
        ready(Err::<(), _>("refused"))
    }));
    let Poll::Ready(Err(error)) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("waits")
    };
    assert_eq!((made.get(), error.cause), (1, Cause::Failed("refused")));
    assert_eq!(error.retries.unwrap().reason, GiveUp::Elapsed);
}

#[test]
fn what_an_inner_policy_refuses_never_was_to_the_outer_ones() {
    let clock = ManualClock::new();
    let limiter = Arc::new(RateLimiter::new(Quota::per_second(2.try_into().unwrap())));
    let throttle = Arc::new(AdaptiveThrottle::default());
    let inner = breaker(1);
    inner.force(enhanced_config_fault_tolerance::breaker::Force::ForcedOpen, clock.now());
    let pipeline = Pipeline::new(Safety::Idempotent).with(throttle.clone()).with(limiter.clone()).with(inner);
    for _ in 0..10 {
        assert!(pipeline.call(&clock, || Ok::<_, ()>(())).is_err());
    }
    assert_eq!(limiter.snapshot(clock.now()).remaining, 2);
    assert_eq!(throttle.probability(clock.now()), Ratio::ZERO);
}

#[test]
fn one_judge_serves_all_policies() {
    let clock = ManualClock::new();
    let asked = Cell::new(0);
    let judge = |result: &Result<u16, &str>| {
        asked.set(asked.get() + 1);
        match result {
            Ok(429) => Verdict::RetryAfter(SECOND * 3),
            Ok(500..) => Verdict::Failure,
            Ok(_) => Verdict::Success,
            Err(_) => Verdict::Ignore,
        }
    };
    let pipeline =
        Pipeline::new(Safety::Idempotent).with(retry(3)).with(breaker(5)).with(breaker(5)).with_judge(judge);
    let mut answers = [Ok(429), Ok(500), Ok(200)].into_iter();
    assert_eq!(pipeline.call(&clock, || answers.next().unwrap()).unwrap(), 200);
    assert_eq!(asked.get(), 3);
    assert!((SECOND * 4..=SECOND * 5).contains(&(clock.now() - Instant::default())));
    let error = pipeline.call(&clock, || Err("invalid")).unwrap_err();
    assert_eq!(error.retries.map(|retries| retries.reason), Some(GiveUp::Hopeless));
    assert_eq!(pipeline.call(&clock, || Ok(500)).unwrap(), 500, "judged a failure, and still the answer");
}

#[test]
fn a_panic_is_a_failure_of_all_and_goes_on() {
    let clock = ManualClock::new();
    let (one, other) = (Arc::new(breaker(1)), Arc::new(breaker(1)));
    let pipeline = Pipeline::new(Safety::Idempotent).with(one.clone()).with(retry(3)).with(other.clone());
    let call = || pipeline.call(&clock, || -> Result<(), ()> { panic!("on purpose") });
    assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
    assert_eq!([one.state(clock.now()), other.state(clock.now())], [State::Open; 2]);
    clock.advance(SECOND * 10);
    {
        let sleep = sleep(&clock);
        let work = || async { if true { panic!("on purpose") } else { Ok::<(), ()>(()) } };
        let mut call = pin!(pipeline.call_async(&clock, &sleep, work));
        let poll = || call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        assert!(catch_unwind(AssertUnwindSafe(poll)).is_err());
    }
    assert_eq!([one.state(clock.now()), other.state(clock.now())], [State::Open; 2]);
}

#[test]
fn sync_and_async_do_the_same() {
    let run = |asynchronous: bool| {
        let clock = ManualClock::new();
        let events = RefCell::new(Vec::new());
        let pipeline = Pipeline::new(Safety::Idempotent)
            .with(retry(4).with_budget(budget()))
            .with(breaker(2))
            .with_observer(|event: &Event| events.borrow_mut().push(*event));
        let count = Cell::new(0);
        let work = || {
            count.set(count.get() + 1);
            if count.get() % 4 == 0 { Ok(count.get()) } else { Err("refused") }
        };
        let mut results = Vec::new();
        for _ in 0..6 {
            results.push(if asynchronous {
                let sleep = sleep(&clock);
                let mut call = pin!(pipeline.call_async(&clock, &sleep, || ready(work())));
                let Poll::Ready(result) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
                    panic!("nothing waits")
                };
                result
            } else {
                pipeline.call(&clock, work)
            });
        }
        let snapshot = pipeline.snapshot(clock.now());
        drop(pipeline);
        (results, snapshot, events.into_inner(), clock.now())
    };
    let (sync, asynchronous) = (run(false), run(true));
    assert_eq!(sync, asynchronous);
    assert!(sync.0.iter().any(Result::is_ok) && sync.0.iter().any(Result::is_err));
}

#[test]
fn what_takes_too_long_is_dropped_and_a_failure() {
    let clock = ManualClock::new();
    let one = Arc::new(breaker(2));
    let pipeline = Pipeline::new(Safety::Idempotent)
        .with(TotalTimeout::new(SECOND * 10).unwrap())
        .with(retry(4))
        .with(one.clone())
        .with(AttemptTimeout::new(SECOND * 2).unwrap());
    // Nothing ever ends, and whatever waits has waited at once.
    let sleep = |wait: Duration| {
        if wait < SECOND * 10 {
            clock.advance(wait);
        }
        let over = wait < SECOND * 10;
        async move {
            if !over {
                pending::<()>().await;
            }
        }
    };
    let mut call = pin!(pipeline.call_async(&clock, &sleep, pending::<Result<(), ()>>));
    let Poll::Ready(result) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("no attempt lasts")
    };
    let error = result.unwrap_err();
    assert!(matches!(error.cause, Cause::TimedOut(_)), "{error:?}");
    assert_eq!(one.state(clock.now()), State::Open);
    // The fourth would have waited for the breaker until after the total timeout.
    assert_eq!(error.retries.map(|retries| retries.reason), Some(GiveUp::Deadline));
}

#[test]
fn a_blocking_call_is_told_the_sooner_deadline() {
    let clock = ManualClock::new();
    let pipeline = Pipeline::new(Safety::Idempotent)
        .with(TotalTimeout::new(SECOND * 5).unwrap())
        .with(retry(3))
        .with(AttemptTimeout::new(SECOND * 3).unwrap());
    let mut deadlines = Vec::new();
    let error = pipeline.call_until(&clock, |deadline| {
        let deadline = deadline.unwrap();
        deadlines.push(deadline.at() - Instant::default());
        clock.advance(SECOND);
        Err::<(), _>(())
    });
    assert_eq!(deadlines, [SECOND * 3, SECOND * 5, SECOND * 5]);
    assert_eq!(error.unwrap_err().cause, Cause::Failed(()));
}

/// The time; asked for the so many-th time, it is later, and a place has come free.
struct Late<'a> {
    asked: AtomicU64,
    place: Mutex<Option<enhanced_config_fault_tolerance::bulkhead::Permit<'a>>>,
}

impl Clock for Late<'_> {
    fn now(&self) -> Instant {
        // The timeout begins, the wait begins; then it is over.
        if self.asked.fetch_add(1, SeqCst) < 2 {
            return Instant::default();
        }
        *self.place.lock().unwrap() = None;
        Instant::default() + SECOND * 5
    }
}

impl Sleep for Late<'_> {
    fn sleep(&self, _: Duration) {}
}

#[test]
fn a_blocking_call_waits_for_a_place_until_its_deadline_and_does_not_begin_after_it() {
    let options = BulkheadOptions::default().with_max_in_flight(1).with_max_wait(SECOND * 3600);
    let bulkhead = Arc::new(Bulkhead::new(options).unwrap());
    let pipeline = |limit| {
        Pipeline::new(Safety::Idempotent).with(TotalTimeout::new(limit).unwrap()).with(bulkhead.clone())
    };
    let refused = |result: Result<(), PipelineError<()>>| {
        let cause = result.unwrap_err().cause;
        assert!(matches!(cause, Cause::Refused(Refusal::Bulkhead(Rejected::TimedOut { .. }))), "{cause:?}");
    };
    let begins = || -> Result<(), ()> { panic!("after the deadline") };
    let place = bulkhead.admit().unwrap();
    refused(pipeline(SECOND / 100).call(&SystemClock, begins));
    let late = Late { asked: AtomicU64::new(0), place: Mutex::new(Some(place)) };
    refused(pipeline(SECOND * 5).call(&late, begins));
    let snapshot = bulkhead.snapshot();
    assert_eq!((snapshot.in_flight, snapshot.waiting, snapshot.rejected), (0, 0, 2));
}

/// Polls a call so many times while its work and its waits stay pending so often, then drops it.
#[test]
fn a_future_dropped_at_any_await_leaves_every_policy_as_if_the_call_never_was() {
    let mut awaits = 0;
    loop {
        let clock = ManualClock::new();
        let options = BulkheadOptions::default().with_max_in_flight(1).with_max_waiting(1);
        let bulkhead = Arc::new(Bulkhead::new(options).unwrap());
        let limiter = RateLimiter::new(Quota::per_second(3.try_into().unwrap()));
        let pipeline = Pipeline::new(Safety::Idempotent)
            .with(AdaptiveThrottle::default())
            .with(limiter)
            .with(retry(3).with_budget(budget()))
            .with(breaker(1))
            .with(bulkhead.clone());
        let place = bulkhead.begin(&clock).unwrap();
        let mut place = Some(place);
        let before = pipeline.snapshot(clock.now());
        let mut ended = false;
        {
            // The wait for a place ends when it is free, not by time.
            let sleep = |_: Duration| pending::<()>();
            let work = || {
                let mut left = 3;
                async move {
                    poll_fn(|_| {
                        left -= 1;
                        if left > 0 { Poll::Pending } else { Poll::Ready(()) }
                    })
                    .await;
                    Ok::<_, ()>(())
                }
            };
            let mut call = pin!(pipeline.call_async(&clock, &sleep, work));
            for polls in 0..awaits {
                if polls == 2 {
                    place = None;
                }
                ended = call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
            }
        }
        let mut after = pipeline.snapshot(clock.now());
        if ended {
            assert!(awaits > 4, "it waits for a place and in its work");
            return;
        }
        drop(place);
        // The place that was held here.
        for snapshots in [&mut after, &mut before.clone()] {
            let Some(Snapshot::Bulkhead(bulkhead)) = snapshots.last() else { panic!("the last") };
            assert_eq!(bulkhead.waiting, 0);
        }
        assert_eq!(after[..4], before[..4], "dropped after {awaits} polls");
        assert_eq!(bulkhead.snapshot().in_flight, 0);
        awaits += 1;
    }
}

#[test]
fn a_future_dropped_while_it_waits_to_try_again_gives_the_retry_back() {
    let clock = ManualClock::new();
    let budget = budget();
    let pipeline = Pipeline::new(Safety::Idempotent).with(retry(3).with_budget(budget.clone()));
    let before = budget.balance(clock.now());
    let mut call = Box::pin(
        pipeline.call_async(&clock, &|_: Duration| pending::<()>(), || ready(Err::<(), _>("refused"))),
    );
    assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(budget.balance(clock.now()), before - 1);
    drop(call);
    assert_eq!(budget.balance(clock.now()), before);
}

#[test]
fn calls_go_to_any_executor() {
    fn check<F: Future + Send + 'static>(_: F) {}
    let pipeline = Arc::new(
        Pipeline::new(Safety::Idempotent)
            .with(retry(3))
            .with(Some(Arc::new(breaker(1))))
            .with(Bulkhead::default())
            .with(RateLimiter::new(Quota::every(SECOND)))
            .with(AdaptiveThrottle::default()),
    );
    check(async move {
        let sleep = |_: Duration| ready(());
        pipeline.call_async(&SystemClock, &sleep, || async { Ok::<_, String>(String::new()) }).await
    });
}

#[test]
fn harmful_compositions_are_named() {
    let budgeted = || retry(3).with_budget(budget());
    let new = || Pipeline::new(Safety::Idempotent);
    assert_eq!(new().with(budgeted()).with(breaker(1)).lint(), []);
    assert_eq!(new().with(breaker(1)).with(budgeted()).lint(), [Warning::BreakerOutsideRetry]);
    assert_eq!(new().with(Some(Arc::new(retry(3)))).lint(), [Warning::RetryWithoutBudget]);
    assert_eq!(new().with(budgeted()).with(budgeted()).lint(), [Warning::NestedRetries]);
    assert_eq!(new().with(None::<RetryPolicy>).lint(), []);
    let (total, attempt) = (
        |seconds| TotalTimeout::new(SECOND * seconds).unwrap(),
        |seconds| AttemptTimeout::new(SECOND * seconds).unwrap(),
    );
    assert_eq!(new().with(total(6)).with(budgeted()).with(breaker(1)).with(attempt(2)).lint(), []);
    assert_eq!(new().with(attempt(2)).with(breaker(1)).lint(), [Warning::BreakerInsideAttemptTimeout]);
    let never = Warning::TimeoutNeverReached { outer: SECOND * 2, inner: SECOND * 2 };
    assert_eq!(new().with(total(2)).with(budgeted()).with(attempt(2)).lint(), [never]);
    let too_many = Warning::AttemptsDoNotFit { total: SECOND * 5, attempts: SECOND * 6 };
    assert_eq!(new().with(total(5)).with(budgeted()).with(attempt(2)).lint(), [too_many]);
}

#[test]
fn whoever_never_learns_of_what_a_timeout_drops_is_named() {
    let new = || Pipeline::new(Safety::Idempotent);
    let budgeted = || retry(3).with_budget(budget());
    let (total, attempt) =
        (|| TotalTimeout::new(SECOND * 6).unwrap(), || AttemptTimeout::new(SECOND).unwrap());
    let throttle = AdaptiveThrottle::default;
    let blind = new().with(total()).with(budgeted()).with(breaker(1)).with(throttle());
    assert_eq!(blind.lint(), [Warning::BreakerInsideTotalTimeout, Warning::ThrottleInsideTimeout]);
    assert_eq!(blind.with(attempt()).lint(), []);
    let blind = new().with(attempt()).with(throttle()).with(breaker(1));
    assert_eq!(blind.lint(), [Warning::ThrottleInsideTimeout, Warning::BreakerInsideAttemptTimeout]);
    assert_eq!(new().with(throttle()).with(breaker(1)).with(attempt()).lint(), []);
}

#[test]
fn what_stands_in_the_wrong_place_is_named() {
    let new = || Pipeline::new(Safety::Idempotent);
    let budgeted = || retry(3).with_budget(budget());
    let (total, attempt) =
        (|| TotalTimeout::new(SECOND / 2).unwrap(), || AttemptTimeout::new(SECOND).unwrap());
    assert_eq!(new().with(attempt()).with(budgeted()).lint(), [Warning::AttemptTimeoutOutsideRetry]);
    assert_eq!(new().with(budgeted()).with(total()).lint(), [Warning::TotalTimeoutInsideRetry]);
    assert_eq!(new().with(breaker(1)).with(breaker(2)).lint(), [Warning::NestedBreakers]);
    let (timeout, max_wait) = (SECOND / 2, SECOND);
    let queue = new().with(total()).with(Bulkhead::default());
    assert_eq!(queue.lint(), [Warning::QueueOutlastsTimeout { timeout, max_wait }]);
    assert_eq!(new().with(attempt()).with(Bulkhead::default()).lint(), []);
}
