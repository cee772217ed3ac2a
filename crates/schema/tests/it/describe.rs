//! What a schema says, for people.

use enhanced_config_core::{Document, Redactor};
use enhanced_config_format::{EmitError, Format, ParseOptions, parse};
use enhanced_config_schema::{Description, SchemaRegistry, defaults};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::check::{document, validator};

fn registry(schema: &(impl ToString + ?Sized)) -> SchemaRegistry {
    let mut schemas = SchemaRegistry::new();
    schemas.add_text("app", &schema.to_string()).unwrap();
    schemas
}

fn describe(schema: &(impl ToString + ?Sized)) -> Description {
    registry(schema).describe("app").unwrap().with_env_prefix("APP")
}

/// The rows of the table, without its head.
fn rows(schema: Json, expected: &[&str]) {
    let table = describe(&schema).markdown();
    let rows: Vec<&str> = table.lines().skip(2).collect();
    assert_eq!(rows, expected, "{schema:#}\n{table}");
}

fn properties(properties: Json) -> Json {
    json!({ "properties": properties })
}

#[test]
fn types_and_constraints_are_told_in_words() {
    rows(
        properties(json!({
            "a": {"type": "integer", "minimum": 1, "maximum": 5},
            "b": {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5},
            "c": {"type": ["string", "null"], "minLength": 1, "maxLength": 1, "pattern": "^[a|b]$"},
            "d": {"enum": ["x", "y", "z"]},
            "e": {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": true},
            "f": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
            "g": {"const": 1},
            "h": {"type": "string", "format": "uri"},
            "i": {},
            "j": {"anyOf": [{"type": "string"}, {"type": "integer", "maximum": 9}]},
            "k": {"type": "object", "additionalProperties": {"type": "boolean"}, "maxProperties": 3}
        })),
        &[
            "| `a` | integer | | `APP_A` | 1 to 5 | |",
            "| `b` | number | | `APP_B` | above 0; a multiple of 0.5 | |",
            "| `c` | string or null | | `APP_C` | 1 character; matches `^[a\\|b]$` | |",
            "| `d` | string | | `APP_D` | `x`, `y` or `z` | |",
            "| `e` | list of strings | | `APP_E` | at least 1 member; no member twice | |",
            "| `f` | list of lists of integers | | `APP_F` | | |",
            "| `g` | integer | | `APP_G` | `1` | |",
            "| `h` | string | | `APP_H` | format `uri` | |",
            "| `i` | any | | `APP_I` | | |",
            "| `j` | integer or string | | `APP_J` | at most 9 | |",
            "| `k` | map | | `APP_K` | at most 3 keys | |",
            "| `k.<name>` | boolean | | | | |",
        ],
    );
}

#[test]
fn defaults_variables_and_marks_are_told() {
    rows(
        json!({
            "required": ["name", "port"],
            "properties": {
                "name": {"type": "string", "description": "What it is called.\n\nShown | everywhere."},
                "port": {"default": 80, "x-restart-required": true},
                "db": {"x-restart-required": true, "properties": {
                    "password": {"default": "hunter2"},
                    "maxConnections": {"x-env": "DB_MAX"},
                    "next_token": {"x-secret": false, "default": "a`b"}
                }},
                "old": {"x-deprecated": "db.url"},
                "salt": {"x-secret": true, "properties": {"of": {}}}
            }
        }),
        &[
            "| `db` | map | | | | Needs a restart. |",
            "| `db.maxConnections` | any | | `DB_MAX` | | Needs a restart. |",
            r#"| `db.next_token` | any | `` "a`b" `` | `APP_DB__NEXT_TOKEN` | | Needs a restart. |"#,
            "| `db.password` | any | `***` | `APP_DB__PASSWORD` | | Secret. Needs a restart. |",
            "| `name` | string | required | `APP_NAME` | | What it is called. Shown \\| everywhere. |",
            "| `old` | any | | `APP_OLD` | | Deprecated: use `db.url`. |",
            "| `port` | any | `80` | `APP_PORT` | | Needs a restart. |",
            "| `salt` | map | | | | Secret. |",
            "| `salt.of` | any | | `APP_SALT__OF` | | Secret. |",
        ],
    );
}

#[test]
fn members_of_lists_and_keys_of_the_user_have_paths_of_their_own() {
    rows(
        properties(json!({
            "servers": {"items": {"required": ["port"], "properties": {"port": {"type": "integer"}}}},
            "agents": {"patternProperties": {"^A": {"properties": {"speed": {}}}}},
            "a.b": {"type": "null"}
        })),
        &[
            r#"| `"a.b"` | null | | `APP_A_B` | | |"#,
            "| `agents` | map | | `APP_AGENTS` | | |",
            "| `agents.<name>` | map | | | | |",
            "| `agents.<name>.speed` | any | | | | |",
            "| `servers` | list of maps | | `APP_SERVERS` | | |",
            "| `servers[].port` | integer | required | | | |",
        ],
    );
}

#[test]
fn the_default_of_a_map_is_told_key_by_key() {
    rows(
        properties(
            json!({"s": {"default": {"a": 1, "password": "x"}, "properties": {"a": {"default": 2}, "password": {}}}}),
        ),
        &[
            "| `s` | map | | | | |",
            "| `s.a` | any | `1` | `APP_S__A` | | |",
            "| `s.password` | any | `***` | `APP_S__PASSWORD` | | Secret. |",
        ],
    );
}

#[test]
fn a_schema_that_refers_to_itself_is_told_once() {
    rows(
        properties(
            json!({"child": {"$ref": "#"}, "all": {"items": {"$ref": "#/properties/x"}}, "x": {"properties": {"y": {"$ref": "#/properties/x"}}}}),
        ),
        &[
            "| `all` | list of maps | | `APP_ALL` | | |",
            "| `all[].y` | map | | | the same keys as `all[]` | |",
            "| `child` | map | | | the same keys as the whole configuration | |",
            "| `x` | map | | | | |",
            "| `x.y` | map | | | the same keys as `x` | |",
        ],
    );
}

#[test]
fn a_schema_made_to_explode_is_cut() {
    let def = |i: usize| {
        properties(
            json!({"l": {"$ref": format!("#/$defs/{}", i + 1)}, "r": {"$ref": format!("#/$defs/{}", i + 1)}}),
        )
    };
    let defs: serde_json::Map<String, Json> = (0..30).map(|i| (i.to_string(), def(i))).collect();
    let description = describe(&json!({"$ref": "#/$defs/0", "$defs": defs}));
    assert_eq!((description.keys.len(), description.is_cut), (Description::MAX_KEYS, true));
    assert!(description.markdown().ends_with("\nKeys beyond these 5000 are left out.\n"));
    assert!(description.sample(Format::Yaml).unwrap().len() < 1 << 20);
}

fn sample(schema: &str, format: Format, expected: &str) {
    let text = describe(schema).sample(format).unwrap();
    assert_eq!(text, expected);
    check_sample(schema, format, &text);
}

/// The sample is read back and valid, also when the defaults lie below it.
fn check_sample(schema: &(impl ToString + ?Sized), format: Format, text: &str) {
    let schemas = registry(schema);
    let parsed = parse(text.as_bytes(), format, "sample", &ParseOptions::default());
    let parsed = parsed.unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    assert!(parsed.warnings.is_empty(), "{}\n{text}", parsed.warnings);
    let problems = schemas.validator("app").unwrap().validate(parsed.document.root(), &Redactor::new());
    assert!(problems.is_empty(), "{problems}\n{text}");
    let Some(below) = defaults(schemas.bundled("app").unwrap().root(), parsed.document.root()) else {
        return;
    };
    let merged = enhanced_config_core::merge(&below, &[&parsed.document], &Default::default()).unwrap();
    let problems = schemas.validator("app").unwrap().validate(merged.document.root(), &Redactor::new());
    assert!(problems.is_empty(), "{problems}\n{text}");
}

const SERVICE: &str = r#"{
    "title": "A service",
    "required": ["name", "db"],
    "additionalProperties": false,
    "properties": {
        "port": {"type": "integer", "default": 80, "maximum": 65535, "minimum": 1, "description": "Where it\nlistens."},
        "name": {"type": "string"},
        "db": {"description": "The store.", "required": ["host"], "properties": {
            "host": {"type": "string", "format": "hostname"},
            "password": {"type": "string"},
            "pool": {"properties": {"size": {"default": 4}}}
        }},
        "tags": {"type": "array", "default": ["a", "no"]},
        "log": {"properties": {"level": {"enum": ["info", "debug"]}}},
        "old": {"deprecated": true}
    }
}"#;

#[test]
fn a_sample_in_yaml_has_all_keys() {
    sample(
        SERVICE,
        Format::Yaml,
        "\
# yaml-language-server: $schema=./app.schema.json
# A service

# Where it
# listens.
# integer, 1 to 65535; APP_PORT
#port: 80

# string; APP_NAME
name: example

# The store.
db:
  # string, format `hostname`; APP_DB__HOST
  host: \"db.example.org\"

  # string; secret; APP_DB__PASSWORD
  #password: \"\"

  #pool:
  #  # any; APP_DB__POOL__SIZE
  #  size: 4

# list; APP_TAGS
#tags: [\"a\", \"no\"]

#log:
#  # string, `info` or `debug`; APP_LOG__LEVEL
#  level: info
",
    );
}

#[test]
fn a_sample_in_toml_has_values_before_tables() {
    sample(
        SERVICE,
        Format::Toml,
        "\
#:schema ./app.schema.json
# A service

# Where it
# listens.
# integer, 1 to 65535; APP_PORT
#port = 80

# string; APP_NAME
name = \"example\"

# list; APP_TAGS
#tags = [\"a\", \"no\"]

# The store.
[db]
# string, format `hostname`; APP_DB__HOST
host = \"db.example.org\"

# string; secret; APP_DB__PASSWORD
#password = \"\"

#[db.pool]
## any; APP_DB__POOL__SIZE
#size = 4

#[log]
## string, `info` or `debug`; APP_LOG__LEVEL
#level = \"info\"
",
    );
}

#[test]
fn a_sample_in_json_has_what_is_required_or_has_a_default() {
    sample(
        SERVICE,
        Format::Json,
        "\
{
  \"port\": 80,
  \"name\": \"example\",
  \"db\": {
    \"host\": \"db.example.org\"
  },
  \"tags\": [
    \"a\",
    \"no\"
  ]
}
",
    );
}

#[test]
fn a_sample_in_json_with_comments_has_all_keys() {
    sample(
        SERVICE,
        Format::Jsonc,
        r#"// A service
{
  // Where it
  // listens.
  // integer, 1 to 65535; APP_PORT
  //"port": 80,

  // string; APP_NAME
  "name": "example",

  // The store.
  "db": {
    // string, format `hostname`; APP_DB__HOST
    "host": "db.example.org",

    // string; secret; APP_DB__PASSWORD
    //"password": "",

    //"pool": {
    //  // any; APP_DB__POOL__SIZE
    //  "size": 4,
    //},
  },

  // list; APP_TAGS
  //"tags": ["a", "no"],

  //"log": {
  //  // string, `info` or `debug`; APP_LOG__LEVEL
  //  "level": "info",
  //},
}
"#,
    );
}

#[test]
fn samples_are_valid_whatever_is_required() {
    let required = [
        json!({"type": "integer", "minimum": 3}),
        json!({"type": "integer", "exclusiveMinimum": 3, "multipleOf": 5}),
        json!({"type": "integer", "maximum": -2}),
        json!({"type": "integer", "minimum": 9_223_372_036_854_775_807_u64}),
        json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
        json!({"type": "number", "minimum": 0.1, "maximum": 0.2}),
        json!({"type": "string", "minLength": 20}),
        json!({"type": "string", "maxLength": 2}),
        json!({"type": "string", "pattern": "^Agent-[0-9]{2}$"}),
        json!({"type": "string", "pattern": "^[a-f]+$", "minLength": 5}),
        json!({"type": "string", "pattern": "#$"}),
        json!({"enum": [null, "b"]}),
        json!({"enum": ["no", "yes"]}),
        json!({"const": {"a": [1, "x: y", {}]}}),
        json!({"type": ["null", "boolean"]}),
        json!({"type": "array", "minItems": 2, "items": {"type": "integer"}, "uniqueItems": true}),
        json!({"type": "array", "prefixItems": [{"type": "integer"}, {"const": "x"}], "minItems": 2}),
        json!({"type": "array", "contains": {"const": 7}}),
        json!({"type": "array", "minItems": 3, "uniqueItems": true, "items": {"enum": ["a", "b", "c"]}}),
        json!({"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}}),
        json!({"type": "object", "minProperties": 1, "patternProperties": {"^Agent-[0-9]+$": {"type": "integer"}}, "additionalProperties": false}),
        json!({"type": "object", "minProperties": 2, "properties": {"a": {"type": "integer"}, "b": {"type": "integer", "default": 1}, "c": {"type": "integer"}}}),
        json!({"properties": {"a": {"properties": {"b": {}}, "required": ["b"]}}, "required": ["a"]}),
        json!({"properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "required": ["a"], "dependentRequired": {"a": ["b"]}}),
        json!({"required": ["nowhere"]}),
        json!({"anyOf": [{"type": "null"}, {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}}]}),
        json!({"oneOf": [{"properties": {"kind": {"const": "a"}, "n": {"type": "integer"}}, "required": ["kind", "n"], "additionalProperties": false}, {"type": "string"}]}),
        json!({"allOf": [{"type": "number", "minimum": 1}, {"type": ["integer", "string"], "maximum": 4}]}),
        json!({"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]}),
        json!({"type": "string", "examples": ["é\u{7f}\u{2028}\"\\\n#"]}),
        json!({"type": "string", "x-secret": true, "minLength": 3, "default": "hidden"}),
        json!({"type": "object", "default": {"free": {"x": null, "y": [1]}}}),
        json!({"type": "string", "format": "ipv6"}),
        json!({"type": "string", "format": "date-time"}),
        json!({"type": "string", "format": "duration"}),
        json!({"default": -0.5}),
        json!({"default": 1e300}),
    ];
    for (at, value) in required.into_iter().enumerate() {
        for key in ["key", "a key: #", "no", "7", ""] {
            let schema = json!({"type": "object", "required": [key], "properties": {key: value}, "title": "x\r\n\u{85}y"});
            for format in [Format::Yaml, Format::Json, Format::Jsonc, Format::Toml] {
                let text = describe(&schema).sample(format);
                match text {
                    Ok(text) => check_sample(&schema, format, &text),
                    Err(error) => panic!("{at} {error}"),
                }
            }
        }
    }
}

#[test]
fn a_sample_is_never_empty() {
    for schema in [
        json!({}),
        json!({"additionalProperties": {"type": "integer"}}),
        properties(json!({"a": {"properties": {"b": {}}}})),
    ] {
        for format in [Format::Yaml, Format::Json, Format::Jsonc, Format::Toml] {
            check_sample(&schema, format, &describe(&schema).sample(format).unwrap());
        }
    }
    let closed = json!({"additionalProperties": false});
    check_sample(&closed, Format::Yaml, &describe(&closed).sample(Format::Yaml).unwrap());
}

#[test]
fn what_a_format_cannot_hold_is_said() {
    let schema = json!({"required": ["a"], "properties": {"a": {"default": u64::MAX}}});
    assert!(matches!(describe(&schema).sample(Format::Toml), Err(EmitError::Integer { .. })));
    assert!(describe(&schema).sample(Format::Yaml).unwrap().contains("a: 18446744073709551615"));
    let schema = json!({"required": ["a"], "properties": {"a": {"type": "null"}}});
    assert!(matches!(describe(&schema).sample(Format::Toml), Err(EmitError::Null { .. })));
    assert!(matches!(describe(&schema).sample(Format::DotEnv), Err(EmitError::Writer { .. })));
}

#[test]
fn secrets_are_in_no_sample_and_no_table() {
    let schema = json!({
        "required": ["password", "vault"],
        "properties": {
            "password": {"type": "string", "default": "hunter2", "examples": ["hunter2"]},
            "token": {"default": "hunter2"},
            "vault": {"x-secret": true, "properties": {"x": {"default": "hunter2"}}, "default": {"x": "hunter2"}}
        }
    });
    let description = describe(&schema);
    let texts = [Format::Yaml, Format::Json, Format::Jsonc, Format::Toml]
        .map(|format| description.sample(format).unwrap());
    assert!(!texts.concat().contains("hunter2") && !description.markdown().contains("hunter2"));
}

#[test]
fn the_schema_for_editors_stands_alone() {
    let mut schemas = SchemaRegistry::new();
    schemas.add_text("common", r#"{"$defs": {"port": {"type": "integer"}}}"#).unwrap();
    schemas
        .add_text("app", r#"{"title": "t", "properties": {"p": {"$ref": "common.schema.json#/$defs/port"}}}"#)
        .unwrap();
    let text = schemas.editor_schema("app").unwrap();
    assert!(text.starts_with("{\n  \"title\": \"t\",\n"), "{text}");
    let alone = validator(&text);
    assert!(alone.is_valid(document(r#"{"p": 1}"#, Format::Json).root()));
    assert!(!alone.is_valid(document(r#"{"p": "1"}"#, Format::Json).root()));
}

/// A schema whose keys have all kinds of values.
fn schema() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(json!({"type": "boolean", "default": true})),
        (-9..9, 0..9).prop_map(
            |(least, range)| json!({"type": "integer", "minimum": least, "maximum": least + range})
        ),
        (0..9, 0..9).prop_map(
            |(least, range)| json!({"type": "string", "minLength": least, "maxLength": least + range})
        ),
        "[a-z]{1,3}[0-9]?".prop_map(|pattern| json!({"type": "string", "pattern": format!("^{pattern}+$")})),
        "\\PC{0,8}".prop_map(
            |text| json!({"type": "string", "default": text, "description": format!("so: {text}")})
        ),
        prop::collection::vec("\\PC{0,4}", 1..3).prop_map(|options| json!({"enum": options})),
        (0..4).prop_map(|least| json!({"type": "array", "minItems": least, "items": {"type": "number"}})),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let members = prop::collection::btree_map("[a-cA-C \"#:.]{1,3}", (inner, any::<bool>()), 0..4);
        members.prop_map(|members| {
            let required: Vec<&String> =
                members.iter().filter(|(_, (_, required))| *required).map(|(key, _)| key).collect();
            let properties: serde_json::Map<String, Json> =
                members.iter().map(|(key, (schema, _))| (key.clone(), schema.clone())).collect();
            json!({"type": "object", "properties": properties, "required": required})
        })
    })
}

/// The text with all that is commented out, but nothing that is said.
fn uncommented(text: &str, format: Format) -> String {
    if format == Format::Jsonc {
        // Remarks stay: they start with one blank.
        let is_member = |rest: &str| !rest.starts_with(' ') || rest.starts_with("  ");
        let line = |line: &str| match line.trim_start().strip_prefix("//") {
            Some(rest) if is_member(rest) => format!("{rest}\n"),
            _ => format!("{line}\n"),
        };
        return text.lines().map(line).collect();
    }
    let line = |line: &str| {
        let mut line = line.to_owned();
        while let Some(at) = line.find('#').filter(|at| line[..*at].trim().is_empty()) {
            let rest = &line[at + 1..];
            if rest.trim_start().starts_with('#') || !rest.starts_with(' ') || rest.starts_with("  ") {
                line = format!("{}{rest}", &line[..at]);
            } else {
                return String::new();
            }
        }
        line
    };
    text.lines().skip(1).map(line).collect::<Vec<_>>().join("\n") + "\n"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn samples_are_valid(schema in schema().prop_filter("has keys", |schema| schema["properties"].as_object().is_some_and(|keys| !keys.is_empty()))) {
        let description = describe(&schema);
        for format in [Format::Yaml, Format::Json, Format::Jsonc, Format::Toml] {
            let text = description.sample(format).unwrap();
            check_sample(&schema, format, &text);
        }
        let rows = description.markdown();
        prop_assert!(rows.lines().all(|row| row.replace("\\|", "").matches('|').count() == 7), "{}", rows);
    }

    #[test]
    fn what_is_commented_out_is_valid_too(schema in schema().prop_filter("has keys", |schema| schema["properties"].as_object().is_some_and(|keys| !keys.is_empty()))) {
        for format in [Format::Yaml, Format::Jsonc, Format::Toml] {
            let text = describe(&schema).sample(format).unwrap();
            let text = uncommented(&text, format);
            let parsed = parse(text.as_bytes(), format, "sample", &ParseOptions::default());
            let parsed = parsed.unwrap_or_else(|problems| panic!("{problems}\n{text}"));
            let problems = validator(&schema.to_string()).validate(parsed.document.root(), &Redactor::new());
            prop_assert!(problems.is_empty(), "{problems}\n{text}");
        }
    }
}

#[test]
fn a_document_is_described_as_it_was_read() {
    let schema: Document = document(r#"{"title": "T", "description": "D"}"#, Format::Json);
    let mut schemas = SchemaRegistry::new();
    schemas.add_document("x", schema);
    let description = schemas.describe("x").unwrap();
    assert_eq!(
        (description.title.as_deref(), description.description.as_deref(), &*description.name),
        (Some("T"), Some("D"), "x")
    );
    assert!(schemas.describe("y").is_err() && schemas.editor_schema("y").is_err());
}
