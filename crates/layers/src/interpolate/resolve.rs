use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::rc::Rc;

use enhanced_config_core::text::{parse_float, parse_integer};
use enhanced_config_core::{
    Document, KeyPath, Kind, Layer, LayerKind, Limit, MASK, NodeRef, Problem, ProblemKind, Problems,
    Redactor, Segment, Value, is_secret_name, suggest,
};

use super::template::{Name, Part, Reference, Template};
use super::{Budget, MAX_COPIES, MAX_DEPTH, MAX_TEXT, TOO_MUCH, Templates, Text};

/// What every text with references becomes.
pub(super) struct Resolved<'d> {
    pub(super) values: BTreeMap<KeyPath, Outcome<'d>>,
    /// The layer of the variables that were asked for.
    pub(super) variables: Layer,
}

#[derive(Clone)]
pub(super) struct Outcome<'d> {
    pub(super) value: Expanded<'d>,
    /// Whether a secret went into it.
    pub(super) secret: bool,
}

#[derive(Clone)]
pub(super) enum Expanded<'d> {
    /// A value of the document that has no references itself, at this path; a map or list may hold some.
    Node(NodeRef<'d>, KeyPath),
    /// A text put together, and the text it was written as.
    Text(Rc<str>, NodeRef<'d>),
    /// A default that is not a text, and the text it was written in.
    Scalar(Value<'static>, NodeRef<'d>),
    /// The text of an environment variable, and its number.
    Variable(Rc<str>, u32),
}

/// A reference that has no value; the reason has been reported.
struct Failed;

enum State<'d> {
    Active,
    Failed,
    /// The value, and how many references there are on the longest way from it.
    Done(Outcome<'d>, usize),
}

pub(super) struct Resolver<'d, 'r> {
    document: &'d Document,
    environment: &'r dyn Fn(&str) -> Option<OsString>,
    redactor: &'r Redactor,
    templates: &'r Templates<'d>,
    states: BTreeMap<KeyPath, State<'d>>,
    /// The texts being resolved, each because of the one before it.
    stack: Vec<KeyPath>,
    /// Texts and defaults being resolved.
    depth: usize,
    /// The greatest depth since the innermost text was begun.
    deepest: usize,
    /// Variables that were asked for, numbered.
    variables: BTreeMap<Box<str>, u32>,
    left: Budget,
    /// A bound was hit: nothing else is worth the work.
    exhausted: bool,
    suggested: usize,
    problems: Problems,
}

impl<'d, 'r> Resolver<'d, 'r> {
    pub(super) fn new(
        document: &'d Document,
        environment: &'r dyn Fn(&str) -> Option<OsString>,
        redactor: &'r Redactor,
        templates: &'r Templates<'d>,
        problems: Problems,
    ) -> Self {
        Self {
            document,
            environment,
            redactor,
            templates,
            states: BTreeMap::new(),
            stack: Vec::new(),
            depth: 0,
            deepest: 0,
            variables: BTreeMap::new(),
            left: Budget::default(),
            exhausted: false,
            suggested: 0,
            problems,
        }
    }

    pub(super) fn run(mut self) -> Result<Resolved<'d>, Problems> {
        for (path, text) in self.templates {
            if !self.states.contains_key(path) {
                // A failure is among the problems already.
                let _ = self.expand(path, text);
            }
        }
        self.problems.sort();
        self.problems.into_result()?;
        let values = self.states.into_iter().filter_map(|(path, state)| match state {
            State::Done(outcome, _) => Some((path, outcome)),
            State::Active | State::Failed => None,
        });
        let mut names: Vec<(u32, Box<str>)> =
            self.variables.into_iter().map(|(name, at)| (at, name)).collect();
        names.sort();
        let names = names.into_iter().map(|(_, name)| name).collect();
        let variables = Layer::of_variables(LayerKind::Environment, "environment", names);
        Ok(Resolved { values: values.collect(), variables })
    }

    /// Resolves the text at `path`.
    fn expand(&mut self, path: &KeyPath, text: &'r Text<'d>) -> Result<Outcome<'d>, Failed> {
        let outer = self.deepest;
        self.depth += 1;
        self.deepest = self.depth;
        self.states.insert(path.clone(), State::Active);
        self.stack.push(path.clone());
        let outcome = match &text.template {
            Some(template) => self.fill(template, text.node, true),
            None => Err(Failed),
        };
        self.stack.pop();
        let state = match &outcome {
            Ok(outcome) => State::Done(outcome.clone(), self.deepest - self.depth),
            Err(Failed) => State::Failed,
        };
        self.states.insert(path.clone(), state);
        self.depth -= 1;
        self.deepest = self.deepest.max(outer);
        outcome
    }

    /// The value of a template. One that is a `whole` value may be something else than a text.
    fn fill(
        &mut self,
        template: &'r Template<'d>,
        node: NodeRef<'d>,
        whole: bool,
    ) -> Result<Outcome<'d>, Failed> {
        if let ([Part::Reference(reference)], true) = (template.parts.as_slice(), whole) {
            return self.resolve(reference, node, true);
        }
        let (mut text, mut secret, mut failed) = (String::new(), false, false);
        for part in &template.parts {
            let taken = match part {
                Part::Text(text) => Ok(Cow::Borrowed(*text)),
                Part::Reference(reference) => self.resolve(reference, node, false).and_then(|outcome| {
                    secret |= outcome.secret;
                    self.text_of(outcome.value, reference)
                }),
            };
            // The others are resolved all the same, for what may be wrong with them.
            let Ok(taken) = taken else {
                failed = true;
                continue;
            };
            self.charge(taken.len())?;
            text.push_str(&taken);
        }
        if failed { Err(Failed) } else { Ok(Outcome { value: Expanded::Text(text.into(), node), secret }) }
    }

    fn resolve(
        &mut self,
        reference: &'r Reference<'d>,
        node: NodeRef<'d>,
        whole: bool,
    ) -> Result<Outcome<'d>, Failed> {
        let found = match &reference.name {
            Name::Key(path) => self.find(path, reference)?,
            Name::Variable(name) => self.variable(name, reference)?,
        };
        match (found, &reference.default) {
            (Some(outcome), None) => Ok(outcome),
            (Some(outcome), Some(_)) if !outcome.value.is_blank() => Ok(outcome),
            (_, Some(default)) => self.default(default, reference, node, whole),
            (None, None) => self.missing(reference),
        }
    }

    fn default(
        &mut self,
        default: &'r Template<'d>,
        reference: &Reference<'_>,
        node: NodeRef<'d>,
        whole: bool,
    ) -> Result<Outcome<'d>, Failed> {
        let text = match default.parts.as_slice() {
            [Part::Text(text)] if whole => Some(*text),
            _ => None,
        };
        if let Some(value) = text.and_then(|text| literal(text, node)) {
            return Ok(Outcome { value, secret: false });
        }
        self.check_depth(self.depth + 1, reference)?;
        self.depth += 1;
        let filled = self.fill(default, node, whole);
        self.depth -= 1;
        filled
    }

    /// The value at a path, through texts that become maps on the way.
    fn find(&mut self, path: &KeyPath, reference: &Reference<'_>) -> Result<Option<Outcome<'d>>, Failed> {
        let (mut node, mut at) = (self.document.root(), KeyPath::root());
        let mut secret = self.redactor.is_secret(path);
        let mut segments = path.segments().iter();
        while let Some(segment) = segments.next() {
            let Some((member, segment)) = step(node, segment) else { return Ok(None) };
            at.push(segment);
            node = member;
            let Some((target, text)) = self.templates.get_key_value(&at) else { continue };
            let outcome = self.follow(target, text, reference)?;
            secret |= outcome.secret;
            match outcome.value {
                Expanded::Node(to, path) => (node, at) = (to, path),
                // There is nothing inside a text.
                value => return Ok(segments.as_slice().is_empty().then_some(Outcome { value, secret })),
            }
        }
        secret |= self.redactor.is_secret(&at);
        self.resolve_below(&at, reference)?;
        Ok(Some(Outcome { value: Expanded::Node(node, at), secret }))
    }

    /// Resolves the texts inside a map or list that is referred to: one that leads back here is a cycle.
    fn resolve_below(&mut self, at: &KeyPath, reference: &Reference<'_>) -> Result<(), Failed> {
        for (path, text) in self.templates.range(at.clone()..).take_while(|(path, _)| path.starts_with(at)) {
            match self.left.copies.checked_sub(1) {
                Some(left) => self.left.copies = left,
                None => return self.exhaust(Limit::Values, MAX_COPIES),
            }
            self.follow(path, text, reference)?;
        }
        Ok(())
    }

    /// The value of another text.
    fn follow(
        &mut self,
        path: &KeyPath,
        text: &'r Text<'d>,
        reference: &Reference<'_>,
    ) -> Result<Outcome<'d>, Failed> {
        let height = match self.states.get(path) {
            Some(State::Active) => return self.cycle(path, reference),
            Some(State::Failed) => return Err(Failed),
            Some(State::Done(_, height)) => *height,
            None => 0,
        };
        self.check_depth(self.depth + 1 + height, reference)?;
        match self.states.get(path) {
            Some(State::Done(outcome, _)) => Ok(outcome.clone()),
            _ => self.expand(path, text),
        }
    }

    fn variable(&mut self, name: &str, reference: &Reference<'_>) -> Result<Option<Outcome<'d>>, Failed> {
        let Some(value) = (self.environment)(name) else { return Ok(None) };
        let Ok(text) = value.into_string() else {
            return self.fail(reference, "the variable is not UTF-8");
        };
        let next = self.variables.len() as u32;
        let number = *self.variables.entry(name.into()).or_insert(next);
        Ok(Some(Outcome { value: Expanded::Variable(text.into(), number), secret: is_secret_name(name) }))
    }

    /// What a value is inside a text.
    fn text_of(&mut self, value: Expanded<'d>, reference: &Reference<'_>) -> Result<Cow<'d, str>, Failed> {
        let text = match value {
            Expanded::Text(text, _) | Expanded::Variable(text, _) => text.to_string(),
            Expanded::Scalar(value, _) => return self.scalar_text(value, reference),
            Expanded::Node(node, _) => return self.scalar_text(node.value(), reference),
        };
        Ok(text.into())
    }

    fn scalar_text<'v>(
        &mut self,
        value: Value<'v>,
        reference: &Reference<'_>,
    ) -> Result<Cow<'v, str>, Failed> {
        Ok(match value {
            Value::String(text) => text.into(),
            Value::Bool(value) => value.to_string().into(),
            Value::Integer(value) => value.to_string().into(),
            Value::Unsigned(value) => value.to_string().into(),
            // As it would be written in a file: `300.0` stays a float.
            Value::Float(value) => format!("{value:?}").into(),
            Value::Null => return self.fail(reference, "null has no text"),
            Value::List(_) => return self.fail(reference, "a list cannot stand inside a text"),
            Value::Map(_) => return self.fail(reference, "a map cannot stand inside a text"),
        })
    }

    fn check_depth(&mut self, depth: usize, reference: &Reference<'_>) -> Result<(), Failed> {
        if self.exhausted {
            return Err(Failed);
        }
        if depth > MAX_DEPTH {
            return self.fail(reference, "a chain of more than 64 references");
        }
        self.deepest = self.deepest.max(depth);
        Ok(())
    }

    fn charge(&mut self, bytes: usize) -> Result<(), Failed> {
        match self.left.text.checked_sub(bytes) {
            Some(left) => self.left.text = left,
            None => return self.exhaust(Limit::Text, MAX_TEXT),
        }
        Ok(())
    }

    fn missing<T>(&mut self, reference: &Reference<'_>) -> Result<T, Failed> {
        let Name::Key(path) = &reference.name else {
            return self.fail(reference, "no such environment variable");
        };
        let nearest = if self.is_secret_text() { None } else { self.nearest(path) };
        let problem = self.problem(reference, "no such key", [path.clone()]);
        self.problems.push(match nearest {
            Some(nearest) => problem.with_help(format!("did you mean `${{{nearest}}}`?")),
            None => problem,
        });
        Err(Failed)
    }

    fn nearest(&mut self, path: &KeyPath) -> Option<KeyPath> {
        /// Comparing with all keys of a large map takes a while.
        const MAX_SUGGESTED: usize = 8;
        self.suggested += 1;
        if self.suggested > MAX_SUGGESTED {
            return None;
        }
        // The slip may be in a step on the way.
        let steps = path.segments();
        let prefix = |count| steps.iter().take(count).cloned().collect::<KeyPath>();
        let known = (0..steps.len()).rev().find(|&count| self.document.at(&prefix(count)).is_some())?;
        let Segment::Key(name) = steps.get(known)? else { return None };
        let mut near = prefix(known);
        near.push(suggest(name, self.document.at(&near)?.entries().map(|(key, _)| key))?);
        steps.iter().skip(known + 1).for_each(|step| near.push(step.clone()));
        self.document.at(&near).map(|_| near)
    }

    fn cycle<T>(&mut self, path: &KeyPath, reference: &Reference<'_>) -> Result<T, Failed> {
        let start = self.stack.iter().position(|active| active == path).unwrap_or_default();
        let mut ends = vec![path.clone()];
        match &reference.name {
            // A map that holds the text in which the cycle began.
            Name::Key(named) if named != path => ends.insert(0, named.clone()),
            _ => {}
        }
        let mut problem = self.problem(reference, "it refers to itself", ends);
        if let ProblemKind::Interpolation { chain, .. } = &mut problem.kind {
            chain.drain(..start.min(chain.len()));
        }
        self.problems.push(problem);
        Err(Failed)
    }

    fn exhaust<T>(&mut self, limit: Limit, most: usize) -> Result<T, Failed> {
        if !self.exhausted {
            let problem = Problem::error(ProblemKind::Limit { limit, most: most as u64 });
            self.problems.push(self.place(problem).with_help(TOO_MUCH));
        }
        self.exhausted = true;
        Err(Failed)
    }

    fn fail<T>(&mut self, reference: &Reference<'_>, fault: &'static str) -> Result<T, Failed> {
        let problem = self.problem(reference, fault, []);
        self.problems.push(problem);
        Err(Failed)
    }

    /// An error about a reference in the text that is being resolved.
    fn problem(
        &self,
        reference: &Reference<'_>,
        fault: &'static str,
        ends: impl IntoIterator<Item = KeyPath>,
    ) -> Problem {
        let secret = self.is_secret_text();
        let text = if secret { MASK } else { reference.text };
        let mut chain: Vec<KeyPath> = ends.into_iter().filter(|_| !secret).collect();
        if !chain.is_empty() {
            chain.splice(..0, self.stack.iter().cloned());
        }
        self.place(Problem::error(ProblemKind::Interpolation { reference: text.into(), fault, chain }))
    }

    /// Whether what looks like a reference in the text that is being resolved may be part of a secret.
    fn is_secret_text(&self) -> bool {
        self.stack.last().is_some_and(|path| self.redactor.is_secret(path))
    }

    fn place(&self, problem: Problem) -> Problem {
        let Some((path, text)) = self.stack.last().and_then(|path| self.templates.get_key_value(path)) else {
            return problem;
        };
        problem.with_path(path.clone()).with_origin(text.node.origin())
    }
}

impl Expanded<'_> {
    /// Whether a default takes its place.
    fn is_blank(&self) -> bool {
        match self {
            Expanded::Node(node, _) => node.is_null() || node.as_str() == Some(""),
            Expanded::Text(text, _) | Expanded::Variable(text, _) => text.is_empty(),
            Expanded::Scalar(value, _) => matches!(value, Value::Null),
        }
    }
}

/// The member of a map or list, and the step by which the document knows it.
fn step<'d>(node: NodeRef<'d>, segment: &Segment) -> Option<(NodeRef<'d>, Segment)> {
    match segment {
        Segment::Index(index) if node.kind() == Kind::Map => {
            let key = index.to_string();
            Some((node.get(&key)?, key.into()))
        }
        Segment::Index(index) => Some((node.index(*index)?, segment.clone())),
        Segment::Key(key) => Some((node.get(key)?, segment.clone())),
    }
}

/// The value that a default spells, if it is not a text.
fn literal<'d>(text: &str, node: NodeRef<'d>) -> Option<Expanded<'d>> {
    let text = text.trim();
    let integer = |value: i128| {
        i64::try_from(value).map(Value::Integer).or_else(|_| u64::try_from(value).map(Value::Unsigned))
    };
    let value = match text {
        "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ if text.starts_with('"') => {
            return serde_json::from_str(text).ok().map(|text: String| Expanded::Text(text.into(), node));
        }
        _ => match parse_integer(text) {
            Some(value) => integer(value).ok()?,
            None => Value::Float(parse_float(text).filter(|_| text.contains(['.', 'e', 'E']))?),
        },
    };
    Some(Expanded::Scalar(value, node))
}
