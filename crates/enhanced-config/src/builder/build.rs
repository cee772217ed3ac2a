//! From what was set to the system: first everything is checked that can be, then it is put together.

#[cfg(any(feature = "monitor", feature = "reload", all(feature = "migrate", feature = "schema")))]
use std::sync::Arc;

use enhanced_config_core::{PathError, Redactor};
use enhanced_config_files::{ConfigRoot, Name};
use parking_lot::Mutex;

use super::Builder;
use crate::monitoring::Monitoring;
use crate::served::Shelf;
use crate::stage::Hub;
use crate::system::Shared;
use crate::{EnhancedConfigSystem, SetupError};

impl Builder {
    /// The system. Files are read when a configuration is first asked for.
    ///
    /// # Errors
    /// When the directory cannot be used, or something that was set cannot be.
    pub fn build(mut self) -> Result<EnhancedConfigSystem, SetupError> {
        if !self.problems.is_empty() {
            return Err(SetupError::Values(self.problems));
        }
        if self.recipes.env_file.is_some() && self.recipes.env_prefix.is_none() {
            return Err(SetupError::EnvFileAlone);
        }
        self.recipes.profiles = self.profile_names()?;
        self.recipes.reserved.extend(self.profile_variable.clone());
        self.recipes.redactor = self.redactor()?;
        for name in self.recipes.names() {
            Name::new(name)
                .map_err(|error| SetupError::Name { what: "defaults, schema or rules".to_owned(), error })?;
        }
        #[cfg(all(feature = "migrate", feature = "schema"))]
        self.check_versions()?;
        let root = ConfigRoot::open(&self.directory)?;
        self.check_schemas(&root)?;
        // What killed processes left of their saves. Where this process may not remove it, it stays.
        let _ = root.sweep("");
        #[cfg(feature = "cache")]
        let shelf = Shelf::new(self.cache);
        #[cfg(not(feature = "cache"))]
        let shelf = Shelf::default();
        #[cfg(feature = "monitor")]
        let monitoring = Monitoring::new(self.monitor, Arc::clone(&self.checks.clock))?;
        #[cfg(not(feature = "monitor"))]
        let monitoring = Monitoring;
        #[cfg(feature = "reload")]
        let hub = {
            let state = self.state_dir.take().and_then(crate::last_known_good::open);
            Hub::new(self.reload, state, monitoring.calls(Arc::clone(&self.checks.clock)))
        };
        #[cfg(not(feature = "reload"))]
        let hub = Hub;
        #[cfg(feature = "fault-tolerance")]
        {
            self.reading = self.reading.with_options(self.tolerance)?;
        }
        let Self { recipes, options, checks, reading, .. } = self;
        let slots = Mutex::default();
        Ok(EnhancedConfigSystem::new(Shared {
            root: root.into(),
            recipes,
            options,
            checks,
            shelf,
            hub,
            reading,
            monitoring,
            slots,
        }))
    }

    /// Has migrations checked by the schemas of the versions that they lead to.
    #[cfg(all(feature = "migrate", feature = "schema"))]
    fn check_versions(&mut self) -> Result<(), SetupError> {
        let mut problems = Vec::new();
        for (name, version, schema) in std::mem::take(&mut self.version_schemas) {
            match self.recipes.schemas.alone(&name, &schema, self.recipes.redactor.clone()) {
                Ok(check) => {
                    let migrator = Arc::make_mut(&mut self.recipes.migrator);
                    crate::migration::check_version(migrator, &name, version, check);
                }
                Err(found) => problems.push((format!("schema of version {version} of {name}"), found)),
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(SetupError::Values(problems)) }
    }

    /// A schema that cannot be used is known before anything is asked for.
    fn check_schemas(&self, root: &ConfigRoot) -> Result<(), SetupError> {
        let schemas = &self.recipes.schemas;
        let check = |name: &str| {
            let unusable = schemas.of(name, root, self.recipes.limits).err()?;
            Some((format!("schema of {name}"), unusable.problems))
        };
        let problems: Vec<_> = schemas.names().filter_map(check).collect();
        if problems.is_empty() { Ok(()) } else { Err(SetupError::Values(problems)) }
    }

    fn profile_names(&self) -> Result<Vec<Name>, SetupError> {
        let selected =
            self.profile_variable.as_ref().map(|variable| (variable, self.recipes.variable(variable)));
        let selected = selected.iter().flat_map(|(variable, value)| {
            let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
            names.map(move |name| (name.to_owned(), format!("profile in {variable}")))
        });
        let profiles = self.profiles.iter().cloned().chain(selected);
        profiles
            .map(|(name, what)| Name::new(&name).map_err(|error| SetupError::Name { what, error }))
            .collect()
    }

    fn redactor(&self) -> Result<Redactor, PathError> {
        let mut redactor = Redactor::new();
        for path in &self.secrets {
            redactor = redactor.with_secret(&path.parse()?);
        }
        for path in &self.publics {
            redactor = redactor.with_public(&path.parse()?);
        }
        Ok(redactor)
    }
}
