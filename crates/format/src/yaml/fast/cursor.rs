use super::{Outcome, Undecided};

/// A place in the text, going forward.
///
/// Outside of scalars it stands on ASCII, so that what is cut from the text is whole characters.
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    #[inline]
    pub(super) fn at(&self) -> usize {
        self.at
    }

    #[inline]
    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// The byte here; NUL, which is no known character, at the end of the text.
    #[inline]
    pub(super) fn peek(&self) -> u8 {
        self.peek_at(0)
    }

    #[inline]
    pub(super) fn peek_at(&self, distance: usize) -> u8 {
        self.text.as_bytes().get(self.at + distance).copied().unwrap_or_default()
    }

    #[inline]
    pub(super) fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// The bytes from here on.
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[inline]
    pub(super) fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// The text from `start` up to here, without the blanks at its end.
    #[inline]
    pub(super) fn trimmed_since(&self, start: usize) -> &'a str {
        let bytes = self.text.as_bytes();
        let mut end = self.at;
        while end > start && bytes.get(end - 1).copied().is_some_and(is_blank) {
            end -= 1;
        }
        self.slice(start, end)
    }

    /// [63] Goes past spaces, and tells how many there are.
    #[inline]
    pub(super) fn spaces(&mut self) -> usize {
        let start = self.at;
        while self.peek() == b' ' {
            self.at += 1;
        }
        self.at - start
    }

    /// [66] Goes past the blanks of a line.
    #[inline]
    pub(super) fn blanks(&mut self) {
        while is_blank(self.peek()) {
            self.at += 1;
        }
    }

    /// [79] Goes from the start of a line to the content of the first line that has some; its column, or `None` at the
    /// end of the text.
    #[inline]
    pub(super) fn next_line(&mut self) -> Outcome<Option<usize>> {
        loop {
            let column = self.spaces();
            match self.peek() {
                b'\n' => self.at += 1,
                b'#' => self.skip_line(),
                b'\t' | b'\r' => {
                    self.blanks();
                    match self.peek() {
                        b'\n' => self.at += 1,
                        _ => return Err(Undecided),
                    }
                }
                0 if self.is_at_end() => return Ok(None),
                _ => return Ok(Some(column)),
            }
        }
    }

    /// [77] Goes past what may follow on a line: blanks, behind them a comment, and the end of the line.
    #[inline]
    pub(super) fn end_of_line(&mut self) -> Outcome<()> {
        self.blanks();
        match self.peek() {
            b'\n' => self.at += 1,
            b'#' if self.is_behind_blank() => self.skip_line(),
            0 if self.is_at_end() => {}
            _ => return Err(Undecided),
        }
        Ok(())
    }

    /// [81] Goes past blanks, comments and line ends, as they may stand between brackets.
    #[inline]
    pub(super) fn gap(&mut self) -> Outcome<()> {
        loop {
            match self.peek() {
                b' ' | b'\r' => self.at += 1,
                b'\n' => {
                    self.at += 1;
                    self.refuse_marker()?;
                }
                b'#' if self.is_behind_blank() => {
                    self.skip_line();
                    self.refuse_marker()?;
                }
                b'#' | b'\t' => return Err(Undecided),
                _ => return Ok(()),
            }
        }
    }

    /// [71], [73] Goes from the end of a line to the next one that is not empty, inside of a scalar: how many line breaks it
    /// stands for, and the column. What stands at the margin may end the document.
    pub(super) fn fold(&mut self) -> Outcome<(usize, usize)> {
        let mut empty = 0;
        loop {
            self.at += 1;
            self.refuse_marker()?;
            let column = self.spaces();
            if self.peek() == b'\r' {
                self.at += 1;
            }
            match self.peek() {
                b'\n' => empty += 1,
                b'\t' => return Err(Undecided),
                _ => return Ok((empty, column)),
            }
        }
    }

    /// Leaves a text to the full parser that has a marker of documents here.
    #[inline]
    pub(super) fn refuse_marker(&self) -> Outcome<()> {
        match self.peek() {
            b'-' | b'.' if self.is_at_marker(b"---") || self.is_at_marker(b"...") => Err(Undecided),
            _ => Ok(()),
        }
    }

    /// [203], [204], [206] Whether a marker of documents is here.
    #[inline]
    pub(super) fn is_at_marker(&self, marker: &[u8; 3]) -> bool {
        let is_at_start = || self.at.checked_sub(1).is_none_or(|before| self.byte(before) == b'\n');
        self.rest().starts_with(marker) && is_at_start() && ends_token(self.peek_at(3))
    }

    #[inline]
    pub(super) fn is_behind_blank(&self) -> bool {
        let before = self.at.checked_sub(1).map(|before| self.byte(before));
        before.is_some_and(|byte| is_blank(byte) || byte == b'\n')
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or_default()
    }

    /// Goes to the start of the next line.
    #[inline]
    fn skip_line(&mut self) {
        let rest = self.rest();
        self.at += memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
    }
}

/// [33], or the CR of a line end.
#[inline]
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

/// Whether an indicator that stands before this byte is one.
#[inline]
pub(super) fn ends_token(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0)
}
