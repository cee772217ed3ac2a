use enhanced_config_core::{Document, DocumentBuilder, Layer, LayerKind, MergeOptions, UnpackError, merge};
use proptest::prelude::*;
use serde_json::json;

use crate::tree;

fn same_with_origins(a: &Document, b: &Document) {
    assert_eq!(a.layers(), b.layers());
    let (a, b) = (tree::all(a), tree::all(b));
    assert_eq!(a.len(), b.len());
    for ((path, a), (twin_path, b)) in a.into_iter().zip(b) {
        assert_eq!(path, twin_path);
        assert_eq!(a, b, "{path}");
        assert_eq!((a.position(), a.origin()), (b.position(), b.origin()), "{path}");
        assert_eq!((a.key_position(), a.key_origin()), (b.key_position(), b.key_origin()), "{path}");
    }
}

/// `bytes` with the checksum that belongs to them.
fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let body = bytes.len().saturating_sub(4);
    let checksum = zlib_rs::crc32::crc32(0, &bytes[..body]).to_le_bytes();
    bytes.splice(body.., checksum);
    bytes
}

fn nested(depth: usize) -> Document {
    let layer = Layer::new(LayerKind::Base, "deep");
    let mut builder = DocumentBuilder::new(layer).with_max_depth(depth);
    builder.open_map(0).unwrap();
    builder.key("a", 0).unwrap();
    (1..depth).for_each(|_| builder.open_list(0).unwrap());
    (0..depth).for_each(|_| builder.close().unwrap());
    builder.finish().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_unpacked_is_what_was_packed(tree in tree::map()) {
        let document = tree::document(&tree);
        let packed = document.pack();
        let unpacked = Document::unpack(&packed).unwrap();
        same_with_origins(&document, &unpacked);
        prop_assert_eq!(unpacked.pack(), packed);
    }

    #[test]
    fn a_merged_document_survives(lower in tree::map(), higher in tree::map()) {
        let (lower, higher) = (tree::document(&lower), tree::document(&higher));
        let merged = merge(&lower, &[&higher], &MergeOptions::default()).unwrap().document;
        same_with_origins(&merged, &Document::unpack(&merged.pack()).unwrap());
    }

    #[test]
    fn every_cut_is_refused(tree in tree::map(), end in any::<prop::sample::Index>()) {
        let packed = tree::document(&tree).pack();
        let cut = &packed[..end.index(packed.len())];
        prop_assert!(Document::unpack(cut).is_err());
        prop_assert!(Document::unpack(&resealed(cut.to_vec())).is_err());
    }

    #[test]
    fn every_changed_byte_is_refused(tree in tree::map(), at in any::<prop::sample::Index>(), change in 1..=255u8) {
        let mut packed = tree::document(&tree).pack();
        let at = at.index(packed.len());
        packed[at] ^= change;
        prop_assert!(Document::unpack(&packed).is_err());
    }

    #[test]
    fn changes_under_a_right_checksum_are_refused_or_make_another_document(
        tree in tree::map(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut packed = tree::document(&tree).pack();
        for (at, byte) in changes {
            let at = at.index(packed.len());
            packed[at] = byte;
        }
        if let Ok(document) = Document::unpack(&resealed(packed)) {
            same_with_origins(&document, &Document::unpack(&document.pack()).unwrap());
        }
    }

    #[test]
    fn no_bytes_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Document::unpack(&bytes);
        bytes.splice(..0, *b"ECD\x01");
        let _ = Document::unpack(&resealed(bytes));
    }
}

#[test]
fn the_deepest_document_survives() {
    let document = nested(512);
    same_with_origins(&document, &Document::unpack(&document.pack()).unwrap());
}

#[test]
fn other_bytes_are_told_from_damaged_ones() {
    let packed = nested(3).pack();
    let check = |bytes: &[u8], expected| assert_eq!(Document::unpack(bytes).unwrap_err(), expected);
    check(b"", UnpackError::NotPacked);
    check(b"{}", UnpackError::NotPacked);
    check(b"ECD\x02", UnpackError::Version(2));
    check(&packed[..packed.len() - 1], UnpackError::Checksum);
    check(b"ECD\x01", UnpackError::Checksum);
}

#[test]
fn what_merging_left_behind_is_not_packed() {
    let document = |json| Document::from_serialize(&json, Layer::new(LayerKind::Base, "base")).unwrap();
    let lower = document(json!({ "a": "before", "b": { "dead": 1 } }));
    let merged = merge(&lower, &[&document(json!({ "a": "after", "b": null }))], &MergeOptions::default());
    let packed = merged.unwrap().document.pack();
    let holds = |text: &str| packed.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(holds("after") && !holds("before") && !holds("dead"));
}
