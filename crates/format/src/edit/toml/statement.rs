//! The statements of a TOML text: where each leads to, and where it stands.

use std::collections::HashMap;
use std::ops::Range;

use enhanced_config_core::Segment;

use crate::edit::brackets::{self, end_of_key};
use crate::edit::source::Source;
use crate::edit::tree::{Node, shift_range};
use crate::edit::update::{Changed, update};

/// A header or a pair.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::edit) struct Statement {
    /// Where it leads to; the tables of a list are counted.
    pub(in crate::edit) path: Vec<Segment>,
    /// Its keys, each with the number of its step in `path`.
    pub(in crate::edit) keys: Vec<(usize, Range<usize>)>,
    pub(in crate::edit) span: Range<usize>,
    /// The number of the header that a pair stands below.
    pub(super) header: Option<usize>,
    /// The value of a pair.
    pub(in crate::edit) value: Option<Node>,
}

impl Statement {
    /// Moves it by so many bytes.
    fn shift(&mut self, by: isize) {
        shift_range(&mut self.span, by);
        self.keys.iter_mut().for_each(|(_, key)| shift_range(key, by));
        self.value.iter_mut().for_each(|value| value.shift(by));
    }

    pub(super) fn is_header(&self) -> bool {
        self.value.is_none()
    }

    /// Its keys up to the step with this number, as they are written.
    pub(super) fn written<'a>(&self, source: &Source<'a>, steps: usize) -> &'a str {
        let last = self.keys.iter().rfind(|(step, _)| *step < steps);
        let (start, end) = (self.keys.first(), last);
        start.zip(end).map_or("", |((_, start), (_, end))| source.slice(start.start..end.end))
    }
}

/// The statements of a text, in their order.
pub(in crate::edit) fn statements(source: &Source<'_>) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut counts = HashMap::new();
    let mut header = None;
    let mut at = source.gap(0);
    while at < source.text.len() {
        let start = at;
        let brackets = source.rest(at).bytes().take(2).take_while(|byte| *byte == b'[').count();
        let (names, mut end) = dotted(source, at + brackets);
        let statement = if brackets > 0 {
            header = Some(statements.len());
            end = source.rest(end).find(']').map_or(end, |length| end + length + brackets);
            Statement { span: start..end, ..of_header(names, brackets == 2, &mut counts) }
        } else {
            let table = header.and_then(|header: usize| statements.get(header));
            pair(source, at, table.map_or(&[], |table: &Statement| &table.path), header)
        };
        at = source.gap(statement.span.end.max(start + 1));
        statements.push(statement);
    }
    statements
}

/// The pair that stands at a place, below a header.
fn pair(source: &Source<'_>, start: usize, table: &[Segment], header: Option<usize>) -> Statement {
    let (names, end) = dotted(source, start);
    let behind = source.rest(end).find('=').map_or(end, |length| end + length + 1);
    let value = brackets::value(source, behind);
    let span = start..value.span.end;
    Statement { span, value: Some(value), ..of_pair(names, table, header) }
}

/// The statements of a text that has changed; nothing where all of it has to be read for that.
pub(in crate::edit) fn updated(
    mut statements: Vec<Statement>,
    changed: &Changed,
    after: &Source<'_>,
) -> Option<Vec<Statement>> {
    let touched = changed.touched(&statements, |statement| statement.span.clone());
    let behind = statements.len() - touched.end;
    let only = statements.get_mut(touched.clone()).filter(|statements| statements.len() == 1);
    let value =
        only.and_then(<[Statement]>::first_mut).and_then(|pair| Some((&mut pair.span, pair.value.as_mut()?)));
    match value.filter(|(_, value)| changed.is_inside(value)) {
        Some((span, value)) => {
            update(value, changed, after)?;
            span.end = value.span.end;
        }
        None => {
            let pairs = pairs(&statements, &touched, changed, after)?;
            let (before, now) = (touched.len(), pairs.len());
            for pair in statements.iter_mut().skip(touched.end) {
                pair.header = pair.header.map(|at| if at < touched.end { at } else { at + now - before });
            }
            statements.splice(touched, pairs);
        }
    }
    statements.iter_mut().rev().take(behind).for_each(|statement| statement.shift(changed.shift));
    Some(statements)
}

/// Reads the statements again that are touched, if they are pairs: what a header says is meant for those behind.
fn pairs(
    statements: &[Statement],
    touched: &Range<usize>,
    changed: &Changed,
    after: &Source<'_>,
) -> Option<Vec<Statement>> {
    let before = statements.get(..touched.start)?;
    if statements.get(touched.clone())?.iter().any(Statement::is_header) {
        return None;
    }
    let header = before.iter().rposition(Statement::is_header);
    let table = header.and_then(|header| before.get(header)).map_or(&[][..], |table| &table.path);
    let next = statements.get(touched.end).map(|next| changed.moved(next.span.start));
    let until = next.unwrap_or(after.text.len());
    let mut at = after.gap(before.last().map_or(0, |before| before.span.end));
    let mut pairs = Vec::new();
    while at < until {
        if after.byte(at) == Some(b'[') {
            return None;
        }
        let pair = pair(after, at, table, header);
        at = after.gap(pair.span.end.max(at + 1));
        pairs.push(pair);
    }
    (at == until).then_some(pairs)
}

type Names = Vec<(String, Range<usize>)>;

/// The parts of a dotted key, and the place behind it.
fn dotted(source: &Source<'_>, start: usize) -> (Names, usize) {
    let blanks = |mut at: usize| {
        while let Some(b' ' | b'\t') = source.byte(at) {
            at += 1;
        }
        at
    };
    let mut names = Names::new();
    let mut at = blanks(start);
    loop {
        let key = at..end_of_key(source, at);
        at = blanks(key.end);
        names.push((brackets::name(source, key.clone()).unwrap_or_default(), key));
        if source.byte(at) != Some(b'.') {
            return (names, at);
        }
        at = blanks(at + 1);
    }
}

fn of_header(names: Names, is_list: bool, counts: &mut HashMap<Vec<Segment>, usize>) -> Statement {
    let (mut path, mut keys) = (Vec::new(), Vec::new());
    let last = names.len().saturating_sub(1);
    for (number, (name, key)) in names.into_iter().enumerate() {
        keys.push((path.len(), key));
        path.push(Segment::from(name));
        if is_list && number == last {
            *counts.entry(path.clone()).or_insert(0) += 1;
        }
        if let Some(count) = counts.get(&path) {
            path.push(Segment::Index(count.saturating_sub(1)));
        }
    }
    Statement { path, keys, span: 0..0, header: None, value: None }
}

fn of_pair(names: Names, table: &[Segment], header: Option<usize>) -> Statement {
    let (mut path, mut keys) = (table.to_vec(), Vec::new());
    for (name, key) in names {
        keys.push((path.len(), key));
        path.push(Segment::from(name));
    }
    Statement { path, keys, span: 0..0, header, value: None }
}
