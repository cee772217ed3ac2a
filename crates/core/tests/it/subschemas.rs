//! What a schema says about a value, as whoever reads text for it has to know.

use enhanced_config_core::{Document, Kind, Layer, LayerKind, Subschemas};
use serde_json::{Value as Json, json};

fn schema(json: &Json) -> Document {
    Document::from_serialize(json, Layer::new(LayerKind::Defaults, "schema")).unwrap()
}

/// Looks at what a schema says about the value at a path.
fn about<T>(json: Json, path: &str, look: impl Fn(Subschemas<'_>) -> T) -> T {
    let schema = schema(&json);
    look(Subschemas::of_root(Some(schema.root())).at(&path.parse().unwrap()))
}

#[test]
fn the_kinds_are_those_that_are_named_or_listed_or_implied() {
    let check = |json: Json, expected: &[Kind]| {
        let found: Vec<Kind> = about(json.clone(), "", |about| about.kinds().into_iter().collect());
        assert_eq!(found, expected, "{json}");
    };
    for (name, kind) in [
        ("null", Kind::Null),
        ("boolean", Kind::Bool),
        ("integer", Kind::Integer),
        ("number", Kind::Float),
        ("string", Kind::String),
        ("array", Kind::List),
        ("object", Kind::Map),
    ] {
        check(json!({ "type": name }), &[kind]);
        check(json!({ "type": [name, "nothing known"] }), &[kind]);
    }
    check(json!({ "type": ["string", "null"] }), &[Kind::Null, Kind::String]);
    check(json!({ "enum": [1, "x"] }), &[Kind::Integer, Kind::String]);
    check(json!({ "const": true }), &[Kind::Bool]);
    check(json!({ "type": "string", "enum": [1] }), &[Kind::String]);
    for keyword in ["properties", "additionalProperties", "unevaluatedProperties", "patternProperties"] {
        check(json!({ keyword: {} }), &[Kind::Map]);
    }
    for keyword in ["items", "prefixItems"] {
        check(json!({ keyword: [] }), &[Kind::List]);
    }
    check(json!({ "anyOf": [{ "type": "integer" }, { "items": {} }] }), &[Kind::Integer, Kind::List]);
    check(json!({ "title": "anything" }), &[]);
}

#[test]
fn members_are_told_by_name_and_by_index() {
    let title = |json: &Json, path: &str| {
        about(json.clone(), path, |about| {
            about.schemas().filter_map(|node| node.get("title")?.as_str()).collect::<Vec<_>>().join(" ")
        })
    };
    let map = json!({
        "properties": { "a": { "title": "a" } },
        "patternProperties": { "^x": { "title": "pattern" } },
        "additionalProperties": { "title": "other" },
        "allOf": [{ "properties": { "a": { "title": "all" } } }],
    });
    assert_eq!((title(&map, "a"), title(&map, "b")), ("a all".into(), "other pattern".into()));
    let list =
        json!({ "prefixItems": [{ "title": "first" }, { "title": "second" }], "items": { "title": "rest" } });
    assert_eq!(["[0]", "[1]", "[2]"].map(|path| title(&list, path)), ["first", "second", "rest"]);
    let old = json!({ "items": [{ "title": "first" }] });
    assert_eq!(["[0]", "[1]"].map(|path| title(&old, path)), ["first", ""]);
    let deep = json!({ "items": { "properties": { "x": { "items": { "title": "deep" } } } } });
    assert_eq!((title(&deep, "[5].x[0]"), title(&deep, "[5].y")), ("deep".into(), "".into()));
}

#[test]
fn keys_and_variables_are_those_of_all_that_is_said() {
    let json = json!({
        "properties": { "a": { "x-env": "A", "oneOf": [{ "x-env": "B" }, { "x-env": 3 }] }, "b": {} },
        "anyOf": [{ "properties": { "c": {} } }],
    });
    let strings = |words: Vec<&str>| words.join(" ");
    assert_eq!(about(json.clone(), "", |about| strings(about.keys().collect())), "a b c");
    assert_eq!(about(json.clone(), "a", |about| strings(about.variables().collect())), "A B");
    assert!(about(json.clone(), "b", |about| about.is_empty()));
    assert!(!about(json, "a", |about| about.is_empty()));
}

#[test]
fn a_map_is_open_unless_a_schema_names_its_keys_or_closes_it() {
    for (json, expected) in [
        (json!({}), true),
        (json!({ "type": "object" }), true),
        (json!({ "type": "string" }), false),
        (json!({ "type": ["string", "object"] }), true),
        (json!({ "properties": { "a": {} } }), false),
        (json!({ "properties": { "a": {} }, "additionalProperties": true }), true),
        (json!({ "properties": { "a": {} }, "patternProperties": { "x": {} } }), true),
        (json!({ "additionalProperties": false }), false),
        (json!({ "type": "string", "additionalProperties": true }), false),
    ] {
        assert_eq!(about(json.clone(), "", |about| about.is_open()), expected, "{json}");
    }
}
