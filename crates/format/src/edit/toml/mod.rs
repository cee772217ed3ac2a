//! Edits of TOML: a table may be written in many places, so what is looked at are statements, a header or a pair each.

mod moved;
mod statement;

use std::ops::Range;

use enhanced_config_core::{DocumentBuilder, Kind, NodeRef, Segment, Value};

use crate::edit::Stopped;
use crate::edit::error::Refusal;
use crate::edit::flow::{Dialect, Flow, Spread};
use crate::edit::model::{Change, name};
use crate::edit::source::{Source, Splice, is_blank};
use crate::edit::tree::{Node, Style};
use crate::edit::write::has_members;
pub(in crate::edit) use moved::{moved, nested, unnested};
pub(in crate::edit) use statement::{Statement, statements, updated};

use crate::emit::toml as emit;
use crate::{EmitError, Format};

/// What a change does to the text.
pub(in crate::edit) fn edit(
    source: Source<'_>,
    statements: &[Statement],
    path: &[Segment],
    change: Change<'_>,
) -> Splices {
    Tables { source, statements }.change(path, change)
}

struct Tables<'a> {
    source: Source<'a>,
    statements: &'a [Statement],
}

type Splices = Result<Vec<Splice>, Stopped>;

impl Tables<'_> {
    fn change(&self, path: &[Segment], change: Change<'_>) -> Splices {
        let path = &self.as_written(path);
        let (step, parent) = path.split_last().ok_or(Refusal::Root)?;
        if let Some(found) = self.inside(parent, step, change) {
            return found;
        }
        match change {
            Change::Insert(value) => self.insert(parent, step, value),
            Change::Rename(to) => Ok(self.rename(path, to)),
            Change::Remove => self.remove(path),
            Change::Set(value) => self.set(path, value),
        }
    }

    /// The path with a key for each step into a table.
    fn as_written(&self, path: &[Segment]) -> Vec<Segment> {
        let mut written = Vec::new();
        for step in path {
            let is_list = || {
                self.statements.iter().any(|statement| {
                    statement.path.starts_with(&written)
                        && matches!(statement.path.get(written.len()), Some(Segment::Index(_)))
                })
            };
            let is_value = || self.statements.iter().any(|s| !s.is_header() && written.starts_with(&s.path));
            let step = match step {
                Segment::Index(index) if !is_list() && !is_value() => Segment::from(index.to_string()),
                step => step.clone(),
            };
            written.push(step);
        }
        written
    }

    /// A change of what stands in the value of a pair.
    fn inside(&self, parent: &[Segment], step: &Segment, change: Change<'_>) -> Option<Splices> {
        let pair = self.statements.iter().find(|pair| !pair.is_header() && parent.starts_with(&pair.path))?;
        let way = pair.value.as_ref()?.way(parent.get(pair.path.len()..)?);
        let Some(way) = way else { return Some(Err(Refusal::Missing.into())) };
        let node = way.last()?;
        Some(
            Flow { source: self.source, node }
                .change(step, change, &Inline(self.source))
                .map_err(Stopped::from),
        )
    }

    fn set(&self, path: &[Segment], value: NodeRef<'_>) -> Splices {
        let pair = self.statements.iter().find(|pair| !pair.is_header() && pair.path == path);
        if let Some(old) = pair.and_then(|pair| pair.value.as_ref()) {
            return Ok(vec![Splice::new(old.span.clone(), inline_like(self.source, value, Some(old))?)]);
        }
        // A table becomes something else.
        let (step, parent) = path.split_last().ok_or(Refusal::Root)?;
        if let Segment::Index(_) = step {
            return Err(Refusal::NotATable.into());
        }
        let mut splices = self.without(path);
        let text = match self.place_of_pair(parent) {
            Some(place) => self.pair(&place, parent, step, &inline(self.source, value)?),
            None => self.new_header(path, parent, step, value)?,
        };
        splices.push(text);
        Ok(splices)
    }

    fn rename(&self, path: &[Segment], to: &str) -> Vec<Splice> {
        let depth = path.len() - 1;
        let keys = self.statements.iter().filter(|statement| statement.path.starts_with(path));
        let keys = keys.flat_map(|statement| statement.keys.iter().filter(|(step, _)| *step == depth));
        keys.map(|(_, key)| Splice::new(key.clone(), emit::key(to))).collect()
    }

    fn remove(&self, path: &[Segment]) -> Splices {
        let mut splices = self.without(path);
        let left = self.statements.iter().filter(|statement| !statement.path.starts_with(path));
        let left: Vec<_> = left.collect();
        let Some((step, parent)) = path.split_last() else { return Ok(splices) };
        let remains = |table: &[Segment]| left.iter().any(|statement| statement.path.starts_with(table));
        if parent.is_empty() || remains(parent) {
            self.close_gaps(&mut splices);
            return Ok(splices);
        }
        // Nothing else says that there is a table, or list, that had it.
        let empty = if matches!(step, Segment::Index(_)) { "[]" } else { "{}" };
        let Some((key, table)) = parent.split_last() else { return Ok(splices) };
        let first = self.statements.iter().find(|statement| statement.path.starts_with(path));
        let Some(first) = first else { return Ok(splices) };
        let steps = parent.len();
        let is_in_list = matches!(parent.last(), Some(Segment::Index(_)));
        if first.is_header() && empty == "{}" {
            let written = first.written(&self.source, steps);
            let header = if is_in_list { format!("[[{written}]]\n") } else { format!("[{written}]\n") };
            splices.push(Splice::insert(self.source.line_start(first.span.start), header));
            return Ok(splices);
        }
        if let Some(place) = self.place_of_pair(table).filter(|_| first.is_header()) {
            self.close_gaps(&mut splices);
            splices.push(self.pair(&place, table, key, empty));
            return Ok(splices);
        }
        let written = first.written(&self.source, steps);
        let line = self.source.line_start(first.span.start);
        let indentation = self.source.indentation(line);
        splices.push(Splice::insert(line, format!("{indentation}{written} = {empty}\n")));
        Ok(splices)
    }

    /// Takes all statements at and below a path away.
    fn without(&self, path: &[Segment]) -> Vec<Splice> {
        let mut regions: Vec<Range<usize>> = Vec::new();
        let mut before: Option<usize> = None;
        for (number, statement) in self.statements.iter().enumerate() {
            if !statement.path.starts_with(path) {
                continue;
            }
            let bound = number.checked_sub(1).and_then(|before| self.statements.get(before));
            let bound = bound.map(|before| before.span.end);
            let top = self.source.with_comments_above(statement.span.start, bound);
            let lines = self.source.whole_lines(top, statement.span.end);
            match regions.last_mut() {
                // Blank lines between two that go, go too.
                Some(last)
                    if before.is_some_and(|before| before + 1 == number)
                        && (last.end >= lines.start
                            || is_blank(self.source.slice(last.end..lines.start))) =>
                {
                    last.end = lines.end;
                }
                _ => regions.push(lines),
            }
            before = Some(number);
        }
        regions.into_iter().map(Splice::remove).collect()
    }

    /// The blank line above a header that goes, goes too where another one follows, or nothing: it came with the header.
    fn close_gaps(&self, splices: &mut [Splice]) {
        let is_header = |at: usize| self.source.rest(self.source.gap(at)).starts_with('[');
        for range in splices.iter_mut().map(|splice| &mut splice.range).filter(|range| is_header(range.start))
        {
            let Some(end_above) = range.start.checked_sub(1) else { continue };
            let above = self.source.line_start(end_above);
            let below = self.source.slice(range.end..self.source.next_line(range.end));
            if is_blank(self.source.slice(above..range.start)) && is_blank(below) {
                range.start = above;
            }
        }
    }

    fn insert(&self, parent: &[Segment], step: &Segment, value: NodeRef<'_>) -> Splices {
        let is_tables =
            |list: NodeRef<'_>| !list.is_empty() && list.items().all(|item| item.kind() == Kind::Map);
        if let Segment::Index(index) = step {
            let is_list = self.statements.iter().any(|statement| {
                statement.path.starts_with(parent)
                    && matches!(statement.path.get(parent.len()), Some(Segment::Index(_)))
            });
            if is_list {
                return self.insert_table(parent, *index, value);
            }
        }
        let step = &Segment::from(name(step));
        let is_dotted = self.owner(parent).is_none() && self.dotted_in(parent).is_some();
        let is_table = value.kind() == Kind::Map && has_members(value);
        // Below a header a text of several lines has lines.
        let is_kept_inline =
            self.source.newline() != "\n" && emit::inline(value).is_ok_and(|text| text.contains('\n'));
        if !is_dotted && !is_kept_inline && (is_table || (value.kind() == Kind::List && is_tables(value))) {
            let mut names: Vec<_> = self.names(parent);
            names.push(name(step));
            return Ok(vec![self.section(parent, &section(&names, value)?)]);
        }
        if let Some(place) = self.place_of_pair(parent) {
            return Ok(vec![self.pair(&place, parent, step, &inline(self.source, value)?)]);
        }
        Ok(vec![self.new_header(parent, parent, step, value)?])
    }

    /// A header with a pair, for a table that only its parts speak of, before the first part below `before`.
    fn new_header(
        &self,
        before: &[Segment],
        table: &[Segment],
        step: &Segment,
        value: NodeRef<'_>,
    ) -> Result<Splice, Refusal> {
        let names: Vec<_> = self.names(table).iter().map(|name| emit::key(name)).collect();
        let text = format!(
            "[{}]\n{} = {}\n\n",
            names.join("."),
            emit::key(&name(step)),
            inline(self.source, value)?
        );
        let first = self.statements.iter().position(|statement| statement.path.starts_with(before));
        Ok(Splice::insert(self.top_of(first.ok_or(Refusal::Missing)?), text))
    }

    fn insert_table(&self, list: &[Segment], index: usize, value: NodeRef<'_>) -> Splices {
        if value.kind() != Kind::Map {
            return Err(Refusal::NotATable.into());
        }
        let names = self.names(list);
        let text = match self.source.newline() {
            "\n" => section_of_list(&names, value)?,
            // A text of several lines would get the line ends of this one.
            _ => emit::section_of_lines(&names, value, true)?.trim_start().to_owned(),
        };
        let at = [list, &[Segment::Index(index)]].concat();
        match self.statements.iter().position(|statement| statement.path.starts_with(&at)) {
            Some(next) => Ok(vec![Splice::insert(self.top_of(next), text + "\n")]),
            None => Ok(vec![self.section(list, &text)]),
        }
    }

    /// Where the lines of a statement start, with its comments.
    fn top_of(&self, number: usize) -> usize {
        let statement = |number: usize| self.statements.get(number).map(|statement| &statement.span);
        let before = number.checked_sub(1).and_then(statement).map(|span| span.end);
        statement(number).map_or(0, |span| self.source.with_comments_above(span.start, before))
    }

    /// New headers with their pairs, behind all that belongs to a table.
    fn section(&self, table: &[Segment], text: &str) -> Splice {
        let last = self.statements.iter().rfind(|statement| statement.path.starts_with(table));
        let text = text.trim_end_matches('\n');
        let Some(last) = last else { return self.source.below(self.source.text.len(), text) };
        let next = self.source.next_line(last.span.end);
        // The root's last statement is that of the text: what follows are comments.
        let at = if table.is_empty() { self.source.text.len() } else { last.span.end };
        let is_followed = !is_blank(self.source.rest(next)) && !table.is_empty();
        let text = format!("\n{text}");
        if is_followed && !self.source.rest(next).starts_with(['\n', '\r']) {
            return self.source.below(at, &(text + "\n"));
        }
        self.source.below(at, &text)
    }

    /// The keys of a path, without the places in lists, which no header names.
    fn names(&self, path: &[Segment]) -> Vec<String> {
        path.iter().filter(|step| matches!(step, Segment::Key(_))).map(name).collect()
    }

    /// The header of a table.
    fn owner(&self, table: &[Segment]) -> Option<usize> {
        self.statements.iter().position(|statement| statement.is_header() && statement.path == table)
    }

    /// The last pair whose dotted key leads through a table.
    fn dotted_in(&self, table: &[Segment]) -> Option<&Statement> {
        self.statements.iter().rfind(|pair| {
            !pair.is_header()
                && pair.path.len() > table.len()
                && pair.path.starts_with(table)
                && pair.keys.first().is_some_and(|(first, _)| *first < table.len())
        })
    }

    /// Where a new pair of a table can stand.
    fn place_of_pair(&self, table: &[Segment]) -> Option<Place<'_>> {
        let header = self.owner(table);
        let last = self.statements.iter().rfind(|pair| !pair.is_header() && pair.header == header);
        if table.is_empty() || header.is_some() {
            let header = header.and_then(|header| self.statements.get(header));
            return Some(match (last, header) {
                (Some(last), _) => Place::Below(last),
                (None, Some(header)) => Place::Below(header),
                (None, None) => Place::Top,
            });
        }
        self.dotted_in(table).map(Place::Dotted)
    }

    fn pair(&self, place: &Place<'_>, table: &[Segment], key: &Segment, value: &str) -> Splice {
        let key = emit::key(&name(key));
        match place {
            Place::Top if self.statements.is_empty() => {
                self.source.below(self.source.text.len(), &format!("{key} = {value}"))
            }
            Place::Top => Splice::insert(self.top_of(0), format!("{key} = {value}\n\n")),
            Place::Below(last) => {
                let indentation = self.source.indentation(last.span.start);
                self.source.below(last.span.end, &format!("{indentation}{key} = {value}"))
            }
            Place::Dotted(last) => {
                let indentation = self.source.indentation(last.span.start);
                let before = last.written(&self.source, table.len());
                self.source.below(last.span.end, &format!("{indentation}{before}.{key} = {value}"))
            }
        }
    }
}

/// Where a new pair goes.
enum Place<'a> {
    /// Before all headers.
    Top,
    Below(&'a Statement),
    /// Below a pair whose dotted key leads through the same table.
    Dotted(&'a Statement),
}

/// A text of several lines would have other line ends in a text that has other ones, and be another.
fn inline(source: Source<'_>, value: NodeRef<'_>) -> Result<String, Refusal> {
    Ok(if source.newline() == "\n" { emit::inline(value) } else { emit::one_line(value) }?)
}

/// The same; a text keeps the single quotes of the one before, where it can stand in them.
fn inline_like(source: Source<'_>, value: NodeRef<'_>, old: Option<&Node>) -> Result<String, Refusal> {
    let had_single_quotes = matches!(old.map(|old| old.style), Some(Style::Scalar(Some('\''))));
    let fits = |text: &&str| !text.contains(|c: char| c == '\'' || c.is_control());
    match value.as_str().filter(fits) {
        Some(text) if had_single_quotes => Ok(format!("'{text}'")),
        _ => inline(source, value),
    }
}

/// A value as tables with headers.
fn section(names: &[String], value: NodeRef<'_>) -> Result<String, Refusal> {
    let mut builder = DocumentBuilder::new(value.layer().clone());
    for name in names {
        builder.open_map(0)?;
        builder.key(name, 0)?;
    }
    builder.copy(value)?;
    for _ in names {
        builder.close()?;
    }
    Ok(emit::compact(builder.finish()?.root())?)
}

/// A table as a member of a list of tables.
fn section_of_list(names: &[String], value: NodeRef<'_>) -> Result<String, Refusal> {
    let mut builder = DocumentBuilder::new(value.layer().clone());
    builder.open_map(0)?;
    builder.key("list", 0)?;
    builder.open_list(0)?;
    builder.copy(value)?;
    builder.close()?;
    builder.close()?;
    let document = builder.finish()?;
    let list = document.root().get("list").ok_or(EmitError::Root { format: Format::Toml })?;
    if matches!(list.index(0).map(|table| table.value()), Some(Value::Map(entries)) if entries.len() == 0) {
        let names: Vec<_> = names.iter().map(|name| emit::key(name)).collect();
        return Ok(format!("[[{}]]\n", names.join(".")));
    }
    section(names, list)
}

/// What stands in brackets.
struct Inline<'a>(Source<'a>);

impl Dialect for Inline<'_> {
    fn key(&self, name: &str) -> String {
        emit::key(name)
    }

    fn separator(&self) -> &'static str {
        " = "
    }

    fn value(&self, value: NodeRef<'_>, _: &Spread, old: Option<&Node>) -> Result<String, Refusal> {
        inline_like(self.0, value, old)
    }

    fn first(&self, _: &str) -> Spread {
        Spread::Line
    }
}
