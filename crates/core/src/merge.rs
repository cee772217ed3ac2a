use std::collections::{HashMap, HashSet};

use crate::document::{Document, SCAN};
use crate::row::{MAX_LAYERS, MAX_ROWS, NO_KEY, Row, Tag, range_payload};
use crate::{
    DocumentBuilder, KeyPath, Layer, Limit, NodeRef, Origin, Problem, ProblemKind, Problems, Redactor,
    Segment, Value,
};

/// Layers folded into one document.
#[derive(Debug)]
#[non_exhaustive]
pub struct Merged {
    /// The effective document; every value keeps the origin it had in its layer.
    pub document: Document,
    /// Maps that a scalar or list replaced, or the other way round.
    pub warnings: Problems,
}

/// How layers are folded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MergeOptions {
    /// How lists merge, where they do not replace one another. Default: everywhere they do.
    pub lists: ListRules,
    /// Whether a map over something else, or something else over a map, is an error. Default: a warning.
    pub strict: bool,
}

impl MergeOptions {
    /// Sets how lists merge.
    #[must_use]
    pub fn with_lists(mut self, lists: ListRules) -> Self {
        self.lists = lists;
        self
    }

    /// Makes a map over something else, or something else over a map, an error.
    #[must_use]
    pub fn with_strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }
}

/// How a list of a higher layer meets the list of a lower one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListMerge {
    /// It replaces the lower list.
    #[default]
    Replace,
    /// Its members come after those of the lower list.
    Append,
    /// Its members, which are maps, merge into those that have the same value at this key; others come last.
    ByKey(Box<str>),
}

/// Which lists merge how: by path, members of lists not counted, `*` standing for any key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListRules(Vec<(KeyPath, ListMerge)>);

impl ListRules {
    /// Every list replaces the one below it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Has the lists at `path` merge like this.
    #[must_use]
    pub fn with(mut self, path: KeyPath, how: ListMerge) -> Self {
        self.0.push((path, how));
        self
    }

    /// Has the lists at these paths be replaced, whatever else is said of them.
    #[must_use]
    pub fn with_replaced(self, paths: impl IntoIterator<Item = KeyPath>) -> Self {
        let replaced = paths.into_iter().map(|path| (path, ListMerge::Replace));
        Self(replaced.chain(self.0).collect())
    }

    fn find(&self, keys: &[&str]) -> &ListMerge {
        const REPLACE: &ListMerge = &ListMerge::Replace;
        let matches = |path: &KeyPath| {
            let segments = path.segments();
            segments.len() == keys.len()
                && segments.iter().zip(keys).all(|(segment, key)| match segment {
                    Segment::Key(wanted) => &**wanted == "*" || &**wanted == *key,
                    Segment::Index(_) => false,
                })
        };
        self.0.iter().find(|(path, _)| matches(path)).map_or(REPLACE, |(_, how)| how)
    }
}

/// Folds layers, the lowest first, into one document.
///
/// | lower | higher | result |
/// |---|---|---|
/// | map | map | merged key by key, at every level |
/// | anything | `null` | `null`: masks what lies below |
/// | `null` | anything | the higher one: after a `null`, only what lies above it counts |
/// | map | `{}` | the map, unchanged |
/// | list | list | replaced, unless [`ListRules`] say otherwise |
/// | map | scalar or list, or the other way round | the higher one, with a warning that names both places |
/// | scalar or list | scalar or list of another kind | the higher one |
///
/// The fold is associative as long as no value is `null` and no key changes between a map and something else. With
/// those it is not: `{a: {x: 1}}`, `{a: null}`, `{a: {y: 2}}` gives `{a: {y: 2}}` from the lowest on, and
/// `{a: {x: 1, y: 2}}` if the upper two were folded first. So layers are always folded from the lowest on.
///
/// The cost is a copy of the lowest layer's tables and the work on what the higher ones hold.
///
/// ```
/// # use enhanced_config_core::*;
/// # use serde_json::json;
/// let base = Document::from_serialize(&json!({ "db": { "host": "a", "port": 1 } }), Layer::new(LayerKind::Base, "base"))?;
/// let local = Document::from_serialize(&json!({ "db": { "port": 2 } }), Layer::new(LayerKind::Local, "local"))?;
/// let merged = merge(&base, &[&local], &MergeOptions::default())?.document;
/// assert_eq!(merged.get("db.port").unwrap().origin().to_string(), "local");
/// assert_eq!(merged.get("db.host").unwrap().origin().to_string(), "base");
/// # Ok::<(), Problems>(())
/// ```
///
/// # Errors
/// When a list cannot merge by key, when strict mode meets a map over something else, or when the result would be
/// larger than a document can be.
pub fn merge(lowest: &Document, higher: &[&Document], options: &MergeOptions) -> Result<Merged, Problems> {
    let mut merger = Merger::new(lowest, options);
    for layer in higher {
        merger.fold(layer).map_err(Problems::from)?;
    }
    merger.finish()
}

struct Merger<'a> {
    document: Document,
    options: &'a MergeOptions,
    problems: Problems,
    trail: Vec<Step>,
    /// Rows that nothing refers to any more.
    dead: usize,
}

/// A step of the way to the values being merged.
#[derive(Clone, Copy)]
enum Step {
    Key(u32),
    Index(usize),
}

/// A layer on its way into the document, with what its numbers become there.
struct Incoming<'h> {
    source: &'h Document,
    keys: Vec<u32>,
    layers: Vec<u32>,
}

impl<'a> Merger<'a> {
    fn new(lowest: &Document, options: &'a MergeOptions) -> Self {
        let document = Document { id: Document::next_id(), ..lowest.clone() };
        Self { document, options, problems: Problems::new(), trail: Vec::new(), dead: 0 }
    }

    fn fold(&mut self, source: &Document) -> Result<(), Problem> {
        let layers = source.layers.iter().map(|layer| self.layer_number(layer)).collect::<Result<_, _>>()?;
        let mut incoming = Incoming { source, keys: vec![NO_KEY; source.keys.len()], layers };
        self.trail.clear();
        self.merge(self.document.root, source.root, &mut incoming)
    }

    fn finish(mut self) -> Result<Merged, Problems> {
        self.problems.sort();
        let warnings = self.problems.into_result()?;
        let document =
            if self.dead > self.document.rows.len() / 2 { compact(&self.document)? } else { self.document };
        Ok(Merged { document, warnings })
    }

    fn merge(&mut self, lower: u32, higher: u32, incoming: &mut Incoming<'_>) -> Result<(), Problem> {
        let (below, above) = (self.document.row(lower), incoming.source.row(higher));
        match (below.tag(), above.tag()) {
            (Tag::Map, Tag::Map) => self.merge_maps(lower, higher, incoming),
            (Tag::List, Tag::List) => self.merge_lists(lower, higher, incoming),
            (Tag::Null, _) | (_, Tag::Null) => self.replace(lower, higher, incoming),
            (Tag::Map, _) | (_, Tag::Map) => {
                self.warn_of_kinds(lower, NodeRef::new(incoming.source, higher));
                self.replace(lower, higher, incoming)
            }
            _ => self.replace(lower, higher, incoming),
        }
    }

    fn merge_maps(&mut self, lower: u32, higher: u32, incoming: &mut Incoming<'_>) -> Result<(), Problem> {
        let mut new = Vec::new();
        for member in incoming.source.members(incoming.source.row(higher)) {
            let key = self.key_number(member, incoming)?;
            match self.document.member(self.document.row(lower), key) {
                Some(twin) => {
                    self.trail.push(Step::Key(key));
                    self.merge(twin, member, incoming)?;
                    self.trail.pop();
                }
                None => new.push(member),
            }
        }
        self.extend(lower, &new, incoming)
    }

    fn merge_lists(&mut self, lower: u32, higher: u32, incoming: &mut Incoming<'_>) -> Result<(), Problem> {
        let members: Vec<u32> = incoming.source.members(incoming.source.row(higher)).collect();
        match self.list_rule() {
            ListMerge::Replace => self.replace(lower, higher, incoming),
            ListMerge::Append => self.extend(lower, &members, incoming),
            ListMerge::ByKey(key) => self.merge_by_key(lower, &members, &key.clone(), incoming),
        }
    }

    fn merge_by_key(
        &mut self,
        lower: u32,
        members: &[u32],
        key: &str,
        incoming: &mut Incoming<'_>,
    ) -> Result<(), Problem> {
        let known: Vec<u32> = self.document.members(self.document.row(lower)).collect();
        let names = names(&self.document, &known, key)
            .and_then(|below| Ok((below, names(incoming.source, members, key)?)));
        let (below, above) = match names {
            Ok(names) => names,
            Err(problem) => {
                self.problems.push(problem.with_path(self.path()));
                return Ok(());
            }
        };
        let twins: HashMap<String, usize> = below.into_iter().zip(0..).collect();
        let mut new = Vec::new();
        for (name, &member) in above.iter().zip(members) {
            let twin = twins.get(name).and_then(|&at| Some((at, *known.get(at)?)));
            let Some((at, twin)) = twin else {
                new.push(member);
                continue;
            };
            self.trail.push(Step::Index(at));
            self.merge(twin, member, incoming)?;
            self.trail.pop();
        }
        self.extend(lower, &new, incoming)
    }

    /// Gives a map or list more members, behind those it has: all move to the end of the rows, to stand together.
    fn extend(&mut self, lower: u32, new: &[u32], incoming: &mut Incoming<'_>) -> Result<(), Problem> {
        if new.is_empty() {
            return Ok(());
        }
        let arrivals = new.iter().map(|&row| self.import(row, incoming)).collect::<Result<Vec<_>, _>>()?;
        let row = self.document.row(lower);
        let first = self.document.rows.len();
        for child in self.document.members(row) {
            let (value, key_position) = (self.document.row(child), self.document.key_position(child));
            self.document.push_row(value, key_position);
        }
        let count = self.seat(first, arrivals, row.tag())?;
        let grown = row.with_payload(range_payload(first, count), &mut self.document.large);
        if let Some(parent) = self.document.rows.get_mut(lower as usize) {
            *parent = grown;
        }
        self.dead += self.document.members(row).len();
        Ok(())
    }

    /// Puts a value in place of another.
    fn replace(&mut self, lower: u32, higher: u32, incoming: &mut Incoming<'_>) -> Result<(), Problem> {
        let old = self.document.row(lower);
        if matches!(old.tag(), Tag::Map | Tag::List) {
            self.dead += self.document.members(old).len();
        }
        let (row, key_position) = self.import(higher, incoming)?;
        self.document.set_row(lower, row, key_position);
        Ok(())
    }

    /// Copies what a value holds, and gives the row that the value itself will have.
    fn import(&mut self, row: u32, incoming: &mut Incoming<'_>) -> Result<(Row, u32), Problem> {
        let value = incoming.source.row(row);
        let payload = match value.tag() {
            Tag::String => match self.document.push_text(incoming.source.slice(value)) {
                Some(payload) => payload,
                None => return Err(self.too_much(Limit::Text, u32::MAX as usize)),
            },
            Tag::List | Tag::Map => {
                let members = incoming
                    .source
                    .members(value)
                    .map(|child| self.import(child, incoming))
                    .collect::<Result<Vec<_>, _>>()?;
                let first = self.document.rows.len();
                range_payload(first, self.seat(first, members, value.tag())?)
            }
            _ => incoming.source.payload(value),
        };
        let key = if value.key() == NO_KEY { NO_KEY } else { self.key_number(row, incoming)? };
        let layer = incoming.layers.get(value.layer() as usize).copied().unwrap_or_default();
        let copy = Row::new(value.tag(), payload, value.position, layer, key, &mut self.document.large);
        Ok((copy, incoming.source.key_position(row)))
    }

    /// Adds rows that end a map or list whose first row is `first`, and counts all its rows.
    fn seat(&mut self, first: usize, arrivals: Vec<(Row, u32)>, tag: Tag) -> Result<usize, Problem> {
        if self.document.rows.len() + arrivals.len() > MAX_ROWS {
            return Err(self.too_much(Limit::Values, MAX_ROWS));
        }
        for (row, key_position) in arrivals {
            self.document.push_row(row, key_position);
        }
        let count = self.document.rows.len() - first;
        if tag == Tag::Map && count > SCAN {
            // Members were looked up before they arrived: none is there twice.
            let _ = self.document.index.add(first, &self.document.rows);
        }
        Ok(count)
    }

    /// The number that a key of the incoming layer has in the document.
    fn key_number(&mut self, member: u32, incoming: &mut Incoming<'_>) -> Result<u32, Problem> {
        let theirs = incoming.source.row(member).key();
        let known = incoming.keys.get(theirs as usize).copied().unwrap_or(NO_KEY);
        if known != NO_KEY {
            return Ok(known);
        }
        let name = incoming.source.keys.name(theirs);
        let Some(ours) = self.document.keys.intern(name) else {
            return Err(self.too_much(Limit::Keys, DocumentBuilder::MAX_KEYS));
        };
        if let Some(slot) = incoming.keys.get_mut(theirs as usize) {
            *slot = ours;
        }
        Ok(ours)
    }

    fn layer_number(&mut self, layer: &Layer) -> Result<u32, Problem> {
        self.document.layer_number(layer).ok_or_else(|| {
            let first_too_many = Origin::whole(layer.clone());
            self.too_much(Limit::Layers, MAX_LAYERS).with_origin(first_too_many)
        })
    }

    fn too_much(&self, limit: Limit, most: usize) -> Problem {
        Problem::error(ProblemKind::Limit { limit, most: most as u64 }).with_path(self.path())
    }

    fn warn_of_kinds(&mut self, lower: u32, higher: NodeRef<'_>) {
        let below = NodeRef::new(&self.document, lower);
        let kind = ProblemKind::KindChanged { lower: below.kind(), higher: higher.kind() };
        let problem = if self.options.strict { Problem::error(kind) } else { Problem::warning(kind) };
        let problem = problem
            .with_path(self.path())
            .with_origin(higher.origin())
            .with_related("the lower layer's value", below.origin());
        self.problems.push(problem);
    }

    fn list_rule(&self) -> &'a ListMerge {
        if self.options.lists.0.is_empty() {
            return &ListMerge::Replace;
        }
        let keys: Vec<&str> = self
            .trail
            .iter()
            .filter_map(|step| match step {
                Step::Key(key) => Some(self.document.keys.name(*key)),
                Step::Index(_) => None,
            })
            .collect();
        self.options.lists.find(&keys)
    }

    /// The path of what is merged now, as problems may show it.
    fn path(&self) -> KeyPath {
        let segments = self.trail.iter().map(|step| match step {
            Step::Key(key) => Segment::from(self.document.keys.name(*key)),
            Step::Index(index) => Segment::Index(*index),
        });
        Redactor::new().shown_path(&segments.collect())
    }
}

/// What each of some maps has at `key`, which names it.
fn names(document: &Document, rows: &[u32], key: &str) -> Result<Vec<String>, Problem> {
    let refuse = |node: NodeRef<'_>, why| {
        Problem::error(ProblemKind::ListMerge { key: key.into(), why }).with_origin(node.origin())
    };
    let mut names = Vec::with_capacity(rows.len());
    let mut seen = HashSet::new();
    for &row in rows {
        let node = NodeRef::new(document, row);
        let name = match node.get(key).map(NodeRef::value) {
            Some(Value::String(name)) => format!("\"{name}"),
            Some(Value::Integer(name)) => name.to_string(),
            Some(Value::Unsigned(name)) => name.to_string(),
            _ => return Err(refuse(node, "a member does not have a string or an integer there")),
        };
        if !seen.insert(name.clone()) {
            return Err(refuse(node, "two members of one list have the same value there"));
        }
        names.push(name);
    }
    Ok(names)
}

/// The same document without rows and texts that nothing refers to.
fn compact(document: &Document) -> Result<Document, Problems> {
    let root = document.root();
    let mut builder =
        DocumentBuilder::new(root.layer().clone()).with_max_values(MAX_ROWS).with_max_depth(usize::MAX);
    let built = builder.copy(root).and_then(|()| builder.finish());
    built.map_err(|error| Problem::error(ProblemKind::Custom { message: error.to_string().into() }).into())
}
