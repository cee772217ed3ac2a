use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use parking_lot::Mutex;

use crate::snapshot::Snapshot;

/// A snapshot in the hands of a reader.
pub(crate) type Served = Arc<Snapshot>;

/// A snapshot that nobody else gets.
pub(crate) fn alone(snapshot: Snapshot) -> Served {
    Arc::new(snapshot)
}

/// All snapshots that are served.
#[derive(Default)]
pub(crate) struct Shelf {
    snapshots: ArcSwap<HashMap<Box<str>, Served>>,
    /// Held while one is put in.
    putting: Mutex<()>,
}

impl Shelf {
    #[inline]
    pub(crate) fn get(&self, name: &str) -> Option<Served> {
        self.snapshots.load().get(name).cloned()
    }

    /// As [`get`](Self::get), for the system's own looks.
    pub(crate) fn peek(&self, name: &str) -> Option<Served> {
        self.get(name)
    }

    pub(crate) fn put(&self, name: &str, snapshot: Snapshot) -> Served {
        let _putting = self.putting.lock();
        let snapshot = Arc::new(snapshot);
        let mut snapshots = HashMap::clone(&self.snapshots.load());
        snapshots.insert(name.into(), Arc::clone(&snapshot));
        self.snapshots.store(Arc::new(snapshots));
        snapshot
    }
}
