//! YAML, JSON with and without comments, TOML and `.env` to documents with positions, and back.
//!
//! [`parse`] reads a text, [`emit`] writes a document, an [`Editor`] changes a text in place, and `render` shows a problem
//! with the line it is about.

mod dotenv;
mod edit;
mod emit;
mod format;
mod json;
mod limits;
mod parse;
#[cfg(feature = "render")]
mod render;
#[cfg(feature = "toml")]
mod toml;
#[cfg(feature = "yaml")]
mod yaml;

pub use edit::{Anchor, EditError, Editor, Refusal};
pub use emit::{EmitError, emit};
pub use format::Format;
pub use limits::Limits;
pub use parse::{ParseOptions, Parsed, parse};
#[cfg(feature = "render")]
pub use render::{Color, Renderer, unified_diff};
#[cfg(feature = "yaml")]
#[doc(hidden)]
pub use yaml::{Agreement, parse_yaml_fully, yaml_agreement};
