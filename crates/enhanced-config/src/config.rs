use std::fmt;
use std::sync::Arc;

use enhanced_config_core::{
    Document, KeyPath, Layer, NodeRef, PathError, Problem, ProblemKind, Problems, Segment, extract, suggest,
};
use enhanced_config_files::Presence;
use enhanced_config_layers::{Explanation, Loaded, Texts};
use serde::Deserialize;

use crate::Rejection;
use crate::served::Served;
use crate::snapshot::Label;

/// One configuration as it was at one moment: a snapshot that never changes.
///
/// Take one at the start of a unit of work and read all of it from there. It is a counted reference, as an `Arc` is:
/// cheap to clone, and cheap to get for many threads at once.
#[derive(Clone)]
pub struct Config(Served);

impl Config {
    pub(crate) fn new(served: Served) -> Self {
        Self(served)
    }

    pub(crate) fn loaded(&self) -> &Arc<Loaded> {
        &self.0.loaded
    }

    pub(crate) fn label(&self) -> &Label {
        &self.0.label
    }

    /// The value at a path, as any type that deserialises: `config.get::<u16>("server.port")?`.
    ///
    /// # Errors
    /// When the path cannot be read, nothing is there, or everything that the type does not take.
    pub fn get<'a, T: Deserialize<'a>>(&'a self, path: &str) -> Result<T, Rejection> {
        // serde's own way first: it is the fast one, and reports are made only when there is something to report.
        if let Some(node) = self.loaded().document.get(path)
            && let Ok(value) = T::deserialize(node)
        {
            return Ok(value);
        }
        self.get_or_report(path)
    }

    #[cold]
    fn get_or_report<'a, T: Deserialize<'a>>(&'a self, path: &str) -> Result<T, Rejection> {
        let parsed: KeyPath = path.parse().map_err(|error| self.reject(bad_path(&error).into()))?;
        match self.loaded().document.at(&parsed) {
            Some(node) => self.read(node, &parsed).map(|(value, _)| value),
            None => Err(self.reject(self.nothing_at(&parsed).into())),
        }
    }

    /// The whole configuration as a type, with every problem at once. Keys that the type does not have are reported
    /// as the builder's [`unknown_keys`](crate::Builder::unknown_keys) says.
    ///
    /// # Errors
    /// Everything that is wrong, missing or unknown, each with its place.
    pub fn extract<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Rejection> {
        let (value, warnings) = self.read(self.loaded().document.root(), &KeyPath::root())?;
        for warning in &warnings {
            tracing::warn!(config = self.name(), "{warning}");
        }
        Ok(value)
    }

    /// The value at a path, to look at as it is; `None` when nothing is there or the path cannot be read.
    pub fn node(&self, path: &str) -> Option<NodeRef<'_>> {
        self.loaded().document.get(path)
    }

    /// What every layer says about a key, and which of them won. Secrets are masked.
    ///
    /// # Errors
    /// When the path cannot be read.
    pub fn explain(&self, path: &str) -> Result<Explanation, PathError> {
        Ok(self.loaded().explain(&path.parse()?))
    }

    /// The effective document.
    pub fn document(&self) -> &Arc<Document> {
        &self.loaded().document
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0.label.name
    }

    /// Rises with every change of this configuration in this process, from 1.
    pub fn version(&self) -> u64 {
        self.0.label.version
    }

    /// The layers it was made from, the lowest first.
    pub fn sources(&self) -> impl Iterator<Item = &Layer> {
        self.loaded().layers.iter().filter_map(|document| document.layers().first())
    }

    /// What is probably not meant as written.
    pub fn warnings(&self) -> &Problems {
        &self.loaded().warnings
    }

    pub(crate) fn read<'a, T: Deserialize<'a>>(
        &self,
        node: NodeRef<'a>,
        path: &KeyPath,
    ) -> Result<(T, Problems), Rejection> {
        extract(node, path, &self.0.label.options).map_err(|problems| self.reject(problems))
    }

    /// Names the first key on the way that is missing, and the one that may have been meant.
    fn nothing_at(&self, path: &KeyPath) -> Problem {
        let mut node = self.loaded().document.root();
        let mut way = KeyPath::root();
        for segment in path.segments() {
            way.push(segment.clone());
            match node.at(&[segment.clone()].into_iter().collect()) {
                Some(next) => node = next,
                None => break,
            }
        }
        let problem = Problem::error(ProblemKind::Missing).with_origin(node.key_origin());
        let near = match way.segments().last() {
            Some(Segment::Key(key)) => suggest(key, node.entries().map(|(key, _)| key))
                .map(|key| way.parent().unwrap_or_default().join(key)),
            _ => None,
        };
        let problem = problem.with_path(way);
        match near {
            Some(near) => problem.with_help(format!("did you mean `{near}`?")),
            None => problem,
        }
    }

    pub(crate) fn reject(&self, problems: Problems) -> Rejection {
        let texts = self.texts_of(&problems);
        let redactor = self.0.label.options.redactor.clone();
        Rejection::new(self.name(), problems, texts, redactor).with_inputs(self.loaded().inputs.clone())
    }

    /// The texts that the problems are about, read again if they still are what was loaded: keeping every text for an
    /// error that rarely comes would double the memory.
    fn texts_of(&self, problems: &Problems) -> Texts {
        let names: Vec<&str> =
            problems.iter().filter_map(|problem| Some(problem.origin.as_ref()?.layer.name())).collect();
        let mut texts = Texts::default();
        let root = &self.0.label.root;
        for input in &self.loaded().inputs {
            let name = root.path().join(&input.path).to_string_lossy().into_owned();
            let Presence::File(fingerprint) = input.was else { continue };
            if !names.contains(&&*name) {
                continue;
            }
            let size = usize::try_from(fingerprint.size()).unwrap_or(usize::MAX);
            let Ok(file) = root.read(&input.path, size) else { continue };
            match std::str::from_utf8(&file.bytes) {
                Ok(text) if file.fingerprint == fingerprint => texts.insert(&name, text),
                _ => {}
            }
        }
        texts
    }
}

fn bad_path(error: &PathError) -> Problem {
    Problem::error(ProblemKind::Custom { message: error.to_string().into() })
}

/// Name and version; the values may be secret.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("name", &self.name())
            .field("version", &self.version())
            .finish_non_exhaustive()
    }
}
