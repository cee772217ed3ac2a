use enhanced_config_core::text::{parse_bool, parse_float, parse_integer};
use enhanced_config_core::{Items, LayerKind, NodeRef, Value};

use super::Extent;

/// Whether a value is what is wanted. `null` is as good as nothing.
pub(super) fn same(is: Option<NodeRef<'_>>, wanted: Option<NodeRef<'_>>, extent: Extent) -> bool {
    let is_value = |node: &NodeRef<'_>| !node.is_null();
    let (is, wanted) = match (is.filter(is_value), wanted.filter(is_value)) {
        (Some(is), Some(wanted)) => (is, wanted),
        (is, wanted) => return is.is_none() && wanted.is_none(),
    };
    match (is.value(), wanted.value()) {
        (Value::Map(mut entries), Value::Map(mut wanted_entries)) => {
            wanted_entries.all(|(key, wanted)| same(is.get(key), Some(wanted), extent))
                && (extent == Extent::Mentioned
                    || entries.all(|(key, member)| member.is_null() || wanted.get(key).is_some()))
        }
        (Value::List(items), Value::List(wanted)) => {
            items.len() == wanted.len()
                && items.zip(wanted).all(|(is, wanted)| same(Some(is), Some(wanted), extent))
        }
        (Value::Float(is), Value::Float(wanted)) => same_float(is, wanted),
        (Value::Float(float), Value::Integer(int)) | (Value::Integer(int), Value::Float(float)) => {
            int as f64 == float && float as i64 == int
        }
        (Value::Float(float), Value::Unsigned(int)) | (Value::Unsigned(int), Value::Float(float)) => {
            int as f64 == float && float as u64 == int
        }
        (Value::String(text), _) if is.layer().kind() == LayerKind::Environment => reads_as(text, wanted),
        _ => is == wanted,
    }
}

/// Whether a type that wants what is wanted reads it from a text of the environment, as they are extracted.
fn reads_as(text: &str, wanted: NodeRef<'_>) -> bool {
    match wanted.value() {
        Value::String(wanted) => text == wanted,
        Value::Bool(wanted) => parse_bool(text) == Some(wanted),
        Value::Integer(wanted) => parse_integer(text) == Some(wanted.into()),
        Value::Unsigned(wanted) => parse_integer(text) == Some(wanted.into()),
        Value::Float(wanted) => parse_float(text).is_some_and(|value| same_float(value, wanted)),
        Value::List(wanted) => list_reads_as(text.trim(), wanted),
        Value::Null | Value::Map(_) => false,
    }
}

/// `a,b` or a JSON array.
fn list_reads_as(text: &str, mut wanted: Items<'_>) -> bool {
    if text.starts_with('[') {
        let items = serde_json::from_str::<Vec<serde_json::Value>>(text);
        return items.is_ok_and(|items| wanted.map(serde_json::Value::from).eq(items));
    }
    let mut items = text.split(',').filter(|_| !text.is_empty());
    wanted.all(|wanted| items.next().is_some_and(|item| reads_as(item.trim(), wanted)))
        && items.next().is_none()
}

/// A type that has an `f32` gives the nearest one to what was written.
fn same_float(is: f64, wanted: f64) -> bool {
    let single = |value: f64| f64::from(value as f32);
    is == wanted || single(is) == wanted
}
