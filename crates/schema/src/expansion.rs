//! Bounds how often the parts of a schema are tried on one value.
//!
//! Where alternatives refer to alternatives, 25 lines of a schema ask for 2^25 checks of every value. The work is a
//! property of the schema, so that it is known before the first document: the number of ways that lead from a schema
//! to the schemas for the same value, each counted as often as it is reached.

use std::collections::HashMap;

use enhanced_config_core::{Document, KeyPath, Kind, NodeRef, Problem, ProblemKind, Problems};

use crate::library::Library;

/// Checks of one value that a schema may ask for. Schemas of real systems stay below a thousand.
const MOST_CHECKS: u64 = 10_000;
/// Schemas for one value that may refer to one another in a row: each costs a stack frame for every level of a
/// document.
const LONGEST_CHAIN: u32 = 64;

/// What checking one value against a schema takes.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    checks: u64,
    chain: u32,
}

/// Refuses a schema that takes too many steps.
pub(crate) fn check(schema: &Document, library: &Library) -> Result<(), Problems> {
    let mut walk = Walk { library, costs: HashMap::new(), targets: HashMap::new(), open: Vec::new() };
    walk.open.push(Place::root_of(schema));
    while let Some(place) = walk.open.pop() {
        walk.cost(place, 0)?;
    }
    Ok(())
}

/// A schema, and the resource that pointers in it start from.
#[derive(Clone, Copy)]
struct Place<'a> {
    schema: NodeRef<'a>,
    resource: NodeRef<'a>,
}

/// Tells schemas apart: the address of the document and the row in it.
type Id = (usize, u32);

struct Walk<'a> {
    library: &'a Library,
    /// What was visited; nothing yet for a schema that is being visited.
    costs: HashMap<Id, Option<Cost>>,
    /// Where references lead, by the resource that they are in.
    targets: HashMap<(Id, &'a str), Option<Place<'a>>>,
    /// Schemas for other values, still to be visited.
    open: Vec<Place<'a>>,
}

impl<'a> Walk<'a> {
    fn cost(&mut self, place: Place<'a>, depth: u32) -> Result<Cost, Problem> {
        if let Some(known) = self.costs.get(&id(place.schema)) {
            // A schema that leads back to itself for the same value is tried once: jsonschema ends the cycle.
            return Ok(known.unwrap_or_default());
        }
        self.costs.insert(id(place.schema), None);
        let mut cost = Cost { checks: 1, chain: 0 };
        for inner in self.same_value(place) {
            let inner = self.cost(inner, depth + 1)?;
            cost.checks = cost.checks.saturating_add(inner.checks);
            cost.chain = cost.chain.max(inner.chain + 1);
        }
        // What is unevaluated is found by asking everything a second time.
        if ["unevaluatedProperties", "unevaluatedItems"]
            .iter()
            .any(|keyword| place.schema.get(keyword).is_some())
        {
            cost.checks = cost.checks.saturating_mul(2);
        }
        self.costs.insert(id(place.schema), Some(cost));
        if cost.checks > MOST_CHECKS || cost.chain.max(depth) > LONGEST_CHAIN {
            return Err(too_complex(place.schema));
        }
        Ok(cost)
    }

    /// The schemas that are tried on the same value; those for other values are noted for later.
    fn same_value(&mut self, place: Place<'a>) -> Vec<Place<'a>> {
        let mut same = Vec::new();
        for (keyword, value) in place.schema.entries() {
            match keyword {
                "$ref" | "$dynamicRef" | "$recursiveRef" => {
                    same.extend(value.as_str().and_then(|reference| self.target(reference, place.resource)));
                }
                "allOf" | "anyOf" | "oneOf" => same.extend(value.items().map(|inner| place.enter(inner))),
                "not" | "if" | "then" | "else" => same.push(place.enter(value)),
                "dependentSchemas" | "dependencies" => {
                    same.extend(value.entries().map(|(_, inner)| place.enter(inner)));
                }
                "properties" | "patternProperties" => {
                    self.open.extend(value.entries().map(|(_, inner)| place.enter(inner)));
                }
                "items" | "prefixItems" if value.kind() == Kind::List => {
                    self.open.extend(value.items().map(|inner| place.enter(inner)));
                }
                "items"
                | "additionalItems"
                | "contains"
                | "additionalProperties"
                | "propertyNames"
                | "unevaluatedItems"
                | "unevaluatedProperties"
                | "contentSchema" => {
                    self.open.push(place.enter(value));
                }
                _ => {}
            }
        }
        same
    }

    fn target(&mut self, reference: &'a str, resource: NodeRef<'a>) -> Option<Place<'a>> {
        let key = (id(resource), reference);
        if let Some(known) = self.targets.get(&key) {
            return *known;
        }
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let base = if file.is_empty() { Some(resource) } else { self.resource(file, resource) };
        let target = base.and_then(|base| follow(base, fragment));
        self.targets.insert(key, target);
        target
    }

    /// A resource by its `$id` within the same document, or among the registered schemas.
    fn resource(&self, file: &str, within: NodeRef<'a>) -> Option<NodeRef<'a>> {
        let name = file.rsplit('/').next().unwrap_or(file);
        let embedded = find(within.document().root(), &|node| {
            let id = node.get("$id").and_then(NodeRef::as_str);
            id.is_some_and(|id| id == file || id.rsplit('/').next() == Some(name))
        });
        embedded.or_else(|| self.library.find(file).map(|schema| schema.root()))
    }
}

impl<'a> Place<'a> {
    fn root_of(schema: &'a Document) -> Self {
        Self { schema: schema.root(), resource: schema.root() }
    }

    /// A schema within this one, which may be a resource of its own.
    fn enter(self, inner: NodeRef<'a>) -> Self {
        let id = inner.get("$id").and_then(NodeRef::as_str);
        let is_resource = id.is_some_and(|id| !id.starts_with('#'));
        Self { schema: inner, resource: if is_resource { inner } else { self.resource } }
    }
}

/// Follows the fragment of a reference: nothing, a pointer or an anchor.
fn follow<'a>(resource: NodeRef<'a>, fragment: &str) -> Option<Place<'a>> {
    let start = Place { schema: resource, resource };
    if fragment.is_empty() {
        return Some(start);
    }
    if fragment.starts_with('/') {
        let path = KeyPath::from_pointer(fragment).ok()?;
        return path.segments().iter().try_fold(start, |place, segment| {
            let step: KeyPath = [segment.clone()].into_iter().collect();
            Some(place.enter(place.schema.at(&step)?))
        });
    }
    let is_named = |node: NodeRef<'a>| {
        let names = ["$anchor", "$dynamicAnchor"].iter().filter_map(|keyword| node.get(keyword)?.as_str());
        let old = node.get("$id").and_then(NodeRef::as_str).and_then(|id| id.strip_prefix('#'));
        names.chain(old).any(|name| name == fragment)
    };
    find(resource, &is_named).map(|schema| Place { schema, resource })
}

/// The first value for which `is_it` holds, from the outside in.
fn find<'a>(node: NodeRef<'a>, is_it: &dyn Fn(NodeRef<'a>) -> bool) -> Option<NodeRef<'a>> {
    if is_it(node) {
        return Some(node);
    }
    let members = node.entries().map(|(_, member)| member).chain(node.items());
    members.into_iter().find_map(|member| find(member, is_it))
}

fn id(node: NodeRef<'_>) -> Id {
    (std::ptr::from_ref(node.document()) as usize, node.row_number())
}

fn too_complex(schema: NodeRef<'_>) -> Problem {
    let message = format!(
        "asks for more than {MOST_CHECKS} checks of one value, or {LONGEST_CHAIN} in a row: alternatives that refer \
         to alternatives multiply"
    );
    Problem::error(ProblemKind::Custom { message: message.into() }).with_origin(schema.origin())
}
