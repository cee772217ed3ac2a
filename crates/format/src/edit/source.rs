//! A text as lines, and what is to change in it.

use std::ops::Range;

/// What opens a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comments {
    /// `#` to the end of the line.
    Hash,
    /// `//` to the end of the line, and `/* … */`.
    Slash,
}

/// A text being edited. Places in it are bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) comments: Comments,
}

/// A piece of text that takes the place of another.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Splice {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

impl Splice {
    pub(super) fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into() }
    }

    pub(super) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::new(at..at, text)
    }

    pub(super) fn remove(range: Range<usize>) -> Self {
        Self::new(range, "")
    }

    /// By how many bytes what stands behind it moves.
    pub(super) fn shift(&self) -> isize {
        self.text.len() as isize - self.range.len() as isize
    }
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a str, comments: Comments) -> Self {
        Self { text, comments }
    }

    /// The splices in their order, with the line ends of the text.
    pub(super) fn in_order(&self, mut splices: Vec<Splice>) -> Vec<Splice> {
        splices.sort_by_key(|splice| splice.range.start);
        self.end_lines(&mut splices);
        let newline = self.newline();
        if newline != "\n" {
            for splice in &mut splices {
                splice.text = splice.text.replace("\r\n", "\n").replace('\n', newline);
            }
        }
        splices
    }

    /// The last line of a text without a line end goes with the line end before it: lines in its place get that one, and
    /// need none of their own.
    fn end_lines(&self, splices: &mut [Splice]) {
        let is_last = |splice: &&Splice| {
            splice.range.end == self.text.len()
                && splice.text.is_empty()
                && self.slice(splice.range.clone()).starts_with(['\r', '\n'])
        };
        let Some(gone) = splices.iter().find(is_last).map(|splice| splice.range.clone()) else { return };
        let in_its_place = |splice: &&mut Splice| {
            splice.range.is_empty() && gone.start < splice.range.start && splice.range.start < gone.end
        };
        for splice in splices.iter_mut().filter(in_its_place) {
            if splice.text.ends_with('\n') {
                splice.text = format!("\n{}", splice.text.trim_end_matches('\n'));
            }
        }
    }

    /// The text with the splices, which are [in order](Self::in_order) and do not overlap.
    pub(super) fn spliced(&self, splices: &[Splice]) -> String {
        let mut out = String::with_capacity(self.text.len());
        let mut at = 0;
        for splice in splices {
            out.push_str(self.slice(at..splice.range.start));
            out.push_str(&splice.text);
            at = splice.range.end.max(at);
        }
        out.push_str(self.slice(at..self.text.len()));
        out
    }

    /// The first carriage return without a line feed behind it.
    pub(super) fn lone_return(&self) -> Option<usize> {
        let mut returns = self.text.match_indices('\r').map(|(at, _)| at);
        returns.find(|at| self.byte(at + 1) != Some(b'\n'))
    }

    /// How its first line ends.
    pub(super) fn newline(&self) -> &'static str {
        match self.text.find('\n') {
            Some(end) if self.text.get(..end).is_some_and(|line| line.ends_with('\r')) => "\r\n",
            _ => "\n",
        }
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// From a byte on.
    pub(super) fn rest(&self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or_default()
    }

    pub(super) fn line_start(&self, at: usize) -> usize {
        self.slice(0..at).rfind('\n').map_or(0, |end| end + 1)
    }

    /// Before the line's end.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let end = self.rest(at).find('\n').map_or(self.text.len(), |length| at + length);
        if self.slice(at..end).ends_with('\r') { end - 1 } else { end }
    }

    /// Behind the line's end.
    pub(super) fn next_line(&self, at: usize) -> usize {
        self.rest(at).find('\n').map_or(self.text.len(), |length| at + length + 1)
    }

    /// How far a place is from the start of its line, in bytes.
    pub(super) fn column(&self, at: usize) -> usize {
        at - self.line_start(at)
    }

    /// The blanks that a line starts with.
    pub(super) fn indentation(&self, at: usize) -> &'a str {
        let start = self.line_start(at);
        let line = self.slice(start..self.line_end(start));
        let content = line.trim_start_matches([' ', '\t']);
        line.get(..line.len() - content.len()).unwrap_or_default()
    }

    /// Whether nothing but blanks stands before it on its line.
    pub(super) fn is_first(&self, at: usize) -> bool {
        is_blank(self.slice(self.line_start(at)..at))
    }

    /// Whether nothing but blanks and comments follows on the line.
    pub(super) fn is_last(&self, at: usize) -> bool {
        let end = self.line_end(at);
        let rest = self.slice(at..end);
        let behind = self.gap(at);
        is_blank(rest) || behind >= end || self.opens_comment(rest.trim_start())
    }

    fn opens_comment(&self, rest: &str) -> bool {
        match self.comments {
            Comments::Hash => rest.starts_with('#'),
            Comments::Slash => rest.starts_with("//"),
        }
    }

    /// Behind the blanks, line ends and comments from a place on.
    pub(super) fn gap(&self, from: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = from;
        loop {
            while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
                at += 1;
            }
            match self.comment(at) {
                Some(end) => at = end,
                None => return at,
            }
        }
    }

    /// The end of the comment that starts here, if one does.
    pub(super) fn comment(&self, at: usize) -> Option<usize> {
        match (self.comments, self.byte(at)?, self.byte(at + 1)) {
            (Comments::Hash, b'#', _) | (Comments::Slash, b'/', Some(b'/')) => Some(self.line_end(at)),
            (Comments::Slash, b'/', Some(b'*')) => {
                let rest = self.rest(at);
                Some(at + rest.find("*/").map_or(rest.len(), |length| length + 2))
            }
            _ => None,
        }
    }

    /// The start of the comment lines that belong to what stands first on its line at `at`: those directly above it
    /// that start in its column, but none that starts before `bound`.
    pub(super) fn with_comments_above(&self, at: usize, bound: Option<usize>) -> usize {
        let column = self.column(at);
        let mut top = self.line_start(at);
        while let Some(start) = self.comment_above(top, column) {
            if bound.is_some_and(|bound| start < bound) {
                break;
            }
            top = start;
        }
        top
    }

    /// The start of the first line of a comment that ends right above the line starting at `top`.
    fn comment_above(&self, top: usize, column: usize) -> Option<usize> {
        let line = self.line_start(top.checked_sub(1)?);
        let content = self.slice(line..self.line_end(line)).trim();
        if self.comments == Comments::Slash && content.ends_with("*/") {
            let open = self.slice(0..top).rfind("/*")?;
            return (self.is_first(open) && self.column(open) == column).then(|| self.line_start(open));
        }
        (self.opens_comment(content) && self.indentation(line).len() == column).then_some(line)
    }

    /// The whole lines from one that starts at `top` to the one that has `end`. Where they are the last of a text
    /// without a line end, the line end before them goes in its place.
    pub(super) fn whole_lines(&self, top: usize, end: usize) -> Range<usize> {
        let bottom = self.next_line(end);
        let unfinished = bottom == self.text.len() && !self.text.ends_with('\n');
        if unfinished && top > 0 { self.line_end(self.line_start(top - 1))..bottom } else { top..bottom }
    }

    /// New lines below the one that has `at`.
    pub(super) fn below(&self, at: usize, lines: &str) -> Splice {
        let next = self.next_line(at);
        if next == self.text.len() && !self.text.is_empty() && !self.text.ends_with('\n') {
            return Splice::insert(next, format!("\n{lines}"));
        }
        Splice::insert(next, format!("{lines}\n"))
    }
}

pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_whitespace())
}
