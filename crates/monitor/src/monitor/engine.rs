use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{Core, lock};

/// The thread that does what is due at every interval.
#[derive(Default)]
pub(super) struct Engine {
    running: Mutex<Option<Running>>,
}

struct Running {
    stop: Arc<Stop>,
    thread: JoinHandle<()>,
}

/// Whether to stop, and what wakes who waits for the next interval.
#[derive(Default)]
struct Stop {
    asked: Mutex<bool>,
    wake: Condvar,
}

impl Engine {
    pub(super) fn start(&self, core: Arc<Core>, interval: Duration) -> io::Result<()> {
        let mut running = lock(&self.running);
        if running.as_ref().is_some_and(|running| !running.thread.is_finished()) {
            return Ok(());
        }
        let (stop, interval) = (Arc::new(Stop::default()), interval.max(Duration::from_millis(1)));
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
        *running = Some(Running { stop, thread });
        Ok(())
    }

    pub(super) fn stop(&self) {
        let Some(running) = lock(&self.running).take() else { return };
        *lock(&running.stop.asked) = true;
        running.stop.wake.notify_all();
        // A callback that stops what calls it cannot wait for itself.
        if running.thread.thread().id() != thread::current().id() {
            // It runs nothing that can panic but callbacks, whose panics it catches.
            let _ = running.thread.join();
        }
    }

    pub(super) fn is_running(&self) -> bool {
        lock(&self.running).as_ref().is_some_and(|running| !running.thread.is_finished())
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop();
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
