//! Tells a panic from a future that is dropped: the first is a failure, the second as if the call never was.

use std::future::{Future, poll_fn};
use std::pin::pin;

/// Does something with what it holds if it is dropped before it is taken back, as by a panic.
struct OnUnwind<T, F: FnOnce(T)> {
    armed: Option<(T, F)>,
}

impl<T, F: FnOnce(T)> Drop for OnUnwind<T, F> {
    fn drop(&mut self) {
        if let Some((held, act)) = self.armed.take() {
            act(held);
        }
    }
}

/// Runs `work` while holding `held`, which a panic hands to `failed`.
#[inline]
pub(crate) fn hold<P, R>(held: P, work: impl FnOnce() -> R, failed: impl FnOnce(P)) -> (R, Option<P>) {
    let mut guard = OnUnwind { armed: Some((held, failed)) };
    let result = work();
    (result, guard.armed.take().map(|(held, _)| held))
}

/// The same for a future: a panic while it is polled hands `held` to `failed`; a future dropped between two polls just
/// drops it.
pub(crate) async fn hold_async<P, R>(
    held: P,
    work: impl Future<Output = R>,
    failed: impl Fn(P),
) -> (R, Option<P>) {
    let mut work = pin!(work);
    let mut held = Some(held);
    let result = poll_fn(|context| {
        let (poll, back) = hold(
            held.take(),
            || work.as_mut().poll(context),
            |held| {
                if let Some(held) = held {
                    failed(held);
                }
            },
        );
        held = back.flatten();
        poll
    })
    .await;
    (result, held)
}
