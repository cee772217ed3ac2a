//! What was loaded, taken apart for a cache and put together again; and whether it still is what the files say.

use enhanced_config_core::{Document, Layer, LayerKind};
use enhanced_config_files::ConfigRoot;
use enhanced_config_layers::{DropInSource, EnvSource, FileSource, Layers, Loaded};
use serde_json::json;

fn layers() -> Layers {
    Layers::new()
        .with_source(FileSource::named("app"))
        .with_source(FileSource::named("app.local").optional())
        .with_source(DropInSource::new("app.d"))
        .with_source(EnvSource::new("APP_").with_variables([("APP_PORT", "2"), ("APP_NEW", "x")]))
}

fn write(dir: &tempfile::TempDir, name: &str, text: &str) {
    let path = dir.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn what_is_restored_explains_and_overlays_as_before() {
    let dir = tempfile::tempdir().unwrap();
    write(&dir, "app.json", r#"{"port": 1, "hosts": ["a", "b"], "name": "app"}"#);
    write(&dir, "app.d/1.json", r#"{"hosts": ["c"]}"#);
    let root = ConfigRoot::open(dir.path()).unwrap();
    for layers in [layers(), Layers::new().with_source(FileSource::named("app"))] {
        let loaded = layers.load(&root).unwrap();
        let (bytes, rest) = loaded.pack();
        let restored = Loaded::restore(&bytes, &rest).unwrap();
        assert_eq!(restored.document, loaded.document);
        assert_eq!(restored.warnings, loaded.warnings);
        assert_eq!(restored.inputs, loaded.inputs);
        for path in ["port", "hosts", "name", "new"] {
            let path = path.parse().unwrap();
            assert_eq!(restored.explain(&path).to_string(), loaded.explain(&path).to_string());
        }
        let over =
            Document::from_serialize(&json!({"port": 3}), Layer::new(LayerKind::Runtime, "t")).unwrap();
        let over = layers.overlay(&restored, &[over.into()]).unwrap();
        assert_eq!(over.document.get("port").unwrap().as_u64(), Some(3));
        assert_eq!(over.document.get("hosts").unwrap().len(), loaded.document.get("hosts").unwrap().len());
    }
}

#[test]
fn damaged_bytes_give_nothing_or_the_same() {
    let dir = tempfile::tempdir().unwrap();
    write(&dir, "app.json", r#"{"port": 1}"#);
    let loaded = layers().load(&ConfigRoot::open(dir.path()).unwrap()).unwrap();
    let (bytes, rest) = loaded.pack();
    for at in 0..bytes.len() {
        assert!(Loaded::restore(&bytes[..at], &rest).is_none_or(|cut| cut.document == loaded.document));
        let mut bytes = bytes.clone();
        bytes[at] ^= 0x55;
        assert!(Loaded::restore(&bytes, &rest).is_none_or(|damaged| damaged.document == loaded.document));
    }
}

/// What it is, how it is made, and the places at which it is seen.
type Change<'a> = (&'a str, &'a dyn Fn(), &'a [&'a str]);

#[test]
fn any_change_of_the_files_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    write(&dir, "app.json", r#"{"port": 1}"#);
    let root = ConfigRoot::open(dir.path()).unwrap();
    let remove = |name: &str| std::fs::remove_file(dir.path().join(name)).unwrap();
    let changes: [Change<'_>; 6] = [
        ("another text", &|| write(&dir, "app.json", r#"{"port": 22}"#), &["app.json"]),
        ("a local file", &|| write(&dir, "app.local.json", "{}"), &["app.local.json"]),
        ("a directory of drop-ins", &|| write(&dir, "app.d/1.json", "{}"), &["app.d"]),
        ("one more drop-in", &|| write(&dir, "app.d/2.json", "{}"), &["app.d"]),
        ("one drop-in less", &|| remove("app.d/1.json"), &["app.d", "app.d/1.json"]),
        ("a second file of the name", &|| write(&dir, "app.toml", "a = 1\n"), &["app.toml"]),
    ];
    for (what, change, places) in changes {
        let loaded = layers().load(&root).unwrap();
        assert!(loaded.is_current(&root), "before {what}");
        assert!(loaded.changed(&root).is_empty(), "before {what}");
        change();
        assert!(!loaded.is_current(&root), "{what}");
        let places: Vec<_> = places.iter().map(|place| root.place(place)).collect();
        assert_eq!(loaded.changed(&root), places, "{what}");
    }
}

#[test]
fn what_was_loaded_weighs_what_its_documents_and_their_layers_do() {
    let dir = tempfile::tempdir().unwrap();
    let root = ConfigRoot::open(dir.path()).unwrap();
    let weight = |text: &str| {
        write(&dir, "app.json", text);
        Layers::new().with_source(FileSource::named("app")).load(&root).unwrap().heap_bytes()
    };
    let small = weight(r#"{"a": 1}"#);
    assert!(small < 2000, "{small}");
    // A byte for each line, and a row for each value.
    let lines = weight(&format!("{}{{\"a\": 1}}", "\n".repeat(10_000)));
    assert!((small + 10_000..small + 11_000).contains(&lines), "{lines} beside {small}");
    let values = weight(&format!("{{\"a\": [0{}]}}", ",1".repeat(10_000)));
    assert!((small + 130_000..small + 135_000).contains(&values), "{values} beside {small}");
}
