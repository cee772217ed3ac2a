use std::hash::{BuildHasher, Hasher};
use std::ops::Range;

use foldhash::fast::RandomState;

use crate::document::{shrink, shrink_text};
use crate::row::{MAX_KEYS, NO_KEY};

/// The distinct keys of a document, numbered in order of their first appearance.
///
/// Slots are hashed with a seed of this process, so that a file cannot be written to make its keys collide.
#[derive(Clone)]
pub(crate) struct KeyTable {
    text: String,
    ends: Vec<u32>,
    slots: Vec<u32>,
    hasher: RandomState,
}

const EMPTY: u32 = NO_KEY;
const FEWEST_SLOTS: usize = 16;

impl KeyTable {
    pub(crate) fn new() -> Self {
        Self { text: String::new(), ends: Vec::new(), slots: Vec::new(), hasher: RandomState::default() }
    }

    /// With room for so many keys of so many bytes in all.
    pub(crate) fn with_capacity(keys: usize, bytes: usize) -> Self {
        let mut table = Self::new();
        table.reserve(keys, bytes);
        table
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.text.capacity() + 4 * (self.ends.capacity() + self.slots.capacity())
    }

    #[inline]
    pub(crate) fn name(&self, id: u32) -> &str {
        self.range(id).and_then(|range| self.text.get(range)).unwrap_or_default()
    }

    /// The length in bytes of a key, if there is one of this number.
    #[inline]
    pub(crate) fn length(&self, id: u32) -> Option<u32> {
        self.range(id).map(|range| range.len() as u32)
    }

    #[inline]
    fn range(&self, id: u32) -> Option<Range<usize>> {
        let end = *self.ends.get(id as usize)?;
        let before = id.checked_sub(1).and_then(|before| self.ends.get(before as usize));
        Some(before.copied().unwrap_or_default() as usize..end as usize)
    }

    /// As bytes, which need not be checked to end between characters.
    #[inline]
    fn is(&self, id: u32, key: &str) -> bool {
        self.range(id).and_then(|range| self.text.as_bytes().get(range)) == Some(key.as_bytes())
    }

    /// The number of `key`, if the document has it anywhere.
    #[inline]
    pub(crate) fn find(&self, key: &str) -> Option<u32> {
        self.probe(key).ok()
    }

    /// The number of `key`, which it gets now if it is new; `None` when the table is full.
    pub(crate) fn intern(&mut self, key: &str) -> Option<u32> {
        // Half of the slots stay free, one for this key among them.
        if self.ends.len() * 2 >= self.slots.len() {
            self.resize((self.slots.len() * 2).max(FEWEST_SLOTS));
        }
        let slot = match self.probe(key) {
            Ok(id) => return Some(id),
            Err(slot) => slot,
        };
        if self.ends.len() >= MAX_KEYS {
            return None;
        }
        let id = self.ends.len() as u32;
        self.text.push_str(key);
        self.ends.push(self.text.len() as u32);
        if let Some(free) = self.slots.get_mut(slot) {
            *free = id;
        }
        Some(id)
    }

    /// Makes room for so many keys more, of so many bytes in all.
    pub(crate) fn reserve(&mut self, keys: usize, bytes: usize) {
        self.text.reserve(bytes);
        self.ends.reserve(keys);
        let slots = ((self.len() + keys) * 2).next_power_of_two().max(FEWEST_SLOTS);
        if slots > self.slots.len() {
            self.resize(slots);
        }
    }

    pub(crate) fn shrink(&mut self) {
        shrink_text(&mut self.text);
        shrink(&mut self.ends);
        // From here on a key is looked up more often than one is added: four of five slots may be taken, if that
        // saves a kilobyte.
        let slots = self.ends.len() * 5 / 4 + 1;
        if slots + 256 < self.slots.len() {
            self.slots = Vec::new();
            self.resize(slots);
        }
    }

    /// The number of `key`, or the free slot where it belongs.
    #[inline]
    fn probe(&self, key: &str) -> Result<u32, usize> {
        // The upper half of a product is the hash scaled down to the slots, however many there are.
        let scaled = u64::from(self.hash(key) as u32) * self.slots.len() as u64;
        let mut slot = (scaled >> 32) as usize;
        loop {
            match self.slots.get(slot) {
                Some(&id) if self.is(id, key) => return Ok(id),
                Some(&EMPTY) => return Err(slot),
                Some(_) => slot += 1,
                None if slot == 0 => return Err(slot),
                None => slot = 0,
            }
        }
    }

    /// Of the bytes alone: nothing follows a key from which it had to be told apart.
    #[inline]
    fn hash(&self, key: &str) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(key.as_bytes());
        hasher.finish()
    }

    fn resize(&mut self, size: usize) {
        self.slots.clear();
        self.slots.reserve_exact(size);
        self.slots.resize(size, EMPTY);
        for id in 0..self.ends.len() as u32 {
            if let Err(slot) = self.probe(self.name(id))
                && let Some(free) = self.slots.get_mut(slot)
            {
                *free = id;
            }
        }
    }
}

/// Guesses the next key from what followed the last one before: configurations repeat shapes.
///
/// A right guess costs a comparison instead of a hash.
#[derive(Default)]
pub(crate) struct KeyGuess {
    /// For each key the one that came after it the last time.
    next: Vec<u32>,
    last: u32,
}

impl KeyGuess {
    /// As [`KeyTable::intern`].
    #[inline]
    pub(crate) fn intern(&mut self, keys: &mut KeyTable, key: &str) -> Option<u32> {
        let guess = self.next.get(self.last as usize).copied().unwrap_or(NO_KEY);
        if keys.is(guess, key) {
            self.last = guess;
            return Some(guess);
        }
        let id = keys.intern(key)?;
        if self.next.len() < keys.len() {
            self.next.resize((keys.len() * 2).max(64), NO_KEY);
        }
        if let Some(next) = self.next.get_mut(self.last as usize) {
            *next = id;
        }
        self.last = id;
        Some(id)
    }
}
