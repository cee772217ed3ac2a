use crate::builder::MAX_DEPTH;
use crate::document::SCAN;
use crate::row::{MAX_ROWS, NO_KEY, Row, Tag, range_payload};
use crate::{BuildError, Document, Duplicate, KeyPath, NodeRef, Segment};

/// A document that changes in place, value by value: a change costs what it touches, however large the document is.
///
/// What a change leaves behind stays in the tables, where [`undo`](Self::undo) finds it; so a document that was changed
/// often counts more [values](Document::values) than can be reached.
///
/// ```
/// # use enhanced_config_core::*;
/// # use serde_json::json;
/// # let document = |json| Document::from_serialize(&json, Layer::new(LayerKind::Base, "app.yaml"));
/// let mut draft = Draft::new(document(json!({ "server": { "port": 80 }, "tags": ["a"] }))?);
/// let new = document(json!({ "port": 8080, "tag": "b" }))?;
/// let value = |key| new.root().get(key).unwrap();
/// draft.set(&"server.port".parse()?, value("port"))?;
/// let mark = draft.mark();
/// draft.insert(&"tags[0]".parse()?, value("tag"))?;
/// draft.rename(&"server".parse()?, "http")?;
/// assert_eq!(*draft.document(), document(json!({ "http": { "port": 8080 }, "tags": ["b", "a"] }))?);
/// draft.undo(mark);
/// assert_eq!(*draft.document(), document(json!({ "server": { "port": 8080 }, "tags": ["a"] }))?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Draft {
    document: Document,
    /// Rows that were written over, as they were.
    before: Vec<Seated>,
}

/// A row of the document, and where its key stands.
#[derive(Debug, Clone, Copy)]
struct Seated {
    at: u32,
    row: Row,
    key_position: u32,
}

/// A moment that a [`Draft`] can go back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DraftMark(usize);

/// A member on its way into a map or list: its row, and where its key stands.
type Member = (Row, u32);

impl Draft {
    /// A draft that says what a document says.
    pub fn new(document: Document) -> Self {
        Self { document, before: Vec::new() }
    }

    /// What it says now. Values keep their origins, wherever they are copied from.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The moment between the changes before and those to come.
    pub fn mark(&self) -> DraftMark {
        DraftMark(self.before.len())
    }

    /// Takes back all changes since a moment.
    pub fn undo(&mut self, to: DraftMark) {
        while self.before.len() > to.0
            && let Some(Seated { at, row, key_position }) = self.before.pop()
        {
            self.document.set_row(at, row, key_position);
        }
        self.document.id = Document::next_id();
    }

    /// Makes the value at a path this one. Gives back whether there was one.
    ///
    /// # Errors
    /// When the document would be more than one can hold.
    pub fn set(&mut self, path: &KeyPath, value: NodeRef<'_>) -> Result<bool, BuildError> {
        let Some(at) = self.row_at(path.segments()) else { return Ok(false) };
        let new = self.import(value, self.document.row(at).key(), path.segments().len())?;
        if at == self.document.root && new.tag() != Tag::Map {
            return Err(BuildError::Unbalanced);
        }
        self.write(at, new);
        Ok(true)
    }

    /// Adds a value: to a map behind its members, to a list before the item with this index. Gives back whether there
    /// was a map or list that could hold it.
    ///
    /// # Errors
    /// When the map has the key already, or the document would be more than one can hold.
    pub fn insert(&mut self, path: &KeyPath, value: NodeRef<'_>) -> Result<bool, BuildError> {
        let Some((step, parent)) = path.segments().split_last() else { return Ok(false) };
        let Some(parent) = self.row_at(parent) else { return Ok(false) };
        let mut members = self.members(parent);
        let (at, key) = match (self.document.row(parent).tag(), step) {
            (Tag::Map, step) => (members.len(), self.new_key(path, parent, &step_name(step))?),
            (Tag::List, Segment::Index(index)) if *index <= members.len() => (*index, NO_KEY),
            _ => return Ok(false),
        };
        let new = self.import(value, key, path.segments().len())?;
        let key_position = if key == NO_KEY { new.position } else { 0 };
        members.insert(at, (new, key_position));
        self.reseat(parent, members)?;
        Ok(true)
    }

    /// Takes a value away. Gives back whether it was there.
    ///
    /// # Errors
    /// When the document would be more than one can hold.
    pub fn remove(&mut self, path: &KeyPath) -> Result<bool, BuildError> {
        let Some((parent, at)) = self.member(path) else { return Ok(false) };
        let mut members = self.members(parent);
        members.remove(at);
        self.reseat(parent, members)?;
        Ok(true)
    }

    /// Gives a member of a map another key, in its place. Gives back whether it was there.
    ///
    /// # Errors
    /// When the map has the key already, or the document would be more than one can hold.
    pub fn rename(&mut self, path: &KeyPath, key: &str) -> Result<bool, BuildError> {
        let Some((parent, at)) = self.member(path) else { return Ok(false) };
        let mut members = self.members(parent);
        let Some((row, _)) = members.get_mut(at).filter(|(row, _)| row.key() != NO_KEY) else {
            return Ok(false);
        };
        if self.document.keys.name(row.key()) != key {
            *row = row.with_key(self.new_key(path, parent, key)?);
            self.reseat(parent, members)?;
        }
        Ok(true)
    }

    fn row_at(&self, steps: &[Segment]) -> Option<u32> {
        let found = steps.iter().try_fold(self.document.root(), |node, step| node.member_at(step));
        found.map(NodeRef::row_number)
    }

    /// The map or list that a path leads into, and the number of the member there.
    fn member(&self, path: &KeyPath) -> Option<(u32, usize)> {
        let (_, parent) = path.segments().split_last()?;
        let (parent, at) = (self.row_at(parent)?, self.row_at(path.segments())?);
        let members = self.document.members(self.document.row(parent));
        Some((parent, (at - members.start) as usize))
    }

    fn members(&self, parent: u32) -> Vec<Member> {
        let row = self.document.row(parent);
        let members = match row.tag() {
            Tag::List | Tag::Map => self.document.members(row),
            _ => 0..0,
        };
        members.map(|at| (self.document.row(at), self.document.key_position(at))).collect()
    }

    /// The number of a key that a map does not have yet.
    fn new_key(&mut self, path: &KeyPath, map: u32, name: &str) -> Result<u32, BuildError> {
        let key = self.document.keys.intern(name).ok_or(BuildError::TooManyKeys)?;
        let Some(known) = self.document.member(self.document.row(map), key) else { return Ok(key) };
        let first = self.document.key_position(known);
        let path = path.parent().unwrap_or_else(KeyPath::root).join(name);
        Err(BuildError::Duplicates(vec![Duplicate { path, first, second: first }]))
    }

    /// Gives a map or list other members.
    fn reseat(&mut self, at: u32, members: Vec<Member>) -> Result<(), BuildError> {
        let row = self.document.row(at);
        let payload = self.seat(members, row.tag())?;
        let new = row.with_payload(payload, &mut self.document.large);
        self.write(at, new);
        Ok(())
    }

    /// Adds the members of a map or list behind all rows: where the first is, and how many.
    fn seat(&mut self, members: Vec<Member>, tag: Tag) -> Result<u64, BuildError> {
        let (first, count) = (self.document.rows.len(), members.len());
        if first + count > MAX_ROWS {
            return Err(BuildError::TooManyValues { limit: MAX_ROWS });
        }
        for (row, key_position) in members {
            self.document.push_row(row, key_position);
        }
        if tag == Tag::Map && count > SCAN {
            // A new key is looked up before it comes: none is there twice.
            let _ = self.document.index.add(first, &self.document.rows);
        }
        Ok(range_payload(first, count))
    }

    fn write(&mut self, at: u32, new: Row) {
        let key_position = self.document.key_position(at);
        self.before.push(Seated { at, row: self.document.row(at), key_position });
        self.document.set_row(at, new, key_position);
        self.document.id = Document::next_id();
    }

    /// Copies what a value holds, and gives the row that it will have itself, below so many maps and lists.
    fn import(&mut self, node: NodeRef<'_>, key: u32, depth: usize) -> Result<Row, BuildError> {
        let (source, value) = (node.document(), node.document().row(node.row_number()));
        let payload = match value.tag() {
            Tag::String => self.document.push_text(source.slice(value)).ok_or(BuildError::TooMuchText)?,
            Tag::List | Tag::Map if depth >= MAX_DEPTH => {
                return Err(BuildError::TooDeep { limit: MAX_DEPTH });
            }
            Tag::List | Tag::Map => {
                let members = source.members(value).map(|member| {
                    let member = NodeRef::new(source, member);
                    let key = match member.key() {
                        Some(name) => self.document.keys.intern(name).ok_or(BuildError::TooManyKeys)?,
                        None => NO_KEY,
                    };
                    Ok((self.import(member, key, depth + 1)?, member.key_position()))
                });
                let members = members.collect::<Result<_, BuildError>>()?;
                self.seat(members, value.tag())?
            }
            _ => source.payload(value),
        };
        let layer = self.document.layer_number(node.layer()).ok_or(BuildError::TooManyLayers)?;
        Ok(Row::new(value.tag(), payload, value.position, layer, key, &mut self.document.large))
    }
}

/// A step as the key of a map.
fn step_name(step: &Segment) -> String {
    match step {
        Segment::Key(key) => key.to_string(),
        Segment::Index(index) => index.to_string(),
    }
}
