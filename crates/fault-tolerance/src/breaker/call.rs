//! What drives a breaker around a call.

use super::{CircuitBreaker, Event, Permit, Rejected};
use crate::{ByResult, CallError, Classify, Observer, Verdict, drive};
use enhanced_config_clock::Clock;
use std::future::Future;

impl<O: Observer<Event>> CircuitBreaker<O> {
    /// Makes a call if the breaker lets it through; an `Err` is a failure, and so is a panic, which goes on.
    ///
    /// # Errors
    /// The breaker's refusal, or the call's own error.
    #[inline]
    pub fn call<T, E>(
        &self,
        clock: &impl Clock,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, CallError<E, Rejected>> {
        self.call_judged(clock, &ByResult, work)
    }

    /// The same, with a judge that says what a result means.
    ///
    /// # Errors
    /// The breaker's refusal, or the call's own error.
    #[inline]
    pub fn call_judged<T, E>(
        &self,
        clock: &impl Clock,
        judge: &impl Classify<T, E>,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, CallError<E, Rejected>> {
        drive::call(self.admit_at(|| clock.now()), self.recorder(clock), judge, work)
    }

    /// Makes an asynchronous call if the breaker lets it through. On any executor: nothing here waits.
    ///
    /// An `Err` is a failure, and so is a panic. Dropped before it has ended, it is as if the call never was.
    ///
    /// # Errors
    /// The breaker's refusal, or the call's own error.
    pub async fn call_async<T, E, F: Future<Output = Result<T, E>>>(
        &self,
        clock: &impl Clock,
        work: impl FnOnce() -> F,
    ) -> Result<T, CallError<E, Rejected>> {
        self.call_judged_async(clock, &ByResult, work).await
    }

    /// The same, with a judge that says what a result means.
    ///
    /// # Errors
    /// The breaker's refusal, or the call's own error.
    pub async fn call_judged_async<T, E, F: Future<Output = Result<T, E>>>(
        &self,
        clock: &impl Clock,
        judge: &impl Classify<T, E>,
        work: impl FnOnce() -> F,
    ) -> Result<T, CallError<E, Rejected>> {
        drive::call_async(|| self.admit_at(|| clock.now()), self.recorder(clock), judge, work).await
    }

    #[inline]
    fn recorder<'a>(&'a self, clock: &'a impl Clock) -> impl Fn(Permit<'a, O>, Verdict) {
        |permit, verdict| {
            self.record_at(permit, verdict, || clock.now());
        }
    }
}
