use super::cursor::{Cursor, ends_token};
use super::{Outcome, Undecided};

/// What ends a plain scalar on its line; the cursor is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// A `:` that makes it a key.
    Colon,
    /// The end of the line, behind which it may go on.
    Line,
    Comment,
    /// A bracket or comma, between brackets.
    Bracket,
}

/// [126] Whether a plain scalar may start with this; the full parser knows more.
#[inline]
pub(super) fn starts_plain(byte: u8, next: u8, in_flow: bool) -> bool {
    match byte {
        b'-' => !(ends_token(next) || in_flow && is_bracket(next)),
        b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\''
        | b'"' | b'%' | b'@' | b'`' => false,
        _ => !ends_token(byte),
    }
}

impl<'a> Cursor<'a> {
    /// [132] The part of a plain scalar that is on this line.
    #[inline]
    pub(super) fn plain_line(&mut self, in_flow: bool) -> Outcome<(&'a str, Stop)> {
        let start = self.at();
        let stop = loop {
            self.advance(plain_bytes(self.rest(), in_flow));
            match self.peek() {
                b':' if ends_token(self.peek_at(1)) => break Stop::Colon,
                b':' if in_flow && is_bracket(self.peek_at(1)) => return Err(Undecided),
                b'#' if self.is_behind_blank() => break Stop::Comment,
                b':' | b'#' => self.advance(1),
                b'\n' | 0 => break Stop::Line,
                _ => break Stop::Bracket,
            }
        };
        Ok((self.trimmed_since(start), stop))
    }

    /// [135] A plain scalar of which `first` is the first line, put together in `joined` if it goes on in lines that stand
    /// deeper than `parent`; between brackets in any line.
    #[inline]
    pub(super) fn join_lines<'s>(
        &mut self,
        parent: Option<usize>,
        first: &'a str,
        joined: &'s mut String,
    ) -> Outcome<&'s str>
    where
        'a: 's,
    {
        if !self.goes_on(parent)? {
            return Ok(first);
        }
        joined.clear();
        joined.push_str(first);
        self.read_lines(parent, joined)?;
        Ok(joined)
    }

    #[inline(never)]
    fn read_lines(&mut self, parent: Option<usize>, joined: &mut String) -> Outcome<()> {
        loop {
            let (empty, _) = self.fold()?;
            push_fold(joined, empty);
            let (line, stop) = self.plain_line(parent.is_none())?;
            joined.push_str(line);
            match stop {
                Stop::Colon => return Err(Undecided),
                Stop::Line if self.goes_on(parent)? => {}
                _ => return Ok(()),
            }
        }
    }

    /// Whether a plain scalar whose line ends here goes on in another.
    #[inline]
    fn goes_on(&self, parent: Option<usize>) -> Outcome<bool> {
        let rest = self.rest();
        let mut at = 0;
        loop {
            // Behind the end of a line.
            at += 1;
            let column = spaces(rest.get(at..).unwrap_or_default());
            at += column;
            match rest.get(at).copied() {
                None => return Ok(false),
                Some(b'\n') => {}
                Some(b'\r') => at += 1,
                Some(b'\t') => return Err(Undecided),
                Some(byte) => {
                    return Ok(match parent {
                        Some(parent) => column > parent && byte != b'#',
                        None => !matches!(byte, b'#' | b',' | b'[' | b']' | b'{' | b'}'),
                    });
                }
            }
        }
    }
}

/// [73] What line ends inside of a scalar stand for.
pub(super) fn push_fold(text: &mut String, empty: usize) {
    match empty {
        0 => text.push(' '),
        _ => text.extend(std::iter::repeat_n('\n', empty)),
    }
}

#[inline]
fn spaces(bytes: &[u8]) -> usize {
    bytes.iter().position(|&byte| byte != b' ').unwrap_or(bytes.len())
}

/// How many bytes stand before the next that may end a plain scalar.
#[inline]
fn plain_bytes(bytes: &[u8], in_flow: bool) -> usize {
    let ends = |&byte: &u8| matches!(byte, b':' | b'#' | b'\n') || in_flow && is_bracket(byte);
    bytes.iter().position(ends).unwrap_or(bytes.len())
}

/// [23]
#[inline]
pub(super) fn is_bracket(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}
