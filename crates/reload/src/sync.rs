//! The locks and counters of what is model-checked, so that the checks can decide who goes next.
//!
//! The unit tests of this crate are those checks: whatever they build on these types has to run inside
//! `shuttle::check_random` or its like. Every other test is in `tests/it`, which gets the real ones.

#[cfg(not(test))]
pub(crate) use parking_lot::{Condvar, Mutex, MutexGuard};
#[cfg(not(test))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU64};
#[cfg(not(test))]
pub(crate) use std::thread_local;

#[cfg(test)]
pub(crate) use model::Mutex;
#[cfg(test)]
pub(crate) use shuttle::sync::atomic::{AtomicBool, AtomicU64};
#[cfg(test)]
pub(crate) use shuttle::sync::{Condvar, MutexGuard};
#[cfg(test)]
pub(crate) use shuttle::thread_local;

/// Gives the lock back until somebody notifies.
pub(crate) fn wait<'a, T>(condvar: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    #[cfg(not(test))]
    let guard = {
        let mut guard = guard;
        condvar.wait(&mut guard);
        guard
    };
    #[cfg(test)]
    let guard = condvar.wait(guard).unwrap_or_else(std::sync::PoisonError::into_inner);
    guard
}

/// Shuttle's own look like the standard library's; these look like `parking_lot`'s.
#[cfg(test)]
mod model {
    use shuttle::sync;
    use std::sync::PoisonError;

    #[derive(Debug, Default)]
    pub(crate) struct Mutex<T>(sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(sync::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> sync::MutexGuard<'_, T> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }
}
