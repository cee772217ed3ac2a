use std::sync::Arc;

use enhanced_config_core::{KeyPath, LayerKind, NodeRef, Problem, ProblemKind, Problems, Value};

use crate::ConfigValidator;
use crate::outline::Outline;

/// What a schema says about a key that should not be used any more.
///
/// | schema | says |
/// |---|---|
/// | `"deprecated": true`, `"x-deprecated": true` | nothing more |
/// | `"x-deprecated": "server.port"` | the key to use instead |
/// | `"x-deprecated": {"use": "server.port", "note": "gone in 3.0"}` | both, each optional |
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Deprecation {
    /// The key to use instead.
    pub instead: Option<Box<str>>,
    /// More about it.
    pub note: Option<Box<str>>,
}

impl Deprecation {
    /// What one schema says; nothing when it does not say so.
    pub(crate) fn of(schema: NodeRef<'_>) -> Option<Self> {
        let text = |node: NodeRef<'_>| node.as_str().map(Box::from);
        match schema.get("x-deprecated").map(NodeRef::value) {
            Some(Value::Bool(true)) => Some(Self::default()),
            Some(Value::String(instead)) => Some(Self { instead: Some(instead.into()), note: None }),
            Some(Value::Map(entries)) => {
                let get =
                    |wanted: &str| entries.clone().find(|(key, _)| *key == wanted).map(|(_, value)| value);
                Some(Self { instead: get("use").and_then(text), note: get("note").and_then(text) })
            }
            _ => (schema.get("deprecated")?.as_bool()?).then(Self::default),
        }
    }

    /// What to do about it: ``use `server.port`; gone in 3.0``.
    pub(crate) fn advice(&self) -> Option<String> {
        let instead = self.instead.as_ref().map(|instead| format!("use `{instead}`"));
        let parts: Vec<String> =
            instead.into_iter().chain(self.note.iter().map(|note| note.to_string())).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

/// The keys that a schema deprecates.
#[derive(Debug, Clone)]
pub(crate) struct Deprecations(Option<Arc<Outline<Deprecation>>>);

impl Deprecations {
    pub(crate) fn of(schema: NodeRef<'_>) -> Self {
        Self(Outline::of(schema, Deprecation::of).map(Arc::new))
    }

    /// A warning for each key of a document that somebody has set.
    pub(crate) fn warnings(&self, document: NodeRef<'_>) -> Problems {
        const MOST: usize = ConfigValidator::MAX_PROBLEMS;
        let mut warnings = Problems::new();
        let Some(outline) = &self.0 else { return warnings };
        outline.visit(document, &mut |path, value, deprecation| {
            // A default is nobody's use of a key.
            if value.layer().kind() != LayerKind::Defaults && warnings.len() <= MOST {
                warnings.push(match warnings.len() {
                    MOST => Problem::note(ProblemKind::More { most: MOST }),
                    _ => warning(path, value, deprecation),
                });
            }
        });
        warnings
    }
}

fn warning(path: &KeyPath, value: NodeRef<'_>, deprecation: &Deprecation) -> Problem {
    let problem = Problem::warning(ProblemKind::Custom { message: "deprecated".into() });
    let problem = problem.with_origin(value.key_origin()).with_path(path.clone());
    match deprecation.advice() {
        Some(advice) => problem.with_help(advice),
        None => problem,
    }
}
