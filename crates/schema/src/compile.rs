use enhanced_config_core::{Document, NodeRef, Origin, Problem, ProblemKind, Problems, Redactor};
use jsonschema::error::ValidationErrorKind as Fault;
use jsonschema::meta::MetaValidator;
use jsonschema::{Draft, PatternOptions, ReferencingError, ValidationError, Validator};
use serde_json::Value as Json;

use crate::expansion;
use crate::instance::Documents;
use crate::library::Library;
use crate::problems::{Reporter, path_of};

/// A schema made ready to check with, or everything that is wrong with it.
pub(crate) fn compile(
    name: &str,
    schema: &Document,
    library: &Library,
) -> Result<Validator<Documents>, Problems> {
    let json = Json::from(schema.root());
    let draft = Draft::default().detect(&json);
    check_against_metaschema(schema, &json, draft)?;
    expansion::check(schema, library)?;
    jsonschema::options_for::<Documents>()
        .with_base_uri(Library::uri(name))
        .with_retriever(library.clone())
        .should_validate_formats(true)
        .with_pattern_options(patterns())
        .build(&json)
        .map_err(|error| refusal(schema, &error).into())
}

const NO_PATTERN: &str = "not a pattern that can be used: look-around, back-references and patterns that compile to \
                          more than 1 MiB are not supported";

/// Patterns take time in proportion to the text and to themselves, whatever they are; look-around and back-references,
/// which no such engine has, are refused.
fn patterns() -> PatternOptions<jsonschema::Regex> {
    PatternOptions::regex().size_limit(1 << 20).dfa_size_limit(1 << 20)
}

/// All that the metaschema of its draft says against a schema.
fn check_against_metaschema(schema: &Document, json: &Json, draft: Draft) -> Result<(), Problems> {
    let Some(metaschema) = metaschema(draft) else { return Ok(()) };
    if metaschema.is_valid(json) {
        return Ok(());
    }
    let redactor = Redactor::new();
    let mut reporter = Reporter::new(schema.root(), None, &redactor);
    metaschema.iter_errors(json).for_each(|error| reporter.report(&error));
    Err(reporter.finish())
}

fn metaschema(draft: Draft) -> Option<MetaValidator<'static>> {
    Some(match draft {
        Draft::Draft4 => jsonschema::draft4::meta::validator(),
        Draft::Draft6 => jsonschema::draft6::meta::validator(),
        Draft::Draft7 => jsonschema::draft7::meta::validator(),
        Draft::Draft201909 => jsonschema::draft201909::meta::validator(),
        Draft::Draft202012 => jsonschema::draft202012::meta::validator(),
        _ => return None,
    })
}

/// What jsonschema says against a schema beyond its metaschema: references and patterns.
fn refusal(schema: &Document, error: &ValidationError<'_>) -> Problem {
    if let Fault::Referencing(error) = error.kind() {
        return unresolved(schema, error);
    }
    let path = path_of(error.schema_path());
    let message = match error.kind() {
        Fault::Format { format } if format == "regex" => NO_PATTERN.to_owned(),
        _ => format!("cannot be used: {}", error.masked()),
    };
    let problem = Problem::error(custom(message));
    match schema.at(&path) {
        Some(node) => problem.with_origin(node.origin()),
        None => problem,
    }
    .with_path(path)
}

fn unresolved(schema: &Document, error: &ReferencingError) -> Problem {
    let (reference, why) = match error {
        ReferencingError::Unretrievable { uri, source } => (uri.as_str(), source.to_string()),
        ReferencingError::PointerToNowhere { pointer } => (pointer.as_str(), "nothing is there".to_owned()),
        ReferencingError::NoSuchAnchor { anchor } => (anchor.as_str(), "there is no such anchor".to_owned()),
        other => return Problem::error(custom(other.to_string())),
    };
    let place = find_reference(schema.root(), reference);
    let shown = place.as_ref().map_or(reference, |(written, _)| written);
    let problem = Problem::error(custom(format!("cannot resolve the reference `{shown}`: {why}")));
    match place {
        Some((_, origin)) => problem.with_origin(origin),
        None => problem,
    }
}

/// The reference, as it is written, that leads to `target`: an address, a pointer or an anchor.
fn find_reference<'a>(node: NodeRef<'a>, target: &str) -> Option<(&'a str, Origin)> {
    let own = node.entries().find_map(|(key, value)| {
        let written =
            value.as_str().filter(|_| matches!(key, "$ref" | "$dynamicRef" | "$recursiveRef" | "$schema"))?;
        let (file, fragment) = written.split_once('#').unwrap_or((written, ""));
        let leads_there =
            !file.is_empty() && target.trim_end_matches('#').ends_with(file) || fragment == target;
        leads_there.then(|| (written, value.origin()))
    });
    let members = node.entries().map(|(_, member)| member).chain(node.items());
    own.or_else(|| members.into_iter().find_map(|member| find_reference(member, target)))
}

fn custom(message: String) -> ProblemKind {
    ProblemKind::Custom { message: message.into() }
}
