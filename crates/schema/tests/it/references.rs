//! References: between registered schemas, and to nothing else.

use std::net::TcpListener;

use enhanced_config_core::Redactor;
use enhanced_config_format::Format;
use enhanced_config_schema::SchemaRegistry;

use crate::check::{document, refusal};

/// What is wrong with a schema.
fn refused(schema: &str) -> String {
    refusal(&[("app", schema)]).to_string()
}

/// What several schemas, of which one is named `app`, say against a JSON text.
fn problems(schemas: &[(&str, &str)], json: &str) -> String {
    let mut registry = SchemaRegistry::new();
    schemas.iter().for_each(|(name, schema)| registry.add_text(name, schema).unwrap());
    let validator = registry.validator("app").unwrap();
    validator.validate(document(json, Format::Json).root(), &Redactor::new()).to_string()
}

const NOT_HERE: &str = "no schema with this `$id` or file name is registered, and none is fetched";

#[test]
fn a_reference_over_a_network_or_to_a_file_is_refused_by_name_and_place() {
    for reference in [
        "http://127.0.0.1:9/a.json",
        "https://example.org/a.json#/x",
        "file:///etc/passwd",
        "file:/etc/passwd#/a",
        "//example.org/a.json",
        "ftp://example.org/a",
        "../../../etc/passwd",
        "/etc/passwd",
        "other.schema.json",
        "urn:example:other",
    ] {
        for keyword in ["$ref", "$dynamicRef"] {
            let schema = format!("{{\n \"properties\": {{\"a\": {{\"{keyword}\": \"{reference}\"}}}}\n}}");
            let column = 27 + keyword.len();
            let expected = format!(
                "cannot resolve the reference `{reference}`: {NOT_HERE} (app.schema.json:2:{column})"
            );
            assert_eq!(refused(&schema), expected);
        }
    }
}

#[test]
fn an_address_given_by_the_schema_opens_no_way_out() {
    let check = |schema: &str, expected: &str| assert_eq!(refused(schema), expected, "{schema}");
    check(
        r#"{"$id": "http://127.0.0.1:9/schemas/app.json", "properties": {"a": {"$ref": "other.json"}}}"#,
        "cannot resolve the reference `other.json`: no schema with this `$id` or file name is registered, and none is fetched (app.schema.json:1:77)",
    );
    check(
        r#"{"$id": "file:///etc/app.json", "$ref": "./passwd"}"#,
        "cannot resolve the reference `./passwd`: no schema with this `$id` or file name is registered, and none is fetched (app.schema.json:1:41)",
    );
    check(
        r#"{"$defs": {"a": {"$id": "http://127.0.0.1:9/a/", "$ref": "b"}}, "$ref": "\u0023/$defs/a"}"#,
        "cannot resolve the reference `b`: no schema with this `$id` or file name is registered, and none is fetched (app.schema.json:1:58)",
    );
    check(
        r#"{"$schema": "http://127.0.0.1:9/meta.json"}"#,
        "cannot resolve the reference `http://127.0.0.1:9/meta.json`: drafts 4, 6, 7, 2019-09 and 2020-12 are known, and registered metaschemas (app.schema.json:1:13)",
    );
    check(
        r#"{"$schema": "file:///etc/passwd"}"#,
        "cannot resolve the reference `file:///etc/passwd`: drafts 4, 6, 7, 2019-09 and 2020-12 are known, and registered metaschemas (app.schema.json:1:13)",
    );
    check(
        r#"{"$schema": "https://json-schema.org/draft/2019-09/schema", "not": {"$recursiveRef": "http://127.0.0.1:9/"}}"#,
        "cannot resolve the reference `http://127.0.0.1:9/`: no schema with this `$id` or file name is registered, and none is fetched (app.schema.json:1:86)",
    );
    check(
        r#"{"$schema": "http://json-schema.org/draft-04/schema#", "id": "http://127.0.0.1:9/", "$ref": "a"}"#,
        "cannot resolve the reference `a`: no schema with this `$id` or file name is registered, and none is fetched (app.schema.json:1:93)",
    );
    check(r#"{"$ref": "a b"}"#, "cannot resolve the reference `a b`: it is not a URI (app.schema.json:1:10)");
    check(
        r#"{"$id": "http://[", "$ref": "a"}"#,
        "cannot resolve the reference `http://[`: it is not a URI (app.schema.json:1:9)",
    );
}

#[test]
fn no_socket_is_connected_to_and_no_file_is_read() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let file = std::env::temp_dir().join(format!("enhanced-config-schema-{}.json", std::process::id()));
    // If it were read, the schema would be accepted.
    std::fs::write(&file, "{\"type\": \"object\"}").unwrap();
    let here = format!("file://{}", file.display());
    for place in [address.as_str(), &here] {
        for schema in [
            format!(r#"{{"$ref": "{place}"}}"#),
            format!(r#"{{"$dynamicRef": "{place}#a"}}"#),
            format!(r#"{{"$schema": "{place}"}}"#),
            format!(r#"{{"$id": "{place}/x", "$ref": "a.json"}}"#),
            format!(r#"{{"$id": "{place}/x/y", "$ref": "../{}"}}"#, file.file_name().unwrap().display()),
        ] {
            let said = refused(&schema);
            assert!(said.contains("cannot resolve the reference"), "{schema}: {said}");
        }
    }
    // A name alone reaches for nothing.
    for named in [
        "\"$id\": \"HERE/app.json\"",
        "\"properties\": {\"a\": {\"$id\": \"HERE\", \"$schema\": \"HERE/meta\"}}",
    ] {
        let schema = format!("{{{}}}", named.replace("HERE", &address));
        assert_eq!(problems(&[("app", &schema)], "{\"a\": 1}"), "");
    }
    std::fs::remove_file(file).unwrap();
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "somebody connected");
}

const COMMON: &str = r#"{
  "$defs": {
    "port": {"$anchor": "port", "type": "integer", "minimum": 1, "maximum": 65535},
    "host": {"type": "object", "properties": {"port": {"$ref": "\u0023/$defs/port"}}, "additionalProperties": false}
  }
}"#;

#[test]
fn registered_schemas_refer_to_one_another_by_file_name() {
    for reference in
        ["common.schema.json#/$defs/port", "./common.schema.json#port", "common.schema.json#/%24defs/port"]
    {
        let app = format!(r#"{{"properties": {{"port": {{"$ref": "{reference}"}}}}}}"#);
        assert_eq!(
            problems(&[("app", &app), ("common", COMMON)], "{\"port\": 0}"),
            "port: expected an integer from 1 to 65535 (app:1:10)"
        );
    }
    let app = r#"{"$id": "https://example.org/schemas/app.schema.json",
        "properties": {"host": {"$ref": "common.schema.json#/$defs/host"}}}"#;
    assert_eq!(
        problems(&[("app", app), ("common", COMMON)], "{\"host\": {\"prot\": 1}}"),
        "host.prot: unknown key (app:1:11); did you mean `port`?"
    );
}

#[test]
fn registered_schemas_refer_to_one_another_by_id() {
    let app =
        r#"{"$id": "https://example.org/a/app.json", "properties": {"a": {"$ref": "../b/other.json"}}}"#;
    let other = r##"{"$id": "https://example.org/b/other.json#", "maxLength": 2, "minLength": 1}"##;
    assert_eq!(
        problems(&[("app", app), ("other", other)], "{\"a\": \"xyz\"}"),
        "a: expected text of 1 to 2 characters (app:1:7)"
    );
    let both_ways = r#"{"properties": {"a": {"$ref": "other.schema.json"}, "b": {"type": "null"}}}"#;
    let back = r#"{"properties": {"a": {"$ref": "app.schema.json"}}}"#;
    assert_eq!(
        problems(&[("app", both_ways), ("other", back)], "{\"a\": {\"a\": {\"a\": {\"a\": {\"b\": 1}}}}}"),
        "a.a.a.a.b: expected null, found integer (app:1:31)"
    );
}

#[test]
fn what_is_wrong_with_a_schema_that_is_referred_to_has_its_place_there() {
    let app = r#"{"properties": {"a": {"$ref": "common.schema.json"}}}"#;
    let check = |common: &str, expected: &str| {
        assert_eq!(refusal(&[("app", app), ("common", common)]).to_string(), expected, "{common}");
    };
    check(
        "{\n \"type\": \"strin\"\n}",
        "type: unknown variant `strin`, expected `array`, `boolean`, `integer`, `null`, `number`, `object` or `string` \
         (common.schema.json:2:10); did you mean `string`?",
    );
    check(
        "{\n \"properties\": {\"b\": {\"pattern\": \"(\"}}\n}",
        "properties.b.pattern: cannot use this pattern: unclosed group (common.schema.json:2:34)",
    );
    check(
        "{\n \"properties\": {\"b\": {\"$ref\": \"#/$defs/b\"}}\n}",
        "cannot resolve the reference `#/$defs/b`: nothing is there (common.schema.json:2:31)",
    );
    check(
        "{\n \"properties\": {\"b\": {\"$ref\": \"nowhere.schema.json\"}}\n}",
        &format!("cannot resolve the reference `nowhere.schema.json`: {NOT_HERE} (common.schema.json:2:31)"),
    );
    check(
        "{\n \"properties\": {\"b\": {\"anyOf\": [{\"$ref\": \"#/properties/b\"}]}}\n}",
        "leads back to itself for the same value (common.schema.json:2:22)",
    );
    // A schema that nobody refers to is nobody's problem.
    let unused = r#"{"type": 5}"#;
    assert_eq!(problems(&[("app", "{\"type\": \"object\"}"), ("unused", unused)], "{}"), "");
}

#[test]
fn metaschemas_are_known_without_a_network() {
    for address in ["http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema"]
    {
        let app = format!(r#"{{"$schema": "{address}", "properties": {{"a": {{"$ref": "{address}"}}}}}}"#);
        let said = problems(&[("app", &app)], "{\"a\": {\"minLength\": \"1\"}}");
        assert_eq!(said, "a.minLength: expected an integer, found string (app:1:21)");
    }
}
