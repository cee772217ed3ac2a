use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use enhanced_config_core::{Document, NodeRef};
use jsonschema::{Retrieve, Uri};
use serde_json::Value as Json;

/// The schemas that references may lead to: those that were registered, and nothing else.
///
/// A schema is found by its `$id`, or by the name of its file: `common.schema.json` for the schema named `common`.
/// Nothing is ever fetched.
#[derive(Debug, Clone, Default)]
pub(crate) struct Library(BTreeMap<Box<str>, Arc<Document>>);

/// The base of schemas without an `$id`, so that `common.schema.json` is the neighbour of `app.schema.json`.
const BASE: &str = "config:///";
const ENDING: &str = ".schema.json";

/// Why a reference leads nowhere.
pub(crate) const NOT_REGISTERED: &str =
    "no schema with this `$id` or file name is registered, and none is fetched";

#[derive(Debug, thiserror::Error)]
#[error("{NOT_REGISTERED}")]
struct NotRegistered;

impl Library {
    pub(crate) fn insert(&mut self, name: &str, schema: Arc<Document>) {
        self.0.insert(name.into(), schema);
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Arc<Document>> {
        self.0.get(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|name| &**name)
    }

    /// The address of the schema `name` where it has no `$id`.
    pub(crate) fn uri(name: &str) -> String {
        format!("{BASE}{name}{ENDING}")
    }

    /// The file that a schema of this name is kept in.
    pub(crate) fn file_name(name: &str) -> String {
        format!("{name}{ENDING}")
    }

    /// The names of the schemas that `name` itself refers to: those that are here, and those that would be found by the
    /// names of their files.
    pub(crate) fn referred(&self, name: &str) -> Vec<Box<str>> {
        let files: BTreeSet<&str> =
            self.get(name).into_iter().flat_map(|schema| files(schema.root())).collect();
        let name_of = |file: &str| {
            let known = self.find_by_end(file).and_then(|found| self.name(found));
            known.or_else(|| file.rsplit('/').next()?.strip_suffix(ENDING)).map(Box::from)
        };
        let names: BTreeSet<Box<str>> = files.into_iter().filter_map(name_of).collect();
        names.into_iter().collect()
    }

    fn name(&self, schema: &Document) -> Option<&str> {
        self.0.iter().find(|(_, known)| std::ptr::eq(&***known, schema)).map(|(name, _)| &**name)
    }

    /// A schema and those that its references lead to by `$id` or file name, directly or not.
    pub(crate) fn reachable<'a>(&'a self, schema: &'a Document) -> Vec<&'a Document> {
        let mut reached = vec![schema];
        let mut seen = BTreeSet::from([std::ptr::from_ref(schema)]);
        let mut next = 0;
        while let Some(schema) = reached.get(next) {
            let files: BTreeSet<&str> = files(schema.root()).into_iter().collect();
            let found = files.into_iter().filter_map(|file| self.find_by_end(file));
            reached.extend(found.filter(|found| seen.insert(std::ptr::from_ref(*found))));
            next += 1;
        }
        reached
    }

    /// The resource with this address: `schema` itself, one that was registered, or one that is embedded in these.
    pub(crate) fn resource<'a>(&'a self, schema: NodeRef<'a>, address: &str) -> Option<NodeRef<'a>> {
        let address = address.split('#').next().unwrap_or_default();
        let own = id(schema.document());
        // Without an `$id` the base is the one made of its name.
        if address.is_empty() || own == Some(address) || own.is_none() && self.is_named(schema, address) {
            return Some(schema);
        }
        let end = address.rsplit('/').next().unwrap_or(address);
        let registered = self.find(address).map(|schema| schema.root());
        registered.or_else(|| {
            let mut reachable = self.reachable(schema.document()).into_iter();
            reachable.find_map(|schema| find(schema.root(), &|node| has_id(node, end)))
        })
    }

    fn is_named(&self, schema: NodeRef<'_>, address: &str) -> bool {
        self.find(address).is_some_and(|found| std::ptr::eq(&**found, schema.document()))
    }

    /// The schema that a reference may lead to, which is relative to an address that is not known here.
    fn find_by_end(&self, reference: &str) -> Option<&Document> {
        let end = format!("/{}", reference.trim_start_matches(['.', '/']));
        let ends_so = |schema: &&Arc<Document>| id(schema).is_some_and(|id| id.ends_with(&end));
        self.find(reference).or_else(|| self.0.values().find(ends_so)).map(|schema| &**schema)
    }

    /// The schema that a reference without its fragment leads to.
    pub(crate) fn find(&self, reference: &str) -> Option<&Arc<Document>> {
        let by_id = || self.0.values().find(|schema| id(schema) == Some(reference));
        let file = reference.rsplit('/').next().unwrap_or(reference);
        by_id().or_else(|| self.get(file.strip_suffix(ENDING)?))
    }
}

/// The address that a schema gives itself.
fn id(schema: &Document) -> Option<&str> {
    let id = schema.get("$id").or_else(|| schema.get("id"))?;
    id.as_str().map(|id| id.trim_end_matches('#'))
}

fn has_id(node: NodeRef<'_>, end: &str) -> bool {
    let id = node.get("$id").or_else(|| node.get("id")).and_then(NodeRef::as_str);
    id.is_some_and(|id| id.trim_end_matches('#').rsplit('/').next() == Some(end))
}

/// The first value for which `is_it` holds, from the outside in.
fn find<'a>(node: NodeRef<'a>, is_it: &dyn Fn(NodeRef<'a>) -> bool) -> Option<NodeRef<'a>> {
    if is_it(node) {
        return Some(node);
    }
    let members = node.entries().map(|(_, member)| member).chain(node.items());
    members.into_iter().find_map(|member| find(member, is_it))
}

/// The files that the references in a schema name.
fn files<'a>(node: NodeRef<'a>) -> Vec<&'a str> {
    let is_reference = |key| matches!(key, "$ref" | "$dynamicRef" | "$schema");
    let own = node.entries().filter(|(key, _)| is_reference(*key));
    let own = own.filter_map(|(_, reference)| reference.as_str());
    let own = own.filter_map(|reference| reference.split('#').next()).filter(|file| !file.is_empty());
    let members = node.entries().map(|(_, member)| member).chain(node.items());
    own.chain(members.flat_map(files)).collect()
}

impl Retrieve for Library {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Json, Box<dyn std::error::Error + Send + Sync>> {
        self.find(uri.as_str()).map(|schema| schema.root().into()).ok_or_else(|| NotRegistered.into())
    }
}
