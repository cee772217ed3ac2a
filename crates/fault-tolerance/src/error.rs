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

/// Refuses an option unless what is expected of it holds.
pub(crate) fn require(holds: bool, option: &'static str, expected: &'static str) -> Result<(), OptionError> {
    if holds { Ok(()) } else { Err(OptionError { option, expected }) }
}
