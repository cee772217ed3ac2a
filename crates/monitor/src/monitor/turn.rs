use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard};
use std::thread::{self, ThreadId};

use super::lock;

/// Something for one thread at a time, which that thread does not get a second time meanwhile.
pub(super) struct Turn<T> {
    /// Whose turn it is.
    holder: Mutex<Option<ThreadId>>,
    inner: Mutex<T>,
}

pub(super) struct Taken<'a, T> {
    holder: &'a Mutex<Option<ThreadId>>,
    inner: MutexGuard<'a, T>,
}

impl<T> Turn<T> {
    pub(super) const fn new(inner: T) -> Self {
        Self { holder: Mutex::new(None), inner: Mutex::new(inner) }
    }

    /// Waits for it; `None` on a thread that has it, which would wait for itself.
    pub(super) fn take(&self) -> Option<Taken<'_, T>> {
        let this = thread::current().id();
        if *lock(&self.holder) == Some(this) {
            return None;
        }
        let inner = lock(&self.inner);
        *lock(&self.holder) = Some(this);
        Some(Taken { holder: &self.holder, inner })
    }
}

impl<T> Deref for Taken<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T> DerefMut for Taken<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

impl<T> Drop for Taken<'_, T> {
    fn drop(&mut self) {
        // Before the lock is given back, which the field does after this.
        *lock(self.holder) = None;
    }
}
