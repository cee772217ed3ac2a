use enhanced_config_core::{Document, NodeRef, Origin, Problem, ProblemKind, Problems, Redactor};
use jsonschema::meta::MetaValidator;
use jsonschema::{Draft, ReferencingError, ValidationError, Validator, uri};
use serde_json::Value as Json;

use crate::expansion::{self, Shape, unresolved};
use crate::instance::Documents;
use crate::library::Library;
use crate::patterns;
use crate::problems::Reporter;
use crate::resources::Resources;
use crate::stack::with_room;

/// A schema made ready to check with, and its shape; or everything that is wrong with it.
pub(crate) fn compile(
    name: &str,
    schema: &Document,
    library: &Library,
) -> Result<(Validator<Documents>, Shape), Problems> {
    let json = Json::from(schema.root());
    let draft = Draft::default().detect(&json);
    // A schema may be as deep as any document.
    let shape =
        with_room(DEEPEST, || examine(name, schema, &json, draft, library)).unwrap_or_else(no_room)?;
    let build = || build(name, schema, &json, library);
    Ok((with_room(shape.deepest(), build).unwrap_or_else(no_room)?, shape))
}

/// Levels of a document that this crate is handed.
const DEEPEST: usize = 512;

pub(crate) fn no_room<T>() -> Result<T, Problems> {
    Err(Problem::error(custom("there is no memory for the stack that this takes".to_owned())).into())
}

/// What is wrong with a schema and those that it refers to, or its shape.
fn examine(
    name: &str,
    schema: &Document,
    json: &Json,
    draft: Draft,
    library: &Library,
) -> Result<Shape, Problems> {
    check_against_metaschema(schema, json)?;
    let resources = Resources::of(name, schema, json, draft, library)
        .map_err(|error| unretrievable(schema, library, &error))?;
    resources.others().try_for_each(|(json, document)| check_against_metaschema(document, json))?;
    expansion::check(&resources, json, draft)
}

fn build(
    name: &str,
    schema: &Document,
    json: &Json,
    library: &Library,
) -> Result<Validator<Documents>, Problems> {
    jsonschema::options_for::<Documents>()
        .with_base_uri(Library::uri(name))
        .with_retriever(library.clone())
        .should_validate_formats(true)
        .with_pattern_options(patterns::options())
        .build(json)
        .map_err(|error| refusal(schema, library, &error))
}

/// All that the metaschema of its draft says against a schema, which reads its patterns.
fn check_against_metaschema(schema: &Document, json: &Json) -> Result<(), Problems> {
    let too_long = patterns::too_long(schema);
    if !too_long.is_empty() {
        return Err(too_long);
    }
    let Some(metaschema) = metaschema(Draft::default().detect(json)) else { return Ok(()) };
    if metaschema.is_valid(json) {
        return Ok(());
    }
    let redactor = Redactor::new();
    let mut reporter = Reporter::new(schema.root(), None, None, &redactor);
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

/// What jsonschema says against a schema whose references were followed: something about its patterns.
fn refusal(schema: &Document, library: &Library, error: &ValidationError<'_>) -> Problems {
    let others = library.reachable(schema);
    let mut problems: Problems = others.into_iter().flat_map(patterns::faults).collect();
    problems.sort();
    if !problems.is_empty() {
        return problems;
    }
    let message = format!("cannot be used: {}", error.masked());
    Problem::error(custom(message)).with_origin(schema.root().origin()).into()
}

/// A reference to what is not registered or cannot be read, at its place.
fn unretrievable(schema: &Document, library: &Library, error: &ReferencingError) -> Problems {
    let leads_there = |written: &str| match error {
        ReferencingError::Unretrievable { uri, .. } => leads_to(written, uri),
        ReferencingError::UnknownSpecification { specification } => leads_to(written, specification),
        _ => uri::from_str(BASE).is_ok_and(|base| uri::resolve_against(&base.borrow(), written).is_err()),
    };
    let mut schemas = library.reachable(schema).into_iter();
    let found = schemas.find_map(|schema| find_reference(schema.root(), &leads_there));
    let (reference, origin) = found.unwrap_or_else(|| ("", schema.root().origin()));
    unresolved(reference, error, Some(origin)).into()
}

/// Any absolute address: what cannot be read cannot be read from any.
const BASE: &str = "config:///";

/// Whether a reference, as it is written, may lead to the address `target`.
fn leads_to(written: &str, target: &str) -> bool {
    let file = written.split('#').next().unwrap_or_default().trim_start_matches(['.', '/']);
    !file.is_empty() && target.trim_end_matches('#').ends_with(file)
}

/// The first reference or address of which `is_it` holds.
fn find_reference<'a>(node: NodeRef<'a>, is_it: &dyn Fn(&str) -> bool) -> Option<(&'a str, Origin)> {
    let own = node.entries().find_map(|(key, value)| {
        let is_reference = matches!(key, "$ref" | "$dynamicRef" | "$recursiveRef" | "$schema" | "$id" | "id");
        let written = value.as_str().filter(|written| is_reference && is_it(written))?;
        Some((written, value.origin()))
    });
    let members = node.entries().map(|(_, member)| member).chain(node.items());
    own.or_else(|| members.into_iter().find_map(|member| find_reference(member, is_it)))
}

fn custom(message: String) -> ProblemKind {
    ProblemKind::Custom { message: message.into() }
}
