use std::fmt;
use std::sync::Arc;

use enhanced_config_core::Document;
use enhanced_config_layers::{Input, Loaded};
use parking_lot::Mutex;

use crate::attempt::{Trouble, Why};
use crate::reading::{Patience, Reader, Reading};
use crate::snapshot::Snapshot;
use crate::stage::{Hub, Stage};
use crate::system::Shared;
use crate::{Config, LoadError, Rejection};

/// What is needed to make one configuration anew.
pub(crate) struct Slot {
    pub(crate) name: Arc<str>,
    pub(crate) stage: Stage,
    pub(crate) reader: Reader,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Of the snapshot that was served last.
    version: u64,
    /// What kept the last attempt from following the sources.
    trouble: Option<Trouble>,
    /// What the last attempt read or looked for.
    inputs: Arc<[Input]>,
    /// Whether the next attempt reads the sources.
    stale: bool,
    /// What is kept on disk as good.
    #[cfg(feature = "reload")]
    good: Option<crate::Good>,
    /// Where what is served comes from.
    #[cfg(feature = "reload")]
    level: Level,
    /// What is served without overrides, while that is not all of what the sources gave, or not all that is served.
    base: Option<Base>,
    overrides: Vec<(u64, Arc<Document>)>,
    next_override: u64,
    /// Whether an override came or went since the last attempt.
    overridden: bool,
}

/// Where what is served comes from: the first of these that can be had.
#[cfg(feature = "reload")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Level {
    /// The sources, now or when they could be used last in this process.
    #[default]
    Live,
    /// What could be used last before this process started, from the [state directory](crate::Builder::state_dir).
    LastKnownGood,
    /// What schema and builder set without any file: see [`serve_defaults`](crate::Builder::serve_defaults).
    Defaults,
    /// Nothing is served yet.
    Nothing,
}

/// What the sources gave, and what of it is served.
#[derive(Clone)]
pub(crate) struct Base {
    pub(crate) given: Arc<Loaded>,
    /// The same, or with what was served before where only a restart changes it.
    pub(crate) kept: Arc<Loaded>,
}

/// What an attempt starts from.
pub(crate) struct Sources {
    /// What the sources give.
    pub(crate) given: Result<Arc<Loaded>, Rejection>,
    /// Whether they were read for it; else it is what they gave before.
    pub(crate) are_read: bool,
    /// Whether an override came or went.
    pub(crate) is_overridden: bool,
}

impl Base {
    /// Whether something waits for a restart.
    pub(crate) fn waits(&self) -> bool {
        !Arc::ptr_eq(&self.given, &self.kept)
    }
}

impl Slot {
    pub(crate) fn new(name: &str, hub: &Hub, reading: &Reading) -> Self {
        let (reader, name): (_, Arc<str>) = (reading.reader(name), name.into());
        Self { stage: Stage::new(&name, hub), reader, name, state: Mutex::default() }
    }

    /// Of what was served last, 0 when nothing was.
    pub(crate) fn version(&self) -> u64 {
        self.state.lock().version
    }

    pub(crate) fn set_version(&self, version: u64) {
        self.state.lock().version = version;
    }

    /// Has the next attempt read the sources.
    pub(crate) fn read_again(&self) {
        self.state.lock().stale = true;
    }

    /// What an attempt read, and what keeps the configuration from following it; gives back what did before.
    pub(crate) fn note(&self, inputs: &Arc<[Input]>, trouble: Option<Trouble>) -> Option<Trouble> {
        let mut state = self.state.lock();
        state.inputs = Arc::clone(inputs);
        #[cfg(feature = "reload")]
        if trouble.is_none() {
            state.level = Level::Live;
        }
        std::mem::replace(&mut state.trouble, trouble)
    }

    /// Whether what is served was made of what an input is. If not, the next attempt reads it.
    pub(crate) fn follows(&self, served: &Snapshot, input: &Input) -> bool {
        let mut state = self.state.lock();
        let follows = state.trouble.is_none() && served.loaded.inputs.contains(input);
        state.stale |= !follows;
        follows
    }

    /// What keeps the configuration from following its sources.
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        self.state.lock().trouble.clone()
    }

    /// What is kept on disk as good.
    #[cfg(feature = "reload")]
    pub(crate) fn good(&self) -> Option<crate::Good> {
        self.state.lock().good.clone()
    }

    #[cfg(feature = "reload")]
    pub(crate) fn level(&self) -> Level {
        self.state.lock().level
    }

    #[cfg(feature = "reload")]
    pub(crate) fn set_level(&self, level: Level) {
        self.state.lock().level = level;
    }

    #[cfg(feature = "reload")]
    pub(crate) fn set_good(&self, good: crate::Good) {
        self.state.lock().good = Some(good);
    }

    /// What the last attempt read or looked for.
    pub(crate) fn inputs(&self) -> Arc<[Input]> {
        Arc::clone(&self.state.lock().inputs)
    }

    /// What the sources give, read if they have to be.
    pub(crate) fn sources(&self, shared: &Shared, old: Option<&Config>, patience: Patience) -> Sources {
        let mut state = self.state.lock();
        let is_overridden = std::mem::take(&mut state.overridden);
        let is_stale = std::mem::take(&mut state.stale);
        drop(state);
        let before = old.filter(|_| !is_stale).map(|old| self.given_base(old));
        let are_read = before.is_none();
        let read = || shared.reading.read(&self.reader, patience, || shared.run(&self.name)).map(Arc::new);
        let given = before.map_or_else(read, Ok);
        Sources { given, are_read, is_overridden }
    }

    /// What the sources gave when they could be used last.
    pub(crate) fn given_base(&self, served: &Config) -> Arc<Loaded> {
        let base = self.base();
        base.map_or_else(|| Arc::clone(served.loaded()), |base| base.given)
    }

    /// What of it is served, if anything is.
    pub(crate) fn kept_base(&self, served: Option<&Config>) -> Option<Arc<Loaded>> {
        let base = self.base().map(|base| base.kept);
        base.or_else(|| served.map(|served| Arc::clone(served.loaded())))
    }

    fn base(&self) -> Option<Base> {
        self.state.lock().base.clone()
    }

    /// Keeps what the sources gave for as long as something else is served.
    pub(crate) fn keep_base(&self, base: &Base) {
        let mut state = self.state.lock();
        let is_needed = base.waits() || !state.overrides.is_empty();
        let before = std::mem::replace(&mut state.base, is_needed.then(|| base.clone()));
        drop(state);
        // Where no lock is held: what goes may be large.
        drop(before);
    }

    /// What is laid over all layers.
    pub(crate) fn overrides(&self) -> Vec<Arc<Document>> {
        self.state.lock().overrides.iter().map(|(_, document)| Arc::clone(document)).collect()
    }

    /// Lays a document over all layers until the guard is dropped.
    pub(crate) fn lay_over(
        self: &Arc<Self>,
        shared: &Arc<Shared>,
        document: Document,
    ) -> Result<OverrideGuard, LoadError> {
        let served = shared.current(self)?;
        let document = Arc::new(document);
        // Tried out first, so that an override that does not fit troubles nobody.
        let documents: Vec<_> = self.overrides().into_iter().chain([Arc::clone(&document)]).collect();
        shared.overlay(&self.name, &self.given_base(&served), &documents)?;
        let id = self.add_override(document);
        let guard = OverrideGuard { id, slot: Arc::clone(self), shared: Arc::clone(shared) };
        match shared.make(self, &Why::Override) {
            Some(Err(rejection)) => Err(rejection.into()),
            _ => Ok(guard),
        }
    }

    fn add_override(&self, document: Arc<Document>) -> u64 {
        let mut state = self.state.lock();
        let id = state.next_override;
        state.next_override += 1;
        state.overrides.push((id, document));
        state.overridden = true;
        id
    }

    fn remove_override(&self, id: u64) {
        let mut state = self.state.lock();
        state.overrides.retain(|(other, _)| *other != id);
        state.overridden = true;
    }
}

/// Ends a temporary override when it is dropped: what was served without it is served again.
#[must_use = "dropping the guard ends the override"]
pub struct OverrideGuard {
    id: u64,
    slot: Arc<Slot>,
    shared: Arc<Shared>,
}

impl Drop for OverrideGuard {
    fn drop(&mut self) {
        self.slot.remove_override(self.id);
        // The base folded without this override before, so what is left of it folds again; if another override
        // stands in the way, what is served stays.
        if let Some(Err(error)) = self.shared.make(&self.slot, &Why::Override) {
            tracing::error!(config = &*self.slot.name, "an override could not be taken back: {error}");
        }
    }
}

impl fmt::Debug for OverrideGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OverrideGuard").field("config", &self.slot.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EnhancedConfigSystem;
    use crate::attempt::{Ended, Made};
    use crate::stage::Event;
    use std::sync::mpsc;
    use std::time::Duration;

    /// That of the cache itself is held in a test of its own.
    #[test]
    fn a_warm_load_takes_no_lock() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("app.json"), "{\"port\": 80}").unwrap();
        let system = EnhancedConfigSystem::builder(dir.path()).build().unwrap();
        let system = Arc::new(system);
        assert_eq!(system.load_config("app").unwrap().version(), 1);
        let slot = system.shared.slot("app");
        let _locks = (system.shared.slots.lock(), slot.state.lock(), system.shared.recipes.schemas.hold());
        #[cfg(feature = "reload")]
        let _reloader = system.shared.hub.reloader.lock();
        let (tell, told) = mpsc::channel();
        let reader = Arc::clone(&system);
        // An attempt that holds its turn is a writer, too.
        let _ = slot.stage.run(|| {
            let (reader, tell) = (Arc::clone(&reader), tell.clone());
            std::thread::spawn(move || {
                let port = || reader.load_config("app").ok()?.get::<u16>("port").ok();
                tell.send((0..1000).all(|_| port() == Some(80)))
            });
            assert_eq!(told.recv_timeout(Duration::from_secs(10)), Ok(true));
            Made { ended: Ended::Moved, inputs: Arc::default(), event: Event::default() }
        });
    }
}
