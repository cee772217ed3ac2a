use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use enhanced_config_core::{Document, LayerKind, Problems};
use enhanced_config_format::{Format, ParseOptions, parse};

use crate::bundle::bundle;
use crate::library::Library;
use crate::{ConfigValidator, RestartKeys};

/// Schemas by name, each compiled once.
///
/// Schemas may refer to one another, by `$id` or by file name: `{"$ref": "common.schema.json#/$defs/port"}` leads to
/// the schema named `common`. A reference to anything else is an error; nothing is fetched from a network or a disk.
#[derive(Debug, Clone, Default)]
pub struct SchemaRegistry {
    library: Library,
    compiled: BTreeMap<Box<str>, OnceLock<Compiled>>,
}

type Compiled = Result<Arc<ConfigValidator>, Problems>;

/// Why there is no validator of a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// No schema of this name was added.
    #[error("no schema is named {name:?}")]
    Unknown {
        /// The name.
        name: Box<str>,
    },
    /// The schema itself is wrong; the places are in its own text.
    #[error("{0}")]
    Invalid(Problems),
}

impl SchemaRegistry {
    /// No schema yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a schema from its JSON text, which problems call `<name>.schema.json`; one of the same name is replaced.
    ///
    /// # Errors
    /// When the text is not JSON, or not a map. What else is wrong with it is found when it is compiled.
    pub fn add_text(&mut self, name: &str, text: &str) -> Result<(), Problems> {
        let file = Library::file_name(name);
        let options = ParseOptions::default().with_layer(LayerKind::Defaults);
        let parsed = parse(text.as_bytes(), Format::Json, &file, &options)?;
        self.add_document(name, parsed.document);
        Ok(())
    }

    /// Adds a schema that was read already; one of the same name is replaced.
    pub fn add_document(&mut self, name: &str, schema: impl Into<Arc<Document>>) {
        self.library.insert(name, schema.into());
        // Others may refer to it.
        self.compiled = self.library.names().map(|name| (name.into(), OnceLock::new())).collect();
    }

    /// The schema of this name, as it was added.
    pub fn schema(&self, name: &str) -> Option<&Arc<Document>> {
        self.library.get(name)
    }

    /// The schema of this name and every other that it refers to, as one document: all references are pointers into
    /// it, and the others stand under `$defs`. Every value keeps the place that it has in its own schema. It is the
    /// form for what walks a schema.
    ///
    /// ```
    /// # use enhanced_config_schema::SchemaRegistry;
    /// let mut schemas = SchemaRegistry::new();
    /// schemas.add_text("common", r#"{"$defs": {"port": {"type": "integer", "default": 80}}}"#)?;
    /// schemas.add_text("app", r#"{"properties": {"port": {"$ref": "common.schema.json#/$defs/port"}}}"#)?;
    /// let bundled = schemas.bundled("app")?;
    /// let port = bundled.get("properties.port.$ref").and_then(|port| port.as_str());
    /// assert_eq!(port, Some("#/$defs/common/$defs/port"));
    /// let default = bundled.get("$defs.common.$defs.port.default").unwrap();
    /// assert_eq!(default.origin().to_string(), "common.schema.json:1:51");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such schema, or it is too large together with the others. References that lead nowhere are
    /// left as they are, for [`validator`](Self::validator) to report.
    pub fn bundled(&self, name: &str) -> Result<Arc<Document>, SchemaError> {
        let schema = self.library.get(name).ok_or_else(|| SchemaError::Unknown { name: name.into() })?;
        bundle(name, schema, &self.library).map_err(SchemaError::Invalid)
    }

    /// The keys of a schema that take effect with a restart only.
    ///
    /// # Errors
    /// As [`bundled`](Self::bundled).
    pub fn restart_required(&self, name: &str) -> Result<RestartKeys, SchemaError> {
        Ok(RestartKeys::of(self.bundled(name)?.root()))
    }

    /// The names of all schemas, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.library.names()
    }

    /// The names of the schemas that the one called `name` itself refers to, added or not, in order: those that were not are
    /// to be found in files called `<name>.schema.json`.
    pub fn referred(&self, name: &str) -> Vec<Box<str>> {
        self.library.referred(name)
    }

    /// The validator of a schema, compiled when it is first asked for.
    ///
    /// # Errors
    /// When there is no such schema, or everything that is wrong with it, each with its place in the schema.
    pub fn validator(&self, name: &str) -> Result<Arc<ConfigValidator>, SchemaError> {
        let unknown = || SchemaError::Unknown { name: name.into() };
        let compiled = self.compiled.get(name).ok_or_else(unknown)?;
        let schema = self.library.get(name).ok_or_else(unknown)?;
        let compile = || ConfigValidator::compile(name, schema, &self.library).map(Arc::new);
        compiled.get_or_init(compile).clone().map_err(SchemaError::Invalid)
    }
}
