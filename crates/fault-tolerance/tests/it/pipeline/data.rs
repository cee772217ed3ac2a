//! Options from data.

use enhanced_config_fault_tolerance::breaker::{Closing, HalfOpen, SlowCalls, Trip, Undecided, Window};
use enhanced_config_fault_tolerance::pipeline::{PipelineOptions, StandardPipeline};
use enhanced_config_fault_tolerance::retry::{BudgetOptions, Safety};
use enhanced_config_fault_tolerance::{
    Backoff, BreakerOptions, BulkheadOptions, HedgeDelay, Jitter, LadderOptions, Quota, Ratio, RetryOptions,
};
use serde::Deserialize;
use serde_json::{Value, from_value, json};
use std::num::NonZeroU32;
use std::time::Duration;

fn read(data: Value) -> Result<PipelineOptions, String> {
    from_value(data).map_err(|error| error.to_string())
}

fn breaker(data: Value) -> BreakerOptions {
    read(json!({ "breaker": data })).unwrap().breaker.unwrap()
}

fn count(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap()
}

#[track_caller]
fn duration(text: &str, expected: Option<Duration>) {
    let read = read(json!({ "attempt_timeout": text })).ok().map(|options| options.attempt_timeout.unwrap());
    assert_eq!(read, expected, "{text:?}");
}

#[test]
fn durations_are_numbers_with_units() {
    let exactly = |text, nanos| duration(text, Some(Duration::from_nanos(nanos)));
    exactly("200ms", 200_000_000);
    exactly("1.5s", 1_500_000_000);
    exactly("1m", 60_000_000_000);
    exactly("1m30s", 90_000_000_000);
    exactly("1h0.5m", 3_630_000_000_000);
    exactly("2d", 172_800_000_000_000);
    exactly("7us", 7_000);
    exactly("7µs", 7_000);
    exactly("0.1ns", 0);
    exactly(" 3ns ", 3);
    exactly("0.000000001s", 1);
    exactly("0.0000000000000000000000001s", 0);
    duration("18446744073709551615s", Some(Duration::from_secs(u64::MAX)));
    for wrong in
        ["", " ", "1", "s", "1x", "-1s", "+1s", "1 s", "1.2.3s", ".5s", "1.s", "1e3s", "1S", "s1", "1s2"]
    {
        duration(wrong, None);
    }
    for wrong in ["18446744073709551616s", "18446744073709551615m", "999999999999999999999d", "1é", "1.é"] {
        duration(wrong, None);
    }
    assert!(read(json!({ "attempt_timeout": 5 })).unwrap_err().contains("expected a duration, as \"200ms\""));
}

#[test]
fn ratios_are_numbers_or_percentages() {
    let ratio = |data: Value| from_value::<Ratio>(data).map_err(|error| error.to_string());
    for data in [json!(0.2), json!("20%"), json!("0.2")] {
        assert_eq!(ratio(data), Ok(Ratio::percent(20)));
    }
    assert_eq!((ratio(json!(0)), ratio(json!(1))), (Ok(Ratio::ZERO), Ok(Ratio::ONE)));
    for wrong in [json!(1.1), json!(-1), json!(20), json!("120%"), json!("many"), json!(null), json!([0.2])] {
        let expected = "expected a ratio from 0 to 1, or from \"0%\" to \"100%\"";
        assert!(ratio(wrong).unwrap_err().contains(expected));
    }
}

#[test]
fn what_is_not_named_has_its_default_and_null_leaves_a_policy_out() {
    assert_eq!(read(json!({})), Ok(PipelineOptions::default()));
    let sections = json!({
        "retry": {}, "retry_budget": {}, "bulkhead": {}, "breaker": { "trip": {}, "half_open": {} },
    });
    let bulkhead = Some(BulkheadOptions::default());
    assert_eq!(read(sections), Ok(PipelineOptions { bulkhead, ..PipelineOptions::default() }));
    let nothing = json!({
        "total_timeout": null, "retry": null, "bulkhead": null, "rate_limit": null, "breaker": null,
        "attempt_timeout": null,
    });
    assert_eq!(read(nothing), Ok(PipelineOptions::none()));
    assert_eq!(from_value::<LadderOptions>(json!({ "dwell": "30s" })).unwrap(), LadderOptions::default());
}

#[test]
fn every_option_is_read() {
    let seconds = Duration::from_secs;
    let read = read(json!({
        "total_timeout": "1m",
        "retry": {
            "max_attempts": 5, "max_elapsed": "50s", "longest_retry_after": "20s", "seed": 7,
            "backoff": { "shape": { "linear": { "first": "1s", "step": "2s" } }, "cap": "9s", "jitter": "full" },
        },
        "retry_budget": { "share": "10%", "per_second": 3 },
        "bulkhead": { "max_in_flight": 8, "max_waiting": 4, "max_wait": "3s" },
        "rate_limit": { "count": 100, "per": "10s", "burst": 20 },
        "breaker": { "window": "consecutive", "trip": { "failure_ratio": null, "consecutive": 4 } },
        "attempt_timeout": "5s",
    }));
    let waits = Backoff::linear(seconds(1), seconds(2)).with_cap(seconds(9)).with_jitter(Jitter::Full);
    let retry = RetryOptions::default().with_max_attempts(5).with_max_elapsed(seconds(50)).with_seed(7);
    let trip = Trip { consecutive: Some(4), minimum_calls: 20, ..Trip::never() };
    let bulkhead = BulkheadOptions::default().with_max_in_flight(8).with_max_waiting(4);
    let expected = PipelineOptions {
        total_timeout: Some(seconds(60)),
        retry: Some(retry.with_longest_retry_after(seconds(20)).with_backoff(waits)),
        retry_budget: BudgetOptions { share: Ratio::percent(10), per_second: 3 },
        bulkhead: Some(bulkhead.with_max_wait(seconds(3))),
        rate_limit: Some(Quota::per(count(100), seconds(10)).with_burst(count(20))),
        breaker: Some(BreakerOptions::default().with_window(Window::Consecutive).with_trip(trip)),
        attempt_timeout: Some(seconds(5)),
    };
    assert_eq!(read, Ok(expected));
}

#[test]
fn every_option_of_a_breaker_is_read() {
    let seconds = Duration::from_secs;
    let options = breaker(json!({
        "window": { "time": { "width": "10s", "buckets": 6 } },
        "trip": { "slow": { "longer_than": "2s", "ratio": "80%" }, "failures": 9, "minimum_calls": 5 },
        "half_open": {
            "probes": 5, "closing": { "successes": 4 }, "probe_timeout": "20s",
            "limit": { "after": "1m", "then": "open" }, "ramp": "30s",
        },
        "wait": { "shape": { "fibonacci": "1s" }, "jitter": { "proportional": 0.25 } },
        "longest_retry_after": "1h",
    }));
    let slow = Some(SlowCalls { longer_than: seconds(2), ratio: Ratio::percent(80) });
    let half_open = HalfOpen {
        probe_timeout: seconds(20),
        limit: Some((seconds(60), Undecided::Open)),
        ramp: Some(seconds(30)),
        ..HalfOpen::some_of(4, 5)
    };
    let wait = Backoff::fibonacci(seconds(1)).with_jitter(Jitter::Proportional(Ratio::percent(25)));
    let expected = BreakerOptions::default()
        .with_window(Window::Time { width: seconds(10), buckets: 6 })
        .with_trip(Trip { slow, failures: Some(9), minimum_calls: 5, ..Trip::default() })
        .with_half_open(half_open)
        .with_wait(wait)
        .with_longest_retry_after(seconds(3600));
    assert_eq!(options, expected);
    let closing = |data: Value| breaker(json!({ "half_open": data })).half_open.closing;
    assert_eq!(closing(json!({ "probes": 7 })), Closing::Successes(7));
    assert_eq!(closing(json!({ "closing": "ratios" })), Closing::Ratios);
}

#[test]
fn every_shape_of_waits_and_of_hedges_is_read() {
    let second = Duration::from_secs(1);
    let shape = |data: Value| from_value::<Backoff>(json!({ "shape": data })).unwrap();
    assert_eq!(shape(json!({ "constant": "1s" })), Backoff::constant(second));
    assert_eq!(shape(json!({ "decorrelated": "1s" })), Backoff::decorrelated(second));
    let exponential = json!({ "exponential": { "first": "1s", "factor": 1.5 } });
    assert_eq!(shape(exponential), Backoff::exponential(second, 1.5));
    let hedge = |data: Value| from_value::<HedgeDelay>(data).unwrap();
    assert_eq!(hedge(json!({ "fixed": "1s" })), HedgeDelay::Fixed(second));
    let observed = json!({ "observed": { "share": "95%", "calls": 1000, "at_first": "100ms" } });
    assert_eq!(hedge(observed), HedgeDelay::default());
}

#[test]
fn wrong_data_says_what_was_expected() {
    let check = |data: Value, expected: &str| {
        let error = read(data).unwrap_err();
        assert!(error.contains(expected), "{error}");
    };
    check(json!({ "brekaer": {} }), "unknown field `brekaer`");
    check(
        json!({ "breaker": { "window": { "time": { "width": "1s", "bucket": 1 } } } }),
        "unknown field `bucket`",
    );
    check(json!({ "breaker": { "half_open": { "probe": 1 } } }), "unknown field `probe`");
    check(json!({ "retry": { "max_attempts": 0 } }), "nonzero");
    check(json!({ "rate_limit": { "per": "1s" } }), "missing field `count`");
    check(json!({ "rate_limit": { "count": 1, "per": "0s" } }), "longer than nothing");
    let factor = json!({ "shape": { "exponential": { "first": "1s", "factor": -1 } } });
    check(json!({ "retry": { "backoff": factor } }), "a factor of 0 or more");
    check(json!({ "retry": { "backoff": { "cap": "1s" } } }), "missing field `shape`");
}

#[test]
fn everything_out_of_range_is_said_at_once_and_where() {
    let options = read(json!({
        "total_timeout": "0s",
        "bulkhead": { "max_in_flight": 0, "max_waiting": 2_000_000 },
        "breaker": {
            "window": { "calls": 0 }, "trip": { "failures": 0 },
            "half_open": { "probes": 0, "probe_timeout": "0s" },
        },
        "attempt_timeout": "0s",
    }));
    let errors = options.unwrap().check().unwrap_err();
    let paths: Vec<_> = errors.problems().iter().map(|problem| problem.path.as_str()).collect();
    let expected = [
        "total_timeout",
        "bulkhead.max_in_flight",
        "bulkhead.max_waiting",
        "breaker.window.calls",
        "breaker.trip.failures",
        "breaker.half_open.probes",
        "breaker.half_open.probe_timeout",
        "breaker.half_open.closing.successes",
        "attempt_timeout",
    ];
    assert_eq!(paths, expected);
    let text = errors.to_string();
    assert!(text.contains("\nbulkhead.max_in_flight: expected 1 to 2147483647\n"), "{text}");
    assert_eq!(text.lines().count(), expected.len());
    assert_eq!(
        StandardPipeline::standard(Safety::Idempotent, &options_with_errors())
            .map(|_| ())
            .unwrap_err()
            .problems()
            .len(),
        1
    );
}

fn options_with_errors() -> PipelineOptions {
    PipelineOptions { total_timeout: Some(Duration::ZERO), ..PipelineOptions::default() }
}

/// Not only one format: what a value of any kind can be had from.
#[test]
fn any_deserializer_will_do() {
    let text = serde::de::value::StrDeserializer::<serde::de::value::Error>::new("20%");
    assert_eq!(Ratio::deserialize(text), Ok(Ratio::percent(20)));
    let fields = [("max_in_flight", 3u32), ("max_waiting", 5)];
    let map = serde::de::value::MapDeserializer::<_, serde::de::value::Error>::new(fields.into_iter());
    let options = BulkheadOptions::deserialize(map);
    assert_eq!(options, Ok(BulkheadOptions::default().with_max_in_flight(3).with_max_waiting(5)));
}
