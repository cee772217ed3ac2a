use super::column::{push_distance, push_signed, push_varint};
use super::{Expected, MAGIC, TRUE, VERSION, layers};
use crate::Document;
use crate::row::{NO_KEY, Row, Tag};
use zlib_rs::crc32::crc32;

pub(super) fn pack(document: &Document) -> Vec<u8> {
    let mut packer = Packer::new(document);
    packer.value(document.root);
    packer.end_run();
    packer.columns.join(&layers::write(&document.layers))
}

struct Packer<'a> {
    document: &'a Document,
    columns: Columns,
    /// The new number of each key; keys are numbered anew as they appear, so that unused ones are left behind.
    key_numbers: Vec<u32>,
    keys: u32,
    expected: Expected,
    /// The layer of the values before, and how many they are.
    run: (u32, u64),
}

/// What is packed, but for the layers; see [the table](super).
#[derive(Default)]
pub(super) struct Columns {
    pub(super) key_lengths: Vec<u8>,
    pub(super) key_text: Vec<u8>,
    pub(super) tags: Vec<u8>,
    pub(super) keys: Vec<u8>,
    pub(super) places: Vec<u8>,
    pub(super) gaps: Vec<u8>,
    pub(super) counts: Vec<u8>,
    pub(super) lengths: Vec<u8>,
    pub(super) text: Vec<u8>,
    pub(super) numbers: Vec<u8>,
    pub(super) floats: Vec<u8>,
    pub(super) runs: Vec<u8>,
}

impl<'a> Packer<'a> {
    fn new(document: &'a Document) -> Self {
        Self {
            document,
            columns: Columns::default(),
            key_numbers: vec![NO_KEY; document.keys.len()],
            keys: 0,
            expected: Expected::new(document.layers.len()),
            run: (0, 0),
        }
    }

    fn value(&mut self, number: u32) {
        let row = self.document.row(number);
        let (first, size) = self.document.range(row);
        let tag = row.tag() as u8;
        self.layer(row.layer());
        self.place(number, row);
        self.columns.tags.push(if row.tag() == Tag::Bool && self.document.payload(row) != 0 {
            tag | TRUE
        } else {
            tag
        });
        match row.tag() {
            Tag::Null | Tag::Bool => {}
            Tag::Int => push_signed(&mut self.columns.numbers, self.document.payload(row) as i64),
            Tag::Uint => push_varint(&mut self.columns.numbers, self.document.payload(row)),
            Tag::Float => self.columns.floats.extend(self.document.payload(row).to_le_bytes()),
            Tag::String => {
                push_varint(&mut self.columns.lengths, size.into());
                self.columns.text.extend(self.document.slice(row).as_bytes());
            }
            Tag::List | Tag::Map => {
                push_varint(&mut self.columns.counts, size.into());
                (first..first + size).for_each(|member| self.value(member));
            }
        }
    }

    /// Its key, and where both stand.
    fn place(&mut self, number: u32, row: Row) {
        let expected = self.expected.place(row.layer()).unwrap_or_default();
        let length = if row.tag() == Tag::String { self.document.range(row).1 } else { 0 };
        self.expected.end(row.layer(), row.position.wrapping_add(length));
        if row.key() == NO_KEY {
            push_distance(&mut self.columns.places, expected, row.position);
            return;
        }
        let key_place = self.document.key_position(number);
        let key_end = key_place.wrapping_add(self.key(row.key()));
        push_distance(&mut self.columns.places, expected, key_place);
        push_distance(&mut self.columns.gaps, key_end, row.position);
    }

    /// Writes a key and gives its length.
    fn key(&mut self, id: u32) -> u32 {
        let key = self.document.keys.name(id);
        if let Some(number) = self.key_numbers.get_mut(id as usize) {
            if *number == NO_KEY {
                *number = self.keys;
                self.keys += 1;
                push_varint(&mut self.columns.key_lengths, key.len() as u64);
                self.columns.key_text.extend(key.as_bytes());
            }
            push_varint(&mut self.columns.keys, (*number).into());
        }
        key.len() as u32
    }

    fn layer(&mut self, layer: u32) {
        if layer != self.run.0 {
            self.end_run();
            self.run = (layer, 0);
        }
        self.run.1 += 1;
    }

    fn end_run(&mut self) {
        let (layer, values) = self.run;
        if values > 0 {
            push_varint(&mut self.columns.runs, layer.into());
            push_varint(&mut self.columns.runs, values);
        }
    }
}

impl Columns {
    /// The packed document.
    pub(super) fn join(&self, layers: &[u8]) -> Vec<u8> {
        seal([
            layers,
            &self.key_lengths,
            &self.key_text,
            &self.tags,
            &self.keys,
            &self.places,
            &self.gaps,
            &self.counts,
            &self.lengths,
            &self.text,
            &self.numbers,
            &self.floats,
            &self.runs,
        ])
    }
}

/// Puts the parts together, with what comes before and behind them.
fn seal(parts: [&[u8]; 13]) -> Vec<u8> {
    let mut out = Vec::with_capacity(8 + parts.iter().map(|part| part.len() + 5).sum::<usize>());
    out.extend(MAGIC);
    out.push(VERSION);
    for part in parts {
        push_varint(&mut out, part.len() as u64);
        out.extend(part);
    }
    let checksum = crc32(0, &out);
    out.extend(checksum.to_le_bytes());
    out
}
