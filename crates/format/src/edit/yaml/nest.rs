//! A level of maps more, or less, around a value whose lines stay as they are.

use enhanced_config_core::Segment;

use super::block::{end_of, indents};
use super::layout::Layout;
use super::write;
use crate::edit::source::{Source, Splice, is_blank};
use crate::edit::tree::{Holds, Member, Style};

/// Puts a value into a map; nothing where it stands in brackets.
pub(in crate::edit) fn nested(
    source: Source<'_>,
    layout: &Layout,
    path: &[Segment],
    key: &str,
) -> Option<Vec<Splice>> {
    let root = layout.root.as_ref()?;
    let member = super::block::member(root, path)?;
    let (behind, column) = (member.behind?, source.column(member.key.start));
    let step = indents(&source, root).step;
    let value = behind..source.line_end(end_of(Some(member)));
    let lines = shifted_below(source.slice(value.clone()), 0, step);
    let inner = format!("\n{}{}:{lines}", " ".repeat(column + step), write::key(key));
    Some(vec![Splice::new(value, inner)])
}

/// Puts a map's only value in its place; nothing where something else stands in between.
pub(in crate::edit) fn unnested(
    source: Source<'_>,
    layout: &Layout,
    path: &[Segment],
) -> Option<Vec<Splice>> {
    let root = layout.root.as_ref()?;
    let member = super::block::member(root, path)?;
    let behind = member.behind?;
    let [Member { key, behind: Some(inner), value, .. }] = member.value.members.as_slice() else {
        return None;
    };
    if member.value.style != Style::Block(Holds::Keys) || !is_blank(source.slice(behind..key.start)) {
        return None;
    }
    let deeper = source.column(key.start).checked_sub(source.column(member.key.start))?;
    let end = source.line_end(value.span.end.max(key.end));
    let lines = shifted_below(source.slice(*inner..end), deeper, 0);
    Some(vec![Splice::new(behind..end, lines)])
}

/// All lines but the first, with fewer or more blanks before them.
fn shifted_below(lines: &str, fewer: usize, more: usize) -> String {
    let lines = lines.replace("\r\n", "\n");
    let mut lines = lines.split('\n');
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |text, line| text + "\n" + &reindented(line, fewer, more))
}

/// A line with fewer blanks before it, then with more. One that has no others stays empty.
///
/// Blanks at the end of a line of blanks are part of a text of several lines, which it may belong to.
pub(super) fn reindented(line: &str, fewer: usize, more: usize) -> String {
    let blanks = line.len() - line.trim_start_matches(' ').len();
    let rest = line.get(blanks.min(fewer)..).unwrap_or_default();
    if rest.is_empty() { String::new() } else { " ".repeat(more) + rest }
}
