use enhanced_config_core::{Document, Problems};
use enhanced_config_format::{Format, Limits, ParseOptions, parse};

fn read(text: &str) -> Result<Document, Problems> {
    parse(text.as_bytes(), Format::DotEnv, "e", &ParseOptions::default()).map(|parsed| parsed.document)
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

#[test]
fn unquoted_values_are_trimmed_and_end_at_a_comment() {
    check("A=1", r#"{"A":"1"}"#);
    check("A=some text \nB=2", r#"{"A":"some text","B":"2"}"#);
    check("A = spaced", r#"{"A":"spaced"}"#);
    check("A=x # comment", r#"{"A":"x"}"#);
    check("A=x#y\t# comment", r#"{"A":"x#y"}"#);
    check("A=#fff", r##"{"A":"#fff"}"##);
    check("A= # comment", r#"{"A":""}"#);
    check("A=", r#"{"A":""}"#);
    check("A=\nB=", r#"{"A":"","B":""}"#);
    check("A=a\"b'c\\n=$HOME", r#"{"A":"a\"b'c\\n=$HOME"}"#);
    check("A=h\u{e9} \u{540d} ", "{\"A\":\"h\u{e9} \u{540d}\"}");
}

#[test]
fn single_quotes_keep_everything() {
    check("A='x # \\n $X \"y\" '", r#"{"A":"x # \\n $X \"y\" "}"#);
    check("A=''", r#"{"A":""}"#);
    check("A='one\ntwo'\nB=3", r#"{"A":"one\ntwo","B":"3"}"#);
    check("A='x' # comment\nB='y'#comment", r#"{"A":"x","B":"y"}"#);
}

#[test]
fn double_quotes_know_six_escapes() {
    check(r#"A="\n\r\t\"\\\$""#, r#"{"A":"\n\r\t\"\\$"}"#);
    check("A=\"x # $X 'y' \"", r#"{"A":"x # $X 'y' "}"#);
    check("A=\"one\ntwo\"\nB=3", r#"{"A":"one\ntwo","B":"3"}"#);
    check("A=\"\" # x", r#"{"A":""}"#);
}

#[test]
fn keys_export_blank_lines_and_comments() {
    check("export A=1\nexport\tB=2\n  export  C=3", r#"{"A":"1","B":"2","C":"3"}"#);
    check("# x\n\n  # y\n \tA=1\n\n", r#"{"A":"1"}"#);
    check("_a.b-C9=1", r#"{"_a.b-C9":"1"}"#);
    check("export=1", r#"{"export":"1"}"#);
    check("A=1\r\n# x\r\n\r\nB='2'\r\nC=\"3\"\r\nD=\r\n", r#"{"A":"1","B":"2","C":"3","D":""}"#);
}

#[test]
fn values_and_keys_know_their_places() {
    let document = read("# x\nexport  AB = 'c'\nD=").unwrap();
    let places = |key: &str| {
        let node = document.get(key).unwrap();
        format!("{} {}", node.key_origin(), node.origin())
    };
    assert_eq!(places("AB"), "e:2:9 e:2:14");
    assert_eq!(places("D"), "e:3:1 e:3:3");
}

#[test]
fn a_text_without_values_is_refused_unless_allowed() {
    refused("", "empty: expected a map of keys to values (e:1:1)");
    refused("# x\n\n", "empty: expected a map of keys to values (e:1:1)");
    let allowing = ParseOptions::default().with_allow_empty(true);
    assert!(parse(b"# x", Format::DotEnv, "e", &allowing).unwrap().document.root().is_empty());
}

#[test]
fn mistakes_are_named_and_never_quoted() {
    refused("A", "a key without `=` and a value (e:1:1)");
    refused("export A", "a key without `=` and a value (e:1:8)");
    refused("A B=1", "expected `=` between a key and its value (e:1:3)");
    refused("A: 1", "`:` where a .env file has `=` (e:1:2); write `=` between a key and its value");
    refused("=1", "a key is missing before `=` (e:1:1)");
    refused("1A=1", "a key that starts with a digit (e:1:1)");
    refused("-A=1", "a key that starts with neither a letter nor `_` (e:1:1)");
    refused("A/B=1", "a key of other characters than letters, digits, `_`, `.` and `-` (e:1:2)");
    refused("\"A\"=1", "a key of other characters than letters, digits, `_`, `.` and `-` (e:1:1)");
    refused("\u{c9}=1", "a key of other characters than letters, digits, `_`, `.` and `-` (e:1:1)");
    refused("A=1\nB='x\nC=2\n", "a value without its closing quote (e:2:3)");
    refused("A=\"x\\\"", "a value without its closing quote (e:1:3)");
    refused(
        "A='x'y",
        "text behind a closing quote (e:1:6); a quote inside of double quotes is written `\\\"`",
    );
    refused(
        "A=\"C:\\dir\"",
        "an unknown escape (e:1:6); write a backslash as `\\\\`, or use single quotes, in which nothing is escaped",
    );
}

#[test]
fn all_mistakes_and_duplicates_are_reported_at_once() {
    refused(
        "A=1\nB\nA=2\n3=4\nA='3'",
        "a key without `=` and a value (e:2:1)\n\
         A: duplicate key (e:3:1); first defined here: e:1:1\n\
         a key that starts with a digit (e:4:1)\n\
         A: duplicate key (e:5:1); first defined here: e:1:1",
    );
}

#[test]
fn limits_and_hostile_texts() {
    let mut limits = Limits::default();
    (limits.key_bytes, limits.values) = (3, 3);
    let options = ParseOptions::default().with_limits(limits);
    let refused = |text: &str| parse(text.as_bytes(), Format::DotEnv, "e", &options).unwrap_err().to_string();
    assert!(parse(b"ABC=1\nB=2", Format::DotEnv, "e", &options).is_ok());
    assert_eq!(refused("ABCD=1"), "more than 3 bytes in one key (e:1:1)");
    assert_eq!(refused("A=1\nB=2\nC=3"), "more than 3 values (e:3:1)");
    assert!(read(&"A\n".repeat(1_000_000)).is_err());
    assert!(read(&format!("A=\"{}", "\\n".repeat(1_000_000))).is_err());
    assert!(read(&format!("A={}", "#".repeat(2_000_000))).is_ok());
}
