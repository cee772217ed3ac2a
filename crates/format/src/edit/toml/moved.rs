//! Values that go elsewhere as they are written.

use std::ops::Range;

use enhanced_config_core::Segment;

use super::{Place, Statement, Tables};
use crate::edit::model::name;
use crate::edit::source::{Source, Splice};
use crate::emit::toml as emit;

/// Moves a pair or a table with its comments; nothing where that takes more than its own lines.
pub(in crate::edit) fn moved(
    source: Source<'_>,
    statements: &[Statement],
    from: &[Segment],
    to: &[Segment],
) -> Option<Vec<Splice>> {
    let tables = Tables { source, statements };
    let is_named = |path: &[Segment]| path.iter().all(|step| matches!(step, Segment::Key(_)));
    let at = tables.statements.iter().position(|statement| statement.path.starts_with(from))?;
    let first = tables.statements.get(at)?;
    if !first.is_header() && first.path == from {
        return tables.moved_pair(at, to);
    }
    // A table that only the headers of what it holds make would go with them.
    let parent = from.split_last().map_or(&[][..], |(_, parent)| parent);
    let stays =
        |statement: &Statement| statement.path.starts_with(parent) && !statement.path.starts_with(from);
    if !to.starts_with(parent) && !tables.statements.iter().any(stays) {
        return None;
    }
    // No header leads into the value of a pair.
    let in_value = tables.statements.iter().any(|pair| !pair.is_header() && to.starts_with(&pair.path));
    (is_named(from) && is_named(to) && !in_value).then(|| tables.moved_headers(from, to)).flatten()
}

/// Puts a value into a map: its key becomes a dotted one, or brackets come around it where it stands in brackets.
pub(in crate::edit) fn nested(
    source: Source<'_>,
    statements: &[Statement],
    path: &[Segment],
    key: &str,
) -> Option<Vec<Splice>> {
    let key = emit::key(key);
    let keys = statements.iter().filter_map(|statement| statement.last_of(path));
    let splices: Vec<_> = keys.map(|(_, last)| Splice::insert(last.end, format!(".{key}"))).collect();
    if !splices.is_empty() {
        return Some(splices);
    }
    let pair = statements.iter().find(|pair| !pair.is_header() && path.starts_with(&pair.path))?;
    let span = pair.value.as_ref()?.way(path.get(pair.path.len()..)?)?.last()?.span.clone();
    let value = source.slice(span.clone());
    Some(vec![Splice::new(span, format!("{{ {key} = {value} }}"))])
}

/// Puts a map's only value in its place: the key goes from the dotted ones that end in it; else it is moved.
pub(in crate::edit) fn unnested(
    source: Source<'_>,
    statements: &[Statement],
    path: &[Segment],
    inner: &[Segment],
) -> Option<Vec<Splice>> {
    // The map's own header would be one of what takes its place.
    let mut within = statements.iter().filter(|statement| statement.path.starts_with(path));
    if within.any(|statement| !statement.path.starts_with(inner)) {
        return None;
    }
    let keys = statements.iter().filter_map(|statement| statement.last_of(inner));
    let splices = keys.map(|(before, last)| Some(Splice::remove(before?.end..last.end)));
    let splices: Option<Vec<_>> = splices.collect();
    splices.filter(|splices| !splices.is_empty()).or_else(|| moved(source, statements, inner, path))
}

impl Statement {
    /// The key that is the last of a path, where this is at or below it and has it written, with the key before it.
    fn last_of(&self, path: &[Segment]) -> Option<(Option<&Range<usize>>, &Range<usize>)> {
        let depth = path.len().checked_sub(1).filter(|_| self.path.starts_with(path))?;
        let at = self.keys.iter().position(|(step, _)| *step == depth)?;
        let before = at.checked_sub(1).and_then(|before| self.keys.get(before));
        Some((before.map(|(_, key)| key), self.keys.get(at).map(|(_, key)| key)?))
    }
}

impl Tables<'_> {
    fn moved_pair(&self, at: usize, to: &[Segment]) -> Option<Vec<Splice>> {
        let pair = self.statements.get(at)?;
        let (key, table) = to.split_last()?;
        let value = pair.value.as_ref()?.span.clone();
        let written = self.source.slice(value.start..self.source.line_end(value.end));
        let comments = self.source.slice(self.top_of(at)..self.source.line_start(pair.span.start));
        let mut added = match self.place_of_pair(table)? {
            // Where the comments of the first header end is not told by a new pair's own.
            Place::Top => return None,
            place => self.pair(&place, table, key, written),
        };
        let line = added.text.trim_start_matches('\n');
        let before = added.text.get(..added.text.len() - line.len()).unwrap_or_default();
        added.text = format!("{before}{comments}{line}");
        let mut splices = self.remove(&pair.path).ok()?;
        splices.push(added);
        Some(splices)
    }

    /// Gives tables other names in their headers.
    fn moved_headers(&self, from: &[Segment], to: &[Segment]) -> Option<Vec<Splice>> {
        let names: Vec<_> = to.iter().map(|step| emit::key(&name(step))).collect();
        let names = names.join(".");
        let below = self.statements.iter().filter(|statement| statement.path.starts_with(from));
        let named =
            below.filter(|statement| statement.keys.first().is_some_and(|(step, _)| *step < from.len()));
        named
            .map(|statement| {
                let written = statement.written(&self.source, from.len());
                let start = statement.keys.first()?.1.start;
                let splice = Splice::new(start..start + written.len(), names.clone());
                statement.is_header().then_some(splice)
            })
            .collect()
    }
}
