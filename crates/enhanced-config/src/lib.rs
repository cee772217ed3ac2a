//! Configuration that never takes a service down.
//!
//! An [`EnhancedConfigSystem`] finds the files of a configuration beneath one directory, lays a profile, a local
//! file, drop-ins and the environment over them, and gives a typed configuration whose every value knows the file,
//! line and column it came from.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let dir = dir.path();
//! # std::fs::write(dir.join("app.json"), r#"{ "server": { "host": "localhost", "port": 8080 } }"#)?;
//! # std::fs::write(dir.join("app.prod.json"), r#"{ "server": { "host": "0.0.0.0" } }"#)?;
//! use enhanced_config::EnhancedConfigSystem;
//!
//! #[derive(serde::Deserialize)]
//! struct App {
//!     server: Server,
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Server {
//!     host: String,
//!     port: u16,
//! }
//!
//! let system = EnhancedConfigSystem::builder(dir).profile("prod").env_prefix("APP_").build()?;
//! let app: App = system.load("app")?;
//! assert_eq!((app.server.host.as_str(), app.server.port), ("0.0.0.0", 8080));
//!
//! let config = system.load_config("app")?;
//! println!("{}", config.explain("server.host")?);
//! # Ok(())
//! # }
//! ```
//!
//! While the program runs, `start_hot_reload` makes what is loaded follow its files: `live` is a value that is always the
//! newest, `on_change` calls back, and `status` says how a configuration stands to its files.
//!
//! ```
//! # #[cfg(feature = "reload")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let dir = dir.path();
//! # std::fs::write(dir.join("app.json"), r#"{ "port": 8080 }"#)?;
//! use enhanced_config::EnhancedConfigSystem;
//! use enhanced_config::reload::Received;
//!
//! #[derive(serde::Deserialize)]
//! struct App {
//!     port: u16,
//! }
//!
//! let system = EnhancedConfigSystem::builder(dir).build()?;
//! let app = system.live::<App>("app")?;
//! system.start_hot_reload()?;
//! let mut events = system.events();
//!
//! std::fs::write(dir.join("app.json"), r#"{ "port": 8081 }"#)?;
//! if let Some(Received::Event(event)) = events.next() {
//!     println!("{event}"); // app: applied, version 2, in 1.2ms
//! }
//! assert_eq!(app.load().port, 8081);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "reload"))]
//! # fn main() {}
//! ```
//!
//! What is done to a configuration is a span of `tracing`, target `enhanced_config`, level info, one within another where
//! one needs the other. None has errors or values in it.
//!
//! | span | what is done | fields |
//! |---|---|---|
//! | `config.load` | it is loaded for the first time, or after it was forgotten | `config`, `succeeded` |
//! | `config.reload` | it is made what its sources and overrides say now | `config`, `succeeded` |
//! | `config.validate` | it is checked with its schema and rules | `config`, `succeeded` |
//! | `config.migrate` | its file is migrated | `config`, `succeeded` |
//! | `config.save` | its file is written | `config`, `succeeded` |
//! | `config.callback` | a callback is told | `config`, `kind`, `registered`, `succeeded` |
//!
//! `config` is the name, `succeeded` is set at the end; `kind` is what the callback is called for, `registered` the place
//! in the program where that was asked for. What is worth telling in words is an event, without what is secret: alerts under
//! the target `enhanced_config::alert`, changes of health under `enhanced_config::monitor`.
//!
//! With all features, [`docs`](docs/index.html) has a guide for each thing that is done with configurations.
//!
//! The parts can be had alone, and are lent out here under their own names: [`core`], [`format`](mod@format), [`files`],
//! [`layers`], `schema`, `cache`, `reload`, `migrate`, `fault_tolerance`, `monitor`, [`clock`].

#[cfg(feature = "migrate")]
mod at_once;
mod attempt;
mod builder;
mod config;
mod defaults;
// Guides of the whole: they speak of every feature.
#[cfg(all(
    feature = "yaml",
    feature = "toml",
    feature = "render",
    feature = "schema",
    feature = "cache",
    feature = "reload",
    feature = "migrate",
    feature = "fault-tolerance",
    feature = "monitor"
))]
pub mod docs;
mod freshness;
#[cfg(feature = "reload")]
mod hot_reload;
#[cfg(feature = "reload")]
mod last_known_good;
mod load_error;
#[cfg(feature = "migrate")]
mod migration;
mod monitoring;
mod reading;
mod recipes;
mod rejection;
mod report;
mod save;
mod schemas;
mod served;
mod setup_error;
mod slot;
mod snapshot;
mod stage;
#[cfg(feature = "reload")]
mod status;
mod step;
mod system;

pub use builder::Builder;
pub use config::Config;
pub use freshness::Freshness;
#[cfg(feature = "reload")]
pub use hot_reload::{ConfigChange, SubscribeError};
pub use load_error::{LoadError, LoadErrorKind};
#[cfg(feature = "migrate")]
pub use migration::{Migrated, MigrationReport};
#[cfg(feature = "fault-tolerance")]
pub use reading::{FaultTolerance, LeftAlone, SourceStatus};
pub use rejection::Rejection;
pub use report::{Checked, ValidationReport};
pub use save::{Conflict, Contested, SaveError, Saved, Side};
pub use setup_error::SetupError;
#[cfg(feature = "reload")]
pub use slot::Level;
pub use slot::OverrideGuard;
#[cfg(feature = "reload")]
pub use status::{Active, Assigned, ConfigStatus, Good};
pub use system::EnhancedConfigSystem;

pub use enhanced_config_core::{
    Document, KeyPath, Kind, Layer, LayerKind, Location, NodeRef, Origin, PathError, Problem, ProblemKind,
    Problems, Severity, UnknownKeys,
};
#[cfg(feature = "render")]
pub use enhanced_config_format::Color;
pub use enhanced_config_format::{Format, Limits};
pub use enhanced_config_layers::Explanation;

#[cfg(feature = "cache")]
pub use enhanced_config_cache as cache;
pub use enhanced_config_clock as clock;
pub use enhanced_config_core as core;
#[cfg(feature = "fault-tolerance")]
pub use enhanced_config_fault_tolerance as fault_tolerance;
pub use enhanced_config_files as files;
pub use enhanced_config_format as format;
pub use enhanced_config_layers as layers;
#[cfg(feature = "migrate")]
pub use enhanced_config_migrate as migrate;
#[cfg(feature = "monitor")]
pub use enhanced_config_monitor as monitor;
#[cfg(feature = "reload")]
pub use enhanced_config_reload as reload;
#[cfg(feature = "schema")]
pub use enhanced_config_schema as schema;

/// The program of the README is run as a test.
#[cfg(all(doctest, feature = "yaml", feature = "reload", feature = "schema"))]
#[doc = include_str!("../../../README.md")]
struct Readme;
