//! The statements of a TOML text: where each leads to, and where it stands.

use std::collections::HashMap;
use std::ops::Range;

use enhanced_config_core::Segment;

use crate::edit::brackets::{self, end_of_key};
use crate::edit::source::Source;
use crate::edit::tree::Node;

/// A header or a pair.
#[derive(Debug, Clone)]
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
        let mut statement = if brackets > 0 {
            header = Some(statements.len());
            end = source.rest(end).find(']').map_or(end, |length| end + length + brackets);
            of_header(names, brackets == 2, &mut counts)
        } else {
            let table = header.and_then(|header: usize| statements.get(header));
            of_pair(names, table.map_or(&[], |table: &Statement| &table.path), header)
        };
        if brackets == 0 {
            let value =
                brackets::value(source, source.rest(end).find('=').map_or(end, |length| end + length + 1));
            end = value.span.end;
            statement.value = Some(value);
        }
        statement.span = start..end;
        statements.push(statement);
        at = source.gap(end.max(start + 1));
    }
    statements
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
