use super::{SECOND, Watch};
use enhanced_config_monitor::alert::{AlertFilter, Bound, News, Observation, Rule, Rules, Severity};
use enhanced_config_monitor::{Health, HealthStatus};
use proptest::prelude::*;
use std::time::Duration;

/// A value that breaks the rule, one between the bounds, and one that clears it.
fn values(rule: &Rule) -> [f64; 3] {
    match rule.bound {
        Bound::Above { raise, clear } => [raise + 0.01, (raise + clear) / 2.0, clear],
        Bound::Below { raise, clear } => [raise - 0.01, (raise + clear) / 2.0, clear],
    }
}

fn watch(rule: &Rule) -> (Watch, [Observation; 3]) {
    let observations = values(rule).map(|value| Observation::new(rule.signal.clone(), value).of("app"));
    (Watch::new(Rules::none().with(rule.clone())), observations)
}

fn seconds(duration: Duration) -> u64 {
    duration.as_secs()
}

/// As the table of `Rules` and the product's description have it.
#[test]
fn the_defaults_are_what_is_documented() {
    let found: Vec<_> = Rules::default()
        .iter()
        .map(|rule| (rule.name.to_string(), rule.bound.threshold(), rule.severity))
        .collect();
    let expected = [
        ("hit-ratio-low", 0.8, Severity::Medium),
        ("validation-errors", 0.1, Severity::High),
        ("load-slow", 2.0, Severity::High),
        ("compression-low", 0.5, Severity::Low),
        ("cpu-high", 90.0, Severity::High),
        ("memory-high", 85.0, Severity::High),
        ("disk-full", 90.0, Severity::Critical),
        ("reload-rejected", 0.0, Severity::High),
        ("last-known-good-served", 0.0, Severity::High),
        ("defaults-served", 0.0, Severity::Critical),
    ];
    assert_eq!(found, expected.map(|(name, threshold, severity)| (name.into(), threshold, severity)));
    assert!(Rules::default().iter().all(|rule| rule.remedy.ends_with('.') && !rule.title.is_empty()));
}

#[test]
fn every_rule_is_held_raised_once_repeated_and_resolved() {
    for rule in Rules::default().iter() {
        let (mut watch, [wrong, _, well]) = watch(rule);
        let (hold, quiet, repeat) = (seconds(rule.hold), seconds(rule.quiet), seconds(rule.repeat));
        assert_eq!(watch.run(hold, &wrong), [], "{}: held", rule.name);
        assert_eq!(watch.run(1, &wrong), [(0, News::Raised)], "{}: raised", rule.name);
        assert_eq!(watch.active(), 1);
        assert_eq!(watch.run(repeat - 1, &wrong), [], "{}: once", rule.name);
        assert_eq!(watch.run(1, &wrong), [(0, News::Repeated)], "{}: repeated", rule.name);
        assert_eq!(watch.active(), 1);
        assert_eq!(watch.run(quiet, &well), [], "{}: not yet quiet for long enough", rule.name);
        assert_eq!(watch.run(1, &well), [(0, News::Resolved)], "{}: resolved", rule.name);
        assert_eq!(watch.active(), 0);
        assert_eq!(watch.run(2 * repeat, &well), [], "{}: silent", rule.name);
    }
}

#[test]
fn every_rule_waits_for_all_of_its_hold() {
    for rule in Rules::default().iter().filter(|rule| rule.hold > SECOND) {
        let (mut watch, [wrong, _, well]) = watch(rule);
        for _ in 0..10 {
            assert_eq!(watch.run(seconds(rule.hold), &wrong), [], "{}", rule.name);
            assert_eq!(watch.run(1, &well), [], "{}", rule.name);
        }
    }
}

#[test]
fn every_rule_has_hysteresis() {
    for rule in Rules::default().iter().filter(|rule| values(rule)[1] != values(rule)[2]) {
        let (mut watch, [wrong, between, well]) = watch(rule);
        assert_eq!(watch.run(100, &between), [], "{}: what trembles below is not wrong", rule.name);
        assert_eq!(watch.run(seconds(rule.hold) + 1, &wrong).len(), 1, "{}", rule.name);
        for _ in 0..50 {
            assert_eq!(watch.run(seconds(rule.quiet) + 2, &between), [], "{}: nor well", rule.name);
        }
        assert_eq!(watch.run(seconds(rule.quiet) + 1, &well).len(), 1, "{}", rule.name);
    }
}

#[test]
fn every_rule_tells_one_alert_for_each_condition() {
    for rule in Rules::default().iter() {
        let (mut watch, [wrong, ..]) = watch(rule);
        let other = Observation::new(rule.signal.clone(), wrong.value).of("other");
        for _ in 0..=seconds(rule.hold) {
            watch.next(&[wrong.clone(), wrong.clone(), other.clone()]);
        }
        assert_eq!(watch.active(), 2, "{}", rule.name);
    }
}

#[test]
fn every_rule_raises_no_more_than_documented_when_its_input_flaps() {
    for rule in Rules::default().iter() {
        let (hold, quiet) = (seconds(rule.hold), seconds(rule.quiet));
        for period in [1, 2, 5, 11, 61, 130] {
            let (mut watch, [wrong, _, well]) = watch(rule);
            let (mut raised, spent) = (0, 20_000);
            for second in 0..spent {
                let value = if second / period % 2 == 0 { &wrong } else { &well };
                raised += watch
                    .next(std::slice::from_ref(value))
                    .iter()
                    .filter(|event| event.news == News::Raised)
                    .count();
            }
            let most = 1 + spent / (hold + quiet);
            assert!(raised as u64 <= most, "{}: {raised} raised, {most} at most, period {period}", rule.name);
        }
    }
}

#[test]
fn what_is_not_observed_any_more_is_well() {
    let rule = Rules::default().get("disk-full").unwrap().clone();
    let (mut watch, [wrong, ..]) = watch(&rule);
    assert_eq!(watch.run(1, &wrong).len(), 1);
    let resolved = (0..=60).flat_map(|_| watch.next(&[])).map(|event| event.news);
    assert_eq!(resolved.collect::<Vec<_>>(), [News::Resolved]);
}

#[test]
fn no_number_is_neither_wrong_nor_lasting() {
    let rule = Rule::new("x", "x", Bound::above(1.0, 0.5));
    let (mut watch, [wrong, ..]) = watch(&rule);
    let nan = Observation::new("x", f64::NAN).of("app");
    assert_eq!(watch.run(5, &nan), []);
    assert_eq!(watch.run(1, &wrong), [(0, News::Raised)]);
    assert_eq!(watch.run(1, &nan), [(0, News::Resolved)]);
}

#[test]
fn an_alert_says_what_is_wrong_with_figures_and_what_to_do() {
    let mut watch = Watch::new(Rules::default());
    let events = watch.next(&[Observation::new("load_seconds", 2.5).of("app")]);
    let alert = &events[0].alert;
    assert_eq!(alert.to_string(), "high: app: loading is slow: 2.50 s, more than 2.00 s");
    assert!(alert.remedy.contains("disk"));
    watch.next(&[Observation::new("load_seconds", 7.0).of("app")]);
    watch.next(&[Observation::new("load_seconds", 3.0).of("app")]);
    let alert = &watch.alerts.list(&AlertFilter::active())[0];
    assert_eq!((alert.value, alert.worst, alert.lasted), (3.0, 7.0, 2 * SECOND));
}

#[test]
fn filters_choose_by_severity_subject_rule_and_time() {
    let mut watch = Watch::new(Rules::default());
    watch.next(&[
        Observation::new("defaults_served", 1.0),
        Observation::new("serving_defaults", 1.0).of("app"),
    ]);
    let early = watch.time();
    for _ in 0..20 {
        watch.next(&[]);
    }
    watch.next(&[Observation::new("reload_rejected", 1.0).of("db")]);
    let rules = |filter: AlertFilter| -> Vec<String> {
        watch.alerts.list(&filter).iter().map(|alert| alert.rule.to_string()).collect()
    };
    let all = AlertFilter::default;
    assert_eq!(rules(all()), ["reload-rejected", "defaults-served"], "those that go on come first");
    assert_eq!(rules(AlertFilter::active()), ["reload-rejected"]);
    assert_eq!(rules(all().at_least(Severity::Critical)), ["defaults-served"]);
    assert_eq!(rules(all().about("db")), ["reload-rejected"]);
    assert_eq!(rules(all().by("defaults-served")), ["defaults-served"]);
    assert_eq!(rules(all().until(early + SECOND)), ["defaults-served"]);
    assert_eq!(rules(all().since(early + 15 * SECOND)), ["reload-rejected"]);
    assert_eq!(rules(all().about("nobody")), [""; 0]);
}

#[test]
fn health_is_as_bad_as_the_worst_alert() {
    let status = |severities: &[&str]| {
        let mut watch = Watch::new(Rules::default());
        let observations: Vec<_> = severities
            .iter()
            .map(|signal| {
                Observation::new((*signal).to_owned(), if signal.contains("ratio") { 0.01 } else { 99.0 })
            })
            .collect();
        for _ in 0..100 {
            watch.next(&observations);
        }
        HealthStatus::of_all(&watch.alerts.list(&AlertFilter::active()))
    };
    assert_eq!(status(&[]), HealthStatus::Healthy);
    assert_eq!(status(&["compression_saved_ratio"]), HealthStatus::Degraded);
    assert_eq!(status(&["hit_ratio"]), HealthStatus::Degraded);
    assert_eq!(status(&["hit_ratio", "cpu_percent"]), HealthStatus::Warning);
    assert_eq!(status(&["disk_percent", "hit_ratio"]), HealthStatus::Critical);
}

#[test]
fn conditions_and_what_is_kept_of_them_are_bounded() {
    let mut watch = Watch::new(Rules::default());
    let many: Vec<_> = (0..5000)
        .map(|number| Observation::new("reload_rejected", 1.0).of(format!("config-{number}")))
        .collect();
    assert_eq!(watch.next(&many).len(), 4096);
    assert_eq!((watch.active(), watch.alerts.refused()), (4096, 904));
    for _ in 0..20 {
        watch.next(&[]);
    }
    assert_eq!(
        watch.alerts.list(&AlertFilter::default()).len(),
        256,
        "the newest of those that were resolved"
    );
}

#[test]
fn rules_are_data() {
    let rules = Rules::default()
        .without("cpu-high")
        .change("hit-ratio-low", |rule| rule.bound(Bound::below(0.5, 0.6)).held(SECOND, SECOND));
    let json = serde_json::to_string(&rules).unwrap();
    assert!(json.contains(r#""for":{"secs":1,"nanos":0}"#), "{json}");
    assert_eq!(serde_json::from_str::<Rules>(&json).unwrap(), rules);
    assert_eq!(rules.iter().count(), 9);
    assert_eq!(rules.get("hit-ratio-low").unwrap().bound.threshold(), 0.5);
}

#[test]
fn a_rule_can_be_read_in_part() {
    let json = r#"[{"name": "x", "signal": "cpu_percent", "bound": {"above": {"raise": 50, "clear": 40}}}]"#;
    let rules: Rules = serde_json::from_str(json).unwrap();
    let expected = Rule::new("x", "cpu_percent", Bound::above(50.0, 40.0));
    let read = rules.get("x").unwrap();
    assert_eq!((read.severity, read.unit, read.repeat), (expected.severity, expected.unit, expected.repeat));
    let mut watch = Watch::new(rules);
    let events = watch.next(&[Observation::new("cpu_percent", 60.0)]);
    assert_eq!(events[0].alert.to_string(), "medium: x: 60, more than 50");
}

#[test]
fn rules_that_nobody_can_rely_on_are_refused() {
    let check = |json: &str, expected: &str| {
        let error = serde_json::from_str::<Rules>(json).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    let rule = |name: &str, unit: &str, raise: f64| {
        format!(
            r#"{{"name": "{name}", "signal": "x", "unit": "{unit}", "bound": {{"above": {{"raise": {raise}, "clear": 0}}}}}}"#
        )
    };
    let [x, more] = ["x", "more"].map(|name| rule(name, "percent", 90.0));
    check(&format!("[{x}, {more}, {x}]"), "rule x: there are two of that name");
    check(&format!("[{}]", rule("", "percent", 90.0)), "a rule about x has no name");
    check(
        &format!("[{}]", rule("x", "percent", 150.0)),
        "rule x: expected a threshold from 0 to 100, found 150",
    );
    check(&format!("[{}]", rule("x", "percent", -1.0)), "found -1");
    check(&format!("[{}]", rule("x", "ratio", 80.0)), "expected a threshold from 0 to 1, found 80");
    check(&format!("[{}]", x.replace("signal", "sginal")), "unknown field `sginal`");
    let never = Rules::default().change("cpu-high", |rule| rule.bound(Bound::above(f64::NAN, 0.0)));
    assert_eq!(
        never.problems()[0].to_string(),
        "rule cpu-high: expected a threshold from 0 to 100, found NaN"
    );
    assert_eq!(Rules::default().problems(), []);
}

#[test]
fn an_alert_is_json_with_dates_that_people_read() {
    let mut watch = Watch::new(Rules::default());
    let events = watch.next(&[Observation::new("reload_rejected", 1.0).of("app")]);
    let json = serde_json::to_value(&events[0]).unwrap();
    assert_eq!((&json["news"], &json["alert"]["raised"]), (&"raised".into(), &"1970-01-01T00:00:01Z".into()));
    assert_eq!((&json["alert"]["subject"], &json["alert"]["severity"]), (&"app".into(), &"high".into()));
}

#[test]
fn what_is_shared_among_threads_can_be() {
    const fn check<T: Send + Sync>() {}
    check::<enhanced_config_monitor::alert::Alerts>();
    check::<enhanced_config_monitor::alert::Sinks>();
    check::<Health>();
}

proptest! {
    /// Whatever the values: raised and resolved take turns, and nothing is told of what was not raised.
    #[test]
    fn news_come_in_order(values in proptest::collection::vec(0.0..2.0, 1..300), hold in 0..5_u64, quiet in 0..5_u64) {
        let rule = Rule::new("x", "x", Bound::above(1.2, 0.8))
            .held(Duration::from_secs(hold), Duration::from_secs(quiet))
            .repeated(10 * SECOND);
        let mut watch = Watch::new(Rules::none().with(rule));
        let mut active = false;
        for value in values {
            for event in watch.next(&[Observation::new("x", value)]) {
                match event.news {
                    News::Raised => prop_assert!(!active && value > 1.2),
                    News::Repeated => prop_assert!(active && value > 0.8),
                    News::Resolved => prop_assert!(active && value <= 0.8),
                    other => prop_assert!(false, "{:?}", other),
                }
                active = event.news != News::Resolved;
            }
            prop_assert_eq!(watch.active(), usize::from(active));
        }
    }
}
