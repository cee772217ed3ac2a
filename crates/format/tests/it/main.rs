//! The crate through its public interface.

// `clippy.toml` exempts `#[test]` functions, and these helpers are only called from them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[cfg(all(feature = "render", feature = "toml", feature = "yaml"))]
mod diff;
mod dotenv;
#[cfg(all(feature = "toml", feature = "yaml"))]
mod edit;
mod json;
#[cfg(all(feature = "render", feature = "toml", feature = "yaml"))]
mod render;
#[cfg(all(feature = "render", feature = "toml", feature = "yaml"))]
mod render_secrets;
#[cfg(all(feature = "toml", feature = "yaml"))]
mod reports;
#[cfg(all(feature = "toml", feature = "yaml"))]
mod round_trip;
#[cfg(feature = "toml")]
mod toml;
#[cfg(feature = "yaml")]
mod yaml;
#[cfg(feature = "yaml")]
mod yaml_agreement;
#[cfg(feature = "yaml")]
mod yaml_hostile;
#[cfg(feature = "yaml")]
mod yaml_refused;
#[cfg(feature = "yaml")]
mod yaml_spec;
