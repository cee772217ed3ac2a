use std::collections::BTreeSet;

use enhanced_config_core::text::{parse_bool, parse_float, parse_integer};
use enhanced_config_core::{Document, Kind, LayerKind, NodeRef, ProblemKind, Value};
use enhanced_config_format::{Format, ParseOptions, parse};

use super::target::Target;

/// The text of a variable, as its target wants it.
pub(super) enum Converted<'v> {
    Scalar(Value<'v>),
    List(Vec<Value<'v>>),
    /// A list or map in JSON, as the only member of a document, whose root is always a map.
    Json(Box<Document>),
}

/// A text that its target does not take.
pub(super) struct Unfit {
    /// The member of a list that is wrong.
    pub(super) index: Option<usize>,
    pub(super) kind: ProblemKind,
}

/// Reads a text as its target wants it; an empty text for what cannot be empty is nothing.
///
/// Kinds are tried in this order among those that are allowed: integer, float, boolean, null, JSON, string, `a,b`. Where
/// a string is allowed too, only `true` and `false` are booleans: `on` and `1` are good strings.
pub(super) fn convert<'v>(text: &'v str, target: &Target<'_>) -> Result<Option<Converted<'v>>, Unfit> {
    let kinds = target.kinds();
    let (string, list) = (kinds.is_empty() || kinds.contains(&Kind::String), kinds.contains(&Kind::List));
    if text.trim().is_empty() && !string {
        return Ok(list.then(|| Converted::List(Vec::new())));
    }
    let unfit = |kind| Unfit { index: None, kind };
    if let Some(scalar) = scalar(text, &kinds).map_err(unfit)? {
        return Ok(Some(Converted::Scalar(scalar)));
    }
    if let Some(json) = json(text, &kinds) {
        return Ok(Some(json));
    }
    match string {
        true => Ok(Some(Converted::Scalar(Value::String(text)))),
        false if list && !text.trim().starts_with('[') => items(text, target).map(Some),
        false => Err(unfit(bad(&kinds))),
    }
}

/// A scalar that is not a string.
fn scalar<'v>(text: &str, kinds: &BTreeSet<Kind>) -> Result<Option<Value<'v>>, ProblemKind> {
    let text = text.trim();
    let string = kinds.contains(&Kind::String);
    if kinds.contains(&Kind::Integer) || kinds.contains(&Kind::Float) {
        match number(text, kinds) {
            Err(_) if string => {}
            Err(kind) => return Err(kind),
            Ok(None) => {}
            found => return found,
        }
    }
    if kinds.contains(&Kind::Bool) {
        let literal = matches!(text, "true" | "false");
        if let Some(value) = parse_bool(text).filter(|_| literal || !string) {
            return Ok(Some(Value::Bool(value)));
        }
    }
    let null = text == "null" && kinds.contains(&Kind::Null) && !string;
    Ok(null.then_some(Value::Null))
}

fn number<'v>(text: &str, kinds: &BTreeSet<Kind>) -> Result<Option<Value<'v>>, ProblemKind> {
    if let Some(value) = parse_integer(text) {
        let fits =
            i64::try_from(value).map(Value::Integer).or_else(|_| u64::try_from(value).map(Value::Unsigned));
        return fits.map(Some).map_err(|_| ProblemKind::NumberRange { expected: "a 64-bit integer" });
    }
    match parse_float(text) {
        // More digits than `parse_integer` looks at.
        Some(_) if !text.contains(['.', 'e', 'E']) => {
            Err(ProblemKind::NumberRange { expected: "a 64-bit integer" })
        }
        float => Ok(float.filter(|_| kinds.contains(&Kind::Float)).map(Value::Float)),
    }
}

/// A list or map in JSON.
fn json<'v>(text: &str, kinds: &BTreeSet<Kind>) -> Option<Converted<'v>> {
    let kind = match text.trim().as_bytes() {
        [b'[', ..] => Kind::List,
        [b'{', ..] => Kind::Map,
        _ => return None,
    };
    if !kinds.contains(&kind) {
        return None;
    }
    let options = ParseOptions::default().with_layer(LayerKind::Environment);
    let wrapped = format!("{{\"json\":{text}}}");
    let document = parse(wrapped.as_bytes(), Format::Json, "environment", &options).ok()?.document;
    // A text that closes its list and goes on shows as a second member.
    (document.root().len() == 1).then(|| Converted::Json(document.into()))
}

/// `a,b`, every member trimmed and read as the items of the list are.
fn items<'v>(text: &'v str, target: &Target<'_>) -> Result<Converted<'v>, Unfit> {
    let read = |(index, text): (usize, &'v str)| {
        let (text, kinds) = (text.trim(), target.item_kinds(index));
        match scalar(text, &kinds) {
            Ok(Some(value)) => Ok(value),
            Ok(None) if kinds.is_empty() || kinds.contains(&Kind::String) => Ok(Value::String(text)),
            Ok(None) => Err(Unfit { index: Some(index), kind: bad(&kinds) }),
            Err(kind) => Err(Unfit { index: Some(index), kind }),
        }
    };
    text.split(',').enumerate().map(read).collect::<Result<_, _>>().map(Converted::List)
}

impl Converted<'_> {
    /// The list or map that was written in JSON.
    pub(super) fn json(&self) -> Option<NodeRef<'_>> {
        match self {
            Converted::Json(document) => document.get("json"),
            _ => None,
        }
    }
}

fn bad(kinds: &BTreeSet<Kind>) -> ProblemKind {
    let names: Vec<&str> = kinds.iter().map(|kind| expected(*kind)).collect();
    ProblemKind::BadValue { expected: names.join(" or ").into() }
}

fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Bool => "a boolean",
        Kind::Integer => "an integer",
        Kind::Float => "a number",
        Kind::String => "a string",
        Kind::List => "a list (`a,b` or a JSON array)",
        Kind::Map => "a map (a JSON object)",
    }
}
