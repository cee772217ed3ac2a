//! `.env` files: what is read is written again in each way that there is, and read again.
//!
//! No other reader has the same rules, so that this one is held against itself.

#![no_main]

use enhanced_config_core::{Document, ProblemKind};
use enhanced_config_format::{Format, ParseOptions, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some(document) = read(input) else { return };
    let values: Vec<(&str, &str)> =
        document.root().entries().map(|(key, value)| (key, value.as_str().expect("all are texts"))).collect();
    let escaped: String =
        values.iter().map(|(key, value)| format!("{key}=\"{}\"\n", escape(value))).collect();
    same(&values, &escaped);
    let quoted = values.iter().filter(|(_, value)| !value.contains('\''));
    let quoted: Vec<_> = quoted.copied().collect();
    let text: String =
        quoted.iter().map(|(key, value)| format!("export {key} = '{value}' # as it is\r\n")).collect();
    if !quoted.is_empty() {
        same(&quoted, &text);
    }
});

/// The document; every mistake has a line and a column.
fn read(input: &[u8]) -> Option<Document> {
    match parse(input, Format::DotEnv, ".env", &ParseOptions::default()) {
        Ok(parsed) => Some(parsed.document),
        Err(problems) => {
            for problem in &problems {
                // Of a file as a whole, and that there are more than are told.
                let whole = matches!(problem.kind, ProblemKind::Empty | ProblemKind::Encoding { .. })
                    || problem.to_string().starts_with("there are more");
                assert!(whole || problem.to_string().contains(".env:"), "no place: {problem}");
            }
            None
        }
    }
}

fn escape(value: &str) -> String {
    let mut escaped = String::new();
    for c in value.chars() {
        match c {
            '\n' => escaped += "\\n",
            '\r' => escaped += "\\r",
            '\t' => escaped += "\\t",
            '"' | '\\' | '$' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

fn same(values: &[(&str, &str)], text: &str) {
    let again = read(text.as_bytes()).expect("it was written to be read");
    let again: Vec<_> = again.root().entries().map(|(key, value)| (key, value.as_str())).collect();
    let values: Vec<_> = values.iter().map(|&(key, value)| (key, Some(value))).collect();
    assert_eq!(again, values, "{text:?}");
}
