//! What may be served of a configuration, and when.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::content::Stamp;

/// How long after a change of a file everybody has to be served it.
pub(crate) const SETTLED: Duration = Duration::from_secs(5);

/// What the files of one configuration have said, and what readers may therefore see.
#[derive(Debug)]
pub(crate) struct Expected {
    allowed: Mutex<Allowed>,
}

#[derive(Debug)]
struct Allowed {
    stamps: VecDeque<(Stamp, Until)>,
    /// The last operations, for whoever has to find out why.
    history: VecDeque<String>,
}

/// How long a number may be seen.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Until {
    /// Nothing has come after it that has to be served.
    Open,
    /// What came after it is to be served by then.
    Due(Instant),
    /// It is taken back, whatever follows.
    TakenBack(Instant),
}

impl Until {
    fn is_over(self, at: Instant) -> bool {
        match self {
            Until::Open => false,
            Until::Due(until) | Until::TakenBack(until) => until < at,
        }
    }
}

/// What becomes of a change that is about to be made to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is served before long.
    Served,
    /// It is served, if at all, and taken back.
    TakenBack,
    /// It is never seen by anybody.
    Unseen,
}

impl Expected {
    pub(crate) fn new(stamp: Stamp) -> Self {
        let stamps = VecDeque::from([(stamp, Until::Open)]);
        Self { allowed: Mutex::new(Allowed { stamps, history: VecDeque::new() }) }
    }

    /// To be called before a file changes: what is not yet due may never be served now.
    pub(crate) fn begin(&self, what: String) {
        let mut allowed = self.lock();
        let now = Instant::now();
        allowed.forget(now);
        for (_, until) in &mut allowed.stamps {
            if matches!(until, Until::Due(due) if *due > now) {
                *until = Until::Open;
            }
        }
        allowed.history.push_back(what);
        if allowed.history.len() > 12 {
            allowed.history.pop_front();
        }
    }

    /// To be called before a file may be seen with this number.
    pub(crate) fn may_see(&self, stamp: Stamp, fate: Fate) {
        // Until it is known when the file was finished, nothing is late.
        let mut allowed = self.lock();
        match fate {
            Fate::Served => allowed.stamps.push_back((stamp, Until::Open)),
            Fate::TakenBack => {
                allowed.stamps.push_back((stamp, Until::TakenBack(Instant::now() + 2 * SETTLED)));
            }
            Fate::Unseen => {}
        }
    }

    /// To be called when a file says this number and nothing is under way: it has to be served in time.
    pub(crate) fn settled(&self, stamp: Stamp) {
        let mut allowed = self.lock();
        let due = Instant::now() + SETTLED;
        for (other, until) in &mut allowed.stamps {
            if *other != stamp && *until == Until::Open {
                *until = Until::Due(due);
            }
        }
    }

    /// Whether a number that was read after `since` was allowed at that time; else what was, and what was done.
    pub(crate) fn check(&self, seen: Stamp, since: Instant) -> Result<(), String> {
        let allowed = self.lock();
        let is_allowed = |&(stamp, until): &(Stamp, Until)| stamp == seen && !until.is_over(since);
        if allowed.stamps.iter().any(is_allowed) {
            return Ok(());
        }
        let stamps: Vec<Stamp> = allowed
            .stamps
            .iter()
            .filter(|(_, until)| !until.is_over(since))
            .map(|(stamp, _)| *stamp)
            .collect();
        let history = Vec::from(allowed.history.clone()).join("\n  ");
        Err(format!("{seen} is served, allowed are {stamps:?}; what was done last:\n  {history}"))
    }

    fn lock(&self) -> MutexGuard<'_, Allowed> {
        self.allowed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Allowed {
    /// Nobody asks for what was over a while ago.
    fn forget(&mut self, now: Instant) {
        let long_ago = now.checked_sub(2 * SETTLED).unwrap_or(now);
        self.stamps.retain(|(_, until)| !until.is_over(long_ago));
    }
}
