use enhanced_config_core::{Document, KeyPath, Layer, LayerKind, NodeRef, PreparedKey, PreparedPath};
use proptest::prelude::*;
use serde_json::json;

use crate::tree;

fn document(json: serde_json::Value) -> Document {
    Document::from_serialize(&json, Layer::new(LayerKind::Base, "app.yaml")).unwrap()
}

#[test]
fn it_is_shared_by_threads() {
    fn check<T: Send + Sync>() {}
    check::<PreparedPath>();
    check::<PreparedKey>();
}

#[test]
fn a_key_is_found_in_maps_of_many_documents_in_turn() {
    let key = PreparedKey::new("port.a");
    let (first, second) =
        (document(json!({ "port.a": 1 })), document(json!({ "x": { "port.a": 2 }, "y": 3 })));
    let copy = key.clone();
    for key in [&key, &copy, &key] {
        assert_eq!(key.get(first.root()).and_then(|node| node.as_i64()), Some(1));
        assert_eq!(key.get(second.get("x").unwrap()).and_then(|node| node.as_i64()), Some(2));
        assert!(key.get(second.root()).is_none() && key.get(second.get("y").unwrap()).is_none());
    }
    assert_eq!(key.key(), "port.a");
}

#[test]
fn debug_says_what_is_looked_for() {
    assert_eq!(format!("{:?}", PreparedPath::new("a[0].b").unwrap()), "PreparedPath(a[0].b)");
    assert_eq!(format!("{:?}", PreparedKey::new("a.b")), "PreparedKey(a.b)");
}

#[test]
fn a_path_that_is_none_is_refused() {
    assert!(PreparedPath::new("a..b").is_err());
}

#[test]
fn the_root_and_what_is_not_there() {
    let document = document(json!({ "a": [1] }));
    let check = |path, found| {
        let path = PreparedPath::new(path).unwrap();
        for _ in 0..3 {
            assert_eq!(path.find(&document).is_some(), found, "{path:?}");
        }
    };
    check("", true);
    check("a[0]", true);
    check("a[1]", false);
    check("b", false);
}

#[test]
fn a_clone_of_a_document_is_read_as_the_document() {
    let (path, first) = (PreparedPath::new("a").unwrap(), document(json!({ "a": 1 })));
    let copy = first.clone();
    assert_eq!(path.find(&first), path.find(&copy));
}

#[test]
fn threads_that_read_other_documents_do_not_disturb_each_other() {
    let path = PreparedPath::new("v").unwrap();
    let documents: Vec<_> = (0..4)
        .map(|v| {
            let mut members = serde_json::Map::new();
            (0..v).for_each(|n| drop(members.insert(format!("a{n}"), json!(n))));
            members.insert("v".to_owned(), json!(v));
            document(members.into())
        })
        .collect();
    std::thread::scope(|scope| {
        for (v, document) in documents.iter().enumerate() {
            let path = &path;
            scope.spawn(move || {
                for _ in 0..20_000 {
                    assert_eq!(path.find(document).and_then(|found| found.as_u64()), Some(v as u64));
                }
            });
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn it_finds_what_a_path_finds(
        (a, b) in (tree::map(), tree::map()),
        turns in proptest::collection::vec(any::<bool>(), 1..8),
    ) {
        let documents = [tree::document(&a), tree::document(&b)];
        let paths = documents.iter().flat_map(tree::all).map(|(path, _)| path);
        for path in paths.collect::<Vec<KeyPath>>() {
            let prepared = PreparedPath::from(path.clone());
            for turn in &turns {
                let document = &documents[usize::from(*turn)];
                let place = |node: NodeRef<'_>| (node.kind(), node.key_position(), node.position());
                prop_assert_eq!(prepared.find(document).map(place), document.at(&path).map(place));
            }
        }
    }
}
