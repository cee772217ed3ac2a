//! What drives a policy around a call: once for all of them, so that a panic, a dropped future and a judge's word mean the
//! same everywhere.

use crate::unwind::{hold, hold_async};
use crate::{CallError, Classify, Verdict};
use std::future::Future;

/// Makes a call with a permit that was given or not. A panic is a failure, and goes on.
#[inline]
pub(crate) fn call<P, R, T, E>(
    admitted: Result<P, R>,
    record: impl Fn(P, Verdict),
    judge: &impl Classify<T, E>,
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, CallError<E, R>> {
    let permit = admitted.map_err(CallError::Rejected)?;
    let (result, permit) = hold(permit, work, |permit| record(permit, Verdict::Failure));
    end(permit, record, judge, result)
}

/// The same for a future; one that is dropped drops its permit. Nothing is asked before it is polled.
pub(crate) async fn call_async<P, R, T, E, F: Future<Output = Result<T, E>>>(
    admit: impl FnOnce() -> Result<P, R>,
    record: impl Fn(P, Verdict),
    judge: &impl Classify<T, E>,
    work: impl FnOnce() -> F,
) -> Result<T, CallError<E, R>> {
    let permit = admit().map_err(CallError::Rejected)?;
    // Made while it is polled, where a panic of `work` itself is seen too.
    let work = async { work().await };
    let (result, permit) = hold_async(permit, work, |permit| record(permit, Verdict::Failure)).await;
    end(permit, record, judge, result)
}

#[inline]
fn end<P, R, T, E>(
    permit: Option<P>,
    record: impl Fn(P, Verdict),
    judge: &impl Classify<T, E>,
    result: Result<T, E>,
) -> Result<T, CallError<E, R>> {
    if let Some(permit) = permit {
        record(permit, judge.classify(&result));
    }
    result.map_err(CallError::Failed)
}
