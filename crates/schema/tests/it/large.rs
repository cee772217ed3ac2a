//! Schemas and documents that are large for honest reasons: they are checked, and what is said is what a person needs.

use enhanced_config_core::Redactor;
use enhanced_config_format::Format;
use serde_json::{Map, Value as Json, json};

use crate::check::{document, validator};

/// What is said of documents in YAML.
fn check(schema: &Json, cases: &[(&str, &[&str])]) {
    let validator = validator(&schema.to_string());
    for (yaml, expected) in cases {
        let document = document(yaml, Format::Yaml);
        let problems = validator.validate(document.root(), &Redactor::new());
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(lines, *expected, "{yaml}");
        assert_eq!(validator.is_valid(document.root()), expected.is_empty(), "{yaml}");
    }
}

/// A map with a fixed member, by which it is told from others, and more members.
fn kind(name: &str, members: Json) -> Json {
    let mut properties = Map::from_iter([("kind".to_owned(), json!({ "const": name }))]);
    properties.extend(members.as_object().unwrap().clone());
    json!({
        "type": "object", "properties": properties, "required": ["kind"], "additionalProperties": false
    })
}

fn many(count: usize, make: impl Fn(usize) -> Json) -> Vec<Json> {
    (0..count).map(make).collect()
}

/// References to so many definitions, and these.
fn kinds(prefix: &str, count: usize, members: impl Fn(usize) -> Json) -> (Vec<Json>, Map<String, Json>) {
    let name = |at: usize| format!("{prefix}{at}");
    let defs = (0..count).map(|at| (name(at), kind(&name(at), members(at)))).collect();
    (many(count, |at| json!({ "$ref": format!("#/$defs/{}", name(at)) })), defs)
}

/// 300 kinds of steps, each of which has one of 300 kinds of triggers.
fn steps() -> Json {
    let (triggers, trigger_defs) = kinds("trigger", 300, |_| json!({ "branch": { "type": "string" } }));
    let members = json!({ "on": { "$ref": "#/$defs/trigger" }, "retries": { "type": "integer" } });
    let (steps, step_defs) = kinds("step", 300, |_| members.clone());
    let mut defs: Map<String, Json> = trigger_defs.into_iter().chain(step_defs).collect();
    defs.insert("trigger".to_owned(), json!({ "oneOf": triggers }));
    json!({ "properties": { "steps": { "items": { "oneOf": steps } } }, "$defs": defs })
}

#[test]
fn of_300_alternatives_with_300_inside_the_one_that_is_meant_is_told() {
    check(
        &steps(),
        &[
            ("steps:\n- {kind: step7}\n- kind: step299\n  on: {kind: trigger299, branch: main}\n", &[]),
            (
                "steps:\n- kind: step299\n  on:\n    kind: trigger298\n    branch: 1\n",
                &["steps[0].on.branch: expected a string, found integer (app:5:13); \
                   of 300 alternatives the closest one (`trigger298`) asks for this"],
            ),
            (
                "steps:\n- kind: step150\n  on: {kind: trigger1}\n  retires: 3\n",
                &["steps[0].retires: unknown key (app:4:3); did you mean `retries`?"],
            ),
            (
                "steps:\n- kind: step150\n  on: {kind: triger150}\n",
                &[
                    "steps[0].on.kind: expected `trigger0`, `trigger1`, `trigger2`, `trigger3`, `trigger4`, `trigger5`, \
                   `trigger6`, `trigger7`, `trigger8`, `trigger9` or one of 290 others (app:3:14); \
                   did you mean `trigger150`?",
                ],
            ),
            ("steps: [1]\n", &["steps[0]: expected a map, found integer (app:1:9)"]),
        ],
    );
}

/// A value that is one of 300 groups, and of these one of 300 kinds: 90,000 ways to be.
fn groups() -> Json {
    let (kinds, defs) = kinds("kind", 300, |_| json!({ "group": {}, "port": { "type": "integer" } }));
    let group = |at| json!({ "title": format!("group{at}"), "properties": { "group": { "const": at } }, "oneOf": kinds });
    let shared = json!({ "oneOf": kinds });
    let mut defs = defs;
    defs.insert("kinds".to_owned(), shared);
    let groups = many(300, |at| {
        let mut group = group(at);
        group["oneOf"] = json!([{ "$ref": "#/$defs/kinds" }]);
        group
    });
    json!({ "properties": { "it": { "oneOf": groups } }, "$defs": defs })
}

#[test]
fn of_300_alternatives_of_300_alternatives_the_one_that_is_meant_is_told() {
    check(
        &groups(),
        &[
            ("it: {group: 7, kind: kind299, port: 1}\n", &[]),
            (
                "it: {group: 7, kind: kind299, port: a}\n",
                &["it.port: expected an integer, found string (app:1:37); \
                   of 300 alternatives the closest one (`kind299`) asks for this"],
            ),
            ("it: here\n", &["it: expected a map, found string (app:1:5)"]),
            (
                "it: {group: 7, kind: kin299, port: 1}\n",
                &[
                    "it.kind: expected `kind0`, `kind1`, `kind2`, `kind3`, `kind4`, `kind5`, `kind6`, `kind7`, `kind8`, \
                   `kind9` or one of 290 others (app:1:22); did you mean `kind299`?",
                ],
            ),
        ],
    );
}
