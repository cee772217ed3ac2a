use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher};

use enhanced_config_core::{Items, NodeRef, Value};
use foldhash::fast::RandomState;
use serde_json::Value as JsonValue;

use super::Number;

/// Equality as JSON Schema has it: numbers by what they are, maps without order.
pub(super) fn as_json(node: NodeRef<'_>, expected: &JsonValue) -> bool {
    match (node.value(), expected) {
        (Value::Null, JsonValue::Null) => true,
        (Value::Bool(value), JsonValue::Bool(expected)) => value == *expected,
        (Value::String(value), JsonValue::String(expected)) => value == expected,
        (Value::List(items), JsonValue::Array(expected)) => {
            items.len() == expected.len()
                && items.zip(expected).all(|(item, expected)| as_json(item, expected))
        }
        (Value::Map(mut entries), JsonValue::Object(expected)) => {
            let is_expected = |(key, member)| expected.get(key).is_some_and(|value| as_json(member, value));
            entries.len() == expected.len() && entries.all(is_expected)
        }
        (_, JsonValue::Number(expected)) => {
            Number::of(node).is_some_and(|value| Number::of_json(expected) == Some(value))
        }
        _ => false,
    }
}

/// As [`as_json`], of two values of documents.
fn same(a: NodeRef<'_>, b: NodeRef<'_>) -> bool {
    match (a.value(), b.value()) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::String(a), Value::String(b)) => a == b,
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.zip(b).all(|(a, b)| same(a, b)),
        (Value::Map(mut entries), Value::Map(_)) => {
            entries.len() == b.len() && entries.all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => Number::of(a).is_some_and(|a| Number::of(b) == Some(a)),
    }
}

/// The first member that is the same as one before it: the index of that one, and its own.
pub(super) fn first_repeated(items: Items<'_>) -> Option<(usize, usize)> {
    /// So few are compared each with each.
    const FEW: usize = 8;
    if items.len() <= FEW {
        let before = |again: usize| items.clone().enumerate().take(again);
        return items.clone().enumerate().find_map(|(again, item)| {
            before(again).find(|(_, other)| same(*other, item)).map(|(first, _)| (first, again))
        });
    }
    let hasher = RandomState::default();
    let mut seen: HashMap<u64, Vec<(usize, NodeRef<'_>)>, RandomState> = HashMap::default();
    for (at, item) in items.enumerate() {
        let alike = seen.entry(hash(item, &hasher)).or_default();
        if let Some((first, _)) = alike.iter().find(|(_, other)| same(*other, item)) {
            return Some((*first, at));
        }
        alike.push((at, item));
    }
    None
}

/// Equal for values that are the same, and seeded, so that no file can be written to make its members collide.
fn hash(node: NodeRef<'_>, hasher: &RandomState) -> u64 {
    let mut state = hasher.build_hasher();
    match node.value() {
        Value::Null => state.write_u8(0),
        Value::Bool(value) => value.hash(&mut state),
        Value::String(value) => value.hash(&mut state),
        Value::List(items) => items.for_each(|item| state.write_u64(hash(item, hasher))),
        // A sum does not know the order of the members.
        Value::Map(entries) => state.write_u64(entries.fold(0, |sum: u64, (key, member)| {
            sum.wrapping_add(hasher.hash_one((key, hash(member, hasher))))
        })),
        Value::Integer(value) => i128::from(value).hash(&mut state),
        Value::Unsigned(value) => i128::from(value).hash(&mut state),
        Value::Float(value) => match Number::Float(value).whole() {
            Some(value) => value.hash(&mut state),
            None => value.to_bits().hash(&mut state),
        },
    }
    state.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use enhanced_config_core::{Document, Layer, LayerKind};
    use serde_json::json;

    fn check(values: JsonValue, expected: Option<(usize, usize)>) {
        let list = json!({ "list": values });
        let document = Document::from_serialize(&list, Layer::new(LayerKind::Base, "test")).unwrap();
        let repeated = first_repeated(document.get("list").unwrap().items());
        assert_eq!(repeated, expected, "{values}");
    }

    #[test]
    fn members_are_compared_as_json_schema_does() {
        check(json!([]), None);
        check(json!([1, 2, true, "1", null, 0, false]), None);
        check(json!([1, 1.0]), Some((0, 1)));
        check(json!([5, {"a": 1, "b": [2]}, {"b": [2.0], "a": 1}]), Some((1, 2)));
        check(json!([0.0, -0.0]), Some((0, 1)));
        check(json!([u64::MAX, 18446744073709551616.0]), None);
        check(json!([9007199254740993u64, 9007199254740992.0]), None);
    }

    #[test]
    fn long_lists_are_compared_by_hash() {
        let many: Vec<JsonValue> = (0..1000).map(|at| json!({ "n": at, "f": at as f64 })).collect();
        check(json!(many), None);
        let with_one_again = many.iter().cloned().chain([json!({ "f": 500, "n": 500.0 })]).collect();
        check(with_one_again, Some((500, 1000)));
    }
}
