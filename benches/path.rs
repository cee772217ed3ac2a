//! How long does reading one value by its path take?
//!
//! Every contestant walks round the same 32 integers, so that none profits from reading one place only.

use std::{cell::Cell, hint::black_box};

use enhanced_config_benches::{
    corpus::{Family, Format},
    harness::Suite,
    ours, peers,
};
use serde_json::Value;

fn main() {
    let mut suite = Suite::from_args();
    suite.table("one integer by its path, the path parsed each time");
    for family in Family::all() {
        parsed_each_time(&mut suite, &family);
    }
    suite.table("one integer by a path prepared before, or at a node found before");
    for family in Family::all() {
        prepared(&mut suite, &family);
    }
}

fn parsed_each_time(suite: &mut Suite, family: &Family) {
    let text = &family.base;
    let value: Value = serde_json::from_str(text).expect("valid JSON");
    let paths = integers(&value);
    let dotted: Vec<_> = paths.iter().map(|path| path.join(".")).collect();
    let pointers: Vec<_> = paths.iter().map(|path| format!("/{}", path.join("/"))).collect();
    let document = ours::parse(text, Format::Json);
    let config = peers::config_text(text, Format::Json);
    let figment = peers::figment_text(text, Format::Json);
    for (path, pointer) in dotted.iter().zip(&pointers) {
        let expected = value.pointer(pointer).and_then(Value::as_i64);
        assert_eq!(ours::integer(&document, path), expected);
        assert_eq!(config.get::<i64>(path).ok(), expected);
        assert_eq!(figment.extract_inner::<i64>(path).ok(), expected);
    }
    suite
        .ask(format!("core/get/{}", family.size.name()))
        .ours(round(&dotted, |path| ours::integer(&document, path)))
        .peer("config get", round(&dotted, |path| config.get::<i64>(path)))
        .peer("figment extract_inner", round(&dotted, |path| figment.extract_inner::<i64>(path)))
        .peer("figment find_value", round(&dotted, |path| figment.find_value(path)))
        .peer("serde_json pointer", round(&pointers, |path| value.pointer(path).and_then(Value::as_i64)))
        .at_most(50.0 / 126.0, "config get")
        .run();
}

fn prepared(suite: &mut Suite, family: &Family) {
    let text = &family.base;
    let value: Value = serde_json::from_str(text).expect("valid JSON");
    let paths = integers(&value);
    let chain = |path: &Vec<String>| {
        path.iter().try_fold(&value, |value, key| value.get(key)).and_then(Value::as_i64)
    };
    let dotted: Vec<_> = paths.iter().map(|path| path.join(".")).collect();
    let document = ours::parse(text, Format::Json);
    let config = peers::config_text(text, Format::Json);
    let ready: Vec<_> = dotted.iter().map(|path| ours::prepare(path)).collect();
    suite
        .ask(format!("core/get_prepared/{}", family.size.name()))
        .ours(round(&ready, |path| ours::integer_prepared(&document, path)))
        .peer("serde_json gets", round(&paths, chain))
        .peer("config get", round(&dotted, |path| config.get::<i64>(path)))
        .at_most(15.0 / 126.0, "config get")
        .run();
    let nodes: Vec<_> = dotted.iter().map(|path| ours::node(&document, path)).collect();
    let values: Vec<_> =
        paths.iter().map(|path| path.iter().fold(&value, |value, key| &value[key])).collect();
    suite
        .ask(format!("core/read_node/{}", family.size.name()))
        .ours(round(&nodes, |node| node.as_i64()))
        .peer("&serde_json::Value", round(&values, |value| value.as_i64()))
        .run();
}

/// A closure that asks for the next item at each call. Its own cost is about a nanosecond.
fn round<'a, T, R>(items: &'a [T], read: impl Fn(&'a T) -> R + 'a) -> impl FnMut() -> R + 'a {
    let next = Cell::new(0);
    move || {
        let index = next.get();
        next.set(if index + 1 == items.len() { 0 } else { index + 1 });
        read(black_box(&items[index]))
    }
}

/// The paths of 32 integers (fewer in a small file), spread over the whole file, reached through plain keys only.
fn integers(value: &Value) -> Vec<Vec<String>> {
    fn walk(value: &Value, path: &mut Vec<String>, out: &mut Vec<Vec<String>>) {
        let Value::Object(members) = value else { return };
        for (key, member) in members {
            if key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
                path.push(key.clone());
                match member {
                    Value::Number(number) if number.is_i64() => out.push(path.clone()),
                    member => walk(member, path, out),
                }
                path.pop();
            }
        }
    }
    let mut all = Vec::new();
    walk(value, &mut Vec::new(), &mut all);
    let step = all.len().div_ceil(32);
    all.into_iter().step_by(step).collect()
}
