//! Environment variables: every rule of [`EnvSource`], one a line.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::{Duration, Instant};

use enhanced_config_core::*;
use enhanced_config_layers::{EnvLayer, EnvSource, Shape};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn document(kind: LayerKind, data: &Json) -> Document {
    Document::from_serialize(data, Layer::new(kind, kind.name())).unwrap()
}

/// What the variables are matched against: `schema` and `lower`, where they are not null.
struct Bed {
    schema: Option<Document>,
    lower: Option<Document>,
}

impl Bed {
    fn new(schema: Json, lower: Json) -> Self {
        let given = |data: Json| Some(data).filter(|data| !data.is_null());
        Self {
            schema: given(schema).map(|data| document(LayerKind::Defaults, &data)),
            lower: given(lower).map(|data| document(LayerKind::Base, &data)),
        }
    }

    fn shape(&self) -> Shape<'_> {
        Shape {
            schema: self.schema.as_ref().map(Document::root),
            lower: self.lower.as_ref().map(Document::root),
        }
    }

    fn read(&self, variables: &[(&str, &str)]) -> Result<EnvLayer, Problems> {
        EnvSource::new("APP_").with_variables(variables.iter().copied()).read(self.shape())
    }

    /// They set exactly this, without a word.
    #[track_caller]
    fn sets(&self, variables: &[(&str, &str)], expected: Json) {
        self.warns(variables, expected, "");
    }

    /// They set this, with these warnings, one a line.
    #[track_caller]
    fn warns(&self, variables: &[(&str, &str)], expected: Json, warnings: &str) {
        let layer = self.read(variables).unwrap_or_else(|problems| panic!("{variables:?}: {problems}"));
        let data = layer.document.as_ref().map_or(json!({}), |document| document.root().into());
        assert_eq!(data, expected, "{variables:?}");
        assert_eq!(layer.warnings.to_string(), warnings, "{variables:?}");
    }

    /// They are refused, with these errors, one a line.
    #[track_caller]
    fn refuses(&self, variables: &[(&str, &str)], errors: &str) {
        assert_eq!(self.read(variables).unwrap_err().to_string(), errors, "{variables:?}");
    }
}

fn service() -> Bed {
    let schema = json!({
        "properties": {
            "name": {"type": "string"},
            "port": {"type": "integer"},
            "ratio": {"type": "number"},
            "debug": {"type": "boolean"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "ports": {"items": {"type": "integer"}},
            "pair": {"type": "array", "prefixItems": [{"type": "boolean"}], "items": {"type": "integer"}},
            "limit": {"type": ["integer", "null"]},
            "size": {"type": ["integer", "string"]},
            "verbose": {"type": ["boolean", "string"]},
            "hosts": {"type": ["array", "string"], "items": {"type": "string"}},
            "level": {"enum": ["info", "debug"]},
            "either": {"anyOf": [{"type": "integer"}, {"type": "boolean"}]},
            "db": {"$ref": "#/$defs/db"},
            "labels": {"type": "object", "additionalProperties": {"type": "integer"}},
            "extra": {"type": "object"},
            "closed": {"type": "object", "additionalProperties": false},
            "url": {"type": "string", "x-env": "DATABASE_URL"},
            "httpServer": {"properties": {"maxConnections": {"type": "integer"}}},
        },
        "$defs": {
            "db": {"allOf": [{"$ref": "#/$defs/endpoint"}, {"properties": {"pool_size": {"type": "integer"}}}]},
            "endpoint": {"properties": {"host": {"type": "string"}, "port": {"type": "integer"}}},
        },
    });
    Bed::new(schema, Json::Null)
}

#[test]
fn names() {
    let bed = service();
    bed.sets(&[("APP_PORT", "1")], json!({"port": 1}));
    bed.sets(&[("APP_DB__PORT", "1")], json!({"db": {"port": 1}}));
    bed.sets(&[("APP_DB_PORT", "1")], json!({"db": {"port": 1}}));
    bed.sets(&[("APP_DB__POOL_SIZE", "1")], json!({"db": {"pool_size": 1}}));
    bed.sets(&[("APP_DB_POOL_SIZE", "1")], json!({"db": {"pool_size": 1}}));
    for name in ["HTTPSERVER__MAXCONNECTIONS", "HTTP_SERVER__MAX_CONNECTIONS", "HTTP_SERVER_MAX_CONNECTIONS"]
    {
        bed.sets(&[(&format!("APP_{name}"), "1")], json!({"httpServer": {"maxConnections": 1}}));
    }
    bed.sets(&[("DATABASE_URL", "x")], json!({"url": "x"}));
    bed.sets(&[("APP_DATABASE_URL", "x")], json!({"url": "x"}));
    bed.sets(&[("APP_URL", "x")], json!({"url": "x"}));
    bed.sets(&[("OTHER_PORT", "x"), ("PORT", "x"), ("APP", "x"), ("HOME", "x")], json!({}));
    bed.sets(
        &[("APP_DB__PORT", "1"), ("APP_DB__HOST", "h"), ("APP_NAME", "n")],
        json!({"db": {"host": "h", "port": 1}, "name": "n"}),
    );
}

#[test]
fn values_become_what_the_schema_wants() {
    let bed = service();
    for text in ["007", "1e3", " x ", "", "true", "null", "[1]", "a,b", "\n"] {
        bed.sets(&[("APP_NAME", text)], json!({"name": text}));
        bed.sets(&[("APP_LEVEL", text)], json!({"level": text}));
    }
    for (text, value) in [("8080", 8080), (" +1_000 ", 1000), ("0x1F", 31), ("0o17", 15), ("-0", 0)] {
        for key in ["port", "ratio", "limit", "size", "either"] {
            bed.sets(&[(&format!("APP_{}", key.to_uppercase()), text)], json!({key: value}));
        }
    }
    bed.sets(&[("APP_PORT", "18446744073709551615")], json!({"port": u64::MAX}));
    bed.sets(&[("APP_RATIO", " 1e3 ")], json!({"ratio": 1000.0}));
    bed.sets(&[("APP_RATIO", "-0.5")], json!({"ratio": -0.5}));
    for (text, value) in [("true", true), (" Yes ", true), ("1", true), ("off", false), ("0", false)] {
        bed.sets(&[("APP_DEBUG", text)], json!({"debug": value}));
    }
    bed.sets(&[("APP_LIMIT", "null")], json!({"limit": null}));
    bed.sets(&[("APP_SIZE", "10MB")], json!({"size": "10MB"}));
    bed.sets(&[("APP_SIZE", "007")], json!({"size": "007"}));
    bed.sets(&[("APP_SIZE", "99999999999999999999")], json!({"size": "99999999999999999999"}));
    bed.sets(&[("APP_VERBOSE", "true")], json!({"verbose": true}));
    bed.sets(&[("APP_VERBOSE", "1")], json!({"verbose": "1"}));
    bed.sets(&[("APP_EITHER", "on")], json!({"either": true}));
    let map = json!({"a": 1, "b": [{"c": null}]});
    bed.sets(&[("APP_LABELS", &format!(" {map} "))], json!({"labels": map}));
}

#[test]
fn lists() {
    let bed = service();
    bed.sets(&[("APP_TAGS", "a, b ,c d")], json!({"tags": ["a", "b", "c d"]}));
    bed.sets(&[("APP_TAGS", "007")], json!({"tags": ["007"]}));
    bed.sets(&[("APP_TAGS", "a,,")], json!({"tags": ["a", "", ""]}));
    bed.sets(&[("APP_TAGS", " ")], json!({"tags": []}));
    bed.sets(&[("APP_TAGS", r#" ["a,b", "c"] "#)], json!({"tags": ["a,b", "c"]}));
    bed.sets(&[("APP_PORTS", "1,0x2, 3")], json!({"ports": [1, 2, 3]}));
    bed.sets(&[("APP_PORTS", "[]")], json!({"ports": []}));
    bed.sets(&[("APP_PAIR", "yes,2")], json!({"pair": [true, 2]}));
    bed.sets(&[("APP_HOSTS", "a,b")], json!({"hosts": "a,b"}));
    bed.sets(&[("APP_HOSTS", r#"["a"]"#)], json!({"hosts": ["a"]}));
}

#[test]
fn bad_values_name_key_and_variable_and_never_the_value() {
    let bed = service();
    for (name, key, expected) in [
        ("PORT", "port", "expected an integer"),
        ("DB_PORT", "db.port", "expected an integer"),
        ("RATIO", "ratio", "expected a number"),
        ("DEBUG", "debug", "expected a boolean"),
        ("LIMIT", "limit", "expected null or an integer"),
        ("EITHER", "either", "expected a boolean or an integer"),
        ("PORTS", "ports[0]", "expected an integer"),
        ("LABELS", "labels", "expected a map (a JSON object)"),
        ("LABELS__A", "labels.a", "expected an integer"),
    ] {
        let name = format!("APP_{name}");
        bed.refuses(&[(&name, "s3cret")], &format!("{key}: {expected} (environment variable {name})"));
    }
    bed.refuses(&[("APP_PORT", "007")], "port: expected an integer (environment variable APP_PORT)");
    bed.refuses(&[("APP_PORT", "1.0")], "port: expected an integer (environment variable APP_PORT)");
    let range = |key: &str, name: &str| {
        format!("{key}: a number that a 64-bit integer cannot hold (environment variable {name})")
    };
    bed.refuses(&[("APP_PORT", "18446744073709551616")], &range("port", "APP_PORT"));
    bed.refuses(&[("APP_RATIO", &"9".repeat(50))], &range("ratio", "APP_RATIO"));
    bed.refuses(&[("APP_PORTS", "1,-9223372036854775809")], &range("ports[1]", "APP_PORTS"));
    let list = "tags: expected a list (`a,b` or a JSON array) (environment variable APP_TAGS)";
    for text in ["[", "[a]", r#"["a"],"x":[1]"#, r#"["a"] x"#, r#"[{"a":1,"a":2}]"#] {
        bed.refuses(&[("APP_TAGS", text)], list);
    }
    for text in [r#"{"a":1,"a":2}"#, "{a: 1}", "[1]", r#"{}},"b":{{}"#] {
        bed.refuses(
            &[("APP_LABELS", text)],
            "labels: expected a map (a JSON object) (environment variable APP_LABELS)",
        );
    }
    bed.refuses(
        &[("APP_PORT", "x"), ("APP_DEBUG", "y"), ("APP_NAME", "fine")],
        "debug: expected a boolean (environment variable APP_DEBUG)\nport: expected an integer (environment variable APP_PORT)",
    );
}

#[test]
fn an_empty_variable_is_unset_unless_it_can_be_empty() {
    let bed = service();
    for (name, key) in [
        ("PORT", "port"),
        ("DEBUG", "debug"),
        ("LABELS", "labels"),
        ("LIMIT", "limit"),
        ("DB__PORT", "db.port"),
    ] {
        let name = format!("APP_{name}");
        let note = format!(
            "note: {key}: environment variable {name} is empty and counts as unset (environment variable {name})"
        );
        bed.warns(&[(&name, "")], json!({}), &note);
    }
    bed.sets(
        &[("APP_NAME", ""), ("APP_TAGS", ""), ("APP_SIZE", "")],
        json!({"name": "", "tags": [], "size": ""}),
    );
    let layer = bed.read(&[("APP_LABELS", ""), ("APP_LABELS__A", "1")]).unwrap();
    assert_eq!(Json::from(layer.document.unwrap().root()), json!({"labels": {"a": 1}}));
}

#[test]
fn a_name_for_two_keys_is_an_error_that_lists_both() {
    let x_env = "`x-env` in a schema gives a key a name of its own";
    let bed = Bed::new(Json::Null, json!({"db_port": 1, "db": {"port": 2}}));
    bed.refuses(
        &[("APP_DB_PORT", "3")],
        &format!("environment variable APP_DB_PORT could mean `db.port` or `db_port` (environment variable APP_DB_PORT); `APP_DB__PORT` is `db.port`, {x_env}"),
    );
    bed.sets(&[("APP_DB__PORT", "3")], json!({"db": {"port": 3}}));

    let bed = Bed::new(Json::Null, json!({"max-size": 1, "max_size": 2}));
    bed.refuses(
        &[("APP_MAX_SIZE", "3")],
        &format!("environment variable APP_MAX_SIZE could mean `max-size` or `max_size` (environment variable APP_MAX_SIZE); {x_env}"),
    );
    // A key that only the schema has and one that only the file has count alike.
    let bed = Bed::new(json!({"properties": {"max-size": {}}}), json!({"max_size": 2}));
    assert!(bed.read(&[("APP_MAX_SIZE", "3")]).is_err());
    // `__` decides where it can.
    let bed = Bed::new(Json::Null, json!({"db": {"pool_size": 1, "pool": {"size": 2}}}));
    bed.sets(&[("APP_DB__POOL_SIZE", "3")], json!({"db": {"pool_size": 3}}));
    bed.sets(&[("APP_DB__POOL__SIZE", "3")], json!({"db": {"pool": {"size": 3}}}));
    assert!(bed.read(&[("APP_DB_POOL_SIZE", "3")]).is_err());
    let bed = Bed::new(Json::Null, json!({"b__a": 1, "b": {"a": 2}}));
    bed.refuses(
        &[("APP_B__A", "3")],
        &format!("environment variable APP_B__A could mean `b.a` or `b__a` (environment variable APP_B__A); {x_env}"),
    );
    // A name given outright is never ambiguous, unless it is given twice.
    let named = json!({"properties": {"db_port": {"x-env": "DB_PORT"}, "db": {"properties": {"port": {}}}}});
    Bed::new(named, Json::Null).sets(&[("APP_DB_PORT", "x")], json!({"db_port": "x"}));
    let twice = json!({"properties": {"a": {"x-env": "N"}, "b": {"x-env": "N"}}});
    assert!(Bed::new(twice, Json::Null).read(&[("N", "x")]).is_err());
}

#[test]
fn two_variables_for_one_key_are_an_error_that_names_both() {
    let bed = service();
    for (first, second, key) in [
        ("APP_DB_PORT", "APP_DB__PORT", "db.port"),
        ("APP_DB", "APP_DB__PORT", "db.port"),
        ("APP_TAGS", "APP_TAGS__0", "tags[0]"),
        ("APP_LABELS", "APP_LABELS__NEW", "labels.new"),
        ("APP_URL", "DATABASE_URL", "url"),
        ("APP_EXTRA__A", "APP_EXTRA__A__B", "extra.a.b"),
    ] {
        let bed = Bed { lower: Some(document(LayerKind::Base, &json!({"tags": ["t"]}))), ..service() };
        let value = |name: &str| if matches!(name, "APP_DB" | "APP_LABELS") { "{}" } else { "1" };
        bed.refuses(
            &[(second, value(second)), (first, value(first))],
            &format!("{key}: environment variables {first} and {second} both set this key (environment variable {second}); keep one of them"),
        );
    }
    bed.sets(&[("APP_PORT", "1"), ("APP_PORT", "1")], json!({"port": 1}));
    assert!(bed.read(&[("APP_PORT", "1"), ("APP_PORT", "2")]).is_err());
}

#[test]
fn what_matches_nothing_is_reported_with_what_may_have_been_meant() {
    let bed = service();
    for (name, help) in [
        ("APP_DB_PROT", "; did you mean `APP_DB__PORT`?"),
        ("APP_DB__PROT", "; did you mean `APP_DB__PORT`?"),
        ("APP_db__port", "; did you mean `APP_DB__PORT`?"),
        ("APP_DB___PORT", "; did you mean `APP_DB__PORT`?"),
        ("APP_HTTP_SERVER_MAX_CONECTIONS", "; did you mean `APP_HTTP_SERVER__MAX_CONNECTIONS`?"),
        ("APP_PROTS", "; did you mean `APP_PORTS`?"),
        ("APP_SOMETHING_ELSE", ""),
        ("APP_CLOSED__A", ""),
        ("APP_NAME__FIRST__X", ""),
        ("APP_LABELS____A", ""),
        ("APP_LABELS_NEW", "; `APP_LABELS__NEW` would be `labels.new`"),
        ("APP_CLOSED_NEW", ""),
        ("APP_", ""),
    ] {
        let warning = format!(
            "warning: environment variable {name} sets no known key (environment variable {name}){help}"
        );
        bed.warns(&[(name, "1")], json!({}), &warning);
    }
    // Without a prefix, it is somebody else's.
    let layer = EnvSource::new("")
        .with_variables([("PATH", "/bin"), ("A__B", ""), ("DB__PORT", "1")])
        .read(bed.shape())
        .unwrap();
    assert_eq!(Json::from(layer.document.unwrap().root()), json!({"db": {"port": 1}}));
    assert!(layer.warnings.is_empty());
}

#[test]
fn an_open_map_takes_new_keys() {
    let bed = service();
    bed.sets(&[("APP_LABELS__TEAM_NAME", "7")], json!({"labels": {"team_name": 7}}));
    bed.sets(&[("APP_EXTRA__A__B", "7")], json!({"extra": {"a": {"b": "7"}}}));
    let lower =
        Some(document(LayerKind::Base, &json!({"labels": {"Team-Name": 1}, "extra": {"Old": {"n": 1}}})));
    let bed = Bed { lower, ..bed };
    bed.sets(&[("APP_LABELS__TEAM_NAME", "7")], json!({"labels": {"Team-Name": 7}}));
    bed.sets(&[("APP_EXTRA__OLD__N", "7")], json!({"extra": {"Old": {"n": 7}}}));
    bed.sets(&[("APP_EXTRA__OLD__ANOTHER", "7")], json!({"extra": {"Old": {"another": "7"}}}));
    let patterns = json!({"patternProperties": {"^x-": {"type": "boolean"}}});
    Bed::new(patterns, Json::Null).sets(&[("APP_X_A", "on")], json!({"x_a": true}));
    let open = json!({"properties": {"a": {}}, "additionalProperties": true});
    Bed::new(open, Json::Null).sets(&[("APP_B", "on")], json!({"b": "on"}));
}

#[test]
fn without_a_schema_what_lies_below_decides() {
    let lower = json!({
        "name": "x", "port": 1, "ratio": 0.5, "debug": true, "none": null, "tags": ["a"], "ports": [1, 2], "mixed": [1, "a"],
        "empty": [], "db": {"host": "h", "maxConnections": 1},
    });
    let bed = Bed::new(Json::Null, lower);
    bed.sets(&[("APP_NAME", "007")], json!({"name": "007"}));
    bed.sets(&[("APP_PORT", " 2 ")], json!({"port": 2}));
    bed.sets(&[("APP_PORT", "2.5")], json!({"port": 2.5}));
    bed.sets(&[("APP_RATIO", "1")], json!({"ratio": 1}));
    bed.sets(&[("APP_DEBUG", "no")], json!({"debug": false}));
    bed.sets(&[("APP_NONE", "1")], json!({"none": "1"}));
    bed.sets(&[("APP_TAGS", "1,2")], json!({"tags": ["1", "2"]}));
    bed.sets(&[("APP_PORTS", "1,2")], json!({"ports": [1, 2]}));
    bed.sets(&[("APP_MIXED", "1,b")], json!({"mixed": [1, "b"]}));
    bed.sets(&[("APP_EMPTY", "1,2")], json!({"empty": ["1", "2"]}));
    bed.sets(&[("APP_DB", r#"{"host": "i"}"#)], json!({"db": {"host": "i"}}));
    bed.sets(&[("APP_DB_MAX_CONNECTIONS", "2")], json!({"db": {"maxConnections": 2}}));
    bed.refuses(&[("APP_PORT", "x")], "port: expected a number (environment variable APP_PORT)");
}

#[test]
fn what_adds_a_key_is_reported_with_the_key() {
    let bed =
        Bed::new(Json::Null, json!({"name": "x", "db": {"host": "h"}, "log": {"level": {"root": "info"}}}));
    let adds = |name: &str, value: &str, expected: Json, key: &str, help: &str| {
        let warning = format!(
            "warning: {key}: environment variable {name} adds this key, which no file, default or schema has (environment variable {name}); {help}"
        );
        bed.warns(&[(name, value)], expected, &warning);
    };
    let meant = "if it is meant, set it in a file or the defaults too, or name it in a schema";
    adds("APP_NEW", "1", json!({"new": "1"}), "new", meant);
    adds("APP_NEW", "", json!({"new": ""}), "new", meant);
    adds("APP_NEW_KEY", "1", json!({"new_key": "1"}), "new_key", meant);
    adds("APP_SUB__NEW", "1", json!({"sub": {"new": "1"}}), "sub.new", meant);
    adds("APP_DB__SOMETHING_NEW", "1", json!({"db": {"something_new": "1"}}), "db.something_new", meant);
    adds("APP_NAME__INNER", "1", json!({"name": {"inner": "1"}}), "name.inner", meant);
    adds("APP_NAME_INNER", "1", json!({"name_inner": "1"}), "name_inner", meant);
    adds("APP_DB__HSOT", "1", json!({"db": {"hsot": "1"}}), "db.hsot", "did you mean `APP_DB__HOST`?");
    adds("APP_DB__HOST__X", "1", json!({"db": {"host": {"x": "1"}}}), "db.host.x", meant);
    adds("APP_NAEM", "1", json!({"naem": "1"}), "naem", "did you mean `APP_NAME`?");
    adds(
        "APP_DB_PASSWORD",
        "s3cret",
        json!({"db_password": "s3cret"}),
        "db_password",
        "`APP_DB__PASSWORD` would be `db.password`",
    );
    adds(
        "APP_LOG_LEVEL_MY_LIBRARY",
        "debug",
        json!({"log_level_my_library": "debug"}),
        "log_level_my_library",
        "`APP_LOG__LEVEL__MY_LIBRARY` would be `log.level.my_library`",
    );
    // Where nothing is known, there is nothing to match.
    for lower in [Json::Null, json!({})] {
        Bed::new(Json::Null, lower)
            .sets(&[("APP_A__B", "x"), ("APP_A__C", "")], json!({"a": {"b": "x", "c": ""}}));
    }
}

#[test]
fn variables_that_clash_are_not_reported_as_slips_too() {
    let bed = Bed::new(Json::Null, json!({"b": 1, "db": {"host": "h"}}));
    let clash = |first: &str, second: &str, key: &str| {
        bed.refuses(
            &[(first, "1"), (second, "1")],
            &format!("{key}: environment variables {first} and {second} both set this key (environment variable {second}); keep one of them"),
        );
    };
    clash("APP_A", "APP_A__B", "a.b");
    clash("APP_DB__HOST", "APP_DB__HOST__HOTS", "db.host.hots");
    clash("APP_NEW__KEY", "APP_NEW__KEY__HOST", "new.key.host");
}

#[test]
fn the_end_of_the_prefix_may_be_left_off() {
    let read = |prefix: &str, name: &str| {
        let layer = EnvSource::new(prefix).with_variables([(name, "1")]).read(service().shape()).unwrap();
        assert!(layer.warnings.is_empty(), "{}", layer.warnings);
        layer.document.map(|document| Json::from(document.root()))
    };
    assert_eq!(read("APP", "APP_PORT"), Some(json!({"port": 1})));
    assert_eq!(read("APP_", "APP_PORT"), Some(json!({"port": 1})));
    assert_eq!(read("MY_APP2", "MY_APP2_DB__PORT"), Some(json!({"db": {"port": 1}})));
    assert_eq!(read("APP.", "APP.PORT"), Some(json!({"port": 1})));
    for name in ["APPPORT", "APPLE_PORT", "APP", "APPS"] {
        assert_eq!(read("APP", name), None, "{name}");
    }
}

#[test]
fn what_kubernetes_sets_is_called_by_its_name() {
    let help = "Kubernetes sets such variables for services: choose another prefix, or set `enableServiceLinks: false` for the pod";
    service().refuses(
        &[("APP_PORT", "tcp://10.0.0.1:80")],
        &format!("port: expected an integer (environment variable APP_PORT); {help}"),
    );
    service().warns(
        &[("APP_SERVICE_HOST", "10.0.0.1")],
        json!({}),
        &format!("warning: environment variable APP_SERVICE_HOST sets no known key (environment variable APP_SERVICE_HOST); {help}"),
    );
    let bed = Bed::new(Json::Null, json!({"name": "x"}));
    bed.warns(
        &[("APP_PORT_80_TCP_ADDR", "10.0.0.1")],
        json!({"port_80_tcp_addr": "10.0.0.1"}),
        &format!("warning: port_80_tcp_addr: environment variable APP_PORT_80_TCP_ADDR adds this key, which no file, default or schema has (environment variable APP_PORT_80_TCP_ADDR); {help}"),
    );
}

#[test]
fn a_text_over_nothing_known_reads_as_the_type_wants() {
    let layer = Bed::new(Json::Null, Json::Null).read(&[("APP_A", "1"), ("APP_B", "1,2")]).unwrap();
    let document = layer.document.unwrap();
    #[derive(serde::Deserialize, PartialEq, Debug)]
    struct Typed {
        a: u16,
        b: Vec<i32>,
    }
    let typed: Typed = extract(document.root(), &KeyPath::root(), &ExtractOptions::default()).unwrap().0;
    assert_eq!(typed, Typed { a: 1, b: vec![1, 2] });
}

#[test]
fn one_member_of_a_list_is_replaced_and_the_others_keep_their_origin() {
    let lower = json!({"tags": ["a", "b"], "in": {"hosts": [{"name": "x", "port": 1}, {"name": "y", "ports": [1, 2]}]}, "empty": []});
    let bed = Bed::new(Json::Null, lower);
    bed.sets(&[("APP_TAGS__1", "c")], json!({"tags": ["a", "c"]}));
    bed.sets(&[("APP_TAGS_1", "c")], json!({"tags": ["a", "c"]}));
    bed.warns(
        &[
            ("APP_IN__HOSTS__0__NAME", "z"),
            ("APP_IN__HOSTS__1__PORTS__0", "9"),
            ("APP_IN__HOSTS__0__NEW__KEY", "k"),
            ("APP_TAGS__0", "q"),
        ],
        json!({
            "tags": ["q", "b"],
            "in": {"hosts": [{"name": "z", "port": 1, "new": {"key": "k"}}, {"name": "y", "ports": [9, 2]}]},
        }),
        "warning: in.hosts[0].new.key: environment variable APP_IN__HOSTS__0__NEW__KEY adds this key, which no file, default or schema has (environment variable APP_IN__HOSTS__0__NEW__KEY); if it is meant, set it in a file or the defaults too, or name it in a schema",
    );
    bed.sets(
        &[("APP_IN__HOSTS__0", r#"{"name": "n"}"#)],
        json!({"in": {"hosts": [{"name": "n"}, {"name": "y", "ports": [1, 2]}]}}),
    );
    for (name, list, length) in [
        ("TAGS__2", "tags", 2),
        ("TAGS__99999999999", "tags", 2),
        ("TAGS__00", "tags", 2),
        ("IN__HOSTS__7__NAME", "in.hosts", 2),
    ] {
        let errors = format!(
            "{list}: expected a member from 0 to 1: the list has {length} (environment variable APP_{name}); `APP_{}` sets the whole list",
            list.to_uppercase().replace('.', "__"),
        );
        bed.refuses(&[(&format!("APP_{name}"), "x")], &errors);
    }
    let none = "expected no member: the list has none that could be replaced";
    bed.refuses(
        &[("APP_EMPTY__0", "x")],
        &format!("empty: {none} (environment variable APP_EMPTY__0); `APP_EMPTY` sets the whole list"),
    );
    Bed::new(Json::Null, json!({"one": [1]})).refuses(&[("APP_ONE__1", "2")], "one: expected member 0: the list has no other (environment variable APP_ONE__1); `APP_ONE` sets the whole list");
    service().refuses(
        &[("APP_TAGS__0", "x")],
        &format!("tags: {none} (environment variable APP_TAGS__0); `APP_TAGS` sets the whole list"),
    );

    let layer = bed.read(&[("APP_IN__HOSTS__0__NAME", "z")]).unwrap();
    assert_eq!(layer.whole_lists, ["in.hosts".parse().unwrap()]);
    let document = layer.document.unwrap();
    for (path, origin) in [
        ("in", "environment variable APP_IN__HOSTS__0__NAME"),
        ("in.hosts", "base file"),
        ("in.hosts[0]", "base file"),
        ("in.hosts[0].name", "environment variable APP_IN__HOSTS__0__NAME"),
        ("in.hosts[0].port", "base file"),
        ("in.hosts[1].ports[0]", "base file"),
    ] {
        assert_eq!(document.get(path).unwrap().origin().to_string(), origin, "{path}");
    }
}

#[test]
fn a_map_in_place_of_a_member_of_a_list_is_the_variables() {
    let bed = Bed::new(Json::Null, json!({"list": [1, ["a"], {"k": "v"}]}));
    for (at, expected, origin) in [
        (0, json!({"new": "x"}), "environment variable APP_LIST__0__NEW"),
        (2, json!({"k": "v", "new": "x"}), "base file"),
    ] {
        let name = format!("APP_LIST__{at}__NEW");
        let document = bed.read(&[(&name, "x")]).unwrap().document.unwrap();
        let mut list = json!([1, ["a"], {"k": "v"}]);
        list[at] = expected;
        assert_eq!(Json::from(document.root()), json!({"list": list}));
        let member = document.get(&format!("list[{at}]")).unwrap();
        assert_eq!(member.origin().to_string(), origin, "{at}");
        assert_eq!(member.get("new").unwrap().origin().to_string(), format!("environment variable {name}"));
    }
}

#[test]
fn every_value_knows_its_variable() {
    let layer = service()
        .read(&[("APP_TAGS", "a,b"), ("APP_DB_PORT", "1"), ("APP_LABELS", r#"{"a": [1]}"#)])
        .unwrap();
    let document = layer.document.unwrap();
    for (path, variable) in [
        ("tags", "APP_TAGS"),
        ("tags[1]", "APP_TAGS"),
        ("db", "APP_DB_PORT"),
        ("db.port", "APP_DB_PORT"),
        ("labels.a[0]", "APP_LABELS"),
    ] {
        let node = document.get(path).unwrap();
        assert_eq!(node.origin().place, Place::Variable(variable.into()), "{path}");
        assert_eq!(node.key_origin().place, Place::Variable(variable.into()), "{path}");
        assert_eq!(node.layer().kind(), LayerKind::Environment);
    }
    assert_eq!(document.root().origin().to_string(), "environment");
}

#[test]
fn reserved_variables_are_passed_over() {
    let source = EnvSource::new("APP_")
        .with_reserved(["APP_PROFILE"])
        .with_variables([("APP_PROFILE", "dev"), ("APP_NAME", "x")]);
    let layer = source.read(service().shape()).unwrap();
    assert_eq!(Json::from(layer.document.unwrap().root()), json!({"name": "x"}));
    assert!(layer.warnings.is_empty());
}

#[cfg(unix)]
#[test]
fn what_is_not_utf8_is_an_error_under_the_prefix_only() {
    use std::os::unix::ffi::OsStringExt;
    let bad = || OsString::from_vec(b"a\xff".to_vec());
    let read = |prefix: &str, name: OsString, value: OsString| {
        EnvSource::new(prefix).with_variables([(name, value)]).read(service().shape())
    };
    assert!(read("APP_", "OTHER".into(), bad()).unwrap().document.is_none());
    assert!(read("APP_", bad(), "x".into()).unwrap().document.is_none());
    assert!(read("", "OTHER".into(), bad()).unwrap().document.is_none());
    assert!(read("", bad(), "x".into()).unwrap().document.is_none());
    for (prefix, name) in
        [("APP_", "APP_NAME"), ("APP_", "APP_UNKNOWN"), ("APP_", "DATABASE_URL"), ("", "NAME")]
    {
        let error = read(prefix, name.into(), bad()).unwrap_err().to_string();
        assert!(error.contains(&format!("environment variable {name} is not UTF-8")), "{error}");
    }
    let error = read("APP_", OsString::from_vec(b"APP_\xff".to_vec()), "x".into()).unwrap_err().to_string();
    assert_eq!(error, "environment variable APP_\u{fffd} is not UTF-8 (environment variable APP_\u{fffd})");
}

#[test]
fn a_file_of_variables_keeps_its_places() {
    let text = "# comment\nAPP_DB__PORT=1\nOTHER=x\nAPP_NAME=n\n";
    let layer = Layer::of_text(LayerKind::Environment, ".env", text);
    let mut builder = DocumentBuilder::new(layer);
    builder.open_map(0).unwrap();
    for (name, value) in [("APP_DB__PORT", "1"), ("OTHER", "x"), ("APP_NAME", "n")] {
        builder.key(name, text.find(name).unwrap() as u32).unwrap();
        builder.string(value, text.find(&format!("={value}")).unwrap() as u32 + 1).unwrap();
    }
    builder.close().unwrap();
    let file = builder.finish().unwrap();
    let document = EnvSource::new("APP_").read_document(&file, service().shape()).unwrap().document.unwrap();
    assert_eq!(Json::from(document.root()), json!({"db": {"port": 1}, "name": "n"}));
    assert_eq!(document.get("db.port").unwrap().origin().to_string(), ".env:2:14");
    assert_eq!(document.get("name").unwrap().origin().to_string(), ".env:4:10");
    let bad = document_of(&[("APP_PORT", "x")]);
    let error = EnvSource::new("APP_").read_document(&bad, service().shape()).unwrap_err();
    assert_eq!(error.to_string(), "port: expected an integer (environment)");
}

fn document_of(variables: &[(&str, &str)]) -> Document {
    let data: BTreeMap<&str, &str> = variables.iter().copied().collect();
    document(LayerKind::Environment, &json!(data))
}

#[test]
fn schemas_that_refer_to_themselves_end() {
    let tree = json!({
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {"anyOf": [{"$ref": "#"}, {"$ref": "#/$defs/node"}], "properties": {
                "a": {"$ref": "#/$defs/node"}, "a_a": {"$ref": "#"}, "v": {"type": "integer", "x-env": "V"},
            }},
        },
    });
    let bed = Bed::new(tree, Json::Null);
    bed.sets(&[("APP_A__A__V", "1")], json!({"a": {"a": {"v": 1}}}));
    assert!(bed.read(&[("APP_A_A_V", "1")]).is_err(), "a.a.v and a_a.v");
    let many = format!("APP_{}V", "A_".repeat(500));
    assert!(bed.read(&[(&many, "1")]).unwrap_err().to_string().contains("could mean too many keys"));
    for reference in ["#/nowhere", "other.json", "#~", "http://x/y#/z"] {
        Bed::new(json!({"properties": {"a": {"$ref": reference}}}), Json::Null)
            .sets(&[("APP_A", "1")], json!({"a": "1"}));
    }
}

fn quickly<T>(work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    let took = start.elapsed();
    assert!(took < Duration::from_secs(30), "{took:?}");
    done
}

#[test]
fn hostile_environments_are_refused_quickly() {
    let bed = service();
    let deep = |levels: usize| format!("APP_EXTRA{}", "__A".repeat(levels));
    assert!(bed.read(&[(&deep(127), "x")]).is_ok());
    for levels in [128, 1_000] {
        assert!(bed.read(&[(&deep(levels), "x")]).unwrap_err().to_string().contains("more than 128 levels"));
    }
    for name in [deep(10_000), format!("APP_{}", "A".repeat(100_000)), format!("APP_{}", "_".repeat(100_000))]
    {
        let error = quickly(|| bed.read(&[(&name, "x")]).unwrap_err().to_string());
        assert!(error.contains("more than 16384 bytes in one key") && error.len() < 300, "{error}");
    }
    let names: Vec<String> = (0..10_000).map(|n| format!("APP_EXTRA__K{n}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (&**name, "x")).collect();
    assert_eq!(quickly(|| bed.read(&many)).unwrap().document.unwrap().get("extra").unwrap().len(), 10_000);
    let names: Vec<String> = (0..10_000).map(|n| format!("APP_UNKNOWN_{n}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (&**name, "x")).collect();
    let warnings = quickly(|| bed.read(&many)).unwrap().warnings;
    assert_eq!(warnings.len(), 101);
    assert!(warnings.to_string().ends_with("\nnote: there are more problems than these 100"));
    let names: Vec<String> = (0..10_000).map(|n| format!("APP_PORTS__{n}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (&**name, "x")).collect();
    assert_eq!(quickly(|| bed.read(&many)).unwrap_err().len(), 101);
    let names: Vec<String> = (0..500).map(|n| format!("APP_EXTRA__K{n}{}", "__A".repeat(120))).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (&**name, "x")).collect();
    assert!(quickly(|| bed.read(&many)).is_ok());
    let nested = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(quickly(|| bed.read(&[("APP_TAGS", &nested)])).is_err());
}

#[test]
fn a_large_document_below_costs_little() {
    let services: serde_json::Map<String, Json> = (0..5_000)
        .map(|n| (format!("service_{n}"), json!({"host": "h", "port": n, "tags": ["a", "b"]})))
        .collect();
    let bed = Bed::new(Json::Null, json!({ "services": services }));
    assert!(quickly(|| bed.read(&[("HOME", "/")])).unwrap().document.is_none());
    let names: Vec<String> = (0..5_000).map(|n| format!("APP_SERVICES_SERVICE_{n}_PORT")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (&**name, "7")).collect();
    assert_eq!(quickly(|| bed.read(&many)).unwrap().document.unwrap().get("services").unwrap().len(), 5_000);
}

proptest! {
    /// Names made of a few words, so that they meet the same keys in many ways.
    #[test]
    fn the_order_of_the_environment_does_not_count(
        names in proptest::collection::vec(("(A|B|AB|0)((_|__)(A|B|AB|0)){0,3}", "[01a,]{0,2}"), 1..8),
        seed in any::<u64>(),
    ) {
        let bed = Bed::new(Json::Null, json!({"a": {"b": 1, "ab": [1, {"a": 2}]}, "a_b": "x", "b": [1], "aB": true}));
        let variables: Vec<(String, String)> = names.into_iter().map(|(name, value)| (format!("APP_{name}"), value)).collect();
        let shown = |variables: &[(String, String)]| {
            let layer = EnvSource::new("APP_").with_variables(variables.iter().cloned()).read(bed.shape());
            layer.map(|layer| {
                let document = layer.document.as_ref().map(|document| Json::from(document.root()));
                (document, layer.warnings.to_string())
            }).map_err(|problems| problems.to_string())
        };
        let mut shuffled = variables.clone();
        shuffled.sort_by_key(|(name, value)| {
            (name.len() as u64 * 31 + value.len() as u64 + u64::from(name.as_bytes()[name.len() - 1])).wrapping_mul(seed | 1)
        });
        let mut reversed = variables.clone();
        reversed.reverse();
        prop_assert_eq!(shown(&variables), shown(&shuffled));
        prop_assert_eq!(shown(&variables), shown(&reversed));
    }

    /// Whatever stands below, a key written with `__` in upper case is set, and nothing else; unless another key is
    /// written so too.
    #[test]
    fn every_key_can_be_set_by_its_own_name(
        outer in "[a-c]{1,2}(_[a-c]){0,1}", inner in "[a-c]{1,2}", value in "[ -~]{0,8}", other in "[a-c_]{1,4}",
    ) {
        prop_assume!(other.replace('_', "") != outer.replace('_', ""));
        prop_assume!(other != format!("{outer}__{inner}"));
        let bed = Bed::new(Json::Null, json!({&outer: {&inner: "x"}, &other: {"z": 1}}));
        let name = format!("APP_{}__{}", outer.to_uppercase(), inner.to_uppercase());
        let layer = bed.read(&[(&name, &value)]).unwrap();
        prop_assert_eq!(Json::from(layer.document.unwrap().root()), json!({&outer: {&inner: value}}));
    }
}

#[test]
fn a_new_key_is_written_in_capitals_and_has_a_name() {
    let bed = Bed::new(json!({"properties": {"map": {"type": "object"}}}), Json::Null);
    bed.sets(&[("APP_MAP__NEW_1", "x")], json!({"map": {"new_1": "x"}}));
    for name in ["APP_MAP__new", "APP_MAP__New", "APP_MAP__", "APP_MAP____NEW", "APP_new"] {
        let warning =
            format!("warning: environment variable {name} sets no known key (environment variable {name})");
        bed.warns(&[(name, "x")], json!({}), &warning);
    }
}
