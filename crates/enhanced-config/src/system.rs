use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use enhanced_config_core::{
    Change, Document, ExtractOptions, KeyPath, Kind, Layer, LayerKind, Problems, Redactor, diff, take_back,
};
use enhanced_config_files::{ConfigRoot, Name};
use enhanced_config_format::Format;
use enhanced_config_layers::{FileSource, Input, Layers, LoadFailure, Loaded, Texts};
use parking_lot::Mutex;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::attempt::{Made, Why};
use crate::builder::Builder;
use crate::freshness::Checks;
use crate::monitoring::Monitoring;
use crate::reading::Reading;
use crate::recipes::Recipes;
use crate::report::{Checked, ValidationReport};
use crate::schemas::{SchemaOf, Unusable};
use crate::served::{self, Shelf};
use crate::slot::{OverrideGuard, Slot};
use crate::snapshot::{Label, Snapshot};
use crate::stage::Hub;
use crate::step::Step;
use crate::{Config, LoadError, Rejection};

/// All configurations of a program, beneath one directory.
///
/// Loading a name runs the sources once; from then on it costs a look-up. Shared by reference or in an `Arc`, from
/// any thread.
pub struct EnhancedConfigSystem {
    pub(crate) shared: Arc<Shared>,
}

/// What making a configuration takes.
pub(crate) struct Shared {
    pub(crate) root: Arc<ConfigRoot>,
    pub(crate) recipes: Recipes,
    pub(crate) options: ExtractOptions,
    pub(crate) checks: Checks,
    pub(crate) shelf: Shelf,
    pub(crate) hub: Hub,
    pub(crate) reading: Reading,
    pub(crate) monitoring: Monitoring,
    pub(crate) slots: Mutex<HashMap<Box<str>, Arc<Slot>>>,
}

/// Beyond so many configurations none that has never been served is remembered.
const MOST_TROUBLED: usize = 1024;

impl EnhancedConfigSystem {
    /// A system for the configurations in `directory`.
    pub fn builder(directory: impl AsRef<Path>) -> Builder {
        Builder::new(directory.as_ref())
    }

    pub(crate) fn new(shared: Shared) -> Self {
        let shared = Arc::new(shared);
        shared.monitoring.watch(&shared);
        Self { shared }
    }

    /// The configuration called `name`, loaded at its first use. However many threads ask at once, it is read once.
    ///
    /// How later changes of its files are noticed is the builder's [`freshness`](crate::Builder::freshness). A change
    /// that cannot be used is logged, and what was served goes on being served.
    ///
    /// # Errors
    /// When the name is not allowed, or everything that is wrong with the configuration. A later call tries again.
    #[inline]
    pub fn load_config(&self, name: &str) -> Result<Config, LoadError> {
        let Some(served) = self.shared.shelf.get(name) else { return self.load_anew(name) };
        served.label.reads.hit();
        let checks = &self.shared.checks;
        if checks.are_for_readers() && checks.is_due(&served.label.checked) {
            return Ok(self.shared.refresh(Config::new(served)));
        }
        Ok(Config::new(served))
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
        let slot = self.shared.slot(name.as_str());
        let guard = slot.lay_over(&self.shared, document);
        if guard.is_err() {
            self.shared.forget(&slot);
        }
        guard
    }

    /// Checks a configuration as it is on disk now, without serving it: its warnings if it can be used.
    ///
    /// # Errors
    /// As [`load_config`](Self::load_config).
    pub fn validate_config(&self, name: &str) -> Result<Problems, LoadError> {
        let name = Name::new(name)?;
        Ok(self.shared.run_with(name.as_str(), |layers| layers)?.warnings)
    }

    /// Checks every configuration as it is on disk now: each that has a base file, a schema, defaults or rules.
    pub fn validate_all_configs(&self) -> ValidationReport {
        let names = self.shared.names();
        let check = |(at, name): (usize, String)| {
            tracing::info!(config = name, at = at + 1, of = names.len(), "checking");
            Checked::new(&name, self.validate_config(&name))
        };
        ValidationReport::new(names.iter().cloned().enumerate().map(check).collect())
    }

    /// What a configuration would be if its base file held `text`, without saving or serving it.
    ///
    /// The text is in the format of the file that there is, or YAML while there is none.
    ///
    /// # Errors
    /// When the name is not allowed, or everything that is wrong with the configuration.
    pub fn dry_run(&self, name: &str, text: &str) -> Result<Config, LoadError> {
        let name = Name::new(name)?;
        let name = name.as_str();
        let path = FileSource::named(name).path(&self.shared.root);
        let path =
            path.map_err(|problems| Rejection::new(name, problems, Texts::default(), Redactor::new()))?;
        let path = path.unwrap_or_else(|| format!("{name}.yaml").into());
        let loaded = self.shared.run_with(name, |layers| layers.with_text(path, text))?;
        Ok(Config::new(served::alone(self.shared.snapshot(name, 0, Arc::new(loaded)))))
    }

    /// What the schema of a configuration says, for people: every key in a Markdown table, and a commented sample file in
    /// each format. Nothing for a configuration without a schema.
    ///
    /// # Errors
    /// When the name is not allowed, or everything that is wrong with the schema.
    #[cfg(feature = "schema")]
    pub fn describe(&self, name: &str) -> Result<Option<crate::schema::Description>, LoadError> {
        let name = Name::new(name)?;
        let described = self.shared.of_schema(name.as_str(), SchemaOf::describe)?;
        let prefix = self.shared.recipes.prefix(name.as_str());
        Ok(described.map(|description| match prefix {
            Some(prefix) => description.with_env_prefix(&prefix),
            None => description,
        }))
    }

    /// The schema of a configuration with all that it refers to as JSON text, for the editor of whoever writes the file:
    /// save it as `<name>.schema.json`. Nothing for a configuration without a schema.
    ///
    /// # Errors
    /// As [`describe`](Self::describe).
    #[cfg(feature = "schema")]
    pub fn editor_schema(&self, name: &str) -> Result<Option<String>, LoadError> {
        let name = Name::new(name)?;
        self.shared.of_schema(name.as_str(), SchemaOf::for_editors)
    }

    /// What the cache of loaded configurations holds and has done: each [`load_config`](Self::load_config) is one request.
    /// The system itself loads what is missing, which its monitor counts, so that `loads` stays 0. Printed, it
    /// is a table.
    #[cfg(feature = "cache")]
    pub fn cache_stats(&self) -> enhanced_config_cache::CacheStats {
        self.shared.shelf.stats()
    }

    #[cold]
    fn load_anew(&self, name: &str) -> Result<Config, LoadError> {
        let slot = self.shared.slot(Name::new(name)?.as_str());
        let loaded = self.shared.current(&slot);
        if loaded.is_err() {
            self.shared.forget(&slot);
        }
        let config = loaded?;
        config.label().reads.missed();
        Ok(config)
    }
}

/// The directory and the names that are served; the values may be secret.
impl fmt::Debug for EnhancedConfigSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnhancedConfigSystem")
            .field("directory", &self.shared.root.path())
            .field("configs", &self.shared.slots.lock().keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl Shared {
    pub(crate) fn slot(&self, name: &str) -> Arc<Slot> {
        let mut slots = self.slots.lock();
        Arc::clone(
            slots.entry(name.into()).or_insert_with(|| Arc::new(Slot::new(name, &self.hub, &self.reading))),
        )
    }

    /// The slot of a configuration that somebody used.
    pub(crate) fn known_slot(&self, name: &str) -> Option<Arc<Slot>> {
        self.slots.lock().get(name).map(Arc::clone)
    }

    /// Forgets a slot that nothing was ever served from and nobody depends on, so that names that do not exist take no
    /// memory. A few whose sources fail are remembered, so that they are left alone.
    fn forget(&self, slot: &Arc<Slot>) {
        let mut slots = self.slots.lock();
        // The map and the caller: nobody else waits on this slot.
        let is_remembered = slot.reader.is_troubled() && slots.len() <= MOST_TROUBLED;
        if Arc::strong_count(slot) == 2 && slot.version() == 0 && slot.stage.is_idle() && !is_remembered {
            slots.remove(&*slot.name);
        }
    }

    /// What is served under a name, made if nothing is.
    pub(crate) fn current(self: &Arc<Self>, slot: &Arc<Slot>) -> Result<Config, Rejection> {
        match self.shelf.peek(&slot.name) {
            Some(served) => Ok(Config::new(served)),
            None => {
                let made = self.make(slot, &Why::Use).unwrap_or_else(|| self.alone(slot));
                // Where the files are broken, what was good before may be served.
                made.or_else(|rejection| self.shelf.peek(&slot.name).map(Config::new).ok_or(rejection))
            }
        }
    }

    /// What the files say, if they are not what they were and can be used.
    #[cold]
    fn refresh(self: &Arc<Self>, served: Config) -> Config {
        let slot = self.slot(served.name());
        // Whoever makes it already will serve it to all.
        let made = slot.stage.try_run(|| {
            let mut changed = served.loaded().changed(&self.root);
            if changed.is_empty() {
                // What could not be read may look as it did.
                if !slot.trouble().is_some_and(|trouble| trouble.problems.is_transient()) {
                    return Made::unchanged(served.clone());
                }
                changed = slot.inputs().iter().map(|input| input.path.clone()).collect();
            }
            slot.read_again();
            self.attempt(&slot, &Why::Look(changed), &|_| true)
        });
        made.and_then(|made| made.ended.config().cloned()).unwrap_or(served)
    }

    /// Has an attempt made, or takes what came of one that others had made at the same time. None inside an attempt,
    /// which another one follows then.
    pub(crate) fn make(self: &Arc<Self>, slot: &Arc<Slot>, why: &Why) -> Option<Result<Config, Rejection>> {
        loop {
            let made = slot.stage.run(|| match (why, self.shelf.peek(&slot.name)) {
                // Somebody else was faster.
                (Why::Use, Some(served)) => Made::unchanged(Config::new(served)),
                (Why::Save(input), Some(served)) if slot.follows(&served, input) => {
                    Made::unchanged(Config::new(served))
                }
                _ => self.attempt(slot, why, &|_| true),
            })?;
            let Some(served) = made.served() else { continue };
            self.follow(slot);
            return Some(served);
        }
    }

    /// What the sources say now, for somebody who wants it in the middle of an attempt that has not come to serve
    /// anything yet.
    fn alone(&self, slot: &Slot) -> Result<Config, Rejection> {
        let loaded = Arc::new(self.run(&slot.name)?);
        Ok(Config::new(served::alone(self.snapshot(&slot.name, slot.version() + 1, loaded))))
    }

    /// Runs the sources of a configuration and checks what they give.
    pub(crate) fn run(&self, name: &str) -> Result<Loaded, Rejection> {
        let loaded = self.run_with(name, |layers| layers)?;
        for warning in &loaded.warnings {
            tracing::warn!(config = name, "{warning}");
        }
        tracing::debug!(config = name, layers = loaded.layers.len(), "loaded");
        Ok(loaded)
    }

    /// As [`run`](Self::run), with a change to the recipe and without a word to anybody.
    pub(crate) fn run_with(
        &self,
        name: &str,
        change: impl FnOnce(Layers) -> Layers,
    ) -> Result<Loaded, Rejection> {
        let schema = match self.schema(name) {
            Ok(schema) => schema,
            Err(_) => self.schema_or_inputs(name)?,
        };
        let layers = change(self.recipes.of(name, &schema));
        let loaded = layers.load(&self.root).map_err(|failure| reject(name, &schema, failure))?;
        self.checked(name, &schema, loaded)
    }

    pub(crate) fn overlay(
        &self,
        name: &str,
        base: &Loaded,
        documents: &[Arc<Document>],
    ) -> Result<Loaded, Rejection> {
        let schema = self.schema(name)?;
        let layers = self.recipes.of(name, &schema);
        let loaded = layers.overlay(base, documents).map_err(|failure| reject(name, &schema, failure))?;
        self.checked(name, &schema, loaded)
    }

    /// What was loaded, if its schema and its rules accept it.
    pub(crate) fn checked(&self, name: &str, schema: &SchemaOf, loaded: Loaded) -> Result<Loaded, Rejection> {
        Step::Validate.run(name, || self.checked_untraced(name, schema, loaded), Result::is_ok)
    }

    fn checked_untraced(
        &self,
        name: &str,
        schema: &SchemaOf,
        mut loaded: Loaded,
    ) -> Result<Loaded, Rejection> {
        add_inputs(&mut loaded.inputs, &schema.inputs);
        let began = self.checks.clock.now();
        let problems = schema.check(&mut loaded);
        loaded.warnings.extend(problems);
        let profiles: Vec<&str> = self.recipes.profiles.iter().map(Name::as_str).collect();
        loaded.warnings.extend(self.recipes.schemas.check_rules(name, &profiles, &loaded));
        loaded.warnings.sort();
        self.monitoring.validated(name, self.checks.clock.now() - began, &loaded.warnings);
        if loaded.warnings.has_errors() {
            let rejection = Rejection::new(name, loaded.warnings, loaded.texts, loaded.redactor);
            return Err(rejection.with_inputs(loaded.inputs));
        }
        // Whoever still needs a line reads it again: texts would double the memory for an error that rarely comes.
        loaded.texts = Texts::default();
        Ok(loaded)
    }

    /// The names of all configurations there are, in order.
    fn names(&self) -> Vec<String> {
        let files = self.root.list("").unwrap_or_default();
        let stems: BTreeSet<&str> = files.iter().filter_map(|file| configuration(file)).collect();
        // `app.prod` is a layer of `app`, if there is one.
        let is_layer = |name: &&str| {
            name.match_indices('.').any(|(dot, _)| name.get(..dot).is_some_and(|base| stems.contains(base)))
        };
        let of_files = stems.iter().copied().filter(|name| !is_layer(name));
        let names: BTreeSet<&str> = of_files.chain(self.recipes.names()).collect();
        names.into_iter().map(str::to_owned).collect()
    }

    pub(crate) fn schema(&self, name: &str) -> Result<Arc<SchemaOf>, Rejection> {
        let reject = |Unusable { problems, texts, inputs }| {
            Rejection::new(name, problems, texts, Redactor::new()).with_inputs(inputs)
        };
        self.recipes.schemas.of(name, &self.root, self.recipes.limits).map_err(reject)
    }

    /// The schema of a configuration, tried once more after a look at its files: what keeps the schema from being read,
    /// as that the directory is gone, may keep these from it too, and has to be seen to end.
    fn schema_or_inputs(&self, name: &str) -> Result<Arc<SchemaOf>, Rejection> {
        let found = self.recipes.of(name, &SchemaOf::default()).load(&self.root);
        let files = found.map_or_else(|failure| failure.inputs, |loaded| loaded.inputs);
        self.schema(name).map_err(|rejection| {
            let mut inputs = rejection.inputs().to_vec();
            add_inputs(&mut inputs, &files);
            rejection.with_inputs(inputs)
        })
    }

    /// Something made of the schema of a configuration, if it has one.
    #[cfg(feature = "schema")]
    fn of_schema<T>(
        &self,
        name: &str,
        make: impl FnOnce(&SchemaOf, &str) -> Option<Result<T, Problems>>,
    ) -> Result<Option<T>, LoadError> {
        let made = make(&*self.schema(name)?, name).transpose();
        Ok(made.map_err(|problems| Rejection::new(name, problems, Texts::default(), Redactor::new()))?)
    }

    /// What was loaded, with what was served before where only a restart changes it: but for values that are
    /// overridden, as whoever overrides one means it now.
    pub(crate) fn keep_until_restart(
        &self,
        name: &str,
        before: &Loaded,
        loaded: Arc<Loaded>,
        overrides: &[Arc<Document>],
    ) -> Result<Arc<Loaded>, Rejection> {
        let schema = self.schema(name)?;
        let changes = diff(&before.document, &loaded.document);
        let is_overridden = |path: &KeyPath| overrides.iter().any(|document| sets(document, path));
        let waits = |change: &&Change<'_>| schema.needs_restart(change) && !is_overridden(&change.path);
        let mut waiting = changes.iter().filter(waits).peekable();
        if waiting.peek().is_none() {
            return Ok(loaded);
        }
        match take_back(&loaded.document, waiting) {
            // Half old and half new may be neither.
            Ok(document) => {
                Ok(Arc::new(self.checked(name, &schema, loaded.with_document(document, before))?))
            }
            Err(error) => {
                tracing::error!(config = name, "keys that need a restart change at once: {error}");
                Ok(loaded)
            }
        }
    }

    pub(crate) fn snapshot(&self, name: &str, version: u64, loaded: Arc<Loaded>) -> Snapshot {
        let options = Arc::new(self.options.clone().with_redactor(loaded.redactor.clone()));
        let checked = Arc::new(self.checks.now());
        let reads = self.monitoring.reads(name);
        Snapshot {
            label: Label {
                name: name.into(),
                version,
                options,
                checked,
                reads,
                root: Arc::clone(&self.root),
            },
            loaded,
        }
    }
}

/// Whether a document says what is at `path`, or that nothing is there.
fn sets(document: &Document, path: &KeyPath) -> bool {
    let mut node = Some(document.root());
    for segment in path.segments() {
        match node {
            Some(map) if map.kind() == Kind::Map => node = map.at(&KeyPath::root().join(segment.clone())),
            found => return found.is_some(),
        }
    }
    node.is_some()
}

/// The name of the configuration that a file may be the base of.
fn configuration(file: &Path) -> Option<&str> {
    let format = Format::of_path(file).filter(|format| *format != Format::DotEnv)?;
    let name = file.file_stem()?.to_str()?;
    let is_schema = format == Format::Json && name.ends_with(".schema");
    (!is_schema && Name::new(name).is_ok()).then_some(name)
}

fn reject(name: &str, schema: &SchemaOf, failure: LoadFailure) -> Rejection {
    let LoadFailure { problems, texts, redactor, mut inputs, .. } = failure;
    add_inputs(&mut inputs, &schema.inputs);
    Rejection::new(name, problems, texts, redactor).with_inputs(inputs)
}

/// Adds those that are not there yet.
fn add_inputs(inputs: &mut Vec<Input>, more: &[Input]) {
    let new: Vec<Input> = more.iter().filter(|input| !inputs.contains(input)).cloned().collect();
    inputs.extend(new);
}
