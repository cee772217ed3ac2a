//! What we do, behind one module.

use std::{fs, path::Path};

use enhanced_config_core::{Changes, MergeOptions, PreparedPath};
pub use enhanced_config_core::{Document, NodeRef};
use enhanced_config_format::ParseOptions;
use serde::de::DeserializeOwned;

use crate::corpus::Format;

/// A file to a document.
pub fn load(path: &Path, format: Format) -> Document {
    bytes(&fs::read(path).expect("the corpus wrote it"), format)
}

/// Text to a document.
pub fn parse(text: &str, format: Format) -> Document {
    bytes(text.as_bytes(), format)
}

/// YAML to a document by the full parser, which reads what the fast path does not know.
pub fn parse_yaml_fully(text: &str) -> Document {
    let parsed =
        enhanced_config_format::parse_yaml_fully(text.as_bytes(), "service", &ParseOptions::default());
    parsed.expect("every text of the corpus is valid").document
}

fn bytes(text: &[u8], format: Format) -> Document {
    let format = match format {
        Format::Json => enhanced_config_format::Format::Json,
        Format::Yaml => enhanced_config_format::Format::Yaml,
        Format::Toml => enhanced_config_format::Format::Toml,
    };
    let parsed = enhanced_config_format::parse(text, format, "service", &ParseOptions::default());
    parsed.expect("every text of the corpus is valid").document
}

/// A document to structs.
pub fn typed<T: DeserializeOwned>(document: &Document) -> T {
    T::deserialize(document.root()).expect("the structs hold the data")
}

/// The integer at a dotted path.
pub fn integer(document: &Document, path: &str) -> Option<i64> {
    document.get(path)?.as_i64()
}

/// A path taken apart once.
pub fn prepare(path: &str) -> PreparedPath {
    PreparedPath::new(path).expect("a plain path")
}

/// The integer at a path taken apart before.
pub fn integer_prepared(document: &Document, path: &PreparedPath) -> Option<i64> {
    path.find(document)?.as_i64()
}

/// The value at a dotted path.
pub fn node<'a>(document: &'a Document, path: &str) -> NodeRef<'a> {
    document.get(path).expect("the path came from this document")
}

/// The packed form.
pub fn pack(document: &Document) -> Vec<u8> {
    document.pack()
}

/// The document of a packed form.
pub fn unpack(packed: &[u8]) -> Document {
    Document::unpack(packed).expect("packed a moment ago")
}

/// What changed.
pub fn diff<'a>(before: &'a Document, after: &'a Document) -> Changes<'a> {
    enhanced_config_core::diff(before, after)
}

/// Layers, lowest first, to one document.
pub fn merge(layers: &[Document; 3]) -> Document {
    let [lowest, higher @ ..] = layers;
    let merged = enhanced_config_core::merge(lowest, &higher.each_ref(), &MergeOptions::default());
    merged.expect("maps over maps").document
}

/// The data of a document, for comparisons.
pub fn json(document: &Document) -> serde_json::Value {
    serde_json::to_value(document.root()).expect("string keys")
}
