//! References in values: every rule of [`interpolate`], one a line.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::{Duration, Instant};

use enhanced_config_core::*;
use enhanced_config_layers::{Interpolated, interpolate};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

fn document(kind: LayerKind, data: &Json) -> Document {
    Document::from_serialize(data, Layer::new(kind, kind.name())).unwrap()
}

fn environment(name: &str) -> Option<OsString> {
    let known =
        [("HOME", "/root"), ("EMPTY", ""), ("PORT", "80"), ("TRICK", "${a}"), ("DB_PASSWORD", "s3cret")];
    known.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
}

fn expand(document: &Document) -> Result<Interpolated<'_>, Problems> {
    interpolate(document, &environment, &Redactor::new())
}

/// The document becomes this.
#[track_caller]
fn becomes(data: Json, expected: Json) {
    let document = document(LayerKind::Base, &data);
    let done = expand(&document).unwrap_or_else(|problems| panic!("{data}: {problems}"));
    assert_eq!(Json::from(done.document.root()), expected, "{data}");
}

/// With `a` to `f` to refer to, this value becomes that one.
#[track_caller]
fn value(text: &str, expected: Json) {
    let mut data = json!({"a": "A", "n": 5, "f": 300.0, "t": true, "z": null, "e": "", "l": [1, {"k": "K"}], "m": {"x": "X", "y.z": 1, "3": "three"}, "v": text});
    let with = document(LayerKind::Base, &data);
    let done = expand(&with).unwrap_or_else(|problems| panic!("{text}: {problems}"));
    data.as_object_mut().unwrap().insert("v".into(), expected);
    assert_eq!(Json::from(done.document.root()), data, "{text}");
}

/// The document is refused, with these errors, one a line.
#[track_caller]
fn refused(data: Json, errors: &str) {
    let with = document(LayerKind::Base, &data);
    let found = expand(&with).map(|done| Json::from(done.document.root())).unwrap_err().to_string();
    assert_eq!(found, errors, "{data}");
}

#[test]
fn references_in_a_text() {
    value("x${a}y", json!("xAy"));
    value("${a}${a}", json!("AA"));
    value("${n}/${f}/${t}/", json!("5/300.0/true/"));
    value("${l[0]}${l[1].k}${m.x}", json!("1KX"));
    value("-${m.\"y.z\"}${m.3}", json!("-1three"));
    value("${env:HOME}/x", json!("/root/x"));
    value("${env:TRICK}!", json!("${a}!"));
    value("$${a} costs 5$ {} $a $$ }", json!("${a} costs 5$ {} $a $$ }"));
    value("$$${a}", json!("$${a}"));
    value("-${v2:-d}", json!("-d"));
    value("-${v2:-1.10}", json!("-1.10"));
    value("-${v2:-${v3:-${a}}{}}", json!("-A{}"));
    value("-${v2:-{x}y}z", json!("-{x}yz"));
    value("-${a:-{x}y}z", json!("-Az"));
    value("-${v2:-$${x}y}z}", json!("-${x}yz}"));
    value("-${v2:-}-", json!("--"));
    value("-${a:-d}${n:-d}", json!("-A5"));
    value("-${z:-d}${e:-d}${env:EMPTY:-d}${env:NONE:-d}", json!("-dddd"));
    value("-${e}${env:EMPTY}", json!("-"));
    value("ü${a}ü", json!("üAü"));
}

#[test]
fn keys_in_quotes_may_hold_what_would_end_the_reference() {
    for key in ["ab", "abc", "}", ":-", "a}b", "a\"b", "a\"}", "\\", "a\\", "\\\"", "a.b:-{c}"] {
        let written = key.replace('\\', "\\\\").replace('"', "\\\"");
        let with = |v: &str| json!({"m": {key: "K"}, "v": v});
        becomes(with(&format!("-${{m.\"{written}\"}}}}")), with("-K}"));
        becomes(with(&format!("-${{m.\"{written}\":-d}}")), with("-K"));
    }
}

#[test]
fn a_value_that_is_one_reference_becomes_what_it_refers_to() {
    value("${a}", json!("A"));
    value("${ n }", json!(5));
    value("${f}", json!(300.0));
    value("${t}", json!(true));
    value("${z}", json!(null));
    value("${l}", json!([1, {"k": "K"}]));
    value("${m}", json!({"x": "X", "y.z": 1, "3": "three"}));
    value("${l[1]}", json!({"k": "K"}));
    value("${env:PORT}", json!("80"));
    value("${env:TRICK}", json!("${a}"));
    value("$${a}", json!("${a}"));
    value("${x:-8080}", json!(8080));
    value("${x:- -1.5}", json!(-1.5));
    value("${x:-true}", json!(true));
    value("${x:-null}", json!(null));
    value("${x:-\"1.10\"}", json!("1.10"));
    value("${x:-007}", json!("007"));
    value("${x:-99999999999999999999}", json!("99999999999999999999"));
    value("${x:-}", json!(""));
    value("${x:-text}", json!("text"));
    value("${x:-${n}}", json!(5));
    value("${x:-${y:-${m}}}", json!({"x": "X", "y.z": 1, "3": "three"}));
    value("${x:-${env:NONE:-9}}", json!(9));
    value("${z:-9}", json!(9));
}

#[test]
fn references_lead_on() {
    becomes(json!({"a": "${b}", "b": "${c}", "c": 1}), json!({"a": 1, "b": 1, "c": 1}));
    becomes(json!({"a": "<${b}>", "b": "[${c}]", "c": "x"}), json!({"a": "<[x]>", "b": "[x]", "c": "x"}));
    becomes(
        json!({"base": {"host": "h", "url": "http://${base.host}"}, "db": "${base}", "u": "${db.url}/x"}),
        json!({
            "base": {"host": "h", "url": "http://h"}, "db": {"host": "h", "url": "http://h"}, "u": "http://h/x",
        }),
    );
    becomes(json!({"l": ["${l[1]}", "${l[2]}", 7]}), json!({"l": [7, 7, 7]}));
    becomes(
        json!({"a": {"b": "${c}"}, "c": "${d}", "d": {"e": 1}, "f": "${a.b.e}"}),
        json!({"a": {"b": {"e": 1}}, "c": {"e": 1}, "d": {"e": 1}, "f": 1}),
    );
    becomes(
        json!({"a": "${b:-${c}}", "b": "${e:-}", "c": 1, "e": null}),
        json!({"a": 1, "b": "", "c": 1, "e": null}),
    );
    becomes(json!({"a": "$${b}", "b": "${a}"}), json!({"a": "${b}", "b": "${b}"}));
}

#[test]
fn what_cannot_be_expanded_is_reported_all_at_once_with_the_chain() {
    let cycle = "it refers to itself";
    refused(json!({"a": "${a}"}), &format!("a: cannot expand `${{a}}`: {cycle} (a -> a) (base file)"));
    refused(
        json!({"a": "${b}", "b": "x${c}", "c": "${a}", "d": "${a}"}),
        &format!("c: cannot expand `${{a}}`: {cycle} (a -> b -> c -> a) (base file)"),
    );
    refused(
        json!({"a": {"b": "${a}"}}),
        &format!("a.b: cannot expand `${{a}}`: {cycle} (a.b -> a -> a.b) (base file)"),
    );
    refused(
        json!({"a": {"x": "${b}"}, "b": {"y": "${a}"}}),
        &format!("b.y: cannot expand `${{a}}`: {cycle} (a.x -> b.y -> a -> a.x) (base file)"),
    );
    refused(json!({"a": "${a:-x}"}), &format!("a: cannot expand `${{a}}`: {cycle} (a -> a) (base file)"));
    refused(json!({"a": "${x:-${a}}"}), &format!("a: cannot expand `${{a}}`: {cycle} (a -> a) (base file)"));
    refused(
        json!({"db": {"host": "h"}, "u": "${db.hots}", "t": "${bd.host}", "v": "${u}", "w": "${env:NOPE}", "x": "${q.r}", "y": "${db.host.z}"}),
        "t: cannot expand `${bd.host}`: no such key (t -> bd.host) (base file); did you mean `${db.host}`?\n\
         u: cannot expand `${db.hots}`: no such key (u -> db.hots) (base file); did you mean `${db.host}`?\n\
         w: cannot expand `${env:NOPE}`: no such environment variable (base file)\n\
         x: cannot expand `${q.r}`: no such key (x -> q.r) (base file)\n\
         y: cannot expand `${db.host.z}`: no such key (y -> db.host.z) (base file)",
    );
    refused(
        json!({"a": "x${m}", "b": "x${l}", "c": "x${z}", "m": {}, "l": [], "z": null, "d": "${nope}${gone}"}),
        "a: cannot expand `${m}`: a map cannot stand inside a text (base file)\n\
         b: cannot expand `${l}`: a list cannot stand inside a text (base file)\n\
         c: cannot expand `${z}`: null has no text (base file)\n\
         d: cannot expand `${nope}`: no such key (d -> nope) (base file)\n\
         d: cannot expand `${gone}`: no such key (d -> gone) (base file)",
    );
    refused(
        json!({"a": "x${", "b": "${}", "c": "${a b", "d": "${a}"}),
        "a: cannot expand `${…}`: `${` is never closed (base file)\n\
         b: cannot expand `${…}`: `${}` names nothing (base file)\n\
         c: cannot expand `${…}`: `${` is never closed (base file)",
    );
    refused(
        json!({"a": ["", {"b": "${nope}"}]}),
        "a[1].b: cannot expand `${nope}`: no such key (a[1].b -> nope) (base file)",
    );
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf8_is_an_error() {
    use std::os::unix::ffi::OsStringExt;
    let document = document(LayerKind::Base, &json!({"a": "${env:X}"}));
    let bad = |_: &str| Some(OsString::from_vec(b"\xff".to_vec()));
    let error = interpolate(&document, &bad, &Redactor::new()).unwrap_err().to_string();
    assert_eq!(error, "a: cannot expand `${env:X}`: the variable is not UTF-8 (base file)");
}

#[test]
fn text_of_the_environment_and_of_remote_services_is_left_alone() {
    for kind in [LayerKind::Environment, LayerKind::Remote] {
        let base = document(LayerKind::Base, &json!({"a": "A", "u": "<${e}>", "w": "${e}"}));
        let above = document(kind, &json!({"e": "${a}", "broken": "${"}));
        let merged = merge(&base, &[&above], &MergeOptions::default()).unwrap().document;
        let done = expand(&merged).unwrap();
        let expected = json!({"a": "A", "u": "<${a}>", "w": "${a}", "e": "${a}", "broken": "${"});
        assert_eq!(Json::from(done.document.root()), expected);
    }
    for kind in
        [LayerKind::Defaults, LayerKind::Profile, LayerKind::Local, LayerKind::DropIn, LayerKind::Runtime]
    {
        let one = document(kind, &json!({"a": "A", "b": "${a}"}));
        assert_eq!(expand(&one).unwrap().document.get("b").unwrap().as_str(), Some("A"), "{kind}");
    }
}

#[test]
fn a_document_without_references_is_returned_as_it_is() {
    let plain = document(LayerKind::Base, &json!({"a": "$5 {} $$", "b": [1, {"c": "}"}]}));
    assert!(matches!(expand(&plain).unwrap().document, Cow::Borrowed(same) if std::ptr::eq(same, &plain)));
}

/// A document of one layer of text, whose values stand where they are found in the text.
fn written(kind: LayerKind, name: &str, text: &str) -> Document {
    let mut builder = DocumentBuilder::new(Layer::of_text(kind, name, text));
    builder.open_map(0).unwrap();
    let mut at = 0;
    for line in text.lines() {
        let (key, value) = line.split_once('=').unwrap();
        builder.key(key, at).unwrap();
        builder.string(value, at + key.len() as u32 + 1).unwrap();
        at += line.len() as u32 + 1;
    }
    builder.close().unwrap();
    builder.finish().unwrap()
}

#[test]
fn values_keep_their_origin() {
    let base = written(
        LayerKind::Base,
        "base",
        "a=A\nown=${a}\ntext=x${a}\nvia=${text}\nport=${env:PORT}\nd=${x:-5}",
    );
    let local = written(LayerKind::Local, "local", "there=${a}\nb=B\n");
    let merged = merge(&base, &[&local], &MergeOptions::default()).unwrap().document;
    let done = expand(&merged).unwrap().document;
    for (path, value, key) in [
        ("a", "base:1:3", "base:1:1"),
        ("own", "base:1:3", "base:2:1"),
        ("text", "base:3:6", "base:3:1"),
        ("via", "base:3:6", "base:4:1"),
        ("d", "base:6:3", "base:6:1"),
        ("there", "base:1:3", "base:1:3"),
        ("b", "local:2:3", "local:2:1"),
        ("port", "environment variable PORT", "environment variable PORT"),
    ] {
        let node = done.get(path).unwrap();
        assert_eq!((&*node.origin().to_string(), &*node.key_origin().to_string()), (value, key), "{path}");
    }
    // Text of the environment reads as the type wants.
    #[derive(serde::Deserialize)]
    struct Typed {
        port: u16,
        d: u16,
    }
    let typed: Typed = extract(done.root(), &KeyPath::root(), &ExtractOptions::default()).unwrap().0;
    assert_eq!((typed.port, typed.d), (80, 5));
}

#[test]
fn maps_that_are_copied_keep_the_origins_of_all_they_hold() {
    let base = document(LayerKind::Base, &json!({"db": {"host": "h", "deep": [{"url": "u/${db.host}"}]}}));
    let local = document(LayerKind::Local, &json!({"copy": "${db}", "db": {"host": "i"}}));
    let merged = merge(&base, &[&local], &MergeOptions::default()).unwrap().document;
    let done = expand(&merged).unwrap().document;
    let db = json!({"host": "i", "deep": [{"url": "u/i"}]});
    assert_eq!(Json::from(done.root()), json!({"db": db, "copy": db}));
    for (path, origin) in [
        ("copy", "base file"),
        ("copy.host", "local file"),
        ("copy.deep[0]", "base file"),
        ("copy.deep[0].url", "base file"),
    ] {
        assert_eq!(done.get(path).unwrap().origin().to_string(), origin, "{path}");
    }
}

#[test]
fn what_took_in_a_secret_is_secret() {
    let data = json!({
        "db": {"password": "s3cret", "user": "u"},
        "vault": {"inner": {"x": "s3cret"}},
        "url": "pg://${db.user}:${db.password}@h",
        "plain": "pg://${db.user}@h",
        "via": "<${url}>",
        "alias": "${via}",
        "whole": "${db.password}",
        "copy": "${db}",
        "vaults": {"copy": "${vault}", "inner": "${vault.inner.x}"},
        "default": "${nope:-x${db.password}}",
        "unused": "${db.user:-${db.password}}",
        "env": "${env:DB_PASSWORD}",
        "home": "${env:HOME}",
        "through": "${vaults.copy.inner.x}",
        "token": "${db}",
        "under": "${token.user}",
        "list": ["x", "${url}"],
        "password2": {"password": "${url}"},
    });
    let redactor = Redactor::new().with_secret(&"vault.inner".parse().unwrap());
    let document = document(LayerKind::Base, &data);
    let done = interpolate(&document, &environment, &redactor).unwrap();
    let secrets: Vec<String> = done.secrets.iter().map(KeyPath::to_string).collect();
    assert_eq!(
        secrets,
        [
            "alias",
            "default",
            "env",
            "list[1]",
            "through",
            "under",
            "url",
            "vaults.copy.inner",
            "vaults.copy.inner.x",
            "vaults.inner",
            "via",
            "whole"
        ]
    );
    let redactor = done.secrets.iter().fold(redactor, |redactor, path| redactor.with_secret(path));
    fn check(node: NodeRef<'_>, path: &KeyPath, redactor: &Redactor) {
        node.entries().for_each(|(key, member)| check(member, &path.join(key), redactor));
        node.items().enumerate().for_each(|(index, item)| check(item, &path.join(index), redactor));
        if node.as_str().is_some_and(|text| text.contains("s3cret")) {
            assert!(redactor.is_secret(path), "{path}");
        }
    }
    check(done.document.root(), &KeyPath::root(), &redactor);
}

#[test]
fn no_error_shows_a_part_of_a_secret() {
    let data = json!({
        "password": "CANARY${CANARY}", "token": "${CANARY", "secret": "${CANARY..}", "api_key": "x${api_key}CANARY", "dsn": "${m}CANARY",
        "m": {}, "credentials": ["${env:CANARY}"], "passphrase": "a${m:-CANARY",
    });
    let error = expand(&document(LayerKind::Base, &data)).unwrap_err();
    assert_eq!(error.len(), 7);
    assert!(!format!("{error} {error:?}").contains("CANARY"), "{error}");
}

fn quickly<T>(work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    let took = start.elapsed();
    assert!(took < Duration::from_secs(30), "{took:?}");
    done
}

fn chain(length: usize, link: impl Fn(usize) -> Json, end: Json) -> Json {
    let mut members: Map<String, Json> = (0..length).map(|n| (format!("a{n}"), link(n + 1))).collect();
    members.insert(format!("a{length}"), end);
    Json::Object(members)
}

#[test]
fn bounds_are_errors_and_quick() {
    let over = |data: Json, expected: &str| {
        let document = document(LayerKind::Base, &data);
        let error = quickly(|| expand(&document).map(|_| ()).unwrap_err().to_string());
        assert!(
            error.contains(expected) && error.len() < 20_000,
            "{}",
            error.chars().take(300).collect::<String>()
        );
    };
    let text = |n: usize| json!(format!("${{a{n}}}"));
    let twice = |n: usize| json!(format!("${{a{n}}}${{a{n}}}"));
    let ten = |n: usize| json!(vec![format!("${{a{n}}}"); 10]);
    assert!(expand(&document(LayerKind::Base, &chain(64, text, json!(1)))).is_ok());
    over(chain(65, text, json!(1)), "a chain of more than 64 references");
    over(chain(5_000, text, json!(1)), "a chain of more than 64 references");
    over(chain(5_000, twice, json!("x")), "a chain of more than 64 references");
    over(chain(60, twice, json!("x")), "more than 4194304 bytes of text");
    over(
        chain(60, |n| json!(format!("${{x:-${{a{n}}}}}${{a{n}}}")), json!("x")),
        "a chain of more than 64 references",
    );
    over(chain(8, ten, json!("x")), "more than 250000 values");
    let map: Map<String, Json> = (0..1_000).map(|n| (format!("k{n}"), json!("${t}"))).collect();
    let many: Vec<&str> = vec!["${m}"; 1_000];
    over(json!({"t": "x", "m": map, "l": many}), "more than 250000 values");
    over(json!({"big": "x".repeat(1 << 20), "l": vec!["${big}"; 5]}), "more than 4194304 bytes of text");
    let missing: Map<String, Json> =
        (0..3_000).map(|n| (format!("k{n}"), json!(format!("${{q{n}}}")))).collect();
    let missing = document(LayerKind::Base, &Json::Object(missing));
    assert_eq!(quickly(|| expand(&missing).unwrap_err()).len(), 3_000);
    let nested = json!({"a": format!("{}{}", "${a:-".repeat(100_000), "}".repeat(100_000))});
    over(nested, "deeper than 16 levels");
}

/// What a value means, by replacing one reference after the other; `None` when it means nothing.
fn model(values: &BTreeMap<String, String>, key: &str, fuel: usize) -> Option<String> {
    let mut text = values.get(key)?.clone();
    let fuel = fuel.checked_sub(1)?;
    while let Some(start) = text.find("${") {
        let end = start + text[start..].find('}')?;
        let (name, default) = match text[start + 2..end].split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (&text[start + 2..end], None),
        };
        let value = match (values.contains_key(name), default) {
            (true, None) => model(values, name, fuel)?,
            (true, Some(default)) => {
                Some(model(values, name, fuel)?).filter(|text| !text.is_empty()).unwrap_or(default.into())
            }
            (false, default) => default?.to_owned(),
        };
        text.replace_range(start..=end, &value);
    }
    Some(text)
}

proptest! {
    #[test]
    fn expanding_is_the_model(texts in proptest::collection::vec(r"[xy ]{0,2}(\$\{k[0-5](:-[xy]?)?\}[xy ]{0,2}){0,2}", 1..6)) {
        let values: BTreeMap<String, String> = texts.into_iter().enumerate().map(|(n, text)| (format!("k{n}"), text)).collect();
        let expected: Option<BTreeMap<String, String>> =
            values.keys().map(|key| Some((key.clone(), model(&values, key, 10)?))).collect();
        let found = document(LayerKind::Base, &json!(values));
        let found = expand(&found).ok().map(|done| Json::from(done.document.root()));
        prop_assert_eq!(found, expected.map(|expected| json!(expected)));
    }
}
