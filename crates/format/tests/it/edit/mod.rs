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

/// One change after another, each of which has to leave the text that it would of one that was never edited before.
#[track_caller]
pub(crate) fn check_each(format: Format, text: &str, changes: &[impl AsRef<str>]) {
    let mut one = editor(text, format);
    let mut at_once = one.clone();
    for change in changes.iter().map(AsRef::as_ref) {
        let mut fresh = editor(one.text(), format);
        apply(&mut one, change).unwrap_or_else(|error| panic!("{change}: {error}\n{}", fresh.text()));
        apply(&mut fresh, change).unwrap();
        assert_eq!(one.text(), fresh.text(), "{change}");
    }
    at_once
        .transaction(|editor| changes.iter().try_for_each(|change| apply(editor, change.as_ref())))
        .unwrap();
    assert_eq!(at_once.text(), one.text());
}

#[test]
fn what_stands_in_brackets_is_known_after_each_change() {
    let json =
        r#"{"list": [[1, {"x": [2, 3]}], 4, [5]], "map": {"a": {"b": {"c": 6}}, "d": [7, 8]}, "end": 9}"#;
    let changes = [
        "set list[0][1].x[1] 300",
        "insert list[0][1].x[1] 25",
        "set list[0][0] \"long text\"",
        "remove list[0]",
        "insert list[1] {\"y\": []}",
        "set list[2][0] [50, 51]",
        "remove list[2][0][1]",
        "set list[1].y[0] 1",
        "set map.a.b.c 600",
        "rename map.a.b renamed",
        "set map.a.renamed.e {\"f\": 1}",
        "rename map.a again",
        "set map.d[0] 70",
        "remove map.d[1]",
        "move map.again map.last",
        "set end 90",
        "remove map",
    ];
    check_each(Format::Json, json, &changes);
    check_each(Format::Jsonc, &json.replace(", ", ",\n  // c\n  "), &changes);
    check_each(Format::Yaml, &format!("# top\nkey: {json} # c\nbehind: 1\n"), &below(&changes));
    let toml = json.replace("\": ", "\" = ");
    check_each(Format::Toml, &format!("# top\nkey = {toml} # c\nbehind = 1\n"), &below(&changes));
}

/// The same changes of what stands below `key`.
fn below(changes: &[&str]) -> Vec<String> {
    let below = changes.iter().map(|change| {
        let (what, rest) = change.split_once(' ').unwrap();
        let rest = if what == "move" { rest.replace(" map", " key.map") } else { rest.to_owned() };
        format!("{what} key.{rest}")
    });
    below.collect()
}
