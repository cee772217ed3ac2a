//! How long does it take to check a decoded configuration with a schema that was compiled before?
//!
//! The schema is made from the structs of [`typed`](enhanced_config_benches::typed). Ours reads the document in place and
//! counts its steps; the others have a `serde_json::Value` ready.

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use enhanced_config_benches::{
    corpus::{Family, Format},
    harness::Suite,
    ours,
    typed::Platform,
};
use enhanced_config_core::Redactor;
use enhanced_config_schema::SchemaRegistry;
use serde_json::Value;

fn main() {
    let mut suite = Suite::from_args();
    let mut schemas = SchemaRegistry::new();
    schemas.add_type::<Platform>("platform").expect("a struct has a schema");
    let schema = Value::from(schemas.schema("platform").expect("added").root());
    let rivals = Rivals::new(&schema);
    suite.table("is it valid? It is.");
    for family in Family::all() {
        valid(&mut suite, &schemas, &rivals, &family);
    }
    suite.table("what is wrong with it? Three values of the wrong kind, with their places; jsonschema and boon without");
    for family in Family::all() {
        invalid(&mut suite, &schemas, &rivals, &family);
    }
    suite.table("the schema itself, from its text or value");
    suite
        .ask("schema/compile/platform")
        .ours(|| {
            let mut again = SchemaRegistry::new();
            again.add_document("platform", schemas.schema("platform").expect("added").clone());
            again.validator("platform").expect("a struct has a valid schema")
        })
        .peer("jsonschema", || Rivals::jsonschema(&schema))
        .peer("boon", || Rivals::boon(&schema))
        .run();
}

struct Rivals {
    jsonschema: jsonschema::Validator,
    boon: Schemas,
    index: SchemaIndex,
}

impl Rivals {
    fn new(schema: &Value) -> Self {
        let (boon, index) = Self::boon(schema);
        Self { jsonschema: Self::jsonschema(schema), boon, index }
    }

    fn jsonschema(schema: &Value) -> jsonschema::Validator {
        let options = jsonschema::options().should_validate_formats(true);
        options.with_pattern_options(jsonschema::PatternOptions::regex()).build(schema).expect("valid")
    }

    fn boon(schema: &Value) -> (Schemas, SchemaIndex) {
        const ADDRESS: &str = "config:///platform.schema.json";
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.set_default_draft(Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler.add_resource(ADDRESS, schema.clone()).expect("a URL");
        let index = compiler.compile(ADDRESS, &mut schemas).expect("valid");
        (schemas, index)
    }
}

fn valid(suite: &mut Suite, schemas: &SchemaRegistry, rivals: &Rivals, family: &Family) {
    let document = ours::parse(&family.base, Format::Json);
    let value: Value = serde_json::from_str(&family.base).expect("valid JSON");
    let validator = schemas.validator("platform").expect("a struct has a valid schema");
    assert!(validator.is_valid(document.root()) && rivals.jsonschema.is_valid(&value));
    assert!(rivals.boon.validate(&value, rivals.index).is_ok());
    let redactor = Redactor::new();
    suite
        .ask(format!("schema/is_valid/{}", family.size.name()))
        .ours(|| validator.is_valid(document.root()))
        .peer("jsonschema", || rivals.jsonschema.is_valid(&value))
        .peer("boon", || rivals.boon.validate(&value, rivals.index).is_ok())
        .at_most(1.1, "jsonschema")
        .run();
    suite
        .ask(format!("schema/validate/{}", family.size.name()))
        .ours(|| validator.validate(document.root(), &redactor))
        .peer("jsonschema", || rivals.jsonschema.iter_errors(&value).count())
        .peer("boon", || rivals.boon.validate(&value, rivals.index).is_ok())
        .at_most(1.1, "jsonschema")
        .run();
}

fn invalid(suite: &mut Suite, schemas: &SchemaRegistry, rivals: &Rivals, family: &Family) {
    let mut value: Value = serde_json::from_str(&family.base).expect("valid JSON");
    value["debug"] = "yes".into();
    value["server"]["port"] = (-1).into();
    value["logging"]["sample_rate"] = Value::Null;
    let text = value.to_string();
    let document = ours::parse(&text, Format::Json);
    let validator = schemas.validator("platform").expect("a struct has a valid schema");
    let redactor = Redactor::new();
    assert_eq!(validator.validate(document.root(), &redactor).len(), 3);
    assert_eq!(rivals.jsonschema.iter_errors(&value).count(), 3);
    suite
        .ask(format!("schema/problems/{}", family.size.name()))
        .ours(|| validator.validate(document.root(), &redactor))
        .peer("jsonschema", || rivals.jsonschema.iter_errors(&value).count())
        .peer("boon", || rivals.boon.validate(&value, rivals.index).is_err())
        .run();
}
