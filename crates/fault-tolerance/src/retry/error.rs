use super::History;
use std::fmt;

/// The last error of an operation, and what was tried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error} ({reason}, {} attempted)", Times(history.attempts()))]
#[non_exhaustive]
pub struct RetryError<E> {
    /// The error of the last attempt.
    #[source]
    pub error: E,
    /// Why there was no other.
    pub reason: GiveUp,
    /// The attempts, the last included.
    pub history: History,
}

/// Why an operation is not attempted again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum GiveUp {
    /// Another attempt would not help: [`Verdict::Ignore`](crate::Verdict::Ignore) or
    /// [`Verdict::Trip`](crate::Verdict::Trip).
    #[error("not worth a retry")]
    Hopeless,
    /// The call may have had its effect, and must not have it twice.
    #[error("not safe to repeat")]
    NotIdempotent,
    /// There were as many attempts as allowed.
    #[error("out of attempts")]
    Attempts,
    /// The wait would end after the time for the operation, or did.
    #[error("out of time")]
    Elapsed,
    /// The wait would end at the deadline or after it, or did.
    #[error("too close to the deadline")]
    Deadline,
    /// The dependency asked for a wait longer than is accepted.
    #[error("asked to wait too long")]
    RetryAfter,
    /// The budget is spent.
    #[error("out of budget")]
    Budget,
}

pub(crate) struct Times(pub(crate) u32);

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("once"),
            times => write!(f, "{times} times"),
        }
    }
}
