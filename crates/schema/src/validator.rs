use std::fmt;
use std::sync::Arc;

use enhanced_config_core::{Document, NodeRef, Problem, ProblemKind, Problems, Redactor};
use jsonschema::Validator;

use crate::bundle::bundle;
use crate::compile::{compile, no_room};
use crate::deprecated::Deprecations;
use crate::effort::Effort;
use crate::expansion::Shape;
use crate::instance::{Documents, Instance, was_in_time};
use crate::library::Library;
use crate::problems::Reporter;
use crate::stack::with_room;

/// A schema, compiled once, that checks any number of documents, from any thread.
pub struct ConfigValidator {
    schema: Arc<Document>,
    /// With all that it refers to, where one of them has secrets.
    secrets: Option<Arc<Document>>,
    deprecations: Deprecations,
    /// There until it is dropped.
    compiled: Option<Validator<Documents>>,
    shape: Shape,
    /// Where problems are looked up in the schemas that the schema refers to.
    library: Library,
}

impl ConfigValidator {
    pub(crate) fn compile(name: &str, schema: &Arc<Document>, library: &Library) -> Result<Self, Problems> {
        let (compiled, shape) = compile(name, schema, library)?;
        let bundled = bundle(name, schema, library)?;
        Ok(Self {
            schema: Arc::clone(schema),
            deprecations: Deprecations::of(bundled.root()),
            secrets: has_secrets(bundled.root()).then_some(bundled),
            compiled: Some(compiled),
            shape,
            library: library.clone(),
        })
    }

    /// The schema, as it was written.
    pub fn schema(&self) -> &Arc<Document> {
        &self.schema
    }

    /// Whether the schema accepts a value. Faster than [`validate`](Self::validate), and says nothing of why not.
    pub fn is_valid(&self, value: NodeRef<'_>) -> bool {
        with_room(self.levels(value), || self.accepts(value)).unwrap_or(false)
    }

    /// Everything that the schema says against a value, in the order of places: at most
    /// [`MAX_PROBLEMS`](Self::MAX_PROBLEMS), then a note that there are more. Paths begin at the value. Beside them
    /// stands a warning for each deprecated key: see [`Deprecation`](crate::Deprecation).
    ///
    /// Texts of the value stand in no problem when `redactor` says that their key is secret, or `x-secret` in the schema.
    pub fn validate(&self, value: NodeRef<'_>, redactor: &Redactor) -> Problems {
        let mut problems = self.errors(value, redactor);
        problems.extend(self.deprecations.warnings(value));
        problems.sort();
        problems
    }

    fn errors(&self, value: NodeRef<'_>, redactor: &Redactor) -> Problems {
        let problems = with_room(self.levels(value), || match self.accepts(value) {
            true => Problems::new(),
            false => self.problems(value, redactor),
        });
        problems.unwrap_or_else(|| no_room::<Problems>().unwrap_or_else(|problems| problems))
    }

    fn accepts(&self, value: NodeRef<'_>) -> bool {
        // A verdict makes no errors.
        let effort = Effort::for_document(value, 0);
        let instance = Instance::new(value, &effort);
        self.compiled.as_ref().is_some_and(|compiled| compiled.is_valid(instance)) && !effort.is_spent()
    }

    fn problems(&self, value: NodeRef<'_>, redactor: &Redactor) -> Problems {
        let effort = Effort::for_document(value, depth(value));
        let instance = Instance::new(value, &effort);
        let secrets = self.secrets.as_ref().map(|schema| schema.root());
        let mut reporter = Reporter::new(value, Some((self.schema.root(), &self.library)), secrets, redactor);
        let errors = self.compiled.iter().flat_map(|compiled| compiled.iter_errors(instance));
        for error in errors {
            if was_in_time(&error) { reporter.report(&error) } else { reporter.cut_short() }
        }
        match reporter.is_empty() {
            true => Problem::error(too_complex()).with_origin(value.origin()).into(),
            false => reporter.finish(),
        }
    }

    /// How many schemas are within one another when a value is checked.
    fn levels(&self, value: NodeRef<'_>) -> usize {
        if let Some(longest) = self.shape.longest {
            return longest;
        }
        self.shape.chain.saturating_mul(1 + depth(value))
    }

    /// How many problems one validation reports.
    pub const MAX_PROBLEMS: usize = 100;
}

fn too_complex() -> ProblemKind {
    ProblemKind::Custom { message: "the schema takes too many steps to check this".into() }
}

/// Whether a schema says of a value that it is secret, or that it is not.
fn has_secrets(schema: NodeRef<'_>) -> bool {
    let members = schema.entries().map(|(_, member)| member).chain(schema.items());
    schema.get("x-secret").is_some() || members.into_iter().any(has_secrets)
}

/// The levels of maps and lists in a value.
fn depth(value: NodeRef<'_>) -> usize {
    let members = value.entries().map(|(_, member)| member).chain(value.items());
    members.map(|member| 1 + depth(member)).max().unwrap_or(0)
}

impl Drop for ConfigValidator {
    fn drop(&mut self) {
        let compiled = self.compiled.take();
        // Without room for a thread it is dropped here.
        let _ = with_room(self.shape.deepest(), || drop(compiled));
    }
}

impl fmt::Debug for ConfigValidator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigValidator").field("schema", &self.schema).finish_non_exhaustive()
    }
}
