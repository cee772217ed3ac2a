use enhanced_config_core::{BuildError, KeyPath, Origin, Problem, ProblemKind, Problems, Redactor, Segment};
use granit_parser::Span;

use super::compose::{Composer, Next, Outcome, Stop, offset};
use super::scalar::{Oddity, Scalar};
use super::syntax;
use crate::parse::add;

/// A file with more problems, or warnings, is not mended one by one.
const MAX_PROBLEMS: usize = 50;

/// Warns of an integer with a leading zero, which is read as a text.
#[cold]
pub(super) fn warn_leading_zero(
    warnings: &mut Problems,
    path: impl FnOnce() -> KeyPath,
    origin: impl FnOnce() -> Origin,
) {
    add(warnings, MAX_PROBLEMS, || {
        Problem::warning(ProblemKind::LeadingZero).with_path(path()).with_origin(origin())
    });
}

impl Composer<'_, '_> {
    /// Notes why a scalar has no plain meaning, and says what to read it as.
    #[cold]
    pub(super) fn odd(&mut self, oddity: Oddity, position: u32) -> Result<Scalar, Stop> {
        match oddity {
            Oddity::LeadingZero => {
                let (path, origin) = (self.path(), self.reading.origin(position as usize));
                warn_leading_zero(&mut self.reading.warnings, || path, || origin);
                return Ok(Scalar::Text);
            }
            Oddity::OutOfRange(expected) => self.note(ProblemKind::NumberRange { expected }, position)?,
            Oddity::Unfit(expected) => self.note_unfit(expected, position)?,
        }
        Ok(Scalar::Null)
    }

    /// Names the tag, unless its key is a secret's: `password: !abc` was meant as text.
    #[cold]
    pub(super) fn unknown_tag(&mut self, span: Span) -> Outcome {
        let path = self.path();
        let is_secret = Redactor::new().is_secret(&path);
        let message = match span.tag_span().and_then(|span| span.slice(self.reading.text)) {
            Some(tag) if !is_secret && tag.len() <= 64 => format!("unknown tag `{tag}`"),
            _ => "unknown tag".into(),
        };
        let position = offset(span.tag_start().unwrap_or(span.start));
        let problem = self.reading.syntax(message, position as usize);
        self.add(problem.with_path(path).with_help(syntax::QUOTE_TAG))
    }

    /// A value that its tag does not fit.
    pub(super) fn note_unfit(&mut self, expected: &'static str, position: u32) -> Outcome {
        let expected = format!("{expected}, as its tag says").into();
        self.note(ProblemKind::BadValue { expected }, position)
    }

    pub(super) fn note_syntax(&mut self, message: &'static str, position: u32) -> Outcome {
        self.note(ProblemKind::Syntax { message: message.into() }, position)
    }

    #[cold]
    pub(super) fn note(&mut self, kind: ProblemKind, position: u32) -> Outcome {
        let problem = self.problem(kind, position);
        self.add(problem)
    }

    pub(super) fn stop_syntax(&mut self, message: &'static str, position: u32) -> Outcome {
        self.stop(ProblemKind::Syntax { message: message.into() }, position)
    }

    #[cold]
    pub(super) fn stop(&mut self, kind: ProblemKind, position: u32) -> Outcome {
        self.note(kind, position)?;
        Err(Stop)
    }

    #[cold]
    pub(super) fn refuse(&mut self, error: BuildError, position: u32) -> Outcome {
        self.problems.extend(self.reading.refused(error, position as usize));
        Err(Stop)
    }

    pub(super) fn add(&mut self, problem: Problem) -> Outcome {
        if add(&mut self.problems, MAX_PROBLEMS, || problem) { Ok(()) } else { Err(Stop) }
    }

    /// A problem with the value that comes now.
    pub(super) fn problem(&self, kind: ProblemKind, position: u32) -> Problem {
        self.reading.error(kind, position as usize).with_path(self.path())
    }

    /// The path of the value that comes now; when a key comes, that of its map.
    pub(super) fn path(&self) -> KeyPath {
        let ends = self.frames.iter().skip(1).map(|frame| frame.keys).chain([self.keys.len()]);
        let steps = self.frames.iter().zip(ends).filter_map(|(frame, end)| match frame.next {
            Next::Key => None,
            Next::Item => Some(Segment::Index(frame.items)),
            Next::Value | Next::Merge => {
                let key = end.checked_sub(1).and_then(|last| self.keys.get(last))?;
                Some(Segment::Key(key.text.as_ref().into()))
            }
        });
        steps.collect()
    }
}
