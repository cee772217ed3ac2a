//! Up and then down gives the same document, and the same bytes where steps change things in their place.

use enhanced_config_migrate::{Step, Version};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{of_steps, path, yaml};

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i16>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        prop::sample::select(vec!["x", "two words", "on", "1", ""]).prop_map(Value::from),
    ]
}

/// A text with comments, and keys `a` to `f` in maps `one` and `two`.
fn text() -> impl Strategy<Value = String> {
    let members = || prop::collection::vec((scalar(), any::<bool>()), 1..6);
    (members(), members()).prop_map(|(one, two)| {
        let mut text = "# top\nversion: \"1.0.0\" # v\n".to_owned();
        for (name, members) in [("one", one), ("two", two)] {
            text += &format!("\n# {name}\n{name}:\n");
            for ((value, commented), key) in members.iter().zip('a'..) {
                if *commented {
                    text += &format!("  # about {key}\n");
                }
                text += &format!("  {key}: {value} # {name} {key}\n");
            }
        }
        text
    })
}

fn key() -> impl Strategy<Value = String> {
    (prop::sample::select(vec!["one", "two"]), prop::sample::select(vec!['a', 'b', 'c', 'f']))
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

fn up_and_down(text: &str, steps: Vec<Step>) -> (String, String) {
    let migrator = of_steps(steps);
    let up = migrator.plan_to_latest("app", &yaml(text)).unwrap();
    let down = migrator.plan("app", up.editor(), &Version::new(1, 0, 0)).unwrap();
    (up.editor().text().to_owned(), down.editor().text().to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn in_place_the_bytes_are_the_same(text in text(), steps in in_place()) {
        let (_, back) = up_and_down(&text, steps);
        prop_assert_eq!(back, text);
    }

    #[test]
    fn elsewhere_the_document_is_the_same(text in text(), key in key()) {
        let (moved, back) = up_and_down(&text, vec![Step::Move { from: path(&key), to: path("two.moved") }]);
        prop_assert_eq!(yaml(&back).document().clone(), yaml(&text).document().clone());
        let comments = |text: &str| { let mut lines: Vec<_> = text.match_indices("# ").map(|(at, _)| text[at..].lines().next().unwrap().to_owned()).collect(); lines.sort(); lines };
        prop_assert_eq!(comments(&moved), comments(&text));
        prop_assert_eq!(comments(&back), comments(&text));
    }

    #[test]
    fn what_is_planned_twice_is_the_same(text in text(), steps in in_place()) {
        let migrator = of_steps(steps);
        let plan = migrator.plan_to_latest("app", &yaml(&text)).unwrap();
        let again = migrator.plan_to_latest("app", &yaml(&text)).unwrap();
        prop_assert_eq!(plan.editor().text(), again.editor().text());
        prop_assert!(migrator.plan_to_latest("app", plan.editor()).unwrap().is_empty());
        prop_assert_eq!(json!(plan.document().root()), json!(yaml(plan.editor().text()).document().root()));
    }
}
