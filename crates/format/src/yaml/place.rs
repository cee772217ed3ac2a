//! Places in a text, for errors.

use std::ops::Range;

/// The line that has the byte at `at`, without its end.
pub(super) fn line(text: &str, at: usize) -> Range<usize> {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let end = after.find(['\n', '\r']).map_or(text.len(), |length| at + length);
    start..end
}

/// The blanks that the line starts with.
pub(super) fn indentation(text: &str, at: usize) -> Range<usize> {
    let line = line(text, at);
    let content = text.get(line.clone()).unwrap_or_default().trim_start_matches([' ', '\t']);
    line.start..line.end - content.len()
}

/// How many characters stand before `at` in its line.
pub(super) fn column(text: &str, at: usize) -> usize {
    text.get(line(text, at).start..at).unwrap_or_default().chars().count()
}

/// The key, or the last `-`, with which the line of the value at `at` starts.
pub(super) fn item(text: &str, at: usize) -> usize {
    let mut item = indentation(text, at).end;
    while let Some(content) = text.get(item..at).and_then(|rest| rest.strip_prefix("- ")).map(str::trim_start)
        && !content.is_empty()
    {
        item = at - content.len();
    }
    item
}

/// The first line that starts within `range` with something after so many spaces at most: what that is.
pub(super) fn line_indented_at_most(text: &str, range: Range<usize>, spaces: usize) -> Option<usize> {
    let mut at = range.start;
    loop {
        at += text.get(at..range.end)?.find(['\n', '\r'])? + 1;
        let rest = text.get(at..range.end)?;
        let indentation = rest.len() - rest.trim_start_matches(' ').len();
        let is_blank = !rest.trim_start_matches([' ', '\t']).starts_with(|c| c != '\n' && c != '\r');
        if !is_blank && indentation <= spaces {
            return Some(at + indentation);
        }
    }
}

/// The last tab before `at` or at it.
pub(super) fn tab_before(text: &str, at: usize) -> usize {
    text.get(..=at).unwrap_or(text).rfind('\t').unwrap_or(at)
}

/// The first tab in the indentation of a line below `at` that is not blank.
pub(super) fn tab_below(text: &str, at: usize) -> usize {
    let mut start = at;
    for line in text.get(at..).unwrap_or_default().split_inclusive(['\n', '\r']) {
        let content = line.trim_start_matches([' ', '\t']);
        let tab = line.get(..line.len() - content.len()).and_then(|blanks| blanks.find('\t'));
        match tab {
            Some(tab) if start > at && !content.trim_end().is_empty() => return start + tab,
            _ => start += line.len(),
        }
    }
    at
}

/// Where something is first found.
pub(super) fn find(text: &str, from: usize, what: &str) -> usize {
    text.get(from..).and_then(|rest| rest.find(what)).map_or(from, |distance| from + distance)
}

/// The `-` that `at` is behind, with nothing but blanks and a comment between them.
pub(super) fn dash_before(text: &str, at: usize) -> Option<usize> {
    let line = line(text, at).start;
    let before = text.get(line..at)?.split('#').next()?.trim_end();
    before.ends_with('-').then(|| line + before.len() - 1)
}

/// The `|` or `>` of a block scalar, where `from` is behind the token before it.
pub(crate) fn block_indicator(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        let is_separate =
            at.checked_sub(1).and_then(|before| bytes.get(before)).is_none_or(u8::is_ascii_whitespace);
        match byte {
            b'|' | b'>' if is_separate => return Some(at),
            b'#' if is_separate => at = line(text, at).end,
            _ => at += 1,
        }
    }
    None
}

/// What is open at the end of a stretch of text.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Unclosed {
    pub(super) quote: Option<usize>,
    /// The innermost bracket.
    pub(super) bracket: Option<usize>,
}

/// Finds quotes and brackets between two tokens.
pub(super) fn unclosed(text: &str, from: usize, to: usize) -> Unclosed {
    let bytes = text.as_bytes();
    let mut brackets = Vec::new();
    let mut at = from;
    while at < to {
        let starts_token = at
            .checked_sub(1)
            .and_then(|before| bytes.get(before))
            .is_none_or(|before| matches!(before, b' ' | b'\t' | b'\n' | b'\r' | b'[' | b'{' | b',' | b':'));
        match bytes.get(at) {
            Some(&quote @ (b'"' | b'\'')) if starts_token => match end_of_quoted(bytes, at, quote) {
                Some(end) if end <= to => at = end,
                _ => return Unclosed { quote: Some(at), bracket: brackets.pop() },
            },
            Some(b'#') if starts_token => at = line(text, at).end,
            Some(b'[' | b'{') if starts_token => {
                brackets.push(at);
                at += 1;
            }
            Some(b']' | b'}') => {
                brackets.pop();
                at += 1;
            }
            _ => at += 1,
        }
    }
    Unclosed { quote: None, bracket: brackets.pop() }
}

fn end_of_quoted(bytes: &[u8], start: usize, quote: u8) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match (bytes.get(at)?, bytes.get(at + 1)) {
            (b'\\', _) if quote == b'"' => at += 2,
            (b'\'', Some(b'\'')) if quote == b'\'' => at += 2,
            (byte, _) if *byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// The first escape of a double-quoted text that is not valid; the quote when all are.
pub(super) fn bad_escape(text: &str, quote: usize) -> usize {
    let mut at = quote;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(next) = rest.find('\\') else { break };
        match escape_length(rest.get(next + 1..).unwrap_or_default()) {
            Some(length) => at += next + 1 + length,
            None => return at + next,
        }
    }
    quote
}

/// The length of a valid escape behind its backslash.
fn escape_length(escape: &str) -> Option<usize> {
    let first = escape.chars().next()?;
    match first {
        'x' => code(escape, 2).map(|_| 3),
        'u' => match code(escape, 4)? {
            0xD800..=0xDBFF => {
                let low = escape.get(5..)?.strip_prefix('\\').filter(|low| low.starts_with('u'))?;
                matches!(code(low, 4)?, 0xDC00..=0xDFFF).then_some(11)
            }
            code => char::from_u32(code).map(|_| 5),
        },
        'U' => char::from_u32(code(escape, 8)?).map(|_| 9),
        _ => "0abt\tnvfre \"/\\N_LP\n\r".contains(first).then_some(1),
    }
}

/// The number behind the letter of an escape.
fn code(escape: &str, digits: usize) -> Option<u32> {
    let digits = escape.get(1..=digits)?;
    if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        u32::from_str_radix(digits, 16).ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_innermost_open_bracket_and_quote() {
        let open = |text: &str| unclosed(text, 0, text.len());
        assert_eq!(open(": [a, [b], 'it''s ]', \"\\\"]\""), Unclosed { quote: None, bracket: Some(2) });
        assert_eq!(open("a: 'x\nb: 1"), Unclosed { quote: Some(3), bracket: None });
        assert_eq!(open("a: it's # [ '\nb: {}"), Unclosed::default());
    }

    #[test]
    fn finds_the_escape_that_is_not_valid() {
        let at = |text: &str| bad_escape(text, 0);
        assert_eq!(at(r#""a\n\x41é\q""#), 10);
        assert_eq!(at(r#""\ud83d\ude00\ud800x""#), 13);
        assert_eq!(at(r#""\u00e9\uDC00""#), 7);
        assert_eq!(at(r#""\U00110000""#), 1);
        assert_eq!(at(r#""fine""#), 0);
    }

    #[test]
    fn finds_tabs() {
        assert_eq!(tab_before("a:\n \tb: 1", 5), 4);
        assert_eq!(tab_before("-\t- a", 2), 1);
        assert_eq!(tab_below("a: \tb\n\t\n  \tc", 4), 10);
    }
}
