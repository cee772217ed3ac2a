use enhanced_config_core::{Document, Layer};

/// A value that can be packed into bytes and made again from them.
///
/// What is shared anyway, or too small to be worth packing, need not become bytes: it stays in memory as
/// [`Kept`](Self::Kept) beside them.
///
/// ```
/// use enhanced_config_cache::Compressible;
/// use enhanced_config_core::Document;
/// use std::{path::PathBuf, sync::Arc};
///
/// struct Config { document: Document, root: Arc<PathBuf>, version: u64 }
///
/// impl Compressible for Config {
///     type Kept = (Arc<PathBuf>, u64);
///
///     fn pack(&self) -> (Vec<u8>, Self::Kept) {
///         (self.document.pack(), (Arc::clone(&self.root), self.version))
///     }
///
///     fn restore(bytes: &[u8], (root, version): &Self::Kept) -> Option<Self> {
///         let document = Document::unpack(bytes).ok()?;
///         Some(Self { document, root: Arc::clone(root), version: *version })
///     }
///
///     fn weight(&self) -> usize {
///         self.document.weight()
///     }
/// }
/// ```
///
/// No lock is held while any of this runs, so it may be slow.
pub trait Compressible: Sized + Send + Sync {
    /// What stays in memory while the rest is bytes; `()` if all becomes bytes.
    type Kept: Send + Sync;

    /// The value as bytes that compress well, and what is not in them.
    fn pack(&self) -> (Vec<u8>, Self::Kept);

    /// The value that [`pack`](Self::pack) took apart; `None` if the bytes are damaged, which counts as a miss.
    fn restore(bytes: &[u8], kept: &Self::Kept) -> Option<Self>;

    /// The bytes of memory that this value takes, as the limits count it. It must not change.
    fn weight(&self) -> usize;

    /// The bytes of memory that `kept` takes. Default: its own size, without what it points at.
    fn kept_weight(kept: &Self::Kept) -> usize {
        size_of_val(kept)
    }
}

/// Packed as [`Document::pack`] does it: values, layers and places survive.
///
/// A document that was restored has layers of its own, so the weight counts the layers, too, although documents that
/// were never packed may share them.
impl Compressible for Document {
    type Kept = ();

    fn pack(&self) -> (Vec<u8>, ()) {
        (Document::pack(self), ())
    }

    fn restore(bytes: &[u8], (): &()) -> Option<Self> {
        Document::unpack(bytes).ok()
    }

    fn weight(&self) -> usize {
        let layers: usize = self.layers().iter().map(Layer::heap_bytes).sum();
        size_of::<Self>() + self.heap_bytes() + layers
    }
}
