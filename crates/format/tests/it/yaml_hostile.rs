//! Texts made to hang, to overflow the stack or to fill the memory: each has its error, soon.

use std::time::{Duration, Instant};

use enhanced_config_core::{Limit, ProblemKind};
use enhanced_config_format::{Format, ParseOptions, parse};

/// What is wrong first, found before it counts as a hang.
#[track_caller]
fn first(text: &str) -> Option<ProblemKind> {
    let start = Instant::now();
    let parsed = parse(text.as_bytes(), Format::Yaml, "t.yaml", &ParseOptions::default());
    assert!(start.elapsed() < Duration::from_secs(30), "took {:?}", start.elapsed());
    parsed.err().map(|problems| problems.iter().next().unwrap().kind.clone())
}

#[track_caller]
fn limited(text: &str, limit: Limit, most: u64) {
    assert_eq!(first(text), Some(ProblemKind::Limit { limit, most }));
}

#[track_caller]
fn refused(text: &str, words: &str) {
    assert_eq!(first(text).map(|kind| kind.to_string()).as_deref(), Some(words));
}

#[test]
fn deep_nesting() {
    limited(&"{a: ".repeat(200_000), Limit::Depth, 128);
    limited(&format!("a:\n  {}", "- ".repeat(20_000)), Limit::Depth, 128);
    limited(&format!("a: {}", "[".repeat(10_000)), Limit::Depth, 128);
    limited(&"[".repeat(10_000), Limit::Depth, 128);
    limited(&": ".repeat(20_000), Limit::Depth, 128);
    limited(
        &(0..1000).map(|depth| format!("{}k:\n", " ".repeat(depth))).collect::<String>(),
        Limit::Depth,
        128,
    );
}

#[test]
fn aliases_of_aliases() {
    let level = |level: usize| {
        format!("a{}: &a{} [{}]\n", level, level, vec![format!("*a{}", level - 1); 9].join(","))
    };
    let laughs: String = (1..8).map(level).collect();
    limited(&format!("a0: &a0 [x,x,x,x,x,x,x,x,x]\n{laughs}"), Limit::AliasValues, 100_000);
    let merges: String = (1..60_000).map(|at| format!("a{at}: &a{at} {{<<: *a{}}}\n", at - 1)).collect();
    limited(&format!("a0: &a0 {{k: 1}}\n{merges}"), Limit::AliasValues, 100_000);
}

#[test]
fn long_texts_repeated() {
    let text = format!("a: &a \"{}\"\nb:\n{}", "x".repeat(100_000), "  - *a\n".repeat(5_000));
    limited(&text, Limit::AliasBytes, 4 << 20);
    let key = format!("? &a \"{}\"\n: 1\nb:\n{}", "k\\n".repeat(5_000), "  - {*a : 1}\n".repeat(20_000));
    limited(&key, Limit::AliasBytes, 4 << 20);
}

#[test]
fn quotes_that_never_close() {
    refused(&format!("a: \"{}", "x ".repeat(600_000)), "an unclosed quote");
    refused(&format!("a: '{}", "x\n  ".repeat(300_000)), "an unclosed quote");
    refused(&format!("a: [x, {}", "'y', ".repeat(50_000)), "an unclosed bracket");
}

#[test]
fn many_values() {
    limited(&(0..300_000).map(|key| format!("k{key}: 1\n")).collect::<String>(), Limit::Values, 250_000);
    limited(&format!("a: {{<<: {{k: [{}]}}}}", "1,".repeat(300_000)), Limit::Values, 250_000);
    assert_eq!(first(&(0..100_000).map(|key| format!("k{key}: 1\n")).collect::<String>()), None);
}

#[test]
fn merges_of_wide_maps() {
    let members = |name: &str| (0..60_000).map(|at| format!("  {name}{at}: 1\n")).collect::<String>();
    assert_eq!(first(&format!("a: &a\n{}b:\n{}  <<: *a\n", members("m"), members("n"))), None);
}

#[test]
fn problems_without_end() {
    refused(&"k: 1e999\n".repeat(200_000), "a number that a finite 64-bit float cannot hold");
    refused(&format!("a:\n{}", "  <<: {}\n".repeat(200_000)), "duplicate key");
    assert_eq!(first(&(0..100_000).map(|key| format!("k{key}: 007\n")).collect::<String>()), None);
}

#[test]
fn long_lines() {
    limited(&format!("{}: 1", "a".repeat(1_000_000)), Limit::Key, 16 << 10);
    limited(&format!("? {}\n: 1", "a".repeat(1_000_000)), Limit::Key, 16 << 10);
    limited(&format!("b: 1\n{}: 1", "a b ".repeat(200_000)), Limit::Key, 16 << 10);
    assert_eq!(first(&format!("a: x{}", " ".repeat(4_000_000))), None);
    assert_eq!(first(&format!("a: |\n{}", "  y\n".repeat(500_000))), None);
    assert_eq!(first(&format!("a: # {}\n- # {}\n", "x".repeat(1_000_000), "-".repeat(1_000_000))), None);
    refused(&format!("a: \"{}\\q\"", "\\u0041".repeat(500_000)), "an unknown escape");
}
