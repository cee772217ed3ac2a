use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use enhanced_config_monitor::{ConfigMeters, ReadResult};

/// Counts the reads of one configuration, from wherever they are served: part of what is read, so that nobody has to look
/// for it.
pub(crate) struct Reads {
    /// None where nobody wants to know.
    meters: Option<Arc<ConfigMeters>>,
    /// Whether what it is part of was compressed until the next read.
    is_restored: AtomicBool,
}

impl Reads {
    pub(super) const fn new(meters: Option<Arc<ConfigMeters>>) -> Self {
        Self { meters, is_restored: AtomicBool::new(false) }
    }

    /// Of what was compressed, and is not any more.
    #[cfg(feature = "cache")]
    pub(crate) fn restored(&self) -> Self {
        Self { is_restored: AtomicBool::new(true), ..self.clone() }
    }

    /// It was there.
    #[inline]
    pub(crate) fn hit(&self) {
        let Some(meters) = &self.meters else { return };
        // Nearly always false, and then not written: all threads read it.
        let is_cold =
            self.is_restored.load(Ordering::Relaxed) && self.is_restored.swap(false, Ordering::Relaxed);
        meters.read(if is_cold { ReadResult::Cold } else { ReadResult::Hot });
    }

    /// It had to be loaded.
    pub(crate) fn missed(&self) {
        if let Some(meters) = &self.meters {
            meters.read(ReadResult::Miss);
        }
    }
}

impl Clone for Reads {
    fn clone(&self) -> Self {
        Self::new(self.meters.clone())
    }
}
