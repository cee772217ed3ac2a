//! Changes of a text that leave alone what they are not about.

mod brackets;
mod comments;
mod error;
mod flow;
mod insertion;
mod json;
mod model;
mod nest;
mod reconcile;
#[cfg_attr(
    not(all(feature = "toml", feature = "yaml")),
    allow(dead_code, reason = "JSON has no use for all of it")
)]
mod source;
#[cfg_attr(
    not(all(feature = "toml", feature = "yaml")),
    allow(dead_code, unused_variables, reason = "JSON has no use for all of it")
)]
mod syntax;
#[cfg(feature = "toml")]
mod toml;
mod transaction;
#[cfg_attr(
    not(all(feature = "toml", feature = "yaml")),
    allow(dead_code, reason = "JSON has no use for all of it")
)]
mod tree;
mod twins;
mod update;
#[cfg_attr(
    not(all(feature = "toml", feature = "yaml")),
    allow(dead_code, reason = "JSON has no use for all of it")
)]
mod write;
#[cfg(feature = "yaml")]
mod yaml;

use std::sync::Arc;

use enhanced_config_core::{
    Document, Draft, KeyPath, Kind, Layer, LayerKind, NodeRef, Origin, Problems, Segment,
};
use serde::Serialize;

pub use error::{Anchor, EditError, Refusal};

use crate::{EmitError, Format, ParseOptions};
use model::Change;
use reconcile::Step;
use syntax::Syntax;
use transaction::Pace;

/// A text being edited: every comment, blank line, quote, order and indentation outside of a change stays as it is,
/// to the byte.
///
/// Each change is made in the text, the text read again, and the change refused unless it says exactly what was asked
/// for. A refused change leaves text and document as they were. Of several changes in a
/// [transaction](Self::transaction) the text is read again behind the last.
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
/// YAML, JSON, JSON with comments and TOML can be edited.
pub struct Editor {
    format: Format,
    name: Box<str>,
    options: ParseOptions,
    /// Whether the text starts with a byte order mark, which `text` lacks.
    has_mark: bool,
    text: Arc<String>,
    draft: Draft,
    /// Where everything stands in the text; nothing as long as no edit has asked.
    syntax: Option<Arc<Syntax>>,
    /// Nothing outside of a transaction.
    pace: Option<Pace>,
    /// Whether the text has changed, and nobody looked whether it says what the document says.
    is_unread: bool,
}

const MARK: &str = "\u{feff}";

/// A refusal, and the byte of the text that it is about.
#[derive(Debug)]
struct Stopped {
    why: Refusal,
    at: Option<usize>,
    /// The name of the anchor that the value is repeated from, and where it stands.
    anchor: Option<(Box<str>, usize)>,
}

impl<R: Into<Refusal>> From<R> for Stopped {
    fn from(why: R) -> Self {
        Self { why: why.into(), at: None, anchor: None }
    }
}

impl Editor {
    /// Reads a text, as [`parse`](crate::parse()) does.
    ///
    /// # Errors
    /// As [`parse`](crate::parse()).
    pub fn new(input: &[u8], format: Format, name: &str, options: &ParseOptions) -> Result<Self, Problems> {
        let (document, syntax) = Syntax::read(input, format, name, options)?;
        let text = String::from_utf8_lossy(input).into_owned();
        let (has_mark, text) = match text.strip_prefix(MARK) {
            Some(rest) => (true, rest.to_owned()),
            None => (false, text),
        };
        let (name, options) = (name.into(), *options);
        let syntax = syntax.map(Arc::new);
        let (text, draft) = (Arc::new(text), Draft::new(document));
        Ok(Self { format, name, options, has_mark, text, draft, syntax, pace: None, is_unread: false })
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
        self.draft.document()
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
        self.transaction(|editor| editor.set_node(path, new.root().get(VALUE).unwrap_or(new.root())))
    }

    /// Adds a value: a key to a map, or an item to a list, before the one with this index.
    ///
    /// # Errors
    /// When the key is there already; else as [`set`](Self::set).
    pub fn insert(&mut self, path: &KeyPath, value: impl Serialize) -> Result<(), EditError> {
        let new = self.value(path, value)?;
        let value = new.root().get(VALUE).unwrap_or(new.root());
        self.transaction(|editor| editor.insert_node(path, value))
    }

    /// Takes a value away, with its key and the comments that belong to it.
    ///
    /// # Errors
    /// When it is not there, or the text cannot be edited so.
    pub fn remove(&mut self, path: &KeyPath) -> Result<(), EditError> {
        self.existing(path)?;
        self.transaction(|editor| editor.change(path, Change::Remove))
    }

    /// Gives a value another key, in its place.
    ///
    /// # Errors
    /// When it is not there or is no member of a map, the key is taken, or the text cannot be edited so.
    pub fn rename(&mut self, path: &KeyPath, key: &str) -> Result<(), EditError> {
        self.existing(path)?;
        let Some(parent) = path.parent() else { return Err(self.refused(path, Refusal::Root)) };
        match self.document().at(&parent) {
            Some(map) if map.kind() != Kind::Map => Err(self.refused(path, Refusal::NoCollection { parent })),
            Some(map) if map.get(key).is_some() => Err(self.refused(&parent.join(key), Refusal::Exists)),
            _ => self.transaction(|editor| editor.change(path, Change::Rename(key))),
        }
    }

    /// Moves a value to another path, where nothing may be yet; maps on the way that are missing come to be.
    ///
    /// In the same map it is [renamed](Self::rename) in its place. Elsewhere its lines move as they are, comments and
    /// all; only where they fit nowhere, as between block style and brackets, the value is written anew, and its comments
    /// stand above the line that it came to.
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
        self.transaction(|editor| {
            let value = editor.copied(from)?;
            let value = value.root().get(VALUE).unwrap_or(value.root());
            let kept = editor.kept(|syntax, text| syntax.moved(text, from.segments(), to.segments()));
            if let Some(splices) = kept {
                // What refuses a removal refuses a move.
                editor.splices(from, Change::Remove)?;
                let insertion = editor.insertion_without(from, to, value)?;
                let changes = [(from, Change::Remove), (&insertion.at, insertion.change(value))];
                if editor.commit(from, splices, &changes).is_ok() {
                    return Ok(());
                }
            }
            editor.with_comments(to, |editor| {
                editor.change(from, Change::Remove)?;
                editor.insert_node(to, value)
            })
        })
    }

    /// Makes the whole text say what a document says, with as few changes as that takes.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn reconcile(&mut self, document: &Document) -> Result<(), EditError> {
        self.transaction(|editor| editor.set_node(&KeyPath::root(), document.root()))
    }

    fn value(&self, path: &KeyPath, value: impl Serialize) -> Result<Document, EditError> {
        let layer = Layer::new(LayerKind::Runtime, "the new value");
        Document::from_serialize(&std::collections::BTreeMap::from([(VALUE, value)]), layer)
            .map_err(|problems| self.refused(path, Refusal::Value(problems)))
    }

    fn existing(&self, path: &KeyPath) -> Result<(), EditError> {
        match self.document().at(path) {
            _ if path.is_root() => Err(self.refused(path, Refusal::Root)),
            None => Err(self.refused(path, Refusal::Missing)),
            Some(_) => Ok(()),
        }
    }

    fn set_node(&mut self, path: &KeyPath, value: NodeRef<'_>) -> Result<(), EditError> {
        let Some(old) = self.document().at(path) else { return self.insert_node(path, value) };
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

    fn stopped(&self, path: &KeyPath, stopped: Stopped) -> EditError {
        let mut refused = self.refused(path, stopped.why);
        if let Refusal::Emit(EmitError::Null { path: below, .. } | EmitError::Integer { path: below, .. }) =
            &mut refused.why
        {
            *below = path.segments().iter().chain(below.segments()).cloned().collect();
        }
        if let (Some(anchor), Some((name, at))) = (refused.why.anchor_mut(), stopped.anchor) {
            *anchor = Some(Anchor { name, origin: self.place(at) });
        }
        let origin = stopped.at.map(|at| self.place(at)).or(refused.origin);
        EditError { origin, ..refused }
    }

    /// A refusal, at the nearest place of the text that the path leads to.
    fn refused(&self, path: &KeyPath, why: Refusal) -> EditError {
        let mut nearest = path.clone();
        while self.document().at(&nearest).is_none() && nearest.pop().is_some() {}
        let origin = self.document().at(&nearest).map(|node| node.origin());
        EditError { path: path.clone(), why, origin }
    }

    fn place(&self, at: usize) -> Origin {
        Layer::of_text(self.options.layer, &*self.name, &self.text).origin(at as u32)
    }
}

/// The key of a value that is a document of its own for a while.
const VALUE: &str = "value";

/// A clone of an editor that is in a transaction is in none.
impl Clone for Editor {
    fn clone(&self) -> Self {
        Self {
            format: self.format,
            name: self.name.clone(),
            options: self.options,
            has_mark: self.has_mark,
            text: self.text.clone(),
            draft: self.draft.clone(),
            syntax: self.syntax.clone(),
            pace: None,
            is_unread: self.is_unread,
        }
    }
}

/// Name and format, never the text, which may hold secrets.
impl std::fmt::Debug for Editor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Editor({} {:?})", self.format, self.name)
    }
}
