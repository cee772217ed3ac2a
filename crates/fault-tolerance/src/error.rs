use std::fmt;
use std::time::Duration;

/// Why a call through a policy gave no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError<E, R> {
    /// The policy did not let the call begin.
    #[error(transparent)]
    Rejected(R),
    /// The call's own error.
    #[error(transparent)]
    Failed(E),
}

/// A policy's refusal to let a call begin.
pub trait Rejection {
    /// When it is worth asking again; none if that is unknown or never.
    fn retry_after(&self) -> Option<Duration>;
}

/// Options that contradict themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{option}: expected {expected}")]
#[non_exhaustive]
pub struct OptionError {
    /// The option at fault, as `half_open.probes`.
    pub option: &'static str,
    /// What it may be.
    pub expected: &'static str,
}

/// What is wrong with options: all of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", Lines(.0))]
pub struct OptionErrors(Vec<OptionProblem>);

/// One thing that is wrong with options, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: expected {expected}")]
#[non_exhaustive]
pub struct OptionProblem {
    /// The option at fault, from the outermost options on, as `breaker.half_open.probes`.
    pub path: String,
    /// What it may be.
    pub expected: &'static str,
}

impl OptionErrors {
    /// Every problem, in the order of the options. Never none.
    #[must_use]
    pub fn problems(&self) -> &[OptionProblem] {
        &self.0
    }
}

struct Lines<'a>(&'a [OptionProblem]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.0.iter().enumerate() {
            write!(f, "{}{problem}", if number > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}

/// Collects what is wrong with options.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    within: &'static str,
    found: Vec<(&'static str, OptionError)>,
}

impl Checks {
    /// What comes next are the options of `section`.
    pub(crate) fn within(&mut self, section: &'static str) -> &mut Self {
        self.within = section;
        self
    }

    /// Notes an option unless what is expected of it holds.
    pub(crate) fn require(&mut self, holds: bool, option: &'static str, expected: &'static str) {
        if let Err(error) = require(holds, option, expected) {
            self.found.push((self.within, error));
        }
    }

    pub(crate) fn first(self) -> Result<(), OptionError> {
        self.found.first().map_or(Ok(()), |(_, error)| Err(*error))
    }

    pub(crate) fn all(self) -> Result<(), OptionErrors> {
        let path = |within: &str, option: &str| {
            let dot = if within.is_empty() { "" } else { "." };
            format!("{within}{dot}{option}")
        };
        let problem = |(within, OptionError { option, expected })| OptionProblem {
            path: path(within, option),
            expected,
        };
        let problems: Vec<_> = self.found.into_iter().map(problem).collect();
        if problems.is_empty() { Ok(()) } else { Err(OptionErrors(problems)) }
    }
}

/// Refuses an option unless what is expected of it holds.
pub(crate) fn require(holds: bool, option: &'static str, expected: &'static str) -> Result<(), OptionError> {
    if holds { Ok(()) } else { Err(OptionError { option, expected }) }
}
