//! Documents to text.

mod dotenv;
#[cfg(feature = "toml")]
pub(crate) mod toml;
#[cfg(feature = "yaml")]
mod yaml;

use enhanced_config_core::{KeyPath, NodeRef};

use crate::Format;

/// Why a value cannot be written in a format. Names the key, never the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EmitError {
    /// A `null`, in a format that has none.
    #[error("{path}: {format} has no null")]
    Null {
        /// Where it is.
        path: KeyPath,
        /// The format.
        format: Format,
    },
    /// An integer above `i64::MAX`, in a format that ends there.
    #[error("{path}: {format} has no integer above 9223372036854775807")]
    Integer {
        /// Where it is.
        path: KeyPath,
        /// The format.
        format: Format,
    },
    /// Something other than a map at the root, in a format that has nothing else.
    #[error("{format} has nothing but a map at the root")]
    Root {
        /// The format.
        format: Format,
    },
    /// A key that cannot be the name of a variable.
    #[error("{path}: cannot be the name of a variable")]
    Name {
        /// Where it is.
        path: KeyPath,
    },
    /// Two keys that are written as the same name.
    #[error("{first} and {second} are both written as {name}")]
    Names {
        /// One key.
        first: KeyPath,
        /// The other key.
        second: KeyPath,
        /// The name.
        name: String,
    },
    /// The format is not compiled in, or its writer failed.
    #[error("{format} cannot be written: {why}")]
    Writer {
        /// The format.
        format: Format,
        /// Why not.
        why: String,
    },
}

/// Writes a value, members in their order, with a line feed at the end. What is written reads back as equal data.
///
/// ```
/// use enhanced_config_format::{Format, ParseOptions, emit, parse};
/// let parsed = parse(b"{\"version\": \"0644\", \"port\": 80}", Format::Json, "app.json", &ParseOptions::default())?;
/// let text = emit(parsed.document.root(), Format::Yaml)?;
/// assert_eq!(text, "version: \"0644\"\nport: 80\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// | format | how |
/// |---|---|
/// | YAML | block style; strings quoted where they would read as something else |
/// | JSON, with comments or not | indented by two spaces |
/// | TOML | `[tables]`; TOML has no `null` and no integer above `i64::MAX` |
/// | `.env` | a variable for each key, levels joined by `__`, in upper case; lists as JSON arrays |
///
/// # Errors
/// When the format cannot hold the value; the error names the key.
pub fn emit(node: NodeRef<'_>, format: Format) -> Result<String, EmitError> {
    match format {
        Format::Json | Format::Jsonc => json(node),
        #[cfg(feature = "yaml")]
        Format::Yaml => yaml::emit(node),
        #[cfg(feature = "toml")]
        Format::Toml => toml::emit(node),
        Format::DotEnv => dotenv::emit(node),
        #[allow(unreachable_patterns, reason = "reached when a format's feature is off")]
        format => Err(EmitError::Writer { format, why: "its support is not compiled in".to_owned() }),
    }
}

fn json(node: NodeRef<'_>) -> Result<String, EmitError> {
    let text = serde_json::to_string_pretty(&node);
    text.map(|text| text + "\n")
        .map_err(|error| EmitError::Writer { format: Format::Json, why: error.to_string() })
}
