//! The schemas of the configurations: those given to the builder, and with the feature `schema` those found beside the
//! configurations, which are then checked with them. Without it a schema says how environment variables are read, what
//! is secret and how lists merge.

#[cfg(feature = "schema")]
mod checked;
#[cfg(not(feature = "schema"))]
mod plain;

use enhanced_config_core::Problems;
use enhanced_config_layers::{Input, Texts};

#[cfg(feature = "schema")]
pub(crate) use checked::{SchemaOf, Schemas};
#[cfg(not(feature = "schema"))]
pub(crate) use plain::{SchemaOf, Schemas};

/// A schema that cannot be used.
pub(crate) struct Unusable {
    pub(crate) problems: Problems,
    pub(crate) texts: Texts,
    /// The files that were read or looked for.
    pub(crate) inputs: Vec<Input>,
}
