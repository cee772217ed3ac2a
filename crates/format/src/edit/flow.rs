//! Members of a map or list in brackets: all of JSON, the flow style of YAML, the values of TOML.

use enhanced_config_core::{NodeRef, Segment};

use super::error::Refusal;
use super::model::{Change, name};
use super::source::{Source, Splice, is_blank};
use super::tree::{Holds, Member, Node};

/// A map or list in brackets.
pub(super) struct Flow<'a> {
    pub(super) source: Source<'a>,
    pub(super) node: &'a Node,
}

/// How members stand: in lines of their own, indented by so much, or in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spread {
    Lines { indentation: String },
    Line,
}

/// How a notation writes what stands in brackets.
pub(super) trait Dialect {
    /// A key.
    fn key(&self, name: &str) -> String;

    /// Between a key and its value.
    fn separator(&self) -> &'static str;

    /// A value, for a member that stands so; `old` is what it takes the place of.
    fn value(&self, value: NodeRef<'_>, spread: &Spread, old: Option<&Node>) -> Result<String, Refusal>;

    /// How the first member of an empty collection stands, whose line is indented by `outer`.
    fn first(&self, outer: &str) -> Spread;
}

impl Flow<'_> {
    /// What a change of the member that `step` leads to does to the text.
    pub(super) fn change(
        &self,
        step: &Segment,
        change: Change<'_>,
        dialect: &impl Dialect,
    ) -> Result<Vec<Splice>, Refusal> {
        if let Change::Insert(value) = change {
            return self.insert_value(step, value, dialect);
        }
        let at = self.node.position(step).ok_or(Refusal::Missing)?;
        let member = self.node.members.get(at).ok_or(Refusal::Missing)?;
        match change {
            Change::Set(value) => {
                let text = dialect.value(value, &self.spread(at, dialect), Some(&member.value))?;
                Ok(vec![Self::set(member, text, dialect)])
            }
            Change::Rename(to) => Ok(vec![Splice::new(member.key.clone(), dialect.key(to))]),
            _ => Ok(self.remove(at)),
        }
    }

    fn set(member: &Member, text: String, dialect: &impl Dialect) -> Splice {
        let span = member.value.tag.unwrap_or(member.value.span.start)..member.value.span.end;
        match member.behind {
            _ if !span.is_empty() => Splice::new(span, text),
            Some(behind) => Splice::insert(behind, format!(" {text}")),
            None => Splice::insert(member.key.end, dialect.separator().to_owned() + &text),
        }
    }

    fn insert_value(
        &self,
        step: &Segment,
        value: NodeRef<'_>,
        dialect: &impl Dialect,
    ) -> Result<Vec<Splice>, Refusal> {
        let at = match (self.node.holds(), step) {
            (Holds::Items, Segment::Index(index)) => *index,
            _ => self.node.members.len(),
        };
        let spread = self.spread(at, dialect);
        let value = dialect.value(value, &spread, None)?;
        let member = match self.node.holds() {
            Holds::Keys => dialect.key(&name(step)) + dialect.separator() + &value,
            Holds::Items => value,
        };
        Ok(self.insert(at, &member, &spread))
    }

    /// How a member stands, or is to stand, at `at` or behind the last.
    pub(super) fn spread(&self, at: usize, dialect: &impl Dialect) -> Spread {
        let members = &self.node.members;
        let Some(neighbour) = members.get(at).or(members.last()) else {
            return dialect.first(self.source.indentation(self.node.span.start));
        };
        let start = neighbour.key.start;
        if self.source.is_first(start) {
            return Spread::Lines { indentation: self.source.indentation(start).to_owned() };
        }
        Spread::Line
    }

    /// Puts a member, already written, before the one at `at` or behind the last.
    pub(super) fn insert(&self, at: usize, member: &str, spread: &Spread) -> Vec<Splice> {
        match (self.node.members.get(at), self.node.members.last(), spread) {
            (Some(next), _, Spread::Lines { indentation }) => {
                let top = self.source.with_comments_above(next.key.start, Some(self.bound(at)));
                vec![Splice::insert(top, format!("{indentation}{member},\n"))]
            }
            (Some(next), ..) => vec![Splice::insert(next.key.start, format!("{member}, "))],
            (None, Some(_), _) => self.append(member, spread),
            (None, None, _) => vec![self.fill(member, spread)],
        }
    }

    fn append(&self, member: &str, spread: &Spread) -> Vec<Splice> {
        let last = self.end_of(self.node.members.len() - 1);
        let Spread::Lines { indentation } = spread else {
            return vec![Splice::insert(last, format!(", {member}"))];
        };
        let comma = self.comma(last);
        let behind = comma.map_or(last, |comma| comma + 1);
        let bracket_follows = self.close() <= self.source.line_end(behind);
        let place = if bracket_follows { behind } else { self.source.line_end(behind) };
        if comma.is_some() {
            return vec![Splice::insert(place, format!("\n{indentation}{member},"))];
        }
        if place == last {
            return vec![Splice::insert(last, format!(",\n{indentation}{member}"))];
        }
        vec![Splice::insert(last, ","), Splice::insert(place, format!("\n{indentation}{member}"))]
    }

    /// The first member.
    fn fill(&self, member: &str, spread: &Spread) -> Splice {
        let (open, close) = (self.node.span.start + 1, self.close());
        let is_empty = is_blank(self.source.slice(open..close));
        let outer = self.source.indentation(self.node.span.start);
        match spread {
            Spread::Lines { indentation } if is_empty => {
                Splice::new(open..close, format!("\n{indentation}{member}\n{outer}"))
            }
            Spread::Lines { indentation } if self.source.is_first(close) => {
                Splice::insert(self.source.line_start(close), format!("{indentation}{member}\n"))
            }
            _ if is_empty && self.node.holds() == Holds::Keys => {
                Splice::new(open..close, format!(" {member} "))
            }
            _ if is_empty => Splice::new(open..close, member),
            _ if self.source.is_first(close) => {
                Splice::insert(self.source.line_start(close), format!("{outer}  {member}\n"))
            }
            _ => Splice::insert(close, format!(" {member} ")),
        }
    }

    /// Takes a member away.
    fn remove(&self, at: usize) -> Vec<Splice> {
        let Some(member) = self.node.members.get(at) else { return Vec::new() };
        let (start, end) = (member.key.start, self.end_of(at));
        let comma = self.comma(end);
        let behind = comma.map_or(end, |comma| comma + 1);
        let is_last = at + 1 == self.node.members.len();
        let before = at.checked_sub(1).and_then(|before| self.comma(self.end_of(before)));
        // The comma before the last member goes with it, unless the author ends with a comma.
        let stray = before.filter(|_| is_last && comma.is_none()).map(|comma| comma..comma + 1);
        let region = if self.has_own_lines(start, behind) {
            let top = self.source.with_comments_above(start, Some(self.bound(at)));
            top..self.source.next_line(behind)
        } else {
            match (&stray, self.node.members.get(at + 1)) {
                (Some(comma), _) if is_blank(self.source.slice(comma.end..start)) => {
                    return vec![Splice::remove(comma.start..end)];
                }
                (_, Some(next)) if is_blank(self.source.slice(behind..next.key.start)) => {
                    start..next.key.start
                }
                _ => start..behind,
            }
        };
        let inside = self.node.span.start + 1..self.close();
        let is_alone = self.node.members.len() == 1
            && is_blank(self.source.slice(inside.start..region.start.max(inside.start)))
            && is_blank(self.source.slice(region.end.min(inside.end)..inside.end));
        if is_alone {
            return vec![Splice::remove(inside)];
        }
        stray.map(Splice::remove).into_iter().chain([Splice::remove(region)]).collect()
    }

    /// The comments that go with a member: those above it as they are, and what follows on its line.
    pub(super) fn comments(&self, step: &Segment) -> Vec<String> {
        let Some(at) = self.node.position(step) else { return Vec::new() };
        let Some(member) = self.node.members.get(at) else { return Vec::new() };
        let (start, end) = (member.key.start, self.end_of(at));
        let behind = self.comma(end).map_or(end, |comma| comma + 1);
        if !self.has_own_lines(start, behind) {
            return Vec::new();
        }
        let top = self.source.with_comments_above(start, Some(self.bound(at)));
        let above = self.source.slice(top..self.source.line_start(start)).trim();
        let beside = self.source.slice(behind..self.source.line_end(behind)).trim();
        [above, beside].into_iter().filter(|comment| !comment.is_empty()).map(str::to_owned).collect()
    }

    fn has_own_lines(&self, start: usize, behind: usize) -> bool {
        self.source.is_first(start)
            && self.source.is_last(behind)
            && self.source.next_line(behind) <= self.close()
    }

    /// What comments above a member cannot reach over.
    fn bound(&self, at: usize) -> usize {
        at.checked_sub(1).map_or(self.node.span.start, |before| self.end_of(before))
    }

    fn end_of(&self, at: usize) -> usize {
        self.node.members.get(at).map_or(0, |member| member.value.span.end.max(member.key.end))
    }

    /// The comma behind a member.
    fn comma(&self, end: usize) -> Option<usize> {
        let at = self.source.gap(end);
        self.source.rest(at).starts_with(',').then_some(at)
    }

    fn close(&self) -> usize {
        self.node.span.end - 1
    }
}
