//! Small numbers for threads, so that each can have a cache line of its own.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many threads can have a number at once.
pub const NUMBERS: usize = 256;

/// A bit for each number that a living thread has.
static TAKEN: [AtomicU64; NUMBERS / 64] = [const { AtomicU64::new(0) }; NUMBERS / 64];

thread_local! {
    static NUMBER: Number = Number::take();
}

/// The number of this thread: the lowest that was free when it first asked, and no other's while it lives. Those that
/// come when all are taken, and those that are about to end, share [`NUMBERS`].
#[inline]
#[must_use]
pub fn thread_number() -> usize {
    NUMBER.try_with(|number| number.0).unwrap_or(NUMBERS)
}

struct Number(usize);

impl Number {
    fn take() -> Self {
        let lowest_free = |bits: u64| (bits != u64::MAX).then_some(bits | (bits + 1));
        for (word, taken) in TAKEN.iter().enumerate() {
            // Whoever had the number before is done with what it stands for: acquire what that thread released.
            if let Ok(before) = taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, lowest_free) {
                return Self(word * 64 + before.trailing_ones() as usize);
            }
        }
        Self(NUMBERS)
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        if let Some(taken) = TAKEN.get(self.0 / 64) {
            taken.fetch_and(!(1 << (self.0 % 64)), Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::sync::Barrier;
    use std::thread;

    #[test]
    fn threads_that_live_at_once_have_different_numbers() {
        let all_live = Barrier::new(20);
        let numbers: Vec<usize> = thread::scope(|scope| {
            let ask = || {
                let number = thread_number();
                all_live.wait();
                number
            };
            let threads: Vec<_> = (0..20).map(|_| scope.spawn(ask)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let distinct: HashSet<_> = numbers.iter().collect();
        assert_eq!(distinct.len(), 20, "{numbers:?}");
    }

    #[test]
    fn numbers_are_used_again() {
        for _ in 0..3 * NUMBERS {
            let number = thread::spawn(thread_number).join().unwrap();
            assert!(number < NUMBERS, "{number}");
        }
    }
}
