//! Paths: each way to write one reads as the same path.

#![no_main]

use enhanced_config_core::{Document, KeyPath, Layer, LayerKind, Segment};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(path) = text.parse::<KeyPath>() {
        same(&path);
    }
    if let Ok(path) = KeyPath::from_fragment(text) {
        assert_eq!(KeyPath::from_fragment(&path.to_fragment()), Ok(path));
    }
    if let Ok(path) = KeyPath::from_pointer(text) {
        assert_eq!(path.to_pointer(), text, "a pointer has one way to be written");
        same(&path);
    }
});

fn same(path: &KeyPath) {
    assert_eq!(path.to_string().parse::<KeyPath>().as_ref(), Ok(path), "as it is shown");
    let mut above = path.clone();
    while above.pop().is_some() {
        assert!(path.starts_with(&above));
    }
    assert!(above.is_root());
    let keys: Option<Vec<&str>> = path
        .segments()
        .iter()
        .map(|segment| if let Segment::Key(key) = segment { Some(&**key) } else { None })
        .collect();
    // What has this path and nothing else is found by it.
    if let Some(keys) = keys.filter(|keys| keys.len() < 50 && !keys.is_empty()) {
        let value =
            keys.iter().rev().fold(serde_json::json!(7), |inner, key| serde_json::json!({ *key: inner }));
        let document =
            Document::from_serialize(&value, Layer::new(LayerKind::Runtime, "fuzz")).expect("a map");
        let found = document.at(path).and_then(|node| node.as_i64());
        assert_eq!(found, Some(7), "{path}");
    }
}
