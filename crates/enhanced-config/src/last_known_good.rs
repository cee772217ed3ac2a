//! What could be used last, kept in a directory of state for the day when nothing can.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use enhanced_config_core::KeyPath;
use enhanced_config_layers::Layers;
use enhanced_config_reload::{LastKnownGood, Saved, StateDir};

use crate::slot::{Level, Slot};
use crate::system::Shared;
use crate::{Config, Good, Rejection};

/// The directory, if it can be used. That it cannot be must not keep a program from starting.
pub(crate) fn open(path: PathBuf) -> Option<StateDir> {
    let state = StateDir::open(path).inspect_err(|error| tracing::warn!("{}", error.warning())).ok()?;
    if let Some(warning) = state.warning() {
        tracing::warn!("{warning}");
    }
    Some(state)
}

impl Shared {
    /// Serves what was good last, because nothing is served and the sources cannot be used.
    pub(crate) fn last_known_good(&self, slot: &Slot, rejection: &Rejection) -> Option<Config> {
        let state = self.hub.state.as_ref()?;
        let kept =
            state.load(&slot.name).inspect_err(|error| tracing::warn!("{}", error.warning())).ok()??;
        let LastKnownGood { document, version, saved, .. } = kept;
        let loaded = self.recipe(&slot.name).restore(document, rejection.inputs().to_vec());
        slot.set_good(Good { version, saved });
        slot.set_level(Level::LastKnownGood);
        Some(self.put(slot, slot.version() + 1, &Arc::new(loaded)))
    }

    /// The recipe of a configuration; one to which everything is secret where its schema cannot be used, because nobody
    /// says what is not, and where secrets may have been taken in elsewhere by `${…}`.
    fn recipe(&self, name: &str) -> Layers {
        match self.schema(name) {
            Ok(schema) if !self.recipes.interpolate => self.recipes.of(name, &schema),
            _ => Layers::new().with_redactor(self.recipes.redactor.clone().with_secret(&KeyPath::root())),
        }
    }

    /// Keeps what is served from now on, unless it was made for a test or is not what the sources say.
    pub(crate) fn keep_as_good(&self, slot: &Slot, config: &Config) {
        let Some(state) = &self.hub.state else { return };
        if !slot.overrides().is_empty() || slot.trouble().is_some() {
            return;
        }
        let (version, saved) = (config.version(), SystemTime::now());
        match state.save(&slot.name, config.document(), version, saved) {
            Ok(Saved::Written) => slot.set_good(Good { version, saved }),
            Ok(Saved::Unchanged) => {
                let kept = state.load(&slot.name).ok().flatten();
                let kept = kept.map(|kept| Good { version: kept.version, saved: kept.saved });
                slot.set_good(kept.unwrap_or(Good { version, saved }));
            }
            Err(error) => tracing::warn!("{}", error.warning()),
        }
    }
}
