use super::{CircuitBreaker, Event};
use crate::Observer;
use enhanced_config_clock::Instant;
use std::fmt;

/// Leave to make one call. Hand it to [`CircuitBreaker::record`] with the verdict on the call; dropped, it is as if the
/// call never was.
#[must_use = "a permit that is dropped counts nothing"]
pub struct Permit<'a, O: Observer<Event> = ()> {
    pub(super) breaker: &'a CircuitBreaker<O>,
    pub(super) generation: u64,
    /// When the call began, if its breaker wanted to know then.
    pub(super) began: Instant,
    /// Whether it did.
    pub(super) timed: bool,
    /// Holds one of the places for probes.
    pub(super) probe: bool,
}

/// What became of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It counted, or was one that never counts.
    Recorded,
    /// It came from before the last change of state, and changed nothing.
    Stale,
}

impl<O: Observer<Event>> Drop for Permit<'_, O> {
    #[inline]
    fn drop(&mut self) {
        if self.probe {
            self.breaker.give_back(self.generation);
        }
    }
}

impl<O: Observer<Event>> fmt::Debug for Permit<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit")
            .field("generation", &self.generation)
            .field("began", &self.began)
            .field("probe", &self.probe)
            .finish_non_exhaustive()
    }
}
