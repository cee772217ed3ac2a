use enhanced_config_core::{Document, Entries, NodeRef, ProblemKind, Problems, Value};
use enhanced_config_format::{Format, Limits, ParseOptions, Parsed, parse};

fn read(text: &str) -> Result<Document, Problems> {
    parse(text.as_bytes(), Format::Toml, "t", &ParseOptions::default()).map(|parsed| parsed.document)
}

/// The text means what this JSON means, members in this order.
#[track_caller]
fn check(text: &str, json: &str) {
    let document = read(text).unwrap_or_else(|problems| panic!("{text}\n{problems}"));
    assert_eq!(serde_json::to_string(&document).unwrap(), json, "{text}");
}

/// The text is refused with these problems, one a line.
#[track_caller]
fn refused(text: &str, problems: &str) {
    let found = read(text).expect_err(text).to_string();
    assert_eq!(found, problems, "{text}");
}

/// The value at this path, and its key, stand at these places.
#[track_caller]
fn stands(text: &str, path: &str, value: &str, key: &str) {
    let document = read(text).unwrap();
    let node = document.get(path).unwrap();
    let places = (node.origin().to_string(), node.key_origin().to_string());
    assert_eq!(places, (format!("t:{value}"), format!("t:{key}")), "{path} in {text}");
}

#[test]
fn comments_and_blank_lines() {
    check("# a\na = 1 # b\n\n\t \n# c", r#"{"a":1}"#);
    check("a = \"# no comment\"", r##"{"a":"# no comment"}"##);
    check("a = 1\r\n\r\n# b\r\nc = 2\r\n", r#"{"a":1,"c":2}"#);
    check("a = [ # behind a bracket\n]", r#"{"a":[]}"#);
}

#[test]
fn keys() {
    check("key = 1\nbare_key = 2\nbare-key = 3\n1234 = 4", r#"{"key":1,"bare_key":2,"bare-key":3,"1234":4}"#);
    check(r#""127.0.0.1" = 1"#, r#"{"127.0.0.1":1}"#);
    check(
        "\"\u{28e}\u{f8}\" = 1\n'quoted \"value\"' = 2",
        "{\"\u{28e}\u{f8}\":1,\"quoted \\\"value\\\"\":2}",
    );
    check(r#""" = 1"#, r#"{"":1}"#);
    check(r#""a\tb" = 1"#, r#"{"a\tb":1}"#);
    check("true = 1\ninf = 2", r#"{"true":1,"inf":2}"#);
}

#[test]
fn dotted_keys() {
    check(
        r#"a.b = 1
a."x.y".c = 2"#,
        r#"{"a":{"b":1,"x.y":{"c":2}}}"#,
    );
    check("fruit . flavor = 1\nfruit\t.\tsize = 2", r#"{"fruit":{"flavor":1,"size":2}}"#);
    check("3.14159 = 1", r#"{"3":{"14159":1}}"#);
    check(
        "apple.type = 1\norange.type = 2\napple.skin = 3",
        r#"{"apple":{"type":1,"skin":3},"orange":{"type":2}}"#,
    );
}

#[test]
fn strings() {
    check(
        r#"a = "\b\t\n\f\r\e\"\\\x41\u00e9\U0001F600""#,
        "{\"a\":\"\\b\\t\\n\\f\\r\\u001b\\\"\\\\A\u{e9}\u{1f600}\"}",
    );
    check(r"a = 'C:\Users\x'", r#"{"a":"C:\\Users\\x"}"#);
    check("a = ''\nb = \"\"\nc = ''''''\nd = \"\"\"\"\"\"", r#"{"a":"","b":"","c":"","d":""}"#);
    check("a = \"\"\"\nRoses\nViolets\"\"\"", r#"{"a":"Roses\nViolets"}"#);
    check("a = \"\"\"\r\nx\r\ny\"\"\"", r#"{"a":"x\r\ny"}"#);
    check("a = \"\"\"\nThe quick \\\n\n\n  fox \\  \r\n jumps.\\\n\"\"\"", r#"{"a":"The quick fox jumps."}"#);
    check(
        "a = \"\"\"Here are two \"\" and \\\"\"\" three\"\"\"",
        r#"{"a":"Here are two \"\" and \"\"\" three"}"#,
    );
    check("a = \"\"\"\"quoted\"\"\"\"", r#"{"a":"\"quoted\""}"#);
    check("a = \"\"\"x\"\"\"\"\"", r#"{"a":"x\"\""}"#);
    check("a = '''\nfirst \\ newline\n  kept'''", r#"{"a":"first \\ newline\n  kept"}"#);
    check("a = '''''two quotes'''''", r#"{"a":"''two quotes''"}"#);
    check("a = \"\ttab\"", r#"{"a":"\ttab"}"#);
}

#[test]
fn integers() {
    check("a = +99\nb = 42\nc = 0\nd = -17\ne = -0\nf = +0", r#"{"a":99,"b":42,"c":0,"d":-17,"e":0,"f":0}"#);
    check("a = 1_000\nb = 5_349_221\nc = 1_2_3", r#"{"a":1000,"b":5349221,"c":123}"#);
    check(
        "a = 0xDEADBEEF\nb = 0xdead_beef\nc = 0o755\nd = 0b11010110\ne = 0x00f",
        r#"{"a":3735928559,"b":3735928559,"c":493,"d":214,"e":15}"#,
    );
    check(
        "a = 9223372036854775807\nb = -9223372036854775808",
        r#"{"a":9223372036854775807,"b":-9223372036854775808}"#,
    );
}

#[test]
fn floats() {
    check(
        "a = +1.0\nb = 3.1415\nc = -0.01\nd = 5e+22\ne = 1e06\nf = -2E-2\ng = 6.626e-34",
        r#"{"a":1.0,"b":3.1415,"c":-0.01,"d":5e+22,"e":1000000.0,"f":-0.02,"g":6.626e-34}"#,
    );
    check(
        "a = 224_617.445_991_228\nb = 1_0e1_0\nc = -0.0",
        r#"{"a":224617.445991228,"b":100000000000.0,"c":-0.0}"#,
    );
}

#[test]
fn numbers_out_of_range_are_all_reported_with_their_keys() {
    refused(
        "a = 9223372036854775808\nb = [1, 0xffff_ffff_ffff_ffff]\n[c]\nd = { e = 1e400 }\nf = -inf\ng = nan",
        "a: a number that a signed 64-bit integer cannot hold (t:1:5)\n\
         b[1]: a number that a signed 64-bit integer cannot hold (t:2:9)\n\
         c.d.e: a number that a finite 64-bit float cannot hold (t:4:11)\n\
         c.f: a number that a finite 64-bit float cannot hold (t:5:5)\n\
         c.g: a number that a finite 64-bit float cannot hold (t:6:5)",
    );
}

#[test]
fn booleans() {
    check("a = true\nb = false", r#"{"a":true,"b":false}"#);
}

#[test]
fn dates_and_times_are_strings_of_their_exact_text() {
    for text in [
        "1979-05-27T07:32:00Z",
        "1979-05-27T00:32:00-07:00",
        "1979-05-27T00:32:00.999999-07:00",
        "1979-05-27 07:32:00Z",
        "1979-05-27t07:32:00z",
        "1979-05-27T07:32:00",
        "1979-05-27 07:32:00.5",
        "1979-05-27",
        "07:32:00",
        "00:32:00.999999",
        "07:32",
    ] {
        check(&format!("a = {text}"), &format!("{{\"a\":\"{text}\"}}"));
        check(&format!("a = [{text}, {text} ]"), &format!("{{\"a\":[\"{text}\",\"{text}\"]}}"));
    }
    check("a = 1979-05-27 # 2nd", r#"{"a":"1979-05-27"}"#);
}

#[test]
fn lists() {
    check(
        "a = [ 1, 2, 3 ]\nb = [ [ 1, 2 ], [\"a\", 'b',] ]\nc = []\nd = [[],[[]]]",
        r#"{"a":[1,2,3],"b":[[1,2],["a","b"]],"c":[],"d":[[],[[]]]}"#,
    );
    check("a = [\n  1, # one\n\n  2, # two\n # end\n]", r#"{"a":[1,2]}"#);
    check("a = [ { x = 1 }, { x = 2, y = [3] } ]", r#"{"a":[{"x":1},{"x":2,"y":[3]}]}"#);
}

#[test]
fn inline_tables() {
    check("a = { x = 1, y = { z = 2 } }\nb = {}", r#"{"a":{"x":1,"y":{"z":2}},"b":{}}"#);
    check("a = { b.c = 1, b.d = 2, 'e f' = 3 }", r#"{"a":{"b":{"c":1,"d":2},"e f":3}}"#);
    check("a = {\n  x = 1, # TOML 1.1\n  y = 2,\n}", r#"{"a":{"x":1,"y":2}}"#);
}

#[test]
fn tables() {
    check("[table-1]\nkey1 = 1\n[table-2]\nkey1 = 2", r#"{"table-1":{"key1":1},"table-2":{"key1":2}}"#);
    check("[dog.\"tater.man\"]\ntype = 1", r#"{"dog":{"tater.man":{"type":1}}}"#);
    check(
        "[a.b.c]\n[ d.e.f ]\n[ g . h . 'i' ] # x",
        r#"{"a":{"b":{"c":{}}},"d":{"e":{"f":{}}},"g":{"h":{"i":{}}}}"#,
    );
    check("[x.y.z.w]\n[x]\na = 1", r#"{"x":{"y":{"z":{"w":{}}},"a":1}}"#);
    check(
        "[fruit]\napple.color = 1\napple.taste.sweet = true\n[fruit.apple.texture]\nsmooth = true",
        r#"{"fruit":{"apple":{"color":1,"taste":{"sweet":true},"texture":{"smooth":true}}}}"#,
    );
    check("  [a]\n  b = 1", r#"{"a":{"b":1}}"#);
}

#[test]
fn a_table_continued_later_keeps_its_place() {
    check("[fruit.apple]\n[animal]\n[fruit.orange]", r#"{"fruit":{"apple":{},"orange":{}},"animal":{}}"#);
    check("z = 1\ny = 2\na = 3", r#"{"z":1,"y":2,"a":3}"#);
}

#[test]
fn lists_of_tables() {
    check("[[p]]\nname = 1\n[[p]]\n[[p]]\nname = 3", r#"{"p":[{"name":1},{},{"name":3}]}"#);
    check(
        "[[f]]\nn = 1\n[f.p]\nc = 1\n[[f.v]]\nn = 2\n[[f.v]]\nn = 3\n[[f]]\nn = 4\n[[f.v]]\nn = 5",
        r#"{"f":[{"n":1,"p":{"c":1},"v":[{"n":2},{"n":3}]},{"n":4,"v":[{"n":5}]}]}"#,
    );
}

#[test]
fn every_value_and_key_knows_its_place() {
    stands("a = 1", "a", "1:5", "1:1");
    stands("\n  a . 'b' = [ 1,\n 2 ]", "a.b", "2:13", "2:7");
    stands("\n  a . 'b' = [ 1,\n 2 ]", "a", "2:3", "2:3");
    stands("\n  a . 'b' = [ 1,\n 2 ]", "a.b[1]", "3:2", "3:2");
    stands("[a . b]\nc = '''\nx'''", "a.b", "1:6", "1:6");
    stands("[a . b]\nc = '''\nx'''", "a.b.c", "2:5", "2:1");
    stands(
        "[[a]]\n[[a]]\nb = { \u{e9}.c = 1 }".replace('\u{e9}', "\"\u{e9}\"").as_str(),
        "a[1]",
        "2:3",
        "2:3",
    );
    stands("[[a]]\n[[a]]\nb = { \"\u{e9}\".c = 1 }", "a[1].b.\u{e9}.c", "3:15", "3:11");
}

#[test]
fn duplicates_name_both_places() {
    let twice = |text: &str, key: &str, second: &str, first: &str| {
        refused(text, &format!("{key}: duplicate key (t:{second}); first defined here: t:{first}"));
    };
    twice("name = 1\nname = 2", "name", "2:1", "1:1");
    twice("a = 1\n\"a\" = 2", "a", "2:1", "1:1");
    twice("spelling.x = 1\n[spelling.x]", "spelling.x", "2:11", "1:10");
    twice("[fruit]\napple = 1\n[fruit.apple]\nt = 2", "fruit.apple", "3:8", "2:1");
    twice("[fruit]\na = 1\n[fruit]\nb = 2", "fruit", "3:2", "1:2");
    twice("fruit.apple = 1\nfruit.apple.smooth = true", "fruit.apple", "2:7", "1:7");
    twice("[fruit]\napple.color = 1\n[fruit.apple]", "fruit.apple", "3:8", "2:1");
    twice("[fruit]\napple.taste.sweet = true\n[fruit.apple.taste]", "fruit.apple.taste", "3:14", "2:7");
    twice("[product]\ntype = { name = 1 }\ntype.edible = false", "product.type", "3:1", "2:1");
    twice("[product]\ntype.name = 1\ntype = { edible = false }", "product.type", "3:1", "2:1");
    twice("a = { b = 1 }\n[a.c]", "a", "2:2", "1:1");
    twice("a = []\n[[a]]", "a", "2:3", "1:1");
    twice("[[a]]\n[a]", "a", "2:2", "1:3");
    twice("[a]\n[[a]]", "a", "2:3", "1:2");
    twice("[[a]]\nb = []\n[[a.b]]", "a[0].b", "3:5", "2:1");
    twice("[a.b.c]\nz = 9\n[a]\nb.c.t = 1", "a.b.c", "4:3", "1:6");
    twice("[[a.b]]\n[a]\nb.y = 2", "a.b", "3:1", "1:5");
    twice("a = { b = 1, b = 2 }", "a.b", "1:14", "1:7");
    twice("a = { b = {}, b.c = 2 }", "a.b", "1:15", "1:7");
    refused(
        "a = 1\na = 2\n[b]\nc = 1\nc = 2\na = 3",
        "a: duplicate key (t:2:1); first defined here: t:1:1\n\
         b.c: duplicate key (t:5:1); first defined here: t:4:1",
    );
}

#[test]
fn a_text_without_values_is_refused_unless_allowed() {
    for text in ["", " \n\t", "# only a comment", "\u{feff}"] {
        refused(text, "empty: expected a map of keys to values (t:1:1)");
        let allowing = ParseOptions::default().with_allow_empty(true);
        let parsed = parse(text.as_bytes(), Format::Toml, "t", &allowing).unwrap();
        assert!(parsed.document.root().is_empty());
    }
    check("[a]", r#"{"a":{}}"#);
}

#[test]
fn mistakes_in_keys_are_named() {
    refused("port", "a key without `=` and a value (t:1:1)");
    refused("port 8080", "expected `=` between a key and its value (t:1:6)");
    refused("port: 8080", "`:` where TOML has `=` (t:1:5); write `=` between a key and its value");
    refused(
        "my key = 1",
        "a key of other characters than letters, digits, `_` and `-` (t:1:1); put quotes around it",
    );
    refused(
        "caf\u{e9} = 1",
        "a key of other characters than letters, digits, `_` and `-` (t:1:1); put quotes around it",
    );
    refused(
        "\u{e9} = 1",
        "a key of other characters than letters, digits, `_` and `-` (t:1:1); put quotes around it",
    );
    refused(
        "a/b = 1",
        "a key of other characters than letters, digits, `_` and `-` (t:1:1); put quotes around it",
    );
    refused("= 1", "a key is missing before `=` (t:1:1)");
    refused("a. = 1", "a key is missing before `=` (t:1:4)");
    refused(".a = 1", "a key is missing before `.` (t:1:1)");
    refused("a..b = 1", "a key is missing before `.` (t:1:3)");
    refused("\"\"\"a\"\"\" = 1", "a key in triple quotes (t:1:1)");
    refused("\"a = 1\n", "a string without its closing quote (t:1:1)");
    refused("{ a = 1 }", "expected a key (t:1:1)");
}

#[test]
fn mistakes_in_headers_are_named() {
    refused("[a\nb = 1", "a table header without its `]` (t:1:1)");
    refused("[[a\nb = 1", "a table header without its `]]` (t:1:1)");
    refused("[[a]\nb = 1", "a table header that starts with `[[` ends with `]]` (t:1:4)");
    refused("[]", "a table header without a name (t:1:2)");
    refused("[[]]", "a table header without a name (t:1:3)");
    refused("[a.]", "a table header without a name (t:1:4)");
    refused(
        "[a b]",
        "a key of other characters than letters, digits, `_` and `-` (t:1:4); put quotes around it",
    );
    refused("[a]]", "text behind the end of a value (t:1:4)");
    refused("[a] b = 1", "text behind the end of a value (t:1:5)");
    refused("[ [a] ]", "expected a key (t:1:3)");
}

#[test]
fn mistakes_in_values_are_named() {
    refused("a =", "a value is missing behind `=` (t:1:4)");
    refused("a = # none", "a value is missing behind `=` (t:1:5)");
    refused("a = localhost", "a string value needs quotes (t:1:5)");
    refused("a = John Smith", "a string value needs quotes (t:1:5)");
    refused("a = True", "a boolean is written `true` or `false` (t:1:5)");
    refused("a = yes", "a string value needs quotes (t:1:5)");
    refused("a = null", "TOML has no null (t:1:5); leave the key out");
    refused("a = \u{201c}x\u{201d}", "typographic quotes (t:1:5); write straight ones: `\"` or `'`");
    refused("a = x\"", "a string without its opening quote (t:1:5)");
    refused("a = 1 b = 2", "text behind the end of a value (t:1:7)");
    refused("a = \"x\" y", "text behind the end of a value (t:1:9)");
    refused(
        "a = \"say \"hi\"\"",
        "text behind a closing quote (t:1:11); a quote inside of double quotes is written `\\\"`",
    );
    refused("a == 1", "a string value needs quotes (t:1:4)");
}

#[test]
fn mistakes_in_strings_are_named() {
    refused("a = \"x\nb = 1", "a string without its closing quote (t:1:5)");
    refused("a = 'x", "a string without its closing quote (t:1:5)");
    refused("a = \"\"\"x\nb = 1", "a string without its closing quotes (t:1:5)");
    refused("a = '''x''", "a string without its closing quotes (t:1:5)");
    refused("a = \"x\\", "a string without its closing quote (t:1:5)");
    refused(
        "a = \"C:\\dir\"",
        "an unknown escape (t:1:8); write a backslash as `\\\\`, or use single quotes, in which nothing is escaped",
    );
    refused(
        "a = \"\\u12\"",
        "an escape with too few hexadecimal digits (t:1:6); `\\x` takes 2 digits, `\\u` 4 and `\\U` 8; write a backslash as `\\\\`",
    );
    refused("a = \"\\ud800\"", "an escape that is no Unicode character (t:1:6)");
    refused("a = \"x\u{1}\"", "a control character that must be written as an escape (t:1:7)");
    refused("# x\u{7f}", "a control character that must be written as an escape (t:1:4)");
    refused("a = 1\rb = 2", "a carriage return without a line feed (t:1:6)");
    refused("a = '''x\ry'''", "a carriage return without a line feed (t:1:9)");
    refused(
        "\u{b}a = 1",
        "a key of other characters than letters, digits, `_` and `-` (t:1:1); put quotes around it",
    );
}

#[test]
fn mistakes_in_numbers_are_named() {
    refused("a = 007", "a number that starts with a zero (t:1:5); text needs quotes");
    refused("a = 1__0", "`_` may only stand between two digits (t:1:5)");
    refused("a = 10_", "`_` may only stand between two digits (t:1:5)");
    refused("a = 1_.5", "`_` may only stand between two digits (t:1:5)");
    refused("a = .5", "a number with a digit missing (t:1:5)");
    refused("a = 5.", "a number with a digit missing (t:1:5)");
    refused("a = 5e", "a number with a digit missing (t:1:5)");
    refused("a = 0x", "a number with a digit missing (t:1:5)");
    refused("a = -0x1", "a number in base 2, 8 or 16 has no sign (t:1:5)");
    refused("a = 0xg", "a hexadecimal number of other digits than 0 to 9 and a to f (t:1:5)");
    refused("a = 0o8", "an octal number of other digits than 0 to 7 (t:1:5)");
    refused("a = 0b2", "a binary number of other digits than 0 and 1 (t:1:5)");
    refused("a = 10MB", "neither a number nor a date (t:1:5); text needs quotes");
    refused("a = 192.168.0.1", "neither a number nor a date (t:1:5); text needs quotes");
    refused("a = 1.2.3", "neither a number nor a date (t:1:5); text needs quotes");
    refused("a = 1979-13-01", "no such date or time (t:1:5); text needs quotes");
    refused("a = 25:00:00", "no such date or time (t:1:5); text needs quotes");
    refused("a = 1979-05-27 7:32", "no such date or time (t:1:5); text needs quotes");
}

#[test]
fn mistakes_in_lists_and_inline_tables_are_named() {
    refused("a = [1, 2", "a list without its `]` (t:1:5)");
    refused("a = [1,", "a list without its `]` (t:1:5)");
    refused("a = { b = 1", "an inline table without its `}` (t:1:5)");
    refused("a = {", "an inline table without its `}` (t:1:5)");
    refused("a = { b", "an inline table without its `}` (t:1:5)");
    refused("a = [{ b = 1", "an inline table without its `}` (t:1:6)");
    refused("a = [1 2]", "expected `,` or `]` in a list (t:1:8); it starts here: t:1:5");
    refused("a = [1, 2\nb = 3", "expected `,` or `]` in a list (t:2:1); it starts here: t:1:5");
    refused("a = [1,\nb = 3", "expected a value or `]` in a list (t:2:1); it starts here: t:1:5");
    refused("a = [x, y]", "a string value needs quotes (t:1:6)");
    refused("a = [1,,2]", "a value is missing before `,` (t:1:8)");
    refused("a = [,]", "a value is missing before `,` (t:1:6)");
    refused("a = { b = 1 c = 2 }", "expected `,` or `}` in an inline table (t:1:13); it starts here: t:1:5");
    refused("a = { b: 1 }", "`:` where TOML has `=` (t:1:8); write `=` between a key and its value");
    refused("a = { , }", "a key is missing before `,` (t:1:7)");
    refused("a = { b = }", "a value is missing before `}` (t:1:11)");
    refused("a = { b }", "a key without `=` and a value (t:1:7)");
    refused("a = 1]", "text behind the end of a value (t:1:6)");
}

#[test]
fn several_broken_lines_are_reported_at_once() {
    let message = "an unknown escape (t:2:1); write a backslash as `\\\\`, or use single quotes, in which nothing is \
                   escaped";
    refused("a = \"\"\"\n\\d\n\nb c\n\"\"\"", message);
    refused(
        "a = x\n\nb = 1\nc: 2\nd: 3\n[e\nf = 1\n[g]",
        "a string value needs quotes (t:1:5)\n\
         `:` where TOML has `=` (t:4:2); write `=` between a key and its value",
    );
}

fn limited(text: &str, limits: Limits) -> String {
    let options = ParseOptions::default().with_limits(limits);
    parse(text.as_bytes(), Format::Toml, "t", &options).unwrap_err().to_string()
}

#[test]
fn limits_have_errors_of_their_own() {
    let mut limits = Limits::default();
    (limits.depth, limits.values, limits.key_bytes) = (3, 5, 4);
    assert_eq!(limited("a = [[[]]]", limits), "more than 3 levels of nesting (t:1:7)");
    assert_eq!(limited("a.b.c = 1\na.b.d.e = 2", limits), "more than 3 levels of nesting (t:2:5)");
    assert_eq!(limited("[a.b.c.d]", limits), "more than 3 levels of nesting (t:1:6)");
    assert_eq!(limited("[a.b.c]", limits), "more than 3 levels of nesting (t:1:6)");
    assert_eq!(limited("a = [1,2,3,4]", limits), "more than 5 values (t:1:12)");
    // Nothing is read behind it, right or wrong.
    for text in ["a = [1,2,3,4,!]", "a = [1,2,3,4]\nb =", "a = [1,2,3,4]\na = 1\n"] {
        assert_eq!(limited(text, limits), "more than 5 values (t:1:12)");
    }
    assert_eq!(limited("a.b.c.d = 1", limits), "more than 3 levels of nesting (t:1:5)");
    assert_eq!(limited("abcde = 1", limits), "more than 4 bytes in one key (t:1:1)");
    assert_eq!(limited("a = {'abcde' = 1}", limits), "more than 4 bytes in one key (t:1:6)");
}

#[test]
fn hostile_texts_end_soon() {
    let deep = |open: &str| limited(&format!("a = {}", open.repeat(10_000)), Limits::default());
    assert_eq!(deep("["), "more than 128 levels of nesting (t:1:132)");
    assert!(deep("{a=").starts_with("more than 128 levels of nesting"));
    let dotted = format!("{}a = 1", "a.".repeat(50_000));
    assert!(limited(&dotted, Limits::default()).starts_with("more than 128 levels of nesting"));
    assert!(limited(&format!("[{dotted}]"), Limits::default()).starts_with("more than 128 levels"));
    let keys: String = (0..300_000).map(|key| format!("k{key}=1,")).collect();
    assert!(limited(&format!("a = {{{keys}}}"), Limits::default()).starts_with("more than 250000 values"));
    let headers = (0..40_000).map(|table| format!("[{}{table}]\n", "a.".repeat(40))).collect::<String>();
    assert!(read(&headers).is_ok());
    let quote = format!("a = \"\"\"{}", "x\n".repeat(600_000));
    assert_eq!(limited(&quote, Limits::default()), "a string without its closing quotes (t:1:5)");
}

/// As the toml crate reads it, order of tables aside.
fn same(ours: NodeRef<'_>, theirs: &toml::Value) -> bool {
    match (ours.value(), theirs) {
        (Value::Bool(ours), toml::Value::Boolean(theirs)) => ours == *theirs,
        (Value::Integer(ours), toml::Value::Integer(theirs)) => ours == *theirs,
        (Value::Float(ours), toml::Value::Float(theirs)) => ours.to_bits() == theirs.to_bits(),
        (Value::String(ours), toml::Value::String(theirs)) => ours == theirs,
        (Value::String(ours), toml::Value::Datetime(theirs)) => {
            ours.parse::<toml::value::Datetime>().ok() == Some(*theirs)
        }
        (Value::List(ours), toml::Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.zip(theirs).all(|(ours, theirs)| same(ours, theirs))
        }
        (Value::Map(ours), toml::Value::Table(theirs)) => same_table(ours, theirs),
        _ => false,
    }
}

fn same_table(mut ours: Entries<'_>, theirs: &toml::Table) -> bool {
    ours.len() == theirs.len()
        && ours.all(|(key, ours)| theirs.get(key).is_some_and(|theirs| same(ours, theirs)))
}

/// What the toml crate takes and we refuse on purpose.
fn refused_by_us_alone(problems: &Problems, text: &str) -> bool {
    problems.iter().all(|problem| match &problem.kind {
        ProblemKind::Empty | ProblemKind::NumberRange { .. } | ProblemKind::Limit { .. } => true,
        // Through `[[a.b]]`, the crate lets `b.c.d = 1` of `[a]` into the last member.
        ProblemKind::DuplicateKey => text.contains("[["),
        // In an inline table, the crate lets `=` stand on a line of its own.
        ProblemKind::Syntax { message } => {
            text.contains('{') && (message.contains("without `=`") || message.contains("missing behind `=`"))
        }
        _ => false,
    })
}

#[track_caller]
fn agrees_with_the_toml_crate(text: &str) {
    let theirs = toml::from_str::<toml::Table>(text);
    let ours = parse(text.as_bytes(), Format::Toml, "t", &ParseOptions::default());
    match (ours, theirs) {
        (Ok(Parsed { document, .. }), Ok(theirs)) => {
            assert!(same(document.root(), &toml::Value::Table(theirs)), "other data:\n{text}")
        }
        (Ok(_), Err(error)) => panic!("we take what toml refuses: {error}\n{text}"),
        (Err(problems), Ok(_)) => {
            assert!(refused_by_us_alone(&problems, text), "we refuse: {problems}\n{text}")
        }
        (Err(_), Err(_)) => {}
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(3_000))]

    #[test]
    fn pieces_read_as_the_toml_crate_reads_them(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES.to_vec()), 1..30),
    ) {
        agrees_with_the_toml_crate(&pieces.concat());
    }

    #[test]
    fn lines_read_as_the_toml_crate_reads_them(
        lines in proptest::collection::vec(proptest::sample::select(LINES.to_vec()), 1..8),
    ) {
        agrees_with_the_toml_crate(&lines.join("\n"));
    }

    #[test]
    fn scalars_read_as_the_toml_crate_reads_them(scalar in "[-+0-9a-fxobeET_.:Z ]{0,12}") {
        agrees_with_the_toml_crate(&format!("a = {scalar}"));
    }

    #[test]
    fn strings_read_as_the_toml_crate_reads_them(string in "[\"'\\\\a0bu \n\r\t\u{e9}]{0,14}") {
        agrees_with_the_toml_crate(&format!("a = \"{string}\""));
        agrees_with_the_toml_crate(&format!("a = \"\"\"{string}\"\"\""));
        agrees_with_the_toml_crate(&format!("a = '''{string}'''"));
    }
}

const PIECES: &[&str] = &[
    "a",
    "b",
    "\"a\"",
    "'b'",
    ".",
    " ",
    "=",
    " = ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    ",",
    "#",
    "1",
    "0",
    "-",
    "+",
    "_",
    "e",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "\\",
    "\u{e9}",
    "true",
    "inf",
    "1979-05-27",
    "07:32:00",
    "a = 1\n",
    "[a]\n",
    "[[a]]\n",
    "a = [",
    "a = {",
    ":",
    "\u{0}",
    "x41",
];

const LINES: &[&str] = &[
    "[a]",
    "[b]",
    "[a.b]",
    "[a.b.c]",
    "[[a]]",
    "[[a.b]]",
    "[[a.b.c]]",
    "a = 1",
    "b = 1",
    "a.b = 1",
    "a.b.c = 1",
    "b.c = 1",
    "b.c.d = 1",
    "c = 1",
    "a = {}",
    "a = { b = 1 }",
    "a = { b.c = 1, b.d = 2 }",
    "a = []",
    "b = [{}]",
    "a = { b = {}, b.c = 1 }",
    "a.c = {}",
    "b.d = 2",
    "[a.b.c.d]",
    "c.d = 1",
    "[c]",
];
