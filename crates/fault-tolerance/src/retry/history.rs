use crate::Verdict;
use std::time::Duration;

/// How many attempts are remembered: a policy may allow four billion.
const REMEMBERED: usize = 16;

/// One attempt that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// When it began, counted from the first.
    pub began: Duration,
    /// How long it took.
    pub took: Duration,
    /// How it was judged.
    pub verdict: Verdict,
    /// How long the next one was to wait; none after the last.
    pub wait: Option<Duration>,
}

/// The failed attempts of an operation: how many, and the last 16.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The only one: an operation that is given up at once allocates nothing.
    only: Option<Attempt>,
    /// All of them, once there is a second.
    last: Vec<Attempt>,
    attempts: u32,
}

impl History {
    /// Of one attempt, the last.
    pub(crate) fn once(took: Duration, verdict: Verdict) -> Self {
        let only = Attempt { began: Duration::ZERO, took, verdict, wait: None };
        Self { only: Some(only), last: Vec::new(), attempts: 1 }
    }

    pub(super) fn push(&mut self, attempt: Attempt) {
        if self.attempts == 0 {
            self.only = Some(attempt);
        } else {
            if self.last.len() == REMEMBERED {
                self.last.remove(0);
            }
            self.last.extend(self.only.take().into_iter().chain([attempt]));
        }
        self.attempts = self.attempts.saturating_add(1);
    }

    /// How many there were.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The last of them, in order.
    #[must_use]
    pub fn last(&self) -> &[Attempt] {
        if self.last.is_empty() { self.only.as_slice() } else { &self.last }
    }
}
