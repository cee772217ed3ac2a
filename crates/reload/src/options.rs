use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How patiently changes of files are followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ReloadOptions {
    /// How long files have to stay as they are before they are read. Default: 50 ms.
    pub settle: Duration,
    /// How long after a change they are read even though they go on changing, at a moment when nobody has one open for
    /// writing; [`open_wait`](Self::open_wait) later, at any moment. Default: 1 s.
    pub max_wait: Duration,
    /// How long a file that was written and not closed is waited for. Default: 3 s.
    pub open_wait: Duration,
    /// How long something that was there may be missing, or empty, before that counts. Default: 500 ms. What is empty and
    /// open for writing is waited for as any other file that is.
    pub missing_grace: Duration,
    /// How often files are looked at where no events come: network file systems, memory maps, bind mounts; at least
    /// 10 ms. Default: 1 s.
    pub poll_interval: Duration,
    /// How often the variables of the process are compared, at least 10 ms. They are read at every reload anyway. Default:
    /// not at all.
    pub environment_interval: Option<Duration>,
    /// How many configurations are read at once, at least 1; attempts that are slow, because a callback is, do not
    /// count. Default: 2.
    pub at_once: usize,
    /// How long an attempt may take before it is reported as slow, at least 10 ms. Default: 1 s.
    pub slow: Duration,
}

impl Default for ReloadOptions {
    fn default() -> Self {
        Self {
            settle: Duration::from_millis(50),
            max_wait: Duration::from_secs(1),
            open_wait: Duration::from_secs(3),
            missing_grace: Duration::from_millis(500),
            poll_interval: Duration::from_secs(1),
            environment_interval: None,
            at_once: 2,
            slow: Duration::from_secs(1),
        }
    }
}

impl ReloadOptions {
    /// Sets [`settle`](Self::settle).
    #[must_use]
    pub fn with_settle(mut self, settle: Duration) -> Self {
        self.settle = settle;
        self
    }

    /// Sets [`max_wait`](Self::max_wait).
    #[must_use]
    pub fn with_max_wait(mut self, max_wait: Duration) -> Self {
        self.max_wait = max_wait;
        self
    }

    /// Sets [`open_wait`](Self::open_wait).
    #[must_use]
    pub fn with_open_wait(mut self, open_wait: Duration) -> Self {
        self.open_wait = open_wait;
        self
    }

    /// Sets [`missing_grace`](Self::missing_grace).
    #[must_use]
    pub fn with_missing_grace(mut self, grace: Duration) -> Self {
        self.missing_grace = grace;
        self
    }

    /// Sets [`poll_interval`](Self::poll_interval).
    #[must_use]
    pub fn with_poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval;
        self
    }

    /// Sets [`environment_interval`](Self::environment_interval).
    #[must_use]
    pub fn with_environment_interval(mut self, interval: Duration) -> Self {
        self.environment_interval = Some(interval);
        self
    }

    /// Sets [`at_once`](Self::at_once).
    #[must_use]
    pub fn with_at_once(mut self, at_once: usize) -> Self {
        self.at_once = at_once;
        self
    }

    /// Sets [`slow`](Self::slow).
    #[must_use]
    pub fn with_slow(mut self, slow: Duration) -> Self {
        self.slow = slow;
        self
    }
}
