use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use enhanced_config_meter::thread_number;

/// A value of a cache, to be kept as long as it is needed: it stays the same whatever happens to the cache.
///
/// Cheap to clone, like an `Arc`, and unlike one cheap to get for many threads at once: each has a reference counter
/// of its own to count in. Where an `Arc` is asked for, [`Cached::arc`] is one, whose counter all threads share.
pub struct Cached<V>(Arc<Replica<V>>);

/// One counter, alone on its cache lines.
struct Replica<V> {
    value: Arc<V>,
    /// Together with the two counters of the outer `Arc` this makes 128 bytes, so that wherever the allocator puts
    /// two replicas, their counters are not on one line, nor on a pair of lines that is fetched together.
    _apart: [usize; 13],
}

impl<V> Cached<V> {
    fn new(value: Arc<V>) -> Self {
        Self(Arc::new(Replica { value, _apart: [0; 13] }))
    }

    /// The value, shared with the cache.
    pub fn arc(&self) -> &Arc<V> {
        &self.0.value
    }

    /// Whether both came from one value, not only from equal ones.
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(self.arc(), other.arc())
    }
}

/// The same value with a counter of its own.
impl<V> From<Arc<V>> for Cached<V> {
    fn from(value: Arc<V>) -> Self {
        Self::new(value)
    }
}

impl<V> Clone for Cached<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V> Deref for Cached<V> {
    type Target = V;

    #[inline]
    fn deref(&self) -> &V {
        &self.0.value
    }
}

impl<V: fmt::Debug> fmt::Debug for Cached<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// The same value many times, for each thread to clone one that few others do.
pub(crate) struct Replicas<V>(Box<[Cached<V>]>);

impl<V> Replicas<V> {
    /// `count` is a power of two.
    pub(crate) fn new(value: &Arc<V>, count: usize) -> Self {
        Self((0..count).map(|_| Cached::new(Arc::clone(value))).collect())
    }

    /// The one for this thread.
    #[inline]
    pub(crate) fn of_thread(&self) -> Option<Cached<V>> {
        self.0.get(thread_number() & self.0.len().wrapping_sub(1)).cloned()
    }

    /// What `count` of them weigh, with what an allocator needs for each.
    pub(crate) const fn weight(count: usize) -> usize {
        count * (size_of::<Replica<V>>() + 2 * size_of::<usize>() + size_of::<Cached<V>>() + 16)
    }
}
