use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use arc_swap::ArcSwap;

use crate::sync::AtomicU64;

/// A value of any type that readers share.
pub(crate) type Shared = Arc<dyn Any + Send + Sync>;

/// What all handles of one board read between two swaps.
pub(crate) struct Edition {
    pub(crate) version: u64,
    /// By the number of the handle; anything where a handle has gone.
    values: Box<[Shared]>,
}

impl Edition {
    pub(crate) fn new(version: u64, values: &[Shared]) -> Self {
        Self { version, values: values.into() }
    }

    #[inline]
    #[expect(
        clippy::expect_used,
        reason = "a board shows no edition without the value of every living handle"
    )]
    pub(crate) fn value<T: 'static>(&self, index: usize) -> &T {
        self.values
            .get(index)
            .and_then(|value| value.downcast_ref())
            .expect("every edition has a value of its type for every living handle")
    }

    #[expect(clippy::expect_used, reason = "as for `value`")]
    pub(crate) fn shared<T: Send + Sync + 'static>(&self, index: usize) -> Arc<T> {
        self.values
            .get(index)
            .and_then(|value| Arc::clone(value).downcast().ok())
            .expect("every edition has a value of its type for every living handle")
    }
}

/// Where readers find the edition that is shown. Apart from the counts of its `Arc`, which handles write as they come
/// and go, so that readers do not wait for that cache line.
#[repr(align(128))]
pub(crate) struct Shown {
    /// The version of the edition that is shown or about to be: told first, so that whoever has seen an edition by one
    /// handle finds through any other that it changed.
    announced: AtomicU64,
    pub(crate) edition: ArcSwap<Edition>,
}

impl Shown {
    pub(crate) fn new(edition: Edition) -> Self {
        Self { announced: AtomicU64::new(edition.version), edition: ArcSwap::from_pointee(edition) }
    }

    /// Shows an edition; gives back the one before, for the caller to drop where that may take time. Callers take
    /// turns.
    pub(crate) fn show(&self, edition: Edition) -> Arc<Edition> {
        self.announced.store(edition.version, Ordering::Release);
        self.edition.swap(Arc::new(edition))
    }

    #[inline]
    pub(crate) fn announced(&self) -> u64 {
        self.announced.load(Ordering::Acquire)
    }
}
