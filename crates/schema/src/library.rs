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

#[derive(Debug, thiserror::Error)]
#[error("no schema with this `$id` or file name is registered, and none is fetched")]
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

    /// The names of schemas that `name` refers to by file name, directly or not, and that are not here.
    pub(crate) fn missing(&self, name: &str) -> Vec<Box<str>> {
        let mut missing = BTreeSet::new();
        let mut open: Vec<&Arc<Document>> = self.get(name).into_iter().collect();
        let mut seen: Vec<&Arc<Document>> = Vec::new();
        while let Some(schema) = open.pop() {
            if seen.iter().any(|other| Arc::ptr_eq(other, schema)) {
                continue;
            }
            seen.push(schema);
            for file in files(schema.root()) {
                match (self.find(file), file.rsplit('/').next().and_then(|file| file.strip_suffix(ENDING))) {
                    (Some(schema), _) => open.push(schema),
                    (None, Some(name)) => drop(missing.insert(name.into())),
                    (None, None) => {}
                }
            }
        }
        missing.into_iter().collect()
    }

    /// The schema that a reference without its fragment leads to.
    pub(crate) fn find(&self, reference: &str) -> Option<&Arc<Document>> {
        let by_id = || {
            self.0.values().find(|schema| {
                let id = schema.get("$id").or_else(|| schema.get("id")).and_then(|id| id.as_str());
                id.map(|id| id.trim_end_matches('#')) == Some(reference)
            })
        };
        let file = reference.rsplit('/').next().unwrap_or(reference);
        by_id().or_else(|| self.get(file.strip_suffix(ENDING)?))
    }
}

/// The files that the references in a schema name.
fn files<'a>(node: NodeRef<'a>) -> Vec<&'a str> {
    let own =
        node.entries().filter(|(key, _)| *key == "$ref").filter_map(|(_, reference)| reference.as_str());
    let own = own.filter_map(|reference| reference.split('#').next()).filter(|file| !file.is_empty());
    let members = node.entries().map(|(_, member)| member).chain(node.items());
    own.chain(members.flat_map(files)).collect()
}

impl Retrieve for Library {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Json, Box<dyn std::error::Error + Send + Sync>> {
        self.find(uri.as_str()).map(|schema| schema.root().into()).ok_or_else(|| NotRegistered.into())
    }
}
