use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use enhanced_config_clock::{Clock, SystemClock};

/// How it is known that what is served is what the files say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Freshness {
    /// The watcher says so while one runs, which costs a reader nothing; while none does, as [`Checked`](Self::Checked).
    #[default]
    Watched,
    /// Whoever loads a configuration compares the fingerprints of its files, if nobody has for as long as
    /// [`check_interval`](crate::Builder::check_interval) says. Costs a look at the clock, and a few microseconds a
    /// file when it is time.
    Checked,
    /// What is loaded stays as it is. Costs nothing.
    Never,
}

/// Says when it is time to compare fingerprints.
#[derive(Clone)]
pub(crate) struct Checks {
    pub(crate) freshness: Freshness,
    pub(crate) interval: Duration,
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether a watcher runs.
    pub(crate) watched: Arc<AtomicBool>,
}

/// When one configuration was compared with its files the last time, by the system's clock.
#[derive(Debug)]
pub(crate) struct LastCheck(AtomicU64);

impl Default for Checks {
    fn default() -> Self {
        Self {
            freshness: Freshness::default(),
            interval: Duration::from_secs(1),
            clock: Arc::new(SystemClock),
            watched: Arc::default(),
        }
    }
}

impl Checks {
    /// Of something that was just loaded.
    pub(crate) fn now(&self) -> LastCheck {
        LastCheck(AtomicU64::new(self.nanos()))
    }

    /// Whether readers have to look themselves. Asked first: where they need not, they do not even touch what says when.
    #[inline]
    pub(crate) fn are_for_readers(&self) -> bool {
        match self.freshness {
            Freshness::Never => false,
            Freshness::Watched => !self.watched.load(Ordering::Relaxed),
            Freshness::Checked => true,
        }
    }

    /// Whether it is time, and no other thread has taken it upon itself.
    #[inline]
    pub(crate) fn is_due(&self, last: &LastCheck) -> bool {
        let (now, before) = (self.nanos(), last.0.load(Ordering::Relaxed));
        let interval = u64::try_from(self.interval.as_nanos()).unwrap_or(u64::MAX);
        now.saturating_sub(before) >= interval
            && last.0.compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// A watcher runs, or no longer does.
    #[cfg(feature = "reload")]
    pub(crate) fn set_watched(&self, watched: bool) {
        self.watched.store(watched, Ordering::Relaxed);
    }

    fn nanos(&self) -> u64 {
        self.clock.now().as_nanos()
    }
}

/// All but the clock.
impl fmt::Debug for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, at most every {:?}", self.freshness, self.interval)
    }
}
