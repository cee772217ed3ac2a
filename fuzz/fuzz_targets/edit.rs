//! Random edits of random texts, in YAML, TOML and JSON with comments.
//!
//! An edit is refused and leaves the text alone, or makes it say what a naive model says. All that were made are made
//! again as one transaction, which comes to the same document, and to the same text: but where a text in between, which
//! nobody looks at in a transaction, would not have said what it should, and an edit alone wrote the value anew.

#![no_main]

use std::cell::RefCell;

use enhanced_config_core::{KeyPath, NodeRef, Segment};
use enhanced_config_format::{EditError, Editor, Format, ParseOptions};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

/// More would make every input slow.
const MOST_BYTES: usize = 2_000;
const MOST_EDITS: usize = 8;

// `format, number of edits, 4 bytes for each, text`.
fuzz_target!(|input: &[u8]| {
    let [format, count, rest @ ..] = input else { return };
    let count = usize::from(*count) % (MOST_EDITS + 1);
    let Some((edits, text)) = rest.split_at_checked(4 * count) else { return };
    let format = [Format::Yaml, Format::Toml, Format::Jsonc][usize::from(*format) % 3];
    let options = ParseOptions::default().with_allow_empty(true);
    let new = |text: &[u8]| Editor::new(text, format, "app", &options);
    if text.len() > MOST_BYTES {
        return;
    }
    let Ok(mut editor) = new(text) else { return };
    let original = editor.clone();
    let (mut made, mut steps) = (Vec::new(), Vec::new());
    for edit in edits.chunks_exact(4) {
        let mut model = Value::from(editor.document().root());
        let Some(edit) = Edit::of(edit, &editor) else { continue };
        let before = editor.text().to_owned();
        if edit.make(&mut editor).is_err() {
            assert_eq!(editor.text(), before, "refused, and made");
            continue;
        }
        edit.model(&mut model);
        assert_eq!(Value::from(editor.document().root()), model, "{edit:?}\n{before}\n->\n{}", editor.text());
        made.push(edit);
        steps.push((editor.text().to_owned(), model));
    }
    let read = new(editor.text().as_bytes()).expect("it was read a moment ago");
    assert_eq!(*read.document(), *editor.document());
    let mut at_once = original;
    let seen = RefCell::new(Vec::new());
    let make_all = |editor: &mut Editor| {
        seen.borrow_mut().clear();
        made.iter().try_for_each(|edit| {
            edit.make(editor)?;
            seen.borrow_mut().push(editor.text().to_owned());
            Ok::<_, EditError>(())
        })
    };
    at_once.transaction(make_all).expect("all were made");
    assert_eq!(*at_once.document(), *editor.document());
    let differs = steps.iter().zip(seen.into_inner()).find(|((text, _), seen)| text != seen);
    if let Some(((_, model), seen)) = differs {
        let says = new(seen.as_bytes()).map(|read| Value::from(read.document().root()));
        assert_ne!(says.ok().as_ref(), Some(model), "{made:?}: {seen:?} would have done");
    }
});

#[derive(Debug)]
enum Edit {
    Set(KeyPath, Value),
    Insert(KeyPath, Value),
    Remove(KeyPath),
    Rename(KeyPath, &'static str),
    Move(KeyPath, KeyPath),
    Wrap(KeyPath, &'static str),
    Unwrap(KeyPath, String),
}

const KEYS: [&str; 6] = ["new", "a", "b.c", "1", "", "- é"];

impl Edit {
    /// An edit that makes sense, told by four bytes.
    fn of(bytes: &[u8], editor: &Editor) -> Option<Self> {
        let &[kind, at, to, value] = bytes else { return None };
        let mut paths = Vec::new();
        walk(editor.document().root(), KeyPath::root(), &mut paths);
        let path = paths.get(usize::from(at) % paths.len())?.clone();
        let target = paths.get(usize::from(to) % paths.len())?.clone();
        let key = KEYS[usize::from(value) % KEYS.len()];
        let node = editor.document().at(&path)?;
        let is_free =
            |map: NodeRef<'_>| map.as_str().is_none() && map.items().len() == 0 && map.get(key).is_none();
        if let 0 | 1 = kind % 7 {
            let value = self::value(value);
            return match kind % 7 {
                0 if !path.is_root() => Some(Edit::Set(path, value)),
                1 if node.items().len() > 0 => Some(Edit::Insert(path.join(node.len() / 2), value)),
                1 if node.entries().len() > 0 && is_free(node) => Some(Edit::Insert(path.join(key), value)),
                _ => None,
            };
        }
        let in_map = matches!(path.segments().last(), Some(Segment::Key(_)));
        match kind % 7 {
            2 if !path.is_root() => Some(Edit::Remove(path)),
            3 if in_map && is_free(editor.document().at(&path.parent()?)?) => Some(Edit::Rename(path, key)),
            4 if in_map && editor.document().at(&target)?.entries().len() > 0 => {
                let fits = is_free(editor.document().at(&target)?) && !target.starts_with(&path);
                fits.then(|| Edit::Move(path, target.join(key)))
            }
            5 if !path.is_root() => Some(Edit::Wrap(path, key)),
            6 if !path.is_root() && node.entries().len() == 1 => {
                let (key, _) = node.entries().next()?;
                Some(Edit::Unwrap(path, key.to_owned()))
            }
            _ => None,
        }
    }

    fn make(&self, editor: &mut Editor) -> Result<(), EditError> {
        match self {
            Edit::Set(path, value) => editor.set(path, value),
            Edit::Insert(path, value) => editor.insert(path, value),
            Edit::Remove(path) => editor.remove(path),
            Edit::Rename(path, key) => editor.rename(path, key),
            Edit::Move(from, to) => editor.relocate(from, to),
            Edit::Wrap(path, key) => editor.wrap(path, key),
            Edit::Unwrap(path, key) => editor.unwrap(path, key),
        }
    }

    fn model(&self, model: &mut Value) {
        match self {
            Edit::Set(path, value) => *at(model, path) = value.clone(),
            Edit::Insert(path, value) => insert(model, path, value.clone()),
            Edit::Remove(path) => drop(remove(model, path)),
            Edit::Rename(path, key) => {
                let value = remove(model, path);
                insert(model, &path.parent().expect("not the root").join(*key), value);
            }
            Edit::Move(from, to) => {
                let value = remove(model, from);
                insert(model, to, value);
            }
            Edit::Wrap(path, key) => {
                let value = at(model, path).take();
                *at(model, path) = json!({ *key: value });
            }
            Edit::Unwrap(path, key) => {
                let value = at(model, path)[key].take();
                *at(model, path) = value;
            }
        }
    }
}

fn value(byte: u8) -> Value {
    match byte % 10 {
        0 => json!(true),
        1 => json!(-7),
        2 => json!(0.5),
        3 => json!("plain"),
        4 => json!("# a: 'b' \"c\"\n\\"),
        5 => json!("several\n\n lines\n"),
        6 => json!([]),
        7 => json!({}),
        8 => json!([1, [2], {"x": [3]}]),
        _ => json!({"x": 1, "y": {"z": "no"}}),
    }
}

fn walk(node: NodeRef<'_>, path: KeyPath, paths: &mut Vec<KeyPath>) {
    node.entries().for_each(|(key, member)| walk(member, path.join(key), paths));
    node.items().enumerate().for_each(|(at, item)| walk(item, path.join(at), paths));
    paths.push(path);
}

fn at<'m>(model: &'m mut Value, path: &KeyPath) -> &'m mut Value {
    model.pointer_mut(&path.to_pointer()).expect("the path is one of its own")
}

fn key(path: &KeyPath) -> String {
    match path.segments().last() {
        Some(Segment::Key(key)) => key.to_string(),
        Some(Segment::Index(at)) => at.to_string(),
        None => String::new(),
    }
}

fn insert(model: &mut Value, path: &KeyPath, value: Value) {
    match (at(model, &path.parent().expect("not the root")), path.segments().last()) {
        (Value::Array(list), Some(Segment::Index(index))) => list.insert(*index, value),
        (Value::Object(map), _) => drop(map.insert(key(path), value)),
        _ => panic!("{path} is in no collection"),
    }
}

fn remove(model: &mut Value, path: &KeyPath) -> Value {
    match (at(model, &path.parent().expect("not the root")), path.segments().last()) {
        (Value::Array(list), Some(Segment::Index(index))) => list.remove(*index),
        (Value::Object(map), _) => map.remove(&key(path)).expect("it was there"),
        _ => panic!("{path} is in no collection"),
    }
}
