//! Typed reads: every problem of a type at once.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::num::NonZeroU16;

use enhanced_config_core::*;
use serde::Deserialize;
use serde_json::{Value as Json, json};

fn document(data: &Json, kind: LayerKind) -> Document {
    Document::from_serialize(data, Layer::new(kind, "app")).unwrap()
}

/// The problems of reading `T`, one a line, errors unmarked.
fn check<T: for<'de> Deserialize<'de>>(data: Json, expected: &[&str]) {
    let document = document(&data, LayerKind::Base);
    let problems = match extract::<T>(document.root(), &KeyPath::root(), &ExtractOptions::default()) {
        Ok((_, warnings)) => warnings,
        Err(problems) => problems,
    };
    let found: Vec<String> = problems.to_string().lines().map(|line| line.replace(" (app)", "")).collect();
    assert_eq!(found, expected, "{data}");
}

#[derive(Deserialize, Debug, PartialEq)]
#[allow(dead_code, reason = "fields are there to be filled")]
struct Service {
    name: String,
    port: u16,
    #[serde(default)]
    tags: Vec<String>,
    limits: Limits,
    bind: Option<IpAddr>,
    #[serde(default)]
    mode: Mode,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "fields are there to be filled")]
struct Limits {
    rate: f64,
    burst: NonZeroU16,
    pair: (i8, bool),
}

#[derive(Deserialize, Debug, PartialEq, Default)]
#[serde(rename_all = "lowercase")]
enum Mode {
    #[default]
    Fast,
    Safe {
        retries: u8,
    },
}

fn good() -> Json {
    json!({
        "name": "a", "port": 80, "tags": ["x"], "limits": { "rate": 1, "burst": 2, "pair": [-1, true] },
        "bind": "::1", "mode": { "safe": { "retries": 3 } },
    })
}

fn with(pointer: &str, value: Json) -> Json {
    let mut data = good();
    *data.pointer_mut(pointer).unwrap() = value;
    data
}

#[test]
fn a_good_document_reads_as_serde_reads_it() {
    let document = document(&good(), LayerKind::Base);
    let (service, warnings) =
        extract::<Service>(document.root(), &KeyPath::root(), &ExtractOptions::default()).unwrap();
    assert_eq!(service, serde_json::from_value(good()).unwrap());
    assert_eq!(service, Service::deserialize(document.root()).unwrap());
    assert!(warnings.is_empty());
}

#[test]
fn each_problem_is_named() {
    check::<Service>(
        with("/port", json!("80")),
        &["port: expected an integer from 0 to 65535, found string"],
    );
    check::<Service>(with("/port", json!(65536)), &["port: expected an integer from 0 to 65535"]);
    check::<Service>(with("/port", json!(-1)), &["port: expected an integer from 0 to 65535"]);
    check::<Service>(with("/port", json!(8.5)), &["port: expected an integer from 0 to 65535, found float"]);
    check::<Service>(with("/name", json!(null)), &["name: expected a string, found null"]);
    check::<Service>(with("/tags", json!({})), &["tags: expected a list, found map"]);
    check::<Service>(with("/tags/0", json!(1)), &["tags[0]: expected a string, found integer"]);
    check::<Service>(with("/limits", json!([])), &["limits: expected a map, found list"]);
    check::<Service>(with("/limits", json!(3)), &["limits: expected a map, found integer"]);
    check::<Service>(
        with("/limits/burst", json!(0)),
        &["limits.burst: expected an integer other than 0, within its range"],
    );
    check::<Service>(with("/limits/pair", json!([1])), &["limits.pair: expected a list of 2, found 1"]);
    check::<Service>(with("/bind", json!("nowhere")), &["bind: invalid IP address syntax"]);
    check::<Service>(
        with("/mode", json!("saef")),
        &["mode: unknown variant `saef`, expected `fast` or `safe`; did you mean `safe`?"],
    );
    check::<Service>(
        with("/mode", json!("safe")),
        &["mode: expected a map of the variant to its fields, found string"],
    );
    check::<Service>(
        with("/mode/safe/retries", json!(300)),
        &["mode.safe.retries: expected an integer from 0 to 255"],
    );
    check::<Service>(
        with("/limits/pair/0", json!(200)),
        &["limits.pair[0]: expected an integer from -128 to 127"],
    );
}

#[test]
fn all_problems_are_found_at_once() {
    check::<Service>(
        json!({
            "name": 1, "prot": 80, "tags": [1, "x", null], "bind": "nowhere",
            "limits": { "rate": "fast", "burst": 0, "bust": 1, "pair": [1000, "no"] },
            "mode": { "safe": { "retries": -1 } },
        }),
        &[
            "bind: invalid IP address syntax",
            "limits.burst: expected an integer other than 0, within its range",
            "limits.bust: unknown key; did you mean `burst`?",
            "limits.pair[0]: expected an integer from -128 to 127",
            "limits.pair[1]: expected a boolean, found string",
            "limits.rate: expected a number, found string",
            "mode.safe.retries: expected an integer from 0 to 255",
            "name: expected a string, found integer",
            "port: missing",
            "warning: prot: unknown key; did you mean `port`?",
            "tags[0]: expected a string, found integer",
            "tags[2]: expected a string, found null",
        ],
    );
}

#[test]
fn a_value_that_has_no_stand_in_hides_nothing_beside_it() {
    #[derive(Deserialize, Debug)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    struct Hosts {
        a: IpAddr,
        b: IpAddr,
        c: u8,
        inner: BTreeMap<String, IpAddr>,
        list: Vec<IpAddr>,
        missing: IpAddr,
    }
    check::<Hosts>(
        json!({ "a": "x", "b": "y", "c": "z", "inner": { "k": "v", "l": 1 }, "list": ["1.1.1.1", "q", "r"] }),
        &[
            "a: invalid IP address syntax",
            "b: invalid IP address syntax",
            "c: expected an integer from 0 to 255, found string",
            "inner.k: invalid IP address syntax",
            "inner.l: expected IP address, found integer",
            "list[1]: invalid IP address syntax",
            "list[2]: invalid IP address syntax",
            "missing: missing",
        ],
    );
}

#[test]
fn whatever_shape_is_missing_hides_nothing_behind_it() {
    #[derive(Deserialize, Debug)]
    struct Unit;
    #[derive(Deserialize, Debug)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    struct Two(u8, IpAddr);
    #[derive(Deserialize, Debug)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    struct Named {
        a: NonZeroU16,
        b: String,
    }
    #[derive(Deserialize, Debug)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    enum OfOne {
        One(Two),
    }
    #[derive(Deserialize, Debug)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    enum OfTwo {
        Both(u8, bool),
    }
    #[derive(Deserialize, Debug)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    enum OfNamed {
        Fields { a: u8, b: Two },
    }
    #[derive(Deserialize, Debug)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    struct Shapes {
        array: [i64; 3],
        character: char,
        double: f64,
        fields: Named,
        list: Vec<u8>,
        map: BTreeMap<String, u8>,
        mode: Mode,
        of_named: OfNamed,
        of_one: OfOne,
        of_two: OfTwo,
        pair: (i8, bool),
        single: f32,
        tuple: Two,
        unit: Unit,
        wide: (u128, i128),
        zz: u8,
    }
    let fields = [
        "array",
        "character",
        "double",
        "fields",
        "list",
        "map",
        "mode",
        "of_named",
        "of_one",
        "of_two",
        "pair",
        "single",
        "tuple",
        "unit",
        "wide",
    ];
    let missing = fields.map(|field| format!("{field}: missing"));
    let last = ["zz: expected an integer from 0 to 255, found string"];
    check::<Shapes>(
        json!({ "zz": "x" }),
        &missing.iter().map(String::as_str).chain(last).collect::<Vec<_>>(),
    );
}

#[derive(Deserialize, Debug)]
#[serde(tag = "type", rename_all = "lowercase")]
#[allow(dead_code, reason = "fields are there to be filled")]
enum Store {
    File { path: String, size: u8, mode: Option<Mode>, inner: Option<Inner> },
    Net { host: String, port: u16 },
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "fields are there to be filled")]
struct Inner {
    deep: bool,
    list: Vec<u8>,
}

const HIDES_MORE: &str = "its type is read as a whole: further problems inside it may be hidden";

#[test]
fn an_error_of_a_buffered_type_is_about_the_value_inside() {
    let check = |store: Json, expected: &[&str]| {
        check::<BTreeMap<String, Store>>(json!({ "store": store }), expected);
    };
    check(
        json!({ "type": "file", "path": 7, "size": 1000, "mode": "saef" }),
        &[
            "store.mode: unknown variant `saef`, expected `fast` or `safe`; did you mean `safe`?",
            "store.path: expected a string, found integer",
            "store.size: expected an integer from 0 to 255",
        ],
    );
    check(
        json!({ "type": "file", "path": 1.5, "size": 2.5, "inner": { "deep": 3.5, "list": [] } }),
        &[
            "store.inner.deep: expected a boolean, found float",
            "store.path: expected a string, found float",
            "store.size: expected an integer from 0 to 255, found float",
        ],
    );
    check(
        json!({ "type": "file", "path": true, "size": u64::MAX, "mode": { "safe": { "retries": false } } }),
        &[
            "store.mode.safe.retries: expected an integer from 0 to 255, found boolean",
            "store.path: expected a string, found boolean",
            "store.size: expected an integer from 0 to 255",
        ],
    );
    check(
        json!({ "type": "file", "path": { "a": 5 }, "size": [4] }),
        &[
            "store.path: expected a string, found map",
            "store.size: expected an integer from 0 to 255, found list",
        ],
    );
    check(
        json!({ "type": "file", "path": "", "size": 3, "inner": { "deep": true, "list": [3, -5], "depp": 2 } }),
        &[
            "store.inner.depp: unknown key; did you mean `deep`?",
            "store.inner.list[1]: expected an integer from 0 to 255",
        ],
    );
}

#[test]
fn an_error_of_a_buffered_type_is_vague_where_it_could_be_about_several_values() {
    check::<BTreeMap<String, Store>>(
        json!({ "store": { "type": "file", "path": 3, "size": 3 } }),
        &[&format!("store: expected a string somewhere inside; {HIDES_MORE}")],
    );
    check::<BTreeMap<String, Store>>(
        json!({ "store": { "type": "file", "path": "x", "size": 3, "inner": { "deep": true } } }),
        &[&format!("store: `list` is missing somewhere inside; {HIDES_MORE}")],
    );
}

#[test]
fn no_variant_is_chosen_in_place_of_one_that_is_wrong() {
    let check = |store: Json, expected: &str| {
        check::<BTreeMap<String, Store>>(json!({ "store": store }), &[expected]);
    };
    check(
        json!({ "type": "fil", "path": 3 }),
        "store.type: unknown variant `fil`, expected `file` or `net`; did you mean `file`?",
    );
    check(json!({ "type": 5 }), "store.type: expected the name of a variant, found integer");
    check(json!({ "path": "x" }), "store.type: missing");
    check(json!({ "type": "file", "size": 3 }), "store.path: missing");
}

#[test]
fn the_first_error_of_a_buffered_type_is_about_the_value_inside() {
    let first = |data: Json| {
        let document = document(&json!({ "store": data }), LayerKind::Base);
        let error = <BTreeMap<String, Store>>::deserialize(document.root()).unwrap_err();
        error.to_string().replace(" (app)", "")
    };
    assert_eq!(
        first(json!({ "type": "file", "path": 7, "size": 3 })),
        "store.path: expected a string, found integer"
    );
    assert_eq!(first(json!({ "type": 5 })), "store.type: expected the name of a variant, found integer");
    assert_eq!(
        first(
            json!({ "type": "file", "path": "", "size": 3, "inner": { "deep": true, "list": [1, 2, -3] } })
        ),
        "store.inner.list[2]: expected an integer from 0 to 255"
    );
    assert_eq!(first(json!([])), "store.type: missing");
}

#[test]
fn the_first_error_of_a_plain_type_has_the_whole_path() {
    let document = document(&json!({ "a": [[1], [2, 3], [4, 5, "x"]] }), LayerKind::Base);
    let error = <BTreeMap<String, Vec<Vec<u8>>>>::deserialize(document.root()).unwrap_err();
    assert_eq!(error.to_string(), "a[2][2]: expected an integer from 0 to 255, found string (app)");
}

#[test]
fn flattened_structs_that_deny_unknown_keys_name_each() {
    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    struct Outer {
        a: u8,
        #[serde(flatten)]
        rest: Rest,
    }
    #[derive(Deserialize, Debug)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    struct Rest {
        b: u8,
        password: Option<String>,
    }
    check::<Outer>(
        json!({ "a": 1, "b": 2, "bb": 3, "password": "p", "c": { "bb": 4 } }),
        &["bb: unknown key", "c: unknown key"],
    );
    check::<BTreeMap<String, Outer>>(
        json!({ "x": { "a": 1, "b": 300, "bb": 3 } }),
        &["x.b: expected an integer from 0 to 255", "x.bb: unknown key"],
    );
    check::<Quoting>(
        json!({ "password": "p" }),
        &["refused by its type; why is not shown, as it may quote a secret"],
    );
}

/// Refuses whatever it is, in the words of a flattened type.
#[derive(Debug)]
struct Quoting;

impl<'de> Deserialize<'de> for Quoting {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = BTreeMap::<String, Json>::deserialize(deserializer)?;
        let text = map.get("password").and_then(Json::as_str).unwrap_or_default();
        Err(serde::de::Error::custom(format!("unknown field `{text}`")))
    }
}

#[test]
fn flattened_structs_report_missing_keys() {
    #[derive(Deserialize, Debug)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    struct Inner {
        a: u8,
        b: u8,
    }
    #[derive(Deserialize, Debug)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    struct Outer {
        #[serde(flatten)]
        inner: Inner,
        c: u8,
    }
    check::<Outer>(json!({}), &["a: missing", "b: missing", "c: missing"]);
    check::<Outer>(
        json!({ "a": "x", "c": "y" }),
        &[
            "a: expected an integer from 0 to 255, found string",
            "b: missing",
            "c: expected an integer from 0 to 255, found string",
        ],
    );
}

#[test]
fn the_environment_is_read_as_the_type_wants() {
    #[derive(Deserialize, Debug, PartialEq)]
    struct Loose {
        text: String,
        int: i32,
        float: f64,
        flag: bool,
        list: Vec<u8>,
        json: Vec<u8>,
        empty: Vec<u8>,
        option: Option<u8>,
        mode: Mode,
    }
    let data = json!({
        "text": "007", "int": " +1_000 ", "float": "1e3", "flag": "on", "list": "1, 2", "json": "[3,4]", "empty": "",
        "option": "5", "mode": "fast",
    });
    let environment = document(&data, LayerKind::Environment);
    let (loose, _) =
        extract::<Loose>(environment.root(), &KeyPath::root(), &ExtractOptions::default()).unwrap();
    let expected = Loose {
        text: "007".into(),
        int: 1000,
        float: 1000.0,
        flag: true,
        list: vec![1, 2],
        json: vec![3, 4],
        empty: vec![],
        option: Some(5),
        mode: Mode::Fast,
    };
    assert_eq!(loose, expected);
    assert_eq!(Loose::deserialize(environment.root()).unwrap(), expected);
    assert!(Loose::deserialize(document(&data, LayerKind::Base).root()).is_err());
}

#[test]
fn unknown_keys_follow_the_policy() {
    #[derive(Deserialize, Debug)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    struct Open {
        port: u16,
    }
    let document = document(&json!({ "port": 1, "prt": 2 }), LayerKind::Base);
    let read = |policy| {
        let options = ExtractOptions::default().with_unknown_keys(policy);
        extract::<Open>(document.root(), &KeyPath::root(), &options)
    };
    assert!(read(UnknownKeys::Ignore).unwrap().1.is_empty());
    assert_eq!(read(UnknownKeys::Warn).unwrap().1.len(), 1);
    assert_eq!(
        read(UnknownKeys::Deny).unwrap_err().to_string(),
        "prt: unknown key (app); did you mean `port`?"
    );
}

#[test]
fn secrets_stay_out_of_every_message() {
    #[derive(Debug)]
    struct Chatty;
    impl<'de> Deserialize<'de> for Chatty {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = Json::deserialize(deserializer)?;
            Err(serde::de::Error::custom(format!("I do not like {text}")))
        }
    }
    #[derive(Deserialize, Debug)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    struct App {
        password: Chatty,
        token: Mode,
        api_key: u8,
        inner: Chatty,
        plain: Chatty,
    }
    let data = json!({
        "password": "canary", "token": "canary", "api_key": "canary", "inner": { "list": [{ "secret": "canary" }] },
        "plain": "x://canary@host",
    });
    let document = document(&data, LayerKind::Base);
    let problems = extract::<App>(document.root(), &KeyPath::root(), &ExtractOptions::default()).unwrap_err();
    assert_eq!(problems.len(), 5);
    for text in [
        problems.to_string(),
        format!("{problems:?}"),
        format!("{document:?}"),
        format!("{:?}", document.root()),
    ] {
        assert!(!text.contains("canary"), "{text}");
    }
    let first = App::deserialize(document.root()).unwrap_err();
    assert!(!format!("{first} {first:?}").contains("canary"), "{first}");
}

#[test]
fn keys_below_a_secret_are_told_only_where_the_type_has_them() {
    #[derive(Deserialize, Debug)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    struct App {
        secrets: Secrets,
        vault: BTreeMap<String, u8>,
    }
    #[derive(Deserialize, Debug)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    struct Secrets {
        ttl: u8,
        size: u8,
        by_name: BTreeMap<String, u8>,
    }
    let data = json!({
        "secrets": { "ttl": "x", "canary1": 1, "by_name": { "canary2": "x" } },
        "vault": { "canary3": "x" },
    });
    let document = document(&data, LayerKind::Base);
    let redactor = Redactor::new().with_secret(&"vault".parse().unwrap());
    let options = ExtractOptions::default().with_redactor(redactor);
    let problems = extract::<App>(document.root(), &KeyPath::root(), &options).unwrap_err();
    let found: Vec<_> = problems.iter().map(|problem| problem.to_string().replace(" (app)", "")).collect();
    let expected = [
        "secrets.***: unknown key",
        "secrets.by_name.***: expected an integer from 0 to 255, found string",
        "secrets.size: missing",
        "secrets.ttl: expected an integer from 0 to 255, found string",
        "vault.***: expected an integer from 0 to 255, found string",
    ];
    assert_eq!(found, expected);
    let first = Secrets::deserialize(document.get("secrets").unwrap()).unwrap_err();
    let nested = <BTreeMap<String, Secrets>>::deserialize(document.root()).unwrap_err();
    assert!(!format!("{problems:?}{first:?}{nested:?}").contains("canary3"), "{first:?}{nested:?}");
    assert_eq!(nested.problem().path.to_string(), "secrets.***.***");
}

#[test]
fn what_a_type_that_is_read_as_a_whole_quotes_is_no_leak() {
    #[derive(Debug)]
    struct Picky;
    impl<'de> Deserialize<'de> for Picky {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            Err(serde::de::Error::custom(format!("bad text {text:?}")))
        }
    }
    #[derive(Deserialize, Debug)]
    #[serde(tag = "type", rename_all = "lowercase")]
    #[allow(dead_code, reason = "fields are there to be filled")]
    enum Store {
        Token { token: Mode },
        Password { password: Picky },
    }
    #[derive(Deserialize, Debug)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    struct App {
        store: Store,
        mode: Option<Mode>,
    }
    for data in [
        json!({ "store": { "type": "token", "token": "canary" } }),
        json!({ "store": { "type": "token", "token": { "canary": 1 } } }),
        json!({ "store": { "type": "password", "password": "can\"canary" } }),
        json!({ "store": 1, "mode": "http://u:canary@h/x" }),
    ] {
        let document = document(&data, LayerKind::Base);
        let problems =
            extract::<App>(document.root(), &KeyPath::root(), &ExtractOptions::default()).unwrap_err();
        let first = App::deserialize(document.root()).unwrap_err();
        for text in [problems.to_string(), format!("{problems:?}"), first.to_string(), format!("{first:?}")] {
            assert!(!text.contains("canary"), "{text}");
        }
    }
}

#[test]
fn a_list_that_is_too_long_for_its_type_is_refused() {
    check::<BTreeMap<String, (u8, u8)>>(
        json!({ "pair": [1, 2, 3] }),
        &["pair: expected a list of 2, found 3"],
    );
    check::<BTreeMap<String, [u8; 2]>>(json!({ "pair": [1, 2] }), &[]);
    let document = document(&json!({ "pair": [1, 2, 3] }), LayerKind::Base);
    assert!(<(u8, u8)>::deserialize(document.get("pair").unwrap()).is_err());
}

#[test]
fn messages_hold_nothing_that_a_terminal_obeys() {
    check::<BTreeMap<String, u8>>(
        json!({ "a\u{1b}[31m\u{202e}": "x" }),
        &["\"a\\u{1b}[31m\\u{202e}\": expected an integer from 0 to 255, found string"],
    );
}

#[test]
fn a_key_beside_its_misspelling_is_missing() {
    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    struct Server {
        host: String,
        port: u16,
        timeout: f64,
    }
    #[derive(Deserialize, Debug)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    struct App {
        server: Server,
        limits: u8,
    }
    check::<App>(
        json!({ "server": { "host": "a", "prot": 1, "timeout": "soon" } }),
        &[
            "limits: missing",
            "server.port: missing",
            "server.prot: unknown key; did you mean `port`?",
            "server.timeout: expected a number, found string",
        ],
    );
}

#[test]
fn a_hundred_problems_are_told_and_that_there_are_more() {
    let found = |wrong: usize, unknown: usize| {
        #[derive(Deserialize, Debug)]
        #[allow(dead_code, reason = "fields are there to be filled")]
        struct Numbers {
            map: BTreeMap<String, u8>,
        }
        let map: BTreeMap<String, &str> = (0..wrong).map(|number| (format!("w{number:03}"), "x")).collect();
        let mut data = json!({ "map": map });
        data.as_object_mut().unwrap().extend((0..unknown).map(|number| (format!("u{number}"), json!(1))));
        let document = document(&data, LayerKind::Base);
        let read = extract::<Numbers>(document.root(), &KeyPath::root(), &ExtractOptions::default());
        let (refused, problems) = match read {
            Ok((_, warnings)) => (false, warnings),
            Err(problems) => (true, problems),
        };
        let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
        let last = problems.iter().last().map(ToString::to_string).unwrap_or_default();
        let more = last == "there are more problems than these 100";
        (refused, count(Severity::Error), count(Severity::Warning), more)
    };
    assert_eq!(found(0, 0), (false, 0, 0, false));
    assert_eq!(found(100, 0), (true, 100, 0, false));
    assert_eq!(found(101, 0), (true, 100, 0, true));
    assert_eq!(found(300, 0), (true, 100, 0, true));
    assert_eq!(found(0, 100), (false, 0, 100, false));
    assert_eq!(found(0, 101), (false, 0, 100, true));
    assert_eq!(found(3, 101), (true, 3, 100, true));
}
