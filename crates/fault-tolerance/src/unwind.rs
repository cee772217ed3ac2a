//! Tells a panic from a future that is dropped: the first is a failure, the second as if the call never was.

/// Does something with what it holds if it is dropped before it is taken back, as by a panic.
pub(crate) struct OnDrop<T, F: FnOnce(T)> {
    armed: Option<(T, F)>,
}

impl<T, F: FnOnce(T)> OnDrop<T, F> {
    #[inline]
    pub(crate) const fn new(held: T, act: F) -> Self {
        Self { armed: Some((held, act)) }
    }

    #[inline]
    pub(crate) fn disarm(&mut self) -> Option<T> {
        self.armed.take().map(|(held, _)| held)
    }
}

impl<T, F: FnOnce(T)> Drop for OnDrop<T, F> {
    #[inline]
    fn drop(&mut self) {
        if let Some((held, act)) = self.armed.take() {
            act(held);
        }
    }
}

/// Runs `work` while holding `held`, which a panic hands to `failed`. What is held is back before anything else happens, so
/// that it can stay in registers.
#[inline]
pub(crate) fn hold<P, R>(held: P, work: impl FnOnce() -> R, failed: impl FnOnce(P)) -> (R, Option<P>) {
    let mut guard = OnDrop::new(held, failed);
    let result = work();
    (result, guard.disarm())
}

/// Does one thing with what it holds if a poll panics, and another if it is dropped between two polls: for a future, which
/// is declared after it, so that it is dropped before.
///
/// No future that awaits another: one that is handed over takes room in both, and twice as much with each policy.
pub(crate) struct BetweenPolls<P, F: FnMut(P)>(OnDrop<P, F>);

impl<P, F: FnMut(P)> BetweenPolls<P, F> {
    pub(crate) const fn new(held: P, dropped: F) -> Self {
        Self(OnDrop::new(held, dropped))
    }

    pub(crate) fn disarm(&mut self) -> Option<P> {
        self.0.disarm()
    }

    /// Polls; a panic hands what is held to `failed`.
    pub(crate) fn poll<R>(&mut self, failed: impl FnOnce(P), poll: impl FnOnce() -> R) -> R {
        let Some((held, dropped)) = self.0.armed.take() else { return poll() };
        let mut polled = OnDrop::new(held, failed);
        let result = poll();
        self.0.armed = polled.disarm().map(|held| (held, dropped));
        result
    }
}
