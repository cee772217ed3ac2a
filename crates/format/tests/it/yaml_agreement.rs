//! The fast reader of YAML beside the full parser, on small texts over everything that YAML has.
//!
//! `yaml_agreement.txt` has one text a line, as a JSON string: behind a `+` what the fast reader decides, behind a `-`
//! what it leaves to the full parser.

use std::time::{Duration, Instant};

use enhanced_config_format::{Agreement, Format, Limits, ParseOptions, parse, yaml_agreement};

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

/// Shapes in which something could be looked at again for each line or character.
#[test]
fn long_texts() {
    let many = |part: &str| part.repeat(200_000 / part.len());
    for text in [
        format!("a: b{}c: d\n", many("\n")),
        format!("a: b{}\n", many("\n  c")),
        format!("a: b{}\n", many("\n\n  c")),
        format!("a: b{}\nc: d\n", many(" ")),
        format!("a: b{}\n", many(" #c")),
        format!("a:{} b\n", many(" ")),
        format!("a: \"{}\"\n", many("\\n")),
        format!("a: \"{}\"\n", many("\n b")),
        format!("a: \"{} b\"\n", many("\n")),
        format!("a: '{}'\n", many("''")),
        format!("a: '{}b'\n", many(" ")),
        format!("a: [{}]\n", many("b,\n")),
        format!("a: [{}]\n", many("b,\n\n\n")),
        format!("a: [b{}]\n", many("\n")),
        format!("a: [b{}]\n", many("\n c")),
        format!("a: |\n{}b: c\n", many("  b\n")),
        format!("a: |\n  b\n{}b: c\n", many("\n")),
        format!("a: >\n{}  b\n", many("\n")),
        format!("a: >\n{}\n", many("  b\n\n   c\n")),
        format!("a:\n{}  b: c\n", many("# d\n")),
        format!("a:\n{}", many("- 007\n")),
        format!("a:\n{}", many("-\n")),
    ] {
        let start = Instant::now();
        assert_eq!(agreement(&text), Agreement::Same, "{:?}", &text[..20]);
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}: {:?}", &text[..20], start.elapsed());
    }
}

/// What goes over a limit is told by the full parser.
#[test]
fn limits() {
    let text = b"a:\n  b: [c, {key: 1}]\n";
    let is_fast = |set: fn(&mut Limits)| {
        let mut limits = Limits::default();
        set(&mut limits);
        let options = ParseOptions::default().with_limits(limits);
        let agreement = yaml_agreement(text, &options);
        let is_fast = agreement == Agreement::Same;
        assert!(is_fast || agreement == Agreement::Undecided, "{agreement:?}");
        assert_eq!(parse(text, Format::Yaml, "t", &options).is_ok(), is_fast);
        is_fast
    };
    assert!(is_fast(|limits| limits.depth = 4));
    assert!(!is_fast(|limits| limits.depth = 3));
    assert!(is_fast(|limits| limits.values = 6));
    assert!(!is_fast(|limits| limits.values = 5));
    assert!(is_fast(|limits| limits.key_bytes = 3));
    assert!(!is_fast(|limits| limits.key_bytes = 2));
}

/// Only so many warnings are kept by both.
#[test]
fn many_warnings() {
    let text: String = (0..60).map(|at| format!("- a{at}: [1, 0{at}7]\n")).collect();
    assert_eq!(agreement(&format!("k:\n{text}")), Agreement::Same);
}
