//! What nests without end.

use std::fmt::Write as _;

use super::case::Case;

pub(crate) fn cases() -> Vec<Case> {
    let deep =
        |name: &str, file, text: String| Case::text("depth", name, file, text).refused("levels of nesting");
    let other = |name: &str, file, text: String| Case::text("depth", name, file, text);
    let blocks = |line: fn(usize) -> String| (0..1000).map(line).collect::<String>();
    vec![
        deep("YAML: 800 kB of `{a: `", "app.yaml", "{a: ".repeat(200_000)),
        deep("YAML: 10,000 `[`", "app.yaml", format!("a: {}", "[".repeat(10_000))),
        deep(
            "YAML: 10,000 `[` that are closed",
            "app.yaml",
            format!("a: {}{}", "[".repeat(10_000), "]".repeat(10_000)),
        ),
        deep("YAML: 100,000 `[{a: ` in turns", "app.yaml", format!("a: {}", "[{a: ".repeat(100_000))),
        other("YAML: 40 kB of `- ` at the root", "app.yaml", "- ".repeat(20_000)).refused("found list"),
        deep("YAML: 40 kB of `- ` under a key", "app.yaml", format!("a:\n  {}", "- ".repeat(20_000))),
        other("YAML: 40 kB of `? `", "app.yaml", "? ".repeat(20_000)),
        deep("YAML: maps in blocks", "app.yaml", blocks(|n| format!("{}a:\n", " ".repeat(n)))),
        deep(
            "YAML: lists in blocks",
            "app.yaml",
            format!("a:\n{}", blocks(|n| format!("{}-\n", " ".repeat(n + 1)))),
        ),
        deep(
            "YAML: maps in lists in blocks",
            "app.yaml",
            blocks(|n| format!("{}a:\n{0}-\n", " ".repeat(2 * n))),
        ),
        other("YAML: 300,000 `]`", "app.yaml", format!("a: {}", "]".repeat(300_000))),
        other("YAML: 10,000 tags", "app.yaml", format!("a: {}", "!!str ".repeat(10_000))),
        other("YAML: 10,000 quotes", "app.yaml", format!("a: {}", "\"'".repeat(5000))),
        deep("YAML: keys that are lists", "app.yaml", "? [".repeat(50_000)).refused(""),
        deep("JSON: 10,000 `[`", "app.json", format!("{{\"a\": {}", "[".repeat(10_000))),
        deep("JSON: 200,000 `{`", "app.json", "{\"a\":".repeat(200_000)),
        deep(
            "JSON: a million `[` that are closed",
            "app.json",
            format!("{{\"a\": {}{}}}", "[".repeat(1_000_000), "]".repeat(1_000_000)),
        ),
        other("JSON: 300,000 `}`", "app.json", format!("{{{}", "}".repeat(300_000))),
        deep("JSON with comments: 200,000 `{`", "app.jsonc", "{\"a\": /* */".repeat(200_000)),
        other("JSON with comments: 500,000 comments in each other", "app.jsonc", "/*".repeat(500_000)),
        deep("TOML: 10,000 `[`", "app.toml", format!("a = {}", "[".repeat(10_000))),
        deep("TOML: 10,000 `{`", "app.toml", format!("a = {}", "{b=".repeat(10_000))),
        deep("TOML: a header of 10,000 keys", "app.toml", format!("[{}]", vec!["a"; 10_000].join("."))),
        deep("TOML: a key of 10,000 keys", "app.toml", format!("{} = 1", vec!["a"; 10_000].join("."))),
        deep("TOML: headers that go deeper and deeper", "app.toml", headers("[", "]")),
        deep("TOML: lists of tables that go deeper and deeper", "app.toml", headers("[[", "]]")),
    ]
}

fn headers(open: &str, close: &str) -> String {
    (1..500).fold(String::new(), |mut text, depth| {
        let _ = writeln!(text, "{open}{}{close}", vec!["a"; depth].join("."));
        text
    })
}
