use std::borrow::Cow;

use super::scan::{Fault, Scanner, is_control};

/// The four kinds of strings.
impl<'a> Scanner<'_, 'a> {
    /// A string as a value, at its opening quote.
    pub(super) fn quoted(&mut self) -> Result<Cow<'a, str>, Fault> {
        let Some(quote) = self.peek() else { return Ok("".into()) };
        if self.rest().starts_with(&[quote; 3]) { self.multi_line(quote) } else { self.one_line(quote) }
    }

    /// A string as a key, at its opening quote.
    pub(super) fn quoted_key(&mut self) -> Result<Cow<'a, str>, Fault> {
        let rest = self.rest();
        if rest.starts_with(b"\"\"\"") || rest.starts_with(b"'''") {
            return Err(self.fault("a key in triple quotes", self.at));
        }
        self.quoted()
    }

    fn one_line(&mut self, quote: u8) -> Result<Cow<'a, str>, Fault> {
        let open = self.at;
        self.at += 1;
        let mut string = Pieces::from(self.at);
        loop {
            match self.next_special(quote) {
                Some(byte) if byte == quote => {
                    let text = string.finish(self);
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => self.escape(&mut string)?,
                None | Some(b'\n' | b'\r') => {
                    return Err(self.fault("a string without its closing quote", open));
                }
                Some(_) => return Err(self.control_character(self.at)),
            }
        }
    }

    fn multi_line(&mut self, quote: u8) -> Result<Cow<'a, str>, Fault> {
        let open = self.at;
        self.open.push(open);
        self.at += 3;
        self.eat_line_end();
        let mut string = Pieces::from(self.at);
        loop {
            match self.next_special(quote) {
                Some(byte) if byte == quote => {
                    // Up to two quotes more may stand before the three that end the string.
                    let run = self.rest().iter().take(5).take_while(|&&byte| byte == quote).count();
                    self.at += run.checked_sub(3).unwrap_or(run);
                    if run >= 3 {
                        let text = string.finish(self);
                        self.at += 3;
                        self.open.pop();
                        return Ok(text);
                    }
                }
                Some(b'\\') if self.continues_line() => {
                    string.cut(self);
                    self.at += 1;
                    while self.eat_line_end() || self.eat(b' ') || self.eat(b'\t') {}
                    string.from = self.at;
                }
                Some(b'\\') => self.escape(&mut string)?,
                Some(b'\n') => self.at += 1,
                Some(b'\r') if self.rest().starts_with(b"\r\n") => self.at += 2,
                Some(_) => return Err(self.control_character(self.at)),
                None => return Err(self.fault("a string without its closing quotes", open)),
            }
        }
    }

    /// Goes to the next byte of a string that is not text, and tells which it is.
    fn next_special(&mut self, quote: u8) -> Option<u8> {
        let escapes = quote == b'"';
        let special = |&byte: &u8| byte == quote || is_control(byte) || byte == b'\\' && escapes;
        let rest = self.rest();
        self.at += rest.iter().position(special).unwrap_or(rest.len());
        self.peek()
    }

    fn eat_line_end(&mut self) -> bool {
        let length = match self.rest() {
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            _ => 0,
        };
        self.at += length;
        length > 0
    }

    /// Whether only blanks stand between a backslash and the end of its line.
    fn continues_line(&self) -> bool {
        let blanks = self.rest().iter().skip(1).skip_while(|byte| matches!(byte, b' ' | b'\t'));
        let mut end = blanks.copied();
        match end.next() {
            Some(b'\n') => true,
            Some(b'\r') => end.next() == Some(b'\n'),
            _ => false,
        }
    }

    fn escape(&mut self, string: &mut Pieces) -> Result<(), Fault> {
        string.cut(self);
        let backslash = self.at;
        self.at += 1;
        let Some(letter) = self.peek() else { return Ok(()) };
        self.at += 1;
        let plain = match letter {
            b'b' => '\u{8}',
            b't' => '\t',
            b'n' => '\n',
            b'f' => '\u{c}',
            b'r' => '\r',
            b'e' => '\u{1b}',
            b'"' => '"',
            b'\\' => '\\',
            b'x' => self.code(2, backslash)?,
            b'u' => self.code(4, backslash)?,
            b'U' => self.code(8, backslash)?,
            _ => {
                return Err(self.fault_with_help(
                    "an unknown escape",
                    "write a backslash as `\\\\`, or use single quotes, in which nothing is escaped",
                    backslash,
                ));
            }
        };
        string.text.push(plain);
        string.from = self.at;
        Ok(())
    }

    /// The character of an escape with this many hexadecimal digits.
    fn code(&mut self, digits: usize, backslash: usize) -> Result<char, Fault> {
        let hex = self.reading.text.get(self.at..self.at + digits).unwrap_or_default();
        let all = hex.len() == digits && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !all {
            return Err(self.fault_with_help(
                "an escape with too few hexadecimal digits",
                "`\\x` takes 2 digits, `\\u` 4 and `\\U` 8; write a backslash as `\\\\`",
                backslash,
            ));
        }
        self.at += digits;
        let code = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
        code.ok_or_else(|| self.fault("an escape that is no Unicode character", backslash))
    }
}

/// A string being put together: what was unescaped, and where the piece starts that follows it unchanged.
struct Pieces {
    text: String,
    from: usize,
}

impl Pieces {
    fn from(from: usize) -> Self {
        Self { text: String::new(), from }
    }

    /// Takes over the piece that ends here.
    fn cut(&mut self, scanner: &Scanner<'_, '_>) {
        self.text.push_str(scanner.slice(self.from, scanner.at));
    }

    /// The string that ends here; borrowed when nothing in it was escaped.
    fn finish<'a>(mut self, scanner: &Scanner<'_, 'a>) -> Cow<'a, str> {
        if self.text.is_empty() {
            return scanner.slice(self.from, scanner.at).into();
        }
        self.cut(scanner);
        self.text.into()
    }
}
