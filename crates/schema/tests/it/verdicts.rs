//! A document is judged as the equal `serde_json::Value` is.

use enhanced_config_core::{Document, Layer, LayerKind};
use enhanced_config_schema::{SchemaError, SchemaRegistry};
use jsonschema::PatternOptions;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// What jsonschema says with the options that we give it; nothing when it refuses the schema.
fn peer(schema: &Value) -> Option<jsonschema::Validator> {
    let options = jsonschema::options().should_validate_formats(true).offline();
    options.with_pattern_options(PatternOptions::regex()).build(schema).ok()
}

/// A registry with the schema, which may be `true` or `false`, under a key of its own, so that it can stand in a document.
fn registry(schema: &Value) -> SchemaRegistry {
    let mut schemas = SchemaRegistry::new();
    let whole = match schema {
        Value::Object(_) => schema.clone(),
        simple => json!({ "allOf": [simple] }),
    };
    let layer = Layer::new(LayerKind::Defaults, "app.schema.json");
    schemas.add_document("app", Document::from_serialize(&whole, layer).unwrap());
    schemas
}

fn wrapped(instance: &Value) -> Document {
    Document::from_serialize(&json!({ "value": instance }), Layer::new(LayerKind::Base, "app.json")).unwrap()
}

fn check(schema: &Value, instance: &Value, expected: bool) {
    let validator = registry(schema).validator("app").unwrap();
    let document = wrapped(instance);
    let value = document.get("value").unwrap();
    let redactor = enhanced_config_core::Redactor::new();
    assert_eq!(validator.is_valid(value), expected, "{schema}\n{instance}");
    assert_eq!(!validator.validate(value, &redactor).has_errors(), expected, "{schema}\n{instance}");
    assert_eq!(peer(schema).unwrap().is_valid(instance), expected, "of the peer: {schema}\n{instance}");
}

#[test]
fn as_the_specification_has_it() {
    let table: Vec<Value> = serde_json::from_str(include_str!("verdicts.json")).unwrap();
    let mut cases = 0;
    for row in &table {
        for (key, expected) in [("y", true), ("n", false)] {
            for instance in row[key].as_array().unwrap() {
                check(&row["s"], instance, expected);
                cases += 1;
            }
        }
    }
    assert!(cases >= 200, "{cases}");
}

fn key() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c", "x-d"]).prop_map(str::to_owned)
}

fn number() -> impl Strategy<Value = Value> {
    let floats =
        prop_oneof![-4.0..4.0_f64, Just(0.0), Just(-0.0), Just(1e300)].prop_map(|float| json!(float));
    let large = prop_oneof![Just(u64::MAX), Just(1 << 53), Just(9_007_199_254_740_993)]
        .prop_map(|large| json!(large));
    prop_oneof![3 => (-4..4_i64).prop_map(|small| json!(small)), 1 => floats, 1 => large]
}

fn text() -> impl Strategy<Value = Value> {
    let some = ["", "a", "b", "ab", "é", "1", "2026-01-31", "192.0.2.1", "x@example.org", "(", "aGk=", "{}"];
    prop::sample::select(some.to_vec()).prop_map(|text| json!(text))
}

fn instance() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(json!(null)), any::<bool>().prop_map(|value| json!(value)), number(), text()];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key(), inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

fn kind() -> impl Strategy<Value = Value> {
    let kinds = ["null", "boolean", "integer", "number", "string", "array", "object"];
    let one = prop::sample::select(kinds.to_vec()).prop_map(|kind| json!(kind));
    let several = prop::sample::subsequence(kinds.to_vec(), 1..4).prop_map(|kinds| json!(kinds));
    prop_oneof![one, several]
}

/// A keyword without schemas inside.
fn plain_keyword() -> BoxedStrategy<(String, Value)> {
    let named = |names: &[&'static str], value: BoxedStrategy<Value>| {
        (prop::sample::select(names.to_vec()).prop_map(str::to_owned), value).boxed()
    };
    let count = || (0..4_u64).prop_map(|count| json!(count)).boxed();
    let keys = || prop::collection::btree_set(key(), 0..3).prop_map(|keys| json!(keys)).boxed();
    let counts = ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"];
    let contained = ["minContains", "maxContains"];
    let bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
    let formats = [
        "date",
        "date-time",
        "time",
        "email",
        "ipv4",
        "ipv6",
        "uri",
        "regex",
        "uuid",
        "hostname",
        "json-pointer",
    ];
    let texts =
        |texts: &[&'static str]| prop::sample::select(texts.to_vec()).prop_map(|text| json!(text)).boxed();
    prop_oneof![
        named(&["type"], kind().boxed()),
        named(&counts, count()),
        named(&contained, count()),
        named(&bounds, number().boxed()),
        named(&["multipleOf"], prop_oneof![Just(json!(1)), Just(json!(2)), Just(json!(0.5))].boxed()),
        named(&["pattern"], texts(&["^a", "b$", "^[a-z]*$", "\\d", "é"])),
        named(&["format"], texts(&formats)),
        named(&["contentEncoding"], texts(&["base64"])),
        named(&["contentMediaType"], texts(&["application/json"])),
        named(&["uniqueItems"], any::<bool>().prop_map(|is| json!(is)).boxed()),
        named(&["required"], keys()),
        named(
            &["dependentRequired"],
            prop::collection::btree_map(key(), keys(), 0..2).prop_map(|map| json!(map)).boxed()
        ),
        named(&["const"], instance().boxed()),
        named(&["enum"], prop::collection::vec(instance(), 1..4).prop_map(Value::from).boxed()),
        named(&["$ref"], texts(&["#/$defs/a", "#/$defs/b", "#", "#anchor"])),
        named(&["$dynamicRef"], texts(&["#/$defs/a", "#node"])),
    ]
    .boxed()
}

fn schema() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        1 => any::<bool>().prop_map(|all| json!(all)),
        8 => prop::collection::btree_map("unused", Just(json!(0)), 0..1).prop_flat_map(|_| keywords(plain_keyword())),
    ];
    leaf.prop_recursive(3, 40, 4, |inner| {
        let list = || prop::collection::vec(inner.clone(), 1..4).prop_map(Value::from).boxed();
        let map =
            || prop::collection::btree_map(key(), inner.clone(), 0..3).prop_map(|map| json!(map)).boxed();
        let of = |names: &[&'static str], value: BoxedStrategy<Value>| {
            (prop::sample::select(names.to_vec()).prop_map(str::to_owned), value).boxed()
        };
        let single =
            ["not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames"];
        let patterns =
            prop::collection::btree_map("(\\^a|b\\$|x-)", inner.clone(), 0..3).prop_map(|map| json!(map));
        let keyword = prop_oneof![
            4 => plain_keyword(),
            2 => of(&["allOf", "anyOf", "oneOf", "prefixItems"], list()),
            4 => of(&single, inner.clone().boxed()),
            2 => of(&["unevaluatedProperties", "unevaluatedItems"], inner.clone().boxed()),
            4 => of(&["properties", "dependentSchemas"], map()),
            1 => of(&["patternProperties"], patterns.boxed()),
        ];
        keywords(keyword.boxed())
    })
    .boxed()
}

fn keywords(keyword: BoxedStrategy<(String, Value)>) -> impl Strategy<Value = Value> {
    prop::collection::vec(keyword, 0..5).prop_map(|keywords| Value::Object(keywords.into_iter().collect()))
}

/// A schema with others to refer to.
fn whole_schema() -> impl Strategy<Value = Value> {
    (schema(), schema(), schema()).prop_map(|(own, a, b)| {
        let mut whole = match own {
            Value::Object(own) => own,
            simple => Map::from_iter([("not".to_owned(), simple)]),
        };
        let node = json!({ "$dynamicAnchor": "node", "type": ["object", "array", "null"] });
        let anchored = json!({ "$anchor": "anchor", "minimum": 0, "minLength": 1 });
        whole.insert("$defs".to_owned(), json!({ "a": a, "b": b, "node": node, "anchored": anchored }));
        Value::Object(whole)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, max_global_rejects: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn as_the_equal_value_is(schema in whole_schema(), instances in prop::collection::vec(instance(), 1..5)) {
        let ours = match registry(&schema).validator("app") {
            Ok(validator) => validator,
            // A schema may lead back to itself for one value, which jsonschema lets pass.
            Err(SchemaError::Invalid(problems)) => {
                let said = problems.to_string();
                prop_assert!(said.contains("leads back to itself") || peer(&schema).is_none(), "{said}");
                return Err(TestCaseError::reject("refused"));
            }
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        };
        let peer = peer(&schema);
        prop_assert!(peer.is_some(), "refused by the peer alone");
        for instance in &instances {
            let document = wrapped(instance);
            let value = document.get("value").unwrap();
            let expected = peer.as_ref().unwrap().is_valid(instance);
            prop_assert_eq!(ours.is_valid(value), expected, "{}", instance);
            let problems = ours.validate(value, &enhanced_config_core::Redactor::new());
            prop_assert_eq!(!problems.has_errors(), expected, "{}", instance);
        }
    }
}
