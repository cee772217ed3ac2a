//! The lock and the counters of what is model-checked, so that the checks can decide who goes next.
//!
//! The unit tests of this crate are those checks: whatever they build on these types has to run inside
//! `shuttle::check_random` or its like. Every other test is in `tests/it`, which gets the real ones.

#[cfg(test)]
pub(crate) use shuttle::sync::atomic::{AtomicU8, AtomicU64};
#[cfg(test)]
use shuttle::sync::{Mutex as Lock, MutexGuard};
#[cfg(test)]
pub(crate) use shuttle::thread::{Thread, current, park_timeout};
use std::sync::PoisonError;
#[cfg(not(test))]
pub(crate) use std::sync::atomic::{AtomicU8, AtomicU64};
#[cfg(not(test))]
use std::sync::{Mutex as Lock, MutexGuard};
#[cfg(not(test))]
pub(crate) use std::thread::{Thread, current, park_timeout};

/// A counter apart from what others only read: counting would take it from their caches.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Apart(pub(crate) AtomicU64);

/// A lock that a panic elsewhere does not close: what it guards here is whole after every statement.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(Lock<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Lock::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
