use std::borrow::Cow;

use enhanced_config_core::{Kind, ProblemKind};
use granit_parser::{ScalarStyle, Span, StructureStyle};

use super::compose::{Composer, Next, Outcome, Stop, offset};
use super::scalar::{self, Scalar, Tag};
use super::{place, syntax};

/// A scalar as the parser gives it.
pub(super) struct Written<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) style: ScalarStyle,
    pub(super) tag: Option<Tag>,
    /// The number of its anchor, or 0.
    pub(super) anchor: usize,
    pub(super) span: Span,
    /// Where the event before it ended.
    pub(super) before: usize,
}

impl Written<'_> {
    /// Whether there is nothing: `key:` and no value. The parser says `~` then.
    pub(super) fn is_absent(&self) -> bool {
        self.style == ScalarStyle::Plain && self.span.start == self.span.end
    }

    #[inline]
    pub(super) fn is_quoted_over_lines(&self) -> bool {
        matches!(self.style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted)
            && self.span.start.line() != self.span.end.line()
    }
}

/// What a node is, and where it stands.
impl<'a> Composer<'_, 'a> {
    /// What a scalar means; null when that is a problem, which is noted.
    #[inline]
    pub(super) fn resolve(&mut self, written: &Written<'a>, position: u32) -> Result<Scalar, Stop> {
        let resolved = match (written.tag, written.style) {
            (Some(tag), _) => scalar::tagged(tag, &written.text),
            (None, ScalarStyle::Plain) => scalar::plain(&written.text),
            (None, _) => Ok(Scalar::Text),
        };
        resolved.or_else(|oddity| self.odd(oddity, position))
    }

    /// The tag of a node, if it has one; one that is not known is noted and read as `!`.
    #[inline]
    pub(super) fn tag(&mut self, tag: Option<&granit_parser::Tag>, span: Span) -> Result<Option<Tag>, Stop> {
        let Some(tag) = tag else { return Ok(None) };
        Ok(Some(match tag.core_suffix() {
            Some("null") => Tag::Null,
            Some("bool") => Tag::Bool,
            Some("int") => Tag::Int,
            Some("float") => Tag::Float,
            Some("str") => Tag::Str,
            Some("seq") => Tag::Seq,
            Some("map") => Tag::Map,
            _ if tag.parts() == ("", "!") => Tag::NonSpecific,
            _ => return self.unknown_tag(span).map(|()| Some(Tag::NonSpecific)),
        }))
    }

    pub(super) fn check_tag(&mut self, kind: Kind, tag: Option<Tag>, position: u32) -> Outcome {
        let expected = match (tag, kind) {
            (None | Some(Tag::NonSpecific), _)
            | (Some(Tag::Map), Kind::Map)
            | (Some(Tag::Seq), Kind::List) => {
                return Ok(());
            }
            (Some(Tag::Map), _) => "a map",
            (Some(Tag::Seq), _) => "a list",
            (Some(_), _) => "a scalar",
        };
        self.note_unfit(expected, position)
    }

    #[inline]
    pub(super) fn position_of(&self, written: &Written<'a>) -> u32 {
        let mark = offset(written.span.start);
        if matches!(written.style, ScalarStyle::Literal | ScalarStyle::Folded) {
            // The parser's mark is at the text, or behind it when it is empty.
            return place::block_indicator(self.reading.text, written.before).map_or(mark, |at| at as u32);
        }
        match self.next() {
            _ if !written.is_absent() => mark,
            Some(Next::Value) => self.keys.last().map_or(mark, |key| key.position),
            Some(Next::Item) => self.dash_before(mark).unwrap_or(mark),
            _ => mark,
        }
    }

    /// The first `-` of a block list. Where the list is not indented more than its key, the parser's mark is behind it.
    pub(super) fn first_dash(&self, mark: u32) -> u32 {
        match self.next() {
            Some(Next::Item) => mark,
            _ => self.dash_before(mark).unwrap_or(mark),
        }
    }

    fn dash_before(&self, mark: u32) -> Option<u32> {
        place::dash_before(self.reading.text, mark as usize).map(|dash| dash as u32)
    }

    /// A quote that was not closed reaches to the next one, over the keys between. YAML wants what goes on to be indented
    /// more than the map or list it is in; the parser lets it pass, and such keys would be lost in a text.
    #[cold]
    pub(super) fn check_continuation(&mut self, written: &Written<'a>) -> Outcome {
        let text = self.reading.text;
        let Some(frame) = self.frames.last().filter(|frame| frame.is_block) else { return Ok(()) };
        let column = place::column(text, frame.position as usize);
        let (start, end) = (offset(written.span.start), offset(written.span.end) as usize);
        let quoted = start as usize..end.saturating_sub(1);
        let Some(line) = place::line_indented_at_most(text, quoted, column) else { return Ok(()) };
        if text.as_bytes().get(line) == Some(&b'\t') {
            return self.note_syntax(syntax::TAB, line as u32);
        }
        let problem = self.reading.syntax(syntax::UNCLOSED_QUOTE, start as usize);
        self.add(problem.with_related(syntax::GOES_ON, self.reading.origin(line)))
    }

    #[cold]
    pub(super) fn complex_key(&mut self, style: StructureStyle, mark: u32) -> Outcome {
        let problem = self.problem(ProblemKind::Syntax { message: syntax::COMPLEX_KEY.into() }, mark);
        self.add(match style {
            StructureStyle::Block => problem,
            _ => problem.with_help("quote a text that starts with `{` or `[`"),
        })?;
        Err(Stop)
    }

    /// The parser lets a tab pass that follows spaces, or stands before the root.
    pub(super) fn check_indentation(&mut self, position: u32) -> Outcome {
        let before = (position as usize).checked_sub(1);
        match before.filter(|&before| self.reading.text.as_bytes().get(before) == Some(&b'\t')) {
            Some(tab) => self.stop_syntax(syntax::TAB, tab as u32),
            None => Ok(()),
        }
    }
}
