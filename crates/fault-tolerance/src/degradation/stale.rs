use crate::sync::Mutex;
use enhanced_config_clock::Instant;
use std::sync::Arc;
use std::time::Duration;

/// The last good value. Neither cloned nor dropped under the lock: both are code of the program.
#[derive(Debug)]
pub(super) struct Stale<T> {
    clone: fn(&T) -> T,
    last: Mutex<Option<Kept<T>>>,
}

#[derive(Debug)]
struct Kept<T> {
    value: Arc<T>,
    at: Instant,
}

impl<T: Clone> Stale<T> {
    pub(super) fn new() -> Self {
        Self { clone: T::clone, last: Mutex::new(None) }
    }
}

impl<T> Stale<T> {
    /// Keeps a copy of `value`, which is as of `at`, unless a later one is there.
    pub(super) fn keep(&self, value: &T, at: Instant) {
        let kept = Kept { value: Arc::new((self.clone)(value)), at };
        let _dropped_after_the_lock = {
            let mut last = self.last.lock();
            match &*last {
                Some(later) if later.at > at => Some(kept),
                _ => last.replace(kept),
            }
        };
    }

    /// The value and its age at `now`, if that is not above `max_age`.
    pub(super) fn get(&self, max_age: Duration, now: Instant) -> Option<(T, Duration)> {
        let (value, age) = {
            let last = self.last.lock();
            let kept = last.as_ref()?;
            (Arc::clone(&kept.value), now - kept.at)
        };
        (age <= max_age).then(|| ((self.clone)(&value), age))
    }
}
