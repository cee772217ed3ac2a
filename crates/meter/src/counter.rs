use std::fmt;
use std::num::NonZeroUsize;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::thread_number::{NUMBERS, thread_number};

/// Counts so many times a nanosecond is an eternity: each thread has a line on a cache line of its own.
///
/// A line has one writer at a time, the thread that has its number, so that adding is a load and a store. Threads
/// without a line of their own share one, which takes an atomic addition.
pub struct Counter {
    own: Box<[Line]>,
    shared: Line,
}

/// Two lines, because processors fetch lines in pairs.
#[derive(Default)]
#[repr(align(128))]
struct Line(AtomicU64);

impl Counter {
    /// With lines of their own for four times as many threads as run at once here, and for 16 at least: those that run are
    /// not those with the lowest numbers. A line is 128 bytes.
    #[must_use]
    pub fn new() -> Self {
        Self::for_threads(usual_threads())
    }

    /// With lines of their own for so many threads, [`NUMBERS`](crate::NUMBERS) at most. With none, it is one shared line:
    /// right for what happens seldom.
    #[must_use]
    pub fn for_threads(threads: usize) -> Self {
        let own = (0..threads.min(NUMBERS)).map(|_| Line::default()).collect();
        Self { own, shared: Line::default() }
    }

    /// Counts one, and says how many this thread's line has.
    #[inline]
    pub fn increment(&self) -> u64 {
        self.add(1)
    }

    /// Counts `more`, and says how many this thread's line has.
    #[inline]
    pub fn add(&self, more: u64) -> u64 {
        match self.own.get(thread_number()) {
            Some(Line(own)) => {
                let count = own.load(Ordering::Relaxed).wrapping_add(more);
                own.store(count, Ordering::Relaxed);
                count
            }
            None => self.shared.0.fetch_add(more, Ordering::Relaxed).wrapping_add(more),
        }
    }

    /// All that were counted, modulo 2^64.
    #[must_use]
    pub fn get(&self) -> u64 {
        let lines = self.own.iter().chain([&self.shared]);
        lines.fold(0, |sum, Line(count)| sum.wrapping_add(count.load(Ordering::Relaxed)))
    }
}

impl Default for Counter {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Counter").field(&self.get()).finish()
    }
}

/// How many threads get something of their own. Asked of the system once: the answer takes reading files.
pub(crate) fn usual_threads() -> usize {
    static THREADS: OnceLock<usize> = OnceLock::new();
    let ask = || 4 * thread::available_parallelism().map_or(1, NonZeroUsize::get);
    (*THREADS.get_or_init(ask)).clamp(16, NUMBERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_whoever_counts() {
        // One thread has a line of its own at most; the others share.
        for own in [0, 1, NUMBERS, usize::MAX] {
            let counter = Counter::for_threads(own);
            thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| (0..10_000).map(|_| counter.increment()).max());
                }
            });
            assert_eq!(counter.get(), 80_000, "{own} lines");
        }
    }
}
