//! No value of a secret is told by anything: neither by a problem nor by what is printed to find a fault.

use enhanced_config_core::{ProblemKind, Redactor};
use enhanced_config_format::Format;
use enhanced_config_schema::SchemaRegistry;

use crate::check::{document, validator};

/// What no text may hold.
const CANARY: &str = "canary7391";

/// A document with the canary as text, as key and within lists, under the key `secret`.
fn documents() -> Vec<String> {
    let values = [
        format!(r#""{CANARY}""#),
        format!(r#"["{CANARY}", "{CANARY}"]"#),
        format!(r#"{{"{CANARY}": "{CANARY}", "b": ["{CANARY}"]}}"#),
        format!(r#"[{{"{CANARY}": 1}}, {{"{CANARY}": 1}}]"#),
        format!(r#"{{"b": {{"{CANARY}": "https://{CANARY}:{CANARY}@example.org"}}}}"#),
        // What numbers hold is as secret.
        "7391739173917391".to_owned(),
    ];
    values.iter().map(|value| format!(r#"{{"secret": {value}, "other": 1}}"#)).collect()
}

/// Every keyword, saying no.
fn schemas() -> Vec<String> {
    let about_value = [
        r#"{"type": "null"}"#,
        r#"{"type": ["null", "boolean"]}"#,
        r#"{"enum": ["canary7392", "canary7393"]}"#,
        r#"{"enum": [null, {"a": 1}]}"#,
        r#"{"const": "x"}"#,
        r#"{"pattern": "^x"}"#,
        r#"{"format": "ipv4"}"#,
        r#"{"maxLength": 1, "minLength": 1}"#,
        r#"{"maximum": 1}"#,
        r#"{"exclusiveMinimum": 1e300}"#,
        r#"{"multipleOf": 7}"#,
        r#"{"maxItems": 0, "maxProperties": 0}"#,
        r#"{"minItems": 9, "minProperties": 9}"#,
        r#"{"uniqueItems": true}"#,
        r#"{"items": {"type": "null"}, "additionalProperties": {"type": "null"}}"#,
        r#"{"items": false, "additionalProperties": false}"#,
        r#"{"items": {"properties": {"canary739": {}}, "additionalProperties": false}}"#,
        r#"{"properties": {"canary739": {}, "b": {"properties": {"canary73": {}}, "additionalProperties": false}}, "additionalProperties": false}"#,
        r#"{"required": ["canary739"]}"#,
        r#"{"prefixItems": [{"const": 1}], "unevaluatedItems": false, "unevaluatedProperties": false}"#,
        r#"{"unevaluatedItems": {"type": "null"}, "unevaluatedProperties": {"type": "null"}}"#,
        r#"{"contains": {"const": 1}}"#,
        r#"{"propertyNames": {"pattern": "^x"}}"#,
        r#"{"propertyNames": {"enum": ["canary739"]}}"#,
        r#"{"propertyNames": false}"#,
        r#"{"patternProperties": {"canary": false}}"#,
        r#"{"not": {"type": ["string", "object", "array", "number"]}}"#,
        r#"{"anyOf": [{"const": 1}, {"items": {"const": 2}, "additionalProperties": {"const": 3}, "maxLength": 1}]}"#,
        r#"{"oneOf": [{"enum": ["canary739"]}, {"propertyNames": {"const": "x"}, "items": {"pattern": "^x"}, "maxLength": 0}]}"#,
        r#"{"oneOf": [true, {"title": "any"}]}"#,
        r#"{"allOf": [{"enum": ["canary739"]}, {"const": 1}]}"#,
        r#"{"if": true, "then": {"enum": ["canary739"]}}"#,
        "false",
    ];
    about_value.map(str::to_owned).into()
}

fn check_all(schema: impl Fn(&str) -> String, redactor: &Redactor) {
    let mut said_something = 0;
    for about_value in schemas() {
        let schema = schema(&about_value);
        let validator = validator(&schema);
        for json in documents() {
            let document = document(&json, Format::Json);
            let problems = validator.validate(document.root(), redactor);
            let said = format!("{problems}\n{problems:?}\n{problems:#?}\n{validator:?}\n{document:?}");
            assert!(!said.contains(CANARY) && !said.contains("73917391"), "{schema}\n{json}\n{said}");
            let too_complex = |kind: &ProblemKind| matches!(kind, ProblemKind::Custom { message } if message.contains("steps"));
            assert!(!problems.iter().any(|problem| too_complex(&problem.kind)), "{schema}\n{json}\n{said}");
            said_something += usize::from(!problems.is_empty());
        }
    }
    assert!(said_something > 100, "{said_something}");
}

#[test]
fn secret_by_name() {
    let named = |about_value: &str| format!(r#"{{"properties": {{"secret": {about_value}}}}}"#);
    check_all(named, &Redactor::new());
}

#[test]
fn secret_by_what_the_program_says() {
    let path = "vault".parse().unwrap();
    for redactor in [Redactor::new().with_secret(&path), Redactor::new().with_secret_key("vault")] {
        for about_value in schemas() {
            let validator = validator(&format!(r#"{{"properties": {{"vault": {about_value}}}}}"#));
            for json in documents() {
                let document = document(&json.replace("\"secret\"", "\"vault\""), Format::Json);
                let said = format!("{:?}", validator.validate(document.root(), &redactor));
                assert!(
                    !said.contains(CANARY) && !said.contains("73917391"),
                    "{about_value}\n{json}\n{said}"
                );
            }
        }
    }
}

#[test]
fn secret_by_what_the_schema_says() {
    let common = r#"{"$defs": {"vault": {"x-secret": true}}}"#;
    for about_value in schemas() {
        for schema in [
            format!(r#"{{"properties": {{"vault": {{"x-secret": true, "allOf": [{about_value}]}}}}}}"#),
            format!(
                r##"{{"properties": {{"vault": {{"$ref": "#/$defs/v"}}}}, "$defs": {{"v": {{"x-secret": true, "allOf": [{about_value}]}}}}}}"##
            ),
            format!(r#"{{"additionalProperties": {{"x-secret": true, "allOf": [{about_value}]}}}}"#),
            format!(
                r#"{{"properties": {{"vault": {{"$ref": "common.schema.json#/$defs/vault", "allOf": [{about_value}]}}}}}}"#
            ),
        ] {
            let mut schemas = SchemaRegistry::new();
            schemas.add_text("common", common).unwrap();
            schemas.add_text("app", &schema).unwrap();
            let validator = schemas.validator("app").unwrap();
            for json in documents() {
                let document = document(&json.replace("\"secret\"", "\"vault\""), Format::Json);
                let said = format!("{:?}", validator.validate(document.root(), &Redactor::new()));
                assert!(!said.contains(CANARY) && !said.contains("73917391"), "{schema}\n{json}\n{said}");
            }
        }
    }
}

#[test]
fn a_key_that_is_secret_by_its_place_may_be_reached_from_around_it() {
    let around = |about_value: &str| {
        format!(
            r#"{{"anyOf": [{{"properties": {{"secret": {about_value}, "other": {{"type": "null"}}}}}}, {{"required": ["x"]}}]}}"#
        )
    };
    check_all(around, &Redactor::new());
}

/// What a schema says would tell what the value is, where it says that the value is just that.
#[test]
fn a_secret_is_not_told_by_what_applies_to_it() {
    let check = |schema: &str, json: &str, expected: &str| {
        let document = document(json, Format::Json);
        let said = validator(schema).validate(document.root(), &Redactor::new()).to_string();
        assert_eq!(said, expected, "{schema}");
    };
    check(
        r#"{"properties": {"password": {"not": {"const": "changeme"}}}}"#,
        r#"{"password": "changeme"}"#,
        "password: expected a value that the schema does not exclude (app:1:14)",
    );
    check(
        r#"{"if": {"properties": {"password": {"const": "changeme"}}}, "then": {"required": ["a"]}}"#,
        r#"{"password": "changeme"}"#,
        "a: missing (app:1:1); because `password` is what it is",
    );
    check(
        r#"{"properties": {"token": {"enum": ["alpha", "beta"]}}}"#,
        r#"{"token": "alpah"}"#,
        "token: unknown variant, expected `alpha` or `beta` (app:1:11)",
    );
    check(
        r#"{"properties": {"secrets": {"dependentRequired": {"abc": ["def"]}}}}"#,
        r#"{"secrets": {"abc": 1}}"#,
        "secrets.def: missing (app:1:2); because `abc` is there",
    );
    check(
        r#"{"properties": {"url": {"enum": ["a"]}}}"#,
        r#"{"url": "https://me:pw@example.org"}"#,
        "url: unknown variant `https://***@example.org`, expected `a` (app:1:9)",
    );
}
