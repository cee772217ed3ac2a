//! Tells a panic from a future that is dropped: the first is a failure, the second as if the call never was.

use std::future::{Future, poll_fn};
use std::pin::pin;

/// Does something with what it holds if it is dropped before it is taken back.
struct OnDrop<T, F: FnOnce(T)> {
    armed: Option<(T, F)>,
}

impl<T, F: FnOnce(T)> OnDrop<T, F> {
    fn disarm(&mut self) -> Option<T> {
        self.armed.take().map(|(held, _)| held)
    }
}

impl<T, F: FnOnce(T)> Drop for OnDrop<T, F> {
    fn drop(&mut self) {
        if let Some((held, act)) = self.armed.take() {
            act(held);
        }
    }
}

/// Runs `work` while holding `held`, which a panic hands to `failed`.
#[inline]
pub(crate) fn hold<P, R>(held: P, work: impl FnOnce() -> R, failed: impl FnOnce(P)) -> (R, Option<P>) {
    let mut guard = OnDrop { armed: Some((held, failed)) };
    let result = work();
    (result, guard.disarm())
}

/// The same for a future: a panic while it is polled hands `held` to `failed`, a future that is dropped between two polls
/// hands it to `cancelled`, after it has dropped `work`.
pub(crate) async fn hold_async<P, R>(
    held: P,
    work: impl Future<Output = R>,
    failed: impl Fn(P),
    cancelled: impl Fn(P),
) -> (R, Option<P>) {
    let mut between_polls = OnDrop { armed: Some((held, &cancelled)) };
    let mut work = pin!(work);
    let result = poll_fn(|context| {
        let failed = |held: Option<P>| {
            if let Some(held) = held {
                failed(held);
            }
        };
        let (poll, back) = hold(between_polls.disarm(), || work.as_mut().poll(context), failed);
        between_polls.armed = back.flatten().map(|held| (held, &cancelled));
        poll
    })
    .await;
    (result, between_polls.disarm())
}
