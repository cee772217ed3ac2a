//! What drives a hedge around its calls.

use super::{Call, Event, Hedge};
use crate::retry::Safety;
use crate::{AsyncSleep, ByResult, Classify, Observer, Verdict};
use enhanced_config_clock::Clock;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

impl<O: Observer<Event>> Hedge<O> {
    /// Makes an asynchronous call, and a second one if the first takes long; an `Err` is a failure. The first answer is
    /// returned, and the other call dropped.
    ///
    /// A call that fails leaves the other one to answer, if that is out. Dropped before a call has ended, it is as if there
    /// had been none, but a second call that had begun stays paid for.
    ///
    /// # Errors
    /// The error of the call that failed last.
    pub async fn call_async<T, E, F: Future<Output = Result<T, E>>>(
        &self,
        clock: &impl Clock,
        sleep: &impl AsyncSleep,
        safety: Safety,
        work: impl FnMut() -> F,
    ) -> Result<T, E> {
        self.call_judged_async(clock, sleep, safety, &ByResult, work).await
    }

    /// The same, with a judge that says what a result means. What is to be ignored is an answer.
    ///
    /// # Errors
    /// The error of the call that failed last, or one that is to be ignored.
    pub async fn call_judged_async<T, E, F: Future<Output = Result<T, E>>>(
        &self,
        clock: &impl Clock,
        sleep: &impl AsyncSleep,
        safety: Safety,
        judge: &impl Classify<T, E>,
        work: impl FnMut() -> F,
    ) -> Result<T, E> {
        self.race(clock, sleep, safety, |result| judge.classify(result), work).await
    }

    /// The same for results of any kind.
    pub(crate) async fn race<R, F: Future<Output = R>>(
        &self,
        clock: &impl Clock,
        sleep: &impl AsyncSleep,
        safety: Safety,
        judge: impl Fn(&R) -> Verdict,
        mut work: impl FnMut() -> F,
    ) -> R {
        let mut operation = self.begin(safety, clock.now());
        let mut delay = pin!(operation.delay().map(|delay| sleep.sleep(delay)));
        let (mut first, mut second) = (pin!(Some(work())), pin!(None));
        poll_fn(|context| {
            if let Poll::Ready(result) = poll_once(first.as_mut(), context)
                && operation.record(Call::First, judge(&result), clock.now())
            {
                return Poll::Ready(result);
            }
            if poll_once(delay.as_mut(), context).is_ready() && operation.second(clock.now()) {
                second.set(Some(work()));
            }
            match poll_once(second.as_mut(), context) {
                Poll::Ready(result) if operation.record(Call::Second, judge(&result), clock.now()) => {
                    Poll::Ready(result)
                }
                _ => Poll::Pending,
            }
        })
        .await
    }
}

/// Polls a future if it is there, and drops it once it has ended.
fn poll_once<F: Future>(mut future: Pin<&mut Option<F>>, context: &mut Context<'_>) -> Poll<F::Output> {
    let Some(present) = future.as_mut().as_pin_mut() else { return Poll::Pending };
    let poll = present.poll(context);
    if poll.is_ready() {
        future.set(None);
    }
    poll
}
