//! Edits of texts, seen from outside.

mod json;
mod refused;
mod toml;
mod untouched;
mod written;
mod yaml;

use enhanced_config_format::{EditError, Editor, Format, ParseOptions};
use serde_json::Value;

pub(crate) fn editor(text: &str, format: Format) -> Editor {
    let options = ParseOptions::default().with_allow_empty(true);
    Editor::new(text.as_bytes(), format, "app", &options).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// One change, in a few words: `set a.b 1`, `insert list[0] {"a": 1}`, `remove a`, `rename a b`, `move a b.c`, `wrap a key`.
pub(crate) fn apply(editor: &mut Editor, change: &str) -> Result<(), EditError> {
    let mut words = change.splitn(3, ' ');
    let mut next = || words.next().unwrap_or_default();
    let (what, path, rest) = (next(), next().parse().unwrap(), next());
    let value = || serde_json::from_str::<Value>(rest).unwrap();
    match what {
        "set" => editor.set(&path, value()),
        "insert" => editor.insert(&path, value()),
        "remove" => editor.remove(&path),
        "rename" => editor.rename(&path, rest),
        "move" => editor.relocate(&path, &rest.parse().unwrap()),
        "wrap" => editor.wrap(&path, rest),
        "unwrap" => editor.unwrap(&path, rest),
        other => panic!("{other}"),
    }
}

#[track_caller]
pub(crate) fn check(format: Format, before: &str, change: &str, after: &str) {
    let mut editor = editor(before, format);
    if let Err(error) = apply(&mut editor, change) {
        panic!("{change}: {error}");
    }
    assert_eq!(editor.text(), after, "{change}");
}
