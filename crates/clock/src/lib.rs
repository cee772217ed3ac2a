//! Time and sleep passed in, so that tests never wait.
//!
//! Code that measures time asks a [`Clock`], code that waits asks a [`Sleep`]. A program passes [`SystemClock`], a
//! test passes [`ManualClock`] and decides itself what time it is.
//!
//! ```
//! use enhanced_config_clock::{Clock, Instant, ManualClock};
//! use std::time::Duration;
//!
//! struct Lease<C> { clock: C, until: Instant }
//!
//! impl<C: Clock> Lease<C> {
//!     fn expired(&self) -> bool { self.clock.now() >= self.until }
//! }
//!
//! let clock = ManualClock::new();
//! let lease = Lease { clock: &clock, until: clock.now() + Duration::from_secs(30) };
//! assert!(!lease.expired());
//! clock.advance(Duration::from_secs(30));
//! assert!(lease.expired());
//! ```
//!
//! All time that clocks tell is monotonic: it never goes back and knows nothing of calendars. How to write a moment of the
//! calendar is in [`utc`].

mod instant;
mod manual;
mod system;
pub mod utc;

use std::sync::Arc;
use std::time::Duration;

pub use instant::Instant;
pub use manual::ManualClock;
pub use system::SystemClock;

/// Tells the time. `&C` and `Arc<C>` are clocks too, so that many owners can share one.
pub trait Clock: Send + Sync {
    /// The time now, never before one that this clock has told already.
    fn now(&self) -> Instant;
}

/// Waits on the caller's own thread, as between two attempts of a retry.
///
/// A background loop that has to be woken before its time is up waits on its own channel or condition variable
/// instead.
pub trait Sleep: Send + Sync {
    /// Returns once `duration` has passed.
    fn sleep(&self, duration: Duration);
}

impl<C: Clock + ?Sized> Clock for &C {
    fn now(&self) -> Instant {
        (**self).now()
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Instant {
        (**self).now()
    }
}

impl<S: Sleep + ?Sized> Sleep for &S {
    fn sleep(&self, duration: Duration) {
        (**self).sleep(duration);
    }
}

impl<S: Sleep + ?Sized> Sleep for Arc<S> {
    fn sleep(&self, duration: Duration) {
        (**self).sleep(duration);
    }
}
