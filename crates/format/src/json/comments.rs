//! JSON as people write it: with comments, and with a comma behind the last member.

/// The text with blanks in the place of its comments and last commas: all else stands where it stood.
pub(crate) fn blanked(text: &str) -> String {
    let mut out = text.as_bytes().to_vec();
    let mut at = 0;
    let mut token = b'[';
    let mut comma = None;
    while let Some(&byte) = out.get(at) {
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        let length = comment(rest);
        if length > 0 {
            blank(&mut out, at, length);
            at += length;
            continue;
        }
        match byte {
            b'"' => at += string(rest),
            _ => at += 1,
        }
        if byte.is_ascii_whitespace() {
            continue;
        }
        if let (b'}' | b']', Some(comma)) = (byte, comma) {
            blank(&mut out, comma, 1);
        }
        comma = (byte == b',' && !matches!(token, b',' | b'[' | b'{' | b':')).then_some(at - 1);
        token = byte;
    }
    // Blanks took the place of whole characters, for a comment starts and ends at one.
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

fn blank(bytes: &mut [u8], at: usize, length: usize) {
    for byte in bytes.iter_mut().skip(at).take(length) {
        if !matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

/// The length of the comment that a text starts with; 0 without one, and for one that never ends.
fn comment(text: &[u8]) -> usize {
    match text {
        [b'/', b'/', ..] => memchr::memchr(b'\n', text).unwrap_or(text.len()),
        [b'/', b'*', body @ ..] => memchr::memmem::find(body, b"*/").map_or(0, |length| length + 4),
        _ => 0,
    }
}

/// The length of the string that a text starts with.
fn string(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(blanked(text), expected);
    }

    #[test]
    fn comments_and_last_commas_become_blanks() {
        check("{} // é\n", "{}      \n");
        check("{/* a\r\n*/\"a\": 1,\n// b\n}", "{    \r\n  \"a\": 1 \n    \n}");
        check(r#"["//", "\"/*", 1, /*,*/ ]"#, r#"["//", "\"/*", 1        ]"#);
    }

    #[test]
    fn what_is_no_json_with_comments_stays_what_it_is() {
        for text in ["[,]", "[1,,]", "{,}", "{\"a\":,}", "[1] /* a", "\"a", "[1 / 2]", "\"a\\"] {
            check(text, text);
        }
    }
}
