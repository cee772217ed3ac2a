//! Keys that a schema deprecates, and those that need a restart.

use enhanced_config_core::{Document, Layer, LayerKind, Redactor, diff};
use enhanced_config_format::Format;
use enhanced_config_schema::{RestartKeys, SchemaRegistry};
use serde_json::{Value as Json, json};

use crate::check::{document, validator};

fn deprecated(schema: Json, value: Json, expected: &[&str]) {
    let problems = validator(&schema.to_string())
        .validate(document(&value.to_string(), Format::Json).root(), &Redactor::new());
    let lines: Vec<String> =
        problems.iter().map(|problem| format!("{}: {problem}", problem.severity)).collect();
    assert_eq!(lines, expected, "{schema:#} {value}");
}

#[test]
fn a_deprecated_key_is_a_warning_at_the_key() {
    let schema = |mark: Json| json!({"properties": {"old": mark, "new": {}}});
    let value = json!({"old": 1});
    deprecated(
        schema(json!({"x-deprecated": "new"})),
        value.clone(),
        &["warning: old: deprecated (app:1:2); use `new`"],
    );
    deprecated(schema(json!({"x-deprecated": true})), value.clone(), &["warning: old: deprecated (app:1:2)"]);
    deprecated(schema(json!({"deprecated": true})), value.clone(), &["warning: old: deprecated (app:1:2)"]);
    deprecated(
        schema(json!({"x-deprecated": {"use": "new", "note": "gone in 3.0"}})),
        value.clone(),
        &["warning: old: deprecated (app:1:2); use `new`; gone in 3.0"],
    );
    deprecated(
        schema(json!({"x-deprecated": {"note": "gone"}})),
        value.clone(),
        &["warning: old: deprecated (app:1:2); gone"],
    );
    deprecated(schema(json!({"deprecated": false})), value.clone(), &[]);
    deprecated(schema(json!({"x-deprecated": false})), value, &[]);
    deprecated(schema(json!({"x-deprecated": "new"})), json!({"new": 1}), &[]);
}

#[test]
fn warnings_stand_beside_errors_in_the_order_of_places() {
    deprecated(
        json!({"properties": {"a": {"type": "integer"}, "b": {"deprecated": true, "type": "integer"}}, "additionalProperties": false}),
        json!({"a": "x", "b": 1, "c": 2}),
        &[
            "error: a: expected an integer, found string (app:1:6)",
            "warning: b: deprecated (app:1:10)",
            "error: c: unknown key (app:1:16)",
        ],
    );
}

#[test]
fn deprecated_keys_are_found_wherever_they_are() {
    let old = json!({"deprecated": true});
    let schema = json!({
        "properties": {
            "list": {"items": {"properties": {"old": old}}},
            "pair": {"prefixItems": [{}, old], "items": {}},
            "map": {"additionalProperties": {"properties": {"old": old}}},
            "child": {"$ref": "#"},
            "one": {"oneOf": [{"properties": {"old": old}, "required": ["old"]}, {"type": "string"}]},
            "free": {"type": "object"}
        }
    });
    let value = json!({
        "list": [{"old": 1}, {}, {"old": 2}],
        "pair": [1, 2, 3],
        "map": {"old": {"x": 1, "old": 2}},
        "child": {"child": {"pair": [0, 0]}},
        "one": {"old": 1},
        "free": {"old": 1}
    });
    let problems = validator(&schema.to_string())
        .validate(document(&value.to_string(), Format::Json).root(), &Redactor::new());
    let mut paths: Vec<String> = problems.iter().map(|problem| problem.path.to_string()).collect();
    paths.sort();
    assert_eq!(
        paths,
        ["child.child.pair[1]", "list[0].old", "list[2].old", "map.old.old", "one.old", "pair[1]"]
    );
}

#[test]
fn a_default_of_a_deprecated_key_is_nobodys_use_of_it() {
    let validator =
        validator(&json!({"properties": {"old": {"deprecated": true, "default": 1}}}).to_string());
    let value = |kind| Document::from_serialize(&json!({"old": 1}), Layer::new(kind, "x")).unwrap();
    assert_eq!(validator.validate(value(LayerKind::Defaults).root(), &Redactor::new()).len(), 0);
    assert_eq!(validator.validate(value(LayerKind::Environment).root(), &Redactor::new()).len(), 1);
}

#[test]
fn many_deprecated_keys_are_cut() {
    let schema = json!({"properties": {"list": {"items": {"deprecated": true}}}});
    let value = json!({"list": vec![0; 5_000]});
    let problems = validator(&schema.to_string())
        .validate(document(&value.to_string(), Format::Json).root(), &Redactor::new());
    assert_eq!(problems.len(), 101);
    assert!(problems.to_string().ends_with("there are more problems than these 100"));
}

fn restart(schema: Json) -> RestartKeys {
    let mut schemas = SchemaRegistry::new();
    schemas.add_text("app", &schema.to_string()).unwrap();
    schemas.restart_required("app").unwrap()
}

/// The changes that need a restart.
fn changed(schema: Json, old: Json, new: Json, expected: &[&str]) {
    let (old, new) = (document(&old.to_string(), Format::Json), document(&new.to_string(), Format::Json));
    let (keys, changes) = (restart(schema), diff(&old, &new));
    let found: Vec<String> =
        changes.iter().filter(|change| keys.is_for(change)).map(|change| change.path.to_string()).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_change_of_a_key_below_it_or_of_a_map_around_it_needs_a_restart() {
    let schema = || {
        json!({"properties": {
            "db": {"properties": {"port": {"x-restart-required": true}, "pool": {}}},
            "tls": {"x-restart-required": true},
            "servers": {"items": {"properties": {"port": {"x-restart-required": true}}}}
        }})
    };
    changed(
        schema(),
        json!({"db": {"port": 1, "pool": 1}}),
        json!({"db": {"port": 2, "pool": 2}}),
        &["db.port"],
    );
    changed(schema(), json!({}), json!({"db": {"port": 2}}), &["db"]);
    changed(schema(), json!({"db": {"port": 2}}), json!({"db": "off"}), &["db"]);
    changed(schema(), json!({}), json!({"db": {"pool": 2}}), &[]);
    changed(
        schema(),
        json!({"tls": {"cert": {"file": "a"}}}),
        json!({"tls": {"cert": {"file": "b"}}}),
        &["tls.cert.file"],
    );
    changed(
        schema(),
        json!({"servers": [{"port": 1}]}),
        json!({"servers": [{"port": 1}, {"port": 2}, {}]}),
        &["servers[1]"],
    );
    changed(json!({"x-restart-required": true}), json!({}), json!({"a": 1}), &["a"]);
    changed(json!({"properties": {"a": {"x-restart-required": false}}}), json!({}), json!({"a": 1}), &[]);
}

#[test]
fn a_schema_without_such_keys_has_none() {
    assert!(restart(json!({"properties": {"a": {}}})).is_empty());
    let keys = restart(
        json!({"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"x-restart-required": true}}}),
    );
    assert!(keys.contains(&"a.b[0]".parse().unwrap()) && !keys.contains(&"b".parse().unwrap()));
}
