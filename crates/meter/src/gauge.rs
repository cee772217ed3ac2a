use std::sync::atomic::{AtomicU64, Ordering};

/// A number that goes up and down, and is whatever was set last. Setting it is one store.
#[derive(Debug, Default)]
pub struct Gauge(AtomicU64);

impl Gauge {
    /// A gauge at 0.
    #[must_use]
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Makes it `value`.
    #[inline]
    pub fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }

    /// Moves it by `change`. Nothing is lost when several threads do that at once.
    pub fn add(&self, change: f64) {
        let moved = |bits| Some((f64::from_bits(bits) + change).to_bits());
        // Cannot fail: the closure always has an answer.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, moved);
    }

    /// What it is.
    #[inline]
    pub fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }
}
