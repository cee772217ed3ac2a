use enhanced_config_cache::{CacheOptions, Compressible, ConfigCache, Tier, TierLimits};
use enhanced_config_core::{Document, DocumentBuilder, Layer, LayerKind};

/// A document of a text, each key on a line of its own.
fn document(keys: usize) -> Document {
    let text: String = (0..keys).map(|key| format!("key-{key}: some value or other\n")).collect();
    let layer = Layer::of_text(LayerKind::Base, "config/app.yaml", &text);
    let mut builder = DocumentBuilder::new(layer);
    builder.open_map(0).unwrap();
    for (key, line) in text.lines().enumerate() {
        let position = (line.as_ptr() as usize - text.as_ptr() as usize) as u32;
        builder.key(&format!("key-{key}"), position).unwrap();
        builder.string("some value or other", position + line.find(": ").unwrap() as u32 + 2).unwrap();
    }
    builder.close().unwrap();
    builder.finish().unwrap()
}

/// Everything is cold at once, so that what is got has been packed.
fn cold() -> ConfigCache<String, Document> {
    ConfigCache::new(CacheOptions::default().with_hot(TierLimits { bytes: 0, entries: 0 }))
}

#[test]
fn a_document_comes_back_with_its_places() {
    let cache = cold();
    let original = document(300);
    cache.insert("app".to_owned(), original.clone());
    assert_eq!(cache.tier("app"), Some(Tier::Cold));
    let restored = cache.get("app").unwrap();
    assert_eq!(*restored, original);
    for key in ["key-0", "key-299"] {
        let (restored, original) = (restored.get(key).unwrap(), original.get(key).unwrap());
        assert_eq!(restored.origin(), original.origin());
        assert_eq!(restored.key_origin(), original.key_origin());
    }
    assert_eq!(restored.get("key-299").unwrap().origin().to_string(), "config/app.yaml:300:10");
}

#[test]
fn documents_shrink() {
    let cache = cold();
    cache.insert("app".to_owned(), document(3000));
    let stats = cache.stats();
    assert!(stats.compression_ratio() < 0.2, "{stats}");
    assert!(stats.cold.bytes * 4 < document(3000).weight(), "{stats}");
}

#[test]
fn the_weight_of_a_document_counts_its_layers() {
    // Nothing but lines: the document is small and what it carries is not.
    let layer = Layer::of_text(LayerKind::Base, "app.yaml", &"\n".repeat(1 << 20));
    let mut builder = DocumentBuilder::new(layer);
    builder.open_map(0).unwrap();
    builder.close().unwrap();
    let document = builder.finish().unwrap();
    assert!(document.heap_bytes() < 1000 && document.weight() > 1 << 20);
    let layers: usize = document.layers().iter().map(Layer::heap_bytes).sum();
    assert_eq!(document.weight(), size_of::<Document>() + document.heap_bytes() + layers);
}

/// What a facade would cache: a document, and things that need no packing.
#[derive(Debug, PartialEq)]
struct Config {
    document: Document,
    warnings: Vec<String>,
}

impl Compressible for Config {
    type Kept = Vec<String>;

    fn pack(&self) -> (Vec<u8>, Self::Kept) {
        (self.document.pack(), self.warnings.clone())
    }

    fn restore(bytes: &[u8], warnings: &Self::Kept) -> Option<Self> {
        Some(Self { document: Document::unpack(bytes).ok()?, warnings: warnings.clone() })
    }

    fn weight(&self) -> usize {
        self.document.weight() + Self::kept_weight(&self.warnings)
    }

    fn kept_weight(warnings: &Self::Kept) -> usize {
        warnings.iter().map(|warning| size_of_val(warning) + warning.len()).sum()
    }
}

#[test]
fn what_is_kept_counts_and_comes_back() {
    let kept = |warnings: usize| {
        let options = CacheOptions::default().with_hot(TierLimits { bytes: 0, entries: 0 });
        let cache = ConfigCache::<String, Config>::new(options);
        let config = || Config { document: document(20), warnings: vec!["deprecated".to_owned(); warnings] };
        cache.insert("app".to_owned(), config());
        assert_eq!(*cache.get("app").unwrap(), config());
        cache.stats().cold.bytes
    };
    assert_eq!(kept(100) - kept(0), 100 * (size_of::<String>() + "deprecated".len()));
}
