//! Values of the program as documents.

use std::collections::BTreeMap;

use enhanced_config_core::{Document, Layer, LayerKind};
use serde::Serialize;
use serde_json::{Value as Json, json};

fn document<T: Serialize>(value: &T) -> Document {
    Document::from_serialize(value, Layer::new(LayerKind::Defaults, "defaults")).unwrap()
}

#[track_caller]
fn check<T: Serialize>(value: T) {
    let inside = BTreeMap::from([("value", value)]);
    let (document, json) = (document(&inside), serde_json::to_value(&inside).unwrap());
    assert_eq!(Json::from(document.root()), json);
    // And there and back: a document is serialised as what it is made of.
    assert_eq!(serde_json::to_value(&document).unwrap(), json);
}

#[test]
fn every_width_of_a_number_is_kept() {
    check((i8::MIN, i16::MIN, i32::MIN, i64::MIN, i128::from(i64::MIN)));
    check((u8::MAX, u16::MAX, u32::MAX, u64::MAX, u128::from(u64::MAX)));
    check((1.5f32, f64::MAX, -0.0));
}

#[test]
fn every_shape_is_what_serde_json_makes_of_it() {
    #[derive(Serialize)]
    struct Unit;
    #[derive(Serialize)]
    struct New(u8);
    #[derive(Serialize)]
    struct Pair(u8, &'static str);
    #[derive(Serialize)]
    enum Variant {
        Unit,
        New(Pair),
        Tuple(u8, bool),
        Struct { a: Vec<u8>, b: Option<char> },
    }
    check((Unit, New(3), Pair(4, "x"), ()));
    check([Variant::Unit, Variant::New(Pair(5, "y")), Variant::Tuple(6, true)]);
    check(Variant::Struct { a: vec![1, 2], b: Some('é') });
    check(BTreeMap::from([(1u64, Some("one")), (2, None)]));
    check(BTreeMap::from([(true, json!({ "a": [[], {}] }))]));
}
