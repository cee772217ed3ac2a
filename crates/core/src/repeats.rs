/// Finds texts that were stored a while ago, so that what a configuration repeats (hosts, units, phrases) is stored
/// once.
///
/// A cache that forgets rather than a table of all: a look-up is one hash of sixteen bytes and one comparison. At 1 MB
/// of configuration it saves half of the text.
#[derive(Default)]
pub(crate) struct Repeats {
    /// Offset and length of the last text of each slot; empty until there is enough text to be worth it.
    slots: Vec<(u32, u32)>,
}

/// Below this much text there is little to save.
const WORTH_IT: usize = 1 << 10;
/// From this much text on there are many slots.
const MUCH: usize = 32 << 10;
const FEW_SLOTS: usize = 1 << 11;
const MANY_SLOTS: usize = 1 << 13;
const LONGEST: usize = 256;

impl Repeats {
    /// Where `value` stands in `text`, if it is remembered; else it is taken to be stored at the end of `text`.
    #[inline]
    pub(crate) fn find(&mut self, value: &str, text: &str) -> Option<usize> {
        if text.len() < WORTH_IT || value.is_empty() || value.len() > LONGEST {
            return None;
        }
        let slots = if text.len() < MUCH { FEW_SLOTS } else { MANY_SLOTS };
        if self.slots.len() < slots {
            self.slots.resize(slots, (0, 0));
        }
        let slot = self.slots.get_mut(hash(value.as_bytes()) & (slots - 1))?;
        let (offset, length) = (slot.0 as usize, slot.1 as usize);
        if length == value.len() && text.get(offset..offset + length) == Some(value) {
            return Some(offset);
        }
        *slot = (text.len() as u32, value.len() as u32);
        None
    }
}

/// Mixes the first eight bytes, the last eight and the length. Whoever makes texts collide makes the cache miss.
fn hash(value: &[u8]) -> usize {
    let word = |bytes: &[u8]| bytes.iter().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
    let (head, tail) = match (value.first_chunk::<8>(), value.last_chunk::<8>()) {
        (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
        _ => (word(value), 0),
    };
    let mixed = (head ^ tail.rotate_left(23) ^ value.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as usize
}
