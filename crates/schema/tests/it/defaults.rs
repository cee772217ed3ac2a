//! What the `default` keywords of a schema set.

use enhanced_config_core::{Document, Layer, LayerKind, MergeOptions, Problems, Redactor, merge};
use enhanced_config_format::Format;
use enhanced_config_schema::{SchemaRegistry, defaults};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::check::{document, validator};

fn filled(schema: &Json, merged: &Json) -> Option<Document> {
    let schema = document(&schema.to_string(), Format::Json);
    defaults(schema.root(), document(&merged.to_string(), Format::Json).root())
}

fn check(schema: Json, merged: Json, expected: Json) {
    let found = filled(&schema, &merged).map_or(json!({}), |document| json!(document.root()));
    assert_eq!(found, expected, "{schema:#} {merged}");
}

#[test]
fn a_default_is_set_where_its_key_is_absent() {
    let schema = json!({"properties": {"a": {"default": 1}, "b": {"default": [1]}, "c": {}}});
    check(schema.clone(), json!({}), json!({"a": 1, "b": [1]}));
    check(schema.clone(), json!({"a": 2}), json!({"b": [1]}));
    check(schema, json!({"a": null, "b": []}), json!({}));
    check(json!({"properties": {"a": {"default": null}}}), json!({}), json!({"a": null}));
}

#[test]
fn nothing_to_set_is_no_document() {
    assert!(filled(&json!({"properties": {"a": {}}}), &json!({})).is_none());
    assert!(filled(&json!({"properties": {"a": {"default": 1}}}), &json!({"a": 2})).is_none());
}

#[test]
fn a_map_that_is_present_is_filled() {
    let schema = json!({"properties": {"db": {
        "required": ["host"],
        "properties": {"host": {}, "port": {"default": 1}, "pool": {"properties": {"size": {"default": 2}}}}
    }}});
    check(schema.clone(), json!({"db": {}}), json!({"db": {"port": 1, "pool": {"size": 2}}}));
    check(schema.clone(), json!({"db": {"host": "a", "port": 3, "pool": {"size": 4}}}), json!({}));
    check(schema.clone(), json!({"db": "none"}), json!({}));
    check(schema.clone(), json!({"db": null}), json!({}));
    check(schema, json!({}), json!({}));
}

#[test]
fn a_section_appears_when_it_is_required_or_comes_out_complete() {
    let section =
        |required: Json| json!({"properties": {"a": {"default": 1}, "b": {}}, "required": required});
    let schema = |required: Json, section: Json| json!({"properties": {"s": section}, "required": required});
    check(schema(json!([]), section(json!(["a"]))), json!({}), json!({"s": {"a": 1}}));
    check(schema(json!([]), section(json!(["a", "b"]))), json!({}), json!({}));
    check(schema(json!(["s"]), section(json!(["a", "b"]))), json!({}), json!({"s": {"a": 1}}));
    check(schema(json!(["s"]), json!({"properties": {"a": {}}})), json!({}), json!({}));
    // What a section inside of it lacks counts.
    let outer = json!({"required": ["inner"], "properties": {"x": {"default": 1}, "inner": {"required": ["y"], "properties": {"y": {}}}}});
    check(schema(json!([]), outer), json!({}), json!({}));
}

#[test]
fn no_half_filled_section_is_conjured_up() {
    let half = json!({"required": ["y"], "properties": {"y": {}, "z": {"default": 2}}});
    let in_an_optional = |inner: &Json, required: Json| json!({"properties": {"s": {"properties": {"x": {"default": 1}, "inner": inner}, "required": required}}});
    check(json!({"properties": {"tls": half}}), json!({}), json!({}));
    check(json!({"properties": {"tls": half}}), json!({"tls": {}}), json!({"tls": {"z": 2}}));
    // One that is required is half-filled, and what it lacks is told; but not in a section that need not be there.
    check(json!({"properties": {"tls": half}, "required": ["tls"]}), json!({}), json!({"tls": {"z": 2}}));
    check(in_an_optional(&half, json!(["inner"])), json!({}), json!({}));
    check(
        in_an_optional(&half, json!(["inner"])),
        json!({"s": {}}),
        json!({"s": {"x": 1, "inner": {"z": 2}}}),
    );
    check(in_an_optional(&half, json!([])), json!({}), json!({"s": {"x": 1}}));
    // Other ways to require a key.
    let one_of_two = json!({"anyOf": [{"required": ["cert"]}, {"required": ["key"]}], "properties": {"port": {"default": 1}}});
    check(json!({"properties": {"tls": one_of_two}}), json!({}), json!({}));
    let beside =
        json!({"dependentRequired": {"port": ["host"]}, "properties": {"port": {"default": 1}, "host": {}}});
    check(json!({"properties": {"tls": beside}}), json!({}), json!({}));
    let two = json!({"minProperties": 2, "properties": {"port": {"default": 1}, "host": {}}});
    check(json!({"properties": {"tls": two}}), json!({}), json!({}));
}

#[test]
fn a_section_that_may_be_null_stays_absent() {
    let section = json!({"properties": {"a": {"default": 1}}});
    check(json!({"properties": {"s": {"anyOf": [section, {"type": "null"}]}}}), json!({}), json!({}));
    check(
        json!({"properties": {"s": {"anyOf": [section, {"type": "null"}]}}}),
        json!({"s": {}}),
        json!({"s": {"a": 1}}),
    );
    let mut typed = section.clone();
    typed["type"] = json!(["object", "null"]);
    check(json!({"properties": {"s": typed}}), json!({}), json!({}));
    check(json!({"properties": {"s": typed}, "required": ["s"]}), json!({}), json!({"s": {"a": 1}}));
}

#[test]
fn the_default_of_a_map_comes_first_and_is_filled() {
    let inner = json!({"default": {"a": 5, "n": {}}, "properties": {
        "a": {"default": 1}, "b": {"default": 2}, "n": {"properties": {"c": {"default": 3}}}
    }});
    let schema = json!({"properties": {"s": inner}});
    check(schema.clone(), json!({}), json!({"s": {"a": 5, "n": {"c": 3}, "b": 2}}));
    check(schema, json!({"s": {"b": 7}}), json!({"s": {"a": 1, "n": {"c": 3}}}));
    check(json!({"properties": {"s": {"default": {"a": 1}}}}), json!({}), json!({"s": {"a": 1}}));
}

#[test]
fn of_several_defaults_the_first_in_the_schema_counts() {
    let d = |default: i32| json!({"default": default});
    check(json!({"properties": {"a": {"allOf": [{}, d(1), d(2)]}}}), json!({}), json!({"a": 1}));
    check(json!({"properties": {"a": {"anyOf": [{}, d(1)], "oneOf": [d(2)]}}}), json!({}), json!({"a": 1}));
    check(
        json!({"properties": {"a": {"$ref": "#/$defs/d", "default": 1}}, "$defs": {"d": d(2)}}),
        json!({}),
        json!({"a": 1}),
    );
    check(
        json!({"properties": {"a": {"$ref": "#/$defs/d"}}, "$defs": {"d": d(2)}}),
        json!({}),
        json!({"a": 2}),
    );
    check(
        json!({"allOf": [{"properties": {"a": d(1)}}, {"properties": {"a": d(2), "b": d(3)}}]}),
        json!({}),
        json!({"a": 1, "b": 3}),
    );
}

#[test]
fn of_alternatives_the_one_that_is_meant_is_filled() {
    let of = |kind: &str, key: &str| json!({"properties": {"kind": {"const": kind}, key: {"default": 1}}, "required": ["kind"]});
    let schema = json!({"oneOf": [of("a", "x"), of("b", "y")]});
    check(schema.clone(), json!({"kind": "b"}), json!({"y": 1}));
    check(schema.clone(), json!({"kind": "a"}), json!({"x": 1}));
    check(schema.clone(), json!({"kind": "c"}), json!({}));
    check(schema, json!({}), json!({}));
    let external = |key: &str| json!({"type": "object", "properties": {key: {"properties": {"p": {"default": key}}}}, "required": [key], "additionalProperties": false});
    let schema =
        json!({"properties": {"e": {"anyOf": [{"type": "string"}, external("tcp"), external("udp")]}}});
    check(schema.clone(), json!({"e": {"udp": {}}}), json!({"e": {"udp": {"p": "udp"}}}));
    check(schema, json!({"e": "off"}), json!({}));
    let schema = json!({"properties": {"tls": {"dependentSchemas": {"cert": {"properties": {"key": {"default": "k"}}}}}}});
    check(schema.clone(), json!({"tls": {"cert": "c"}}), json!({"tls": {"key": "k"}}));
    check(schema, json!({"tls": {}}), json!({}));
}

#[test]
fn maps_with_keys_of_the_user_are_filled_and_lists_are_not() {
    let agent = json!({"properties": {"speed": {"default": 1}}});
    for schema in [json!({"additionalProperties": agent}), json!({"patternProperties": {"^A": agent}})] {
        check(
            json!({"properties": {"agents": schema}}),
            json!({"agents": {"A": {}, "B": 1}}),
            json!({"agents": {"A": {"speed": 1}}}),
        );
        check(json!({"properties": {"agents": schema}}), json!({}), json!({}));
    }
    let unclear = json!({"patternProperties": {"^A": agent, "^B": {}}});
    check(unclear, json!({"A": {}}), json!({}));
    check(json!({"properties": {"l": {"items": agent}}}), json!({"l": [{}]}), json!({}));
}

#[test]
fn schemas_that_refer_to_themselves_end() {
    let tree = json!({"properties": {"x": {"default": 1}, "child": {"$ref": "#"}}});
    check(tree.clone(), json!({}), json!({"x": 1}));
    check(tree, json!({"child": {"child": {"x": 2}}}), json!({"x": 1, "child": {"x": 1}}));
    let mutual = json!({
        "properties": {"a": {"$ref": "#/$defs/a"}},
        "$defs": {
            "a": {"properties": {"b": {"$ref": "#/$defs/b"}, "x": {"default": 1}}},
            "b": {"properties": {"a": {"$ref": "#/$defs/a"}, "y": {"default": 2}}}
        }
    });
    check(mutual, json!({}), json!({"a": {"b": {"y": 2}, "x": 1}}));
    check(json!({"$ref": "#", "anyOf": [{"$ref": "#"}]}), json!({}), json!({}));
    check(json!({"properties": {"a": {"$ref": "#/properties/a"}}}), json!({}), json!({}));
}

#[test]
fn schemas_made_to_explode_do_not() {
    let wide = |n: usize| {
        let def = |i: usize| json!({"properties": {"l": {"$ref": format!("#/$defs/{}", i + 1)}, "r": {"$ref": format!("#/$defs/{}", i + 1)}, "d": {"default": i}}});
        let defs: serde_json::Map<String, Json> = (0..n).map(|i| (i.to_string(), def(i))).collect();
        json!({"$ref": "#/$defs/0", "$defs": defs})
    };
    assert!(filled(&wide(30), &json!({})).unwrap().values() < 100_000);
    let alternatives = |n: usize| {
        let def = |i: usize| json!({"anyOf": [{"$ref": format!("#/$defs/{}", i + 1)}, {"$ref": format!("#/$defs/{}", i + 1)}], "properties": {"a": {"default": 1}}});
        let mut defs: serde_json::Map<String, Json> = (0..n).map(|i| (i.to_string(), def(i))).collect();
        defs.insert(n.to_string(), json!({"required": ["gone"]}));
        json!({"$ref": "#/$defs/0", "$defs": defs})
    };
    assert!(filled(&alternatives(40), &json!({})).is_some());
}

#[test]
fn defaults_have_places_in_the_schema() {
    let mut schemas = SchemaRegistry::new();
    schemas.add_text("common", "{\"$defs\": {\"port\":\n  {\"default\": 80}}}").unwrap();
    let app = "{\"properties\": {\n  \"port\": {\"$ref\": \"common.schema.json#/$defs/port\"},\n  \"log\": {\"properties\": {\"level\": {\n    \"default\": \"info\"}}}}}";
    schemas.add_text("app", app).unwrap();
    let schema = schemas.bundled("app").unwrap();
    let below = defaults(schema.root(), document("{}", Format::Json).root()).unwrap();
    let place = |path: &str| below.get(path).unwrap().origin().to_string();
    assert_eq!(place("port"), "common.schema.json:2:15");
    assert_eq!(place("log.level"), "app.schema.json:4:16");
    assert_eq!(place("log"), "app.schema.json:3:10");
    assert!(below.layers().iter().all(|layer| layer.kind() == LayerKind::Defaults));
}

fn refused(schema: &str) -> Problems {
    let mut schemas = SchemaRegistry::new();
    schemas.add_text("app", schema).unwrap();
    schemas.refused_defaults("app").unwrap()
}

#[test]
fn a_default_that_the_schema_refuses_is_a_warning_with_its_place() {
    let schema = r#"{
        "properties": {
            "port": {"type": "integer", "default": "80"},
            "tls": {"required": ["cert"], "properties": {"cert": {}, "level": {"enum": ["a"], "default": "b"}}},
            "fine": {"minimum": 1, "default": 1}
        }
    }"#;
    let problems = refused(schema);
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "port: expected an integer, found string (app.schema.json:3:52); the schema refuses its own default",
            "tls.level: unknown variant `b`, expected `a` (app.schema.json:4:106); the schema refuses its own default",
        ]
    );
    assert!(!problems.has_errors());
    assert!(refused(r#"{"required": ["a"], "properties": {"a": {}, "b": {"default": 1}}}"#).is_empty());
}

/// A schema of nested sections, with defaults here and there.
fn schema() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(json!({"type": "integer"})),
        (0..9).prop_map(|n| json!({"type": "integer", "default": n}))
    ];
    leaf.prop_recursive(3, 24, 3, |inner| {
        let members = prop::collection::btree_map("[a-c]", (inner, any::<bool>()), 0..4);
        let beside = prop::option::weighted(0.2, ("[a-c]", "[a-c]"));
        (members, beside, prop::option::weighted(0.2, 0..3)).prop_map(|(members, beside, least)| {
            let required: Vec<&String> =
                members.iter().filter(|(_, (_, required))| *required).map(|(key, _)| key).collect();
            let properties: serde_json::Map<String, Json> =
                members.iter().map(|(key, (schema, _))| (key.clone(), schema.clone())).collect();
            let mut schema = json!({"type": "object", "properties": properties, "required": required});
            if let Some((key, other)) = beside {
                schema["dependentRequired"] = json!({ key: [other] });
            }
            if let Some(least) = least {
                schema["minProperties"] = json!(least);
            }
            schema
        })
    })
}

fn value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![(0..9).prop_map(|n| json!(n)), Just(Json::Null)];
    leaf.prop_recursive(3, 24, 3, |inner| {
        prop::collection::btree_map("[a-c]", inner, 0..3).prop_map(|map| json!(map))
    })
}

proptest! {
    /// A document stays as valid as it was, or becomes valid; what it has stays; a second time there is nothing to set.
    #[test]
    fn filling_changes_nothing_that_is_there_and_breaks_nothing(
        schema in schema().prop_filter("a map", |schema| schema["type"] == "object"),
        value in value().prop_filter("a map", Json::is_object),
    ) {
        let validator = validator(&schema.to_string());
        let own = document(&value.to_string(), Format::Json);
        let Some(below) = defaults(validator.schema().root(), own.root()) else { return Ok(()) };
        let merged = merge(&below, &[&own], &MergeOptions::default()).unwrap().document;
        prop_assert!(!validator.is_valid(own.root()) || validator.is_valid(merged.root()));
        prop_assert!(merged.layers().len() <= 2);
        // What was set lies below: on top of it the document is itself again.
        let again = merge(&merged, &[&own], &MergeOptions::default()).unwrap().document;
        prop_assert_eq!(&again, &merged);
        prop_assert!(defaults(validator.schema().root(), merged.root()).is_none());
        let nothing = Document::from_serialize(&json!({}), Layer::new(LayerKind::Base, "a")).unwrap();
        prop_assert!(validator.validate(nothing.root(), &Redactor::new()).len() <= 100);
    }
}
