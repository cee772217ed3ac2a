//! Which parts of a schema apply to a value, so far as that can be told without a validator.

use std::collections::{BTreeSet, HashMap};

use enhanced_config_core::{KeyPath, Kind, NodeRef, Value};

/// Schemas looked at for one value. Those of real systems stay below a hundred.
const MOST_STEPS: usize = 2_000;
/// References that may lead to one another before the schema of a member is found.
const MOST_HOPS: usize = 8;

/// The schemas that apply to `value`: those given and those that they lead to within `root`, in order, what is said in
/// place before what is referred to.
///
/// Of `anyOf` and `oneOf` it is the first that the kind of the value, its keys and its fixed members do not rule out;
/// nothing of `if`, `then`, `else` and `not`. For a value that is not there yet it is the first that is not `null`.
pub(crate) fn applying<'a>(
    root: NodeRef<'a>,
    schemas: &[NodeRef<'a>],
    value: Option<NodeRef<'_>>,
) -> Vec<NodeRef<'a>> {
    let mut choice = Choice { root, value, chosen: Vec::new(), left: MOST_STEPS };
    for schema in schemas {
        choice.enter(*schema);
    }
    choice.chosen
}

/// A reference within a schema.
pub(crate) fn resolve<'a>(root: NodeRef<'a>, reference: &str) -> Option<NodeRef<'a>> {
    root.at(&KeyPath::from_fragment(reference.strip_prefix('#')?).ok()?)
}

/// Where the references of one schema lead.
pub(crate) fn references<'a>(root: NodeRef<'a>, schema: NodeRef<'a>) -> impl Iterator<Item = NodeRef<'a>> {
    let written =
        ["$ref", "$dynamicRef"].into_iter().filter_map(move |keyword| schema.get(keyword)?.as_str());
    written.filter_map(move |reference| resolve(root, reference))
}

/// The keys that schemas name, each with all schemas for it.
pub(crate) fn named<'a>(chosen: &[NodeRef<'a>]) -> Vec<(&'a str, Vec<NodeRef<'a>>)> {
    let mut places = HashMap::new();
    let mut named: Vec<(&'a str, Vec<NodeRef<'a>>)> = Vec::new();
    for (key, schema) in
        chosen.iter().filter_map(|schema| schema.get("properties")).flat_map(NodeRef::entries)
    {
        let place = *places.entry(key).or_insert(named.len());
        match named.get_mut(place) {
            Some((_, schemas)) => schemas.push(schema),
            None => named.push((key, vec![schema])),
        }
    }
    named
}

pub(crate) fn required_keys<'a>(chosen: &[NodeRef<'a>]) -> impl Iterator<Item = &'a str> {
    let lists = chosen.iter().filter_map(|schema| schema.get("required"));
    lists.flat_map(NodeRef::items).filter_map(NodeRef::as_str)
}

/// Which schemas name keys here: a schema that leads to itself comes to the same ones again.
pub(crate) fn naming(chosen: &[NodeRef<'_>]) -> BTreeSet<u32> {
    let naming = chosen.iter().filter(|schema| schema.get("properties").is_some());
    naming.map(|schema| schema.row_number()).collect()
}

/// The first `default`, in the order of the schema.
pub(crate) fn first_default<'a>(root: NodeRef<'a>, schemas: &[NodeRef<'a>]) -> Option<NodeRef<'a>> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<NodeRef<'a>> = schemas.iter().rev().copied().collect();
    while let Some(schema) = open.pop() {
        if !seen.insert(schema.row_number()) {
            continue;
        }
        if let Some(default) = schema.get("default") {
            return Some(default);
        }
        let lists = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|keyword| schema.get(keyword));
        let inner: Vec<NodeRef<'a>> =
            references(root, schema).chain(lists.flat_map(NodeRef::items)).collect();
        open.extend(inner.into_iter().rev());
    }
    None
}

/// Whether a schema names `null` as one of several.
pub(crate) fn may_be_null<'a>(root: NodeRef<'a>, schema: NodeRef<'a>) -> bool {
    let is_null = |schema: NodeRef<'_>| match schema.get("type").map(NodeRef::value) {
        Some(Value::String(name)) => name == "null",
        Some(Value::List(mut names)) => names.any(|name| name.as_str() == Some("null")),
        _ => false,
    };
    let alternatives = ["anyOf", "oneOf"].into_iter().filter_map(move |keyword| schema.get(keyword));
    let mut schemas =
        [schema].into_iter().chain(references(root, schema)).chain(alternatives.flat_map(NodeRef::items));
    schemas.any(is_null)
}

struct Choice<'a, 'v> {
    root: NodeRef<'a>,
    value: Option<NodeRef<'v>>,
    chosen: Vec<NodeRef<'a>>,
    left: usize,
}

impl<'a> Choice<'a, '_> {
    /// Takes a schema and what it leads to; whether the value is not ruled out.
    fn enter(&mut self, schema: NodeRef<'a>) -> bool {
        if schema.kind() != Kind::Map {
            return schema.as_bool() != Some(false);
        }
        let is_known = self.chosen.iter().any(|known| known.row_number() == schema.row_number());
        if is_known || self.left == 0 {
            return true;
        }
        self.left -= 1;
        let mut fits = self.fits(schema);
        self.chosen.push(schema);
        for target in references(self.root, schema) {
            fits &= self.enter(target);
        }
        for all in schema.get("allOf").into_iter().flat_map(NodeRef::items) {
            fits &= self.enter(all);
        }
        for alternatives in ["anyOf", "oneOf"].into_iter().filter_map(|keyword| schema.get(keyword)) {
            fits &= self.enter_first(alternatives);
        }
        let has_key = |key: &str| self.value.is_some_and(|value| value.get(key).is_some());
        let dependent = schema.get("dependentSchemas").into_iter().flat_map(NodeRef::entries);
        let dependent: Vec<NodeRef<'a>> =
            dependent.filter(|(key, _)| has_key(key)).map(|(_, inner)| inner).collect();
        dependent.into_iter().fold(fits, |fits, inner| self.enter(inner) && fits)
    }

    fn enter_first(&mut self, alternatives: NodeRef<'a>) -> bool {
        let before = self.chosen.len();
        alternatives.items().any(|alternative| {
            self.chosen.truncate(before);
            self.enter(alternative)
        }) || {
            self.chosen.truncate(before);
            false
        }
    }

    fn fits(&self, schema: NodeRef<'a>) -> bool {
        let Some(value) = self.value else {
            return schema.get("type").and_then(NodeRef::as_str) != Some("null");
        };
        fits_alone(schema, value) && (value.kind() != Kind::Map || self.fits_map(schema, value))
    }

    fn fits_map(&self, schema: NodeRef<'a>, map: NodeRef<'_>) -> bool {
        let property = |key: &str| schema.get("properties")?.get(key);
        let has_default = |key: &str| {
            let schemas = self.chosen.iter().copied().chain([schema]);
            let mut properties = schemas.filter_map(|schema| schema.get("properties")?.get(key));
            properties.any(|property| property.get("default").is_some())
        };
        let mut required =
            schema.get("required").into_iter().flat_map(NodeRef::items).filter_map(NodeRef::as_str);
        let closed = schema.get("additionalProperties").and_then(NodeRef::as_bool) == Some(false);
        let closed = closed && schema.get("patternProperties").is_none();
        required.all(|key| map.get(key).is_some() || has_default(key))
            && map.entries().all(|(key, member)| match property(key) {
                Some(property) => self.fits_member(property, member),
                None => !closed,
            })
    }

    /// Only what fixes the value of a member is looked at: it is by members that alternatives are told apart.
    fn fits_member(&self, mut schema: NodeRef<'a>, member: NodeRef<'_>) -> bool {
        for _ in 0..MOST_HOPS {
            if schema.as_bool() == Some(false) || !fits_alone(schema, member) {
                return false;
            }
            match references(self.root, schema).next() {
                Some(target) => schema = target,
                None => return true,
            }
        }
        true
    }
}

/// Whether the keywords about a value as a whole allow it: `type`, `const` and `enum`.
fn fits_alone(schema: NodeRef<'_>, value: NodeRef<'_>) -> bool {
    let kinds = match schema.get("type").map(NodeRef::value) {
        Some(Value::String(name)) => is_of(value, name),
        Some(Value::List(mut names)) => names.any(|name| name.as_str().is_none_or(|name| is_of(value, name))),
        _ => true,
    };
    kinds
        && schema.get("const").is_none_or(|fixed| same(fixed, value))
        && schema.get("enum").is_none_or(|listed| listed.items().any(|option| same(option, value)))
}

fn is_of(value: NodeRef<'_>, name: &str) -> bool {
    match (value.kind(), name) {
        (Kind::Null, "null") | (Kind::Bool, "boolean") | (Kind::String, "string") => true,
        (Kind::List, "array") | (Kind::Map, "object") | (Kind::Integer | Kind::Float, "number") => true,
        (Kind::Integer, "integer") => true,
        (Kind::Float, "integer") => value.as_f64().is_some_and(|value| value.fract() == 0.0),
        _ => false,
    }
}

/// Numbers are the same as numbers, however they are written.
fn same(a: NodeRef<'_>, b: NodeRef<'_>) -> bool {
    a == b || a.as_f64().is_some() && a.as_f64() == b.as_f64()
}
