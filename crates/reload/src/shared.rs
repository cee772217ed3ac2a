use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::ThreadId;

use parking_lot::Mutex;

use crate::chore::Run;
use crate::publish::is_inside_an_attempt;
use crate::watch::{Deaf, Waker};
use crate::{Attempt, Follow, Input};

/// What the thread that watches and everybody else know of each other.
pub(crate) struct Shared {
    inbox: Mutex<Vec<Message>>,
    waker: Waker,
    stopping: AtomicBool,
    /// The thread that watches.
    watcher: OnceLock<ThreadId>,
    /// The threads that make attempts.
    workers: Mutex<HashSet<ThreadId>>,
    deaf: Mutex<Option<Deaf>>,
    queued: AtomicUsize,
}

/// What the thread that watches is told.
pub(crate) enum Message {
    Follow(Arc<str>, Arc<dyn Follow>, Vec<Input>),
    Forget(Arc<str>),
    Chore(Box<Run>),
    /// None when the attempt panicked.
    Ended(Arc<str>, Option<Attempt>),
    /// Everything sent before is done: dropping the sender says so.
    Ready(SyncSender<()>),
}

impl Shared {
    pub(crate) fn new(waker: Waker) -> Self {
        Self {
            inbox: Mutex::default(),
            waker,
            stopping: AtomicBool::new(false),
            watcher: OnceLock::new(),
            workers: Mutex::default(),
            deaf: Mutex::default(),
            queued: AtomicUsize::new(0),
        }
    }

    /// Tells the thread that watches, unless it is told to stop.
    pub(crate) fn send(&self, message: Message) {
        let mut inbox = self.inbox.lock();
        if !self.is_stopping() {
            inbox.push(message);
        }
        drop(inbox);
        self.waker.wake();
    }

    /// What waits until everything sent so far is done, or the thread stops. That thread itself does not wait, nor does an
    /// attempt, which it may wait for: by way of whoever writes its log.
    pub(crate) fn ready(&self) -> impl FnOnce() + Send + use<> {
        let (ready, is_ready) = sync_channel(0);
        let waits = !self.is_watcher() && !is_inside_an_attempt();
        if waits {
            self.send(Message::Ready(ready));
        }
        move || {
            if waits {
                // Nothing is ever sent.
                let _ = is_ready.recv();
            }
        }
    }

    pub(crate) fn messages(&self) -> Vec<Message> {
        std::mem::take(&mut *self.inbox.lock())
    }

    pub(crate) fn wake(&self) {
        self.waker.wake();
    }

    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.waker.wake();
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// This thread is the one that watches.
    pub(crate) fn enter_watcher(&self) {
        let _ = self.watcher.set(std::thread::current().id());
    }

    fn is_watcher(&self) -> bool {
        self.watcher.get() == Some(&std::thread::current().id())
    }

    pub(crate) fn enter_worker(&self) {
        self.workers.lock().insert(std::thread::current().id());
    }

    pub(crate) fn leave_worker(&self) {
        self.workers.lock().remove(&std::thread::current().id());
    }

    /// Whether this is one of the threads that whoever ends them waits for.
    pub(crate) fn is_own_thread(&self) -> bool {
        self.is_watcher() || self.workers.lock().contains(&std::thread::current().id())
    }

    /// Why not all is heard; said once.
    pub(crate) fn set_deaf(&self, why: Deaf, poll_interval: std::time::Duration) {
        if self.deaf.lock().replace(why).is_none() {
            tracing::warn!("{why}; files are looked at every {poll_interval:.1?} instead");
        }
    }

    /// How many have an attempt to make that has not begun.
    pub(crate) fn set_queued(&self, names: usize) {
        self.queued.store(names, Ordering::Relaxed);
    }

    pub(crate) fn queued(&self) -> usize {
        self.queued.load(Ordering::Relaxed)
    }

    pub(crate) fn deaf(&self) -> Option<Deaf> {
        *self.deaf.lock()
    }
}
