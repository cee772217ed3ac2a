//! What we do, behind one module.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::corpus::Format;

/// What already takes part; the rest is left out of the tables.
pub const READS: bool = false;
/// As above: structs from a document.
pub const TYPES: bool = false;
/// As above: the packed form.
pub const PACKS: bool = false;
/// As above: differences.
pub const DIFFS: bool = false;
/// As above: layers to one document.
pub const MERGES: bool = false;

/// A decoded configuration.
#[derive(Debug, Clone)]
pub struct Document;

/// A value of a document.
#[derive(Debug, Clone, Copy)]
pub struct NodeRef<'a>(&'a Document);

impl NodeRef<'_> {
    /// The integer there.
    pub fn as_i64(self) -> Option<i64> {
        let Self(Document) = self;
        None
    }
}

/// A path taken apart.
#[derive(Debug, Clone)]
pub struct Prepared;

/// A file to a document.
pub fn load(_path: &Path, _format: Format) -> Document {
    Document
}

/// Text to a document.
pub fn parse(_text: &str, _format: Format) -> Document {
    Document
}

/// A document to structs.
pub fn typed<T: DeserializeOwned>(_document: &Document) -> T {
    unimplemented!()
}

/// The integer at a dotted path.
pub fn integer(_document: &Document, _path: &str) -> Option<i64> {
    None
}

/// A path taken apart once.
pub fn prepare(_path: &str) -> Prepared {
    Prepared
}

/// The integer at a path taken apart before.
pub fn integer_prepared(_document: &Document, _path: &Prepared) -> Option<i64> {
    None
}

/// The value at a dotted path.
pub fn node<'a>(document: &'a Document, _path: &str) -> NodeRef<'a> {
    NodeRef(document)
}

/// The packed form.
pub fn pack(_document: &Document) -> Vec<u8> {
    Vec::new()
}

/// The document of a packed form.
pub fn unpack(_packed: &[u8]) -> Document {
    Document
}

/// The number of changes.
pub fn diff(_before: &Document, _after: &Document) -> usize {
    0
}

/// Layers, lowest first, to one document.
pub fn merge(_layers: &[Document]) -> Document {
    Document
}

/// The data of a document, for comparisons.
pub fn json(_document: &Document) -> serde_json::Value {
    serde_json::Value::Null
}
