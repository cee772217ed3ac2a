use super::cursor::Cursor;
use super::plain::push_fold;
use super::{Outcome, Undecided};

impl<'a> Cursor<'a> {
    /// [109], [120] The quoted scalar that starts here. `unquoted` is used when it has escapes or several lines, which
    /// must stand deeper than `parent`; between brackets they may stand anywhere.
    #[inline]
    pub(super) fn quoted<'s>(&mut self, parent: Option<usize>, unquoted: &'s mut String) -> Outcome<&'s str>
    where
        'a: 's,
    {
        let quote = self.peek();
        self.advance(1);
        let start = self.at();
        self.advance(text_bytes(self.rest(), quote));
        if self.peek() == quote && (quote == b'"' || self.peek_at(1) != quote) {
            let text = self.slice(start, self.at());
            self.advance(1);
            return Ok(text);
        }
        unquoted.clear();
        self.unquote(quote, start, parent, unquoted)?;
        Ok(unquoted)
    }

    /// Reads on a scalar whose text starts at `start` and is text as written up to here.
    #[inline(never)]
    fn unquote(&mut self, quote: u8, start: usize, parent: Option<usize>, out: &mut String) -> Outcome<()> {
        let mut run = start;
        loop {
            match self.peek() {
                b'\n' => {
                    out.push_str(self.trimmed_since(run));
                    let empty = self.continuation(parent)?;
                    push_fold(out, empty);
                }
                b'\\' if quote == b'"' => {
                    out.push_str(self.slice(run, self.at()));
                    self.advance(1);
                    self.escape(parent, out)?;
                }
                byte if byte == quote => {
                    out.push_str(self.slice(run, self.at()));
                    self.advance(1);
                    if quote == b'"' || self.peek() != quote {
                        return Ok(());
                    }
                    // [117] Of two quotes the second is the text.
                    out.push('\'');
                    self.advance(1);
                }
                _ => return Err(Undecided),
            }
            run = self.at();
            self.advance(text_bytes(self.rest(), quote));
        }
    }

    /// [74] Goes from the end of a line to the text that goes on: how many empty lines are between.
    fn continuation(&mut self, parent: Option<usize>) -> Outcome<usize> {
        let (empty, column) = self.fold()?;
        if parent.is_some_and(|parent| column <= parent) || self.is_at_end() {
            return Err(Undecided);
        }
        Ok(empty)
    }

    /// [62] An escape, from behind its backslash on; [112] an escaped line end is no text, but empty lines behind it
    /// are.
    fn escape(&mut self, parent: Option<usize>, out: &mut String) -> Outcome<()> {
        let letter = self.peek();
        let c = match letter {
            b'\n' | b'\r' => {
                self.advance(usize::from(letter == b'\r'));
                let empty = self.continuation(parent)?;
                out.extend(std::iter::repeat_n('\n', empty));
                return Ok(());
            }
            b'0' => '\0',
            b'a' => '\u{7}',
            b'b' => '\u{8}',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\u{b}',
            b'f' => '\u{c}',
            b'r' => '\r',
            b'e' => '\u{1b}',
            b' ' | b'"' | b'/' | b'\\' => char::from(letter),
            b'N' => '\u{85}',
            b'_' => '\u{a0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            b'x' => return self.code(2, out),
            b'u' => return self.code(4, out),
            b'U' => return self.code(8, out),
            _ => return Err(Undecided),
        };
        self.advance(1);
        out.push(c);
        Ok(())
    }

    /// [59] to [61] The character of an escape with this many hexadecimal digits; not one of a surrogate pair.
    fn code(&mut self, digits: usize, out: &mut String) -> Outcome<()> {
        let hex = self.rest().get(1..=digits).ok_or(Undecided)?;
        let code =
            hex.iter().try_fold(0u32, |code, &digit| Some(code << 4 | char::from(digit).to_digit(16)?));
        out.push(code.and_then(char::from_u32).ok_or(Undecided)?);
        self.advance(digits + 1);
        Ok(())
    }
}

/// How many bytes stand before the next quote, line end or escape.
#[inline]
fn text_bytes(bytes: &[u8], quote: u8) -> usize {
    let ends = |&byte: &u8| byte == quote || matches!(byte, b'\n' | b'\\');
    let mut at = 0;
    loop {
        at += bytes.get(at..).and_then(|rest| rest.iter().position(ends)).unwrap_or(bytes.len() - at);
        // Single quotes have no escapes.
        if quote == b'\'' && bytes.get(at) == Some(&b'\\') {
            at += 1;
        } else {
            return at;
        }
    }
}
