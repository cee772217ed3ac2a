use enhanced_config_core::{Document, Layer, LayerKind, Problems};
use serde::Serialize;

use crate::{Context, Source};

/// Values set in code: defaults of the program, or whatever a test needs.
#[derive(Debug, Clone)]
pub struct ValueSource {
    document: Document,
}

impl ValueSource {
    /// Defaults, below every file. `value` is anything that serialises to a map.
    ///
    /// # Errors
    /// When it does not.
    pub fn defaults<T: Serialize + ?Sized>(value: &T) -> Result<Self, Problems> {
        Self::new(LayerKind::Defaults, "defaults", value)
    }

    /// Values that play another part, under a name for people.
    ///
    /// # Errors
    /// When `value` does not serialise to a map.
    pub fn new<T: Serialize + ?Sized>(kind: LayerKind, name: &str, value: &T) -> Result<Self, Problems> {
        Document::from_serialize(value, Layer::new(kind, name)).map(Self::from)
    }
}

impl From<Document> for ValueSource {
    fn from(document: Document) -> Self {
        Self { document }
    }
}

impl Source for ValueSource {
    fn load(&self, _: &mut Context<'_>) -> Result<Vec<Document>, Problems> {
        Ok(vec![self.document.clone()])
    }
}
