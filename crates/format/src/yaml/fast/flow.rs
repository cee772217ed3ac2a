use enhanced_config_core::Kind;

use super::cursor::ends_token;
use super::plain::{Stop, starts_plain};
use super::{Outcome, Scanner, Undecided};

/// What a map or list between brackets takes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// A member, or the end.
    Member,
    /// A comma, or the end.
    Comma,
}

impl Scanner<'_, '_> {
    /// [157] The map or list between brackets that starts here, without recursion: the builder knows what is open, and
    /// how deep it may be.
    pub(super) fn flow(&mut self) -> Outcome<()> {
        let mut depth = 0;
        let mut next = self.flow_node(&mut depth)?;
        while depth > 0 {
            self.cursor.gap()?;
            let in_map = self.builder.innermost().is_some_and(|(kind, _)| kind == Kind::Map);
            next = match self.cursor.peek() {
                b'}' if in_map => self.close_flow(&mut depth)?,
                b']' if !in_map => self.close_flow(&mut depth)?,
                b',' if next == Next::Comma => {
                    self.cursor.advance(1);
                    Next::Member
                }
                _ if next == Next::Comma => return Err(Undecided),
                _ if in_map => self.flow_pair(&mut depth)?,
                _ => self.flow_node(&mut depth)?,
            };
        }
        Ok(())
    }

    fn close_flow(&mut self, depth: &mut usize) -> Outcome<Next> {
        self.builder.close()?;
        self.cursor.advance(1);
        *depth -= 1;
        Ok(Next::Comma)
    }

    /// [158] A scalar, or the opening of a map or list.
    fn flow_node(&mut self, depth: &mut usize) -> Outcome<Next> {
        let at = self.cursor.at();
        let position = at as u32;
        match self.cursor.peek() {
            bracket @ (b'[' | b'{') => {
                match bracket {
                    b'[' => self.builder.open_list(position)?,
                    _ => self.builder.open_map(position)?,
                }
                self.cursor.advance(1);
                *depth += 1;
                return Ok(Next::Member);
            }
            b'"' | b'\'' => {
                let text = self.cursor.quoted(None, &mut self.scratch)?;
                self.builder.string(text, position)?;
            }
            byte if starts_plain(byte, self.cursor.peek_at(1), true) => {
                let (line, stop) = self.cursor.plain_line(true)?;
                let mut joined = std::mem::take(&mut self.scratch);
                let text = match stop {
                    Stop::Colon => return Err(Undecided),
                    Stop::Line => self.cursor.join_lines(None, line, &mut joined)?,
                    Stop::Comment | Stop::Bracket => line,
                };
                self.plain_scalar(text, position)?;
                self.scratch = joined;
            }
            _ => return Err(Undecided),
        }
        Ok(Next::Comma)
    }

    /// [142], [144] A key on one line, and its value if it has one.
    fn flow_pair(&mut self, depth: &mut usize) -> Outcome<Next> {
        let start = self.cursor.at();
        let is_quoted = matches!(self.cursor.peek(), b'"' | b'\'');
        if is_quoted {
            let mut scratch = std::mem::take(&mut self.scratch);
            let key = self.cursor.quoted(None, &mut scratch)?;
            if self.cursor.slice(start, self.cursor.at()).contains('\n') {
                return Err(Undecided);
            }
            self.cursor.blanks();
            self.add_key(key, start, self.cursor.at())?;
            self.scratch = scratch;
        } else if starts_plain(self.cursor.peek(), self.cursor.peek_at(1), true) {
            let (key, _) = self.cursor.plain_line(true)?;
            if key == "<<" {
                return Err(Undecided);
            }
            self.add_key(key, start, self.cursor.at())?;
        } else {
            return Err(Undecided);
        }
        // [148], [149] Behind a quote the value may follow the colon directly.
        if self.cursor.peek() == b':' && (is_quoted || ends_token(self.cursor.peek_at(1))) {
            self.cursor.advance(1);
            self.cursor.gap()?;
            if !matches!(self.cursor.peek(), b',' | b'}') {
                return self.flow_node(depth);
            }
        }
        self.builder.null(start as u32)?;
        Ok(Next::Comma)
    }
}
