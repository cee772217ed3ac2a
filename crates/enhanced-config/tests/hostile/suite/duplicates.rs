//! The same key twice, in all the ways to write it.

use super::case::Case;

pub(crate) fn cases() -> Vec<Case> {
    let twice =
        |name: &str, file, text: &str| Case::text("duplicates", name, file, text).refused("duplicate");
    vec![
        twice("YAML", "app.yaml", "a: 1\nb: 2\na: 3\n"),
        twice("YAML, between brackets", "app.yaml", "x: {a: 1, a: 2}\n"),
        twice("YAML, once in quotes", "app.yaml", "a: 1\n\"a\": 2\n"),
        twice("YAML, once escaped", "app.yaml", "a: 1\n\"\\x61\": 2\n"),
        twice("YAML, far below", "app.yaml", "x:\n  - y:\n      z: {a: 1}\n      b: 1\n      b: 2\n"),
        twice("YAML, 200,000 times", "app.yaml", &"k: 1\n".repeat(200_000)),
        twice("YAML, a number and its text", "app.yaml", "1: a\n\"1\": b\n"),
        twice("YAML, the merge key", "app.yaml", "m: &m {a: 1}\nn:\n  <<: *m\n  <<: *m\n"),
        twice("JSON", "app.json", "{\"a\": 1, \"b\": 2, \"a\": 3}"),
        twice("JSON, once escaped", "app.json", "{\"a\": 1, \"\\u0061\": 2}"),
        twice("JSON, empty", "app.json", "{\"\": 1, \"\": 2}"),
        twice("JSON with comments", "app.jsonc", "{\"a\": 1, // first\n \"a\": 2}"),
        twice("TOML", "app.toml", "a = 1\na = 2\n"),
        twice("TOML, once in quotes", "app.toml", "a = 1\n\"a\" = 2\n"),
        twice("TOML, a table", "app.toml", "[a]\nx = 1\n[a]\ny = 2\n"),
        twice("TOML, a table and a key", "app.toml", "a = 1\n[a]\ny = 2\n"),
        twice("TOML, dotted and a table", "app.toml", "a.b = 1\n[a]\nb = 2\n"),
        twice("TOML, a list and a table", "app.toml", "[[a]]\nx = 1\n[a]\ny = 2\n"),
    ]
}
