//! What is huge, or small and becomes huge, or costs the square of its size.

use super::case::Case;

pub(crate) fn cases() -> Vec<Case> {
    [bombs(), many(), long()].into_iter().flatten().collect()
}

fn bombs() -> Vec<Case> {
    let yaml = |name: &str, text: String| Case::text("bombs", name, "app.yaml", text);
    let laughs: String =
        (1..10).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "))).collect();
    let maps: String =
        (1..30).map(|n| format!("a{n}: &a{n} {{x: *a{0}, y: *a{0}, z: *a{0}}}\n", n - 1)).collect();
    let merges: String = (1..30)
        .map(|n| format!("m{n}: &m{n} {{<<: [*m{0}, *m{0}], k{n}: {{<<: *m{0}}}}}\n", n - 1))
        .collect();
    let chain: String = (1..20_000).map(|n| format!("m{n}: &m{n} {{<<: *m{}}}\n", n - 1)).collect();
    vec![
        yaml("9^10 aliases in lists", format!("a0: &a0 [x, x, x, x, x, x, x, x, x]\n{laughs}"))
            .refused("made by aliases"),
        yaml("3^30 aliases in maps", format!("a0: &a0 {{x: 1}}\n{maps}")).refused("made by aliases"),
        yaml("merge keys that double", format!("m0: &m0 {{a: 1}}\n{merges}")),
        yaml("merge keys in a chain of 20,000", format!("m0: &m0 {{a: 1}}\n{chain}")).loads(),
        yaml(
            "a map merged 100,000 times",
            format!("m: &m {{a: 1}}\nn: {{<<: [{}]}}\n", vec!["*m"; 100_000].join(", ")),
        ),
        yaml("an alias of itself", "a: &a [*a]\n".to_owned()),
        yaml("a merge of itself", "a: &a {<<: *a}\n".to_owned()),
        yaml("an alias of nothing", "a: *nothing\n".to_owned()).refused("an alias without an anchor"),
        yaml(
            "a text of 100 kB aliased 5,000 times",
            format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), vec!["*a"; 5000].join(", ")),
        )
        .refused("made by aliases"),
        yaml("a key of 10 kB aliased as a key", format!("a: &a {}\n*a : 1\n", "x".repeat(10_000))).loads(),
        yaml("a million anchors of one value", format!("a: {}", "&a ".repeat(1_000_000))),
        yaml("one anchor set 100,000 times", format!("a: [{}]\n", vec!["&a x"; 100_000].join(", "))).loads(),
    ]
}

fn many() -> Vec<Case> {
    let case = |name: &str, file, text: String| Case::text("many", name, file, text);
    let keys = |format: fn(usize) -> String| (0..300_000).map(format).collect::<String>();
    let numbered = |format: fn(usize) -> String| (0..100_000).map(format).collect::<String>();
    vec![
        case("YAML: 300,000 keys", "app.yaml", keys(|n| format!("k{n}: 1\n"))).refused("250000 values"),
        case(
            "JSON: 300,000 keys",
            "app.json",
            format!("{{{}\"z\": 1}}", keys(|n| format!("\"k{n}\": 1,\n"))),
        )
        .refused("250000 values"),
        case("TOML: 300,000 keys", "app.toml", keys(|n| format!("k{n} = 1\n"))).refused("250000 values"),
        case("YAML: 500,000 items", "app.yaml", format!("a: [{}]", "1,".repeat(500_000)))
            .refused("250000 values"),
        case("JSON: 500,000 items", "app.json", format!("{{\"a\": [{}1]}}", "1,".repeat(500_000)))
            .refused("250000 values"),
        case("TOML: 500,000 items", "app.toml", format!("a = [{}]", "1,".repeat(500_000)))
            .refused("250000 values"),
        case("YAML: 500,000 documents", "app.yaml", "---\n".repeat(500_000)),
        case("YAML: 100,000 directives", "app.yaml", format!("{}---\na: 1\n", "%TAG ! !x\n".repeat(100_000))),
        case(
            "JSON: 200,000 keys on one line",
            "app.json",
            format!("{{{}\"z\": 1}}", (0..200_000).map(|n| format!("\"k{n}\": 1,")).collect::<String>()),
        )
        .loads(),
        case("TOML: 100,000 tables", "app.toml", numbered(|n| format!("[t{n}]\nx = 1\n"))).loads(),
        case("TOML: 100,000 tables in one list", "app.toml", "[[t]]\nx = 1\n".repeat(100_000)).loads(),
        case("TOML: 100,000 keys of one table, dotted", "app.toml", numbered(|n| format!("t.k{n} = 1\n")))
            .loads(),
        case(
            "TOML: 20,000 tables, in turns from two lists",
            "app.toml",
            "[[a]]\nx = 1\n[[b]]\ny = 1\n".repeat(10_000),
        )
        .loads(),
        case(
            "keys that differ at their end",
            "app.yaml",
            (0..2000).map(|n| format!("{}{n}: 1\n", "k".repeat(1500))).collect(),
        )
        .loads(),
        case("100,000 mistakes", "app.json", format!("{{{}\"z\": 1}}", "\"a\": nope,\n".repeat(100_000))),
        case(
            "100,000 keys that are there twice",
            "app.json",
            format!("{{{}\"z\": 1}}", numbered(|n| format!("\"k{}\": 1,\n", n / 2))),
        )
        .refused("duplicate"),
    ]
}

fn long() -> Vec<Case> {
    let case = |name: &str, file, text: String| Case::text("long", name, file, text);
    vec![
        case("5 MB", "app.yaml", "#\n".repeat(2_500_000)).refused_whole("4194304"),
        case(
            "YAML: a quote of 1.2 MB that never ends",
            "app.yaml",
            format!("a: \"{}", "x\n".repeat(600_000)),
        ),
        case(
            "JSON: a quote of 1.2 MB that never ends",
            "app.json",
            format!("{{\"a\": \"{}", "x".repeat(1_200_000)),
        ),
        case(
            "TOML: a quote of 1.2 MB that never ends",
            "app.toml",
            format!("a = \"\"\"{}", "x\n".repeat(600_000)),
        ),
        case(
            "JSON: a comment of 1.2 MB that never ends",
            "app.jsonc",
            format!("{{\"a\": 1 /*{}", "x\n".repeat(600_000)),
        ),
        case("YAML: a comment of 4 MB", "app.yaml", format!("# {}\na: 1\n", "x".repeat(4_000_000))).loads(),
        case("YAML: 4 MB of blank lines", "app.yaml", format!("{}a: 1\n", "\n".repeat(4_000_000))).loads(),
        case("YAML: 4 MB of blanks", "app.yaml", format!("a:{}1\n", " ".repeat(4_000_000))).loads(),
        case("JSON: 4 MB of blanks", "app.json", format!("{{\"a\":{}1}}\n", " ".repeat(4_000_000))).loads(),
        case("TOML: 4 MB of blanks", "app.toml", format!("a = {}1\n", " ".repeat(4_000_000))).loads(),
        case("YAML: a key of 3 MB", "app.yaml", format!("{}: 1\n", "k".repeat(3_000_000))),
        case("JSON: a key of 3 MB", "app.json", format!("{{\"{}\": 1}}", "k".repeat(3_000_000)))
            .refused("bytes in one key"),
        case("TOML: a key of 3 MB", "app.toml", format!("{} = 1", "k".repeat(3_000_000)))
            .refused("bytes in one key"),
        case("YAML: a text of 4 MB", "app.yaml", format!("a: {}\n", "x".repeat(4_000_000))).loads(),
        case("YAML: a text of 500,000 lines", "app.yaml", format!("a: |\n{}", "  x\n".repeat(500_000)))
            .loads(),
        case(
            "YAML: a folded text of 500,000 lines",
            "app.yaml",
            format!("a: >\n{}", "  x\n".repeat(500_000)),
        )
        .loads(),
        case("YAML: a plain text of 500,000 lines", "app.yaml", format!("a: x\n{}", "  x\n".repeat(500_000)))
            .loads(),
        case("YAML: 500,000 escapes", "app.yaml", format!("a: \"{}\"\n", "\\u0041".repeat(500_000))).loads(),
        case("JSON: 500,000 escapes", "app.json", format!("{{\"a\": \"{}\"}}\n", "\\u0041".repeat(500_000)))
            .loads(),
        case("TOML: 500,000 escapes", "app.toml", format!("a = \"{}\"\n", "\\u0041".repeat(500_000))).loads(),
        case("YAML: 1 MB of `a: `", "app.yaml", "a: ".repeat(350_000)),
        case("YAML: 1 MB of `: `", "app.yaml", ": ".repeat(500_000)),
        case("YAML: 1 MB of `,`", "app.yaml", format!("a: [{}", ",".repeat(1_000_000))),
        case("YAML: 1 MB of `|`", "app.yaml", format!("a: {}", "|".repeat(1_000_000))),
        case("YAML: 1 MB of `%`", "app.yaml", "%".repeat(1_000_000)),
        case("YAML: 1 MB of tabs", "app.yaml", format!("a:\n{}b: 1\n", "\t".repeat(1_000_000))),
        case("TOML: 1 MB of `=`", "app.toml", "=".repeat(1_000_000)),
        case("TOML: 1 MB of `.`", "app.toml", format!("a{} = 1", ".".repeat(1_000_000))),
    ]
}
