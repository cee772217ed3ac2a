//! What is served where nothing else can be.

use std::collections::BTreeMap;
use std::sync::Arc;

use enhanced_config_layers::ValueSource;

use crate::slot::Slot;
use crate::system::Shared;
use crate::{Config, Rejection};

impl Shared {
    /// Serves what schema and builder set, because nothing is served and the sources cannot be used; if that is allowed,
    /// is anything, and is all that the schema asks for.
    pub(crate) fn of_defaults(&self, slot: &Slot, rejection: &Rejection) -> Option<Config> {
        if !self.recipes.serve_defaults {
            return None;
        }
        let schema = self.schema(&slot.name).ok()?;
        // Something for the schema's defaults to lie below.
        let nothing = ValueSource::defaults(&BTreeMap::<String, bool>::new()).ok()?;
        let layers = self.recipes.of_defaults(&slot.name, &schema).with_source(nothing);
        let mut loaded = self.checked(&slot.name, &schema, layers.load(&self.root).ok()?).ok()?;
        if loaded.document.root().is_empty() {
            return None;
        }
        // Readers look at what keeps the sources from being used.
        loaded.inputs = rejection.inputs().to_vec();
        #[cfg(feature = "reload")]
        slot.set_level(crate::Level::Defaults);
        Some(self.put(slot, slot.version() + 1, &Arc::new(loaded)))
    }
}
