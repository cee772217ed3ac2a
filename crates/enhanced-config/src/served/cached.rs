use std::sync::Arc;

use enhanced_config_cache::{CacheOptions, CacheStats, Cached, Compressible, ConfigCache};
use enhanced_config_layers::{Loaded, Unpacked};

use crate::snapshot::{Label, Snapshot};

/// A snapshot in the hands of a reader.
pub(crate) type Served = Cached<Snapshot>;

/// A snapshot that nobody else gets.
pub(crate) fn alone(snapshot: Snapshot) -> Served {
    Arc::new(snapshot).into()
}

/// All snapshots that are served: those in use decoded, the rest compressed or forgotten.
pub(crate) struct Shelf(ConfigCache<String, Snapshot>);

impl Shelf {
    pub(crate) fn new(options: CacheOptions) -> Self {
        Self(ConfigCache::new(options))
    }

    #[inline]
    pub(crate) fn get(&self, name: &str) -> Option<Served> {
        self.0.get(name)
    }

    /// As [`get`](Self::get), for the system's own looks: what a reader asks for is counted once.
    pub(crate) fn peek(&self, name: &str) -> Option<Served> {
        self.0.peek(name)
    }

    pub(crate) fn put(&self, name: &str, snapshot: Snapshot) -> Served {
        self.0.insert(name.to_owned(), Arc::new(snapshot))
    }

    pub(crate) fn stats(&self) -> CacheStats {
        self.0.stats()
    }
}

impl Compressible for Snapshot {
    type Kept = (Label, Unpacked);

    fn pack(&self) -> (Vec<u8>, Self::Kept) {
        let (bytes, rest) = self.loaded.pack();
        (bytes, (self.label.clone(), rest))
    }

    fn restore(bytes: &[u8], (label, rest): &Self::Kept) -> Option<Self> {
        let label = Label { reads: label.reads.restored(), ..label.clone() };
        Some(Self { label, loaded: Arc::new(Loaded::restore(bytes, rest)?) })
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.loaded.heap_bytes()
    }
}
