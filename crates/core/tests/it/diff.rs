use enhanced_config_core::{
    Change, ChangeKind, Document, Layer, LayerKind, MASK, MergeOptions, Redactor, Segment, diff, merge,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::tree::{self, Data, Tree};

fn document(json: Json) -> Document {
    Document::from_serialize(&json, Layer::new(LayerKind::Base, "app.yaml")).unwrap()
}

fn check(old: Json, new: Json, expected: &[&str]) {
    let (old, new) = (document(old), document(new));
    let listing = diff(&old, &new).display(&Redactor::new()).to_string();
    assert_eq!(listing.replace(" (app.yaml)", "").lines().collect::<Vec<_>>(), expected);
}

#[test]
fn scalars_and_kinds() {
    check(json!({ "a": 1 }), json!({ "a": 1 }), &[]);
    check(json!({ "a": 1 }), json!({ "a": 2 }), &["~ a: 1 -> 2"]);
    check(json!({ "a": 1 }), json!({ "a": 1.0 }), &["~ a: 1 -> 1.0"]);
    check(json!({ "a": 0.0 }), json!({ "a": -0.0 }), &["~ a: 0.0 -> -0.0"]);
    check(json!({ "a": null }), json!({ "a": false }), &["~ a: null -> false"]);
    check(json!({ "a": "x" }), json!({ "a": u64::MAX }), &["~ a: \"x\" -> 18446744073709551615"]);
    check(json!({ "a": { "b": 1 } }), json!({ "a": [1] }), &["~ a: map of 1 -> list of 1"]);
    check(json!({ "a": {} }), json!({ "a": [] }), &["~ a: map of 0 -> list of 0"]);
}

#[test]
fn what_only_one_side_has_is_one_change() {
    check(json!({}), json!({ "a": { "b": { "c": 1 } } }), &["+ a: map of 1"]);
    check(json!({ "a": { "b": [1, 2], "c": 1 } }), json!({ "a": { "c": 1 } }), &["- a.b: list of 2"]);
    check(json!({ "a": null }), json!({}), &["- a: null"]);
}

#[test]
fn lists_are_compared_element_by_element() {
    check(
        json!({ "a": [1, 2] }),
        json!({ "a": [0, 1, 2] }),
        &["~ a[0]: 1 -> 0", "~ a[1]: 2 -> 1", "+ a[2]: 2"],
    );
    check(
        json!({ "a": [1, { "b": 2 }, 3] }),
        json!({ "a": [1, { "b": 3 }] }),
        &["~ a[1].b: 2 -> 3", "- a[2]: 3"],
    );
}

#[test]
fn long_strings_are_cut_and_control_characters_escaped() {
    let long = "ä".repeat(61);
    check(json!({}), json!({ "a": long }), &[&format!("+ a: \"{}\"…", "ä".repeat(60))]);
    check(json!({}), json!({ "a": "\u{1b}[31m\n" }), &["+ a: \"\\u{1b}[31m\\n\""]);
}

#[test]
fn changes_come_in_the_order_of_the_new_document_and_removed_ones_where_they_stood() {
    let of = |keys: &str| {
        let layer = Layer::new(LayerKind::Base, "order");
        let mut builder = enhanced_config_core::DocumentBuilder::new(layer);
        builder.open_map(0).unwrap();
        for key in keys.chars() {
            builder.key(&key.to_lowercase().to_string(), 0).unwrap();
            builder.bool(key.is_uppercase(), 0).unwrap();
        }
        builder.close().unwrap();
        builder.finish().unwrap()
    };
    let check = |old: &str, new: &str, expected: &str| {
        let (old, new) = (of(old), of(new));
        let found: Vec<_> = diff(&old, &new)
            .iter()
            .map(|change| match change.kind() {
                ChangeKind::Added => format!("+{}", change.path),
                ChangeKind::Removed => format!("-{}", change.path),
                ChangeKind::Changed => format!("~{}", change.path),
            })
            .collect();
        assert_eq!(found.join(" "), expected);
    };
    check("abcd", "dcba", "");
    check("abcd", "ACb", "~a ~c -d");
    check("xabcy", "abc", "-x -y");
    check("axbyc", "cab", "-x -y");
    check("abc", "axbyc", "+x +y");
    check("abc", "cxba", "+x");
    check("abcdef", "bAcGdHef", "~a +g +h");
    check("xyz", "abc", "-x -y -z +a +b +c");
    let many: String = ('a'..='z').collect();
    let backwards: String = ('b'..='y').rev().chain(['A']).collect();
    check(&many, &backwards, "~a -z");
}

#[test]
fn a_document_is_equal_to_its_clone_and_not_to_a_changed_one() {
    let document = document(json!({ "a": { "b": [1, "x"] } }));
    assert_eq!(document, document.clone());
    assert_eq!(document.get("a"), document.get("a"));
    assert_ne!(document.get("a"), document.get("a.b"));
    assert!(diff(&document, &document).is_empty());
}

#[test]
fn secrets_are_never_told() {
    const CANARY: &str = "canary-7f3a";
    let old = document(json!({
        "db": { "password": "before" }, "token": [CANARY], "url": "x", "secrets": {},
    }));
    let new = document(json!({
        "api_key": { "a": CANARY },
        "db": { "password": CANARY },
        "token": [1],
        "secrets": { CANARY: 1 },
        "url": format!("https://me:{CANARY}@host/"),
    }));
    let changes = diff(&old, &new);
    let listing = changes.display(&Redactor::new()).to_string();
    assert_eq!(changes.len(), 5);
    assert!(listing.contains("+ secrets.***: ***"), "{listing}");
    assert_eq!(listing.matches(MASK).count(), 8, "{listing}");
    assert!(!format!("{listing}{changes:?}").contains(CANARY), "{listing}{changes:?}");
}

/// The naive way to carry out changes, on plain values.
fn apply(change: &Change<'_>, root: &mut Json) {
    let (last, parents) = change.path.segments().split_last().expect("maps do not change as a whole");
    let parent = parents.iter().fold(root, |value, segment| match segment {
        Segment::Key(key) => &mut value[&**key],
        Segment::Index(index) => &mut value[*index],
    });
    let new = change.new.map(Json::from);
    match (last, parent, new) {
        (Segment::Key(key), Json::Object(map), Some(new)) => drop(map.insert(key.to_string(), new)),
        (Segment::Key(key), Json::Object(map), None) => drop(map.remove(&**key).expect("it was there")),
        (Segment::Index(at), Json::Array(list), Some(new)) if *at == list.len() => list.push(new),
        (Segment::Index(at), Json::Array(list), Some(new)) => list[*at] = new,
        (Segment::Index(at), Json::Array(list), None) => list.truncate(*at),
        _ => panic!("no such place"),
    }
}

/// A tree like `tree`, with members dropped, moved, renamed or replaced by `other` as the dice fall.
fn edited(tree: &Tree, other: &Tree, dice: &mut impl Iterator<Item = u8>) -> Tree {
    let mut next = || dice.next().unwrap_or(9);
    let data = match (&tree.data, next()) {
        (_, 0) if next() < 10 => other.data.clone(),
        (Data::Scalar(_), 1) => Data::Scalar(json!("another")),
        (Data::Scalar(value), _) => Data::Scalar(value.clone()),
        (Data::List(items), drop) => {
            let mut items: Vec<_> = items.iter().map(|item| edited(item, other, dice)).collect();
            items.truncate(usize::from(drop));
            Data::List(items)
        }
        (Data::Map(members), what) => {
            let of = |(key, member): &(String, Tree)| (key.clone(), edited(member, other, dice));
            let mut members: Vec<_> = members.iter().map(of).collect();
            let third = members.len() / 3;
            match what {
                1 => members.rotate_left(third),
                2 => members.reverse(),
                3 => drop(members.drain(..third)),
                4 => members.iter_mut().take(third).for_each(|(key, _)| key.push('\'')),
                _ => {}
            }
            Data::distinct(members)
        }
    };
    tree.with(data)
}

fn explains(old: &Document, new: &Document) {
    let mut model = Json::from(old.root());
    let changes = diff(old, new);
    for change in &changes {
        assert_eq!(old.at(&change.path), change.old);
        assert_eq!(new.at(&change.path), change.new);
        apply(change, &mut model);
    }
    assert_eq!(model, Json::from(new.root()));
    assert_eq!(changes.is_empty(), old == new);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn changes_applied_to_the_old_give_the_new(
        old in tree::map(),
        other in tree::map(),
        dice in proptest::collection::vec(0..20u8, 1..100),
    ) {
        let new = edited(&old, &other, &mut dice.into_iter().cycle());
        let (old, new) = (tree::document(&old), tree::document(&new));
        explains(&old, &new);
        explains(&old, &merge(&old, &[&new], &MergeOptions::default()).unwrap().document);
    }
}
