//! What drives a policy around a call: once for all of them, so that a panic, a dropped future and a judge's word mean the
//! same everywhere.

use crate::unwind::{BetweenPolls, hold};
use crate::{ByResult, CallError, Classify, Rejection, Verdict};
use enhanced_config_clock::Clock;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Context;

/// A state machine around calls: it lets each begin or not, and counts how those that began have ended.
///
/// Whoever writes a policy says what [`begin`](Self::begin), [`end`](Self::end) and, where a permit that is dropped does
/// not undo itself, [`cancel`](Self::cancel) do; the four ways to make a call follow. None of the three waits.
///
/// ```
/// use enhanced_config_clock::{Clock, SystemClock};
/// use enhanced_config_fault_tolerance::{Policy, Rejection, Verdict};
/// use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
/// use std::time::Duration;
///
/// /// Lets nothing through while somebody is at work on the other side.
/// #[derive(Default)]
/// struct Maintenance(AtomicBool);
///
/// struct Closed;
///
/// impl Rejection for Closed {
///     fn retry_after(&self) -> Option<Duration> {
///         Some(Duration::from_secs(60))
///     }
/// }
///
/// impl Policy for Maintenance {
///     type Permit<'a> = ();
///     type Rejected = Closed;
///
///     fn begin(&self, _: &impl Clock) -> Result<(), Closed> {
///         if self.0.load(Relaxed) { Err(Closed) } else { Ok(()) }
///     }
///
///     fn end(&self, (): (), _: Verdict, _: &impl Clock) {}
/// }
///
/// let policy = Maintenance::default();
/// assert!(policy.call(&SystemClock, || Ok::<_, ()>(1)).is_ok());
/// policy.0.store(true, Relaxed);
/// assert!(policy.call(&SystemClock, || Ok::<_, ()>(1)).is_err());
/// ```
pub trait Policy {
    /// Leave to make one call.
    type Permit<'a>
    where
        Self: 'a;
    /// The refusal to let a call begin.
    type Rejected: Rejection;

    /// Asks leave for one call now. Looks at the clock only if it needs to.
    ///
    /// # Errors
    /// The call is not to be made.
    fn begin(&self, clock: &impl Clock) -> Result<Self::Permit<'_>, Self::Rejected>;

    /// Counts how the call of `permit` has ended.
    fn end(&self, permit: Self::Permit<'_>, verdict: Verdict, clock: &impl Clock);

    /// Makes it as if the call of `permit` never was. Unless said otherwise, by dropping the permit.
    fn cancel(&self, permit: Self::Permit<'_>, _clock: &impl Clock) {
        drop(permit);
    }

    /// Makes a call if the policy lets it begin; an `Err` is a failure, and so is a panic, the judge's too, which goes on.
    ///
    /// # Errors
    /// The policy's refusal, or the call's own error.
    #[inline]
    fn call<T, E>(
        &self,
        clock: &impl Clock,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, CallError<E, Self::Rejected>> {
        self.call_judged(clock, &ByResult, work)
    }

    /// The same, with a judge that says what a result means.
    ///
    /// # Errors
    /// The policy's refusal, or the call's own error.
    #[inline]
    fn call_judged<T, E>(
        &self,
        clock: &impl Clock,
        judge: &impl Classify<T, E>,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, CallError<E, Self::Rejected>> {
        let permit = self.begin(clock).map_err(CallError::Rejected)?;
        let judged = || {
            let result = work();
            (judge.classify(&result), result)
        };
        let ((verdict, result), permit) =
            hold(permit, judged, |permit| self.end(permit, Verdict::Failure, clock));
        end(self, permit, verdict, clock);
        result.map_err(CallError::Failed)
    }

    /// Makes an asynchronous call if the policy lets it begin. On any executor: nothing here waits.
    ///
    /// An `Err` is a failure, and so is a panic. Dropped before it has ended, it is as if the call never was; nothing is
    /// asked before it is polled.
    ///
    /// # Errors
    /// The policy's refusal, or the call's own error.
    fn call_async<T, E, F: Future<Output = Result<T, E>>>(
        &self,
        clock: &impl Clock,
        work: impl FnOnce() -> F,
    ) -> impl Future<Output = Result<T, CallError<E, Self::Rejected>>> {
        drive(self, clock, &ByResult, work)
    }

    /// The same, with a judge that says what a result means.
    ///
    /// # Errors
    /// The policy's refusal, or the call's own error.
    fn call_judged_async<T, E, F: Future<Output = Result<T, E>>>(
        &self,
        clock: &impl Clock,
        judge: &impl Classify<T, E>,
        work: impl FnOnce() -> F,
    ) -> impl Future<Output = Result<T, CallError<E, Self::Rejected>>> {
        drive(self, clock, judge, work)
    }
}

/// What both asynchronous ways to make a call do, as neither may call the other: that the future of a method of a trait
/// goes to another thread is not seen through one more.
async fn drive<P: Policy + ?Sized, T, E, F: Future<Output = Result<T, E>>>(
    policy: &P,
    clock: &impl Clock,
    judge: &impl Classify<T, E>,
    work: impl FnOnce() -> F,
) -> Result<T, CallError<E, P::Rejected>> {
    let permit = policy.begin(clock).map_err(CallError::Rejected)?;
    let failed = |permit| policy.end(permit, Verdict::Failure, clock);
    let mut held = BetweenPolls::new(permit, |permit| policy.cancel(permit, clock));
    // Made while it is polled, where a panic of `work` itself is seen too.
    let mut work = pin!(async {
        let result = work().await;
        (judge.classify(&result), result)
    });
    let poll = |context: &mut Context<'_>| held.poll(failed, || work.as_mut().poll(context));
    let (verdict, result) = poll_fn(poll).await;
    end(policy, held.disarm(), verdict, clock);
    result.map_err(CallError::Failed)
}

#[inline]
fn end<'a, P: Policy + ?Sized>(
    policy: &'a P,
    permit: Option<P::Permit<'a>>,
    verdict: Verdict,
    clock: &impl Clock,
) {
    if let Some(permit) = permit {
        policy.end(permit, verdict, clock);
    }
}

/// What several owners share.
impl<P: Policy> Policy for Arc<P> {
    type Permit<'a>
        = P::Permit<'a>
    where
        P: 'a;
    type Rejected = P::Rejected;

    #[inline]
    fn begin(&self, clock: &impl Clock) -> Result<Self::Permit<'_>, Self::Rejected> {
        P::begin(self, clock)
    }

    #[inline]
    fn end(&self, permit: Self::Permit<'_>, verdict: Verdict, clock: &impl Clock) {
        P::end(self, permit, verdict, clock);
    }

    fn cancel(&self, permit: Self::Permit<'_>, clock: &impl Clock) {
        P::cancel(self, permit, clock);
    }
}
