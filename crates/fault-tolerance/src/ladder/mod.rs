//! How much of its service a program offers, by its health.

mod options;

use crate::sync::{AtomicU64, Mutex};
use crate::{Observer, OptionError, Ratio};
use enhanced_config_clock::Instant;
use std::fmt;
use std::sync::atomic::Ordering::{Acquire, Release};

pub use options::LadderOptions;

/// Takes service back step by step while health is bad, and brings it back.
///
/// ```
/// use enhanced_config_clock::Instant;
/// use enhanced_config_fault_tolerance::ladder::Mode;
/// use enhanced_config_fault_tolerance::{DegradationLadder, LadderOptions, Ratio};
/// use std::time::Duration;
///
/// let ladder = DegradationLadder::new(LadderOptions::default())?;
/// let at = |seconds| Instant::default() + Duration::from_secs(seconds);
/// ladder.observe(Ratio::percent(55), at(0));
/// assert_eq!(ladder.mode(), Mode::Essential);
///
/// // Well again, but not yet for long: one step in 30 s.
/// ladder.observe(Ratio::ONE, at(1));
/// assert_eq!(ladder.mode(), Mode::Essential);
/// ladder.observe(Ratio::ONE, at(30));
/// assert_eq!(ladder.mode(), Mode::Reduced);
/// # Ok::<(), enhanced_config_fault_tolerance::OptionError>(())
/// ```
///
/// | | |
/// |---|---|
/// | health below the mode's bound | down at once to the best mode that it allows |
/// | health at a better mode's bound and the margin above it | one step up, if the mode has lasted for its dwell |
/// | in between | nothing: a health that wavers about a bound moves nothing |
/// | pinned | nothing, until it is unpinned |
///
/// Only an observation changes the mode; time alone does not. To ask for the mode is one atomic read.
pub struct DegradationLadder<O: Observer<Event> = ()> {
    /// What is in `inner`, for all who only ask.
    mode: AtomicU64,
    inner: Mutex<Inner>,
    options: LadderOptions,
    observer: O,
}

#[derive(Clone, Copy, Debug)]
struct Inner {
    mode: Mode,
    since: Instant,
    health: Option<Ratio>,
    is_pinned: bool,
}

/// How much is offered. A better mode is the greater one, so `mode >= Mode::Reduced` asks for at least that much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Only what needs nobody else.
    Offline,
    /// Only what nobody can do without.
    Essential,
    /// All but what is a luxury.
    Reduced,
    /// Everything.
    Full,
}

/// What happened on a ladder.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// Another mode.
    Changed(Transition),
    /// Held in a mode by hand.
    Pinned(Mode),
    /// Led by health again.
    Unpinned,
}

/// A change of mode.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Transition {
    /// The mode before.
    pub from: Mode,
    /// The mode since.
    pub to: Mode,
    /// The health that led to it; none if it was done by hand.
    pub health: Option<Ratio>,
    /// When.
    pub at: Instant,
}

/// What there is to see of a ladder.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Its mode.
    pub mode: Mode,
    /// Since when.
    pub since: Instant,
    /// The health that was observed last.
    pub health: Option<Ratio>,
    /// Whether it is held there by hand.
    pub is_pinned: bool,
}

impl Default for DegradationLadder {
    /// The default options.
    fn default() -> Self {
        Self::build(LadderOptions::default(), ())
    }
}

impl DegradationLadder {
    /// A ladder that begins with [`Mode::Full`].
    ///
    /// # Errors
    /// The bounds do not fall from mode to mode.
    pub fn new(options: LadderOptions) -> Result<Self, OptionError> {
        Self::with_observer(options, ())
    }
}

impl<O: Observer<Event>> DegradationLadder<O> {
    /// A ladder that begins with [`Mode::Full`] and tells `observer` what happens. An observer that acts on the mode asks
    /// for [`mode`](Self::mode): of two changes close together it may hear in either order.
    ///
    /// # Errors
    /// The bounds do not fall from mode to mode.
    pub fn with_observer(options: LadderOptions, observer: O) -> Result<Self, OptionError> {
        options.check()?;
        Ok(Self::build(options, observer))
    }

    fn build(options: LadderOptions, observer: O) -> Self {
        let inner = Inner { mode: Mode::Full, since: Instant::default(), health: None, is_pinned: false };
        Self { mode: AtomicU64::new(Mode::Full as u64), inner: Mutex::new(inner), options, observer }
    }

    /// How much is offered now.
    #[inline]
    pub fn mode(&self) -> Mode {
        let mode = self.mode.load(Acquire);
        let is = |candidate: &Mode| *candidate as u64 == mode;
        [Mode::Full, Mode::Reduced, Mode::Essential].into_iter().find(is).unwrap_or(Mode::Offline)
    }

    /// Says how well everything is at `now`, from 0 to 1, and returns the mode that follows. Which share of the calls
    /// succeeds is such a number.
    pub fn observe(&self, health: Ratio, now: Instant) -> Mode {
        let (mode, transition) = {
            let mut inner = self.inner.lock();
            inner.health = Some(health);
            let next = inner.next(&self.options, health, now);
            let transition = next.and_then(|next| self.enter(&mut inner, next, Some(health), now));
            (inner.mode, transition)
        };
        self.tell(transition);
        mode
    }

    /// Holds it in `mode` until [`unpin`](Self::unpin), whatever its health.
    pub fn pin(&self, mode: Mode, now: Instant) {
        let transition = {
            let mut inner = self.inner.lock();
            inner.is_pinned = true;
            self.enter(&mut inner, mode, None, now)
        };
        self.observer.event(&Event::Pinned(mode));
        self.tell(transition);
    }

    /// Has health lead it again. Stays in its mode until the next observation.
    pub fn unpin(&self) {
        let was_pinned = std::mem::replace(&mut self.inner.lock().is_pinned, false);
        if was_pinned {
            self.observer.event(&Event::Unpinned);
        }
    }

    /// What there is to see now.
    pub fn snapshot(&self) -> Snapshot {
        let Inner { mode, since, health, is_pinned } = *self.inner.lock();
        Snapshot { mode, since, health, is_pinned }
    }

    /// Under the lock.
    fn enter(&self, inner: &mut Inner, to: Mode, health: Option<Ratio>, at: Instant) -> Option<Transition> {
        let from = std::mem::replace(&mut inner.mode, to);
        if from == to {
            return None;
        }
        inner.since = at;
        self.mode.store(to as u64, Release);
        Some(Transition { from, to, health, at })
    }

    fn tell(&self, transition: Option<Transition>) {
        if let Some(transition) = transition {
            self.observer.event(&Event::Changed(transition));
        }
    }
}

impl Inner {
    /// The mode that `health` leads to, if it is another one.
    fn next(&self, options: &LadderOptions, health: Ratio, now: Instant) -> Option<Mode> {
        let lasted = now - self.since;
        let allowed = options.allowed(health);
        if self.is_pinned {
            None
        } else if allowed < self.mode {
            (lasted >= options.dwell_before_worse).then_some(allowed)
        } else {
            let better = self.mode.better()?;
            (lasted >= options.dwell && options.brings_back(better, health)).then_some(better)
        }
    }
}

impl Mode {
    /// One step up.
    const fn better(self) -> Option<Self> {
        match self {
            Self::Offline => Some(Self::Essential),
            Self::Essential => Some(Self::Reduced),
            Self::Reduced => Some(Self::Full),
            Self::Full => None,
        }
    }
}

impl<O: Observer<Event>> fmt::Debug for DegradationLadder<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DegradationLadder")
            .field("mode", &self.mode())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
