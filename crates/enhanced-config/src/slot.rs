use std::fmt;
use std::sync::Arc;

use enhanced_config_core::Document;
use enhanced_config_layers::Loaded;
use parking_lot::Mutex;

use crate::system::Shared;
use crate::{Config, LoadError};

/// What is needed to make one configuration anew.
#[derive(Default)]
pub(crate) struct Slot {
    /// Held while the configuration is made, so that many at once make it once.
    pub(crate) making: Mutex<Making>,
}

#[derive(Default)]
pub(crate) struct Making {
    /// Of the snapshot that was served last.
    pub(crate) version: u64,
    /// Whether the last attempt to follow the files failed, so that this is said once.
    pub(crate) stale: bool,
    /// What the sources gave, while there are overrides.
    base: Option<Arc<Loaded>>,
    overrides: Vec<(u64, Arc<Document>)>,
    next_override: u64,
}

impl Slot {
    /// Lays a document over all layers until the guard is dropped.
    pub(crate) fn lay_over(
        self: &Arc<Self>,
        shared: &Arc<Shared>,
        name: &str,
        document: Document,
    ) -> Result<OverrideGuard, LoadError> {
        let mut making = self.making.lock();
        let base = match &making.base {
            Some(base) => Arc::clone(base),
            None => making.current_base(shared, name)?,
        };
        let id = making.next_override;
        making.next_override += 1;
        making.overrides.push((id, Arc::new(document)));
        if let Err(error) = making.publish(shared, name, base) {
            making.overrides.retain(|(other, _)| *other != id);
            return Err(error);
        }
        drop(making);
        Ok(OverrideGuard { id, name: name.into(), slot: Arc::clone(self), shared: Arc::clone(shared) })
    }
}

impl Making {
    /// Runs the sources and serves what they and the overrides give.
    pub(crate) fn run(&mut self, shared: &Arc<Shared>, name: &str) -> Result<Config, LoadError> {
        let loaded = Arc::new(shared.run(name)?);
        self.publish(shared, name, loaded)
    }

    /// Serves what `base` and the overrides give.
    fn publish(&mut self, shared: &Arc<Shared>, name: &str, base: Arc<Loaded>) -> Result<Config, LoadError> {
        let documents: Vec<Arc<Document>> =
            self.overrides.iter().map(|(_, document)| Arc::clone(document)).collect();
        let loaded = match documents.as_slice() {
            [] => Arc::clone(&base),
            documents => Arc::new(shared.overlay(name, &base, documents)?),
        };
        self.base = (!self.overrides.is_empty()).then_some(base);
        Ok(shared.serve(name, self, loaded))
    }

    /// What the sources gave, without overrides, of which there are none yet.
    fn current_base(&self, shared: &Arc<Shared>, name: &str) -> Result<Arc<Loaded>, LoadError> {
        match shared.shelf.get(name) {
            Some(served) => Ok(Arc::clone(&served.loaded)),
            None => shared.run(name).map(Arc::new),
        }
    }
}

/// Ends a temporary override when it is dropped: what was served without it is served again.
#[must_use = "dropping the guard ends the override"]
pub struct OverrideGuard {
    id: u64,
    name: Box<str>,
    slot: Arc<Slot>,
    shared: Arc<Shared>,
}

impl Drop for OverrideGuard {
    fn drop(&mut self) {
        let mut making = self.slot.making.lock();
        making.overrides.retain(|(id, _)| *id != self.id);
        let Some(base) = making.base.clone() else { return };
        // The base folded without this override before, so what is left of it folds again; if another override
        // stands in the way, what is served stays.
        if let Err(error) = making.publish(&self.shared, &self.name, base) {
            tracing::error!(config = &*self.name, "an override could not be taken back: {error}");
        }
    }
}

impl fmt::Debug for OverrideGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OverrideGuard").field("config", &self.name).finish_non_exhaustive()
    }
}
