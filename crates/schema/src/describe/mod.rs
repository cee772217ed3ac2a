//! What a schema says, for people: a reference table, a sample of the configuration, and a schema for their editor.

mod facts;
mod keys;
mod pattern;
mod placeholder;
mod sample;
mod table;
mod text;
mod variable;

use std::sync::Arc;

use enhanced_config_core::Document;
use enhanced_config_format::{EmitError, Format, emit};
use serde_json::Value as Json;

use crate::{Deprecation, SchemaError, SchemaRegistry};

/// Every key of a configuration, as its schema describes it.
///
/// ```
/// use enhanced_config_format::Format;
/// use enhanced_config_schema::SchemaRegistry;
///
/// let mut schemas = SchemaRegistry::new();
/// schemas.add_text("app", r#"{
///     "required": ["name"],
///     "properties": {
///         "name": { "type": "string", "description": "What the service is called." },
///         "port": { "type": "integer", "minimum": 1, "maximum": 65535, "default": 8080 }
///     }
/// }"#)?;
/// let description = schemas.describe("app")?.with_env_prefix("APP_");
///
/// assert_eq!(description.markdown(), "\
/// | Key | Type | Default | Variable | Constraints | Description |
/// |---|---|---|---|---|---|
/// | `name` | string | required | `APP_NAME` | | What the service is called. |
/// | `port` | integer | `8080` | `APP_PORT` | 1 to 65535 | |
/// ");
/// assert_eq!(description.sample(Format::Yaml)?, "\
/// ## yaml-language-server: $schema=./app.schema.json
///
/// ## What the service is called.
/// ## string; APP_NAME
/// name: example
///
/// ## integer, 1 to 65535; APP_PORT
/// ##port: 8080
/// ");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Description {
    /// The name of the schema.
    pub name: Box<str>,
    /// `title` of the schema.
    pub title: Option<Box<str>>,
    /// `description` of the schema.
    pub description: Option<Box<str>>,
    /// The keys, each before those inside of it; at most [`MAX_KEYS`](Self::MAX_KEYS).
    pub keys: Vec<KeyDescription>,
    /// Whether there are more keys than that.
    pub is_cut: bool,
    schema: Arc<Document>,
    prefix: Option<Box<str>>,
}

/// One key of a [`Description`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct KeyDescription {
    /// Its path, in which `[]` stands for every member of a list and `<name>` for any key: `servers[].port`,
    /// `agents.<name>.speed`.
    pub path: Box<str>,
    /// The types that it may have, in words: "integer", "list of strings", "string or null".
    pub types: Box<str>,
    /// What it is when it is not set.
    pub default: Option<Json>,
    /// Whether the map around it must have it.
    pub is_required: bool,
    /// What else its value has to be, in words: "1 to 65535".
    pub constraints: Vec<String>,
    /// The environment variable that sets it; none before [`Description::with_env_prefix`], and for what is inside of
    /// lists and under any key.
    pub variable: Option<Box<str>>,
    /// Whether its value is secret, by `x-secret` or by its name.
    pub is_secret: bool,
    /// Whether a change takes effect with a restart only.
    pub needs_restart: bool,
    /// Whether it should not be used any more.
    pub deprecated: Option<Deprecation>,
    /// `description` of the schema.
    pub description: Option<Box<str>>,
    /// `x-env`.
    env: Option<Box<str>>,
    /// The keys on the way, where a variable can say them.
    steps: Option<Vec<Box<str>>>,
}

impl SchemaRegistry {
    /// What a schema says, for people.
    ///
    /// # Errors
    /// As [`bundled`](Self::bundled).
    pub fn describe(&self, name: &str) -> Result<Description, SchemaError> {
        Ok(Description::of(name, self.bundled(name)?))
    }

    /// The text of the file `<name>.schema.json` for editors: the schema and all that it refers to, so that it stands
    /// alone. An editor finds it by `# yaml-language-server: $schema=./<name>.schema.json` in the first line of a YAML
    /// file, as [`Description::sample`] has it.
    ///
    /// # Errors
    /// As [`bundled`](Self::bundled).
    pub fn editor_schema(&self, name: &str) -> Result<String, SchemaError> {
        let schema = self.bundled(name)?;
        // JSON holds whatever a document does.
        Ok(emit(schema.root(), Format::Json).unwrap_or_default())
    }
}

impl Description {
    /// How many keys are described.
    pub const MAX_KEYS: usize = 5_000;

    fn of(name: &str, schema: Arc<Document>) -> Self {
        let text = |keyword| schema.root().get(keyword).and_then(|text| text.as_str()).map(Box::from);
        let (keys, is_cut) = keys::of(schema.root());
        let (title, description) = (text("title"), text("description"));
        Self { name: name.into(), title, description, keys, is_cut, schema, prefix: None }
    }

    /// Names the variables that set the keys: behind the prefix the path in upper case, with `__` between levels, or
    /// what `x-env` says. The `_` at the end of the prefix may be left off.
    #[must_use]
    pub fn with_env_prefix(mut self, prefix: &str) -> Self {
        let prefix = variable::whole_words(prefix);
        for key in &mut self.keys {
            key.variable = variable::of(key, &prefix);
        }
        self.prefix = Some(prefix);
        self
    }

    /// A table in Markdown, a row for each key. Defaults of secrets are masked.
    pub fn markdown(&self) -> String {
        table::of(self)
    }

    /// A configuration to start from. It is valid by the schema and loads as it is.
    ///
    /// In YAML, TOML and JSON with comments the keys that are required have values and all others are commented out, those
    /// with a default showing it; plain JSON holds the required keys and those with a default. Deprecated keys are left
    /// out.
    ///
    /// A required key without a default has the first of its `examples`, or the least that its type, `enum`, bounds,
    /// lengths, `pattern` and `format` allow; a secret is empty where that is allowed. What a schema asks for beyond that, by
    /// `if`, `not` or several patterns at once, needs `examples`.
    ///
    /// # Errors
    /// When the format cannot hold a value that is required, and for `.env`, which has no sample.
    pub fn sample(&self, format: Format) -> Result<String, EmitError> {
        sample::of(self, format)
    }
}
