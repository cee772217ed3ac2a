use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use enhanced_config_clock::{Clock, Instant, SystemClock};
use enhanced_config_meter::Counter;
use parking_lot::{Condvar, Mutex};

use crate::hot::{Entry, HotIndex};
use crate::packed::Packed;
use crate::state::State;
use crate::tiers::{Arriving, Displaced, Found, Tier, Tiers};
use crate::work::Outcome;
use crate::{CacheOptions, CacheStats, Cached, Compressible};

/// A cache of values by name, in two tiers. Shared by reference or in an `Arc`, from any thread.
///
/// **Reading.** A hit in the hot tier takes no lock and allocates nothing. Anything else takes a lock for as long as a
/// few tables are changed; packing, restoring and loading run without it. Whatever many threads miss at once is done
/// once: the others wait for it.
///
/// **Limits** hold at every moment. An entry is put in after others have made room for it. A value that is on its way
/// from one tier to the other is in neither: each thread that puts something in carries what it displaced until it
/// returns, and nothing else is held beside the tiers. A value that the hot tier cannot hold even alone goes to the
/// cold one at once, and is decoded at each use. What neither can hold is not kept: whoever put it in has it.
///
/// **Order.** What was used least recently leaves the hot tier for the cold one, and that one for good. Uses count as
/// simultaneous if no value became hot between them and fewer than 256 uses by one thread: so much is a reader spared
/// to tell others. Among values last used at the same time the one that became hot first leaves first.
///
/// **Copies.** When a cold value becomes hot again, its packed bytes stay in the cold tier as long as nothing else
/// needs the room, so that packing is paid for once. They leave before anything that is only there.
pub struct ConfigCache<K, V: Compressible> {
    index: Arc<HotIndex<K, V>>,
    hits: Counter,
    pub(crate) uses: Uses,
    pub(crate) options: CacheOptions,
    /// What an entry weighs beside its value.
    overhead: usize,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) state: Mutex<State<K, V>>,
    /// Some work has ended, or no longer counts.
    pub(crate) landed: Condvar,
}

/// The time by which uses are ordered: it goes on when a value becomes hot, and every [`SIMULTANEOUS`] hits of a
/// thread. Alone on its cache lines, which all readers read.
#[repr(align(128))]
pub(crate) struct Uses(AtomicU64);

const SIMULTANEOUS: u64 = 256;

/// A power of two. Threads that share a replica wait for each other, so up to eight never do, whatever the numbers that
/// they got; as many as there are processors would do only if the threads that run had neighbouring ones.
const REPLICAS: usize = 8;

impl Uses {
    /// The time of a use now.
    #[inline]
    pub(crate) fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// A moment that is later than any use before it, and earlier than any after it.
    pub(crate) fn step(&self) -> u64 {
        self.0.fetch_add(2, Ordering::Relaxed) + 1
    }
}

impl<K: Hash + Eq + Clone, V: Compressible> ConfigCache<K, V> {
    /// An empty cache that tells the time by the machine's clock.
    pub fn new(options: CacheOptions) -> Self {
        Self::with_clock(options, Arc::new(SystemClock))
    }

    /// An empty cache. The clock is asked for the age of entries, if there is a time to live, and for the time that
    /// work takes.
    pub fn with_clock(options: CacheOptions, clock: Arc<dyn Clock>) -> Self {
        let index = Arc::new(HotIndex::new(options.hot.entries));
        let tiers = Tiers::new(&options, Arc::clone(&index), REPLICAS);
        Self {
            index,
            hits: Counter::new(),
            uses: Uses(AtomicU64::new(0)),
            options,
            overhead: Entry::<K, V>::overhead(REPLICAS),
            clock,
            state: Mutex::new(State::new(tiers)),
            landed: Condvar::new(),
        }
    }

    /// The value of `key`. Waits if another thread is just decoding it, and not if one is loading it.
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<Cached<V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        if let Some(hit) = self.get_hot(key) {
            return Some(hit);
        }
        match self.find(key, false) {
            Outcome::Found(value) => Some(value),
            Outcome::Absent(_) => None,
        }
    }

    /// The value of `key`, for whoever looks beside or behind a call that was counted: neither a request nor a use, and
    /// what is cold stays cold. One that is too old is none.
    pub fn peek<Q>(&self, key: &Q) -> Option<Cached<V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let found = {
            let state = self.state.lock();
            let is_old = self.options.time_to_live.is_some() && state.tiers.is_expired(key, self.clock.now());
            if is_old { None } else { state.tiers.find(key) }
        };
        match found? {
            Found::Hot(entry) => Some(entry.cached()),
            Found::Between(value) => Some(value.into()),
            Found::Cold(packed, _) => packed.restore().map(|value| Arc::new(value).into()),
        }
    }

    /// The value of `key`, which `load` makes if there is none. While one thread loads, the others that ask for the
    /// same key wait. If it fails, they try themselves, one after another.
    ///
    /// No lock is held while `load` runs, and it may use the cache. Where waiting would close a circle of threads that
    /// wait for each other, the last one loads for itself; that value is not kept.
    ///
    /// A value that was invalidated or replaced while `load` ran is returned, and not kept.
    ///
    /// # Errors
    /// What `load` says.
    #[inline]
    pub fn get_or_load<Q, A, E>(&self, key: &Q, load: impl FnOnce() -> Result<A, E>) -> Result<Cached<V>, E>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        A: Into<Arc<V>>,
    {
        if let Some(hit) = self.get_hot(key) {
            return Ok(hit);
        }
        match self.find(key, true) {
            Outcome::Found(value) => Ok(value),
            Outcome::Absent(job) => self.load(job, load),
        }
    }

    /// Puts a value in the place of whatever is there, in one step for readers, and gives it back as they get it.
    pub fn insert(&self, key: K, value: impl Into<Arc<V>>) -> Cached<V> {
        let value = value.into();
        let arriving = self.arriving(key, &value, self.expiry(), None);
        let mut out = Displaced::default();
        let mut state = self.state.lock();
        state.flights.cancel(&arriving.key);
        state.tiers.admit(arriving, self.uses.step(), &mut out);
        drop(state);
        self.landed.notify_all();
        self.pack(out);
        value.into()
    }

    /// Forgets the value of `key`; says whether there was one. Whoever asks from now on does not get it, nor one that
    /// is just being loaded.
    pub fn invalidate<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let mut out = Displaced::default();
        let mut state = self.state.lock();
        state.flights.cancel(key);
        let was_there = state.tiers.remove(key, &mut out);
        state.counts.invalidated += u64::from(was_there);
        drop(state);
        self.landed.notify_all();
        drop(out);
        was_there
    }

    /// Forgets all values, those that are just being loaded included.
    pub fn invalidate_all(&self) {
        let mut out = Displaced::default();
        let mut state = self.state.lock();
        state.flights.cancel_all();
        let forgotten = state.tiers.clear(&mut out);
        state.counts.invalidated += forgotten;
        drop(state);
        self.landed.notify_all();
        drop(out);
    }

    /// Where the value of `key` is. Does not count as a use, and does not look at its age.
    pub fn tier<Q>(&self, key: &Q) -> Option<Tier>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.state.lock().tiers.tier(key)
    }

    /// What the cache holds and has done.
    pub fn stats(&self) -> CacheStats {
        self.state.lock().stats(self.hits.get(), &self.options)
    }

    #[inline]
    fn get_hot<Q>(&self, key: &Q) -> Option<Cached<V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.index.find(key, |entry| {
            if entry.expires.is_some_and(|expires| expires <= self.clock.now()) {
                return None;
            }
            entry.touch(self.uses.now());
            if self.hits.increment().is_multiple_of(SIMULTANEOUS) {
                self.uses.step();
            }
            Some(entry.cached())
        })
    }

    /// A value on its way in.
    pub(crate) fn arriving(
        &self,
        key: K,
        value: &Arc<V>,
        expires: Option<Instant>,
        copy: Option<Arc<Packed<V>>>,
    ) -> Arriving<K, V> {
        let weight = value.weight().saturating_add(self.overhead);
        Arriving { key, value: Arc::clone(value), weight, expires, copy }
    }

    /// When an entry that is put in now is too old.
    pub(crate) fn expiry(&self) -> Option<Instant> {
        self.options.time_to_live.map(|time_to_live| self.clock.now() + time_to_live)
    }
}

/// What it holds in numbers; the keys and values may be secret.
impl<K, V: Compressible> fmt::Debug for ConfigCache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigCache").field("options", &self.options).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use enhanced_config_core::{Document, Layer, LayerKind};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    fn document() -> Document {
        Document::from_serialize(
            &[("a", 1)].into_iter().collect::<std::collections::BTreeMap<_, _>>(),
            Layer::new(LayerKind::Base, "a"),
        )
        .unwrap()
    }

    #[test]
    fn a_hot_get_takes_no_lock() {
        let cache = Arc::new(ConfigCache::<String, Document>::new(CacheOptions::default()));
        cache.insert("a".to_owned(), document());
        // The only lock there is.
        let _held = cache.state.lock();
        let (tell, told) = mpsc::channel();
        let reader = Arc::clone(&cache);
        thread::spawn(move || {
            // Crosses the counts at which readers move the time of uses on.
            let all = (0..1000).all(|_| reader.get("a").is_some());
            let loaded = reader.get_or_load("a", || Err::<Document, _>("loaded")).is_ok();
            tell.send(all && loaded)
        });
        assert_eq!(told.recv_timeout(Duration::from_secs(10)), Ok(true));
    }
}
