use std::collections::HashMap;

use enhanced_config_core::{
    BuildError, Document, DocumentBuilder, KeyPath, Kind, Layer, NodeRef, Segment, Value,
};

use super::convert::Converted;
use super::keys::Known;
use super::variable::Variable;

/// A key and the value that a variable gives it.
pub(super) struct Setting<'v> {
    pub(super) path: KeyPath,
    /// How the key is known.
    pub(super) known: Known,
    pub(super) variable: &'v Variable<'v>,
    pub(super) value: Converted<'v>,
}

/// Builds the layer that settings make: `root` is the layer and position of its root, `lower` what lies below it.
///
/// Settings are sorted by path, and none lies at or below another. A list of which they set a member is taken over
/// from below, with its origins; the paths of these lists come second.
pub(super) fn build(
    settings: &[Setting<'_>],
    root: (&Layer, u32),
    lower: Option<NodeRef<'_>>,
) -> Result<(Document, Vec<KeyPath>), BuildError> {
    // What lies below was within the limits of its source, which may be larger than the usual ones.
    let builder = DocumentBuilder::new(root.0.clone()).with_max_values(usize::MAX).with_max_depth(usize::MAX);
    let mut writer = Writer { builder, copied: Vec::new() };
    writer.builder.open_map(root.1)?;
    writer.members(settings, 0, lower)?;
    writer.close(root.0)?;
    Ok((writer.builder.finish()?, writer.copied))
}

struct Writer {
    builder: DocumentBuilder,
    copied: Vec<KeyPath>,
}

/// Settings of which all have the same path up to some depth; the depth is passed along with it.
type Group<'g, 'v> = &'g [Setting<'v>];

impl Writer {
    /// Writes the members that settings give to a map, and no others.
    fn members(
        &mut self,
        group: Group<'_, '_>,
        depth: usize,
        lower: Option<NodeRef<'_>>,
    ) -> Result<(), BuildError> {
        for (segment, group) in by_segment(group, depth) {
            let Segment::Key(key) = segment else { continue };
            self.member(key, group, depth + 1, lower)?;
        }
        Ok(())
    }

    fn member(
        &mut self,
        key: &str,
        group: Group<'_, '_>,
        depth: usize,
        lower: Option<NodeRef<'_>>,
    ) -> Result<(), BuildError> {
        let Some(first) = group.first() else { return Ok(()) };
        let lower = lower.and_then(|lower| lower.get(key));
        match (first.path.segments().get(depth), lower) {
            (Some(Segment::Index(_)), Some(list)) => {
                self.copied.push(first.path.segments().iter().take(depth).cloned().collect());
                self.builder.key(key, list.key_position())?;
                self.list(list, group, depth)
            }
            _ => {
                self.builder.key(key, first.variable.position)?;
                self.fresh(group, depth, lower)
            }
        }
    }

    /// Writes what settings give, without anything that lies below.
    fn fresh(
        &mut self,
        group: Group<'_, '_>,
        depth: usize,
        lower: Option<NodeRef<'_>>,
    ) -> Result<(), BuildError> {
        let Some(first) = group.first() else { return Ok(()) };
        let (layer, position) = (&first.variable.layer, first.variable.position);
        self.builder.set_layer(layer)?;
        if first.path.segments().len() == depth {
            return self.value(&first.value, position);
        }
        self.builder.open_map(position)?;
        self.members(group, depth, lower)?;
        self.close(layer)
    }

    /// Writes a value from below, with what settings give inside it.
    fn patched(&mut self, lower: NodeRef<'_>, group: Group<'_, '_>, depth: usize) -> Result<(), BuildError> {
        let Some(first) = group.first() else { return self.builder.copy(lower) };
        match first.path.segments().get(depth) {
            Some(Segment::Index(_)) => self.list(lower, group, depth),
            Some(Segment::Key(_)) if lower.kind() == Kind::Map => self.map(lower, group, depth),
            _ => self.fresh(group, depth, None),
        }
    }

    fn list(&mut self, lower: NodeRef<'_>, group: Group<'_, '_>, depth: usize) -> Result<(), BuildError> {
        let groups: HashMap<&Segment, Group<'_, '_>> = by_segment(group, depth).collect();
        self.builder.set_layer(lower.layer())?;
        self.builder.open_list(lower.position())?;
        for (index, item) in lower.items().enumerate() {
            let group = groups.get(&Segment::Index(index)).copied().unwrap_or_default();
            self.patched(item, group, depth + 1)?;
        }
        self.close(lower.layer())
    }

    fn map(&mut self, lower: NodeRef<'_>, group: Group<'_, '_>, depth: usize) -> Result<(), BuildError> {
        let groups: HashMap<&Segment, Group<'_, '_>> = by_segment(group, depth).collect();
        self.builder.set_layer(lower.layer())?;
        self.builder.open_map(lower.position())?;
        for (key, member) in lower.entries() {
            let group = groups.get(&Segment::from(key)).copied().unwrap_or_default();
            self.builder.key(key, member.key_position())?;
            self.patched(member, group, depth + 1)?;
        }
        for (segment, group) in by_segment(group, depth) {
            match segment {
                Segment::Key(key) if lower.get(key).is_none() => self.member(key, group, depth + 1, None)?,
                _ => {}
            }
        }
        self.close(lower.layer())
    }

    fn value(&mut self, value: &Converted<'_>, position: u32) -> Result<(), BuildError> {
        match value {
            Converted::Scalar(value) => self.builder.scalar(value.clone(), position),
            Converted::List(items) => {
                self.builder.open_list(position)?;
                items.iter().try_for_each(|item| self.builder.scalar(item.clone(), position))?;
                self.builder.close()
            }
            Converted::Json(_) => match value.json() {
                Some(json) => self.json(json, position),
                None => self.builder.null(position),
            },
        }
    }

    /// Writes a value that was read from JSON: all of it stands in the one variable.
    fn json(&mut self, json: NodeRef<'_>, position: u32) -> Result<(), BuildError> {
        match json.value() {
            Value::List(items) => {
                self.builder.open_list(position)?;
                for item in items {
                    self.json(item, position)?;
                }
                self.builder.close()
            }
            Value::Map(entries) => {
                self.builder.open_map(position)?;
                for (key, member) in entries {
                    self.builder.key(key, position)?;
                    self.json(member, position)?;
                }
                self.builder.close()
            }
            scalar => self.builder.scalar(scalar, position),
        }
    }

    /// Ends a map or list, which belongs to the layer that is current when it ends.
    fn close(&mut self, layer: &Layer) -> Result<(), BuildError> {
        self.builder.set_layer(layer)?;
        self.builder.close()
    }
}

/// The members that settings give to the map or list at `depth`, each with its own settings.
fn by_segment<'g, 'v>(
    group: Group<'g, 'v>,
    depth: usize,
) -> impl Iterator<Item = (&'g Segment, Group<'g, 'v>)> {
    let segment = move |setting: &'g Setting<'v>| setting.path.segments().get(depth);
    let same =
        move |a: &Setting<'v>, b: &Setting<'v>| a.path.segments().get(depth) == b.path.segments().get(depth);
    group.chunk_by(same).filter_map(move |group| Some((segment(group.first()?)?, group)))
}
