//! A layout after a change of its text, of which only the lines that have changed are read again.
//!
//! The lines from one member of a block to the next are a text of their own: read alone, they hold that member, in the
//! same columns. So what is read again are the lines of the innermost members that a change touches; where those are
//! none alone, such as a `-` with a key behind it on its line, those of what they are in.

use std::ops::Range;

use super::layout::{Layout, layout};
use crate::Limits;
use crate::edit::source::{Comments, Source, Splice};
use crate::edit::syntax::{DIFFERS, is_long};
use crate::edit::tree::{Member, Node, Style};

/// The layout of the text behind the splices; nothing where all of it has to be read for that.
pub(in crate::edit) fn updated(
    mut layout: Layout,
    before: &str,
    splices: &[Splice],
    after: &str,
    limits: &Limits,
) -> Option<Layout> {
    let anchored = layout.anchors.iter().map(|(_, span)| span.start);
    let references = anchored.chain(layout.aliases.iter().map(|(_, at)| *at)).collect();
    let was_usual = layout.is_usual || !is_unusual(before);
    let (before, after) = (Source::new(before, Comments::Hash), Source::new(after, Comments::Hash));
    if !was_usual || changed_lines(&after, splices).any(is_unusual) {
        return None;
    }
    layout.is_usual = true;
    let update = Update { before, after, references, limits };
    let root = layout.root.as_mut()?;
    update.collection(root, before.text.len(), splices, 0)?;
    if !layout.anchors.is_empty() {
        layout.anchors.clear();
        anchors(root, &mut layout.anchors);
    }
    for (_, at) in &mut layout.aliases {
        let above = splices.iter().take_while(|splice| splice.range.end <= *at);
        *at = at.saturating_add_signed(above.map(Splice::shift).sum());
    }
    debug_assert!(
        is_long(after.text)
            || super::layout::layout(after, limits)
                .is_none_or(|whole| Layout { is_usual: true, ..whole } == layout),
        "{DIFFERS}"
    );
    Some(layout)
}

/// Whether there may be a key behind a `?`, or a tag: what belongs to these is not told by their lines alone.
fn is_unusual(text: &str) -> bool {
    let is_key = |line: &str| {
        line.trim_start_matches([' ', '-', '\t']).starts_with('?')
            || line.split([' ', '\t']).any(|word| word == "?")
    };
    let is_tag = |line: &str| line.split([' ', '\t', ',', '[', '{', ':']).any(|word| word.starts_with('!'));
    text.lines().any(|line| is_key(line) || is_tag(line))
}

/// The lines that have something of a splice.
fn changed_lines<'t>(after: &Source<'t>, splices: &[Splice]) -> impl Iterator<Item = &'t str> {
    let mut shift = 0;
    splices.iter().map(move |splice| {
        let start = splice.range.start.saturating_add_signed(shift);
        shift += splice.shift();
        after.slice(after.line_start(start)..after.next_line(start + splice.text.len()))
    })
}

fn anchors(node: &Node, found: &mut Vec<(usize, Range<usize>)>) {
    node.members.iter().for_each(|member| anchors(&member.value, found));
    if node.anchor > 0 {
        found.push((node.anchor, node.span.clone()));
    }
}

struct Update<'a> {
    before: Source<'a>,
    after: Source<'a>,
    /// Where anchored values and aliases are: what is read alone does not know them.
    references: Vec<usize>,
    limits: &'a Limits,
}

impl Update<'_> {
    /// Brings a block up to date whose lines end at `until`, the splices all being in its lines; the text before them
    /// has moved by `shift`.
    fn collection(&self, node: &mut Node, until: usize, splices: &[Splice], mut shift: isize) -> Option<()> {
        if !node.is_block() {
            return None;
        }
        let lines: Vec<usize> = node.members.iter().map(|member| self.line(member)).collect::<Option<_>>()?;
        let groups = groups(&lines, splices)?;
        let column = self.before.column(node.span.start);
        let mut old = std::mem::take(&mut node.members).into_iter();
        let mut next = 0;
        for Group { members, splices } in groups {
            for mut member in old.by_ref().take(members.start - next) {
                member.shift(shift);
                node.members.push(member);
            }
            let region = *lines.get(members.start)?..lines.get(members.end).copied().unwrap_or(until);
            let touched: Vec<_> = old.by_ref().take(members.len()).collect();
            let only = <[Member; 1]>::try_from(touched).ok();
            match only.and_then(|[member]| self.member(member, region.end, splices, shift)) {
                Some(member) => node.members.push(member),
                None => node.members.extend(self.read(region, splices, shift, node.style, column)?),
            }
            shift += moved(splices);
            next = members.end;
        }
        for mut member in old {
            member.shift(shift);
            node.members.push(member);
        }
        let (first, last) = (node.members.first()?, node.members.last()?);
        node.span = first.key.start..last.value.span.end.max(last.key.end);
        Some(())
    }

    /// A member whose key no splice touches, and whose members are a block of lines of their own.
    fn member(&self, mut member: Member, until: usize, splices: &[Splice], shift: isize) -> Option<Member> {
        let top = self.line(member.value.members.first()?)?;
        if top < member.key.end || splices.first()?.range.start < top {
            return None;
        }
        self.collection(&mut member.value, until, splices, shift)?;
        member.shift_key(shift);
        member.value.tag = member.value.tag.map(|tag| tag.saturating_add_signed(shift));
        Some(member)
    }

    /// Reads the members of these lines of the text before, as they are in the text after.
    fn read(
        &self,
        lines: Range<usize>,
        splices: &[Splice],
        shift: isize,
        style: Style,
        column: usize,
    ) -> Option<Vec<Member>> {
        if self.references.iter().any(|at| lines.contains(at)) {
            return None;
        }
        let start = lines.start.saturating_add_signed(shift);
        let shift_behind = shift + moved(splices);
        let text = self.after.text.get(start..lines.end.saturating_add_signed(shift_behind))?;
        let found = layout(Source::new(text, Comments::Hash), self.limits)?;
        let Some(mut root) = found.root else { return Some(Vec::new()) };
        let is_same =
            root.style == style && Source::new(text, Comments::Hash).column(root.span.start) == column;
        if !is_same || !found.anchors.is_empty() || !found.aliases.is_empty() {
            return None;
        }
        root.shift(start as isize);
        Some(root.members)
    }

    /// The line of a member that stands first on it. Of a key that is not written, or behind a `?`, what is before may be
    /// a part; and a tag may stand on a line of its own.
    fn line(&self, member: &Member) -> Option<usize> {
        let is_whole = !member.key.is_empty() && member.behind.is_some() && member.value.tag.is_none();
        (is_whole && self.before.is_first(member.key.start)).then(|| self.before.line_start(member.key.start))
    }
}

/// Members next to each other, and the splices in their lines.
struct Group<'s> {
    members: Range<usize>,
    splices: &'s [Splice],
}

/// The members that splices touch, where `lines` are those on which the members start.
fn groups<'s>(lines: &[usize], splices: &'s [Splice]) -> Option<Vec<Group<'s>>> {
    let mut groups: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for (at, splice) in splices.iter().enumerate() {
        let mut members = touched(lines, &splice.range)?;
        let mut first = at;
        while let Some((others, splices)) = groups.pop_if(|(others, _)| members.start < others.end) {
            members = others.start.min(members.start)..others.end.max(members.end);
            first = splices.start;
        }
        groups.push((members, first..at + 1));
    }
    let group = |(members, range)| Some(Group { members, splices: splices.get(range)? });
    groups.into_iter().map(group).collect()
}

/// The members in whose lines a range of the text is. What is added between two belongs to the first.
fn touched(lines: &[usize], range: &Range<usize>) -> Option<Range<usize>> {
    let before_end = |&line: &usize| line < range.end;
    let start = match range.is_empty() {
        true => lines.partition_point(before_end).max(1),
        false => lines.partition_point(|&line| line <= range.start),
    };
    (*lines.first()? <= range.start).then(|| start - 1..lines.partition_point(before_end).max(start))
}

/// By how much the text behind splices moves.
fn moved(splices: &[Splice]) -> isize {
    splices.iter().map(Splice::shift).sum()
}

#[cfg(test)]
mod tests {
    use super::is_unusual;

    #[test]
    fn what_its_lines_alone_do_not_tell_is_unusual() {
        for text in ["a: 1\n? b\n", "- ? b\n", "- : ? b\n", "a: !x 1\n"] {
            assert!(is_unusual(text), "{text:?}");
        }
        assert!(!is_unusual("a: 1\r\nb: what?\r\n"));
    }
}
