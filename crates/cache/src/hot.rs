use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use enhanced_config_clock::Instant;
use foldhash::fast::RandomState;

use crate::cached::{Cached, Replicas};

/// A decoded value as readers find it.
pub(crate) struct Entry<K, V> {
    key: K,
    pub(crate) value: Arc<V>,
    replicas: Replicas<V>,
    /// When it was used last, by the time that [`Uses`](crate::cache::Uses) tells.
    last_use: AtomicU64,
    /// No longer served from this moment on.
    pub(crate) expires: Option<Instant>,
}

impl<K, V> Entry<K, V> {
    pub(crate) fn new(
        key: K,
        value: Arc<V>,
        replicas: usize,
        used: u64,
        expires: Option<Instant>,
    ) -> Arc<Self> {
        let replicas = Replicas::new(&value, replicas);
        Arc::new(Self { key, value, replicas, last_use: AtomicU64::new(used), expires })
    }

    #[inline]
    pub(crate) fn cached(&self) -> Cached<V> {
        self.replicas.of_thread().unwrap_or_else(|| Arc::clone(&self.value).into())
    }

    pub(crate) fn last_use(&self) -> u64 {
        self.last_use.load(Ordering::Relaxed)
    }

    /// Notes that it is used now. Writes only what changed: many threads read this line.
    #[inline]
    pub(crate) fn touch(&self, now: u64) {
        if self.last_use() < now {
            self.last_use.store(now, Ordering::Relaxed);
        }
    }

    /// What an entry takes beside its value, in all tables.
    pub(crate) const fn overhead(replicas: usize) -> usize {
        size_of::<Self>() + Replicas::<V>::weight(replicas) + 256
    }
}

/// Where the decoded values are, for readers without a lock.
///
/// A hash table whose chains are immutable: a change replaces one chain, and whoever reads the one before goes on
/// reading it. The table does not grow; with more entries than it was made for, chains become longer.
///
/// Writers have to take turns.
pub(crate) struct HotIndex<K, V> {
    chains: Box<[ArcSwap<Chain<K, V>>]>,
    hasher: RandomState,
}

struct Chain<K, V>(Vec<Link<K, V>>);

struct Link<K, V> {
    hash: u64,
    entry: Arc<Entry<K, V>>,
}

impl<K, V> Clone for Link<K, V> {
    fn clone(&self) -> Self {
        Self { hash: self.hash, entry: Arc::clone(&self.entry) }
    }
}

impl<K: Hash + Eq, V> HotIndex<K, V> {
    /// For so many entries.
    pub(crate) fn new(entries: usize) -> Self {
        let chains = entries.clamp(16, 1 << 16).next_power_of_two();
        let empty = Arc::new(Chain(Vec::new()));
        let chains = (0..chains).map(|_| ArcSwap::new(Arc::clone(&empty))).collect();
        Self { chains, hasher: RandomState::default() }
    }

    /// What `read` makes of the entry of `key`, if there is one.
    #[inline]
    pub(crate) fn find<Q, R>(&self, key: &Q, read: impl FnOnce(&Entry<K, V>) -> Option<R>) -> Option<R>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let hash = self.hasher.hash_one(key);
        let chain = self.chain(hash)?.load();
        let link = chain.0.iter().find(|link| link.hash == hash && link.entry.key.borrow() == key)?;
        read(&link.entry)
    }

    /// Puts an entry in the place of the one with the same key, in one step for readers.
    pub(crate) fn put(&self, entry: Arc<Entry<K, V>>) {
        let hash = self.hasher.hash_one(&entry.key);
        let link = Link { hash, entry };
        self.replace(hash, &link.entry.key, Some(link.clone()));
    }

    pub(crate) fn remove(&self, key: &K) {
        self.replace(self.hasher.hash_one(key), key, None);
    }

    fn replace(&self, hash: u64, key: &K, new: Option<Link<K, V>>) {
        let Some(chain) = self.chain(hash) else { return };
        let old = chain.load();
        let others = old.0.iter().filter(|link| link.entry.key != *key).cloned();
        chain.store(Arc::new(Chain(others.chain(new).collect())));
    }

    #[inline]
    fn chain(&self, hash: u64) -> Option<&ArcSwap<Chain<K, V>>> {
        self.chains.get(hash as usize & self.chains.len().wrapping_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn entry(key: u32, value: u32) -> Arc<Entry<u32, u32>> {
        Entry::new(key, Arc::new(value), 1, 0, None)
    }

    #[test]
    fn long_chains_hold_what_a_map_holds() {
        let index = HotIndex::<u32, u32>::new(0);
        let mut model = HashMap::new();
        for step in 0..10_000u32 {
            let key = step.wrapping_mul(2_654_435_761) % 300;
            if step % 3 == 0 {
                index.remove(&key);
                model.remove(&key);
            } else {
                index.put(entry(key, step));
                model.insert(key, step);
            }
            assert_eq!(index.find(&key, |entry| Some(*entry.value)), model.get(&key).copied());
        }
        for key in 0..300 {
            assert_eq!(index.find(&key, |entry| Some(*entry.value)), model.get(&key).copied());
        }
    }

    #[test]
    fn an_entry_that_is_read_outlives_its_removal() {
        let index = HotIndex::<u32, u32>::new(16);
        index.put(entry(1, 10));
        let read = index.find(&1, |entry| {
            index.remove(&1);
            Some(entry.cached())
        });
        assert_eq!(*read.unwrap(), 10);
        assert!(index.find(&1, |_| Some(())).is_none());
    }
}
