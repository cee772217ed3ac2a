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

/// Texts of which nobody says what they are to be.
const LOOSE: [(&str, &str); 6] = [
    ("APP_LIST_OF", "1, x"),
    ("APP_JSON", "[1, 2]"),
    ("APP_FLAG", "on"),
    ("APP_INT", "1_000"),
    ("APP_FLOAT", "0.5"),
    ("APP_TEXT", "t"),
];

/// What is edited so that `wanted` becomes effective: `a.b` for what is set, `-a.b` for what is removed, `~a.b` for what
/// becomes null.
fn edits(files: &[(&str, Value)], how: &WriteBack, wanted: &Value) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    for (name, value) in files {
        std::fs::write(dir.path().join(name), value.to_string()).unwrap();
    }
    let layers = Layers::new()
        .with_source(ValueSource::defaults(&json!({"low": 1})).unwrap())
        .with_source(FileSource::named("app"))
        .with_source(EnvSource::new("APP_").with_variables(LOOSE))
        .with_includes(true)
        .with_interpolation(true)
        .with_variables([("SECRET".into(), CANARY.into())]);
    let loaded = layers.load(&ConfigRoot::open(dir.path()).unwrap()).unwrap();
    let text = files[0].1.to_string();
    let path = dir.path().join(FILE);
    let editor =
        Editor::new(text.as_bytes(), Format::Json, path.to_str().unwrap(), &ParseOptions::default()).unwrap();
    let wanted = document(wanted);
    let edits = loaded.edits(editor.document(), &wanted, how).unwrap();
    let shown = edits.iter().map(|edit| match &edit.change {
        FileChange::Remove => format!("-{}", edit.path),
        FileChange::Set(value) if json!(value).is_null() => format!("~{}", edit.path),
        FileChange::Set(_) => edit.path.to_string(),
    });
    shown.collect()
}

#[test]
fn nothing_is_edited_but_what_differs() {
    let file = json!({"map": {"x": 1, "y": {"z": 2}}, "list": [1, 2], "n": 1});
    let check = |extent, wanted: Value, expected: &[&str]| {
        assert_eq!(edits(&[(FILE, file.clone())], &WriteBack::new(extent), &wanted), expected, "{wanted}");
    };
    check(Extent::Mentioned, json!({"map": {"x": 1}, "n": 1.0}), &[]);
    check(Extent::Mentioned, json!({"map": {"x": 3}}), &["map.x"]);
    check(Extent::Mentioned, json!({"map": {"y": {"z": 3, "new": 4}}}), &["map.y.new", "map.y.z"]);
    check(Extent::Mentioned, json!({"list": [1, 3]}), &["list"]);
    check(Extent::Mentioned, json!({"map": [1]}), &["map"]);
    check(Extent::Whole, json!({"low": 1, "map": {"x": 1}, "list": [1, 2], "n": 1}), &["-map.y"]);
    check(Extent::Whole, json!({"low": 1, "map": {"x": 1, "y": {"z": 2}}, "n": 1}), &["-list"]);
}

#[test]
fn a_null_stays_only_where_a_layer_below_has_the_key() {
    let files = [
        (FILE, json!({"include": "base.json", "own": 1, "included": 2, "low": 3})),
        ("base.json", json!({"included": 1})),
    ];
    let wanted = json!({"own": null, "included": null, "low": null});
    assert_eq!(edits(&files, &WriteBack::new(Extent::Mentioned), &wanted), ["~included", "~low", "-own"]);
}

#[test]
fn a_reference_stays_where_it_or_what_it_stands_for_is_wanted() {
    let file = json!({"name": "x", "reference": "${env:SECRET}"});
    let how = WriteBack::new(Extent::Mentioned).with_interpolation(true);
    for (wanted, expected) in [
        (json!({"name": "y"}), vec!["name"]),
        (json!({"name": "x", "reference": "${env:SECRET}"}), vec![]),
        (json!({"reference": CANARY}), vec![]),
        (json!({"name": "x", "reference": "other"}), vec!["reference"]),
    ] {
        assert_eq!(edits(&[(FILE, file.clone())], &how, &wanted), expected, "{wanted}");
    }
}

#[test]
fn items_that_a_program_changed_keep_what_its_type_does_not_know_and_get_no_defaults() {
    let effective =
        document(&json!({"users": [{"x": 1, "unknown": 2}, {"x": 3, "unknown": 4}], "other": [1]}));
    let read = document(&json!({"users": [{"x": 1, "port": 80}, {"x": 3, "port": 80}]}));
    let check = |wanted: Value, expected: Value| {
        let new = with_changes_of(&effective, &read, &document(&json!({ "users": wanted }))).unwrap();
        assert_eq!(Value::from(new.root()), json!({"users": expected, "other": [1]}));
    };
    check(
        json!([{"x": 1, "port": 80}, {"x": 5, "port": 80}]),
        json!([{"x": 1, "unknown": 2}, {"x": 5, "unknown": 4}]),
    );
    check(
        json!([{"x": 1, "port": 80}, {"x": 3, "port": 81}]),
        json!([{"x": 1, "unknown": 2}, {"x": 3, "unknown": 4, "port": 81}]),
    );
    check(json!([{"x": 3, "port": 80}]), json!([{"x": 3, "unknown": 4}]));
    check(
        json!([{"x": 1, "port": 80}, {"x": 3, "port": 80}, {"x": 6, "port": 80}]),
        json!([{"x": 1, "unknown": 2}, {"x": 3, "unknown": 4}, {"x": 6, "port": 80}]),
    );
    // Of two that are equal the first is the one that was there.
    check(
        json!([{"x": 1, "port": 80}, {"x": 3, "port": 80}, {"x": 3, "port": 80}]),
        json!([{"x": 1, "unknown": 2}, {"x": 3, "unknown": 4}, {"x": 3, "port": 80}]),
    );
}

#[test]
fn a_text_of_the_environment_is_what_a_type_reads_from_it() {
    let is_same = |key: &str, wanted: Value| {
        edits(&[(FILE, json!({}))], &WriteBack::new(Extent::Mentioned), &json!({ key: wanted })).is_empty()
    };
    for (key, wanted, others) in [
        ("list_of", json!([1, "x"]), [json!([1]), json!([1, "x", 2]), json!(["x", 1])]),
        ("json", json!([1, 2]), [json!([1]), json!([1, 2, 3]), json!("1, 2")]),
        ("flag", json!(true), [json!(false), json!(1), json!([])]),
        ("int", json!(1000), [json!(1001), json!("1000"), json!({})]),
        ("float", json!(0.5), [json!(0.25), json!(5), json!(null)]),
        ("text", json!("t"), [json!("u"), json!("t "), json!(true)]),
    ] {
        assert!(is_same(key, wanted.clone()), "{key} {wanted}");
        others.into_iter().for_each(|other| assert!(!is_same(key, other.clone()), "{key} {other}"));
    }
}

#[test]
fn numbers_are_the_same_that_have_the_same_value() {
    let is_same = |is: Value, wanted: Value| {
        let file = [(FILE, json!({ "n": is }))];
        edits(&file, &WriteBack::new(Extent::Mentioned), &json!({ "n": wanted })).is_empty()
    };
    let top = u64::MAX as f64;
    for (is, wanted, expected) in [
        (json!(1), json!(1.0), true),
        (json!(1.0), json!(1), true),
        (json!(1), json!(1.5), false),
        (json!(0.1), json!(f64::from(0.1f32)), true),
        (json!(f64::from(0.1f32)), json!(0.1), false),
        (json!(0.1), json!(0.2), false),
        // Where floats are further apart than integers, the next one is another.
        (json!(1i64 << 60), json!((1i64 << 60) as f64), true),
        (json!((1i64 << 60) + 1), json!((1i64 << 60) as f64), false),
        (json!(u64::MAX), json!(top), true),
        (json!(u64::MAX - 1), json!(top), false),
        (json!(1u64 << 63), json!((1u64 << 63) as f64), true),
        (json!(u64::MAX), json!(u64::MAX - 1), false),
    ] {
        assert_eq!(is_same(is.clone(), wanted.clone()), expected, "{is} {wanted}");
    }
}

#[test]
fn a_list_of_which_a_type_leaves_items_out_is_what_the_program_made_of_it() {
    let (effective, read) = (document(&json!({"list": [1, 2, 3]})), document(&json!({"list": [2, 3]})));
    let new = with_changes_of(&effective, &read, &document(&json!({"list": [2, 4]}))).unwrap();
    assert_eq!(Value::from(new.root()), json!({"list": [2, 4]}));
}

#[test]
fn an_item_is_written_with_all_its_members() {
    let check = |file: Value, wanted: Value, expected: Value| {
        let dir = tempfile::tempdir().unwrap();
        let text = json!({ "list": file }).to_string();
        std::fs::write(dir.path().join(FILE), &text).unwrap();
        let root = ConfigRoot::open(dir.path()).unwrap();
        let loaded = Layers::new().with_source(FileSource::named("app")).load(&root).unwrap();
        let editor = Editor::new(text.as_bytes(), Format::Json, FILE, &ParseOptions::default()).unwrap();
        let wanted = document(&json!({ "list": wanted }));
        let how = WriteBack::new(Extent::Whole);
        let edits = loaded.edits(editor.document(), &wanted, &how).unwrap();
        let [edit] = edits.as_slice() else { panic!("{} edits", edits.len()) };
        let FileChange::Set(value) = &edit.change else { panic!("{edit:?}") };
        assert_eq!(json!(value), expected);
    };
    check(json!([{"x": 1, "y": 2}]), json!([{"x": 3, "y": 2}]), json!([{"x": 3, "y": 2}]));
    check(json!([{"x": 1, "y": 2}]), json!([{"x": null, "y": 3}]), json!([{"y": 3}]));
    check(json!([{"x": null, "y": 2}]), json!([{"x": null, "y": 3}]), json!([{"x": null, "y": 3}]));
}

#[test]
fn of_a_map_that_only_the_type_knows_no_more_is_there_than_what_the_program_changed() {
    let effective = document(&json!({"a": 1}));
    let log = json!({"level": "info", "file": {"path": "p", "size": 1}, "to": ["x"]});
    let read = document(&json!({"a": 1, "log": log}));
    let check = |wanted: Value, expected: Value| {
        let wanted = document(&json!({"a": 1, "log": wanted}));
        let new = with_changes_of(&effective, &read, &wanted).unwrap();
        assert_eq!(Value::from(new.root()), expected);
    };
    check(log.clone(), json!({"a": 1}));
    check(
        json!({"level": "warn", "file": {"path": "p", "size": 1}, "to": ["x"]}),
        json!({"a": 1, "log": {"level": "warn"}}),
    );
    check(
        json!({"level": "info", "file": {"path": "p", "size": 2}, "to": ["x", "y"]}),
        json!({"a": 1, "log": {"file": {"size": 2}, "to": ["x", "y"]}}),
    );
}

/// The one value that is written to a file, of which `file` is the list, so that `wanted` becomes effective; or what keeps
/// it from being written.
fn written(file: Option<Value>, wanted: Value, how: &WriteBack) -> Result<Value, String> {
    let dir = tempfile::tempdir().unwrap();
    let text = file.map_or(json!({}), |list| json!({ "list": list })).to_string();
    std::fs::write(dir.path().join(FILE), &text).unwrap();
    let defaults = json!({
        "list": [{"name": "n", "size": 1}, {"deep": [{"token": "t"}]}, 7],
        "tags": ["x", "y"],
    });
    let loaded = Layers::new()
        .with_source(ValueSource::defaults(&defaults).unwrap())
        .with_source(FileSource::named("app"))
        .with_source(EnvSource::new("APP_").with_variables([("APP_TAGS", "a,b")]))
        .with_interpolation(true)
        .with_variables([("SECRET".into(), CANARY.into())])
        .load(&ConfigRoot::open(dir.path()).unwrap())
        .unwrap();
    let editor = Editor::new(text.as_bytes(), Format::Json, FILE, &ParseOptions::default()).unwrap();
    let wanted = document(&wanted);
    let edits = loaded.edits(editor.document(), &wanted, how);
    let edits = edits.map_err(|inherited| format!("{} of {}", inherited.path, inherited.origin))?;
    let [edit] = edits.as_slice() else { panic!("{} edits", edits.len()) };
    let FileChange::Set(value) = &edit.change else { panic!("{edit:?}") };
    Ok(json!(value))
}

#[test]
fn a_list_takes_in_what_lies_below_but_no_secret_and_nothing_of_the_environment() {
    let list = |wanted: Value| written(None, json!({ "list": wanted }), &WriteBack::new(Extent::Mentioned));
    let nothing_else = json!([{"name": "n", "size": 2}]);
    assert_eq!(list(nothing_else.clone()), Ok(nothing_else));
    let same = json!([{"name": "n", "size": 1}, {"name": "new"}]);
    assert_eq!(list(same.clone()), Ok(same));
    let secret = json!([{"name": "n", "size": 2}, {"deep": [{"token": "t"}]}, 7]);
    assert_eq!(list(secret), Err("list[1].deep[0].token of defaults".into()));
    let tags = |tags: Value| written(None, json!({ "tags": tags }), &WriteBack::new(Extent::Mentioned));
    assert_eq!(tags(json!(["a", "c"])), Err("tags[0] of environment variable APP_TAGS".into()));
    assert_eq!(tags(json!(["c", "b"])), Err("tags[1] of environment variable APP_TAGS".into()));
    assert_eq!(tags(json!(["c", "d"])), Ok(json!(["c", "d"])));
}

#[test]
fn items_are_written_as_the_file_has_them_and_new_texts_with_their_references_escaped() {
    let file = json!([{"x": 1, "y": "${env:SECRET}"}, {"x": 2, "y": "b"}, {"x": 3, "y": "c"}]);
    let check = |extent: Extent, interpolated: bool, wanted: Value, expected: Value| {
        let how = WriteBack::new(extent).with_interpolation(interpolated);
        let found = written(Some(file.clone()), json!({"list": wanted, "tags": ["a", "b"]}), &how);
        assert_eq!(found, Ok(expected), "{wanted}");
    };
    let [first, second, third] = [0, 1, 2].map(|at| file[at].clone());
    let secret = json!({"x": 1, "y": CANARY});
    // Whoever has the value keeps the reference, wherever the item went.
    check(Extent::Whole, true, json!([second, third, secret]), json!([second, third, first]));
    check(
        Extent::Whole,
        true,
        json!([{"x": 5, "y": CANARY}, second]),
        json!([{"x": 5, "y": "${env:SECRET}"}, second]),
    );
    check(
        Extent::Whole,
        true,
        json!([secret, {"x": "${a}", "y": ["${b}", null, {"c": "$${d}", "e": null}]}]),
        json!([first, {"x": "$${a}", "y": ["$${b}", null, {"c": "$$${d}"}]}]),
    );
    check(Extent::Whole, false, json!([secret, {"x": "${a}"}]), json!([first, {"x": "${a}"}]));
    // So does whoever gives the reference itself.
    let reference = json!([{"x": 5, "y": "${env:SECRET}"}, second]);
    check(Extent::Whole, true, reference.clone(), reference);
    // What is not mentioned stays, and goes where all was given.
    check(
        Extent::Mentioned,
        true,
        json!([{"x": 4}, second]),
        json!([{"x": 4, "y": "${env:SECRET}"}, second]),
    );
    check(Extent::Whole, true, json!([{"x": 4}, second]), json!([{"x": 4}, second]));
}

#[test]
fn an_item_that_moved_keeps_its_reference_where_another_has_the_same_value_without_one() {
    let how = WriteBack::new(Extent::Whole).with_interpolation(true);
    let (plain, other) = (json!({"x": 1, "y": CANARY}), json!({"x": 3, "y": "c"}));
    let reference = json!({"x": 2, "y": "${env:SECRET}"});
    let wanted = json!({"list": [plain, other, {"x": 2, "y": CANARY}], "tags": ["a", "b"]});
    let found = written(Some(json!([plain, reference, other])), wanted, &how);
    assert_eq!(found, Ok(json!([plain, other, reference])));
}

#[test]
fn what_is_to_be_written_is_not_shown() {
    let how = WriteBack::new(Extent::Mentioned).with_interpolation(true);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(FILE), "{}").unwrap();
    let loaded = layers().load(&ConfigRoot::open(dir.path()).unwrap()).unwrap();
    let editor = Editor::new(b"{}", Format::Json, FILE, &ParseOptions::default()).unwrap();
    let wanted = json!({"b": CANARY, "c": format!("${{{CANARY}}}"), "d": [CANARY], "e": {"f": CANARY}});
    let wanted = document(&wanted);
    let edits = loaded.edits(editor.document(), &wanted, &how).unwrap();
    let shown = edits.iter().map(|edit| format!("{:?}", edit.change)).collect::<Vec<_>>();
    assert_eq!(shown, ["Set(a value)", "Set(a text)", "Set(a list)", "Set(a map)"]);
    assert!(!format!("{edits:?}").contains(CANARY));
}
