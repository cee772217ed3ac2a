use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::{Document, NodeRef, Value};

/// Maps as maps in source order, lists as sequences, `null` as a unit.
impl Serialize for NodeRef<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value() {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(value),
            Value::Integer(value) => serializer.serialize_i64(value),
            Value::Unsigned(value) => serializer.serialize_u64(value),
            Value::Float(value) => serializer.serialize_f64(value),
            Value::String(value) => serializer.serialize_str(value),
            Value::List(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(&item)?;
                }
                seq.end()
            }
            Value::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, member) in entries {
                    map.serialize_entry(key, &member)?;
                }
                map.end()
            }
        }
    }
}

/// As its root.
impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.root().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use crate::{DocumentBuilder, Layer, LayerKind, Value};

    #[test]
    fn every_kind_is_written_in_source_order() {
        let mut builder = DocumentBuilder::new(Layer::new(LayerKind::Defaults, "defaults"));
        builder.open_map(0).unwrap();
        let scalars = [
            ("z", Value::Null),
            ("y", Value::Bool(true)),
            ("x", Value::Integer(-1)),
            ("w", Value::Unsigned(u64::MAX)),
            ("v", Value::Float(1.0)),
            ("u", Value::String("\"é\"")),
        ];
        for (key, value) in scalars {
            builder.key(key, 0).unwrap();
            builder.scalar(value, 0).unwrap();
        }
        builder.key("t", 0).unwrap();
        builder.open_list(0).unwrap();
        builder.open_map(0).unwrap();
        builder.close().unwrap();
        builder.close().unwrap();
        builder.close().unwrap();
        let text = serde_json::to_string(&builder.finish().unwrap()).unwrap();
        assert_eq!(
            text,
            r#"{"z":null,"y":true,"x":-1,"w":18446744073709551615,"v":1.0,"u":"\"é\"","t":[{}]}"#
        );
    }
}
