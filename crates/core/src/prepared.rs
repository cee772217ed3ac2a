use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::row::MAX_ROWS;
use crate::{Document, KeyPath, NodeRef, PathError};

/// A path that is read again and again: parsed once, and looked up once in each document.
///
/// It remembers where it led in the document that it saw last, so that the next read of that document is a
/// comparison of two numbers. Threads may share it; when they, or one of them, use it with several documents in
/// turn, it stays right and only loses speed.
///
/// ```
/// # use enhanced_config_core::*;
/// let port = PreparedPath::new("db.port")?;
/// let layer = Layer::new(LayerKind::Base, "app.yaml");
/// let document = Document::from_serialize(&serde_json::json!({ "db": { "port": 5432 } }), layer)?;
/// for _ in 0..1000 {
///     assert_eq!(port.find(&document).and_then(|port| port.as_i64()), Some(5432));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct PreparedPath {
    path: KeyPath,
    seen: AtomicU64,
}

/// Bits of `seen` that hold a row, [`ABSENT`] being none; those above hold the number of the document.
///
/// Both are in one word, so that a reader never sees the row of one document with the number of another, without a
/// lock and at any memory ordering. No two documents of a process have the same number, and one that 38 bits do not
/// hold is not remembered: there is nothing that could collide.
const ROW_BITS: u32 = 26;
const ABSENT: u64 = (1 << ROW_BITS) - 1;
const _: () = assert!(MAX_ROWS as u64 <= ABSENT);

impl PreparedPath {
    /// Reads a path in dotted notation.
    ///
    /// # Errors
    /// When it is not a path.
    pub fn new(path: &str) -> Result<Self, PathError> {
        path.parse().map(|path: KeyPath| path.into())
    }

    /// The path itself.
    pub fn path(&self) -> &KeyPath {
        &self.path
    }

    /// The value at this path.
    #[inline]
    pub fn find<'a>(&self, document: &'a Document) -> Option<NodeRef<'a>> {
        let seen = self.seen.load(Ordering::Relaxed);
        let row = if seen >> ROW_BITS == document.id { seen & ABSENT } else { self.look_up(document) };
        (row != ABSENT).then(|| NodeRef::new(document, row as u32))
    }

    #[cold]
    fn look_up(&self, document: &Document) -> u64 {
        let row = document.at(&self.path).map_or(ABSENT, |node| node.row_number().into());
        if document.id >> (u64::BITS - ROW_BITS) == 0 {
            self.seen.store(document.id << ROW_BITS | row, Ordering::Relaxed);
        }
        row
    }
}

impl From<KeyPath> for PreparedPath {
    fn from(path: KeyPath) -> Self {
        // Documents are counted from 1.
        Self { path, seen: AtomicU64::new(0) }
    }
}

impl FromStr for PreparedPath {
    type Err = PathError;

    fn from_str(path: &str) -> Result<Self, PathError> {
        Self::new(path)
    }
}

impl Clone for PreparedPath {
    fn clone(&self) -> Self {
        Self { path: self.path.clone(), seen: AtomicU64::new(self.seen.load(Ordering::Relaxed)) }
    }
}

impl fmt::Debug for PreparedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PreparedPath({})", self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Layer, LayerKind};

    fn document(json: serde_json::Value) -> Document {
        Document::from_serialize(&json, Layer::new(LayerKind::Base, "test")).unwrap()
    }

    #[test]
    fn documents_numbered_beyond_its_bits_are_read_and_not_remembered() {
        let path = PreparedPath::new("a").unwrap();
        let mut first = document(serde_json::json!({ "a": 1 }));
        let mut second = document(serde_json::json!({ "b": 2, "a": 3 }));
        first.id = 1 << (u64::BITS - ROW_BITS);
        second.id = first.id << 1;
        for (document, expected) in [(&first, 1), (&second, 3), (&first, 1)] {
            assert_eq!(path.find(document).unwrap().as_i64(), Some(expected));
            assert_eq!(path.seen.load(Ordering::Relaxed), 0);
        }
    }
}
