//! Graceful degradation.

mod call;
mod served;
mod serving;
mod stale;

use crate::sync::AtomicU64;
use crate::{Observer, Verdict};
use enhanced_config_clock::Instant;
use serving::Fallback;
use stale::Stale;
use std::fmt;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use std::time::Duration;

pub use served::{Cause, Level, LevelKind, Served, Unserved};
pub use serving::Serving;

/// An ordered chain of levels that can serve a value, the best first. Each call begins with the first, and goes down
/// until one serves.
///
/// ```
/// use enhanced_config_clock::ManualClock;
/// use enhanced_config_fault_tolerance::GracefulDegradation;
/// use std::time::Duration;
///
/// let clock = ManualClock::new();
/// let greeting = GracefulDegradation::new("eu.example")
///     .or_endpoint("us.example")
///     .or_stale(Duration::from_secs(600))
///     .or_value("hello".to_owned());
///
/// let fetch = |endpoint: &&str| match *endpoint {
///     "us.example" => Ok("howdy".to_owned()),
///     _ => Err("refused"),
/// };
/// let served = greeting.call(&clock, fetch)?;
/// assert_eq!((served.value.as_str(), served.level.rank), ("howdy", 1));
/// assert_eq!(served.cause.and_then(|cause| cause.error), Some("refused"));
///
/// let served = greeting.call(&clock, |_| Err("refused"))?;
/// assert_eq!((served.value.as_str(), served.level.rank), ("howdy", 2));
/// # Ok::<(), enhanced_config_fault_tolerance::degradation::Unserved<&str>>(())
/// ```
///
/// An endpoint is whatever tells the call whom to ask: an address, a client, an enum; `()` where there is one.
/// [`begin`](Self::begin) and [`Serving::record`] are the whole machine, [`call`](Self::call) and
/// [`call_async`](Self::call_async) drive it. What the first level serves allocates nothing, unless it is kept for
/// [`or_stale`](Self::or_stale).
pub struct GracefulDegradation<T, E, P = (), O: Observer<Event> = ()> {
    primary: P,
    fallbacks: Vec<Fallback<T, E, P>>,
    /// Only if a level needs it.
    stale: Option<Stale<T>>,
    /// The rank that served last.
    rank: AtomicU64,
    degraded: AtomicU64,
    unserved: AtomicU64,
    observer: O,
}

/// What happened in a chain.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A level did not serve.
    Failed {
        /// The level.
        level: Level,
        /// How its result was judged.
        verdict: Verdict,
    },
    /// A call was served by another level than the one before it.
    Changed {
        /// The rank of the level before.
        from: usize,
        /// The rank of the level now.
        to: usize,
        /// When.
        at: Instant,
    },
    /// No level could serve a call.
    Unserved,
}

/// What there is to see of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// The rank of the level that served last; that of the first if none has.
    pub rank: usize,
    /// Calls so far that another level than the first has served.
    pub degraded: u64,
    /// Calls so far that no level could serve.
    pub unserved: u64,
}

impl<T, E, P> GracefulDegradation<T, E, P> {
    /// Asks `endpoint` first.
    #[must_use]
    pub const fn new(endpoint: P) -> Self {
        Self::with_observer(endpoint, ())
    }
}

impl<T, E, P, O: Observer<Event>> GracefulDegradation<T, E, P, O> {
    /// Asks `endpoint` first, and tells `observer` what happens.
    #[must_use]
    pub const fn with_observer(endpoint: P, observer: O) -> Self {
        Self {
            primary: endpoint,
            fallbacks: Vec::new(),
            stale: None,
            rank: AtomicU64::new(0),
            degraded: AtomicU64::new(0),
            unserved: AtomicU64::new(0),
            observer,
        }
    }

    /// Otherwise asks `endpoint`.
    #[must_use]
    pub fn or_endpoint(self, endpoint: P) -> Self {
        self.or(Fallback::Endpoint(endpoint))
    }

    /// Otherwise serves what an endpoint last answered, if that is not older than `max_age`. From here on, every good
    /// answer is cloned and kept; an `Arc` makes that cheap.
    #[must_use]
    pub fn or_stale(mut self, max_age: Duration) -> Self
    where
        T: Clone,
    {
        self.stale.get_or_insert_with(Stale::new);
        self.or(Fallback::Stale { max_age })
    }

    /// Otherwise serves what `make` makes of the first level's failure, if it can.
    #[must_use]
    pub fn or_function(self, make: impl Fn(&Cause<E>) -> Result<T, E> + Send + Sync + 'static) -> Self {
        self.or(Fallback::Function(Box::new(make)))
    }

    /// Otherwise serves `value`. What comes after is never tried.
    #[must_use]
    pub fn or_value(self, value: T) -> Self
    where
        T: Clone + Send + Sync + 'static,
    {
        self.or(Fallback::Value(Box::new(move |_| Ok(value.clone()))))
    }

    fn or(mut self, fallback: Fallback<T, E, P>) -> Self {
        self.fallbacks.push(fallback);
        self
    }

    /// Begins a call.
    pub const fn begin(&self) -> Serving<'_, T, E, P, O> {
        Serving::new(self, &self.primary)
    }

    /// Keeps `value`, which is as of `now`, for [`or_stale`](Self::or_stale), as if an endpoint had answered it: one from
    /// a disk, at the start of a program.
    pub fn keep(&self, value: &T, now: Instant) {
        if let Some(stale) = &self.stale {
            stale.keep(value, now);
        }
    }

    /// What there is to see now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            rank: self.rank.load(Acquire) as usize,
            degraded: self.degraded.load(Relaxed),
            unserved: self.unserved.load(Relaxed),
        }
    }

    fn served(&self, rank: usize, now: Instant) {
        if rank > 0 {
            self.degraded.fetch_add(1, Relaxed);
        }
        // Only read as long as nothing changes.
        if self.rank.load(Acquire) != rank as u64 {
            let from = self.rank.swap(rank as u64, AcqRel) as usize;
            if from != rank {
                self.observer.event(&Event::Changed { from, to: rank, at: now });
            }
        }
    }

    fn unserved(&self) {
        self.unserved.fetch_add(1, Relaxed);
        self.observer.event(&Event::Unserved);
    }
}

impl<T, E, P: fmt::Debug, O: Observer<Event>> fmt::Debug for GracefulDegradation<T, E, P, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GracefulDegradation")
            .field("primary", &self.primary)
            .field("fallbacks", &self.fallbacks)
            .field("snapshot", &self.snapshot())
            .finish_non_exhaustive()
    }
}
