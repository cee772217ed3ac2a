//! Members of a map or list in block style.

use enhanced_config_core::{NodeRef, Segment};

use super::write::{self, Indents, flow, literal};
use crate::edit::Stopped;
use crate::edit::error::Refusal;
use crate::edit::model::{Change, name};
use crate::edit::source::{Source, Splice, is_blank};
use crate::edit::tree::{Holds, Member, Node, Style};
use crate::edit::write::has_members;

pub(super) struct Block<'a> {
    pub(super) source: Source<'a>,
    pub(super) indents: Indents,
}

type Splices = Result<Vec<Splice>, Stopped>;

/// What is to stand behind a `:` or `-`.
pub(super) enum Text {
    /// Something on the same line.
    Here(String),
    /// Lines: from the line's end on behind a key, from the blank on behind a `-`.
    Lines(String),
}

impl Block<'_> {
    /// Changes a member of the last of the values on `way`.
    pub(super) fn change(&self, way: &[&Node], step: &Segment, change: Change<'_>) -> Splices {
        let Some((node, _)) = way.split_last() else { return Ok(Vec::new()) };
        if let Change::Insert(value) = change {
            return Ok(vec![self.insert(node, step, value)]);
        }
        let at = node.position(step).ok_or(Refusal::Missing)?;
        let member = node.members.get(at).ok_or(Refusal::Missing)?;
        match change {
            Change::Rename(to) => Ok(vec![Splice::new(member.key.clone(), write::key(to))]),
            _ if member.behind.is_none() => {
                Err(Stopped { at: Some(member.key.start), ..Refusal::ExplicitKey.into() })
            }
            Change::Set(value) => Ok(self.replace(member, self.text(member, value))),
            _ if node.members.len() == 1 => self.empty(way),
            _ => Ok(self.remove(node, at)),
        }
    }

    /// Puts the first member into empty brackets, which become a block.
    pub(super) fn open(&self, way: &[&Node], step: &Segment, change: Change<'_>) -> Splices {
        let (Some((node, before)), Change::Insert(value)) = (way.split_last(), change) else {
            return Ok(Vec::new());
        };
        let Some(parent) = before.last() else {
            let member = self.member(node.holds(), step, value, 0);
            let behind = self.source.slice(node.span.end..self.source.line_end(node.span.end));
            if is_blank(behind) {
                return Ok(vec![Splice::new(node.span.clone(), member)]);
            }
            let remark = node.span.end + behind.len() - behind.trim_start().len();
            return Ok(vec![
                Splice::remove(node.span.start..remark),
                self.source.below(node.span.end, &member),
            ]);
        };
        let owner = parent.members.iter().find(|member| member.value.span == node.span);
        let owner = owner.ok_or(Refusal::Missing)?;
        let column = self.source.column(parent.span.start);
        let text = match (parent.holds(), node.holds()) {
            (Holds::Items, holds) => format!(" {}", self.member(holds, step, value, column + 2)),
            (_, holds) => {
                let below = if holds == Holds::Keys { self.indents.step } else { self.indents.dash };
                let column = column + below;
                format!("\n{}{}", " ".repeat(column), self.member(holds, step, value, column))
            }
        };
        Ok(self.replace(owner, Text::Lines(text)))
    }

    /// A member at `column`, without its indentation.
    fn member(&self, holds: Holds, step: &Segment, value: NodeRef<'_>, column: usize) -> String {
        match holds {
            Holds::Keys => {
                format!("{}:{}", write::key(&name(step)), self.indents.behind_key(value, column))
            }
            Holds::Items => format!("-{}", self.indents.behind_dash(value, column)),
        }
    }

    fn insert(&self, node: &Node, step: &Segment, value: NodeRef<'_>) -> Splice {
        let column = self.source.column(node.span.start);
        let indentation = " ".repeat(column);
        let member = self.member(node.holds(), step, value, column);
        let next = match (node.holds(), step) {
            (Holds::Items, Segment::Index(index)) => node.members.get(*index).map(|next| (*index, next)),
            _ => None,
        };
        match next {
            Some((at, next)) if self.source.is_first(next.key.start) => {
                let top = self.source.with_comments_above(next.key.start, bound(node, at));
                Splice::insert(top, format!("{indentation}{member}\n"))
            }
            Some((_, next)) => Splice::insert(next.key.start, format!("{member}\n{indentation}")),
            None => self.source.below(end_of(node.members.last()), &format!("{indentation}{member}")),
        }
    }

    /// What a new value is written as, where an old one stood.
    fn text(&self, member: &Member, value: NodeRef<'_>) -> Text {
        let column = self.source.column(member.key.start);
        let old = &member.value;
        if has_members(value) {
            return Text::Lines(match member.name {
                Some(_) => self.indents.behind_key(value, column),
                None => self.indents.behind_dash(value, column),
            });
        }
        let had_lines = matches!(old.style, Style::Scalar(Some('|' | '>')));
        let lines = value.as_str().filter(|_| had_lines);
        let lines = lines.and_then(|text| literal(text, column + self.indents.step));
        Text::Here(lines.unwrap_or_else(|| flow(value, quote_of(Some(old)))))
    }

    /// Puts another value in the place of a member's.
    pub(super) fn replace(&self, member: &Member, text: Text) -> Vec<Splice> {
        let Some(behind) = member.behind else { return Vec::new() };
        let old = &member.value;
        let from = self.behind_properties(old, behind);
        let mut splices = Vec::new();
        if let Some(tag) = old.tag {
            let tag_end = self.source.text.len() - after_token(self.source.rest(tag)).len();
            splices.push(Splice::remove(tag..tag_end));
        }
        let starts_below = old.is_block() && self.source.line_start(old.span.start) > behind;
        let end = self.source.line_end(old.span.end);
        // Lines behind a `-` stand below a comment that is there.
        let lines = |lines: String, is_below: bool| {
            let column = self.source.column(member.key.start) + 2;
            match lines.strip_prefix(' ') {
                Some(rest) if is_below => format!("\n{}{rest}", " ".repeat(column)),
                _ => lines,
            }
        };
        match text {
            Text::Here(text) if starts_below => {
                splices.push(Splice::insert(from, format!(" {text}")));
                splices.push(Splice::remove(self.source.line_end(from)..end));
            }
            Text::Here(text) if old.span.is_empty() => splices.push(Splice::insert(from, format!(" {text}"))),
            Text::Here(text) => splices.push(Splice::new(old.span.clone(), text)),
            Text::Lines(text) if starts_below => {
                splices.push(Splice::new(self.source.line_end(from)..end, lines(text, true)));
            }
            Text::Lines(text) => {
                let has_remark = !is_blank(self.source.slice(old.span.end..end));
                splices.push(Splice::remove(from.min(old.span.start)..old.span.end));
                splices.push(Splice::insert(end, lines(text, has_remark)));
            }
        }
        splices
    }

    /// Behind the tag and anchor of a value, if they stand on the line of its key.
    fn behind_properties(&self, node: &Node, behind: usize) -> usize {
        let mut at = behind;
        loop {
            let rest = self.source.slice(at..node.span.start.max(at)).trim_start_matches([' ', '\t']);
            let rest = if node.span.is_empty() { self.source.rest(at).trim_start_matches(' ') } else { rest };
            if !rest.starts_with(['&', '!']) {
                return at;
            }
            let blanks = self.source.rest(at);
            let blanks = blanks.len() - blanks.trim_start_matches([' ', '\t']).len();
            at = self.source.text.len() - after_token(self.source.rest(at + blanks)).len();
        }
    }

    fn remove(&self, node: &Node, at: usize) -> Vec<Splice> {
        let Some(member) = node.members.get(at) else { return Vec::new() };
        let (start, end) = (member.key.start, end_of(Some(member)));
        if self.source.is_first(start) {
            let top = self.source.with_comments_above(start, bound(node, at));
            return vec![Splice::remove(self.source.whole_lines(top, end))];
        }
        // The first member on the line of a `-`.
        let next = node.members.get(at + 1).map(|next| next.key.start);
        if let Some(next) = next.filter(|next| is_blank(self.source.slice(end..*next))) {
            return vec![Splice::remove(start..next)];
        }
        let before = self.source.slice(0..start).trim_end_matches([' ', '\t']).len();
        vec![Splice::remove(before..self.source.line_end(end))]
    }

    /// Takes the last member of a collection away, of which empty brackets remain.
    fn empty(&self, way: &[&Node]) -> Splices {
        let Some((node, before)) = way.split_last() else { return Ok(Vec::new()) };
        let text = match node.holds() {
            Holds::Keys => "{}",
            Holds::Items => "[]",
        };
        let Some(parent) = before.last() else {
            let start = node.span.start;
            let top = if self.source.is_first(start) {
                self.source.with_comments_above(start, None)
            } else {
                start
            };
            return Ok(vec![Splice::new(top..self.source.line_end(node.span.end), text)]);
        };
        let owner = parent.members.iter().find(|member| member.value.span == node.span);
        let owner = owner.ok_or(Refusal::Missing)?;
        if owner.behind.is_none() {
            return Err(Stopped { at: Some(owner.key.start), ..Refusal::ExplicitKey.into() });
        }
        let mut splices = self.replace(owner, Text::Here(text.into()));
        if self.source.line_start(node.span.start) <= owner.key.start {
            splices.push(Splice::remove(node.span.end..self.source.line_end(node.span.end)));
        }
        Ok(splices)
    }
}

/// The member of a block map that a path leads to.
pub(super) fn member<'t>(root: &'t Node, path: &[Segment]) -> Option<&'t Member> {
    let (step, parent) = path.split_last()?;
    let node = *root.way(parent)?.last()?;
    let member = node.members.get(node.position(step)?)?;
    (node.style == Style::Block(Holds::Keys)).then_some(member)
}

/// A first member in a text without values.
pub(super) fn first_member(source: &Source<'_>, step: &Segment, change: Change<'_>) -> Vec<Splice> {
    let (Change::Insert(value) | Change::Set(value)) = change else { return Vec::new() };
    let member = write::key(&name(step)) + ":" + &Indents::USUAL.behind_key(value, 0);
    vec![source.below(source.text.len(), &member)]
}

/// How a text indents, told from its first maps and lists.
pub(super) fn indents(source: &Source<'_>, root: &Node) -> Indents {
    let mut found = (None, None);
    look(source, root, &mut found);
    Indents {
        step: found.0.filter(|step| *step > 0).unwrap_or(Indents::USUAL.step),
        dash: found.1.unwrap_or(Indents::USUAL.dash),
    }
}

fn look(source: &Source<'_>, node: &Node, found: &mut (Option<usize>, Option<usize>)) {
    let column = source.column(node.span.start);
    for member in &node.members {
        let value = &member.value;
        let further = || source.column(value.span.start).checked_sub(column);
        match value.style {
            Style::Block(Holds::Keys) if node.holds() == Holds::Keys => found.0 = found.0.or_else(further),
            Style::Block(Holds::Items) if node.holds() == Holds::Keys => found.1 = found.1.or_else(further),
            _ => {}
        }
        if found.0.is_some() && found.1.is_some() {
            return;
        }
        look(source, value, found);
    }
}

/// The quotes of an old text.
pub(super) fn quote_of(old: Option<&Node>) -> Option<char> {
    match old?.style {
        Style::Scalar(quote) => quote.filter(|quote| matches!(quote, '\'' | '"')),
        _ => None,
    }
}

fn bound(node: &Node, at: usize) -> Option<usize> {
    at.checked_sub(1).map(|before| end_of(node.members.get(before)))
}

pub(super) fn end_of(member: Option<&Member>) -> usize {
    member.map_or(0, |member| member.value.span.end.max(member.key.end))
}

fn after_token(text: &str) -> &str {
    text.get(text.find(char::is_whitespace).unwrap_or(text.len())..).unwrap_or_default()
}
