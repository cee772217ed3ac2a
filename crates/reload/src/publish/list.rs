use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use crate::publish::Callback;
use crate::sync::{AtomicBool, Mutex};

/// Callbacks of one kind, in the order in which they were registered.
pub(crate) struct List<F>(Mutex<Numbered<F>>);

/// By number, so that each of thousands is found when it ends.
struct Numbered<F> {
    next: u64,
    entries: BTreeMap<u64, Arc<Entry<F>>>,
}

/// One registered callback.
pub(crate) struct Entry<F> {
    pub(crate) callback: Callback,
    pub(crate) run: F,
    ended: AtomicBool,
}

/// A registered callback: dropping this ends it.
///
/// No call begins after that. One that another thread had begun goes on until it returns, and so does the callback
/// that ends itself. A subscription may outlive what it was registered with.
#[must_use = "dropping a subscription ends it"]
pub struct Subscription {
    end: Option<Box<dyn FnOnce() + Send + Sync>>,
}

impl Subscription {
    /// Leaves the callback registered for as long as there is something to tell it.
    pub fn detach(mut self) {
        self.end = None;
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            end();
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}

impl<F: Send + Sync + 'static> List<F> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Numbered { next: 0, entries: BTreeMap::new() })))
    }

    pub(crate) fn add(self: &Arc<Self>, callback: Callback, run: F) -> Subscription {
        let entry = Arc::new(Entry { callback, run, ended: AtomicBool::new(false) });
        let (list, weak) = (Arc::downgrade(self), Arc::downgrade(&entry));
        let mut numbered = self.0.lock();
        let number = numbered.next;
        numbered.next += 1;
        numbered.entries.insert(number, entry);
        Subscription { end: Some(Box::new(move || end(&list, number, &weak))) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.lock().entries.is_empty()
    }

    /// Those that are registered now.
    pub(crate) fn entries(&self) -> Vec<Arc<Entry<F>>> {
        self.0.lock().entries.values().cloned().collect()
    }
}

impl<F> Entry<F> {
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }
}

fn end<F>(list: &Weak<List<F>>, number: u64, entry: &Weak<Entry<F>>) {
    let Some(entry) = entry.upgrade() else { return };
    entry.ended.store(true, Ordering::Release);
    if let Some(list) = list.upgrade() {
        let removed = list.0.lock().entries.remove(&number);
        drop(removed);
    }
    // What a callback owns goes with `entry` here, after the lock: it may own subscriptions of this very list.
}
