//! Changes of a text that leave alone what they are not about.

mod brackets;
mod error;
mod flow;
mod json;
mod model;
mod nest;
mod reconcile;
#[cfg_attr(
    not(all(feature = "toml", feature = "yaml")),
    allow(dead_code, reason = "JSON has no use for all of it")
)]
mod source;
#[cfg(feature = "toml")]
mod toml;
#[cfg_attr(
    not(all(feature = "toml", feature = "yaml")),
    allow(dead_code, reason = "JSON has no use for all of it")
)]
mod tree;
#[cfg_attr(
    not(all(feature = "toml", feature = "yaml")),
    allow(dead_code, reason = "JSON has no use for all of it")
)]
mod write;
#[cfg(feature = "yaml")]
mod yaml;

use enhanced_config_core::{
    BuildError, Document, DocumentBuilder, KeyPath, Kind, Layer, LayerKind, NodeRef, Origin, Problems,
    Segment, diff,
};
use serde::Serialize;

pub use error::{EditError, Refusal};

use crate::{EmitError, Format, ParseOptions, Parsed, parse};
use model::Change;
use reconcile::Step;

/// A text being edited: every comment, blank line, quote, order and indentation outside of a change stays as it is,
/// to the byte.
///
/// Each change is made in the text, the text read again, and the change refused unless it says exactly what was asked
/// for. A refused change leaves text and document as they were.
///
/// ```
/// use enhanced_config_format::{Editor, Format, ParseOptions};
/// let text = "# who we are\nname: app # not the host\n\n# where\nserver:\n  port: 80\n  host: a\n";
/// let mut editor = Editor::new(text.as_bytes(), Format::Yaml, "app.yaml", &ParseOptions::default())?;
/// editor.set(&"server.port".parse()?, 8080)?;
/// editor.set(&"server.tls.cert".parse()?, "/etc/cert.pem")?;
/// editor.rename(&"server.host".parse()?, "address")?;
/// assert_eq!(
///     editor.text(),
///     "# who we are\nname: app # not the host\n\n# where\nserver:\n  port: 8080\n  address: a\n  tls:\n    cert: /etc/cert.pem\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// | | how |
/// |---|---|
/// | a comment | belongs to the key that it stands right above, in the same column, or behind on the same line |
/// | a new value | block style in a YAML block, a `[table]` in TOML, lines in JSON if the text has lines |
/// | a new text | in the quotes of the old one |
/// | a new key | behind its siblings |
/// | a list without its last item, a map without its last key | `[]`, `{}` |
///
/// YAML, JSON and TOML can be edited. JSON may have comments where the options
/// [allow them](ParseOptions::with_comments).
#[derive(Clone)]
pub struct Editor {
    format: Format,
    name: Box<str>,
    options: ParseOptions,
    /// Whether the text starts with a byte order mark, which `text` lacks.
    has_mark: bool,
    text: String,
    document: Document,
}

const MARK: &str = "\u{feff}";

/// An edited text, not yet read again.
type Edited = Result<String, Stopped>;

/// A refusal, and the byte of the text that it is about.
#[derive(Debug)]
struct Stopped {
    why: Refusal,
    at: Option<usize>,
}

impl<R: Into<Refusal>> From<R> for Stopped {
    fn from(why: R) -> Self {
        Self { why: why.into(), at: None }
    }
}

impl Editor {
    /// Reads a text, as [`parse`] does.
    ///
    /// # Errors
    /// As [`parse`].
    pub fn new(input: &[u8], format: Format, name: &str, options: &ParseOptions) -> Result<Self, Problems> {
        let Parsed { document, .. } = parse(input, format, name, options)?;
        let text = String::from_utf8_lossy(input).into_owned();
        let (has_mark, text) = match text.strip_prefix(MARK) {
            Some(rest) => (true, rest.to_owned()),
            None => (false, text),
        };
        Ok(Self { format, name: name.into(), options: *options, has_mark, text, document })
    }

    /// The text as it is now, without a byte order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text as it is now, as it is to be written: with its byte order mark, if it had one.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mark = if self.has_mark { MARK } else { "" };
        [mark.as_bytes(), self.text.as_bytes()].concat()
    }

    /// Its format.
    pub fn format(&self) -> Format {
        self.format
    }

    /// What its origins call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the text says now.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Makes the value at a path this one; maps on the way that are missing, or null, come to be.
    ///
    /// Where a map or list is set that exists, only what differs in it changes. The index behind the last item of a
    /// list adds one.
    ///
    /// # Errors
    /// When the path leads through a scalar or beyond a list, the format cannot hold the value, or the text cannot be
    /// edited so.
    pub fn set(&mut self, path: &KeyPath, value: impl Serialize) -> Result<(), EditError> {
        let new = self.value(path, value)?;
        self.all_or_nothing(|editor| editor.set_node(path, new.root().get(VALUE).unwrap_or(new.root())))
    }

    /// Adds a value: a key to a map, or an item to a list, before the one with this index.
    ///
    /// # Errors
    /// When the key is there already; else as [`set`](Self::set).
    pub fn insert(&mut self, path: &KeyPath, value: impl Serialize) -> Result<(), EditError> {
        let new = self.value(path, value)?;
        let value = new.root().get(VALUE).unwrap_or(new.root());
        self.all_or_nothing(|editor| editor.insert_node(path, value))
    }

    /// Takes a value away, with its key and the comments that belong to it.
    ///
    /// # Errors
    /// When it is not there, or the text cannot be edited so.
    pub fn remove(&mut self, path: &KeyPath) -> Result<(), EditError> {
        self.existing(path)?;
        self.change(path, Change::Remove)
    }

    /// Gives a value another key, in its place.
    ///
    /// # Errors
    /// When it is not there or is no member of a map, the key is taken, or the text cannot be edited so.
    pub fn rename(&mut self, path: &KeyPath, key: &str) -> Result<(), EditError> {
        self.existing(path)?;
        let Some(parent) = path.parent() else { return Err(self.refused(path, Refusal::Root)) };
        match self.document.at(&parent) {
            Some(map) if map.kind() != Kind::Map => Err(self.refused(path, Refusal::NoCollection { parent })),
            Some(map) if map.get(key).is_some() => Err(self.refused(&parent.join(key), Refusal::Exists)),
            _ => self.change(path, Change::Rename(key)),
        }
    }

    /// Moves a value to another path, where nothing may be yet; maps on the way that are missing come to be.
    ///
    /// In the same map it is [renamed](Self::rename) in its place. Elsewhere its lines move as they are, comments and
    /// all; only where they fit nowhere, as between block style and brackets, the value is written anew.
    ///
    /// # Errors
    /// When it is not there, something is where it is to go, or the text cannot be edited so.
    pub fn relocate(&mut self, from: &KeyPath, to: &KeyPath) -> Result<(), EditError> {
        self.existing(from)?;
        if let (true, Some(Segment::Key(key))) = (from.parent() == to.parent(), to.segments().last()) {
            return self.rename(from, key);
        }
        if to.starts_with(from) {
            return Err(self.refused(from, Refusal::IntoItself { to: to.clone() }));
        }
        let before = self.clone();
        let Some(value) = before.document.at(from) else { return Err(self.refused(from, Refusal::Missing)) };
        self.all_or_nothing(|editor| {
            editor.change(from, Change::Remove)?;
            editor.insert_node(to, value)
        })?;
        // Both say the same: the one that keeps comments is better.
        self.prefer(before.moved(from.segments(), to.segments()));
        Ok(())
    }

    fn moved(&self, from: &[Segment], to: &[Segment]) -> Option<String> {
        match self.format {
            Format::Json => json::moved(&self.text, from, to),
            #[cfg(feature = "yaml")]
            Format::Yaml => yaml::moved(&self.text, from, to, &self.options.limits),
            #[cfg(feature = "toml")]
            Format::Toml => toml::moved(&self.text, from, to),
            _ => None,
        }
    }

    fn parsed(&self, text: &str) -> Result<Document, Problems> {
        parse(text.as_bytes(), self.format, &self.name, &self.options).map(|parsed| parsed.document)
    }

    /// Makes the whole text say what a document says, with as few changes as that takes.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn reconcile(&mut self, document: &Document) -> Result<(), EditError> {
        self.all_or_nothing(|editor| editor.set_node(&KeyPath::root(), document.root()))
    }

    /// Puts things back as they were if not all goes well.
    fn all_or_nothing(
        &mut self,
        edit: impl FnOnce(&mut Self) -> Result<(), EditError>,
    ) -> Result<(), EditError> {
        let before = (self.text.clone(), self.document.clone());
        let outcome = edit(self);
        if outcome.is_err() {
            (self.text, self.document) = before;
        }
        outcome
    }

    fn value(&self, path: &KeyPath, value: impl Serialize) -> Result<Document, EditError> {
        let layer = Layer::new(LayerKind::Runtime, "the new value");
        Document::from_serialize(&std::collections::BTreeMap::from([(VALUE, value)]), layer)
            .map_err(|problems| self.refused(path, Refusal::Value(problems)))
    }

    fn existing(&self, path: &KeyPath) -> Result<(), EditError> {
        match self.document.at(path) {
            _ if path.is_root() => Err(self.refused(path, Refusal::Root)),
            None => Err(self.refused(path, Refusal::Missing)),
            Some(_) => Ok(()),
        }
    }

    fn set_node(&mut self, path: &KeyPath, value: NodeRef<'_>) -> Result<(), EditError> {
        let Some(old) = self.document.at(path) else { return self.insert_node(path, value) };
        if path.is_root() && value.kind() != Kind::Map {
            return Err(self.refused(path, Refusal::Root));
        }
        for (path, step) in reconcile::steps(path, old, value) {
            match step {
                Step::Set(value) => self.change(&path, Change::Set(value))?,
                Step::Insert(value) => self.change(&path, Change::Insert(value))?,
                Step::Remove => self.change(&path, Change::Remove)?,
            }
        }
        Ok(())
    }

    fn insert_node(&mut self, path: &KeyPath, value: NodeRef<'_>) -> Result<(), EditError> {
        let mut known = path.clone();
        let Some(mut missing) = known.pop() else { return Err(self.refused(path, Refusal::Root)) };
        let mut below = Vec::new();
        while self.document.at(&known).is_none() {
            let Some(step) = known.pop() else { break };
            below.push(std::mem::replace(&mut missing, step));
        }
        let parent = self.document.root().at(&known).unwrap_or(self.document.root());
        // A key without a value becomes a map.
        if parent.is_null() && !known.is_root() {
            below.push(missing);
            let nested = self.nested(path, &below, value)?;
            return self.change(&known, Change::Set(nested.root()));
        }
        let fits = match (parent.kind(), &missing) {
            (Kind::Map, _) => true,
            (Kind::List, Segment::Index(index)) => *index <= parent.len(),
            _ => false,
        };
        if !fits {
            let why = match parent.kind() {
                Kind::List => Refusal::Missing,
                _ => Refusal::NoCollection { parent: known },
            };
            return Err(self.refused(path, why));
        }
        if below.is_empty() && parent.kind() == Kind::Map && self.document.at(path).is_some() {
            return Err(self.refused(path, Refusal::Exists));
        }
        let at = known.join(missing);
        if below.is_empty() {
            return self.change(&at, Change::Insert(value));
        }
        let nested = self.nested(path, &below, value)?;
        self.change(&at, Change::Insert(nested.root()))
    }

    /// The value inside of maps with these keys, the innermost first.
    fn nested(&self, path: &KeyPath, steps: &[Segment], value: NodeRef<'_>) -> Result<Document, EditError> {
        let mut builder = DocumentBuilder::new(value.layer().clone());
        let mut build = || -> Result<(), BuildError> {
            for step in steps.iter().rev() {
                builder.open_map(0)?;
                builder.key(&model::name(step), 0)?;
            }
            builder.copy(value)?;
            steps.iter().try_for_each(|_| builder.close())
        };
        let built = build().and_then(|()| builder.finish());
        built.map_err(|error| self.refused(path, Refusal::Build(error)))
    }

    /// Makes one change in the text, and looks whether it did what it should.
    fn change(&mut self, path: &KeyPath, change: Change<'_>) -> Result<(), EditError> {
        let wanted = model::changed(&self.document, path.segments(), change)
            .map_err(|error| self.refused(path, Refusal::Build(error)))?;
        let text = self.edited(path, change).map_err(|stopped| self.stopped(path, stopped))?;
        let found =
            self.parsed(&text).map_err(|problems| self.refused(path, Refusal::Unreadable(problems)))?;
        if let Some(differs) = diff(&wanted, &found).first() {
            return Err(self.refused(path, Refusal::Differs(differs.path.clone())));
        }
        (self.text, self.document) = (text, found);
        Ok(())
    }

    fn edited(&self, path: &KeyPath, change: Change<'_>) -> Edited {
        let path = path.segments();
        match self.format {
            Format::Json => json::edit(&self.text, path, change),
            #[cfg(feature = "yaml")]
            Format::Yaml => yaml::edit(&self.text, path, change, &self.options.limits),
            #[cfg(feature = "toml")]
            Format::Toml => toml::edit(&self.text, path, change),
            format => Err(Refusal::Format(format).into()),
        }
    }

    fn stopped(&self, path: &KeyPath, stopped: Stopped) -> EditError {
        let mut refused = self.refused(path, stopped.why);
        if let Refusal::Emit(EmitError::Null { path: below, .. } | EmitError::Integer { path: below, .. }) =
            &mut refused.why
        {
            *below = path.segments().iter().chain(below.segments()).cloned().collect();
        }
        let origin = stopped.at.map(|at| self.place(at)).or(refused.origin);
        EditError { origin, ..refused }
    }

    /// A refusal, at the nearest place of the text that the path leads to.
    fn refused(&self, path: &KeyPath, why: Refusal) -> EditError {
        let mut nearest = path.clone();
        while self.document.at(&nearest).is_none() && nearest.pop().is_some() {}
        let origin = self.document.at(&nearest).map(|node| node.origin());
        EditError { path: path.clone(), why, origin }
    }

    fn place(&self, at: usize) -> Origin {
        Layer::of_text(self.options.layer, &*self.name, &self.text).origin(at as u32)
    }
}

/// The key of a value that is a document of its own for a while.
const VALUE: &str = "value";

/// Name and format, never the text, which may hold secrets.
impl std::fmt::Debug for Editor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Editor({} {:?})", self.format, self.name)
    }
}
