use std::sync::Arc;

use enhanced_config_core::{Change, KeyPath, NodeRef};

use crate::outline::Outline;

/// The keys that take effect with a restart only: `x-restart-required: true` in the schema, which holds for all below
/// such a key.
///
/// ```
/// # use enhanced_config_core::{Document, Layer, LayerKind, diff};
/// use enhanced_config_schema::SchemaRegistry;
///
/// let mut schemas = SchemaRegistry::new();
/// schemas.add_text("app", r#"{"properties": {
///     "server": { "properties": { "port": { "x-restart-required": true } } }
/// }}"#)?;
/// let restart = schemas.restart_required("app")?;
///
/// let document = |json| Document::from_serialize(&json, Layer::new(LayerKind::Base, "app.yaml"));
/// let old = document(serde_json::json!({ "server": { "port": 80, "name": "a" } }))?;
/// let new = document(serde_json::json!({ "server": { "port": 81, "name": "b" } }))?;
/// let changes = diff(&old, &new);
/// let keys: Vec<String> =
///     changes.iter().filter(|change| restart.is_for(change)).map(|change| change.path.to_string()).collect();
/// assert_eq!(keys, ["server.port"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct RestartKeys(Option<Arc<Outline<()>>>);

impl RestartKeys {
    pub(crate) fn of(schema: NodeRef<'_>) -> Self {
        let is_marked =
            |schema: NodeRef<'_>| schema.get("x-restart-required").and_then(NodeRef::as_bool) == Some(true);
        Self(Outline::of(schema, |schema| is_marked(schema).then_some(())).map(Arc::new))
    }

    /// Whether there is no such key.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether the value at `path` is such a key's, or lies below it.
    pub fn contains(&self, path: &KeyPath) -> bool {
        self.0.as_ref().is_some_and(|outline| outline.covers(path))
    }

    /// Whether a change takes effect with a restart only: of such a key, below one, or of a map that has or had one.
    pub fn is_for(&self, change: &Change<'_>) -> bool {
        let Some(outline) = &self.0 else { return false };
        let mut values = change.old.into_iter().chain(change.new);
        outline.covers(&change.path) || values.any(|value| outline.is_inside(&change.path, value))
    }
}
