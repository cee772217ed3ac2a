use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use enhanced_config_clock::Instant;

/// What else is done on the thread that watches.
pub(crate) struct Chore {
    run: Box<Run>,
    next: Option<Instant>,
}

/// Gives back when to be asked again at the latest.
pub(crate) type Run = dyn FnMut() -> Option<Duration> + Send;

impl Chore {
    pub(crate) fn new(run: Box<Run>) -> Self {
        Self { run, next: None }
    }

    /// Whether it may be asked again.
    pub(crate) fn run(&mut self, now: impl FnOnce() -> Instant) -> bool {
        let Ok(pause) = catch_unwind(AssertUnwindSafe(&mut self.run)) else {
            tracing::error!("what the thread that watches was asked to do panicked: it is not done again");
            return false;
        };
        self.next = pause.map(|pause| now() + pause);
        true
    }

    pub(crate) fn next(&self) -> Option<Instant> {
        self.next
    }
}
