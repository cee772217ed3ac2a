use enhanced_config_core::Kind;

use super::cursor::ends_token;
use super::plain::{Stop, starts_plain};
use super::{Level, Outcome, Scanner, Undecided};

/// Where a node stands, which says what it may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the start of a line of an open map: a key.
    Key,
    /// Behind a `-` or on a line of its own, at this column: anything.
    Column(usize),
    /// Behind a key: anything but a block map or list.
    Value,
}

impl Scanner<'_, '_> {
    /// [187] The block map that starts here, at this column, and everything up to the end of the text or a marker.
    pub(super) fn root(&mut self, column: usize) -> Outcome<()> {
        self.cursor.refuse_marker()?;
        self.node(Place::Column(column))?;
        if self.levels.is_empty() {
            // A scalar.
            return Err(Undecided);
        }
        while let Some(column) = self.cursor.next_line()? {
            if self.cursor.is_at_marker(b"...") {
                break;
            }
            self.cursor.refuse_marker()?;
            self.line(column)?;
        }
        self.nothing()?;
        while self.levels.pop().is_some() {
            self.builder.close()?;
        }
        Ok(())
    }

    /// A line with content at this column.
    #[inline]
    fn line(&mut self, column: usize) -> Outcome<()> {
        let is_item = self.is_at_dash();
        if self.waiting.is_some() {
            if self.nests(column, is_item) {
                self.waiting = None;
                return if is_item { self.open_list(column) } else { self.node(Place::Column(column)) };
            }
            self.nothing()?;
        }
        self.close_down_to(column, is_item)?;
        if is_item { self.item(column) } else { self.node(Place::Key) }
    }

    /// [184] Whether a `-` is here, as the indicator.
    #[inline]
    fn is_at_dash(&self) -> bool {
        self.cursor.peek() == b'-' && ends_token(self.cursor.peek_at(1))
    }

    /// Whether what is at this column belongs to the key or `-` that waits for its value. [201] A list need not stand
    /// deeper than its key.
    fn nests(&self, column: usize, is_item: bool) -> bool {
        self.levels.last().is_some_and(|level| {
            column > level.indent || is_item && column == level.indent && level.kind == Kind::Map
        })
    }

    /// [106] A key or `-` that still waits has no value.
    fn nothing(&mut self) -> Outcome<()> {
        match self.waiting.take() {
            Some(position) => Ok(self.builder.null(position)?),
            None => Ok(()),
        }
    }

    /// Closes maps and lists, down to the one that has a member at this column.
    #[inline]
    fn close_down_to(&mut self, column: usize, is_item: bool) -> Outcome<()> {
        let kind = if is_item { Kind::List } else { Kind::Map };
        while let Some(level) = self.levels.last().filter(|level| level.indent >= column) {
            if level.indent == column && level.kind == kind {
                return Ok(());
            }
            self.builder.close()?;
            self.levels.pop();
        }
        Err(Undecided)
    }

    /// [183]
    fn open_list(&mut self, column: usize) -> Outcome<()> {
        self.builder.open_list(self.cursor.at() as u32)?;
        self.levels.push(Level { indent: column, kind: Kind::List });
        self.item(column)
    }

    /// [184], [185] The `-` here and what follows it on its line; [186] perhaps another list.
    fn item(&mut self, column: usize) -> Outcome<()> {
        let mut column = column;
        loop {
            let position = self.cursor.at() as u32;
            self.cursor.advance(1);
            let spaces = self.cursor.spaces();
            match self.cursor.peek() {
                b'\r' | b'\n' | b'#' | 0 => {
                    self.waiting = Some(position);
                    return self.cursor.end_of_line();
                }
                _ => column += 1 + spaces,
            }
            if !self.is_at_dash() {
                return self.node(Place::Column(column));
            }
            self.builder.open_list(self.cursor.at() as u32)?;
            self.levels.push(Level { indent: column, kind: Kind::List });
        }
    }

    /// What is here, and what follows it on its line.
    fn node(&mut self, place: Place) -> Outcome<()> {
        match self.cursor.peek() {
            b'"' | b'\'' => self.quoted_node(place),
            b'[' | b'{' if place != Place::Key => {
                self.flow()?;
                self.cursor.end_of_line()
            }
            b'|' | b'>' if place != Place::Key => self.block_scalar_node(),
            byte if starts_plain(byte, self.cursor.peek_at(1), false) => self.plain_node(place),
            _ => Err(Undecided),
        }
    }

    fn quoted_node(&mut self, place: Place) -> Outcome<()> {
        let start = self.cursor.at();
        let parent = self.parent();
        let mut scratch = std::mem::take(&mut self.scratch);
        let text = self.cursor.quoted(Some(parent), &mut scratch)?;
        let end = self.cursor.at();
        self.cursor.blanks();
        if self.cursor.peek() == b':' {
            if self.cursor.slice(start, end).contains('\n') || !ends_token(self.cursor.peek_at(1)) {
                return Err(Undecided);
            }
            self.key(place, text, start)?;
            self.scratch = scratch;
            return Ok(());
        }
        if place == Place::Key {
            return Err(Undecided);
        }
        self.builder.string(text, start as u32)?;
        self.scratch = scratch;
        self.cursor.end_of_line()
    }

    /// The column that lines of a scalar must stand deeper than.
    #[inline]
    fn parent(&self) -> usize {
        self.levels.last().map_or(0, |level| level.indent)
    }

    fn block_scalar_node(&mut self) -> Outcome<()> {
        let position = self.cursor.at() as u32;
        let parent = self.levels.last().ok_or(Undecided)?.indent;
        self.cursor.block_scalar(parent, &mut self.scratch)?;
        Ok(self.builder.string(&self.scratch, position)?)
    }

    #[inline]
    fn plain_node(&mut self, place: Place) -> Outcome<()> {
        let start = self.cursor.at();
        let (line, stop) = self.cursor.plain_line(false)?;
        if stop == Stop::Colon {
            return if line == "<<" { Err(Undecided) } else { self.key(place, line, start) };
        }
        if place == Place::Key {
            return Err(Undecided);
        }
        let parent = self.parent();
        let mut joined = std::mem::take(&mut self.scratch);
        let text = match stop {
            Stop::Line => self.cursor.join_lines(Some(parent), line, &mut joined)?,
            _ => line,
        };
        self.plain_scalar(text, start as u32)?;
        self.scratch = joined;
        self.cursor.end_of_line()
    }

    /// [193], [194] A key that starts at `start`, and what follows it on its line. The cursor is on the colon.
    #[inline]
    fn key(&mut self, place: Place, key: &str, start: usize) -> Outcome<()> {
        match place {
            Place::Key => {}
            Place::Column(column) => {
                self.builder.open_map(start as u32)?;
                self.levels.push(Level { indent: column, kind: Kind::Map });
            }
            Place::Value => return Err(Undecided),
        }
        self.add_key(key, start, self.cursor.at())?;
        self.cursor.advance(1);
        self.cursor.blanks();
        match self.cursor.peek() {
            b'\n' | b'#' | 0 => {
                self.waiting = Some(start as u32);
                self.cursor.end_of_line()
            }
            _ => self.node(Place::Value),
        }
    }
}
