//! JSON (RFC 8259), strictly, straight into a document.
//!
//! One pass over the bytes, without recursion: the builder knows what is open. What makes the text unreadable ends the
//! pass; a number out of range is noted, as is a duplicate key, and the pass goes on.

pub(crate) mod comments;
mod cursor;
mod diagnose;
mod fault;
mod number;
mod string;

use enhanced_config_core::{BuildError, Document, DocumentBuilder, Kind, ProblemKind, Problems};

use self::cursor::Cursor;
use self::diagnose::{Open, Wanted};
use self::fault::{Fault, Outcome};
use self::number::Number;
use crate::parse::{Reading, add};

pub(crate) fn read(reading: &mut Reading<'_>) -> Result<Document, Problems> {
    let mut scanner = Scanner::new(reading);
    scanner.cursor.token();
    if scanner.cursor.is_at_end() {
        return reading.empty();
    }
    let root = scanner.cursor.at();
    match scanner.text() {
        Ok(()) => scanner.finish(root),
        Err(fault) => {
            scanner.problems.extend(fault.into_problems(reading));
            Err(scanner.problems)
        }
    }
}

/// How many numbers out of range are noted; a file with more is not mended number by number.
const MOST_PROBLEMS: usize = 100;

struct Scanner<'r, 'a> {
    reading: &'r Reading<'a>,
    cursor: Cursor<'a>,
    builder: DocumentBuilder,
    /// Where strings with escapes are put together.
    unescaped: String,
    problems: Problems,
}

impl<'r, 'a> Scanner<'r, 'a> {
    fn new(reading: &'r Reading<'a>) -> Self {
        Self {
            reading,
            cursor: Cursor::new(reading.text),
            builder: reading.roomy_builder(),
            unescaped: String::new(),
            problems: Problems::new(),
        }
    }

    fn text(&mut self) -> Outcome<()> {
        let mut opened = self.value()?;
        while let Some((kind, _)) = self.builder.innermost() {
            opened = self.member_or_end(kind == Kind::Map, opened)?;
        }
        self.cursor.token();
        if self.cursor.is_at_end() { Ok(()) } else { Err(self.unexpected(Wanted::End)) }
    }

    /// Reads a member of the innermost map or list, or its end; whether the member is a map or list, now open.
    #[inline]
    fn member_or_end(&mut self, in_map: bool, first: bool) -> Outcome<bool> {
        match (self.cursor.token(), in_map) {
            (b'}', true) | (b']', false) => return self.close(),
            _ if first => {}
            (b',', _) => self.cursor.step(),
            _ => return Err(self.unexpected(Wanted::CommaOrEnd)),
        }
        if in_map {
            self.key()?;
        }
        self.value()
    }

    /// Reads a key and its colon.
    #[inline]
    fn key(&mut self) -> Outcome<()> {
        if self.cursor.token() != b'"' {
            return Err(self.unexpected(Wanted::Key));
        }
        let at = self.cursor.at();
        let key = self.cursor.string(&mut self.unescaped)?;
        if key.len() > self.reading.options.limits.key_bytes {
            return Err(Fault::long_key(at));
        }
        self.builder.key(key, at as u32).map_err(|error| Fault::refused(error, at))?;
        if self.cursor.token() != b':' {
            return Err(self.unexpected(Wanted::Colon));
        }
        self.cursor.step();
        Ok(())
    }

    /// Reads a scalar, or the opening of a map or list; whether it was an opening.
    #[inline]
    fn value(&mut self) -> Outcome<bool> {
        let token = self.cursor.token();
        let at = self.cursor.at();
        let position = at as u32;
        let added = match token {
            b'"' => self.builder.string(self.cursor.string(&mut self.unescaped)?, position),
            b'{' | b'[' => return self.open(token == b'{', at),
            b'-' | b'0'..=b'9' => match self.cursor.number()? {
                Number::Integer(value) => self.builder.integer(value, position),
                Number::Unsigned(value) => self.builder.unsigned(value, position),
                Number::Float(value) => self.builder.float(value, position),
                Number::OutOfRange(expected) => self.out_of_range(expected, at),
            },
            b't' if self.cursor.word("true") => self.builder.bool(true, position),
            b'f' if self.cursor.word("false") => self.builder.bool(false, position),
            b'n' if self.cursor.word("null") => self.builder.null(position),
            _ => return Err(self.unexpected(Wanted::Value)),
        };
        added.map_err(|error| Fault::refused(error, at))?;
        Ok(false)
    }

    fn open(&mut self, map: bool, at: usize) -> Outcome<bool> {
        let position = at as u32;
        let opened = if map { self.builder.open_map(position) } else { self.builder.open_list(position) };
        opened.map_err(|error| Fault::refused(error, at))?;
        self.cursor.step();
        Ok(true)
    }

    fn close(&mut self) -> Outcome<bool> {
        self.builder.close().map_err(|error| Fault::refused(error, self.cursor.at()))?;
        self.cursor.step();
        Ok(false)
    }

    /// Notes a number that cannot be held, and puts `null` in its place.
    #[cold]
    fn out_of_range(&mut self, expected: &'static str, at: usize) -> Result<(), BuildError> {
        add(&mut self.problems, MOST_PROBLEMS, || {
            let problem = self.reading.error(ProblemKind::NumberRange { expected }, at);
            problem.with_path(self.builder.path())
        });
        self.builder.null(at as u32)
    }

    #[cold]
    fn unexpected(&self, wanted: Wanted) -> Box<Fault> {
        let open =
            self.builder.innermost().map(|(kind, at)| Open { at: at as usize, map: kind == Kind::Map });
        diagnose::unexpected(self.reading.text, self.cursor.at(), wanted, open)
    }

    /// The document, unless the root, which stands at `at`, is not a map.
    fn finish(mut self, at: usize) -> Result<Document, Problems> {
        match self.root_kind(at) {
            Kind::Null => return self.reading.empty(),
            Kind::Map => match self.builder.finish() {
                Ok(document) if self.problems.is_empty() => return Ok(document),
                Ok(_) => {}
                Err(error) => self.problems.extend(self.reading.refused(error, at)),
            },
            found => self.problems.push(self.reading.error(ProblemKind::Root { found }, at)),
        }
        Err(self.problems)
    }

    fn root_kind(&self, at: usize) -> Kind {
        let text = self.reading.text.get(at..).unwrap_or_default();
        match text.as_bytes().first() {
            Some(b'{') => Kind::Map,
            Some(b'[') => Kind::List,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') | None => Kind::Null,
            _ if text.contains(['.', 'e', 'E']) => Kind::Float,
            _ => Kind::Integer,
        }
    }
}
