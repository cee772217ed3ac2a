//! For tests, fuzzers and measurements: both readers on one text.

use enhanced_config_core::{NodeRef, Problems, Value};

use super::{fast, read_fully};
use crate::parse::{Reading, decode};
use crate::{ParseOptions, Parsed};

/// What the fast reader of YAML makes of a text, beside the full parser.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Agreement {
    /// It leaves the text to the full parser.
    Undecided,
    /// Both read the same.
    Same,
    /// They do not, and this is where.
    Different(String),
}

/// Reads a text in both ways, if the fast one decides it.
#[doc(hidden)]
pub fn yaml_agreement(input: &[u8], options: &ParseOptions) -> Agreement {
    const NAME: &str = "both";
    let Ok(text) = decode(input, options.layer, NAME) else { return Agreement::Undecided };
    let mut reading = Reading::new(text, NAME, options);
    let Some(document) = fast::read(&mut reading) else { return Agreement::Undecided };
    let fast = Parsed { document, warnings: reading.warnings };
    match parse_yaml_fully(input, NAME, options) {
        Err(problems) => Agreement::Different(format!("the full parser refuses it: {problems}")),
        Ok(full) => difference(&fast, &full).map_or(Agreement::Same, Agreement::Different),
    }
}

/// As [`parse`](crate::parse()) of YAML, by the full parser alone.
#[doc(hidden)]
pub fn parse_yaml_fully(input: &[u8], name: &str, options: &ParseOptions) -> Result<Parsed, Problems> {
    let mut reading = Reading::new(decode(input, options.layer, name)?, name, options);
    let document = read_fully(&mut reading)?;
    Ok(Parsed { document, warnings: reading.warnings })
}

fn difference(fast: &Parsed, full: &Parsed) -> Option<String> {
    if fast.warnings != full.warnings {
        return Some(format!("warnings: {} instead of {}", fast.warnings, full.warnings));
    }
    different_node(fast.document.root(), full.document.root())
}

/// The first difference; recursive as deep as a document is.
fn different_node(fast: NodeRef<'_>, full: NodeRef<'_>) -> Option<String> {
    let places = |node: NodeRef<'_>| (node.position(), node.key_position());
    if places(fast) != places(full) {
        return Some(format!("position and key position: {:?} instead of {:?}", places(fast), places(full)));
    }
    let is_same = match (fast.value(), full.value()) {
        (Value::List(a), Value::List(b)) if a.len() == b.len() => {
            return a.zip(b).find_map(|(a, b)| different_node(a, b));
        }
        (Value::Map(a), Value::Map(b)) if a.len() == b.len() => {
            return a.zip(b).find_map(|((key, a), (other, b))| match key == other {
                true => different_node(a, b),
                false => Some(format!("key {key:?} instead of {other:?}")),
            });
        }
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Integer(a), Value::Integer(b)) => a == b,
        (Value::Unsigned(a), Value::Unsigned(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (Value::String(a), Value::String(b)) => a == b,
        _ => false,
    };
    (!is_same).then(|| format!("{:?} instead of {:?}", fast.value(), full.value()))
}
