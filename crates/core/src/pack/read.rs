use super::column::Column;
use super::{Expected, MAGIC, TRUE, UnpackError, VERSION, layers};
use crate::Document;
use crate::builder::MAX_DEPTH;
use crate::document::{FAR, MemberIndex, SCAN, gap_between};
use crate::keys::KeyTable;
use crate::row::{MAX_KEYS, MAX_ROWS, NO_KEY, Row, Tag, range_payload};

pub(super) fn unpack(bytes: &[u8]) -> Result<Document, UnpackError> {
    let mut parts = Parts(checked(bytes)?);
    let layers = layers::read(parts.next()?)?;
    let keys = read_keys(parts.next()?, parts.next_text()?)?;
    let mut reader = Reader::new(&mut parts, layers.len(), &keys)?;
    parts.0.finish()?;
    reader.values()?;
    reader.finish()?;
    reader.far_keys.sort_unstable_by_key(|&(row, _)| row);
    reader.far_keys.shrink_to_fit();
    let index = reader.index()?;
    let text = reader.text.to_owned();
    let Reader { rows, gaps, far_keys, .. } = reader;
    let mut document =
        Document { id: Document::next_id(), root: 0, rows, gaps, far_keys, keys, text, layers, index };
    document.shrink();
    Ok(document)
}

/// What is between the version and the checksum.
fn checked(bytes: &[u8]) -> Result<Column<'_>, UnpackError> {
    let (&version, body) =
        bytes.strip_prefix(MAGIC).and_then(<[u8]>::split_first).ok_or(UnpackError::NotPacked)?;
    if version != VERSION {
        return Err(UnpackError::Version(version));
    }
    let (body, checksum) = body.split_last_chunk().ok_or(UnpackError::Checksum)?;
    let before = bytes.len() - checksum.len();
    if bytes.get(..before).map(crc32fast::hash) != Some(u32::from_le_bytes(*checksum)) {
        return Err(UnpackError::Checksum);
    }
    Ok(Column::new(body))
}

struct Parts<'a>(Column<'a>);

impl<'a> Parts<'a> {
    fn next(&mut self) -> Result<Column<'a>, UnpackError> {
        let length = self.0.varint32()?;
        self.0.bytes(length as usize).map(Column::new)
    }

    fn next_text(&mut self) -> Result<&'a str, UnpackError> {
        str::from_utf8(self.next()?.left()).map_err(|_| UnpackError::Malformed("text that is not UTF-8"))
    }
}

fn read_keys(mut lengths: Column<'_>, text: &str) -> Result<KeyTable, UnpackError> {
    // All but one of them have a text, as they are distinct.
    let most = lengths.left().len().min(text.len() + 1).min(MAX_KEYS);
    let mut keys = KeyTable::with_capacity(most, text.len());
    let mut rest = text;
    while !lengths.is_empty() {
        let (key, after) = rest
            .split_at_checked(lengths.varint32()? as usize)
            .ok_or(UnpackError::Malformed("a key that ends inside a character or behind the text"))?;
        let number = keys.len() as u32;
        if keys.intern(key) != Some(number) {
            return Err(UnpackError::Malformed("a key that is there twice, or too many keys"));
        }
        rest = after;
    }
    Column::new(rest.as_bytes()).finish()?;
    Ok(keys)
}

struct Reader<'a> {
    key_table: &'a KeyTable,
    layers: usize,
    tags: Column<'a>,
    keys: Column<'a>,
    places: Column<'a>,
    gap_lengths: Column<'a>,
    counts: Column<'a>,
    lengths: Column<'a>,
    text: &'a str,
    numbers: Column<'a>,
    floats: Column<'a>,
    runs: Column<'a>,
    rows: Vec<Row>,
    gaps: Vec<u8>,
    far_keys: Vec<(u32, u32)>,
    /// First member and number of members of each map that needs an index, in ascending order.
    large_maps: Vec<(u32, u32)>,
    /// The first row that belongs to no list or map yet.
    free: usize,
    text_end: usize,
    expected: Expected,
    layer: u32,
    left_in_run: u32,
}

/// A list or map of which some members may still come.
struct Frame {
    next: usize,
    end: usize,
    is_map: bool,
    /// A bit for each key, keys sharing bits.
    key_bits: u64,
    first: usize,
}

impl Frame {
    fn new(first: usize, count: usize, is_map: bool) -> Self {
        Self { next: first, end: first + count, is_map, key_bits: 0, first }
    }
}

impl<'a> Reader<'a> {
    fn new(parts: &mut Parts<'a>, layers: usize, key_table: &'a KeyTable) -> Result<Self, UnpackError> {
        let (tags, keys, places) = (parts.next()?, parts.next()?, parts.next()?);
        let (gap_lengths, counts, lengths) = (parts.next()?, parts.next()?, parts.next()?);
        let (text, numbers, floats, runs) = (parts.next_text()?, parts.next()?, parts.next()?, parts.next()?);
        let values = tags.left().len();
        // A value is two bytes or more here, and 17 in memory.
        if values > MAX_ROWS || values > places.left().len() {
            return Err(UnpackError::Malformed("too many values"));
        }
        Ok(Self {
            key_table,
            layers,
            tags,
            keys,
            places,
            gap_lengths,
            counts,
            lengths,
            text,
            numbers,
            floats,
            runs,
            rows: vec![Row::null(); values],
            gaps: vec![0; values],
            far_keys: Vec::new(),
            large_maps: Vec::new(),
            free: 1,
            text_end: 0,
            expected: Expected::new(layers),
            layer: 0,
            left_in_run: 0,
        })
    }

    fn values(&mut self) -> Result<(), UnpackError> {
        let mut outer = Vec::new();
        let mut frame = Frame::new(0, 1, false);
        for &tag in self.tags.left() {
            while frame.next == frame.end {
                self.close(&frame)?;
                frame = outer.pop().ok_or(UnpackError::Malformed("values beside the root"))?;
            }
            if let Some(inner) = self.value(tag, &mut frame)? {
                if outer.len() == MAX_DEPTH {
                    return Err(UnpackError::Malformed("nested too deep"));
                }
                outer.push(std::mem::replace(&mut frame, inner));
            }
        }
        outer.push(frame);
        outer.iter().try_for_each(|frame| self.close(frame))
    }

    /// Reads one value into the next row of `frame`, and gives the frame of its own members.
    #[inline]
    fn value(&mut self, tag: u8, frame: &mut Frame) -> Result<Option<Frame>, UnpackError> {
        let (flags, tag) = (tag & TRUE, check_tag(tag)?);
        let layer = self.layer()?;
        let number = frame.next;
        frame.next += 1;
        let (key, position) = self.place(number, layer, frame)?;
        let mut inner = None;
        let mut end = position;
        let payload = match tag {
            Tag::Null => 0,
            Tag::Bool => u64::from(flags != 0),
            Tag::Int => self.numbers.signed()? as u64,
            Tag::Uint => self.unsigned()?,
            Tag::Float => self.float()?,
            Tag::String => {
                let (offset, length) = self.string()?;
                end = position.wrapping_add(length as u32);
                range_payload(offset, length)
            }
            Tag::List | Tag::Map => {
                let members = self.members(tag)?;
                let payload = range_payload(members.first, members.end - members.first);
                inner = Some(members);
                payload
            }
        };
        self.expected.end(layer, end);
        if let Some(row) = self.rows.get_mut(number) {
            *row = Row::new(tag, payload, position, layer, key);
        }
        Ok(inner)
    }

    #[inline]
    fn layer(&mut self) -> Result<u32, UnpackError> {
        while self.left_in_run == 0 {
            (self.layer, self.left_in_run) = (self.runs.varint32()?, self.runs.varint32()?);
            if self.layer as usize >= self.layers {
                return Err(UnpackError::Malformed("a layer that is not there"));
            }
        }
        self.left_in_run -= 1;
        Ok(self.layer)
    }

    /// The key of a value, and where the value stands.
    #[inline]
    fn place(&mut self, number: usize, layer: u32, frame: &mut Frame) -> Result<(u32, u32), UnpackError> {
        let key_position = self.places.distance(self.expected.place(layer))?;
        if !frame.is_map {
            return Ok((NO_KEY, key_position));
        }
        let key = self.keys.varint32()?;
        let length = self.key_table.length(key).ok_or(UnpackError::Malformed("a key that is not there"))?;
        frame.key_bits |= 1 << (key % 64);
        let position = self.gap_lengths.distance(key_position.wrapping_add(length))?;
        let gap = gap_between(key_position, position);
        if gap == FAR {
            self.far_keys.push((number as u32, key_position));
        }
        if let Some(place) = self.gaps.get_mut(number) {
            *place = gap;
        }
        Ok((key, position))
    }

    fn unsigned(&mut self) -> Result<u64, UnpackError> {
        let value = self.numbers.varint()?;
        match i64::try_from(value) {
            Err(_) => Ok(value),
            Ok(_) => Err(UnpackError::Malformed("a small integer written as a large one")),
        }
    }

    fn float(&mut self) -> Result<u64, UnpackError> {
        let bits = u64::from_le_bytes(self.floats.array()?);
        if f64::from_bits(bits).is_finite() {
            Ok(bits)
        } else {
            Err(UnpackError::Malformed("a float that is not finite"))
        }
    }

    #[inline]
    fn string(&mut self) -> Result<(usize, usize), UnpackError> {
        let (offset, length) = (self.text_end, self.lengths.varint32()? as usize);
        self.text_end = self.text_end.saturating_add(length);
        if self.text.is_char_boundary(self.text_end) {
            Ok((offset, length))
        } else {
            Err(UnpackError::Malformed("a string that ends inside a character or behind the text"))
        }
    }

    /// Sets rows aside for the members of a list or map.
    #[inline]
    fn members(&mut self, tag: Tag) -> Result<Frame, UnpackError> {
        let count = self.counts.varint32()? as usize;
        if count > self.rows.len() - self.free {
            return Err(UnpackError::Malformed("more members than values"));
        }
        let frame = Frame::new(self.free, count, tag == Tag::Map);
        self.free += count;
        if frame.is_map && count > SCAN {
            self.large_maps.push((frame.first as u32, count as u32));
        }
        Ok(frame)
    }

    /// Checks a list or map whose members have all come.
    fn close(&self, frame: &Frame) -> Result<(), UnpackError> {
        if frame.next != frame.end {
            return Err(UnpackError::Malformed("fewer values than members"));
        }
        let count = frame.end - frame.first;
        // As many bits as keys: no key is there twice. Large maps are checked with their index.
        if !frame.is_map || count > SCAN || frame.key_bits.count_ones() as usize == count {
            return Ok(());
        }
        let members = self.rows.get(frame.first..frame.end).unwrap_or_default();
        let twice = |(at, member): (usize, &Row)| {
            members.iter().take(at).any(|earlier| earlier.key() == member.key())
        };
        if members.iter().enumerate().any(twice) { Err(DUPLICATE) } else { Ok(()) }
    }
    /// Checks that all was used.
    fn finish(&self) -> Result<(), UnpackError> {
        let columns = [
            self.keys,
            self.places,
            self.gap_lengths,
            self.counts,
            self.lengths,
            self.numbers,
            self.floats,
            self.runs,
        ];
        columns.into_iter().try_for_each(Column::finish)?;
        let root_is_map = self.rows.first().is_some_and(|root| root.tag() == Tag::Map);
        if !root_is_map || self.left_in_run > 0 || self.text_end < self.text.len() {
            return Err(UnpackError::Malformed("values and columns do not match"));
        }
        Ok(())
    }

    fn index(&self) -> Result<MemberIndex, UnpackError> {
        let mut index = MemberIndex::with_room(self.large_maps.iter().map(|&(_, count)| count as usize));
        for &(first, count) in &self.large_maps {
            let rows = self.rows.get(..first as usize + count as usize).unwrap_or_default();
            if !index.add(first as usize, rows).is_empty() {
                return Err(DUPLICATE);
            }
        }
        Ok(index)
    }
}

const DUPLICATE: UnpackError = UnpackError::Malformed("a map that has a key twice");

fn check_tag(byte: u8) -> Result<Tag, UnpackError> {
    let tag = Tag::from_bits(byte);
    let flags = if tag == Tag::Bool { TRUE } else { 0 };
    if byte & !7 & !flags == 0 { Ok(tag) } else { Err(UnpackError::Malformed("an unknown kind of value")) }
}
