//! From documents to Rust types, in place.

/// Every integer type is read like `i64`: the visitor checks the range.
macro_rules! forward_integers {
    () => {
        forward_integers! {
            @ deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i128
              deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        }
    };
    (@ $($method:ident)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
                self.deserialize_i64(visitor)
            }
        )*
    };
}

/// What a text is to a type that wraps it, may be without it, or has it name a variant.
macro_rules! forward_text {
    () => {
        fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
            visitor.visit_some(self)
        }

        fn deserialize_newtype_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            visitor: V,
        ) -> Result<V::Value, DeserializeError> {
            visitor.visit_newtype_struct(self)
        }

        fn deserialize_enum<V: Visitor<'de>>(
            self,
            _: &'static str,
            _: &'static [&'static str],
            visitor: V,
        ) -> Result<V::Value, DeserializeError> {
            visitor.visit_enum(self.0.into_deserializer())
        }
    };
}

mod culprit;
mod error;
mod node;
mod recorder;
mod recording;
mod wild;

pub use error::DeserializeError;
pub use recorder::{ExtractOptions, UnknownKeys, extract};
