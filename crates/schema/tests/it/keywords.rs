//! What each keyword says against a document, and where: the text of every problem, over all formats.

use enhanced_config_core::Redactor;
use enhanced_config_format::Format::{self, Json, Toml, Yaml};

use crate::check::{document, validator};

fn check(schema: &str, format: Format, text: &str, expected: &[&str]) {
    let document = document(text, format);
    let problems = validator(schema).validate(document.root(), &Redactor::new());
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(lines, expected, "{schema}\n{text}");
}

#[test]
fn a_value_of_the_wrong_kind_is_told_with_the_kind_found() {
    check(
        r#"{"properties": {"a": {"type": "integer"}}}"#,
        Yaml,
        "b: 1\na: x\n",
        &["a: expected an integer, found string (app:2:4)"],
    );
    check(
        r#"{"properties": {"a": {"type": "integer"}}}"#,
        Json,
        r#"{"a": 1.5}"#,
        &["a: expected an integer, found float (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"type": "integer"}}}"#,
        Toml,
        "a = \"1\"\n",
        &["a: expected an integer, found string (app:1:5)"],
    );
    check(
        r#"{"properties": {"a": {"type": "number"}}}"#,
        Toml,
        "b = 1\na = true\n",
        &["a: expected a number, found boolean (app:2:5)"],
    );
    check(
        r#"{"properties": {"a": {"type": "string"}}}"#,
        Yaml,
        "a:\n  - x\n",
        &["a: expected a string, found list (app:2:3)"],
    );
    check(
        r#"{"properties": {"a": {"type": "string"}}}"#,
        Yaml,
        "a: ~\n",
        &["a: expected a string, found null (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"type": "boolean"}}}"#,
        Yaml,
        "a: yes\n",
        &["a: expected a boolean, found string (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"type": "null"}}}"#,
        Json,
        r#"{"a": {}}"#,
        &["a: expected null, found map (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"type": "array"}}}"#,
        Toml,
        "[a]\nb = 1\n",
        &["a: expected a list, found map (app:1:2)"],
    );
    check(
        r#"{"properties": {"a": {"type": "object"}}}"#,
        Toml,
        "a = [1]\n",
        &["a: expected a map, found list (app:1:5)"],
    );
    check(
        r#"{"properties": {"a": {"type": ["null", "string"]}}}"#,
        Yaml,
        "a: 5\n",
        &["a: expected a string or null, found integer (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"type": ["integer", "number", "boolean"]}}}"#,
        Json,
        r#"{"a": "x"}"#,
        &["a: expected a boolean or a number, found string (app:1:7)"],
    );
}

#[test]
fn a_value_that_is_not_one_of_those_listed_is_told_with_them() {
    check(
        r#"{"properties": {"a": {"enum": ["debug", "info", "warn"]}}}"#,
        Yaml,
        "a: inof\n",
        &["a: unknown variant `inof`, expected `debug`, `info` or `warn` (app:1:4); did you mean `info`?"],
    );
    check(
        r#"{"properties": {"a": {"enum": ["debug", "info", "warn"]}}}"#,
        Toml,
        "a = \"loud\"\n",
        &["a: unknown variant `loud`, expected `debug`, `info` or `warn` (app:1:5)"],
    );
    check(
        r#"{"properties": {"a": {"enum": ["debug", "info", "warn"]}}}"#,
        Json,
        r#"{"a": 3}"#,
        &["a: expected `debug`, `info` or `warn`, found integer (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"enum": [1, 2, null]}}}"#,
        Json,
        r#"{"a": 3}"#,
        &["a: expected `1`, `2` or `null` (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"enum": ["a", 1]}}}"#,
        Json,
        r#"{"a": "b"}"#,
        &[r#"a: expected `"a"` or `1` (app:1:7)"#],
    );
    check(
        r#"{"properties": {"a": {"const": "on"}}}"#,
        Yaml,
        "a: off\n",
        &[r#"a: expected `"on"` (app:1:4)"#],
    );
    check(
        r#"{"properties": {"a": {"const": {"b": [1]}}}}"#,
        Json,
        r#"{"a": {"b": [2]}}"#,
        &[r#"a: expected `{"b":[1]}` (app:1:7)"#],
    );
}

#[test]
fn numbers_have_both_ends_of_their_range() {
    check(
        r#"{"properties": {"a": {"type": "integer", "minimum": 1, "maximum": 65535}}}"#,
        Yaml,
        "a: 70000\n",
        &["a: expected an integer from 1 to 65535 (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"type": "integer", "minimum": 1, "maximum": 65535}}}"#,
        Toml,
        "a = 0\n",
        &["a: expected an integer from 1 to 65535 (app:1:5)"],
    );
    check(
        r#"{"properties": {"a": {"minimum": 1}}}"#,
        Json,
        r#"{"a": 0.5}"#,
        &["a: expected a number of at least 1 (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"maximum": 1}}}"#,
        Json,
        r#"{"a": 1.5}"#,
        &["a: expected a number of at most 1 (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"exclusiveMinimum": 0}}}"#,
        Json,
        r#"{"a": 0}"#,
        &["a: expected a number above 0 (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"exclusiveMaximum": 1.5, "type": "number"}}}"#,
        Toml,
        "a = 1.5\n",
        &["a: expected a number below 1.5 (app:1:5)"],
    );
    check(
        r#"{"properties": {"a": {"minimum": 0, "exclusiveMaximum": 1}}}"#,
        Yaml,
        "a: 1\n",
        &["a: expected a number of at least 0 and below 1 (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"exclusiveMinimum": 0, "exclusiveMaximum": 1}}}"#,
        Yaml,
        "a: -1\n",
        &["a: expected a number above 0 and below 1 (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"multipleOf": 0.25}}}"#,
        Yaml,
        "a: 0.3\n",
        &["a: expected a multiple of 0.25 (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"multipleOf": 10}}}"#,
        Toml,
        "a = 15\n",
        &["a: expected a multiple of 10 (app:1:5)"],
    );
}

#[test]
fn texts_have_both_ends_of_their_length() {
    check(
        r#"{"properties": {"a": {"minLength": 3, "maxLength": 5}}}"#,
        Yaml,
        "a: ab\n",
        &["a: expected text of 3 to 5 characters (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"minLength": 3, "maxLength": 5}}}"#,
        Toml,
        "a = \"abcdef\"\n",
        &["a: expected text of 3 to 5 characters (app:1:5)"],
    );
    check(
        r#"{"properties": {"a": {"minLength": 4, "maxLength": 4}}}"#,
        Json,
        r#"{"a": "é"}"#,
        &["a: expected text of exactly 4 characters (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"minLength": 1}}}"#,
        Yaml,
        "a: ''\n",
        &["a: expected text of at least 1 character (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"maxLength": 2}}}"#,
        Yaml,
        "a: |\n  abc\n",
        &["a: expected text of at most 2 characters (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"pattern": "^[a-z]+$"}}}"#,
        Yaml,
        "a: ABC\n",
        &["a: expected text that matches `^[a-z]+$` (app:1:4)"],
    );
    check(
        r#"{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"a": {"contentEncoding": "base64"}}}"#,
        Json,
        r#"{"a": "?"}"#,
        &["a: expected text in base64 (app:1:7)"],
    );
    check(
        r#"{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"a": {"contentMediaType": "application/json"}}}"#,
        Json,
        r#"{"a": "{"}"#,
        &["a: expected text that is application/json (app:1:7)"],
    );
}

#[test]
fn formats_are_asserted_and_shown_by_an_example() {
    check(
        r#"{"properties": {"a": {"format": "date"}}}"#,
        Yaml,
        "a: \"2026-02-30\"\n",
        &["a: expected a date, such as `2026-01-31` (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"format": "date-time"}}}"#,
        Json,
        r#"{"a": "2026-01-31 12:00"}"#,
        &["a: expected a date and time, such as `2026-01-31T12:00:00Z` (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"format": "time"}}}"#,
        Toml,
        "a = \"25:00:00Z\"\n",
        &["a: expected a time with its zone, such as `12:00:00Z` (app:1:5)"],
    );
    check(
        r#"{"properties": {"a": {"format": "duration"}}}"#,
        Yaml,
        "a: \"1h\"\n",
        &["a: expected a duration, such as `PT1H30M` (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"format": "email"}}}"#,
        Json,
        r#"{"a": "ops"}"#,
        &["a: expected an e-mail address, such as `ops@example.org` (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"format": "hostname"}}}"#,
        Toml,
        "a = \"-db\"\n",
        &["a: expected a host name, such as `db.example.org` (app:1:5)"],
    );
    check(
        r#"{"properties": {"a": {"format": "ipv4"}}}"#,
        Yaml,
        "a: \"192.0.2.256\"\n",
        &["a: expected an IPv4 address, such as `192.0.2.1` (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"format": "ipv6"}}}"#,
        Json,
        r#"{"a": "12345::"}"#,
        &["a: expected an IPv6 address, such as `2001:db8::1` (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"format": "uri"}}}"#,
        Toml,
        "a = \"example.org\"\n",
        &["a: expected an absolute URI, such as `https://example.org/path` (app:1:5)"],
    );
    check(
        r#"{"properties": {"a": {"format": "uri-reference"}}}"#,
        Yaml,
        "a: \"a b\"\n",
        &["a: expected a URI or a relative reference, such as `/path` (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"format": "uri-template"}}}"#,
        Json,
        r#"{"a": "/{a"}"#,
        &["a: expected a URI template, such as `/users/{id}` (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"format": "uuid"}}}"#,
        Toml,
        "a = \"123e4567\"\n",
        &["a: expected a UUID, such as `123e4567-e89b-12d3-a456-426614174000` (app:1:5)"],
    );
    check(
        r#"{"properties": {"a": {"format": "json-pointer"}}}"#,
        Yaml,
        "a: \"a\"\n",
        &["a: expected a JSON Pointer, such as `/a/0` (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"format": "relative-json-pointer"}}}"#,
        Json,
        r#"{"a": "a"}"#,
        &["a: expected a relative JSON Pointer, such as `1/a` (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"format": "regex"}}}"#,
        Toml,
        "a = \"(\"\n",
        &["a: expected a regular expression, such as `^[a-z]+$` (app:1:5)"],
    );
    check(
        r#"{"properties": {"a": {"format": "iri"}}}"#,
        Yaml,
        "a: \"a b\"\n",
        &["a: expected an absolute URI, such as `https://example.org/path` (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"format": "iri-reference"}}}"#,
        Json,
        "{\"a\": \"\\u0000\"}",
        &["a: expected a URI or a relative reference, such as `/path` (app:1:7)"],
    );
}

#[test]
fn lists_are_told_about_at_the_item() {
    check(
        r#"{"properties": {"a": {"items": {"type": "string"}}}}"#,
        Yaml,
        "a:\n  - x\n  - 5\n  - ~\n",
        &[
            "a[1]: expected a string, found integer (app:3:5)",
            "a[2]: expected a string, found null (app:4:5)",
        ],
    );
    check(
        r#"{"properties": {"a": {"prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false}}}"#,
        Json,
        r#"{"a": ["x", "y", 3, 4]}"#,
        &[
            "a[1]: expected an integer, found string (app:1:13)",
            "a[2]: a member that the list must not have (app:1:18)",
            "a[3]: a member that the list must not have (app:1:21)",
        ],
    );
    check(
        r#"{"properties": {"a": {"prefixItems": [{"type": "string"}], "items": {"type": "integer"}}}}"#,
        Toml,
        "a = [\"x\", 1, \"z\"]\n",
        &["a[2]: expected an integer, found string (app:1:14)"],
    );
    check(
        r#"{"properties": {"a": {"minItems": 2, "maxItems": 3}}}"#,
        Toml,
        "a = [1]\n",
        &["a: expected a list of 2 to 3 members (app:1:5)"],
    );
    check(
        r#"{"properties": {"a": {"minItems": 2, "maxItems": 2}}}"#,
        Yaml,
        "a: [1, 2, 3]\n",
        &["a: expected a list of exactly 2 members (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"minItems": 1}}}"#,
        Json,
        r#"{"a": []}"#,
        &["a: expected a list of at least 1 member (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"maxItems": 1}}}"#,
        Json,
        r#"{"a": [1, 2]}"#,
        &["a: expected a list of at most 1 member (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"uniqueItems": true}}}"#,
        Yaml,
        "a:\n  - x: 1\n  - y\n  - x: 1.0\n",
        &["a[2]: comes twice in a list whose members must differ (app:4:5); the first is member 0: app:2:5"],
    );
    check(
        r#"{"properties": {"a": {"contains": {"const": "x"}}}}"#,
        Yaml,
        "a: [y]\n",
        &[r#"a: expected a list with a member that is `"x"` (app:1:4)"#],
    );
    check(
        r#"{"properties": {"a": {"contains": {"type": "integer", "minimum": 5}, "minContains": 2}}}"#,
        Json,
        r#"{"a": [5, 4]}"#,
        &["a: expected a list with at least 2 members that are each an integer of at least 5 (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"contains": {"type": "string"}, "maxContains": 1}}}"#,
        Json,
        r#"{"a": ["x", "y"]}"#,
        &["a: expected a list with exactly 1 member that is a string (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"contains": {"type": "string"}, "minContains": 1, "maxContains": 2}}}"#,
        Toml,
        "a = [1]\n",
        &["a: expected a list with 1 to 2 members that are each a string (app:1:5)"],
    );
    check(
        r#"{"properties": {"a": {"contains": {"type": "string"}, "minContains": 0, "maxContains": 2}}}"#,
        Toml,
        "a = [\"x\", \"y\", \"z\"]\n",
        &["a: expected a list with at most 2 members that are each a string (app:1:5)"],
    );
    check(
        r#"{"properties": {"a": {"contains": {"properties": {"b": {"const": 1}}}}}}"#,
        Json,
        r#"{"a": [{"b": 2}]}"#,
        &["a: expected a list with a member that is what `contains` asks for (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"prefixItems": [true], "unevaluatedItems": false}}}"#,
        Yaml,
        "a:\n  - 1\n  - 1\n  - 3\n",
        &[
            "a[1]: a member that the list must not have (app:3:5)",
            "a[2]: a member that the list must not have (app:4:5)",
        ],
    );
    check(
        r#"{"properties": {"a": {"prefixItems": [true], "unevaluatedItems": {"type": "string"}}}}"#,
        Json,
        r#"{"a": [1, "x", 3]}"#,
        &["a[2]: expected a string, found integer (app:1:16)"],
    );
}

#[test]
fn maps_are_told_about_at_the_key_or_around_a_missing_one() {
    check(
        r#"{"properties": {"port": {}, "host": {}}, "additionalProperties": false}"#,
        Yaml,
        "prot: 1\nhost: x\n",
        &["prot: unknown key (app:1:1); did you mean `port`?"],
    );
    check(
        r#"{"properties": {"port": {}}, "additionalProperties": false}"#,
        Toml,
        "port = 1\n[wholly]\nother = 1\n",
        &["wholly: unknown key (app:2:2)"],
    );
    check(
        r#"{"properties": {"a": {"additionalProperties": {"type": "integer"}}}}"#,
        Json,
        r#"{"a": {"x": 1, "y": "2"}}"#,
        &["a.y: expected an integer, found string (app:1:21)"],
    );
    check(
        r#"{"properties": {"a": {"patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": false}}}"#,
        Yaml,
        "a:\n  x-b: 1\n  y: 2\n",
        &["a.x-b: expected a string, found integer (app:2:8)", "a.y: unknown key (app:3:3)"],
    );
    check(
        r#"{"properties": {"a": {"required": ["host", "port"]}}}"#,
        Yaml,
        "b: 1\na:\n  hots: x\n",
        &["a.host: missing (app:2:1); `hots` looks like it", "a.port: missing (app:2:1)"],
    );
    check(r#"{"required": ["a"]}"#, Toml, "b = 1\n", &["a: missing (app:1:1)"]);
    check(
        r#"{"properties": {"a": {"propertyNames": {"pattern": "^[a-z]+$"}}}}"#,
        Json,
        r#"{"a": {"b": 1, "B": 2}}"#,
        &["a.B: expected a key that matches `^[a-z]+$` (app:1:16)"],
    );
    check(
        r#"{"properties": {"a": {"propertyNames": {"maxLength": 2}}}}"#,
        Toml,
        "[a]\nabc = 1\n",
        &["a.abc: expected a key of at most 2 characters (app:2:1)"],
    );
    check(
        r#"{"properties": {"a": {"propertyNames": {"enum": ["x", "y"]}}}}"#,
        Yaml,
        "a: {z: 1}\n",
        &["a.z: expected a key that is `x` or `y` (app:1:5)"],
    );
    check(
        r#"{"properties": {"a": {"minProperties": 1, "maxProperties": 2}}}"#,
        Json,
        r#"{"a": {}}"#,
        &["a: expected a map of 1 to 2 keys (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"maxProperties": 1}}}"#,
        Yaml,
        "a: {b: 1, c: 2}\n",
        &["a: expected a map of at most 1 key (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"minProperties": 2}}}"#,
        Yaml,
        "a: {b: 1}\n",
        &["a: expected a map of at least 2 keys (app:1:4)"],
    );
    check(
        r#"{"dependentRequired": {"tls": ["cert", "key"]}}"#,
        Yaml,
        "tls: true\ncert: x\n",
        &["key: missing (app:1:1); because `tls` is there"],
    );
    check(
        r#"{"dependentSchemas": {"tls": {"properties": {"port": {"const": 443}}}}}"#,
        Toml,
        "tls = true\nport = 80\n",
        &["port: expected `443` (app:2:8); because `tls` is there"],
    );
    check(
        r#"{"allOf": [{"properties": {"port": {}}}], "unevaluatedProperties": false}"#,
        Json,
        r#"{"prot": 1}"#,
        &["prot: unknown key (app:1:2); did you mean `port`?"],
    );
    check(
        r#"{"properties": {"a": {}}, "unevaluatedProperties": {"type": "string"}}"#,
        Yaml,
        "a: 1\nb: 2\n",
        &["b: expected a string, found integer (app:2:4)"],
    );
    check(
        r#"{"properties": {"old": false}}"#,
        Toml,
        "new = 1\nold = 2\n",
        &["old: a key that must not be there (app:2:1)"],
    );
}

#[test]
fn of_alternatives_the_closest_is_told() {
    check(
        r#"{"properties": {"a": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}"#,
        Json,
        r#"{"a": 1}"#,
        &["a: expected a string or null, found integer (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"anyOf": [{"type": "null"}, {"type": "string", "pattern": "^x"}]}}}"#,
        Json,
        r#"{"a": "y"}"#,
        &["a: expected text that matches `^x` (app:1:7); null is allowed too"],
    );
    check(
        r#"{"properties": {"a": {"anyOf": [{"type": "integer"}, {"enum": ["auto", "none"]}]}}}"#,
        Json,
        r#"{"a": true}"#,
        &["a: expected an integer or a string, found boolean (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"anyOf": [{"type": "integer"}, {"enum": ["auto", "none"]}]}}}"#,
        Yaml,
        "a: atuo\n",
        &["a: unknown variant `atuo`, expected `auto` or `none` (app:1:4); did you mean `auto`?"],
    );
    check(
        r##"{"properties": {"a": {"oneOf": [{"$ref": "#/$defs/tcp"}, {"$ref": "#/$defs/unix"}]}}, "$defs": {"tcp": {"properties": {"kind": {"const": "tcp"}, "port": {"type": "integer"}}, "required": ["kind"]}, "unix": {"properties": {"kind": {"const": "unix"}}, "required": ["kind", "path"]}}}"##,
        Yaml,
        "a:\n  kind: tcp\n  port: x\n",
        &[
            "a.port: expected an integer, found string (app:3:9); of 2 alternatives the closest one (`tcp`) asks for this",
        ],
    );
    check(
        r#"{"properties": {"a": {"oneOf": [{"required": ["path"]}, {"title": "by address", "required": ["host", "port"]}]}}}"#,
        Toml,
        "[a]\nx = 1\n",
        &["a.path: missing (app:1:2); of 2 alternatives the closest one asks for this"],
    );
    check(
        r##"{"properties": {"a": {"oneOf": [{"required": ["x"]}, {"title": "by address", "required": ["y"]}, {"$ref": "#/$defs/z"}]}}, "$defs": {"z": {"required": ["z"]}}}"##,
        Json,
        r#"{"a": {"x": 1, "y": 2, "z": 3}}"#,
        &[
            "a: expected a value that exactly one alternative allows; number 1, `by address` and `z` all do (app:1:7)",
        ],
    );
    check(
        r#"{"properties": {"a": {"oneOf": [{"type": "integer"}, {"type": "number"}]}}}"#,
        Json,
        r#"{"a": 1}"#,
        &["a: expected a value that exactly one alternative allows; number 1 and number 2 both do (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"allOf": [{"minimum": 5}, {"multipleOf": 2}]}}}"#,
        Json,
        r#"{"a": 3}"#,
        &["a: expected a number of at least 5 (app:1:7)", "a: expected a multiple of 2 (app:1:7)"],
    );
    check(
        r#"{"properties": {"a": {"not": {"const": "admin"}}}}"#,
        Yaml,
        "a: admin\n",
        &[r#"a: expected anything but `"admin"` (app:1:4)"#],
    );
    check(
        r#"{"properties": {"a": {"not": {"enum": [1, 2]}}}}"#,
        Yaml,
        "a: 1\n",
        &["a: expected anything but `1` or `2` (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"not": {"type": "string"}}}}"#,
        Yaml,
        "a: x\n",
        &["a: expected anything but a string (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"not": {"required": ["b", "c"]}}}}"#,
        Yaml,
        "a: {b: 1, c: 2}\n",
        &["a: expected a map without the keys `b` and `c` together (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"not": {}}}}"#,
        Yaml,
        "a: {b: 1, c: 2}\n",
        &["a: expected a value that the schema does not exclude (app:1:4)"],
    );
    check(
        r#"{"properties": {"a": {"anyOf": [false, false]}}}"#,
        Yaml,
        "a: 1\n",
        &["a: a key that must not be there (app:1:1); of 2 alternatives the closest one asks for this"],
    );
}

#[test]
fn what_applies_under_a_condition_says_so() {
    check(
        r#"{"properties": {"tls": {}}, "if": {"properties": {"tls": {"const": true}}, "required": ["tls"]}, "then": {"required": ["cert"]}, "else": {"properties": {"port": {"const": 80}}}}"#,
        Yaml,
        "tls: true\n",
        &["cert: missing (app:1:1); because `tls` is `true`"],
    );
    check(
        r#"{"properties": {"tls": {}}, "if": {"properties": {"tls": {"const": true}}, "required": ["tls"]}, "then": {"required": ["cert"]}, "else": {"properties": {"port": {"const": 80}}}}"#,
        Toml,
        "tls = false\nport = 443\n",
        &["port: expected `80` (app:2:8); because `tls` is not `true`"],
    );
    check(
        r#"{"if": {"required": ["user"]}, "then": {"required": ["group"]}, "else": {"required": ["anonymous"]}}"#,
        Json,
        r#"{"user": 1}"#,
        &["group: missing (app:1:1); because `user` is there"],
    );
    check(
        r#"{"if": {"required": ["user"]}, "then": {"required": ["group"]}, "else": {"required": ["anonymous"]}}"#,
        Json,
        "{}",
        &["anonymous: missing (app:1:1); because `user` is not there"],
    );
    check(
        r#"{"if": {"minProperties": 2}, "then": {"maxProperties": 0}}"#,
        Json,
        r#"{"b": 1, "c": 2}"#,
        &["expected a map of at most 0 keys (app:1:1); because what `if` asks for is so"],
    );
    check(
        r##"{"allOf": [{"$ref": "#/$defs/tls"}], "$defs": {"tls": {"if": {"properties": {"mode": {"enum": ["strict", "mutual"]}, "on": {"const": true}}}, "then": {"required": ["ca"]}}}}"##,
        Yaml,
        "mode: strict\non: true\n",
        &["ca: missing (app:1:1); because `mode` is `strict` or `mutual` and `on` is `true`"],
    );
}

#[test]
fn references_of_every_kind_are_followed() {
    check(
        r##"{"properties": {"a": {"$ref": "#/$defs/port"}}, "$defs": {"port": {"type": "integer", "minimum": 1, "maximum": 9}}}"##,
        Yaml,
        "a: 10\n",
        &["a: expected an integer from 1 to 9 (app:1:4)"],
    );
    check(
        r##"{"properties": {"a": {"$ref": "#port"}}, "$defs": {"port": {"$anchor": "port", "type": "integer", "minimum": 1, "maximum": 9}}}"##,
        Toml,
        "a = 10\n",
        &["a: expected an integer from 1 to 9 (app:1:5)"],
    );
    check(
        r##"{"$id": "tree", "$dynamicAnchor": "node", "properties": {"data": {"type": "integer"}, "children": {"items": {"$dynamicRef": "#node"}}}}"##,
        Yaml,
        "children:\n  - children:\n      - data: x\n",
        &["children[0].children[0].data: expected an integer, found string (app:3:15)"],
    );
    check(
        r##"{"$schema": "https://json-schema.org/draft/2019-09/schema", "$recursiveAnchor": true, "properties": {"data": {"type": "integer"}, "inner": {"$recursiveRef": "#"}}}"##,
        Json,
        r#"{"inner": {"inner": {"data": "x"}}}"#,
        &["inner.inner.data: expected an integer, found string (app:1:30)"],
    );
    check(
        r#"{"properties": {"a": {"$ref": "embedded"}}, "$defs": {"e": {"$id": "embedded", "minLength": 2, "maxLength": 3}}}"#,
        Json,
        r#"{"a": "x"}"#,
        &["a: expected text of 2 to 3 characters (app:1:7)"],
    );
}

#[test]
fn older_drafts_are_told_in_the_same_words() {
    check(
        r#"{"$schema": "http://json-schema.org/draft-04/schema#", "properties": {"a": {"minimum": 1, "exclusiveMinimum": true}}}"#,
        Json,
        r#"{"a": 1}"#,
        &["a: expected a number above 1 (app:1:7)"],
    );
    check(
        r#"{"$schema": "http://json-schema.org/draft-04/schema#", "properties": {"a": {"minimum": 1, "maximum": 5, "exclusiveMaximum": true}}}"#,
        Json,
        r#"{"a": 5}"#,
        &["a: expected a number of at least 1 and below 5 (app:1:7)"],
    );
    check(
        r#"{"$schema": "http://json-schema.org/draft-04/schema#", "properties": {"a": {"type": "integer"}}}"#,
        Json,
        r#"{"a": 1.0}"#,
        &["a: expected an integer, found float (app:1:7)"],
    );
    check(
        r#"{"$schema": "http://json-schema.org/draft-07/schema#", "dependencies": {"tls": ["cert"]}}"#,
        Yaml,
        "tls: true\n",
        &["cert: missing (app:1:1); because `tls` is there"],
    );
    check(
        r#"{"$schema": "http://json-schema.org/draft-06/schema#", "dependencies": {"tls": {"required": ["cert"]}}}"#,
        Yaml,
        "tls: true\n",
        &["cert: missing (app:1:1); because `tls` is there"],
    );
    check(
        r#"{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"a": {"items": [{"type": "string"}, {"type": "integer"}]}}}"#,
        Toml,
        "a = [\"x\", \"y\"]\n",
        &["a[1]: expected an integer, found string (app:1:11)"],
    );
    check(
        r#"{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"a": {"items": [true], "additionalItems": false}}}"#,
        Yaml,
        "a: [1, 2, 3]\n",
        &[
            "a[1]: a member that the list must not have (app:1:8)",
            "a[2]: a member that the list must not have (app:1:11)",
        ],
    );
    check(
        r#"{"$schema": "https://json-schema.org/draft/2019-09/schema", "properties": {"a": {"items": [true], "additionalItems": {"type": "string"}}}}"#,
        Yaml,
        "a: [1, x, 3]\n",
        &["a[2]: expected a string, found integer (app:1:11)"],
    );
    check(
        r##"{"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"p": {"maximum": 5}}, "properties": {"a": {"$ref": "#/definitions/p"}}}"##,
        Yaml,
        "a: 6\n",
        &["a: expected a number of at most 5 (app:1:4)"],
    );
    check(
        r#"{"$schema": "http://json-schema.org/draft-06/schema#", "properties": {"a": {"contains": {"const": 1}}}}"#,
        Yaml,
        "a: [2]\n",
        &["a: expected a list with a member that is `1` (app:1:4)"],
    );
}

#[test]
fn several_problems_come_in_the_order_of_their_places() {
    check(
        r#"{"required": ["z"], "properties": {"b": {"type": "integer", "minimum": 5, "multipleOf": 2}, "a": {"type": "string"}, "c": {"required": ["x"]}}, "additionalProperties": false}"#,
        Yaml,
        "d: 1\nc: {}\nb: 3\na: 5\n",
        &[
            "d: unknown key (app:1:1)",
            "z: missing (app:1:1)",
            "c.x: missing (app:2:1)",
            "b: expected an integer of at least 5 (app:3:4)",
            "b: expected a multiple of 2 (app:3:4)",
            "a: expected a string, found integer (app:4:4)",
        ],
    );
    check(
        r#"{"required": ["z"], "properties": {"b": {"type": "integer", "minimum": 5, "multipleOf": 2}, "a": {"type": "string"}, "c": {"required": ["x"]}}, "additionalProperties": false}"#,
        Json,
        "{\"d\": 1, \"c\": {},\n \"b\": 3, \"a\": 5}",
        &[
            "z: missing (app:1:1)",
            "d: unknown key (app:1:2)",
            "c.x: missing (app:1:10)",
            "b: expected an integer of at least 5 (app:2:7)",
            "b: expected a multiple of 2 (app:2:7)",
            "a: expected a string, found integer (app:2:15)",
        ],
    );
    check(
        r#"{"required": ["z"], "properties": {"b": {"type": "integer", "minimum": 5, "multipleOf": 2}, "a": {"type": "string"}, "c": {"required": ["x"]}}, "additionalProperties": false}"#,
        Toml,
        "d = 1\nb = 3\na = 5\n[c]\n",
        &[
            "d: unknown key (app:1:1)",
            "z: missing (app:1:1)",
            "b: expected an integer of at least 5 (app:2:5)",
            "b: expected a multiple of 2 (app:2:5)",
            "a: expected a string, found integer (app:3:5)",
            "c.x: missing (app:4:2)",
        ],
    );
}

#[test]
fn what_only_describes_refuses_nothing() {
    let schema = r#"{
        "$comment": "c", "title": "t", "description": "d", "examples": [1], "$vocabulary": {},
        "properties": {
            "a": {"default": "x", "readOnly": true, "writeOnly": true, "examples": [true], "type": "string"},
            "b": {"contentMediaType": "application/json", "contentSchema": {"type": "integer"}}
        }
    }"#;
    check(schema, Yaml, "a: y\nb: '[1]'\n", &[]);
    check(schema, Json, r#"{"a": "y", "b": "[1]"}"#, &[]);
    // What a text holds is an annotation since 2019-09.
    check(schema, Toml, "a = \"y\"\nb = \"[\"\n", &[]);
}
