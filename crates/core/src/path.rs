use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::str::FromStr;

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

    /// Reads a JSON Pointer (RFC 6901).
    ///
    /// # Errors
    /// When it does not start with `/`, or a `~` is not part of `~0` or `~1`.
    pub fn from_pointer(pointer: &str) -> Result<Self, PathError> {
        let fail = |at, fault| PathError { path: pointer.to_owned(), at, fault };
        if pointer.is_empty() {
            return Ok(Self::root());
        }
        let Some(rest) = pointer.strip_prefix('/') else {
            return Err(fail(0, PathFault::Slash));
        };
        let mut at = 1;
        let mut segments = Vec::new();
        for token in rest.split('/') {
            if let Some(bad) = stray_tilde(token) {
                return Err(fail(at + bad, PathFault::Tilde));
            }
            segments.push(Segment::from_token(&token.replace("~1", "/").replace("~0", "~")));
            at += token.len() + 1;
        }
        Ok(Self(segments))
    }

    /// Writes a JSON Pointer (RFC 6901).
    pub fn to_pointer(&self) -> String {
        let mut out = String::new();
        for segment in &self.0 {
            out.push('/');
            match segment {
                Segment::Key(key) => out.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Segment::Index(index) => out.push_str(&index.to_string()),
            }
        }
        out
    }

    /// Reads a JSON Pointer from the fragment of a URI, in which other characters stand as `%` and two digits.
    ///
    /// ```
    /// use enhanced_config_core::KeyPath;
    /// let path = KeyPath::from_fragment("/a%20b/%C3%A9")?;
    /// assert_eq!(path.to_pointer(), "/a b/é");
    /// assert_eq!(path.to_fragment(), "/a%20b/%C3%A9");
    /// # Ok::<(), enhanced_config_core::PathError>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_pointer`](Self::from_pointer). A `%` without its digits is taken as it is.
    pub fn from_fragment(fragment: &str) -> Result<Self, PathError> {
        if fragment.contains('%') {
            return Self::from_pointer(&percent_decoded(fragment));
        }
        Self::from_pointer(fragment)
    }

    /// Writes a JSON Pointer as the fragment of a URI, without its `#`.
    pub fn to_fragment(&self) -> String {
        let mut out = String::new();
        for byte in self.to_pointer().bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(byte.into()),
                _ if b"-._~!$&'()*+,;=:@/?".contains(&byte) => out.push(byte.into()),
                _ => out.push_str(&format!("%{byte:02X}")),
            }
        }
        out
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| first == b'%');
        let byte = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Segment {
    fn from_token(token: &str) -> Self {
        match canonical_index(token) {
            Some(index) => Segment::Index(index),
            None => Segment::Key(token.into()),
        }
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

/// Writes a text without characters that a terminal obeys: they are shown as `\u{1b}`.
pub(crate) fn write_harmless(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    if !text.contains(is_harmful) {
        return f.write_str(text);
    }
    text.chars().try_for_each(|c| write_harmless_char(f, c))
}

fn write_harmless_char(f: &mut fmt::Formatter<'_>, c: char) -> fmt::Result {
    if is_harmful(c) { write!(f, "\\u{{{:x}}}", u32::from(c)) } else { f.write_char(c) }
}

/// Control characters, and those that hide or turn round what stands beside them.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn is_bare(key: &str) -> bool {
    !key.is_empty()
        && !key.bytes().all(|b| b.is_ascii_digit())
        && !key.chars().any(|c| matches!(c, '.' | '[' | ']' | '"') || c.is_whitespace() || is_harmful(c))
}

/// The index a token spells, if it is written as a number would be: no sign, no leading zero.
fn canonical_index(token: &str) -> Option<usize> {
    let digits = token.bytes().all(|b| b.is_ascii_digit());
    let canonical = digits && (token == "0" || !token.starts_with('0'));
    if canonical { token.parse().ok() } else { None }
}

fn stray_tilde(token: &str) -> Option<usize> {
    let escaped = |at: usize| matches!(token.as_bytes().get(at + 1), Some(b'0' | b'1'));
    token.bytes().enumerate().find(|&(at, b)| b == b'~' && !escaped(at)).map(|(at, _)| at)
}

/// The steps of a dotted path, read without allocating unless a quoted key holds an escape.
pub(crate) struct Steps<'a> {
    text: &'a str,
    rest: &'a str,
}

pub(crate) enum Step<'a> {
    Key(Cow<'a, str>),
    /// The index and the text it was written as, which is a key when a map is met.
    Index(usize, &'a str),
}

/// A step, or what is wrong and where.
type StepResult<'a> = Result<Step<'a>, (usize, PathFault)>;

impl<'a> Steps<'a> {
    #[inline]
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, rest: text }
    }

    fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    #[inline]
    fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    #[cold]
    fn fail(&mut self, at: usize, fault: PathFault) -> StepResult<'a> {
        self.rest = "";
        Err((at, fault))
    }

    fn index(&mut self) -> StepResult<'a> {
        let inside = self.rest.get(1..).unwrap_or_default();
        let found = inside.split_once(']').and_then(|(digits, _)| Some((digits, canonical_index(digits)?)));
        let Some((digits, index)) = found else {
            return self.fail(self.at(), PathFault::Index);
        };
        self.skip(digits.len() + 2);
        Ok(Step::Index(index, digits))
    }

    /// The next step, if it is a key that is neither quoted nor looks like a number, as nearly all are: handed over
    /// in registers, it takes half the time of a [`Step`].
    #[inline]
    pub(crate) fn bare_key(&mut self) -> Option<&'a str> {
        let rest = if self.at() == 0 { self.rest } else { self.rest.strip_prefix('.')? };
        let first = rest.bytes().next()?;
        if matches!(first, b'.' | b'[' | b'"' | b'0'..=b'9') {
            return None;
        }
        let (key, rest) = rest.split_at(end_of_bare(rest));
        self.rest = rest;
        Some(key)
    }

    fn number_or_key(&mut self) -> StepResult<'a> {
        let (token, rest) = self.rest.split_at(end_of_bare(self.rest));
        if token.is_empty() {
            return self.fail(self.at(), PathFault::Empty);
        }
        self.rest = rest;
        Ok(match canonical_index(token) {
            Some(index) => Step::Index(index, token),
            None => Step::Key(Cow::Borrowed(token)),
        })
    }

    fn quoted(&mut self) -> StepResult<'a> {
        let start = self.at();
        let inside = self.rest.get(1..).unwrap_or_default();
        let Some(end) = closing_quote(inside) else {
            return self.fail(start, PathFault::OpenQuote);
        };
        let (raw, _) = inside.split_at(end);
        self.skip(end + 2);
        if !raw.contains('\\') {
            return Ok(Step::Key(Cow::Borrowed(raw)));
        }
        match unescape(raw) {
            Some(key) => Ok(Step::Key(Cow::Owned(key))),
            None => self.fail(start, PathFault::Escape),
        }
    }
}

impl<'a> Iterator for Steps<'a> {
    type Item = StepResult<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(key) = self.bare_key() {
            return Some(Ok(Step::Key(Cow::Borrowed(key))));
        }
        let starts = self.at() == 0;
        match self.rest.as_bytes() {
            [] => return None,
            [b'[', ..] => return Some(self.index()),
            [b'.'] if !starts => return Some(self.fail(self.text.len(), PathFault::Empty)),
            [b'.', ..] if !starts => self.skip(1),
            _ if !starts => return Some(self.fail(self.at(), PathFault::Separator)),
            _ => {}
        }
        Some(if self.rest.starts_with('"') { self.quoted() } else { self.number_or_key() })
    }
}

#[inline]
fn end_of_bare(text: &str) -> usize {
    text.bytes().position(|b| matches!(b, b'.' | b'[')).unwrap_or(text.len())
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|b| {
        let closes = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        closes
    })
}

fn unescape(raw: &str) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next()? {
            '"' => out.push('"'),
            '\\' => out.push('\\'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'u' => {
                let (hex, after) = chars.as_str().strip_prefix('{')?.split_once('}')?;
                out.push(char::from_u32(u32::from_str_radix(hex, 16).ok()?)?);
                chars = after.chars();
            }
            _ => return None,
        }
    }
    Some(out)
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

    #[test]
    fn pointers_follow_rfc_6901() {
        let path = KeyPath::from_pointer("/a~1b/m~0n//7/07").unwrap();
        assert_eq!(path.segments(), [key("a/b"), key("m~n"), key(""), Segment::Index(7), key("07")]);
        assert_eq!(path.to_pointer(), "/a~1b/m~0n//7/07");
        assert_eq!(KeyPath::from_pointer("").unwrap(), KeyPath::root());
        assert_eq!(KeyPath::from_pointer("a").unwrap_err().fault, PathFault::Slash);
        let tilde = KeyPath::from_pointer("/ab/c~2").unwrap_err();
        assert_eq!((tilde.at, tilde.fault), (5, PathFault::Tilde));
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
