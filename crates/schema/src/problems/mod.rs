//! What jsonschema found, as problems with places and in words for people.

mod alternatives;
mod expected;

use enhanced_config_core::{
    KeyPath, Kind, NodeRef, Problem, ProblemKind, Problems, Redactor, Segment, Subschemas, Value, suggest,
};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Fault;
use jsonschema::paths::{Location, LocationSegment};
use serde_json::Value as Json;

use self::expected::Expected;
use crate::ConfigValidator;

/// Turns errors about one value into problems.
pub(crate) struct Reporter<'a> {
    root: NodeRef<'a>,
    /// For "did you mean" and for the other end of a range.
    schema: Option<NodeRef<'a>>,
    redactor: &'a Redactor,
    problems: Problems,
}

impl<'a> Reporter<'a> {
    pub(crate) fn new(root: NodeRef<'a>, schema: Option<NodeRef<'a>>, redactor: &'a Redactor) -> Self {
        Self { root, schema, redactor, problems: Problems::new() }
    }

    /// The problems in order, at most as many as are reported.
    pub(crate) fn finish(mut self) -> Problems {
        const MOST: usize = ConfigValidator::MAX_PROBLEMS;
        self.problems.sort();
        if self.problems.len() <= MOST {
            return self.problems;
        }
        let more = Problem::note(ProblemKind::More { most: MOST });
        self.problems.into_iter().take(MOST).chain([more]).collect()
    }

    pub(crate) fn report(&mut self, error: &ValidationError<'_>) {
        let path = path_of(error.instance_path());
        // The path was made from the value.
        let node = self.root.at(&path).unwrap_or(self.root);
        match error.kind() {
            Fault::Required { property } => self.missing(node, &path, property),
            Fault::AdditionalProperties { unexpected } | Fault::UnevaluatedProperties { unexpected } => {
                unexpected.iter().for_each(|key| self.unknown(node, &path, key));
            }
            Fault::AnyOf { context } | Fault::OneOfNotValid { context } => {
                self.alternatives(node, &path, context)
            }
            Fault::PropertyNames { error } => self.name(node, &path, error),
            Fault::Enum { options } => self.choice(node, path, options),
            Fault::FalseSchema => self.forbidden(node, path),
            fault => {
                let kind = Expected::of(fault, &self.bounds(error)).found(node);
                self.problem(Problem::error(kind), node, path);
            }
        }
    }

    fn problem(&mut self, problem: Problem, node: NodeRef<'_>, path: KeyPath) {
        self.problems.push(problem.with_origin(node.origin()).with_path(path));
    }

    /// A key that must be there, at the place of the map that lacks it.
    fn missing(&mut self, map: NodeRef<'a>, path: &KeyPath, key: &Json) {
        let key = key.as_str().unwrap_or_default();
        let problem = Problem::error(ProblemKind::Missing);
        // A slip in the key itself is the likely reason, if the schema does not know what is there instead.
        let known: Vec<&str> = self.known_keys(path);
        let others = map.entries().map(|(key, _)| key).filter(|other| !known.contains(other));
        let problem = match suggest(key, others) {
            Some(near) => problem.with_help(format!("`{near}` looks like it")),
            None => problem,
        };
        self.problems.push(problem.with_origin(map.key_origin()).with_path(path.join(key)));
    }

    fn unknown(&mut self, map: NodeRef<'a>, path: &KeyPath, key: &str) {
        let origin = map.get(key).map_or_else(|| map.origin(), NodeRef::key_origin);
        let problem = Problem::error(ProblemKind::UnknownKey).with_origin(origin);
        let free = self.known_keys(path).into_iter().filter(|known| map.get(known).is_none());
        let problem = match suggest(key, free) {
            Some(near) => problem.with_help(format!("did you mean `{near}`?")),
            None => problem,
        };
        self.problems.push(problem.with_path(path.join(key)));
    }

    /// The keys that the schema names for the map at `path`.
    fn known_keys(&self, path: &KeyPath) -> Vec<&'a str> {
        Subschemas::of_root(self.schema).at(path).keys().collect()
    }

    /// The name of a member that is not as it should be, at the place of the key.
    fn name(&mut self, map: NodeRef<'a>, path: &KeyPath, error: &ValidationError<'_>) {
        let key = error.instance().as_str().unwrap_or_default();
        let origin = map.get(key).map_or_else(|| map.origin(), NodeRef::key_origin);
        let kind = Expected::of(error.kind(), &self.bounds(error)).of_name();
        self.problems.push(Problem::error(kind).with_origin(origin).with_path(path.join(key)));
    }

    /// A value that is not one of those listed.
    fn choice(&mut self, node: NodeRef<'a>, path: KeyPath, options: &Json) {
        let texts = expected::texts(options);
        let kind = match (node.value(), texts) {
            (Value::String(found), Some(texts)) => {
                let near = suggest(found, texts.iter().copied()).map(str::to_owned);
                let shown = !self.redactor.is_secret(&path);
                let kind = ProblemKind::UnknownVariant {
                    found: shown.then(|| self.redactor.mask_urls(found).into_owned()),
                    expected: texts.iter().map(|text| (*text).to_owned().into()).collect(),
                };
                let problem = Problem::error(kind);
                let problem = match near.filter(|_| shown) {
                    Some(near) => problem.with_help(format!("did you mean `{near}`?")),
                    None => problem,
                };
                return self.problem(problem, node, path);
            }
            _ => Expected::one_of(options).found(node),
        };
        self.problem(Problem::error(kind), node, path);
    }

    /// A value where the schema is `false`.
    fn forbidden(&mut self, node: NodeRef<'a>, path: KeyPath) {
        let kind = ProblemKind::Custom { message: "not allowed here".into() };
        self.problems.push(Problem::error(kind).with_origin(node.key_origin()).with_path(path));
    }

    fn alternatives(
        &mut self,
        node: NodeRef<'a>,
        path: &KeyPath,
        alternatives: &[Vec<ValidationError<'static>>],
    ) {
        if let Some(expected) = alternatives::all_want_other_kinds(path, alternatives) {
            return self.problem(Problem::error(expected.found(node)), node, path.clone());
        }
        let Some(closest) = alternatives::closest(path, alternatives) else {
            let kind = ProblemKind::Custom { message: "none of the alternatives allows this".into() };
            return self.problem(Problem::error(kind), node, path.clone());
        };
        let before = self.problems.len();
        closest.iter().for_each(|error| self.report(error));
        let help = format!("this is what the closest of {} alternatives wants", alternatives.len());
        self.explain_from(before, &help);
    }

    /// Says why to those problems that have come since and do not say anything yet.
    fn explain_from(&mut self, first: usize, help: &str) {
        let explain = |(at, problem): (usize, Problem)| match problem.help {
            None if at >= first => problem.with_help(help.to_owned()),
            _ => problem,
        };
        self.problems = std::mem::take(&mut self.problems).into_iter().enumerate().map(explain).collect();
    }

    /// The map of the schema that has the keyword of `error`: the keyword's neighbours.
    fn bounds(&self, error: &ValidationError<'_>) -> expected::Neighbours<'a> {
        let path = path_of(error.schema_path());
        let map = path.parent().and_then(|parent| self.schema?.at(&parent));
        // A schema that was included has paths of its own, which may lead elsewhere here.
        expected::Neighbours(
            map.filter(|map| map.kind() == Kind::Map && map.get(error.kind().keyword()).is_some()),
        )
    }
}

pub(crate) fn path_of(location: &Location) -> KeyPath {
    let segment = |segment: LocationSegment<'_>| match segment {
        LocationSegment::Property(key) => Segment::from(key.into_owned()),
        LocationSegment::Index(index) => Segment::from(index),
    };
    location.segments().map(segment).collect()
}
