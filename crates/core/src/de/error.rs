use std::borrow::Cow;
use std::fmt;

use serde::de::{Expected, Unexpected};

use super::culprit::Culprit;
use crate::{KeyPath, Kind, NodeRef, Problem, ProblemKind, Redactor, Segment, is_secret_name, suggest};

/// A value that a Rust type did not take.
///
/// Names the key, the place, what was expected and the kind found. [`extract`](crate::extract) finds all such
/// problems of a type at once; this is the first of them.
#[derive(Clone, PartialEq)]
pub struct DeserializeError {
    problem: Box<Problem>,
    pub(super) news: News,
    /// The field that is missing, as serde names it.
    pub(super) field: Option<&'static str>,
    /// What it is about, as far as serde tells.
    culprit: Option<Box<Culprit>>,
    /// The row of the culprit inside of a buffered value.
    pub(super) culprit_row: Option<u32>,
}

/// What a recorder can learn from an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// A problem that it has not seen.
    Fresh,
    /// Even a stand-in was refused for a value whose problem it knows: its parent has to be replaced.
    Stuck,
    /// Nothing: the run only unwinds.
    Settled,
}

impl DeserializeError {
    pub(super) fn new(kind: ProblemKind) -> Self {
        Self {
            problem: Box::new(Problem::error(kind)),
            news: News::Fresh,
            field: None,
            culprit: None,
            culprit_row: None,
        }
    }

    fn about(culprit: Culprit, kind: ProblemKind) -> Self {
        Self { culprit: Some(culprit.into()), ..Self::new(kind) }
    }

    pub(super) fn settled() -> Self {
        Self { news: News::Settled, ..Self::new(ProblemKind::Missing) }
    }

    pub(super) fn stuck(self) -> Self {
        Self { news: News::Stuck, ..self }
    }

    /// What is wrong.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// What is wrong, to keep.
    pub fn into_problem(self) -> Problem {
        *self.problem
    }

    /// Says which value it is about, unless a value further inside did.
    pub(super) fn at(mut self, node: NodeRef<'_>) -> Self {
        if self.problem.origin.is_some() {
            return self;
        }
        self.problem.origin = Some(match self.problem.kind {
            ProblemKind::UnknownKey => {
                let key = self.problem.path.last_key().and_then(|key| node.get(key));
                key.unwrap_or(node).key_origin()
            }
            // What is not there has no place; its map's key is where a person looks.
            ProblemKind::Missing => node.key_origin(),
            _ => node.origin(),
        });
        if let ProblemKind::WrongType { found, .. } = &mut self.problem.kind {
            *found = node.kind();
        }
        mask(&mut self.problem, node, &KeyPath::root(), &Redactor::new());
        self
    }

    /// As [`at`](Self::at), for an error that a type raised when it had read `node`, or some of its members: where
    /// it reads from a buffer, the error is about one of those and does not say so. `is_known` tells what it cannot
    /// be.
    pub(super) fn inside(mut self, node: NodeRef<'_>, is_known: &dyn Fn(NodeRef<'_>) -> bool) -> Self {
        if let Some(member) = self.left_over(node) {
            self.culprit_row = Some(member.row_number());
            return self.at(node);
        }
        let is_whole = matches!(node.kind(), Kind::Map | Kind::List);
        let culprit = self.culprit.take_if(|_| is_whole && self.problem.origin.is_none());
        let Some(culprit) = culprit.filter(|culprit| !culprit.is_length_of(node)) else {
            return self.at(node);
        };
        let Some((path, found)) = culprit.search(node, is_known) else {
            blur(&mut self.problem.kind);
            return self.at(node);
        };
        self.culprit_row = Some(found.row_number());
        self = self.at(found);
        self.problem.path = path;
        if Redactor::new().is_secret(&self.problem.path) {
            redact(&mut self.problem);
        }
        self
    }

    /// The member of `node` that this is about, if it is one that a flattened type left over and denies: serde says so
    /// in a sentence.
    fn left_over<'a>(&mut self, node: NodeRef<'a>) -> Option<NodeRef<'a>> {
        let ProblemKind::Custom { message } = &self.problem.kind else { return None };
        let key = message.strip_prefix("unknown field `")?.strip_suffix('`')?;
        let member = node.get(key).filter(|_| self.problem.origin.is_none())?;
        self.problem.path = KeyPath::root().join(key);
        self.problem.kind = ProblemKind::UnknownKey;
        Some(member)
    }

    /// Puts the step to the value in front of the path, and drops what a secret must not show.
    pub(super) fn within(mut self, step: Segment) -> Self {
        let rest = std::mem::take(&mut self.problem.path);
        let is_secret = matches!(&step, Segment::Key(key) if is_secret_name(key));
        self.problem.path = [step].into_iter().chain(rest.segments().iter().cloned()).collect();
        if is_secret {
            redact(&mut self.problem);
            self.problem.hide_keys(&Redactor::new());
        }
        self
    }
}

/// Takes out of a problem what a type says in its own words, if those may quote a secret from inside `node`, and what
/// URLs in them hold.
pub(super) fn mask(problem: &mut Problem, node: NodeRef<'_>, path: &KeyPath, redactor: &Redactor) {
    if matches!(node.kind(), Kind::Map | Kind::List) && redactor.holds_secret(node, path) {
        return redact(problem);
    }
    let text = match &mut problem.kind {
        ProblemKind::Custom { message } => message.to_mut(),
        ProblemKind::UnknownVariant { found: Some(found), .. } => found,
        _ => return,
    };
    *text = redactor.mask_urls(text).into_owned();
}

/// Takes out of a problem what may have come from the value.
pub(super) fn redact(problem: &mut Problem) {
    match &mut problem.kind {
        ProblemKind::Custom { message } => {
            *message = "refused by its type; why is not shown, as it may quote a secret".into()
        }
        ProblemKind::UnknownVariant { found, .. } => *found = None,
        _ => return,
    }
    problem.help = None;
}

/// Says of a problem that it is about something inside of its value, where there is no telling about what.
fn blur(kind: &mut ProblemKind) {
    let (ProblemKind::WrongType { expected, .. }
    | ProblemKind::BadValue { expected }
    | ProblemKind::WrongLength { expected, .. }) = kind
    else {
        return;
    };
    *kind = ProblemKind::BadValue { expected: format!("{expected} somewhere inside").into() };
}

/// Not what was found, which may be a secret.
impl fmt::Debug for DeserializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DeserializeError").field(&self.problem).finish()
    }
}

impl fmt::Display for DeserializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for DeserializeError {}

impl serde::de::Error for DeserializeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(ProblemKind::Custom { message: message.to_string().into() })
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let culprit = Culprit::of(found);
        let kind = ProblemKind::WrongType { expected: expectation(expected), found: culprit.kind() };
        Self::about(culprit, kind)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::about(Culprit::of(found), ProblemKind::BadValue { expected: expectation(expected) })
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        let kind = ProblemKind::WrongLength { expected: expectation(expected), found: length };
        Self::about(Culprit::Length(length), kind)
    }

    fn unknown_variant(found: &str, expected: &'static [&'static str]) -> Self {
        let kind = ProblemKind::UnknownVariant {
            found: Some(found.to_owned()),
            expected: expected.iter().copied().map(Cow::Borrowed).collect(),
        };
        let mut error = Self::about(Culprit::Text(found.into()), kind);
        error.problem.help = did_you_mean(found, expected.iter().copied());
        error
    }

    fn unknown_field(found: &str, expected: &'static [&'static str]) -> Self {
        let mut error = Self::about(Culprit::Key(found.into()), ProblemKind::UnknownKey);
        error.problem.path = KeyPath::root().join(found);
        error.problem.help = did_you_mean(found, expected.iter().copied());
        error
    }

    fn missing_field(field: &'static str) -> Self {
        let mut error = Self::new(ProblemKind::Missing);
        error.problem.path = KeyPath::root().join(field);
        error.field = Some(field);
        error
    }

    fn duplicate_field(field: &'static str) -> Self {
        let message = format!("`{field}` is set twice, under two of its names");
        Self::new(ProblemKind::Custom { message: message.into() })
    }
}

pub(super) fn did_you_mean<'a>(
    found: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<Cow<'static, str>> {
    suggest(found, candidates).map(|near| format!("did you mean `{near}`?").into())
}

/// What a type expects, in words for the person who writes the configuration instead of the program.
pub(super) fn expectation(expected: &dyn Expected) -> Cow<'static, str> {
    let words = expected.to_string();
    match words.as_str() {
        "i8" => "an integer from -128 to 127".into(),
        "i16" => "an integer from -32768 to 32767".into(),
        "i32" => "an integer from -2147483648 to 2147483647".into(),
        "i64" | "isize" => "an integer from -2^63 to 2^63-1".into(),
        "u8" => "an integer from 0 to 255".into(),
        "u16" => "an integer from 0 to 65535".into(),
        "u32" => "an integer from 0 to 4294967295".into(),
        "u64" | "usize" => "an integer from 0 to 2^64-1".into(),
        "i128" | "u128" => "an integer".into(),
        "f32" | "f64" => "a number".into(),
        "a sequence" => "a list".into(),
        "variant identifier" => "the name of a variant".into(),
        "unit" => "null".into(),
        "a borrowed string" => "a string".into(),
        words if words.starts_with("a nonzero ") => "an integer other than 0, within its range".into(),
        words if words.starts_with("struct ") => "a map".into(),
        words if words.starts_with("tuple struct ") || words.starts_with("a tuple of ") => list_of(words),
        words if words.starts_with("enum ") => {
            "the name of a variant, or a map of one variant to its content".into()
        }
        words => words.to_owned().into(),
    }
}

/// `a tuple of size 2`, `tuple struct Pair with 2 elements` and the like.
fn list_of(words: &str) -> Cow<'static, str> {
    match words.split(' ').rev().find(|word| word.bytes().all(|b| b.is_ascii_digit())) {
        Some(length) => format!("a list of {length}").into(),
        None => "a list".into(),
    }
}
