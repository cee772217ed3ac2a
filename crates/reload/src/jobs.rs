use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use enhanced_config_clock::Instant;

use crate::shared::{Message, Shared};
use crate::{Follow, Trigger};

/// Attempts that are being made, each on a thread of its own, so that a slow callback of one configuration keeps no
/// other waiting.
#[derive(Default)]
pub(crate) struct Jobs(HashMap<Arc<str>, Job>);

struct Job {
    thread: JoinHandle<()>,
    follow: Arc<dyn Follow>,
    began: Instant,
    /// When it began, or was last told that it is slow.
    told: Instant,
    is_slow: bool,
}

impl Jobs {
    pub(crate) fn is_running(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// How many are being made that are not slow.
    pub(crate) fn brisk(&self) -> usize {
        self.0.values().filter(|job| !job.is_slow).count()
    }

    /// Begins an attempt; `false` when the system has no thread to give.
    pub(crate) fn begin(
        &mut self,
        shared: &Arc<Shared>,
        name: &Arc<str>,
        follow: &Arc<dyn Follow>,
        trigger: Trigger,
        now: Instant,
    ) -> bool {
        let job = (Arc::clone(shared), Arc::clone(name), Arc::clone(follow));
        let run = move || {
            let (shared, name, follow) = job;
            shared.enter_worker();
            // Callbacks are caught where they are called; whatever else panics must not leave the name waiting.
            let attempt = catch_unwind(AssertUnwindSafe(|| follow.follow(&trigger)));
            drop(follow);
            shared.leave_worker();
            shared.send(Message::Ended(name, attempt.ok()));
        };
        match Builder::new().name("config-reload".to_owned()).spawn(run) {
            Ok(thread) => {
                let job = Job { thread, follow: Arc::clone(follow), began: now, told: now, is_slow: false };
                self.0.insert(Arc::clone(name), job);
                true
            }
            Err(error) => {
                tracing::error!(config = &**name, "no thread to read it again: {error}");
                false
            }
        }
    }

    /// Takes note that an attempt has ended.
    pub(crate) fn end(&mut self, name: &str) {
        if let Some(job) = self.0.remove(name) {
            // Its last deed was to say so.
            let _ = job.thread.join();
        }
    }

    /// Tells those that are slow, every so often, and when to do so again.
    pub(crate) fn tell_slow(&mut self, now: Instant, slow: Duration) -> Option<Instant> {
        for job in self.0.values_mut().filter(|job| now - job.told >= slow) {
            job.is_slow = true;
            job.told = now;
            job.follow.slow(now - job.began);
        }
        self.0.values().map(|job| job.told + slow).min()
    }

    /// Waits for all.
    pub(crate) fn join(&mut self) {
        for (_, job) in self.0.drain() {
            let _ = job.thread.join();
        }
    }
}
