use std::ops::Range;

use enhanced_config_core::{BuildError, DocumentBuilder, Kind};

use super::scalar::Scalar;
use super::tape::{Step, Tape, What};

type Built = Result<(), BuildError>;

/// Where what is read goes: to the builder, to the tape, or to both.
pub(super) struct Output {
    pub(super) builder: DocumentBuilder,
    pub(super) tape: Tape,
    /// How many of the open maps and lists are there to be repeated; with one or more, all goes to the tape.
    pub(super) taped: usize,
    /// How many of them are the value of a merge key; with one or more, nothing goes to the builder.
    pub(super) merging: usize,
    max_values: usize,
}

impl Output {
    pub(super) fn new(builder: DocumentBuilder, max_values: usize) -> Self {
        Self { builder, tape: Tape::default(), taped: 0, merging: 0, max_values }
    }

    #[inline]
    pub(super) fn key(&mut self, key: &str, position: u32) -> Built {
        if self.taped > 0 {
            self.tape.key(key, position);
        }
        if self.merging == 0 { self.builder.key(key, position) } else { Ok(()) }
    }

    #[inline]
    pub(super) fn scalar(&mut self, scalar: Scalar, text: &str, position: u32) -> Built {
        if self.taped > 0 {
            self.tape.scalar(scalar, text, position);
        }
        if self.merging > 0 {
            return self.check_values();
        }
        build_scalar(&mut self.builder, scalar, text, position)
    }

    pub(super) fn open(&mut self, kind: Kind, position: u32) -> Built {
        let what = if kind == Kind::Map { What::OpenMap } else { What::OpenList };
        self.step(Step { what, position })
    }

    pub(super) fn close(&mut self) -> Built {
        self.step(Step { what: What::Close, position: 0 })
    }

    /// From here on everything is the value of a merge key.
    pub(super) fn start_merge(&mut self, position: u32) {
        self.tape.start_aside(position);
        self.taped += 1;
        self.merging += 1;
    }

    pub(super) fn end_merge(&mut self, start: usize) {
        self.tape.end_aside(start);
        self.taped -= 1;
        self.merging -= 1;
    }

    /// Writes a part of the tape again.
    pub(super) fn replay(&mut self, steps: Range<usize>) -> Built {
        let mut at = steps.start;
        while at < steps.end {
            let Some((step, next)) = self.tape.step(at) else { break };
            self.step(step)?;
            at = next;
        }
        Ok(())
    }

    /// The builder's own limit, for what it does not see.
    fn check_values(&self) -> Built {
        match self.tape.size().values > self.max_values {
            true => Err(BuildError::TooManyValues { limit: self.max_values }),
            false => Ok(()),
        }
    }

    fn step(&mut self, step: Step) -> Built {
        if self.taped > 0 {
            self.tape.push(step);
        }
        if self.merging > 0 {
            return self.check_values();
        }
        let Step { what, position } = step;
        match what {
            What::Key(key) => self.builder.key(self.tape.text(key), position),
            What::String(text) => self.builder.string(self.tape.text(text), position),
            What::Scalar(scalar) => build_scalar(&mut self.builder, scalar, "", position),
            What::OpenMap => self.builder.open_map(position),
            What::OpenList => self.builder.open_list(position),
            What::Close => self.builder.close(),
            What::Aside(_) => Ok(()),
        }
    }
}

#[inline]
pub(super) fn build_scalar(
    builder: &mut DocumentBuilder,
    scalar: Scalar,
    text: &str,
    position: u32,
) -> Built {
    match scalar {
        Scalar::Null => builder.null(position),
        Scalar::Bool(value) => builder.bool(value, position),
        Scalar::Integer(value) => builder.integer(value, position),
        Scalar::Unsigned(value) => builder.unsigned(value, position),
        Scalar::Float(value) => builder.float(value, position),
        Scalar::Text => builder.string(text, position),
    }
}
