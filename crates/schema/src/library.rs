use std::collections::BTreeMap;
use std::sync::Arc;

use enhanced_config_core::Document;
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

impl Retrieve for Library {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Json, Box<dyn std::error::Error + Send + Sync>> {
        self.find(uri.as_str()).map(|schema| schema.root().into()).ok_or_else(|| NotRegistered.into())
    }
}
