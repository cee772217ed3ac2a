//! What is secret, and what is shown in its place.

use enhanced_config_core::{Document, KeyPath, Layer, LayerKind, Redactor};
use serde_json::{Value as Json, json};

fn path(text: &str) -> KeyPath {
    text.parse().unwrap()
}

#[track_caller]
fn check(redactor: &Redactor, secret: &[&str], public: &[&str]) {
    for text in secret {
        assert!(redactor.is_secret(&path(text)), "{text} is not secret");
    }
    for text in public {
        assert!(!redactor.is_secret(&path(text)), "{text} is secret");
    }
}

/// A value as it is shown at a path.
fn shown(redactor: &Redactor, value: Json, at: &str) -> String {
    let layer = Layer::new(LayerKind::Base, "app");
    let document = Document::from_serialize(&json!({ "value": value }), layer).unwrap();
    redactor.show(document.get("value").unwrap(), &path(at))
}

#[test]
fn what_is_named_is_secret_with_all_below_it() {
    let redactor = Redactor::new().with_secret(&path("a.b")).with_secret(&path("list[0].c"));
    check(
        &redactor,
        &["a.b", "a.b.c", "a.b[0]", "list[0].c", "list[7].c", "list.c"],
        &["", "a", "b", "x.a.b", "list", "list[0]", "list[0].d"],
    );
    let stars = Redactor::new().with_secret(&path("users.*.pin"));
    check(&stars, &["users.me.pin", "users.you.pin.x"], &["users.pin", "users.me", "users.me.x.pin"]);
    let keys = Redactor::new().with_secret_key("pin");
    check(&keys, &["pin", "a.pin", "a[0].pin.b"], &["pins", "a.pin2"]);
}

#[test]
fn what_is_public_is_so_whatever_its_name_and_not_whatever_is_above() {
    let redactor = Redactor::new().with_public(&path("page.token")).with_public(&path("vault.token"));
    let redactor = redactor.with_secret(&path("vault"));
    check(
        &redactor,
        &["token", "page.x.token", "vault.token", "page.token.password"],
        &["page.token", "page.token.x"],
    );
}

#[test]
fn the_root_makes_all_secret() {
    let redactor = Redactor::new().with_secret(&KeyPath::root()).with_public(&path("a"));
    check(&redactor, &["", "a", "a.b[0]", "[0]"], &[]);
    assert_eq!(shown(&redactor, json!({ "b": 1 }), "a"), r#""***""#);
    assert_eq!(redactor.shown_path(&path("a.b[0].c")).to_string(), "a.***[0].***");
}

#[test]
fn what_is_secret_to_either_is_secret_to_both() {
    let one =
        Redactor::new().with_secret(&path("a")).with_public(&path("token")).with_public(&path("x.token"));
    let other = Redactor::new().with_secret(&path("b")).with_secret_key("pin").with_public(&path("token"));
    let both = [one.clone().with_secrets_of(&other), other.with_secrets_of(&one)];
    for redactor in both {
        check(&redactor, &["a", "b", "c.pin", "x.token"], &["c", "token"]);
    }
}

#[test]
fn a_value_is_shown_without_its_secrets_and_shortened() {
    let redactor = Redactor::new().with_secret(&path("db.users.pin"));
    let value =
        json!({ "password": "p", "users": [{ "pin": 1, "name": "n" }], "url": "x://u:p@h", "n": null });
    assert_eq!(
        shown(&redactor, value.clone(), "db"),
        r#"{"n":null,"password":"***","url":"x://***@h","users":[{"name":"n","pin":"***"}]}"#
    );
    assert_eq!(shown(&redactor, value, "db.token"), r#""***""#);
    assert_eq!(shown(&redactor, json!("é".repeat(78)), "a"), format!("\"{}\"", "é".repeat(78)));
    assert_eq!(shown(&redactor, json!("é".repeat(79)), "a"), format!("\"{}…", "é".repeat(79)));
}
