use std::fmt;

use crate::{KeyPath, LayerKind, Place, Problem, ProblemKind, Redactor, Severity};

/// Everything that is wrong, in a stable order: by layer as added, then by place, then by key. That there is more comes
/// last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// No problem yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are errors, and nothing needs to be mended for them to pass.
    pub fn is_transient(&self) -> bool {
        let passes =
            |problem: &Problem| matches!(problem.kind, ProblemKind::Unreadable { transient: true, .. });
        let errors = || self.iter().filter(|problem| problem.severity == Severity::Error);
        errors().next().is_some() && errors().all(passes)
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// They, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// Puts them in order: by layer, place and key; what was found twice stays once, and that there is more comes last.
    /// Problems of one place keep their order.
    pub fn sort(&mut self) {
        self.0.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        self.0.dedup();
    }

    /// Masks the names of keys below a secret in all of them.
    pub fn hide_keys(&mut self, redactor: &Redactor) {
        self.0.iter_mut().for_each(|problem| problem.hide_keys(redactor));
    }

    /// `Ok` when none of them is an error: the warnings that remain.
    ///
    /// # Errors
    /// All of them, when one is an error.
    pub fn into_result(self) -> Result<Problems, Problems> {
        if self.has_errors() { Err(self) } else { Ok(self) }
    }
}

type SortKey<'a> = (bool, Option<(LayerKind, &'a str, &'a Place)>, &'a KeyPath);

fn sort_key(problem: &Problem) -> SortKey<'_> {
    let origin = problem.origin.as_ref();
    let is_more = matches!(problem.kind, ProblemKind::More { .. });
    (is_more, origin.map(|origin| (origin.layer.kind(), origin.layer.name(), &origin.place)), &problem.path)
}

/// One a line.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            match problem.severity {
                Severity::Error => write!(f, "{problem}")?,
                milder => write!(f, "{milder}: {problem}")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl FromIterator<Problem> for Problems {
    fn from_iter<I: IntoIterator<Item = Problem>>(problems: I) -> Self {
        Self(problems.into_iter().collect())
    }
}

impl Extend<Problem> for Problems {
    fn extend<I: IntoIterator<Item = Problem>>(&mut self, problems: I) {
        self.0.extend(problems);
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
