use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use enhanced_config_core::{Document, KeyPath, MergeOptions, NodeRef, Problems, Redactor};
use enhanced_config_files::ConfigRoot;
use enhanced_config_format::Limits;

use crate::report::bounded;
use crate::source::{Given, Rewrite, fold};
use crate::{
    Context, Explanation, Input, Interpolated, Rewritten, Source, Texts, explain, hints, interpolate,
};

/// The recipe of one configuration: its sources, the lowest first, and how they become one document.
///
/// ```
/// # use enhanced_config_layers::*;
/// # let dir = tempfile::tempdir()?;
/// # std::fs::write(dir.path().join("app.json"), r#"{"db": {"host": "a", "port": 1}}"#)?;
/// let root = enhanced_config_files::ConfigRoot::open(dir.path())?;
/// let layers = Layers::new()
///     .with_source(ValueSource::defaults(&serde_json::json!({ "db": { "pool": 4 } }))?)
///     .with_source(FileSource::named("app"))
///     .with_source(EnvSource::new("APP_").with_variables([("APP_DB__PORT", "5432")]));
/// let loaded = layers.load(&root)?;
/// assert_eq!(loaded.document.get("db.port").unwrap().as_u64(), Some(5432));
/// assert_eq!(loaded.document.get("db.port").unwrap().origin().to_string(), "environment variable APP_DB__PORT");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct Layers {
    sources: Vec<Box<dyn Source>>,
    schema: Option<Arc<Document>>,
    limits: Limits,
    merge: MergeOptions,
    redactor: Redactor,
    interpolate: bool,
    includes: bool,
    variables: Option<HashMap<OsString, OsString>>,
    defaults: Option<Box<DefaultsOf>>,
    instead: HashMap<PathBuf, Arc<str>>,
    rewrite: Option<Rewrite>,
    review: Option<Box<ReviewOf>>,
}

/// What a recipe gave, before anybody gets it: see [`Layers::with_review`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Review<'a> {
    /// The layers, the lowest first.
    pub layers: &'a [Arc<Document>],
    /// The JSON Schema of the configuration, if there is one.
    pub schema: Option<NodeRef<'a>>,
    /// What is secret.
    pub redactor: &'a Redactor,
    /// What there is to warn of so far.
    pub warnings: &'a mut Problems,
}

type ReviewOf = dyn Fn(Review<'_>) + Send + Sync;

/// What lies below all layers, made from what they say together.
type DefaultsOf = dyn Fn(NodeRef<'_>) -> Option<Document> + Send + Sync;

/// What a recipe gave.
#[derive(Debug)]
#[non_exhaustive]
pub struct Loaded {
    /// The effective document.
    pub document: Arc<Document>,
    /// The layers it was folded from, the lowest first.
    pub layers: Vec<Arc<Document>>,
    /// What is probably not meant as written.
    pub warnings: Problems,
    /// Which values are secret.
    pub redactor: Redactor,
    /// The texts that were read.
    pub texts: Texts,
    /// The files that were read or looked for.
    pub inputs: Vec<Input>,
    pub(crate) given: Vec<Given>,
}

/// Everything that kept a recipe from giving a document.
#[derive(Debug, thiserror::Error)]
#[error("{problems}")]
#[non_exhaustive]
pub struct LoadFailure {
    /// What is wrong, warnings included.
    pub problems: Problems,
    /// The texts that were read, to show the lines.
    pub texts: Texts,
    /// Which values are secret.
    pub redactor: Redactor,
    /// The files that were read or looked for.
    pub inputs: Vec<Input>,
}

impl Layers {
    /// No source yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a source above those there are.
    #[must_use]
    pub fn with_source(mut self, source: impl Source + 'static) -> Self {
        self.sources.push(Box::new(source));
        self
    }

    /// Sets the JSON Schema that environment variables are matched against, and whose `x-merge` and `x-secret` count.
    #[must_use]
    pub fn with_schema(mut self, schema: Arc<Document>) -> Self {
        let hints = hints::read(schema.root());
        self.redactor = hints.redact(self.redactor);
        self.merge = self.merge.with_lists(hints.lists);
        self.schema = Some(schema);
        self
    }

    /// Sets how large a text may be.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Makes a map over something else, or something else over a map, an error.
    #[must_use]
    pub fn with_strict(mut self, strict: bool) -> Self {
        self.merge = self.merge.with_strict(strict);
        self
    }

    /// Sets what is secret besides what its name or the schema makes so.
    #[must_use]
    pub fn with_redactor(mut self, redactor: Redactor) -> Self {
        self.redactor = redactor;
        self
    }

    /// What is secret: what was [set](Self::with_redactor), and what the schema makes so.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Replaces `${…}` in values. Default: off, because real files contain such text.
    #[must_use]
    pub fn with_interpolation(mut self, on: bool) -> Self {
        self.interpolate = on;
        self
    }

    /// Takes these variables for `${env:…}` instead of those of the process.
    #[must_use]
    pub fn with_variables(mut self, variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        self.variables = Some(variables.into_iter().collect());
        self
    }

    /// Follows `include: [other.yaml]` at the root of a file. Default: off, because real files have such keys.
    #[must_use]
    pub fn with_includes(mut self, on: bool) -> Self {
        self.includes = on;
        self
    }

    /// Reads `text` in place of what the file at `path` beneath the root holds, whether there is one or not: what would
    /// be loaded if it were saved there.
    #[must_use]
    pub fn with_text(mut self, path: impl Into<PathBuf>, text: impl Into<Arc<str>>) -> Self {
        self.instead.insert(path.into(), text.into());
        self
    }

    /// Has `rewrite` look at what each file beneath the root says, with the path and the text that it was read from: what
    /// it gives is taken in the file's place, as that of a file of an older version brought to the newest. What is on disk
    /// stays as it is.
    #[must_use]
    pub fn with_rewrite(
        mut self,
        rewrite: impl Fn(&Path, &str, &Document) -> Result<Option<Rewritten>, Problems> + Send + Sync + 'static,
    ) -> Self {
        self.rewrite = Some(Rewrite::new(rewrite));
        self
    }

    /// Has `review` look at the layers behind all sources, those laid over later included, to add warnings, or to take some
    /// back that it knows better.
    #[must_use]
    pub fn with_review(mut self, review: impl Fn(Review<'_>) + Send + Sync + 'static) -> Self {
        self.review = Some(Box::new(review));
        self
    }

    /// Lays below all layers what `defaults` makes of them folded: a default inside a section may depend on whether the
    /// section is there.
    #[must_use]
    pub fn with_defaults(
        mut self,
        defaults: impl Fn(NodeRef<'_>) -> Option<Document> + Send + Sync + 'static,
    ) -> Self {
        self.defaults = Some(Box::new(defaults));
        self
    }

    /// Runs every source and folds what they give. A source that fails does not keep the others from being checked.
    ///
    /// # Errors
    /// Everything that is wrong with any of them.
    pub fn load(&self, root: &ConfigRoot) -> Result<Loaded, LoadFailure> {
        let mut context =
            Context::new(root, self.schema.as_ref().map(|schema| schema.root()), self.limits, &self.merge);
        context.follow_includes = self.includes;
        context.instead.clone_from(&self.instead);
        context.rewrite.clone_from(&self.rewrite);
        for source in &self.sources {
            match source.load(&mut context) {
                Ok(documents) => context.take(documents),
                Err(problems) => context.problems.extend(problems),
            }
        }
        let Context { documents, problems, texts, inputs, .. } = context;
        self.finish(documents, problems, texts, inputs)
    }

    /// Lays more layers over what was loaded, without running the sources again: an experiment, a test, a value set
    /// at run time.
    ///
    /// # Errors
    /// When the layers do not fold.
    pub fn overlay(&self, loaded: &Loaded, higher: &[Arc<Document>]) -> Result<Loaded, LoadFailure> {
        let over =
            higher.iter().map(|document| Given { document: Arc::clone(document), whole_lists: Vec::new() });
        let given = loaded.given.iter().cloned().chain(over).collect();
        let mut over = self.finish(given, Problems::new(), Texts::default(), loaded.inputs.clone())?;
        over.redactor = over.redactor.with_secrets_of(&loaded.redactor);
        over.warnings.extend(loaded.warnings.iter().cloned());
        over.warnings.sort();
        over.warnings = bounded(over.warnings);
        Ok(over)
    }

    fn finish(
        &self,
        given: Vec<Given>,
        mut problems: Problems,
        texts: Texts,
        inputs: Vec<Input>,
    ) -> Result<Loaded, LoadFailure> {
        let mut redactor = self.redactor.clone();
        if !problems.has_errors() {
            match self.fold(&given, &mut problems, &mut redactor) {
                Ok((document, defaults)) => {
                    let layers = given.iter().map(|given| Arc::clone(&given.document));
                    let layers: Vec<_> = defaults.into_iter().chain(layers).collect();
                    if let Some(review) = &self.review {
                        let schema = self.schema.as_ref().map(|schema| schema.root());
                        let (redactor, warnings) = (&redactor, &mut problems);
                        review(Review { layers: &layers, schema, redactor, warnings });
                    }
                    problems.hide_keys(&redactor);
                    problems.sort();
                    let warnings = bounded(problems);
                    return Ok(Loaded { document, layers, warnings, redactor, texts, inputs, given });
                }
                Err(found) => problems.extend(found),
            }
        }
        problems.hide_keys(&redactor);
        problems.sort();
        Err(LoadFailure { problems: bounded(problems), texts, redactor, inputs })
    }

    /// The effective document, and the defaults in it. What it takes in of secrets is secret too.
    fn fold(
        &self,
        given: &[Given],
        problems: &mut Problems,
        redactor: &mut Redactor,
    ) -> Result<(Arc<Document>, Option<Arc<Document>>), Problems> {
        let (mut document, mut warnings) = fold(given, &self.merge)?;
        let defaults = self.defaults.as_ref().and_then(|defaults| defaults(document.root())).map(Given::new);
        if let Some(defaults) = &defaults {
            let given: Vec<Given> = [defaults].into_iter().chain(given).cloned().collect();
            (document, warnings) = fold(&given, &self.merge)?;
        }
        problems.extend(warnings);
        Ok((self.expand(document, redactor)?, defaults.map(|defaults| defaults.document)))
    }

    /// The document with every `${…}` replaced, if they are.
    fn expand(&self, document: Arc<Document>, redactor: &mut Redactor) -> Result<Arc<Document>, Problems> {
        if !self.interpolate {
            return Ok(document);
        }
        let Interpolated { document: expanded, secrets } =
            interpolate(&document, &|name| self.variable(name), redactor)?;
        *redactor = secrets.iter().fold(redactor.clone(), |redactor, path| redactor.with_secret(path));
        Ok(match expanded {
            Cow::Borrowed(_) => Arc::clone(&document),
            Cow::Owned(expanded) => Arc::new(expanded),
        })
    }

    fn variable(&self, name: &str) -> Option<OsString> {
        match &self.variables {
            Some(variables) => variables.get(OsStr::new(name)).cloned(),
            None => std::env::var_os(name),
        }
    }
}

/// The sources, and nothing of the variables, which may be secret.
impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layers").field("sources", &self.sources).finish_non_exhaustive()
    }
}

impl Loaded {
    /// Every layer's value for a key, and which one won.
    pub fn explain(&self, path: &KeyPath) -> Explanation {
        explain::explain(&self.document, &self.layers, path, &self.redactor)
    }
}
