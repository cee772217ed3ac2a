//! What a cache does for those who do not find a hot value: wait, decode, load, pack.
//!
//! The lock is held while deciding and never while working.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;

use enhanced_config_clock::Instant;

use crate::flight::{Flight, Work};
use crate::packed::Packed;
use crate::state::State;
use crate::tiers::{Arriving, Displaced, Found, Leaving};
use crate::{Cached, Compressible, ConfigCache};

/// What a call that did not find a hot value came to.
pub(crate) enum Outcome<'a, K: Hash + Eq + Clone, V: Compressible> {
    Found(Cached<V>),
    /// Nothing. With a job for a call that is to load the value for all others.
    Absent(Option<Job<'a, K, V>>),
}

/// What a call is to do next.
enum Step<'a, K: Hash + Eq + Clone, V: Compressible> {
    Return(Outcome<'a, K, V>),
    /// With a job for a call that does it for all others.
    Inflate(Option<Job<'a, K, V>>, Arc<Packed<V>>, Option<Instant>),
    LookAgain,
}

/// One piece of work that others may be waiting for. However it ends, they are woken.
pub(crate) struct Job<'a, K: Hash + Eq + Clone, V: Compressible> {
    cache: &'a ConfigCache<K, V>,
    key: K,
    flight: Flight,
    start: Instant,
    ended: bool,
}

/// Values on their way out of the hot tier. Those that are still here in the end, because packing one of them
/// panicked, are forgotten: nothing stays between the tiers.
struct Queue<'a, K: Hash + Eq + Clone, V: Compressible> {
    cache: &'a ConfigCache<K, V>,
    leaving: Vec<Leaving<K, V>>,
}

impl<K: Hash + Eq + Clone, V: Compressible> ConfigCache<K, V> {
    /// Looks again under the lock, decodes what is cold, and waits for those who are at it already. A call that `loads`
    /// waits for loaders, too, and gets a job if there is nothing.
    #[cold]
    pub(crate) fn find<Q>(&self, key: &Q, loads: bool) -> Outcome<'_, K, V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        let mut waited_for = None;
        loop {
            match self.step(key, loads, &mut waited_for) {
                Step::Return(outcome) => return outcome,
                Step::LookAgain => {}
                Step::Inflate(None, packed, _) => {
                    let value = packed.restore();
                    let counts = &mut self.state.lock().counts;
                    counts.cold_hits += u64::from(value.is_some());
                    counts.misses += u64::from(value.is_none());
                    return value
                        .map_or(Outcome::Absent(None), |value| Outcome::Found(Arc::new(value).into()));
                }
                Step::Inflate(Some(job), packed, expires) => {
                    if let Some(value) = self.inflate(job, packed, expires) {
                        return Outcome::Found(value);
                    }
                }
            }
        }
    }

    /// Runs the caller's loader, for all who wait if there is a job.
    pub(crate) fn load<A: Into<Arc<V>>, E>(
        &self,
        job: Option<Job<'_, K, V>>,
        load: impl FnOnce() -> Result<A, E>,
    ) -> Result<Cached<V>, E> {
        let value: Arc<V> = load()?.into();
        if let Some(job) = job {
            let arriving = self.arriving(job.key.clone(), &value, self.expiry(), None);
            self.pack(job.loaded(arriving));
        }
        Ok(value.into())
    }

    /// Packs what left the hot tier, and drops the rest.
    pub(crate) fn pack(&self, mut displaced: Displaced<K, V>) {
        let leaving = std::mem::take(&mut displaced.leaving);
        drop(displaced);
        let mut queue = Queue { cache: self, leaving };
        while let Some(leaving) = queue.leaving.last() {
            let start = self.clock.now();
            let packed = Packed::new(&*leaving.value, self.options.level);
            let took = self.clock.now() - start;
            if let Some(leaving) = queue.leaving.pop() {
                self.settle(&leaving, Some(packed), |state| {
                    state.counts.time.compressions += 1;
                    state.counts.time.compressing += took;
                });
            }
        }
    }

    fn settle(
        &self,
        leaving: &Leaving<K, V>,
        packed: Option<Packed<V>>,
        count: impl FnOnce(&mut State<K, V>),
    ) {
        let mut out = Displaced::default();
        let mut state = self.state.lock();
        count(&mut state);
        state.tiers.settle(leaving, packed.map(Arc::new), &mut out);
        drop(state);
        drop(out);
    }

    fn step<Q>(&self, key: &Q, loads: bool, waited_for: &mut Option<Work>) -> Step<'_, K, V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        // Before the lock, so that it is dropped after it.
        let mut out = Displaced::default();
        let mut state = self.state.lock();
        self.expire(key, &mut state, &mut out);
        let cold = match state.tiers.find(key) {
            Some(Found::Hot(entry)) => {
                state.counts.found(*waited_for);
                entry.touch(self.uses.now());
                return Step::Return(Outcome::Found(entry.cached()));
            }
            Some(Found::Between(value)) => {
                state.counts.found(*waited_for);
                return Step::Return(Outcome::Found(value.into()));
            }
            Some(Found::Cold(packed, expires)) => Some((packed, expires)),
            None => None,
        };
        let running = state.flights.of(key).filter(|flight| loads || flight.work == Work::Inflate);
        if let Some(flight) = running
            && state.flights.wait(key)
        {
            waited_for.get_or_insert(flight.work);
            state.counts.waits += 1;
            self.landed.wait(&mut state);
            state.flights.stop_waiting();
            return Step::LookAgain;
        }
        // Work that waits for this thread cannot be waited for: it is done a second time, and not kept.
        let known = running.is_none();
        match cold {
            Some((packed, expires)) => {
                let job = known.then(|| self.start(key, Work::Inflate, &mut state));
                Step::Inflate(job, packed, expires)
            }
            None => {
                state.counts.misses += 1;
                let job = (loads && known).then(|| self.start(key, Work::Load, &mut state));
                Step::Return(Outcome::Absent(job))
            }
        }
    }

    fn expire<Q>(&self, key: &Q, state: &mut State<K, V>, out: &mut Displaced<K, V>)
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        if self.options.time_to_live.is_some() && state.tiers.is_expired(key, self.clock.now()) {
            state.tiers.remove(key, out);
            state.counts.expired += 1;
        }
    }

    fn start<Q>(&self, key: &Q, work: Work, state: &mut State<K, V>) -> Job<'_, K, V>
    where
        Q: ToOwned<Owned = K> + ?Sized,
    {
        let flight = state.flights.start(key.to_owned(), work);
        Job { cache: self, key: key.to_owned(), flight, start: self.clock.now(), ended: false }
    }

    /// Decodes a cold value and makes it hot. `None` if it is damaged, or no longer what the key stands for.
    fn inflate(
        &self,
        job: Job<'_, K, V>,
        packed: Arc<Packed<V>>,
        expires: Option<Instant>,
    ) -> Option<Cached<V>> {
        let value = packed.restore().map(Arc::new);
        let arriving =
            value.as_ref().map(|value| self.arriving(job.key.clone(), value, expires, Some(packed)));
        let (counts, out) = job.inflated(arriving);
        self.pack(out);
        value.filter(|_| counts).map(Cached::from)
    }
}

impl<K: Hash + Eq + Clone, V: Compressible> Job<'_, K, V> {
    /// Publishes what was loaded, unless the key was changed meanwhile.
    fn loaded(mut self, arriving: Arriving<K, V>) -> Displaced<K, V> {
        let mut out = Displaced::default();
        let mut state = self.cache.state.lock();
        state.counts.loads += 1;
        if self.end(&mut state) {
            state.tiers.admit(arriving, self.cache.uses.step(), &mut out);
        }
        out
    }

    /// Publishes what was decoded, or forgets what could not be, unless the key was changed meanwhile; says whether
    /// it was not.
    fn inflated(mut self, arriving: Option<Arriving<K, V>>) -> (bool, Displaced<K, V>) {
        let mut out = Displaced::default();
        let mut state = self.cache.state.lock();
        state.counts.time.inflations += 1;
        let counts = self.end(&mut state);
        match arriving {
            Some(arriving) if counts => {
                state.counts.cold_hits += 1;
                state.tiers.admit(arriving, self.cache.uses.step(), &mut out);
            }
            None if counts => {
                state.counts.damaged += 1;
                state.tiers.remove(&self.key, &mut out);
            }
            _ => {}
        }
        (counts, out)
    }

    /// Ends the work; says whether it still counts.
    fn end(&mut self, state: &mut State<K, V>) -> bool {
        self.ended = true;
        let took = self.cache.clock.now() - self.start;
        match self.flight.work {
            Work::Load => state.counts.time.loading += took,
            Work::Inflate => state.counts.time.inflating += took,
        }
        self.cache.landed.notify_all();
        state.flights.finish(&self.key, self.flight)
    }
}

/// Those who wait try themselves when the work has failed.
impl<K: Hash + Eq + Clone, V: Compressible> Drop for Job<'_, K, V> {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let cache = self.cache;
        let mut state = cache.state.lock();
        if self.flight.work == Work::Load {
            state.counts.load_failures += 1;
        }
        self.end(&mut state);
    }
}

impl<K: Hash + Eq + Clone, V: Compressible> Drop for Queue<'_, K, V> {
    fn drop(&mut self) {
        while let Some(leaving) = self.leaving.pop() {
            self.cache.settle(&leaving, None, |_| {});
        }
    }
}
