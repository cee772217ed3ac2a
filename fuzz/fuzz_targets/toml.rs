//! Our TOML beside the `toml` crate: the same verdict, and the same data.
//!
//! Where they differ on purpose:
//!
//! | text | the crate | ours |
//! |---|---|---|
//! | nothing but blanks and comments | an empty table | an error |
//! | `inf`, `nan`, and integers outside of `i64` | some are read | an error |
//! | more than 70 levels | read up to 80 | an error |
//! | `b.c.d = 1` of `[a]`, after `[[a.b]]` | goes to the last member | an error |
//! | `=` on a line of its own in braces | read | an error |

#![no_main]

use enhanced_config_core::{NodeRef, Problem, ProblemKind, Problems, Value};
use enhanced_config_format::{Format, Limits, ParseOptions, Parsed, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut limits = Limits::default();
    limits.depth = 70;
    let options = ParseOptions::default().with_limits(limits);
    let ours = parse(text.as_bytes(), Format::Toml, "fuzz", &options);
    let theirs = toml::from_str::<toml::Table>(text.strip_prefix('\u{feff}').unwrap_or(text));
    match (ours, theirs) {
        (Ok(Parsed { document, .. }), Ok(theirs)) => same(document.root(), &toml::Value::Table(theirs)),
        (Ok(_), Err(error)) => panic!("accepted what the crate refuses: {error}"),
        (Err(problems), Ok(_)) => explained(&problems, text),
        (Err(_), Err(_)) => {}
    }
});

fn same(ours: NodeRef<'_>, theirs: &toml::Value) {
    match (ours.value(), theirs) {
        (Value::Bool(ours), toml::Value::Boolean(theirs)) => assert_eq!(ours, *theirs),
        (Value::Integer(ours), toml::Value::Integer(theirs)) => assert_eq!(ours, *theirs),
        (Value::Float(ours), toml::Value::Float(theirs)) => assert_eq!(ours.to_bits(), theirs.to_bits()),
        (Value::String(ours), toml::Value::String(theirs)) => assert_eq!(ours, theirs),
        (Value::String(ours), toml::Value::Datetime(theirs)) => {
            assert_eq!(ours.parse::<toml::value::Datetime>().ok(), Some(*theirs));
        }
        (Value::List(ours), toml::Value::Array(theirs)) => {
            assert_eq!(ours.len(), theirs.len());
            ours.zip(theirs).for_each(|(ours, theirs)| same(ours, theirs));
        }
        (Value::Map(ours), toml::Value::Table(theirs)) => {
            assert_eq!(ours.len(), theirs.len());
            ours.for_each(|(key, ours)| same(ours, theirs.get(key).expect("the crate has no such key")));
        }
        (ours, theirs) => panic!("{ours:?} and {theirs:?}"),
    }
}

fn explained(problems: &Problems, text: &str) {
    let is_meant = |problem: &Problem| match &problem.kind {
        ProblemKind::Empty | ProblemKind::NumberRange { .. } | ProblemKind::Limit { .. } => true,
        ProblemKind::DuplicateKey => text.contains("[["),
        ProblemKind::Syntax { message } => {
            text.contains('{') && (message.contains("without `=`") || message.contains("missing behind `=`"))
        }
        _ => false,
    };
    assert!(problems.iter().all(is_meant), "refused what the crate reads: {problems}");
}
