use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{Core, lock};

/// A thread for nothing but the intervals of one monitor. Dropping it ends it and waits for it, unless on itself.
pub(super) struct OwnThread {
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

/// Whether to stop, and what wakes who waits for the next interval.
#[derive(Default)]
struct Stop {
    asked: Mutex<bool>,
    wake: Condvar,
}

impl OwnThread {
    /// The first interval ends at once.
    pub(super) fn start(core: Arc<Core>, interval: Duration) -> io::Result<Self> {
        let stop = Arc::new(Stop::default());
        let waiting = Arc::clone(&stop);
        let run = move || {
            tracing::info!(target: "enhanced_config::monitor", ?interval, "monitoring started");
            let mut due = Instant::now();
            while !waiting.wait_until(due) {
                core.tick();
                // What took longer than an interval does not have to be made up for.
                due = (due + interval).max(Instant::now());
            }
            tracing::info!(target: "enhanced_config::monitor", "monitoring stopped");
        };
        let thread = thread::Builder::new().name("config-monitor".into()).spawn(run)?;
        Ok(Self { stop, thread: Some(thread) })
    }

    pub(super) fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for OwnThread {
    fn drop(&mut self) {
        *lock(&self.stop.asked) = true;
        self.stop.wake.notify_all();
        // A callback that stops what calls it cannot wait for itself.
        let Some(thread) = self.thread.take().filter(|thread| thread.thread().id() != thread::current().id())
        else {
            return;
        };
        // It runs nothing that can panic but callbacks, whose panics it catches.
        let _ = thread.join();
    }
}

impl Stop {
    /// Whether it was asked for before `due`.
    fn wait_until(&self, due: Instant) -> bool {
        let mut asked = lock(&self.asked);
        loop {
            let left = due.saturating_duration_since(Instant::now());
            if *asked || left.is_zero() {
                return *asked;
            }
            asked = self.wake.wait_timeout(asked, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
