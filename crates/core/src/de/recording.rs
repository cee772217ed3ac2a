use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::DeserializeError;
use super::error::expectation;
use super::node::{KeyText, variant_of};
use super::recorder::Recorder;
use super::trail::Trail;
use super::wild::Wild;
use crate::{Entries, Items, Kind, NodeRef, Problem, ProblemKind};

/// A value read under the eyes of a [`Recorder`].
#[derive(Clone, Copy)]
pub(super) struct Recording<'de, 'r> {
    node: NodeRef<'de>,
    trail: Trail<'r>,
    recorder: &'r Recorder<'r>,
    /// The fields of the struct that this is a member of, for "did you mean".
    siblings: &'static [&'static str],
}

impl<'de, 'r> Recording<'de, 'r> {
    pub(super) fn root(node: NodeRef<'de>, recorder: &'r Recorder<'r>) -> Self {
        Self { node, trail: Trail::ROOT, recorder, siblings: &[] }
    }

    /// Lets `read` have the value, or anything that fits in place of a value refused before.
    pub(super) fn seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DeserializeError> {
        match self.recorder.stand_in(self.node) {
            Some(wild) => {
                seed.deserialize(wild).map_err(|error| self.recorder.settle_stand_in(error, self.node))
            }
            None => {
                seed.deserialize(self).map_err(|error| self.recorder.settle(error, self.node, self.trail))
            }
        }
    }

    /// Hands a scalar on if it is what is wanted; else notes the problem and has it replaced.
    fn scalar<V: Visitor<'de>>(
        self,
        visitor: V,
        wanted: bool,
        read: impl FnOnce(NodeRef<'de>, V) -> Result<V::Value, DeserializeError>,
        replace: impl FnOnce(V) -> Result<V::Value, DeserializeError>,
    ) -> Result<V::Value, DeserializeError> {
        if wanted {
            return read(self.node, visitor);
        }
        let (expected, found) = (expectation(&visitor), self.node.kind());
        self.recorder.replaced(
            Problem::error(ProblemKind::WrongType { expected, found }),
            self.node,
            self.trail,
        );
        replace(visitor).map_err(DeserializeError::stuck)
    }

    fn integer<V: Visitor<'de>, N: TryFrom<i128>>(
        self,
        visitor: V,
        read: impl FnOnce(NodeRef<'de>, V) -> Result<V::Value, DeserializeError>,
        replace: impl FnOnce(Wild, V) -> Result<V::Value, DeserializeError>,
    ) -> Result<V::Value, DeserializeError> {
        let value = self.node.integer();
        if value.is_some_and(|value| N::try_from(value).is_err()) {
            let expected = expectation(&visitor);
            self.recorder.replaced(Problem::error(ProblemKind::BadValue { expected }), self.node, self.trail);
            return replace(Wild::default(), visitor).map_err(DeserializeError::stuck);
        }
        self.scalar(visitor, value.is_some(), read, |visitor| replace(Wild::default(), visitor))
    }

    fn text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        let wanted = self.node.kind() == Kind::String;
        self.scalar(
            visitor,
            wanted,
            |node, visitor| node.deserialize_str(visitor),
            |visitor| visitor.visit_borrowed_str(""),
        )
    }

    fn list<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.node.kind() {
            Kind::List => self.visit_items(visitor),
            // The environment's `a,b` needs no recording: it has no places of its own.
            Kind::String => self.node.deserialize_seq(visitor),
            _ => self.scalar(
                visitor,
                false,
                |node, visitor| node.deserialize_any(visitor),
                |visitor| Wild::default().deserialize_seq(visitor),
            ),
        }
    }

    fn tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, DeserializeError> {
        let found = self.node.len();
        match self.node.kind() {
            Kind::List if found > length => {
                let expected = expectation(&visitor);
                let problem = Problem::error(ProblemKind::WrongLength { expected, found });
                self.recorder.replaced(problem, self.node, self.trail);
            }
            Kind::List | Kind::String => return self.list(visitor),
            found => {
                let problem =
                    Problem::error(ProblemKind::WrongType { expected: expectation(&visitor), found });
                self.recorder.replaced(problem, self.node, self.trail);
            }
        }
        Wild::default().deserialize_tuple(length, visitor).map_err(DeserializeError::stuck)
    }

    fn visit_items<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        let mut items = self.items();
        visitor.visit_seq(&mut items).map_err(|error| self.blame(error, items.items.len()))
    }

    fn visit_members<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        let mut members = self.members(fields);
        visitor.visit_map(&mut members).map_err(|error| self.blame(error, members.entries.len()))
    }

    /// Says what inside of this map or list an error is about, if anything but `unread` members was read before it.
    #[cold]
    fn blame(self, error: DeserializeError, unread: usize) -> DeserializeError {
        if unread == self.node.len() { error.at(self.node) } else { self.recorder.blame(error, self.node) }
    }

    fn items(self) -> RecordedItems<'de, 'r> {
        RecordedItems { items: self.node.items().enumerate(), parent: self }
    }

    fn members(self, fields: &'static [&'static str]) -> RecordedMembers<'de, 'r> {
        RecordedMembers {
            entries: self.node.entries(),
            missing: self.recorder.missing(self.node).into_iter(),
            next_missing: None,
            refused: self.node.entries(),
            next: None,
            fields,
            parent: self,
        }
    }
}

macro_rules! recorded_integers {
    ($($method:ident: $type:ty,)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
                self.integer::<V, $type>(visitor, |node, visitor| node.$method(visitor), |wild, visitor| wild.$method(visitor))
            }
        )*
    };
}

impl<'de> Deserializer<'de> for Recording<'de, '_> {
    type Error = DeserializeError;

    recorded_integers! {
        deserialize_i8: i8, deserialize_i16: i16, deserialize_i32: i32, deserialize_i64: i64, deserialize_i128: i128,
        deserialize_u8: u8, deserialize_u16: u16, deserialize_u32: u32, deserialize_u64: u64, deserialize_u128: u128,
    }

    forward! { deserialize_f32 => deserialize_f64 }
    forward! { deserialize_str deserialize_string deserialize_identifier => text }
    forward! { deserialize_seq => list }
    forward_newtypes!();
    forward_tuple_structs!();
    forward_to_deserialize_any! { bytes byte_buf }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.node.kind() {
            Kind::List => self.visit_items(visitor),
            Kind::Map => self.visit_members(&[], visitor),
            _ => self.node.deserialize_any(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        let wanted = self.node.boolean().is_some();
        self.scalar(
            visitor,
            wanted,
            |node, visitor| node.deserialize_bool(visitor),
            |visitor| visitor.visit_bool(false),
        )
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        let wanted = self.node.number().is_some();
        self.scalar(
            visitor,
            wanted,
            |node, visitor| node.deserialize_f64(visitor),
            |visitor| visitor.visit_f64(1.0),
        )
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        let wanted = self.node.as_str().is_some_and(|text| text.chars().count() == 1);
        self.scalar(
            visitor,
            wanted,
            |node, visitor| node.deserialize_char(visitor),
            |visitor| visitor.visit_char(' '),
        )
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        let wanted = self.node.is_null();
        self.scalar(visitor, wanted, |_, visitor| visitor.visit_unit(), |visitor| visitor.visit_unit())
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        self.tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.node.kind() {
            Kind::Map => self.visit_members(&[], visitor),
            _ => self.scalar(
                visitor,
                false,
                |node, visitor| node.deserialize_any(visitor),
                |visitor| Wild::default().deserialize_map(visitor),
            ),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        match self.node.kind() {
            Kind::Map => self.visit_members(fields, visitor),
            _ => self.scalar(
                visitor,
                false,
                |node, visitor| node.deserialize_any(visitor),
                |visitor| Wild::default().deserialize_struct(name, fields, visitor),
            ),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        let (name, content) = variant_of(self.node)?;
        visitor.visit_enum(RecordedVariant { name, content, parent: self })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        self.recorder.passed_over(self.node, self.trail, self.siblings);
        visitor.visit_unit()
    }
}

struct RecordedItems<'de, 'r> {
    items: std::iter::Enumerate<Items<'de>>,
    parent: Recording<'de, 'r>,
}

impl<'de> SeqAccess<'de> for RecordedItems<'de, '_> {
    type Error = DeserializeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DeserializeError> {
        // A refused item has been reported; most lists can do without it.
        let recorder = self.parent.recorder;
        let Some((at, node)) = self.items.find(|&(_, item)| recorder.stand_in(item).is_none()) else {
            return Ok(None);
        };
        let trail = self.parent.trail.index(at);
        Recording { node, trail, recorder: self.parent.recorder, siblings: &[] }.seed(seed).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct RecordedMembers<'de, 'r> {
    entries: Entries<'de>,
    missing: std::vec::IntoIter<(&'static str, Wild)>,
    next_missing: Option<(&'static str, Wild)>,
    /// The members once more, for those that come last.
    refused: Entries<'de>,
    next: Option<(&'de str, NodeRef<'de>)>,
    fields: &'static [&'static str],
    parent: Recording<'de, 'r>,
}

impl<'de> RecordedMembers<'de, '_> {
    fn next_sound(&mut self) -> Option<(&'de str, NodeRef<'de>)> {
        let recorder = self.parent.recorder;
        self.entries.find(|&(_, member)| !recorder.is_unknown(member) && recorder.stand_in(member).is_none())
    }

    fn next_refused(&mut self) -> Option<(&'de str, NodeRef<'de>)> {
        let recorder = self.parent.recorder;
        self.refused.find(|&(_, member)| recorder.stand_in(member).is_some())
    }
}

impl<'de> MapAccess<'de> for RecordedMembers<'de, '_> {
    type Error = DeserializeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DeserializeError> {
        self.next = self.next_sound();
        if self.next.is_none() {
            self.next_missing = self.missing.next();
            if let Some((field, _)) = self.next_missing {
                return seed.deserialize(KeyText(field)).map(Some);
            }
            self.next = self.next_refused();
        }
        let Some((key, node)) = self.next else { return Ok(None) };
        let trail = self.parent.trail.key(key, self.fields);
        let read = seed.deserialize(KeyText(key));
        read.map(Some).map_err(|error| self.parent.recorder.settle_key(error, node, trail))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DeserializeError> {
        if let Some((field, wild)) = self.next_missing.take() {
            let recorder = self.parent.recorder;
            return seed
                .deserialize(wild)
                .map_err(|error| recorder.settle_missing(error, self.parent.node, field));
        }
        let Some((key, node)) = self.next.take() else {
            return Err(DeserializeError::custom("a value was asked for before its key"));
        };
        let trail = self.parent.trail.key(key, self.fields);
        Recording { node, trail, recorder: self.parent.recorder, siblings: self.fields }.seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len() + self.missing.len())
    }
}

struct RecordedVariant<'de, 'r> {
    name: &'de str,
    content: Option<NodeRef<'de>>,
    parent: Recording<'de, 'r>,
}

impl<'de> EnumAccess<'de> for RecordedVariant<'de, '_> {
    type Error = DeserializeError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), DeserializeError> {
        Ok((seed.deserialize(KeyText(self.name))?, self))
    }
}

impl<'de> RecordedVariant<'de, '_> {
    fn content<T>(
        &self,
        expected: &'static str,
        read: impl FnOnce(Recording<'de, '_>) -> Result<T, DeserializeError>,
    ) -> Result<T, DeserializeError> {
        let Some(node) = self.content else {
            return Err(DeserializeError::new(ProblemKind::WrongType {
                expected: expected.into(),
                found: Kind::String,
            }));
        };
        let trail = self.parent.trail.key(self.name, &[]);
        let content = Recording { node, trail, recorder: self.parent.recorder, siblings: &[] };
        read(content).map_err(|error| self.parent.recorder.settle(error, node, trail))
    }
}

impl<'de> VariantAccess<'de> for RecordedVariant<'de, '_> {
    type Error = DeserializeError;

    fn unit_variant(self) -> Result<(), DeserializeError> {
        match self.content {
            Some(node) if !node.is_null() => Err(DeserializeError::custom("this variant has no content")),
            _ => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DeserializeError> {
        self.content("a map of the variant to its content", |content| content.seed(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, DeserializeError> {
        self.content("a map of the variant to a list", |content| content.tuple(length, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        self.content("a map of the variant to its fields", |content| {
            content.deserialize_struct("", fields, visitor)
        })
    }
}
