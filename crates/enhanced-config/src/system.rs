use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use enhanced_config_core::{Document, ExtractOptions, Layer, LayerKind, Redactor};
use enhanced_config_files::{ConfigRoot, Name};
use enhanced_config_layers::{LoadFailure, Loaded, Texts};
use parking_lot::Mutex;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::builder::{Builder, Recipes};
use crate::slot::{OverrideGuard, Slot};
use crate::{Config, LoadError, Rejection};

/// All configurations of a program, beneath one directory.
///
/// Loading a name runs the sources once; from then on it costs a look-up. Shared by reference or in an `Arc`, from
/// any thread.
pub struct EnhancedConfigSystem {
    shared: Arc<Shared>,
    slots: ArcSwap<HashMap<Box<str>, Arc<Slot>>>,
    /// Held while a slot is added.
    adding: Mutex<()>,
}

/// What making a configuration takes.
pub(crate) struct Shared {
    pub(crate) root: ConfigRoot,
    pub(crate) recipes: Recipes,
    pub(crate) options: ExtractOptions,
}

impl EnhancedConfigSystem {
    /// A system for the configurations in `directory`.
    pub fn builder(directory: impl AsRef<Path>) -> Builder {
        Builder::new(directory.as_ref())
    }

    pub(crate) fn new(root: ConfigRoot, recipes: Recipes, options: ExtractOptions) -> Self {
        let shared = Arc::new(Shared { root, recipes, options });
        Self { shared, slots: ArcSwap::default(), adding: Mutex::default() }
    }

    /// The configuration called `name`, loaded at its first use. However many threads ask at once, it is read once.
    ///
    /// # Errors
    /// When the name is not allowed, or everything that is wrong with the configuration. A later call tries again.
    pub fn load_config(&self, name: &str) -> Result<Arc<Config>, LoadError> {
        if let Some(config) = self.slots.load().get(name).and_then(|slot| slot.config.load_full()) {
            return Ok(config);
        }
        self.make(name)
    }

    /// The configuration called `name` as a type. See [`Config::extract`].
    ///
    /// # Errors
    /// As [`load_config`](Self::load_config), and everything that the type does not take.
    pub fn load<T: DeserializeOwned>(&self, name: &str) -> Result<T, LoadError> {
        Ok(self.load_config(name)?.extract()?)
    }

    /// Lays `values` over all layers of a configuration until the guard is dropped: for tests and experiments.
    ///
    /// # Errors
    /// When `values` does not serialise to a map, or the configuration cannot be loaded with it; then nothing changes.
    pub fn override_config<T: Serialize + ?Sized>(
        &self,
        name: &str,
        values: &T,
    ) -> Result<OverrideGuard, LoadError> {
        let name = Name::new(name)?;
        let layer = Layer::new(LayerKind::Runtime, "override");
        let document = Document::from_serialize(values, layer)
            .map_err(|problems| Rejection::new(name.as_str(), problems, Texts::default(), Redactor::new()))?;
        let slot = self.slot(name.as_str());
        let guard = slot.lay_over(&self.shared, name.as_str(), document);
        if guard.is_err() {
            self.forget(name.as_str(), &slot);
        }
        guard
    }

    #[cold]
    fn make(&self, name: &str) -> Result<Arc<Config>, LoadError> {
        let name = Name::new(name)?;
        let slot = self.slot(name.as_str());
        let mut making = slot.making.lock();
        if let Some(config) = slot.config.load_full() {
            return Ok(config);
        }
        let made = slot.publish(&self.shared, name.as_str(), &mut making);
        drop(making);
        if made.is_err() {
            self.forget(name.as_str(), &slot);
        }
        made
    }

    fn slot(&self, name: &str) -> Arc<Slot> {
        if let Some(slot) = self.slots.load().get(name) {
            return Arc::clone(slot);
        }
        let _adding = self.adding.lock();
        let mut slots = HashMap::clone(&self.slots.load());
        let slot = slots.entry(name.into()).or_insert_with(|| Arc::new(Slot::new()));
        let slot = Arc::clone(slot);
        self.slots.store(Arc::new(slots));
        slot
    }

    /// Forgets a slot that nothing was ever served from, so that names that do not exist take no memory.
    fn forget(&self, name: &str, slot: &Arc<Slot>) {
        let _adding = self.adding.lock();
        // The map and the caller: nobody else waits on this slot.
        if slot.config.load().is_none() && Arc::strong_count(slot) == 2 {
            let mut slots = HashMap::clone(&self.slots.load());
            slots.remove(name);
            self.slots.store(Arc::new(slots));
        }
    }
}

/// The directory and the names that are served; the values may be secret.
impl fmt::Debug for EnhancedConfigSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnhancedConfigSystem")
            .field("directory", &self.shared.root.path())
            .field("configs", &self.slots.load().keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// Runs the sources of a configuration.
    pub(crate) fn run(&self, name: &str) -> Result<Loaded, LoadError> {
        let loaded = self.recipes.of(name).load(&self.root).map_err(|failure| reject(name, failure))?;
        for warning in &loaded.warnings {
            tracing::warn!(config = name, "{warning}");
        }
        tracing::debug!(config = name, layers = loaded.layers.len(), "loaded");
        Ok(loaded)
    }

    pub(crate) fn overlay(
        &self,
        name: &str,
        base: &Loaded,
        documents: &[Arc<Document>],
    ) -> Result<Loaded, LoadError> {
        self.recipes.of(name).overlay(base, documents).map_err(|failure| reject(name, failure))
    }

    pub(crate) fn config(&self, name: &str, version: u64, loaded: Arc<Loaded>) -> Config {
        Config::new(name, version, loaded, self.root.clone(), self.options.clone())
    }
}

fn reject(name: &str, failure: LoadFailure) -> LoadError {
    let LoadFailure { problems, texts, redactor, .. } = failure;
    Rejection::new(name, problems, texts, redactor).into()
}
