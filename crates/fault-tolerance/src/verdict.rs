use crate::{CallError, Rejection};
use std::time::Duration;

/// What a call's result means to the policies around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The dependency did what it was asked to.
    Success,
    /// It did not, and may do so another time.
    Failure,
    /// Says nothing about the dependency, as an invalid request of our own: nothing is counted, nothing retried.
    Ignore,
    /// The dependency is down for certain: a breaker opens at once, a retry gives up.
    Trip,
    /// A failure that says itself when to come back, as HTTP 429 and 503 do.
    RetryAfter(Duration),
}

/// Judges results. One judge serves all policies around a call, so that they never disagree about what failed.
///
/// Closures are judges: `|result: &Result<Reply, Error>| …`.
pub trait Classify<T, E> {
    /// What `result` means.
    fn classify(&self, result: &Result<T, E>) -> Verdict;
}

/// The plain judge: `Ok` is a success, `Err` a failure.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByResult;

impl<T, E> Classify<T, E> for ByResult {
    fn classify(&self, result: &Result<T, E>) -> Verdict {
        if result.is_ok() { Verdict::Success } else { Verdict::Failure }
    }
}

/// Judges calls through another policy: what that one turned away asks for a retry when it says, and is not worth one
/// otherwise; what it let through is judged by its result.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByPolicy;

impl<T, E, R: Rejection> Classify<T, CallError<E, R>> for ByPolicy {
    fn classify(&self, result: &Result<T, CallError<E, R>>) -> Verdict {
        match result {
            Ok(_) => Verdict::Success,
            Err(CallError::Failed(_)) => Verdict::Failure,
            Err(CallError::Rejected(rejection)) => {
                rejection.retry_after().map_or(Verdict::Ignore, Verdict::RetryAfter)
            }
        }
    }
}

impl<T, E, F: Fn(&Result<T, E>) -> Verdict> Classify<T, E> for F {
    fn classify(&self, result: &Result<T, E>) -> Verdict {
        self(result)
    }
}
