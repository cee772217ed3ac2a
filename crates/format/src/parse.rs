use std::borrow::Cow;
use std::cmp::Ordering;

use enhanced_config_core::{
    BuildError, Document, DocumentBuilder, Layer, LayerKind, Limit, Origin, Problem, ProblemKind, Problems,
    Redactor,
};

use crate::{Format, Limits};

/// A text read into a document.
#[derive(Debug)]
#[non_exhaustive]
pub struct Parsed {
    /// What the text says.
    pub document: Document,
    /// What is probably not meant as written.
    pub warnings: Problems,
}

/// How a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseOptions {
    /// How large it may be. Default: see [`Limits`].
    pub limits: Limits,
    /// The part its layer plays. Default: base file.
    pub layer: LayerKind,
    /// Whether a text without any value is an empty map instead of an error. Default: no, because a file caught in
    /// the middle of being written looks like that.
    pub allow_empty: bool,
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self { limits: Limits::default(), layer: LayerKind::Base, allow_empty: false }
    }
}

impl ParseOptions {
    /// Sets how large the text may be.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the part that its layer plays.
    #[must_use]
    pub fn with_layer(mut self, layer: LayerKind) -> Self {
        self.layer = layer;
        self
    }

    /// Takes a text without any value as an empty map.
    #[must_use]
    pub fn with_allow_empty(mut self, allow: bool) -> Self {
        self.allow_empty = allow;
        self
    }
}

/// Reads a text; `name` is what its origins call it, usually the path as the user knows it.
///
/// ```
/// use enhanced_config_format::{Format, ParseOptions, parse};
/// let parsed = parse(b"db:\n  port: 5432\n", Format::Yaml, "app.yaml", &ParseOptions::default())?;
/// let port = parsed.document.get("db.port").unwrap();
/// assert_eq!(port.as_i64(), Some(5432));
/// assert_eq!(port.origin().to_string(), "app.yaml:2:9");
/// # Ok::<(), enhanced_config_core::Problems>(())
/// ```
///
/// # Errors
/// Everything that makes the text unusable, each with its line and column: what is not UTF-8 or not the format, a
/// root that is not a map, duplicate keys, numbers out of range, and whatever goes over a limit.
pub fn parse(input: &[u8], format: Format, name: &str, options: &ParseOptions) -> Result<Parsed, Problems> {
    parse_by(input, format, name, options, |reading| match format {
        Format::Json | Format::Jsonc => crate::json::read(reading),
        #[cfg(feature = "yaml")]
        Format::Yaml => crate::yaml::read(reading),
        #[cfg(feature = "toml")]
        Format::Toml => crate::toml::read(reading),
        Format::DotEnv => crate::dotenv::read(reading),
        #[allow(unreachable_patterns, reason = "reached when a format's feature is off")]
        other => {
            let message = format!("{other} support is not compiled in").into();
            Err(reading.error(ProblemKind::Custom { message }, 0).into())
        }
    })
}

/// As [`parse`], with `read` for what is of the format alone.
pub(crate) fn parse_by(
    input: &[u8],
    format: Format,
    name: &str,
    options: &ParseOptions,
    read: impl FnOnce(&mut Reading<'_>) -> Result<Document, Problems>,
) -> Result<Parsed, Problems> {
    let most = options.limits.text_bytes.min(u32::MAX as usize);
    if input.len() > most {
        let limit = ProblemKind::Limit { limit: Limit::Text, most: most as u64 };
        return Err(Problem::error(limit).with_origin(Layer::new(options.layer, name).origin(0)).into());
    }
    let text = decode(input, options.layer, name)?;
    let blanked = (format == Format::Jsonc).then(|| crate::json::comments::blanked(text));
    let mut reading = Reading::new(text, name, options);
    reading.text = blanked.as_deref().unwrap_or(text);
    match read(&mut reading) {
        Ok(document) => Ok(Parsed { document, warnings: ready(reading.warnings) }),
        Err(mut problems) => {
            // What else is wrong follows from it.
            if let Some(at) = conflict(text) {
                return Err(reading
                    .syntax("a merge conflict that is not resolved", at)
                    .with_help(RESOLVE)
                    .into());
            }
            problems.extend(reading.warnings);
            Err(ready(problems))
        }
    }
}

const RESOLVE: &str = "keep one side, and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`";

/// Where a version control system left both sides of a change, if it did.
fn conflict(text: &str) -> Option<usize> {
    let mut markers = ["<<<<<<< ", "=======", ">>>>>>> "].into_iter().peekable();
    let mut first = None;
    for start in std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1)) {
        let Some(marker) = markers.peek() else { break };
        if text.get(start..).is_some_and(|rest| rest.starts_with(marker)) {
            first.get_or_insert(start);
            markers.next();
        }
    }
    first.filter(|_| markers.peek().is_none())
}

/// In order, and without keys that stand below a secret.
fn ready(mut problems: Problems) -> Problems {
    problems.hide_keys(&Redactor::new());
    problems.sort();
    problems
}

/// Adds a problem to a list of at most so many; one too many only leaves a note that there are more. Whether it was
/// added.
#[cold]
pub(crate) fn add(problems: &mut Problems, most: usize, problem: impl FnOnce() -> Problem) -> bool {
    match problems.len().cmp(&most) {
        Ordering::Less => problems.push(problem()),
        Ordering::Equal => problems.push(Problem::note(ProblemKind::More { most })),
        Ordering::Greater => {}
    }
    problems.len() <= most
}

/// A text being read: what every format needs to report a problem at a byte of it.
pub(crate) struct Reading<'a> {
    /// The text, without a byte order mark.
    pub(crate) text: &'a str,
    pub(crate) options: ParseOptions,
    pub(crate) warnings: Problems,
    layer: Layer,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(text: &'a str, name: &str, options: &ParseOptions) -> Self {
        let layer = Layer::of_text(options.layer, name, text);
        Self { text, options: *options, warnings: Problems::new(), layer }
    }

    /// A builder for this text, with its limits.
    pub(crate) fn builder(&self) -> DocumentBuilder {
        DocumentBuilder::new(self.layer.clone())
            .with_max_values(self.options.limits.values)
            .with_max_depth(self.options.limits.depth)
    }

    /// The same, with room for what most texts of this length hold.
    pub(crate) fn roomy_builder(&self) -> DocumentBuilder {
        let bytes = self.text.len();
        self.builder().with_capacity(bytes / 16 + 1, bytes / 3)
    }

    /// The place of a byte of the text.
    pub(crate) fn origin(&self, offset: usize) -> Origin {
        self.layer.origin(offset as u32)
    }

    /// An error at a byte of the text.
    pub(crate) fn error(&self, kind: ProblemKind, offset: usize) -> Problem {
        Problem::error(kind).with_origin(self.origin(offset))
    }

    /// A syntax error at a byte of the text.
    pub(crate) fn syntax(&self, message: impl Into<Cow<'static, str>>, offset: usize) -> Problem {
        self.error(ProblemKind::Syntax { message: message.into() }, offset)
    }

    /// What a builder refused while reading the byte at `offset`.
    pub(crate) fn refused(&self, error: BuildError, offset: usize) -> Problems {
        let limit =
            |limit, most: usize| self.error(ProblemKind::Limit { limit, most: most as u64 }, offset).into();
        match error {
            BuildError::TooManyValues { limit: most } => limit(Limit::Values, most),
            BuildError::TooDeep { limit: most } => limit(Limit::Depth, most),
            BuildError::TooManyKeys => limit(Limit::Keys, DocumentBuilder::MAX_KEYS),
            BuildError::TooManyLayers => limit(Limit::Layers, DocumentBuilder::MAX_LAYERS),
            BuildError::Duplicates(duplicates) => {
                let most = DocumentBuilder::MAX_DUPLICATES;
                let more = (duplicates.len() >= most).then(|| Problem::note(ProblemKind::More { most }));
                let duplicates = duplicates.into_iter().map(|duplicate| {
                    self.error(ProblemKind::DuplicateKey, duplicate.second as usize)
                        .with_path(duplicate.path)
                        .with_related("first defined here", self.layer.origin(duplicate.first))
                });
                duplicates.chain(more).collect()
            }
            other => self.error(ProblemKind::Custom { message: other.to_string().into() }, offset).into(),
        }
    }

    /// An empty text: an empty map if that is allowed.
    pub(crate) fn empty(&self) -> Result<Document, Problems> {
        if !self.options.allow_empty {
            return Err(self.error(ProblemKind::Empty, 0).into());
        }
        let mut builder = self.builder();
        let built = builder.open_map(0).and_then(|()| builder.close());
        built.and_then(|()| builder.finish()).map_err(|error| self.refused(error, 0))
    }
}

/// The text behind a byte order mark, if it is UTF-8.
pub(crate) fn decode<'a>(input: &'a [u8], layer: LayerKind, name: &str) -> Result<&'a str, Problems> {
    let input = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    let (found, valid_up_to) = match (std::str::from_utf8(input), other_encoding(input)) {
        (Ok(text), None) => return Ok(text),
        (Ok(_), Some(found)) => (found, 0),
        (Err(error), found) => (found.unwrap_or("an invalid byte"), error.valid_up_to()),
    };
    let valid =
        input.get(..valid_up_to).and_then(|valid| std::str::from_utf8(valid).ok()).unwrap_or_default();
    let origin = Layer::of_text(layer, name, valid).origin(valid.len() as u32);
    let problem = Problem::error(ProblemKind::Encoding { found: found.into() }).with_origin(origin);
    Err(problem.with_help("save the file as UTF-8").into())
}

/// The encoding that a text starts like, if it is another than UTF-8. Without a byte order mark it shows in the first
/// character, which is one of ASCII wherever it is not a mistake, and never a NUL.
fn other_encoding(input: &[u8]) -> Option<&'static str> {
    match input {
        [0xff, 0xfe, 0, 0, ..] | [1..=0x7f, 0, 0, 0, ..] => Some("UTF-32, little endian"),
        [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, 1..=0x7f, ..] => Some("UTF-32, big endian"),
        [0xff, 0xfe, ..] | [1..=0x7f, 0, ..] => Some("UTF-16, little endian"),
        [0xfe, 0xff, ..] | [0, 1..=0x7f, ..] => Some("UTF-16, big endian"),
        _ => None,
    }
}
