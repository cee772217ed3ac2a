//! Packed bytes that nobody packed: the checksum is made right, so that everything behind it is reached.
//!
//! They are refused, or make a document that survives packing with all its origins; and either way no more memory
//! is taken than is promised.

#![no_main]

use allocation_counter::measure;
use enhanced_config_core::{Document, NodeRef};
use libfuzzer_sys::fuzz_target;

/// What may be taken in memory for each byte.
const FACTOR: u64 = 16;
/// What may be taken whatever the input: an empty key table, the frames of 512 levels.
const CONSTANT: u64 = 32 * 1024;

fuzz_target!(|input: &[u8]| {
    let _ = Document::unpack(input);
    let packed = sealed(input);
    let mut unpacked = None;
    let memory = measure(|| unpacked = Document::unpack(&packed).ok());
    let allowed = FACTOR * packed.len() as u64 + CONSTANT;
    assert!(memory.bytes_max <= allowed, "{} bytes from {}", memory.bytes_max, packed.len());
    if let Some(document) = unpacked {
        survives(&document);
    }
});

/// The start and end that belong to `body`.
fn sealed(body: &[u8]) -> Vec<u8> {
    let mut packed = [b"ECD\x01", body].concat();
    packed.extend(crc32fast::hash(&packed).to_le_bytes());
    packed
}

fn survives(document: &Document) {
    let packed = document.pack();
    let again = Document::unpack(&packed).expect("it was packed a moment ago");
    assert_eq!(*document, again, "other data");
    assert_eq!(document.layers(), again.layers(), "other layers");
    same_places(document.root(), again.root());
    assert_eq!(again.pack(), packed, "packed in two ways");
}

fn same_places(a: NodeRef<'_>, b: NodeRef<'_>) {
    assert_eq!((a.key(), a.layer()), (b.key(), b.layer()));
    assert_eq!((a.position(), a.key_position()), (b.position(), b.key_position()));
    // No place is too strange to be shown, and lists of scalars need not all be.
    if a.len() > 0 {
        assert_eq!((a.origin(), a.key_origin()), (b.origin(), b.key_origin()));
    }
    a.items().zip(b.items()).for_each(|(a, b)| same_places(a, b));
    a.entries().zip(b.entries()).for_each(|((_, a), (_, b))| same_places(a, b));
}
