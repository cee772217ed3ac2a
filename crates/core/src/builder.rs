use crate::document::{Document, FAR, MemberIndex, SCAN, gap_between};
use crate::keys::{KeyGuess, KeyTable};
use crate::repeats::Repeats;
use crate::row::{MAX_KEYS, MAX_LAYERS, MAX_ROWS, NO_KEY, Row, Tag, range_payload};
use crate::{BuildError, Duplicate, KeyPath, Kind, Layer, NodeRef, Segment, Value};

/// Builds a [`Document`] from the tokens of a source, in their order.
///
/// Maps and lists are opened and closed; each member of a map is a [`key`](Self::key) followed by its value.
/// Positions are byte offsets into the text of the layer (see [`Layer::of_text`]), or indices of its variables.
///
/// A key that stands twice in a map is remembered with both places and reported by
/// [`finish`](Self::finish), so that one pass finds all of them.
pub struct DocumentBuilder {
    document: Document,
    /// Finished values whose parent is still open, the innermost parent's last.
    scratch: Vec<Pending>,
    frames: Vec<Frame>,
    key: Option<(u32, u32)>,
    layer: u32,
    max_rows: usize,
    max_depth: usize,
    duplicates: Vec<Duplicate>,
    guess: KeyGuess,
    repeats: Repeats,
}

#[derive(Clone, Copy)]
struct Pending {
    row: Row,
    key_position: u32,
}

struct Frame {
    tag: Tag,
    position: u32,
    key: u32,
    key_position: u32,
    /// Where its children start on the scratch stack.
    children: usize,
}

/// Deeper than this, a recursive walk could end a thread with a small stack.
pub(crate) const MAX_DEPTH: usize = 512;

impl DocumentBuilder {
    /// Distinct keys that a document can hold.
    pub const MAX_KEYS: usize = MAX_KEYS;
    /// Levels of maps and lists that a document can hold: readers walk it recursively.
    pub const MAX_DEPTH: usize = MAX_DEPTH;
    /// Layers that a document can hold.
    pub const MAX_LAYERS: usize = MAX_LAYERS;
    /// How many duplicate keys are remembered; a file with more is not mended key by key.
    pub const MAX_DUPLICATES: usize = 100;

    /// A builder whose values belong to `layer` until [`set_layer`](Self::set_layer).
    ///
    /// Allows 250,000 values, 128 levels deep; see [`with_max_values`](Self::with_max_values) and
    /// [`with_max_depth`](Self::with_max_depth).
    pub fn new(layer: Layer) -> Self {
        Self {
            document: Document {
                id: 0,
                root: 0,
                rows: Vec::new(),
                large: Vec::new(),
                gaps: Vec::new(),
                far_keys: Vec::new(),
                keys: KeyTable::new(),
                text: String::new(),
                layers: vec![layer],
                index: MemberIndex::default(),
            },
            scratch: Vec::new(),
            frames: Vec::new(),
            key: None,
            layer: 0,
            max_rows: 250_000,
            max_depth: 128,
            duplicates: Vec::new(),
            guess: KeyGuess::default(),
            repeats: Repeats::default(),
        }
    }

    /// Sets how many values the document may hold, 67,108,863 at most.
    #[must_use]
    pub fn with_max_values(mut self, limit: usize) -> Self {
        self.max_rows = limit.min(MAX_ROWS);
        self
    }

    /// Sets how deep maps and lists may be nested, 512 levels at most: readers walk a document recursively.
    #[must_use]
    pub fn with_max_depth(mut self, limit: usize) -> Self {
        self.max_depth = limit.min(MAX_DEPTH);
        self
    }

    /// Makes room for a document of about `values` values and `text` bytes of strings.
    #[must_use]
    pub fn with_capacity(mut self, values: usize, text: usize) -> Self {
        /// What is rarely many; more grows on its way.
        const FEW: usize = 32;
        let values = values.min(self.max_rows);
        self.document.rows.reserve(values);
        self.document.gaps.reserve(values);
        self.document.text.reserve(text);
        self.document.keys.reserve(values.min(2 * FEW), text.min(16 * FEW));
        self.scratch.reserve(values.min(FEW));
        self.frames.reserve(FEW / 2);
        self
    }

    /// Makes `layer` the one that the following values belong to.
    ///
    /// # Errors
    /// When the document has 1,024 layers already.
    pub fn set_layer(&mut self, layer: &Layer) -> Result<(), BuildError> {
        self.layer = self.document.layer_number(layer).ok_or(BuildError::TooManyLayers)?;
        Ok(())
    }

    /// The key of the next value, at `position`.
    ///
    /// # Errors
    /// When there are too many distinct keys.
    #[inline]
    pub fn key(&mut self, key: &str, position: u32) -> Result<(), BuildError> {
        let id = self.guess.intern(&mut self.document.keys, key).ok_or(BuildError::TooManyKeys)?;
        self.key = Some((id, position));
        Ok(())
    }

    /// Whether the open map has `key` already.
    pub fn has_key(&self, key: &str) -> bool {
        let (Some(frame), Some(id)) = (self.frames.last(), self.document.keys.find(key)) else {
            return false;
        };
        self.scratch.iter().skip(frame.children).any(|child| child.row.key() == id)
    }

    /// The kind of the innermost open map or list, and its position.
    #[inline]
    pub fn innermost(&self) -> Option<(Kind, u32)> {
        self.frames.last().map(|frame| (frame.tag.kind(), frame.position))
    }

    /// The path of the value that comes next.
    pub fn path(&self) -> KeyPath {
        let key = self.key.map_or(NO_KEY, |(id, _)| id);
        let children = self.scratch.len();
        self.path_of(&Frame { tag: Tag::Null, position: 0, key, key_position: 0, children })
    }

    /// Adds `null`.
    ///
    /// # Errors
    /// As every value: when there are too many of them, or a map gets one without a key.
    pub fn null(&mut self, position: u32) -> Result<(), BuildError> {
        self.push(Tag::Null, 0, position)
    }

    /// Adds a boolean.
    ///
    /// # Errors
    /// As [`null`](Self::null).
    pub fn bool(&mut self, value: bool, position: u32) -> Result<(), BuildError> {
        self.push(Tag::Bool, u64::from(value), position)
    }

    /// Adds an integer.
    ///
    /// # Errors
    /// As [`null`](Self::null).
    #[inline]
    pub fn integer(&mut self, value: i64, position: u32) -> Result<(), BuildError> {
        self.push(Tag::Int, value as u64, position)
    }

    /// Adds an integer that may be above `i64::MAX`.
    ///
    /// # Errors
    /// As [`null`](Self::null).
    #[inline]
    pub fn unsigned(&mut self, value: u64, position: u32) -> Result<(), BuildError> {
        let tag = if i64::try_from(value).is_ok() { Tag::Int } else { Tag::Uint };
        self.push(tag, value, position)
    }

    /// Adds a float. It must be finite: the sources refuse anything else with a place.
    ///
    /// # Errors
    /// As [`null`](Self::null).
    #[inline]
    pub fn float(&mut self, value: f64, position: u32) -> Result<(), BuildError> {
        self.push(Tag::Float, value.to_bits(), position)
    }

    /// Adds a string.
    ///
    /// # Errors
    /// As [`null`](Self::null), and when there is more text than 4 GiB.
    #[inline(always)]
    pub fn string(&mut self, value: &str, position: u32) -> Result<(), BuildError> {
        let text = &mut self.document.text;
        if let Some(offset) = self.repeats.find(value, text) {
            return self.push(Tag::String, range_payload(offset, value.len()), position);
        }
        let offset = text.len();
        if offset + value.len() > u32::MAX as usize {
            return Err(BuildError::TooMuchText);
        }
        text.push_str(value);
        self.push(Tag::String, range_payload(offset, value.len()), position)
    }

    /// Adds any scalar; a list or map is added empty.
    ///
    /// # Errors
    /// As the method of its kind.
    pub fn scalar(&mut self, value: Value<'_>, position: u32) -> Result<(), BuildError> {
        match value {
            Value::Null => self.null(position),
            Value::Bool(value) => self.bool(value, position),
            Value::Integer(value) => self.integer(value, position),
            Value::Unsigned(value) => self.unsigned(value, position),
            Value::Float(value) => self.float(value, position),
            Value::String(value) => self.string(value, position),
            Value::List(_) => self.open_list(position).and_then(|()| self.close()),
            Value::Map(_) => self.open_map(position).and_then(|()| self.close()),
        }
    }

    /// Opens a map; [`close`](Self::close) ends it.
    ///
    /// # Errors
    /// When maps and lists are nested too deep.
    #[inline]
    pub fn open_map(&mut self, position: u32) -> Result<(), BuildError> {
        self.open(Tag::Map, position)
    }

    /// Opens a list; [`close`](Self::close) ends it.
    ///
    /// # Errors
    /// When maps and lists are nested too deep.
    #[inline]
    pub fn open_list(&mut self, position: u32) -> Result<(), BuildError> {
        self.open(Tag::List, position)
    }

    fn open(&mut self, tag: Tag, position: u32) -> Result<(), BuildError> {
        if self.frames.len() >= self.max_depth {
            return Err(BuildError::TooDeep { limit: self.max_depth });
        }
        let (key, key_position) = self.take_key(position)?;
        self.frames.push(Frame { tag, position, key, key_position, children: self.scratch.len() });
        Ok(())
    }

    /// Ends the innermost open map or list.
    ///
    /// # Errors
    /// When nothing is open, or a key has no value.
    pub fn close(&mut self) -> Result<(), BuildError> {
        let frame = self.frames.pop().ok_or(BuildError::Unbalanced)?;
        if self.key.is_some() {
            return Err(BuildError::Unbalanced);
        }
        let count = self.scratch.len() - frame.children;
        let first = self.document.rows.len();
        self.settle(frame.children);
        if frame.tag == Tag::Map {
            self.find_duplicates(&frame, first, count);
        }
        let Frame { tag, position, key, .. } = frame;
        let range = range_payload(first, count);
        let row = Row::new(tag, range, position, self.layer, key, &mut self.document.large);
        self.scratch.push(Pending { row, key_position: frame.key_position });
        Ok(())
    }

    /// Adds a value of another document with all it holds; its origins stay what they are.
    ///
    /// # Errors
    /// As the values themselves, and when there are too many layers.
    pub fn copy(&mut self, node: NodeRef<'_>) -> Result<(), BuildError> {
        let (before, layer) = (self.layer, node.layer().clone());
        self.set_layer(&layer)?;
        let position = node.position();
        match node.value() {
            Value::List(items) => {
                self.open_list(position)?;
                for item in items {
                    self.copy(item)?;
                }
                self.set_layer(&layer)?;
                self.close()?;
            }
            Value::Map(entries) => {
                self.open_map(position)?;
                for (key, member) in entries {
                    self.key(key, member.key_position())?;
                    self.copy(member)?;
                }
                self.set_layer(&layer)?;
                self.close()?;
            }
            scalar => self.scalar(scalar, position)?,
        }
        self.layer = before;
        Ok(())
    }

    /// The finished document.
    ///
    /// # Errors
    /// When there were duplicate keys, or the root is not one closed map.
    pub fn finish(mut self) -> Result<Document, BuildError> {
        if !self.duplicates.is_empty() {
            return Err(BuildError::Duplicates(self.duplicates));
        }
        let root_is_map = matches!(self.scratch.as_slice(), [root] if root.row.tag() == Tag::Map);
        if !root_is_map || !self.frames.is_empty() {
            return Err(BuildError::Unbalanced);
        }
        self.settle(0);
        let mut document = self.document;
        document.id = Document::next_id();
        document.root = document.rows.len() as u32 - 1;
        document.shrink();
        Ok(document)
    }

    #[inline]
    fn push(&mut self, tag: Tag, payload: u64, position: u32) -> Result<(), BuildError> {
        if self.document.rows.len() + self.scratch.len() + self.frames.len() >= self.max_rows {
            return Err(BuildError::TooManyValues { limit: self.max_rows });
        }
        let (key, key_position) = self.take_key(position)?;
        let row = Row::new(tag, payload, position, self.layer, key, &mut self.document.large);
        self.scratch.push(Pending { row, key_position });
        Ok(())
    }

    /// The key for a value that comes now; a map must have been given one, nothing else may.
    #[inline]
    fn take_key(&mut self, position: u32) -> Result<(u32, u32), BuildError> {
        let in_map = self.frames.last().is_some_and(|frame| frame.tag == Tag::Map);
        match self.key.take() {
            Some(key) if in_map => Ok(key),
            None if !in_map => Ok((NO_KEY, position)),
            _ => Err(BuildError::Unbalanced),
        }
    }

    /// Moves the values above `from` from the scratch stack to their final rows.
    fn settle(&mut self, from: usize) {
        let document = &mut self.document;
        let pending = self.scratch.get(from..).unwrap_or_default();
        let first = document.rows.len() as u32;
        document.rows.extend(pending.iter().map(|value| value.row));
        let mut has_far = false;
        document.gaps.extend(pending.iter().map(|value| {
            let gap = gap_between(value.key_position, value.row.position);
            has_far |= gap == FAR;
            gap
        }));
        if has_far {
            let places = (first..).zip(pending.iter().map(|value| (value.key_position, value.row.position)));
            let far = places.filter(|&(_, (key, position))| gap_between(key, position) == FAR);
            document.far_keys.extend(far.map(|(row, (key, _))| (row, key)));
        }
        self.scratch.truncate(from);
    }

    fn find_duplicates(&mut self, frame: &Frame, first: usize, count: usize) {
        let members = self.document.rows.get(first..).unwrap_or_default();
        if count <= SCAN {
            if !may_repeat(members) {
                return;
            }
            for (at, member) in members.iter().enumerate() {
                if let Some(earlier) = members.iter().take(at).position(|other| other.key() == member.key()) {
                    self.duplicates.push(self.duplicate(frame, first + earlier, first + at));
                }
            }
        } else {
            let duplicates = self.document.index.add(first, &self.document.rows);
            for (first, second) in duplicates.into_iter().take(Self::MAX_DUPLICATES) {
                self.duplicates.push(self.duplicate(frame, first as usize, second as usize));
            }
        }
        self.duplicates.truncate(Self::MAX_DUPLICATES);
    }

    fn duplicate(&self, frame: &Frame, first: usize, second: usize) -> Duplicate {
        let mut path = self.path_of(frame);
        path.push(self.document.keys.name(self.document.row(second as u32).key()));
        Duplicate {
            path,
            first: self.document.key_position(first as u32),
            second: self.document.key_position(second as u32),
        }
    }

    /// The path of a frame that is not on the stack.
    fn path_of(&self, frame: &Frame) -> KeyPath {
        let inner = self.frames.iter().skip(1).chain([frame]);
        let steps = self.frames.iter().zip(inner).map(|(outer, inner)| match outer.tag {
            Tag::Map => Segment::Key(self.document.keys.name(inner.key).into()),
            _ => Segment::Index(inner.children - outer.children),
        });
        steps.collect()
    }
}

/// Whether two of the rows may have the same key; `false` is certain, and cheap.
fn may_repeat(rows: &[Row]) -> bool {
    let mut seen = [0u64; 4];
    rows.iter().any(|row| {
        let (word, bit) = ((row.key() / u64::BITS) as usize % 4, 1 << (row.key() % u64::BITS));
        seen.get_mut(word).is_none_or(|word| {
            let again = *word & bit != 0;
            *word |= bit;
            again
        })
    })
}

/// Says how far it has come and nothing of what it holds, which may be secret.
impl std::fmt::Debug for DocumentBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DocumentBuilder")
            .field("rows", &(self.document.rows.len() + self.scratch.len()))
            .field("open", &self.frames.len())
            .finish_non_exhaustive()
    }
}
