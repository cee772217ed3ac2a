//! What jsonschema found, as problems with places and in words for people.

mod alternatives;
mod expected;
mod reason;
mod words;

use std::borrow::Cow;

use enhanced_config_core::{
    KeyPath, Kind, NodeRef, Problem, ProblemKind, Problems, Redactor, Segment, Subschemas, Value, suggest,
};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Fault;
use jsonschema::paths::{Location, LocationSegment};
use serde_json::Value as Json;

use self::alternatives::Alternatives;
use self::expected::{Expected, Neighbours};
use crate::ConfigValidator;
use crate::instance::{first_repeated, were_heard};
use crate::library::Library;

/// Turns errors about one value into problems.
pub(crate) struct Reporter<'a> {
    root: NodeRef<'a>,
    /// For "did you mean", for the other end of a range and for reasons; and where the schemas are that it refers to.
    schema: Option<(NodeRef<'a>, &'a Library)>,
    /// The same in one, if it names secrets.
    secrets: Option<NodeRef<'a>>,
    redactor: Redactor,
    problems: Problems,
    /// Whether there are more than were looked at.
    cut: bool,
}

/// So many are put in order for the first of them to be reported.
const MOST: usize = 10 * ConfigValidator::MAX_PROBLEMS;

impl<'a> Reporter<'a> {
    pub(crate) fn new(
        root: NodeRef<'a>,
        schema: Option<(NodeRef<'a>, &'a Library)>,
        secrets: Option<NodeRef<'a>>,
        redactor: &Redactor,
    ) -> Self {
        Self { root, schema, secrets, redactor: redactor.clone(), problems: Problems::new(), cut: false }
    }

    /// The problems in order, at most as many as are reported.
    pub(crate) fn finish(mut self) -> Problems {
        const REPORTED: usize = ConfigValidator::MAX_PROBLEMS;
        self.problems.hide_keys(&self.redactor);
        self.problems.sort();
        let more = match self.problems.len() > REPORTED {
            true => ProblemKind::More { most: REPORTED },
            false if self.cut => custom("the schema takes too many steps to find the rest"),
            false => return self.problems,
        };
        self.problems.into_iter().take(REPORTED).chain([Problem::note(more)]).collect()
    }

    /// Whether nothing was found.
    pub(crate) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Notes that there is more than is reported.
    pub(crate) fn cut_short(&mut self) {
        self.cut = true;
    }

    /// Adds what an error says, unless there are too many.
    pub(crate) fn report(&mut self, error: &ValidationError<'_>) {
        if self.problems.len() >= MOST {
            return self.cut_short();
        }
        let before = self.problems.len();
        let path = path_of(error.instance_path());
        // The path was made from the value.
        let node = self.root.at(&path).unwrap_or(self.root);
        self.learn_secrets(&path);
        self.describe(error, node, path);
        if let Some(reason) = self.schema.and_then(|(schema, _)| reason::of(schema, error, &self.redactor)) {
            self.explain_from(before, &reason);
        }
    }

    /// Notes what the schema says of the values on the way to `path` and of the members there.
    fn learn_secrets(&mut self, path: &KeyPath) {
        let Some(schema) = self.secrets else { return };
        let mut way = KeyPath::root();
        let mut schemas = Subschemas::of_root(Some(schema));
        for step in path.segments() {
            way.push(step.clone());
            schemas = schemas.at(&[step.clone()].into_iter().collect());
            self.learn_secret(&way, &schemas);
        }
        let keys: Vec<&str> = schemas.keys().collect();
        keys.into_iter().for_each(|key| self.learn_secret(&path.join(key), &schemas.member(key)));
    }

    fn learn_secret(&mut self, path: &KeyPath, schemas: &Subschemas<'_>) {
        let said = schemas.schemas().find_map(|schema| schema.get("x-secret")?.as_bool());
        let redactor = std::mem::take(&mut self.redactor);
        self.redactor = match said {
            Some(true) => redactor.with_secret(path),
            Some(false) => redactor.with_public(path),
            None => redactor,
        };
    }

    fn describe(&mut self, error: &ValidationError<'_>, node: NodeRef<'a>, path: KeyPath) {
        match error.kind() {
            Fault::Required { property } => self.missing(error, node, &path, property),
            Fault::AdditionalProperties { unexpected } => self.unknown(error, node, &path, unexpected),
            Fault::UnevaluatedProperties { unexpected } => match self.asked_of_others(error) {
                Some(wanted) => self.members(node, &path, unexpected, &wanted),
                None => self.unknown(error, node, &path, unexpected),
            },
            Fault::AnyOf { context } | Fault::OneOfNotValid { context } => {
                self.alternatives(error, node, &path, context);
            }
            Fault::PropertyNames { error } => self.name(node, &path, error),
            Fault::Enum { options } => {
                self.choice(node, path, &options.as_array().into_iter().flatten().collect::<Vec<_>>());
            }
            Fault::FalseSchema => self.forbidden(node, path),
            Fault::UniqueItems => self.repeated(node, &path),
            Fault::AdditionalItems { limit } => self.surplus(node, &path, *limit..node.len()),
            Fault::UnevaluatedItems { unexpected } => self.unevaluated(error, node, &path, unexpected),
            fault => {
                let secret = self.redactor.is_secret(&path);
                let kind = Expected::of(fault, &self.neighbours(error), secret).found(node);
                self.problem(Problem::error(kind), node, path);
            }
        }
    }

    fn problem(&mut self, problem: Problem, node: NodeRef<'_>, path: KeyPath) {
        self.problems.push(problem.with_origin(node.origin()).with_path(path));
    }

    /// A key that must be there, at the place of the map that lacks it.
    fn missing(&mut self, error: &ValidationError<'_>, map: NodeRef<'a>, path: &KeyPath, key: &Json) {
        let key = key.as_str().unwrap_or_default();
        let problem = Problem::error(ProblemKind::Missing);
        // A slip in the key itself is the likely reason, if the schema does not know what is there instead.
        let known = self.known_keys(error, path);
        let others = map.entries().map(|(key, _)| key).filter(|other| !known.contains(other));
        let near = suggest(key, others).filter(|_| !self.redactor.is_secret(path));
        let near = near.map(|near| format!("`{near}` looks like it"));
        let problem = match near.or_else(|| reason::of_dependency(self.neighbours(error).0, map, key)) {
            Some(help) => problem.with_help(help),
            None => problem,
        };
        self.problems.push(problem.with_origin(map.key_origin()).with_path(path.join(key)));
    }

    fn unknown(&mut self, error: &ValidationError<'_>, map: NodeRef<'a>, path: &KeyPath, keys: &[String]) {
        let known = self.known_keys(error, path);
        let free: Vec<&str> = known.into_iter().filter(|known| map.get(known).is_none()).collect();
        let is_secret = self.redactor.is_secret(path);
        self.cut |= keys.len() > MOST;
        for key in keys.iter().take(MOST) {
            let origin = map.get(key).map_or_else(|| map.origin(), NodeRef::key_origin);
            let problem = Problem::error(ProblemKind::UnknownKey).with_origin(origin);
            let problem = match suggest(key, free.iter().copied()).filter(|_| !is_secret) {
                Some(near) => problem.with_help(format!("did you mean `{near}`?")),
                None => problem,
            };
            self.problems.push(problem.with_path(path.join(&**key)));
        }
    }

    /// The keys that the schema names for the map at `path`, those next to the keyword included.
    fn known_keys(&self, error: &ValidationError<'_>, path: &KeyPath) -> Vec<&'a str> {
        let root = self.schema.map(|(schema, _)| schema);
        let near = self.neighbours(error).0.and_then(|map| map.get("properties"));
        let near = near.into_iter().flat_map(|properties| properties.entries().map(|(key, _)| key));
        Subschemas::of_root(root).at(path).keys().chain(near).collect()
    }

    /// The name of a member that is not as it should be, at the place of the key.
    fn name(&mut self, map: NodeRef<'a>, path: &KeyPath, error: &ValidationError<'_>) {
        let key = error.instance().as_str().unwrap_or_default();
        let origin = map.get(key).map_or_else(|| map.origin(), NodeRef::key_origin);
        let secret = self.redactor.is_secret(path);
        let kind = Expected::of(error.kind(), &self.neighbours(error), secret).of_name();
        self.problems.push(Problem::error(kind).with_origin(origin).with_path(path.join(key)));
    }

    /// A value that is not one of those listed.
    fn choice(&mut self, node: NodeRef<'a>, path: KeyPath, options: &[&Json]) {
        let texts: Option<Vec<&str>> = options.iter().map(|option| option.as_str()).collect();
        let (Value::String(found), Some(texts)) = (node.value(), texts) else {
            let kind = Expected::one_of(options, node).found(node);
            return self.problem(Problem::error(kind), node, path);
        };
        let shown = !self.redactor.is_secret(&path);
        let near = suggest(found, texts.iter().copied()).filter(|_| shown);
        let found = shown.then(|| self.redactor.mask_urls(found).into_owned());
        let problem = Problem::error(match words::few(&texts) {
            true => ProblemKind::UnknownVariant {
                found,
                expected: texts.iter().map(|text| owned(text)).collect(),
            },
            false => Expected::one_of(options, node).found(node),
        });
        let problem = match near {
            Some(near) => problem.with_help(format!("did you mean `{near}`?")),
            None => problem,
        };
        self.problem(problem, node, path);
    }

    /// A value where the schema is `false`.
    fn forbidden(&mut self, node: NodeRef<'a>, path: KeyPath) {
        let what = match path.segments().last() {
            Some(Segment::Index(_)) => "a member that the list must not have",
            Some(Segment::Key(_)) => "a key that must not be there",
            None => "nothing is allowed here",
        };
        self.problems.push(Problem::error(custom(what)).with_origin(node.key_origin()).with_path(path));
    }

    /// A list in which a member comes twice.
    fn repeated(&mut self, list: NodeRef<'a>, path: &KeyPath) {
        let Some((first, again)) = first_repeated(list) else {
            return self.problem(Problem::error(custom("a member comes twice")), list, path.clone());
        };
        let item = |index: usize| list.index(index).unwrap_or(list);
        let problem = Problem::error(custom("comes twice in a list whose members must differ"));
        let problem = problem.with_related(format!("the first is member {first}"), item(first).origin());
        self.problem(problem, item(again), path.join(again));
    }

    /// What a schema wants of members that it does not name, unless it wants none of them.
    fn asked_of_others(&self, error: &ValidationError<'_>) -> Option<Expected> {
        let keyword = error.kind().keyword();
        let schema = self.neighbours(error).get(keyword).filter(|schema| schema.kind() == Kind::Map)?;
        Some(Expected::of_schema(keyword, &Json::from(schema)))
    }

    /// Members of a map that are not as expected.
    fn members(&mut self, map: NodeRef<'a>, path: &KeyPath, keys: &[String], expected: &Expected) {
        for key in keys.iter().take(MOST) {
            let node = map.get(key).unwrap_or(map);
            self.problem(Problem::error(expected.clone().found(node)), node, path.join(&**key));
        }
    }

    fn unevaluated(
        &mut self,
        error: &ValidationError<'_>,
        list: NodeRef<'a>,
        path: &KeyPath,
        texts: &[String],
    ) {
        let expected = self.asked_of_others(error);
        // They came in order, and what the schema knows comes before the rest.
        let mut texts = texts.iter().rev().peekable();
        let items: Vec<NodeRef<'_>> = list.items().collect();
        let mut surplus: Vec<(usize, NodeRef<'_>)> = items.into_iter().enumerate().rev().collect();
        surplus.retain(|(_, item)| {
            let written = Json::from(*item).to_string();
            texts.next_if(|text| **text == written).is_some()
        });
        for (index, item) in surplus.into_iter().rev().take(MOST) {
            let place = path.join(index);
            match &expected {
                Some(expected) => self.problem(Problem::error(expected.clone().found(item)), item, place),
                None => self.forbidden(item, place),
            }
        }
    }

    /// Members of a list that the schema has no place for.
    fn surplus(&mut self, list: NodeRef<'a>, path: &KeyPath, members: std::ops::Range<usize>) {
        for index in members.take(ConfigValidator::MAX_PROBLEMS + 1) {
            let item = list.index(index).unwrap_or(list);
            self.forbidden(item, path.join(index));
        }
    }

    fn alternatives(
        &mut self,
        error: &ValidationError<'_>,
        node: NodeRef<'a>,
        path: &KeyPath,
        errors: &[Vec<ValidationError<'static>>],
    ) {
        if errors.is_empty() || !were_heard(errors) {
            let problem = Problem::error(custom("none of the alternatives allows this"));
            return self.problem(problem, node, path.clone());
        }
        let alternatives = Alternatives::new(error, node, errors);
        if let Some(expected) = alternatives.all_want_other_kinds() {
            return self.problem(Problem::error(expected.found(node)), node, path.clone());
        }
        if let Some((key, values)) = alternatives.tags().pop_first() {
            let member = node.get(&key).unwrap_or(node);
            return self.choice(member, path.join(&*key), &values);
        }
        let Some((number, closest)) = alternatives.closest() else { return };
        let before = self.problems.len();
        closest.iter().for_each(|error| self.report(error));
        let near = self.neighbours(error);
        let help = match alternatives.but_null() {
            1 => "null is allowed too".to_owned(),
            count => {
                format!("of {count} alternatives the closest one{} asks for this", near.alternative(number))
            }
        };
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

    /// The map of the schema that has the keyword of `error`.
    fn neighbours(&self, error: &ValidationError<'_>) -> Neighbours<'a> {
        let map = self.schema.and_then(|(schema, library)| {
            let address = error.absolute_keyword_location().map(|uri| uri.as_str());
            let resource = library.resource(schema, address.unwrap_or_default())?;
            resource.at(&path_of(error.schema_path()).parent()?)
        });
        Neighbours(map.filter(|map| map.kind() == Kind::Map))
    }
}

fn custom(message: &'static str) -> ProblemKind {
    ProblemKind::Custom { message: message.into() }
}

fn owned(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.to_owned())
}

pub(crate) fn path_of(location: &Location) -> KeyPath {
    let segment = |segment: LocationSegment<'_>| match segment {
        LocationSegment::Property(key) => Segment::from(key.into_owned()),
        LocationSegment::Index(index) => Segment::from(index),
    };
    location.segments().map(segment).collect()
}
