use super::{Event, Limited, Quota, gcra};
use crate::Observer;
use crate::sync::Mutex;
use enhanced_config_clock::Instant;
use std::borrow::Borrow;
use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};

/// Each shard has a lock of its own.
const SHARDS: usize = 16;

/// A [`RateLimiter`](crate::RateLimiter) for each key, as for each client, in bounded memory.
///
/// A key that has earned its whole burst again is forgotten when its place is needed: that changes nothing. If no key
/// has, keys that are not known share one limit of their shard, with the same quota, until one has: so whoever invents keys gets
/// nothing for it, and takes nothing from those who are known.
///
/// ```
/// use enhanced_config_clock::Instant;
/// use enhanced_config_fault_tolerance::{Quota, limiter::KeyedLimiter};
/// use std::time::Duration;
///
/// let limiter = KeyedLimiter::<String>::new(Quota::every(Duration::from_secs(1)), 10_000);
/// let now = Instant::default();
/// assert!(limiter.check("alice", now).is_ok());
/// assert!(limiter.check("alice", now).is_err());
/// assert!(limiter.check("bob", now).is_ok());
/// ```
pub struct KeyedLimiter<K, O: Observer<Event> = ()> {
    quota: Quota,
    /// In each shard.
    capacity: usize,
    shards: Box<[Mutex<Shard<K>>]>,
    hasher: RandomState,
    observer: O,
}

/// What there is to see of a limiter with keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeysSnapshot {
    /// How many keys are remembered.
    pub keys: usize,
    /// How many can be.
    pub capacity: usize,
    /// What is let through for each.
    pub quota: Quota,
}

struct Shard<K> {
    /// The theoretical arrival time of each key.
    arrivals: HashMap<K, u64>,
    /// That of all who found no place.
    others: u64,
    /// No key can be forgotten before.
    next_sweep: u64,
}

impl<K: Hash + Eq> KeyedLimiter<K> {
    /// A limiter that remembers up to about `capacity` keys, at least 16.
    #[must_use]
    pub fn new(quota: Quota, capacity: usize) -> Self {
        Self::with_observer(quota, capacity, ())
    }
}

impl<K: Hash + Eq, O: Observer<Event>> KeyedLimiter<K, O> {
    /// The same; tells `observer` what happens, though not to which key.
    #[must_use]
    pub fn with_observer(quota: Quota, capacity: usize, observer: O) -> Self {
        let hasher = RandomState::new();
        let shard = |_| {
            let arrivals = HashMap::with_hasher(hasher.clone());
            Mutex::new(Shard { arrivals, others: 0, next_sweep: 0 })
        };
        let shards = (0..SHARDS).map(shard).collect();
        Self { quota, capacity: capacity.div_ceil(SHARDS).max(1), shards, hasher, observer }
    }

    /// Asks for one for `key`. Allocates only for a key that is new.
    ///
    /// # Errors
    /// It has to wait.
    pub fn check<Q>(&self, key: &Q, now: Instant) -> Result<(), Limited>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        self.check_n(key, 1, now)
    }

    /// Asks for `count` at once for `key`, all or none; none are always let through.
    ///
    /// # Errors
    /// They have to wait, or are more than a burst.
    pub fn check_n<Q>(&self, key: &Q, count: u32, now: Instant) -> Result<(), Limited>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        let answer = if count == 0 { Ok(()) } else { self.pass(key, count, now.as_nanos()) };
        if let Err(limited) = answer {
            self.observer.event(&Event::Rejected(limited));
        }
        answer
    }

    fn pass<Q>(&self, key: &Q, count: u32, now: u64) -> Result<(), Limited>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        let Some(shard) = self.shards.get(self.shard(key)) else {
            // There are as many shards as there are remainders.
            return Ok(());
        };
        let mut shard = shard.lock();
        let known = shard.arrivals.get(key).copied();
        let has_place = known.is_some() || shard.has_place(self.capacity, now, self.quota.cost(1));
        let arrival = known.unwrap_or(if has_place { 0 } else { shard.others });
        let (next, _) = gcra::reserve(&self.quota, arrival, count, now, 0)?;
        match shard.arrivals.get_mut(key) {
            Some(arrival) => *arrival = next,
            None if has_place => {
                shard.arrivals.insert(key.to_owned(), next);
            }
            None => shard.others = next,
        }
        Ok(())
    }

    /// By bits that the map of a shard does not look at: with others, its keys would collide.
    fn shard<Q: Hash + ?Sized>(&self, key: &Q) -> usize {
        (self.hasher.hash_one(key) >> 40) as usize % SHARDS
    }

    /// What there is to see now.
    pub fn snapshot(&self) -> KeysSnapshot {
        let keys = self.shards.iter().map(|shard| shard.lock().arrivals.len()).sum();
        KeysSnapshot { keys, capacity: self.capacity * SHARDS, quota: self.quota }
    }
}

impl<K, O: Observer<Event>> fmt::Debug for KeyedLimiter<K, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedLimiter")
            .field("quota", &self.quota)
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

impl<K: Hash + Eq> Shard<K> {
    /// Whether there is room for another key, after forgetting those that have earned everything again.
    fn has_place(&mut self, capacity: usize, now: u64, interval: u64) -> bool {
        if self.arrivals.len() < capacity {
            return true;
        }
        // Looks at all of them when one is known to have, and at most once in an interval.
        if now >= self.next_sweep {
            self.arrivals.retain(|_, arrival| *arrival > now);
            let earliest = self.arrivals.values().copied().min().unwrap_or(0);
            self.next_sweep = earliest.max(now.saturating_add(interval));
        }
        self.arrivals.len() < capacity
    }
}
