use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use enhanced_config_core::{Document, NodeRef};
use jsonschema::{Draft, ReferencingError, Registry, Retrieve, Uri, uri};
use referencing::Resolver;
use serde_json::Value as Json;

use crate::library::Library;

/// A schema together with the registered ones that its references lead to, and the place of every value in them.
///
/// References are resolved by what jsonschema itself resolves them with, so that nothing is reached that was not seen
/// here.
pub(crate) struct Resources<'a> {
    registry: Registry<'a>,
    base: Uri<String>,
    /// The others, as they were read, and as documents.
    documents: Vec<(String, &'a Document)>,
    places: HashMap<usize, NodeRef<'a>>,
}

impl<'a> Resources<'a> {
    /// Finds all that `schema`, which is `json`, refers to.
    pub(crate) fn of(
        name: &str,
        schema: &'a Document,
        json: &'a Json,
        draft: Draft,
        library: &'a Library,
    ) -> Result<Self, ReferencingError> {
        let base = uri::from_str(&Library::uri(name))?;
        let recorder = Recorder { library: library.clone(), found: Arc::default() };
        let found = Arc::clone(&recorder.found);
        let registry = Registry::new().retriever(recorder).draft(draft);
        let registry = registry.add(base.as_str(), draft.create_resource_ref(json))?.prepare()?;
        let found = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
        let documents = found.into_iter().filter_map(|uri| Some((uri.clone(), &**library.find(&uri)?)));
        let mut resources = Self { registry, base, documents: documents.collect(), places: HashMap::new() };
        let mut places = HashMap::new();
        note_places(json, schema.root(), &mut places);
        resources.others().for_each(|(json, document)| note_places(json, document.root(), &mut places));
        resources.places = places;
        Ok(resources)
    }

    /// What resolves the references of the schema itself.
    pub(crate) fn resolver(&self) -> Resolver<'_> {
        self.registry.resolver(self.base.clone())
    }

    /// The schemas that it refers to, as they were read and as documents.
    pub(crate) fn others(&self) -> impl Iterator<Item = (&Json, &'a Document)> {
        self.documents.iter().filter_map(|(uri, document)| Some((self.root(uri).ok()?, *document)))
    }

    fn root(&self, uri: &str) -> Result<&Json, ReferencingError> {
        Ok(self.registry.resolver(uri::from_str(uri)?).lookup("")?.contents())
    }

    /// Where a value of one of the schemas was written; nothing for those of a metaschema.
    pub(crate) fn place(&self, value: &Json) -> Option<NodeRef<'a>> {
        self.places.get(&address(value)).copied()
    }
}

fn note_places<'a>(json: &Json, node: NodeRef<'a>, places: &mut HashMap<usize, NodeRef<'a>>) {
    places.insert(address(json), node);
    let items = json.as_array().into_iter().flatten().zip(node.items());
    items.for_each(|(json, node)| note_places(json, node, places));
    for (key, node) in node.entries() {
        if let Some(json) = json.get(key) {
            note_places(json, node, places);
        }
    }
}

/// Tells values apart that live as long as the resources.
pub(crate) fn address(value: &Json) -> usize {
    std::ptr::from_ref(value) as usize
}

/// Remembers what was asked for and is there.
struct Recorder {
    library: Library,
    found: Arc<Mutex<Vec<String>>>,
}

impl Retrieve for Recorder {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Json, Box<dyn std::error::Error + Send + Sync>> {
        let json = self.library.retrieve(uri)?;
        self.found.lock().unwrap_or_else(PoisonError::into_inner).push(uri.as_str().to_owned());
        Ok(json)
    }
}
