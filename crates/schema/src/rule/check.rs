use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use enhanced_config_core::{
    ExtractOptions, KeyPath, NodeRef, Origin, Problem, ProblemKind, Problems, Redactor, UnknownKeys, extract,
};
use serde::de::DeserializeOwned;

use super::paths::{Paths, Place, member};
use super::view::View;
use super::wanted::Wanted;
use super::{About, Body, Finding, Rules};

/// How a rule looks at a document.
#[derive(Clone)]
pub(super) enum Check {
    /// At all of it, in code of the program.
    Whole(Arc<Whole>),
    /// At the values of some paths.
    Each(Paths, Wanted),
}

/// Findings, or why the type could not be read.
type Whole = dyn Fn(NodeRef<'_>, &Redactor) -> Result<Vec<Finding>, Problems> + Send + Sync;

impl Check {
    pub(super) fn document<I>(check: impl Fn(NodeRef<'_>) -> I + Send + Sync + 'static) -> Self
    where
        I: IntoIterator<Item = Finding>,
    {
        Self::Whole(Arc::new(move |root, _| Ok(some(check(root)))))
    }

    pub(super) fn typed<T, I>(check: impl Fn(&T) -> I + Send + Sync + 'static) -> Self
    where
        T: DeserializeOwned + 'static,
        I: IntoIterator<Item = Finding>,
    {
        Self::Whole(Arc::new(move |root, redactor| {
            let options = ExtractOptions::default()
                .with_unknown_keys(UnknownKeys::Ignore)
                .with_redactor(redactor.clone());
            let (value, _) = extract::<T>(root, &KeyPath::root(), &options)?;
            Ok(some(check(&value)))
        }))
    }
}

/// The first findings of what may be a great many.
fn some(findings: impl IntoIterator<Item = Finding>) -> Vec<Finding> {
    findings.into_iter().take(Rules::MAX_PROBLEMS + 1).collect()
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(_) => f.write_str("Whole"),
            Self::Each(paths, wanted) => f.debug_tuple("Each").field(paths).field(wanted).finish(),
        }
    }
}

impl Body {
    /// What is found, at most one more than is reported.
    pub(super) fn problems(&self, about: &About, view: &View<'_>) -> Vec<Problem> {
        match &self.check {
            Check::Whole(check) if self.conditions.iter().all(|condition| condition.holds(view.root)) => {
                whole(&**check, about, view)
            }
            Check::Whole(_) => Vec::new(),
            Check::Each(paths, wanted) => self.each(paths, wanted, about, view),
        }
    }

    fn each(&self, paths: &Paths, wanted: &Wanted, about: &About, view: &View<'_>) -> Vec<Problem> {
        let mut conditions: Vec<_> = self.conditions.iter().map(|condition| condition.among(paths)).collect();
        let mut counts = |path: &KeyPath| conditions.iter_mut().all(|asked| asked.holds(view.root, path));
        let mut problems = Vec::new();
        let _ = paths.visit(view.root, &mut |place| {
            let fault = wanted.fault(&place, view).filter(|_| counts(place.path));
            problems.extend(fault.map(|(kind, meant)| {
                let problem = about.problem(kind, meant).with_origin(origin(&place));
                problem.with_path(paths.shown(place.path, view.redactor))
            }));
            match problems.len() <= Rules::MAX_PROBLEMS {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        });
        problems
    }
}

/// What is not there has no place; its map's key is where a person looks.
fn origin(place: &Place<'_, '_>) -> Origin {
    if place.found { place.nearest.origin() } else { place.nearest.key_origin() }
}

fn whole(check: &Whole, about: &About, view: &View<'_>) -> Vec<Problem> {
    match catch_unwind(AssertUnwindSafe(|| check(view.root, view.redactor))) {
        Ok(Ok(findings)) => findings.into_iter().map(|finding| found(finding, about, view)).collect(),
        Ok(Err(unreadable)) => unreadable.into_iter().map(|problem| about.claim(problem)).collect(),
        Err(panic) => vec![panicked(&*panic, about, view)],
    }
}

fn found(finding: Finding, about: &About, view: &View<'_>) -> Problem {
    let message = view.shown(&finding.path, finding.message);
    let problem = about.problem(ProblemKind::Custom { message }, None);
    problem.with_origin(nearest(view.root, &finding.path)).with_path(view.redactor.shown_path(&finding.path))
}

/// The place of the value, or of the last key on the way to it.
fn nearest(root: NodeRef<'_>, path: &KeyPath) -> Origin {
    let mut node = root;
    for segment in path.segments() {
        match member(node, segment) {
            Some(inner) => node = inner,
            None => return node.key_origin(),
        }
    }
    node.origin()
}

/// A rule that could not say whether it is kept.
fn panicked(panic: &(dyn Any + Send), about: &About, view: &View<'_>) -> Problem {
    let words: Option<Cow<'static, str>> =
        match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
            (Some(text), _) => Some(Cow::Borrowed(*text)),
            (_, Some(text)) => Some(Cow::Owned(text.clone())),
            _ => None,
        };
    let words = words.map(|words| format!(": {}", view.shown(&KeyPath::root(), words)));
    let message = format!("the rule panicked{}", words.unwrap_or_default());
    let problem = about.claim(Problem::error(ProblemKind::Custom { message: message.into() }));
    problem.with_origin(view.root.origin())
}

impl About {
    /// A problem in the words of the rule, or in those of its check.
    fn problem(&self, kind: ProblemKind, meant: Option<String>) -> Problem {
        let kind = match &self.message {
            Some(message) => ProblemKind::Custom { message: message.clone() },
            None => kind,
        };
        let mut problem = self.claim(Problem::error(kind));
        problem.help = match (meant, &self.recommendation) {
            (Some(meant), Some(advice)) => Some(format!("{meant} {advice}").into()),
            (Some(meant), None) => Some(meant.into()),
            (None, advice) => advice.clone(),
        };
        problem
    }

    /// A problem that came up for the rule.
    fn claim(&self, mut problem: Problem) -> Problem {
        problem.severity = self.severity;
        problem.kind = ProblemKind::Rule { rule: self.name.clone(), fault: problem.kind.into() };
        problem
    }
}
