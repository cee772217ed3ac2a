use super::cursor::Cursor;
use super::fault::{Fault, Outcome};

impl<'a> Cursor<'a> {
    /// Reads the string whose opening quote is here. `unescaped` is used when it has escapes.
    // Left to itself the compiler calls this, which costs 7 % of the whole.
    #[inline(always)]
    pub(super) fn string<'s>(&mut self, unescaped: &'s mut String) -> Outcome<&'s str>
    where
        'a: 's,
    {
        let start = self.at() + 1;
        let rest = self.rest().get(1..).unwrap_or_default();
        let length = plain_bytes(rest);
        self.advance(length + 1);
        if rest.get(length) == Some(&b'"') {
            let text = self.since(start);
            self.step();
            return Ok(text);
        }
        self.unescape(start, unescaped)?;
        Ok(unescaped)
    }

    /// Reads on a string that starts at `start` and is plain up to here.
    #[inline(never)]
    fn unescape(&mut self, start: usize, out: &mut String) -> Outcome<()> {
        out.clear();
        let mut run = start;
        loop {
            out.push_str(self.since(run));
            match self.peek() {
                b'"' => {
                    self.step();
                    return Ok(());
                }
                b'\\' => out.push(self.escape(start)?),
                _ => return Err(self.broken_string(start)),
            }
            run = self.at();
            self.advance(plain_bytes(self.rest()));
        }
    }

    /// Reads an escape, from its `\` on.
    fn escape(&mut self, start: usize) -> Outcome<char> {
        let at = self.at();
        self.step();
        let c = match self.peek() {
            b'u' => return self.unicode_escape(at),
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            _ if self.is_at_end() => return Err(self.broken_string(start)),
            _ => {
                let fault = Fault::syntax(at, "an unknown escape");
                return Err(fault
                    .help(r#"write `\\` for a backslash; JSON knows \" \\ \/ \b \f \n \r \t \u"#)
                    .into());
            }
        };
        self.step();
        Ok(c)
    }

    /// Reads `\u` and four digits, twice for a character beyond U+FFFF; the cursor is on the `u`.
    fn unicode_escape(&mut self, at: usize) -> Outcome<char> {
        self.step();
        let high = self.four_digits(at)?;
        if let Some(c) = char::from_u32(high) {
            return Ok(c);
        }
        let half = || {
            let fault = Fault::syntax(at, "half of a surrogate pair");
            fault.help("write both halves, or the character itself")
        };
        if high >= LOW_SURROGATE || !self.rest().starts_with(b"\\u") {
            return Err(half().into());
        }
        let second = self.at();
        self.advance(2);
        let low = self.four_digits(second)?;
        if !(LOW_SURROGATE..0xe000).contains(&low) {
            return Err(half().into());
        }
        char::from_u32(0x1_0000 + ((high - HIGH_SURROGATE) << 10) + (low - LOW_SURROGATE))
            .ok_or_else(|| half().into())
    }

    fn four_digits(&mut self, at: usize) -> Outcome<u32> {
        let value = self.rest().first_chunk::<4>().and_then(|digits| {
            digits.iter().try_fold(0, |value, &digit| Some(value << 4 | char::from(digit).to_digit(16)?))
        });
        self.advance(4);
        value.ok_or_else(|| Fault::syntax(at, "a `\\u` without four hexadecimal digits").into())
    }

    /// Says why the string that starts at `start` cannot go on here.
    #[cold]
    fn broken_string(&self, start: usize) -> Box<Fault> {
        let fault = |message| Fault::syntax(self.at(), message);
        Box::new(match self.peek() {
            _ if self.is_at_end() => fault("the text ends inside a string").opened(start - 1),
            b'\n' | b'\r' => fault("a line break inside a string")
                .help("close the string, or write `\\n`")
                .opened(start - 1),
            b'\t' => fault("a tab inside a string").help("write `\\t`"),
            _ => fault("a control character inside a string").help("write `\\u` and four hexadecimal digits"),
        })
    }
}

const HIGH_SURROGATE: u32 = 0xd800;
const LOW_SURROGATE: u32 = 0xdc00;

/// How many bytes stand before the next quote, backslash or control character.
#[inline]
fn plain_bytes(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, &word) in words.iter().enumerate() {
        let found = special_bytes(u64::from_le_bytes(word));
        if found != 0 {
            return at * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let in_rest = rest.iter().position(|&byte| is_special(byte)).unwrap_or(rest.len());
    bytes.len() - rest.len() + in_rest
}

fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// Marks the high bit of the first special byte; what it says of later ones may be wrong.
///
/// After Sean Anderson, Bit Twiddling Hacks, "Determine if a word has a byte less than n"; `^ 2` puts the quote, 0x22,
/// right behind the control characters and the space out of their way.
#[inline]
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    let quotes_and_controls = (word ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
    let backslashes = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    (quotes_and_controls | backslashes) & !word & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_special_byte_is_found_wherever_it_stands() {
        for special in (0..=255).filter(|&byte| is_special(byte)) {
            for length in 0..40 {
                for at in 0..length {
                    let mut bytes: Vec<u8> = (0..length)
                        .map(|n| [b'a', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xff][n % 8])
                        .collect();
                    bytes[at] = special;
                    assert_eq!(plain_bytes(&bytes), at, "{bytes:?}");
                }
            }
        }
        assert_eq!(plain_bytes(&[b'a'; 21]), 21);
    }
}
