//! The vocabulary of enhanced-config: flat documents whose every value knows where it came from.
//!
//! No I/O, no threads. A [`Document`] is made by a [`DocumentBuilder`], read through [`NodeRef`]s, and addressed by
//! [`KeyPath`]s; every value has an [`Origin`]; what is wrong with it is a [`Problem`].

mod build_error;
mod builder;
mod causes;
mod de;
mod diff;
mod document;
mod draft;
mod harmless;
mod keys;
mod kind;
mod layer;
mod lines;
mod merge;
mod node;
mod pack;
mod path;
mod prepared;
mod prepared_key;
mod problem;
mod redact;
mod repeats;
mod row;
mod ser;
mod serialized;
mod subschemas;
mod suggest;
mod take_back;
pub mod text;
mod value;
pub mod variable;

pub use build_error::{BuildError, Duplicate};
pub use builder::DocumentBuilder;
pub use causes::with_causes;
pub use de::{DeserializeError, ExtractOptions, UnknownKeys, extract};
pub use diff::{Change, ChangeKind, Changes, diff};
pub use document::Document;
pub use draft::{Draft, DraftMark};
pub use kind::Kind;
pub use layer::{Layer, LayerKind, Origin, Place};
pub use lines::Location;
pub use merge::{ListMerge, ListRules, MergeOptions, Merged, merge};
pub use node::{Entries, Items, NodeRef, Value};
pub use pack::UnpackError;
pub use path::{KeyPath, PathError, PathFault, Segment};
pub use prepared::PreparedPath;
pub use prepared_key::PreparedKey;
pub use problem::{Limit, Problem, ProblemKind, Problems, Related, Severity};
pub use redact::{MASK, Redactor, is_secret_name};
pub use subschemas::Subschemas;
pub use suggest::{suggest, typos};
pub use take_back::take_back;
