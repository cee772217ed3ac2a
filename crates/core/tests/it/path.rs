//! Paths as values: what names them, and what lies where.

use enhanced_config_core::{KeyPath, Segment};

fn path(text: &str) -> KeyPath {
    text.parse().unwrap()
}

#[test]
fn the_last_key_names_the_value() {
    for (text, expected) in [
        ("hosts", Some("hosts")),
        ("hosts.ports", Some("ports")),
        ("hosts.ports[0][1]", Some("ports")),
        ("[3]", None),
        ("", None),
    ] {
        assert_eq!(path(text).last_key(), expected, "{text}");
    }
}

#[test]
fn the_parent_holds_the_value() {
    for (text, expected) in
        [("a.b[0]", Some("a.b")), ("a.b", Some("a")), ("a", Some("")), ("[3]", Some("")), ("", None)]
    {
        assert_eq!(path(text).parent(), expected.map(path), "{text}");
    }
}

#[test]
fn what_lies_at_or_below_starts_with_it_and_no_namesake_does() {
    for (text, ancestor, expected) in [
        ("a.b.c", "a.b", true),
        ("a.b", "a.b", true),
        ("a.b", "", true),
        ("", "", true),
        ("a.bc", "a.b", false),
        ("a", "a.b", false),
        ("x.a.b", "a.b", false),
        ("a[1]", "a[1]", true),
        ("a[10]", "a[1]", false),
    ] {
        assert_eq!(path(text).starts_with(&path(ancestor)), expected, "{text} {ancestor}");
    }
}

#[test]
fn steps_are_added_and_taken_off() {
    let mut way = KeyPath::root();
    assert!(way.is_root());
    way.push("a.b");
    way.push(7);
    assert_eq!((way.is_root(), way.to_string()), (false, "\"a.b\"[7]".into()));
    assert_eq!(way.join(String::from("x")).segments().len(), 3);
    assert_eq!(way.pop(), Some(Segment::Index(7)));
    assert_eq!(way.pop(), Some(Segment::Key("a.b".into())));
    assert_eq!(way.pop(), None);
}

#[test]
fn a_fragment_is_read_whatever_its_percents_are() {
    for (fragment, pointer) in [
        ("/a%2Fb", "/a/b"),
        ("/a%7E1b", "/a~1b"),
        ("/%", "/%"),
        ("/%4", "/%4"),
        ("/%zz", "/%zz"),
        ("/%é", "/%é"),
        ("/50%25", "/50%"),
        ("/%E2%82%AC", "/€"),
    ] {
        assert_eq!(KeyPath::from_fragment(fragment).unwrap().to_pointer(), pointer, "{fragment}");
    }
}
