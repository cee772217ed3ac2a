//! Schemas of the configurations of a multi-agent system, ready to use.
//!
//! | name | configuration |
//! |---|---|
//! | `coordinates` | where on the screen each agent takes its input |
//! | `discord_channels` | the channels that agents write to |
//! | `messaging` | how messages reach agents |
//! | `semantic_config` | search by meaning |
//! | `unified_config` | the whole system, and the files of its parts |
//!
//! They are written for version 2 of these configurations: what has another shape is to be migrated first. They are
//! strict where the data is regular and open where people add entries of their own.

use enhanced_config_core::Problems;

use crate::SchemaRegistry;

const SCHEMAS: [(&str, &str); 5] = [
    ("coordinates", include_str!("coordinates.schema.json")),
    ("discord_channels", include_str!("discord_channels.schema.json")),
    ("messaging", include_str!("messaging.schema.json")),
    ("semantic_config", include_str!("semantic_config.schema.json")),
    ("unified_config", include_str!("unified_config.schema.json")),
];

/// The names of the built-in schemas, in order.
pub fn names() -> impl ExactSizeIterator<Item = &'static str> {
    SCHEMAS.iter().map(|&(name, _)| name)
}

/// The JSON text of a built-in schema.
///
/// ```
/// use enhanced_config_schema::builtin;
/// assert!(builtin::text("coordinates").is_some_and(|text| text.contains("chat_input_coordinates")));
/// assert_eq!(builtin::text("app"), None);
/// ```
pub fn text(name: &str) -> Option<&'static str> {
    SCHEMAS.iter().find(|&&(known, _)| known == name).map(|&(_, text)| text)
}

impl SchemaRegistry {
    /// A registry of the [built-in schemas](crate::builtin).
    ///
    /// ```
    /// # use enhanced_config_core::{Document, Layer, LayerKind, Redactor};
    /// use enhanced_config_schema::SchemaRegistry;
    ///
    /// let schemas = SchemaRegistry::with_builtin()?;
    /// let values = serde_json::json!({
    ///     "version": "2.0.0",
    ///     "last_updated": "2026-01-31",
    ///     "agents": { "Agent-1": {
    ///         "chat_input_coordinates": [100, 2500], "onboarding_input_coords": [100, 170],
    ///         "description": "Integration", "active": true
    ///     } }
    /// });
    /// let document = Document::from_serialize(&values, Layer::new(LayerKind::Base, "coordinates.json"))?;
    /// let problems = schemas.validator("coordinates")?.validate(document.root(), &Redactor::new());
    /// assert_eq!(
    ///     problems.to_string(),
    ///     "agents.Agent-1.chat_input_coordinates[1]: expected a number from 0 to 1500 (coordinates.json)"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Never; the texts are read as all others are.
    pub fn with_builtin() -> Result<Self, Problems> {
        let mut schemas = Self::new();
        schemas.add_builtin()?;
        Ok(schemas)
    }

    /// Adds the [built-in schemas](crate::builtin); a schema of the same name that is there already stays.
    ///
    /// # Errors
    /// Never; the texts are read as all others are.
    pub fn add_builtin(&mut self) -> Result<(), Problems> {
        let missing = SCHEMAS.iter().filter(|(name, _)| self.schema(name).is_none());
        let missing: Vec<_> = missing.collect();
        missing.into_iter().try_for_each(|(name, text)| self.add_text(name, text))
    }
}
