use std::collections::BTreeSet;

use enhanced_config_core::{KeyPath, Kind, NodeRef, Subschemas, is_secret_name};
use serde_json::Value as Json;

use super::facts::{constraints, types};
use super::{Description, KeyDescription};
use crate::Deprecation;

/// The keys that a schema describes, and whether there are more.
pub(super) fn of(schema: NodeRef<'_>) -> (Vec<KeyDescription>, bool) {
    let mut walk = Walk { keys: Vec::new(), open: Vec::new() };
    let said = Subschemas::of_root(Some(schema));
    let root = Here {
        path: String::new(),
        steps: Some(Vec::new()),
        given: None,
        is_secret: false,
        needs_restart: false,
    };
    walk.inside(&said, &root.marked(&said));
    let is_cut = walk.keys.len() > Description::MAX_KEYS;
    walk.keys.truncate(Description::MAX_KEYS);
    (walk.keys, is_cut)
}

struct Walk {
    keys: Vec<KeyDescription>,
    /// What is said on the way, as rows of the schema, and where.
    open: Vec<(BTreeSet<u32>, String)>,
}

/// A value on the way.
#[derive(Clone)]
struct Here<'a> {
    path: String,
    steps: Option<Vec<Box<str>>>,
    /// What the default of a map around it has for it.
    given: Option<NodeRef<'a>>,
    is_secret: bool,
    needs_restart: bool,
}

impl<'a> Here<'a> {
    /// The member at a key that is named.
    fn member(&self, key: &str) -> Self {
        let shown: KeyPath = [key.into()].into_iter().collect();
        let mut steps = self.steps.clone();
        steps.iter_mut().for_each(|steps| steps.push(key.into()));
        let given = self.given.and_then(|given| given.get(key));
        Self {
            path: self.below(&shown.to_string()),
            steps,
            given,
            is_secret: self.is_secret,
            needs_restart: self.needs_restart,
        }
    }

    fn any_member(&self) -> Self {
        self.unnamed(self.below("<name>"))
    }

    fn item(&self) -> Self {
        self.unnamed(format!("{}[]", self.path))
    }

    fn unnamed(&self, path: String) -> Self {
        Self { path, steps: None, given: None, is_secret: self.is_secret, needs_restart: self.needs_restart }
    }

    fn below(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// With what the schema says about it and all below it.
    fn marked(mut self, said: &Subschemas<'_>) -> Self {
        self.is_secret |= first_bool(said, "x-secret") == Some(true);
        self.needs_restart |= first_bool(said, "x-restart-required") == Some(true);
        self
    }
}

impl Walk {
    fn inside(&mut self, said: &Subschemas<'_>, here: &Here<'_>) {
        let rows = rows(said);
        let repeats = self.open.iter().any(|(open, _)| *open == rows) && !rows.is_empty();
        if self.keys.len() > Description::MAX_KEYS || repeats {
            return;
        }
        self.open.push((rows, here.path.clone()));
        let (mut seen, required) = (BTreeSet::new(), required(said));
        for key in said.keys().filter(|key| seen.insert(*key)) {
            let member = said.member(key);
            let mut here = here.member(key).marked(&member);
            here.is_secret |= is_secret_name(key) && first_bool(&member, "x-secret") != Some(false);
            self.key(&member, &here, required.contains(key));
        }
        let other = said.other();
        if !other.is_empty() {
            self.key(&other, &here.any_member().marked(&other), false);
        }
        // A member of a list has no row of its own; its keys have.
        let item = said.item(usize::MAX);
        if !item.is_empty() {
            self.inside(&item, &here.item().marked(&item));
        }
        self.open.pop();
    }

    fn key(&mut self, said: &Subschemas<'_>, here: &Here<'_>, is_required: bool) {
        let first = |keyword: &'static str| said.schemas().find_map(|schema| schema.get(keyword));
        let default = here.given.or_else(|| first("default"));
        let here = Here { given: default, ..here.clone() };
        let is_section = said.keys().next().is_some();
        self.keys.push(KeyDescription {
            path: here.path.as_str().into(),
            types: types(said).into(),
            default: default.filter(|default| !is_told_by_keys(said, *default)).map(Json::from),
            is_required,
            constraints: constraints(said).into_iter().chain(self.repeated(said)).collect(),
            variable: None,
            is_secret: here.is_secret,
            needs_restart: here.needs_restart,
            deprecated: said.schemas().find_map(Deprecation::of),
            description: first("description").and_then(NodeRef::as_str).map(Box::from),
            env: said.variables().next().map(Box::from),
            steps: here.steps.clone().filter(|_| !is_section),
        });
        self.inside(said, &here);
    }

    /// Says so where a schema leads to itself.
    fn repeated(&self, said: &Subschemas<'_>) -> Option<String> {
        let rows = rows(said);
        let (_, path) = self.open.iter().find(|(open, _)| *open == rows && !rows.is_empty())?;
        let whole = "the same keys as the whole configuration".to_owned();
        Some(if path.is_empty() { whole } else { format!("the same keys as `{path}`") })
    }
}

/// Whether all that a default holds is told as the defaults of keys.
fn is_told_by_keys(said: &Subschemas<'_>, default: NodeRef<'_>) -> bool {
    let named: BTreeSet<&str> = said.keys().collect();
    default.kind() == Kind::Map && !named.is_empty() && default.entries().all(|(key, _)| named.contains(key))
}

/// What says something of members: a schema that leads to itself comes to the same again.
fn rows(said: &Subschemas<'_>) -> BTreeSet<u32> {
    const ABOUT_MEMBERS: [&str; 6] = [
        "properties",
        "patternProperties",
        "additionalProperties",
        "unevaluatedProperties",
        "items",
        "prefixItems",
    ];
    let about = |schema: &NodeRef<'_>| ABOUT_MEMBERS.iter().any(|keyword| schema.get(keyword).is_some());
    said.schemas().filter(about).map(NodeRef::row_number).collect()
}

fn required<'a>(said: &Subschemas<'a>) -> BTreeSet<&'a str> {
    let lists = said.schemas().filter_map(|schema| schema.get("required"));
    lists.flat_map(NodeRef::items).filter_map(NodeRef::as_str).collect()
}

fn first_bool(said: &Subschemas<'_>, keyword: &str) -> Option<bool> {
    said.schemas().find_map(|schema| schema.get(keyword)?.as_bool())
}
