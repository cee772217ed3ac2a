//! Rules in code: what they find, where, and what they do not tell.

use std::time::Instant;

use enhanced_config_core::{KeyPath, NodeRef, PathFault, ProblemKind, Redactor, Severity};
use enhanced_config_format::Format;
use enhanced_config_schema::{Finding, Rule, RuleFault, Rules};

use crate::check::document;

/// What a rule says against a YAML text while `prod` is active.
fn found(rule: Rule, yaml: &str) -> String {
    let rules = Rules::new([rule]).unwrap();
    rules.check(document(yaml, Format::Yaml).root(), &["prod"], &Redactor::new()).to_string()
}

fn check(rule: Rule, yaml: &str, expected: &str) {
    let name = format!("{rule:?}");
    assert_eq!(found(rule, yaml), expected, "{name}");
}

const SERVERS: &str = "\
servers:
  - port: 80
    tls: true
    cert: a.pem
  - port: high
    tls: true
  - port: 8080
    tls: false
  - tls: true
    cert: null
";

#[test]
fn required_keys_are_there() {
    check(Rule::required("db.host"), "db:\n  host: x\n", "");
    check(Rule::required("db.host"), "db:\n  port: 1\n", "db.host: missing [required] (app:1:1)");
    check(Rule::required("db.host"), "log: 1\n", "db.host: missing [required] (app:1:1)");
    check(Rule::required("db.host"), "a: 1\ndb: x\n", "db.host: missing [required] (app:2:1)");
    check(
        Rule::required("db.host"),
        "db:\n  host: ~\n",
        "db.host: expected a value, found null [required] (app:2:9)",
    );
    check(
        Rule::required("servers[*].cert"),
        SERVERS,
        "servers[1].cert: missing [required] (app:5:5)\n\
         servers[2].cert: missing [required] (app:7:5)\n\
         servers[3].cert: expected a value, found null [required] (app:10:11)",
    );
    check(Rule::required("servers[*].cert"), "servers: []\n", "");
    check(Rule::required("servers[*].cert"), "a: 1\n", "");
}

#[test]
fn ranges_bound_every_value() {
    check(
        Rule::range("servers[*].port", 1024..=65535),
        SERVERS,
        "servers[0].port: expected an integer from 1024 to 65535 [range] (app:2:11)\n\
         servers[1].port: expected an integer from 1024 to 65535, found string [range] (app:5:11)",
    );
    check(Rule::range("a", 0..10), "a: 9\n", "");
    check(Rule::range("a", 0..10), "a: 10\n", "a: expected an integer from 0 to 9 [range] (app:1:4)");
    check(Rule::range("a", 0..10), "a: 2.0\n", "");
    check(Rule::range("a", 0..10), "a: 2.5\n", "a: expected an integer from 0 to 9 [range] (app:1:4)");
    check(Rule::range("a", 0..10), "a: ~\n", "");
    check(Rule::range("a", 0.5..1.0), "a: 0.5\n", "");
    check(
        Rule::range("a", 0.5..1.0),
        "a: 1\n",
        "a: expected a number of at least 0.5 and below 1 [range] (app:1:4)",
    );
    check(Rule::range("a", ..=u64::MAX), "a: 18446744073709551615\n", "");
    check(
        Rule::range("a", ..u64::MAX),
        "a: 18446744073709551615\n",
        "a: expected an integer of at most 18446744073709551614 [range] (app:1:4)",
    );
}

#[test]
fn values_are_allowed_or_forbidden() {
    let levels = ["debug", "info", "warn"];
    check(Rule::one_of("log.*", levels), "log: {a: info, b: warn}\n", "");
    check(
        Rule::one_of("log.*", levels).with_recommendation("prefer `info`"),
        "log:\n  a: inof\n  b: 3\n",
        "log.a: unknown variant `inof`, expected `debug`, `info` or `warn` [one-of] (app:2:6); \
         did you mean `info`? prefer `info`\n\
         log.b: expected `debug`, `info` or `warn` [one-of] (app:3:6); prefer `info`",
    );
    check(Rule::one_of("a", [1, 2]), "a: 2.0\n", "");
    check(Rule::one_of("a", [1, 2]), "a: 3\n", "a: expected `1` or `2` [one-of] (app:1:4)");
    check(
        Rule::forbidden("bind", ["0.0.0.0", "::"]),
        "bind: \"::\"\n",
        "bind: expected anything but `0.0.0.0` or `::` [forbidden] (app:1:7)",
    );
    check(Rule::forbidden("bind", ["0.0.0.0"]), "bind: 127.0.0.1\n", "");
    check(Rule::forbidden("bind", ["0.0.0.0"]), "a: 1\n", "");
    check(
        Rule::forbidden("a", [serde_json::json!({"b": [1, null]})]),
        "a: {b: [1, ~]}\n",
        "a: expected anything but `{\"b\":[1,null]}` [forbidden] (app:1:4)",
    );
}

#[test]
fn texts_match_a_pattern() {
    check(Rule::pattern("name", "^[a-z]+$"), "name: abc\n", "");
    check(
        Rule::pattern("name", "^[a-z]+$"),
        "name: ABC\n",
        "name: expected text that matches `^[a-z]+$` [pattern] (app:1:7)",
    );
    check(
        Rule::pattern("name", "^[a-z]+$"),
        "name: [a]\n",
        "name: expected text that matches `^[a-z]+$`, found list [pattern] (app:1:7)",
    );
}

#[test]
fn if_this_then_that() {
    check(
        Rule::required("servers[*].cert").when("servers[*].tls", true),
        SERVERS,
        "servers[1].cert: missing [required] (app:5:5)\n\
         servers[3].cert: expected a value, found null [required] (app:10:11)",
    );
    let limits = || Rule::range("cache.bytes", 1..=10).when_set("cache.dir").when("mode", "disk");
    check(limits(), "cache: {bytes: 20}\nmode: disk\n", "");
    check(limits(), "cache: {bytes: 20, dir: ~}\nmode: disk\n", "");
    check(limits(), "cache: {bytes: 20, dir: /x}\nmode: memory\n", "");
    check(
        limits(),
        "cache: {bytes: 20, dir: /x}\nmode: disk\n",
        "cache.bytes: expected an integer from 1 to 10 [range] (app:1:16)",
    );
    let any = || Rule::required("acme").when("servers[*].tls", true);
    check(any(), "servers: [{tls: false}, {tls: false}]\n", "");
    check(any(), "servers: [{tls: false}, {tls: true}]\n", "acme: missing [required] (app:1:1)");
    let own = || Rule::new("own", |_| Some(Finding::at("a", "bad"))).when("b", 1);
    check(own(), "a: 1\nb: 1\n", "a: bad [own] (app:1:4)");
    check(own(), "a: 1\nb: 2\n", "");
}

#[test]
fn a_condition_over_many_members_is_asked_once() {
    let start = Instant::now();
    let list = |name: &str| format!("{name}:\n{}", "  - {tls: false}\n".repeat(40_000));
    let rule = Rule::required("servers[*].cert").when("clients[*].tls", true);
    check(rule, &format!("{}{}", list("servers"), list("clients")), "");
    let rule = Rule::required("all.servers[*].cert").when("all.servers[*].tls", true);
    check(rule, &format!("all: {{servers: [{}]}}\n", "{tls: false},".repeat(60_000)), "");
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn environments_limit_a_rule() {
    let rules = Rules::new([
        Rule::required("prod").only_in(["prod", "staging"]),
        Rule::required("not-dev").except_in(["dev"]),
        Rule::required("all"),
    ]);
    let rules = rules.unwrap();
    let document = document("a: 1\n", Format::Yaml);
    let check = |environments: &[&str], expected: &[&str]| {
        let problems = rules.check(document.root(), environments, &Redactor::new());
        let keys: Vec<String> = problems.iter().map(|problem| problem.path.to_string()).collect();
        assert_eq!(keys, expected, "{environments:?}");
    };
    check(&[], &["all", "not-dev"]);
    check(&["dev"], &["all"]);
    check(&["prod"], &["all", "not-dev", "prod"]);
    check(&["dev", "staging"], &["all", "prod"]);
    check(&["production"], &["all", "not-dev"]);
}

#[test]
fn closures_find_what_they_like() {
    let order = || {
        Rule::new("min-below-max", |config| {
            let number = |path| config.find(path).and_then(NodeRef::as_i64);
            let wrong = number("pool.min").zip(number("pool.max")).filter(|(min, max)| min > max);
            wrong.map(|(min, max)| {
                Finding::at("pool.min", format!("{min} is more than the {max} of `pool.max`"))
            })
        })
    };
    check(order(), "pool: {min: 1, max: 2}\n", "");
    check(
        order().with_severity(Severity::Warning).with_recommendation("swap them"),
        "pool:\n  min: 3\n  max: 2\n",
        "warning: pool.min: 3 is more than the 2 of `pool.max` [min-below-max] (app:2:8); swap them",
    );
    check(
        order().with_name("order").with_message("the bounds are the wrong way round"),
        "pool:\n  min: 3\n  max: 2\n",
        "pool.min: the bounds are the wrong way round [order] (app:2:8)",
    );
    let many = Rule::new("many", |_| {
        vec![
            Finding::at("b.c.d", "not there"),
            Finding::at("a[0]", "first"),
            Finding::at("a..b", "odd"),
            Finding::at(KeyPath::root().join("x.y"), "a key with a dot"),
            Finding::of_all("all of it"),
        ]
    });
    check(
        many,
        "a: [1]\nb: {}\nx.y: 2\n",
        "all of it [many] (app:1:1)\n\
         \"a..b\": odd [many] (app:1:1)\n\
         a[0]: first [many] (app:1:5)\n\
         b.c.d: not there [many] (app:2:1)\n\
         \"x.y\": a key with a dot [many] (app:3:6)",
    );
}

#[derive(serde::Deserialize)]
struct App {
    workers: u32,
    pool: u32,
    #[serde(default)]
    password: String,
}

#[test]
fn a_typed_rule_sees_the_type() {
    let fits = || {
        Rule::typed("pool-fits", |app: &App| {
            (app.pool < app.workers).then(|| Finding::at("pool", "fewer connections than workers"))
        })
    };
    check(fits(), "workers: 2\npool: 2\nother: 1\n", "");
    check(fits(), "workers: 3\npool: 2\n", "pool: fewer connections than workers [pool-fits] (app:2:7)");
    check(
        fits(),
        "workers: many\n",
        "pool: missing [pool-fits] (app:1:1)\n\
         workers: expected an integer from 0 to 4294967295, found string [pool-fits] (app:1:10)",
    );
}

#[test]
fn a_panic_is_a_problem_of_the_rule() {
    let literal = Rule::new("a", |_| -> Option<Finding> { panic!("no such thing") });
    check(literal, "b: 1\n", "the rule panicked: no such thing [a] (app:1:1)");
    let quoting = Rule::new("a", |config| -> Option<Finding> {
        panic!("found {}", config.find("password").unwrap().as_str().unwrap())
    });
    check(quoting, "password: hunter2\n", "the rule panicked: found *** [a] (app:1:1)");
    let other = Rule::new("a", |_| -> Option<Finding> { std::panic::panic_any(3) });
    check(other, "b: 1\n", "the rule panicked [a] (app:1:1)");
    let index =
        Rule::typed("a", |app: &App| vec![Finding::at("b", app.password.clone().remove(3).to_string())]);
    assert!(found(index.clone(), "workers: 1\npool: 1\n").contains("[a]"));
    // The others are asked all the same, and the rule again the next time.
    let rules = Rules::new([index, Rule::required("x")]).unwrap();
    for _ in 0..2 {
        let document = document("workers: 1\npool: 1\n", Format::Yaml);
        assert_eq!(rules.check(document.root(), &[], &Redactor::new()).len(), 2);
    }
}

#[test]
fn secrets_are_never_told() {
    let yaml = "db:\n  user: me\n  password: \"hun\\\"ter2\"\n  pin_token: 1234\nurl: x://u:pw@h/\nkey: ab\ntable: 1\n";
    let redactor = Redactor::new().with_secret(&"key".parse().unwrap());
    let check = |rule: Rule, expected: &str| {
        let rules = Rules::new([rule]).unwrap();
        let problems = rules.check(document(yaml, Format::Yaml).root(), &[], &redactor);
        assert_eq!(problems.to_string(), expected);
    };
    let quote = |path: &'static str, at: &'static str| {
        Rule::new("q", move |config| {
            let value = config.find(path)?;
            let text = value.as_str().map_or_else(|| value.as_i64().unwrap().to_string(), str::to_owned);
            Some(Finding::at(at, format!("<{text}> {text:?} a table of {text}")))
        })
    };
    check(quote("db.password", "db"), "db: <***> \"***\" a table of *** [q] (app:2:3)");
    check(quote("db.pin_token", ""), "<***> \"***\" a table of *** [q] (app:1:1)");
    check(quote("key", "table"), "table: <***> \"***\" a table of *** [q] (app:7:8)");
    check(quote("url", "url"), "url: <x://***@h/> \"x://***@h/\" a table of x://***@h/ [q] (app:5:6)");
    let password = Rule::new("q", |config| {
        let (_, userinfo) = config.find("url")?.as_str()?.split_once("u:")?;
        Some(Finding::at("url", format!("{} is weak", userinfo.split_once('@')?.0)))
    });
    check(password, "url: *** is weak [q] (app:5:6)");
    check(
        quote("db.user", "db.password"),
        "db.password: not kept, in words that may quote a secret [q] (app:3:13)",
    );
    check(
        Rule::new("q", |_| Some(Finding::at("db.password", "too short"))),
        "db.password: too short [q] (app:3:13)",
    );
    check(
        Rule::forbidden("db.password", ["hun\"ter2"]),
        "db.password: expected a value that is not among the forbidden ones [forbidden] (app:3:13)",
    );
    check(
        Rule::one_of("key", ["abc", "bcd"]),
        "key: unknown variant, expected `abc` or `bcd` [one-of] (app:6:6)",
    );
    check(
        Rule::pattern("db.password", "^.{12,}$").with_recommendation("at least 12 characters"),
        "db.password: expected text that matches `^.{12,}$` [pattern] (app:3:13); at least 12 characters",
    );
}

#[test]
fn keys_below_a_secret_are_shown_only_if_the_program_knows_them() {
    let yaml = "secrets:\n  k3y: {a: 1}\n";
    check(
        Rule::range("secrets.*.a", 2..),
        yaml,
        "secrets.***.a: expected an integer of at least 2 [range] (app:2:12)",
    );
    check(Rule::required("secrets.api"), yaml, "secrets.api: missing [required] (app:1:1)");
    let own = Rule::new("own", |config| {
        let keys: Vec<&str> = config.find("secrets")?.entries().map(|(key, _)| key).collect();
        Some(Finding::at(format!("secrets.{}", keys[0]), "old"))
    });
    check(own, yaml, "secrets.***: old [own] (app:2:8)");
}

#[test]
fn secrets_without_number_and_messages_without_end_are_not_shown_at_all() {
    let yaml: String = (0..1001).map(|n| format!("t{n}_token: secret{n}\n")).collect();
    let own = || Rule::new("own", |config| Some(Finding::of_all(format!("of {}", config.len()))));
    assert!(found(own(), &yaml).starts_with("not kept, in words that may quote a secret [own]"));
    let long = Rule::new("own", |_| Some(Finding::of_all("x".repeat(2001))));
    assert!(found(long, "a: 1\n").starts_with("not kept, in words that may quote a secret [own]"));
}

#[test]
fn problems_end_somewhere_and_errors_come_before_warnings() {
    let yaml: String = (0..300).map(|n| format!("a{n}: 0\n")).collect();
    let rules = Rules::new([
        Rule::new("endless", |_| std::iter::repeat_with(|| Finding::at("a0", "again")))
            .with_severity(Severity::Note),
        Rule::range("*", 1..).with_severity(Severity::Warning),
        Rule::range("a299", 1..).with_name("last"),
    ]);
    let problems = rules.unwrap().check(document(&yaml, Format::Yaml).root(), &[], &Redactor::new());
    assert_eq!(problems.len(), 101);
    assert!(problems.has_errors());
    let kinds: Vec<&ProblemKind> = problems.iter().map(|problem| &problem.kind).collect();
    assert!(matches!(kinds[100], ProblemKind::More { most: 100 }));
    assert!(matches!(kinds[99], ProblemKind::Rule { rule, .. } if &**rule == "last"));
}

#[test]
fn a_rule_that_makes_no_sense_is_refused_by_name() {
    let refused = |rule: Rule| Rules::new([rule.with_name("r")]).unwrap_err();
    assert_eq!(
        refused(Rule::required("a..b")).to_string(),
        "rule \"r\": path \"a..b\": an empty segment (quote it, \"\", if the key really is empty) at byte 2"
    );
    let fault = refused(Rule::required("a").when("b[*]c", 1)).fault;
    assert!(matches!(fault, RuleFault::Path(error) if error.fault == PathFault::Separator));
    for pattern in ["(", "(?=a)", "(a)\\1", "\\p{L}{900}{900}"] {
        assert!(matches!(refused(Rule::pattern("a", pattern)).fault, RuleFault::Pattern { .. }), "{pattern}");
    }
    assert_eq!(refused(Rule::range("a", 5..5)).fault, RuleFault::Range);
    assert!(matches!(refused(Rule::one_of("a", [0; 0])).fault, RuleFault::Values { .. }));
    assert!(matches!(refused(Rule::forbidden("a", [b'a'; 0])).fault, RuleFault::Values { .. }));
}

#[test]
fn rules_are_shared_between_threads_and_show_no_value() {
    fn shared<T: Send + Sync + Clone + std::fmt::Debug + 'static>(_: &T) {}
    let rule = Rule::forbidden("password", ["hunter2"]).only_in(["prod"]);
    shared(&rule);
    assert!(!format!("{rule:?}").contains("hunter2"));
    let rules = Rules::new([rule]).unwrap();
    shared(&rules);
    assert_eq!((rules.len(), rules.is_empty()), (1, false));
    assert!(!format!("{:?}", Finding::at("a", "hunter2")).contains("hunter2"));
}
