//! Of several alternatives that all refuse a value, the one that was meant.

use enhanced_config_core::{KeyPath, Segment};
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Fault};

use super::expected::Expected;
use super::path_of;

type Errors = [ValidationError<'static>];

/// What is expected when no alternative takes a value of this kind: the kinds of all of them.
pub(super) fn all_want_other_kinds(
    path: &KeyPath,
    alternatives: &[Vec<ValidationError<'static>>],
) -> Option<Expected> {
    let mut kinds = Vec::new();
    for alternative in alternatives {
        let wanted = alternative.iter().find_map(|error| wanted_kinds(path, error))?;
        kinds.extend(wanted);
    }
    (!kinds.is_empty()).then(|| Expected::any_kind(&kinds))
}

/// The kinds that `error` wants the value itself to be of, if that is what it is about.
fn wanted_kinds(path: &KeyPath, error: &ValidationError<'_>) -> Option<Vec<jsonschema::JsonType>> {
    if path_of(error.instance_path()) != *path {
        return None;
    }
    match error.kind() {
        Fault::Type { kind: TypeKind::Single(kind) } => Some(vec![*kind]),
        Fault::Type { kind: TypeKind::Multiple(kinds) } => Some(kinds.iter().collect()),
        _ => None,
    }
}

/// The errors of the alternative that comes closest: of the right kind, with the members that tell alternatives apart,
/// and then with the fewest errors. Of equals, the first.
pub(super) fn closest<'e>(
    path: &KeyPath,
    alternatives: &'e [Vec<ValidationError<'static>>],
) -> Option<&'e Errors> {
    let errors = alternatives.iter().map(Vec::as_slice).filter(|errors| !errors.is_empty());
    errors.min_by_key(|errors| distance(path, errors))
}

fn distance(path: &KeyPath, errors: &Errors) -> (bool, bool, usize) {
    let wrong_kind = errors.iter().any(|error| wanted_kinds(path, error).is_some());
    let wrong_tag = errors.iter().any(|error| is_about_tag(path, error));
    (wrong_kind, wrong_tag, errors.len())
}

/// Whether `error` is about a member with a fixed value, such as `type: tcp`, by which an alternative is chosen.
fn is_about_tag(path: &KeyPath, error: &ValidationError<'_>) -> bool {
    let place = path_of(error.instance_path());
    let is_member =
        place.parent().as_ref() == Some(path) && matches!(place.segments().last(), Some(Segment::Key(_)));
    is_member && matches!(error.kind(), Fault::Constant { .. } | Fault::Enum { .. })
}
