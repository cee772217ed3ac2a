//! Checks configurations against JSON Schemas and rules in code: every problem at once, each with its place.
//!
//! A [`SchemaRegistry`] holds schemas by name and compiles each once into a [`ConfigValidator`], which reads a document
//! in place.
//!
//! ```
//! # use enhanced_config_core::{Document, Layer, LayerKind, Redactor};
//! use enhanced_config_schema::SchemaRegistry;
//!
//! let mut schemas = SchemaRegistry::new();
//! schemas.add_text("app", r#"{
//!     "type": "object",
//!     "required": ["host"],
//!     "properties": {
//!         "host": { "type": "string" },
//!         "port": { "type": "integer", "minimum": 1, "maximum": 65535 },
//!         "pool": { "type": "integer", "minimum": 1 }
//!     },
//!     "additionalProperties": false
//! }"#)?;
//! let validator = schemas.validator("app")?;
//!
//! let values = serde_json::json!({ "prot": 80, "pool": 0 });
//! let document = Document::from_serialize(&values, Layer::new(LayerKind::Base, "app.yaml"))?;
//! let problems = validator.validate(document.root(), &Redactor::new());
//! let lines: Vec<String> = problems.iter().map(|problem| problem.to_string()).collect();
//! assert_eq!(lines, [
//!     "host: missing (app.yaml)",
//!     "pool: expected an integer of at least 1 (app.yaml)",
//!     "prot: unknown key (app.yaml); did you mean `port`?",
//! ]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod applying;
pub mod builtin;
mod bundle;
mod compile;
mod defaults;
mod deprecated;
mod describe;
mod effort;
mod expansion;
mod instance;
mod library;
mod outline;
mod patterns;
mod problems;
mod registry;
mod resources;
mod restart;
mod rule;
mod stack;
#[cfg(feature = "types")]
mod types;
mod validator;

pub use defaults::defaults;
pub use deprecated::Deprecation;
pub use describe::{Description, KeyDescription};
pub use registry::{SchemaError, SchemaRegistry};
pub use restart::RestartKeys;
pub use rule::{Finding, Rule, RuleError, RuleFault, Rules};
#[cfg(feature = "types")]
pub use schemars;
pub use validator::ConfigValidator;
