//! Documents that change in place say what documents say that were built anew.

use enhanced_config_core::{BuildError, Document, Draft, KeyPath, Layer, LayerKind, PreparedPath, Segment};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value as Json, json};

use crate::tree::{self, Data, Tree};

fn document(json: Json) -> Document {
    Document::from_serialize(&json, Layer::new(LayerKind::Base, "app.yaml")).unwrap()
}

fn path(text: &str) -> KeyPath {
    text.parse().unwrap()
}

#[derive(Debug, Clone)]
enum Change {
    Set(Index, Tree),
    Insert(Index, &'static str, Index, Tree),
    Remove(Index),
    Rename(Index, &'static str),
}

fn change() -> impl Strategy<Value = Change> {
    let key = || prop::sample::select(vec!["a", "b", "ab", "new", "0"]);
    prop_oneof![
        (any::<Index>(), tree::map()).prop_map(|(at, value)| Change::Set(at, value)),
        (any::<Index>(), key(), any::<Index>(), tree::map())
            .prop_map(|(at, key, index, value)| Change::Insert(at, key, index, value)),
        any::<Index>().prop_map(Change::Remove),
        (any::<Index>(), key()).prop_map(|(at, key)| Change::Rename(at, key)),
    ]
}

fn at<'t>(tree: &'t mut Tree, path: &[Segment]) -> &'t mut Tree {
    path.iter().fold(tree, |tree, step| match (&mut tree.data, step) {
        (Data::Map(members), Segment::Key(key)) => {
            &mut members.iter_mut().find(|(other, _)| **other == **key).unwrap().1
        }
        (Data::List(items), Segment::Index(index)) => &mut items[*index],
        _ => panic!("{step:?} leads nowhere"),
    })
}

/// Makes a change in a draft and in a naive model, if it is one that can be made.
fn make(draft: &mut Draft, model: &mut Tree, change: &Change) -> Result<(), TestCaseError> {
    let paths: Vec<_> = tree::all(draft.document()).into_iter().map(|(path, _)| path).collect();
    let (Change::Set(to, _) | Change::Insert(to, ..) | Change::Remove(to) | Change::Rename(to, _)) = change;
    let path = to.get(&paths).clone();
    match change {
        Change::Set(_, value) => {
            prop_assert!(draft.set(&path, tree::document(value).root()).unwrap());
            let old = at(model, path.segments());
            let key_position = old.key_position;
            *old = Tree { key_position, ..value.clone() };
        }
        Change::Insert(_, key, index, value) => {
            let (step, place) = match &mut at(model, path.segments()).data {
                Data::Map(members) if members.iter().all(|(other, _)| other != key) => {
                    members.push((key.to_string(), Tree { key_position: 0, ..value.clone() }));
                    (Segment::from(*key), None)
                }
                Data::List(items) => (Segment::Index(index.index(items.len() + 1)), Some(items)),
                _ => return Ok(()),
            };
            if let (Some(items), Segment::Index(index)) = (place, &step) {
                items.insert(*index, Tree { key_position: value.position, ..value.clone() });
            }
            prop_assert!(draft.insert(&path.join(step), tree::document(value).root()).unwrap());
        }
        Change::Remove(_) => {
            let Some((step, parent)) = path.segments().split_last() else { return Ok(()) };
            match (&mut at(model, parent).data, step) {
                (Data::List(items), Segment::Index(index)) => drop(items.remove(*index)),
                (Data::Map(members), Segment::Key(key)) => members.retain(|(other, _)| **other != **key),
                _ => unreachable!(),
            }
            prop_assert!(draft.remove(&path).unwrap());
        }
        Change::Rename(_, to) => {
            let Some((Segment::Key(key), parent)) = path.segments().split_last() else { return Ok(()) };
            let Data::Map(members) = &mut at(model, parent).data else { unreachable!() };
            if members.iter().any(|(other, _)| other == to) && **key != **to {
                let refused = matches!(draft.rename(&path, to), Err(BuildError::Duplicates(_)));
                prop_assert!(refused);
                return Ok(());
            }
            members.iter_mut().filter(|(other, _)| **other == **key).for_each(|(key, _)| *key = (*to).into());
            prop_assert!(draft.rename(&path, to).unwrap());
        }
    }
    Ok(())
}

/// All values, their order, and where they and their keys are from.
fn seen(document: &Document) -> Vec<String> {
    let all = tree::all(document).into_iter();
    all.map(|(path, node)| {
        // Items of lists have no key to be found.
        let key = node.key().map(|_| node.key_origin());
        format!("{path} {:?} {} {key:?}", Json::from(node), node.origin())
    })
    .collect()
}

proptest! {
    #[test]
    fn a_draft_says_what_a_document_says_that_is_built_anew(
        old in tree::map(), before in prop::collection::vec(change(), 0..3), behind in prop::collection::vec(change(), 0..4),
    ) {
        let (mut draft, mut model) = (Draft::new(tree::document(&old)), old);
        for change in &before {
            make(&mut draft, &mut model, change)?;
        }
        let (mark, then) = (draft.mark(), model.clone());
        for change in &behind {
            make(&mut draft, &mut model, change)?;
        }
        prop_assert_eq!(seen(draft.document()), seen(&tree::document(&model)));
        draft.undo(mark);
        prop_assert_eq!(seen(draft.document()), seen(&tree::document(&then)));
    }
}

#[test]
fn what_leads_nowhere_changes_nothing() {
    let mut draft = Draft::new(document(json!({ "a": 1, "l": [1] })));
    let value = document(json!({}));
    let value = value.root();
    assert_eq!(draft.set(&path("b"), value), Ok(false));
    assert_eq!(draft.insert(&path("a.b"), value), Ok(false));
    assert_eq!(draft.insert(&path("b.c"), value), Ok(false));
    assert_eq!(draft.insert(&path("l[2]"), value), Ok(false));
    assert_eq!(draft.insert(&path("l.x"), value), Ok(false));
    assert_eq!(draft.insert(&KeyPath::root(), value), Ok(false));
    assert_eq!(draft.remove(&path("l[1]")), Ok(false));
    assert_eq!(draft.remove(&KeyPath::root()), Ok(false));
    assert_eq!(draft.rename(&path("l[0]"), "x"), Ok(false));
    assert_eq!(*draft.document(), document(json!({ "a": 1, "l": [1] })));
}

#[test]
fn the_root_stays_a_map_and_keys_stay_distinct() {
    let mut draft = Draft::new(document(json!({ "a": 1, "b": 2 })));
    let value = document(json!({ "one": 1, "map": { "x": 1 } }));
    let of = |key| value.root().get(key).unwrap();
    assert_eq!(draft.set(&KeyPath::root(), of("one")), Err(BuildError::Unbalanced));
    assert!(matches!(draft.insert(&path("a"), of("one")), Err(BuildError::Duplicates(_))));
    assert!(matches!(draft.rename(&path("a"), "b"), Err(BuildError::Duplicates(_))));
    assert_eq!(*draft.document(), document(json!({ "a": 1, "b": 2 })));
    assert_eq!(draft.set(&KeyPath::root(), of("map")), Ok(true));
    assert_eq!(*draft.document(), document(json!({ "x": 1 })));
}

#[test]
fn nothing_is_nested_deeper_than_a_document_can_be() {
    let mut draft = Draft::new(document(json!({})));
    let map = document(json!({}));
    let deepest = (1..512).fold(KeyPath::root(), |path, _| {
        let path = path.join("a");
        assert_eq!(draft.insert(&path, map.root()), Ok(true));
        path
    });
    assert_eq!(draft.insert(&deepest.join("a"), map.root()), Err(BuildError::TooDeep { limit: 512 }));
    let scalar = document(json!({ "x": 1 }));
    assert_eq!(draft.insert(&deepest.join("a"), scalar.root().get("x").unwrap()), Ok(true));
}

#[test]
fn what_is_known_of_a_document_is_not_believed_of_the_changed_one() {
    let mut draft = Draft::new(document(json!({ "a": 1 })));
    let a: PreparedPath = "a".parse().unwrap();
    assert!(a.find(draft.document()).is_some());
    let (mark, copy) = (draft.mark(), draft.document().clone());
    draft.rename(&path("a"), "b").unwrap();
    assert!(a.find(draft.document()).is_none());
    assert_ne!(*draft.document(), copy);
    draft.undo(mark);
    assert!(a.find(draft.document()).is_some());
    assert_eq!(*draft.document(), copy);
}
