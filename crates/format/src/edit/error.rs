use enhanced_config_core::{BuildError, KeyPath, Origin, Problems};

use crate::{EmitError, Format};

/// An edit that was refused; the text is what it was before.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}{why}{}", self.shown_path(), self.shown_place())]
#[non_exhaustive]
pub struct EditError {
    /// The place that was to be edited.
    pub path: KeyPath,
    /// Why it was not.
    pub why: Refusal,
    /// The place in the text that stands in the way, or that the path leads to.
    pub origin: Option<Origin>,
}

/// Why an edit was refused. Names keys and places, never a value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Nothing is there.
    #[error("there is no such value")]
    Missing,
    /// The key is taken.
    #[error("there is a value already")]
    Exists,
    /// The path leads into a scalar, or with a key into a list.
    #[error("{parent} is not a map or list that could hold it")]
    NoCollection {
        /// What it leads into.
        parent: KeyPath,
    },
    /// The root itself cannot be removed, renamed, moved, or become anything but a map.
    #[error("the root is always a map, and has no name")]
    Root,
    /// A value would be moved into itself.
    #[error("it cannot be moved to {to}, which is a part of it")]
    IntoItself {
        /// Where it was to go.
        to: KeyPath,
    },
    /// A map that was to be unwrapped holds something else, too, or instead.
    #[error("expected a map with {key:?} as its only key")]
    NotAlone {
        /// The key.
        key: String,
    },
    /// The value is repeated with an alias, and would change there too.
    #[error("another place repeats it with an alias, and would change too; the alias is at")]
    Shared,
    /// The path leads through an alias: what would change is another place.
    #[error("it is the repetition of a value that is written elsewhere, at")]
    Alias,
    /// The value comes from a merge key: what would change is another place.
    #[error("it comes from the merge key at")]
    Merged,
    /// A key that is written behind a `?`.
    #[error("its key is written with `?`, which is not edited")]
    ExplicitKey,
    /// A list of tables, each with a header, holds nothing but tables.
    #[error("a list of `[[tables]]` holds nothing but tables")]
    NotATable,
    /// The new value cannot be made.
    #[error("the new value: {0}")]
    Value(Problems),
    /// The document that was asked for cannot be.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The format cannot hold the new value, or one in it.
    #[error(transparent)]
    Emit(#[from] EmitError),
    /// Texts in this format are not edited.
    #[error("{0} cannot be edited")]
    Format(Format),
    /// The edited text could not be read again.
    #[error("the edited text could not be read: {0}")]
    Unreadable(Problems),
    /// The edited text says something else than was asked for.
    #[error("the edited text would differ from what was asked for at {0}")]
    Differs(KeyPath),
}

impl EditError {
    /// What cannot be written is told with its own path.
    fn shown_path(&self) -> String {
        match self.why {
            Refusal::Emit(EmitError::Null { .. } | EmitError::Integer { .. }) => String::new(),
            _ => format!("{}: ", self.path),
        }
    }

    fn shown_place(&self) -> String {
        let Some(origin) = &self.origin else { return String::new() };
        match self.why {
            Refusal::Shared | Refusal::Alias | Refusal::Merged => format!(" {origin}"),
            _ => format!(" ({origin})"),
        }
    }
}
