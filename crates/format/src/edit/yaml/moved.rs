//! Moving a key from one block to another with its lines as they are: comments, quotes, texts of several lines.

use enhanced_config_core::Segment;

use super::block::{Block, Text, end_of, indents, member as member_at};
use super::layout::Layout;
use super::nest::reindented;
use super::write;
use crate::edit::model::{Change, name};
use crate::edit::source::{Source, Splice};
use crate::edit::tree::{Holds, Style};

/// Moves a member; nothing where it has no lines of its own, or they fit nowhere.
pub(in crate::edit) fn moved(
    source: Source<'_>,
    layout: &Layout,
    from: &[Segment],
    to: &[Segment],
) -> Option<Vec<Splice>> {
    let root = layout.root.as_ref()?;
    let (step, parent) = from.split_last()?;
    let way = root.way(parent)?;
    let node = way.last()?;
    let at = node.position(step)?;
    let member = node.members.get(at)?;
    if !node.is_block() || member.name.is_none() || !source.is_first(member.key.start) {
        return None;
    }
    let bound = at.checked_sub(1).map(|before| end_of(node.members.get(before)));
    let top = source.with_comments_above(member.key.start, bound);
    let (new_key, to_parent) = to.split_last()?;
    let lines = source.slice(top..member.key.start).to_owned()
        + &write::key(&name(new_key))
        + source.slice(member.key.end..source.line_end(end_of(Some(member))));

    let (depth, target) = (0..=to_parent.len())
        .rev()
        .find_map(|depth| Some((depth, *root.way(to_parent.get(..depth)?)?.last()?)))?;
    let block = Block { source, indents: indents(&source, root) };
    // Empty brackets become a block.
    let owner = match target.style {
        Style::Block(Holds::Keys) => None,
        _ if target.members.is_empty() && target.holds() == Holds::Keys => {
            Some(member_at(root, to_parent.get(..depth)?)?)
        }
        _ => return None,
    };
    let mut column = match owner {
        Some(owner) => source.column(owner.key.start) + block.indents.step,
        None => source.column(target.span.start),
    };
    let mut added = String::new();
    for step in to_parent.get(depth..)? {
        added += &format!("{}{}:\n", " ".repeat(column), write::key(&name(step)));
        column += block.indents.step;
    }
    added += &shifted(&lines, source.column(member.key.start), column);
    let mut splices = block.change(&way, step, Change::Remove).ok()?;
    match owner {
        Some(owner) => splices.extend(block.replace(owner, Text::Lines(format!("\n{added}")))),
        None => splices.push(source.below(end_of(target.members.last()), &added)),
    }
    Some(splices)
}

/// Lines that stood at one column, at another.
fn shifted(lines: &str, from: usize, to: usize) -> String {
    let lines = lines.replace("\r\n", "\n");
    lines.split('\n').map(|line| reindented(line, from, to)).collect::<Vec<_>>().join("\n")
}
