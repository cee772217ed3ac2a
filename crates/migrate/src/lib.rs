//! Configuration texts from one version to another and back, comments kept.
//!
//! A [`ConfigMigrator`] knows [`Migration`]s, each of [`Step`]s as data or of code that edits the text. It finds the
//! shortest way from the version of a text to another, and makes a [`MigrationPlan`]: the way, what would differ, and the
//! text at its end. Nothing here touches the disk.

mod apply;
pub mod builtin;
mod description;
mod error;
mod former;
mod migration;
mod migrator;
mod observed;
mod part;
mod plan;
mod route;
mod step;
mod version;

pub use apply::StepError;
pub use error::{MigrateError, RegisterError};
pub use former::{Fate, FormerKey, FormerKeys};
pub use migration::{Migration, Steps};
pub use migrator::ConfigMigrator;
pub use observed::Observed;
pub use part::{Part, PartKind};
pub use plan::{Direction, Hop, MigrationPlan};
pub use step::{Path, Step};
pub use version::{Version, VersionError};
