use std::collections::HashMap;
use std::sync::Arc;

use enhanced_config_core::{Document, Problems};
use enhanced_config_files::ConfigRoot;
use enhanced_config_format::{Format, Limits, ParseOptions, parse};
use enhanced_config_layers::{Layers, Loaded};

use super::Unusable;

/// Schemas that nothing is checked with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schemas(HashMap<Box<str>, Arc<SchemaOf>>);

/// The schema of one configuration.
#[derive(Debug)]
pub(crate) struct SchemaOf(Arc<Document>);

impl Schemas {
    pub(crate) fn add_text(&mut self, name: &str, text: &str) -> Result<(), Problems> {
        let file = format!("{name}.schema.json");
        let parsed = parse(text.as_bytes(), Format::Json, &file, &ParseOptions::default())?;
        self.0.insert(name.into(), Arc::new(SchemaOf(Arc::new(parsed.document))));
        Ok(())
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|name| &**name)
    }

    pub(crate) fn check_rules(&self, _: &str, _: &[&str], _: &Loaded) -> Problems {
        Problems::new()
    }

    /// Finds nothing: only what is checked with is looked for.
    pub(crate) fn of(
        &self,
        name: &str,
        _: &ConfigRoot,
        _: Limits,
    ) -> Result<Option<Arc<SchemaOf>>, Unusable> {
        Ok(self.0.get(name).cloned())
    }
}

impl SchemaOf {
    pub(crate) fn apply(&self, layers: Layers) -> Layers {
        layers.with_schema(Arc::clone(&self.0))
    }

    pub(crate) fn check(&self, _: &mut Loaded) -> Problems {
        Problems::new()
    }
}
