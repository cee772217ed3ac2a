use enhanced_config_clock::{Clock, Instant, ManualClock, Sleep};
use enhanced_config_fault_tolerance::breaker::{Force, Trip};
use enhanced_config_fault_tolerance::retry::{Decision, GiveUp, RetryError, Safety, retry_after};
use enhanced_config_fault_tolerance::{
    Backoff, BreakerOptions, ByPolicy, ByResult, CallError, CircuitBreaker, Jitter, Policy, Ratio,
    RetryBudget, RetryOptions, RetryPolicy, Verdict,
};
use proptest::prelude::*;
use std::future::{Ready, pending, ready};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, UNIX_EPOCH};

const SECOND: Duration = Duration::from_secs(1);

fn options() -> RetryOptions {
    RetryOptions::default().with_max_attempts(10).with_backoff(Backoff::constant(SECOND))
}

/// Fails for ever, and says why it gave up, after how many attempts, and how long that took.
fn fails(policy: &RetryPolicy, safety: Safety, verdict: Verdict) -> (GiveUp, u32, Duration) {
    let clock = ManualClock::new();
    let judge = |_: &Result<(), ()>| verdict;
    let error = policy.begin(safety, clock.now()).run(&clock, &judge, || Err(())).unwrap_err();
    (error.reason, error.history.attempts(), clock.now() - Instant::default())
}

#[test]
fn policies_go_between_threads() {
    fn check<T: Send + Sync>() {}
    check::<RetryPolicy>();
    check::<RetryBudget>();
    check::<RetryError<()>>();
}

#[test]
fn all_attempts_count() {
    let policy = RetryPolicy::new(options().with_max_attempts(3));
    assert_eq!(fails(&policy, Safety::Idempotent, Verdict::Failure), (GiveUp::Attempts, 3, SECOND * 2));
    let once = RetryPolicy::new(options().with_max_attempts(0));
    assert_eq!(fails(&once, Safety::Idempotent, Verdict::Failure), (GiveUp::Attempts, 1, Duration::ZERO));
}

#[test]
fn what_is_hopeless_is_not_repeated() {
    let policy = RetryPolicy::new(options());
    for verdict in [Verdict::Ignore, Verdict::Trip] {
        assert_eq!(fails(&policy, Safety::Idempotent, verdict), (GiveUp::Hopeless, 1, Duration::ZERO));
    }
}

#[test]
fn what_may_have_had_its_effect_is_repeated_only_if_it_was_turned_away() {
    let policy = RetryPolicy::new(options().with_max_attempts(2));
    let (unsafe_call, wait) = (Safety::NotIdempotent, Verdict::RetryAfter(SECOND * 7));
    assert_eq!(fails(&policy, unsafe_call, Verdict::Failure), (GiveUp::NotIdempotent, 1, Duration::ZERO));
    let (reason, calls, waited) = fails(&policy, unsafe_call, wait);
    assert_eq!((reason, calls), (GiveUp::Attempts, 2));
    assert!((SECOND * 7..=SECOND * 8).contains(&waited));
}

#[test]
fn those_who_were_told_the_same_do_not_come_back_together() {
    let policy = RetryPolicy::new(options().with_seed(1).with_max_elapsed(SECOND * 8));
    let now = Instant::default();
    let wait = |asked, deadline| {
        let mut operation = policy.begin(Safety::Idempotent, now).with_deadline(now + deadline).unwrap();
        operation.record(Verdict::RetryAfter(asked), now)
    };
    let mut waits: Vec<_> = (0..100)
        .map(|_| match wait(SECOND * 7, SECOND * 60) {
            Decision::Retry(wait) => wait,
            other => panic!("{other:?}"),
        })
        .collect();
    waits.sort();
    assert!(waits[0] >= SECOND * 7 && waits[99] <= SECOND * 8);
    assert!(waits[99] - waits[0] > SECOND / 2, "{waits:?}");
    // What is asked for fits, and so does what is drawn.
    let instant = Duration::from_nanos(1);
    assert_eq!(wait(SECOND * 8, SECOND * 60), Decision::Retry(SECOND * 8));
    assert_eq!(wait(SECOND * 7, SECOND * 7 + instant), Decision::Retry(SECOND * 7));
    assert_eq!(wait(SECOND * 8 + instant, SECOND * 60), Decision::GiveUp(GiveUp::Elapsed));
    assert_eq!(wait(SECOND * 7, SECOND * 7), Decision::GiveUp(GiveUp::Deadline));
}

#[test]
fn no_wait_is_begun_that_is_known_to_be_too_long() {
    let policy = RetryPolicy::new(options().with_longest_retry_after(SECOND * 60));
    let wait = Verdict::RetryAfter(SECOND * 61);
    assert_eq!(fails(&policy, Safety::Idempotent, wait), (GiveUp::RetryAfter, 1, Duration::ZERO));
    let policy = RetryPolicy::new(options().with_max_elapsed(SECOND * 2));
    assert_eq!(fails(&policy, Safety::Idempotent, Verdict::Failure), (GiveUp::Elapsed, 3, SECOND * 2));
    let operation = policy.begin(Safety::Idempotent, Instant::default());
    let mut operation = operation.with_deadline(Instant::default() + SECOND).unwrap();
    assert_eq!(operation.record(Verdict::Failure, Instant::default()), Decision::GiveUp(GiveUp::Deadline));
}

/// Wakes a second late, as a busy system may, but by a clock that the test sees.
struct Late(ManualClock);

impl Clock for Late {
    fn now(&self) -> Instant {
        self.0.now()
    }
}

impl Sleep for Late {
    fn sleep(&self, wait: Duration) {
        self.0.advance(wait + SECOND);
    }
}

#[test]
fn a_wait_that_ends_too_late_is_followed_by_no_attempt() {
    let budget = Arc::new(RetryBudget::new(Ratio::ZERO, 1));
    let tries = |options: RetryOptions, deadline: Option<Duration>| {
        let clock = Late(ManualClock::new());
        let policy = RetryPolicy::new(options).with_budget(budget.clone());
        let operation = policy.begin(Safety::Idempotent, clock.now());
        let operation = match deadline {
            Some(deadline) => operation.with_deadline(clock.now() + deadline).unwrap(),
            None => operation,
        };
        let mut made = 0;
        let error = operation.run(&clock, &ByResult, || {
            made += 1;
            Err::<(), _>("refused")
        });
        let error = error.unwrap_err();
        assert_eq!((error.error, error.history.attempts()), ("refused", made));
        assert_eq!(policy.snapshot(clock.now()).gave_up, 1);
        (error.reason, made)
    };
    assert_eq!(tries(options(), Some(SECOND * 2)), (GiveUp::Deadline, 1));
    assert_eq!(tries(options(), Some(SECOND * 5)), (GiveUp::Deadline, 3));
    assert_eq!(tries(options().with_max_elapsed(SECOND * 3), None), (GiveUp::Elapsed, 2));
    // Only the retries that were made are paid for.
    assert_eq!(budget.balance(Instant::default()), 10 - (2 + 1));
}

#[test]
fn nothing_is_attempted_at_the_deadline_or_after_it() {
    let budget = Arc::new(RetryBudget::new(Ratio::HALF, 0));
    let policy = RetryPolicy::new(options()).with_budget(budget.clone());
    let begin = |deadline| {
        let now = Instant::default() + SECOND;
        policy.begin(Safety::Idempotent, now).with_deadline(Instant::default() + deadline)
    };
    for too_early in [Duration::ZERO, SECOND] {
        assert_eq!(begin(too_early).map(drop), Err(GiveUp::Deadline));
    }
    // They were no calls: a budget would pay for a retry of each two.
    assert_eq!(budget.balance(Instant::default() + SECOND), 0);
    assert!(begin(SECOND + Duration::from_nanos(1)).is_ok());
}

#[test]
fn a_shared_budget_bounds_all_who_share_it() {
    let budget = Arc::new(RetryBudget::new(Ratio::HALF, 0));
    let policies = [(); 2].map(|()| RetryPolicy::new(options()).with_budget(budget.clone()));
    let calls = policies.each_ref().map(|policy| fails(policy, Safety::Idempotent, Verdict::Failure).1);
    // One call pays half a retry, two pay one.
    assert_eq!(calls, [1, 2]);
}

#[test]
fn the_last_error_comes_with_what_was_tried() {
    let clock = ManualClock::new();
    let policy = RetryPolicy::new(options().with_max_attempts(20));
    let mut attempts = 0;
    let work = || {
        attempts += 1;
        clock.advance(SECOND / 2);
        Err::<(), _>(std::io::Error::other(format!("attempt {attempts}")))
    };
    let error = policy.call(&clock, Safety::Idempotent, work).unwrap_err();
    assert_eq!(error.to_string(), "attempt 20 (out of attempts, 20 times attempted)");
    let last = error.history.last();
    assert_eq!(last.len(), 16);
    assert_eq!(last[0].began, SECOND * 3 / 2 * 4);
    assert!(last.iter().all(|attempt| attempt.took == SECOND / 2 && attempt.verdict == Verdict::Failure));
    assert_eq!((last[0].wait, last[15].wait), (Some(SECOND), None));
}

#[test]
fn an_open_breaker_is_asked_again_if_its_wait_fits() {
    let options = BreakerOptions::default().with_trip(Trip::at_consecutive(1));
    let breaker = CircuitBreaker::new(options.with_wait(Backoff::constant(SECOND * 5))).unwrap();
    for (longest, expected) in [(SECOND * 5, Ok(())), (SECOND * 4, Err(GiveUp::RetryAfter))] {
        let clock = ManualClock::new();
        breaker.force(Force::Open, clock.now());
        let policy = RetryPolicy::new(RetryOptions::default().with_longest_retry_after(longest));
        let operation = policy.begin(Safety::NotIdempotent, clock.now());
        let answer = operation.run(&clock, &ByPolicy, || breaker.call(&clock, || Ok::<_, ()>(())));
        assert_eq!(answer.map_err(|error| error.reason), expected);
    }
    breaker.force(Force::ForcedOpen, Instant::default());
    let clock = ManualClock::new();
    let policy = RetryPolicy::default();
    let operation = policy.begin(Safety::Idempotent, clock.now());
    let error = operation.run(&clock, &ByPolicy, || breaker.call(&clock, || Ok::<_, ()>(()))).unwrap_err();
    assert!(matches!(error.error, CallError::Rejected(_)));
    assert_eq!((error.reason, error.history.attempts()), (GiveUp::Hopeless, 1));
}

#[test]
fn futures_are_attempted_by_the_same_rules() {
    let (clock, policy) = (ManualClock::new(), RetryPolicy::new(options().with_max_attempts(3)));
    let sleep = |wait| -> Ready<()> {
        clock.advance(wait);
        ready(())
    };
    let mut attempts = 0;
    let mut call = pin!(policy.call_async(&clock, &sleep, Safety::Idempotent, || {
        attempts += 1;
        ready(if attempts < 3 { Err("refused") } else { Ok(attempts) })
    }));
    let poll = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(poll.map(Result::ok), Poll::Ready(Some(3)));
    assert_eq!(clock.now() - Instant::default(), SECOND * 2);
}

#[test]
fn a_future_dropped_while_it_waits_gives_back_what_the_retry_would_have_cost() {
    let (clock, budget) = (ManualClock::new(), Arc::new(RetryBudget::new(Ratio::ZERO, 1)));
    let policy = RetryPolicy::new(options()).with_budget(budget.clone());
    let balance = || budget.balance(clock.now());
    let before = balance();
    {
        let sleep = |_: Duration| pending::<()>();
        let mut call =
            pin!(policy.call_async(&clock, &sleep, Safety::Idempotent, || ready(Err::<(), _>(()))));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(balance(), before - 1);
    }
    assert_eq!(balance(), before);
    // So does one whose clock lagged behind, and one that comes when all is forgotten.
    for later in [Duration::from_secs(5), Duration::from_secs(3600)] {
        budget.deposit(clock.now() + SECOND);
        let mut late = policy.begin(Safety::Idempotent, clock.now());
        assert!(matches!(late.record(Verdict::Failure, clock.now()), Decision::Retry(_)));
        budget.deposit(clock.now() + later);
        drop(late);
        assert_eq!(budget.balance(clock.now() + later), before);
        clock.advance(later);
    }
    // One that was made is paid for, whether or not anybody says when it began.
    let mut operation = policy.begin(Safety::Idempotent, clock.now());
    assert!(matches!(operation.record(Verdict::Failure, clock.now()), Decision::Retry(_)));
    operation.record(Verdict::Success, clock.now());
    drop(operation);
    assert_eq!(balance(), before - 1);
}

#[test]
fn the_same_seed_gives_the_same_waits_operation_for_operation() {
    let options = RetryOptions::default()
        .with_seed(7)
        .with_backoff(Backoff::constant(SECOND).with_jitter(Jitter::Full));
    let waits = || {
        let policy = RetryPolicy::new(options);
        [(); 5].map(|()| {
            policy.begin(Safety::Idempotent, Instant::default()).record(Verdict::Failure, Instant::default())
        })
    };
    assert_eq!(waits(), waits());
    assert_ne!(waits()[0], waits()[1]);
}

#[test]
fn the_three_forms_of_a_date_are_the_same_moment() {
    let now = UNIX_EPOCH + SECOND * 784_111_777 - SECOND * 100;
    for text in
        ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
    {
        assert_eq!(retry_after(text, now), Some(SECOND * 100), "{text}");
    }
}

#[test]
fn a_date_that_has_passed_asks_for_no_wait_however_long_ago() {
    for text in [
        "Wed, 31 Dec 1969 23:59:59 GMT",
        "Sun, 06 Nov 1904 08:49:37 GMT",
        "Thu, 29 Feb 1600 00:00:00 GMT",
        "Sat, 01 Jan 0000 00:00:00 GMT",
    ] {
        assert_eq!(retry_after(text, UNIX_EPOCH), Some(Duration::ZERO), "{text}");
    }
    // 1968 was a leap year: 366 days from its beginning to the next one's, which is 365 before 1970.
    let now = UNIX_EPOCH - SECOND * 24 * 3600 * (366 + 365);
    assert_eq!(retry_after("Mon, 01 Jan 1968 00:01:40 GMT", now), Some(SECOND * 100));
    // RFC 9110: what would be more than 50 years ahead is the last century's. In the summer of 2020 and in its December:
    let day = SECOND * 24 * 3600;
    for passed in [180, 349] {
        let now = UNIX_EPOCH + day * (50 * 365 + 12 + passed);
        let of = |year| retry_after(&format!("Friday, 01-Jan-{year} 00:00:00 GMT"), now);
        assert_eq!(of("20"), Some(Duration::ZERO));
        assert_eq!(of("21"), Some(day * (366 - passed)));
        assert_eq!(of("70"), Some(day * (50 * 365 + 13 - passed)));
        assert_eq!(of("71"), Some(Duration::ZERO));
    }
}

#[test]
fn what_is_no_date_is_refused() {
    for text in [
        "",
        "-1",
        "+1",
        "1.5",
        "1s",
        "soon",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT GMT",
    ] {
        assert_eq!(retry_after(text, UNIX_EPOCH), None, "{text:?}");
    }
    assert_eq!(retry_after("99999999999999999999999", UNIX_EPOCH), Some(Duration::from_secs(u64::MAX)));
}

fn verdicts() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        6 => Just(Verdict::Failure),
        1 => Just(Verdict::Ignore),
        1 => Just(Verdict::Trip),
        3 => (0u64..20).prop_map(|seconds| Verdict::RetryAfter(SECOND * seconds as u32)),
    ]
}

proptest! {
    #[test]
    fn nothing_read_from_a_header_panics(text in "\\PC{0,40}", date in "[A-Z][a-z]{2},? [0-9]{1,3}[ -][JFMASOND][a-z]{2}[ -][0-9]{0,5} [0-9:]{0,9} GMT") {
        let _ = (retry_after(&text, UNIX_EPOCH), retry_after(&date, UNIX_EPOCH));
    }

    /// Whatever fails, however long it takes: the limits hold together.
    #[test]
    fn every_limit_is_kept(
        attempts in 1u32..12,
        max_elapsed in 0u64..60,
        deadline in 0u64..60,
        per_second in 0u32..3,
        results in proptest::collection::vec((verdicts(), 0u64..8), 12),
    ) {
        let seconds = |count: u64| SECOND * count as u32;
        let options = RetryOptions::default()
            .with_max_attempts(attempts)
            .with_backoff(Backoff::fibonacci(SECOND).with_cap(SECOND * 4).with_jitter(Jitter::Equal))
            .with_max_elapsed(seconds(max_elapsed))
            .with_longest_retry_after(SECOND * 10);
        let budget = Arc::new(RetryBudget::over(SECOND * 1000, Ratio::ZERO, per_second));
        let policy = RetryPolicy::new(options).with_budget(budget.clone());
        let before = budget.balance(Instant::default());
        let mut now = Instant::default();
        let deadline = now + seconds(deadline);
        let operation = policy.begin(Safety::Idempotent, now).with_deadline(deadline);
        prop_assert_eq!(operation.is_err(), deadline <= now);
        let Ok(mut operation) = operation else { return Ok(()) };
        let (mut made, mut retries) = (0, 0);
        for (verdict, took) in results {
            made += 1;
            prop_assert!(now < deadline && (made == 1 || now - Instant::default() <= seconds(max_elapsed)));
            now = now + seconds(took);
            let Decision::Retry(wait) = operation.record(verdict, now) else { break };
            let longest = if matches!(verdict, Verdict::RetryAfter(_)) { 10 + 4 } else { 4 };
            prop_assert!(wait <= seconds(longest));
            retries += 1;
            now = now + wait;
        }
        prop_assert!(made <= attempts);
        prop_assert_eq!(operation.history().attempts(), made);
        prop_assert_eq!(before - budget.balance(Instant::default()), retries);
    }
}
