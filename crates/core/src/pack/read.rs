use super::column::Column;
use super::{Expected, MAGIC, TRUE, UnpackError, VERSION, layers};
use crate::Document;
use crate::builder::MAX_DEPTH;
use crate::document::{FAR, MemberIndex, SCAN, gap_between};
use crate::keys::KeyTable;
use crate::row::{MAX_KEYS, MAX_ROWS, NO_KEY, Row, Tag, range_payload};
use zlib_rs::crc32::crc32;

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
    let Reader { rows, large, gaps, far_keys, .. } = reader;
    let mut document =
        Document { id: Document::next_id(), root: 0, rows, large, gaps, far_keys, keys, text, layers, index };
    document.shrink();
    Ok(document)
}

/// What is between the version and the checksum.
fn checked(bytes: &[u8]) -> Result<Column<'_>, UnpackError> {
    let version = bytes.strip_prefix(MAGIC).and_then(<[u8]>::first).ok_or(UnpackError::NotPacked)?;
    if *version != VERSION {
        return Err(UnpackError::Version(*version));
    }
    let (before, checksum) = bytes.split_last_chunk().ok_or(UnpackError::Checksum)?;
    if crc32(0, before) != u32::from_le_bytes(*checksum) {
        return Err(UnpackError::Checksum);
    }
    Ok(Column::new(before.get(MAGIC.len() + 1..).unwrap_or_default()))
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
    large: Vec<u64>,
    gaps: Vec<u8>,
    far_keys: Vec<(u32, u32)>,
    /// First member and number of members of each map that needs an index, in ascending order.
    large_maps: Vec<(u32, u32)>,
    /// The first row that belongs to no list or map yet.
    free: usize,
    text_end: usize,
    expected: Expected,
    frame: Frame,
    /// The frames around it.
    outer: Vec<Frame>,
}

/// A list or map of which some members may still come.
struct Frame {
    next: usize,
    end: usize,
    first: usize,
    is_map: bool,
    /// A bit for each key, some keys sharing bits, and whether one came twice: if not, no key did.
    key_bits: u64,
    shared_bit: bool,
}

impl Frame {
    fn new(first: usize, count: usize, is_map: bool) -> Self {
        Self { next: first, end: first + count, first, is_map, key_bits: 0, shared_bit: false }
    }
}

impl<'a> Reader<'a> {
    fn new(parts: &mut Parts<'a>, layers: usize, key_table: &'a KeyTable) -> Result<Self, UnpackError> {
        let (tags, keys, places) = (parts.next()?, parts.next()?, parts.next()?);
        let (gap_lengths, counts, lengths) = (parts.next()?, parts.next()?, parts.next()?);
        let (text, numbers, floats, runs) = (parts.next_text()?, parts.next()?, parts.next()?, parts.next()?);
        let values = tags.left().len();
        // A value is two bytes or more here, and 13 in memory; one of 21 is longer here, too.
        if values > MAX_ROWS || values > places.left().len() {
            return Err(UnpackError::Malformed("too many values"));
        }
        Ok(Self {
            key_table,
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
            large: Vec::new(),
            gaps: vec![0; values],
            far_keys: Vec::new(),
            large_maps: Vec::new(),
            free: 1,
            text_end: 0,
            expected: Expected::new(layers),
            frame: Frame::new(0, 1, false),
            outer: Vec::new(),
        })
    }

    fn values(&mut self) -> Result<(), UnpackError> {
        while !self.tags.is_empty() {
            let (layer, count) = (self.runs.varint32()?, self.runs.varint32()?);
            let tags = self.tags.bytes(count as usize)?;
            let mut end =
                self.expected.place(layer).ok_or(UnpackError::Malformed("a layer that is not there"))?;
            for &tag in tags {
                end = self.value(tag, layer, end)?;
            }
            self.expected.end(layer, end);
        }
        // There are as many rows as values, no row was set aside twice, and each value took one of those: all are
        // taken, and what is still open is complete.
        while !self.outer.is_empty() {
            self.close()?;
        }
        Ok(())
    }

    /// Reads one value into the next row of the frame; its key is expected at `end`, and its own end is given.
    #[inline]
    fn value(&mut self, tag: u8, layer: u32, end: u32) -> Result<u32, UnpackError> {
        while self.frame.next == self.frame.end {
            self.close()?;
        }
        let number = self.frame.next;
        self.frame.next += 1;
        let (flags, tag) = (tag & TRUE, check_tag(tag)?);
        let (key, position) = self.place(number, end)?;
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
            Tag::List | Tag::Map => self.open(tag)?,
        };
        if let Some(row) = self.rows.get_mut(number) {
            *row = Row::new(tag, payload, position, layer, key, &mut self.large);
        }
        Ok(end)
    }

    /// The key of a value, and where the value stands.
    #[inline]
    fn place(&mut self, number: usize, expected: u32) -> Result<(u32, u32), UnpackError> {
        let key_position = self.places.distance(expected)?;
        if !self.frame.is_map {
            return Ok((NO_KEY, key_position));
        }
        let key = self.keys.varint32()?;
        let length = self.key_table.length(key).ok_or(UnpackError::Malformed("a key that is not there"))?;
        let bit = 1 << (key % 64);
        self.frame.shared_bit |= self.frame.key_bits & bit != 0;
        self.frame.key_bits |= bit;
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

    /// Sets rows aside for the members of a list or map, which come next.
    #[inline]
    fn open(&mut self, tag: Tag) -> Result<u64, UnpackError> {
        let (first, count) = (self.free, self.counts.varint32()? as usize);
        if count > self.rows.len() - first {
            return Err(UnpackError::Malformed("more members than values"));
        }
        if self.outer.len() == MAX_DEPTH {
            return Err(UnpackError::Malformed("nested too deep"));
        }
        self.free += count;
        let frame = Frame::new(first, count, tag == Tag::Map);
        if frame.is_map && count > SCAN {
            self.large_maps.push((first as u32, count as u32));
        }
        self.outer.push(std::mem::replace(&mut self.frame, frame));
        Ok(range_payload(first, count))
    }

    /// Checks the list or map that the frame is of, and goes on with the one around it.
    #[inline]
    fn close(&mut self) -> Result<(), UnpackError> {
        let outer = self.outer.pop().ok_or(UnpackError::Malformed("values beside the root"))?;
        let frame = std::mem::replace(&mut self.frame, outer);
        // Large maps are checked with their index.
        if frame.shared_bit && frame.end - frame.first <= SCAN { self.no_key_twice(&frame) } else { Ok(()) }
    }

    #[cold]
    fn no_key_twice(&self, frame: &Frame) -> Result<(), UnpackError> {
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
        if !root_is_map || self.text_end < self.text.len() {
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

#[cfg(test)]
mod tests {
    use super::super::write::Columns;
    use super::*;

    /// The layers and columns of `{a: [null, true], b: {c: "xé", d: 1.5}}`.
    fn packed() -> (Vec<u8>, Columns) {
        let columns = Columns {
            key_lengths: vec![1; 4],
            key_text: b"abcd".to_vec(),
            tags: vec![7, 6, 0, 1 | TRUE, 7, 5, 4],
            keys: vec![0, 1, 2, 3],
            places: vec![0; 7],
            gaps: vec![0; 4],
            counts: vec![2, 2, 2],
            lengths: vec![3],
            text: "xé".as_bytes().to_vec(),
            numbers: vec![],
            floats: 1.5f64.to_bits().to_le_bytes().to_vec(),
            runs: vec![0, 7],
        };
        (b"\x01\x01\0\0\0n\0".to_vec(), columns)
    }

    fn read(change: impl FnOnce(&mut Columns)) -> Result<Document, UnpackError> {
        let (layers, mut columns) = packed();
        change(&mut columns);
        unpack(&columns.join(&layers))
    }

    fn read_layers(change: impl FnOnce(&mut Vec<u8>)) -> Result<Document, UnpackError> {
        let (mut layers, columns) = packed();
        change(&mut layers);
        unpack(&columns.join(&layers))
    }

    #[track_caller]
    fn refused(change: impl FnOnce(&mut Columns), expected: &'static str) {
        assert_eq!(read(change).unwrap_err(), UnpackError::Malformed(expected));
    }

    #[track_caller]
    fn layers_refused(change: impl FnOnce(&mut Vec<u8>), expected: &'static str) {
        assert_eq!(read_layers(change).unwrap_err(), UnpackError::Malformed(expected));
    }

    #[test]
    fn the_parts_make_a_document() {
        let document = read(|_| {}).unwrap();
        assert_eq!(document.get("a[1]").unwrap().as_bool(), Some(true));
        assert_eq!(document.get("b.c").unwrap().as_str(), Some("xé"));
        assert_eq!(document.get("b.d").unwrap().as_f64(), Some(1.5));
    }

    #[test]
    fn layers_that_no_document_has_are_refused() {
        layers_refused(|layers| layers[0] = 8, "an unknown layer kind");
        layers_refused(|layers| layers[5] = 0xff, "a name that is not UTF-8");
        layers_refused(|layers| layers[6] = 3, "unknown places of a layer");
        layers_refused(
            |layers| layers.splice(6.., *b"\x01\x01\0\0\0\x80\0\0\0\0").for_each(drop),
            "lines that no text has",
        );
        layers_refused(
            |layers| layers.splice(6.., *b"\x02\xff\xff\xff\xff").for_each(drop),
            "more variables than bytes",
        );
        layers_refused(|layers| layers.extend(b"\0\x01\0\0"), "a column ends early");
        layers_refused(|layers| *layers = layers.repeat(1025), "too many layers");
        layers_refused(|layers| layers.clear(), "a layer that is not there");
    }

    #[test]
    fn columns_that_belong_to_no_document_are_refused() {
        refused(|p| p.runs[0] = 1, "a layer that is not there");
        refused(|p| p.runs[1] = 6, "a column ends early");
        refused(|p| p.runs[1] = 8, "a column ends early");
        refused(|p| p.key_text = b"abca".to_vec(), "a key that is there twice, or too many keys");
        refused(|p| p.key_text = "abé".into(), "a key that ends inside a character or behind the text");
        refused(|p| p.key_text.truncate(3), "a key that ends inside a character or behind the text");
        refused(|p| p.key_text.push(b'e'), "a column goes on too long");
        refused(|p| p.key_text[0] = 0xff, "text that is not UTF-8");
        refused(|p| p.keys[3] = 4, "a key that is not there");
        refused(|p| p.keys[3] = 2, "a map that has a key twice");
        refused(|p| p.keys.push(0), "a column goes on too long");
        refused(|p| p.tags[0] = 6, "a column goes on too long");
        refused(|p| p.tags[2] = TRUE, "an unknown kind of value");
        refused(|p| p.tags[3] = 1 | 16, "an unknown kind of value");
        refused(|p| p.places.truncate(6), "too many values");
        refused(|p| p.places[6] = 0x80, "a column ends early");
        refused(
            |p| p.places.splice(6.., [0xff, 0xff, 0xff, 0xff, 0x1f]).for_each(drop),
            "a number is too large",
        );
        refused(|p| p.gaps.truncate(3), "a column ends early");
        refused(|p| p.counts[0] = 1, "values beside the root");
        refused(|p| p.counts[1] = 3, "more members than values");
        refused(|p| p.counts[2] = 3, "more members than values");
        refused(|p| p.counts.push(0), "a column goes on too long");
        refused(|p| p.lengths[0] = 2, "a string that ends inside a character or behind the text");
        refused(|p| p.lengths[0] = 4, "a string that ends inside a character or behind the text");
        refused(|p| p.text.push(b'x'), "values and columns do not match");
        refused(|p| p.text[1] = b'x', "text that is not UTF-8");
        refused(|p| p.floats = f64::NAN.to_bits().to_le_bytes().into(), "a float that is not finite");
        refused(|p| p.floats.truncate(7), "a column ends early");
        refused(|p| (p.tags[2], p.numbers) = (3, vec![1]), "a small integer written as a large one");
        refused(|p| (p.tags[2], p.numbers) = (2, vec![0xff; 9]), "a column ends early");
        refused(|p| (p.tags[2], p.numbers) = (2, vec![0xff; 10]), "a number is too large");
    }

    #[test]
    fn an_empty_or_scalar_root_is_refused() {
        let only = |tags: &[u8], counts: &[u8]| {
            let (layers, _) = packed();
            let columns = Columns {
                tags: tags.to_vec(),
                places: vec![0; tags.len()],
                counts: counts.to_vec(),
                runs: vec![0, tags.len() as u8],
                ..Columns::default()
            };
            unpack(&columns.join(&layers))
        };
        let mismatch = UnpackError::Malformed("values and columns do not match");
        assert!(only(&[7], &[0]).is_ok());
        assert_eq!(only(&[6], &[0]).unwrap_err(), mismatch);
        assert_eq!(only(&[0], &[]).unwrap_err(), mismatch);
        assert!(only(&[], &[]).is_err());
        assert_eq!(only(&[7, 7], &[0, 0]).unwrap_err(), UnpackError::Malformed("values beside the root"));
    }

    #[test]
    fn levels_below_the_deepest_are_refused() {
        let nested = |levels: usize| {
            read(|p| {
                p.tags = [vec![7], vec![6; levels - 1]].concat();
                p.counts = [vec![1; levels - 1], vec![0]].concat();
                p.places = vec![0; levels];
                (p.keys, p.gaps) = (vec![0], vec![0]);
                (p.lengths, p.text, p.floats) = (vec![], vec![], vec![]);
                p.runs = vec![0, (levels & 0x7f) as u8 | 0x80, (levels >> 7) as u8];
            })
        };
        assert!(nested(MAX_DEPTH).is_ok());
        assert_eq!(nested(MAX_DEPTH + 1).unwrap_err(), UnpackError::Malformed("nested too deep"));
    }

    #[test]
    fn a_key_that_a_large_map_has_twice_is_refused() {
        let large = |keys: Vec<u8>| {
            read(|p| {
                let count = keys.len();
                (p.key_lengths, p.key_text) = (vec![1; count], (b'A'..).take(count).collect());
                p.tags = [vec![7], vec![0; count]].concat();
                (p.counts, p.places, p.gaps) = (vec![count as u8], vec![0; count + 1], vec![0; count]);
                (p.lengths, p.text, p.floats) = (vec![], vec![], vec![]);
                p.runs = vec![0, count as u8 + 1];
                p.keys = keys;
            })
        };
        assert!(large((0..40).collect()).is_ok());
        assert_eq!(large((0..39).chain([5]).collect()).unwrap_err(), DUPLICATE);
    }
}
