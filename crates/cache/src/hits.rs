use std::sync::atomic::{AtomicU64, Ordering};

use crate::thread_number::{NUMBERS, thread_number};

/// Counts so many times a nanosecond is an eternity: each thread has a counter on a cache line of its own.
///
/// A counter has one writer at a time, the thread that has its number, so that adding is a load and a store. Threads
/// without a number share one counter, which takes an atomic addition.
pub(crate) struct Hits {
    own: Box<[Counter]>,
    shared: Counter,
}

/// Two lines, because processors fetch lines in pairs.
#[derive(Default)]
#[repr(align(128))]
struct Counter(AtomicU64);

impl Hits {
    /// With counters of their own for so many threads.
    pub(crate) fn new(threads: usize) -> Self {
        let own = (0..threads.min(NUMBERS)).map(|_| Counter::default()).collect();
        Self { own, shared: Counter::default() }
    }

    /// Counts one, and says how many this thread's counter has.
    #[inline]
    pub(crate) fn count(&self) -> u64 {
        match self.own.get(thread_number()) {
            Some(Counter(own)) => {
                let count = own.load(Ordering::Relaxed) + 1;
                own.store(count, Ordering::Relaxed);
                count
            }
            None => self.shared.0.fetch_add(1, Ordering::Relaxed) + 1,
        }
    }

    /// All that were counted.
    pub(crate) fn sum(&self) -> u64 {
        let counters = self.own.iter().chain([&self.shared]);
        counters.map(|Counter(count)| count.load(Ordering::Relaxed)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn no_hit_is_lost_whoever_counts() {
        // One thread has a counter of its own at most; the others share.
        for own in [0, 1, NUMBERS, usize::MAX] {
            let hits = Hits::new(own);
            thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| (0..10_000).map(|_| hits.count()).max());
                }
            });
            assert_eq!(hits.sum(), 80_000, "{own} counters");
        }
    }
}
