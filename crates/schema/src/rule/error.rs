use enhanced_config_core::PathError;

/// A rule that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rule {rule:?}: {fault}")]
#[non_exhaustive]
pub struct RuleError {
    /// The name of the rule.
    pub rule: Box<str>,
    /// What is wrong with it.
    pub fault: RuleFault,
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleFault {
    /// A path that cannot be read.
    #[error(transparent)]
    Path(PathError),
    /// A regular expression that cannot be used.
    #[error("not a pattern that can be used: {why}")]
    Pattern {
        /// Why not.
        why: Box<str>,
    },
    /// A range without a number in it, or with bounds that are no numbers.
    #[error("no number is within this range")]
    Range,
    /// No values to compare with, or some that are no data.
    #[error("no values to compare with: {why}")]
    Values {
        /// Why not.
        why: Box<str>,
    },
}
