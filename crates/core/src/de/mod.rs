//! From documents to Rust types, in place.

/// Methods of a `Deserializer` that read as another one does.
macro_rules! forward {
    ($($method:ident)* => $as:ident) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
                self.$as(visitor)
            }
        )*
    };
}

/// Every integer type is read like `i64`: the visitor checks the range.
macro_rules! forward_integers {
    () => {
        forward! {
            deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i128
            deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 => deserialize_i64
        }
    };
}

/// What is wrapped in a type is read as it would be without.
macro_rules! forward_newtypes {
    () => {
        fn deserialize_newtype_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            visitor: V,
        ) -> Result<V::Value, DeserializeError> {
            visitor.visit_newtype_struct(self)
        }
    };
}

/// A tuple with a name is read like one without.
macro_rules! forward_tuple_structs {
    () => {
        fn deserialize_tuple_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            length: usize,
            visitor: V,
        ) -> Result<V::Value, DeserializeError> {
            self.deserialize_tuple(length, visitor)
        }
    };
}

/// What a text is to a type that wraps it, may be without it, or has it name a variant.
macro_rules! forward_text {
    () => {
        forward_newtypes!();

        fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
            visitor.visit_some(self)
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
mod trail;
mod wild;

pub use error::DeserializeError;
pub use recorder::{ExtractOptions, UnknownKeys, extract};
