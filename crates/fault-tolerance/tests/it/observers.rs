//! Every policy tells of what happens when it holds no lock: whoever is told may use it.

use enhanced_config_clock::{Instant, ManualClock};
use enhanced_config_fault_tolerance::breaker::{self, Force};
use enhanced_config_fault_tolerance::limiter::{self, KeyedLimiter, SlidingWindow};
use enhanced_config_fault_tolerance::retry::{self, GiveUp, Safety};
use enhanced_config_fault_tolerance::{
    AdaptiveThrottle, Backoff, Bulkhead, BulkheadOptions, CircuitBreaker, DegradationLadder,
    GracefulDegradation, Hedge, HedgeDelay, LadderOptions, Observer, Quota, RateLimiter, Ratio, RetryOptions,
    RetryPolicy, TotalTimeout, Verdict, bulkhead, degradation, hedge, ladder, throttle, timeout,
};
use std::fmt::Debug;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Notes what it is told, and has a look at whoever tells it: with a lock held, that would not return.
struct Nosy<E> {
    look: OnceLock<Box<dyn Fn() + Send + Sync>>,
    told: Mutex<Vec<E>>,
}

impl<E: Copy> Nosy<E> {
    fn new() -> Arc<Self> {
        Arc::new(Self { look: OnceLock::new(), told: Mutex::new(Vec::new()) })
    }

    fn told(&self) -> Vec<E> {
        self.told.lock().unwrap().clone()
    }
}

/// Its observer is `&Nosy` in all but name: one that is shared.
struct By<E>(Arc<Nosy<E>>);

impl<E: Copy> Observer<E> for By<E> {
    fn event(&self, event: &E) {
        self.0.look.get().unwrap()();
        self.0.told.lock().unwrap().push(*event);
    }
}

/// What `policy` tells while `act` uses it, and `look` looks at it meanwhile.
fn told<E, P>(make: impl FnOnce(By<E>) -> P, look: fn(&P), act: impl FnOnce(&P)) -> Vec<E>
where
    E: Copy + Debug + Send + 'static,
    P: Debug + Send + Sync + 'static,
{
    let nosy = Nosy::new();
    let policy = Arc::new(make(By(Arc::clone(&nosy))));
    let looked_at = Arc::downgrade(&policy);
    let look = move || look(&looked_at.upgrade().unwrap());
    assert!(nosy.look.set(Box::new(look)).is_ok());
    act(&policy);
    nosy.told()
}

fn at(seconds: u64) -> Instant {
    Instant::default() + SECOND * seconds as u32
}

#[test]
fn a_retry_tells_of_retries_and_of_how_they_end() {
    let options = RetryOptions::default().with_max_attempts(2).with_backoff(Backoff::constant(SECOND));
    let events = told(
        |by| RetryPolicy::with_observer(options, by),
        |policy| {
            policy.snapshot(at(0));
        },
        |policy| {
            let call = |answers: [Result<(), ()>; 2]| {
                let mut answers = answers.into_iter();
                let _ = policy.call(&ManualClock::new(), Safety::Idempotent, || answers.next().unwrap());
            };
            call([Ok(()), Ok(())]);
            call([Err(()), Ok(())]);
            call([Err(()), Err(())]);
        },
    );
    let (verdict, retry) =
        (Verdict::Failure, retry::Event::Retry { verdict: Verdict::Failure, wait: SECOND });
    let gave_up = retry::Event::GaveUp { verdict, reason: GiveUp::Attempts, attempts: 2 };
    assert_eq!(events, [retry, retry::Event::Recovered { attempts: 2 }, retry, gave_up]);
}

#[test]
fn limiters_tell_of_what_they_do_not_let_through() {
    let quota = Quota::every(SECOND);
    let one = RateLimiter::new(quota);
    let limited = one.check(at(0)).and_then(|_| one.check(at(0))).unwrap_err();
    assert_eq!(limited.retry_after, Some(SECOND));
    let limited = limiter::Event::Rejected(limited);
    let events = told(
        |by| RateLimiter::with_observer(quota, by),
        |limiter| {
            limiter.snapshot(at(0));
        },
        |limiter| {
            assert_eq!([limiter.check(at(0)).is_ok(), limiter.check(at(0)).is_ok()], [true, false]);
            limiter.set_quota(Quota::every(SECOND * 2), at(0));
        },
    );
    assert_eq!(events, [limited, limiter::Event::Changed { from: quota, to: Quota::every(SECOND * 2) }]);
    let events = told(
        |by| SlidingWindow::with_observer(1, SECOND, by).unwrap(),
        |window| {
            window.snapshot(at(0));
        },
        |window| assert_eq!([window.check(at(0)).is_ok(), window.check(at(0)).is_ok()], [true, false]),
    );
    assert_eq!(events, [limited]);
    let events = told(
        |by| KeyedLimiter::<String, _>::with_observer(quota, 16, by),
        |keyed| assert_eq!(keyed.snapshot().keys, 1),
        |keyed| assert_eq!([keyed.check("a", at(0)).is_ok(), keyed.check("a", at(0)).is_ok()], [true, false]),
    );
    assert_eq!(events, [limited]);
}

#[test]
fn a_throttle_tells_of_each_call_that_it_turns_away() {
    let events = told(
        |by| AdaptiveThrottle::with_observer(SECOND, 1.0, 7, by).unwrap(),
        |throttle| assert!(throttle.snapshot(at(0)).rejected > 0),
        |throttle| {
            for _ in 0..100 {
                if let Ok(permit) = throttle.admit(at(0)) {
                    throttle.record(permit, Verdict::Failure, at(0));
                }
            }
            let seen = throttle.snapshot(at(0));
            assert_eq!((seen.requests, seen.accepts), (100, 0));
            assert!((1..100).contains(&seen.rejected));
        },
    );
    assert!(!events.is_empty());
    assert!(events.iter().all(|event| matches!(event, throttle::Event::Rejected(_))));
}

#[test]
fn the_others_hold_no_lock_either() {
    let events = told::<breaker::Event, _>(
        |by| CircuitBreaker::with_observer(Default::default(), by).unwrap(),
        |breaker| {
            breaker.snapshot(at(0));
        },
        |breaker| {
            breaker.force(Force::ForcedOpen, at(0));
            assert!(breaker.admit(at(0)).is_err());
        },
    );
    assert_eq!(events.len(), 2);
    let options = BulkheadOptions::default().with_max_in_flight(1).with_max_waiting(1);
    let events = told::<bulkhead::Event, _>(
        |by| Bulkhead::with_observer(options, by).unwrap(),
        |bulkhead| {
            bulkhead.snapshot();
        },
        |bulkhead| {
            let _place = bulkhead.admit().unwrap();
            let _ticket = bulkhead.enter(at(0)).unwrap();
            assert!(bulkhead.enter(at(0)).is_err());
        },
    );
    assert_eq!(events.len(), 2);
    let events = told::<ladder::Event, _>(
        |by| DegradationLadder::with_observer(LadderOptions::default(), by).unwrap(),
        |ladder| {
            ladder.snapshot();
        },
        |ladder| {
            ladder.observe(Ratio::ZERO, at(0));
            ladder.pin(ladder::Mode::Full, at(0));
            ladder.unpin();
        },
    );
    assert_eq!(events.len(), 4);
    let events = told::<degradation::Event, _>(
        |by| GracefulDegradation::<u32, (), (), _>::with_observer((), by).or_stale(SECOND),
        |chain| chain.keep(&1, at(0)),
        // Of what is kept while it tells that it has nothing else.
        |chain| assert!(chain.call(&ManualClock::new(), |()| Err(())).is_ok()),
    );
    assert_eq!(events.len(), 2);
    let events = told::<hedge::Event, _>(
        |by| Hedge::with_observer(HedgeDelay::default(), by).unwrap(),
        |hedge| {
            hedge.snapshot(at(0));
        },
        |hedge| assert!(!hedge.begin(Safety::Idempotent, at(0)).second(at(0))),
    );
    assert_eq!(events, [hedge::Event::Withheld]);
    let clock = Arc::new(ManualClock::new());
    let events = told::<timeout::Event, _>(
        |by| TotalTimeout::with_observer(SECOND, by).unwrap(),
        |timeout| {
            timeout.snapshot();
        },
        |timeout| {
            let late = timeout.call(&clock, |_| {
                clock.advance(SECOND);
                Ok::<_, ()>(1)
            });
            assert_eq!(late, Ok(1));
        },
    );
    assert_eq!(events.len(), 1);
}

#[test]
fn a_policy_is_shown_by_what_it_goes_by() {
    fn check(shown: &impl Debug, begins: &str) {
        let shown = format!("{shown:?}");
        assert!(shown.starts_with(begins) && shown.ends_with('}'), "{shown}");
    }
    let quota = Quota::every(SECOND);
    check(&CircuitBreaker::default(), "CircuitBreaker { state: Closed, options: ");
    check(&CircuitBreaker::default().admit(at(0)).unwrap(), "Permit {");
    check(&Bulkhead::default(), "Bulkhead {");
    check(&Bulkhead::default().admit().unwrap(), "Permit {");
    check(&DegradationLadder::default(), "DegradationLadder {");
    check(&Hedge::new(HedgeDelay::Fixed(SECOND)).unwrap(), "Hedge { delay: Fixed(1s)");
    check(
        &Hedge::new(HedgeDelay::Fixed(SECOND)).unwrap().begin(Safety::Idempotent, at(0)),
        "Operation { began: ",
    );
    check(&RateLimiter::new(quota), "RateLimiter { quota: Quota { burst: 1, interval: 1000000000 }");
    check(&KeyedLimiter::<String>::new(quota, 16), "KeyedLimiter {");
    check(&SlidingWindow::new(2, SECOND).unwrap(), "SlidingWindow { limit: 2, length: 1s");
    check(&RetryPolicy::default(), "RetryPolicy { options: ");
    check(
        &RetryPolicy::default().begin(Safety::NotIdempotent, at(0)),
        "Operation { safety: NotIdempotent, began: ",
    );
    check(&AdaptiveThrottle::new(SECOND, 2.0, 0).unwrap(), "AdaptiveThrottle { factor: 2.0");
    check(&TotalTimeout::new(SECOND).unwrap(), "Timeout {");
}
