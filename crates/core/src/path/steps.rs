use std::borrow::Cow;

use super::PathFault;

/// The steps of a dotted path, read without allocating unless a quoted key holds an escape.
pub(crate) struct Steps<'a> {
    text: &'a str,
    rest: &'a str,
}

pub(crate) enum Step<'a> {
    Key(Cow<'a, str>),
    /// The index and the text it was written as, which is a key when a map is met.
    Index(usize, &'a str),
}

/// A step, or what is wrong and where.
type StepResult<'a> = Result<Step<'a>, (usize, PathFault)>;

impl<'a> Steps<'a> {
    #[inline]
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, rest: text }
    }

    fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    #[inline]
    fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    #[cold]
    fn fail(&mut self, at: usize, fault: PathFault) -> StepResult<'a> {
        self.rest = "";
        Err((at, fault))
    }

    fn index(&mut self) -> StepResult<'a> {
        let inside = self.rest.get(1..).unwrap_or_default();
        let found = inside.split_once(']').and_then(|(digits, _)| Some((digits, canonical_index(digits)?)));
        let Some((digits, index)) = found else {
            return self.fail(self.at(), PathFault::Index);
        };
        self.skip(digits.len() + 2);
        Ok(Step::Index(index, digits))
    }

    /// The next step, if it is a key that is neither quoted nor looks like a number, as nearly all are: handed over
    /// in registers, it takes half the time of a [`Step`].
    #[inline]
    pub(crate) fn bare_key(&mut self) -> Option<&'a str> {
        let rest = if self.at() == 0 { self.rest } else { self.rest.strip_prefix('.')? };
        let first = rest.bytes().next()?;
        if matches!(first, b'.' | b'[' | b'"' | b'0'..=b'9') {
            return None;
        }
        let (key, rest) = rest.split_at(end_of_bare(rest));
        self.rest = rest;
        Some(key)
    }

    fn number_or_key(&mut self) -> StepResult<'a> {
        let (token, rest) = self.rest.split_at(end_of_bare(self.rest));
        if token.is_empty() {
            return self.fail(self.at(), PathFault::Empty);
        }
        self.rest = rest;
        Ok(match canonical_index(token) {
            Some(index) => Step::Index(index, token),
            None => Step::Key(Cow::Borrowed(token)),
        })
    }

    fn quoted(&mut self) -> StepResult<'a> {
        let start = self.at();
        let inside = self.rest.get(1..).unwrap_or_default();
        let Some(end) = closing_quote(inside) else {
            return self.fail(start, PathFault::OpenQuote);
        };
        let (raw, _) = inside.split_at(end);
        self.skip(end + 2);
        if !raw.contains('\\') {
            return Ok(Step::Key(Cow::Borrowed(raw)));
        }
        match unescape(raw) {
            Some(key) => Ok(Step::Key(Cow::Owned(key))),
            None => self.fail(start, PathFault::Escape),
        }
    }
}

impl<'a> Iterator for Steps<'a> {
    type Item = StepResult<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(key) = self.bare_key() {
            return Some(Ok(Step::Key(Cow::Borrowed(key))));
        }
        let starts = self.at() == 0;
        match self.rest.as_bytes() {
            [] => return None,
            [b'[', ..] => return Some(self.index()),
            [b'.'] if !starts => return Some(self.fail(self.text.len(), PathFault::Empty)),
            [b'.', ..] if !starts => self.skip(1),
            _ if !starts => return Some(self.fail(self.at(), PathFault::Separator)),
            _ => {}
        }
        Some(if self.rest.starts_with('"') { self.quoted() } else { self.number_or_key() })
    }
}

#[inline]
fn end_of_bare(text: &str) -> usize {
    text.bytes().position(|b| matches!(b, b'.' | b'[')).unwrap_or(text.len())
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|b| {
        let closes = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        closes
    })
}

fn unescape(raw: &str) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next()? {
            '"' => out.push('"'),
            '\\' => out.push('\\'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'u' => {
                let (hex, after) = chars.as_str().strip_prefix('{')?.split_once('}')?;
                out.push(char::from_u32(u32::from_str_radix(hex, 16).ok()?)?);
                chars = after.chars();
            }
            _ => return None,
        }
    }
    Some(out)
}

/// The index a token spells, if it is written as a number would be: no sign, no leading zero.
pub(super) fn canonical_index(token: &str) -> Option<usize> {
    let digits = token.bytes().all(|b| b.is_ascii_digit());
    let canonical = digits && (token == "0" || !token.starts_with('0'));
    if canonical { token.parse().ok() } else { None }
}
