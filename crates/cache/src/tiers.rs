//! Who is in which tier: the decisions, without the work of packing and loading.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use enhanced_config_clock::Instant;
use foldhash::fast::RandomState;
use serde::Serialize;

use crate::hot::{Entry, HotIndex};
use crate::packed::Packed;
use crate::{CacheOptions, Compressible, TierLimits};

/// Where a cache has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Tier {
    /// Decoded.
    Hot,
    /// Packed, or being packed.
    Cold,
}

/// The entries of both tiers and their order.
///
/// Whoever takes a value out of the hot tier gets a [`Leaving`] to pack, and brings it back by
/// [`settle`](Self::settle).
pub(crate) struct Tiers<K, V: Compressible> {
    index: Arc<HotIndex<K, V>>,
    slots: HashMap<K, Slot<K, V>, RandomState>,
    hot: BTreeMap<Rank, K>,
    cold: BTreeMap<Rank, K>,
    /// The hot values whose packed bytes are still in the cold tier, so that they become cold for nothing; by id, so
    /// that the one that was promoted last comes last.
    copies: BTreeMap<u64, K>,
    hot_limits: TierLimits,
    cold_limits: TierLimits,
    pub(crate) tally: Tally,
    replicas: usize,
    next_id: u64,
}

/// What both tiers hold, and how many entries each gave up.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) hot: Usage,
    pub(crate) cold: Usage,
    pub(crate) copies: usize,
    /// Bytes in the cold tier, as stored and before compression.
    pub(crate) stored: usize,
    pub(crate) raw: usize,
    pub(crate) hot_evictions: u64,
    pub(crate) cold_evictions: u64,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    pub(crate) bytes: usize,
    pub(crate) entries: usize,
}

/// The order of a tier: by last use, and by age among those that were last used at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    used: u64,
    id: u64,
}

struct Slot<K, V: Compressible> {
    /// Where it stands in the order of its tier. A hot entry may have been used since.
    rank: Rank,
    place: Place<K, V>,
    expires: Option<Instant>,
}

enum Place<K, V: Compressible> {
    Hot {
        entry: Arc<Entry<K, V>>,
        weight: usize,
        copy: Option<Arc<Packed<V>>>,
    },
    /// Being packed, and in no tier.
    Between(Arc<V>),
    Cold(Arc<Packed<V>>),
}

/// What is found at a key.
pub(crate) enum Found<K, V: Compressible> {
    Hot(Arc<Entry<K, V>>),
    Between(Arc<V>),
    Cold(Arc<Packed<V>>, Option<Instant>),
}

/// A value to put in.
pub(crate) struct Arriving<K, V: Compressible> {
    pub(crate) key: K,
    pub(crate) value: Arc<V>,
    pub(crate) weight: usize,
    pub(crate) expires: Option<Instant>,
    /// Its packed bytes, if it comes from the cold tier.
    pub(crate) copy: Option<Arc<Packed<V>>>,
}

/// A value that is not hot any more, or never was, and is to be packed.
pub(crate) struct Leaving<K, V> {
    pub(crate) key: K,
    pub(crate) value: Arc<V>,
    id: u64,
}

/// What a change displaced. Values take long to drop and may call the cache when they are, so this has to go after
/// the lock.
#[must_use = "has to be dropped after the lock"]
pub(crate) struct Displaced<K, V: Compressible> {
    pub(crate) leaving: Vec<Leaving<K, V>>,
    places: Vec<Place<K, V>>,
    copies: Vec<Arc<Packed<V>>>,
}

impl<K, V: Compressible> Default for Displaced<K, V> {
    fn default() -> Self {
        Self { leaving: Vec::new(), places: Vec::new(), copies: Vec::new() }
    }
}

impl<K: Hash + Eq + Clone, V: Compressible> Tiers<K, V> {
    pub(crate) fn new(options: &CacheOptions, index: Arc<HotIndex<K, V>>, replicas: usize) -> Self {
        Self {
            index,
            slots: HashMap::default(),
            hot: BTreeMap::new(),
            cold: BTreeMap::new(),
            copies: BTreeMap::new(),
            hot_limits: options.hot,
            cold_limits: options.cold,
            tally: Tally::default(),
            replicas,
            next_id: 0,
        }
    }

    pub(crate) fn find<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<Found<K, V>>
    where
        K: Borrow<Q>,
    {
        let slot = self.slots.get(key)?;
        Some(match &slot.place {
            Place::Hot { entry, .. } => Found::Hot(Arc::clone(entry)),
            Place::Between(value) => Found::Between(Arc::clone(value)),
            Place::Cold(packed) => Found::Cold(Arc::clone(packed), slot.expires),
        })
    }

    pub(crate) fn is_expired<Q: Hash + Eq + ?Sized>(&self, key: &Q, now: Instant) -> bool
    where
        K: Borrow<Q>,
    {
        let expires = self.slots.get(key).and_then(|slot| slot.expires);
        expires.is_some_and(|expires| expires <= now)
    }

    pub(crate) fn tier<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<Tier>
    where
        K: Borrow<Q>,
    {
        self.slots.get(key).map(|slot| match slot.place {
            Place::Hot { .. } => Tier::Hot,
            Place::Between(_) | Place::Cold(_) => Tier::Cold,
        })
    }

    /// Puts a value in the place of the one with the same key: in the hot tier if that can hold it, otherwise in the
    /// cold one. This counts as a use at the time `used`.
    pub(crate) fn admit(&mut self, arriving: Arriving<K, V>, used: u64, out: &mut Displaced<K, V>) {
        self.detach(&arriving.key, out);
        let rank = self.rank(used);
        if !self.hot_limits.can_hold(arriving.weight) {
            return self.pass_by(arriving, rank, out);
        }
        while !self.hot_limits.has_room(self.tally.hot, arriving.weight) {
            if !self.evict_hot(out) {
                break;
            }
        }
        let Arriving { key, value, weight, expires, copy } = arriving;
        let copy = copy.and_then(|copy| self.add_copy(copy, out));
        let entry = Entry::new(key.clone(), value, self.replicas, used, expires);
        self.index.put(Arc::clone(&entry));
        self.tally.hot.add(weight);
        self.hot.insert(rank, key.clone());
        if copy.is_some() {
            self.tally.copies += 1;
            self.copies.insert(rank.id, key.clone());
        }
        self.slots.insert(key, Slot { rank, place: Place::Hot { entry, weight, copy }, expires });
    }

    /// Brings a value that left the hot tier to the cold one, unless the key has changed since. Without packed bytes
    /// it is forgotten.
    pub(crate) fn settle(
        &mut self,
        leaving: &Leaving<K, V>,
        packed: Option<Arc<Packed<V>>>,
        out: &mut Displaced<K, V>,
    ) {
        let Some(slot) = self.slots.get(&leaving.key) else { return };
        if slot.rank.id != leaving.id || !matches!(slot.place, Place::Between(_)) {
            return;
        }
        let Some(slot) = self.slots.remove(&leaving.key) else { return };
        out.places.push(slot.place);
        if let Some(packed) = packed {
            self.add_cold(leaving.key.clone(), slot.rank, slot.expires, packed, out);
        }
    }

    /// Forgets a key; says whether there was anything.
    pub(crate) fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q, out: &mut Displaced<K, V>) -> bool
    where
        K: Borrow<Q>,
    {
        let Some((key, _)) = self.slots.get_key_value(key) else { return false };
        let key = key.clone();
        self.detach(&key, out);
        self.index.remove(&key);
        true
    }

    /// Forgets all; says how many there were.
    pub(crate) fn clear(&mut self, out: &mut Displaced<K, V>) -> u64 {
        let keys: Vec<K> = self.slots.keys().cloned().collect();
        keys.iter().map(|key| u64::from(self.remove(key, out))).sum()
    }

    /// Takes a key out of all but the index.
    fn detach(&mut self, key: &K, out: &mut Displaced<K, V>) {
        let Some(Slot { rank, place, .. }) = self.slots.remove(key) else { return };
        match &place {
            Place::Hot { weight, copy, .. } => {
                self.tally.hot.sub(*weight);
                self.hot.remove(&rank);
                if let Some(copy) = copy {
                    self.tally.remove_copy(copy);
                    self.copies.remove(&rank.id);
                }
            }
            Place::Between(_) => {}
            Place::Cold(packed) => {
                self.tally.remove_stored(packed);
                self.cold.remove(&rank);
            }
        }
        out.places.push(place);
    }

    /// For a value that the hot tier cannot hold.
    fn pass_by(&mut self, arriving: Arriving<K, V>, rank: Rank, out: &mut Displaced<K, V>) {
        let Arriving { key, value, expires, copy, .. } = arriving;
        self.index.remove(&key);
        match copy {
            Some(packed) => self.add_cold(key, rank, expires, packed, out),
            None => {
                self.leave(key, Slot { rank, place: Place::Between(Arc::clone(&value)), expires }, value, out)
            }
        }
    }

    /// The packed bytes of a value that becomes hot, if there is room for them beside what is only cold.
    fn add_copy(&mut self, copy: Arc<Packed<V>>, out: &mut Displaced<K, V>) -> Option<Arc<Packed<V>>> {
        while !self.cold_limits.has_room(self.tally.cold, copy.weight()) {
            if !self.drop_copy(out) {
                out.copies.push(copy);
                return None;
            }
        }
        self.tally.add_stored(&copy);
        Some(copy)
    }

    fn add_cold(
        &mut self,
        key: K,
        rank: Rank,
        expires: Option<Instant>,
        packed: Arc<Packed<V>>,
        out: &mut Displaced<K, V>,
    ) {
        if !self.cold_limits.can_hold(packed.weight()) {
            self.tally.cold_evictions += 1;
            out.copies.push(packed);
            return;
        }
        while !self.cold_limits.has_room(self.tally.cold, packed.weight()) {
            if !self.drop_copy(out) && !self.evict_cold(out) {
                break;
            }
        }
        self.tally.add_stored(&packed);
        self.cold.insert(rank, key.clone());
        self.slots.insert(key, Slot { rank, place: Place::Cold(packed), expires });
    }

    /// Makes the hot entry that was used least recently cold.
    fn evict_hot(&mut self, out: &mut Displaced<K, V>) -> bool {
        let Some(key) = self.pop_oldest() else { return false };
        let Some(Slot { rank, place, expires }) = self.slots.remove(&key) else { return false };
        let Place::Hot { entry, weight, copy } = place else { return false };
        self.index.remove(&key);
        self.tally.hot.sub(weight);
        self.tally.hot_evictions += 1;
        let value = Arc::clone(&entry.value);
        match copy {
            Some(packed) => {
                self.tally.copies -= 1;
                self.copies.remove(&rank.id);
                self.cold.insert(rank, key.clone());
                self.slots.insert(key, Slot { rank, place: Place::Cold(packed), expires });
            }
            None => {
                self.leave(key, Slot { rank, place: Place::Between(Arc::clone(&value)), expires }, value, out)
            }
        }
        out.places.push(Place::Hot { entry, weight, copy: None });
        true
    }

    /// The key of the hot entry that was used least recently, which is taken out of the order.
    ///
    /// Readers do not touch the order, they only note the time of use in the entry. An entry that turns out to have
    /// been used since it got its place gets the place that it deserves; one whose place is still right is the oldest.
    fn pop_oldest(&mut self) -> Option<K> {
        // Readers that go on reading must not keep this going for ever.
        let mut patience = self.hot.len();
        loop {
            let (rank, key) = self.hot.pop_first()?;
            let slot = self.slots.get_mut(&key)?;
            let used = match &slot.place {
                Place::Hot { entry, .. } => entry.last_use(),
                Place::Between(_) | Place::Cold(_) => rank.used,
            };
            slot.rank.used = used;
            if used == rank.used || patience == 0 {
                return Some(key);
            }
            self.hot.insert(slot.rank, key);
            patience -= 1;
        }
    }

    fn leave(&mut self, key: K, slot: Slot<K, V>, value: Arc<V>, out: &mut Displaced<K, V>) {
        if !self.cold_limits.can_hold(0) {
            out.places.push(slot.place);
            return;
        }
        out.leaving.push(Leaving { key: key.clone(), value, id: slot.rank.id });
        self.slots.insert(key, slot);
    }

    /// Gives up the packed bytes of the hot value that was promoted last: it will be the last to need them.
    fn drop_copy(&mut self, out: &mut Displaced<K, V>) -> bool {
        let Some((_, key)) = self.copies.pop_last() else { return false };
        let place = self.slots.get_mut(&key).map(|slot| &mut slot.place);
        if let Some(Place::Hot { copy, .. }) = place
            && let Some(copy) = copy.take()
        {
            self.tally.remove_copy(&copy);
            out.copies.push(copy);
        }
        true
    }

    /// Forgets the cold entry that was used least recently.
    fn evict_cold(&mut self, out: &mut Displaced<K, V>) -> bool {
        let Some((_, key)) = self.cold.pop_first() else { return false };
        let Some(slot) = self.slots.remove(&key) else { return false };
        if let Place::Cold(packed) = &slot.place {
            self.tally.remove_stored(packed);
            self.tally.cold_evictions += 1;
        }
        out.places.push(slot.place);
        true
    }

    fn rank(&mut self, used: u64) -> Rank {
        self.next_id += 1;
        Rank { used, id: self.next_id }
    }
}

impl TierLimits {
    /// Whether an entry of this weight fits into an empty tier.
    fn can_hold(&self, weight: usize) -> bool {
        self.entries > 0 && self.bytes > 0 && weight <= self.bytes
    }

    fn has_room(&self, usage: Usage, weight: usize) -> bool {
        usage.entries < self.entries && usage.bytes.saturating_add(weight) <= self.bytes
    }
}

impl Usage {
    fn add(&mut self, weight: usize) {
        self.bytes += weight;
        self.entries += 1;
    }

    fn sub(&mut self, weight: usize) {
        self.bytes -= weight;
        self.entries -= 1;
    }
}

impl Tally {
    fn add_stored<V: Compressible>(&mut self, packed: &Packed<V>) {
        self.cold.add(packed.weight());
        self.stored += packed.length();
        self.raw += packed.raw_length();
    }

    fn remove_stored<V: Compressible>(&mut self, packed: &Packed<V>) {
        self.cold.sub(packed.weight());
        self.stored -= packed.length();
        self.raw -= packed.raw_length();
    }

    fn remove_copy<V: Compressible>(&mut self, packed: &Packed<V>) {
        self.remove_stored(packed);
        self.copies -= 1;
    }
}
