//! Scalars written as text, by people who had nothing but text: environment variables and `.env` files.

/// Reads an integer by TOML's rules: a sign, `_` between digits, `0x`, `0o` and `0b`, no leading zero.
pub fn parse_integer(text: &str) -> Option<i128> {
    let text = text.trim();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (radix, digits) = match unsigned.get(..2) {
        Some("0x") => (16, unsigned.get(2..)?),
        Some("0o") => (8, unsigned.get(2..)?),
        Some("0b") => (2, unsigned.get(2..)?),
        _ => (10, unsigned),
    };
    let plain = radix == 10;
    let leading_zero = plain && digits.len() > 1 && digits.starts_with('0');
    let signed = unsigned.len() != text.len();
    if leading_zero || !plain && signed || !well_separated(digits, |c| c.is_digit(radix)) {
        return None;
    }
    let value = i128::from_str_radix(&digits.replace('_', ""), radix).ok()?;
    Some(if text.starts_with('-') { -value } else { value })
}

/// Reads a finite float by TOML's rules; every integer is one too.
pub fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => (unsigned, "0"),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let decimal = |part: &str| well_separated(part, |c| c.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if leading_zero || ![whole, fraction, exponent].into_iter().all(decimal) {
        return None;
    }
    text.replace('_', "").parse().ok().filter(|value: &f64| value.is_finite())
}

/// Reads a boolean: `true`, `yes`, `on`, `1` or `false`, `no`, `off`, `0`, in any case.
pub fn parse_bool(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// Digits with single `_` between them.
fn well_separated(digits: &str, is_digit: impl Fn(char) -> bool) -> bool {
    digits.split('_').all(|group| !group.is_empty() && group.chars().all(&is_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_follow_toml() {
        for (text, expected) in [
            ("0", Some(0)),
            ("+99", Some(99)),
            (" -17 ", Some(-17)),
            ("1_000", Some(1000)),
            ("0xDEAD_beef", Some(0xdead_beef)),
            ("0o755", Some(0o755)),
            ("0b101", Some(5)),
            ("18446744073709551615", Some(u64::MAX.into())),
            ("007", None),
            ("1__0", None),
            ("_1", None),
            ("1_", None),
            ("0x", None),
            ("-0x1", None),
            ("", None),
            ("-", None),
            ("1.0", None),
            ("1e3", None),
            ("0XFF", None),
            ("+-1", None),
            ("é", None),
        ] {
            assert_eq!(parse_integer(text), expected, "{text}");
        }
    }

    #[test]
    fn floats_follow_toml_and_are_finite() {
        for (text, expected) in [
            ("3.25", Some(3.25)),
            ("1e3", Some(1000.0)),
            ("-2.5E-1", Some(-0.25)),
            ("1_0.5", Some(10.5)),
            ("7", Some(7.0)),
            (".5", None),
            ("5.", None),
            ("1e400", None),
            ("inf", None),
            ("nan", None),
            ("01.5", None),
            ("1e", None),
            ("", None),
        ] {
            assert_eq!(parse_float(text), expected, "{text}");
        }
    }

    #[test]
    fn booleans_take_the_words_people_use() {
        assert_eq!(parse_bool(" TRUE "), Some(true));
        assert_eq!(parse_bool("off"), Some(false));
        assert_eq!(parse_bool(""), None);
        assert_eq!(parse_bool("2"), None);
    }
}
