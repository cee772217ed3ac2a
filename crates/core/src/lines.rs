use std::fmt;
use std::sync::OnceLock;

/// A place in a text, as an editor shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters (Unicode scalar values).
    pub column: u32,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Turns byte offsets into lines and columns long after the text itself is gone.
///
/// Two strings of varints: the length of every line, about a byte a line; and for every character of more than one
/// byte its distance from the one before, about a byte a character and nothing at all for ASCII text. A look-up
/// walks them from the nearest mark; the marks are set when somebody asks for a place for the first time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LineTable {
    lines: Deltas,
    wide: Deltas,
}

impl LineTable {
    /// Reads the lines of `text`. A line ends at `\n`; the `\r` of a CRLF belongs to its line.
    pub(crate) fn new(text: &str) -> Self {
        let mut table = Builder { lines: Vec::with_capacity(text.len() / 16), ..Builder::default() };
        let (blocks, rest) = text.as_bytes().as_chunks::<BLOCK>();
        for (number, block) in blocks.iter().enumerate() {
            table.add(number * BLOCK, block);
        }
        let mut last = [0; BLOCK];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        table.add(blocks.len() * BLOCK, &last);
        Self { lines: Deltas::new(table.lines, 0), wide: Deltas::new(table.wide, WIDE_SHIFT) }
    }

    /// The two strings, for [`from_parts`](Self::from_parts).
    pub(crate) fn parts(&self) -> (&[u8], &[u8]) {
        (&self.lines.codes, &self.wide.codes)
    }

    /// Takes what [`parts`](Self::parts) gave; `None` when there cannot be a text with such lines.
    pub(crate) fn from_parts(lines: &[u8], wide: &[u8]) -> Option<Self> {
        let whole = |bytes: &[u8]| bytes.last().is_none_or(|last| *last < 0x80);
        let end: u64 = Varints(lines).map(u64::from).sum();
        // Wide characters do not overlap: each starts where the one before ends, or later.
        let mut codes = Varints(wide);
        let places = codes.try_fold((0u32, 0u32), |(at, free), code| {
            let at = at.checked_add(code >> WIDE_SHIFT)?;
            (at >= free && code & 3 > 0).then_some((at, at.checked_add(code & 3)?.checked_add(1)?))
        });
        let fits = whole(lines) && whole(wide) && end <= u32::MAX.into() && places.is_some();
        fits.then(|| Self {
            lines: Deltas::new(lines.to_vec(), 0),
            wide: Deltas::new(wide.to_vec(), WIDE_SHIFT),
        })
    }

    /// Bytes on the heap, those that the marks may yet take included.
    pub(crate) fn heap_bytes(&self) -> usize {
        [&self.lines, &self.wide].map(|deltas| deltas.heap_bytes()).iter().sum()
    }

    /// The line and column of the byte at `offset`, which may be the end of the text.
    pub(crate) fn locate(&self, offset: u32) -> Location {
        let Mark { mut number, mut place, .. } = self.lines.mark_before(offset);
        for length in self.lines.after(offset) {
            if offset - place < length {
                break;
            }
            place += length;
            number += 1;
        }
        let (line, start) = (number + 1, place);
        let column = (offset - start - self.extra_bytes(start, offset)).saturating_add(1);
        Location { line, column }
    }

    /// How many bytes between two offsets continue a character.
    fn extra_bytes(&self, from: u32, to: u32) -> u32 {
        // A mark stands on a character, which must not be the first one of the line.
        let before = from.saturating_sub(1);
        let (mut at, mut extra) = (self.wide.mark_before(before).place, 0);
        for code in self.wide.after(before) {
            at += code >> WIDE_SHIFT;
            if at >= to {
                break;
            }
            if at >= from {
                extra += (code & 3).min(to - at);
            }
        }
        extra
    }
}

/// The low bits of a wide character's code say how many bytes continue it.
const WIDE_SHIFT: u32 = 2;

/// Varints that each say how far the next place is from the one before.
#[derive(Debug, Clone, Default)]
struct Deltas {
    codes: Vec<u8>,
    /// The low bits of a code that do not belong to the distance.
    shift: u32,
    marks: OnceLock<Box<[Mark]>>,
}

/// A place on the way through [`Deltas`].
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    /// Where the next code is.
    code: usize,
    /// How many codes come before it.
    number: u32,
    /// The sum of their distances.
    place: u32,
}

impl Deltas {
    /// Codes between two marks.
    const STRIDE: u32 = 1024;

    fn new(mut codes: Vec<u8>, shift: u32) -> Self {
        crate::document::shrink(&mut codes);
        Self { codes, shift, marks: OnceLock::new() }
    }

    fn heap_bytes(&self) -> usize {
        // A code is a byte at least.
        self.codes.capacity() + self.codes.len() / Self::STRIDE as usize * size_of::<Mark>()
    }

    /// The last mark at or before `offset`.
    fn mark_before(&self, offset: u32) -> Mark {
        let marks = self.marks.get_or_init(|| self.set_marks());
        let after = marks.partition_point(|mark| mark.place <= offset);
        after.checked_sub(1).and_then(|at| marks.get(at)).copied().unwrap_or_default()
    }

    /// The codes behind that mark.
    fn after(&self, offset: u32) -> Varints<'_> {
        Varints(self.codes.get(self.mark_before(offset).code..).unwrap_or_default())
    }

    fn set_marks(&self) -> Box<[Mark]> {
        let mut marks = Vec::new();
        let mut mark = Mark::default();
        let mut codes = Varints(&self.codes);
        while let Some(code) = codes.next() {
            mark.number += 1;
            mark.place = mark.place.saturating_add(code >> self.shift);
            mark.code = self.codes.len() - codes.0.len();
            if mark.number % Self::STRIDE == 0 {
                marks.push(mark);
            }
        }
        marks.into()
    }
}

/// The marks follow from the codes.
impl PartialEq for Deltas {
    fn eq(&self, other: &Self) -> bool {
        self.codes == other.codes
    }
}

impl Eq for Deltas {}

/// Every text that is loaded passes here, so that blocks of it are looked at together.
#[derive(Default)]
struct Builder {
    lines: Vec<u8>,
    line_start: usize,
    wide: Vec<u8>,
    last_wide: usize,
}

const BLOCK: usize = 64;

impl Builder {
    #[inline]
    fn add(&mut self, start: usize, block: &[u8; BLOCK]) {
        let mut ends = line_ends(block);
        while ends != 0 {
            let next = start + ends.trailing_zeros() as usize + 1;
            push_varint(&mut self.lines, (next - self.line_start) as u32);
            self.line_start = next;
            ends &= ends - 1;
        }
        if !block.is_ascii() {
            self.add_wide(start, block);
        }
    }

    #[cold]
    fn add_wide(&mut self, start: usize, block: &[u8; BLOCK]) {
        for (at, byte) in (start..).zip(block) {
            // The first byte of a character says how many follow; those look like `0b10…`.
            if *byte >= 0b1100_0000 {
                let continues = byte.leading_ones().saturating_sub(1);
                push_varint(&mut self.wide, ((at - self.last_wide) as u32) << WIDE_SHIFT | continues);
                self.last_wide = at;
            }
        }
    }
}

/// A bit for every byte that is `\n`, the first byte's the lowest.
fn line_ends(block: &[u8; BLOCK]) -> u64 {
    /// Moves the lowest bit of each byte to the highest byte, side by side.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let found = block.map(|byte| u8::from(byte == b'\n'));
    let (words, _) = found.as_chunks::<8>();
    words.iter().rev().fold(0, |bits, word| bits << 8 | u64::from_le_bytes(*word).wrapping_mul(GATHER) >> 56)
}

fn push_varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

struct Varints<'a>(&'a [u8]);

impl Iterator for Varints<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (mut value, mut shift) = (0u32, 0);
        loop {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u32::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte < 0x80 {
                return Some(value);
            }
            shift += 7;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The obvious way, with the text at hand.
    fn naive(text: &str, offset: usize) -> Location {
        let before = &text[..offset];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        Location {
            line: before.matches('\n').count() as u32 + 1,
            column: before[start..].chars().count() as u32 + 1,
        }
    }

    proptest! {
        #[test]
        fn agrees_with_counting(text in "[a-c\n\r\u{e9}\u{540d}\u{1f600}]{0,300}") {
            let table = LineTable::new(&text);
            for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                prop_assert_eq!(table.locate(offset as u32), naive(&text, offset));
            }
        }
    }

    #[test]
    fn long_texts_are_located_from_their_marks() {
        for line in ["\n", "ab\n", "\u{540d}\n", "a\u{e9}\u{1f600} b\n", "\u{e9}"] {
            let text = line.repeat(5000);
            let table = LineTable::new(&text);
            let places = text.char_indices().filter(|(at, _)| at % 97 < 3 || text.len() - at < 9);
            for (offset, _) in places.chain([(text.len(), ' ')]) {
                assert_eq!(table.locate(offset as u32), naive(&text, offset), "{line:?} {offset}");
            }
        }
    }

    #[test]
    fn long_lines_and_offsets_past_the_end_do_not_panic() {
        let table = LineTable::new(&"x".repeat(100_000));
        assert_eq!(table.locate(99_999), Location { line: 1, column: 100_000 });
        assert_eq!(LineTable::default().locate(7), Location { line: 1, column: 8 });
        assert_eq!(LineTable::default().locate(u32::MAX), Location { line: 1, column: u32::MAX });
    }
}
