use super::cursor::{Cursor, is_blank};
use super::{Outcome, Undecided};

/// [164] What happens to the line ends behind the text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

/// [162] What `|` or `>` and the indicators behind it say.
struct Header {
    folds: bool,
    chomping: Chomping,
    /// The column of the text, if it is told.
    column: Option<usize>,
}

impl Cursor<'_> {
    /// [170], [174] The block scalar that starts here, below a map or list at the column `parent`, into `out`. The
    /// cursor then is at the start of a line.
    pub(super) fn block_scalar(&mut self, parent: usize, out: &mut String) -> Outcome<()> {
        out.clear();
        let header = self.header(parent)?;
        let found = self.text_column(parent)?;
        let column = header.column.unwrap_or(found);
        if found < column {
            return Err(Undecided);
        }
        let mut lines = Lines { folds: header.folds, behind_text: false, behind_blank: false };
        let mut empty = 0;
        while let Some(line) = self.text_line(column)? {
            if line.is_empty() {
                empty += 1;
                continue;
            }
            lines.join(line, empty, out);
            out.push_str(line);
            empty = 0;
        }
        if lines.behind_text && header.chomping != Chomping::Strip {
            out.push('\n');
        }
        if header.chomping == Chomping::Keep {
            // At the end of a text without any line the full parser has rules of its own.
            if self.is_at_end() && !lines.behind_text {
                return Err(Undecided);
            }
            out.extend(std::iter::repeat_n('\n', empty));
        }
        Ok(())
    }

    fn header(&mut self, parent: usize) -> Outcome<Header> {
        let mut header = Header { folds: self.peek() == b'>', chomping: Chomping::Clip, column: None };
        self.advance(1);
        for _ in 0..2 {
            match self.peek() {
                b'-' if header.chomping == Chomping::Clip => header.chomping = Chomping::Strip,
                b'+' if header.chomping == Chomping::Clip => header.chomping = Chomping::Keep,
                digit @ b'1'..=b'9' if header.column.is_none() => {
                    header.column = Some(parent + usize::from(digit - b'0'));
                }
                _ => break,
            }
            self.advance(1);
        }
        self.end_of_line()?;
        Ok(header)
    }

    /// [163] The column of the first line that is not empty. Empty lines before it must not be longer.
    fn text_column(&self, parent: usize) -> Outcome<usize> {
        let rest = self.rest();
        let (mut at, mut longest) = (0, 0);
        loop {
            let line = rest.get(at..).unwrap_or_default();
            let column = line.iter().position(|&byte| byte != b' ').unwrap_or(line.len());
            match line.get(column..).unwrap_or_default() {
                [b'\n', ..] => at += column + 1,
                [b'\r', b'\n', ..] => at += column + 2,
                [] => return Err(Undecided),
                [b'\t', ..] if column <= parent => return Err(Undecided),
                // It is not part of the text, which has no line then.
                _ if column <= parent => return Ok(longest.max(parent + 1)),
                _ if column < longest => return Err(Undecided),
                _ => return Ok(column),
            }
            longest = longest.max(column);
        }
    }

    /// [171], [175] The text of the line that starts here, which is nothing when it is empty; `None` where the scalar ends.
    fn text_line(&mut self, column: usize) -> Outcome<Option<&str>> {
        let start = self.at();
        let rest = self.rest();
        if rest.is_empty() {
            return Ok(None);
        }
        let spaces = rest.iter().take(column).take_while(|&&byte| byte == b' ').count();
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest.get(..end).unwrap_or_default();
        let length = line.len() - usize::from(line.ends_with(b"\r"));
        if spaces < column && spaces < length {
            return if rest.get(spaces) == Some(&b'\t') { Err(Undecided) } else { Ok(None) };
        }
        if end == rest.len() && line.iter().copied().all(is_blank) {
            // Blanks at the end of the text are a line to some.
            return Err(Undecided);
        }
        self.advance((end + 1).min(rest.len()));
        Ok(Some(self.slice(start + spaces, start + length)))
    }
}

/// What stands between the lines of a block scalar.
struct Lines {
    folds: bool,
    behind_text: bool,
    /// The line before starts with a blank, so that line ends around it are kept.
    behind_blank: bool,
}

impl Lines {
    /// [172], [176] to [181] Writes the line ends before a line that follows so many empty ones.
    fn join(&mut self, line: &str, empty: usize, out: &mut String) {
        let is_blank = line.starts_with([' ', '\t']);
        let keeps = !self.folds || self.behind_blank || is_blank;
        if self.behind_text && keeps {
            out.push('\n');
        } else if self.behind_text && empty == 0 {
            out.push(' ');
        }
        out.extend(std::iter::repeat_n('\n', empty));
        self.behind_text = true;
        self.behind_blank = is_blank;
    }
}
