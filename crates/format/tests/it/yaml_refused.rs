//! What is refused: each construct with its own words, line and column.

use enhanced_config_core::{Kind, Limit, Problem, ProblemKind};
use enhanced_config_format::{Format, Limits, ParseOptions, parse};

fn problems_with(text: &str, limits: Limits) -> Vec<Problem> {
    let options = ParseOptions::default().with_limits(limits);
    match parse(text.as_bytes(), Format::Yaml, "t.yaml", &options) {
        Ok(_) => panic!("{text:?} was read"),
        Err(problems) => problems.into_iter().collect(),
    }
}

fn problems(text: &str) -> Vec<Problem> {
    problems_with(text, Limits::default())
}

fn place(problem: &Problem) -> (u32, u32) {
    let location = problem.origin.as_ref().and_then(|origin| origin.location()).unwrap();
    (location.line, location.column)
}

/// Checks that there is one problem, with these words, at this line and column.
#[track_caller]
fn refused(text: &str, words: &str, line: u32, column: u32) {
    let problems = problems(text);
    assert_eq!(problems[0].kind.to_string(), words, "{text:?}");
    assert_eq!(place(&problems[0]), (line, column), "{text:?}");
    assert_eq!(problems.len(), 1, "{text:?}");
}

/// Checks the first problem's place and the place it refers to.
#[track_caller]
fn refers(text: &str, words: &str, at: (u32, u32), label: &str, to: (u32, u32)) {
    let problems = problems(text);
    assert_eq!((problems[0].kind.to_string().as_str(), place(&problems[0])), (words, at), "{text:?}");
    let related = &problems[0].related[0];
    let location = related.origin.location().unwrap();
    assert_eq!((related.label.as_ref(), (location.line, location.column)), (label, to), "{text:?}");
}

#[test]
fn tabs_as_indentation() {
    let words = "indent with spaces; YAML forbids tabs";
    refused("a:\n\tb: 1", words, 2, 1);
    refused("a:\n \tb: 1", words, 2, 2);
    refused("\ta: 1", words, 1, 1);
    refused("a:\n\t- b", words, 2, 1);
    refused("a:\n  b: 1\n\tc: 2", words, 3, 1);
    refused("a:\n  - b\n\n\t- c", words, 4, 1);
    refused("a: |\n\ttext", words, 2, 1);
    refused("a: \"x\n\ty\"", words, 2, 1);
    refused("a: [\n\t1]", words, 2, 1);
    refused("a:\n  -\t- b", words, 2, 4);
    refused("a:\n  -\tb: 1", words, 2, 4);
}

#[test]
fn quotes_that_are_not_closed_swallow_no_keys() {
    let (words, label) = ("an unclosed quote", "its text goes on without indentation");
    refers("a: \"x\nb: y\"", words, (1, 4), label, (2, 1));
    refers("a: 'x\n\n\ny'", words, (1, 4), label, (4, 1));
    refers("a:\n  b: 'x\n  c: 1\n  d: y'\ne: 1", words, (2, 6), label, (3, 3));
    refers("a:\n  b: 'x\nc:\n  d: y'\n", words, (2, 6), label, (3, 1));
    refers("a:\n- 'x\n- y'\n", words, (2, 3), label, (3, 1));
    refers("a:\n  - b: \"x\n    c: y\"\n", words, (2, 8), label, (3, 5));
    // The innermost `-` of a line is what the next one has to be indented deeper than.
    refers("a:\n  - - 'x\n    - y'\n", words, (2, 7), label, (3, 5));
    refers("a:\n  -   - 'x\n      - y'\n", words, (2, 9), label, (3, 7));
    refers("a:\n  - - b: 'x\n      c: y'\n", words, (2, 10), label, (3, 7));
    refused("a: 'x\n\ty'\n", "indent with spaces; YAML forbids tabs", 2, 1);
    for text in [
        "a: 'x\n b: 1'",
        "a:\n  - b: 'x\n     y'",
        "a: '\n  x\n'",
        "a:\n- 'x\n - y'",
        "a: ['x\nb: y']",
        "a: 'x\n\n \t\n  b:'",
    ] {
        assert!(parse(text.as_bytes(), Format::Yaml, "t.yaml", &ParseOptions::default()).is_ok(), "{text:?}");
    }
}

#[test]
fn slips_that_have_a_remedy_are_told_it() {
    let shown = |text: &str| problems(text)[0].to_string();
    assert_eq!(
        shown("a:1"),
        "expected a map of keys to values at the root, found string (t.yaml:1:1); a value needs a space between it and the `:` of its key"
    );
    assert_eq!(
        shown("a: {{ b }}"),
        "a: a map or list as a key; a key must be a scalar (t.yaml:1:5); quote a text that starts with `{` or `[`"
    );
    let conflict = "a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> other\n";
    assert_eq!(
        shown(conflict),
        "a merge conflict that is not resolved (t.yaml:2:1); keep one side, and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`"
    );
    assert_eq!(problems(conflict).len(), 1);
    assert!(!shown("a: 1\n<<<<<<< HEAD\nb: 1\n").contains("conflict"));
}

#[test]
fn indentation_and_structure() {
    refused("a: b: c", "a second `: ` in one line", 1, 5);
    refused("a: 'b': c", "a second `: ` in one line", 1, 7);
    refused("a: 1\n  b: 2", "a key that cannot stand here", 2, 3);
    refused("a\nb: 1", "a key that cannot stand here", 2, 1);
    refused("--- a: 1", "a map must start on the line after `---`", 1, 6);
    refused("a: 1\nb\nc: 2", "a key without `:`", 2, 1);
    refused("a: 1\nb", "a key without `:`", 2, 1);
    refused("a:\n    b: 1\n  c: 2", "neither a key nor a part of the value above", 3, 3);
    refused("a:\n>-\n  b", "neither a key nor a part of the value above", 2, 1);
    refused("a: |\n   x\n  y", "neither a key nor a part of the value above", 3, 3);
    refused("a:\n  - x\n  y: 1", "neither a list item nor a part of the one above", 3, 3);
    refused("a:\n - x\n y", "neither a list item nor a part of the one above", 3, 2);
    refused("a:\n  - b: 1\n   c: 2", "neither a list item nor a part of the one above", 3, 4);
    refused("a: b\n- c", "a list item among the keys of a map", 2, 1);
    refused("a: - b", "a list must start on a line of its own", 1, 4);
    refused("a: ? b", "a `?` cannot stand here", 1, 4);
    refused(" a: 1\nb: 2", "text after the end of the root map", 2, 1);
    refused("{a: 1}\nb: 2", "text after the end of the root map", 2, 1);
    refused("a: &x 1\nb: *x y", "unexpected text after a value", 2, 7);
}

#[test]
fn brackets() {
    refused("a: [1, 2", "an unclosed bracket", 1, 4);
    refused("a: {b: [1, 2}", "a bracket that is closed by one of the other kind", 1, 8);
    refused("a: ]", "a closing bracket without an opening one", 1, 4);
    refused("a: [1,, 2]", "expected a value", 1, 7);
    refused("a: {,}", "expected a value", 1, 5);
    refused("a: {x:[1]}", "expected a space after `:`", 1, 6);
    refused("a: [-]", "a lone `-` inside brackets", 1, 5);
    refers("a: [1,\n- 2]", "an unclosed bracket", (1, 4), "its content seems to end before this", (2, 1));
    refers(
        "a: [1, [2], 3\nb: 1",
        "an unclosed bracket",
        (1, 4),
        "its content seems to end before this",
        (2, 2),
    );
    refused("a:\n- {x: 1\n- y: 2", "an unclosed bracket", 2, 3);
    // Brackets and quotes in texts do not count.
    refused(r#"a: ["\"[", '[''[', b"#, "an unclosed bracket", 1, 4);
    refused(r#"a: ["\\", "[", {b: "]"}"#, "an unclosed bracket", 1, 4);
    refers("a: {\n  x: 1\n  y: 2\n}", "expected `,` or `}`", (3, 4), "the bracket opens here", (1, 4));
    refers("a: [\n  'x'\n  y\n]", "expected `,` or `]`", (3, 3), "the bracket opens here", (1, 4));
    refers("a: [\n  x\n  : 1\n]", "a key that is not on one line", (3, 3), "the bracket opens here", (1, 4));
    refers("a: [- x]", "a `- ` inside brackets", (1, 5), "the bracket opens here", (1, 4));
}

#[test]
fn quotes_and_escapes() {
    refused("a: \"b", "an unclosed quote", 1, 4);
    refused("a: 1\nb: 'it''s", "an unclosed quote", 2, 4);
    refers("a: \"b\nc: 1", "an unclosed quote", (1, 4), "its text goes on without indentation", (2, 1));
    let goes_on = "its text goes on without indentation";
    refers("a:\n  - - 'x\n    - y\n", "an unclosed quote", (2, 7), goes_on, (3, 5));
    refers("a:\n  -   - \"x\n      - y\n", "an unclosed quote", (2, 9), goes_on, (3, 7));
    refers("a:\n  - b: 'x\n     y\n    c: z\n", "an unclosed quote", (2, 8), goes_on, (4, 5));
    refused("a: {x: 'y', z: 'u\n}", "an unclosed quote", 1, 16);
    refused("a: 'it's'", "unexpected text after a closing quote", 1, 8);
    refused("a: \"b\" c", "unexpected text after a closing quote", 1, 8);
    refused("\"a\n b\": 1", "a key that is not on one line", 2, 4);
    refused(r#"a: "C:\dir""#, "an unknown escape", 1, 7);
    refused(r#"a: "\n\x4""#, "an escape without all its hexadecimal digits", 1, 7);
    refused(r#"a: "\ud83d\ude00\ud800""#, "an escape that is no character", 1, 17);
    refused(r#"a: "\U00110000""#, "an escape that is no character", 1, 5);
}

#[test]
fn block_scalars_comments_and_characters() {
    refused("a: |x\n  y", "unexpected text after `|` or `>`", 1, 4);
    refused("a: |0\n  y", "an indentation of 0 after `|` or `>`", 1, 4);
    refused("a: |\n     \n  y", "a text that is indented less than the blank lines before it", 3, 3);
    refused("a: b # c\n  d", "a comment inside a value of several lines", 1, 6);
    refused("a: 'b'#c", "expected a space before `#`", 1, 7);
    refused("a: @b", "a character that cannot start a value", 1, 4);
    refused("a: `b`", "a character that cannot start a value", 1, 4);
    refused("a: %b", "a character that cannot start a value", 1, 4);
    refused("a: b\u{7}c", "an unprintable character", 1, 5);
    refused("a: \"b\0\"", "an unprintable character", 1, 6);
    refused("# \0\na: 1", "an unprintable character", 1, 3);
    refused("a: '\u{fffe}'", "an unprintable character", 1, 5);
    refused("a: |\n  b\n  c\u{1b}", "an unprintable character", 3, 4);
    refused("a: 1\n\u{feff}b: 2", "a byte order mark inside the text", 2, 1);
}

#[test]
fn tags_anchors_and_aliases() {
    refused("a: !new 1", "unknown tag `!new`", 1, 4);
    refused("a: !!set {b}", "unknown tag `!!set`", 1, 4);
    refused("a: !<tag:x.y,2000:z> 1", "unknown tag `!<tag:x.y,2000:z>`", 1, 4);
    refused("!root\na: 1", "unknown tag `!root`", 1, 1);
    refused("!key a: 1", "unknown tag `!key`", 1, 1);
    refused("a: !x!y 1", "a tag whose prefix is not declared", 1, 4);
    refused("a: !<x 1", "a malformed tag", 1, 4);
    refused("a: !!", "a malformed tag", 1, 4);
    refused("a: !!int 1.5", "expected an integer, as its tag says", 1, 10);
    refused(
        "a: !!int 010",
        "expected an integer without leading zeros (octal is `0o17`), as its tag says",
        1,
        10,
    );
    refused("a: !!float x", "expected a decimal number, as its tag says", 1, 12);
    refused("a: !!bool yes", "expected `true` or `false`, as its tag says", 1, 11);
    refused("a: !!null 0", "expected `null`, `~` or nothing, as its tag says", 1, 11);
    refused("a: !!map [1]", "expected a map, as its tag says", 1, 10);
    refused("a: !!seq {}", "expected a list, as its tag says", 1, 10);
    refused("a: !!str [1]", "expected a scalar, as its tag says", 1, 10);
    refused("a: !!seq 1", "expected a list, as its tag says", 1, 10);
    refused("!!int a: 1", "expected an integer, as its tag says", 1, 7);
    refused("a: & b", "a `&` or `*` without a name", 1, 4);
    refused("a: &x &y b", "a second tag, anchor or alias", 1, 7);
    refused("a: &x 1\nb: &y *x", "a second tag, anchor or alias", 2, 7);
    refused("a: *x\nb: &x 1", "an alias without an anchor before it", 1, 4);
    refused("*x : 1", "an alias without an anchor before it", 1, 1);
    refused("a: &x [1, *x]", "an alias inside the value that it repeats", 1, 11);
    refused("&x\na: {b: *x}", "an alias inside the value that it repeats", 2, 8);
}

#[test]
fn keys_and_merges() {
    let words = "a map or list as a key; a key must be a scalar";
    refused("[a]: b", words, 1, 1);
    refused("{a: b}: c", words, 1, 1);
    refused("? - a\n: b", words, 1, 3);
    refused("a: {? {b: c} : d}", words, 1, 7);
    refused("a: &x [1]\n*x : b", words, 2, 1);
    let words = "`<<` takes a map, or a list of maps";
    refused("a: {<<: 1}", words, 1, 9);
    refused("a: {<<: }", words, 1, 7);
    refused("a: {<<: [{}, [{}]]}", words, 1, 14);
    refused("a: &x 1\nb: {<<: *x}", words, 2, 9);
}

#[test]
fn directives_and_documents() {
    refused("a: 1\n---\nb: 2", "a second document; a configuration is a single one", 2, 1);
    refused("a: 1\n...\nb: 2", "a second document; a configuration is a single one", 3, 1);
    refused("---\n---\n", "a second document; a configuration is a single one", 2, 1);
    refused("a: 1\n... b", "text after `...`", 2, 5);
    refused("%YAML 1.2\na: 1", "expected `---` after a directive", 2, 1);
    refused("%YAML 2.0\n---\na: 1", "a version of YAML that is not 1", 1, 1);
    refused("%YAML 1.2\n%YAML 1.2\n---\na: 1", "a second `%YAML` directive", 2, 1);
    refused("%TAG ! x\n%TAG ! y\n---\na: 1", "a second `%TAG` directive for one prefix", 2, 1);
    refused("%YAML\n---\na: 1", "a malformed directive", 1, 1);
    refused("a: 1\n%YAML 1.2\n---\n", "a directive after the start of the document", 2, 1);
}

#[test]
fn roots_that_are_not_maps() {
    let root = |text: &str, expected: Kind, at: (u32, u32)| {
        let problems = problems(text);
        assert_eq!(problems[0].kind, ProblemKind::Root { found: expected }, "{text:?}");
        assert_eq!((problems.len(), place(&problems[0])), (1, at), "{text:?}");
    };
    root("\n- a", Kind::List, (2, 1));
    root("--- [a", Kind::List, (1, 5));
    root("text", Kind::String, (1, 1));
    root("# c\n12", Kind::Integer, (2, 1));
    root("1.5", Kind::Float, (1, 1));
    root("true", Kind::Bool, (1, 1));
    root("a:1", Kind::String, (1, 1));
    root("--- |\n a: 1\n", Kind::String, (1, 5));
}

#[test]
fn numbers_out_of_range() {
    let words = "a number that a 64-bit integer cannot hold";
    refused("a: 18446744073709551616", words, 1, 4);
    refused("a: [-9223372036854775809]", words, 1, 5);
    refused("a: 0x10000000000000000", words, 1, 4);
    let words = "a number that a finite 64-bit float cannot hold";
    for number in ["1e400", "-1e400", ".inf", "-.INF", "+.Inf", ".nan", ".NaN"] {
        refused(&format!("a:\n  b: {number}"), words, 2, 6);
    }
}

#[test]
fn duplicate_keys_name_both_places() {
    let first = "first defined here";
    refers("a: 1\nb: 2\na: 3", "duplicate key", (3, 1), first, (1, 1));
    refers("1: a\n\"1\": b", "duplicate key", (2, 1), first, (1, 1));
    refers("x: &a {b: 1, b: 2}\ny: *a", "duplicate key", (1, 14), first, (1, 8));
    refers("x: {<<: {a: 1, a: 2}}", "duplicate key", (1, 16), first, (1, 10));
    refers("a: &a {}\nx: {<<: *a, <<: *a}", "duplicate key", (2, 13), first, (2, 5));
    refers("&x a: 1\n*x : 2", "duplicate key", (2, 1), first, (1, 4));
    assert_eq!(problems("x: &a {b: 1, b: 2}\ny: [*a, *a]").len(), 1);
    let wide: String = (0..30).map(|key| format!("k{}: 1\n", key % 20)).collect();
    assert_eq!(problems(&wide).len(), 10);
}

#[test]
fn one_reading_finds_every_problem() {
    let text = "a: 1e400\nb:\n  - !t x\n  - *none\na: 2\nc: {d: 1, d: 2}\ne: 1: 2\n";
    let found: Vec<String> = problems(text).iter().map(|problem| problem.to_string()).collect();
    assert_eq!(
        found,
        [
            "a: a number that a finite 64-bit float cannot hold (t.yaml:1:4)",
            "b[0]: unknown tag `!t` (t.yaml:3:5); quote a text that starts with `!`",
            "b[1]: an alias without an anchor before it (t.yaml:4:5); quote a text that starts with `*`",
            "a: duplicate key (t.yaml:5:1); first defined here: t.yaml:1:1",
            "c.d: duplicate key (t.yaml:6:11); first defined here: t.yaml:6:5",
            "a second `: ` in one line (t.yaml:7:5); quote a value that has one, or put the inner map on lines of its own",
        ]
    );
    let many: String = (0..5000).map(|key| format!("k{key}: .inf\n")).collect();
    assert_eq!(problems(&many).len(), 51);
}

#[test]
fn problems_never_tell_a_secret() {
    let texts = [
        "password: canary: canary",
        "password: \"canary\ntoken: canary",
        "password: 'canary' canary",
        "password: [canary\nb: 1",
        "password: @canary",
        "password: !canary x",
        "password: *canary",
        "password: &canary *canary",
        "a: {token: !canary canary}",
        "canary\nb: 1",
        "password: |canary\n canary",
        "password: \"\\canary\"",
        "password: 1\n canary: 2",
        "password: !!int canary",
    ];
    for text in texts {
        let shown: Vec<String> =
            problems(text).iter().map(|problem| format!("{problem} {problem:?}")).collect();
        assert!(!shown.concat().contains("canary"), "{shown:?}");
    }
}

#[test]
fn limits_have_errors_of_their_own() {
    let limited = |text: &str, limits: Limits, limit: Limit, most: u64, at: (u32, u32)| {
        let problems = problems_with(text, limits);
        assert_eq!(problems[0].kind, ProblemKind::Limit { limit, most }, "{text:?}");
        assert_eq!((problems.len(), place(&problems[0])), (1, at), "{text:?}");
    };
    let mut limits = Limits::default();
    (limits.depth, limits.values, limits.key_bytes) = (3, 10, 8);
    (limits.alias_values, limits.alias_bytes) = (4, 8);
    limited("a: {b: [[1]]}", limits, Limit::Depth, 3, (1, 9));
    limited("a:\n  b:\n  - - 1", limits, Limit::Depth, 3, (3, 5));
    limited("a:\n  b:\n    c:\n      d: 1", limits, Limit::Depth, 3, (4, 7));
    limited("a: [b: [1]]", limits, Limit::Depth, 3, (1, 8));
    limited("a: &x [[]]\nb: [*x]", limits, Limit::Depth, 3, (2, 5));
    limited("a: [1, 2, 3, 4,\n 5, 6, 7, 8, 9]", limits, Limit::Values, 10, (2, 14));
    limited("a: 1\nlong key : 2\nlonger key: 3", limits, Limit::Key, 8, (3, 1));
    limited("a: {longer key: 3}", limits, Limit::Key, 8, (1, 5));
    limited("? longer key\n: 3", limits, Limit::Key, 8, (1, 3));
    limited("\"longer\\nkey\": 3", limits, Limit::Key, 8, (1, 1));
    limited("a: &x [1, 2]\nb: *x\nc: *x", limits, Limit::AliasValues, 4, (3, 4));
    limited("a: &x {k: 1, l: 2}\nb: {<<: *x}\nc: {<<: *x}", limits, Limit::AliasValues, 4, (3, 9));
    limited("a: &x text\nb: *x\nc: *x\nd: *x", limits, Limit::AliasBytes, 8, (4, 4));
    limited("&x text: 1\nb: {*x : 1}\nc: {*x : 1}\nd: {*x : 1}", limits, Limit::AliasBytes, 8, (4, 5));
}
