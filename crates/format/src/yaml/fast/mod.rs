//! The YAML that configurations consist of, read in one pass straight into the document.
//!
//! The scanner decides only what it knows: for everything else, and for everything that is wrong, it says
//! [`Undecided`], and the full parser reads the text from its start. So it has no errors of its own, and what a scalar
//! means is told by [`scalar::plain`] for both. Where it decides, it says what the full parser says, to the byte of
//! every position.
//!
//! | module | productions of YAML 1.2.2 |
//! |---|---|
//! | [`characters`] | 1 to 3, 24 to 30, without NEL, LS, PS and a byte order mark inside |
//! | [`cursor`] | 31 to 33, 63 to 66, 69 to 81, 206: indentation, folding, comments, markers |
//! | [`plain`] | 126 to 135, without a `?`, `:` or tab as first character |
//! | [`quoted`] | 34 to 62 without surrogates, 107 to 125 |
//! | [`flow`] | 136 to 142, 144, 145, 147 to 149, 154 to 161, without `?`, empty keys and pairs in lists |
//! | [`block_scalar`] | 162 to 182, without tabs around the indentation |
//! | [`block`] | 105, 106, 183 to 188, 192 to 201, without `?` and empty keys |
//! | here | 202 to 205, 207, 208: one document |
//!
//! Anchors, aliases, tags and directives (82 to 104, 209) are left to the full parser, and so are merge keys, because
//! what they merge is an alias.

mod block;
mod block_scalar;
mod characters;
mod cursor;
mod flow;
mod plain;
mod quoted;

use enhanced_config_core::{BuildError, Document, DocumentBuilder, Kind, Problems};

use self::cursor::Cursor;
use super::output::build_scalar;
use super::problems::warn_leading_zero;
use super::scalar::{self, Oddity, Scalar};
use crate::parse::Reading;

/// The text has something that only the full parser knows, or something wrong.
#[derive(Debug)]
struct Undecided;

type Outcome<T> = Result<T, Undecided>;

impl From<BuildError> for Undecided {
    fn from(_: BuildError) -> Self {
        Undecided
    }
}

/// The document, with its warnings among those of the reading; `None` when the full parser must decide.
pub(super) fn read(reading: &mut Reading<'_>) -> Option<Document> {
    if !characters::are_known(reading.text) {
        return None;
    }
    let mut scanner = Scanner::new(reading);
    scanner.document().ok()?;
    let Scanner { builder, warnings, .. } = scanner;
    let document = builder.finish().ok()?;
    reading.warnings.extend(warnings);
    Some(document)
}

struct Scanner<'r, 'a> {
    reading: &'r Reading<'a>,
    cursor: Cursor<'a>,
    builder: DocumentBuilder,
    /// The open block maps and lists, the innermost last; flow ones are only known to the builder.
    levels: Vec<Level>,
    /// The position of the key or `-` of the innermost level that has no value so far.
    waiting: Option<u32>,
    /// Where scalars are put together that do not stand in the text as they are.
    scratch: String,
    warnings: Problems,
}

/// An open block map or list.
struct Level {
    /// The column of its keys or dashes.
    indent: usize,
    kind: Kind,
}

impl<'r, 'a> Scanner<'r, 'a> {
    fn new(reading: &'r Reading<'a>) -> Self {
        Self {
            reading,
            cursor: Cursor::new(reading.text),
            builder: reading.roomy_builder(),
            levels: Vec::new(),
            waiting: None,
            scratch: String::new(),
            warnings: Problems::new(),
        }
    }

    /// [207], [208] One document, bare or behind `---`, perhaps with `...` behind it.
    fn document(&mut self) -> Outcome<()> {
        let mut indent = self.cursor.next_line()?.ok_or(Undecided)?;
        if self.cursor.is_at_marker(b"---") {
            self.cursor.advance(3);
            self.cursor.end_of_line()?;
            indent = self.cursor.next_line()?.ok_or(Undecided)?;
        }
        match self.cursor.peek() {
            b'{' => {
                self.flow()?;
                self.cursor.end_of_line()?;
            }
            _ => self.root(indent)?,
        }
        self.end()
    }

    /// [204], [205] What may follow the root: `...`, and nothing but comments.
    fn end(&mut self) -> Outcome<()> {
        if self.cursor.next_line()?.is_some() {
            if !self.cursor.is_at_marker(b"...") {
                return Err(Undecided);
            }
            self.cursor.advance(3);
            self.cursor.end_of_line()?;
        }
        match self.cursor.next_line()? {
            None => Ok(()),
            Some(_) => Err(Undecided),
        }
    }

    /// Adds a plain scalar.
    #[inline]
    fn plain_scalar(&mut self, text: &str, position: u32) -> Outcome<()> {
        let scalar = match scalar::plain(text) {
            Ok(scalar) => scalar,
            Err(Oddity::LeadingZero) => {
                let origin = || self.reading.origin(position as usize);
                warn_leading_zero(&mut self.warnings, || self.builder.path(), origin);
                Scalar::Text
            }
            Err(_) => return Err(Undecided),
        };
        Ok(build_scalar(&mut self.builder, scalar, text, position)?)
    }

    /// Adds a key whose `:` is at `colon`. The full parser looks only so far for the colon of a key.
    #[inline]
    fn add_key(&mut self, key: &str, start: usize, colon: usize) -> Outcome<()> {
        if key.len().max(colon - start) > self.reading.options.limits.key_bytes {
            return Err(Undecided);
        }
        Ok(self.builder.key(key, start as u32)?)
    }
}
