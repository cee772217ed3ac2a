use super::{Event, Limited};
use crate::error::require;
use crate::sync::Mutex;
use crate::{Observer, OptionError};
use enhanced_config_clock::Instant;
use std::fmt;
use std::time::Duration;

/// The most that a window may let through: it remembers a moment for each.
const MOST: u32 = 1 << 20;

/// Lets at most so much through in *any* span of a window's length.
///
/// A [`RateLimiter`](crate::RateLimiter) refills while a burst passes, and so lets up to twice its burst through in one
/// period. Where a contract counts calls in every window, this is the algorithm: a log of moments, eight bytes for each,
/// under a lock.
///
/// ```
/// use enhanced_config_clock::Instant;
/// use enhanced_config_fault_tolerance::limiter::SlidingWindow;
/// use std::time::Duration;
///
/// let window = SlidingWindow::new(2, Duration::from_secs(1))?;
/// let at = |ms| Instant::default() + Duration::from_millis(ms);
/// assert!(window.check(at(0)).is_ok() && window.check(at(900)).is_ok());
/// assert_eq!(window.check(at(950)).err().and_then(|limited| limited.retry_after), Some(Duration::from_millis(50)));
/// assert!(window.check(at(1000)).is_ok());
/// # Ok::<(), enhanced_config_fault_tolerance::OptionError>(())
/// ```
pub struct SlidingWindow<O: Observer<Event> = ()> {
    limit: u32,
    length: Duration,
    log: Mutex<Log>,
    observer: O,
}

/// What there is to see of a window at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WindowSnapshot {
    /// How many may pass now.
    pub remaining: u32,
    /// How many may in any window.
    pub limit: u32,
    /// How long a window is.
    pub length: Duration,
}

/// A ring of the moments at which the last ones passed.
#[derive(Debug)]
struct Log {
    moments: Box<[Option<Instant>]>,
    oldest: usize,
    latest: Instant,
}

impl SlidingWindow {
    /// At most `limit` in any `length`.
    ///
    /// # Errors
    /// A limit of none or of more than 1,048,576.
    pub fn new(limit: u32, length: Duration) -> Result<Self, OptionError> {
        Self::with_observer(limit, length, ())
    }
}

impl<O: Observer<Event>> SlidingWindow<O> {
    /// The same; tells `observer` what happens.
    ///
    /// # Errors
    /// A limit of none or of more than 1,048,576.
    pub fn with_observer(limit: u32, length: Duration, observer: O) -> Result<Self, OptionError> {
        require((1..=MOST).contains(&limit), "limit", "1 to 1048576")?;
        let moments = vec![None; limit as usize].into();
        let log = Mutex::new(Log { moments, oldest: 0, latest: Instant::default() });
        Ok(Self { limit, length, log, observer })
    }

    /// Asks for one.
    ///
    /// # Errors
    /// It has to wait.
    pub fn check(&self, now: Instant) -> Result<(), Limited> {
        self.check_n(1, now)
    }

    /// Asks for `count` at once, all or none; none are always let through.
    ///
    /// # Errors
    /// They have to wait, or are more than the limit.
    pub fn check_n(&self, count: u32, now: Instant) -> Result<(), Limited> {
        let answer = if count == 0 { Ok(()) } else { self.pass(count, now) };
        if let Err(limited) = answer {
            self.observer.event(&Event::Rejected(limited));
        }
        answer
    }

    fn pass(&self, count: u32, now: Instant) -> Result<(), Limited> {
        let mut log = self.log.lock();
        // The log is in order: a caller who looked at the clock first and came second counts as of now.
        let now = now.max(log.latest);
        let wait = log.wait(count as usize, self.length, now)?;
        if !wait.is_zero() {
            return Err(Limited { retry_after: Some(wait) });
        }
        log.note(count, now);
        Ok(())
    }

    /// What there is to see at `now`; nothing is taken.
    pub fn snapshot(&self, now: Instant) -> WindowSnapshot {
        let log = self.log.lock();
        let passed = |moment: &&Option<Instant>| moment.is_none_or(|moment| now - moment >= self.length);
        let remaining = log.moments.iter().filter(passed).count() as u32;
        WindowSnapshot { remaining, limit: self.limit, length: self.length }
    }
}

impl Log {
    /// How long until as many of the oldest have left the window.
    fn wait(&self, count: usize, length: Duration, now: Instant) -> Result<Duration, Limited> {
        if count > self.moments.len() {
            return Err(Limited { retry_after: None });
        }
        let last = self.moments.get((self.oldest + count - 1) % self.moments.len()).copied().flatten();
        Ok(last.map_or(Duration::ZERO, |last| length.saturating_sub(now - last)))
    }

    fn note(&mut self, count: u32, now: Instant) {
        self.latest = now;
        for _ in 0..count {
            if let Some(moment) = self.moments.get_mut(self.oldest) {
                *moment = Some(now);
            }
            self.oldest = (self.oldest + 1) % self.moments.len();
        }
    }
}

impl<O: Observer<Event>> fmt::Debug for SlidingWindow<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlidingWindow")
            .field("limit", &self.limit)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}
