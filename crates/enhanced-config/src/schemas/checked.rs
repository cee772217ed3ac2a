use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

#[cfg(feature = "migrate")]
use enhanced_config_core::Redactor;
use enhanced_config_core::{Change, Document, LayerKind, Problem, ProblemKind, Problems, with_causes};
use enhanced_config_files::{ConfigRoot, ReadError};
use enhanced_config_format::{Format, Limits, ParseOptions, parse};
use enhanced_config_layers::{Input, Layers, Loaded, Texts};
use enhanced_config_schema::schemars::JsonSchema;
use enhanced_config_schema::{
    ConfigValidator, Description, RestartKeys, Rule, RuleError, Rules, SchemaError, SchemaRegistry, defaults,
};
use parking_lot::Mutex;

use super::Unusable;

/// Schemas given to the builder, and those in `<name>.schema.json` beside the configurations.
#[derive(Debug, Default)]
pub(crate) struct Schemas {
    given: SchemaRegistry,
    rules: HashMap<Box<str>, Rules>,
    /// What they were given for.
    named: BTreeSet<Box<str>>,
    /// What was made ready, to be used again as long as the files are what they were.
    ready: Mutex<HashMap<Box<str>, Arc<SchemaOf>>>,
}

impl Clone for Schemas {
    fn clone(&self) -> Self {
        Self {
            given: self.given.clone(),
            rules: self.rules.clone(),
            named: self.named.clone(),
            ready: Mutex::default(),
        }
    }
}

/// The schema of one configuration, if it has one, ready to check with.
#[derive(Default)]
pub(crate) struct SchemaOf {
    ready: Option<Ready>,
    /// The files it was made from, or that were looked for.
    pub(crate) inputs: Vec<Input>,
    texts: Texts,
}

struct Ready {
    /// Of it and those that it refers to.
    registry: SchemaRegistry,
    document: Arc<Document>,
    validator: Arc<ConfigValidator>,
    restart: RestartKeys,
}

impl Schemas {
    pub(crate) fn add_text(&mut self, name: &str, text: &str) -> Result<(), Problems> {
        self.named.insert(name.into());
        self.given.add_text(name, text)
    }

    pub(crate) fn add_type<T: JsonSchema>(&mut self, name: &str) -> Result<(), Problems> {
        self.named.insert(name.into());
        self.given.add_type::<T>(name)
    }

    pub(crate) fn add_builtin(&mut self) -> Result<(), Problems> {
        self.given.add_builtin()
    }

    pub(crate) fn add_rule(&mut self, name: &str, rule: Rule) -> Result<(), RuleError> {
        self.named.insert(name.into());
        self.rules.entry(name.into()).or_default().add(rule)
    }

    /// Keeps everybody from what was made ready.
    #[cfg(test)]
    pub(crate) fn hold(&self) -> impl Sized {
        self.ready.lock()
    }

    /// The configurations that something was given for; the built-in schemas are for whoever has such files.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.named.iter().map(|name| &**name)
    }

    /// Everything that the rules find in what was loaded.
    pub(crate) fn check_rules(&self, name: &str, environments: &[&str], loaded: &Loaded) -> Problems {
        let rules = self.rules.get(name);
        rules
            .map(|rules| rules.check(loaded.document.root(), environments, &loaded.redactor))
            .unwrap_or_default()
    }

    /// What a schema that is not kept under this name says against a document. It may refer to those that were given.
    #[cfg(feature = "migrate")]
    pub(crate) fn alone(
        &self,
        name: &str,
        text: &str,
        redactor: Redactor,
    ) -> Result<impl Fn(&Document) -> Problems + Send + Sync + 'static, Problems> {
        let mut registry = self.given.clone();
        registry.add_text(name, text)?;
        let validator = registry.validator(name).map_err(problems_of)?;
        Ok(move |document: &Document| validator.validate(document.root(), &redactor))
    }

    /// The schema of a configuration.
    pub(crate) fn of(
        &self,
        name: &str,
        root: &ConfigRoot,
        limits: Limits,
    ) -> Result<Arc<SchemaOf>, Unusable> {
        let ready = self.ready.lock().get(name).cloned();
        if let Some(ready) = ready.filter(|schema| schema.is_current(root)) {
            return Ok(ready);
        }
        let schema = Arc::new(Gathering::new(self.given.clone(), root, limits).schema(name)?);
        // Names without a schema are as many as anybody likes to ask for.
        if schema.ready.is_some() {
            self.ready.lock().insert(name.into(), Arc::clone(&schema));
        }
        Ok(schema)
    }
}

impl SchemaOf {
    pub(crate) fn apply(&self, layers: Layers) -> Layers {
        let Some(Ready { document: schema, .. }) = &self.ready else { return layers };
        let layers = layers.with_schema(Arc::clone(schema));
        let schema = Arc::clone(schema);
        layers.with_defaults(move |merged| defaults(schema.root(), merged))
    }

    /// Whether a change takes effect with a restart only.
    pub(crate) fn needs_restart(&self, change: &Change<'_>) -> bool {
        self.ready.as_ref().is_some_and(|ready| ready.restart.is_for(change))
    }

    /// Everything that the schema says against what was loaded.
    pub(crate) fn check(&self, loaded: &mut Loaded) -> Problems {
        let Some(Ready { validator, .. }) = &self.ready else { return Problems::new() };
        let problems = validator.validate(loaded.document.root(), &loaded.redactor);
        if !problems.is_empty() {
            loaded.texts.extend(&self.texts);
        }
        problems
    }

    /// The schema for people.
    pub(crate) fn describe(&self, name: &str) -> Option<Result<Description, Problems>> {
        Some(self.ready.as_ref()?.registry.describe(name).map_err(problems_of))
    }

    /// The schema for editors.
    pub(crate) fn for_editors(&self, name: &str) -> Option<Result<String, Problems>> {
        Some(self.ready.as_ref()?.registry.editor_schema(name).map_err(problems_of))
    }

    fn is_current(&self, root: &ConfigRoot) -> bool {
        self.inputs.iter().all(|input| input.is_current(root))
    }
}

impl Ready {
    fn of(name: &str, registry: SchemaRegistry) -> Result<Option<Self>, Problems> {
        if registry.schema(name).is_none() {
            return Ok(None);
        }
        let validator = registry.validator(name).map_err(problems_of)?;
        let restart = registry.restart_required(name).map_err(problems_of)?;
        let document = registry.bundled(name).map_err(problems_of)?;
        Ok(Some(Self { registry, document, validator, restart }))
    }
}

/// Files that one schema may be made of. Those of real systems are made of less than twenty.
const MOST_FILES: usize = 256;

/// Reads the files that a schema is made of.
struct Gathering<'a> {
    registry: SchemaRegistry,
    root: &'a ConfigRoot,
    limits: Limits,
    inputs: Vec<Input>,
    texts: Texts,
}

impl<'a> Gathering<'a> {
    fn new(registry: SchemaRegistry, root: &'a ConfigRoot, limits: Limits) -> Self {
        Self { registry, root, limits, inputs: Vec::new(), texts: Texts::default() }
    }

    fn schema(mut self, name: &str) -> Result<SchemaOf, Unusable> {
        let gathered = self.gather(name);
        let Self { registry, inputs, texts, .. } = self;
        match gathered.and_then(|()| Ready::of(name, registry)) {
            Ok(ready) => Ok(SchemaOf { ready, inputs, texts }),
            Err(problems) => Err(Unusable { problems, texts, inputs }),
        }
    }

    /// Adds the schema of this name and all that it refers to, as far as there are files of them.
    fn gather(&mut self, name: &str) -> Result<(), Problems> {
        let mut seen: BTreeSet<Box<str>> = BTreeSet::from([name.into()]);
        let mut open: Vec<Box<str>> = vec![name.into()];
        while let Some(next) = open.pop() {
            if self.registry.schema(&next).is_none() {
                self.add(&next)?;
            }
            if self.inputs.len() > MOST_FILES {
                return Err(self.too_many_files(name).into());
            }
            let referred = self.registry.referred(&next).into_iter();
            open.extend(referred.filter(|name| seen.insert(name.clone())));
        }
        Ok(())
    }

    fn too_many_files(&self, name: &str) -> Problem {
        let message = format!("refers to more than {MOST_FILES} files, with those that these refer to");
        let problem = Problem::error(ProblemKind::Custom { message: message.into() });
        let root = self.registry.schema(name).map(|schema| schema.root().origin());
        root.into_iter().fold(problem, Problem::with_origin)
    }

    /// Adds the schema in the file `<name>.schema.json`, if there is one.
    fn add(&mut self, name: &str) -> Result<(), Problems> {
        let path = PathBuf::from(format!("{name}.schema.json"));
        let (input, file) = Input::read(self.root, &path, self.limits.text_bytes);
        self.inputs.push(input);
        let file = match file {
            Ok(file) => file,
            Err(ReadError::Missing { .. }) => return Ok(()),
            Err(error) => {
                let (why, transient) = (with_causes(&error).into(), error.is_transient());
                return Err(Problem::error(ProblemKind::Unreadable { why, transient }).into());
            }
        };
        let shown = file.path.to_string_lossy();
        if let Ok(text) = std::str::from_utf8(&file.bytes) {
            self.texts.insert(&shown, text);
        }
        let options = ParseOptions::default().with_limits(self.limits).with_layer(LayerKind::Defaults);
        let parsed = parse(&file.bytes, Format::Json, &shown, &options)?;
        self.registry.add_document(name, parsed.document);
        Ok(())
    }
}

fn problems_of(error: SchemaError) -> Problems {
    match error {
        SchemaError::Invalid(problems) => problems,
        other => Problem::error(ProblemKind::Custom { message: other.to_string().into() }).into(),
    }
}

impl fmt::Debug for SchemaOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schema = self.ready.as_ref().map(|ready| &ready.document);
        f.debug_tuple("SchemaOf").field(&schema).finish()
    }
}
