//! What drives a call down the levels.

use super::{Event, GracefulDegradation, Served, Unserved};
use crate::{ByResult, Classify, Observer};
use enhanced_config_clock::Clock;
use std::future::Future;
use std::ops::ControlFlow;

impl<T, E, P, O: Observer<Event>> GracefulDegradation<T, E, P, O> {
    /// Has `work` ask the endpoints, whose `Err` is a failure, and serves from the best level that can.
    ///
    /// # Errors
    /// None can.
    pub fn call<'a>(
        &'a self,
        clock: &impl Clock,
        work: impl FnMut(&'a P) -> Result<T, E>,
    ) -> Result<Served<T, E>, Unserved<E>> {
        self.call_judged(clock, &ByResult, work)
    }

    /// The same, with a judge that says what an answer means. A value that is judged a failure is served if nothing
    /// better is found.
    ///
    /// # Errors
    /// No level can serve, or an error is not the dependency's fault.
    pub fn call_judged<'a>(
        &'a self,
        clock: &impl Clock,
        judge: &impl Classify<T, E>,
        mut work: impl FnMut(&'a P) -> Result<T, E>,
    ) -> Result<Served<T, E>, Unserved<E>> {
        let mut serving = self.begin();
        loop {
            let result = work(serving.endpoint());
            let verdict = judge.classify(&result);
            if let ControlFlow::Break(outcome) = serving.record(result, verdict, clock.now()) {
                return outcome;
            }
        }
    }

    /// The same as [`call`](Self::call) for futures.
    ///
    /// # Errors
    /// No level can serve.
    pub async fn call_async<'a, F: Future<Output = Result<T, E>>>(
        &'a self,
        clock: &impl Clock,
        work: impl FnMut(&'a P) -> F,
    ) -> Result<Served<T, E>, Unserved<E>> {
        self.call_judged_async(clock, &ByResult, work).await
    }

    /// The same as [`call_judged`](Self::call_judged) for futures.
    ///
    /// # Errors
    /// No level can serve, or an error is not the dependency's fault.
    pub async fn call_judged_async<'a, F: Future<Output = Result<T, E>>>(
        &'a self,
        clock: &impl Clock,
        judge: &impl Classify<T, E>,
        mut work: impl FnMut(&'a P) -> F,
    ) -> Result<Served<T, E>, Unserved<E>> {
        let mut serving = self.begin();
        loop {
            let result = work(serving.endpoint()).await;
            let verdict = judge.classify(&result);
            if let ControlFlow::Break(outcome) = serving.record(result, verdict, clock.now()) {
                return outcome;
            }
        }
    }
}
