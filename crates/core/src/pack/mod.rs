//! The packed form of a document, for a cache or the disk: columns instead of rows.
//!
//! | part | holds |
//! |---|---|
//! | start | `ECD` and the version, 1 |
//! | layers | kind, name and line table or variables of each |
//! | key lengths, key text | the distinct keys |
//! | tags | one byte for each value: its [`Tag`](crate::row::Tag), and 8 more for `true` |
//! | keys | the number of the key of each member of a map |
//! | places | of each key, or of each value without one |
//! | gaps | from each key to its value |
//! | counts | the members of each list and map |
//! | lengths, text | each string |
//! | numbers, floats | each integer, each float |
//! | runs | layer and number of consecutive values that it set |
//! | end | CRC-32 of all before, little-endian |
//!
//! Every part but the first and last is preceded by its length. Values come in pre-order, so that nothing has to
//! point at anything, and in columns, because zlib compresses like next to like best: rows take twice the bytes and
//! time. Numbers are LEB128, those with a sign zigzagged. A place is told by its distance from the end of the value
//! before it in the same layer, and a gap by what it is longer than its key: in text written by one hand, both hardly
//! vary, which saves a tenth of the compressed size.

mod column;
mod error;
mod layers;
mod read;
mod write;

pub use error::UnpackError;

use crate::Document;

impl Document {
    /// The document as bytes for [`unpack`](Self::unpack): half of the size of a JSON text, and compressible.
    ///
    /// Values, origins and layers survive; what merging left behind does not.
    pub fn pack(&self) -> Vec<u8> {
        write::pack(self)
    }

    /// Reads what [`pack`](Self::pack) wrote.
    ///
    /// Whatever the bytes are, it takes time in proportion to them, and in memory at most 16 times their size and
    /// 32 KiB.
    ///
    /// # Errors
    /// When the bytes are anything else, of another version, or damaged.
    pub fn unpack(bytes: &[u8]) -> Result<Self, UnpackError> {
        read::unpack(bytes)
    }
}

const MAGIC: &[u8; 3] = b"ECD";
const VERSION: u8 = 1;
/// What `true` has more than `false`.
const TRUE: u8 = 8;

/// Where the next key of each layer probably stands: right behind the last value.
///
/// What both directions guess alike needs no room.
struct Expected(Vec<u32>);

impl Expected {
    fn new(layers: usize) -> Self {
        Self(vec![0; layers])
    }

    #[inline]
    fn place(&self, layer: u32) -> Option<u32> {
        self.0.get(layer as usize).copied()
    }

    /// Notes that a value ended, a number or anything nested being taken as empty.
    #[inline]
    fn end(&mut self, layer: u32, place: u32) {
        if let Some(end) = self.0.get_mut(layer as usize) {
            *end = place;
        }
    }
}
