use super::window::{Outcome, Tally};
use crate::spans::Counts;
use crate::sync::{AtomicU8, AtomicU64};
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

/// The last so many calls: a ring of how they ended, and a cursor.
///
/// A window in which some call has failed moves on with each success, though nothing else changes by most: a success
/// takes the place of one. For these the cursor alone moves, by compare-and-swap and without the breaker's lock. All else
/// is done under that lock, while the cursor is marked as busy.
#[derive(Debug)]
pub(super) struct Ring {
    outcomes: Box<[AtomicU8]>,
    /// See [`Cursor`].
    cursor: AtomicU64,
}

/// The oldest call's place, and what there is to know of the ring without its lock.
///
/// | bits | |
/// |---|---|
/// | 0 to 20 | the place |
/// | 21 | busy: somebody with the lock changes the ring |
/// | 22 | calm: full, and the last call was no failure |
/// | 23 to 63 | the lap, another one each time the place begins again and each time the ring is cleared |
///
/// The lap makes every cursor another one than all before, for 2^41 laps: whoever swaps it knows that nobody has moved it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Cursor(u64);

const BUSY: u64 = 1 << 21;
const CALM: u64 = 1 << 22;
const LAP: u64 = 1 << 23;

impl Cursor {
    const fn place(self) -> usize {
        (self.0 % BUSY) as usize
    }

    const fn is_calm(self) -> bool {
        self.0 & (CALM | BUSY) == CALM
    }

    /// The next place, in a ring of so many.
    const fn next(self, places: usize) -> Self {
        if self.place() + 1 < places { Self(self.0 + 1) } else { self.next_lap() }
    }

    const fn next_lap(self) -> Self {
        Self((self.0 - self.0 % BUSY).wrapping_add(LAP))
    }

    /// At rest, calm or not.
    const fn with_calm(self, calm: bool) -> Self {
        let rest = self.0 & !(BUSY | CALM);
        Self(if calm { rest | CALM } else { rest })
    }
}

impl Ring {
    /// For 1 to 2^20 calls.
    pub(super) fn new(calls: usize) -> Self {
        let outcomes = (0..calls).map(|_| AtomicU8::new(0)).collect();
        Self { outcomes, cursor: AtomicU64::new(0) }
    }

    pub(super) fn len(&self) -> u64 {
        self.outcomes.len() as u64
    }

    /// Counts a quick success without the lock, if it takes the place of another and changes nothing else. `is_current`
    /// is asked between two looks at the cursor: a ring that is cleared after it was asked refuses.
    #[inline]
    pub(super) fn succeed(&self, is_current: impl FnOnce() -> bool) -> bool {
        let cursor = Cursor(self.cursor.load(Acquire));
        if !cursor.is_calm() || !is_current() {
            return false;
        }
        let Some(oldest) = self.outcomes.get(cursor.place()) else { return false };
        // Nobody writes it before the cursor has moved or is busy.
        if oldest.load(Relaxed) != Outcome::default().bits() {
            return false;
        }
        let next = cursor.next(self.outcomes.len());
        self.cursor.compare_exchange(cursor.0, next.0, AcqRel, Acquire).is_ok()
    }

    /// Counts a call under the lock, in the `tally` too.
    pub(super) fn record(&self, outcome: Outcome, tally: &mut Tally) {
        let cursor = self.make_busy();
        let was_full = tally.calls == self.len();
        if let Some(place) = self.outcomes.get(cursor.place()) {
            let pushed_out = place.load(Relaxed);
            place.store(outcome.bits(), Relaxed);
            if was_full {
                tally.remove(Outcome::from_bits(pushed_out).tally());
            }
        }
        tally.add(outcome.tally());
        let calm = tally.calls == self.len() && !outcome.failed;
        self.cursor.store(cursor.next(self.outcomes.len()).with_calm(calm).0, Release);
    }

    /// Forgets all calls. Under the lock.
    pub(super) fn clear(&self) {
        let cursor = self.make_busy();
        self.cursor.store(cursor.next_lap().with_calm(false).0, Release);
    }

    /// Has the next success take the lock, which then is judged. Under the lock.
    pub(super) fn disturb(&self) {
        let cursor = self.make_busy();
        self.cursor.store(cursor.with_calm(false).0, Release);
    }

    /// Counts nothing from here on. Under the lock.
    pub(super) fn retire(&self) {
        self.make_busy();
    }

    /// The latest so many calls, oldest first, of at least as many that it holds. Once it is retired.
    pub(super) fn latest(&self, calls: u64) -> impl Iterator<Item = Outcome> {
        let (places, end) = (self.outcomes.len(), Cursor(self.cursor.load(Acquire)).place());
        let begin = end + places - calls as usize;
        let outcome = move |place: usize| self.outcomes.get(place % places).map(|bits| bits.load(Relaxed));
        (begin..end + places).filter_map(outcome).map(Outcome::from_bits)
    }

    /// What is in a full ring, counted anew.
    #[cfg(test)]
    pub(super) fn recount(&self) -> Tally {
        let mut tally = Tally::default();
        self.outcomes.iter().for_each(|place| tally.add(Outcome::from_bits(place.load(Relaxed)).tally()));
        tally
    }

    /// How many calls were counted, in a ring that was never cleared.
    #[cfg(test)]
    pub(super) fn moves(&self) -> u64 {
        let cursor = Cursor(self.cursor.load(Acquire));
        cursor.0 / LAP * self.len() + cursor.place() as u64
    }

    fn make_busy(&self) -> Cursor {
        Cursor(self.cursor.fetch_or(BUSY, AcqRel))
    }
}
