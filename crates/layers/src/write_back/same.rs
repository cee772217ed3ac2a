use enhanced_config_core::{NodeRef, Value};

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
        _ => is == wanted,
    }
}

/// A type that has an `f32` gives the nearest one to what was written.
fn same_float(is: f64, wanted: f64) -> bool {
    let single = |value: f64| f64::from(value as f32);
    is == wanted || single(is) == wanted
}
