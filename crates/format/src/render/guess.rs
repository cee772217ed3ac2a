//! Which lines may hold a secret, in a text that cannot be read.
//!
//! A broken text can be meant in several ways: a quote or bracket that is open at the end of a line may be meant to
//! reach further, or be a slip. [`secret_lines`] reads the text in each of these ways, as loosely as it can, and
//! hides every line that is below a secret key in any of them. A key reaches to the next line that clearly starts a
//! key of the same or a lower column; whatever is not clear still belongs to it.

use enhanced_config_core::{KeyPath, Redactor, Segment};

use super::names::{Names, is_secret_value, names_secret, unescaped};
use crate::Format;

/// A longer text is hidden as a whole: reading it in all ways takes a second for every few megabytes.
const LONGEST: usize = 512 << 10;

/// The same where paths are looked up too, which costs ten times as much.
const LONGEST_WITH_PATHS: usize = LONGEST / 8;

/// Nesting is not followed further: what is deeper is hidden.
const DEEPEST: usize = 256;

/// The same where paths are looked up too.
const DEEPEST_WITH_PATHS: usize = 16;

/// How many of the keys around another are tried as the first of its path.
const MOST_PARENTS: usize = 6;

/// For each line whether it may hold a secret.
pub(super) fn secret_lines(text: &str, format: Option<Format>, redactor: &Redactor) -> Vec<bool> {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut names = Names::new(redactor);
    if text.len() > if names.has_paths() { LONGEST_WITH_PATHS } else { LONGEST } {
        return vec![true; lines.len()];
    }
    let styles: &[Style] = match format {
        Some(Format::Toml) => &[Style::Headers],
        Some(Format::DotEnv) => &[Style::Equals],
        Some(Format::Json | Format::Jsonc | Format::Yaml) => &[Style::Colon],
        None => &[Style::Headers, Style::Equals, Style::Colon],
    };
    let mut secret = vec![false; lines.len()];
    for _ in 0..MOST_PASSES {
        for &style in styles {
            for (quotes, brackets) in [(true, true), (true, false), (false, true), (false, false)] {
                let mut guess = Guess::new(style, quotes, brackets, &mut names);
                for (line, secret) in lines.iter().zip(&mut secret) {
                    *secret |= guess.line(line);
                }
            }
        }
        let hidden = lines.iter().zip(&secret).filter(|(line, secret)| **secret || names_secret(line));
        if !names.add_anchors(hidden.flat_map(|(line, _)| marked(line, '*'))) {
            return secret;
        }
    }
    vec![true; lines.len()]
}

/// What aliases refer to is secret where they stand for a secret, which takes another pass to find out.
const MOST_PASSES: usize = 4;

/// The names behind a mark: YAML's `&anchor` and `*alias`.
fn marked(line: &str, mark: char) -> impl Iterator<Item = &str> {
    line.split(mark).skip(1).map(|rest| {
        let end = rest.find(|c: char| c.is_whitespace() || "[]{},\"'".contains(c)).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    })
}

/// What stands between a key and its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Colon,
    Equals,
    /// `=`, and `[key]` lines head tables.
    Headers,
}

/// One way to read a text.
struct Guess<'n, 'r, 'a> {
    style: Style,
    /// Whether a quote open at the end of a line reaches into the next.
    quotes: bool,
    /// Whether a bracket does.
    brackets: bool,
    names: &'n mut Names<'r, 'a>,
    /// The keys that are open, the innermost last.
    ways: Vec<Way>,
    /// How many brackets are open.
    depth: usize,
    /// The quotes that the text is inside of.
    quote: Option<&'a str>,
    /// The column of the last secret key that ended.
    ended: Option<usize>,
    /// Whether the last line was a key or an item without any doubt.
    is_clear: bool,
}

/// A key that is open.
struct Way {
    segments: Vec<Segment>,
    /// The column of the key, counted from 1; 0 for the header of a table.
    column: usize,
    depth: usize,
    /// Whether it, or one around it, is secret.
    secret: bool,
    /// Whether no value followed it on its line, so that the next line must be its value.
    fresh: bool,
}

impl<'n, 'r, 'a> Guess<'n, 'r, 'a> {
    fn new(style: Style, quotes: bool, brackets: bool, names: &'n mut Names<'r, 'a>) -> Self {
        Self {
            style,
            quotes,
            brackets,
            names,
            ways: Vec::new(),
            depth: 0,
            quote: None,
            ended: None,
            is_clear: true,
        }
    }

    /// Reads a line, and tells whether any of it may be below a secret key.
    fn line(&mut self, line: &'a str) -> bool {
        // Below a secret key, brackets and quotes always reach further.
        if !self.brackets && !self.is_secret() {
            self.depth = 0;
            self.ways.iter_mut().for_each(|way| way.depth = 0);
        }
        let mut start = start_of_key(line);
        let mut secret = false;
        if let Some(quote) = self.quote {
            let Some(end) = closing(line, quote) else { return self.is_secret() };
            (self.quote, start) = (None, end);
            self.is_clear = false;
        } else if let Some(comment) = line.trim_start().strip_prefix('#') {
            self.comment(comment, line.len() - comment.len());
            return self.is_secret();
        } else if line.trim().trim_start_matches('-').is_empty() {
            // The value of an item may stand on the next line.
            self.ways.iter_mut().for_each(|way| way.fresh |= !line.trim().is_empty());
            return self.is_secret();
        } else {
            secret |= self.ways.iter().any(|way| way.fresh && way.secret);
            self.reopen(start);
            self.close_ways(line, start);
        }
        self.ways.iter_mut().for_each(|way| way.fresh = false);
        secret |= self.is_secret();
        secret | self.open_ways(line, start)
    }

    fn is_secret(&self) -> bool {
        self.ways.last().is_some_and(|way| way.secret) || self.ways.len() > DEEPEST
    }

    /// Opens the last secret key again when a line is indented as its members were, below a key that has a value: a
    /// line in between may have lost its indentation.
    fn reopen(&mut self, start: usize) {
        let has_value = |way: &Way| !way.fresh && way.column <= start;
        let is_odd = self.style == Style::Colon && self.ways.last().is_some_and(has_value);
        if let Some(column) = self.ended.filter(|&column| is_odd && self.depth == 0 && column <= start) {
            self.open_secret(column - 1);
        }
    }

    /// Opens the key of a secret whose value still stands where it did before the key was made a comment.
    fn comment(&mut self, comment: &'a str, start: usize) {
        let text = comment.trim_start_matches('#').trim();
        let is_header = self.is_header(text);
        if (is_header || text.ends_with([':', '=', '{', '[', '|', '>'])) && self.names.names_secret(text) {
            self.open_secret(start);
            self.ways.last_mut().into_iter().filter(|_| is_header).for_each(|way| way.column = 0);
        }
    }

    /// Ends the keys that a line clearly is not below.
    fn close_ways(&mut self, line: &str, start: usize) {
        if self.depth > 0 {
            return;
        }
        let is_item = line.trim_start().starts_with("- ");
        let line = line.get(start..).unwrap_or_default();
        // Below a secret key, a line behind one that is neither a key nor an item may be a piece of it.
        let (is_header, is_key) = (self.is_header(line), self.starts_with_key(line));
        let is_trusted = self.is_clear || !self.is_secret();
        self.is_clear = is_header || is_key || is_item || is_closing(line);
        if is_header && is_trusted {
            self.ways.clear();
        } else if is_key && is_trusted {
            let ends = |way: &&Way| way.column > start;
            self.ended =
                self.ways.iter().filter(ends).find(|way| way.secret).map(|way| way.column).or(self.ended);
            self.ways.retain(|way| !ends(&way));
        }
    }

    fn is_header(&self, line: &str) -> bool {
        let mut unquoted = line.split(['"', '\'']).step_by(2);
        self.may_be_header(line) && !unquoted.any(|part| part.contains('='))
    }

    fn may_be_header(&self, line: &str) -> bool {
        let name = line.split('#').next().unwrap_or_default();
        let outside = self.style == Style::Headers && self.depth == 0;
        outside && line.starts_with('[') && name.contains(char::is_alphanumeric)
    }

    /// Whether a line that starts like this can only be meant as a key with its value.
    fn starts_with_key(&self, line: &str) -> bool {
        let is_quoted = line.starts_with(['"', '\'']);
        let length = match line.split_at_checked(1) {
            Some((quote, rest)) if is_quoted => closing(rest, quote).map(|length| length + 1),
            _ => line.find(|c: char| !(c.is_alphanumeric() || "_-.$/@ \t".contains(c))),
        };
        let Some((key, value)) = length.and_then(|length| line.split_at_checked(length)) else {
            return false;
        };
        let value = value.trim_start();
        match self.style {
            _ if !key.starts_with(|c: char| c.is_alphanumeric() || "_\"'".contains(c)) => false,
            Style::Colon => value
                .strip_prefix(':')
                .is_some_and(|value| is_quoted || value.is_empty() || value.starts_with(char::is_whitespace)),
            // A line that only ends in `=` may be the end of something in base 64.
            Style::Equals | Style::Headers => value
                .strip_prefix('=')
                .is_some_and(|value| value.contains(|c: char| c != '=' && !c.is_whitespace())),
        }
    }

    /// Goes through a line, opening and closing keys, and tells whether one of them is secret.
    fn open_ways(&mut self, line: &'a str, start: usize) -> bool {
        if self.may_be_header(line.get(start..).unwrap_or_default()) {
            return self.open_header(line);
        }
        let (mut piece, mut at) = (start, start);
        let (mut secret, mut has_slip) = (false, false);
        while let Some(c) = line.get(at..).and_then(|rest| rest.chars().next()) {
            let (before, behind) = line.split_at_checked(at).unwrap_or_default();
            let mut next = at + c.len_utf8();
            if matches!(c, '"' | '\'') && !has_slip && !before.ends_with(char::is_alphanumeric) {
                match self.string(behind) {
                    Some(length) => next = at + length,
                    None => has_slip = true,
                }
            } else if c == '#' && before.ends_with(char::is_whitespace) {
                self.comment(behind, at);
                break;
            } else if "{}[],:=".contains(c) {
                secret |= self.mark(c, line.get(piece..at).unwrap_or_default(), piece, behind);
                piece = next;
            }
            at = next;
        }
        self.suspect(line.get(piece..at).unwrap_or_default(), piece);
        let is_anchor = marked(line, '&').any(|anchor| self.names.is_anchor(anchor));
        if is_anchor || is_secret_value(line) {
            self.open_secret(start_of_key(line));
        }
        secret || is_anchor
    }

    /// The length of the string that `text` starts with, quotes included; all of the text when the string reaches
    /// into the next line, and nothing when its quote is a slip.
    fn string(&mut self, text: &'a str) -> Option<usize> {
        let is_triple = self.style != Style::Colon && (text.starts_with("\"\"\"") || text.starts_with("'''"));
        let (quote, rest) = text.split_at_checked(if is_triple { 3 } else { 1 })?;
        match closing(rest, quote) {
            Some(length) => Some(quote.len() + length),
            None if self.quotes || self.is_secret() => {
                self.quote = Some(quote);
                Some(text.len())
            }
            None => None,
        }
    }

    /// Takes note of a mark with the piece of text before it, and tells whether the key that it ends is secret.
    fn mark(&mut self, mark: char, piece: &'a str, start: usize, behind: &str) -> bool {
        match mark {
            ':' | '=' => {
                self.open_way(piece, start, behind.get(1..).unwrap_or_default());
                return self.is_secret();
            }
            '{' | '[' => {
                self.suspect(piece, start);
                self.depth += 1;
            }
            ',' => {
                self.close_members();
                self.suspect(piece, start);
            }
            _ => {
                self.close_members();
                self.depth = self.depth.saturating_sub(1);
                self.suspect(piece, start);
            }
        }
        false
    }

    /// What follows the name of a secret may belong to it, even if nothing says so.
    fn suspect(&mut self, text: &'a str, start: usize) {
        if self.names.names_secret(text.trim()) {
            self.open_secret(start + text.len() - text.trim_start().len());
        }
    }

    fn open_secret(&mut self, start: usize) {
        let depth = self.depth;
        self.push(Way { segments: Vec::new(), column: start + 1, depth, secret: true, fresh: true });
    }

    /// Ends the keys inside of the innermost bracket.
    fn close_members(&mut self) {
        let depth = self.depth;
        self.ways.retain(|way| depth == 0 || way.depth < depth || way.fresh);
    }

    fn open_way(&mut self, piece: &'a str, start: usize, behind: &str) {
        let key = piece.trim();
        if key.is_empty() {
            return;
        }
        let column = start + (piece.len() - piece.trim_start().len()) + 1;
        let segments = self.segments(key);
        let secret = self.is_secret_key(key, &segments);
        let behind = behind.trim_start();
        let fresh = behind.is_empty() || behind.starts_with(['|', '>', '&', '!', '#', '\\', ',', '}', ']']);
        self.push(Way { segments, column, depth: self.depth, secret, fresh });
    }

    /// `[a.b]`, or what may be meant as that.
    fn open_header(&mut self, line: &'a str) -> bool {
        let key = line.trim_start().trim_start_matches('[');
        let key = key.get(..key.find([']', '#']).unwrap_or(key.len())).unwrap_or_default().trim();
        let segments = self.segments(key);
        let secret = self.is_secret_key(line, &segments);
        self.push(Way { segments, column: 0, depth: 0, secret, fresh: false });
        secret
    }

    /// Whether a key is secret by its name, or below those that are open, or below some of them: where something is
    /// missing, what is no parent may look as if it were around the key.
    fn is_secret_key(&mut self, name: &'a str, key: &[Segment]) -> bool {
        let by_name = self.names.names_secret(name);
        if by_name || !self.names.has_paths() {
            return by_name;
        }
        if self.ways.len() > DEEPEST_WITH_PATHS {
            return true;
        }
        let depth = self.depth;
        let all: Vec<&Way> = self.ways.iter().collect();
        let outer: Vec<&Way> = self.ways.iter().filter(|way| way.depth == 0 || way.depth < depth).collect();
        [all, outer].iter().any(|ways| {
            let starts = ways.len().saturating_sub(MOST_PARENTS)..=ways.len();
            starts.chain([0]).any(|start| {
                let around = ways.iter().skip(start).flat_map(|way| &way.segments);
                self.names.is_secret(&around.chain(key).cloned().collect())
            })
        })
    }

    fn push(&mut self, mut way: Way) {
        if self.ways.len() <= DEEPEST {
            way.secret |= self.is_secret();
            self.ways.push(way);
        }
    }

    fn segments(&self, key: &str) -> Vec<Segment> {
        let key = unescaped(key);
        match key.parse::<KeyPath>() {
            Ok(path) if self.style == Style::Headers => path.segments().to_vec(),
            _ => vec![key.trim_matches(|c: char| !c.is_alphanumeric() && c != '_').into()],
        }
    }
}

/// Whether a line holds nothing but brackets that close, which tell nothing.
pub(super) fn is_closing(line: &str) -> bool {
    line.chars().all(|c| "{}[](),; \t\r".contains(c))
}

/// Where the key of a line would start: behind its blanks, and the marks of a YAML list or key.
fn start_of_key(line: &str) -> usize {
    let mut rest = line.trim_start();
    while let Some(item) = rest.strip_prefix("- ").or_else(|| rest.strip_prefix("? ")) {
        rest = item.trim_start();
    }
    line.len() - rest.len()
}

/// The byte behind the quotes that close a string, in what follows those that open it.
pub(super) fn closing(text: &str, quote: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = quote.starts_with('"'),
            _ if text.get(at..).is_some_and(|rest| rest.starts_with(quote)) => return Some(at + quote.len()),
            _ => {}
        }
    }
    None
}
