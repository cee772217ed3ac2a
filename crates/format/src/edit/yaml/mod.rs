//! Edits of YAML, in block and flow style.

mod block;
mod layout;
mod moved;
mod nest;
mod repeated;
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
use repeated::Repeated;
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
    let repeated = Repeated { source, layout, root };
    let Some(way) = root.way(parent) else { return Err(repeated.obstacle(parent)) };
    repeated.check_way(&way)?;
    let node = way.last().copied().unwrap_or(root);
    repeated.check_target(node, step, change)?;
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
