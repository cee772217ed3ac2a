use serde_json::Value as Json;

use crate::{NodeRef, Value};

/// The data alone, without origins.
impl From<NodeRef<'_>> for Json {
    fn from(node: NodeRef<'_>) -> Self {
        match node.value() {
            Value::Null => Json::Null,
            Value::Bool(value) => value.into(),
            Value::Integer(value) => value.into(),
            Value::Unsigned(value) => value.into(),
            Value::Float(value) => value.into(),
            Value::String(value) => value.into(),
            Value::List(items) => items.map(Json::from).collect(),
            Value::Map(entries) => {
                entries.map(|(key, member)| (key.to_owned(), Json::from(member))).collect()
            }
        }
    }
}
