//! What a scalar means: the core schema of YAML 1.2.2, section 10.3, with one exception for leading zeros.
//!
//! | plain text | is |
//! |---|---|
//! | nothing, `~`, `null` `Null` `NULL` | null |
//! | `true` `True` `TRUE` `false` `False` `FALSE` | boolean |
//! | `12` `-3` `+7`, `0x1F`, `0o17` | integer |
//! | `1.5` `.5` `2.` `1e3` | float |
//! | `0644` `-007` | string, with a warning: half of the world reads it as octal |
//! | integers outside `i64` and `u64`, `1e400`, `.inf`, `.nan` | error |
//! | all else, `yes` `no` `on` `off` `0b1` `1_000` `1:30` among it | string |

/// What a scalar means; [`Scalar::Text`] is the text itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Integer(i64),
    /// Above `i64::MAX`.
    Unsigned(u64),
    Float(f64),
    Text,
}

/// Why a scalar has no plain meaning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Oddity {
    /// An integer with a leading zero.
    LeadingZero,
    /// A number that this type cannot hold.
    OutOfRange(&'static str),
    /// The text does not fit its tag, which wants this.
    Unfit(&'static str),
}

/// The tags of the core schema, and `!`, which makes every scalar a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Null,
    Bool,
    Int,
    Float,
    Str,
    Seq,
    Map,
    NonSpecific,
}

const INTEGER: &str = "a 64-bit integer";
const FLOAT: &str = "a finite 64-bit float";

/// The meaning of a plain scalar without a tag.
#[inline]
pub(super) fn plain(text: &str) -> Result<Scalar, Oddity> {
    match text.as_bytes().first() {
        None => Ok(Scalar::Null),
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => number(text),
        Some(b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F') => Ok(word(text)),
        Some(_) => Ok(Scalar::Text),
    }
}

/// The meaning of a scalar with a tag, in whatever style it is written.
pub(super) fn tagged(tag: Tag, text: &str) -> Result<Scalar, Oddity> {
    let unfit = |expected| Err(Oddity::Unfit(expected));
    match (tag, plain(text)) {
        (Tag::Str | Tag::NonSpecific, _) => Ok(Scalar::Text),
        (Tag::Seq, _) => unfit("a list"),
        (Tag::Map, _) => unfit("a map"),
        (Tag::Null, Ok(Scalar::Null)) => Ok(Scalar::Null),
        (Tag::Null, _) => unfit("`null`, `~` or nothing"),
        (Tag::Bool, Ok(Scalar::Bool(value))) => Ok(Scalar::Bool(value)),
        (Tag::Bool, _) => unfit("`true` or `false`"),
        (Tag::Int, Ok(integer @ (Scalar::Integer(_) | Scalar::Unsigned(_)))) => Ok(integer),
        (Tag::Int, Err(Oddity::OutOfRange(INTEGER))) => Err(Oddity::OutOfRange(INTEGER)),
        (Tag::Int, Err(Oddity::LeadingZero)) => unfit("an integer without leading zeros (octal is `0o17`)"),
        (Tag::Int, _) => unfit("an integer"),
        (Tag::Float, _) => float(text).or_else(|| not_finite(text)).unwrap_or(unfit("a decimal number")),
    }
}

fn word(text: &str) -> Scalar {
    match text {
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "true" | "True" | "TRUE" => Scalar::Bool(true),
        "false" | "False" | "FALSE" => Scalar::Bool(false),
        _ => Scalar::Text,
    }
}

fn number(text: &str) -> Result<Scalar, Oddity> {
    let magnitude = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_decimal = magnitude.bytes().all(|byte| byte.is_ascii_digit());
    match magnitude.as_bytes() {
        [] => Ok(Scalar::Text),
        [b'0', _, ..] if is_decimal => Err(Oddity::LeadingZero),
        _ if is_decimal => integer(text, 10),
        [b'0', b'x', ..] => digits(text, "0x", 16),
        [b'0', b'o', ..] => digits(text, "0o", 8),
        _ => float(text).or_else(|| not_finite(text)).unwrap_or(Ok(Scalar::Text)),
    }
}

/// Digits behind a prefix, which allows no sign before or after it.
fn digits(text: &str, prefix: &str, radix: u32) -> Result<Scalar, Oddity> {
    match text.strip_prefix(prefix) {
        Some(digits) if !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix)) => {
            integer(digits, radix)
        }
        _ => Ok(Scalar::Text),
    }
}

fn integer(digits: &str, radix: u32) -> Result<Scalar, Oddity> {
    if let Ok(value) = i64::from_str_radix(digits, radix) {
        return Ok(Scalar::Integer(value));
    }
    match u64::from_str_radix(digits, radix) {
        Ok(value) => Ok(Scalar::Unsigned(value)),
        Err(_) => Err(Oddity::OutOfRange(INTEGER)),
    }
}

/// A decimal number with a float's value; `None` when it is not one.
fn float(text: &str) -> Option<Result<Scalar, Oddity>> {
    // The check keeps out what only Rust takes for a number: `inf`, `nan`.
    let is_decimal = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    let value: f64 = if is_decimal { text.parse().ok()? } else { return None };
    Some(if value.is_finite() { Ok(Scalar::Float(value)) } else { Err(Oddity::OutOfRange(FLOAT)) })
}

fn not_finite(text: &str) -> Option<Result<Scalar, Oddity>> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let infinite = matches!(unsigned, ".inf" | ".Inf" | ".INF");
    let not_a_number = matches!(text, ".nan" | ".NaN" | ".NAN");
    (infinite || not_a_number).then_some(Err(Oddity::OutOfRange(FLOAT)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(text: &str, expected: Scalar) {
        assert_eq!(plain(text), Ok(expected), "{text}");
    }

    fn all_are(texts: &str, expected: Scalar) {
        texts.split(' ').for_each(|text| is(text, expected));
    }

    #[test]
    fn nulls_and_booleans() {
        is("", Scalar::Null);
        all_are("~ null Null NULL", Scalar::Null);
        all_are("true True TRUE", Scalar::Bool(true));
        all_are("false False FALSE", Scalar::Bool(false));
        all_are("nULL tRUE falsE ~~ nul nulls t f n N y Y yes Yes no No on On off OFF", Scalar::Text);
    }

    #[test]
    fn integers() {
        all_are("0 -0 +0 0x0 0o0 0x00", Scalar::Integer(0));
        all_are("31 +31 0x1F 0x1f 0o37 0x001F", Scalar::Integer(31));
        all_are("-9223372036854775808", Scalar::Integer(i64::MIN));
        all_are("9223372036854775807 0x7FFFFFFFFFFFFFFF", Scalar::Integer(i64::MAX));
        all_are("9223372036854775808 0x8000000000000000", Scalar::Unsigned(1 << 63));
        all_are("18446744073709551615 0xFFFFFFFFFFFFFFFF +18446744073709551615", Scalar::Unsigned(u64::MAX));
        all_are(
            "0x 0o 0x-1 0o-1 0x+1 -0x1F +0o17 0o8 0xG 0b101 1_000 1,000 1:30 - + -- 1-1 0X1F",
            Scalar::Text,
        );
    }

    #[test]
    fn floats() {
        all_are("1.5 +1.5 1.50 15e-1 .15e1 0.15E+1", Scalar::Float(1.5));
        all_are("2. 2.0 2e0 02.0 2.e0", Scalar::Float(2.0));
        all_are("1e-400 0e0", Scalar::Float(0.0));
        is("-0.0", Scalar::Float(-0.0));
        all_are(
            ". .. ... .e1 1e 1e+ e1 1.2.3 10.0.0.1 2001-12-14 + -. inf nan infinity -inf .inF",
            Scalar::Text,
        );
    }

    #[test]
    fn leading_zeros() {
        for text in ["007", "0644", "-007", "+00", "08"] {
            assert_eq!(plain(text), Err(Oddity::LeadingZero), "{text}");
        }
    }

    #[test]
    fn out_of_range() {
        for text in ["18446744073709551616", "-9223372036854775809", "0x10000000000000000"] {
            assert_eq!(plain(text), Err(Oddity::OutOfRange(INTEGER)), "{text}");
        }
        for text in ["1e400", "-1e400", ".inf", "-.Inf", "+.INF", ".nan", ".NaN", ".NAN"] {
            assert_eq!(plain(text), Err(Oddity::OutOfRange(FLOAT)), "{text}");
        }
    }

    #[test]
    fn tags_decide_and_refuse() {
        assert_eq!(tagged(Tag::Str, "007"), Ok(Scalar::Text));
        assert_eq!(tagged(Tag::NonSpecific, "12"), Ok(Scalar::Text));
        assert_eq!(tagged(Tag::Int, "0x1F"), Ok(Scalar::Integer(31)));
        assert_eq!(tagged(Tag::Float, "1"), Ok(Scalar::Float(1.0)));
        assert_eq!(tagged(Tag::Float, "010"), Ok(Scalar::Float(10.0)));
        assert_eq!(tagged(Tag::Float, "18446744073709551616"), Ok(Scalar::Float(18446744073709551616.0)));
        assert_eq!(tagged(Tag::Bool, "True"), Ok(Scalar::Bool(true)));
        assert_eq!(tagged(Tag::Null, ""), Ok(Scalar::Null));
        let unfit = [
            (Tag::Int, "1.5"),
            (Tag::Int, "010"),
            (Tag::Int, ""),
            (Tag::Float, "x"),
            (Tag::Float, "0x1F"),
            (Tag::Bool, "yes"),
            (Tag::Null, "0"),
            (Tag::Seq, "[]"),
            (Tag::Map, "{}"),
        ];
        for (tag, text) in unfit {
            assert!(matches!(tagged(tag, text), Err(Oddity::Unfit(_))), "{tag:?} {text}");
        }
        assert_eq!(tagged(Tag::Int, "99999999999999999999"), Err(Oddity::OutOfRange(INTEGER)));
        assert_eq!(tagged(Tag::Float, ".inf"), Err(Oddity::OutOfRange(FLOAT)));
    }
}
