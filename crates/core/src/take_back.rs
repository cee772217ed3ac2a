use std::collections::{HashMap, HashSet};

use crate::{BuildError, Change, Document, DocumentBuilder, KeyPath, NodeRef, Segment, Value};

/// A copy of `new` without some of its [changes](crate::diff): what changed is what it was, what was added is left
/// out, and what was removed is back, behind what its map or list has. Origins stay what they are.
///
/// ```
/// # use enhanced_config_core::*;
/// # let document = |json| Document::from_serialize(&json, Layer::new(LayerKind::Base, "app.yaml"));
/// # use serde_json::json;
/// let old = document(json!({ "port": 80, "name": "a" }))?;
/// let new = document(json!({ "port": 81, "name": "b" }))?;
/// let changes = diff(&old, &new);
/// let kept = take_back(&new, changes.iter().filter(|change| change.path.to_string() == "port"))?;
/// assert_eq!(kept, document(json!({ "port": 80, "name": "b" }))?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the two documents together are more than one can hold.
pub fn take_back<'a, 'c>(
    new: &'a Document,
    changes: impl IntoIterator<Item = &'c Change<'a>>,
) -> Result<Document, BuildError>
where
    'a: 'c,
{
    let mut way_back = WayBack::default();
    for change in changes {
        way_back.add(change);
    }
    let mut builder = DocumentBuilder::new(new.root().layer().clone())
        .with_max_values(usize::MAX)
        .with_max_depth(DocumentBuilder::MAX_DEPTH);
    way_back.copy(new.root(), &KeyPath::root(), &mut builder)?;
    builder.finish()
}

/// What to do on the way through the new document.
#[derive(Default)]
struct WayBack<'a> {
    /// What stands at a path instead; nothing for what was added.
    instead: HashMap<KeyPath, Option<NodeRef<'a>>>,
    /// What was removed from a map or list.
    removed: HashMap<KeyPath, Vec<(Segment, NodeRef<'a>)>>,
    /// Maps and lists with any of these inside.
    touched: HashSet<KeyPath>,
}

impl<'a> WayBack<'a> {
    fn add(&mut self, change: &Change<'a>) {
        let path = &change.path;
        let mut above = path.parent();
        while let Some(parent) = above {
            above = parent.parent();
            self.touched.insert(parent);
        }
        match (change.old, change.new, path.parent(), path.segments().last()) {
            (Some(old), None, Some(parent), Some(last)) => {
                self.removed.entry(parent).or_default().push((last.clone(), old));
            }
            (old, ..) => drop(self.instead.insert(path.clone(), old)),
        }
    }

    fn copy(
        &self,
        node: NodeRef<'a>,
        path: &KeyPath,
        builder: &mut DocumentBuilder,
    ) -> Result<(), BuildError> {
        if !self.touched.contains(path) {
            return builder.copy(node);
        }
        builder.set_layer(node.layer())?;
        match node.value() {
            Value::Map(entries) => {
                builder.open_map(node.position())?;
                for (key, member) in entries {
                    self.member(member, path, key.into(), builder)?;
                }
            }
            Value::List(items) => {
                builder.open_list(node.position())?;
                for (index, item) in items.enumerate() {
                    self.member(item, path, Segment::Index(index), builder)?;
                }
            }
            _ => return builder.copy(node),
        }
        for (segment, old) in self.removed.get(path).into_iter().flatten() {
            put(*old, segment, builder)?;
        }
        builder.set_layer(node.layer())?;
        builder.close()
    }

    fn member(
        &self,
        node: NodeRef<'a>,
        parent: &KeyPath,
        segment: Segment,
        builder: &mut DocumentBuilder,
    ) -> Result<(), BuildError> {
        let path = parent.join(segment.clone());
        match self.instead.get(&path) {
            Some(Some(old)) => put(*old, &segment, builder),
            Some(None) => Ok(()),
            None => {
                name(node, &segment, builder)?;
                self.copy(node, &path, builder)
            }
        }
    }
}

fn put(node: NodeRef<'_>, segment: &Segment, builder: &mut DocumentBuilder) -> Result<(), BuildError> {
    name(node, segment, builder)?;
    builder.copy(node)
}

fn name(node: NodeRef<'_>, segment: &Segment, builder: &mut DocumentBuilder) -> Result<(), BuildError> {
    match segment {
        Segment::Key(key) => builder.key(key, node.key_position()),
        Segment::Index(_) => Ok(()),
    }
}
