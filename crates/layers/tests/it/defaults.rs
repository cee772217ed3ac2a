//! Defaults that depend on what the layers say.

use enhanced_config_core::{Document, Layer, LayerKind, NodeRef};
use enhanced_config_files::ConfigRoot;
use enhanced_config_layers::{FileSource, Layers};
use serde_json::json;

fn port_where_there_is_tls(merged: NodeRef<'_>) -> Option<Document> {
    merged.get("tls")?;
    let layer = Layer::new(LayerKind::Defaults, "schema");
    Document::from_serialize(&json!({ "tls": { "port": 443 }, "name": "none" }), layer).ok()
}

#[test]
fn they_lie_below_all_layers_and_see_them_folded() {
    let dir = tempfile::tempdir().unwrap();
    let root = ConfigRoot::open(dir.path()).unwrap();
    let load = |text: &str| {
        std::fs::write(dir.path().join("app.json"), text).unwrap();
        let layers =
            Layers::new().with_source(FileSource::named("app")).with_defaults(port_where_there_is_tls);
        let loaded = layers.load(&root).unwrap();
        let over =
            Document::from_serialize(&json!({ "tls": {} }), Layer::new(LayerKind::Runtime, "test")).unwrap();
        let over = layers.overlay(&loaded, &[over.into()]).unwrap();
        (loaded, over)
    };
    let (loaded, over) = load(r#"{"tls": {"cert": "c"}, "name": "app"}"#);
    assert_eq!(loaded.document.get("tls.port").unwrap().origin().to_string(), "schema");
    assert_eq!(loaded.document.get("name").unwrap().as_str(), Some("app"));
    assert_eq!(loaded.explain(&"name".parse().unwrap()).layers.len(), 2);
    assert_eq!(over.layers.len(), 3, "they are made anew, not laid over themselves");

    let (loaded, over) = load(r#"{"name": "app"}"#);
    assert!(loaded.document.get("tls").is_none());
    assert_eq!(over.document.get("tls.port").unwrap().as_u64(), Some(443));
}
