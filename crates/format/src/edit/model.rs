//! What an edit does to the document.

use enhanced_config_core::{Draft, KeyPath, NodeRef, Segment};

use super::Refusal;

/// What happens to one place.
#[derive(Clone, Copy)]
pub(super) enum Change<'v> {
    /// The value there becomes this one.
    Set(NodeRef<'v>),
    /// A new member: of a map, behind the others; of a list, before the one with this index.
    Insert(NodeRef<'v>),
    /// The member goes.
    Remove,
    /// The member gets another key.
    Rename(&'v str),
}

/// Makes a change in a document.
pub(super) fn make(draft: &mut Draft, path: &KeyPath, change: Change<'_>) -> Result<(), Refusal> {
    let is_made = match change {
        Change::Set(value) => draft.set(path, value)?,
        Change::Insert(value) => draft.insert(path, value)?,
        Change::Remove => draft.remove(path)?,
        Change::Rename(key) => draft.rename(path, key)?,
    };
    is_made.then_some(()).ok_or(Refusal::Missing)
}

/// A step as the key of a map.
pub(super) fn name(step: &Segment) -> String {
    match step {
        Segment::Key(key) => key.to_string(),
        Segment::Index(index) => index.to_string(),
    }
}
