use std::cmp::Reverse;

use enhanced_config_core::{NodeRef, Problem, ProblemKind, Problems, Redactor};

use super::view::View;
use super::{About, Body, Rule, RuleError};

/// The [`Rule`]s of a configuration.
#[derive(Debug, Clone, Default)]
pub struct Rules(Vec<(About, Body)>);

impl Rules {
    /// These rules.
    ///
    /// # Errors
    /// When one of them has a path, a pattern, a range or values that cannot be used.
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Result<Self, RuleError> {
        let mut all = Self::default();
        rules.into_iter().try_for_each(|rule| all.add(rule))?;
        Ok(all)
    }

    /// Adds a rule.
    ///
    /// # Errors
    /// When its path, pattern, range or values cannot be used.
    pub fn add(&mut self, rule: Rule) -> Result<(), RuleError> {
        let Rule { about, body } = rule;
        let body = body.map_err(|fault| RuleError { rule: about.name.clone(), fault })?;
        self.0.push((about, body));
        Ok(())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Everything that the rules find while these environments are active, in the order of places: at most
    /// [`MAX_PROBLEMS`](Self::MAX_PROBLEMS), errors before milder ones, then a note that there are more. Paths begin
    /// at `root`.
    ///
    /// No problem shows what is secret to `redactor`: where the closure of a rule puts a message together from values,
    /// secrets that it quotes as they are written are masked, and a message about a secret is not shown.
    pub fn check(&self, root: NodeRef<'_>, environments: &[&str], redactor: &Redactor) -> Problems {
        let view = View::new(root, redactor);
        let active = self.0.iter().filter(|(about, _)| about.environments.include(environments));
        reported(active.flat_map(|(about, body)| body.problems(about, &view)).collect())
    }

    /// How many problems one check reports.
    pub const MAX_PROBLEMS: usize = 100;
}

fn reported(mut problems: Vec<Problem>) -> Problems {
    const MOST: usize = Rules::MAX_PROBLEMS;
    let more = (problems.len() > MOST).then(|| Problem::note(ProblemKind::More { most: MOST }));
    // Warnings in the first lines must not crowd out the errors of the last.
    problems.sort_by_key(|problem| Reverse(problem.severity));
    problems.truncate(MOST);
    let mut problems: Problems = problems.into_iter().chain(more).collect();
    problems.sort();
    problems
}
