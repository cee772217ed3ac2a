use std::fmt;
use std::sync::Arc;

use crate::Live;

/// A [`Live`] value for one thread that reads it often: as long as nothing changes, a read is one atomic load of a
/// cache line that nobody writes.
///
/// It holds the value it read last, and lets go of it at the first read after a change.
pub struct Reader<T> {
    live: Live<T>,
    version: u64,
    value: Arc<T>,
}

impl<T: Send + Sync + 'static> Reader<T> {
    pub(crate) fn new(live: Live<T>) -> Self {
        let now = live.load();
        Self { version: now.version(), value: now.into_arc(), live }
    }

    /// The value now.
    #[inline]
    pub fn read(&mut self) -> &T {
        if self.live.shown.announced() != self.version {
            self.refresh();
        }
        &self.value
    }

    /// The version of what was read last.
    pub fn version(&self) -> u64 {
        self.version
    }

    #[cold]
    fn refresh(&mut self) {
        let now = self.live.load();
        self.version = now.version();
        self.value = now.into_arc();
    }
}

impl<T> Clone for Reader<T> {
    fn clone(&self) -> Self {
        Self { live: self.live.clone(), version: self.version, value: Arc::clone(&self.value) }
    }
}

/// The version; the value may be secret.
impl<T> fmt::Debug for Reader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("version", &self.version).finish_non_exhaustive()
    }
}
