use enhanced_config_core::{Document, Problems};
use enhanced_config_format::{Format, ParseOptions, parse};
use enhanced_config_schema::{ConfigValidator, SchemaError, SchemaRegistry};
use std::sync::Arc;

pub(crate) fn document(text: &str, format: Format) -> Document {
    parse(text.as_bytes(), format, "app", &ParseOptions::default()).unwrap().document
}

pub(crate) fn validator(schema: &str) -> Arc<ConfigValidator> {
    let mut schemas = SchemaRegistry::new();
    schemas.add_text("app", schema).unwrap();
    schemas.validator("app").unwrap()
}

/// What is wrong with the schema named `app` among these.
pub(crate) fn refusal(schemas: &[(&str, &str)]) -> Problems {
    let mut registry = SchemaRegistry::new();
    for (name, schema) in schemas {
        if let Err(problems) = registry.add_text(name, schema) {
            return problems;
        }
    }
    match registry.validator("app") {
        Err(SchemaError::Invalid(problems)) => problems,
        other => panic!("expected problems, got {other:?}"),
    }
}
