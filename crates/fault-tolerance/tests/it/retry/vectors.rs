//! Facts from the test suites of other retries and backoffs, each with its source, in `vectors.json`.

use crate::vectors::{float, items, number, parse, text};
use enhanced_config_clock::{Clock, Instant, ManualClock};
use enhanced_config_fault_tolerance::retry::{Decision, GiveUp, Safety, retry_after};
use enhanced_config_fault_tolerance::{
    Backoff, Jitter, Ratio, RetryBudget, RetryOptions, RetryPolicy, Verdict,
};
use serde_json::Value;
use std::time::{Duration, UNIX_EPOCH};

/// Where this crate answers otherwise than the source, and why. What a case asks besides is checked all the same.
const DIFFERENCES: [(&str, &str); 7] = [
    (
        "r4j-factor-1.5-truncates-each-step",
        "a wait is rounded once, to the nanosecond, so that no error adds up: 337.5 ms and not 337",
    ),
    (
        "polly-decorrelated-large-attempts",
        "Polly's second formula is not offered; the decorrelated jitter of AWS is, and keeps what is asked of the waits",
    ),
    (
        "failsafe-factor",
        "the greatest random number gives the longest wait, as in Polly and cenkalti/backoff; failsafe turns it round",
    ),
    (
        "cenkalti-inclusive-integers",
        "drawn from all nanoseconds between the ends and not from whole milliseconds, so within one of the source's",
    ),
    (
        "cenkalti-jitter",
        "the cap is hard: 4,500 to 5,000 ms at a cap of 5,000, where the source reaches 5,500",
    ),
    (
        "finagle-take-until",
        "no wait begins that would cross the total, as in backon and cenkalti/backoff: three waits and not four",
    ),
    (
        "server-delay-override",
        "a part of the backoff's wait is added to what the server says, so that those who were told the same do not come \
         back together; it is never less, and not cut to the cap",
    ),
];

fn all() -> Value {
    parse(include_str!("vectors.json"))
}

fn ms(ms: f64) -> Duration {
    Duration::from_secs_f64(ms / 1000.0)
}

fn differs(case: &Value) -> bool {
    DIFFERENCES.iter().any(|(id, _)| text(case, "id") == Some(id))
}

#[test]
fn every_case_holds() {
    let all = all();
    let cases = items(&all, "cases");
    assert!(cases.len() >= 30);
    for case in cases {
        eprintln!("{}", case["id"]);
        match text(case, "kind").unwrap() {
            "no_jitter" => delays(case),
            "overflow" => overflow(case),
            "jitter_given_random" => items(case, "rows").iter().for_each(|row| given_random(case, row)),
            "jitter_bounds" => bounds(case),
            "elapsed" if case.get("rows").is_some() => items(case, "rows").iter().for_each(elapsed),
            "elapsed" => total(case),
            "retry_after" => items(case, "rows").iter().for_each(server_says),
            "attempts" => items(case, "rows").iter().for_each(attempts),
            "budget" => budget(case),
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

fn backoff(case: &Value) -> Backoff {
    let config = &case["config"];
    let base = ms(float(config, "base_ms").unwrap());
    let backoff = match text(case, "strategy") {
        Some("constant") => Backoff::constant(base),
        Some("linear") => Backoff::linear(base, ms(float(config, "step_ms").unwrap())),
        Some("fibonacci") => Backoff::fibonacci(base),
        Some("decorrelated_v2") => Backoff::decorrelated(base),
        _ => Backoff::exponential(base, float(config, "factor").unwrap_or(1.0)),
    };
    match float(config, "max_ms") {
        Some(cap) => backoff.with_cap(ms(cap)),
        None => backoff,
    }
}

/// The waits that a policy really schedules, until it stops.
fn scheduled(options: RetryOptions, limit: usize) -> Vec<Duration> {
    let policy = RetryPolicy::new(options);
    let mut now = Instant::default();
    let mut operation = policy.begin(Safety::Idempotent, now);
    let mut waits = Vec::new();
    while waits.len() < limit {
        let Decision::Retry(wait) = operation.record(Verdict::Failure, now) else { break };
        waits.push(wait);
        now = now + wait;
    }
    waits
}

fn delays(case: &Value) {
    let retries = number(&case["config"], "max_retries").map_or(u32::MAX, |retries| retries as u32 + 1);
    let options = RetryOptions::default().with_backoff(backoff(case)).with_max_attempts(retries);
    let expected = items(case, "delays_ms");
    let stops = text(case, "then") == Some("stop");
    let waits = scheduled(options, expected.len() + usize::from(stops));
    assert_eq!(waits.len(), expected.len());
    let truncated = |wait: &Duration| wait.as_millis() as u64;
    if differs(case) {
        let mut exact = 100.0;
        for wait in waits {
            assert_eq!(wait, Duration::from_nanos((exact * 1e6_f64).round() as u64));
            exact *= 1.5;
        }
    } else {
        let expected: Vec<_> = expected.iter().map(|delay| delay.as_u64().unwrap()).collect();
        assert_eq!(waits.iter().map(truncated).collect::<Vec<_>>(), expected);
    }
}

fn overflow(case: &Value) {
    let backoff = backoff(case);
    if let Some(retry) = number(case, "retry_index") {
        assert_eq!(backoff.delays(0).nth(retry as usize), Some(Duration::MAX));
    }
    for (wait, expected) in backoff.delays(0).zip(items(case, "delays_ms")) {
        assert_eq!(wait, expected.as_f64().map_or(Duration::MAX, ms));
    }
    for retry in items(case, "retry_indexes") {
        let retry = retry.as_u64().unwrap() as usize;
        let cap = ms(30_000.0);
        assert!(backoff.delays(1).nth(retry).unwrap() > Duration::ZERO);
        assert!(
            (Duration::from_nanos(1)..=cap).contains(&backoff.with_cap(cap).delays(1).nth(retry).unwrap())
        );
    }
}

fn given_random(case: &Value, row: &Value) {
    let (base, random) = (float(row, "base_ms").unwrap(), float(row, "r").unwrap());
    let factor = float(row, "factor").unwrap_or(0.25);
    let jitter = Jitter::Proportional(Ratio::new(factor).unwrap());
    let apply = |random| jitter.apply(ms(base), Duration::MAX, random);
    let expected = float(row, "expect_ms").unwrap();
    match text(case, "id").unwrap() {
        "failsafe-factor" => assert_eq!(apply(1.0 - random).as_millis() as f64, expected, "{row}"),
        "cenkalti-inclusive-integers" => {
            let wait = apply(random).as_secs_f64() * 1000.0;
            assert!((wait - expected).abs() < 1.0, "{row}: {wait}");
        }
        _ => assert_eq!(apply(random), ms(expected), "{row}"),
    }
}

fn bounds(case: &Value) {
    if text(case, "property").is_some() {
        let quarter = Jitter::Proportional(Ratio::percent(25));
        for nanos in (1_000_000..3_600_000_000_000_u64).step_by(7_919_000_000) {
            let wait = Duration::from_nanos(nanos);
            let delays = Backoff::constant(wait).with_jitter(quarter).delays(nanos);
            assert!(delays.take(10).all(|delay| (wait - wait / 4..=wait + wait / 4).contains(&delay)));
        }
        return;
    }
    let config = &case["config"];
    let backoff = match text(case, "id").unwrap() {
        "aws-decorrelated-bounds" => Backoff::decorrelated(ms(float(config, "base_ms").unwrap())),
        "aws-full-jitter-bounds" => {
            Backoff::exponential(ms(float(config, "base_ms").unwrap()), 2.0).with_jitter(Jitter::Full)
        }
        _ => backoff(case)
            .with_jitter(Jitter::Proportional(Ratio::new(float(config, "randomization").unwrap()).unwrap())),
    };
    let cap = float(config, "max_ms").map_or(Duration::MAX, ms);
    for seed in 0..500 {
        for (delay, bounds) in backoff.with_cap(cap).delays(seed).zip(items(case, "bounds_ms")) {
            let bound = |place: usize| ms(bounds[place].as_f64().unwrap());
            assert!((bound(0)..=bound(1).min(cap)).contains(&delay), "{bounds}: {delay:?}");
        }
    }
}

fn elapsed(row: &Value) {
    let value = |key| ms(float(row, key).unwrap());
    let options = RetryOptions::default().with_backoff(Backoff::constant(value("next_delay_ms")));
    let most = value("max_elapsed_ms");
    // Its 0 is no limit, which is said by setting none here.
    let options = if most.is_zero() { options } else { options.with_max_elapsed(most) };
    let policy = RetryPolicy::new(options);
    let mut operation = policy.begin(Safety::Idempotent, Instant::default());
    let decision = operation.record(Verdict::Failure, Instant::default() + value("elapsed_ms"));
    if text(row, "expect").unwrap().starts_with("retry") {
        assert_eq!(decision, Decision::Retry(value("next_delay_ms")), "{row}");
    } else {
        assert_eq!(decision, Decision::GiveUp(GiveUp::Elapsed), "{row}");
    }
}

fn total(case: &Value) {
    let total = ms(float(&case["config"], "total_delay_ms").unwrap());
    let options =
        RetryOptions::default().with_backoff(backoff(case)).with_max_attempts(100).with_max_elapsed(total);
    let expected: Vec<_> = items(case, "delays_ms").iter().map(|delay| ms(delay.as_f64().unwrap())).collect();
    assert!(differs(case));
    assert_eq!(scheduled(options, 100), expected[..3]);
}

fn server_says(row: &Value) {
    if let Some(header) = text(row, "header") {
        let now =
            text(row, "now").map_or(UNIX_EPOCH, |now| UNIX_EPOCH + retry_after(now, UNIX_EPOCH).unwrap());
        assert_eq!(retry_after(header, now), float(row, "expect_delay_ms").map(ms), "{row}");
        return;
    }
    // Shorter than what the server says, and spread, so that either would show.
    let computed = Backoff::constant(ms(10.0)).with_cap(ms(10.0)).with_jitter(Jitter::Full);
    let policy = RetryPolicy::new(RetryOptions::default().with_backoff(computed));
    let asked = row["generated_ms"].as_u64();
    let verdict = asked.map_or(Verdict::Failure, |wait| Verdict::RetryAfter(Duration::from_millis(wait)));
    let mut operation = policy.begin(Safety::Idempotent, Instant::default());
    let Decision::Retry(wait) = operation.record(verdict, Instant::default()) else { panic!("{row}") };
    match asked {
        Some(asked) => {
            assert!((0.0..=10.0).contains(&((wait - Duration::from_millis(asked)).as_secs_f64() * 1e3)))
        }
        None => assert!(wait <= ms(10.0)),
    }
}

fn attempts(row: &Value) {
    let wait = ms(float(row, "wait_ms").unwrap());
    let options = RetryOptions::default()
        .with_max_attempts(number(row, "max_attempts").unwrap() as u32)
        .with_backoff(Backoff::constant(wait));
    let (clock, policy) = (ManualClock::new(), RetryPolicy::new(options));
    let mut outcomes = text(row, "outcomes").unwrap().chars();
    let mut calls = 0;
    let result = policy.call(&clock, Safety::Idempotent, || {
        calls += 1;
        if outcomes.next() == Some('S') { Ok(()) } else { Err(()) }
    });
    assert_eq!(Some(calls), number(row, "calls"));
    assert_eq!(clock.now() - Instant::default(), ms(float(row, "slept_ms").unwrap()));
    assert_eq!(result.is_ok(), text(row, "result") == Some("ok"));
}

fn budget(case: &Value) {
    let config = &case["config"];
    let budget = RetryBudget::over(
        ms(float(config, "ttl_ms").unwrap()),
        Ratio::new(float(config, "percent").unwrap()).unwrap(),
        number(config, "min_per_s").unwrap() as u32,
    );
    for step in items(case, "steps") {
        let now = Instant::default() + ms(float(step, "at_ms").unwrap());
        let times = number(step, "times").unwrap_or(1);
        if text(step, "op") == Some("deposit") {
            (0..times).for_each(|_| budget.deposit(now));
            continue;
        }
        let granted = (0..times).filter(|_| budget.withdraw(now)).count() as u64;
        if let Some(expected) = step["expect"].as_bool() {
            assert_eq!(granted == times, expected, "{step}");
        }
        if let Some(most) = number(step, "expect_at_most_true") {
            assert_eq!(granted, most, "{step}");
        }
    }
}
