//! Of several alternatives that all refuse a value, the one that was meant.

use std::collections::BTreeMap;

use enhanced_config_core::{Kind, NodeRef};
use jsonschema::error::{TypeKind, ValidationErrorKind as Fault};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value as Json;

use super::expected::Expected;
use crate::instance::json_type;

type Errors = [ValidationError<'static>];

/// What each of several alternatives says against one value. An alternative may be several again.
#[derive(Clone, Copy)]
pub(super) struct Alternatives<'e, 'a> {
    /// Where the value is.
    at: &'e str,
    node: NodeRef<'a>,
    errors: &'e [Vec<ValidationError<'static>>],
}

/// How far a value is from what an alternative asks for: whether it is of the wrong kind, whether the members by which
/// alternatives are told apart are others, and how many errors there are.
type Distance = (bool, bool, usize);

/// The members by which alternatives are told apart, such as `type: tcp`, with the values they may have.
pub(super) type Tags<'e> = BTreeMap<String, Vec<&'e Json>>;

impl<'e, 'a> Alternatives<'e, 'a> {
    pub(super) fn new(
        error: &'e ValidationError<'_>,
        node: NodeRef<'a>,
        errors: &'e [Vec<ValidationError<'static>>],
    ) -> Self {
        Self { at: error.instance_path().as_str(), node, errors }
    }

    /// What is expected when no alternative takes a value of this kind: the kinds of all of them.
    pub(super) fn all_want_other_kinds(self) -> Option<Expected> {
        self.kinds().map(|kinds| Expected::any_kind(&kinds))
    }

    /// How many there are beside those that want null.
    pub(super) fn but_null(self) -> usize {
        let wants_null = |errors| self.kinds_of(errors).is_some_and(|kinds| kinds == [JsonType::Null]);
        self.errors.iter().filter(|errors| !wants_null(errors)).count()
    }

    /// The number of the alternative that comes closest, and its errors. Of equals, the first.
    pub(super) fn closest(self) -> Option<(usize, &'e Errors)> {
        let errors = self.errors.iter().map(Vec::as_slice).enumerate();
        errors.filter(|(_, errors)| !errors.is_empty()).min_by_key(|(_, errors)| self.distance(errors))
    }

    /// The members that have a fixed value in each of several alternatives that could be meant, and in none the value
    /// that is there.
    pub(super) fn tags(self) -> Tags<'e> {
        let possible = self.errors.iter().filter(|errors| self.kinds_of(errors).is_none());
        let mut tags = possible.map(|errors| self.tags_of(errors));
        let (Some(mut common), Some(second)) = (tags.next(), tags.next()) else { return Tags::new() };
        for mut other in std::iter::once(second).chain(tags) {
            common.retain(|key, values| other.remove(key).map(|more| values.extend(more)).is_some());
        }
        common
    }

    fn tags_of(self, errors: &'e Errors) -> Tags<'e> {
        let tags = errors.iter().flat_map(|error| match self.tag(error) {
            Some((key, values)) => Tags::from([(key, values.iter().collect())]),
            None => self.inside(error).map(Self::tags).unwrap_or_default(),
        });
        tags.collect()
    }

    fn distance(self, errors: &'e Errors) -> Distance {
        let inside = |error| self.inside(error).and_then(Self::nearest);
        let each = errors.iter().map(|error| {
            let own = || (false, self.tag(error).is_some(), 1);
            inside(error).unwrap_or_else(own)
        });
        let sum = |a: Distance, b: Distance| (a.0 || b.0, a.1 || b.1, a.2 + b.2);
        each.fold((self.kinds_of(errors).is_some(), false, 0), sum)
    }

    fn nearest(self) -> Option<Distance> {
        self.errors.iter().filter(|errors| !errors.is_empty()).map(|errors| self.distance(errors)).min()
    }

    /// The alternatives for the same value that `error` is about.
    fn inside(self, error: &'e ValidationError<'_>) -> Option<Self> {
        match error.kind() {
            Fault::AnyOf { context } | Fault::OneOfNotValid { context } if self.is_here(error) => {
                Some(Self { errors: context, ..self })
            }
            _ => None,
        }
    }

    fn is_here(self, error: &ValidationError<'_>) -> bool {
        error.instance_path().as_str() == self.at
    }

    /// The kinds that all alternatives want, if each wants another than there is.
    fn kinds(self) -> Option<Vec<JsonType>> {
        let kinds: Option<Vec<Vec<JsonType>>> =
            self.errors.iter().map(|errors| self.kinds_of(errors)).collect();
        kinds.map(|kinds| kinds.concat()).filter(|kinds| !kinds.is_empty())
    }

    /// The kinds that an alternative wants the value to be of, if that is what it is about.
    fn kinds_of(self, errors: &'e Errors) -> Option<Vec<JsonType>> {
        errors.iter().filter(|error| self.is_here(error)).find_map(|error| match error.kind() {
            Fault::Type { kind: TypeKind::Single(kind) } => Some(vec![*kind]),
            Fault::Type { kind: TypeKind::Multiple(kinds) } => Some(kinds.iter().collect()),
            Fault::Enum { options } => self.other_kinds(options.as_array()?),
            Fault::Constant { expected_value } => self.other_kinds(std::slice::from_ref(expected_value)),
            _ => self.inside(error)?.kinds(),
        })
    }

    /// The kinds of the values that are allowed, if the value is of none of them.
    fn other_kinds(self, allowed: &[Json]) -> Option<Vec<JsonType>> {
        let kinds: Vec<JsonType> = allowed.iter().map(kind).collect();
        (!kinds.contains(&json_type(self.node.kind()))).then_some(kinds)
    }

    /// The member that `error` is about and the values it may have, if these are fixed.
    fn tag(self, error: &'e ValidationError<'_>) -> Option<(String, &'e [Json])> {
        let values = match error.kind() {
            Fault::Constant { expected_value } => std::slice::from_ref(&**expected_value),
            Fault::Enum { options } => options.as_array()?,
            _ => return None,
        };
        let key = error.instance_path().as_str().strip_prefix(self.at)?.strip_prefix('/')?;
        let is_member = self.node.kind() == Kind::Map && !key.contains('/');
        // As a JSON Pointer spells it.
        is_member.then(|| (key.replace("~1", "/").replace("~0", "~"), values))
    }
}

fn kind(value: &Json) -> JsonType {
    match value {
        Json::Null => JsonType::Null,
        Json::Bool(_) => JsonType::Boolean,
        Json::Number(_) => JsonType::Number,
        Json::String(_) => JsonType::String,
        Json::Array(_) => JsonType::Array,
        Json::Object(_) => JsonType::Object,
    }
}
