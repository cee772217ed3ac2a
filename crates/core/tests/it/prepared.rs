use enhanced_config_core::{Document, KeyPath, Layer, LayerKind, NodeRef, PreparedPath};
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
