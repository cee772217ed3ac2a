use enhanced_config_core::{Document, Kind, Limit, ProblemKind, Problems, Value};
use enhanced_config_format::{Format, Limits, ParseOptions, parse};

fn read_with(text: &[u8], options: &ParseOptions) -> Result<Document, Problems> {
    parse(text, Format::Json, "a.json", options).map(|parsed| {
        assert!(parsed.warnings.is_empty());
        parsed.document
    })
}

fn read(text: &str) -> Result<Document, Problems> {
    read_with(text.as_bytes(), &ParseOptions::default())
}

/// The one error of a text, as a person reads it.
#[track_caller]
fn refused(text: &str, expected: &str) {
    assert_eq!(read(text).unwrap_err().to_string().replace("a.json:", ""), expected, "{text}");
}

/// The value of `v` in `{"v":…}`.
#[track_caller]
fn check(value: &str, expected: Value<'_>) {
    let document =
        read(&format!("{{\"v\":{value}}}")).unwrap_or_else(|problems| panic!("{value}: {problems}"));
    assert_eq!(format!("{:?}", document.get("v").unwrap().value()), format!("{expected:?}"), "{value}");
}

#[test]
fn numbers_are_exact() {
    check("0", Value::Integer(0));
    check("-0", Value::Integer(0));
    check("7", Value::Integer(7));
    check("9223372036854775807", Value::Integer(i64::MAX));
    check("-9223372036854775808", Value::Integer(i64::MIN));
    check("9223372036854775808", Value::Unsigned(1 << 63));
    check("9999999999999999999", Value::Unsigned(9_999_999_999_999_999_999));
    check("18446744073709551615", Value::Unsigned(u64::MAX));
    check("-0.0", Value::Float(-0.0));
    check("1.0", Value::Float(1.0));
    check("1e3", Value::Float(1000.0));
    check("1E+3", Value::Float(1000.0));
    check("-2.5e-3", Value::Float(-0.0025));
    check("0.1", Value::Float(0.1));
    check("5e-324", Value::Float(5e-324));
    check("1e-400", Value::Float(0.0));
    check("1.7976931348623157e308", Value::Float(f64::MAX));
    check("2.2250738585072011e-308", Value::Float(2.225_073_858_507_201e-308));
    check("9007199254740993.0", Value::Float(9_007_199_254_740_992.0));
    check("0.000000000000000000000000000000000000000000000000000001", Value::Float(1e-54));
}

#[test]
fn strings_are_decoded() {
    check(r#""""#, Value::String(""));
    check(r#""plain""#, Value::String("plain"));
    check(r#""\"\\\/\b\f\n\r\t""#, Value::String("\"\\/\u{8}\u{c}\n\r\t"));
    check(
        r#""a long run of text, \u00e9, \uD83D\uDE00 and more""#,
        Value::String("a long run of text, é, 😀 and more"),
    );
    check("\"é\u{7f}\u{85}\u{2028}\u{feff}\"", Value::String("é\u{7f}\u{85}\u{2028}\u{feff}"));
    check(r#""\u0000\uFFFF""#, Value::String("\0\u{ffff}"));
}

#[test]
fn words_lists_and_maps_are_read() {
    check("true", Value::Bool(true));
    check("false", Value::Bool(false));
    check("null", Value::Null);
    let document =
        read(" \r\n\t{ \"a\" : [ 1 , [ ] , { } ] , \"\\u0062\" : { \"c\" : [ { \"d\" : 2 } ] } } \n")
            .unwrap();
    assert_eq!(document.get("a").unwrap().len(), 3);
    assert_eq!(document.get("b.c[0].d").and_then(|d| d.as_i64()), Some(2));
}

#[test]
fn every_value_and_key_knows_its_place() {
    let document = read("{\n  \"é\": \"é\", \"n\": -1.5,\n  \"l\": [true,\n    {\"m\": {}}]\n}").unwrap();
    let check = |path: &str, value: &str, key: &str| {
        let node = document.get(path).unwrap();
        assert_eq!(node.origin().to_string(), format!("a.json:{value}"), "{path}");
        assert_eq!(node.key_origin().to_string(), format!("a.json:{key}"), "{path}");
    };
    check("é", "2:8", "2:3");
    check("n", "2:18", "2:13");
    check("l", "3:8", "3:3");
    check("l[0]", "3:9", "3:9");
    check("l[1].m", "4:11", "4:6");
}

#[test]
fn numbers_out_of_range_are_all_reported_with_their_keys() {
    refused(r#"{"a":1e400}"#, "a: a number that a 64-bit float cannot hold (1:6)");
    refused(r#"{"a":18446744073709551616}"#, "a: a number that a 64-bit integer cannot hold (1:6)");
    refused(
        "{\"l\":[1,{\"m\":\n-9223372036854775809}],\n\"x\": -1e999}",
        "l[1].m: a number that a 64-bit integer cannot hold (2:1)\nx: a number that a 64-bit float cannot hold (3:6)",
    );
    refused(
        "{\"a\": 1e400,\n\"a\": 1}",
        "a: a number that a 64-bit float cannot hold (1:7)\na: duplicate key (2:1); first defined here: 1:2",
    );
    let many = read(&format!("{{\"a\":[{}0]}}", "1e400,".repeat(200_000))).unwrap_err();
    assert_eq!(many.len(), 101);
    assert!(many.iter().any(|problem| problem.kind == ProblemKind::More { most: 100 }));
}

#[test]
fn numbers_that_json_does_not_have() {
    refused(
        r#"{"a":01}"#,
        "a number with a leading zero (1:6); remove the zero, or put text in double quotes",
    );
    refused(
        r#"{"a":-007}"#,
        "a number with a leading zero (1:6); remove the zero, or put text in double quotes",
    );
    refused(r#"{"a":1.}"#, "a number without a digit after its point (1:6)");
    refused(r#"{"a":1.e5}"#, "a number without a digit after its point (1:6)");
    refused(r#"{"a":.5}"#, "a number without a digit before its point (1:6); write `0.5` instead of `.5`");
    refused(r#"{"a":-.5}"#, "a number without a digit before its point (1:6); write `0.5` instead of `.5`");
    refused(r#"{"a":1e}"#, "a number without digits in its exponent (1:6)");
    refused(r#"{"a":1e+}"#, "a number without digits in its exponent (1:6)");
    refused(r#"{"a":-}"#, "a `-` without digits (1:6)");
    refused(r#"{"a":+1}"#, "a number with a `+` (1:6); remove the `+`");
    refused(r#"{"a":0x1F}"#, "JSON has only decimal numbers (1:6); write the number in decimal");
    refused(r#"{"a":1_000}"#, "JSON has no `_` in numbers (1:6); remove it");
    refused(r#"{"a":NaN}"#, "JSON has no NaN and no infinity (1:6)");
    refused(r#"{"a":Infinity}"#, "JSON has no NaN and no infinity (1:6)");
    refused(r#"{"a":-Infinity}"#, "JSON has no NaN and no infinity (1:6)");
    refused(r#"{"a":10.0.0.1}"#, "text without quotes (1:6); put it in double quotes");
    refused(r#"{"a":5s}"#, "text without quotes (1:6); put it in double quotes");
    refused(r#"{"a":1.5s}"#, "text without quotes (1:6); put it in double quotes");
    refused(r#"{"a":1e5s}"#, "text without quotes (1:6); put it in double quotes");
}

/// The data of JSON with comments, and where the last of its members stands; or the one error that it has.
#[track_caller]
fn with_comments(text: &str, expected: &str) {
    let found = match parse(text.as_bytes(), Format::Jsonc, "a.jsonc", &ParseOptions::default()) {
        Ok(parsed) => {
            let root = parsed.document.root();
            let last = root.entries().last().map(|(_, member)| format!(" {}", member.origin()));
            serde_json::Value::from(root).to_string() + &last.unwrap_or_default()
        }
        Err(problems) => problems.to_string(),
    };
    assert_eq!(found.replace("a.jsonc:", ""), expected, "{text}");
}

#[test]
fn comments_move_nothing_where_they_are_allowed() {
    with_comments("{\"a\": 1}", "{\"a\":1} 1:7");
    with_comments("// é\r\n/* { */{// x\r\n  \"a\": [1, 2 , /* 3 */ ], }// \"", "{\"a\":[1,2]} 3:8");
    with_comments(
        "{\"a\": \"// no /* comment\", /* \u{1f980}\n */ \"b\": 2}",
        "{\"a\":\"// no /* comment\",\"b\":2} 2:10",
    );
    with_comments("{\n  // one\n  \"a\": x\n}", "text without quotes (3:8); put it in double quotes");
    with_comments("{\"a\": 1, // one\n\"a\": 2}", "a: duplicate key (2:1); first defined here: 1:2");
    with_comments("{\"a\": 1 // one\n\"b\": 2}", "a comma is missing (1:8)");
    with_comments("{\"a\": 1,, }", "a comma too many (1:9); remove it");
    with_comments("{,}", "a comma too many (1:2); remove it");
    with_comments("{\"a\": 1 # one\n}", "`#` starts no comment in JSON (1:9); remove it");
    with_comments("{\"a\": 1 /* one }", "a comment without an end (1:9); put `*/` behind it");
    with_comments("// nothing", "empty: expected a map of keys to values (1:1)");
    with_comments("{\"a\": 1 / 2}", "expected `,` or `}` (1:9)");
}

#[test]
fn comments_and_commas() {
    let moved = "remove it; a configuration may have comments in a `.jsonc` file";
    refused("{\n  // why\n  \"a\": 1}", &format!("JSON has no comments (2:3); {moved}"));
    refused("{\"a\": 1, /* why */ \"b\": 2}", &format!("JSON has no comments (1:10); {moved}"));
    refused("{\"a\": # why\n1}", "`#` starts no comment in JSON (1:7); remove it");
    refused("{\"a\": 1} # why", "`#` starts no comment in JSON (1:10); remove it");
    refused("// why\n{}", &format!("JSON has no comments (1:1); {moved}"));
    refused("{} /* why", "a comment without an end (1:4); put `*/` behind it");
    refused("{\"a\": 1,\n}", "a trailing comma (1:8); remove it");
    refused("{\"a\": [1, 2 , ]}", "a trailing comma (1:13); remove it");
    refused("{\"a\": 1,, \"b\": 2}", "a comma too many (1:9); remove it");
    refused("{\"a\": [1,,2]}", "a value is missing (1:10)");
    refused("{\"a\": [,1]}", "a value is missing (1:8)");
    refused("{,}", "a comma too many (1:2); remove it");
    refused("{\"a\": 1\n \"b\": 2}", "a comma is missing (1:8)");
    refused("{\"a\": [1 2]}", "a comma is missing (1:9)");
    refused("{\"a\": [1; 2]}", "expected `,` or `]` (1:9)");
    refused("{\"a\": 1; \"b\": 2}", "expected `,` or `}` (1:8)");
    refused("{}, {}", "text after the end of the document (1:3)");
}

#[test]
fn keys_and_quotes() {
    refused("{a: 1}", "a key without quotes (1:2); put it in double quotes");
    refused("{1: 1}", "a key without quotes (1:2); put it in double quotes");
    refused("{'a': 1}", "a quote other than `\"` (1:2); JSON has only straight double quotes");
    refused("{\"a\": 'b'}", "a quote other than `\"` (1:7); JSON has only straight double quotes");
    refused("{\"a\": “b”}", "a quote other than `\"` (1:7); JSON has only straight double quotes");
    refused("{\"a\": hello}", "text without quotes (1:7); put it in double quotes");
    refused("{\"a\": truely}", "text without quotes (1:7); put it in double quotes");
    refused("{\"a\": True}", "`true`, `false` and `null` are lower case in JSON (1:7)");
    refused("{\"a\": None}", "nothing is `null` in JSON (1:7)");
    refused("{\"a\": ~}", "expected a value (1:7)");
    refused("{\"a\"}", "a key without a value (1:5)");
    refused("{\"a\", \"b\"}", "a key without a value (1:5)");
    refused("{\"a\":}", "a value is missing (1:6)");
    refused("{\"a\": , \"b\": 1}", "a value is missing (1:7)");
    refused("{\"a\" = 1}", "a `=` between key and value (1:6); write `:`");
    refused("{\"a\" 1}", "a colon is missing between key and value (1:5)");
    refused("{: 1}", "a key is missing (1:2)");
    refused("{[1]: 1}", "expected a key in double quotes (1:2)");
    refused("{\"a\":: 1}", "a key is missing (1:6)");
    refused("{\"a\": [\"b\": 1]}", "a key inside a list (1:11); only a map, in `{` and `}`, has keys");
    refused("\"a\": 1", "a key outside of a map (1:4); put `{` before the first key and `}` at the end");
    refused("a: 1", "text without quotes (1:1); put it in double quotes");
    refused("{\u{a0}\"a\": 1}", "a blank that JSON does not know (1:2); replace it by a space");
    refused("{\"a\": \u{feff}1}", "a blank that JSON does not know (1:7); replace it by a space");
    refused("{\"a\": \0}", "expected a value (1:7)");
}

#[test]
fn what_is_not_closed_is_shown_with_its_opening() {
    refused("{", "the text ends inside a map (1:2); opened here: 1:1");
    refused("{\"a\": 1\n\n", "the text ends inside a map (1:8); opened here: 1:1");
    refused("{\"a\": [1,\n 2", "the text ends inside a list (2:3); opened here: 1:7");
    refused("{\"a\": [{\"b\": ", "the text ends inside a map (1:13); opened here: 1:8");
    refused("{\"a\"", "the text ends inside a map (1:5); opened here: 1:1");
    refused("{\"a\": \"b", "the text ends inside a string (1:9); opened here: 1:7");
    refused("{\"a\": \"b\\", "the text ends inside a string (1:10); opened here: 1:7");
    refused(
        "{\"a\": \"b\n}",
        "a line break inside a string (1:9); opened here: 1:7; close the string, or write `\\n`",
    );
    refused("{\"a\": [1}", "expected `]`, found `}` (1:9); opened here: 1:7");
    refused("{\"a\": [1}}", "expected `]`, found `}` (1:9); opened here: 1:7");
    refused("{\"a\": 1]", "expected `}`, found `]` (1:8); opened here: 1:1");
    refused("{\"a\": 1}}", "a bracket that closes nothing (1:9); remove it");
    refused("]", "a bracket that closes nothing (1:1); remove it");
    refused("{}\n{}", "a second value after the end (2:1); a file holds one document");
    refused("{} x", "text after the end of the document (1:4)");
}

#[test]
fn broken_strings() {
    let known = r#"write `\\` for a backslash; JSON knows \" \\ \/ \b \f \n \r \t \u"#;
    refused(r#"{"a": "C:\dir"}"#, &format!("an unknown escape (1:10); {known}"));
    refused(r#"{"a\x": 1}"#, &format!("an unknown escape (1:4); {known}"));
    refused("{\"a\": \"\t\"}", "a tab inside a string (1:8); write `\\t`");
    refused(
        "{\"a\": \"é\u{1}\"}",
        "a control character inside a string (1:9); write `\\u` and four hexadecimal digits",
    );
    refused(r#"{"a": "\u12"}"#, "a `\\u` without four hexadecimal digits (1:8)");
    refused(r#"{"a": "\u12é4"}"#, "a `\\u` without four hexadecimal digits (1:8)");
    refused(r#"{"a": "\u+123"}"#, "a `\\u` without four hexadecimal digits (1:8)");
    let half = "half of a surrogate pair (1:8); write both halves, or the character itself";
    refused(r#"{"a": "\ud83d"}"#, half);
    refused(r#"{"a": "\ude00"}"#, half);
    refused(r#"{"a": "\ud83d\ud83d"}"#, half);
    refused(r#"{"a": "\ud83d\n"}"#, half);
}

#[test]
fn all_duplicate_keys_are_reported_with_both_places() {
    refused(
        "{\"a\": 1,\n \"b\": {\"c\": 1, \"c\": 2},\n \"\\u0061\": 3}",
        "b.c: duplicate key (2:16); first defined here: 2:8\na: duplicate key (3:2); first defined here: 1:2",
    );
}

#[test]
fn a_root_is_a_map() {
    let root = |text: &str, found| {
        let problems = read(text).unwrap_err();
        assert_eq!(problems.iter().next().unwrap().kind, ProblemKind::Root { found }, "{text}");
        assert_eq!(problems.len(), 1);
    };
    root("[1, 2]", Kind::List);
    root(" \"a\"", Kind::String);
    root("1", Kind::Integer);
    root("1e3", Kind::Float);
    root("true", Kind::Bool);
    refused("\n [1]", "expected a map of keys to values at the root, found list (2:2)");
    refused("[1", "the text ends inside a list (1:3); opened here: 1:1");
    for text in ["", " \n", "\u{feff}", "null", " null\n"] {
        refused(text, "empty: expected a map of keys to values (1:1)");
        let document = read_with(text.as_bytes(), &ParseOptions::default().with_allow_empty(true)).unwrap();
        assert!(document.root().is_empty());
    }
}

#[test]
fn a_byte_order_mark_is_skipped_and_not_counted() {
    assert_eq!(read("\u{feff}{\"a\": 1}").unwrap().get("a").unwrap().origin().to_string(), "a.json:1:7");
}

#[test]
fn limits_are_kept_to_the_last_one() {
    let mut limits = Limits::default();
    (limits.depth, limits.values, limits.key_bytes) = (3, 5, 4);
    let options = ParseOptions::default().with_limits(limits);
    let fits = |text: &str| assert!(read_with(text.as_bytes(), &options).is_ok(), "{text}");
    let over = |text: &str, limit, most, place: &str| {
        let problems = read_with(text.as_bytes(), &options).unwrap_err();
        let problem = problems.iter().next().unwrap();
        assert_eq!(problem.kind, ProblemKind::Limit { limit, most }, "{text}");
        assert_eq!(problem.origin.as_ref().unwrap().to_string(), format!("a.json:{place}"), "{text}");
    };
    fits(r#"{"a":[{}]}"#);
    over(r#"{"a":[{"b":[]}]}"#, Limit::Depth, 3, "1:12");
    fits(r#"{"a":[1,2,3]}"#);
    over(r#"{"a":[1,2,3,4]}"#, Limit::Values, 5, "1:13");
    fits(r#"{"abcd":1}"#);
    over(r#"{"abcde":1}"#, Limit::Key, 4, "1:2");
}

#[test]
fn hostile_texts_end_at_once() {
    let limit = |text: &str| {
        let problems = read(text).unwrap_err();
        assert!(matches!(problems.iter().next().unwrap().kind, ProblemKind::Limit { .. }), "{problems}");
    };
    limit(&"[".repeat(1_000_000));
    limit(&"{\"a\":".repeat(1_000_000));
    limit(&format!("{{\"a\":[{}1]}}", "1,".repeat(400_000)));
    let many: Vec<String> = (0..300_000).map(|n| format!("\"{n}\":1")).collect();
    limit(&format!("{{{}}}", many.join(",")));
    assert!(read(&format!("{{\"a\":\"{}", "x".repeat(1_200_000))).is_err());
}

#[test]
fn no_message_holds_any_of_the_text() {
    let canary = "hunter2";
    for text in [
        "{\"password\": hunter2}",
        "{\"password\": \"hunter2\" hunter2}",
        "{hunter2: 1}",
        "{\"password\": \"hunter2",
        "{\"password\": \"hunter2\\x\"}",
        "{\"password\": \"hunter2\"} hunter2",
        "hunter2",
        "'hunter2'",
        "\"hunter2\"",
        "[\"hunter2\"]",
        "{\"password\": \"hunter2\", \"password\": \"hunter2\"}",
        "{\"password\": 1e400, // hunter2",
    ] {
        let problems = read(text).unwrap_err();
        assert!(!format!("{problems} {problems:?}").contains(canary), "{problems:?}");
    }
}
