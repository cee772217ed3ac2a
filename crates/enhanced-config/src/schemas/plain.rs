use std::collections::HashMap;
use std::sync::Arc;

use enhanced_config_core::{Change, Document, Problems};
use enhanced_config_files::ConfigRoot;
use enhanced_config_format::{Format, Limits, ParseOptions, parse};
use enhanced_config_layers::{Input, Layers, Loaded};

use super::Unusable;

/// Schemas that nothing is checked with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schemas(HashMap<Box<str>, Arc<SchemaOf>>);

/// The schema of one configuration, if it has one.
#[derive(Debug, Default)]
pub(crate) struct SchemaOf {
    document: Option<Arc<Document>>,
    /// None: only what is checked with is looked for.
    pub(crate) inputs: Vec<Input>,
}

impl Schemas {
    pub(crate) fn add_text(&mut self, name: &str, text: &str) -> Result<(), Problems> {
        let file = format!("{name}.schema.json");
        let parsed = parse(text.as_bytes(), Format::Json, &file, &ParseOptions::default())?;
        let document = Some(Arc::new(parsed.document));
        self.0.insert(name.into(), Arc::new(SchemaOf { document, ..SchemaOf::default() }));
        Ok(())
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|name| &**name)
    }

    /// There is nothing to hold.
    #[cfg(test)]
    pub(crate) fn hold(&self) {}

    pub(crate) fn check_rules(&self, _: &str, _: &[&str], _: &Loaded) -> Problems {
        Problems::new()
    }

    pub(crate) fn of(&self, name: &str, _: &ConfigRoot, _: Limits) -> Result<Arc<SchemaOf>, Unusable> {
        Ok(self.0.get(name).cloned().unwrap_or_default())
    }
}

impl SchemaOf {
    pub(crate) fn apply(&self, layers: Layers) -> Layers {
        match &self.document {
            Some(schema) => layers.with_schema(Arc::clone(schema)),
            None => layers,
        }
    }

    /// Nobody reads what the schema says of restarts.
    pub(crate) fn needs_restart(&self, _: &Change<'_>) -> bool {
        false
    }

    pub(crate) fn check(&self, _: &mut Loaded) -> Problems {
        Problems::new()
    }
}
