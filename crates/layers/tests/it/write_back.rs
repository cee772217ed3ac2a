//! What is written back to a file is what makes the wanted effective, and nothing that another layer said.

use enhanced_config_core::{Document, Layer, LayerKind};
use enhanced_config_files::ConfigRoot;
use enhanced_config_format::{Editor, Format, ParseOptions};
use enhanced_config_layers::{
    EnvSource, Extent, FileChange, FileSource, Layers, ValueSource, WriteBack, with_changes_of,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const FILE: &str = "app.json";

/// What the environment and references hold, which has no place in the file.
const CANARY: &str = "c4n4ry";

fn layers() -> Layers {
    let variables = [("APP_A", CANARY), ("APP_LIST__0", CANARY)];
    Layers::new()
        .with_source(ValueSource::defaults(&json!({"b": 1, "map": {"x": 2}})).unwrap())
        .with_source(FileSource::named("app"))
        .with_source(EnvSource::new("APP_").with_variables(variables))
        .with_interpolation(true)
        .with_variables([("SECRET".into(), CANARY.into())])
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("${env:SECRET}")),
        Just(json!("x-${env:SECRET}")),
        (0..3i32).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
    ]
}

fn map() -> impl Strategy<Value = Value> {
    prop::collection::btree_map("[xyz]", scalar(), 0..3)
        .prop_map(|members| members.into_iter().collect::<Map<_, _>>().into())
}

/// A file in which the environment finds the list whose first item it sets.
fn file() -> impl Strategy<Value = Value> {
    let text = || "[ab]{1,2}".prop_map(Value::from);
    let items = prop::collection::vec(text(), 1..5);
    let users = prop::collection::vec(prop_oneof![scalar(), map()], 0..5);
    (text(), scalar(), items, users, map()).prop_map(
        |(a, b, list, users, map)| json!({"a": a, "b": b, "list": list, "users": users, "map": map}),
    )
}

/// What somebody does to what they were served.
#[derive(Debug, Clone)]
enum Change {
    Remove(usize),
    Swap(usize, usize),
    Set(usize, Value),
    Push(Value),
    Drop(&'static str),
}

fn change() -> impl Strategy<Value = Change> {
    let plain = prop_oneof![(5..8i32).prop_map(Value::from), Just(json!({"x": "new"})), Just(json!("${no}"))];
    prop_oneof![
        (0..5usize).prop_map(Change::Remove),
        (0..5usize, 0..5usize).prop_map(|(a, b)| Change::Swap(a, b)),
        (0..5usize, plain.clone()).prop_map(|(at, value)| Change::Set(at, value)),
        plain.prop_map(Change::Push),
        prop_oneof![Just("b"), Just("users"), Just("map")].prop_map(Change::Drop),
    ]
}

fn make(values: &mut Value, change: &Change) {
    let root = values.as_object_mut().unwrap();
    if let Change::Drop(key) = change {
        root.remove(*key);
        return;
    }
    let Some(users) = root.get_mut("users").and_then(Value::as_array_mut) else { return };
    let length = users.len();
    match change.clone() {
        Change::Remove(at) if at < length => drop(users.remove(at)),
        Change::Swap(a, b) if a < length && b < length => users.swap(a, b),
        Change::Set(at, value) if at < length => users[at] = value,
        Change::Push(value) => users.push(value),
        _ => {}
    }
}

proptest! {
    #[test]
    fn what_is_written_back_makes_the_wanted_effective_and_says_nothing_of_others(
        file in file(),
        changes in prop::collection::vec(change(), 0..4),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let text = serde_json::to_string_pretty(&file).unwrap();
        std::fs::write(dir.path().join(FILE), &text).unwrap();
        let root = ConfigRoot::open(dir.path()).unwrap();
        let loaded = layers().load(&root).unwrap();
        let mut wanted = Value::from(loaded.document.root());
        changes.iter().for_each(|change| make(&mut wanted, change));
        let wanted = Document::from_serialize(&wanted, Layer::new(LayerKind::Runtime, "wanted")).unwrap();
        let how = WriteBack::new(Extent::Whole).with_interpolation(true);
        let mut editor = Editor::new(text.as_bytes(), Format::Json, FILE, &ParseOptions::default()).unwrap();
        let before = editor.document().clone();
        let edits = loaded.edits(&before, &wanted, &how).unwrap();
        for edit in &edits {
            match &edit.change {
                FileChange::Set(value) => editor.set(&edit.path, value).unwrap(),
                FileChange::Remove => editor.remove(&edit.path).unwrap(),
            }
        }
        prop_assert!(!editor.text().contains(CANARY), "{}", editor.text());
        prop_assert!(changes.is_empty() <= (editor.text() == text));
        let now = layers().with_text(FILE, editor.text()).load(&root).unwrap();
        let hidden: Vec<_> = edits.iter().filter_map(|edit| edit.hidden_in(&now.document)).collect();
        prop_assert!(hidden.is_empty(), "{hidden:?} of {} for {}", editor.text(), Value::from(wanted.root()));
    }
}

fn document(value: &Value) -> Document {
    Document::from_serialize(value, Layer::new(LayerKind::Base, "app")).unwrap()
}

/// What a type reads that has defaults, in items of lists too, and does not know all keys.
fn read(value: &Value) -> Value {
    let mut value = value.clone();
    let root = value.as_object_mut().unwrap();
    root.remove("a");
    root.entry("workers").or_insert(json!(4));
    root.entry("map").or_insert(json!({})).as_object_mut().unwrap().entry("x").or_insert(json!("x"));
    for user in root.get_mut("users").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(user) = user.as_object_mut() {
            user.entry("port").or_insert(json!(80));
        }
    }
    value
}

proptest! {
    #[test]
    fn what_a_program_changed_is_what_its_type_reads_then_and_all_else_stays(
        effective in file(),
        changes in prop::collection::vec(change(), 0..4),
    ) {
        let before = read(&effective);
        let mut wanted = before.clone();
        for change in changes.iter().filter(|change| !matches!(change, Change::Drop(_))) {
            make(&mut wanted, change);
        }
        // A type gives every item all its keys.
        let wanted = read(&wanted);
        let (old, read_of_old) = (document(&effective), document(&before));
        let new = with_changes_of(&old, &read_of_old, &document(&wanted)).unwrap();
        let new = Value::from(new.root());
        prop_assert_eq!(read(&new), wanted.clone(), "{} of {}", new, effective);
        prop_assert_eq!(&new["a"], &effective["a"]);
        prop_assert_eq!(new.get("workers"), effective.get("workers"));
        if wanted == before {
            prop_assert_eq!(new, effective);
        }
    }
}
