//! Facts from the test suites of other limiters, each with its source, in `vectors.json`.

use crate::throttle::probability;
use crate::vectors::{float, items, number, parse, text};
use enhanced_config_clock::Instant;
use enhanced_config_fault_tolerance::limiter::Reservation;
use enhanced_config_fault_tolerance::{Quota, RateLimiter};
use serde_json::Value;
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;

/// Where this crate answers otherwise than the source, and why.
const DIFFERENCES: [(&str, &str); 9] = [
    (
        "tb-clock-jumps-back",
        "golang earns the time again that its clock has gone back; a monotonic clock does not go back, and what a late \
         caller sees of it earns nothing: never more gets through than there",
    ),
    ("tb-reserve-jump-back", "the same: what was reserved later stays later"),
    (
        "smooth-500ms",
        "failsafe takes more at once than its burst of one; golang and governor, and this crate, never do: reserved one \
         by one, the waits are the same. Its intervals begin at multiples of themselves, and a call late in one is free \
         again sooner: up to an interval later here, never sooner",
    ),
    ("bursty-2-per-s", "fixed cycles are not offered: across their edge they let twice the limit through"),
    ("r4j-reserve-upfront", "fixed cycles again"),
    ("r4j-reserve-then-skip-cycles", "fixed cycles again"),
    ("r4j-first-cycle-full", "fixed cycles again; a new limiter is full, as there"),
    ("bulkhead-two-permits", "not a limit of rates: this crate has no bulkhead"),
    ("aimd-limit", "not a limit of rates: this crate does not adapt limits of concurrency"),
];

fn all() -> Value {
    parse(include_str!("vectors.json"))
}

fn ms(ms: f64) -> Duration {
    Duration::from_secs_f64(ms / 1000.0)
}

fn at(step: &Value) -> Instant {
    Instant::default() + ms(float(step, "at_ms").unwrap())
}

fn count(value: &Value, key: &str) -> u32 {
    number(value, key).unwrap() as u32
}

fn differs(case: &Value) -> bool {
    DIFFERENCES.iter().any(|(id, _)| text(case, "id") == Some(id))
}

#[test]
fn every_case_holds() {
    let all = all();
    let cases = items(&all, "cases");
    assert!(cases.len() >= 20);
    for case in cases {
        eprintln!("{}", case["id"]);
        match text(case, "kind").unwrap() {
            "gcra" if case["config"].get("limit").is_some() => table(case),
            "gcra" => cells(case),
            "token_bucket" => tokens(case),
            "token_bucket_reserve" | "token_bucket_cancel" => reservations(case),
            "smooth" => smooth(case),
            "bursty" | "fixed_cycles" | "bulkhead" | "adaptive_concurrency" => assert!(differs(case)),
            "adaptive_throttle" => items(case, "rows").iter().for_each(throttle),
            kind => panic!("unknown kind {kind}"),
        }
    }
}

#[test]
fn differences_name_cases() {
    let all = all();
    for (id, _) in DIFFERENCES {
        assert!(items(&all, "cases").iter().any(|case| text(case, "id") == Some(id)), "{id}");
    }
}

fn limiter(interval: Duration, burst: u32) -> RateLimiter {
    RateLimiter::new(Quota::every(interval).with_burst(NonZeroU32::new(burst).unwrap()))
}

/// Of throttled: every answer tells all there is to know.
fn table(case: &Value) {
    let config = &case["config"];
    let limiter = limiter(ms(float(config, "period_ms").unwrap()), count(config, "limit"));
    for step in items(case, "steps") {
        let answer = limiter.check_n(count(step, "quantity"), at(step));
        let snapshot = limiter.snapshot(at(step));
        let expected = &step["expect"];
        assert_eq!(answer.is_err(), expected["limited"].as_bool().unwrap(), "{step}");
        assert_eq!(snapshot.remaining, count(expected, "remaining"), "{step}");
        assert_eq!(snapshot.full_after, ms(float(expected, "reset_after_ms").unwrap()), "{step}");
        let wait = answer.err().and_then(|limited| limited.retry_after);
        let expected = float(expected, "retry_after_ms").filter(|wait| *wait >= 0.0);
        assert_eq!(wait, expected.map(ms), "{step}");
    }
}

/// Of governor.
fn cells(case: &Value) {
    let config = &case["config"];
    let per_second = NonZeroU32::new(count(config, "cells_per_second")).unwrap();
    let quota = Quota::per_second(per_second).with_burst(NonZeroU32::new(count(config, "burst")).unwrap());
    let limiter = RateLimiter::new(quota);
    for step in items(case, "steps") {
        let answer = limiter.check_n(count(step, "cells"), at(step));
        match text(step, "expect").unwrap() {
            "ok" => assert!(answer.is_ok(), "{step}"),
            "limited" => {
                let wait = answer.unwrap_err().retry_after;
                assert_eq!(wait, Some(ms(float(step, "wait_ms").unwrap())), "{step}");
            }
            "insufficient_capacity" => {
                assert_eq!(answer.unwrap_err().retry_after, None);
                assert_eq!(quota.burst().get(), count(step, "capacity"));
            }
            other => panic!("unknown answer {other}"),
        }
    }
}

/// Of golang.
fn bucket(case: &Value) -> RateLimiter {
    let config = &case["config"];
    limiter(
        Duration::from_secs_f64(1.0 / float(config, "tokens_per_second").unwrap()),
        count(config, "burst"),
    )
}

fn tokens(case: &Value) {
    let limiter = bucket(case);
    for step in items(case, "steps") {
        let before = limiter.snapshot(at(step)).remaining;
        let taken = limiter.check_n(count(step, "take"), at(step)).is_ok();
        let expected = step["expect"].as_bool().unwrap();
        if differs(case) {
            assert!(expected || !taken, "{step}");
            assert!(before <= count(step, "tokens_before"));
            continue;
        }
        assert_eq!(taken, expected, "{step}");
        if let Some(tokens) = number(step, "tokens_before") {
            assert_eq!(u64::from(before), tokens, "{step}");
        }
    }
}

fn reservations(case: &Value) {
    let limiter = bucket(case);
    let mut named: HashMap<&str, Reservation> = HashMap::new();
    for step in items(case, "steps") {
        let now = at(step);
        if text(step, "op") == Some("cancel") {
            limiter.cancel(named.remove(text(step, "name").unwrap()).unwrap(), now);
            continue;
        }
        let max_wait = float(step, "max_wait_ms").map_or(Duration::MAX, ms);
        let reservation = limiter.reserve(count(step, "take"), now, max_wait).ok();
        let (moment, expected) =
            (reservation.as_ref().map(|reservation| reservation.at), float(step, "expect_act_at_ms"));
        let expected = expected.map(|at| Instant::default() + ms(at));
        if differs(case) {
            assert!(moment.is_none() || moment >= expected, "{step}: {moment:?}");
        } else {
            assert_eq!(moment, expected, "{step}");
        }
        if let Some((name, reservation)) = text(step, "name").zip(reservation) {
            named.insert(name, reservation);
        }
    }
}

/// Of failsafe: no burst, and everybody waits for those before.
fn smooth(case: &Value) {
    let interval = ms(float(&case["config"], "interval_ms").unwrap());
    let limiter = limiter(interval, 1);
    let close = |ours: Duration, theirs: Duration| (theirs..theirs + interval).contains(&ours);
    for step in items(case, "steps") {
        let now = at(step);
        let reserve = |_| limiter.reserve(1, now, Duration::MAX).unwrap();
        let last = (0..count(step, "permits") * count(step, "calls")).map(reserve).last().unwrap();
        assert!(close(last.at - now, ms(float(step, "expect_wait_ms_of_last").unwrap())), "{step}");
        let next_free = now + limiter.snapshot(now).full_after - Instant::default();
        assert!(close(next_free, ms(float(step, "next_free_ms").unwrap())), "{step}");
    }
}

fn throttle(row: &Value) {
    let count = |key| number(row, key).unwrap();
    let probability = probability(float(row, "K").unwrap(), count("requests"), count("accepts"));
    assert!((probability - float(row, "expect").unwrap()).abs() < 1e-6, "{row}: {probability}");
}
