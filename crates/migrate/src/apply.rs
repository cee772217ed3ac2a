//! What the steps do.

use std::fmt;

use enhanced_config_core::{Document, KeyPath, Kind, Layer, LayerKind, NodeRef, Origin, Problems};
use enhanced_config_format::{EditError, Editor};

use crate::{Part, Step};

/// Why a step could not be made. Names keys, places and kinds, never a value.
///
/// Its text is its [words](Self::words), and its [place](Self::place) where it has one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StepError {
    /// The text could not be edited so.
    Edit(EditError),
    /// A value is not what the step needs.
    Unfit {
        /// Where it is.
        path: KeyPath,
        /// What the step needs.
        expected: &'static str,
        /// What is there.
        found: Kind,
        /// Its place.
        origin: Origin,
    },
    /// A text has more or fewer parts than there are places for.
    Parts {
        /// Where the text is.
        path: KeyPath,
        /// How many places there are.
        expected: usize,
        /// How many parts it has.
        found: usize,
        /// Its place.
        origin: Origin,
    },
    /// A part of a text is not of the kind that it is to be, or not written as that would be.
    Part {
        /// Where the text is.
        path: KeyPath,
        /// Where the part goes.
        to: KeyPath,
        /// What it is to be there.
        expected: &'static str,
        /// The place of the text.
        origin: Origin,
    },
    /// One of the values that make a text is missing, and others are there.
    MissingPart {
        /// Where it would be.
        path: KeyPath,
        /// Where the text was to be.
        into: KeyPath,
    },
    /// What the program's own code says.
    Custom(Problems),
}

impl StepError {
    /// What it says, without the place that its text ends with.
    pub fn words(&self) -> String {
        match self {
            Self::Edit(error) => error.words(),
            Self::Unfit { path, expected, found, .. } => {
                format!("{path}: expected {expected}, found {found}")
            }
            Self::Parts { path, expected, found, .. } => {
                format!("{path}: expected {expected} parts, found {found}")
            }
            Self::Part { path, to, expected, .. } => format!("{path}: the part for {to} is not {expected}"),
            Self::MissingPart { path, into } => {
                format!("{path}: missing, and without it the others make no {into}")
            }
            Self::Custom(problems) => problems.to_string(),
        }
    }

    /// The place that its text ends with; none where there is none, or where the words tell it.
    pub fn place(&self) -> Option<&Origin> {
        match self {
            Self::Edit(error) => error.place(),
            _ => self.origin(),
        }
    }

    /// The place in the text that it is about.
    pub fn origin(&self) -> Option<&Origin> {
        match self {
            Self::Edit(error) => error.origin.as_ref(),
            Self::Unfit { origin, .. } | Self::Parts { origin, .. } | Self::Part { origin, .. } => {
                Some(origin)
            }
            Self::MissingPart { .. } | Self::Custom(_) => None,
        }
    }
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words())?;
        self.place().map_or(Ok(()), |place| write!(f, " ({place})"))
    }
}

/// Without naming the cause as a source: it is all of the text.
impl From<EditError> for StepError {
    fn from(error: EditError) -> Self {
        Self::Edit(error)
    }
}

impl Step {
    /// Makes the step.
    pub(crate) fn apply(&self, editor: &mut Editor) -> Result<(), StepError> {
        match self {
            Step::Rename { path, key } => when_there(editor, &path.0, |editor| editor.rename(&path.0, key)),
            Step::Move { from, to } => when_there(editor, &from.0, |editor| editor.relocate(&from.0, &to.0)),
            Step::MoveBack { from, to } => when_there(editor, &from.0, |editor| {
                editor.transaction(|editor| {
                    editor.relocate(&from.0, &to.0)?;
                    prune_above(editor, &from.0)
                })
            }),
            Step::Set { path, value, .. } => Ok(editor.set(&path.0, value)?),
            Step::Default { path, value } if editor.document().at(&path.0).is_none() => {
                Ok(editor.set(&path.0, value)?)
            }
            Step::Default { .. } => Ok(()),
            Step::Drop { path, value } => drop_value(editor, &path.0, value),
            Step::Remove { path, .. } => when_there(editor, &path.0, |editor| editor.remove(&path.0)),
            Step::MapValue { path, values } => {
                // A value of another kind stays: its text would not tell the way back which kind it had.
                let old = editor.document().at(&path.0).and_then(|node| node.as_str());
                let new = old.and_then(|old| values.get(old));
                Ok(new.map_or(Ok(()), |new| editor.set(&path.0, new))?)
            }
            Step::Split { path, separator, into } => split(editor, &path.0, separator, into),
            Step::Join { from, separator, into } => join(editor, from, separator, &into.0),
            Step::Wrap { path, key } => when_there(editor, &path.0, |editor| editor.wrap(&path.0, key)),
            Step::Unwrap { path, key } => when_there(editor, &path.0, |editor| editor.unwrap(&path.0, key)),
        }
    }
}

fn when_there(
    editor: &mut Editor,
    path: &KeyPath,
    change: impl FnOnce(&mut Editor) -> Result<(), EditError>,
) -> Result<(), StepError> {
    if editor.document().at(path).is_some() {
        change(editor)?;
    }
    Ok(())
}

/// The text at a path, if something is there.
fn text_at(editor: &Editor, path: &KeyPath) -> Result<Option<String>, StepError> {
    let Some(node) = editor.document().at(path) else { return Ok(None) };
    match node.as_str() {
        Some(text) => Ok(Some(text.to_owned())),
        None => Err(unfit(path, "a string", node)),
    }
}

fn unfit(path: &KeyPath, expected: &'static str, node: NodeRef<'_>) -> StepError {
    StepError::Unfit { path: path.clone(), expected, found: node.kind(), origin: node.origin() }
}

fn drop_value(editor: &mut Editor, path: &KeyPath, value: &serde_json::Value) -> Result<(), StepError> {
    let wanted = Document::from_serialize(
        &serde_json::json!({ "value": value }),
        Layer::new(LayerKind::Runtime, "the value to drop"),
    );
    let wanted = wanted.map_err(StepError::Custom)?;
    if editor.document().at(path).is_none() || editor.document().at(path) != wanted.root().get("value") {
        return Ok(());
    }
    let mut gone = path.clone();
    while let Some(parent) = gone.parent().filter(|parent| !parent.is_root()) {
        match editor.document().at(&parent) {
            Some(map) if map.kind() == Kind::Map && map.len() == 1 => gone = parent,
            _ => break,
        }
    }
    Ok(editor.remove(&gone)?)
}

/// Removes the maps that a value has left empty.
fn prune_above(editor: &mut Editor, path: &KeyPath) -> Result<(), EditError> {
    path.parent().map_or(Ok(()), |parent| editor.prune(&parent))
}

/// The first part takes the place of the text, and its comments.
fn split(editor: &mut Editor, path: &KeyPath, separator: &str, into: &[Part]) -> Result<(), StepError> {
    let Some(text) = text_at(editor, path)? else { return Ok(()) };
    let origin = || editor.document().at(path).unwrap_or(editor.document().root()).origin();
    let parts: Vec<_> = text.split(separator).collect();
    if parts.len() != into.len() {
        let (expected, found) = (into.len(), parts.len());
        return Err(StepError::Parts { path: path.clone(), expected, found, origin: origin() });
    }
    let value = |(part, text): (&Part, &str)| {
        part.kind.value(text).ok_or_else(|| StepError::Part {
            path: path.clone(),
            to: part.path.0.clone(),
            expected: part.kind.described(),
            origin: origin(),
        })
    };
    let values = into.iter().zip(parts).map(value).collect::<Result<Vec<_>, _>>()?;
    let (Some((first, rest)), Some((first_value, others))) = (into.split_first(), values.split_first())
    else {
        return Ok(());
    };
    editor.transaction(|editor| {
        if *path != first.path.0 {
            editor.relocate(path, &first.path.0)?;
        }
        editor.set(&first.path.0, first_value)?;
        rest.iter().zip(others).try_for_each(|(part, value)| Ok(editor.insert(&part.path.0, value)?))
    })
}

/// The whole takes the place of the first part, and its comments; those of the others stand above.
fn join(editor: &mut Editor, from: &[Part], separator: &str, into: &KeyPath) -> Result<(), StepError> {
    let Some((first, rest)) = from.split_first() else { return Ok(()) };
    if from.iter().all(|part| editor.document().at(&part.path.0).is_none()) {
        return Ok(());
    }
    let text = |part: &Part| {
        let path = &part.path.0;
        let missing = || StepError::MissingPart { path: path.clone(), into: into.clone() };
        let node = editor.document().at(path).ok_or_else(missing)?;
        let text = part.kind.text(node).filter(|text| !text.contains(separator));
        text.ok_or_else(|| unfit(path, part.kind.without_separator(), node))
    };
    let parts = from.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    Ok(editor.keeping_comments(into, |editor| {
        rest.iter().try_for_each(|part| editor.remove(&part.path.0))?;
        if first.path.0 != *into {
            editor.relocate(&first.path.0, into)?;
        }
        from.iter().try_for_each(|part| prune_above(editor, &part.path.0))?;
        editor.set(into, parts.join(separator))
    })?)
}
