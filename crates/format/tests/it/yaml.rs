//! What YAML texts say, and where they say it.

use proptest::prelude::*;

use enhanced_config_core::{Location, NodeRef, ProblemKind, Value};
use enhanced_config_format::{Format, ParseOptions, Parsed, parse};
use serde_json::{Value as Json, json};

pub(crate) fn read(text: &str) -> Parsed {
    let parsed = parse(text.as_bytes(), Format::Yaml, "t.yaml", &ParseOptions::default());
    parsed.unwrap_or_else(|problems| panic!("{text:?}: {problems}"))
}

pub(crate) fn data(node: NodeRef<'_>) -> Json {
    match node.value() {
        Value::Null => Json::Null,
        Value::Bool(value) => value.into(),
        Value::Integer(value) => value.into(),
        Value::Unsigned(value) => value.into(),
        Value::Float(value) => value.into(),
        Value::String(value) => value.into(),
        Value::List(items) => items.map(data).collect(),
        Value::Map(entries) => entries.map(|(key, member)| (key.to_owned(), data(member))).collect(),
    }
}

#[track_caller]
fn check(text: &str, expected: Json) {
    let parsed = read(text);
    assert_eq!(data(parsed.document.root()), expected, "{text:?}");
    assert!(parsed.warnings.is_empty(), "{text:?}: {}", parsed.warnings);
}

/// Checks where the value at `path` stands, and where its key does.
#[track_caller]
fn place(text: &str, path: &str, value: (u32, u32), key: (u32, u32)) {
    let parsed = read(text);
    let node = parsed.document.get(path).unwrap_or_else(|| panic!("{text:?} has no {path}"));
    let location = |(line, column)| Some(Location { line, column });
    assert_eq!(node.origin().location(), location(value), "{path} in {text:?}");
    assert_eq!(node.key_origin().location(), location(key), "key of {path} in {text:?}");
}

#[test]
fn plain_scalars_follow_the_core_schema() {
    check("k: ", json!({"k": null}));
    check("k: ~", json!({"k": null}));
    check("k: [null, Null, NULL, nULL]", json!({"k": [null, null, null, "nULL"]}));
    check("k: [true, False, TRUE, tRUE]", json!({"k": [true, false, true, "tRUE"]}));
    check("k: [yes, no, on, off, y, n]", json!({"k": ["yes", "no", "on", "off", "y", "n"]}));
    check("k: [12, -3, +7, 0, -0]", json!({"k": [12, -3, 7, 0, 0]}));
    check("k: [0x1F, 0o17, 0b1, 1_000, 1:30]", json!({"k": [31, 15, "0b1", "1_000", "1:30"]}));
    check("k: [18446744073709551615, -9223372036854775808]", json!({"k": [u64::MAX, i64::MIN]}));
    check("k: [1.5, .5, 2., 1e3, -1.5E-2]", json!({"k": [1.5, 0.5, 2.0, 1000.0, -0.015]}));
    check("k: [1.2.3, 10.0.0.1, 2001-12-14]", json!({"k": ["1.2.3", "10.0.0.1", "2001-12-14"]}));
}

#[test]
fn quoted_scalars_are_strings() {
    check(r#"k: ["12", '~', "true", '', "", '1.5']"#, json!({"k": ["12", "~", "true", "", "", "1.5"]}));
    check("k: |\n  12\nj: >-\n  true\n", json!({"k": "12\n", "j": "true"}));
}

#[test]
fn a_leading_zero_keeps_a_string_and_warns() {
    let text = "mode: 0644\nids:\n  - 1\n  - -007\nquoted: '007'\nzero: 0\nfloat: 01.5\n";
    let parsed = read(text);
    let expected = json!({"mode": "0644", "ids": [1, "-007"], "quoted": "007", "zero": 0, "float": 1.5});
    assert_eq!(data(parsed.document.root()), expected);
    let warnings: Vec<String> = parsed.warnings.iter().map(|warning| warning.to_string()).collect();
    assert!(parsed.warnings.iter().all(|warning| warning.kind == ProblemKind::LeadingZero));
    assert_eq!(
        warnings,
        [
            "mode: a number with a leading zero is kept as a string (t.yaml:1:7)",
            "ids[1]: a number with a leading zero is kept as a string (t.yaml:4:5)",
        ]
    );
}

#[test]
fn tags_of_the_core_schema_are_honoured() {
    check("k: !!str 12", json!({"k": "12"}));
    check("k: !!str", json!({"k": ""}));
    check("k: !!str 007", json!({"k": "007"}));
    check("k: ! 12", json!({"k": "12"}));
    check("k: ! [1]", json!({"k": [1]}));
    check("k: !!int '12'", json!({"k": 12}));
    check("k: !!float 1", json!({"k": 1.0}));
    check("k: !!bool \"true\"", json!({"k": true}));
    check("k: [!!null null, !!null '', !!null ]", json!({"k": [null, null, null]}));
    check("k: !!map {a: 1}\nj: !!seq [1]", json!({"k": {"a": 1}, "j": [1]}));
    check("k: !<tag:yaml.org,2002:str> 12", json!({"k": "12"}));
    check("%TAG !y! tag:yaml.org,2002:\n---\nk: !y!str 12", json!({"k": "12"}));
    check("!!map\nk: &a !!str 1\nj: !!str &b 2", json!({"k": "1", "j": "2"}));
}

#[test]
fn keys_are_the_text_they_are_written_with() {
    check("1: a\n0x1F: b\n007: c\n1e400: d\n", json!({"1": "a", "0x1F": "b", "007": "c", "1e400": "d"}));
    check("true: a\n~: b\nnull: c\n: d\n", json!({"true": "a", "~": "b", "null": "c", "": "d"}));
    check("!!int 1: a\n!!str 2: b\n", json!({"1": "a", "2": "b"}));
    check("? a\n? 'b'\n: 1\n? |\n  c\n: 2\n", json!({"a": null, "b": 1, "c\n": 2}));
    check("{a, b: , ? c, ? d : 1, \"e\":2}", json!({"a": null, "b": null, "c": null, "d": 1, "e": 2}));
    check("? several\n  lines\n: 1\n", json!({"several lines": 1}));
    check(
        "a b: 1\na#b: 2\na:b: 3\n-a: 4\n?a: 5\n:a: 6",
        json!({"a b": 1, "a#b": 2, "a:b": 3, "-a": 4, "?a": 5, ":a": 6}),
    );
    let long = "k".repeat(16 << 10);
    check(&format!("{long}: 1"), json!({ long: 1 }));
}

#[test]
fn aliases_repeat_what_they_name() {
    check("a: &x 1\nb: *x\n", json!({"a": 1, "b": 1}));
    check(
        "a: &x {k: [1, &y two]}\nb: *x\nc: *y\n",
        json!({"a": {"k": [1, "two"]}, "b": {"k": [1, "two"]}, "c": "two"}),
    );
    check("a: &x 1\nb: &x 2\nc: *x\n", json!({"a": 1, "b": 2, "c": 2}));
    check("&k a: &v 1\n*v : *k\n", json!({"a": 1, "1": "a"}));
    check(
        "&k 1: a\n&l !!int 2: b\n&m !!str 3: [*k, *l]\nd: *m\n",
        json!({"1": "a", "2": "b", "3": [1, 2], "d": "3"}),
    );
    check("a: &x\nb: *x\nc: [*x, *x]\n", json!({"a": null, "b": null, "c": [null, null]}));
    check("a: &x [&y [1], *y]\nb: [*x, *y]\n", json!({"a": [[1], [1]], "b": [[[1], [1]], [1]]}));
    check("a: &x !!str 1\nb: *x\n", json!({"a": "1", "b": "1"}));
    check("a: &x |\n  text\nb: [*x]\n", json!({"a": "text\n", "b": ["text\n"]}));
}

#[test]
fn merge_keys_add_what_the_map_lacks() {
    let base = "base: &b {x: 1, y: 2}\n";
    let merged = |rest: &str| read(&format!("{base}{rest}")).document;
    let check = |rest: &str, expected: Json| {
        assert_eq!(data(merged(rest).root().get("m").unwrap()), expected, "{rest}")
    };
    check("m: {<<: *b}", json!({"x": 1, "y": 2}));
    check("m: {<<: *b, x: 3}", json!({"x": 3, "y": 2}));
    check("m: {x: 3, <<: *b}", json!({"x": 3, "y": 2}));
    check("m:\n  <<: {x: 5, z: 6}\n  y: 7", json!({"x": 5, "z": 6, "y": 7}));
    check("m:\n  <<: [{x: 0}, *b, {y: 9, z: 9}]", json!({"x": 0, "y": 2, "z": 9}));
    check("l: &l [*b, {z: 1}]\nm: {<<: *l}", json!({"x": 1, "y": 2, "z": 1}));
    check("m: {<<: {<<: *b, y: 3}, z: 4}", json!({"x": 1, "y": 3, "z": 4}));
    check("n: &n {<<: *b, y: 3}\nm: {<<: *n, x: 0}", json!({"x": 0, "y": 3}));
    check("m: {<<: []}", json!({}));
    check("m: {<<: {a: &in [1, 2]}, b: *in}", json!({"a": [1, 2], "b": [1, 2]}));
    check("n: &n {<<: {q: &q {r: 1}}}\nm: {<<: *n, p: *q}", json!({"q": {"r": 1}, "p": {"r": 1}}));
    check("m: {\"<<\": 1, x: 2}", json!({"<<": 1, "x": 2}));
    check("m: {'<<': *b}", json!({"<<": {"x": 1, "y": 2}}));
    check("m: [<<, \"<<\"]", json!(["<<", "<<"]));
}

#[test]
fn merged_members_follow_the_own_ones() {
    let parsed = read("b: &b {x: 1, y: 2}\nm:\n  <<: *b\n  a: 0\n  y: 3\n");
    let keys: Vec<&str> = parsed.document.get("m").unwrap().entries().map(|(key, _)| key).collect();
    assert_eq!(keys, ["a", "y", "x"]);
}

#[test]
fn line_ends_marks_and_markers_do_not_matter() {
    check("a: 1\r\nb:\r\n  - x\r\n  - |\r\n    t\r\n    u\r\n", json!({"a": 1, "b": ["x", "t\nu\n"]}));
    check("a: 1\rb: 2\r", json!({"a": 1, "b": 2}));
    check("\u{feff}a: 1\n", json!({"a": 1}));
    check("\u{feff}# comment\n---\na: 1\n...\n", json!({"a": 1}));
    check("---\na: 1\n...\n# comment\n...\n", json!({"a": 1}));
    check("...\na: 1", json!({"a": 1}));
    check("%YAML 1.1\n%FOO bar\n--- # comment\na: 1", json!({"a": 1}));
    check("--- !!map\na: 1", json!({"a": 1}));
    check(
        "a: \"é \u{1f600} \\U0001F600 \\ud83d\\ude00\"\nключ: 名\n",
        json!({"a": "é 😀 😀 😀", "ключ": "名"}),
    );
    check("a: '\u{2028}\u{85}\u{feff}'", json!({"a": "\u{2028}\u{85}\u{feff}"}));
    check("{\n\t\"a\":\t[1,\n\t\t2]\n}", json!({"a": [1, 2]}));
}

#[test]
fn flow_lines_need_no_indentation() {
    check("a: [\n1,\n2\n]\nb: {\n}\n", json!({"a": [1, 2], "b": {}}));
    check("a: {x: 1,\ny: [2,\n3]}\n", json!({"a": {"x": 1, "y": [2, 3]}}));
}

#[test]
fn a_text_at_the_end_of_the_file_ends_its_line() {
    check("a: |\n  x", json!({"a": "x\n"}));
    check("a: |-\n  x", json!({"a": "x"}));
}

#[test]
fn values_stand_at_their_first_character() {
    place("a: 1", "a", (1, 4), (1, 1));
    place("é:  \"ü\" # c\nb: 'x'", "b", (2, 4), (2, 1));
    place("{\"é\": \"é\", b: 2}", "b", (1, 15), (1, 12));
    place("a: !!str &x  1", "a", (1, 14), (1, 1));
    place("a:\n  !!str\n  text", "a", (3, 3), (1, 1));
    place("a: # c\n\n  several\n  lines", "a", (3, 3), (1, 1));
    place("? a\n: 1", "a", (2, 3), (1, 3));
    place("\u{feff}a: 1\r\nb: 2", "b", (2, 4), (2, 1));
}

#[test]
fn block_texts_stand_at_their_indicator() {
    place("a: |\n  text", "a", (1, 4), (1, 1));
    place("a: # |\n  !<tag:yaml.org,2002:str> &x|y\n   >-2 # c\n\n     text", "a", (3, 4), (1, 1));
    place("a: |\nb: 1", "a", (1, 4), (1, 1));
    place("a: |", "a", (1, 4), (1, 1));
    place("x:\n- |\n- >+\n\n- |\n  t\n", "x[1]", (3, 3), (3, 3));
    place("? >\n a\n: |\n b\n", "\"a\n\"", (3, 3), (1, 3));
}

#[test]
fn maps_and_lists_stand_at_their_first_indicator() {
    place("a: {b: [ 1 ]}", "a", (1, 4), (1, 1));
    place("a: {b: [ 1 ]}", "a.b", (1, 8), (1, 5));
    place("a: &x\n  b: 1", "a", (2, 3), (1, 1));
    place("a: !!map\n  ? b\n  : 1", "a", (2, 3), (1, 1));
    place("a:\n  - b\n", "a", (2, 3), (1, 1));
    place("a:\n-   b\n- c\n", "a", (2, 1), (1, 1));
    place("a: &x # - c\n-   # - c\n  b\n", "a", (2, 1), (1, 1));
    place("a:\n- - b\n", "a", (2, 1), (1, 1));
    place("a:\n- - b\n", "a[0]", (2, 3), (2, 3));
    place("a:\n- b: 1\n", "a[0]", (2, 3), (2, 3));
    place("a: [b: 1]", "a[0]", (1, 5), (1, 5));
    place("? a\n: - b", "a", (2, 3), (1, 3));
}

#[test]
fn what_is_absent_stands_where_it_would_be_written() {
    place("a:\nb: 1", "a", (1, 1), (1, 1));
    place("x: {a, b: , c:}", "x.b", (1, 8), (1, 8));
    place("x:\n  a: !!str\n", "x.a", (2, 3), (2, 3));
    place("? a\n? b\n", "b", (2, 3), (2, 3));
    place("x:\n  - 1\n  -  # - c\n", "x[1]", (3, 3), (3, 3));
    place("x:\n-\n- 1\n", "x[0]", (2, 1), (2, 1));
    place("x:\n- -\n", "x[0][0]", (2, 3), (2, 3));
    place("x:\n- : 1\n", "x[0].\"\"", (2, 5), (2, 3));
}

#[test]
fn what_an_alias_repeats_stands_at_the_anchor() {
    let text = "a: &x {k: 1}\nb: *x\nc: [*x]\nd:\n  <<: *x\n";
    place(text, "b", (1, 7), (2, 1));
    place(text, "b.k", (1, 11), (1, 8));
    place(text, "c[0].k", (1, 11), (1, 8));
    place(text, "d.k", (1, 11), (1, 8));
    place("&x a: 1\nb: {*x : 2}", "b.a", (2, 10), (2, 5));
    place("&x a: 1\nb: *x", "b", (1, 4), (2, 1));
}

#[test]
fn empty_texts_are_refused_unless_allowed() {
    for text in ["", "\n \n", "# comment", "---", "---\n...\n", "null", "~", "--- # c\n!!null\n", "\u{feff}"]
    {
        let problems = parse(text.as_bytes(), Format::Yaml, "t", &ParseOptions::default()).unwrap_err();
        assert_eq!(
            problems.iter().map(|problem| &problem.kind).collect::<Vec<_>>(),
            [&ProblemKind::Empty],
            "{text:?}"
        );
        let allowed =
            parse(text.as_bytes(), Format::Yaml, "t", &ParseOptions::default().with_allow_empty(true));
        assert!(allowed.unwrap().document.root().is_empty(), "{text:?}");
    }
    check("{}", json!({}));
}

/// Without the unprintable characters above ASCII's, which the parser wants escaped.
const TEXT: &str = "[ -~\\n\\t\u{0}\u{a0}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]{0,8}";

fn json_values() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        TEXT.prop_map(Json::from),
    ];
    scalar.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::btree_map(TEXT, inner, 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    /// Every JSON text is a YAML text that says the same at the same places.
    #[test]
    fn json_is_yaml(value in json_values(), pretty: bool) {
        let root = json!({ "root": value });
        let text = if pretty { serde_json::to_string_pretty(&root) } else { serde_json::to_string(&root) }.unwrap();
        let json = parse(text.as_bytes(), Format::Json, "t", &ParseOptions::default()).unwrap().document;
        let yaml = read(&text).document;
        prop_assert_eq!(&yaml, &json);
        prop_assert_eq!(positions(yaml.root()), positions(json.root()));
    }
}

fn positions(node: NodeRef<'_>) -> Vec<(u32, u32)> {
    let inner = node.items().chain(node.entries().map(|(_, member)| member)).flat_map(positions);
    std::iter::once((node.position(), node.key_position())).chain(inner).collect()
}
