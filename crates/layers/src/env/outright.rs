use std::collections::VecDeque;

use enhanced_config_core::{KeyPath, NodeRef, Subschemas, Value};

use super::EnvSource;
use super::variable::Outright;

/// The keys to which a schema gives a variable's name outright, by `x-env`.
///
/// A schema that refers to itself has keys without end: this looks at the first 20,000, those of the upper levels
/// first.
pub(super) fn find(source: &EnvSource, schema: Option<NodeRef<'_>>) -> Outright {
    let mut found = Outright::new();
    // Most schemas have none, which is told much faster.
    if !schema.is_some_and(mentions) {
        return found;
    }
    let mut open = VecDeque::from([(KeyPath::root(), Subschemas::of_root(schema))]);
    let mut left = MAX_KEYS;
    while let Some((path, schema)) = open.pop_front() {
        for name in schema.variables() {
            let keys = found.entry(source.fold(name.into()).into_owned()).or_default();
            if keys.len() < ENOUGH && !keys.contains(&path) {
                keys.push(path.clone());
            }
        }
        let inner = schema.keys().take(left).map(|key| (path.join(key), schema.member(key)));
        let before = open.len();
        open.extend(inner);
        left -= open.len() - before;
    }
    found
}

const MAX_KEYS: usize = 20_000;
/// Two keys of one name are an error already.
const ENOUGH: usize = 8;

fn mentions(node: NodeRef<'_>) -> bool {
    match node.value() {
        Value::Map(mut entries) => entries.any(|(key, member)| key == "x-env" || mentions(member)),
        Value::List(mut items) => items.any(mentions),
        _ => false,
    }
}
