use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use enhanced_config_core::{Location, Redactor};

use super::harmless::harmless_char;
use super::names::{is_secret_value, names_secret};
use super::secrets::Secrets;
use super::{exact, guess};
use crate::json::comments::blanked;
use crate::{Format, ParseOptions, parse};

/// The text of a layer, and which of its lines may be shown.
pub(super) struct Source<T> {
    text: T,
    /// Where each line starts.
    starts: Vec<usize>,
    /// For each line whether a secret may be on it.
    secret: Vec<bool>,
    /// Whether the values decided, so that only comments remain in doubt.
    is_exact: bool,
    /// The lines that were asked for, and whether they may be shown: one may be long and hold many problems.
    asked: HashMap<usize, bool>,
}

/// What may be shown of a place.
pub(super) enum Excerpt {
    Line(Line),
    /// Nothing, because a secret may be on the line.
    Hidden,
}

/// A line as it is shown.
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) text: String,
    /// The bytes of `text` to underline.
    pub(super) marked: Range<usize>,
    /// Whether the line is longer than `text`.
    pub(super) is_cut: bool,
}

/// A line of more bytes is cut around its place: laying out a megabyte takes a second.
const LONG: usize = 2_000;
/// Characters that a cut line keeps on either side.
const AROUND: usize = 60;

impl<T: AsRef<str>> Source<T> {
    pub(super) fn new(text: T, name: &str, redactor: &Redactor) -> Self {
        Self::beside(text, name, redactor, None)
    }

    /// A text beside another one, whose secrets are secret in this one as well.
    pub(super) fn beside(text: T, name: &str, redactor: &Redactor, other: Option<&Secrets>) -> Self {
        let read = bare(&text);
        let starts: Vec<usize> = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', read.as_bytes()).map(|end| end + 1))
            .collect();
        let format = Format::of_path(Path::new(name));
        let options = ParseOptions::default();
        let parsed = format.and_then(|format| parse(read.as_bytes(), format, name, &options).ok());
        let is_exact = parsed.is_some();
        let secret = match parsed {
            Some(parsed) => {
                let mut secret = exact::secret_lines(&parsed.document, read, &starts, redactor, other);
                if format == Some(Format::Jsonc) {
                    hide_comments(read, &mut secret);
                }
                secret
            }
            None => guess::secret_lines(read, format, redactor),
        };
        Self { text, starts, secret, is_exact, asked: HashMap::new() }
    }

    /// The line of a place, `None` when there is no such line.
    pub(super) fn excerpt(&mut self, location: Location) -> Option<Excerpt> {
        let at = (location.line as usize).checked_sub(1)?;
        let text = bare(&self.text);
        let start = *self.starts.get(at)?;
        let end = self.starts.get(at + 1).copied().unwrap_or(text.len());
        let line = text.get(start..end)?.trim_end_matches(['\n', '\r']);
        let may_be_shown = match self.asked.get(&at) {
            Some(&known) => known,
            None => !self.may_be_secret(at, line),
        };
        self.asked.insert(at, may_be_shown);
        if !may_be_shown {
            return Some(Excerpt::Hidden);
        }
        let column = (location.column as usize).saturating_sub(1);
        let place = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
        Some(Excerpt::Line(shown(line, place, at + 1)))
    }

    /// A line, counted from 0, without its end, where it may be shown.
    pub(super) fn line(&self, at: usize) -> Option<&str> {
        let text = bare(&self.text);
        let end = self.starts.get(at + 1).copied().unwrap_or(text.len());
        let line = text.get(*self.starts.get(at)?..end)?.trim_end_matches(['\n', '\r']);
        (!self.may_be_secret(at, line)).then_some(line)
    }

    fn may_be_secret(&self, at: usize, line: &str) -> bool {
        // A bracket that closes a secret tells nothing of it.
        if guess::is_closing(line) {
            return false;
        }
        let doubtful = match line.find('#') {
            _ if !self.is_exact => line,
            Some(comment) => line.get(comment..).unwrap_or_default(),
            None => "",
        };
        self.secret.get(at).copied().unwrap_or(true) || names_secret(doubtful) || is_secret_value(line)
    }
}

/// Hides the lines with a comment of JSON that name a secret. Such a comment may go on for lines, so that no line tells
/// alone whether it is one.
fn hide_comments(text: &str, secret: &mut [bool]) {
    let blanked = blanked(text);
    let lines = text.split('\n').zip(blanked.split('\n'));
    for ((line, blanked), secret) in lines.zip(secret) {
        *secret |= line != blanked && names_secret(line);
    }
}

/// The text without a byte order mark, as positions count.
fn bare<T: AsRef<str>>(text: &T) -> &str {
    let text = text.as_ref();
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn shown(line: &str, place: usize, number: usize) -> Line {
    let (before, rest) = line.split_at_checked(place).unwrap_or((line, ""));
    let (marked, after) = rest.split_at_checked(token_length(rest)).unwrap_or((rest, ""));
    let is_cut = line.len() > LONG;
    let (before, marked, after) = match is_cut {
        true => (last_chars(before), first_chars(marked), first_chars(after)),
        false => (before.into(), marked.into(), after.into()),
    };
    let clean = |text: String| text.chars().map(|c| if c == '\t' { c } else { harmless_char(c) }).collect();
    let (before, marked, after): (String, String, String) = (clean(before), clean(marked), clean(after));
    let range = before.len()..before.len() + marked.len();
    Line { number, text: before + &marked + &after, marked: range, is_cut }
}

fn first_chars(text: &str) -> String {
    match text.char_indices().nth(AROUND) {
        Some((end, _)) => format!("{}\u{2026}", text.get(..end).unwrap_or_default()),
        None => text.into(),
    }
}

fn last_chars(text: &str) -> String {
    match text.char_indices().rev().nth(AROUND) {
        Some((start, _)) => format!("\u{2026}{}", text.get(start..).unwrap_or_default()),
        None => text.into(),
    }
}

/// How many bytes the key or value at the start of `text` has, as far as one line tells.
fn token_length(text: &str) -> usize {
    let Some(first) = text.chars().next() else { return 0 };
    match text.split_at_checked(1) {
        // A string reaches to its closing quote, or to the end of the line.
        Some((quote @ ("\"" | "'"), rest)) => {
            guess::closing(rest, quote).map_or(text.trim_end().len(), |length| length + 1)
        }
        _ => word_length(text).max(first.len_utf8()),
    }
}

/// A word up to a blank, a bracket, a comma, or what separates a key from its value.
fn word_length(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|&(_, next)| next);
        let ends = match c {
            ':' => next.is_none_or(char::is_whitespace),
            ',' | '=' | '[' | ']' | '{' | '}' | '"' | '\'' => true,
            c => c.is_whitespace(),
        };
        if ends {
            return at;
        }
    }
    text.len()
}
