//! Where the values of a text in JSON stand, and those behind a `=` in TOML. The text has been read already: nothing
//! here looks for mistakes.

use super::source::{Comments, Source};
use super::tree::{Holds, Member, Node, Style};

/// The value at `at`, blanks and comments before it skipped.
pub(super) fn value(source: &Source<'_>, at: usize) -> Node {
    let start = source.gap(at);
    match source.byte(start) {
        Some(b'{') => collection(source, start, Holds::Keys),
        Some(b'[') => collection(source, start, Holds::Items),
        Some(quote @ (b'"' | b'\'')) => {
            Node::new(Style::Scalar(Some(quote.into())), start..end_of_quoted(source, start, quote))
        }
        _ => Node::new(Style::Scalar(None), start..end_of_bare(source, start)),
    }
}

fn collection(source: &Source<'_>, start: usize, holds: Holds) -> Node {
    let mut node = Node::new(Style::Flow(holds), start..start + 1);
    let end = members(source, start + 1, usize::MAX, holds, &mut node.members);
    node.span.end = source.text.len().min(end + 1);
    node
}

/// Reads the members from a place on to the closing bracket, or to the first thing at or behind `until`; where that is.
pub(super) fn members(
    source: &Source<'_>,
    mut at: usize,
    until: usize,
    holds: Holds,
    found: &mut Vec<Member>,
) -> usize {
    loop {
        at = source.gap(at);
        match source.byte(at) {
            _ if at >= until => return at,
            Some(b',') => at += 1,
            None | Some(b'}' | b']') => return at,
            Some(_) => {
                let member = member(source, at, holds);
                at = member.value.span.end.max(at + 1);
                found.push(member);
            }
        }
    }
}

fn member(source: &Source<'_>, at: usize, holds: Holds) -> Member {
    if holds == Holds::Items {
        let value = value(source, at);
        return Member { name: None, key: value.span.clone(), behind: Some(at), is_merge: false, value };
    }
    let key = at..end_of_key(source, at);
    let separator = if source.comments == Comments::Slash { ':' } else { '=' };
    let found = source.gap(key.end);
    let is_single = source.byte(found) == Some(separator as u8);
    // A dotted key: what it leads to is not a member of this map.
    let behind = source.rest(found).find(separator).map_or(found, |length| found + length + 1);
    let name = is_single.then(|| name(source, key.clone())).flatten();
    Member { name, key, behind: is_single.then_some(behind), is_merge: false, value: value(source, behind) }
}

/// Behind a part of a key, or a whole one in JSON.
pub(super) fn end_of_key(source: &Source<'_>, at: usize) -> usize {
    if let Some(quote @ (b'"' | b'\'')) = source.byte(at) {
        return end_of_quoted(source, at, quote);
    }
    let rest = source.rest(at);
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    at + rest.bytes().position(|byte| !is_bare(byte)).unwrap_or(rest.len())
}

/// What a part of a key says.
pub(super) fn name(source: &Source<'_>, key: std::ops::Range<usize>) -> Option<String> {
    let written = source.slice(key);
    match written.as_bytes().first() {
        Some(b'\'') => written.get(1..written.len().checked_sub(1)?).map(str::to_owned),
        Some(b'"') if written.contains('\\') => unescaped(source, written),
        Some(b'"') => written.get(1..written.len().checked_sub(1)?).map(str::to_owned),
        _ => Some(written.to_owned()),
    }
}

fn unescaped(source: &Source<'_>, written: &str) -> Option<String> {
    let (format, text) = match source.comments {
        Comments::Slash => (crate::Format::Json, format!("{{{written}: 0}}")),
        Comments::Hash => (crate::Format::Toml, format!("{written} = 0")),
    };
    let parsed = crate::parse(text.as_bytes(), format, "", &crate::ParseOptions::default()).ok()?;
    let (key, _) = parsed.document.root().entries().next()?;
    Some(key.to_owned())
}

fn end_of_quoted(source: &Source<'_>, start: usize, quote: u8) -> usize {
    let bytes = source.text.as_bytes();
    if source.comments == Comments::Hash && bytes.get(start..start + 3) == Some(&[quote; 3]) {
        return end_of_long(source, start, quote);
    }
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'\\' if quote == b'"' => at += 1,
            _ if byte == quote => return at,
            _ => {}
        }
    }
    bytes.len()
}

/// Behind a text between three quotes, which may end in up to two quotes of its own.
fn end_of_long(source: &Source<'_>, start: usize, quote: u8) -> usize {
    let bytes = source.text.as_bytes();
    let mut at = start + 3;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'\\' && quote == b'"' {
            at += 2;
        } else if bytes.get(at..at + 3) == Some(&[quote; 3]) {
            let own = bytes.iter().skip(at + 3).take(2).take_while(|&&more| more == quote).count();
            return at + 3 + own;
        } else {
            at += 1;
        }
    }
    bytes.len()
}

fn end_of_bare(source: &Source<'_>, start: usize) -> usize {
    let rest = source.rest(start);
    let ends = |byte: u8| matches!(byte, b',' | b']' | b'}' | b'\n' | b'\r' | b'#' | b'/');
    let length = rest.bytes().position(ends).unwrap_or(rest.len());
    start + rest.get(..length).unwrap_or_default().trim_end().len()
}
