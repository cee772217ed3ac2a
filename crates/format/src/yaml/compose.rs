use std::borrow::Cow;
use std::collections::HashSet;

use enhanced_config_core::{BuildError, Document, Duplicate, Kind, Limit, Problem, ProblemKind, Problems};
use granit_parser::{Event, Marker, ScalarStyle, ScanError, Span, StructureStyle};

use super::alias::Anchors;
use super::node::Written;
use super::output::Output;
use super::scalar::{self, Scalar, Tag};
use super::syntax::{self, Reached};
use super::tape::Size;
use crate::parse::Reading;

/// Turns events into a document.
///
/// Events go to the builder as they come. What may be repeated, inside an anchor or the value of a merge key, also
/// goes to a tape. Merged members are written when their map ends, since own keys may follow the `<<`.
///
/// What is wrong with one value is noted, the value read as null, and reading goes on, so that one reading finds it
/// all.
pub(super) struct Composer<'r, 'a> {
    pub(super) reading: &'r mut Reading<'a>,
    pub(super) out: Output,
    pub(super) frames: Vec<Frame>,
    /// The keys of all open maps, the innermost map's last.
    pub(super) keys: Vec<Key<'a>>,
    pub(super) anchors: Anchors<'a>,
    pub(super) problems: Problems,
    documents: usize,
    has_root: bool,
    scalar_root: Option<Problem>,
    /// Where the last event ended.
    end: usize,
}

/// Reading cannot go on; the reason is among the problems.
#[derive(Debug)]
pub(super) struct Stop;

pub(super) type Outcome = Result<(), Stop>;

/// An open map or list.
pub(super) struct Frame {
    pub(super) next: Next,
    /// Where its keys start on the stack of keys.
    pub(super) keys: usize,
    /// The members of a list so far.
    pub(super) items: usize,
    /// The number of its anchor, or 0.
    pub(super) anchor: usize,
    /// Where it starts on the tape.
    pub(super) start: usize,
    /// How much was on the tape before it.
    pub(super) before: Size,
    /// Where it stands: in flow style its bracket.
    pub(super) position: u32,
    pub(super) is_block: bool,
    /// Whether it is the value of a merge key.
    is_merge: bool,
    /// Where on the tape the values of its merge key start.
    pub(super) merges: Vec<usize>,
}

/// What a map or list takes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Key,
    Value,
    /// The value of a merge key.
    Merge,
    Item,
}

pub(super) struct Key<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) position: u32,
    pub(super) is_merge: bool,
}

impl<'r, 'a> Composer<'r, 'a> {
    pub(super) fn new(reading: &'r mut Reading<'a>) -> Self {
        Self {
            out: Output::new(reading.builder(), reading.options.limits.values),
            reading,
            frames: Vec::new(),
            keys: Vec::new(),
            anchors: Anchors::default(),
            problems: Problems::new(),
            documents: 0,
            has_root: false,
            scalar_root: None,
            end: 0,
        }
    }

    #[inline]
    pub(super) fn event(&mut self, event: Event<'a>, span: Span) -> Outcome {
        let position = offset(span.start);
        let before = std::mem::replace(&mut self.end, offset(span.end) as usize);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), span)?;
                self.scalar(Written { text, style, tag, anchor, span, before })
            }
            Event::MappingStart(style, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), span)?;
                self.open(Kind::Map, style, tag, anchor, position)
            }
            Event::SequenceStart(style, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), span)?;
                self.open(Kind::List, style, tag, anchor, position)
            }
            Event::MappingEnd | Event::SequenceEnd => self.close(position),
            Event::Alias(anchor) => self.alias(anchor, position),
            Event::UnresolvedAlias(_) => self.dangling("an alias without an anchor before it", position),
            Event::DocumentStart(..) => self.start_document(position),
            _ => Ok(()),
        }
    }

    fn start_document(&mut self, position: u32) -> Outcome {
        self.documents += 1;
        if self.documents > 1 {
            return self.stop_syntax("a second document; a configuration is a single one", position);
        }
        Ok(())
    }

    #[inline]
    fn scalar(&mut self, written: Written<'a>) -> Outcome {
        match self.next() {
            Some(Next::Value | Next::Item) => self.value(written),
            Some(Next::Key) => self.scalar_key(written),
            Some(Next::Merge) => {
                self.note_syntax(syntax::MERGE, offset(written.span.start))?;
                self.advance();
                Ok(())
            }
            None => self.read_scalar_root(written),
        }
    }

    fn read_scalar_root(&mut self, written: Written<'a>) -> Outcome {
        let position = self.position_of(&written);
        let found = match self.resolve(&written, position)? {
            Scalar::Null => return Ok(()),
            Scalar::Bool(_) => Kind::Bool,
            Scalar::Integer(_) | Scalar::Unsigned(_) => Kind::Integer,
            Scalar::Float(_) => Kind::Float,
            Scalar::Text => Kind::String,
        };
        let problem = self.problem(ProblemKind::Root { found }, position);
        let joins_a_key = written.style == ScalarStyle::Plain && written.text.contains(':');
        self.scalar_root = Some(match joins_a_key {
            true => problem.with_help("a value needs a space between it and the `:` of its key"),
            false => problem,
        });
        Ok(())
    }

    #[inline]
    fn value(&mut self, written: Written<'a>) -> Outcome {
        let position = self.position_of(&written);
        if written.is_quoted_over_lines() {
            self.check_continuation(&written)?;
        }
        let scalar = self.resolve(&written, position)?;
        if written.anchor > 0 {
            self.anchor_scalar(written.anchor, scalar, written.text.clone(), position);
        }
        self.out.scalar(scalar, &written.text, position).or_else(|error| self.refuse(error, position))?;
        self.advance();
        Ok(())
    }

    fn scalar_key(&mut self, mut written: Written<'a>) -> Outcome {
        let position = self.position_of(&written);
        let is_plain = written.style == ScalarStyle::Plain && written.tag.is_none();
        let scalar = match written.tag {
            Some(_) => self.resolve(&written, position)?,
            // Its meaning is for aliases; as a key it is text, and no number is too large.
            None if is_plain && written.anchor > 0 => scalar::plain(&written.text).unwrap_or(Scalar::Text),
            None => Scalar::Text,
        };
        if written.is_absent() {
            written.text = Cow::Borrowed("");
        }
        if written.anchor > 0 {
            self.anchor_scalar(written.anchor, scalar, written.text.clone(), position);
        }
        if is_plain && written.text == "<<" {
            self.merge_key(position)
        } else {
            self.key(written.text, position)
        }
    }

    #[inline]
    pub(super) fn key(&mut self, text: Cow<'a, str>, position: u32) -> Outcome {
        let most = self.reading.options.limits.key_bytes;
        if text.len() > most {
            return self.stop(ProblemKind::Limit { limit: Limit::Key, most: most as u64 }, position);
        }
        self.out.key(&text, position).or_else(|error| self.refuse(error, position))?;
        self.keys.push(Key { text, position, is_merge: false });
        self.expect(Next::Value);
        Ok(())
    }

    fn open(
        &mut self,
        kind: Kind,
        style: StructureStyle,
        tag: Option<Tag>,
        anchor: usize,
        mark: u32,
    ) -> Outcome {
        let next = self.next();
        match next {
            Some(Next::Key) => return self.complex_key(style, mark),
            None if kind != Kind::Map => return self.stop(ProblemKind::Root { found: kind }, mark),
            _ => {}
        }
        self.has_root = true;
        let is_block = style == StructureStyle::Block;
        let position = if is_block && kind == Kind::List { self.first_dash(mark) } else { mark };
        if is_block {
            self.check_indentation(position)?;
        }
        self.check_tag(kind, tag, position)?;
        let is_merge = next == Some(Next::Merge);
        if is_merge {
            self.out.start_merge(position);
        }
        self.out.taped += usize::from(anchor > 0);
        self.frames.push(Frame {
            next: if kind == Kind::Map { Next::Key } else { Next::Item },
            keys: self.keys.len(),
            items: 0,
            anchor,
            start: self.out.tape.len(),
            before: self.out.tape.size(),
            position,
            is_block,
            is_merge,
            merges: Vec::new(),
        });
        self.out.open(kind, position).or_else(|error| self.refuse(error, position))
    }

    fn close(&mut self, position: u32) -> Outcome {
        if self.out.merging > 0 {
            self.note_duplicates()?;
        }
        self.write_merged()?;
        self.out.close().or_else(|error| self.refuse(error, position))?;
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        self.keys.truncate(frame.keys);
        if frame.anchor > 0 {
            self.out.taped -= 1;
            self.anchor_collection(&frame);
        }
        if frame.is_merge {
            self.out.end_merge(frame.start);
            self.merge_value(frame.start);
        }
        self.advance();
        Ok(())
    }

    #[inline]
    pub(super) fn next(&self) -> Option<Next> {
        self.frames.last().map(|frame| frame.next)
    }

    /// What the innermost map or list takes after a whole value.
    #[inline]
    pub(super) fn advance(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            match frame.next {
                Next::Item => frame.items += 1,
                _ => frame.next = Next::Key,
            }
        }
    }

    #[inline]
    pub(super) fn expect(&mut self, next: Next) {
        if let Some(frame) = self.frames.last_mut() {
            frame.next = next;
        }
    }

    /// What the parser refused.
    #[cold]
    pub(super) fn syntax(&mut self, error: &ScanError) -> Outcome {
        // What is not valid after it is why the root was read as a scalar.
        self.scalar_root = None;
        let reached = Reached {
            end: self.end,
            bracket: self.frames.last().filter(|frame| !frame.is_block).map(|frame| frame.position as usize),
            root_is_closed: self.has_root && self.frames.is_empty(),
            is_in_list: self.next() == Some(Next::Item),
        };
        self.problems.push(syntax::problem(error, self.reading, &reached));
        Err(Stop)
    }

    pub(super) fn finish(mut self) -> Result<Document, Problems> {
        self.problems.extend(self.scalar_root.take());
        if self.problems.is_empty() && !self.has_root {
            return self.reading.empty();
        }
        let mut builder = self.out.builder;
        if !self.problems.is_empty() {
            // Ends what is open, to hear of the duplicate keys so far.
            let _ = builder.null(0);
            while builder.close().is_ok() {}
        }
        match builder.finish() {
            Ok(document) if self.problems.is_empty() => return Ok(document),
            Err(BuildError::Duplicates(duplicates)) => {
                let duplicates = BuildError::Duplicates(written_once(duplicates));
                self.problems.extend(self.reading.refused(duplicates, 0));
            }
            Err(error) if self.problems.is_empty() => return Err(self.reading.refused(error, 0)),
            _ => {}
        }
        Err(self.problems)
    }
}

/// Aliases repeat a duplicate key; one place in the text is one problem.
fn written_once(mut duplicates: Vec<Duplicate>) -> Vec<Duplicate> {
    let mut seen = HashSet::new();
    duplicates.retain(|duplicate| seen.insert((duplicate.first, duplicate.second)));
    duplicates
}

#[inline]
pub(super) fn offset(mark: Marker) -> u32 {
    // A text has 4 GiB at most.
    mark.byte_offset().unwrap_or_default() as u32
}
