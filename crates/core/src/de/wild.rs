use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::DeserializeError;
use super::node::KeyText;
use crate::{NodeRef, ProblemKind, Value};

/// Takes the place of a value that was refused or is missing: whatever the type asks for, it gets.
///
/// A type that reads text and then checks it refuses most texts, so there are several stand-ins to try.
#[derive(Clone, Copy, Default)]
pub(super) struct Wild {
    attempt: usize,
}

/// Something for the types that configurations have: text, numbers, addresses, times, URLs, versions.
const TEXTS: [&str; 11] = [
    "",
    "1",
    "127.0.0.1",
    "127.0.0.1:1",
    "http://localhost/",
    "1s",
    "1970-01-01T00:00:00Z",
    "1970-01-01",
    "00000000-0000-0000-0000-000000000000",
    "1.0.0",
    "info",
];

impl Wild {
    /// The stand-in for a value with this problem, if it is read into a buffer, where it has to be of the right kind
    /// from the start. None when the value is best left out.
    pub(super) fn fitting(problem: &ProblemKind) -> Option<Wild> {
        let (ProblemKind::WrongType { expected, .. }
        | ProblemKind::WrongLength { expected, .. }
        | ProblemKind::BadValue { expected }) = problem
        else {
            return None;
        };
        let starts = |words: &[&str]| words.iter().any(|word| expected.starts_with(word));
        let attempt = match () {
            () if starts(&["an integer", "a number"]) => 1,
            () if starts(&["a boolean"]) => 2,
            () if starts(&["a list"]) => 3,
            () if starts(&["a map"]) => 4,
            () => 5,
        };
        Some(Wild { attempt })
    }

    /// Whether `node` is equal to a stand-in.
    pub(super) fn looks_like(node: NodeRef<'_>) -> bool {
        match node.value() {
            Value::Null | Value::Bool(false) | Value::Integer(1) => true,
            Value::String(text) => TEXTS.contains(&text),
            Value::List(_) | Value::Map(_) => node.is_empty(),
            _ => false,
        }
    }

    /// The stand-in to try when this one was refused too.
    pub(super) fn next(self) -> Option<Wild> {
        let attempt = self.attempt + 1;
        (attempt < TEXTS.len()).then_some(Wild { attempt })
    }

    fn text(self) -> &'static str {
        TEXTS.get(self.attempt).copied().unwrap_or_default()
    }
}

macro_rules! wild {
    ($($method:ident => $visit:ident($($value:expr)?),)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
                visitor.$visit($($value)?)
            }
        )*
    };
}

impl<'de> Deserializer<'de> for Wild {
    type Error = DeserializeError;

    wild! {
        deserialize_bool => visit_bool(false),
        // 1 rather than 0, which the nonzero types refuse.
        deserialize_i8 => visit_i8(1),
        deserialize_i16 => visit_i16(1),
        deserialize_i32 => visit_i32(1),
        deserialize_i64 => visit_i64(1),
        deserialize_i128 => visit_i64(1),
        deserialize_u8 => visit_u8(1),
        deserialize_u16 => visit_u16(1),
        deserialize_u32 => visit_u32(1),
        deserialize_u64 => visit_u64(1),
        deserialize_u128 => visit_u64(1),
        deserialize_f32 => visit_f32(1.0),
        deserialize_f64 => visit_f64(1.0),
        deserialize_char => visit_char(' '),
        deserialize_bytes => visit_borrowed_bytes(&[]),
        deserialize_byte_buf => visit_borrowed_bytes(&[]),
        deserialize_option => visit_none(),
        deserialize_seq => visit_seq(WildItems(0, Wild::default())),
        deserialize_map => visit_map(WildFields(&[], Wild::default())),
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.attempt {
            0 => visitor.visit_unit(),
            1 => visitor.visit_u8(1),
            2 => visitor.visit_bool(false),
            3 => self.deserialize_seq(visitor),
            4 => self.deserialize_map(visitor),
            _ => visitor.visit_borrowed_str(self.text()),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        visitor.visit_borrowed_str(self.text())
    }

    /// The tag of an enum: a stand-in would choose a variant, whose fields would then be missed.
    fn deserialize_identifier<V: Visitor<'de>>(self, _: V) -> Result<V::Value, DeserializeError> {
        Err(DeserializeError::custom("no variant is like any other").stuck())
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        visitor.visit_unit()
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        visitor.visit_seq(WildItems(length, self))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        visitor.visit_map(WildFields(fields, self))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        visitor.visit_enum(WildVariant(variants, self))
    }

    forward! { deserialize_string => deserialize_str }
    forward_newtypes!();
    forward_tuple_structs!();
    forward_to_deserialize_any! { unit ignored_any }
}

struct WildItems(usize, Wild);

impl<'de> SeqAccess<'de> for WildItems {
    type Error = DeserializeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DeserializeError> {
        if self.0 == 0 {
            return Ok(None);
        }
        self.0 -= 1;
        seed.deserialize(self.1).map(Some)
    }
}

struct WildFields(&'static [&'static str], Wild);

impl<'de> MapAccess<'de> for WildFields {
    type Error = DeserializeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DeserializeError> {
        let Some((field, rest)) = self.0.split_first() else { return Ok(None) };
        self.0 = rest;
        seed.deserialize(KeyText(field)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DeserializeError> {
        seed.deserialize(self.1)
    }
}

struct WildVariant(&'static [&'static str], Wild);

impl<'de> EnumAccess<'de> for WildVariant {
    type Error = DeserializeError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), DeserializeError> {
        let Some(name) = self.0.first() else {
            return Err(DeserializeError::custom("an enum without variants"));
        };
        Ok((seed.deserialize(KeyText(name))?, self))
    }
}

impl<'de> VariantAccess<'de> for WildVariant {
    type Error = DeserializeError;

    fn unit_variant(self) -> Result<(), DeserializeError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DeserializeError> {
        seed.deserialize(self.1)
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, DeserializeError> {
        visitor.visit_seq(WildItems(length, self.1))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        visitor.visit_map(WildFields(fields, self.1))
    }
}
