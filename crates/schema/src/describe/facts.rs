//! What a schema asks of a value, in words of a table.

use enhanced_config_core::{Kind, NodeRef, Subschemas, Value};
use serde_json::Value as Json;

/// So many options are listed.
const FEW: usize = 20;
/// Lists of lists of lists are told no further.
const MOST_LEVELS: usize = 3;

/// The types in words: "integer", "list of strings", "string or null", "any".
pub(super) fn types(said: &Subschemas<'_>) -> String {
    types_within(said, MOST_LEVELS)
}

fn types_within(said: &Subschemas<'_>, levels: usize) -> String {
    let kinds = said.kinds();
    let has_float = kinds.contains(&Kind::Float);
    // `null` is what is left when nothing else is there.
    let ordered = kinds.iter().filter(|kind| **kind != Kind::Null).chain(kinds.get(&Kind::Null));
    let words = ordered.filter(|kind| !(has_float && **kind == Kind::Integer)).map(|kind| match kind {
        Kind::Float => "number".to_owned(),
        Kind::List => list(&said.item(usize::MAX), levels),
        kind => kind.name().to_owned(),
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { "any".to_owned() } else { words.join(" or ") }
}

/// "list of strings", or "list" of what takes more than a word.
fn list(item: &Subschemas<'_>, levels: usize) -> String {
    let Some(levels) = levels.checked_sub(1).filter(|_| item.kinds().len() == 1) else {
        return "list".to_owned();
    };
    let word = types_within(item, levels);
    match word.strip_prefix("list of ") {
        Some(rest) => format!("list of lists of {rest}"),
        None => format!("list of {word}s"),
    }
}

/// What a value has to be besides its type, each once.
pub(super) fn constraints(said: &Subschemas<'_>) -> Vec<String> {
    let mut constraints: Vec<String> = Vec::new();
    for phrase in said.schemas().flat_map(of_schema) {
        if !constraints.contains(&phrase) {
            constraints.push(phrase);
        }
    }
    constraints
}

fn of_schema(schema: NodeRef<'_>) -> Vec<String> {
    let text = |keyword| schema.get(keyword).and_then(NodeRef::as_str);
    let is_true = |keyword| schema.get(keyword).and_then(NodeRef::as_bool) == Some(true);
    let phrases = [
        schema.get("const").map(|fixed| code(&Json::from(fixed))),
        schema.get("enum").map(options),
        bounds(schema),
        schema.get("multipleOf").map(|of| format!("a multiple of {}", Json::from(of))),
        count(schema, "minLength", "maxLength", "character"),
        count(schema, "minItems", "maxItems", "member"),
        count(schema, "minProperties", "maxProperties", "key"),
        text("pattern").map(|pattern| format!("matches `{pattern}`")),
        // Those of numbers are said by their bounds.
        text("format").filter(|_| !is_number(schema)).map(|format| format!("format `{format}`")),
        is_true("uniqueItems").then(|| "no member twice".to_owned()),
    ];
    phrases.into_iter().flatten().collect()
}

fn is_number(schema: NodeRef<'_>) -> bool {
    let names = match schema.get("type").map(NodeRef::value) {
        Some(Value::String(name)) => vec![name],
        Some(Value::List(names)) => names.filter_map(NodeRef::as_str).collect(),
        _ => Vec::new(),
    };
    names.iter().any(|name| matches!(*name, "integer" | "number"))
}

/// "1 to 65535", "at least 1", "above 0 and at most 1".
fn bounds(schema: NodeRef<'_>) -> Option<String> {
    let bound = |keyword| schema.get(keyword).filter(|bound| bound.as_f64().is_some()).map(Json::from);
    if let (Some(least), Some(most)) = (bound("minimum"), bound("maximum")) {
        return Some(format!("{least} to {most}"));
    }
    let words = [
        ("minimum", "at least"),
        ("exclusiveMinimum", "above"),
        ("maximum", "at most"),
        ("exclusiveMaximum", "below"),
    ];
    let words: Vec<String> =
        words.into_iter().filter_map(|(keyword, word)| Some(format!("{word} {}", bound(keyword)?))).collect();
    (!words.is_empty()).then(|| words.join(" and "))
}

/// "3 to 5 members", "at least 1 character".
fn count(schema: NodeRef<'_>, least: &str, most: &str, unit: &str) -> Option<String> {
    let bound = |keyword| schema.get(keyword).and_then(NodeRef::as_u64);
    let counted = |count: u64| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    match (bound(least).filter(|least| *least > 0), bound(most)) {
        (Some(least), Some(most)) if least == most => Some(counted(least)),
        (Some(least), Some(most)) => Some(format!("{least} to {}", counted(most))),
        (Some(least), None) => Some(format!("at least {}", counted(least))),
        (None, Some(most)) => Some(format!("at most {}", counted(most))),
        (None, None) => None,
    }
}

/// `a`, `b` or `c`.
fn options(listed: NodeRef<'_>) -> String {
    let words: Vec<String> = listed.items().take(FEW).map(|option| code(&Json::from(option))).collect();
    if listed.len() > FEW {
        return format!("{} or one of {} others", words.join(", "), listed.len() - FEW);
    }
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => "nothing".to_owned(),
    }
}

/// A value between backticks; a text without its quotes.
fn code(value: &Json) -> String {
    match value.as_str() {
        Some(text) if !text.is_empty() => format!("`{text}`"),
        _ => format!("`{value}`"),
    }
}
