use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::engine::Engine;
use super::{ConfigMonitor, Core};

/// A thread of somebody else's, on which a monitor does what it otherwise has one of its own for. Dropping it takes it
/// back: what is to go on goes on there.
#[must_use = "dropping it takes the thread back"]
pub struct LentThread {
    core: Arc<Core>,
    /// The thread must not keep monitoring going when nobody is left to ask.
    engine: Weak<Engine>,
    number: u64,
}

impl ConfigMonitor {
    /// Has intervals end on a thread that calls [`LentThread::run`]: when `wake` is called, which does not wait, and when the
    /// time has passed that it gave back. One thread is lent at a time, the latest.
    pub fn lend(&self, wake: impl Fn() + Send + Sync + 'static) -> LentThread {
        let number = self.engine.move_to(&self.core, Arc::new(wake));
        LentThread { core: Arc::clone(&self.core), engine: Arc::downgrade(&self.engine), number }
    }
}

impl LentThread {
    /// Does what is due, if anything is. Gives back how long nothing will be; `None` for until somebody wakes it.
    pub fn run(&self) -> Option<Duration> {
        let engine = self.engine.upgrade()?;
        engine.run(&self.core, self.number)
    }
}

impl Drop for LentThread {
    fn drop(&mut self) {
        if let Some(engine) = self.engine.upgrade() {
            engine.move_from(&self.core, self.number);
        }
    }
}

impl fmt::Debug for LentThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LentThread").field("number", &self.number).finish_non_exhaustive()
    }
}
