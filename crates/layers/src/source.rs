use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use enhanced_config_core::{
    Document, KeyPath, LayerKind, MergeOptions, NodeRef, Problem, ProblemKind, Problems, merge, with_causes,
};
use enhanced_config_files::{ConfigRoot, FileBytes, Presence, ReadError};
use enhanced_config_format::{Format, Limits, ParseOptions, parse};

/// A recipe for layers: cheap to make, and run again at every load.
///
/// Sources run in order of precedence, the lowest first; what a source gives is in the same order.
pub trait Source: fmt::Debug + Send + Sync {
    /// Runs the recipe. A source that has nothing to say gives no layer.
    ///
    /// # Errors
    /// Everything that makes its layers unusable.
    fn load(&self, context: &mut Context<'_>) -> Result<Vec<Document>, Problems>;
}

/// What a source may use while it loads.
#[derive(Debug)]
pub struct Context<'a> {
    root: &'a ConfigRoot,
    schema: Option<NodeRef<'a>>,
    limits: Limits,
    merge: &'a MergeOptions,
    pub(crate) follow_includes: bool,
    /// Texts to read in place of what the files at these paths hold.
    pub(crate) instead: HashMap<PathBuf, Arc<str>>,
    pub(crate) rewrite: Option<Rewrite>,
    pub(crate) documents: Vec<Given>,
    pub(crate) problems: Problems,
    pub(crate) texts: Texts,
    pub(crate) inputs: Vec<Input>,
    /// Lists that the source at work has whole.
    pub(crate) whole_lists: Vec<KeyPath>,
}

/// What is taken in the place of a file. See [`Layers::with_rewrite`](crate::Layers::with_rewrite).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Rewritten {
    /// The text that the document was read from.
    pub text: String,
    /// What it says.
    pub document: Document,
    /// What to tell of it, among the warnings.
    pub note: Problem,
}

impl Rewritten {
    /// A text, the document that was read from it, and what to tell of it.
    pub fn new(text: impl Into<String>, document: Document, note: Problem) -> Self {
        Self { text: text.into(), document, note }
    }
}

#[derive(Clone)]
pub(crate) struct Rewrite(Arc<RewriteOf>);

type RewriteOf = dyn Fn(&Path, &str, &Document) -> Result<Option<Rewritten>, Problems> + Send + Sync;

impl Rewrite {
    pub(crate) fn new(
        rewrite: impl Fn(&Path, &str, &Document) -> Result<Option<Rewritten>, Problems> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(rewrite))
    }
}

impl fmt::Debug for Rewrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rewrite")
    }
}

/// What a source gave.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) document: Arc<Document>,
    /// Lists that replace those below, whatever the rules.
    pub(crate) whole_lists: Vec<KeyPath>,
}

impl Given {
    pub(crate) fn new(document: Document) -> Self {
        Self { document: Arc::new(document), whole_lists: Vec::new() }
    }
}

/// Folds what the sources gave, the lowest first.
pub(crate) fn fold(given: &[Given], options: &MergeOptions) -> Result<(Arc<Document>, Problems), Problems> {
    let Some((lowest, higher)) = given.split_first() else {
        return Err(Problem::error(ProblemKind::Empty).into());
    };
    let mut document = Arc::clone(&lowest.document);
    let mut warnings = Problems::new();
    // Layers with the same rules are folded in one go: each go copies the tables.
    for layers in higher.chunk_by(|a, b| a.whole_lists == b.whole_lists) {
        let whole_lists = layers.iter().flat_map(|layer| layer.whole_lists.iter().cloned());
        let options = options.clone().with_lists(options.lists.clone().with_replaced(whole_lists));
        let layers: Vec<&Document> = layers.iter().map(|layer| &*layer.document).collect();
        let merged = merge(&document, &layers, &options)?;
        document = Arc::new(merged.document);
        warnings.extend(merged.warnings);
    }
    Ok((document, warnings))
}

/// A file or directory that a load read or looked for, and what was there then: when that is something else now, a new
/// load may give something else.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Input {
    /// The path beneath the root.
    pub path: PathBuf,
    /// What was there.
    pub was: Presence,
}

impl Input {
    /// Something that was read or looked for by someone else than a source.
    pub fn new(path: impl Into<PathBuf>, was: Presence) -> Self {
        Self { path: path.into(), was }
    }

    /// Reads a file of at most `max_bytes`, and tells what it was whether that works or not.
    ///
    /// What keeps a file from being read may be gone a moment later, so what is there is looked at, and then tried once
    /// more.
    pub fn read(root: &ConfigRoot, path: &Path, max_bytes: usize) -> (Self, Result<FileBytes, ReadError>) {
        let (was, read) = match root.read(path, max_bytes) {
            Ok(file) => (Presence::File(file.fingerprint), Ok(file)),
            Err(_) => match (Presence::of(&root.place(path)), root.read(path, max_bytes)) {
                (_, Ok(file)) => (Presence::File(file.fingerprint), Ok(file)),
                (was, Err(error)) => (was, Err(error)),
            },
        };
        (Self::new(path, was), read)
    }

    /// Whether there is now what was there then.
    pub fn is_current(&self, root: &ConfigRoot) -> bool {
        Presence::of(&root.place(&self.path)) == self.was
    }
}

/// The texts of the layers of one load, to show the lines that problems are about.
///
/// Debug output names the layers and nothing of their texts, which hold secrets.
#[derive(Clone, Default)]
pub struct Texts(HashMap<Box<str>, Arc<str>>);

impl Texts {
    /// The text of the layer called `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| &**text)
    }

    /// Adds the text of the layer called `name`.
    pub fn insert(&mut self, name: &str, text: &str) {
        self.0.insert(name.into(), text.into());
    }

    /// Adds all texts of another load.
    pub fn extend(&mut self, other: &Texts) {
        self.0.extend(other.0.iter().map(|(name, text)| (name.clone(), Arc::clone(text))));
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        root: &'a ConfigRoot,
        schema: Option<NodeRef<'a>>,
        limits: Limits,
        merge: &'a MergeOptions,
    ) -> Self {
        Self {
            root,
            schema,
            limits,
            merge,
            follow_includes: false,
            instead: HashMap::new(),
            rewrite: None,
            documents: Vec::new(),
            problems: Problems::new(),
            texts: Texts::default(),
            inputs: Vec::new(),
            whole_lists: Vec::new(),
        }
    }

    /// The directory beneath which files are found.
    pub fn root(&self) -> &'a ConfigRoot {
        self.root
    }

    /// The JSON Schema of the configuration, if there is one.
    pub fn schema(&self) -> Option<NodeRef<'a>> {
        self.schema
    }

    /// The layers below this source folded into one; `None` when there are none, or one of them failed.
    pub fn lower(&self) -> Option<Arc<Document>> {
        if self.problems.has_errors() {
            return None;
        }
        fold(&self.documents, self.merge).ok().map(|(document, _)| document)
    }

    /// Has the lists at these paths, in what the source at work gives, replace those below whatever the schema says:
    /// the source has merged them itself.
    pub fn replace_lists(&mut self, paths: impl IntoIterator<Item = KeyPath>) {
        self.whole_lists.extend(paths);
    }

    /// Takes in what a source gave.
    pub(crate) fn take(&mut self, documents: Vec<Document>) {
        let whole_lists = std::mem::take(&mut self.whole_lists);
        let given = |document| Given { document: Arc::new(document), whole_lists: whole_lists.clone() };
        self.documents.extend(documents.into_iter().map(given));
    }

    /// Notes something that is probably not meant as written.
    pub fn warn(&mut self, warnings: impl IntoIterator<Item = Problem>) {
        self.problems.extend(warnings);
    }

    /// Whether there is a file at `path` beneath the root. If not, that is noted as an input; if so, reading it does.
    ///
    /// # Errors
    /// When that cannot be told.
    pub fn exists(&mut self, path: &Path) -> Result<bool, Problems> {
        if self.instead.contains_key(path) {
            return Ok(true);
        }
        if let Ok(true) = self.root.exists(path) {
            return Ok(true);
        }
        let was = Presence::of(&self.root.place(path));
        let exists = self.root.exists(path);
        if let Ok(true) = exists {
            return Ok(true);
        }
        self.inputs.push(Input { path: path.to_owned(), was });
        exists.map_err(|error| unreadable(&error))
    }

    /// Notes what is at `path` beneath the root as an input that is not read.
    pub(crate) fn note(&mut self, path: &Path) {
        self.inputs.push(Input::new(path, Presence::of(&self.root.place(path))));
    }

    /// Reads the file at `path` beneath the root into a document.
    ///
    /// # Errors
    /// When it cannot be read, or everything that is wrong with its text.
    pub fn read(&mut self, path: &Path, layer: LayerKind, allow_empty: bool) -> Result<Document, Problems> {
        let Some(format) = Format::of_path(path) else {
            // A path that leads out of the directory is wrong whatever its extension.
            self.exists(path)?;
            return Err(unknown_format(&self.root.path().join(path)));
        };
        self.read_as(format, path, layer, allow_empty)
    }

    /// As [`read`](Self::read), whatever the extension says.
    pub(crate) fn read_as(
        &mut self,
        format: Format,
        path: &Path,
        layer: LayerKind,
        allow_empty: bool,
    ) -> Result<Document, Problems> {
        let options =
            ParseOptions::default().with_limits(self.limits).with_layer(layer).with_allow_empty(allow_empty);
        if let Some(text) = self.instead.get(path).cloned() {
            let shown = self.root.path().join(path);
            let document = self.parse(text.as_bytes(), format, &shown, &options)?;
            return self.rewritten(path, text.as_bytes(), document);
        }
        let (input, file) = Input::read(self.root, path, self.limits.text_bytes);
        self.inputs.push(input);
        let file = file.map_err(|error| unreadable(&error))?;
        let document = self.parse(&file.bytes, format, &file.path, &options)?;
        self.rewritten(path, &file.bytes, document)
    }

    /// What is taken in the place of a file.
    fn rewritten(&mut self, path: &Path, bytes: &[u8], document: Document) -> Result<Document, Problems> {
        let Some(rewrite) = &self.rewrite else { return Ok(document) };
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let Some(Rewritten { text, document, note }) = (rewrite.0)(path, text, &document)? else {
            return Ok(document);
        };
        for layer in document.layers() {
            self.texts.insert(layer.name(), &text);
        }
        self.problems.push(note);
        Ok(document)
    }

    fn parse(
        &mut self,
        bytes: &[u8],
        format: Format,
        path: &Path,
        options: &ParseOptions,
    ) -> Result<Document, Problems> {
        let name = path.to_string_lossy();
        if let Ok(text) = std::str::from_utf8(bytes) {
            self.texts.insert(&name, text);
        }
        let parsed = parse(bytes, format, &name, options)?;
        self.problems.extend(parsed.warnings);
        Ok(parsed.document)
    }
}

pub(crate) fn unreadable(error: &ReadError) -> Problems {
    Problem::error(ProblemKind::Unreadable {
        why: with_causes(error).into(),
        transient: error.is_transient(),
    })
    .into()
}

fn unknown_format(path: &Path) -> Problems {
    let why = format!("{}: the format of this file is not known by its extension", path.display());
    Problem::error(ProblemKind::Unreadable { why: why.into(), transient: false })
        .with_help("use .yaml, .yml, .json, .jsonc, .toml or .env")
        .into()
}
