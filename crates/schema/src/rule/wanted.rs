use std::borrow::Cow;

use enhanced_config_core::{NodeRef, ProblemKind, Value, suggest};
use regex::{Regex, RegexBuilder};

use super::range::Range;
use super::values::Values;
use super::view::View;
use super::{RuleFault, paths::Place};

/// What a ready-made rule wants of a value.
#[derive(Debug, Clone)]
pub(super) enum Wanted {
    Something,
    NoneOf(Values),
    OneOf(Values),
    Within(Range),
    Matching(Regex),
}

/// Patterns of schemas have the same bound.
const LARGEST_PATTERN: usize = 1 << 20;

pub(super) fn pattern(text: &str) -> Result<Wanted, RuleFault> {
    let compiled =
        RegexBuilder::new(text).size_limit(LARGEST_PATTERN).dfa_size_limit(LARGEST_PATTERN).build();
    compiled.map(Wanted::Matching).map_err(|error| RuleFault::Pattern { why: error.to_string().into() })
}

impl Wanted {
    /// What is wrong at a place, and what was meant there.
    pub(super) fn fault(
        &self,
        place: &Place<'_, '_>,
        view: &View<'_>,
    ) -> Option<(ProblemKind, Option<String>)> {
        let node = place.nearest;
        let is_there = place.found && !node.is_null();
        let kind = match self {
            Self::Something if is_there => return None,
            Self::Something if place.found => wrong("a value", node),
            Self::Something => ProblemKind::Missing,
            Self::NoneOf(values) if place.found && values.contain(node) => {
                self.forbidden(values, place, view)
            }
            Self::NoneOf(_) => return None,
            _ if !is_there => return None,
            Self::OneOf(values) if values.contain(node) => return None,
            Self::OneOf(values) => return Some(choice(values, place, view)),
            Self::Within(range) if range.contains(node) => return None,
            Self::Within(range) if node.as_f64().is_some() => bad(range.to_string()),
            Self::Within(range) => wrong(range.to_string(), node),
            Self::Matching(pattern) => return mismatch(pattern, node).map(|kind| (kind, None)),
        };
        Some((kind, None))
    }

    /// Of a secret it must not be told what it is.
    fn forbidden(&self, values: &Values, place: &Place<'_, '_>, view: &View<'_>) -> ProblemKind {
        match view.redactor.is_secret(place.path) {
            true => bad("a value that is not among the forbidden ones"),
            false => bad(format!("anything but {values}")),
        }
    }
}

fn mismatch(pattern: &Regex, node: NodeRef<'_>) -> Option<ProblemKind> {
    let expected = || format!("text that matches `{pattern}`");
    match node.as_str() {
        Some(text) if pattern.is_match(text) => None,
        Some(_) => Some(bad(expected())),
        None => Some(wrong(expected(), node)),
    }
}

/// As a schema tells of an `enum`.
fn choice(values: &Values, place: &Place<'_, '_>, view: &View<'_>) -> (ProblemKind, Option<String>) {
    let (Value::String(found), Some(texts)) = (place.nearest.value(), values.texts()) else {
        return (bad(values.to_string()), None);
    };
    let found = (!view.redactor.is_secret(place.path)).then_some(found);
    let near = found.and_then(|found| suggest(found, texts.iter().copied()));
    let kind = ProblemKind::UnknownVariant {
        found: found.map(|found| view.redactor.mask_urls(found).into_owned()),
        expected: texts.iter().map(|text| Cow::Owned((*text).to_owned())).collect(),
    };
    (kind, near.map(|near| format!("did you mean `{near}`?")))
}

fn bad(expected: impl Into<Cow<'static, str>>) -> ProblemKind {
    ProblemKind::BadValue { expected: expected.into() }
}

fn wrong(expected: impl Into<Cow<'static, str>>, node: NodeRef<'_>) -> ProblemKind {
    ProblemKind::WrongType { expected: expected.into(), found: node.kind() }
}
