//! Up and then down gives the same document, and the same bytes where steps change things in their place; in YAML, TOML
//! and JSON alike.

use enhanced_config_format::Format;
use enhanced_config_migrate::{Part, PartKind, Step, Version};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{editor, of_steps, path};

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i16>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        prop::sample::select(vec!["x", "two words", "on", "1", ""]).prop_map(Value::from),
    ]
}

/// The values of two maps, and whether a comment stands above each.
type Content = [Vec<(Value, bool)>; 2];

fn content() -> impl Strategy<Value = Content> {
    let members = || prop::collection::vec((scalar(), any::<bool>()), 1..6);
    [members(), members()]
}

fn format() -> impl Strategy<Value = Format> {
    prop::sample::select(vec![Format::Yaml, Format::Toml, Format::Jsonc])
}

const NAMES: [&str; 2] = ["one", "two"];

/// A text with comments, and keys from `a` on in maps `one` and `two`.
fn written(content: &Content, format: Format) -> String {
    let (top, map, member) = match format {
        Format::Jsonc => {
            ("// top\n{\n  \"version\": \"1.0.0\", // v\n", "\n  // NAME\n  \"NAME\": {\n", "    ")
        }
        Format::Toml => ("# top\nversion = \"1.0.0\" # v\n", "\n# NAME\n[NAME]\n", ""),
        _ => ("# top\nversion: \"1.0.0\" # v\n", "\n# NAME\nNAME:\n", "  "),
    };
    let mark = if format == Format::Jsonc { "//" } else { "#" };
    let mut text = top.to_owned();
    for (name, members) in NAMES.into_iter().zip(content) {
        text += &map.replace("NAME", name);
        let last = members.len() - 1;
        for (at, ((value, commented), key)) in members.iter().zip('a'..).enumerate() {
            if *commented {
                text += &format!("{member}{mark} about {key}\n");
            }
            let (pair, comma) = match format {
                Format::Jsonc => (format!("\"{key}\": {value}"), if at < last { "," } else { "" }),
                Format::Toml => (format!("{key} = {value}"), ""),
                _ => (format!("{key}: {value}"), ""),
            };
            text += &format!("{member}{pair}{comma} {mark} {name} {key}\n");
        }
        if format == Format::Jsonc {
            text += if name == "two" { "  }\n}\n" } else { "  },\n" };
        }
    }
    text
}

fn key() -> impl Strategy<Value = String> {
    (prop::sample::select(&NAMES[..]), prop::sample::select(vec!['a', 'b', 'c', 'f']))
        .prop_map(|(map, key)| format!("{map}.{key}"))
}

/// Steps that change what is there in its place; new keys come from a number, so that none is taken.
fn in_place() -> impl Strategy<Value = Vec<Step>> {
    let step = (key(), scalar(), 0..3).prop_map(|(key, value, kind)| (key, value, kind));
    prop::collection::vec(step, 0..5).prop_map(|steps| {
        let steps = steps.into_iter().enumerate().map(|(number, (key, value, kind))| match kind {
            0 => Step::Rename { path: path(&key), key: format!("new{number}") },
            1 => Step::Default { path: path(&format!("one.fresh{number}")), value },
            _ => Step::Wrap { path: path(&key), key: format!("inner{number}") },
        });
        steps.collect()
    })
}

/// Steps that take things elsewhere, apart or together.
fn elsewhere() -> impl Strategy<Value = Vec<Step>> {
    let step = (key(), prop::sample::select(&NAMES[..]), 0..4);
    prop::collection::vec(step, 1..4).prop_map(|steps| {
        let steps = steps.into_iter().enumerate().map(|(number, (key, map, kind))| match kind {
            0 => Step::Move { from: path(&key), to: path(&format!("{map}.moved{number}")) },
            1 => Step::Move { from: path(&key), to: path(&format!("three{number}.deep.moved")) },
            2 => Step::Move { from: path("one"), to: path(&format!("four{number}.one")) },
            _ => Step::Wrap { path: path(map), key: format!("inner{number}") },
        });
        steps.collect()
    })
}

fn kind() -> impl Strategy<Value = PartKind> {
    prop::sample::select(vec![PartKind::Text, PartKind::Integer, PartKind::Float, PartKind::Boolean])
}

fn up_and_down(text: &str, format: Format, steps: Vec<Step>) -> (String, String) {
    let migrator = of_steps(steps);
    let up = migrator.plan_to_latest("app", &editor(text, format)).unwrap();
    let down = migrator.plan("app", up.editor(), &Version::new(1, 0, 0)).unwrap();
    (up.editor().text().to_owned(), down.editor().text().to_owned())
}

/// All comments, in any order.
fn comments(text: &str, format: Format) -> Vec<&str> {
    let mark = if format == Format::Jsonc { "// " } else { "# " };
    let mut comments: Vec<_> =
        text.match_indices(mark).map(|(at, _)| text[at..].lines().next().unwrap()).collect();
    comments.sort_unstable();
    comments
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn in_place_the_bytes_are_the_same(content in content(), format in format(), steps in in_place()) {
        let text = written(&content, format);
        let (_, back) = up_and_down(&text, format, steps);
        prop_assert_eq!(back, text);
    }

    #[test]
    fn elsewhere_the_document_is_the_same(content in content(), format in format(), steps in elsewhere()) {
        let text = written(&content, format);
        let (moved, back) = up_and_down(&text, format, steps);
        let documents = [&back, &text].map(|text| editor(text, format).document().clone());
        prop_assert!(documents[0] == documents[1], "{}\n{}", moved, back);
        prop_assert_eq!(comments(&moved, format), comments(&text, format), "{}", moved);
        prop_assert_eq!(comments(&back, format), comments(&text, format), "{}\n{}", moved, back);
    }

    /// A text that is taken apart into values of any kinds comes back to the letter, or is not taken apart.
    #[test]
    fn what_is_taken_apart_comes_back_as_it_was(
        text in "[-+.0-9e]{0,4}|true|x:[0-9]{1,2}|[0-9a-z.]{1,4}:[-+.0-9e]{0,4}|[0-9]{1,3}:(true|false|[0-9][.][0-9])",
        kinds in prop::collection::vec(kind(), 1..3),
        format in format(),
    ) {
        let parts = kinds.iter().zip(["a", "b"]).map(|(kind, key)| Part::new(path(key)).with_kind(*kind));
        let step = Step::Split { path: path("whole"), separator: ":".into(), into: parts.collect() };
        let migrator = of_steps(vec![step]);
        let written = match format {
            Format::Jsonc => format!("{{\"version\": \"1.0.0\", \"whole\": {text:?}}}\n"),
            Format::Toml => format!("version = \"1.0.0\"\nwhole = {text:?}\n"),
            _ => format!("version: \"1.0.0\"\nwhole: {text:?}\n"),
        };
        let before = editor(&written, format);
        if let Ok(up) = migrator.plan_to_latest("app", &before) {
            let down = migrator.plan("app", up.editor(), &Version::new(1, 0, 0)).unwrap();
            prop_assert!(down.editor().document() == before.document(), "{}", down.editor().text());
        }
    }

    #[test]
    fn what_is_planned_twice_is_the_same(content in content(), format in format(), steps in in_place()) {
        let text = written(&content, format);
        let migrator = of_steps(steps);
        let plan = migrator.plan_to_latest("app", &editor(&text, format)).unwrap();
        let again = migrator.plan_to_latest("app", &editor(&text, format)).unwrap();
        prop_assert_eq!(plan.editor().text(), again.editor().text());
        prop_assert!(migrator.plan_to_latest("app", plan.editor()).unwrap().is_empty());
        let read = editor(plan.editor().text(), format);
        prop_assert_eq!(json!(plan.document().root()), json!(read.document().root()));
    }
}
