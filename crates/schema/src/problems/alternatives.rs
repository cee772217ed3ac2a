//! Of several alternatives that all refuse a value, the one that was meant.

use enhanced_config_core::{KeyPath, Kind, NodeRef, Segment};
use jsonschema::error::{TypeKind, ValidationErrorKind as Fault};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value as Json;

use super::expected::Expected;
use super::path_of;

type Errors = [ValidationError<'static>];

/// What each of several alternatives says against one value.
pub(super) struct Alternatives<'e, 'a> {
    pub(super) path: &'e KeyPath,
    pub(super) node: NodeRef<'a>,
    pub(super) errors: &'e [Vec<ValidationError<'static>>],
}

impl<'e> Alternatives<'e, '_> {
    /// What is expected when no alternative takes a value of this kind: the kinds of all of them.
    pub(super) fn all_want_other_kinds(&self) -> Option<Expected> {
        let wanted = |errors: &Vec<_>| errors.iter().find_map(|error| self.wanted_kinds(error));
        let kinds: Option<Vec<Vec<JsonType>>> = self.errors.iter().map(wanted).collect();
        let kinds = kinds?.concat();
        (!kinds.is_empty()).then(|| Expected::any_kind(&kinds))
    }

    /// How many there are beside those that want null.
    pub(super) fn but_null(&self) -> usize {
        let wants_null = |error| self.wanted_kinds(error).is_some_and(|kinds| kinds == [JsonType::Null]);
        self.errors.iter().filter(|errors| !errors.iter().any(wants_null)).count()
    }

    /// The number of the alternative that comes closest, and its errors: of the right kind, with the members that tell
    /// alternatives apart, and then with the fewest errors. Of equals, the first.
    pub(super) fn closest(&self) -> Option<(usize, &'e Errors)> {
        let errors = self.errors.iter().map(Vec::as_slice).enumerate();
        errors.filter(|(_, errors)| !errors.is_empty()).min_by_key(|(_, errors)| self.distance(errors))
    }

    fn distance(&self, errors: &Errors) -> (bool, bool, usize) {
        let wrong_kind = errors.iter().any(|error| self.wanted_kinds(error).is_some());
        let wrong_tag = errors.iter().any(|error| self.is_about_tag(error));
        (wrong_kind, wrong_tag, errors.len())
    }

    /// The kinds that `error` wants the value itself to be of, if that is what it is about.
    fn wanted_kinds(&self, error: &ValidationError<'_>) -> Option<Vec<JsonType>> {
        if path_of(error.instance_path()) != *self.path {
            return None;
        }
        match error.kind() {
            Fault::Type { kind: TypeKind::Single(kind) } => Some(vec![*kind]),
            Fault::Type { kind: TypeKind::Multiple(kinds) } => Some(kinds.iter().collect()),
            Fault::Enum { options } => self.other_kinds(options.as_array()?),
            Fault::Constant { expected_value } => self.other_kinds(std::slice::from_ref(expected_value)),
            _ => None,
        }
    }

    /// The kinds of the values that are allowed, if the value is of none of them.
    fn other_kinds(&self, allowed: &[Json]) -> Option<Vec<JsonType>> {
        let kinds: Vec<JsonType> = allowed.iter().map(kind).collect();
        let found = match self.node.kind() {
            Kind::Null => JsonType::Null,
            Kind::Bool => JsonType::Boolean,
            Kind::Integer | Kind::Float => JsonType::Number,
            Kind::String => JsonType::String,
            Kind::List => JsonType::Array,
            Kind::Map => JsonType::Object,
        };
        (!kinds.contains(&found)).then_some(kinds)
    }

    /// Whether `error` is about a member with a fixed value, such as `type: tcp`, by which an alternative is chosen.
    fn is_about_tag(&self, error: &ValidationError<'_>) -> bool {
        let place = path_of(error.instance_path());
        let is_member = place.parent().as_ref() == Some(self.path)
            && matches!(place.segments().last(), Some(Segment::Key(_)));
        is_member && matches!(error.kind(), Fault::Constant { .. } | Fault::Enum { .. })
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
