use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

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

/// Values that the running program lays over all others for a while; later ones win.
///
/// Clones share the values, so that one can be a source and another set them.
#[derive(Debug, Clone, Default)]
pub struct Overrides(Arc<Mutex<Stack>>);

#[derive(Debug, Default)]
struct Stack {
    next: u64,
    documents: Vec<(u64, Document)>,
}

impl Overrides {
    /// No values yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lays values over all others until the guard is dropped. The next load sees them.
    ///
    /// # Errors
    /// When `value` does not serialise to a map.
    pub fn set<T: Serialize + ?Sized>(&self, value: &T) -> Result<OverrideGuard, Problems> {
        let document = Document::from_serialize(value, Layer::new(LayerKind::Runtime, "override"))?;
        let mut stack = self.lock();
        let id = stack.next;
        stack.next += 1;
        stack.documents.push((id, document));
        Ok(OverrideGuard { id, overrides: self.clone() })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Stack> {
        // The stack is whole between any two of its operations, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source for Overrides {
    fn load(&self, _: &mut Context<'_>) -> Result<Vec<Document>, Problems> {
        Ok(self.lock().documents.iter().map(|(_, document)| document.clone()).collect())
    }
}

/// Takes its values away when it is dropped.
#[must_use = "dropping the guard takes the values away"]
pub struct OverrideGuard {
    id: u64,
    overrides: Overrides,
}

impl Drop for OverrideGuard {
    fn drop(&mut self) {
        self.overrides.lock().documents.retain(|(id, _)| *id != self.id);
    }
}

impl fmt::Debug for OverrideGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OverrideGuard").finish_non_exhaustive()
    }
}
