mod pointer;
mod steps;

use std::fmt::{self, Write as _};
use std::str::FromStr;

use crate::harmless::{is_harmful, write_harmless_char};

pub(crate) use steps::{Step, Steps};

/// The way from the root of a document to one of its values.
///
/// Two notations are read and written:
///
/// | notation | example | reads as |
/// |---|---|---|
/// | dotted | `agents.aliases.Agent-4[3]` | key, key, key, index |
/// | dotted, quoted | `hosts."example.org".port` | a key that holds a dot |
/// | dotted, number | `list.3` | the same as `list[3]` |
/// | JSON Pointer, RFC 6901 | `/hosts/example.org/port` | keys and, where all digits, indices |
///
/// A dotted path reads back as what it was written from. A JSON Pointer cannot tell the key `"3"` from the index 3;
/// both find the same value, because an index that meets a map is taken as a key.
///
/// ```
/// use enhanced_config_core::KeyPath;
/// let path: KeyPath = r#"hosts."example.org".ports[0]"#.parse()?;
/// assert_eq!(path.to_pointer(), "/hosts/example.org/ports/0");
/// assert_eq!(KeyPath::from_pointer("/hosts/example.org/ports/0")?, path);
/// # Ok::<(), enhanced_config_core::PathError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct KeyPath(Vec<Segment>);

/// One step of a [`KeyPath`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// Into a map, by key.
    Key(Box<str>),
    /// Into a list, counted from 0.
    Index(usize),
}

/// A path that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("path {path:?}: {fault} at byte {at}")]
#[non_exhaustive]
pub struct PathError {
    /// The text that was given.
    pub path: String,
    /// Where it stops making sense, in bytes from its start.
    pub at: usize,
    /// What is wrong there.
    pub fault: PathFault,
}

/// What is wrong with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathFault {
    /// Two dots in a row, or one at an end.
    #[error("an empty segment (quote it, \"\", if the key really is empty)")]
    Empty,
    /// A quote without its partner.
    #[error("a quote that is never closed")]
    OpenQuote,
    /// An unknown escape inside quotes.
    #[error("an escape other than \\\" \\\\ \\n \\r \\t \\u{{…}}")]
    Escape,
    /// Something other than digits between brackets, or a number too large.
    #[error("an index that is not a number followed by `]`")]
    Index,
    /// Text directly behind a quoted key or a bracket.
    #[error("expected `.`, `[` or the end")]
    Separator,
    /// A JSON Pointer that neither is empty nor starts with `/`.
    #[error("a pointer starts with `/`")]
    Slash,
    /// A `~` in a JSON Pointer that is neither `~0` nor `~1`.
    #[error("`~` must be written `~0`, and `/` as `~1`")]
    Tilde,
}

impl KeyPath {
    /// The path of the root itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// Whether this is the path of the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Its steps, from the root on.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// This path and one step more.
    #[must_use]
    pub fn join(&self, segment: impl Into<Segment>) -> Self {
        let mut segments = Vec::with_capacity(self.0.len() + 1);
        segments.extend_from_slice(&self.0);
        segments.push(segment.into());
        Self(segments)
    }

    /// Adds a step in place.
    pub fn push(&mut self, segment: impl Into<Segment>) {
        self.0.push(segment.into());
    }

    /// Takes the last step off.
    pub fn pop(&mut self) -> Option<Segment> {
        self.0.pop()
    }

    /// The path of the value that holds this one; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.to_vec()))
    }

    /// The last key on the way, which names the value: `ports` for `hosts.ports[0]`.
    pub fn last_key(&self) -> Option<&str> {
        self.0.iter().rev().find_map(|segment| match segment {
            Segment::Key(key) => Some(&**key),
            Segment::Index(_) => None,
        })
    }

    /// Whether `self` lies at or below `ancestor`.
    pub fn starts_with(&self, ancestor: &KeyPath) -> bool {
        self.0.starts_with(&ancestor.0)
    }
}

impl From<&str> for Segment {
    fn from(key: &str) -> Self {
        Segment::Key(key.into())
    }
}

impl From<String> for Segment {
    fn from(key: String) -> Self {
        Segment::Key(key.into())
    }
}

impl From<usize> for Segment {
    fn from(index: usize) -> Self {
        Segment::Index(index)
    }
}

impl FromIterator<Segment> for KeyPath {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self(segments.into_iter().collect())
    }
}

impl FromStr for KeyPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let segment = |step| match step {
            Step::Key(key) => Segment::Key(key.into()),
            Step::Index(index, _) => Segment::Index(index),
        };
        let segments = Steps::new(text).map(|step| step.map(segment)).collect::<Result<_, _>>();
        segments.map(Self).map_err(|(at, fault)| PathError { path: text.to_owned(), at, fault })
    }
}

impl TryFrom<&str> for KeyPath {
    type Error = PathError;

    fn try_from(text: &str) -> Result<Self, PathError> {
        text.parse()
    }
}

/// Dotted notation; the root is the empty text.
impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) => {
                    if at > 0 {
                        f.write_char('.')?;
                    }
                    write_key(f, key)?;
                }
            }
        }
        Ok(())
    }
}

fn write_key(f: &mut fmt::Formatter<'_>, key: &str) -> fmt::Result {
    if is_bare(key) {
        return f.write_str(key);
    }
    f.write_char('"')?;
    for c in key.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c => write_harmless_char(f, c)?,
        }
    }
    f.write_char('"')
}

fn is_bare(key: &str) -> bool {
    !key.is_empty()
        && !key.bytes().all(|b| b.is_ascii_digit())
        && !key.chars().any(|c| matches!(c, '.' | '[' | ']' | '"') || c.is_whitespace() || is_harmful(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &[Segment]) {
        let path: KeyPath = text.parse().unwrap();
        assert_eq!(path.segments(), expected, "{text}");
        assert_eq!(path.to_string().parse::<KeyPath>().unwrap(), path, "{text}");
    }

    fn refused(text: &str, at: usize, fault: PathFault) {
        let error = text.parse::<KeyPath>().unwrap_err();
        assert_eq!((error.at, error.fault), (at, fault), "{text}");
    }

    fn key(text: &str) -> Segment {
        Segment::Key(text.into())
    }

    #[test]
    fn dotted_paths_read_as_written() {
        check("", &[]);
        check("a", &[key("a")]);
        check("a.b", &[key("a"), key("b")]);
        check(
            "agents.aliases.Agent-4[3]",
            &[key("agents"), key("aliases"), key("Agent-4"), Segment::Index(3)],
        );
        check("a.3", &[key("a"), Segment::Index(3)]);
        check("a[3][4].b", &[key("a"), Segment::Index(3), Segment::Index(4), key("b")]);
        check("[0].a", &[Segment::Index(0), key("a")]);
        check(r#""a.b".c"#, &[key("a.b"), key("c")]);
        check(r#"a."3""#, &[key("a"), key("3")]);
        check(r#"a."""#, &[key("a"), key("")]);
        check(r#"a."q\"\\\n\u{7}""#, &[key("a"), key("q\"\\\n\u{7}")]);
        check("a.007", &[key("a"), key("007")]);
        check("schlüssel.名前", &[key("schlüssel"), key("名前")]);
    }

    #[test]
    fn broken_paths_say_where() {
        refused(".a", 0, PathFault::Empty);
        refused("a..b", 2, PathFault::Empty);
        refused("a.", 2, PathFault::Empty);
        refused("a.[0]", 2, PathFault::Empty);
        refused("a[x]", 1, PathFault::Index);
        refused("a[0", 1, PathFault::Index);
        refused("a[01]", 1, PathFault::Index);
        refused("a[99999999999999999999999]", 1, PathFault::Index);
        refused("a[0]b", 4, PathFault::Separator);
        refused("\"a", 0, PathFault::OpenQuote);
        refused("\"a\"b", 3, PathFault::Separator);
        refused(r#""\q""#, 0, PathFault::Escape);
        refused(r#""\u{110000}""#, 0, PathFault::Escape);
    }

    proptest! {
        #[test]
        fn any_path_reads_back(segments in proptest::collection::vec(
            prop_oneof![".{0,6}".prop_map(Segment::from), "[a-z0-9.\"\\[\\]\\\\]{0,4}".prop_map(Segment::from),
                        (0..200usize).prop_map(Segment::from)], 0..6)) {
            let path: KeyPath = segments.into_iter().collect();
            prop_assert_eq!(&path.to_string().parse::<KeyPath>().unwrap(), &path);
            let pointer = path.to_pointer();
            prop_assert_eq!(KeyPath::from_pointer(&pointer).unwrap().to_pointer(), pointer);
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = text.parse::<KeyPath>();
            let _ = KeyPath::from_pointer(&text);
        }
    }
}
