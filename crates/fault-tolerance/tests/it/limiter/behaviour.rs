use enhanced_config_clock::{Clock, Instant, ManualClock};
use enhanced_config_fault_tolerance::limiter::{KeyedLimiter, SlidingWindow};
use enhanced_config_fault_tolerance::{Policy, Quota, RateLimiter};
use proptest::prelude::*;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn at(ms: u64) -> Instant {
    Instant::default() + Duration::from_millis(ms)
}

fn quota(count: u32) -> Quota {
    Quota::per_second(NonZeroU32::new(count).unwrap())
}

#[test]
fn limiters_go_between_threads() {
    fn check<T: Send + Sync>() {}
    check::<RateLimiter>();
    check::<SlidingWindow>();
    check::<KeyedLimiter<String>>();
}

#[test]
fn a_look_takes_nothing() {
    let limiter = RateLimiter::new(quota(2));
    limiter.check(at(0)).unwrap();
    let snapshot = limiter.snapshot(at(0));
    assert_eq!((snapshot.remaining, snapshot.full_after), (1, SECOND / 2));
    assert_eq!(limiter.snapshot(at(0)), snapshot);
    limiter.check_n(0, at(0)).unwrap();
    assert_eq!(limiter.snapshot(at(0)), snapshot);
}

#[test]
fn an_interval_is_a_nanosecond_to_a_hundred_years() {
    let years = SECOND * 100 * 365 * 24 * 3600;
    for (asked, interval) in [
        (Duration::ZERO, Duration::from_nanos(1)),
        (SECOND, SECOND),
        (years, years),
        (years + Duration::from_nanos(1), years),
        (Duration::MAX, years),
    ] {
        assert_eq!(Quota::every(asked).interval(), interval);
    }
    let three = Quota::per(NonZeroU32::new(3).unwrap(), SECOND);
    assert_eq!((three.interval().as_nanos(), three.burst().get()), (333_333_334, 3), "rounded up");
}

#[test]
fn a_call_that_is_given_up_takes_nothing_whether_the_limiter_is_shared_or_not() {
    fn check(limiter: &RateLimiter, policy: &impl Policy) {
        let clock = ManualClock::new();
        let remaining = || limiter.snapshot(clock.now()).remaining;
        let permit = policy.begin(&clock).ok().unwrap();
        assert_eq!(remaining(), 1);
        policy.cancel(permit, &clock);
        assert_eq!(remaining(), 2);
    }
    let limiter = Arc::new(RateLimiter::new(quota(2)));
    check(&limiter, &*limiter);
    check(&limiter, &limiter);
}

#[test]
fn none_are_let_through_whoever_waits() {
    let limiter = RateLimiter::new(quota(1));
    let _ahead = [0, 1].map(|_| limiter.reserve(1, at(0), SECOND * 9).unwrap());
    let before = limiter.snapshot(at(0));
    limiter.check_n(0, at(0)).unwrap();
    assert_eq!(limiter.reserve(0, at(0), Duration::ZERO).unwrap().at, at(0));
    assert_eq!(limiter.snapshot(at(0)), before);
    let keyed = KeyedLimiter::<String>::new(quota(1), 16);
    assert!(keyed.check("alice", at(0)).is_ok() && keyed.check("alice", at(0)).is_err());
    assert!(keyed.check_n("alice", 0, at(0)).is_ok() && keyed.check_n("bob", 0, at(0)).is_ok());
    assert_eq!(keyed.snapshot().keys, 1);
}

#[test]
fn what_cannot_be_earned_before_the_clock_ends_is_not_worth_asking_again() {
    let year = SECOND * 365 * 24 * 3600;
    let limiter = RateLimiter::new(Quota::every(year).with_burst(NonZeroU32::new(1000).unwrap()));
    assert_eq!(limiter.check_n(1000, at(0)).unwrap_err().retry_after, None);
    limiter.check_n(500, at(0)).unwrap();
    assert_eq!(limiter.check_n(500, at(0)).unwrap_err().retry_after, None);
}

#[test]
fn a_change_of_quota_gives_no_burst_for_free() {
    let limiter = RateLimiter::new(quota(10));
    limiter.check_n(8, at(0)).unwrap();
    for (count, remaining) in [(100, 2), (5, 2), (1, 1), (1000, 1)] {
        limiter.set_quota(quota(count), at(0));
        assert_eq!(limiter.snapshot(at(0)).remaining, remaining, "{count}");
    }
    assert_eq!(limiter.snapshot(at(500)).remaining, 501);
}

/// On real threads, what the checks of the orders of steps show for a few steps.
#[test]
fn no_debt_is_longer_than_a_burst_takes_while_the_quota_changes() {
    let (fast, slow) = (quota(1000), Quota::every(SECOND).with_burst(NonZeroU32::new(10).unwrap()));
    let (limiter, done) = (RateLimiter::new(slow), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Relaxed) {
                    let _ = limiter.check(at(1));
                    let full_after = limiter.snapshot(at(1)).full_after;
                    assert!(full_after <= SECOND * 10, "{full_after:?}");
                }
            });
        }
        for _ in 0..20_000 {
            limiter.set_quota(fast, at(1));
            limiter.set_quota(slow, at(1));
        }
        done.store(true, Relaxed);
    });
    assert!(limiter.snapshot(at(1)).full_after <= SECOND * 10);
}

#[test]
fn extreme_quotas_neither_panic_nor_let_everything_through() {
    for quota in [
        Quota::every(Duration::MAX),
        Quota::every(Duration::MAX).with_burst(NonZeroU32::MAX),
        Quota::every(Duration::ZERO).with_burst(NonZeroU32::MAX),
        Quota::per(NonZeroU32::MAX, Duration::ZERO),
    ] {
        let limiter = RateLimiter::new(quota);
        let (first, end) = (at(1), Instant::from_nanos(u64::MAX));
        assert!(limiter.check(first).is_ok(), "{quota:?}");
        let _ = (limiter.check_n(u32::MAX, first), limiter.check(end), limiter.check(first));
        limiter.set_quota(Quota::every(SECOND), end);
        let _ = (limiter.reserve(1, end, Duration::MAX), limiter.snapshot(first));
    }
    let once = RateLimiter::new(Quota::every(Duration::MAX));
    assert!(once.check(at(0)).is_ok() && once.check(at(1_000_000)).is_err());
}

#[test]
fn what_has_passed_is_not_given_back() {
    let limiter = RateLimiter::new(quota(1));
    let used = limiter.reserve(1, at(0), Duration::ZERO).unwrap();
    limiter.cancel(used, at(1));
    assert!(limiter.check(at(1)).is_err());
    let ahead = limiter.reserve(1, at(1), SECOND).unwrap();
    assert_eq!(ahead.at, at(1000));
    limiter.cancel(ahead, at(1));
    assert!(limiter.check(at(1000)).is_ok());
}

#[test]
fn keys_do_not_share_and_those_who_invent_keys_do() {
    let limiter = KeyedLimiter::<String>::new(quota(1), 160);
    for number in 0..10_000 {
        let _ = limiter.check(&format!("invented {number}"), at(0));
    }
    assert_eq!(limiter.snapshot().keys, 160);
    let passed =
        (0..10_000).filter(|number| limiter.check(&format!("another {number}"), at(1)).is_ok()).count();
    assert_eq!(passed, 0, "the first who found no place have used what they share");
    // All have earned theirs again, and are forgotten for those who come now.
    assert!(limiter.check("alice", at(2000)).is_ok());
    assert!(limiter.check("alice", at(2000)).is_err());
    assert!(limiter.snapshot().keys <= 160);
}

#[test]
fn a_known_key_keeps_its_debt_among_many_others() {
    let limiter = KeyedLimiter::<String>::new(Quota::every(SECOND * 60), 16);
    limiter.check("alice", at(0)).unwrap();
    for second in 0..59 {
        for number in 0..100 {
            let _ = limiter.check(&format!("{second} {number}"), at(second * 1000));
        }
        assert!(limiter.check("alice", at(second * 1000)).is_err());
    }
}

#[test]
fn a_window_refuses_a_limit_that_it_cannot_remember() {
    for limit in [0, 1 << 21, u32::MAX] {
        assert_eq!(SlidingWindow::new(limit, SECOND).unwrap_err().option, "limit");
    }
}

proptest! {
    /// Beside a list of all that passed: in no window more than the limit, and nobody turned away without need.
    #[test]
    fn a_window_lets_through_what_every_window_allows(
        limit in 1u32..6,
        steps in proptest::collection::vec((0u64..400, 0u32..7), 1..80),
    ) {
        let window = SlidingWindow::new(limit, SECOND).unwrap();
        let mut passed: Vec<u64> = Vec::new();
        let mut now = 0;
        for (advance, count) in steps {
            now += advance;
            let recent = passed.iter().filter(|moment| *moment + 1000 > now).count() as u32;
            prop_assert_eq!(window.snapshot(at(now)).remaining, limit - recent);
            let answer = window.check_n(count, at(now));
            prop_assert_eq!(answer.is_ok(), recent + count <= limit);
            match answer {
                Ok(()) => passed.extend(std::iter::repeat_n(now, count as usize)),
                Err(limited) => match limited.retry_after {
                    None => prop_assert!(count > limit),
                    Some(wait) => {
                        // At that moment it fits, a millisecond before it does not.
                        let then = now + wait.as_millis() as u64;
                        let left = |then: u64| limit - passed.iter().filter(|moment| *moment + 1000 > then).count() as u32;
                        prop_assert!(left(then) >= count && left(then - 1) < count);
                    }
                },
            }
        }
    }
}
