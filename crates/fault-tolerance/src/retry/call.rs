//! What drives the attempts of an operation.

use super::{Decision, Event, GiveUp, Operation, RetryError, RetryPolicy, Safety};
use crate::{AsyncSleep, ByResult, Classify, Observer, Verdict};
use enhanced_config_clock::{Clock, Instant, Sleep};
use std::future::Future;

impl<O: Observer<Event>> RetryPolicy<O> {
    /// Attempts `work`, whose `Err` is a failure, until it succeeds or the policy gives up. Waits on this thread.
    ///
    /// # Errors
    /// The last attempt's error.
    pub fn call<T, E, C: Clock + Sleep>(
        &self,
        clock: &C,
        safety: Safety,
        work: impl FnMut() -> Result<T, E>,
    ) -> Result<T, RetryError<E>> {
        self.begin(safety, clock.now()).run(clock, &ByResult, work)
    }

    /// The same for a future; waits by `sleep`.
    ///
    /// # Errors
    /// The last attempt's error.
    pub async fn call_async<T, E, F: Future<Output = Result<T, E>>>(
        &self,
        clock: &impl Clock,
        sleep: &impl AsyncSleep,
        safety: Safety,
        work: impl FnMut() -> F,
    ) -> Result<T, RetryError<E>> {
        self.begin(safety, clock.now()).run_async(clock, sleep, &ByResult, work).await
    }
}

impl<O: Observer<Event>> Operation<'_, O> {
    /// Makes all attempts, with a judge that says what a result means. An `Ok` that is judged to be a failure is
    /// attempted again, and returned if it is the last.
    ///
    /// # Errors
    /// The last attempt's error.
    pub fn run<T, E, C: Clock + Sleep>(
        mut self,
        clock: &C,
        judge: &impl Classify<T, E>,
        mut work: impl FnMut() -> Result<T, E>,
    ) -> Result<T, RetryError<E>> {
        loop {
            let result = work();
            match self.judged(judge.classify(&result), clock) {
                Decision::Retry(wait) => clock.sleep(wait),
                decision => return self.end(decision, result),
            }
            if let Err(reason) = self.attempt(clock.now()) {
                return self.end(Decision::GiveUp(reason), result);
            }
        }
    }

    /// The same for a future; waits by `sleep`.
    ///
    /// # Errors
    /// The last attempt's error.
    pub async fn run_async<T, E, F: Future<Output = Result<T, E>>>(
        mut self,
        clock: &impl Clock,
        sleep: &impl AsyncSleep,
        judge: &impl Classify<T, E>,
        mut work: impl FnMut() -> F,
    ) -> Result<T, RetryError<E>> {
        loop {
            let result = work().await;
            match self.judged(judge.classify(&result), clock) {
                Decision::Retry(wait) => sleep.sleep(wait).await,
                decision => return self.end(decision, result),
            }
            if let Err(reason) = self.attempt(clock.now()) {
                return self.end(Decision::GiveUp(reason), result);
            }
        }
    }

    /// A success needs no look at the clock.
    #[inline]
    pub(crate) fn judged(&mut self, verdict: Verdict, clock: &impl Clock) -> Decision {
        let now = if verdict == Verdict::Success { Instant::default() } else { clock.now() };
        self.record(verdict, now)
    }

    fn end<T, E>(mut self, decision: Decision, result: Result<T, E>) -> Result<T, RetryError<E>> {
        let reason = match decision {
            Decision::GiveUp(reason) => reason,
            // Whoever judges an error a success wants it as it is.
            Decision::Done | Decision::Retry(_) => GiveUp::Hopeless,
        };
        result.map_err(|error| RetryError { error, reason, history: self.take_history() })
    }
}
