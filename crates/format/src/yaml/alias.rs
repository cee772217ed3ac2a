use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use enhanced_config_core::{Limit, ProblemKind};

use super::compose::{Composer, Frame, Key, Next, Outcome, Stop};
use super::scalar::Scalar;
use super::syntax;
use super::tape::Size;

/// The anchors so far, by number.
#[derive(Default)]
pub(super) struct Anchors<'a> {
    /// `None` while the value is still open.
    all: Vec<Option<Anchor<'a>>>,
    /// What aliases have made of them.
    copied: Size,
}

struct Anchor<'a> {
    /// Its value on the tape.
    steps: Range<usize>,
    size: Size,
    /// Its text if it is a scalar, for an alias that is a key.
    text: Option<Cow<'a, str>>,
}

impl<'a> Anchors<'a> {
    fn set(&mut self, number: usize, anchor: Anchor<'a>) {
        if self.all.len() <= number {
            self.all.resize_with(number + 1, || None);
        }
        if let Some(slot) = self.all.get_mut(number) {
            *slot = Some(anchor);
        }
    }

    fn get(&self, number: usize) -> Option<&Anchor<'a>> {
        self.all.get(number)?.as_ref()
    }
}

impl<'a> Composer<'_, 'a> {
    pub(super) fn anchor_scalar(&mut self, number: usize, scalar: Scalar, text: Cow<'a, str>, position: u32) {
        let tape = &mut self.out.tape;
        let before = tape.size();
        // An aside, because the value may be part of a larger one on the tape, or be a key of it.
        let start = tape.start_aside(position);
        tape.scalar(scalar, &text, position);
        tape.end_aside(start);
        let anchor = Anchor { steps: start..tape.len(), size: tape.size() - before, text: Some(text) };
        self.anchors.set(number, anchor);
    }

    pub(super) fn anchor_collection(&mut self, frame: &Frame) {
        let tape = &self.out.tape;
        let anchor = Anchor { steps: frame.start..tape.len(), size: tape.size() - frame.before, text: None };
        self.anchors.set(frame.anchor, anchor);
    }

    pub(super) fn alias(&mut self, number: usize, position: u32) -> Outcome {
        let Some(anchor) = self.anchors.get(number) else {
            return self.dangling("an alias inside the value that it repeats", position);
        };
        let (steps, size, is_scalar) = (anchor.steps.clone(), anchor.size, anchor.text.is_some());
        let next = self.next();
        if next == Some(Next::Key) {
            let text = anchor.text.clone();
            return self.alias_key(text, position);
        }
        self.charge(size, position)?;
        match next {
            Some(Next::Merge) if is_scalar => self.note_syntax(syntax::MERGE, position)?,
            Some(Next::Merge) => self.merge_value(steps.start),
            _ => self.out.replay(steps).or_else(|error| self.refuse(error, position))?,
        }
        self.advance();
        Ok(())
    }

    fn alias_key(&mut self, text: Option<Cow<'a, str>>, position: u32) -> Outcome {
        let Some(text) = text else {
            return self.stop_syntax(syntax::COMPLEX_KEY, position);
        };
        self.charge(Size { values: 0, bytes: text.len() }, position)?;
        self.key(text, position)
    }

    /// An alias that stands for nothing: noted, and read as null.
    pub(super) fn dangling(&mut self, message: &'static str, position: u32) -> Outcome {
        let problem = self.problem(ProblemKind::Syntax { message: message.into() }, position);
        self.add(problem.with_help("quote a text that starts with `*`"))?;
        match self.next() {
            None | Some(Next::Key) => return Err(Stop),
            Some(Next::Merge) => {}
            _ => self.out.scalar(Scalar::Null, "", position).or_else(|error| self.refuse(error, position))?,
        }
        self.advance();
        Ok(())
    }

    /// Counts what an alias makes before it is made.
    fn charge(&mut self, size: Size, position: u32) -> Outcome {
        let limits = self.reading.options.limits;
        let copied = &mut self.anchors.copied;
        copied.values = copied.values.saturating_add(size.values);
        copied.bytes = copied.bytes.saturating_add(size.bytes);
        let (limit, most) = if copied.values > limits.alias_values {
            (Limit::AliasValues, limits.alias_values)
        } else if copied.bytes > limits.alias_bytes {
            (Limit::AliasBytes, limits.alias_bytes)
        } else {
            return Ok(());
        };
        self.stop(ProblemKind::Limit { limit, most: most as u64 }, position)
    }

    /// The key `<<`.
    pub(super) fn merge_key(&mut self, position: u32) -> Outcome {
        let first = self.own_keys().iter().find(|key| key.is_merge).map(|key| key.position);
        self.keys.push(Key { text: Cow::Borrowed("<<"), position, is_merge: true });
        self.expect(Next::Merge);
        let Some(first) = first else { return Ok(()) };
        let first = self.reading.origin(first as usize);
        let problem =
            self.problem(ProblemKind::DuplicateKey, position).with_related("first defined here", first);
        self.add(problem.with_help("merge a list of maps: `<<: [*a, *b]`"))
    }

    /// Notes where on the tape a value of the merge key of the innermost map starts.
    pub(super) fn merge_value(&mut self, start: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.merges.push(start);
        }
    }

    /// Writes the members that the merge keys of the innermost map add to it.
    pub(super) fn write_merged(&mut self) -> Outcome {
        let Some(frame) = self.frames.last_mut().filter(|frame| !frame.merges.is_empty()) else {
            return Ok(());
        };
        let merges = std::mem::take(&mut frame.merges);
        let own = self.own_keys();
        let position = own.iter().find(|key| key.is_merge).map_or(0, |key| key.position);
        let own = own.iter().filter(|key| !key.is_merge).map(|key| key.text.as_ref());
        match self.out.tape.merge(&merges, own) {
            Ok(members) => members
                .into_iter()
                .try_for_each(|member| self.out.replay(member).or_else(|error| self.refuse(error, position))),
            Err(other) => self.note_syntax(syntax::MERGE, other.position),
        }
    }

    /// Notes the duplicate keys of a map that is the value of a merge key, or inside one: the builder does not see it.
    pub(super) fn note_duplicates(&mut self) -> Outcome {
        let mut seen = HashMap::new();
        let mut duplicates = Vec::new();
        for (at, key) in self.own_keys().iter().enumerate().filter(|(_, key)| !key.is_merge) {
            if let Some(first) = seen.insert(key.text.as_ref(), key.position) {
                duplicates.push((at, first));
            }
        }
        for (at, first) in duplicates {
            let Some(key) = self.own_keys().get(at) else { continue };
            let (path, position) = (self.path().join(key.text.as_ref()), key.position);
            let problem = self.reading.error(ProblemKind::DuplicateKey, position as usize).with_path(path);
            let first = self.reading.origin(first as usize);
            self.add(problem.with_related("first defined here", first))?;
        }
        Ok(())
    }

    /// The keys so far of the innermost map.
    pub(super) fn own_keys(&self) -> &[Key<'a>] {
        let start = self.frames.last().map_or(0, |frame| frame.keys);
        self.keys.get(start..).unwrap_or_default()
    }
}
