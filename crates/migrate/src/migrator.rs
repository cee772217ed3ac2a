use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use enhanced_config_core::{Document, KeyPath, Problems, Redactor, Segment};
use enhanced_config_format::{Editor, Format, Limits, ParseOptions, emit};

use crate::former::Passage;
use crate::migration::Steps;
use crate::plan::Hop;
use crate::route::route;
use crate::{
    FormerKeys, MigrateError, Migration, MigrationPlan, Observed, RegisterError, StepError, Version,
};

/// The migrations of any number of configurations.
///
/// ```
/// use enhanced_config_format::{Editor, Format, ParseOptions};
/// use enhanced_config_migrate::{ConfigMigrator, Migration, Step, Version};
///
/// let mut migrator = ConfigMigrator::new();
/// let step = Step::Rename { path: "server.host".parse::<enhanced_config_core::KeyPath>()?.into(), key: "address".into() };
/// migrator.register(Migration::new("app", Version::new(1, 0, 0), Version::new(1, 1, 0), vec![step]))?;
///
/// let text = "version: 1.0.0\nserver:\n  host: a # where\n";
/// let editor = Editor::new(text.as_bytes(), Format::Yaml, "app.yaml", &ParseOptions::default())?;
/// let plan = migrator.plan_to_latest("app", &editor)?;
/// assert_eq!(plan.editor().text(), "version: 1.1.0\nserver:\n  address: a # where\n");
/// let back = migrator.plan("app", plan.editor(), &Version::new(1, 0, 0))?;
/// assert_eq!(back.editor().text(), text);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct ConfigMigrator {
    configs: BTreeMap<String, History>,
}

/// What is known of one configuration.
#[derive(Clone)]
struct History {
    version_key: KeyPath,
    base: Option<Version>,
    migrations: BTreeMap<(Version, Version), Migration>,
    checks: BTreeMap<Version, Arc<Check>>,
}

type Check = dyn Fn(&Document) -> Result<(), Problems> + Send + Sync;

impl Default for History {
    fn default() -> Self {
        let version_key = [Segment::from("version")].into_iter().collect();
        Self { version_key, base: None, migrations: BTreeMap::new(), checks: BTreeMap::new() }
    }
}

impl ConfigMigrator {
    /// Without any migrations.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a migration.
    ///
    /// # Errors
    /// When it does not lead to a newer version, so that ways could lead in a circle, or when there is one between the
    /// same versions already.
    pub fn register(&mut self, migration: Migration) -> Result<(), RegisterError> {
        let (config, from, to) = (migration.config.clone(), migration.from.clone(), migration.to.clone());
        if from >= to {
            return Err(RegisterError::NotForward { config, from, to });
        }
        let history = self.configs.entry(config.clone()).or_default();
        if history.migrations.contains_key(&(from.clone(), to.clone())) {
            return Err(RegisterError::Twice { config, from, to });
        }
        history.migrations.insert((from, to), migration);
        Ok(())
    }

    /// Sets where a configuration says its version. Default: `version`.
    pub fn set_version_key(&mut self, config: &str, key: KeyPath) {
        self.configs.entry(config.to_owned()).or_default().version_key = key;
    }

    /// Sets the version of a document that does not say one. Default: none, so that it is refused.
    pub fn set_base(&mut self, config: &str, version: Version) {
        self.configs.entry(config.to_owned()).or_default().base = Some(version);
    }

    /// Sets what a document of a version has to be, once it has been migrated to that version: the schema of that
    /// version, for example.
    pub fn set_check(
        &mut self,
        config: &str,
        version: Version,
        check: impl Fn(&Document) -> Result<(), Problems> + Send + Sync + 'static,
    ) {
        self.configs.entry(config.to_owned()).or_default().checks.insert(version, Arc::new(check));
    }

    /// The configurations that have migrations, in the order of their names.
    pub fn configs(&self) -> impl Iterator<Item = &str> {
        self.configs
            .iter()
            .filter(|(_, history)| !history.migrations.is_empty())
            .map(|(name, _)| name.as_str())
    }

    /// The versions that are known of a configuration, in ascending order.
    pub fn versions(&self, config: &str) -> Vec<Version> {
        self.configs.get(config).map(History::versions).unwrap_or_default()
    }

    /// Where a configuration says its version.
    pub fn version_key(&self, config: &str) -> Option<&KeyPath> {
        self.configs.get(config).map(|history| &history.version_key)
    }

    /// The version that a document says it has, or the one declared for documents that do not say one.
    ///
    /// # Errors
    /// When there is none, it is not readable, or it is not known.
    pub fn version(&self, config: &str, document: &Document) -> Result<Version, MigrateError> {
        let history = self.history(config)?;
        let key = &history.version_key;
        let Some(node) = document.at(key) else {
            let none = || MigrateError::NoVersion {
                config: config.to_owned(),
                key: key.clone(),
                supported: history.versions(),
            };
            return history.base.clone().ok_or_else(none);
        };
        let origin = node.origin();
        let bad =
            || MigrateError::BadVersion { key: key.clone(), found: node.kind(), origin: origin.clone() };
        let version = Version::of(node).ok_or_else(bad)?;
        history.known(config, &version, Some(origin.clone()))?;
        Ok(version)
    }

    /// What it takes to bring a text to the newest version.
    ///
    /// # Errors
    /// As [`plan`](Self::plan).
    pub fn plan_to_latest(&self, config: &str, editor: &Editor) -> Result<MigrationPlan, MigrateError> {
        let latest = self.history(config)?.versions().pop();
        match latest {
            Some(latest) => self.plan(config, editor, &latest),
            None => Err(self.unknown(config)),
        }
    }

    /// What it takes to bring a text to a version, newer or older: the shortest way, and the text that comes of it.
    ///
    /// After each migration the version is written where it belongs, and the document [checked](Self::set_check). A
    /// text that has the version already is left as it is, to the byte.
    ///
    /// # Errors
    /// When the version of the text or the one asked for is not known, no way leads from one to the other or two ways
    /// of the same length do, a step fails, or a check refuses what it made.
    pub fn plan(&self, config: &str, editor: &Editor, to: &Version) -> Result<MigrationPlan, MigrateError> {
        let history = self.history(config)?;
        let from = self.version(config, editor.document())?;
        history.known(config, to, None)?;
        let hops = history.hops(&from, to);
        let way = route(config, &hops, &from, to)?;
        let hops: Vec<_> = way.iter().zip(way.iter().skip(1)).map(|(from, to)| Hop::new(from, to)).collect();
        let mut edited = editor.clone();
        let observed = RefCell::new(Vec::new());
        edited.transaction(|editor| {
            // It may be called twice.
            observed.borrow_mut().clear();
            hops.iter().try_for_each(|hop| {
                let before = history.is_code(hop).then(|| editor.document().clone());
                history.hop(config, editor, hop)?;
                let seen = before.map(|before| Observed::between(hop, &before, editor.document()));
                observed.borrow_mut().extend(seen);
                Ok(())
            })
        })?;
        Ok(MigrationPlan {
            config: config.to_owned(),
            from: from.clone(),
            to: to.clone(),
            hops,
            before: editor.clone(),
            after: edited,
            redactor: Redactor::new(),
            observed: observed.into_inner(),
        })
    }

    /// The keys that the migrations of a configuration took away, to look for in layers that lie over a document of the
    /// newest version; none when it has no migrations. `observe` is asked what code was seen to do, if there is code on
    /// the way: the [`observed`](MigrationPlan::observed) of the plan that made the document, or by
    /// [`observe`](Self::observe).
    pub fn former_keys<'m>(
        &'m self,
        config: &str,
        observe: impl Fn() -> Vec<Observed> + 'm,
    ) -> Option<FormerKeys<'m>> {
        let history = self.history(config).ok()?;
        let versions = history.versions();
        let (newest, older) = versions.split_last()?;
        let ways = older.iter().rev().filter_map(|from| history.way_up(config, from, newest)).collect();
        Some(FormerKeys::new(&history.version_key, ways, observe))
    }

    /// What code of migrations does to a document of the newest version, found out by taking it back as far as there is a
    /// way: nothing when there is none.
    pub fn observe(&self, config: &str, document: &Document) -> Vec<Observed> {
        let versions = self.versions(config);
        let text = emit(document.root(), Format::Json).unwrap_or_default();
        // It was within the limits of its own format.
        let mut limits = Limits::default();
        (limits.text_bytes, limits.values, limits.key_bytes) = (usize::MAX, usize::MAX, usize::MAX);
        let options = ParseOptions::default().with_limits(limits);
        let Ok(editor) = Editor::new(text.as_bytes(), Format::Json, config, &options) else {
            return Vec::new();
        };
        let back = |to| self.plan(config, &editor, to).ok().map(|plan| plan.observed);
        versions.iter().find_map(back).unwrap_or_default()
    }

    fn history(&self, config: &str) -> Result<&History, MigrateError> {
        let history = self.configs.get(config).filter(|history| !history.migrations.is_empty());
        history.ok_or_else(|| self.unknown(config))
    }

    fn unknown(&self, config: &str) -> MigrateError {
        let registered = self.configs().map(str::to_owned).collect();
        MigrateError::UnknownConfig { config: config.to_owned(), registered }
    }
}

impl History {
    fn versions(&self) -> Vec<Version> {
        let ends = self.migrations.keys().flat_map(|(from, to)| [from, to]);
        ends.chain(&self.base).cloned().collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn known(
        &self,
        config: &str,
        version: &Version,
        origin: Option<enhanced_config_core::Origin>,
    ) -> Result<(), MigrateError> {
        let supported = self.versions();
        let (config, version) = (config.to_owned(), version.clone());
        if supported.contains(&version) {
            return Ok(());
        }
        Err(match supported.last() {
            Some(latest) if version > *latest => {
                MigrateError::FutureVersion { config, version, supported, origin }
            }
            _ => MigrateError::UnknownVersion { config, version, supported, origin },
        })
    }

    /// The migrations in the direction of `to`, those down only where there is a way back.
    fn hops<'v>(&'v self, from: &Version, to: &Version) -> Vec<(&'v Version, &'v Version)> {
        if from <= to {
            return self.migrations.keys().map(|(from, to)| (from, to)).collect();
        }
        let back = self.migrations.values().filter(|migration| migration.down.is_some());
        back.map(|migration| (&migration.to, &migration.from)).collect()
    }

    /// The migrations from an older version to the newest; none when there is no way, or it is not clear which.
    fn way_up<'m>(&'m self, config: &str, from: &Version, newest: &Version) -> Option<Vec<Passage<'m>>> {
        let hops = self.hops(from, newest);
        let way = route(config, &hops, from, newest).ok()?;
        let migration = |(from, to): (&&Version, &&Version)| {
            self.migrations.get(&((*from).clone(), (*to).clone())).map(Passage::of)
        };
        way.iter().zip(way.iter().skip(1)).map(migration).collect()
    }

    fn is_code(&self, hop: &Hop) -> bool {
        matches!(self.steps(&hop.from, &hop.to), Some(Steps::Code(_)))
    }

    fn hop(&self, config: &str, editor: &mut Editor, hop: &Hop) -> Result<(), MigrateError> {
        let Hop { from, to, .. } = hop;
        let failed = |(step, error): (String, StepError)| MigrateError::Step {
            config: config.to_owned(),
            from: from.clone(),
            to: to.clone(),
            step,
            error: Box::new(error),
        };
        if let Some(steps) = self.steps(from, to) {
            steps.apply(editor).map_err(failed)?;
        }
        editor
            .set(&self.version_key, to.to_string())
            .map_err(|error| failed(("writing the version".to_owned(), error.into())))?;
        let check = self.checks.get(to);
        check.map_or(Ok(()), |check| check(editor.document())).map_err(|problems| MigrateError::Refused {
            config: config.to_owned(),
            from: from.clone(),
            version: to.clone(),
            problems,
        })
    }

    fn steps(&self, from: &Version, to: &Version) -> Option<&Steps> {
        if from < to {
            return self.migrations.get(&(from.clone(), to.clone())).map(|migration| &migration.up);
        }
        self.migrations.get(&(to.clone(), from.clone()))?.down.as_ref()
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History")
            .field("version_key", &self.version_key)
            .field("base", &self.base)
            .field("migrations", &self.migrations.keys())
            .field("checks", &self.checks.keys())
            .finish()
    }
}
