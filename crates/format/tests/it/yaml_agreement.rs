//! The fast reader of YAML beside the full parser, on small texts over everything that YAML has.
//!
//! `yaml_agreement.txt` has one text a line, as a JSON string: behind a `+` what the fast reader decides, behind a `-`
//! what it leaves to the full parser.

use enhanced_config_format::{Agreement, ParseOptions, yaml_agreement};

/// Each text of the table, and whether the fast reader decides it.
fn texts() -> impl Iterator<Item = (bool, String)> {
    include_str!("yaml_agreement.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(
        |line| {
            let (mark, text) = line.split_once(' ').unwrap();
            assert!(matches!(mark, "+" | "-"), "{line}");
            (mark == "+", serde_json::from_str(text).unwrap())
        },
    )
}

fn agreement(text: &str) -> Agreement {
    yaml_agreement(text.as_bytes(), &ParseOptions::default())
}

#[test]
fn the_table() {
    let mut wrong = Vec::new();
    for (is_fast, text) in texts() {
        let expected = if is_fast { Agreement::Same } else { Agreement::Undecided };
        let found = agreement(&text);
        if found != expected {
            wrong.push(format!("{text:?}: {found:?}"));
        }
    }
    assert!(texts().count() > 800);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
