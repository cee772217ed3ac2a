mod kind;
mod problems;

use std::borrow::Cow;
use std::fmt;

use crate::harmless::write_harmless;
use crate::{KeyPath, Origin, Redactor};

pub use kind::{Limit, ProblemKind};
pub use problems::Problems;

/// One thing that is wrong, or worth a warning, with the key and the place it is about.
///
/// Its text names the key, what was expected and the kind found; it never holds a secret. A terminal rendering that
/// shows the source line is `render` of `enhanced-config-format`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The key it is about; the root for a whole source.
    pub path: KeyPath,
    /// Where it is.
    pub origin: Option<Origin>,
    /// What it is.
    pub kind: ProblemKind,
    /// Other places that belong to it, each with a word on its part: "first defined here".
    pub related: Vec<Related>,
    /// What to do about it: "did you mean `port`?".
    pub help: Option<Cow<'static, str>>,
}

/// Another place that belongs to a [`Problem`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Related {
    /// Its part: "first defined here".
    pub label: Cow<'static, str>,
    /// Where it is.
    pub origin: Origin,
}

/// How bad a [`Problem`] is, the mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably not what was meant; the configuration is used all the same.
    Warning,
    /// The configuration cannot be used.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

impl Problem {
    /// An error of this kind, about the root, without a place yet.
    pub fn error(kind: ProblemKind) -> Self {
        Self {
            severity: Severity::Error,
            path: KeyPath::root(),
            origin: None,
            kind,
            related: Vec::new(),
            help: None,
        }
    }

    /// A warning of this kind, about the root, without a place yet.
    pub fn warning(kind: ProblemKind) -> Self {
        Self { severity: Severity::Warning, ..Self::error(kind) }
    }

    /// A note of this kind, about the root, without a place yet.
    pub fn note(kind: ProblemKind) -> Self {
        Self { severity: Severity::Note, ..Self::error(kind) }
    }

    /// Sets the key it is about.
    #[must_use]
    pub fn with_path(mut self, path: KeyPath) -> Self {
        self.path = path;
        self
    }

    /// Sets where it is.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Adds another place that belongs to it.
    #[must_use]
    pub fn with_related(mut self, label: impl Into<Cow<'static, str>>, origin: Origin) -> Self {
        self.related.push(Related { label: label.into(), origin });
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Masks the names of keys below a secret, see [`Redactor::shown_path`]. A key that is missing keeps its name,
    /// which comes from whatever wants it.
    pub fn hide_keys(&mut self, redactor: &Redactor) {
        let missing = if self.kind.is_missing() { self.path.pop() } else { None };
        self.path = redactor.shown_path(&self.path).segments().iter().cloned().chain(missing).collect();
        if let ProblemKind::Interpolation { chain: paths, .. } | ProblemKind::FormerKey { now: paths, .. } =
            &mut self.kind
        {
            paths.iter_mut().for_each(|path| *path = redactor.shown_path(path));
        }
    }
}

/// `db.port: expected an integer, found string (app.yaml:3:9)`, then help and related places, on one line and without
/// characters that a terminal obeys.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_harmless(f, &OneLine(self).to_string())
    }
}

struct OneLine<'a>(&'a Problem);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(problem) = self;
        if !problem.path.is_root() {
            write!(f, "{}: ", problem.path)?;
        }
        write!(f, "{}", problem.kind)?;
        if let Some(origin) = &problem.origin {
            write!(f, " ({origin})")?;
        }
        for related in &problem.related {
            write!(f, "; {}: {}", related.label, related.origin)?;
        }
        match &problem.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}
