//! Sources, precedence, profiles, environment variables and provenance.
//!
//! [`Layers`] is the recipe of a configuration: [`Source`]s in order of precedence. Loading runs them and folds what
//! they give into one document whose every value knows its layer; [`Explanation`] says so to a person.

mod current;
mod env;
mod environment;
mod explain;
mod file;
mod hints;
mod include;
mod interpolate;
mod layers;
mod near;
mod packed;
mod profile;
mod report;
mod source;
mod value;
mod write_back;

pub use env::{EnvLayer, EnvSource, Shape};
pub use environment::EnvFileSource;
pub use explain::{Contribution, Explanation, Fate, Shown};
pub use file::{DropInSource, FileSource};
pub use interpolate::{Interpolated, interpolate};
pub use layers::{Layers, LoadFailure, Loaded, Review};
pub use packed::Unpacked;
pub use profile::ProfileSource;
pub use source::{Context, Input, Rewritten, Source, Texts};
pub use value::ValueSource;
pub use write_back::{Extent, FileChange, FileEdit, Inherited, NewValue, WriteBack, with_changes_of};
