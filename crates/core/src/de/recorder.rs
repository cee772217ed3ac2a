use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::marker::PhantomData;

use serde::Deserialize;

use super::DeserializeError;
use super::error::{News, did_you_mean, mask, redact};
use super::recording::Recording;
use super::trail::Trail;
use super::wild::Wild;
use crate::{KeyPath, Kind, NodeRef, Problem, ProblemKind, Problems, Redactor, Severity};

/// How a typed read treats what the type does not know, and what it must not show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtractOptions {
    /// Keys that the type does not have. Default: a warning.
    pub unknown_keys: UnknownKeys,
    /// What is secret. Default: by name.
    pub redactor: Redactor,
}

impl ExtractOptions {
    /// Sets what happens to keys that the type does not have.
    #[must_use]
    pub fn with_unknown_keys(mut self, unknown_keys: UnknownKeys) -> Self {
        self.unknown_keys = unknown_keys;
        self
    }

    /// Sets what is secret.
    #[must_use]
    pub fn with_redactor(mut self, redactor: Redactor) -> Self {
        self.redactor = redactor;
        self
    }
}

/// What happens to keys that a type does not have. A type that denies them itself always refuses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum UnknownKeys {
    /// Nothing, as serde does.
    Ignore,
    /// A warning, with "did you mean".
    #[default]
    Warn,
    /// An error, with "did you mean".
    Deny,
}

/// Reads a type and reports everything that is wrong at once, each with its key and place; the warnings come with
/// the value. `path` is the path of `node`, for the reports.
///
/// serde stops at the first error. Here a scalar of the wrong kind is noted and replaced by one of the right kind,
/// so that reading goes on; a missing or unknown key is noted, and the read run again with a stand-in or without
/// it; a value that the type itself refuses is noted, and comes last in the next run, when everything beside it has
/// been looked at. What was read is dropped if there was any error. A type that buffers its input (flattened,
/// tagged or untagged) raises errors that do not say which value they are about: it is the one inside that is equal
/// to what the error found, if there is only one. Otherwise further problems may be hidden, and the report says so.
///
/// ```
/// # use enhanced_config_core::*;
/// #[derive(serde::Deserialize, Debug)]
/// #[serde(deny_unknown_fields)]
/// struct Server { host: String, port: u16 }
///
/// let text = serde_json::json!({ "host": 7, "prot": 80 });
/// let document = Document::from_serialize(&text, Layer::new(LayerKind::Defaults, "defaults"))?;
/// let problems = extract::<Server>(document.root(), &KeyPath::root(), &ExtractOptions::default()).unwrap_err();
/// let texts: Vec<_> = problems.iter().map(|problem| problem.to_string()).collect();
/// assert_eq!(texts, [
///     "host: expected a string, found integer (defaults)",
///     "port: missing (defaults)",
///     "prot: unknown key (defaults); did you mean `port`?",
/// ]);
/// # Ok::<(), Problems>(())
/// ```
///
/// # Errors
/// All problems, when one of them is an error.
pub fn extract<'de, T: Deserialize<'de>>(
    node: NodeRef<'de>,
    path: &KeyPath,
    options: &ExtractOptions,
) -> Result<(T, Problems), Problems> {
    let recorder = Recorder::new(path, options);
    for _ in 0..most_runs(node) {
        let read = Recording::root(node, &recorder).seed(PhantomData::<T>);
        match read {
            Ok(value) if !recorder.failed() => return Ok((value, recorder.finish())),
            Ok(_) => return Err(recorder.finish()),
            Err(error) => {
                if !recorder.goes_on(&error) {
                    break;
                }
            }
        }
    }
    Err(recorder.finish())
}

/// Problems of one severity; nobody mends more before the next try.
const MOST_PROBLEMS: usize = 100;

/// Each run finds a problem more, or tries another stand-in. In a large document each run is long.
fn most_runs(node: NodeRef<'_>) -> usize {
    const MOST: usize = 500;
    const FEWEST: usize = 20;
    const VALUES: usize = 5_000_000;
    (VALUES / node.document().rows.len().max(1)).clamp(FEWEST, MOST)
}

/// What the runs over one document have learnt.
pub(super) struct Recorder<'a> {
    base: &'a KeyPath,
    options: &'a ExtractOptions,
    problems: RefCell<Vec<Problem>>,
    /// Rows that the type refused: they come last, replaced by anything that fits.
    refused: RefCell<HashMap<u32, Wild>>,
    /// Rows that are left out, because the type does not know their keys.
    unknown: RefCell<HashSet<u32>>,
    /// Rows of maps, and the keys they lack.
    missing: RefCell<HashMap<u32, Vec<(&'static str, Wild)>>>,
    /// Rows of maps and lists that are read into a buffer, and have something replaced inside.
    mended: RefCell<HashSet<u32>>,
    progress: Cell<bool>,
    /// Whether there were more problems than are reported.
    more: Cell<bool>,
}

impl<'a> Recorder<'a> {
    fn new(base: &'a KeyPath, options: &'a ExtractOptions) -> Self {
        Self {
            base,
            options,
            problems: RefCell::default(),
            refused: RefCell::default(),
            unknown: RefCell::default(),
            missing: RefCell::default(),
            mended: RefCell::default(),
            progress: Cell::new(false),
            more: Cell::new(false),
        }
    }

    fn failed(&self) -> bool {
        self.problems.borrow().iter().any(|problem| problem.severity == Severity::Error)
    }

    /// Whether another run can find more, after one that ended with `error`.
    fn goes_on(&self, error: &DeserializeError) -> bool {
        let goes_on = error.news == News::Settled && self.progress.replace(false);
        if goes_on && self.is_full(Severity::Error) {
            self.more.set(true);
            return false;
        }
        goes_on
    }

    fn finish(&self) -> Problems {
        let mut problems: Problems = self.problems.take().into_iter().collect();
        problems.sort();
        if self.more.get() {
            problems.push(Problem::note(ProblemKind::More { most: MOST_PROBLEMS }));
        }
        problems
    }

    /// Whether no more problems of this severity are taken.
    fn is_full(&self, severity: Severity) -> bool {
        let problems = self.problems.borrow();
        problems.len() >= MOST_PROBLEMS
            && problems.iter().filter(|problem| problem.severity == severity).count() >= MOST_PROBLEMS
    }

    /// As [`is_full`](Self::is_full), and then there was one more.
    fn overflows(&self, severity: Severity) -> bool {
        let full = self.is_full(severity);
        self.more.set(self.more.get() || full);
        full
    }

    /// The stand-in for a value that was refused.
    pub(super) fn stand_in(&self, node: NodeRef<'_>) -> Option<Wild> {
        self.refused.borrow().get(&node.row_number()).copied()
    }

    pub(super) fn is_unknown(&self, node: NodeRef<'_>) -> bool {
        self.unknown.borrow().contains(&node.row_number())
    }

    /// Has a fresh error say which of the values inside `node` it is about.
    pub(super) fn blame(&self, error: DeserializeError, node: NodeRef<'_>) -> DeserializeError {
        let is_known = |node: NodeRef<'_>| self.stand_in(node).is_some() || self.is_unknown(node);
        if error.news == News::Fresh { error.inside(node, &is_known) } else { error }
    }

    /// The keys that a map lacks, with their stand-ins.
    pub(super) fn missing(&self, map: NodeRef<'_>) -> Vec<(&'static str, Wild)> {
        self.missing.borrow().get(&map.row_number()).cloned().unwrap_or_default()
    }

    /// Notes a scalar that was replaced on the spot.
    pub(super) fn replaced(&self, problem: Problem, node: NodeRef<'_>, trail: Trail<'_>) {
        if self.overflows(problem.severity) {
            return;
        }
        self.note(problem.with_origin(node.origin()), trail);
    }

    /// Notes a key that the type passed over.
    pub(super) fn passed_over(&self, node: NodeRef<'_>, trail: Trail<'_>, known: &[&'static str]) {
        let kind = ProblemKind::UnknownKey;
        let problem = match self.options.unknown_keys {
            UnknownKeys::Ignore => return,
            UnknownKeys::Warn => Problem::warning(kind),
            UnknownKeys::Deny => Problem::error(kind),
        };
        if self.overflows(problem.severity) {
            return;
        }
        let mut problem = problem.with_origin(node.key_origin());
        problem.help = node.key().and_then(|key| did_you_mean(key, known.iter().copied()));
        self.note(problem, trail);
    }

    /// Takes in an error that the type raised at `node`, and unwinds so that the next run goes round it.
    pub(super) fn settle(
        &self,
        error: DeserializeError,
        node: NodeRef<'_>,
        trail: Trail<'_>,
    ) -> DeserializeError {
        let goes_on = match error.news {
            News::Settled => return error,
            News::Stuck => false,
            News::Fresh => self.mend(self.blame(error, node), node, trail),
        };
        if !goes_on && !self.refuse(node) {
            return DeserializeError::settled().stuck();
        }
        self.progress.set(true);
        DeserializeError::settled()
    }

    /// Notes an error, and whether the next run can go round it without giving up all of `node`.
    fn mend(&self, error: DeserializeError, node: NodeRef<'_>, trail: Trail<'_>) -> bool {
        match (error.field, error.culprit_row) {
            (Some(field), _) if !self.lacks(field, node) => {
                self.is_missing_inside(field, trail);
                return false;
            }
            // A type that is read as a whole may have refused the stand-in of a key that it lacks.
            (None, _) if self.other_missing(node) => return true,
            // Or that of a value inside.
            (None, row) if self.may_be_stand_in(row, node) => {
                self.hides_more(trail);
                return false;
            }
            (None, Some(row)) => self.replace_inside(row, error.problem(), node),
            _ => {}
        }
        let goes_on = error.field.is_some() || error.culprit_row.is_some();
        self.note_at(error, node, trail);
        goes_on
    }

    /// Whether an error at `node` may be about what was put in the place of a value inside, instead of `row`.
    fn may_be_stand_in(&self, row: Option<u32>, node: NodeRef<'_>) -> bool {
        let looks_like_one = |row| Wild::looks_like(NodeRef::new(node.document(), row));
        self.mended.borrow().contains(&node.row_number()) && row.is_none_or(looks_like_one)
    }

    /// Has something else read in the place of a value that is read into a buffer, as a part of `node`.
    fn replace_inside(&self, row: u32, problem: &Problem, node: NodeRef<'_>) {
        self.mended.borrow_mut().insert(node.row_number());
        match Wild::fitting(&problem.kind) {
            Some(wild) => drop(self.refused.borrow_mut().insert(row, wild)),
            None => drop(self.unknown.borrow_mut().insert(row)),
        }
    }

    /// Takes back that `field` is missing in a map: it was given, so that another map lacks it, inside of a buffer.
    fn is_missing_inside(&self, field: &'static str, trail: Trail<'_>) {
        let mut missing = Problem::error(ProblemKind::Missing).with_path(trail.path(self.base).join(field));
        missing.path = self.shown(&missing, trail);
        let mut problems = self.problems.borrow_mut();
        let twin = |problem: &&mut Problem| problem.kind == missing.kind && problem.path == missing.path;
        if let Some(problem) = problems.iter_mut().find(twin) {
            problem.path.pop();
            problem.kind =
                ProblemKind::Custom { message: format!("`{field}` is missing somewhere inside").into() };
            problem.help = Some(HIDES_MORE.into());
        }
    }

    /// Says of the last problem inside a value that there may be more.
    fn hides_more(&self, trail: Trail<'_>) {
        let path = trail.path(self.base);
        let mut problems = self.problems.borrow_mut();
        if let Some(problem) = problems.iter_mut().rev().find(|problem| problem.path.starts_with(&path)) {
            problem.help.get_or_insert(HIDES_MORE.into());
        }
    }

    /// Takes in that not even a stand-in was taken for `node`: the next one is tried, or its parent is in question.
    pub(super) fn settle_stand_in(&self, error: DeserializeError, node: NodeRef<'_>) -> DeserializeError {
        let mut refused = self.refused.borrow_mut();
        match refused.get_mut(&node.row_number()) {
            Some(wild) => self.try_next(wild, error),
            None => error,
        }
    }

    /// As [`settle_stand_in`](Self::settle_stand_in), for a key that `map` lacks.
    pub(super) fn settle_missing(
        &self,
        error: DeserializeError,
        map: NodeRef<'_>,
        field: &str,
    ) -> DeserializeError {
        let mut missing = self.missing.borrow_mut();
        let entry = missing
            .get_mut(&map.row_number())
            .and_then(|fields| fields.iter_mut().find(|(name, _)| *name == field));
        match entry {
            Some((_, wild)) => self.try_next(wild, error),
            None => error,
        }
    }

    fn try_next(&self, wild: &mut Wild, error: DeserializeError) -> DeserializeError {
        let next = wild.next().filter(|_| error.news != News::Stuck);
        let Some(next) = next else { return error.stuck() };
        *wild = next;
        self.progress.set(true);
        DeserializeError::settled()
    }

    /// Whether the key that `map` was found to lack last has another stand-in.
    fn other_missing(&self, map: NodeRef<'_>) -> bool {
        let mut missing = self.missing.borrow_mut();
        let last = missing.get_mut(&map.row_number()).and_then(|fields| fields.last_mut());
        let Some((_, wild)) = last else { return false };
        wild.next().map(|next| *wild = next).is_some()
    }

    /// Whether `node` is refused for the first time.
    fn refuse(&self, node: NodeRef<'_>) -> bool {
        self.refused.borrow_mut().insert(node.row_number(), Wild::default()).is_none()
    }

    fn note_at(&self, error: DeserializeError, node: NodeRef<'_>, trail: Trail<'_>) {
        let mut problem = error.at(node).into_problem();
        let is_whole = problem.path.is_root() && matches!(node.kind(), Kind::Map | Kind::List);
        if is_whole && hides_more(&problem.kind) {
            problem.help = Some(HIDES_MORE.into());
        }
        mask(&mut problem, node, &trail.path(self.base), &self.options.redactor);
        self.note(problem, trail);
    }

    /// Takes in a key that the type refuses.
    pub(super) fn settle_key(
        &self,
        error: DeserializeError,
        member: NodeRef<'_>,
        trail: Trail<'_>,
    ) -> DeserializeError {
        if error.news == News::Settled || !self.unknown.borrow_mut().insert(member.row_number()) {
            return error;
        }
        self.progress.set(true);
        let mut problem = error.into_problem().with_origin(member.key_origin());
        problem.path = KeyPath::root();
        self.note(problem, trail);
        DeserializeError::settled()
    }

    /// Whether it is news that `map` lacks `field`.
    fn lacks(&self, field: &'static str, map: NodeRef<'_>) -> bool {
        let mut missing = self.missing.borrow_mut();
        let fields = missing.entry(map.row_number()).or_default();
        let new = fields.iter().all(|&(known, _)| known != field);
        if new {
            fields.push((field, Wild::default()));
        }
        new
    }

    fn note(&self, mut problem: Problem, trail: Trail<'_>) {
        let mut path = trail.path(self.base);
        problem.path.segments().iter().for_each(|segment| path.push(segment.clone()));
        if self.options.redactor.is_secret(&path) {
            redact(&mut problem);
        }
        problem.path = path;
        problem.path = self.shown(&problem, trail);
        let mut problems = self.problems.borrow_mut();
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }

    /// The path of a problem without the keys below a secret, unless they are the type's own.
    fn shown(&self, problem: &Problem, trail: Trail<'_>) -> KeyPath {
        let steps = problem.path.segments();
        let mut known = trail.is_known(self.base);
        known.resize(steps.len(), problem.kind == ProblemKind::Missing);
        let shown = self.options.redactor.shown_path(&problem.path);
        let steps = steps.iter().zip(shown.segments()).zip(known);
        steps.map(|((own, shown), known)| if known { own } else { shown }.clone()).collect()
    }
}

const HIDES_MORE: &str = "its type is read as a whole: further problems inside it may be hidden";

/// Whether a type that raised this at a map or list may have stopped early.
fn hides_more(kind: &ProblemKind) -> bool {
    matches!(kind, ProblemKind::Custom { .. } | ProblemKind::WrongType { .. } | ProblemKind::BadValue { .. })
}
