use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::DeserializeError;
use crate::text::{parse_bool, parse_float, parse_integer};
use crate::{Entries, Items, Kind, LayerKind, NodeRef, ProblemKind, Value};

/// Deserialises in place: strings may be borrowed from the document.
///
/// A string that came from the environment, where everything is text, is read as the type wants it: as an integer,
/// a float, a boolean, or a list (`a,b` or a JSON array).
impl<'de> Deserializer<'de> for NodeRef<'de> {
    type Error = DeserializeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        let visited = match self.value() {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Integer(value) => visitor.visit_i64(value),
            Value::Unsigned(value) => visitor.visit_u64(value),
            Value::Float(value) => visitor.visit_f64(value),
            Value::String(value) => visitor.visit_borrowed_str(value),
            Value::List(items) => self.visit_items(items, visitor),
            Value::Map(entries) => self.visit_entries(entries, visitor),
        };
        visited.map_err(|error: DeserializeError| error.at(self))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        visitor.visit_newtype_struct(self).map_err(|error: DeserializeError| error.at(self))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        let access = VariantNode::of(self)?;
        visitor.visit_enum(access).map_err(|error: DeserializeError| error.at(self))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        visitor.visit_unit()
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.loose_text().and_then(parse_bool) {
            Some(value) => visitor.visit_bool(value).map_err(|error: DeserializeError| error.at(self)),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        let number = match self.value() {
            Value::Float(value) => Some(value),
            _ => self.loose_text().and_then(parse_float),
        };
        match number {
            Some(value) => visitor.visit_f64(value).map_err(|error: DeserializeError| error.at(self)),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        let visited = match self.value() {
            Value::Integer(value) => visitor.visit_i64(value),
            Value::Unsigned(value) => visitor.visit_u64(value),
            _ => match self.loose_text().and_then(parse_integer) {
                Some(value) => visit_integer(value, visitor),
                None => return self.deserialize_any(visitor),
            },
        };
        visited.map_err(|error: DeserializeError| error.at(self))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.as_str() {
            Some(text) => visitor.visit_borrowed_str(text).map_err(|error: DeserializeError| error.at(self)),
            None => self.mismatched(visitor),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        let visited = match (self.kind(), self.loose_text()) {
            (Kind::List, _) => self.visit_items(self.items(), visitor),
            (_, Some(text)) => visit_list_text(text, visitor),
            _ => return self.mismatched(visitor),
        };
        visited.map_err(|error: DeserializeError| error.at(self))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.kind() {
            Kind::Map => self.visit_entries(self.entries(), visitor).map_err(|error| error.at(self)),
            _ => self.mismatched(visitor),
        }
    }

    /// A list that is too long is refused as one that is too short is: what is left out was meant.
    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        if self.len() > length {
            return Err(DeserializeError::invalid_length(self.len(), &visitor).at(self));
        }
        self.deserialize_seq(visitor)
    }

    /// A list is refused: fields by position are an accident in a configuration.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        match self.kind() {
            Kind::List => Err(DeserializeError::invalid_type(Unexpected::Seq, &visitor).at(self)),
            _ => self.deserialize_map(visitor),
        }
    }

    forward_integers!();
    forward_tuple_structs!();
    forward! { deserialize_f32 => deserialize_f64 }
    forward! { deserialize_string => deserialize_str }
    forward_to_deserialize_any! { char bytes byte_buf unit unit_struct identifier }
}

impl<'de> NodeRef<'de> {
    fn visit_items<V: Visitor<'de>>(
        self,
        items: Items<'de>,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        let mut access = ItemAccess { items, at: 0 };
        visitor.visit_seq(&mut access).map_err(|error| self.blame(error, access.items.len()))
    }

    fn visit_entries<V: Visitor<'de>>(
        self,
        entries: Entries<'de>,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        let mut access = EntryAccess { entries, value: None };
        visitor.visit_map(&mut access).map_err(|error| self.blame(error, access.entries.len()))
    }

    /// Shows the visitor what there is instead of what it asked for: most refuse it, some take it.
    #[cold]
    fn mismatched<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        self.deserialize_any(visitor)
    }

    /// Says what inside of this map or list an error is about, if anything but `unread` members was read before it.
    #[cold]
    fn blame(self, error: DeserializeError, unread: usize) -> DeserializeError {
        if unread == self.len() { error } else { error.inside(self, &nothing_known) }
    }

    /// The integer this reads as.
    pub(super) fn integer(self) -> Option<i128> {
        match self.value() {
            Value::Integer(value) => Some(value.into()),
            Value::Unsigned(value) => Some(value.into()),
            _ => self.loose_text().and_then(parse_integer),
        }
    }

    /// The number this reads as.
    pub(super) fn number(self) -> Option<f64> {
        self.as_f64().or_else(|| self.loose_text().and_then(parse_float))
    }

    /// The boolean this reads as.
    pub(super) fn boolean(self) -> Option<bool> {
        self.as_bool().or_else(|| self.loose_text().and_then(parse_bool))
    }

    /// Text of a layer in which everything is text.
    #[inline]
    fn loose_text(self) -> Option<&'de str> {
        // Most values are no text, or of another layer: both show without a look at the text.
        let is_loose = self.kind() == Kind::String && self.layer().kind() == LayerKind::Environment;
        if is_loose { self.as_str() } else { None }
    }
}

impl<'de> IntoDeserializer<'de, DeserializeError> for NodeRef<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// One read stops at its first error.
fn nothing_known(_: NodeRef<'_>) -> bool {
    false
}

fn visit_integer<'de, V: Visitor<'de>>(value: i128, visitor: V) -> Result<V::Value, DeserializeError> {
    match (i64::try_from(value), u64::try_from(value)) {
        (Ok(value), _) => visitor.visit_i64(value),
        (_, Ok(value)) => visitor.visit_u64(value),
        _ => Err(DeserializeError::invalid_value(Unexpected::Other("integer"), &visitor)),
    }
}

/// `a,b` or a JSON array.
fn visit_list_text<'de, V: Visitor<'de>>(text: &'de str, visitor: V) -> Result<V::Value, DeserializeError> {
    let text = text.trim();
    if text.starts_with('[') {
        let visited = serde_json::Deserializer::from_str(text).deserialize_seq(visitor);
        // serde_json's message may quote the text, which may be a secret.
        return visited.map_err(|_| {
            DeserializeError::new(ProblemKind::BadValue {
                expected: "a JSON array of such values, or `a,b`".into(),
            })
        });
    }
    visitor.visit_seq(TextItems(Some(text).filter(|text| !text.is_empty())))
}

struct TextItems<'de>(Option<&'de str>);

impl<'de> SeqAccess<'de> for TextItems<'de> {
    type Error = DeserializeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DeserializeError> {
        let Some(text) = self.0 else { return Ok(None) };
        let (item, rest) = match text.split_once(',') {
            Some((item, rest)) => (item, Some(rest)),
            None => (text, None),
        };
        self.0 = rest;
        seed.deserialize(LooseText(item.trim())).map(Some)
    }
}

/// One member of a list written `a,b`.
struct LooseText<'de>(&'de str);

impl<'de> Deserializer<'de> for LooseText<'de> {
    type Error = DeserializeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match parse_bool(self.0) {
            Some(value) => visitor.visit_bool(value),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match parse_integer(self.0) {
            Some(value) => visit_integer(value, visitor),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match parse_float(self.0) {
            Some(value) => visitor.visit_f64(value),
            None => self.deserialize_any(visitor),
        }
    }

    forward_text!();
    forward_integers!();
    forward! { deserialize_f32 => deserialize_f64 }
    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct ItemAccess<'de> {
    items: Items<'de>,
    at: usize,
}

impl<'de> SeqAccess<'de> for ItemAccess<'de> {
    type Error = DeserializeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DeserializeError> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let at = self.at;
        self.at += 1;
        seed.deserialize(item).map(Some).map_err(|error| error.inside(item, &nothing_known).within(at.into()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct EntryAccess<'de> {
    entries: Entries<'de>,
    value: Option<(&'de str, NodeRef<'de>)>,
}

impl<'de> MapAccess<'de> for EntryAccess<'de> {
    type Error = DeserializeError;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DeserializeError> {
        self.value = self.entries.next();
        match self.value {
            Some((key, _)) => seed.deserialize(KeyText(key)).map(Some),
            None => Ok(None),
        }
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DeserializeError> {
        let Some((key, value)) = self.value.take() else {
            return Err(DeserializeError::custom("a value was asked for before its key"));
        };
        seed.deserialize(value).map_err(|error| error.inside(value, &nothing_known).within(key.into()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// A key: text, but a map's key type may be a number or a boolean.
pub(super) struct KeyText<'de>(pub(super) &'de str);

impl<'de> Deserializer<'de> for KeyText<'de> {
    type Error = DeserializeError;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.0.parse() {
            Ok(value) => visitor.visit_bool(value),
            Err(_) => self.deserialize_any(visitor),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.0.parse::<i128>() {
            Ok(value) => visit_integer(value, visitor),
            Err(_) => self.deserialize_any(visitor),
        }
    }

    forward_text!();
    forward_integers!();
    forward_to_deserialize_any! {
        f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// An enum: the name of a variant, or a map of one variant to its content.
struct VariantNode<'de> {
    name: &'de str,
    content: Option<NodeRef<'de>>,
}

pub(super) fn variant_of(node: NodeRef<'_>) -> Result<(&str, Option<NodeRef<'_>>), DeserializeError> {
    let expected = "the name of a variant, or a map of one variant to its content";
    match node.value() {
        Value::String(name) => Ok((name, None)),
        Value::Map(mut entries) => match (entries.next(), entries.next()) {
            (Some((name, content)), None) => Ok((name, Some(content))),
            _ => Err(DeserializeError::new(ProblemKind::BadValue { expected: expected.into() }).at(node)),
        },
        _ => Err(DeserializeError::new(ProblemKind::WrongType {
            expected: expected.into(),
            found: node.kind(),
        })
        .at(node)),
    }
}

impl<'de> VariantNode<'de> {
    fn of(node: NodeRef<'de>) -> Result<Self, DeserializeError> {
        variant_of(node).map(|(name, content)| Self { name, content })
    }

    fn content(self, expected: &'static str) -> Result<NodeRef<'de>, DeserializeError> {
        self.content.ok_or_else(|| {
            DeserializeError::new(ProblemKind::WrongType { expected: expected.into(), found: Kind::String })
        })
    }
}

impl<'de> EnumAccess<'de> for VariantNode<'de> {
    type Error = DeserializeError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), DeserializeError> {
        Ok((seed.deserialize(KeyText(self.name))?, self))
    }
}

impl<'de> VariantAccess<'de> for VariantNode<'de> {
    type Error = DeserializeError;

    fn unit_variant(self) -> Result<(), DeserializeError> {
        match self.content {
            Some(content) if !content.is_null() => {
                let expected = "nothing: this variant has no content".into();
                let kind = ProblemKind::WrongType { expected, found: content.kind() };
                Err(DeserializeError::new(kind).at(content).within(self.name.into()))
            }
            _ => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DeserializeError> {
        let name = self.name;
        let content = self.content("a map of the variant to its content")?;
        seed.deserialize(content).map_err(|error| error.inside(content, &nothing_known).within(name.into()))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DeserializeError> {
        let name = self.name;
        let content = self.content("a map of the variant to a list")?;
        content.deserialize_seq(visitor).map_err(|error| error.within(name.into()))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        let name = self.name;
        let content = self.content("a map of the variant to its fields")?;
        content.deserialize_map(visitor).map_err(|error| error.within(name.into()))
    }
}
