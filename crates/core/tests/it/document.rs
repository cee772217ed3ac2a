//! What a document weighs, and what it tells of itself.

use enhanced_config_core::{Document, DocumentBuilder, Layer, LayerKind};

const COUNT: usize = 3000;

/// A map of `COUNT` values below one key, as a map of its own or as a list, each value added by `add`.
fn many(builder: DocumentBuilder, keys: bool, add: impl Fn(&mut DocumentBuilder, usize)) -> Document {
    let mut builder = builder;
    builder.open_map(0).unwrap();
    builder.key("all", 0).unwrap();
    if keys { builder.open_map(0) } else { builder.open_list(0) }.unwrap();
    for number in 0..COUNT {
        if keys {
            builder.key(&format!("key-{number:06}"), 0).unwrap();
        }
        add(&mut builder, number);
    }
    builder.close().unwrap();
    builder.close().unwrap();
    builder.finish().unwrap()
}

fn builder() -> DocumentBuilder {
    DocumentBuilder::new(Layer::new(LayerKind::Base, "app"))
}

/// What a document holds takes so many bytes, and what it reserved and did not use it gave back.
#[track_caller]
fn check(document: &Document, bytes_per_value: usize) {
    /// Each of its tables may keep half a kilobyte that it does not use.
    const SLACK: usize = 4096;
    let expected = COUNT * bytes_per_value;
    let found = document.heap_bytes();
    assert!((expected..expected + SLACK).contains(&found), "{found} bytes instead of {expected} or few more");
}

#[test]
fn a_document_takes_few_bytes_and_keeps_none_that_it_does_not_use() {
    /// A row, and the distance to its key.
    const ROW: usize = 12 + 1;
    check(&many(builder(), false, |b, _| b.null(0).unwrap()), ROW);
    check(&many(builder().with_capacity(100_000, 1 << 20), false, |b, _| b.null(0).unwrap()), ROW);
    check(&many(builder(), false, |b, n| b.float(0.1 + n as f64, 0).unwrap()), ROW + 8);
    check(&many(builder(), false, |b, n| b.string(&format!("text-{n:06}"), 0).unwrap()), ROW + 11);
    // Its text, where that ends, five slots for four keys; and in the map's own table 4096 slots of four bytes.
    const KEY: usize = 10 + 4 + 5;
    let slots = (4096 * 4) / COUNT;
    check(&many(builder(), true, |b, _| b.null(0).unwrap()), ROW + KEY + slots);
    // A key far from its value has its row and its place noted.
    check(&many(builder(), true, |b, _| b.null(1000).unwrap()), ROW + KEY + slots + 8);
}

#[test]
fn texts_that_are_repeated_are_stored_once() {
    for length in [7, 9, 100, 256] {
        let texts = ["a", "b", "c"].map(|letter| letter.repeat(length));
        let text = |number: usize| &*texts[number % 3];
        // What comes first makes it worth it.
        let first = "-".repeat(1100);
        let document = many(builder(), false, |builder, number| {
            builder.string(if number == 0 { &first } else { text(number) }, 0).unwrap();
        });
        check(&document, 12 + 1);
        let items = document.get("all").unwrap().items();
        assert!(items.enumerate().skip(1).all(|(number, item)| item.as_str() == Some(text(number))));
    }
}

#[test]
fn debug_says_how_large_it_is_and_not_what_it_holds() {
    let document = many(builder(), false, |b, _| b.string("canary", 0).unwrap());
    assert_eq!(
        format!("{document:?}"),
        r#"Document { rows: 3002, keys: 1, layers: [Layer(base file, "app")], .. }"#
    );
}

#[test]
fn layers_get_other_names_and_keep_their_places() {
    let layer = Layer::of_text(LayerKind::Base, "app.yaml", "a: 1\nb: 2\n");
    let mut builder = DocumentBuilder::new(layer);
    builder.open_map(0).unwrap();
    builder.key("b", 5).unwrap();
    builder.integer(2, 8).unwrap();
    builder.close().unwrap();
    let document = builder.finish().unwrap();
    let copy = document.clone().with_layer_names(|layer| format!("copy of {}", layer.name()));
    assert_eq!(document.get("b").unwrap().origin().to_string(), "app.yaml:2:4");
    assert_eq!(copy.get("b").unwrap().origin().to_string(), "copy of app.yaml:2:4");
    assert_eq!(copy.get("b").unwrap().key_origin().to_string(), "copy of app.yaml:2:1");
}

#[test]
fn a_layer_weighs_what_its_places_take() {
    let check = |layer: Layer, names: usize| {
        let (found, least) = (layer.heap_bytes(), layer.name().len() + names);
        assert!((least..least + 300).contains(&found), "{found} bytes instead of {least} and few more");
    };
    let name = "n".repeat(1000);
    check(Layer::new(LayerKind::Base, name.as_str()), 0);
    // A byte for each line of usual length, and one for each character of several bytes.
    check(Layer::of_text(LayerKind::Base, "a", &"line\n".repeat(5000)), 5000);
    check(Layer::of_text(LayerKind::Base, "a", &"é".repeat(5000)), 5000);
    let variables = vec![name.into_boxed_str(); 10];
    check(Layer::of_variables(LayerKind::Environment, "a", variables), 10 * (1000 + size_of::<Box<str>>()));
}
