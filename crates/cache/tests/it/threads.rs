//! What many threads do at once. Threads meet at barriers and channels, never by sleeping.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use enhanced_config_cache::{CacheOptions, Compressible, ConfigCache};

use crate::item::{ANY, Cache, Item, cache, entries};

/// Until so many threads wait for another's work.
fn until_waiting<V: Compressible>(cache: &ConfigCache<u32, V>, threads: u64) {
    while cache.stats().waits < threads {
        thread::yield_now();
    }
}

#[test]
fn many_that_miss_at_once_load_once() {
    let cache = cache(ANY, ANY);
    let loads = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let value = cache.get_or_load(&1, || {
                    until_waiting(&cache, 7);
                    Ok::<_, ()>(Item::new(loads.fetch_add(1, Ordering::Relaxed)))
                });
                assert_eq!(value.unwrap().number, 0);
            });
        }
    });
    let stats = cache.stats();
    assert_eq!((loads.into_inner(), stats.loads, stats.waits, stats.misses), (1, 1, 7, 8));
}

#[test]
fn those_who_wait_for_a_failing_loader_try_themselves() {
    let cache = cache(ANY, ANY);
    let tries = AtomicU32::new(0);
    let results: Vec<_> = thread::scope(|scope| {
        let ask = || {
            cache.get_or_load(&1, || match tries.fetch_add(1, Ordering::Relaxed) {
                0 => {
                    until_waiting(&cache, 3);
                    Err("first")
                }
                1 => Err("second"),
                number => Ok(Item::new(number)),
            })
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap().map(|item| item.number)).collect()
    });
    let count = |wanted| results.iter().filter(|result| **result == wanted).count();
    assert_eq!((count(Err("first")), count(Err("second")), count(Ok(2))), (1, 1, 2));
    assert_eq!(cache.stats().load_failures, 2);
}

#[test]
fn those_who_wait_for_a_panicking_loader_try_themselves() {
    let cache = cache(ANY, ANY);
    thread::scope(|scope| {
        let (started, wait) = channel();
        let cache = &cache;
        let load = move || -> Result<Item, ()> {
            started.send(()).unwrap();
            until_waiting(cache, 1);
            panic!("a loader that panics")
        };
        let first =
            scope.spawn(move || catch_unwind(AssertUnwindSafe(|| cache.get_or_load(&1, load))).is_err());
        wait.recv().unwrap();
        assert_eq!(cache.get_or_load(&1, || Ok::<_, ()>(Item::new(2))).unwrap().number, 2);
        assert!(first.join().unwrap());
    });
    assert_eq!(cache.get(&1).unwrap().number, 2);
}

/// Starts a load that ends when it is told to.
fn loading<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    cache: &'scope Cache,
    number: u32,
) -> (thread::ScopedJoinHandle<'scope, u32>, Receiver<()>, Sender<()>) {
    let (started, has_started) = channel();
    let (end, may_end) = channel::<()>();
    let load = move || {
        started.send(()).unwrap();
        may_end.recv().unwrap();
        Ok::<_, ()>(Item::new(number))
    };
    (scope.spawn(move || cache.get_or_load(&1, load).unwrap().number), has_started, end)
}

#[test]
fn what_was_invalidated_while_loading_is_not_published() {
    for everything in [false, true] {
        let cache = cache(ANY, ANY);
        thread::scope(|scope| {
            let (first, started, end) = loading(scope, &cache, 1);
            started.recv().unwrap();
            match everything {
                true => cache.invalidate_all(),
                false => drop(cache.invalidate(&1)),
            }
            // Whoever comes now does not wait for what is out of date already.
            let second = cache.get_or_load(&1, || Ok::<_, ()>(Item::new(2))).unwrap();
            end.send(()).unwrap();
            assert_eq!((first.join().unwrap(), second.number), (1, 2));
        });
        assert_eq!(cache.get(&1).unwrap().number, 2);
    }
}

#[test]
fn whoever_waited_for_a_load_that_was_invalidated_loads_again() {
    let cache = cache(ANY, ANY);
    thread::scope(|scope| {
        let (first, started, end) = loading(scope, &cache, 1);
        started.recv().unwrap();
        let waiting = scope.spawn(|| cache.get_or_load(&1, || Ok::<_, ()>(Item::new(2))).unwrap().number);
        until_waiting(&cache, 1);
        cache.invalidate(&1);
        assert_eq!(waiting.join().unwrap(), 2, "without waiting for the first to end");
        end.send(()).unwrap();
        assert_eq!(first.join().unwrap(), 1);
    });
    assert_eq!(cache.get(&1).unwrap().number, 2);
}

#[test]
fn what_was_put_in_while_loading_stays() {
    let cache = cache(ANY, ANY);
    thread::scope(|scope| {
        let (first, started, end) = loading(scope, &cache, 1);
        started.recv().unwrap();
        cache.insert(1, Item::new(3));
        end.send(()).unwrap();
        assert_eq!(first.join().unwrap(), 1);
    });
    assert_eq!(cache.get(&1).unwrap().number, 3);
}

#[test]
fn get_does_not_wait_for_a_loader() {
    let cache = cache(ANY, ANY);
    thread::scope(|scope| {
        let (first, started, end) = loading(scope, &cache, 1);
        started.recv().unwrap();
        assert!(cache.get(&1).is_none());
        end.send(()).unwrap();
        first.join().unwrap();
    });
}

#[test]
fn a_loader_may_use_the_cache() {
    let cache = cache(ANY, ANY);
    let inner = || cache.get_or_load(&2, || Ok::<_, ()>(Item::new(2))).map(|item| item.number);
    let outer = cache.get_or_load(&1, || Ok::<_, ()>(Item::new(10 + inner()?))).unwrap();
    assert_eq!((outer.number, cache.stats().hot.entries), (12, 2));
}

#[test]
fn a_loader_that_asks_for_its_own_key_gets_an_answer() {
    let cache = cache(ANY, ANY);
    let inner = || cache.get_or_load(&1, || Ok::<_, ()>(Item::new(1))).map(|item| item.number);
    let outer = cache.get_or_load(&1, || Ok::<_, ()>(Item::new(10 + inner()?))).unwrap();
    assert_eq!((outer.number, cache.get(&1).unwrap().number), (11, 11));
}

#[test]
fn loaders_that_need_each_other_get_an_answer() {
    let cache = cache(ANY, ANY);
    let both_load = Barrier::new(2);
    let load = |mine: u32, other: u32| {
        let inner = || cache.get_or_load(&other, || Ok::<_, ()>(Item::new(100))).map(|item| item.number);
        let outer = cache.get_or_load(&mine, || {
            both_load.wait();
            Ok::<_, ()>(Item::new(inner()? + mine))
        });
        outer.unwrap().number
    };
    let (one, two) = thread::scope(|scope| {
        let one = scope.spawn(|| load(1, 2));
        let two = scope.spawn(|| load(2, 1));
        (one.join().unwrap(), two.join().unwrap())
    });
    // One of them closed the circle and helped itself; the other waited for it.
    assert!(matches!((one, two), (101, 103) | (103, 102)), "{one} {two}");
}

/// A value that tells when it is restored, and waits.
struct Slow {
    gate: Arc<Gate>,
}

#[derive(Default)]
struct Gate {
    restored: AtomicU32,
    packing_panics: AtomicBool,
    /// Runs while a value is restored.
    meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Compressible for Slow {
    type Kept = Arc<Gate>;

    fn pack(&self) -> (Vec<u8>, Self::Kept) {
        assert!(!self.gate.packing_panics.load(Ordering::Relaxed), "packing that panics");
        (vec![1, 2, 3], Arc::clone(&self.gate))
    }

    fn restore(_: &[u8], gate: &Self::Kept) -> Option<Self> {
        gate.restored.fetch_add(1, Ordering::Relaxed);
        let meanwhile = gate.meanwhile.lock().unwrap().take();
        if let Some(run) = meanwhile {
            run();
        }
        Some(Self { gate: Arc::clone(gate) })
    }

    fn weight(&self) -> usize {
        100
    }
}

/// A cache with a cold value at 1.
fn slow() -> (Arc<ConfigCache<u32, Slow>>, Arc<Gate>) {
    let gate = Arc::new(Gate::default());
    let cache = Arc::new(ConfigCache::new(CacheOptions::default().with_hot(entries(1))));
    cache.insert(1, Slow { gate: Arc::clone(&gate) });
    cache.insert(2, Slow { gate: Arc::clone(&gate) });
    (cache, gate)
}

#[test]
fn many_that_find_a_cold_value_decode_it_once() {
    let (cache, gate) = slow();
    let watched = Arc::clone(&cache);
    *gate.meanwhile.lock().unwrap() = Some(Box::new(move || until_waiting(&watched, 7)));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert!(cache.get(&1).is_some()));
        }
    });
    let stats = cache.stats();
    assert_eq!((gate.restored.load(Ordering::Relaxed), stats.cold.hits, stats.waits), (1, 8, 7));
}

#[test]
fn what_was_invalidated_while_decoding_is_not_served() {
    let (cache, gate) = slow();
    let other = Arc::clone(&cache);
    *gate.meanwhile.lock().unwrap() = Some(Box::new(move || assert!(other.invalidate(&1))));
    assert!(cache.get(&1).is_none());
    assert!(cache.tier(&1).is_none());
}

#[test]
fn decoding_that_asks_for_its_own_key_gets_an_answer() {
    let (cache, gate) = slow();
    let other = Arc::clone(&cache);
    *gate.meanwhile.lock().unwrap() = Some(Box::new(move || assert!(other.get(&1).is_some())));
    assert!(cache.get(&1).is_some());
    assert_eq!((gate.restored.load(Ordering::Relaxed), cache.stats().cold.hits), (2, 2));
}

#[test]
fn decoding_that_panics_leaves_the_value_where_it_is() {
    let (cache, gate) = slow();
    *gate.meanwhile.lock().unwrap() = Some(Box::new(|| panic!("restoring that panics")));
    assert!(catch_unwind(AssertUnwindSafe(|| cache.get(&1).is_some())).is_err());
    assert!(cache.get(&1).is_some());
}

#[test]
fn packing_that_panics_loses_the_value_and_nothing_else() {
    let (cache, gate) = slow();
    gate.packing_panics.store(true, Ordering::Relaxed);
    let insert = || cache.insert(3, Slow { gate: Arc::clone(&gate) });
    assert!(catch_unwind(AssertUnwindSafe(insert)).is_err());
    assert!(cache.get(&2).is_none(), "which had to leave");
    gate.packing_panics.store(false, Ordering::Relaxed);
    assert!(cache.get(&1).is_some() && cache.get(&3).is_some());
}

/// A value that uses its cache when it is dropped: no lock may be held then.
struct Meddler(Arc<ConfigCache<u32, Meddler>>);

impl Drop for Meddler {
    fn drop(&mut self) {
        self.0.stats();
    }
}

impl Compressible for Meddler {
    type Kept = Arc<ConfigCache<u32, Meddler>>;

    fn pack(&self) -> (Vec<u8>, Self::Kept) {
        self.0.stats();
        (Vec::new(), Arc::clone(&self.0))
    }

    fn restore(_: &[u8], cache: &Self::Kept) -> Option<Self> {
        cache.stats();
        Some(Self(Arc::clone(cache)))
    }

    fn weight(&self) -> usize {
        self.0.stats();
        100
    }
}

#[test]
fn no_lock_is_held_while_code_of_values_runs() {
    let options = CacheOptions::default().with_hot(entries(2)).with_cold(entries(2));
    let cache = Arc::new(ConfigCache::<u32, Meddler>::new(options));
    for step in 0..200u32 {
        let key = step.wrapping_mul(7919) % 6;
        match step % 4 {
            0 => drop(cache.insert(key, Meddler(Arc::clone(&cache)))),
            1 => drop(cache.get_or_load(&key, || Ok::<_, ()>(Meddler(Arc::clone(&cache))))),
            2 => drop(cache.get(&key)),
            _ => drop(cache.invalidate(&key)),
        }
    }
    // Breaks the circle of references.
    cache.invalidate_all();
}

#[test]
fn nobody_sees_a_value_after_it_was_invalidated() {
    // One thread raises the number of each key, invalidates, and says so; whoever asks later must not see a lower one.
    let cache = cache(entries(3), entries(4));
    let numbers = || -> [AtomicU32; 8] { std::array::from_fn(|_| AtomicU32::new(0)) };
    let (truth, told) = (numbers(), numbers());
    thread::scope(|scope| {
        let read = |reader: u32| {
            let mut state = reader;
            for _ in 0..5000 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let key = state >> 29;
                let least = told[key as usize].load(Ordering::SeqCst);
                let load = || Ok::<_, ()>(Item::new(truth[key as usize].load(Ordering::SeqCst)));
                let seen = cache.get_or_load(&key, load).unwrap().number;
                assert!(seen >= least, "{seen} after {least}");
            }
        };
        let readers: Vec<_> = (0..3).map(|reader| scope.spawn(move || read(reader))).collect();
        for round in (1u32..).take_while(|_| !readers.iter().all(|reader| reader.is_finished())) {
            let key = round % 8;
            truth[key as usize].store(round, Ordering::SeqCst);
            cache.invalidate(&key);
            told[key as usize].store(round, Ordering::SeqCst);
            let stats = cache.stats();
            assert!(stats.hot.entries <= 3 && stats.cold.entries <= 4);
        }
    });
    let stats = cache.stats();
    assert!(stats.hot.evictions > 0 && stats.cold.hits > 0, "{stats}");
}
