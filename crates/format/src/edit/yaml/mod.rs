//! Edits of YAML, in block and flow style.

mod block;
mod layout;
mod moved;
mod nest;
mod update;
mod write;

use enhanced_config_core::{NodeRef, Segment};

use super::Stopped;
use super::error::Refusal;
use super::flow::{Dialect, Flow, Spread};
use super::model::Change;
use super::source::{Source, Splice, is_blank};
use super::tree::{Node, Style};
use block::Block;
pub(super) use layout::{Building, Layout, layout};
pub(super) use moved::moved;
pub(super) use nest::{nested, unnested};
pub(super) use update::updated;

/// What a change does to the text.
pub(super) fn edit(
    source: Source<'_>,
    layout: &Layout,
    path: &[Segment],
    change: Change<'_>,
) -> Result<Vec<Splice>, Stopped> {
    let (step, parent) = path.split_last().ok_or(Refusal::Root)?;
    let Some(root) = &layout.root else { return Ok(block::first_member(&source, step, change)) };
    let Some(way) = root.way(parent) else { return Err(layout.obstacle(root, parent)) };
    layout.check_way(&way)?;
    let node = way.last().copied().unwrap_or(root);
    layout.check_target(node, step, change)?;
    // What a merge key brings is set by a key of its own.
    let change = match change {
        Change::Set(value) if node.position(step).is_none() => Change::Insert(value),
        change => change,
    };
    let block = Block { source, indents: block::indents(&source, root) };
    match node.style {
        Style::Block(_) => block.change(&way, step, change),
        _ if matches!(change, Change::Insert(_)) && is_open(&source, &way) => block.open(&way, step, change),
        _ => Ok(Flow { source, node }.change(step, change, &Yaml)?),
    }
}

/// Whether the last of these values is empty brackets in a block, or alone, which may become a block.
fn is_open(source: &Source<'_>, way: &[&Node]) -> bool {
    let [before @ .., node] = way else { return false };
    let inside = node.span.start + 1..node.span.end.saturating_sub(1);
    before.last().is_none_or(|parent| parent.is_block()) && is_blank(source.slice(inside))
}

impl Layout {
    /// Why a path leads nowhere in the text, although the document has a value there.
    fn obstacle(&self, root: &Node, path: &[Segment]) -> Stopped {
        let mut node = root;
        for step in path {
            match node.position(step).and_then(|at| node.members.get(at)) {
                Some(member) => node = &member.value,
                None => break,
            }
        }
        self.beyond(node)
    }

    /// Why a value has no member of its own that the document has there.
    fn beyond(&self, node: &Node) -> Stopped {
        if let Style::Alias(id) = node.style {
            let written = self.anchors.iter().find(|(anchor, _)| *anchor == id);
            return Stopped { why: Refusal::Alias, at: written.map(|(_, span)| span.start) };
        }
        match node.members.iter().find(|member| member.is_merge) {
            Some(merge) => Stopped { why: Refusal::Merged, at: Some(merge.key.start) },
            None => Refusal::Missing.into(),
        }
    }

    /// Refuses to change what an alias repeats.
    fn check_way(&self, way: &[&Node]) -> Result<(), Stopped> {
        way.iter().filter(|node| node.anchor > 0).try_for_each(|node| self.check_alias(node.anchor, 0..0))
    }

    /// Refuses to change a value that an alias somewhere else repeats, whole or in part.
    fn check_target(&self, node: &Node, step: &Segment, change: Change<'_>) -> Result<(), Stopped> {
        let Some(member) = node.position(step).and_then(|at| node.members.get(at)) else {
            let is_own = matches!(change, Change::Insert(_) | Change::Set(_));
            return match node.style {
                Style::Alias(_) => Err(self.beyond(node)),
                _ if is_own => Ok(()),
                _ => Err(self.beyond(node)),
            };
        };
        if !matches!(change, Change::Set(_) | Change::Remove) {
            return Ok(());
        }
        let span = member.key.start..member.value.span.end.max(member.key.end);
        let inside = self.anchors.iter().filter(|(_, anchored)| {
            span.contains(&anchored.start) || (anchored.is_empty() && anchored.start == span.end)
        });
        inside.map(|(id, _)| *id).try_for_each(|id| self.check_alias(id, span.clone()))
    }

    fn check_alias(&self, id: usize, except: std::ops::Range<usize>) -> Result<(), Stopped> {
        match self.aliases.iter().find(|(alias, at)| *alias == id && !except.contains(at)) {
            Some((_, at)) => Err(Stopped { why: Refusal::Shared, at: Some(*at) }),
            None => Ok(()),
        }
    }
}

/// What stands in brackets.
struct Yaml;

impl Dialect for Yaml {
    fn key(&self, name: &str) -> String {
        write::key(name)
    }

    fn separator(&self) -> &'static str {
        ": "
    }

    fn value(&self, value: NodeRef<'_>, _: &Spread, old: Option<&Node>) -> Result<String, Refusal> {
        Ok(write::flow(value, block::quote_of(old)))
    }

    fn first(&self, _: &str) -> Spread {
        Spread::Line
    }
}
