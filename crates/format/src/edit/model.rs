//! The document that an edit is to make.

use enhanced_config_core::{BuildError, Document, DocumentBuilder, NodeRef, Segment, Value};

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

/// The document with the change. The place exists, or for [`Change::Insert`] the collection that it is to be in.
pub(super) fn changed(
    document: &Document,
    path: &[Segment],
    change: Change<'_>,
) -> Result<Document, BuildError> {
    let mut builder = DocumentBuilder::new(document.root().layer().clone())
        .with_max_values(usize::MAX)
        .with_capacity(document.values() + 8, 0)
        .with_max_depth(DocumentBuilder::MAX_DEPTH);
    copy(&mut builder, document.root(), path, change)?;
    builder.finish()
}

fn copy(
    builder: &mut DocumentBuilder,
    node: NodeRef<'_>,
    path: &[Segment],
    change: Change<'_>,
) -> Result<(), BuildError> {
    let Some((step, rest)) = path.split_first() else {
        return match change {
            Change::Set(value) => builder.copy(value),
            _ => builder.copy(node),
        };
    };
    match node.value() {
        Value::Map(_) => copy_map(builder, node, step, rest, change),
        Value::List(_) => copy_list(builder, node, step, rest, change),
        _ => builder.copy(node),
    }
}

fn copy_map(
    builder: &mut DocumentBuilder,
    map: NodeRef<'_>,
    step: &Segment,
    rest: &[Segment],
    change: Change<'_>,
) -> Result<(), BuildError> {
    let wanted = name(step);
    builder.open_map(map.position())?;
    for (key, member) in map.entries() {
        let is_target = rest.is_empty() && key == wanted;
        match change {
            Change::Remove if is_target => continue,
            Change::Rename(to) if is_target => builder.key(to, member.key_position())?,
            _ => builder.key(key, member.key_position())?,
        }
        if key == wanted {
            copy(builder, member, rest, change)?;
        } else {
            builder.copy(member)?;
        }
    }
    if let (Change::Insert(value), true) = (change, rest.is_empty()) {
        builder.key(&wanted, 0)?;
        builder.copy(value)?;
    }
    builder.close()
}

fn copy_list(
    builder: &mut DocumentBuilder,
    list: NodeRef<'_>,
    step: &Segment,
    rest: &[Segment],
    change: Change<'_>,
) -> Result<(), BuildError> {
    let wanted = if let Segment::Index(index) = step { *index } else { usize::MAX };
    builder.open_list(list.position())?;
    for (index, item) in list.items().enumerate() {
        let is_target = rest.is_empty() && index == wanted;
        match change {
            Change::Remove if is_target => continue,
            Change::Insert(value) if is_target => {
                builder.copy(value)?;
                builder.copy(item)?;
            }
            _ if index == wanted => copy(builder, item, rest, change)?,
            _ => builder.copy(item)?,
        }
    }
    if let (Change::Insert(value), true) = (change, rest.is_empty() && wanted == list.len()) {
        builder.copy(value)?;
    }
    builder.close()
}

/// A step as the key of a map.
pub(super) fn name(step: &Segment) -> String {
    match step {
        Segment::Key(key) => key.to_string(),
        Segment::Index(index) => index.to_string(),
    }
}
