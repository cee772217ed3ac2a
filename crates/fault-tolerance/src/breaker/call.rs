//! What drives a breaker around a call.

use super::{CircuitBreaker, Observer, Permit, Rejected};
use crate::unwind::{hold, hold_async};
use crate::{ByResult, CallError, Classify, Verdict};
use enhanced_config_clock::Clock;
use std::future::Future;

impl<O: Observer> CircuitBreaker<O> {
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
        let permit = self.admit_at(|| clock.now()).map_err(CallError::Rejected)?;
        let (result, permit) = hold(permit, work, |permit| self.failed(permit, clock));
        self.returned(permit, clock, judge, result)
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
        let permit = self.admit_at(|| clock.now()).map_err(CallError::Rejected)?;
        let failed = |permit| self.failed(permit, clock);
        let (result, permit) = hold_async(permit, async { work().await }, failed).await;
        self.returned(permit, clock, judge, result)
    }

    fn failed(&self, permit: Permit<'_, O>, clock: &impl Clock) {
        self.record_at(permit, Verdict::Failure, || clock.now());
    }

    #[inline]
    fn returned<T, E>(
        &self,
        permit: Option<Permit<'_, O>>,
        clock: &impl Clock,
        judge: &impl Classify<T, E>,
        result: Result<T, E>,
    ) -> Result<T, CallError<E, Rejected>> {
        if let Some(permit) = permit {
            self.record_at(permit, judge.classify(&result), || clock.now());
        }
        result.map_err(CallError::Failed)
    }
}
