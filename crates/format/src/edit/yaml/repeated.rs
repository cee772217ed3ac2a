//! Refuses to change what an alias or a merge key repeats: another place would change too.

use std::ops::Range;

use enhanced_config_core::Segment;

use super::layout::Layout;
use crate::edit::Stopped;
use crate::edit::error::Refusal;
use crate::edit::model::Change;
use crate::edit::source::Source;
use crate::edit::tree::{Node, Style};

/// The values of a text, some of which may be repeated.
pub(super) struct Repeated<'a> {
    pub(super) source: Source<'a>,
    pub(super) layout: &'a Layout,
    pub(super) root: &'a Node,
}

impl Repeated<'_> {
    /// Why a path leads nowhere in the text, although the document has a value there.
    pub(super) fn obstacle(&self, path: &[Segment]) -> Stopped {
        let mut node = self.root;
        for step in path {
            match node.position(step).and_then(|at| node.members.get(at)) {
                Some(member) => node = &member.value,
                None => return self.beyond(node, step),
            }
        }
        Refusal::Missing.into()
    }

    /// Why a value has no member of its own that the document has there.
    fn beyond(&self, node: &Node, step: &Segment) -> Stopped {
        if let Style::Alias(id) = node.style {
            let anchor = self.anchor(id, node.span.start);
            return Stopped { why: Refusal::Alias { anchor: None }, at: Some(node.span.start), anchor };
        }
        match node.members.iter().find(|member| member.is_merge) {
            Some(merge) => {
                let alias = self.merged(&merge.value, step);
                let anchor = alias.and_then(|(id, at)| self.anchor(id, at));
                Stopped { why: Refusal::Merged { anchor: None }, at: Some(merge.key.start), anchor }
            }
            None => Refusal::Missing.into(),
        }
    }

    /// The alias behind a merge key that brings a key.
    fn merged(&self, value: &Node, step: &Segment) -> Option<(usize, usize)> {
        if let Style::Alias(id) = value.style {
            let written = anchored(self.root, id)?;
            let merges = || written.members.iter().filter(|member| member.is_merge);
            let is_there = written.position(step).is_some()
                || merges().any(|merge| self.merged(&merge.value, step).is_some());
            return is_there.then_some((id, value.span.start));
        }
        value.members.iter().find_map(|member| self.merged(&member.value, step))
    }

    /// Refuses to change what an alias repeats.
    pub(super) fn check_way(&self, way: &[&Node]) -> Result<(), Stopped> {
        way.iter().filter(|node| node.anchor > 0).try_for_each(|node| self.check_alias(node.anchor, 0..0))
    }

    /// Refuses to change a value that an alias somewhere else repeats, whole or in part.
    pub(super) fn check_target(
        &self,
        node: &Node,
        step: &Segment,
        change: Change<'_>,
    ) -> Result<(), Stopped> {
        let Some(member) = node.position(step).and_then(|at| node.members.get(at)) else {
            let is_own = matches!(change, Change::Insert(_) | Change::Set(_));
            return match node.style {
                Style::Alias(_) => Err(self.beyond(node, step)),
                _ if is_own => Ok(()),
                _ => Err(self.beyond(node, step)),
            };
        };
        if !matches!(change, Change::Set(_) | Change::Remove) {
            return Ok(());
        }
        let span = member.key.start..member.value.span.end.max(member.key.end);
        let inside = self.layout.anchors.iter().filter(|(_, anchored)| {
            span.contains(&anchored.start) || (anchored.is_empty() && anchored.start == span.end)
        });
        inside.map(|(id, _)| *id).try_for_each(|id| self.check_alias(id, span.clone()))
    }

    fn check_alias(&self, id: usize, except: Range<usize>) -> Result<(), Stopped> {
        match self.layout.aliases.iter().find(|(alias, at)| *alias == id && !except.contains(at)) {
            Some((_, at)) => {
                let anchor = self.anchor(id, *at);
                Err(Stopped { why: Refusal::Shared { anchor: None }, at: Some(*at), anchor })
            }
            None => Ok(()),
        }
    }

    /// The anchor that the alias at a place repeats: its name, which is the alias's, and where it stands.
    fn anchor(&self, id: usize, alias: usize) -> Option<(Box<str>, usize)> {
        let name = self.source.rest(alias).strip_prefix('*')?;
        let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}');
        let name = name.get(..name.find(ends).unwrap_or(name.len()))?;
        let (_, written) = self.layout.anchors.iter().find(|(anchor, _)| *anchor == id)?;
        let mark = format!("&{name}");
        // It stands right before its value; or behind the place of one that is not written.
        let at = match written.is_empty() {
            true => self.source.rest(written.start).find(&mark).map(|length| written.start + length),
            false => self.source.slice(0..written.start).rfind(&mark),
        };
        Some((name.into(), at.unwrap_or(written.start)))
    }
}

/// The value with an anchor.
fn anchored(node: &Node, id: usize) -> Option<&Node> {
    if node.anchor == id {
        return Some(node);
    }
    node.members.iter().find_map(|member| anchored(&member.value, id))
}
