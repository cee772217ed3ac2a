use enhanced_config_core::{BuildError, KeyPath, Origin, Problems};

use crate::{EmitError, Format};

/// An edit that was refused; the text is what it was before.
///
/// Its text is its [words](Self::words), and its [place](Self::place) where it has one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}{}", self.words(), behind(self.place()))]
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
    /// The value is repeated with an alias, at [the place of the error](EditError::origin), and would change there too.
    #[error("an alias repeats it, and would change too")]
    Shared {
        /// What the alias repeats: the value, or one that it is in or that is in it.
        anchor: Option<Anchor>,
    },
    /// The path leads through an alias, at [the place of the error](EditError::origin): what would change is another
    /// place.
    #[error("an alias repeats it from elsewhere")]
    Alias {
        /// Where the value is written.
        anchor: Option<Anchor>,
    },
    /// The value comes from a merge key, at [the place of the error](EditError::origin): what would change is another
    /// place.
    #[error("a merge key brings it")]
    Merged {
        /// Where the value is written; none where it stands behind the merge key itself.
        anchor: Option<Anchor>,
    },
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
    /// A carriage return of a YAML text ends a line by itself, at [the place of the error](EditError::origin).
    #[error(
        "a carriage return alone ends a line here, beside which no line is changed: end lines with line feeds first"
    )]
    LineEnd,
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

/// An anchored value of a YAML text, which aliases and merge keys repeat.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Anchor {
    /// Its name, without the `&`.
    pub name: Box<str>,
    /// Where the anchor stands.
    pub origin: Origin,
}

impl std::fmt::Display for Anchor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the anchor &{} at {}", self.name, self.origin)
    }
}

impl Refusal {
    /// What the value is repeated from.
    pub(super) fn anchor_mut(&mut self) -> Option<&mut Option<Anchor>> {
        match self {
            Refusal::Shared { anchor } | Refusal::Alias { anchor } | Refusal::Merged { anchor } => {
                Some(anchor)
            }
            _ => None,
        }
    }
}

impl EditError {
    /// What it says, without the place that its text ends with.
    pub fn words(&self) -> String {
        format!("{}{}", self.shown_path(), self.shown_why())
    }

    /// The place that its text ends with: its [origin](Self::origin), unless the words tell that.
    pub fn place(&self) -> Option<&Origin> {
        match self.why {
            Refusal::Shared { .. } | Refusal::Alias { .. } | Refusal::Merged { .. } => None,
            _ => self.origin.as_ref(),
        }
    }

    /// What cannot be written is told with its own path, and the root has none.
    fn shown_path(&self) -> String {
        match self.why {
            _ if self.path.is_root() => String::new(),
            Refusal::Emit(EmitError::Null { .. } | EmitError::Integer { .. }) => String::new(),
            _ => format!("{}: ", self.path),
        }
    }

    fn shown_why(&self) -> String {
        let Self { why, origin: Some(origin), .. } = self else { return self.why.to_string() };
        let anchored = |anchor: &Option<Anchor>| match anchor {
            Some(anchor) => anchor.to_string(),
            None => "what is written elsewhere".to_owned(),
        };
        match why {
            Refusal::Shared { anchor } => format!(
                "the alias at {origin} repeats {}, and would change too: put a value of its own in place of the alias first",
                anchored(anchor)
            ),
            Refusal::Alias { anchor } => format!(
                "the alias at {origin} repeats {}: change it there by hand, for all that repeat it, or put a value of its \
                 own in place of the alias",
                anchored(anchor)
            ),
            Refusal::Merged { anchor: Some(anchor) } => format!(
                "the merge key at {origin} brings it from {anchor}: change it there by hand, for all that repeat it, or \
                 put a value of its own beside the merge key"
            ),
            Refusal::Merged { anchor: None } => format!(
                "the merge key at {origin} brings it: change it there by hand, or put a value of its own beside the merge key"
            ),
            why => why.to_string(),
        }
    }
}

fn behind(place: Option<&Origin>) -> String {
    place.map(|origin| format!(" ({origin})")).unwrap_or_default()
}
