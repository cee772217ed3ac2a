use super::scan::{Fault, Scanner};
use super::tree::Value;

/// What a number or literal would be, and cannot.
enum Flaw {
    Syntax(&'static str),
    WithHelp(&'static str, &'static str),
}

const INTEGER: &str = "a signed 64-bit integer";
const FLOAT: &str = "a finite 64-bit float";

const UNQUOTED: Flaw = Flaw::WithHelp("neither a number nor a date", "text needs quotes");

/// Numbers, booleans, dates and times.
impl<'a> Scanner<'_, 'a> {
    pub(super) fn scalar(&mut self) -> Result<Value<'a>, Fault> {
        let start = self.at;
        let token = self.token();
        if token.is_empty() {
            return Err(self.no_value());
        }
        let value = match token.as_bytes() {
            b"true" => Ok(Value::Bool(true)),
            b"false" => Ok(Value::Bool(false)),
            [b'0'..=b'9', ..] if is_date_or_time(token) => self.date(start, token),
            [b'0'..=b'9' | b'+' | b'-' | b'.', ..] | b"inf" | b"nan" => number(token),
            _ => Err(unquoted(token)),
        };
        value.map_err(|flaw| {
            self.at = start;
            self.flawed(flaw)
        })
    }

    /// Everything up to what may follow a value.
    fn token(&mut self) -> &'a str {
        let (start, rest) = (self.at, self.rest());
        let ends = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' | b'}' | b'#');
        self.at += rest.iter().position(ends).unwrap_or(rest.len());
        self.slice(start, self.at)
    }

    /// A date, a time, or both, with a space between them if the author likes.
    fn date(&mut self, start: usize, token: &'a str) -> Result<Value<'a>, Flaw> {
        let mut text = token;
        if matches!(self.rest(), [b' ', b'0'..=b'9', ..]) && !token.contains(':') {
            self.at += 1;
            self.token();
            text = self.slice(start, self.at);
        }
        match text.parse::<::toml::value::Datetime>() {
            Ok(_) => Ok(Value::Text(text.into())),
            Err(_) => Err(Flaw::WithHelp("no such date or time", "text needs quotes")),
        }
    }

    fn flawed(&self, flaw: Flaw) -> Fault {
        // A list without its bracket swallows the key of the next line.
        if !self.open_line_is_value() {
            return self.within_brackets("expected a value or `]` in a list");
        }
        match flaw {
            Flaw::Syntax(message) => self.fault(message, self.at),
            Flaw::WithHelp(message, help) => self.fault_with_help(message, help, self.at),
        }
    }

    /// Whether what starts here is a value rather than the key of a line.
    fn open_line_is_value(&self) -> bool {
        if self.bracket() != Some(b'[') {
            return true;
        }
        let line = self.rest().split(|&byte| byte == b'\n').next().unwrap_or_default();
        let token_end = line.iter().position(|byte| matches!(byte, b' ' | b'\t' | b'='));
        let behind = token_end.and_then(|end| line.get(end..)).unwrap_or_default();
        behind.trim_ascii_start().first() != Some(&b'=')
    }

    fn no_value(&self) -> Fault {
        match (self.peek(), self.bracket()) {
            (None, Some(_)) => self.unclosed(),
            (Some(b','), _) => self.fault("a value is missing before `,`", self.at),
            (Some(b'}'), _) => self.fault("a value is missing before `}`", self.at),
            (Some(b']'), _) => self.fault("a value is missing before `]`", self.at),
            _ => self.fault("a value is missing behind `=`", self.at),
        }
    }
}

fn unquoted(token: &str) -> Flaw {
    match token {
        "True" | "TRUE" | "False" | "FALSE" => Flaw::Syntax("a boolean is written `true` or `false`"),
        "null" | "Null" | "NULL" | "nil" | "none" | "None" | "~" => {
            Flaw::WithHelp("TOML has no null", "leave the key out")
        }
        _ if token.starts_with(['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}']) => {
            Flaw::WithHelp("typographic quotes", "write straight ones: `\"` or `'`")
        }
        _ if token.ends_with(['"', '\'']) => Flaw::Syntax("a string without its opening quote"),
        _ => Flaw::Syntax("a string value needs quotes"),
    }
}

/// `1979-…` or `07:…`.
fn is_date_or_time(token: &str) -> bool {
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
    let next = token.as_bytes().get(digits);
    digits == 4 && next == Some(&b'-') || digits == 2 && next == Some(&b':')
}

fn number<'a>(token: &str) -> Result<Value<'a>, Flaw> {
    let unsigned = token.strip_prefix(['+', '-']).unwrap_or(token);
    match unsigned.as_bytes() {
        b"inf" | b"nan" => return Ok(Value::OutOfRange(FLOAT)),
        [b'0', b'x', ..] => return based(token, 16),
        [b'0', b'o', ..] => return based(token, 8),
        [b'0', b'b', ..] => return based(token, 2),
        _ => {}
    }
    let is_float = check_decimal(unsigned)?;
    let digits = without_underscores(token);
    if !is_float {
        return Ok(digits.parse().map_or(Value::OutOfRange(INTEGER), Value::Integer));
    }
    match digits.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Value::Float(value)),
        _ => Ok(Value::OutOfRange(FLOAT)),
    }
}

/// An integer behind `0x`, `0o` or `0b`.
fn based<'a>(token: &str, base: u32) -> Result<Value<'a>, Flaw> {
    let Some(digits) = token.get(2..).filter(|_| token.starts_with('0')) else {
        return Err(Flaw::Syntax("a number in base 2, 8 or 16 has no sign"));
    };
    if !digits.bytes().all(|byte| byte == b'_' || (byte as char).is_digit(base)) {
        return Err(match base {
            16 => Flaw::Syntax("a hexadecimal number of other digits than 0 to 9 and a to f"),
            8 => Flaw::Syntax("an octal number of other digits than 0 to 7"),
            _ => Flaw::Syntax("a binary number of other digits than 0 and 1"),
        });
    }
    check_underscores(digits)?;
    let value = i64::from_str_radix(&without_underscores(digits), base);
    Ok(value.map_or(Value::OutOfRange(INTEGER), Value::Integer))
}

/// Checks the shape of a decimal number without its sign, and tells whether it is a float.
fn check_decimal(token: &str) -> Result<bool, Flaw> {
    let (mantissa, exponent) = match token.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (token, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    let parts = || [Some(whole), fraction, exponent].into_iter().flatten();
    if !parts().all(|part| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')) {
        return Err(UNQUOTED);
    }
    if parts().any(str::is_empty) {
        return Err(Flaw::Syntax("a number with a digit missing"));
    }
    parts().try_for_each(check_underscores)?;
    if whole.len() > 1 && whole.starts_with('0') {
        return Err(Flaw::WithHelp("a number that starts with a zero", "text needs quotes"));
    }
    Ok(fraction.is_some() || exponent.is_some())
}

fn check_underscores(digits: &str) -> Result<(), Flaw> {
    let misplaced = digits.starts_with('_') || digits.ends_with('_') || digits.contains("__");
    match (digits.is_empty(), misplaced) {
        (true, _) => Err(Flaw::Syntax("a number with a digit missing")),
        (_, true) => Err(Flaw::Syntax("`_` may only stand between two digits")),
        _ => Ok(()),
    }
}

fn without_underscores(digits: &str) -> std::borrow::Cow<'_, str> {
    if digits.contains('_') { digits.replace('_', "").into() } else { digits.into() }
}
