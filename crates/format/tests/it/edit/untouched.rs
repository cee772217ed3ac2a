//! Random edits of random texts: the text says what a naive model of the document says, and each line that no edit was
//! about is still there, byte by byte and in its order.

use std::collections::BTreeSet;

use enhanced_config_core::{KeyPath, Segment};
use enhanced_config_format::{EditError, Editor, Format};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::editor;
use super::written::{Line, Node, written};

const KEYS: [&str; 8] = ["a", "b", "port", "name", "x.y", "with space", "1", "été"];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i32>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        (-1000..1000).prop_map(|n| json!(f64::from(n) / 8.0)),
        prop::sample::select(vec![
            "",
            "x",
            "two words",
            "it's",
            "# no comment",
            "a: b",
            "l1\nl2\n",
            "yes",
            "\"",
            "0x1F",
            "é\u{7f}\u{2028}",
            "- a",
            "{a}"
        ])
        .prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(&KEYS[..]), inner), 0..3).prop_map(|members| members
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect()),
        ]
    })
}

fn node() -> impl Strategy<Value = Node> {
    let leaf = (scalar(), any::<u8>()).prop_map(|(value, style)| Node::Scalar(value, style));
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..4), any::<u8>())
                .prop_map(|(items, style)| Node::List(items, style)),
            (members(inner), any::<u8>()).prop_map(|(members, style)| Node::Map(members, style)),
        ]
    })
}

fn members(inner: impl Strategy<Value = Node>) -> impl Strategy<Value = Vec<(String, Node)>> {
    prop::collection::vec((prop::sample::select(&KEYS[..]), inner), 0..5).prop_map(|members| {
        let mut distinct: Vec<(String, Node)> = Vec::new();
        for (key, node) in members {
            if distinct.iter().all(|(other, _)| other != key) {
                distinct.push((key.to_owned(), node));
            }
        }
        distinct
    })
}

#[derive(Debug, Clone)]
enum Edit {
    Set(Value),
    /// Of a new member, with this key or at this place.
    Insert(&'static str, Value),
    Remove,
    Rename(&'static str),
    Move(prop::sample::Index, &'static str),
    Wrap(&'static str),
    /// Of a map with one key.
    Unwrap,
}

/// A change as the editor is told it.
enum Made {
    Set(KeyPath, Value),
    Insert(KeyPath, Value),
    Remove(KeyPath),
    Rename(KeyPath, &'static str),
    Move(KeyPath, KeyPath),
    Wrap(KeyPath, &'static str),
    Unwrap(KeyPath, String),
}

impl Made {
    fn make(&self, editor: &mut Editor) -> Result<(), EditError> {
        match self {
            Made::Set(path, value) => editor.set(path, value),
            Made::Insert(path, value) => editor.insert(path, value),
            Made::Remove(path) => editor.remove(path),
            Made::Rename(path, key) => editor.rename(path, key),
            Made::Move(from, to) => editor.relocate(from, to),
            Made::Wrap(path, key) => editor.wrap(path, key),
            Made::Unwrap(path, key) => editor.unwrap(path, key),
        }
    }
}

fn edit() -> impl Strategy<Value = (prop::sample::Index, Edit)> {
    let key = || prop::sample::select(&KEYS[..]);
    let edit = prop_oneof![
        3 => value().prop_map(Edit::Set),
        2 => (key(), value()).prop_map(|(key, value)| Edit::Insert(key, value)),
        3 => Just(Edit::Remove),
        2 => key().prop_map(Edit::Rename),
        1 => (any::<prop::sample::Index>(), key()).prop_map(|(to, key)| Edit::Move(to, key)),
        1 => key().prop_map(Edit::Wrap),
        1 => Just(Edit::Unwrap),
    ];
    (any::<prop::sample::Index>(), edit)
}

/// The naive model: the value as `serde_json` holds it.
struct Model(Value);

impl Model {
    fn paths(&self) -> Vec<KeyPath> {
        let mut paths = Vec::new();
        walk(&self.0, KeyPath::root(), &mut paths);
        paths
    }

    fn at(&mut self, path: &KeyPath) -> &mut Value {
        self.0.pointer_mut(&path.to_pointer()).unwrap()
    }

    fn remove(&mut self, path: &KeyPath) -> Value {
        let parent = path.parent().unwrap();
        match (self.at(&parent), path.segments().last().unwrap()) {
            (Value::Object(map), step) => map.remove(&key(step)).unwrap(),
            (Value::Array(list), Segment::Index(index)) => list.remove(*index),
            _ => unreachable!(),
        }
    }

    fn make(&mut self, made: &Made) {
        match made {
            Made::Set(path, value) => *self.at(path) = value.clone(),
            Made::Insert(path, value) => self.insert(path, value.clone()),
            Made::Remove(path) => drop(self.remove(path)),
            Made::Rename(path, to) => {
                let value = self.remove(path);
                self.insert(&path.parent().unwrap().join(*to), value);
            }
            Made::Move(from, to) => {
                let value = self.remove(from);
                self.insert(to, value);
            }
            Made::Wrap(path, key) => {
                let value = self.at(path);
                *value = json!({ *key: value.take() });
            }
            Made::Unwrap(path, key) => {
                let value = self.at(path);
                *value = value[key].take();
            }
        }
    }

    fn insert(&mut self, path: &KeyPath, value: Value) {
        match (self.at(&path.parent().unwrap()), path.segments().last().unwrap()) {
            (Value::Object(map), step) => assert!(map.insert(key(step), value).is_none()),
            (Value::Array(list), Segment::Index(index)) => list.insert(*index, value),
            _ => unreachable!(),
        }
    }
}

fn key(step: &Segment) -> String {
    match step {
        Segment::Key(key) => key.to_string(),
        Segment::Index(index) => index.to_string(),
    }
}

fn walk(value: &Value, path: KeyPath, paths: &mut Vec<KeyPath>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, member)| walk(member, path.join(key.as_str()), paths))
        }
        Value::Array(list) => list.iter().enumerate().for_each(|(at, item)| walk(item, path.join(at), paths)),
        _ => {}
    }
    paths.push(path);
}

/// Where the lines are that may have changed, and where those that have not are now.
struct Lines(Vec<Line>);

impl Lines {
    /// All lines at and below a path, and the whole collection that a path is in when it has no lines for each member.
    fn touch(&mut self, path: &KeyPath, and_siblings: bool) {
        let parent = path.parent();
        for line in &mut self.0 {
            let is_flow_around = line.is_flow && path.starts_with(&line.path);
            let is_sibling =
                and_siblings && parent.as_ref().is_some_and(|parent| line.path.starts_with(parent));
            line.is_touched |= is_flow_around || is_sibling || line.path.starts_with(path);
        }
    }

    fn each_below(&mut self, parent: &KeyPath, mut change: impl FnMut(&mut Segment)) {
        for line in &mut self.0 {
            if line.path.starts_with(parent) && line.path != *parent {
                let mut segments = line.path.segments().to_vec();
                change(&mut segments[parent.segments().len()]);
                line.path = segments.into_iter().collect();
            }
        }
    }

    fn shift(&mut self, path: &KeyPath, by: isize) {
        let (Some(Segment::Index(from)), Some(parent)) = (path.segments().last().cloned(), path.parent())
        else {
            return;
        };
        self.each_below(&parent, |step| {
            if let Segment::Index(index) = step
                && *index >= from
            {
                *index = index.saturating_add_signed(by);
            }
        });
    }
}

fn run(format: Format, node: &Node, edits: Vec<(prop::sample::Index, Edit)>) -> Result<(), TestCaseError> {
    let (text, lines) = written(node, format);
    let mut model = Model(node.value());
    let mut lines = Lines(lines);
    let mut editor = editor(&text, format);
    prop_assert_eq!(&Value::from(editor.document().root()), &model.0, "{}", text);
    let mut made = Vec::new();
    for (at, edit) in edits {
        let paths = model.paths();
        let path = at.get(&paths).clone();
        let parent = path.parent();
        let before = editor.text().to_owned();
        let in_map = parent.as_ref().is_some_and(|parent| model.at(parent).is_object());
        let alone = |model: &mut Model, path: &KeyPath| match model.at(path) {
            Value::Object(map) => map.len() <= 1,
            Value::Array(list) => list.len() <= 1,
            _ => true,
        };
        let change = match &edit {
            Edit::Set(value) if !path.is_root() => {
                lines.touch(&path, false);
                Made::Set(path.clone(), value.clone())
            }
            Edit::Insert(key, value) => {
                let to = match model.at(&path) {
                    Value::Object(map) if !map.contains_key(*key) => path.join(*key),
                    Value::Array(list) => path.join(list.len() / 2),
                    _ => continue,
                };
                lines.touch(&to, alone(&mut model, &path));
                if alone(&mut model, &path) {
                    lines.touch(&path, false);
                }
                lines.shift(&to, 1);
                Made::Insert(to, value.clone())
            }
            Edit::Remove if !path.is_root() => {
                let parent = parent.unwrap();
                lines.touch(
                    &path,
                    alone(&mut model, &parent)
                        || lines.0.iter().any(|line| line.is_compact && line.path.starts_with(&parent)),
                );
                if alone(&mut model, &parent) {
                    lines.touch(&parent, false);
                }
                lines.shift(&path, -1);
                Made::Remove(path.clone())
            }
            Edit::Rename(to) if in_map => {
                let parent = parent.unwrap();
                if model.at(&parent).get(*to).is_some() {
                    continue;
                }
                for line in &mut lines.0 {
                    line.is_touched |= line.path == path
                        || line.is_flow && path.starts_with(&line.path)
                        || line.is_header && line.path.starts_with(&path);
                }
                let old = path.segments().last().unwrap().clone();
                lines.each_below(&parent, |step| {
                    if *step == old {
                        *step = Segment::from(*to);
                    }
                });
                Made::Rename(path.clone(), to)
            }
            Edit::Move(target, key) if in_map => {
                let target = target.get(&paths).clone();
                let to = target.join(*key);
                let is_possible = matches!(model.at(&target), Value::Object(map) if !map.contains_key(*key));
                if !is_possible || to.starts_with(&path) || Some(&target) == parent.as_ref() {
                    continue;
                }
                lines.touch(&path, true);
                lines.touch(&parent.unwrap(), false);
                lines.touch(&to, true);
                lines.touch(&target, false);
                Made::Move(path.clone(), to)
            }
            Edit::Wrap(key) if !path.is_root() => {
                lines.touch(&path, false);
                Made::Wrap(path.clone(), key)
            }
            Edit::Unwrap if !path.is_root() => {
                let only = match model.at(&path) {
                    Value::Object(map) if map.len() == 1 => map.keys().next().cloned(),
                    _ => None,
                };
                let Some(key) = only else { continue };
                lines.touch(&path, false);
                Made::Unwrap(path.clone(), key)
            }
            _ => continue,
        };
        if let Err(error) = change.make(&mut editor) {
            // A list of tables can become nothing else; all other edits of such texts are possible.
            let message = error.to_string();
            prop_assert!(message.contains("[[tables]]"), "{}: {:?}\n{}", message, edit, before);
            prop_assert_eq!(editor.text(), before);
            return Ok(());
        }
        if !matches!(change, Made::Set(..) | Made::Remove(_)) {
            let lost: Vec<_> = comments(&before).difference(&comments(editor.text())).copied().collect();
            prop_assert!(
                lost.is_empty(),
                "lost {:?}: {:?} at {}\n{}\n->\n{}",
                lost,
                edit,
                path,
                before,
                editor.text()
            );
        }
        model.make(&change);
        made.push(change);
        prop_assert_eq!(
            &Value::from(editor.document().root()),
            &model.0,
            "{:?} at {}\n{}",
            edit,
            path,
            before
        );
    }
    let after: Vec<_> = editor.text().split('\n').map(|line| shown(line, format)).collect();
    let mut rest = after.iter();
    for line in lines.0.iter().filter(|line| !line.is_touched) {
        let wanted = shown(&line.text, format);
        prop_assert!(rest.any(|line| *line == wanted), "lost: {:?}\n{}\n->\n{}", line, text, editor.text());
    }
    let mut at_once = super::editor(&text, format);
    at_once.transaction(|editor| made.iter().try_for_each(|change| change.make(editor))).unwrap();
    prop_assert_eq!(at_once.text(), editor.text());
    prop_assert_eq!(positions(&at_once), positions(&editor));
    Ok(())
}

/// The numbers of the comments of a text.
fn comments(text: &str) -> BTreeSet<u32> {
    let behind = |(at, mark): (usize, &str)| {
        let rest = &text[at + mark.len()..];
        rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|number| number.parse().ok())
    };
    ["# c", "// c"].into_iter().flat_map(|mark| text.match_indices(mark)).filter_map(behind).collect()
}

/// Where the values stand that an editor has, in the order of the text.
fn positions(editor: &Editor) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let paths = Model(Value::from(editor.document().root())).paths();
    for path in paths {
        let origin = editor.document().at(&path).unwrap().origin().to_string();
        found.push((path.to_string(), origin));
    }
    found
}

/// The comma behind a line of JSON belongs to what follows.
fn shown(line: &str, format: Format) -> String {
    if format == Format::Jsonc {
        line.replacen(", //", " //", 1).trim_end_matches(',').to_owned()
    } else {
        line.to_owned()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn of_yaml(members in members(node()), style in any::<u8>(), edits in prop::collection::vec(edit(), 1..6)) {
        run(Format::Yaml, &Node::Map(members, style & !1), edits)?;
    }

    #[test]
    fn of_toml(members in members(node()), style in any::<u8>(), edits in prop::collection::vec(edit(), 1..6)) {
        run(Format::Toml, &Node::Map(members, style & !1), edits)?;
    }

    #[test]
    fn of_json(members in members(node()), style in any::<u8>(), edits in prop::collection::vec(edit(), 1..6)) {
        run(Format::Jsonc, &Node::Map(members, style & !1), edits)?;
    }
}
