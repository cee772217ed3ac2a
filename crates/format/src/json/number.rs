use super::cursor::{Cursor, is_word};
use super::fault::{Fault, Outcome};

pub(super) enum Number {
    Integer(i64),
    Unsigned(u64),
    Float(f64),
    /// Holds what cannot hold it.
    OutOfRange(&'static str),
}

/// This many decimal digits always fit into a `u64`.
const SAFE_DIGITS: usize = 19;

impl Cursor<'_> {
    /// Reads the number that starts here, with `-` or a digit.
    ///
    /// `-0` is the integer 0, as in YAML and TOML; only with a point or exponent it is a float.
    #[inline]
    pub(super) fn number(&mut self) -> Outcome<Number> {
        let start = self.at();
        let negative = self.peek() == b'-';
        self.advance(usize::from(negative));
        let leading_zero = self.peek() == b'0';
        let (magnitude, digits) = self.digits();
        if digits == 0 || leading_zero && digits > 1 {
            return Err(self.not_a_number(start));
        }
        match self.peek() {
            b'.' | b'e' | b'E' => return self.float(start),
            byte if is_word(byte) => return Err(self.not_a_number(start)),
            _ => {}
        }
        let number = match (digits <= SAFE_DIGITS, negative) {
            (true, false) => Some(Number::Unsigned(magnitude)),
            (true, true) => 0i64.checked_sub_unsigned(magnitude).map(Number::Integer),
            (false, _) => self.since(start).parse().ok().map(Number::Unsigned),
        };
        Ok(number.unwrap_or(Number::OutOfRange("a 64-bit integer")))
    }

    /// Reads digits: their value, as long as they are few, and how many they are.
    #[inline]
    fn digits(&mut self) -> (u64, usize) {
        let (mut value, mut count) = (0u64, 0);
        for byte in self.rest() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            value = value.wrapping_mul(10).wrapping_add(digit.into());
            count += 1;
        }
        self.advance(count);
        (value, count)
    }

    /// Reads the rest of a float, from its point or exponent on.
    fn float(&mut self, start: usize) -> Outcome<Number> {
        if self.peek() == b'.' {
            self.step();
            if self.digits().1 == 0 {
                return Err(self.not_a_number(start));
            }
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.step();
            self.advance(usize::from(matches!(self.peek(), b'+' | b'-')));
            if self.digits().1 == 0 {
                return Err(self.not_a_number(start));
            }
        }
        if is_word(self.peek()) || self.peek() == b'.' {
            return Err(self.not_a_number(start));
        }
        match self.since(start).parse() {
            Ok(value) if f64::is_finite(value) => Ok(Number::Float(value)),
            _ => Ok(Number::OutOfRange("a 64-bit float")),
        }
    }

    /// Says what is wrong with the number at `start`, the cursor being where it went wrong.
    #[cold]
    fn not_a_number(&self, start: usize) -> Box<Fault> {
        let read = self.since(start).trim_start_matches('-');
        let fault = |message| Fault::syntax(start, message);
        Box::new(match (read, self.peek()) {
            ("", b'I' | b'i' | b'N' | b'n') => fault("JSON has no NaN and no infinity"),
            ("", b'.') => {
                fault("a number without a digit before its point").help("write `0.5` instead of `.5`")
            }
            ("", _) => fault("a `-` without digits"),
            ("0", b'x' | b'X' | b'o' | b'O' | b'b' | b'B') => {
                fault("JSON has only decimal numbers").help("write the number in decimal")
            }
            (_, b'_') => fault("JSON has no `_` in numbers").help("remove it"),
            (read, byte) if read.ends_with('.') && (!is_word(byte) || matches!(byte, b'e' | b'E')) => {
                fault("a number without a digit after its point")
            }
            (_, byte) if is_word(byte) => text_without_quotes(start),
            (read, _) if read.ends_with(['e', 'E', '+', '-']) => {
                fault("a number without digits in its exponent")
            }
            (_, b'.') => text_without_quotes(start),
            _ => fault("a number with a leading zero").help("remove the zero, or put text in double quotes"),
        })
    }
}

pub(super) fn text_without_quotes(at: usize) -> Fault {
    Fault::syntax(at, "text without quotes").help("put it in double quotes")
}
