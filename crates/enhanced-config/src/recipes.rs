use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;

use enhanced_config_core::{Document, LayerKind, Redactor};
use enhanced_config_files::{Backups, Name};
use enhanced_config_format::Limits;
use enhanced_config_layers::{
    DropInSource, EnvFileSource, EnvSource, FileSource, Layers, ProfileSource, ValueSource,
};

use crate::schemas::{SchemaOf, Schemas};

/// How the layers of a name are found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recipes {
    pub(crate) profiles: Vec<Name>,
    pub(crate) env_prefix: Option<String>,
    pub(crate) env_file: Option<PathBuf>,
    pub(crate) variables: Option<Variables>,
    pub(crate) reserved: Vec<String>,
    pub(crate) defaults: HashMap<String, Document>,
    pub(crate) schemas: Schemas,
    #[cfg(feature = "migrate")]
    pub(crate) migrator: std::sync::Arc<enhanced_config_migrate::ConfigMigrator>,
    #[cfg(feature = "migrate")]
    pub(crate) seen: crate::migration::Seen,
    pub(crate) redactor: Redactor,
    pub(crate) limits: Limits,
    pub(crate) backups: Backups,
    pub(crate) base_optional: bool,
    pub(crate) serve_defaults: bool,
    pub(crate) allow_empty: bool,
    pub(crate) strict: bool,
    pub(crate) interpolate: bool,
    pub(crate) includes: bool,
}

/// Variables in place of those of the process.
#[derive(Clone)]
pub(crate) struct Variables(pub(crate) Vec<(OsString, OsString)>);

/// Their number; the values may be secret.
impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} variables", self.0.len())
    }
}

impl Recipes {
    /// The recipe of one configuration of this schema.
    pub(crate) fn of(&self, name: &str, schema: &SchemaOf) -> Layers {
        let mut layers = self.of_defaults(name, schema);
        #[cfg(feature = "migrate")]
        {
            layers = crate::migration::in_memory(self, name, layers);
        }
        layers = layers.with_source(self.base(name));
        for profile in &self.profiles {
            layers = layers.with_source(ProfileSource::new(name, profile.as_str()));
        }
        let local = FileSource::named(&format!("{name}.local")).with_layer(LayerKind::Local).optional();
        layers = layers.with_source(local).with_source(DropInSource::new(format!("{name}.d")));
        let Some(environment) = self.environment(name) else { return layers };
        if let Some(file) = &self.env_file {
            layers = layers.with_source(EnvFileSource::new(file, environment.clone()));
        }
        layers.with_source(environment)
    }

    /// What there is without any file or variable.
    pub(crate) fn of_defaults(&self, name: &str, schema: &SchemaOf) -> Layers {
        let mut layers = Layers::new()
            .with_limits(self.limits)
            .with_redactor(self.redactor.clone())
            .with_strict(self.strict)
            .with_interpolation(self.interpolate)
            .with_includes(self.includes);
        if let Some(variables) = &self.variables {
            layers = layers.with_variables(variables.0.clone());
        }
        layers = schema.apply(layers);
        if let Some(defaults) = self.defaults.get(name) {
            layers = layers.with_source(ValueSource::from(defaults.clone()));
        }
        layers
    }

    /// The configurations that something was set for.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.defaults.keys().map(String::as_str).chain(self.schemas.names())
    }

    fn base(&self, name: &str) -> FileSource {
        let base = FileSource::named(name);
        let may_be_missing = self.base_optional || self.defaults.contains_key(name);
        let base = if may_be_missing { base.optional() } else { base };
        // A file that is there and empty is a write in progress, whether it had to be there or not.
        base.with_allow_empty(self.allow_empty)
    }

    /// What the variables of a configuration start with.
    pub(crate) fn prefix(&self, name: &str) -> Option<String> {
        Some(self.env_prefix.as_ref()?.replace("{name}", &variable_name(name)))
    }

    fn environment(&self, name: &str) -> Option<EnvSource> {
        let mut source = EnvSource::new(self.prefix(name)?).with_reserved(self.reserved.clone());
        if let Some(variables) = &self.variables {
            source = source.with_variables(variables.0.clone());
        }
        Some(source)
    }

    /// A variable of the environment, empty if it is not set.
    pub(crate) fn variable(&self, name: &str) -> String {
        let value = match &self.variables {
            Some(variables) => variables
                .0
                .iter()
                .find(|(known, _)| known == OsStr::new(name))
                .map(|(_, value)| value.clone()),
            None => std::env::var_os(name),
        };
        value.map(|value| value.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// A configuration's name as part of a variable's name.
fn variable_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}
