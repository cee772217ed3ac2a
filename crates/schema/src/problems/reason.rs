//! Why a part of a schema applies that does not always do.

use enhanced_config_core::{KeyPath, NodeRef, Redactor, Segment};
use jsonschema::ValidationError;
use serde_json::Value as Json;

use super::{path_of, words};

/// What made the part of the schema apply that `error` comes from, the innermost if there are several.
pub(super) fn of(schema: NodeRef<'_>, error: &ValidationError<'_>, redactor: &Redactor) -> Option<String> {
    let way = path_of(error.evaluation_path());
    let mut steps = way.segments().iter();
    let at = || path_of(error.instance_path());
    let mut place = Some(schema);
    let mut reason = None;
    while let Some(step) = steps.next() {
        let Segment::Key(keyword) = step else {
            place = place.and_then(|place| enter(place, step));
            continue;
        };
        let inner = place.and_then(|place| follow(schema, place, keyword));
        place = match &**keyword {
            "then" | "else" => {
                let condition = place.and_then(|place| place.get("if"));
                reason = condition.map(|of| because(of, &**keyword == "then", redactor, &at()));
                inner
            }
            "dependentRequired" | "dependentSchemas" | "dependencies" => {
                let key = steps.next();
                reason = key.map(|key| format!("because {} is there", shown(key)));
                inner.and_then(|inner| enter(inner, key?))
            }
            "properties" | "patternProperties" | "$defs" | "definitions" => {
                let name = steps.next();
                inner.and_then(|inner| enter(inner, name?))
            }
            _ => inner,
        };
    }
    reason
}

/// The keys of a map that make `missing` necessary, if it is not always so.
pub(super) fn of_dependency(schema: Option<NodeRef<'_>>, map: NodeRef<'_>, missing: &str) -> Option<String> {
    let schema = schema?;
    let mut always = schema.get("required").into_iter().flat_map(NodeRef::items);
    if always.any(|key| key.as_str() == Some(missing)) {
        return None;
    }
    let asked = ["dependentRequired", "dependencies"].into_iter().filter_map(|keyword| schema.get(keyword));
    let of_key = |keys: NodeRef<'_>| keys.items().any(|key| key.as_str() == Some(missing));
    let causes =
        asked.flat_map(NodeRef::entries).filter(|(key, keys)| map.get(key).is_some() && of_key(*keys));
    let causes: Vec<String> = causes.map(|(key, _)| format!("`{key}`")).collect();
    let are = if causes.len() == 1 { "is" } else { "are" };
    (!causes.is_empty()).then(|| format!("because {} {are} there", words::both(&causes)))
}

fn enter<'a>(place: NodeRef<'a>, step: &Segment) -> Option<NodeRef<'a>> {
    place.at(&[step.clone()].into_iter().collect())
}

/// What a keyword has, or where it leads within the schema.
fn follow<'a>(schema: NodeRef<'a>, place: NodeRef<'a>, keyword: &str) -> Option<NodeRef<'a>> {
    let value = place.get(keyword)?;
    match keyword {
        "$ref" => schema.at(&KeyPath::from_fragment(value.as_str()?.strip_prefix('#')?).ok()?),
        _ => Some(value),
    }
}

fn shown(key: &Segment) -> String {
    match key {
        Segment::Key(key) => format!("`{key}`"),
        Segment::Index(index) => format!("`{index}`"),
    }
}

/// That a condition holds for a value around `at`, or that it does not.
fn because(condition: NodeRef<'_>, holds: bool, redactor: &Redactor, at: &KeyPath) -> String {
    let members = condition.get("properties").into_iter().flat_map(NodeRef::entries);
    let members: Option<Vec<String>> =
        members.map(|(key, schema)| member(key, schema, holds, redactor, at)).collect();
    let keys = condition.get("required").into_iter().flat_map(NodeRef::items).filter_map(NodeRef::as_str);
    let keys: Vec<String> = keys.map(|key| format!("`{key}`")).collect();
    match (members.unwrap_or_default().as_slice(), keys.as_slice(), holds) {
        ([], [key], true) => format!("because {key} is there"),
        ([], [key], false) => format!("because {key} is not there"),
        ([member], _, false) => format!("because {member}"),
        (members, _, true) if !members.is_empty() => format!("because {}", words::both(members)),
        (_, _, true) => "because what `if` asks for is so".to_owned(),
        (_, _, false) => "because what `if` asks for is not so".to_owned(),
    }
}

/// What is so about one member. Where a secret is what the schema asks for, that would tell it.
fn member(key: &str, schema: NodeRef<'_>, holds: bool, redactor: &Redactor, at: &KeyPath) -> Option<String> {
    let mut around = at.clone();
    let mut is_secret = redactor.is_secret(&around.join(key));
    while around.pop().is_some() {
        is_secret |= redactor.is_secret(&around.join(key));
    }
    if is_secret {
        return Some(format!("`{key}` is what it is"));
    }
    let wanted = words::schema(&Json::from(schema))?;
    Some(format!("`{key}` is {}{wanted}", if holds { "" } else { "not " }))
}
