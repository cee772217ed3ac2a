//! Bounds how often the parts of a schema are tried on one value.
//!
//! Where alternatives refer to alternatives, 25 lines of a schema ask for 2^25 checks of every value. The work is a
//! property of the schema, so that it is known before the first document: the number of ways that lead from a schema
//! to the schemas for the same value, each counted as often as it is reached.

use std::collections::HashMap;

use enhanced_config_core::{Origin, Problem, ProblemKind, Problems};
use jsonschema::{Draft, ReferencingError};
use referencing::Resolver;
use serde_json::Value as Json;

use crate::library::NOT_REGISTERED;
use crate::patterns::width;
use crate::resources::{Resources, address};

/// Checks of one value that any schema may ask for. Schemas of real systems stay below a thousand.
const FEW_CHECKS: u64 = 10_000;
/// Checks of one value that a large schema may ask for, if they are no more than it has pairs of schemas: 300 alternatives
/// of 300 alternatives are honest, and take a few milliseconds.
const MOST_CHECKS: u64 = 400_000;
/// Schemas for one value that may lead to one another in a row. Those of real systems stay below twenty.
const LONGEST_CHAIN: u32 = 64;
/// Schemas within a schema and all that it refers to.
const MOST_SCHEMAS: usize = 100_000;

/// How many schemas can be within one another while a schema is compiled or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// All schemas there are.
    pub(crate) schemas: usize,
    /// The most for one value.
    pub(crate) chain: usize,
    /// The most at all, unless a schema leads back to itself for a value inside of its own.
    pub(crate) longest: Option<usize>,
}

impl Shape {
    /// The most within one another that there can be.
    pub(crate) fn deepest(self) -> usize {
        self.longest.unwrap_or(self.schemas)
    }
}

/// What is wrong with the references of a schema and with its size; or its shape.
pub(crate) fn check<'a>(
    resources: &'a Resources<'a>,
    json: &'a Json,
    draft: Draft,
) -> Result<Shape, Problems> {
    let mut walk = Walk::new(resources);
    for root in resources.others().map(|(root, _)| root).chain([json]) {
        walk.note_anchors(&Place { schema: root, resolver: resources.resolver(), draft });
    }
    let root = Place { schema: json, resolver: resources.resolver(), draft };
    walk.open.extend(root.enter(json));
    while let Some(place) = walk.open.pop().filter(|_| !walk.stopped) {
        walk.cost(&place, 0);
        if walk.costs.len() > MOST_SCHEMAS {
            walk.refuse(json, format!("has more than {MOST_SCHEMAS} schemas, with those it refers to"));
        }
    }
    walk.refuse_excess();
    walk.problems.sort();
    if walk.problems.is_empty() { Ok(walk.shape(json)) } else { Err(walk.problems) }
}

/// A schema, and what resolves its references.
#[derive(Clone)]
struct Place<'a> {
    schema: &'a Json,
    resolver: Resolver<'a>,
    draft: Draft,
}

/// What checking one value against a schema takes.
#[derive(Debug, Clone, Copy)]
struct Cost {
    checks: u64,
    chain: u32,
}

const LEAF: Cost = Cost { checks: 1, chain: 1 };

/// Without what it leads to. A pattern counts for every place that it may be at.
fn own_cost(schema: &Json) -> Cost {
    let of_names = schema.get("patternProperties").and_then(Json::as_object);
    let of_names = of_names.into_iter().flat_map(|patterns| patterns.keys().map(String::as_str));
    let patterns = schema.get("pattern").and_then(Json::as_str).into_iter().chain(of_names);
    let checks = patterns.map(width).fold(LEAF.checks, u64::saturating_add);
    Cost { checks, ..LEAF }
}

/// Which values an inner schema is for.
#[derive(Clone, Copy, PartialEq)]
enum For {
    SameValue,
    OtherValues,
    /// None by itself: it is there to be referred to.
    References,
}

struct Walk<'a> {
    resources: &'a Resources<'a>,
    /// What was visited; nothing yet for a schema that is being visited.
    costs: HashMap<usize, Option<Cost>>,
    /// The schemas that each leads to.
    inner: HashMap<usize, Vec<usize>>,
    /// Schemas for other values, still to be visited.
    open: Vec<Place<'a>>,
    /// The schemas that dynamic references may lead to, by the names of their anchors.
    dynamic: HashMap<&'a str, Vec<Place<'a>>>,
    /// Those that ask for more than a few checks, and for how many.
    many: Vec<(u64, &'a Json)>,
    problems: Problems,
    /// Whether the schema is too large to look at the rest.
    stopped: bool,
}

impl<'a> Walk<'a> {
    fn new(resources: &'a Resources<'a>) -> Self {
        Self {
            resources,
            costs: HashMap::new(),
            inner: HashMap::new(),
            open: Vec::new(),
            dynamic: HashMap::new(),
            many: Vec::new(),
            problems: Problems::new(),
            stopped: false,
        }
    }

    fn note_anchors(&mut self, place: &Place<'a>) {
        let recursive =
            place.schema.get("$recursiveAnchor").and_then(Json::as_bool).filter(|is| *is).map(|_| "");
        let name = place.schema.get("$dynamicAnchor").and_then(Json::as_str).or(recursive);
        if let Some(name) = name {
            self.dynamic.entry(name).or_default().push(place.clone());
        }
        for inner in place.draft.subresources_of(place.schema).filter_map(|inner| place.enter(inner)) {
            self.note_anchors(&inner);
        }
    }

    fn cost(&mut self, place: &Place<'a>, above: u32) -> Cost {
        let id = address(place.schema);
        match self.costs.get(&id) {
            Some(Some(known)) => return *known,
            Some(None) => {
                return self.refuse(place.schema, "leads back to itself for the same value".to_owned());
            }
            None if above >= LONGEST_CHAIN => return self.refuse(place.schema, too_long()),
            None => self.costs.insert(id, None),
        };
        let mut cost = own_cost(place.schema);
        for inner in self.same_value(place) {
            let inner = self.cost(&inner, above + 1);
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
        if cost.chain > LONGEST_CHAIN {
            cost = self.refuse(place.schema, too_long());
        }
        if cost.checks > FEW_CHECKS {
            self.many.push((cost.checks, place.schema));
        }
        self.costs.insert(id, Some(cost));
        cost
    }

    /// Refuses the innermost schema that asks for more checks than there are pairs of schemas: those multiply over and over.
    fn refuse_excess(&mut self) {
        let pairs = (self.costs.len() as u64).saturating_pow(2);
        let most = pairs.clamp(FEW_CHECKS, MOST_CHECKS);
        let excess = self.many.iter().filter(|(checks, _)| *checks > most).min_by_key(|(checks, _)| *checks);
        if let Some((_, schema)) = excess.copied() {
            self.refuse(schema, too_many(most));
        }
    }

    /// The schemas that are tried on the same value; those for other values are noted for later.
    fn same_value(&mut self, place: &Place<'a>) -> Vec<Place<'a>> {
        let (mut same, mut inner) = (Vec::new(), Vec::new());
        for (keyword, value) in place.schema.as_object().into_iter().flatten() {
            let (role, places) = match keyword.as_str() {
                "$ref" | "$dynamicRef" | "$recursiveRef" => {
                    (For::SameValue, self.targets(place, keyword, value))
                }
                keyword => {
                    let (role, schemas) = subschemas(keyword, value);
                    (role, schemas.into_iter().filter_map(|schema| place.enter(schema)).collect())
                }
            };
            if role != For::References {
                inner.extend(places.iter().map(|inner| address(inner.schema)));
            }
            if role == For::SameValue { same.extend(places) } else { self.open.extend(places) }
        }
        self.inner.insert(address(place.schema), inner);
        same
    }

    /// Where a reference may lead.
    fn targets(&mut self, place: &Place<'a>, keyword: &str, value: &'a Json) -> Vec<Place<'a>> {
        // The metaschema wants a text, and jsonschema passes over an empty one.
        let Some(reference) = value.as_str().filter(|reference| !reference.is_empty()) else {
            return Vec::new();
        };
        let mut targets = match place.resolver.lookup(reference) {
            Ok(found) => {
                let (schema, resolver, draft) = found.into_inner();
                vec![Place { schema, resolver, draft }]
            }
            Err(error) => {
                let origin = self.resources.place(value).map(|node| node.origin());
                self.problems.push(unresolved(reference, &error, origin));
                Vec::new()
            }
        };
        if keyword != "$ref" {
            let name = reference.split_once('#').map_or("", |(_, name)| name);
            targets.extend(self.dynamic.get(name).into_iter().flatten().cloned());
        }
        targets
    }

    /// What is wrong with one schema may show in all that lead to it, so that it is told once.
    fn refuse(&mut self, schema: &Json, message: String) -> Cost {
        if std::mem::replace(&mut self.stopped, true) {
            return LEAF;
        }
        let problem = Problem::error(ProblemKind::Custom { message: message.into() });
        let place = self.resources.place(schema);
        self.problems
            .push(place.into_iter().fold(problem, |problem, node| problem.with_origin(node.origin())));
        LEAF
    }

    fn shape(&self, root: &Json) -> Shape {
        let chain = self.costs.values().flatten().map(|cost| cost.chain as usize).max();
        Shape { schemas: self.costs.len(), chain: chain.unwrap_or(1), longest: self.longest(address(root)) }
    }

    /// The most schemas that lead to one another in a row, unless they do so for ever.
    fn longest(&self, root: usize) -> Option<usize> {
        /// A schema on the way, how many of the schemas inside were followed, and the longest way found from it.
        type Step = (usize, usize, usize);
        let mut done: HashMap<usize, Option<usize>> = HashMap::from([(root, None)]);
        let mut way: Vec<Step> = vec![(root, 0, 1)];
        while let Some((id, followed, longest)) = way.last_mut() {
            let inner = self.inner.get(id).and_then(|inner| inner.get(*followed)).copied();
            *followed += 1;
            match inner.map(|inner| (inner, done.get(&inner))) {
                Some((_, Some(Some(known)))) => *longest = (*longest).max(known + 1),
                Some((_, Some(None))) => return None,
                Some((inner, None)) => {
                    done.insert(inner, None);
                    way.push((inner, 0, 1));
                }
                None => {
                    let known = *longest;
                    done.insert(*id, Some(known));
                    way.pop();
                    match way.last_mut() {
                        Some((.., above)) => *above = (*above).max(known + 1),
                        None => return Some(known),
                    }
                }
            }
        }
        None
    }
}

impl<'a> Place<'a> {
    /// A schema inside of this one, which may be a resource of its own.
    fn enter(&self, schema: &'a Json) -> Option<Self> {
        let draft = self.draft.detect(schema);
        let resolver = self.resolver.in_subresource(draft.create_resource_ref(schema)).ok()?;
        (schema.is_object() || schema.is_boolean()).then_some(Self { schema, resolver, draft })
    }
}

/// The schemas that a keyword has, and what they are for.
fn subschemas<'a>(keyword: &str, value: &'a Json) -> (For, Vec<&'a Json>) {
    let list = || value.as_array().into_iter().flatten().collect();
    let map = || value.as_object().into_iter().flat_map(|map| map.values()).collect();
    match keyword {
        "allOf" | "anyOf" | "oneOf" => (For::SameValue, list()),
        "not" | "if" | "then" | "else" => (For::SameValue, vec![value]),
        "dependentSchemas" | "dependencies" => (For::SameValue, map()),
        "properties" | "patternProperties" => (For::OtherValues, map()),
        "$defs" | "definitions" => (For::References, map()),
        "items" | "prefixItems" if value.is_array() => (For::OtherValues, list()),
        "items"
        | "additionalItems"
        | "contains"
        | "additionalProperties"
        | "propertyNames"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "contentSchema" => (For::OtherValues, vec![value]),
        _ => (For::References, Vec::new()),
    }
}

fn too_many(most: u64) -> String {
    format!(
        "asks for more than {most} checks of one value: alternatives that refer to alternatives multiply, \
         and a pattern counts for every place that it may be at while it is matched"
    )
}

fn too_long() -> String {
    format!("leads through more than {LONGEST_CHAIN} schemas in a row for one value")
}

/// A reference that leads nowhere.
pub(crate) fn unresolved(reference: &str, error: &ReferencingError, origin: Option<Origin>) -> Problem {
    let why = match error {
        ReferencingError::Unretrievable { .. } => NOT_REGISTERED.to_owned(),
        ReferencingError::PointerToNowhere { .. } => "nothing is there".to_owned(),
        ReferencingError::NoSuchAnchor { anchor } => format!("there is no anchor `{anchor}`"),
        ReferencingError::InvalidAnchor { .. } => "a pointer begins with `/`, an anchor has none".to_owned(),
        ReferencingError::InvalidArrayIndex { index, .. } => format!("`{index}` is no index of a list"),
        ReferencingError::InvalidPercentEncoding { .. } => {
            "it is not UTF-8 behind its percent signs".to_owned()
        }
        ReferencingError::InvalidUri(_) => "it is not a URI".to_owned(),
        ReferencingError::CircularMetaschema { .. } => "its metaschema refers to itself".to_owned(),
        _ => "drafts 4, 6, 7, 2019-09 and 2020-12 are known, and registered metaschemas".to_owned(),
    };
    let message = format!("cannot resolve the reference `{reference}`: {why}");
    let problem = Problem::error(ProblemKind::Custom { message: message.into() });
    origin.into_iter().fold(problem, Problem::with_origin)
}
