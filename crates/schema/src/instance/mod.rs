//! A document as jsonschema wants to see an instance: read in place, without a `serde_json::Value` in between.
//!
//! This module and its children are the only ones that know the traits of jsonschema.

mod number;
mod same;

use std::borrow::Cow;

use enhanced_config_core::{Entries, Items, Kind, NodeRef, PreparedKey};
use jsonschema::error::ValidationErrorKind as Fault;
use jsonschema::json::{Array, Json, Node, NodeIdentity, Object};
use jsonschema::{JsonType, ValidationError};
use jsonschema_value::LazyInstance;
use serde_json::Value as JsonValue;

pub(crate) use self::number::Number;
use crate::effort::Effort;

/// Whether an error was made while there was effort left, so that it can be believed.
pub(crate) fn was_in_time(error: &ValidationError<'_>) -> bool {
    **error.instance() != JsonValue::Bool(false)
}

/// Whether there was effort left to hear all alternatives about a value that each of them refuses.
pub(crate) fn were_heard(alternatives: &[Vec<ValidationError<'static>>]) -> bool {
    let inside = |error: &ValidationError<'static>| match error.kind() {
        Fault::AnyOf { context } | Fault::OneOfNotValid { context } => were_heard(context),
        _ => true,
    };
    let was_heard = |errors: &Vec<ValidationError<'static>>| {
        !errors.is_empty() && errors.iter().all(|error| was_in_time(error) && inside(error))
    };
    alternatives.iter().all(was_heard)
}

/// Of the members of a list the first that is the same as one before it, and that one.
pub(crate) fn first_repeated(list: NodeRef<'_>) -> Option<(usize, usize)> {
    same::first_repeated(list.items())
}

/// What JSON calls a kind of value.
#[inline]
pub(crate) fn json_type(kind: Kind) -> JsonType {
    match kind {
        Kind::Null => JsonType::Null,
        Kind::Bool => JsonType::Boolean,
        Kind::Integer | Kind::Float => JsonType::Number,
        Kind::String => JsonType::String,
        Kind::List => JsonType::Array,
        Kind::Map => JsonType::Object,
    }
}

/// The representation.
pub(crate) enum Documents {}

/// A value of a document, or the name of a member on its own, as `propertyNames` checks it.
#[derive(Clone, Copy)]
pub(crate) enum Instance<'a> {
    Value { node: NodeRef<'a>, effort: &'a Effort },
    Name(&'a str),
}

/// The members of a map.
pub(crate) struct Members<'a> {
    node: NodeRef<'a>,
    effort: &'a Effort,
}

/// The members of a list.
pub(crate) struct Elements<'a> {
    node: NodeRef<'a>,
    effort: &'a Effort,
}

pub(crate) struct MembersIter<'a> {
    entries: Entries<'a>,
    effort: &'a Effort,
}

pub(crate) struct ElementsIter<'a> {
    items: Items<'a>,
    effort: &'a Effort,
}

impl Json for Documents {
    type Node<'a> = Instance<'a>;
    type PreparedKey = PreparedKey;
    type StringBuffer = ();

    fn prepare_key(key: &str) -> PreparedKey {
        PreparedKey::new(key)
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(Instance<'_>) -> T) -> T {
        f(Instance::Name(string))
    }
}

impl<'a> Instance<'a> {
    pub(crate) fn new(node: NodeRef<'a>, effort: &'a Effort) -> Self {
        Self::Value { node, effort }
    }

    fn node(&self) -> Option<NodeRef<'a>> {
        match self {
            Self::Value { node, .. } => Some(*node),
            Self::Name(_) => None,
        }
    }

    /// The value, if it is of this kind and there is effort left to look into it.
    fn container(&self, kind: Kind) -> Option<(NodeRef<'a>, &'a Effort)> {
        match self {
            Self::Value { node, effort } if node.kind() == kind && effort.spend() => Some((*node, effort)),
            _ => None,
        }
    }
}

impl<'a> Node<'a, Documents> for Instance<'a> {
    type Object = Members<'a>;
    type Array = Elements<'a>;
    type Number = Number;

    #[inline]
    fn as_object(&self) -> Option<Members<'a>> {
        self.container(Kind::Map).map(|(node, effort)| Members { node, effort })
    }

    #[inline]
    fn as_array(&self) -> Option<Elements<'a>> {
        self.container(Kind::List).map(|(node, effort)| Elements { node, effort })
    }

    #[inline]
    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self {
            Self::Value { node, .. } => node.as_str().map(Cow::Borrowed),
            Self::Name(name) => Some(Cow::Borrowed(name)),
        }
    }

    #[inline]
    fn as_number(&self) -> Option<Number> {
        Number::of(self.node()?)
    }

    #[inline]
    fn as_boolean(&self) -> Option<bool> {
        self.node()?.as_bool()
    }

    #[inline]
    fn is_null(&self) -> bool {
        self.node().is_some_and(NodeRef::is_null)
    }

    #[inline]
    fn is_number(&self) -> bool {
        self.json_type() == JsonType::Number
    }

    #[inline]
    fn json_type(&self) -> JsonType {
        self.node().map_or(JsonType::String, |node| json_type(node.kind()))
    }

    fn equals_value(&self, expected: &JsonValue) -> bool {
        match self {
            Self::Value { node, .. } => same::as_json(*node, expected),
            Self::Name(name) => expected.as_str() == Some(name),
        }
    }

    fn to_value(&self) -> Cow<'a, JsonValue> {
        Cow::Owned(match self {
            Self::Value { node, .. } => (*node).into(),
            Self::Name(name) => (*name).into(),
        })
    }

    /// Nothing but a name, or whether there was effort left: problems are made from the place, and a whole map turned
    /// into a value for an error of its own took longer than all the rest.
    fn lazy_value(&self) -> LazyInstance<'a> {
        LazyInstance::Ready(Cow::Owned(match self {
            Self::Value { effort, .. } => effort.note_error().into(),
            Self::Name(name) => (*name).into(),
        }))
    }

    #[inline]
    fn identity(&self) -> Option<NodeIdentity> {
        /// No row has this number.
        const NAME: u32 = u32::MAX;
        Some(match self {
            Self::Value { node, .. } => NodeIdentity::tagged(0, node.row_number()),
            Self::Name(name) => NodeIdentity::tagged(name.as_ptr() as usize, NAME),
        })
    }
}

impl<'a> Object<'a, Documents> for Members<'a> {
    type Node = Instance<'a>;
    type MemberName = &'a str;
    type MembersIter = MembersIter<'a>;

    #[inline]
    fn len(&self) -> usize {
        self.node.len()
    }

    #[inline]
    fn get(&self, key: &PreparedKey) -> Option<Instance<'a>> {
        key.get(self.node).map(|node| Instance::new(node, self.effort))
    }

    #[inline]
    fn members(&self) -> MembersIter<'a> {
        MembersIter { entries: self.node.entries(), effort: self.effort }
    }
}

impl<'a> Iterator for MembersIter<'a> {
    type Item = (&'a str, Instance<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.effort.is_spent() {
            return None;
        }
        self.entries.next().map(|(key, node)| (key, Instance::new(node, self.effort)))
    }
}

impl<'a> Array<'a, Documents> for Elements<'a> {
    type Node = Instance<'a>;
    type ElementsIter = ElementsIter<'a>;

    #[inline]
    fn len(&self) -> usize {
        self.node.len()
    }

    #[inline]
    fn elements(&self) -> ElementsIter<'a> {
        ElementsIter { items: self.node.items(), effort: self.effort }
    }

    fn is_unique(&self) -> bool {
        // Every member is looked at.
        self.effort.spend_many(self.node.len());
        same::first_repeated(self.node.items()).is_none()
    }
}

impl<'a> Iterator for ElementsIter<'a> {
    type Item = Instance<'a>;

    #[inline]
    fn next(&mut self) -> Option<Instance<'a>> {
        if self.effort.is_spent() {
            return None;
        }
        self.items.next().map(|node| Instance::new(node, self.effort))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use enhanced_config_core::{Document, Layer, LayerKind};
    use jsonschema::json::conformance;

    #[test]
    fn it_keeps_the_contract_of_jsonschema() {
        let document =
            Document::from_serialize(&conformance::document(), Layer::new(LayerKind::Base, "test"));
        let (document, effort) = (document.unwrap(), Effort::for_values(100, 0));
        conformance::assert_conformance::<Documents>(&Instance::new(document.root(), &effort));
    }
}
