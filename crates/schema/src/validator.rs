use std::fmt;
use std::sync::Arc;

use enhanced_config_core::{Document, NodeRef, Problem, ProblemKind, Problems, Redactor};
use jsonschema::Validator;

use crate::bundle::bundle;
use crate::compile::compile;
use crate::deprecated::Deprecations;
use crate::effort::Effort;
use crate::instance::{Documents, Instance};
use crate::library::Library;
use crate::problems::Reporter;

/// A schema, compiled once, that checks any number of documents, from any thread.
pub struct ConfigValidator {
    schema: Arc<Document>,
    deprecations: Deprecations,
    compiled: Validator<Documents>,
}

impl ConfigValidator {
    pub(crate) fn compile(name: &str, schema: &Arc<Document>, library: &Library) -> Result<Self, Problems> {
        let compiled = compile(name, schema, library)?;
        let deprecations = Deprecations::of(bundle(name, schema, library)?.root());
        Ok(Self { schema: Arc::clone(schema), deprecations, compiled })
    }

    /// The schema, as it was written.
    pub fn schema(&self) -> &Arc<Document> {
        &self.schema
    }

    /// Whether the schema accepts a value. Faster than [`validate`](Self::validate), and says nothing of why not.
    pub fn is_valid(&self, value: NodeRef<'_>) -> bool {
        let effort = Effort::for_document(value);
        self.compiled.is_valid(Instance::new(value, &effort)) && !effort.is_spent()
    }

    /// Everything that the schema says against a value, in the order of places: at most
    /// [`MAX_PROBLEMS`](Self::MAX_PROBLEMS), then a note that there are more. Paths begin at the value. Beside them
    /// stands a warning for each deprecated key: see [`Deprecation`](crate::Deprecation).
    ///
    /// Texts of the value stand in no problem when `redactor` says that their key is secret.
    pub fn validate(&self, value: NodeRef<'_>, redactor: &Redactor) -> Problems {
        let mut problems = self.errors(value, redactor);
        problems.extend(self.deprecations.warnings(value));
        problems.sort();
        problems
    }

    fn errors(&self, value: NodeRef<'_>, redactor: &Redactor) -> Problems {
        let effort = Effort::for_document(value);
        let instance = Instance::new(value, &effort);
        if self.compiled.is_valid(instance) && !effort.is_spent() {
            return Problems::new();
        }
        let effort = Effort::for_document(value);
        let instance = Instance::new(value, &effort);
        let mut reporter = Reporter::new(value, Some(self.schema.root()), redactor);
        self.compiled.iter_errors(instance).for_each(|error| reporter.report(&error));
        if effort.is_spent() {
            return Problem::error(too_complex()).with_origin(value.origin()).into();
        }
        reporter.finish()
    }

    /// How many problems one validation reports.
    pub const MAX_PROBLEMS: usize = 100;
}

fn too_complex() -> ProblemKind {
    ProblemKind::Custom { message: "the schema takes too many steps to check this".into() }
}

impl fmt::Debug for ConfigValidator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigValidator").field("schema", &self.schema).finish_non_exhaustive()
    }
}
