//! Schemas that ask for too much, for what is elsewhere, or for nonsense; and documents that make honest ones work hard.

use std::fmt::Write as _;

use super::case::Case;

const FILE: &str = "app.schema.json";

pub(crate) fn cases() -> Vec<Case> {
    [work(), references(), nonsense()].into_iter().flatten().collect()
}

fn with(name: &str, schema: impl Into<Vec<u8>>, text: impl Into<Vec<u8>>) -> Case {
    Case::text("schemas", name, "app.yaml", text).beside(FILE, schema)
}

fn work() -> Vec<Case> {
    let doubling = doubling(25, "allOf");
    let choices = self::doubling(25, "anyOf");
    let deep = format!("{}{{}}{}", "{\"properties\": {\"a\": ".repeat(2000), "}}".repeat(2000));
    let words = format!("a: {}\n", "a".repeat(100_000));
    let pattern = |pattern: &str| format!("{{\"properties\": {{\"a\": {{\"pattern\": \"{pattern}\"}}}}}}");
    vec![
        with("2^25 checks by allOf", doubling, "a: 1\n").names(FILE).refused("checks"),
        with("2^25 checks by anyOf", choices, "a: x\n").names(FILE).refused("checks"),
        with("`(a+)+$` over 100 kB", pattern("^(a+)+$"), format!("a: {}!\n", "a".repeat(100_000)))
            .refused("a"),
        with("`(a|aa)+$` over 100 kB", pattern("^(a|aa)+$"), format!("a: {}!\n", "a".repeat(100_000)))
            .refused("a"),
        with("`(.*)*(.*)*x` over 100 kB", pattern("(.*)*(.*)*x"), words.clone()).refused("a"),
        with("a pattern that takes much memory", pattern("((a{1000}){1000}){1000}"), words.clone())
            .names(FILE)
            .refused_whole("pattern"),
        with("a pattern of 100,000 alternatives", pattern(&vec!["ab"; 100_000].join("|")), words.clone())
            .names(FILE)
            .refused("16 KiB"),
        with("a pattern that looks behind", pattern("(?<=a)b"), words).names(FILE).refused_whole("pattern"),
        with(
            "uniqueItems over 50,000 maps",
            "{\"properties\": {\"a\": {\"uniqueItems\": true}}}",
            format!("a:\n{}", (0..50_000).map(|n| format!("- {{x: {n}}}\n")).collect::<String>()),
        )
        .loads(),
        with(
            "uniqueItems over 50,000 equal maps",
            "{\"properties\": {\"a\": {\"uniqueItems\": true}}}",
            format!("a:\n{}", "- {x: 1}\n".repeat(50_000)),
        )
        .refused("a"),
        with(
            "100,000 values that are wrong",
            "{\"additionalProperties\": {\"type\": \"string\"}}",
            (0..100_000).map(|n| format!("k{n}: 1\n")).collect::<String>(),
        )
        .refused("string"),
        with(
            "an enum of 100,000 over 100,000 values",
            format!(
                "{{\"additionalProperties\": {{\"enum\": [{}\"x\"]}}}}",
                (0..100_000).map(|n| format!("\"v{n}\",")).collect::<String>()
            ),
            (0..2000).map(|n| format!("k{n}: v{n}\n")).collect::<String>(),
        )
        .loads(),
        with(
            "100 patterns over 20,000 keys",
            format!(
                "{{\"patternProperties\": {{{}\"z\": {{}}}}}}",
                (0..100).map(|n| format!("\"k.*{n}\": {{}},")).collect::<String>()
            ),
            (0..20_000).map(|n| format!("k{n}: 1\n")).collect::<String>(),
        )
        .loads(),
        with("a schema 2,000 levels deep", deep, "a: 1\n").names(FILE).refused_whole("levels"),
        with(
            "contains over 100,000 items",
            "{\"properties\": {\"a\": {\"contains\": {\"const\": -1}}}}",
            format!("a: [{}0]\n", "0,".repeat(100_000)),
        )
        .refused("a"),
    ]
}

/// Definitions of which each asks for the next one twice.
fn doubling(levels: usize, keyword: &str) -> String {
    let mut schema = "{\"$ref\": \"#/$defs/d0\", \"$defs\": {".to_owned();
    for level in 0..levels {
        let next = format!("{{\"$ref\": \"#/$defs/d{}\"}}", level + 1);
        let _ = write!(schema, "\"d{level}\": {{\"{keyword}\": [{next}, {next}]}}, ");
    }
    let _ = write!(schema, "\"d{levels}\": {{\"properties\": {{\"a\": {{\"type\": \"boolean\"}}}}}}}}}}");
    schema
}

fn references() -> Vec<Case> {
    let refers = |name: &str, target: &str| {
        with(name, format!("{{\"properties\": {{\"a\": {{\"$ref\": \"{target}\"}}}}}}"), "a: 1\n").names(FILE)
    };
    vec![
        refers("$ref by http", "http://127.0.0.1:9/x.json").refused("127.0.0.1"),
        refers("$ref by https", "https://example.invalid/x.json").refused("example.invalid"),
        refers("$ref to a file of the system", "file:///etc/passwd").refused("passwd"),
        refers("$ref out of the directory", "../../../../etc/passwd").refused("passwd"),
        refers("$ref to nothing", "#/$defs/nothing").refused("nothing"),
        refers("$ref that is no reference", "http://[").refused(""),
        with("$ref to itself", "{\"$ref\": \"#\"}", "a: 1\n").names(FILE).refused_whole(""),
        with("$refs in a circle", "{\"$ref\": \"#/$defs/a\", \"$defs\": {\"a\": {\"$ref\": \"#/$defs/b\"}, \"b\": {\"$ref\": \"#/$defs/a\"}}}", "a: 1\n").names(FILE).refused_whole(""),
        with("$dynamicRef to itself", "{\"$dynamicRef\": \"#x\", \"$dynamicAnchor\": \"x\"}", "a: 1\n").names(FILE).refused_whole(""),
        with("a schema of itself, over a deep document", "{\"additionalProperties\": {\"$ref\": \"#\"}}", format!("{}1{}\n", "{a: ".repeat(100), "}".repeat(100))).loads(),
        with("a draft that there is not", "{\"$schema\": \"http://example.invalid/draft\"}", "a: 1\n").names(FILE).refused("draft"),
    ]
}

fn nonsense() -> Vec<Case> {
    let schema = |name: &str, schema: &str| with(name, schema, "a: 1\n").names(FILE);
    vec![
        schema("a schema that is no JSON", "{\"type\": "),
        schema("a schema that is a list", "[]"),
        schema("a schema that is empty", "").refused_whole("empty"),
        schema("a type that there is not", "{\"type\": \"whatever\"}"),
        schema("a length that is a text", "{\"properties\": {\"a\": {\"minLength\": \"x\"}}}"),
        schema("a length below zero", "{\"properties\": {\"a\": {\"minLength\": -1}}}"),
        schema("a multiple of nothing", "{\"properties\": {\"a\": {\"multipleOf\": 0}}}"),
        schema("a pattern that is none", "{\"properties\": {\"a\": {\"pattern\": \"(\"}}}"),
        schema("a key twice", "{\"type\": \"object\", \"type\": \"object\"}").refused("duplicate"),
        schema("an enum that is a map", "{\"properties\": {\"a\": {\"enum\": {}}}}"),
        schema("required that is a text", "{\"required\": \"a\"}"),
    ]
}
