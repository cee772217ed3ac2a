mod build;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use enhanced_config_clock::Clock;
use enhanced_config_core::{Document, ExtractOptions, Layer, LayerKind, Problems, UnknownKeys};
#[cfg(feature = "schema")]
use enhanced_config_core::{Problem, ProblemKind};
use enhanced_config_files::Backups;
use enhanced_config_format::Limits;
use serde::Serialize;

use crate::Freshness;
use crate::freshness::Checks;
use crate::reading::Reading;
use crate::recipes::{Recipes, Variables};

/// Sets up an [`EnhancedConfigSystem`](crate::EnhancedConfigSystem).
///
/// A configuration called `app` is made of these layers, the lowest first; only the base file has to exist:
///
/// | layer | where |
/// |---|---|
/// | defaults | the `default`s of the [`schema`](Self::schema), then [`defaults`](Self::defaults) |
/// | base file | `app.yaml`, `app.yml`, `app.json`, `app.jsonc` or `app.toml` |
/// | profile files | `app.<profile>.yaml` and so on, for each [`profile`](Self::profile) |
/// | local file | `app.local.yaml` and so on |
/// | drop-in files | `app.d/*.yaml` and so on, in the order of the bytes of their names |
/// | environment | [`env_file`](Self::env_file), then the variables that start with [`env_prefix`](Self::env_prefix) |
/// | runtime | [`override_config`](crate::EnhancedConfigSystem::override_config) |
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build`"]
pub struct Builder {
    directory: PathBuf,
    recipes: Recipes,
    /// Profiles, and where they were set.
    profiles: Vec<(String, String)>,
    profile_variable: Option<String>,
    secrets: Vec<String>,
    publics: Vec<String>,
    problems: Vec<(String, Problems)>,
    #[cfg(all(feature = "migrate", feature = "schema"))]
    version_schemas: Vec<(String, enhanced_config_migrate::Version, String)>,
    options: ExtractOptions,
    checks: Checks,
    #[cfg(feature = "cache")]
    cache: enhanced_config_cache::CacheOptions,
    #[cfg(feature = "reload")]
    reload: enhanced_config_reload::ReloadOptions,
    #[cfg(feature = "reload")]
    state_dir: Option<PathBuf>,
    reading: Reading,
    #[cfg(feature = "fault-tolerance")]
    tolerance: crate::FaultTolerance,
    #[cfg(feature = "monitor")]
    monitor: enhanced_config_monitor::MonitorOptions,
}

impl Builder {
    pub(crate) fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            recipes: Recipes::default(),
            profiles: Vec::new(),
            profile_variable: None,
            secrets: Vec::new(),
            publics: Vec::new(),
            problems: Vec::new(),
            #[cfg(all(feature = "migrate", feature = "schema"))]
            version_schemas: Vec::new(),
            options: ExtractOptions::default(),
            checks: Checks::default(),
            #[cfg(feature = "cache")]
            cache: enhanced_config_cache::CacheOptions::default(),
            #[cfg(feature = "reload")]
            reload: enhanced_config_reload::ReloadOptions::default(),
            #[cfg(feature = "reload")]
            state_dir: None,
            reading: Reading::default(),
            #[cfg(feature = "fault-tolerance")]
            tolerance: crate::FaultTolerance::default(),
            #[cfg(feature = "monitor")]
            monitor: enhanced_config_monitor::MonitorOptions::default().with_disks([directory]),
        }
    }

    /// Adds a profile, whose file lies over the base file; later ones lie over earlier ones. Default: none.
    ///
    /// A configuration without a file of the profile is fine, and a slip in its name is not: where the configuration
    /// has files of other profiles, a missing file is a warning if one of these is called nearly the same
    /// (`app.prod.yaml` for `prdo`), or if no configuration of the directory has a file of the profile. Its file may
    /// hold a comment alone: that says that there is nothing to set.
    pub fn profile(mut self, profile: impl Into<String>) -> Self {
        self.profiles.push((profile.into(), "profile".to_owned()));
        self
    }

    /// Takes the profiles from an environment variable, separated by commas; unset or empty is none. Default: off.
    pub fn profile_from_env(mut self, variable: impl Into<String>) -> Self {
        self.profile_variable = Some(variable.into());
        self
    }

    /// Reads environment variables that start with `prefix`; `{name}` in it stands for the name of the
    /// configuration, in capitals. The `_` at its end may be left off. Default: none are read.
    ///
    /// Every configuration reads all variables under the prefix: a system of several wants `{name}` in it, lest the
    /// variables of one be reported, or add keys, in the others.
    ///
    /// Choose one that nobody else uses. Kubernetes gives every container variables for the services that there are:
    /// of a service called `app` `APP_PORT=tcp://…`, `APP_SERVICE_HOST` and more, which `APP_` takes for keys. A
    /// longer prefix keeps clear of them, as does `enableServiceLinks: false` in the pod's specification.
    pub fn env_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.recipes.env_prefix = Some(prefix.into());
        self
    }

    /// Reads such variables also from a `.env` file, if it exists; those of the process win. The path is that beneath
    /// the directory.
    /// Default: off.
    pub fn env_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.recipes.env_file = Some(path.into());
        self
    }

    /// Takes these for the environment instead of the variables of the process: for tests.
    pub fn env_variables<K: Into<OsString>, V: Into<OsString>>(
        mut self,
        variables: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        self.recipes.variables = Some(Variables(variables.collect()));
        self
    }

    /// Sets the values of a configuration that hold where no layer sets them: anything that serialises to a map.
    /// With defaults the base file may be missing.
    pub fn defaults<T: Serialize + ?Sized>(mut self, name: impl Into<String>, values: &T) -> Self {
        let name = name.into();
        match Document::from_serialize(values, Layer::new(LayerKind::Defaults, "defaults")) {
            Ok(document) => drop(self.recipes.defaults.insert(name, document)),
            Err(problems) => self.problems.push((format!("defaults of {name}"), problems)),
        }
        self
    }

    /// Sets the JSON Schema of a configuration, as JSON text, in place of `<name>.schema.json` beside it.
    ///
    /// With the feature `schema` what is loaded is checked with it, and its `default`s lie below all layers. Environment
    /// variables are matched against it, and its `x-merge`, `x-secret` and `x-env` count, with the feature or without.
    /// A `$ref` may lead to the schema of another configuration by its file name: `other.schema.json#/$defs/port`.
    pub fn schema(mut self, name: impl Into<String>, schema: &str) -> Self {
        let name = name.into();
        if let Err(problems) = self.recipes.schemas.add_text(&name, schema) {
            self.problems.push((format!("schema of {name}"), problems));
        }
        self
    }

    /// Takes the schema of a configuration from the type that it is loaded as: its fields, what `#[serde(default)]` sets,
    /// the bounds of `#[schemars(…)]`, its doc comments. See
    /// [`SchemaRegistry::add_type`](crate::schema::SchemaRegistry::add_type).
    #[cfg(feature = "schema")]
    pub fn register<T: enhanced_config_schema::schemars::JsonSchema>(
        mut self,
        name: impl Into<String>,
    ) -> Self {
        let name = name.into();
        if let Err(problems) = self.recipes.schemas.add_type::<T>(&name) {
            self.problems.push((format!("schema of {name}"), problems));
        }
        self
    }

    /// Checks configurations of these names with the [built-in schemas](crate::schema::builtin), where nothing else is
    /// given for them: `unified_config`, `coordinates`, `messaging`, `discord_channels`, `semantic_config`.
    #[cfg(feature = "schema")]
    pub fn builtin_schemas(mut self) -> Self {
        if let Err(problems) = self.recipes.schemas.add_builtin() {
            self.problems.push(("built-in schemas".to_owned(), problems));
        }
        self
    }

    /// Adds a rule that a configuration has to keep beyond what its schema says. The active profiles are the
    /// environments that a rule may be limited to.
    #[cfg(feature = "schema")]
    pub fn rule(mut self, name: impl Into<String>, rule: enhanced_config_schema::Rule) -> Self {
        let name = name.into();
        if let Err(error) = self.recipes.schemas.add_rule(&name, rule) {
            let problem = Problem::error(ProblemKind::Custom { message: error.to_string().into() });
            self.problems.push((format!("rules of {name}"), problem.into()));
        }
        self
    }

    /// Sets the migrations of all configurations. A base file of an older version is brought to the newest in memory
    /// whenever it is loaded, which [`Config::warnings`](crate::Config::warnings) notes, and on disk by
    /// [`migrate_config`](crate::EnhancedConfigSystem::migrate_config). Default: none.
    ///
    /// The base file alone is migrated. Files and variables that lie over it set a few values each and do not say which
    /// version they are of, so a key of theirs could be an old one or a new one of the same name, and none of them is
    /// changed, on disk or in memory. A key that a migration took away, and that a layer still sets, is a
    /// [`ProblemKind::FormerKey`](crate::ProblemKind::FormerKey) among the warnings, with its place and the key that it is
    /// now. What steps as data take away is always known; what code takes away, once it was seen to: when it runs in this
    /// process, or by its way back.
    #[cfg(feature = "migrate")]
    pub fn migrator(mut self, migrator: enhanced_config_migrate::ConfigMigrator) -> Self {
        self.recipes.migrator = Arc::new(migrator);
        self
    }

    /// Sets the JSON Schema of one version of a configuration, as JSON text: what a migration to that version makes of a
    /// base file has to be valid by it, or nothing is migrated. It is about the base file alone, so it should require
    /// nothing that other layers give. Default: none; what is loaded is checked by the [`schema`](Self::schema).
    #[cfg(all(feature = "migrate", feature = "schema"))]
    pub fn version_schema(
        mut self,
        name: impl Into<String>,
        version: enhanced_config_migrate::Version,
        schema: &str,
    ) -> Self {
        self.version_schemas.push((name.into(), version, schema.to_owned()));
        self
    }

    /// Sets what happens to keys that a type does not have. Default: a warning.
    pub fn unknown_keys(mut self, unknown_keys: UnknownKeys) -> Self {
        self.options = self.options.with_unknown_keys(unknown_keys);
        self
    }

    /// Makes the value at a path, and all below it, secret. Default: what is secret by name, or by the schema.
    pub fn secret(mut self, path: impl Into<String>) -> Self {
        self.secrets.push(path.into());
        self
    }

    /// Makes the value at a path not secret, whatever its name.
    pub fn public(mut self, path: impl Into<String>) -> Self {
        self.publics.push(path.into());
        self
    }

    /// Sets how large a file may be. Default: see [`Limits`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.recipes.limits = limits;
        self
    }

    /// Sets how many backups of a base file stay, and for how long. Default: the ten newest, of any age, and whatever the
    /// options say the newest of each version, which is the way back from a migration.
    ///
    /// ```
    /// use std::{num::NonZeroUsize, time::Duration};
    /// use enhanced_config::{EnhancedConfigSystem, files::Backups};
    /// let most = NonZeroUsize::new(50).unwrap();
    /// let month = Duration::from_secs(30 * 24 * 3600);
    /// let builder = EnhancedConfigSystem::builder("config").backups(Backups::new().with_most(most).with_max_age(month));
    /// ```
    pub fn backups(mut self, backups: Backups) -> Self {
        self.recipes.backups = backups;
        self
    }

    /// Lets the base file be missing. Default: only where there are [`defaults`](Self::defaults).
    pub fn optional_base(mut self, optional: bool) -> Self {
        self.recipes.base_optional = optional;
        self
    }

    /// Takes a base file without any value as an empty map. Default: an error, because a file caught in the middle
    /// of being written looks like that.
    pub fn allow_empty(mut self, allow: bool) -> Self {
        self.recipes.allow_empty = allow;
        self
    }

    /// Makes a map over something else, or something else over a map, an error. Default: a warning.
    pub fn strict_merge(mut self, strict: bool) -> Self {
        self.recipes.strict = strict;
        self
    }

    /// Replaces `${db.host}`, `${env:HOME}` and `${x:-default}` in values. Default: off.
    pub fn interpolation(mut self, on: bool) -> Self {
        self.recipes.interpolate = on;
        self
    }

    /// Follows `include: [other.yaml]` at the root of files. Default: off.
    pub fn includes(mut self, on: bool) -> Self {
        self.recipes.includes = on;
        self
    }

    /// Sets how it is known that what is served still is what the files say. Default: [`Freshness::Watched`].
    pub fn freshness(mut self, freshness: Freshness) -> Self {
        self.checks.freshness = freshness;
        self
    }

    /// Sets how long after it was loaded or compared a configuration is not compared with its files again. Default:
    /// one second.
    pub fn check_interval(mut self, interval: Duration) -> Self {
        self.checks.interval = interval;
        self
    }

    /// Tells the time by another clock than the machine's: for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        #[cfg(feature = "fault-tolerance")]
        {
            self.reading = self.reading.with_clock(Arc::clone(&clock));
        }
        self.checks.clock = clock;
        self
    }

    /// Sets how much memory loaded configurations may take before those used least recently are compressed, and then
    /// forgotten, to be read again when they are asked for. Default: see [`CacheOptions`](crate::cache::CacheOptions).
    #[cfg(feature = "cache")]
    pub fn cache(mut self, options: enhanced_config_cache::CacheOptions) -> Self {
        self.cache = options;
        self
    }

    /// Sets how patiently [`start_hot_reload`](crate::EnhancedConfigSystem::start_hot_reload) follows files. Default: see
    /// [`ReloadOptions`](crate::reload::ReloadOptions).
    #[cfg(feature = "reload")]
    pub fn reload_options(mut self, options: enhanced_config_reload::ReloadOptions) -> Self {
        self.reload = options;
        self
    }

    /// Keeps each configuration that could be used in files beneath `directory`, readable by this user alone: a process
    /// that starts when the files cannot be used serves what was good last, says so, and follows the files when they
    /// can be used again. See [`status`](crate::EnhancedConfigSystem::status). Default: off.
    ///
    /// Give it a directory that outlives the process. Each change is written and synced to disk, which takes some
    /// milliseconds of the thread that publishes it. A directory that cannot be used is logged, and the system goes on
    /// without.
    #[cfg(feature = "reload")]
    pub fn state_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.state_dir = Some(directory.into());
        self
    }

    /// Sets how patiently sources are read that fail for a passing reason, and how long a load may wait for them. Default:
    /// half a second, see [`FaultTolerance`](crate::FaultTolerance).
    #[cfg(feature = "fault-tolerance")]
    pub fn fault_tolerance(mut self, options: crate::FaultTolerance) -> Self {
        self.tolerance = options;
        self
    }

    /// Waits between two attempts to read by this and not by the machine's clock: for tests.
    #[cfg(feature = "fault-tolerance")]
    pub fn sleep(mut self, sleep: Arc<dyn enhanced_config_clock::Sleep>) -> Self {
        self.reading = self.reading.with_sleep(sleep);
        self
    }

    /// Serves what schema and [`defaults`](Self::defaults) set, without any file or variable, where a configuration cannot
    /// be used and nothing else can be served: if that alone is what its schema asks for. It is said loudly, and the
    /// files are followed as soon as they can be used. Default: off, a load fails.
    pub fn serve_defaults(mut self, on: bool) -> Self {
        self.recipes.serve_defaults = on;
        self
    }

    /// Sets what the [`monitor`](crate::EnhancedConfigSystem::monitor) looks at, and when it raises alerts. Default: see
    /// [`MonitorOptions`](crate::monitor::MonitorOptions), with the disk of this directory.
    #[cfg(feature = "monitor")]
    pub fn monitor_options(mut self, options: enhanced_config_monitor::MonitorOptions) -> Self {
        self.monitor = options;
        self
    }
}
