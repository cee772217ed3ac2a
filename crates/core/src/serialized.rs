//! From Rust values to documents.

use std::fmt::Display;

use serde::Serialize;
use serde::ser::{
    Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use crate::{BuildError, Document, DocumentBuilder, Layer, Problem, ProblemKind, Problems};

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
    /// When it does not serialise, is not a map, holds a number that a document cannot, or is larger than a document
    /// can be.
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T, layer: Layer) -> Result<Self, Problems> {
        let origin = layer.origin(0);
        let mut builder = DocumentBuilder::new(layer);
        let built = value.serialize(Building(&mut builder)).and_then(|()| Ok(builder.finish()?));
        built.map_err(|error| {
            let kind = match error {
                Refusal::Build(BuildError::Unbalanced) => {
                    ProblemKind::Custom { message: "expected a map".into() }
                }
                Refusal::Build(error) => ProblemKind::Custom { message: error.to_string().into() },
                Refusal::Custom(message) => ProblemKind::Custom { message: message.into() },
                Refusal::Number(expected) => ProblemKind::NumberRange { expected },
            };
            Problem::error(kind).with_origin(origin).into()
        })
    }
}

/// Why a value does not become a document.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error("{0}")]
    Custom(String),
    #[error("a number that {0} cannot hold")]
    Number(&'static str),
}

impl serde::ser::Error for Refusal {
    fn custom<T: Display>(message: T) -> Self {
        Self::Custom(message.to_string())
    }
}

/// Puts what is serialised into a builder. Values made in code have no places: all positions are 0.
struct Building<'b>(&'b mut DocumentBuilder);

/// An open map or list, and how many it takes to close it: a variant's content is a map in a map.
struct Open<'b> {
    builder: &'b mut DocumentBuilder,
    levels: usize,
}

impl<'b> Building<'b> {
    fn list(self) -> Result<Open<'b>, Refusal> {
        self.0.open_list(0)?;
        Ok(Open { builder: self.0, levels: 1 })
    }

    fn map(self) -> Result<Open<'b>, Refusal> {
        self.0.open_map(0)?;
        Ok(Open { builder: self.0, levels: 1 })
    }

    fn variant(self, name: &str) -> Result<Self, Refusal> {
        self.0.open_map(0)?;
        self.0.key(name, 0)?;
        Ok(self)
    }
}

impl Open<'_> {
    fn member<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), Refusal> {
        self.builder.key(key, 0)?;
        self.item(value)
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        value.serialize(Building(self.builder))
    }

    fn finish(self) -> Result<(), Refusal> {
        (0..self.levels).try_for_each(|_| self.builder.close()).map_err(Refusal::from)
    }
}

/// A number is written as the widest of its kind.
macro_rules! widened {
    ($($method:ident: $type:ty => $widest:ident,)*) => {
        $(
            fn $method(self, value: $type) -> Result<(), Refusal> {
                self.$widest(value.into())
            }
        )*
    };
}

impl<'b> Serializer for Building<'b> {
    type Ok = ();
    type Error = Refusal;
    type SerializeSeq = Open<'b>;
    type SerializeTuple = Open<'b>;
    type SerializeTupleStruct = Open<'b>;
    type SerializeTupleVariant = Open<'b>;
    type SerializeMap = Open<'b>;
    type SerializeStruct = Open<'b>;
    type SerializeStructVariant = Open<'b>;

    widened! {
        serialize_i8: i8 => serialize_i64, serialize_i16: i16 => serialize_i64, serialize_i32: i32 => serialize_i64,
        serialize_u8: u8 => serialize_u64, serialize_u16: u16 => serialize_u64, serialize_u32: u32 => serialize_u64,
        serialize_f32: f32 => serialize_f64,
    }

    fn serialize_bool(self, value: bool) -> Result<(), Refusal> {
        Ok(self.0.bool(value, 0)?)
    }

    fn serialize_i64(self, value: i64) -> Result<(), Refusal> {
        Ok(self.0.integer(value, 0)?)
    }

    fn serialize_i128(self, value: i128) -> Result<(), Refusal> {
        match (i64::try_from(value), u64::try_from(value)) {
            (Ok(value), _) => self.serialize_i64(value),
            (_, Ok(value)) => self.serialize_u64(value),
            _ => Err(Refusal::Number("a 64-bit integer")),
        }
    }

    fn serialize_u64(self, value: u64) -> Result<(), Refusal> {
        Ok(self.0.unsigned(value, 0)?)
    }

    fn serialize_u128(self, value: u128) -> Result<(), Refusal> {
        self.serialize_u64(u64::try_from(value).map_err(|_| Refusal::Number("a 64-bit integer"))?)
    }

    fn serialize_f64(self, value: f64) -> Result<(), Refusal> {
        if !value.is_finite() {
            return Err(Refusal::Number("a document, whose floats are finite,"));
        }
        Ok(self.0.float(value, 0)?)
    }

    fn serialize_char(self, value: char) -> Result<(), Refusal> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Refusal> {
        Ok(self.0.string(value, 0)?)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Refusal> {
        let mut list = self.list()?;
        value.iter().try_for_each(|byte| list.item(byte))?;
        list.finish()
    }

    fn serialize_none(self) -> Result<(), Refusal> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refusal> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Refusal> {
        Ok(self.0.null(0)?)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Refusal> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Refusal> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Refusal> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Refusal> {
        let mut map = self.map()?;
        map.member(variant, value)?;
        map.finish()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'b>, Refusal> {
        self.list()
    }

    fn serialize_tuple(self, _: usize) -> Result<Open<'b>, Refusal> {
        self.list()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'b>, Refusal> {
        self.list()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'b>, Refusal> {
        Ok(Open { levels: 2, ..self.variant(variant)?.list()? })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'b>, Refusal> {
        self.map()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'b>, Refusal> {
        self.map()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'b>, Refusal> {
        Ok(Open { levels: 2, ..self.variant(variant)?.map()? })
    }
}

/// The methods of the seven compound traits differ in name alone.
macro_rules! compound {
    ($($name:ident: $method:ident($($argument:ident: $type:ty)?) => $inner:ident;)*) => {
        $(
            impl $name for Open<'_> {
                type Ok = ();
                type Error = Refusal;

                fn $method<T: Serialize + ?Sized>(&mut self, $($argument: $type,)? value: &T) -> Result<(), Refusal> {
                    self.$inner($($argument,)? value)
                }

                fn end(self) -> Result<(), Refusal> {
                    self.finish()
                }
            }
        )*
    };
}

compound! {
    SerializeSeq: serialize_element() => item;
    SerializeTuple: serialize_element() => item;
    SerializeTupleStruct: serialize_field() => item;
    SerializeTupleVariant: serialize_field() => item;
    SerializeStruct: serialize_field(key: &'static str) => member;
    SerializeStructVariant: serialize_field(key: &'static str) => member;
}

impl SerializeMap for Open<'_> {
    type Ok = ();
    type Error = Refusal;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refusal> {
        // A key is text in every format; serde_json knows how each type is written as one.
        match serde_json::to_value(SingleKey(key)).map_err(Refusal::custom)? {
            serde_json::Value::Object(map) => match map.keys().next() {
                Some(key) => Ok(self.builder.key(key, 0)?),
                None => Err(Refusal::custom("a key that is not text")),
            },
            _ => Err(Refusal::custom("a key that is not text")),
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        self.item(value)
    }

    fn end(self) -> Result<(), Refusal> {
        self.finish()
    }
}

/// A map of one key, to have it written as text.
struct SingleKey<'k, K: ?Sized>(&'k K);

impl<K: Serialize + ?Sized> Serialize for SingleKey<'_, K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(self.0, ())])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value as Json, json};

    use super::*;
    use crate::LayerKind;

    #[derive(Serialize)]
    enum Kind {
        Unit,
        New(u8),
        Pair(u8, u8),
        Named { a: u8 },
    }

    fn document<T: Serialize>(value: &T) -> Result<Document, Problems> {
        Document::from_serialize(value, Layer::new(LayerKind::Defaults, "test"))
    }

    fn check<T: Serialize>(value: T) {
        let inside = BTreeMap::from([("value", value)]);
        assert_eq!(Json::from(document(&inside).unwrap().root()), serde_json::to_value(&inside).unwrap());
    }

    #[test]
    fn everything_becomes_what_it_is_in_json() {
        check(json!({ "a": [1, -1, 1.5, null, true, "x", u64::MAX, {}] }));
        check((1u8, 'c', "s", Some(1), None::<u8>, (), i128::from(u64::MAX)));
        check([Kind::Unit, Kind::New(1), Kind::Pair(1, 2), Kind::Named { a: 1 }]);
        check(BTreeMap::from([(7, true)]));
        check(BTreeMap::from([('x', 1.25f32)]));
    }

    #[test]
    fn a_struct_keeps_the_order_of_its_fields() {
        #[derive(Serialize)]
        struct Ordered {
            z: u8,
            a: u8,
        }
        let document = document(&Ordered { z: 1, a: 2 }).unwrap();
        assert_eq!(document.root().entries().map(|(key, _)| key).collect::<Vec<_>>(), ["z", "a"]);
    }

    #[test]
    fn what_a_document_cannot_hold_is_refused() {
        let refused = |error: Result<Document, Problems>| error.unwrap_err().to_string();
        assert_eq!(
            refused(document(&BTreeMap::from([("a", f64::NAN)]))),
            "a number that a document, whose floats are finite, cannot hold (test)"
        );
        assert_eq!(
            refused(document(&BTreeMap::from([("a", i128::MAX)]))),
            "a number that a 64-bit integer cannot hold (test)"
        );
        assert_eq!(refused(document(&[1])), "expected a map (test)");
        assert_eq!(refused(document(&1)), "expected a map (test)");
        assert!(refused(document(&BTreeMap::from([(Some(vec![1]), 1)]))).contains("key must be a string"));
    }
}
