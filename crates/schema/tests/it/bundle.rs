//! A schema and those that it refers to, as one document.

use enhanced_config_core::{Document, Redactor, Subschemas};
use enhanced_config_format::Format;
use enhanced_config_schema::SchemaRegistry;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::sync::Arc;

use crate::check::document;

fn registry(schemas: &[(&str, Json)]) -> SchemaRegistry {
    let mut registry = SchemaRegistry::new();
    for (name, schema) in schemas {
        registry.add_text(name, &schema.to_string()).unwrap();
    }
    registry
}

/// The schema named `app` as one document.
fn bundled(schemas: &[(&str, Json)]) -> Arc<Document> {
    registry(schemas).bundled("app").unwrap()
}

fn check(schemas: &[(&str, Json)], expected: Json) {
    let found = Json::from(bundled(schemas).root());
    assert_eq!(found, expected, "{found:#}");
}

#[test]
fn a_schema_without_references_to_others_is_the_same_document() {
    let registry = registry(&[("app", json!({"$ref": "#/$defs/a", "$defs": {"a": {"type": "object"}}}))]);
    assert!(Arc::ptr_eq(&registry.bundled("app").unwrap(), registry.schema("app").unwrap()));
}

#[test]
fn others_stand_under_defs_by_name() {
    check(
        &[
            ("app", json!({"properties": {"p": {"$ref": "common.schema.json#/$defs/port"}}})),
            (
                "common",
                json!({"$schema": "http://json-schema.org/draft-07/schema#", "$defs": {"port": {"type": "integer"}}}),
            ),
            ("unused", json!({})),
        ],
        json!({
            "properties": {"p": {"$ref": "#/$defs/common/$defs/port"}},
            "$defs": {"common": {"$defs": {"port": {"type": "integer"}}}}
        }),
    );
}

#[test]
fn a_name_that_is_taken_is_numbered() {
    check(
        &[
            (
                "app",
                json!({"$ref": "common.schema.json", "$defs": {"common": {}, "common-2": {}}, "type": "object"}),
            ),
            ("common", json!({"minProperties": 1})),
        ],
        json!({
            "$ref": "#/$defs/common-3",
            "$defs": {"common": {}, "common-2": {}, "common-3": {"minProperties": 1}},
            "type": "object"
        }),
    );
}

#[test]
fn addresses_anchors_and_circles_become_pointers() {
    check(
        &[
            (
                "app",
                json!({
                    "$id": "https://example.org/s/app.json",
                    "properties": {
                        "absolute": {"$ref": "https://example.org/s/other.json#name"},
                        "relative": {"$ref": "other.json"},
                        "anchor": {"$ref": "#here"},
                        "self": {"$ref": "app.json#/$defs/a~1b%20c"},
                        "inside": {"$ref": "inner.json#/items"},
                        "default": {"$ref": "other.json"}
                    },
                    "$defs": {
                        "a/b c": {"$anchor": "here", "type": "null"},
                        "x": {"$id": "inner.json", "items": {"$ref": "#"}}
                    }
                }),
            ),
            (
                "second",
                json!({
                    "$id": "https://example.org/s/other.json",
                    "properties": {"back": {"$ref": "app.json"}, "own": {"$ref": "#name"}},
                    "default": {"$ref": "app.json"},
                    "$defs": {"n": {"$anchor": "name"}}
                }),
            ),
        ],
        json!({
            "$id": "https://example.org/s/app.json",
            "properties": {
                "absolute": {"$ref": "#/$defs/second/$defs/n"},
                "relative": {"$ref": "#/$defs/second"},
                "anchor": {"$ref": "#/$defs/a~1b%20c"},
                "self": {"$ref": "#/$defs/a~1b%20c"},
                "inside": {"$ref": "#/$defs/x/items"},
                "default": {"$ref": "#/$defs/second"}
            },
            "$defs": {
                "a/b c": {"$anchor": "here", "type": "null"},
                "x": {"items": {"$ref": "#/$defs/x"}},
                "second": {
                    "properties": {"back": {"$ref": "#"}, "own": {"$ref": "#/$defs/second/$defs/n"}},
                    "default": {"$ref": "app.json"},
                    "$defs": {"n": {}}
                }
            }
        }),
    );
}

#[test]
fn a_reference_that_leads_nowhere_is_left_as_it_is() {
    for reference in
        ["https://example.org/a.json", "file:///etc/passwd", "gone.schema.json#/a", "#/gone", "::", "#gone"]
    {
        let schema = json!({"properties": {"a": {"$ref": reference}}});
        check(&[("app", schema.clone())], schema);
    }
}

#[test]
fn every_value_keeps_the_place_in_its_own_schema() {
    let registry = registry(&[
        ("app", json!({"properties": {"p": {"$ref": "common.schema.json#/$defs/port"}}, "$defs": {}})),
        ("common", json!({"$defs": {"port": {"type": "integer"}}})),
    ]);
    let bundled = registry.bundled("app").unwrap();
    let places = |path: &str| bundled.get(path).unwrap().origin().to_string();
    assert!(places("properties.p.$ref").starts_with("app.schema.json:1:"));
    assert_eq!(
        places("$defs.common.$defs.port"),
        registry.schema("common").unwrap().get("$defs.port").unwrap().origin().to_string()
    );
    let port = Subschemas::of_root(Some(bundled.root())).member("p");
    assert_eq!(port.kinds().len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The bundle of schemas that refer to one another at random allows what they allow together.
    #[test]
    fn a_bundle_allows_the_same(
        targets in prop::collection::vec((0..3_usize, 0..3_usize), 9),
        value in prop::collection::vec(0..4_u8, 1..6),
    ) {
        let names = ["app", "b", "c"];
        let reference = |(file, def): (usize, usize)| format!("{}.schema.json#/$defs/{def}", names[file]);
        let schema = |file: usize| {
            let def = |at: usize| {
                let inner = json!({"$ref": reference(targets[file * 3 + at])});
                json!({"type": if at == 0 { "integer" } else { "object" }, "minProperties": at, "properties": {"0": inner, "1": inner}})
            };
            json!({"properties": {"0": {"$ref": "#/$defs/1"}, "1": {"$ref": reference((file, 2))}}, "$defs": {"0": def(0), "1": def(1), "2": def(2)}})
        };
        let registry = registry(&[("app", schema(0)), ("b", schema(1)), ("c", schema(2))]);
        let mut alone = SchemaRegistry::new();
        alone.add_document("alone", registry.bundled("app").unwrap());
        let value = value.iter().fold(json!(1), |inner, key| json!({ key.to_string(): inner }));
        let value = document(&value.to_string(), Format::Json);
        let (together, alone) = (registry.validator("app").unwrap(), alone.validator("alone").unwrap());
        prop_assert_eq!(
            together.validate(value.root(), &Redactor::new()),
            alone.validate(value.root(), &Redactor::new())
        );
    }
}
