use crate::KeyPath;
use crate::row::MAX_LAYERS;

/// Why a document could not be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// More values than the limit allows.
    #[error("more than {limit} values")]
    TooManyValues {
        /// The limit.
        limit: usize,
    },
    /// Maps and lists nested deeper than the limit allows.
    #[error("nested deeper than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// More distinct keys than a document can number.
    #[error("more than {limit} distinct keys", limit = crate::row::MAX_KEYS)]
    TooManyKeys,
    /// More layers than a document can number.
    #[error("more than {limit} layers", limit = MAX_LAYERS)]
    TooManyLayers,
    /// More text than a document can address: 4 GiB.
    #[error("more than 4 GiB of text")]
    TooMuchText,
    /// Keys that stand twice in their map.
    #[error("{} duplicate keys, the first is {}", .0.len(), .0.first().map(|d| d.path.to_string()).unwrap_or_default())]
    Duplicates(Vec<Duplicate>),
    /// The caller closed what it had not opened, gave a map a value without a key, or finished without a map at
    /// the root.
    #[error("values that are not nested as a document is")]
    Unbalanced,
}

/// A key that one map has twice.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Duplicate {
    /// The path of the key.
    pub path: KeyPath,
    /// Position of the first one.
    pub first: u32,
    /// Position of the second one.
    pub second: u32,
}
