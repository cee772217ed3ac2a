use enhanced_config_core::{Change, Document, Layer, LayerKind, diff, take_back};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::tree;

fn document(json: Json) -> Document {
    Document::from_serialize(&json, Layer::new(LayerKind::Base, "app.yaml")).unwrap()
}

/// Takes the changes of these paths back, and all below them.
#[track_caller]
fn check(old: Json, new: Json, paths: &[&str], expected: Json) {
    let (old, new) = (document(old), document(new));
    let changes = diff(&old, &new);
    let wanted = |change: &&Change<'_>| paths.iter().any(|path| change.path.to_string().starts_with(path));
    let kept = take_back(&new, changes.iter().filter(wanted)).unwrap();
    assert_eq!(kept, document(expected));
}

#[test]
fn each_kind_of_change_is_taken_back() {
    check(json!({ "a": 1, "b": 1 }), json!({ "a": 2, "b": 2 }), &["a"], json!({ "a": 1, "b": 2 }));
    check(json!({}), json!({ "a": { "b": 1 }, "c": 1 }), &["a"], json!({ "c": 1 }));
    check(json!({ "a": { "b": 1 } }), json!({ "c": 1 }), &["a"], json!({ "a": { "b": 1 }, "c": 1 }));
    check(json!({ "a": { "b": 1, "c": 2 } }), json!({ "a": {} }), &["a.b"], json!({ "a": { "b": 1 } }));
    check(json!({ "a": { "b": 1 } }), json!({ "a": [1] }), &["a"], json!({ "a": { "b": 1 } }));
    check(json!({ "a": [1, 2, 3] }), json!({ "a": [0] }), &["a"], json!({ "a": [1, 2, 3] }));
    check(json!({ "a": [1] }), json!({ "a": [0, 2] }), &["a"], json!({ "a": [1] }));
}

#[test]
fn values_keep_their_origins() {
    let old = Document::from_serialize(&json!({ "a": 1 }), Layer::new(LayerKind::Base, "old")).unwrap();
    let new = document(json!({ "a": 2, "b": 2 }));
    let kept = take_back(&new, diff(&old, &new).iter().filter(|change| change.path.to_string() == "a"));
    let kept = kept.unwrap();
    let layer = |path: &str| kept.get(path).unwrap().layer().name().to_owned();
    assert_eq!((layer("a"), layer("b")), ("old".to_owned(), "app.yaml".to_owned()));
}

proptest! {
    #[test]
    fn all_taken_back_is_the_old_document(old in tree::map(), new in tree::map()) {
        let (old, new) = (tree::document(&old), tree::document(&new));
        prop_assert_eq!(&take_back(&new, &diff(&old, &new)).unwrap(), &old);
        prop_assert_eq!(&take_back(&new, []).unwrap(), &new);
    }

    #[test]
    fn the_other_keys_stay_new(old in tree::map(), new in tree::map(), even in any::<bool>()) {
        let (old, new) = (tree::document(&old), tree::document(&new));
        let is_taken_back = |key: &str| key.len().is_multiple_of(2) == even;
        let changes = diff(&old, &new);
        let wanted = |change: &&Change<'_>| match change.path.segments() {
            [enhanced_config_core::Segment::Key(key), ..] => is_taken_back(key),
            _ => false,
        };
        let kept = take_back(&new, changes.iter().filter(wanted)).unwrap();
        for key in old.root().entries().chain(new.root().entries()).map(|(key, _)| key) {
            let of = if is_taken_back(key) { &old } else { &new };
            prop_assert_eq!(kept.root().get(key), of.root().get(key));
        }
    }
}
