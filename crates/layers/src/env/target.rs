use std::collections::BTreeSet;

use enhanced_config_core::{KeyPath, Kind, NodeRef, Subschemas};

use super::Shape;

/// What a variable's text is meant to become: as the schema says, else as the layers below have it.
pub(super) struct Target<'a> {
    schema: Subschemas<'a>,
    lower: Option<NodeRef<'a>>,
}

impl<'a> Target<'a> {
    /// The target at a path.
    pub(super) fn at(shape: Shape<'a>, path: &KeyPath) -> Self {
        let schema = Subschemas::of_root(shape.schema).at(path);
        Self { schema, lower: shape.lower.and_then(|lower| lower.at(path)) }
    }

    /// The kinds that are allowed, [`Kind::Float`] standing for any number; none when nothing is known.
    pub(super) fn kinds(&self) -> BTreeSet<Kind> {
        let said = self.schema.kinds();
        if said.is_empty() { self.lower.into_iter().filter_map(kind).collect() } else { said }
    }

    /// The kinds that are allowed for the member of a list.
    pub(super) fn item_kinds(&self, index: usize) -> BTreeSet<Kind> {
        let said = self.schema.item(index).kinds();
        if !said.is_empty() {
            return said;
        }
        self.lower.into_iter().flat_map(NodeRef::items).filter_map(kind).collect()
    }
}

/// What a value below says about the kind: whoever wrote `30` may have meant that any number will do, and `null` says
/// nothing.
fn kind(lower: NodeRef<'_>) -> Option<Kind> {
    match lower.kind() {
        Kind::Null => None,
        Kind::Integer => Some(Kind::Float),
        other => Some(other),
    }
}
