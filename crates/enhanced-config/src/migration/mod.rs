//! Old base files: brought to the newest version in memory whenever they are read, and on disk when that is asked for.

mod former;
mod in_memory;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

#[cfg(feature = "schema")]
use enhanced_config_core::{Document, Layer};
use enhanced_config_core::{ProblemKind, Problems};
use enhanced_config_files::Name;
use enhanced_config_format::Editor;
#[cfg(feature = "schema")]
use enhanced_config_migrate::ConfigMigrator;
use enhanced_config_migrate::{MigrationPlan, Observed, Version};
use parking_lot::Mutex;

use crate::at_once::at_once;
use crate::save::{New, Writing};
use crate::step::Step;
use crate::{EnhancedConfigSystem, SaveError, Saved};

pub(crate) use in_memory::in_memory;

/// How many configurations are migrated at once.
const AT_ONCE: usize = 8;

/// A configuration that was migrated on disk.
#[derive(Debug)]
#[non_exhaustive]
pub struct Migrated {
    /// What was done.
    pub plan: MigrationPlan,
    /// What became of the file.
    pub saved: Saved,
    /// What there is to warn of in the configuration as it is now: keys of the older version in layers that lie over the
    /// base file, among others. Nothing when there was nothing to do.
    pub warnings: Problems,
}

/// What came of migrating all configurations. Printed, it is a list.
#[derive(Debug)]
#[non_exhaustive]
pub struct MigrationReport {
    /// Each configuration that has migrations and a base file, in the order of their names.
    pub configs: Vec<(String, Result<Migrated, SaveError>)>,
}

impl MigrationReport {
    /// Whether all are of their newest version now.
    pub fn is_complete(&self) -> bool {
        self.configs.iter().all(|(_, outcome)| outcome.is_ok())
    }
}

/// A line for each configuration, and one for all.
impl fmt::Display for MigrationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, outcome) in &self.configs {
            match outcome {
                Ok(Migrated { plan, saved: Saved { backup: Some(backup), .. }, warnings }) => {
                    writeln!(f, "{plan}; as it was: {}", backup.path.display())?;
                    let is_former = |kind: &ProblemKind| matches!(kind, ProblemKind::FormerKey { .. });
                    let former = warnings.iter().filter(|warning| is_former(&warning.kind));
                    former.into_iter().try_for_each(|warning| writeln!(f, "  warning: {warning}"))?;
                }
                Ok(Migrated { plan, .. }) => writeln!(f, "{name}: is at {} already", plan.to())?,
                Err(error) => writeln!(f, "{name}: FAILED: {error}")?,
            }
        }
        let done = self.configs.iter().filter(|(_, outcome)| outcome.is_ok()).count();
        write!(f, "{done} of {} are at their newest version", self.configs.len())
    }
}

impl EnhancedConfigSystem {
    /// What it takes to bring the base file of a configuration to a version, or the newest: a dry run, which writes
    /// nothing. Its [`diff`](MigrationPlan::diff) shows what would be written, without what is secret.
    ///
    /// # Errors
    /// When there is no base file, it cannot be read, or there is no way to that version.
    pub fn plan_migration(&self, name: &str, to: Option<&Version>) -> Result<MigrationPlan, SaveError> {
        let name = Name::new(name)?;
        let path = self.shared.base_path(name.as_str())?;
        let file = self.shared.root.read(&path, self.shared.recipes.limits.text_bytes)?;
        let editor = self.shared.editor(name.as_str(), &path, &file.bytes)?;
        self.plan(name.as_str(), &editor, to)
    }

    /// Rewrites the base file of a configuration from one version to another, newer or older, with its comments, behind
    /// a durable backup; and serves it.
    ///
    /// # Errors
    /// When the file is not of the version `from`, a step fails, the configuration would not be valid, or the backup or
    /// the file cannot be written.
    pub fn migrate_config(&self, name: &str, from: &Version, to: &Version) -> Result<Migrated, SaveError> {
        self.migrate(name, Some(from), Some(to))
    }

    /// As [`migrate_config`](Self::migrate_config), from whatever version the file is of to the newest.
    ///
    /// # Errors
    /// As [`migrate_config`](Self::migrate_config).
    pub fn migrate_config_to_latest(&self, name: &str) -> Result<Migrated, SaveError> {
        self.migrate(name, None, None)
    }

    /// Migrates each configuration that has migrations and a base file to its newest version, several at once: while some
    /// wait for the disk, others compute. `progress` is told on this thread the name of each as it is begun, in their
    /// order, its number from 1, and how many there are.
    pub fn migrate_all(&self, mut progress: impl FnMut(&str, usize, usize)) -> MigrationReport {
        let is_there = |name: &&str| !matches!(self.shared.base_path(name), Err(SaveError::NoFile { .. }));
        let names: Vec<&str> = self.shared.recipes.migrator.configs().filter(is_there).collect();
        let begun = |at: usize, name: &&str| progress(name, at + 1, names.len());
        let outcomes = at_once(AT_ONCE, &names, begun, |name| self.migrate_config_to_latest(name));
        MigrationReport { configs: names.iter().map(|&name| name.to_owned()).zip(outcomes).collect() }
    }

    fn migrate(
        &self,
        name: &str,
        from: Option<&Version>,
        to: Option<&Version>,
    ) -> Result<Migrated, SaveError> {
        let name = Name::new(name)?;
        let began = self.shared.checks.clock.now();
        let migrate = || self.migrate_file(&name, from, to);
        let migrated = Step::Migrate.run(name.as_str(), migrate, Result::is_ok);
        let took = self.shared.checks.clock.now() - began;
        match &migrated {
            // Nothing to do is no migration, and what has no file may be any name.
            Ok(done) if done.plan.is_empty() => {}
            Err(SaveError::NoFile { .. }) => {}
            done => self.shared.monitoring.migrated(name.as_str(), took, done.is_ok()),
        }
        migrated
    }

    fn migrate_file(
        &self,
        name: &Name,
        from: Option<&Version>,
        to: Option<&Version>,
    ) -> Result<Migrated, SaveError> {
        let (mut made, mut warnings) = (None, Problems::new());
        let saved = self.shared.write(name.as_str(), |writing| {
            let plan = self.plan(writing.name, &writing.text()?, to)?;
            if let Some(expected) = from.filter(|from| *from != plan.from()) {
                let (expected, found) = (expected.clone(), plan.from().clone());
                return Err(SaveError::OtherVersion { name: writing.name.to_owned(), expected, found });
            }
            if !plan.is_empty() {
                warnings = writing.validated(plan.editor())?.warnings;
            }
            let new = New { editor: plan.editor().clone(), backup: Some(plan.from().to_string()) };
            made = Some(plan);
            Ok(new)
        })?;
        match made {
            Some(plan) => Ok(Migrated { plan, saved, warnings }),
            None => Err(self.shared.no_file(name.as_str())),
        }
    }

    /// A plan that knows what is secret of the configuration.
    fn plan(&self, name: &str, editor: &Editor, to: Option<&Version>) -> Result<MigrationPlan, SaveError> {
        let recipes = &self.shared.recipes;
        let plan = match to {
            Some(to) => recipes.migrator.plan(name, editor, to),
            None => recipes.migrator.plan_to_latest(name, editor),
        };
        let plan = plan?;
        recipes.seen.note(name, &plan);
        let layers = recipes.of_defaults(name, &*self.shared.schema(name)?);
        Ok(plan.with_redactor(layers.redactor().clone()))
    }
}

impl Writing<'_> {
    /// The text at the newest version, behind a backup if it was at another.
    pub(crate) fn upgraded(&self, text: Editor) -> Result<New, SaveError> {
        let migrator = &self.shared.recipes.migrator;
        if migrator.versions(self.name).is_empty() {
            return Ok(New { editor: text, backup: None });
        }
        let plan = migrator.plan_to_latest(self.name, &text)?;
        let backup = (!plan.is_empty()).then(|| plan.from().to_string());
        Ok(New { editor: plan.editor().clone(), backup })
    }
}

/// Has what is migrated to a version checked. Problems are told with the places of the migrated text, which is on no disk.
#[cfg(feature = "schema")]
pub(crate) fn check_version(
    migrator: &mut ConfigMigrator,
    name: &str,
    version: Version,
    check: impl Fn(&Document) -> Problems + Send + Sync + 'static,
) {
    let to = version.clone();
    migrator.set_check(name, version, move |document| {
        let named = |layer: &Layer| format!("{}, migrated to {to}", layer.name());
        let problems = check(&document.clone().with_layer_names(named));
        if problems.has_errors() { Err(problems) } else { Ok(()) }
    });
}

/// What code of migrations was last seen to do to each configuration, as code does not say it. A clone has seen nothing.
#[derive(Debug, Default)]
pub(crate) struct Seen(Arc<Mutex<HashMap<Box<str>, Vec<Observed>>>>);

impl Clone for Seen {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Seen {
    /// The same, for somebody else.
    fn share(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    fn note(&self, name: &str, plan: &MigrationPlan) {
        if !plan.observed().is_empty() {
            self.0.lock().insert(name.into(), plan.observed().to_vec());
        }
    }

    fn of(&self, name: &str) -> Option<Vec<Observed>> {
        self.0.lock().get(name).cloned()
    }
}
