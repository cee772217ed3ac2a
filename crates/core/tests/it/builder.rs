//! Documents out of tokens: what the builder says on the way, and what it refuses.

use enhanced_config_core::{
    BuildError, Document, DocumentBuilder, Duplicate, KeyPath, Kind, Layer, LayerKind, Value,
};

fn layer(name: &str) -> Layer {
    Layer::new(LayerKind::Base, name)
}

/// A builder inside of the root.
fn begun() -> DocumentBuilder {
    let mut builder = DocumentBuilder::new(layer("app"));
    builder.open_map(0).unwrap();
    builder
}

/// The map whose keys are given with their positions, each with `null` one byte behind.
fn nulls(keys: &[(&str, u32)]) -> Result<Document, BuildError> {
    let mut builder = begun();
    for (key, position) in keys {
        builder.key(key, *position)?;
        builder.null(position + 1)?;
    }
    builder.close()?;
    builder.finish()
}

fn duplicates(keys: &[(&str, u32)]) -> Vec<(String, u32, u32)> {
    let Err(BuildError::Duplicates(found)) = nulls(keys) else { panic!("no duplicates in {keys:?}") };
    found.into_iter().map(|Duplicate { path, first, second, .. }| (path.to_string(), first, second)).collect()
}

#[test]
fn it_tells_where_it_is() {
    let mut builder = DocumentBuilder::new(layer("app"));
    assert_eq!((builder.innermost(), builder.path()), (None, KeyPath::root()));
    builder.open_map(3).unwrap();
    assert_eq!(builder.innermost(), Some((Kind::Map, 3)));
    builder.key("servers", 4).unwrap();
    assert_eq!(builder.path().to_string(), "servers");
    builder.open_list(14).unwrap();
    assert_eq!(builder.innermost(), Some((Kind::List, 14)));
    builder.null(15).unwrap();
    builder.null(16).unwrap();
    assert_eq!(builder.path().to_string(), "servers[2]");
    builder.open_map(20).unwrap();
    builder.key("host", 21).unwrap();
    assert_eq!(builder.path().to_string(), "servers[2].host");
    builder.null(27).unwrap();
    builder.close().unwrap();
    assert_eq!(
        (builder.innermost(), builder.path().to_string()),
        (Some((Kind::List, 14)), "servers[3]".into())
    );
}

#[test]
fn it_knows_the_keys_of_the_open_map_and_no_others() {
    let mut builder = begun();
    assert!(!builder.has_key("a"));
    builder.key("a", 0).unwrap();
    builder.open_map(0).unwrap();
    builder.key("b", 0).unwrap();
    builder.null(0).unwrap();
    assert_eq!((builder.has_key("a"), builder.has_key("b"), builder.has_key("c")), (false, true, false));
    builder.close().unwrap();
    assert_eq!((builder.has_key("a"), builder.has_key("b")), (true, false));
    assert!(!DocumentBuilder::new(layer("app")).has_key("a"));
}

#[test]
fn every_scalar_is_what_it_was() {
    let mut builder = begun();
    let scalars = [
        Value::Null,
        Value::Bool(true),
        Value::Integer(-7),
        Value::Unsigned(u64::MAX),
        Value::Float(-0.5),
        Value::String("é"),
    ];
    builder.key("list", 0).unwrap();
    builder.open_list(0).unwrap();
    for (at, scalar) in (10..).zip(scalars) {
        builder.scalar(scalar, at).unwrap();
    }
    builder.close().unwrap();
    builder.key("again", 0).unwrap();
    let empty = nulls(&[]).unwrap();
    builder.scalar(empty.root().value(), 0).unwrap();
    builder.close().unwrap();
    let document = builder.finish().unwrap();
    let list = document.get("list").unwrap();
    assert_eq!(format!("{:?}", list.index(0).unwrap().value()), "Null");
    assert_eq!(list.index(1).unwrap().as_bool(), Some(true));
    assert_eq!(list.index(2).unwrap().as_i64(), Some(-7));
    assert_eq!((list.index(3).unwrap().as_i64(), list.index(3).unwrap().as_u64()), (None, Some(u64::MAX)));
    assert_eq!(list.index(4).unwrap().as_f64(), Some(-0.5));
    assert_eq!(list.index(5).unwrap().as_str(), Some("é"));
    assert_eq!(list.items().map(|item| item.position()).collect::<Vec<_>>(), [10, 11, 12, 13, 14, 15]);
    let again = document.get("again").unwrap();
    assert_eq!((again.kind(), again.len()), (Kind::Map, 0));
}

#[test]
fn an_unsigned_integer_that_fits_is_a_plain_one() {
    let mut builder = begun();
    for (key, value) in [("most", i64::MAX as u64), ("more", i64::MAX as u64 + 1)] {
        builder.key(key, 0).unwrap();
        builder.unsigned(value, 0).unwrap();
    }
    builder.close().unwrap();
    let document = builder.finish().unwrap();
    assert!(matches!(document.get("most").unwrap().value(), Value::Integer(i64::MAX)));
    assert!(matches!(document.get("more").unwrap().value(), Value::Unsigned(value) if value == 1 << 63));
}

#[test]
fn a_limit_is_what_is_still_allowed() {
    let values = |count: usize, limit: usize| {
        let mut builder = DocumentBuilder::new(layer("app")).with_max_values(limit);
        builder.open_map(0)?;
        builder.key("list", 0)?;
        builder.open_list(0)?;
        (2..count).try_for_each(|at| builder.integer(at as i64, 0))?;
        builder.close()?;
        builder.close()?;
        builder.finish()
    };
    assert_eq!(values(10, 10).unwrap().values(), 10);
    assert_eq!(values(11, 10).unwrap_err(), BuildError::TooManyValues { limit: 10 });

    let depth = |levels: usize, limit: usize| {
        let mut builder = DocumentBuilder::new(layer("app")).with_max_depth(limit);
        builder.open_map(0)?;
        builder.key("a", 0)?;
        (1..levels).try_for_each(|_| builder.open_list(0))?;
        (1..levels).try_for_each(|_| builder.close())?;
        if levels == 1 {
            builder.null(0)?;
        }
        builder.close()?;
        builder.finish()
    };
    for (levels, limit, allowed) in [(1, 1, true), (2, 1, false), (9, 9, true), (10, 9, false)] {
        let expected = if allowed { None } else { Some(BuildError::TooDeep { limit }) };
        assert_eq!(depth(levels, limit).err(), expected, "{levels} levels of {limit}");
    }
    let most = DocumentBuilder::MAX_DEPTH;
    assert_eq!(depth(most + 1, most * 2).unwrap_err(), BuildError::TooDeep { limit: most });
}

#[test]
fn a_document_has_no_more_layers_than_it_can_number() {
    let mut builder = begun();
    // The one that it began with counts, and one that is known costs nothing.
    for number in 1..DocumentBuilder::MAX_LAYERS {
        builder.set_layer(&layer(&number.to_string())).unwrap();
    }
    builder.set_layer(&layer("app")).unwrap();
    builder.set_layer(&layer("7")).unwrap();
    assert_eq!(builder.set_layer(&layer("one more")), Err(BuildError::TooManyLayers));
    builder.key("a", 0).unwrap();
    builder.null(0).unwrap();
    builder.close().unwrap();
    let document = builder.finish().unwrap();
    assert_eq!(document.layers().len(), DocumentBuilder::MAX_LAYERS);
    assert_eq!(document.get("a").unwrap().layer().name(), "7");
}

#[test]
fn what_is_not_nested_as_a_document_is_is_refused() {
    type Steps = fn(&mut DocumentBuilder) -> Result<(), BuildError>;
    let cases: [(&str, Steps); 7] = [
        ("nothing", |_| Ok(())),
        ("a list at the root", |b| b.open_list(0).and_then(|()| b.close())),
        ("a scalar at the root", |b| b.null(0)),
        ("two roots", |b| (0..2).try_for_each(|_| b.open_map(0).and_then(|()| b.close()))),
        ("a map left open", |b| b.open_map(0)),
        ("a value without a key", |b| b.open_map(0).and_then(|()| b.null(0)).and_then(|()| b.close())),
        ("a key without a value", |b| b.open_map(0).and_then(|()| b.key("a", 0)).and_then(|()| b.close())),
    ];
    for (name, steps) in cases {
        let mut builder = DocumentBuilder::new(layer("app"));
        let result = steps(&mut builder).and_then(|()| builder.finish());
        assert_eq!(result.err(), Some(BuildError::Unbalanced), "{name}");
    }
    let mut builder = begun();
    builder.close().unwrap();
    assert_eq!(builder.close(), Err(BuildError::Unbalanced));
    let mut builder = begun();
    builder.key("list", 0).unwrap();
    builder.open_list(0).unwrap();
    builder.key("a", 0).unwrap();
    assert_eq!(builder.null(0), Err(BuildError::Unbalanced));
}

#[test]
fn each_key_that_stands_twice_is_named_with_both_places() {
    let twice = [("a", 0), ("b", 10), ("a", 20), ("c", 30), ("b", 40), ("a", 50)];
    let expected = |path: &str, first, second| (path.to_owned(), first, second);
    assert_eq!(duplicates(&twice), [expected("a", 0, 20), expected("b", 10, 40), expected("a", 0, 50)]);
    assert_eq!(nulls(&twice).unwrap_err().to_string(), "3 duplicate keys, the first is a",);

    // Large maps are looked up in another way than small ones: all sizes around where that changes.
    for others in 10..40u32 {
        let names: Vec<String> = (0..others).map(|number| format!("k{number}")).collect();
        let mut keys: Vec<(&str, u32)> = names.iter().map(String::as_str).zip((0..).step_by(10)).collect();
        assert_eq!(nulls(&keys).unwrap().root().len(), others as usize);
        keys.push(("k3", 1000));
        assert_eq!(duplicates(&keys), [expected("k3", 30, 1000)], "{others} others");
    }
}

#[test]
fn of_very_many_duplicates_only_the_first_are_kept() {
    let keys = |count: u32| (0..count).map(|at| ("a", at)).collect::<Vec<_>>();
    let most = DocumentBuilder::MAX_DUPLICATES;
    assert_eq!(duplicates(&keys(most as u32 + 1)).len(), most);
    assert_eq!(duplicates(&keys(most as u32 + 2)).len(), most);
    assert_eq!(duplicates(&keys(500)).last().unwrap(), &("a".to_owned(), 0, most as u32));
}

#[test]
fn a_copy_keeps_what_and_where_it_was() {
    let mut other = DocumentBuilder::new(layer("other"));
    other.open_map(1).unwrap();
    other.key("list", 2).unwrap();
    other.open_list(9).unwrap();
    other.string("x", 10).unwrap();
    other.set_layer(&layer("third")).unwrap();
    other.integer(5, 12).unwrap();
    other.set_layer(&layer("other")).unwrap();
    other.close().unwrap();
    other.close().unwrap();
    let other = other.finish().unwrap();

    let mut builder = begun();
    builder.key("copy", 0).unwrap();
    builder.copy(other.root()).unwrap();
    builder.key("own", 5).unwrap();
    builder.null(10).unwrap();
    builder.close().unwrap();
    let document = builder.finish().unwrap();
    let copy = document.get("copy").unwrap();
    assert_eq!(copy, other.root());
    let places = ["copy", "copy.list", "copy.list[0]", "copy.list[1]", "own"].map(|path| {
        let node = document.get(path).unwrap();
        (node.layer().name(), node.key_position(), node.position())
    });
    assert_eq!(
        places,
        [("other", 0, 1), ("other", 2, 9), ("other", 10, 10), ("third", 12, 12), ("app", 5, 10)]
    );
}

#[test]
fn debug_says_how_far_it_is_and_not_what_it_holds() {
    let mut builder = begun();
    builder.key("password", 0).unwrap();
    builder.string("canary", 0).unwrap();
    builder.key("list", 0).unwrap();
    builder.open_list(0).unwrap();
    builder.string("canary", 0).unwrap();
    builder.close().unwrap();
    builder.key("inner", 0).unwrap();
    builder.open_map(0).unwrap();
    assert_eq!(format!("{builder:?}"), "DocumentBuilder { rows: 3, open: 2, .. }");
}
