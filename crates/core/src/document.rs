use std::fmt;
use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::RandomState;

use crate::keys::KeyTable;
use crate::row::{MAX_LAYERS, Row, Tag, range_payload};
use crate::{KeyPath, Layer, NodeRef};

/// A configuration as one flat, immutable table: parsed once, read in place.
///
/// Every value is a row of 12 bytes that knows its key, its layer and its position there; the children of a map or
/// list stand side by side, in the order of their source. Texts and keys live in one string each, so that a document
/// is a few allocations however large it is.
///
/// The root is always a map. Read it through [`Document::root`], a [`NodeRef`].
///
/// ```
/// use enhanced_config_core::{DocumentBuilder, Layer, LayerKind};
/// let mut builder = DocumentBuilder::new(Layer::new(LayerKind::Defaults, "defaults"));
/// builder.open_map(0)?;
/// builder.key("port", 0)?;
/// builder.integer(8080, 0)?;
/// builder.close()?;
/// let document = builder.finish()?;
/// assert_eq!(document.root().get("port").and_then(|port| port.as_i64()), Some(8080));
/// # Ok::<(), enhanced_config_core::BuildError>(())
/// ```
#[derive(Clone)]
pub struct Document {
    pub(crate) id: u64,
    pub(crate) root: u32,
    pub(crate) rows: Vec<Row>,
    /// Payloads that a row has no room for.
    pub(crate) large: Vec<u64>,
    /// For each row the distance from its key to its value, in bytes: 0 without a key of its own place, and
    /// [`FAR`] when the distance is looked up in `far_keys`.
    pub(crate) gaps: Vec<u8>,
    /// Row and position of the key, for distances of [`FAR`] and more; ascending.
    pub(crate) far_keys: Vec<(u32, u32)>,
    pub(crate) keys: KeyTable,
    pub(crate) text: String,
    pub(crate) layers: Vec<Layer>,
    pub(crate) index: MemberIndex,
}

pub(crate) const FAR: u8 = u8::MAX;

/// For maps of more than [`SCAN`] members: where each key is.
///
/// Every such map has an open-addressed table of its own, which is never more than three quarters full. Its slots are
/// hashed with a seed of this process, so that a file cannot be written to make its members collide.
#[derive(Clone, Default)]
pub(crate) struct MemberIndex {
    /// First child of the map, and where its table starts in `slots`; ascending by the first child.
    pub(crate) maps: Vec<(u32, u32)>,
    /// Rows, or [`FREE`].
    pub(crate) slots: Vec<u32>,
    hasher: RandomState,
}

const FREE: u32 = u32::MAX;

impl MemberIndex {
    /// With room for maps of so many members.
    pub(crate) fn with_room(counts: impl Iterator<Item = usize>) -> Self {
        let mut index = Self::default();
        index.slots.reserve_exact(counts.map(slots_for).sum());
        index
    }

    /// Notes a map whose members are the last of `rows`, from `first` on. Gives the pairs of members that have the
    /// same key, of which only the first can be found.
    #[must_use]
    pub(crate) fn add(&mut self, first: usize, rows: &[Row]) -> Vec<(u32, u32)> {
        let members = rows.get(first..).unwrap_or_default();
        let table = self.slots.len();
        self.slots.resize(table + slots_for(members.len()), FREE);
        self.maps.push((first as u32, table as u32));
        let table = self.slots.get_mut(table..).unwrap_or_default();
        let mut duplicates = Vec::new();
        for (row, member) in (first as u32..).zip(members) {
            match probe(&self.hasher, table, rows, member.key()) {
                Ok(earlier) => duplicates.push((earlier, row)),
                Err(slot) => table.iter_mut().skip(slot).take(1).for_each(|free| *free = row),
            }
        }
        duplicates
    }

    #[inline]
    fn find(&self, (first, count): (u32, u32), rows: &[Row], key: u32) -> Option<u32> {
        let at = self.maps.binary_search_by_key(&first, |&(first, _)| first).ok()?;
        let (_, start) = *self.maps.get(at)?;
        let table = self.slots.get(start as usize..)?.get(..slots_for(count as usize))?;
        probe(&self.hasher, table, rows, key).ok()
    }
}

fn slots_for(members: usize) -> usize {
    (members + members.div_ceil(3)).next_power_of_two()
}

/// The row that has `key`, or the slot where it belongs.
#[inline]
fn probe(hasher: &RandomState, table: &[u32], rows: &[Row], key: u32) -> Result<u32, usize> {
    let mask = table.len() - 1;
    let mut slot = hasher.hash_one(key) as usize & mask;
    loop {
        match table.get(slot) {
            Some(&FREE) | None => return Err(slot),
            Some(&row) if rows.get(row as usize).is_some_and(|row| row.key() == key) => return Ok(row),
            Some(_) => slot = (slot + 1) & mask,
        }
    }
}

/// Up to this many members, a scan of the rows beats a binary search.
pub(crate) const SCAN: usize = 16;

impl Document {
    /// The root, which is a map.
    #[inline]
    pub fn root(&self) -> NodeRef<'_> {
        NodeRef::new(self, self.root)
    }

    /// The same document, each of its layers under another name: for a copy, whose places are those of the original.
    #[must_use]
    pub fn with_layer_names(mut self, name: impl Fn(&Layer) -> String) -> Self {
        self.layers.iter_mut().for_each(|layer| *layer = layer.renamed(name(layer)));
        self
    }

    /// The value at a path.
    pub fn at(&self, path: &KeyPath) -> Option<NodeRef<'_>> {
        self.root().at(path)
    }

    /// The value at a path in dotted notation; `None` also when the path cannot be read.
    #[inline]
    pub fn get(&self, path: &str) -> Option<NodeRef<'_>> {
        self.root().find(path)
    }

    /// The layers that values of this document refer to, in the order in which they were added.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// How many values it holds, maps and lists among them.
    pub fn values(&self) -> usize {
        self.rows.len()
    }

    /// Bytes on the heap, without the layers, which documents share.
    pub fn heap_bytes(&self) -> usize {
        self.rows.capacity() * size_of::<Row>()
            + self.large.capacity() * size_of::<u64>()
            + self.gaps.capacity()
            + self.far_keys.capacity() * size_of::<(u32, u32)>()
            + self.keys.heap_bytes()
            + self.text.capacity()
            + self.layers.capacity() * size_of::<Layer>()
            + self.index.maps.capacity() * size_of::<(u32, u32)>()
            + self.index.slots.capacity() * size_of::<u32>()
    }

    /// Tells documents apart, for what is cached about one of them; never used twice in a process.
    pub(crate) fn next_id() -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        NEXT.fetch_add(1, Ordering::Relaxed)
    }

    /// Gives back what was reserved and not used.
    pub(crate) fn shrink(&mut self) {
        shrink(&mut self.rows);
        shrink(&mut self.large);
        shrink(&mut self.gaps);
        shrink(&mut self.far_keys);
        self.keys.shrink();
        shrink_text(&mut self.text);
        shrink(&mut self.layers);
        shrink(&mut self.index.maps);
        shrink(&mut self.index.slots);
    }

    #[inline]
    pub(crate) fn row(&self, row: u32) -> Row {
        // Rows are numbered by the builder, which never hands out one that is not there.
        self.rows.get(row as usize).copied().unwrap_or(NULL_ROW)
    }

    #[inline]
    pub(crate) fn payload(&self, row: Row) -> u64 {
        row.payload(&self.large)
    }

    /// `(offset, length)` of a string, `(first, count)` of a list or map.
    #[inline]
    pub(crate) fn range(&self, row: Row) -> (u32, u32) {
        row.range(&self.large)
    }

    /// The rows of the members of a list or map.
    #[inline]
    pub(crate) fn members(&self, row: Row) -> Range<u32> {
        let (first, count) = self.range(row);
        first..first + count
    }

    #[inline]
    pub(crate) fn slice(&self, row: Row) -> &str {
        let (offset, length) = self.range(row);
        self.text.get(offset as usize..offset as usize + length as usize).unwrap_or_default()
    }

    /// The number of a layer, which is added where it is not known yet; `None` when there are too many.
    pub(crate) fn layer_number(&mut self, layer: &Layer) -> Option<u32> {
        if let Some(known) = self.layers.iter().position(|known| known == layer) {
            return Some(known as u32);
        }
        let new = self.layers.len();
        (new < MAX_LAYERS).then(|| {
            self.layers.push(layer.clone());
            new as u32
        })
    }

    /// Adds a text behind all others, and gives what the row of a string refers to it by; `None` when there is too much.
    pub(crate) fn push_text(&mut self, text: &str) -> Option<u64> {
        let offset = self.text.len();
        (offset + text.len() <= u32::MAX as usize).then(|| {
            self.text.push_str(text);
            range_payload(offset, text.len())
        })
    }

    /// Adds a row whose key stands at `key_position`.
    #[inline]
    pub(crate) fn push_row(&mut self, row: Row, key_position: u32) {
        let gap = gap_between(key_position, row.position);
        if gap == FAR {
            self.far_keys.push((self.rows.len() as u32, key_position));
        }
        self.rows.push(row);
        self.gaps.push(gap);
    }

    /// Replaces a row by one whose key stands at `key_position`.
    pub(crate) fn set_row(&mut self, at: u32, row: Row, key_position: u32) {
        let gap = gap_between(key_position, row.position);
        let far = self.far_keys.binary_search_by_key(&at, |&(row, _)| row);
        match (far, gap == FAR) {
            (Err(_), false) => {}
            (Err(free), true) => self.far_keys.insert(free, (at, key_position)),
            (Ok(known), false) => drop(self.far_keys.remove(known)),
            (Ok(known), true) => {
                if let Some(entry) = self.far_keys.get_mut(known) {
                    entry.1 = key_position;
                }
            }
        }
        if let (Some(old), Some(old_gap)) = (self.rows.get_mut(at as usize), self.gaps.get_mut(at as usize)) {
            (*old, *old_gap) = (row, gap);
        }
    }

    /// Where the key of `row` stands; the value's own place when the key has none.
    pub(crate) fn key_position(&self, row: u32) -> u32 {
        let position = self.row(row).position;
        match self.gaps.get(row as usize) {
            Some(&FAR) => match self.far_keys.binary_search_by_key(&row, |&(row, _)| row) {
                Ok(at) => self.far_keys.get(at).map_or(position, |&(_, key)| key),
                Err(_) => position,
            },
            Some(&gap) => position.wrapping_sub(gap.into()),
            None => position,
        }
    }

    /// The member of the map `row` that has the key numbered `key`.
    #[inline]
    pub(crate) fn member(&self, map: Row, key: u32) -> Option<u32> {
        if map.tag() != Tag::Map {
            return None;
        }
        let (first, count) = self.range(map);
        if count as usize > SCAN {
            return self.index.find((first, count), &self.rows, key);
        }
        let members = self.rows.get(first as usize..first as usize + count as usize)?;
        members.iter().position(|row| row.key() == key).map(|at| first + at as u32)
    }
}

/// The distance from a key to its value, or [`FAR`].
#[inline]
pub(crate) fn gap_between(key_position: u32, position: u32) -> u8 {
    u8::try_from(position.wrapping_sub(key_position)).unwrap_or(FAR)
}

const NULL_ROW: Row = Row::null();

/// Fewer unused bytes stay: an allocator that has to cut them off cannot hand out the block as it was the next time,
/// which took a sixth of the time to read a small text.
const FEW_BYTES: usize = 512;

/// Gives back what was reserved and not used.
pub(crate) fn shrink<T>(vec: &mut Vec<T>) {
    if is_wasteful(vec.len() * size_of::<T>(), vec.capacity() * size_of::<T>()) {
        vec.shrink_to_fit();
    }
}

/// Gives back what was reserved and not used.
pub(crate) fn shrink_text(text: &mut String) {
    if is_wasteful(text.len(), text.capacity()) {
        text.shrink_to_fit();
    }
}

/// Whether what is reserved and not used is worth a trip to the allocator.
fn is_wasteful(used: usize, reserved: usize) -> bool {
    reserved - used > FEW_BYTES.min(used / 64 + 280)
}

/// Says how large the document is and nothing of what it holds, which may be secret.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("rows", &self.rows.len())
            .field("keys", &self.keys.len())
            .field("layers", &self.layers)
            .finish_non_exhaustive()
    }
}

/// Equal data: same keys in any order, same values, wherever they came from.
///
/// `1` and `1.0` differ, as do `0.0` and `-0.0`: they are written differently.
impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.root() == other.root()
    }
}
