use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use enhanced_config_core::Document;
use enhanced_config_layers::Loaded;
use parking_lot::Mutex;

use crate::system::Shared;
use crate::{Config, LoadError};

/// The place of one configuration: what is served, and what is needed to make it anew.
pub(crate) struct Slot {
    /// What readers get, without a lock.
    pub(crate) config: ArcSwapOption<Config>,
    /// Held while a configuration is made, so that many at once make it once.
    pub(crate) making: Mutex<Making>,
}

#[derive(Default)]
pub(crate) struct Making {
    /// What the sources gave.
    pub(crate) base: Option<Arc<Loaded>>,
    pub(crate) version: u64,
    overrides: Vec<(u64, Arc<Document>)>,
    next_override: u64,
}

impl Slot {
    pub(crate) fn new() -> Self {
        Self { config: ArcSwapOption::empty(), making: Mutex::default() }
    }

    /// Lays a document over all layers until the guard is dropped.
    pub(crate) fn lay_over(
        self: &Arc<Self>,
        shared: &Arc<Shared>,
        name: &str,
        document: Document,
    ) -> Result<OverrideGuard, LoadError> {
        let mut making = self.making.lock();
        let id = making.next_override;
        making.next_override += 1;
        making.overrides.push((id, Arc::new(document)));
        if let Err(error) = self.publish(shared, name, &mut making) {
            making.overrides.retain(|(other, _)| *other != id);
            return Err(error);
        }
        drop(making);
        Ok(OverrideGuard { id, name: name.into(), slot: Arc::clone(self), shared: Arc::clone(shared) })
    }

    /// Makes what the base and the overrides give, and serves it.
    pub(crate) fn publish(
        &self,
        shared: &Shared,
        name: &str,
        making: &mut Making,
    ) -> Result<Arc<Config>, LoadError> {
        let base = match &making.base {
            Some(base) => Arc::clone(base),
            None => Arc::clone(making.base.insert(Arc::new(shared.run(name)?))),
        };
        let documents: Vec<Arc<Document>> =
            making.overrides.iter().map(|(_, document)| Arc::clone(document)).collect();
        let loaded =
            if documents.is_empty() { base } else { Arc::new(shared.overlay(name, &base, &documents)?) };
        making.version += 1;
        let config = Arc::new(shared.config(name, making.version, loaded));
        self.config.store(Some(Arc::clone(&config)));
        Ok(config)
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
        // The base folded without this override before, so what is left of it folds again; if another override
        // stands in the way, what is served stays.
        if let Err(error) = self.slot.publish(&self.shared, &self.name, &mut making) {
            tracing::error!(config = &*self.name, "an override could not be taken back: {error}");
        }
    }
}

impl fmt::Debug for OverrideGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OverrideGuard").field("config", &self.name).finish_non_exhaustive()
    }
}
