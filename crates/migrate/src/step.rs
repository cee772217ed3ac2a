use std::collections::BTreeMap;
use std::fmt;

use enhanced_config_core::{KeyPath, PathError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Part;

/// One change of a document, as data: from Rust, or read from YAML or JSON.
///
/// | step | what it does | taken back by |
/// |---|---|---|
/// | `rename: {path, key}` | gives a value another key, in its place | `rename` |
/// | `move: {from, to}` | moves a value, with its comments | `move_back` |
/// | `move_back: {from, to}` | moves a value, and removes maps that it leaves empty and without a comment | `move` |
/// | `set: {path, value, was}` | makes a value this one | `set` to `was`; without `was` it cannot be |
/// | `default: {path, value}` | adds a value that is missing | `drop` |
/// | `drop: {path, value}` | removes a value that is this one, and the maps that it leaves empty | `default` |
/// | `remove: {path, was}` | removes a value | `set` to `was`; without `was` it cannot be |
/// | `map_value: {path, values}` | replaces a text as listed; other texts and values that are none stay | `map_value`, if no two become the same |
/// | `split: {path, separator, into}` | makes several values of one text: texts, or what the [`Part`]s say | `join` |
/// | `join: {from, separator, into}` | makes one text of several values, with the comments of all, and removes maps as `move_back` does | `split` |
/// | `wrap: {path, key}` | puts a value into a map, under this key | `unwrap` |
/// | `unwrap: {path, key}` | puts what a map holds under its only key in the map's place | `wrap` |
///
/// A step whose value is not there does nothing, since keys may be optional; `set` and `default` add it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Step {
    /// Gives a value another key, in its place.
    Rename {
        /// The value.
        path: Path,
        /// Its new key.
        key: String,
    },
    /// Moves a value with its comments.
    Move {
        /// Where it is.
        from: Path,
        /// Where it goes.
        to: Path,
    },
    /// Moves a value with its comments, and removes the maps that it leaves empty and that have no comment: those that
    /// [`Step::Move`] added.
    MoveBack {
        /// Where it is.
        from: Path,
        /// Where it goes.
        to: Path,
    },
    /// Makes a value this one.
    Set {
        /// The value.
        path: Path,
        /// What it becomes.
        value: Value,
        /// What it was before, to take the step back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<Value>,
    },
    /// Adds a value that is missing.
    Default {
        /// The value.
        path: Path,
        /// What it becomes.
        value: Value,
    },
    /// Removes a value that is this one, and the maps that it leaves empty.
    Drop {
        /// The value.
        path: Path,
        /// What it has to be.
        value: Value,
    },
    /// Removes a value.
    Remove {
        /// The value.
        path: Path,
        /// What it was, to take the step back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<Value>,
    },
    /// Replaces a text as listed. One that is not listed stays, and so does a value that is no text, as `true` is none.
    MapValue {
        /// The value.
        path: Path,
        /// New texts by old ones.
        values: BTreeMap<String, String>,
    },
    /// Makes several values of one text. `into: [server.bind, {path: server.port, kind: integer}]` makes a text and a number
    /// of `0.0.0.0:80`; a port that is written in another way than the number would be, as `080`, is refused.
    Split {
        /// The text.
        path: Path,
        /// What stands between its parts.
        separator: String,
        /// Where the parts go, as many as there are.
        into: Vec<Part>,
    },
    /// Makes one text of several values, below the comments of all.
    Join {
        /// The parts.
        from: Vec<Part>,
        /// What is to stand between them.
        separator: String,
        /// Where the whole goes.
        into: Path,
    },
    /// Puts a value into a map.
    Wrap {
        /// The value.
        path: Path,
        /// The key that it gets there.
        key: String,
    },
    /// Puts what a map holds under its only key in the map's place.
    Unwrap {
        /// The map.
        path: Path,
        /// Its key.
        key: String,
    },
}

/// A [`KeyPath`] that is written as a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Path(pub KeyPath);

impl TryFrom<String> for Path {
    type Error = PathError;

    fn try_from(text: String) -> Result<Self, PathError> {
        text.parse().map(Self)
    }
}

impl From<Path> for String {
    fn from(path: Path) -> Self {
        path.0.to_string()
    }
}

impl From<KeyPath> for Path {
    fn from(path: KeyPath) -> Self {
        Self(path)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Step {
    /// The step that takes this one back, if one can.
    pub fn inverse(&self) -> Option<Step> {
        Some(match self.clone() {
            Step::Rename { path, key } => {
                let old = path.0.last_key()?.to_owned();
                let renamed = path.0.parent()?.join(key);
                Step::Rename { path: renamed.into(), key: old }
            }
            Step::Move { from, to } => Step::MoveBack { from: to, to: from },
            Step::MoveBack { from, to } => Step::Move { from: to, to: from },
            Step::Set { path, value, was } => Step::Set { path, value: was?, was: Some(value) },
            Step::Default { path, value } => Step::Drop { path, value },
            Step::Drop { path, value } => Step::Default { path, value },
            Step::Remove { path, was } => Step::Default { path, value: was? },
            Step::MapValue { path, values } => {
                let inverse: BTreeMap<_, _> =
                    values.iter().map(|(old, new)| (new.clone(), old.clone())).collect();
                // A text that another becomes, and that is not replaced itself, could have been there before.
                let is_exact =
                    inverse.len() == values.len() && inverse.keys().all(|new| values.contains_key(new));
                let is_fresh =
                    inverse.len() == values.len() && inverse.keys().all(|new| !values.contains_key(new));
                return (is_exact || is_fresh).then_some(Step::MapValue { path, values: inverse });
            }
            Step::Split { path, separator, into } => Step::Join { from: into, separator, into: path },
            Step::Join { from, separator, into } => Step::Split { path: into, separator, into: from },
            Step::Wrap { path, key } => Step::Unwrap { path, key },
            Step::Unwrap { path, key } => Step::Wrap { path, key },
        })
    }

    /// What the step is called in a description.
    pub fn name(&self) -> &'static str {
        match self {
            Step::Rename { .. } => "rename",
            Step::Move { .. } => "move",
            Step::MoveBack { .. } => "move_back",
            Step::Set { .. } => "set",
            Step::Default { .. } => "default",
            Step::Drop { .. } => "drop",
            Step::Remove { .. } => "remove",
            Step::MapValue { .. } => "map_value",
            Step::Split { .. } => "split",
            Step::Join { .. } => "join",
            Step::Wrap { .. } => "wrap",
            Step::Unwrap { .. } => "unwrap",
        }
    }
}

/// `rename server.host`.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = match self {
            Step::Move { from, .. } | Step::MoveBack { from, .. } => from,
            Step::Join { into, .. } => into,
            Step::Rename { path, .. }
            | Step::Set { path, .. }
            | Step::Default { path, .. }
            | Step::Drop { path, .. }
            | Step::Remove { path, .. }
            | Step::MapValue { path, .. }
            | Step::Split { path, .. }
            | Step::Wrap { path, .. }
            | Step::Unwrap { path, .. } => path,
        };
        write!(f, "{} {path}", self.name())
    }
}
