//! Orders of the steps of threads, chosen by `shuttle`.

use super::{Quota, RateLimiter};
use enhanced_config_clock::Instant;
use shuttle::sync::atomic::{AtomicU64, Ordering::SeqCst};
use shuttle::thread;
use std::num::NonZeroU32;
use std::time::Duration;

fn quota(burst: u32, interval: u64) -> Quota {
    Quota::every(Duration::from_nanos(interval)).with_burst(NonZeroU32::new(burst).unwrap())
}

/// Threads race for a burst: not one too many gets through, nor one too few.
fn burst() {
    let (limiter, passed) = (RateLimiter::new(quota(3, 10)), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..2 {
                    if limiter.check(Instant::from_nanos(0)).is_ok() {
                        passed.fetch_add(1, SeqCst);
                    }
                }
            });
        }
    });
    assert_eq!(passed.load(SeqCst), 3);
}

/// A quota changes while others read it: they see the one or the other, and an exhausted limiter stays exhausted.
fn change() {
    let (old, new) = (quota(2, 1000), quota(5, 1));
    let limiter = RateLimiter::new(old);
    let now = Instant::from_nanos(0);
    limiter.check_n(2, now).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| limiter.set_quota(new, now));
        for _ in 0..2 {
            scope.spawn(|| {
                let seen = limiter.snapshot(now).quota;
                assert!(seen == old || seen == new);
            });
        }
    });
    assert!(limiter.check(now).is_err());
    assert!(limiter.check(Instant::from_nanos(1)).is_ok());
}

/// A quota changes there and back while others take: what can pass is taken once, whichever quota it was reckoned with,
/// and no debt is longer than a burst takes.
fn change_while_others_take() {
    let (old, new) = (quota(2, 1000), quota(5, 1));
    let limiter = RateLimiter::new(old);
    let (now, passed) = (Instant::from_nanos(0), AtomicU64::new(0));
    let take = || {
        if limiter.check(now).is_ok() {
            passed.fetch_add(1, SeqCst);
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            limiter.set_quota(new, now);
            limiter.set_quota(old, now);
            limiter.set_quota(new, now);
        });
        scope.spawn(take);
        scope.spawn(take);
        take();
    });
    let left = limiter.snapshot(now);
    assert_eq!(passed.load(SeqCst), 2);
    assert_eq!((left.remaining, left.full_after), (0, Duration::from_nanos(5)));
}

/// A change leaves the arrival time as it is, as when nothing is owed: who took under the quota before has to see it.
fn change_without_a_debt() {
    let (old, new) = (quota(3, 1000), quota(3, 1));
    let limiter = RateLimiter::new(old);
    let now = Instant::from_nanos(0);
    thread::scope(|scope| {
        scope.spawn(|| limiter.set_quota(new, now));
        scope.spawn(|| limiter.check(now).unwrap());
    });
    let left = limiter.snapshot(now);
    assert_eq!((left.remaining, left.full_after), (2, Duration::from_nanos(1)));
}

#[test]
fn a_burst_is_shared_out_once() {
    shuttle::check_random(burst, 2000);
    shuttle::check_pct(burst, 2000, 3);
}

#[test]
fn a_quota_changes_whole() {
    shuttle::check_random(change, 1000);
    shuttle::check_pct(change, 1000, 3);
}

#[test]
fn a_quota_changes_for_all_who_take() {
    for check in [change_while_others_take, change_without_a_debt] {
        shuttle::check_random(check, 4000);
        shuttle::check_pct(check, 4000, 3);
    }
}
