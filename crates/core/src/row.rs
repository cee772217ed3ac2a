use crate::Kind;

/// One value of a document: 16 bytes.
///
/// | field | holds |
/// |---|---|
/// | `payload` | the bits of a number or boolean; `(offset, length)` of a string in the text; `(first, count)` of the children |
/// | `position` | where the value stands in its layer |
/// | `meta` | tag (3 bits), layer (10 bits), key (19 bits) |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) payload: u64,
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
    pub(crate) fn new(tag: Tag, payload: u64, position: u32, layer: u32, key: u32) -> Self {
        let meta = (tag as u32) << TAG_SHIFT | layer << LAYER_SHIFT | key;
        Self { payload, position, meta }
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

    /// The payload as `(offset, length)` or `(first, count)`.
    pub(crate) fn range(self) -> (u32, u32) {
        ((self.payload >> 32) as u32, self.payload as u32)
    }
}

pub(crate) fn range_payload(first: usize, count: usize) -> u64 {
    (first as u64) << 32 | count as u64
}
