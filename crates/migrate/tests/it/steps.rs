use enhanced_config_format::Format;
use enhanced_config_migrate::{Migration, Step, Steps};

use super::{ConfigMigrator, path, version, yaml};

/// Makes one step, as it is described, and takes it back.
#[track_caller]
fn check(step: &str, before: &str, after: &str) {
    let migrator = described(step);
    let text = format!("version: \"1.0.0\"\n{before}");
    let up = migrator.plan_to_latest("app", &yaml(&text)).unwrap();
    assert_eq!(up.editor().text(), format!("version: \"2.0.0\"\n{after}"));
    let down = migrator.plan("app", up.editor(), &version("1")).unwrap();
    assert_eq!(down.editor().document(), yaml(&text).document(), "{}", down.editor().text());
}

fn described(step: &str) -> ConfigMigrator {
    let text = format!("config: app\nmigrations: [{{from: \"1\", to: \"2\", up: [{{{step}}}]}}]\n");
    let mut migrator = ConfigMigrator::new();
    for migration in Migration::read(text.as_bytes(), Format::Yaml, "m.yaml").unwrap() {
        migrator.register(migration).unwrap();
    }
    migrator
}

#[test]
fn each_step_and_its_inverse() {
    check("rename: {path: a.b, key: c}", "a:\n  b: 1 # b\n", "a:\n  c: 1 # b\n");
    check("rename: {path: a.b, key: c}", "a: 1\n", "a: 1\n");
    check("move: {from: a, to: b.c}", "# a\na: 1 # one\nb:\n  d: 2\n", "b:\n  d: 2\n  # a\n  c: 1 # one\n");
    check("move: {from: a, to: b.c.d}", "a: 1 # one\ne: 2\n", "e: 2\nb:\n  c:\n    d: 1 # one\n");
    check("move_back: {from: b.c, to: a}", "b:\n  c: 1 # one\nd: 2\n", "d: 2\na: 1 # one\n");
    check("set: {path: a, value: 2, was: 1}", "a: 1 # a\n", "a: 2 # a\n");
    check("default: {path: a.b, value: [1]}", "c: 1\n", "c: 1\na:\n  b:\n    - 1\n");
    check("default: {path: a, value: 1}", "a: 2\n", "a: 2\n");
    check("drop: {path: a, value: 1}", "a: 1\nb: 2\n", "b: 2\n");
    check("remove: {path: a, was: 1}", "# gone\na: 1\nb: 2\n", "b: 2\n");
    check(
        "map_value: {path: level, values: {warn: warning}}",
        "level: 'warn' # l\n",
        "level: 'warning' # l\n",
    );
    check("map_value: {path: level, values: {warn: warning}}", "level: info\n", "level: info\n");
    check("map_value: {path: flag, values: {'true': 'on'}}", "flag: true\n", "flag: true\n");
    check(
        "split: {path: listen, separator: ':', into: [host, port]}",
        "# l\nlisten: 'h:80'\n",
        "# l\nhost: 'h'\nport: \"80\"\n",
    );
    check(
        "split: {path: listen, separator: ':', into: [net.bind, {path: net.port, kind: integer}]}",
        "listen: '0.0.0.0:80' # l\n",
        "net:\n  bind: '0.0.0.0' # l\n  port: 80\n",
    );
    check(
        "split: {path: a, separator: ' ', into: [{path: tls, kind: boolean}, {path: x, kind: float}, {path: z, kind: float}, {path: t, kind: text}]}",
        "a: true 0.5 3 03\n",
        "tls: true\nx: 0.5\nz: 3\nt: \"03\"\n",
    );
    check(
        "join: {from: [h, {path: p, kind: integer}], separator: ':', into: listen}",
        "h: a # h\np: 80\n",
        "listen: a:80 # h\n",
    );
    check("join: {from: [h, p], separator: ':', into: listen}", "h: a # h\np: '80'\n", "listen: a:80 # h\n");
    check(
        "join: {from: [net.h, net.p, q], separator: ':', into: listen}",
        "a: 1\n# net\nnet:\n  # h\n  h: a\n  # p\n  p: '80' # port\n# q\nq: 'x'\n",
        "a: 1\n# net\nnet: {}\n# h\n# p\n# port\n# q\nlisten: a:80:x\n",
    );
    check(
        "split: {path: listen, separator: ':', into: [net.host, net.port]}",
        "listen: h:80 # l\na: 1\n",
        "a: 1\nnet:\n  host: h # l\n  port: \"80\"\n",
    );
    check("wrap: {path: a, key: b}", "a: 1 # a\n", "a:\n  b: 1 # a\n");
    check("wrap: {path: a, key: b}", "# a\na:\n  # x\n  x: 1\n", "# a\na:\n  b:\n    # x\n    x: 1\n");
    check("unwrap: {path: a, key: b}", "a:\n  b: [1]\n", "a: [1]\n");
}

#[test]
fn steps_that_lose_something_have_no_inverse() {
    for step in [
        "set: {path: a, value: 1}",
        "remove: {path: a}",
        "map_value: {path: a, values: {x: z, y: z}}",
        "map_value: {path: a, values: {x: y, y: z}}",
    ] {
        let text = format!("config: app\nmigrations: [{{from: \"1\", to: \"2\", up: [{{{step}}}]}}]\n");
        let migrations = Migration::read(text.as_bytes(), Format::Yaml, "m.yaml").unwrap();
        assert!(migrations[0].down.is_none(), "{step}");
    }
}

#[test]
fn a_description_that_is_wrong_is_told_with_its_place() {
    let read = |step: &str| {
        let text = format!("config: app\nmigrations:\n  - from: '1'\n    to: '2'\n    up: [{{{step}}}]\n");
        Migration::read(text.as_bytes(), Format::Yaml, "m.yaml").unwrap_err().to_string()
    };
    assert!(read("renam: {path: a, key: b}").contains("m.yaml:5"), "{}", read("renam: {}"));
    assert!(
        read("rename: {path: a..b, key: b}").contains("m.yaml:5"),
        "{}",
        read("rename: {path: a..b, key: b}")
    );
    assert!(read("rename: {path: a, key: b, more: 1}").contains("m.yaml:5"));
    let split = |part: &str| read(&format!("split: {{path: a, separator: ':', into: [b, {part}]}}"));
    for wrong in ["{path: c, kind: number}", "{path: c, type: integer}", "c..d", "5"] {
        assert!(split(wrong).contains("m.yaml:5"), "{}", split(wrong));
    }
    assert!(split("5").contains("a path, or a map of `path` and `kind`"), "{}", split("5"));
}

#[test]
fn a_step_is_written_as_it_is_described() {
    for text in [
        r#"{"rename":{"path":"a.b","key":"c"}}"#,
        r#"{"remove":{"path":"a[0]"}}"#,
        r#"{"set":{"path":"a","value":[1],"was":null}}"#,
        r#"{"map_value":{"path":"a","values":{"x":"y"}}}"#,
        r#"{"split":{"path":"a","separator":":","into":["b.c",{"path":"d","kind":"integer"}]}}"#,
    ] {
        let step: Step = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&step).unwrap(), text.replace(r#","was":null"#, ""));
    }
}

#[test]
fn migrations_are_shown_without_the_values_in_their_steps() {
    let step = Step::Set { path: path("a.b"), value: "hunter2".into(), was: None };
    assert_eq!(format!("{:?}", Steps::from(vec![step])), r#"["set a.b"]"#);
    assert_eq!(format!("{:?}", Steps::code(|_| Ok(()))), "code");
}

#[test]
fn a_version_that_is_none_is_told_with_its_place() {
    let text = "config: app\nmigrations:\n- from: '1'\n  to: x.1.0\n  up: []\n";
    let problems = Migration::read(text.as_bytes(), Format::Yaml, "m.yaml").unwrap_err();
    assert!(problems.to_string().contains("(m.yaml:4:7)"), "{problems}");
}
