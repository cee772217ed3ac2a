use crate::Kind;

/// One value of a document: 12 bytes.
///
/// | field | holds |
/// |---|---|
/// | `payload` | a small [`payload`](Self::payload), or the number of a large one in the document's list of those |
/// | `position` | where the value stands in its layer |
/// | `meta` | tag (3 bits), layer (10 bits), key (19 bits) |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    payload: u32,
    pub(crate) position: u32,
    meta: u32,
}

/// The key of a value that has none: the root, or a member of a list.
pub(crate) const NO_KEY: u32 = MAX_KEYS as u32;
/// Distinct keys that a document can hold.
pub(crate) const MAX_KEYS: usize = (1 << KEY_BITS) - 1;
/// Layers that a document can hold.
pub(crate) const MAX_LAYERS: usize = 1 << LAYER_BITS;
/// Rows that a document can hold; a prepared path packs a row's number into 26 bits.
pub(crate) const MAX_ROWS: usize = (1 << 26) - 1;

const KEY_BITS: u32 = 19;
const LAYER_BITS: u32 = 10;
const LAYER_SHIFT: u32 = KEY_BITS;
const TAG_SHIFT: u32 = KEY_BITS + LAYER_BITS;

/// [`Kind`] with the two ways to hold an integer told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Tag {
    Null = 0,
    Bool = 1,
    Int = 2,
    /// Only for integers above `i64::MAX`, so that equal numbers have equal rows.
    Uint = 3,
    Float = 4,
    String = 5,
    List = 6,
    Map = 7,
}

impl Tag {
    pub(crate) fn from_bits(bits: u8) -> Tag {
        match bits & 7 {
            0 => Tag::Null,
            1 => Tag::Bool,
            2 => Tag::Int,
            3 => Tag::Uint,
            4 => Tag::Float,
            5 => Tag::String,
            6 => Tag::List,
            _ => Tag::Map,
        }
    }

    pub(crate) fn kind(self) -> Kind {
        match self {
            Tag::Null => Kind::Null,
            Tag::Bool => Kind::Bool,
            Tag::Int | Tag::Uint => Kind::Integer,
            Tag::Float => Kind::Float,
            Tag::String => Kind::String,
            Tag::List => Kind::List,
            Tag::Map => Kind::Map,
        }
    }
}

impl Row {
    /// A large payload is put at the end of `large`.
    #[inline]
    pub(crate) fn new(
        tag: Tag,
        payload: u64,
        position: u32,
        layer: u32,
        key: u32,
        large: &mut Vec<u64>,
    ) -> Self {
        let meta = (tag as u32) << TAG_SHIFT | layer << LAYER_SHIFT | key;
        Self { payload: kept(tag, payload, large), position, meta }
    }

    /// The same with another payload.
    pub(crate) fn with_payload(self, payload: u64, large: &mut Vec<u64>) -> Self {
        Self { payload: kept(self.tag(), payload, large), ..self }
    }

    /// The same with another key.
    pub(crate) fn with_key(self, key: u32) -> Self {
        Self { meta: self.meta & !NO_KEY | key, ..self }
    }

    /// What a row number that does not exist reads as.
    pub(crate) const fn null() -> Self {
        Self { payload: 0, position: 0, meta: NO_KEY }
    }

    pub(crate) fn tag(self) -> Tag {
        Tag::from_bits((self.meta >> TAG_SHIFT) as u8)
    }

    pub(crate) fn layer(self) -> u32 {
        self.meta >> LAYER_SHIFT & ((1 << LAYER_BITS) - 1)
    }

    pub(crate) fn key(self) -> u32 {
        self.meta & NO_KEY
    }

    /// The bits of a number or boolean; `(offset, length)` of a string in the text; `(first, count)` of the children.
    #[inline]
    pub(crate) fn payload(self, large: &[u64]) -> u64 {
        if self.payload & IS_LARGE != 0 {
            return self.large(large);
        }
        match self.tag() {
            Tag::Null | Tag::Bool | Tag::Uint => (self.payload >> 1).into(),
            Tag::Int => i64::from(self.payload as i32 >> 1) as u64,
            Tag::Float => f64::from(f32::from_bits(self.payload)).to_bits(),
            Tag::String | Tag::List | Tag::Map => {
                let (start, count) = self.range(large);
                range_payload(start as usize, count as usize)
            }
        }
    }

    /// The payload as `(offset, length)` or `(first, count)`.
    #[inline]
    pub(crate) fn range(self, large: &[u64]) -> (u32, u32) {
        if self.payload & IS_LARGE == 0 {
            return (self.payload >> (COUNT_BITS + 1), self.payload >> 1 & MAX_COUNT);
        }
        let payload = self.large(large);
        ((payload >> 32) as u32, payload as u32)
    }

    #[cold]
    fn large(self, large: &[u64]) -> u64 {
        large.get((self.payload >> 1) as usize).copied().unwrap_or_default()
    }
}

/// What a row has of a payload.
#[inline]
fn kept(tag: Tag, payload: u64, large: &mut Vec<u64>) -> u32 {
    match small(tag, payload) {
        Some(small) => small << 1,
        None => add(payload, large) << 1 | IS_LARGE,
    }
}

/// The number of a large payload.
#[cold]
fn add(payload: u64, large: &mut Vec<u64>) -> u32 {
    large.push(payload);
    large.len() as u32 - 1
}

/// Marks a payload that is kept elsewhere.
const IS_LARGE: u32 = 1;
const COUNT_BITS: u32 = 10;
const MAX_COUNT: u32 = (1 << COUNT_BITS) - 1;
const MAX_START: u32 = (1 << (31 - COUNT_BITS)) - 1;

/// The 31 bits that a payload can be told from, if it can: a small integer, a float of few digits, a part of the first
/// two million bytes or rows.
#[inline]
fn small(tag: Tag, payload: u64) -> Option<u32> {
    match tag {
        Tag::Null | Tag::Bool => Some(payload as u32),
        Tag::Int => {
            let value = payload as i64;
            (-(1 << 30)..1 << 30).contains(&value).then_some(value as u32 & u32::MAX >> 1)
        }
        Tag::Uint => None,
        Tag::Float => {
            let bits = (f64::from_bits(payload) as f32).to_bits();
            let is_exact = f64::from(f32::from_bits(bits)).to_bits() == payload;
            (is_exact && bits & IS_LARGE == 0).then_some(bits >> 1)
        }
        Tag::String | Tag::List | Tag::Map => {
            let (start, count) = ((payload >> 32) as u32, payload as u32);
            (start <= MAX_START && count <= MAX_COUNT).then_some(start << COUNT_BITS | count)
        }
    }
}

pub(crate) fn range_payload(first: usize, count: usize) -> u64 {
    (first as u64) << 32 | count as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A row gives back its payload, and keeps it in 31 bits if that is expected.
    fn check(tag: Tag, payload: u64, is_small: bool) {
        let mut large = vec![7];
        let row = Row::new(tag, payload, 1, 2, 3, &mut large);
        assert_eq!((row.payload(&large), row.tag(), row.layer(), row.key()), (payload, tag, 2, 3));
        assert_eq!(large.len() == 1, is_small, "{tag:?} {payload:#x}");
    }

    #[test]
    fn a_row_is_twelve_bytes() {
        assert_eq!(size_of::<Row>(), 12);
    }

    #[test]
    fn what_fits_a_row_is_kept_in_it() {
        for (value, is_small) in [
            (0, true),
            (-1, true),
            ((1 << 30) - 1, true),
            (-(1 << 30), true),
            (1 << 30, false),
            (-(1 << 30) - 1, false),
            (i64::MAX, false),
            (i64::MIN, false),
        ] {
            check(Tag::Int, value as u64, is_small);
        }
        check(Tag::Uint, u64::MAX, false);
        check(Tag::Bool, 1, true);
        for (value, is_small) in [
            (0.0, true),
            (-0.0, true),
            (1.5, true),
            (-1e9, true),
            (1e10, false),
            (0.1, false),
            (1e300, false),
            (5e-324, false),
        ] {
            check(Tag::Float, f64::to_bits(value), is_small);
        }
        let (start, count) = (MAX_START as usize, MAX_COUNT as usize);
        for tag in [Tag::String, Tag::List, Tag::Map] {
            check(tag, range_payload(0, 0), true);
            check(tag, range_payload(start, count), true);
            check(tag, range_payload(start + 1, count), false);
            check(tag, range_payload(start, count + 1), false);
            check(tag, u64::MAX, false);
        }
    }

    proptest! {
        #[test]
        fn every_number_comes_back(int in any::<i64>(), shift in 0u32..64, float in any::<u64>(), single in any::<f32>()) {
            let mut large = Vec::new();
            for (tag, payload) in [
                (Tag::Int, (int >> shift) as u64),
                (Tag::Float, float),
                (Tag::Float, f64::from(single).to_bits()),
                (Tag::String, float),
            ] {
                let row = Row::new(tag, payload, 0, 0, 0, &mut large);
                prop_assert_eq!(row.payload(&large), payload);
            }
        }
    }
}
