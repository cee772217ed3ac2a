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
    let (kinds, mut defs) = kinds("kind", 300, |_| json!({ "group": {}, "port": { "type": "integer" } }));
    defs.insert("kinds".to_owned(), json!({ "oneOf": kinds }));
    let group =
        |at| json!({ "properties": { "group": { "const": at } }, "oneOf": [{ "$ref": "#/$defs/kinds" }] });
    json!({ "properties": { "it": { "oneOf": many(300, group) } }, "$defs": defs })
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

/// In the manner of the schemas of build services: hundreds of actions, each with inputs of its own that count where the
/// action is named; events as a text, a list or a map; a matrix of anything.
fn workflows() -> Json {
    let inputs = |action: usize| {
        let input = |at| {
            (
                format!("input-{at}"),
                json!({ "type": ["string", "number"], "description": "What it is for. ".repeat(8) }),
            )
        };
        let known: Map<String, Json> = (0..6 + action % 5).map(input).collect();
        json!({
            "if": { "properties": { "uses": { "pattern": format!("^vendor/action-{action}(@|$)") } }, "required": ["uses"] },
            "then": { "properties": { "with": { "properties": known, "additionalProperties": false, "required": ["input-0"] } } }
        })
    };
    let events = many(60, |at| json!(format!("event_{at}")));
    let types: Map<String, Json> = (0..60).map(|at| {
        let types = many(12, |kind| json!(format!("type_{at}_{kind}")));
        (format!("event_{at}"), json!({ "type": ["object", "null"], "properties": { "types": { "type": "array", "items": { "enum": types } } } }))
    }).collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "required": ["on", "jobs"],
        "additionalProperties": false,
        "properties": {
            "on": { "oneOf": [
                { "$ref": "#/definitions/event" },
                { "type": "array", "items": { "$ref": "#/definitions/event" }, "minItems": 1 },
                { "type": "object", "properties": types, "additionalProperties": false }
            ] },
            "jobs": {
                "type": "object",
                "patternProperties": { "^[_a-zA-Z][a-zA-Z0-9_-]*$": { "$ref": "#/definitions/job" } },
                "additionalProperties": false
            }
        },
        "definitions": {
            "event": { "type": "string", "enum": events },
            "value": { "anyOf": [
                { "type": ["string", "number", "boolean", "null"] },
                { "type": "array", "items": { "$ref": "#/definitions/value" } },
                { "type": "object", "additionalProperties": { "$ref": "#/definitions/value" } }
            ] },
            "job": {
                "type": "object",
                "required": ["runs-on", "steps"],
                "properties": {
                    "runs-on": { "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] },
                    "strategy": { "type": "object", "properties": { "matrix": { "$ref": "#/definitions/value" } } },
                    "steps": { "type": "array", "items": { "$ref": "#/definitions/step" } }
                },
                "additionalProperties": false
            },
            "step": {
                "type": "object",
                "properties": { "name": {}, "uses": { "type": "string" }, "run": { "type": "string" }, "with": { "type": "object" } },
                "oneOf": [{ "required": ["uses"] }, { "required": ["run"] }],
                "additionalProperties": false,
                "allOf": many(250, inputs)
            }
        }
    })
}

const WORKFLOW: &str = "\
on:
  event_7: {types: [type_7_3]}
  event_59:
jobs:
  build:
    runs-on: [linux, x64]
    strategy: {matrix: {os: [a, b], include: [{os: a, deep: [[1, {x: null}]]}]}}
    steps:
    - uses: vendor/action-249@v4
      with: {input-0: a, input-3: 7}
    - run: make
";

#[test]
fn a_schema_of_hundreds_of_kilobytes_is_checked_in_the_words_of_a_small_one() {
    let schema = workflows();
    assert!(schema.to_string().len() > 300_000);
    let step = |text: &str| WORKFLOW.replace("    - run: make\n", text);
    check(
        &schema,
        &[
            (WORKFLOW, &[]),
            (
                &step("    - uses: vendor/action-17\n      with: {input-0: a, imput-2: b}\n"),
                &["jobs.build.steps[1].with.imput-2: unknown key (app:12:26); did you mean `input-2`?"],
            ),
            (
                &step("    - uses: vendor/action-17\n      with: {input-1: a}\n"),
                &[
                    "jobs.build.steps[1].with.input-0: missing (app:12:7); because `uses` is text that matches `^vendor/action-17(@|$)`",
                ],
            ),
            (
                &step("    - run: make\n      uses: vendor/x\n"),
                &[
                    "jobs.build.steps[1]: expected a value that exactly one alternative allows; number 1 and number 2 both do (app:11:7)",
                ],
            ),
            (
                &WORKFLOW.replace("type_7_3", "type_7_33"),
                &[
                    "on.event_7.types[0]: unknown variant `type_7_33`, expected `type_7_0`, `type_7_1`, `type_7_2`, `type_7_3`, \
                   `type_7_4`, `type_7_5`, `type_7_6`, `type_7_7`, `type_7_8`, `type_7_9`, `type_7_10` or `type_7_11` (app:2:21); \
                   did you mean `type_7_3`?",
                ],
            ),
        ],
    );
}

#[test]
fn of_50_000_items_the_three_that_are_wrong_are_told() {
    let item = json!({ "oneOf": [
        { "type": "object", "properties": { "port": { "type": "integer", "maximum": 65535 } }, "required": ["port"] },
        { "type": "string", "pattern": "^[a-z]+:[0-9]+$" },
        { "type": "null" }
    ] });
    let schema = json!({ "properties": { "items": { "type": "array", "items": item } } });
    let items = |wrong: bool| {
        let item = |at: usize| match (at, at % 3) {
            (40_001, _) if wrong => "- {port: 70000}\n".to_owned(),
            (45_000, _) if wrong => "- host\n".to_owned(),
            (49_999, _) if wrong => "- 7\n".to_owned(),
            (_, 0) => format!("- host:{at}\n"),
            (_, 1) => format!("- {{port: {at}}}\n"),
            _ => "-\n".to_owned(),
        };
        format!("items:\n{}", (0..50_000).map(item).collect::<String>())
    };
    check(
        &schema,
        &[
            (&items(false), &[]),
            (
                &items(true),
                &[
                    "items[40001].port: expected an integer of at most 65535 (app:40003:10); \
                     of 2 alternatives the closest one asks for this",
                    "items[45000]: expected text that matches `^[a-z]+:[0-9]+$` (app:45002:3); \
                     of 2 alternatives the closest one asks for this",
                    "items[49999]: expected a map, a string or null, found integer (app:50001:3)",
                ],
            ),
        ],
    );
}
