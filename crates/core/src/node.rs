use std::fmt;

use crate::path::{Step, Steps};
use crate::row::Tag;
use crate::{Document, KeyPath, Kind, Layer, Origin, Segment};

/// A value of a [`Document`], read in place. It is two words and `Copy`.
#[derive(Clone, Copy)]
pub struct NodeRef<'a> {
    document: &'a Document,
    row: u32,
}

/// What a [`NodeRef`] holds, for a `match`.
#[derive(Debug, Clone)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer that an `i64` holds.
    Integer(i64),
    /// An integer above `i64::MAX`.
    Unsigned(u64),
    /// A finite float.
    Float(f64),
    /// Text.
    String(&'a str),
    /// A list.
    List(Items<'a>),
    /// A map.
    Map(Entries<'a>),
}

impl<'a> NodeRef<'a> {
    #[inline]
    pub(crate) fn new(document: &'a Document, row: u32) -> Self {
        Self { document, row }
    }

    /// The number of this value in its document, which no other value there has; below 2^26.
    #[inline]
    pub fn row_number(self) -> u32 {
        self.row
    }

    /// The document that it is a value of.
    #[inline]
    pub fn document(self) -> &'a Document {
        self.document
    }

    /// What it is.
    #[inline]
    pub fn kind(self) -> Kind {
        self.document.row(self.row).tag().kind()
    }

    /// What it holds.
    #[inline]
    pub fn value(self) -> Value<'a> {
        let row = self.document.row(self.row);
        match row.tag() {
            Tag::Null => Value::Null,
            Tag::Bool => Value::Bool(self.document.payload(row) != 0),
            Tag::Int => Value::Integer(self.document.payload(row) as i64),
            Tag::Uint => Value::Unsigned(self.document.payload(row)),
            Tag::Float => Value::Float(f64::from_bits(self.document.payload(row))),
            Tag::String => Value::String(self.document.slice(row)),
            Tag::List => Value::List(self.items()),
            Tag::Map => Value::Map(self.entries()),
        }
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// The boolean, if it is one.
    pub fn as_bool(self) -> Option<bool> {
        match self.value() {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The integer, if it is one and fits.
    #[inline]
    pub fn as_i64(self) -> Option<i64> {
        match self.value() {
            Value::Integer(value) => Some(value),
            _ => None,
        }
    }

    /// The integer, if it is one and not negative.
    pub fn as_u64(self) -> Option<u64> {
        match self.value() {
            Value::Integer(value) => value.try_into().ok(),
            Value::Unsigned(value) => Some(value),
            _ => None,
        }
    }

    /// The number, an integer being rounded where an `f64` cannot hold it.
    pub fn as_f64(self) -> Option<f64> {
        match self.value() {
            Value::Integer(value) => Some(value as f64),
            Value::Unsigned(value) => Some(value as f64),
            Value::Float(value) => Some(value),
            _ => None,
        }
    }

    /// The text, if it is a string.
    #[inline]
    pub fn as_str(self) -> Option<&'a str> {
        let row = self.document.row(self.row);
        (row.tag() == Tag::String).then(|| self.document.slice(row))
    }

    /// How many members a map or list has; 0 for a scalar.
    pub fn len(self) -> usize {
        let row = self.document.row(self.row);
        match row.tag() {
            Tag::List | Tag::Map => self.document.range(row).1 as usize,
            _ => 0,
        }
    }

    /// Whether it is a map or list without members, or a scalar.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The member of a map that has this key.
    #[inline]
    pub fn get(self, key: &str) -> Option<NodeRef<'a>> {
        self.member(self.document.keys.find(key)?)
    }

    /// The member of a map that has the key numbered `key`.
    #[inline]
    pub(crate) fn member(self, key: u32) -> Option<NodeRef<'a>> {
        let row = self.document.member(self.document.row(self.row), key)?;
        Some(Self { row, ..self })
    }

    /// The member of a list at this index, counted from 0.
    pub fn index(self, index: usize) -> Option<NodeRef<'a>> {
        let row = self.document.row(self.row);
        let (first, count) = self.document.range(row);
        (row.tag() == Tag::List && index < count as usize).then(|| Self { row: first + index as u32, ..self })
    }

    /// The value at a path from here.
    pub fn at(self, path: &KeyPath) -> Option<NodeRef<'a>> {
        path.segments().iter().try_fold(self, |node, segment| node.member_at(segment))
    }

    /// The member that a step of a path leads to.
    pub(crate) fn member_at(self, step: &Segment) -> Option<NodeRef<'a>> {
        match step {
            Segment::Key(key) => self.get(key),
            Segment::Index(index) if self.kind() == Kind::Map => self.get(&index.to_string()),
            Segment::Index(index) => self.index(*index),
        }
    }

    /// The value at a path in dotted notation from here; `None` also when the path cannot be read.
    #[inline]
    pub fn find(self, path: &str) -> Option<NodeRef<'a>> {
        let mut steps = Steps::new(path);
        let mut node = self;
        loop {
            while let Some(key) = steps.bare_key() {
                node = node.get(key)?;
            }
            node = match steps.next() {
                None => return Some(node),
                Some(step) => node.step(step.ok()?)?,
            };
        }
    }

    fn step(self, step: Step<'_>) -> Option<NodeRef<'a>> {
        match step {
            Step::Key(key) => self.get(&key),
            Step::Index(_, digits) if self.kind() == Kind::Map => self.get(digits),
            Step::Index(index, _) => self.index(index),
        }
    }

    /// The members of a list, in order; nothing for any other kind.
    pub fn items(self) -> Items<'a> {
        Items(self.children(Tag::List))
    }

    /// The members of a map with their keys, in the order of the source; nothing for any other kind.
    pub fn entries(self) -> Entries<'a> {
        Entries(self.children(Tag::Map))
    }

    /// Its key, if it is a member of a map.
    pub fn key(self) -> Option<&'a str> {
        let id = self.document.row(self.row).key();
        (id != crate::row::NO_KEY).then(|| self.document.keys.name(id))
    }

    /// The layer that set it.
    #[inline]
    pub fn layer(self) -> &'a Layer {
        let number = self.document.row(self.row).layer() as usize;
        // A row's layer is one of the document's, and a document has at least one.
        self.document.layers.get(number).unwrap_or_else(|| crate::layer::unknown())
    }

    /// Where it came from.
    pub fn origin(self) -> Origin {
        self.layer().origin(self.position())
    }

    /// Where its key came from: the place to point at when the key itself is wrong.
    pub fn key_origin(self) -> Origin {
        self.layer().origin(self.key_position())
    }

    /// Its position in its layer, as the layer counts: for a text the byte offset.
    pub fn position(self) -> u32 {
        self.document.row(self.row).position
    }

    /// The position of its key.
    pub fn key_position(self) -> u32 {
        self.document.key_position(self.row)
    }

    fn children(self, tag: Tag) -> Children<'a> {
        let row = self.document.row(self.row);
        let (first, count) = if row.tag() == tag { self.document.range(row) } else { (0, 0) };
        Children { document: self.document, next: first, end: first + count }
    }
}

/// Equal data, as [`Document`]s compare.
impl PartialEq for NodeRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        crate::diff::equal(*self, *other)
    }
}

/// Kind and place, never the value, which may be a secret.
impl fmt::Debug for NodeRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeRef({} from {})", self.kind(), self.origin())
    }
}

#[derive(Clone)]
struct Children<'a> {
    document: &'a Document,
    next: u32,
    end: u32,
}

impl<'a> Iterator for Children<'a> {
    type Item = NodeRef<'a>;

    #[inline]
    fn next(&mut self) -> Option<NodeRef<'a>> {
        let row = self.next;
        (row < self.end).then(|| {
            self.next += 1;
            NodeRef { document: self.document, row }
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.end - self.next) as usize;
        (left, Some(left))
    }
}

/// The members of a list. See [`NodeRef::items`].
#[derive(Clone)]
pub struct Items<'a>(Children<'a>);

impl<'a> Iterator for Items<'a> {
    type Item = NodeRef<'a>;

    #[inline]
    fn next(&mut self) -> Option<NodeRef<'a>> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Items<'_> {}

impl fmt::Debug for Items<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// The members of a map. See [`NodeRef::entries`].
#[derive(Clone)]
pub struct Entries<'a>(Children<'a>);

impl<'a> Iterator for Entries<'a> {
    type Item = (&'a str, NodeRef<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let member = self.0.next()?;
        Some((self.0.document.keys.name(self.0.document.row(member.row).key()), member))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Entries<'_> {}

impl fmt::Debug for Entries<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.clone()).finish()
    }
}
