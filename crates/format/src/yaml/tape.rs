use std::collections::HashSet;
use std::ops::Range;

use super::scalar::Scalar;

/// What was read inside anchors and merge keys, to be written again where an alias or a merge asks for it.
///
/// Aliases inside are written out, so a tape is never followed from one place to another: the limits on what aliases
/// make are what bounds it.
#[derive(Default)]
pub(super) struct Tape {
    steps: Vec<Step>,
    text: String,
    size: Size,
}

/// One token, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) what: What,
    pub(super) position: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    Key(Text),
    String(Text),
    /// Any scalar but a string.
    Scalar(Scalar),
    OpenMap,
    OpenList,
    Close,
    /// The value of a merge key, which ends before this step; no part of the value around it.
    Aside(usize),
}

/// A range of the tape's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text {
    start: usize,
    end: usize,
}

/// How much there is to write.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Size {
    pub(super) values: usize,
    pub(super) bytes: usize,
}

impl std::ops::Sub for Size {
    type Output = Size;

    fn sub(self, before: Size) -> Size {
        Size { values: self.values - before.values, bytes: self.bytes - before.bytes }
    }
}

/// A merge that cannot be done because the value at this position is not a map.
#[derive(Debug)]
pub(super) struct NotAMap {
    pub(super) position: u32,
}

impl Tape {
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// Everything ever put on the tape.
    pub(super) fn size(&self) -> Size {
        self.size
    }

    pub(super) fn text(&self, text: Text) -> &str {
        self.text.get(text.start..text.end).unwrap_or_default()
    }

    pub(super) fn key(&mut self, key: &str, position: u32) {
        let what = What::Key(self.store(key));
        self.push(Step { what, position });
    }

    pub(super) fn scalar(&mut self, scalar: Scalar, text: &str, position: u32) {
        let what = match scalar {
            Scalar::Text => What::String(self.store(text)),
            other => What::Scalar(other),
        };
        self.push(Step { what, position });
    }

    pub(super) fn push(&mut self, step: Step) {
        match step.what {
            What::Key(text) => self.size.bytes += text.end - text.start,
            What::String(text) => {
                self.size.bytes += text.end - text.start;
                self.size.values += 1;
            }
            What::Scalar(_) | What::OpenMap | What::OpenList => self.size.values += 1,
            What::Close | What::Aside(_) => {}
        }
        self.steps.push(step);
    }

    fn store(&mut self, text: &str) -> Text {
        let start = self.text.len();
        self.text.push_str(text);
        Text { start, end: self.text.len() }
    }

    /// The step at `at`, and where the next one of the same value is.
    pub(super) fn step(&self, mut at: usize) -> Option<(Step, usize)> {
        loop {
            let step = *self.steps.get(at)?;
            match step.what {
                What::Aside(end) => at = end,
                _ => return Some((step, at + 1)),
            }
        }
    }

    /// Starts an aside, and gives the place of what it holds; [`end_aside`](Self::end_aside) ends it.
    pub(super) fn start_aside(&mut self, position: u32) -> usize {
        self.push(Step { what: What::Aside(0), position });
        self.steps.len()
    }

    pub(super) fn end_aside(&mut self, start: usize) {
        let end = self.steps.len();
        if let Some(Step { what: What::Aside(until), .. }) = self.steps.get_mut(start.wrapping_sub(1)) {
            *until = end;
        }
    }

    /// The members that merging `values` in this order adds to a map that has the keys `own`.
    pub(super) fn merge<'k>(
        &'k self,
        values: &[usize],
        own: impl Iterator<Item = &'k str>,
    ) -> Result<Vec<Range<usize>>, NotAMap> {
        let mut seen: HashSet<&str> = own.collect();
        let mut added = Vec::new();
        for &value in values {
            for map in self.maps(value)? {
                let members = self.members(map).filter(|(key, _)| seen.insert(key));
                added.extend(members.map(|(_, member)| member));
            }
        }
        Ok(added)
    }

    /// Where the map at `at` starts, or each of those in the list at `at`.
    fn maps(&self, at: usize) -> Result<Vec<usize>, NotAMap> {
        let mut maps = Vec::new();
        let (step, mut next) = self.step(at).ok_or(NotAMap { position: 0 })?;
        match step.what {
            What::OpenMap => maps.push(at),
            What::OpenList => {
                while let Some((step, _)) = self.step(next).filter(|(step, _)| !step.closes()) {
                    if !matches!(step.what, What::OpenMap) {
                        return Err(NotAMap { position: step.position });
                    }
                    maps.push(next);
                    next = self.end_of(next);
                }
            }
            _ => return Err(NotAMap { position: step.position }),
        }
        Ok(maps)
    }

    /// The keys of the map at `at`, each with the range of its key and value.
    fn members(&self, at: usize) -> impl Iterator<Item = (&str, Range<usize>)> {
        let mut next = self.step(at).map_or(at, |(_, next)| next);
        std::iter::from_fn(move || {
            let (step, value) = self.step(next)?;
            let What::Key(key) = step.what else { return None };
            let member = next..self.end_of(value);
            next = member.end;
            Some((self.text(key), member))
        })
    }

    /// Where the value at `at` ends.
    fn end_of(&self, mut at: usize) -> usize {
        let mut depth = 0;
        while let Some((step, next)) = self.step(at) {
            at = next;
            match step.what {
                What::OpenMap | What::OpenList => depth += 1,
                What::Close => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        at
    }
}

impl Step {
    fn closes(self) -> bool {
        matches!(self.what, What::Close)
    }
}
