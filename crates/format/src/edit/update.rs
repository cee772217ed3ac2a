//! What stands in brackets after a change of its text, of which only the members that have changed are read again.

use std::ops::Range;

use super::brackets::members;
use super::source::{Source, Splice};
use super::tree::{Holds, Member, Node, Style};

/// From where to where a text has changed, and by how much what stands behind moves.
#[derive(Debug, Clone)]
pub(super) struct Changed {
    /// In the text before.
    pub(super) range: Range<usize>,
    pub(super) shift: isize,
}

impl Changed {
    /// By splices; nothing where there are none.
    pub(super) fn by(splices: &[Splice]) -> Option<Self> {
        // What is inserted where something else goes may come after it.
        let start = splices.iter().map(|splice| splice.range.start).min()?;
        let range = start..splices.iter().map(|splice| splice.range.end).max()?;
        Some(Self { range, shift: splices.iter().map(Splice::shift).sum() })
    }

    /// The numbers of those of some pieces of text, in order, that the change touches.
    pub(super) fn touched<T>(&self, pieces: &[T], place: impl Fn(&T) -> Range<usize>) -> Range<usize> {
        let first = pieces.partition_point(|piece| place(piece).end < self.range.start);
        first..pieces.partition_point(|piece| place(piece).start <= self.range.end).max(first)
    }

    /// Whether it is between the brackets of a value.
    pub(super) fn is_inside(&self, node: &Node) -> bool {
        matches!(node.style, Style::Flow(_))
            && node.span.start < self.range.start
            && self.range.end < node.span.end
    }

    pub(super) fn moved(&self, at: usize) -> usize {
        at.saturating_add_signed(self.shift)
    }
}

/// Brings a value in brackets up to date between which something has changed; nothing where all of it has to be read
/// for that, in which case it is broken.
pub(super) fn update(node: &mut Node, changed: &Changed, after: &Source<'_>) -> Option<()> {
    let (Style::Flow(holds), true) = (node.style, changed.is_inside(node)) else { return None };
    let touched = changed.touched(&node.members, place);
    let behind = node.members.len() - touched.end;
    let only = node.members.get_mut(touched.clone()).filter(|members| members.len() == 1);
    match only.and_then(<[Member]>::first_mut).filter(|member| changed.is_inside(&member.value)) {
        Some(member) => {
            update(&mut member.value, changed, after)?;
            if holds == Holds::Items {
                member.key = member.value.span.clone();
            }
        }
        None => read(node, touched.clone(), changed, after, holds)?,
    }
    node.members.iter_mut().rev().take(behind).for_each(|member| member.shift(changed.shift));
    node.span.end = changed.moved(node.span.end);
    Some(())
}

/// Reads the members again that are touched.
fn read(
    node: &mut Node,
    touched: Range<usize>,
    changed: &Changed,
    after: &Source<'_>,
    holds: Holds,
) -> Option<()> {
    let before = touched.start.checked_sub(1).and_then(|before| node.members.get(before));
    let from = before.map_or(node.span.start + 1, |before| place(before).end);
    let next = node.members.get(touched.end).map(|next| next.key.start);
    let until = changed.moved(next.unwrap_or(node.span.end - 1));
    let mut found = Vec::new();
    if members(after, from, until, holds, &mut found) != until {
        return None;
    }
    node.members.splice(touched, found);
    Some(())
}

fn place(member: &Member) -> Range<usize> {
    member.key.start..member.value.span.end.max(member.key.end)
}
