//! Whatever a document holds is written and read back as equal data, in every format that can hold it.

use enhanced_config_core::{BuildError, Document, DocumentBuilder, Layer, LayerKind, Value};
use enhanced_config_format::{EmitError, Format, ParseOptions, emit, parse};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Tree {
    Null,
    Bool(bool),
    Integer(i64),
    Unsigned(u64),
    Float(f64),
    String(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

fn build(tree: &Tree, builder: &mut DocumentBuilder) -> Result<(), BuildError> {
    match tree {
        Tree::Null => builder.null(0),
        Tree::Bool(value) => builder.bool(*value, 0),
        Tree::Integer(value) => builder.integer(*value, 0),
        Tree::Unsigned(value) => builder.unsigned(*value, 0),
        Tree::Float(value) => builder.float(*value, 0),
        Tree::String(value) => builder.string(value, 0),
        Tree::List(items) => {
            builder.open_list(0)?;
            items.iter().try_for_each(|item| build(item, builder))?;
            builder.close()
        }
        Tree::Map(members) => {
            builder.open_map(0)?;
            for (at, (key, member)) in members.iter().enumerate() {
                if members.iter().take(at).all(|(other, _)| other != key) {
                    builder.key(key, 0)?;
                    build(member, builder)?;
                }
            }
            builder.close()
        }
    }
}

fn document(tree: &Tree) -> Document {
    let mut builder = DocumentBuilder::new(Layer::new(LayerKind::Base, "made"));
    build(tree, &mut builder).and_then(|()| builder.finish()).unwrap()
}

/// Texts that look like something else in one format or another.
const HOSTILE: &[&str] = &[
    "",
    " ",
    "no",
    "off",
    "y",
    "true",
    "True",
    "null",
    "~",
    "Null",
    "0644",
    "007",
    "0x1F",
    "0o17",
    "0b1",
    "1e3",
    "1_000",
    "+1",
    "-",
    "- a",
    "-1",
    ".",
    ".5",
    ".inf",
    "-.INF",
    ".nan",
    "=",
    "<<",
    "---",
    "--- a",
    "...",
    "? a",
    ": a",
    "a: b",
    "a:",
    "a #b",
    "#",
    "# a",
    "&a",
    "*a",
    "!a",
    "!!str a",
    "|",
    ">",
    "%",
    "@",
    "`",
    "[",
    "]",
    "{",
    "}",
    ",",
    "a, b",
    "'",
    "''",
    "\"",
    "\\",
    "\\n",
    "$",
    "${a}",
    "a'b\"c",
    " a",
    "a ",
    "\ta",
    "a\t",
    "\n",
    "a\n",
    "\na",
    "a\n\nb\n",
    "a\n b\n",
    "\r",
    "\r\n",
    "a\rb",
    "\u{0}",
    "\u{7}",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{2029}",
    "\u{feff}",
    "\u{feff}a",
    "a\u{feff}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{80}",
    "\u{9f}",
    "\u{10ffff}",
    "\u{1f600}",
    "é",
    "2001-12-14",
    "12:30:45",
    "1.0",
    "1.",
    "1e400",
    "0.1e-7",
    "18446744073709551616",
    "a=b",
    "export A=1",
    "'''",
    "\"\"\"",
    "key = 1",
    "[table]",
    "inf",
    "nan",
];

fn hostile() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(HOSTILE)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => hostile().prop_map(str::to_owned),
        2 => "[a-z]{1,6}",
        1 => ".{0,12}",
        1 => "(?s).{0,12}",
        1 => "[ \\n\\t:#'\"\\\\-]{0,8}",
        1 => "[a-c \\n-]{60,200}",
        1 => "[\\u{0}-\\u{ff}]{0,20}",
        1 => [hostile(), hostile()].prop_map(|texts| texts.concat()),
        1 => [hostile(), hostile()].prop_map(|texts| texts.join("\n")),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    let float = any::<f64>().prop_filter("a document's floats are finite", |value| value.is_finite());
    let leaf = prop_oneof![
        Just(Tree::Null),
        any::<bool>().prop_map(Tree::Bool),
        any::<i64>().prop_map(Tree::Integer),
        proptest::sample::select(&[0, 1, -1, i64::MIN, i64::MAX]).prop_map(Tree::Integer),
        (u64::MAX - 5..).prop_map(Tree::Unsigned),
        float.prop_map(Tree::Float),
        proptest::sample::select(&[0.0, -0.0, 1.0, 300.0, 1e300, 5e-324, 1e21, 0.1]).prop_map(Tree::Float),
        text().prop_map(Tree::String),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Tree::List),
            proptest::collection::vec((text(), inner), 0..5).prop_map(Tree::Map),
        ]
    })
}

fn root() -> impl Strategy<Value = Tree> {
    proptest::collection::vec((text(), tree()), 0..5).prop_map(Tree::Map)
}

/// What is read from what is written; nothing when the format cannot hold it.
fn round_trip(document: &Document, format: Format) -> Option<Document> {
    let written = match emit(document.root(), format) {
        Ok(written) => written,
        Err(EmitError::Null { .. } | EmitError::Integer { .. }) => return None,
        Err(error) => panic!("{format}: {error}"),
    };
    let options = ParseOptions::default().with_allow_empty(true);
    match parse(written.as_bytes(), format, "text", &options) {
        Ok(parsed) => Some(parsed.document),
        Err(problems) => panic!("{format}:\n{written}\n{problems}"),
    }
}

fn check(tree: &Tree) {
    let document = document(tree);
    for format in [Format::Json, Format::Jsonc, Format::Yaml, Format::Toml] {
        if let Some(read) = round_trip(&document, format) {
            let written = emit(document.root(), format).unwrap();
            assert!(read == document, "{format}:\n{written}\n{}", emit(read.root(), Format::Json).unwrap());
        }
    }
    let unpacked = Document::unpack(&document.pack()).unwrap();
    assert!(unpacked == document);
}

#[test]
fn every_hostile_text_is_read_back_as_key_and_as_value() {
    for text in HOSTILE {
        check(&Tree::Map(vec![((*text).to_owned(), Tree::String((*text).to_owned()))]));
        let inside = Tree::List(vec![
            Tree::String((*text).to_owned()),
            Tree::Map(vec![((*text).to_owned(), Tree::Bool(true))]),
        ]);
        check(&Tree::Map(vec![("in".to_owned(), inside)]));
    }
}

#[test]
fn the_deepest_document_is_read_back() {
    let deeper = |inner, level| match level % 2 {
        0 => Tree::List(vec![inner]),
        _ => Tree::Map(vec![("a".to_owned(), inner)]),
    };
    check(&(0..128).fold(Tree::Bool(true), deeper));
}

#[test]
fn what_a_format_cannot_hold_is_an_error_that_names_the_key() {
    let refused = |tree: Tree, format| {
        let document = document(&Tree::Map(vec![("a".to_owned(), Tree::List(vec![tree]))]));
        emit(document.root(), format).unwrap_err().to_string()
    };
    assert_eq!(refused(Tree::Null, Format::Toml), "a[0]: TOML has no null");
    assert_eq!(
        refused(Tree::Unsigned(u64::MAX), Format::Toml),
        "a[0]: TOML has no integer above 9223372036854775807"
    );
    let map = |members: &[(&str, Tree)]| {
        document(&Tree::Map(members.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()))
    };
    let names = map(&[("a-b", Tree::Bool(true)), ("a_b", Tree::Bool(true))]);
    assert_eq!(
        emit(names.root(), Format::DotEnv).unwrap_err().to_string(),
        "a-b and a_b are both written as A_B"
    );
    let number = map(&[("1", Tree::Bool(true))]);
    assert_eq!(
        emit(number.root(), Format::DotEnv).unwrap_err().to_string(),
        "\"1\": cannot be the name of a variable"
    );
    assert_eq!(
        emit(map(&[("a", Tree::Null)]).root(), Format::DotEnv).unwrap_err().to_string(),
        "a: .env has no null"
    );
}

#[test]
fn variables_are_named_by_their_way() {
    let inner = Tree::Map(vec![
        ("port".to_owned(), Tree::Integer(5432)),
        ("list".to_owned(), Tree::List(vec![Tree::Integer(1), Tree::String("a b".to_owned())])),
        ("empty".to_owned(), Tree::Map(vec![])),
    ]);
    let document = document(&Tree::Map(vec![
        ("db".to_owned(), inner),
        ("note".to_owned(), Tree::String("it's\n$1".to_owned())),
    ]));
    let written = emit(document.root(), Format::DotEnv).unwrap();
    assert_eq!(written, "DB__PORT=5432\nDB__LIST='[1,\"a b\"]'\nDB__EMPTY='{}'\nNOTE=\"it's\\n\\$1\"\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_document_is_read_back(tree in root()) {
        check(&tree);
    }

    #[test]
    fn any_text_is_read_back_from_a_variable(values in proptest::collection::vec(text(), 1..5)) {
        let members = values.iter().enumerate().map(|(at, value)| (format!("K{at}"), Tree::String(value.clone()))).collect();
        let document = document(&Tree::Map(members));
        let read = round_trip(&document, Format::DotEnv).unwrap();
        prop_assert!(read == document, "{}", emit(document.root(), Format::DotEnv).unwrap());
        prop_assert!(matches!(read.root().value(), Value::Map(_)));
    }
}
