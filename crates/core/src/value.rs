use serde::Serialize;
use serde_json::Value as Json;

use crate::{BuildError, Document, DocumentBuilder, Layer, NodeRef, Problem, ProblemKind, Problems, Value};

impl Document {
    /// A document of anything that serialises to a map: defaults, overrides, a test's `json!({…})`.
    ///
    /// ```
    /// # use enhanced_config_core::*;
    /// let defaults = Layer::new(LayerKind::Defaults, "defaults");
    /// let document = Document::from_serialize(&serde_json::json!({ "port": 80 }), defaults)?;
    /// assert_eq!(document.get("port").unwrap().as_i64(), Some(80));
    /// # Ok::<(), Problems>(())
    /// ```
    ///
    /// # Errors
    /// When it does not serialise, is not a map, or is larger than a document can be.
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T, layer: Layer) -> Result<Self, Problems> {
        let refuse = |kind| Problems::from(Problem::error(kind).with_origin(layer.origin(0)));
        let json = serde_json::to_value(value)
            .map_err(|error| refuse(ProblemKind::Custom { message: error.to_string().into() }))?;
        let mut builder = DocumentBuilder::new(layer.clone());
        build(&mut builder, &json)
            .and_then(|()| builder.finish())
            .map_err(|error| refuse(ProblemKind::Custom { message: error.to_string().into() }))
    }
}

fn build(builder: &mut DocumentBuilder, json: &Json) -> Result<(), BuildError> {
    match json {
        Json::Null => builder.null(0),
        Json::Bool(value) => builder.bool(*value, 0),
        Json::String(value) => builder.string(value, 0),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(value), ..) => builder.integer(value, 0),
            (_, Some(value), _) => builder.unsigned(value, 0),
            (.., value) => builder.float(value.unwrap_or_default(), 0),
        },
        Json::Array(items) => {
            builder.open_list(0)?;
            items.iter().try_for_each(|item| build(builder, item))?;
            builder.close()
        }
        Json::Object(members) => {
            builder.open_map(0)?;
            for (key, member) in members {
                builder.key(key, 0)?;
                build(builder, member)?;
            }
            builder.close()
        }
    }
}

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
