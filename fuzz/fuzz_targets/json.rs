//! Our JSON scanner beside serde_json: the same verdict, and the same data.
//!
//! Where they differ on purpose:
//!
//! | text | serde_json | ours |
//! |---|---|---|
//! | a byte order mark at the start | refused | skipped |
//! | a key twice in one map | the last one | an error for each |
//! | a root that is not a map | any value | an error; `null` counts as empty |
//! | an integer outside `i64` and `u64` | a float | an error |
//! | `-0` | the float `-0.0` | the integer `0` |
//! | more than 512 levels | read, here | an error |

#![no_main]

use std::collections::BTreeMap;
use std::fmt;

use enhanced_config_core::{Kind, Limit, NodeRef, Problem, ProblemKind, Problems, Value};
use enhanced_config_format::{Format, Limits, ParseOptions, Parsed, parse};
use libfuzzer_sys::fuzz_target;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

fuzz_target!(|input: &[u8]| {
    let mut limits = Limits::default();
    limits.depth = 512;
    let ours = parse(input, Format::Json, "fuzz", &ParseOptions::default().with_limits(limits));
    let input = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    match (ours, serde_json::from_slice(input)) {
        (Ok(parsed), Ok(Theirs::Map(members))) => same(&parsed, &Theirs::Map(members)),
        (Ok(_), _) => panic!("accepted what serde_json refuses, or a root that is not a map"),
        (Err(problems), Ok(theirs)) => explained(&problems, &theirs),
        (Err(_), Err(_)) => {}
    }
});

/// What serde_json says, with keys that stand twice.
enum Theirs {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    String(String),
    List(Vec<Theirs>),
    Map(Vec<(String, Theirs)>),
}

impl Theirs {
    fn kind(&self) -> Kind {
        match self {
            Theirs::Null => Kind::Null,
            Theirs::Bool(_) => Kind::Bool,
            Theirs::Integer(_) => Kind::Integer,
            Theirs::Float(_) => Kind::Float,
            Theirs::String(_) => Kind::String,
            Theirs::List(_) => Kind::List,
            Theirs::Map(_) => Kind::Map,
        }
    }

    fn members(&self) -> Vec<&Theirs> {
        match self {
            Theirs::List(items) => items.iter().collect(),
            Theirs::Map(members) => members.iter().map(|(_, member)| member).collect(),
            _ => Vec::new(),
        }
    }

    /// How many members, here and below, come after one with the same key.
    fn duplicates(&self) -> usize {
        let here = match self {
            Theirs::Map(members) => {
                let distinct: BTreeMap<&str, ()> = members.iter().map(|(key, _)| (&**key, ())).collect();
                members.len() - distinct.len()
            }
            _ => 0,
        };
        here + self.members().into_iter().map(Theirs::duplicates).sum::<usize>()
    }

    /// Whether there is a float, here or below, that may have been written as an integer out of range.
    fn has_huge(&self) -> bool {
        match self {
            Theirs::Float(value) => value.abs() >= i64::MAX as f64,
            _ => self.members().into_iter().any(Theirs::has_huge),
        }
    }
}

fn same(parsed: &Parsed, theirs: &Theirs) {
    assert_eq!(theirs.duplicates(), 0, "a duplicate key was missed");
    assert!(equal(parsed.document.root(), theirs), "other data");
}

fn equal(ours: NodeRef<'_>, theirs: &Theirs) -> bool {
    match (ours.value(), theirs) {
        (Value::Null, Theirs::Null) => true,
        (Value::Bool(a), Theirs::Bool(b)) => a == *b,
        (Value::Integer(a), Theirs::Integer(b)) => i128::from(a) == *b,
        (Value::Unsigned(a), Theirs::Integer(b)) => i128::from(a) == *b,
        (Value::Integer(0), Theirs::Float(b)) => b.to_bits() == (-0.0f64).to_bits(),
        (Value::Float(a), Theirs::Float(b)) => a.to_bits() == b.to_bits(),
        (Value::String(a), Theirs::String(b)) => a == b,
        (Value::List(a), Theirs::List(b)) => a.len() == b.len() && a.zip(b).all(|(a, b)| equal(a, b)),
        (Value::Map(a), Theirs::Map(b)) => {
            a.len() == b.len() && a.zip(b).all(|((key, a), (name, b))| key == name && equal(a, b))
        }
        _ => false,
    }
}

/// Every error about a text that serde_json reads is one of the deliberate differences, and a true one.
fn explained(problems: &Problems, theirs: &Theirs) {
    let count =
        |wanted: fn(&ProblemKind) -> bool| problems.iter().filter(|problem| wanted(&problem.kind)).count();
    let duplicates = count(|kind| *kind == ProblemKind::DuplicateKey);
    let whole = count(|kind| {
        matches!(kind, ProblemKind::Limit { .. } | ProblemKind::Root { .. } | ProblemKind::Empty)
    });
    assert!(whole > 0 || duplicates == theirs.duplicates().min(100), "{problems}");
    assert!(!problems.is_empty());
    problems.iter().for_each(|problem| assert!(is_deliberate(problem, theirs), "{problem}"));
}

fn is_deliberate(problem: &Problem, theirs: &Theirs) -> bool {
    match &problem.kind {
        ProblemKind::DuplicateKey | ProblemKind::More { .. } => true,
        ProblemKind::Empty => theirs.kind() == Kind::Null,
        ProblemKind::Root { found } => {
            theirs.kind() != Kind::Map && theirs.kind() != Kind::Null
            // `-0` again.
            && (*found == theirs.kind() || *found == Kind::Integer && theirs.kind() == Kind::Float)
        }
        ProblemKind::NumberRange { .. } => theirs.has_huge(),
        ProblemKind::Limit { limit, .. } => *limit == Limit::Depth,
        _ => false,
    }
}

impl<'de> Deserialize<'de> for Theirs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TheirsVisitor)
    }
}

struct TheirsVisitor;

impl<'de> Visitor<'de> for TheirsVisitor {
    type Value = Theirs;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Theirs, E> {
        Ok(Theirs::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Theirs, E> {
        Ok(Theirs::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Theirs, E> {
        Ok(Theirs::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Theirs, E> {
        Ok(Theirs::Integer(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Theirs, E> {
        Ok(Theirs::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Theirs, E> {
        Ok(Theirs::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Theirs, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Theirs::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Theirs, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Theirs::Map(members))
    }
}
