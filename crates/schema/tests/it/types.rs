//! Schemas of Rust types.

use std::collections::BTreeMap;

use enhanced_config_core::Redactor;
use enhanced_config_format::Format;
use enhanced_config_schema::schemars::{self, JsonSchema};
use enhanced_config_schema::{SchemaRegistry, defaults};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::check::document;

/// A service.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Service {
    name: String,
    #[serde(default)]
    server: Server,
    #[serde(default)]
    store: Store,
    cache: Option<Cache>,
    #[serde(default)]
    agents: BTreeMap<String, Agent>,
    parent: Option<Box<Service>>,
}

/// Where requests are served.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Server {
    /// The port to listen at.
    #[schemars(range(min = 1))]
    port: u16,
    #[schemars(extend("x-secret" = true, "x-env" = "SALT"))]
    salt: Option<String>,
}

impl Default for Server {
    fn default() -> Self {
        Self { port: 8080, salt: None }
    }
}

#[derive(Debug, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Store {
    #[default]
    Memory,
    Disk {
        dir: String,
        #[serde(default = "yes")]
        sync: bool,
    },
}

fn yes() -> bool {
    true
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Cache {
    #[serde(default = "yes")]
    on: bool,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Agent {
    #[serde(default = "yes")]
    active: bool,
    speed: f64,
}

fn registry() -> SchemaRegistry {
    let mut schemas = SchemaRegistry::new();
    schemas.add_type::<Service>("service").unwrap();
    schemas
}

#[test]
fn comments_defaults_and_extensions_of_a_type_are_in_its_schema() {
    let schemas = registry();
    let schema = schemas.schema("service").unwrap();
    let text = |path: &str| schema.get(path).unwrap().as_str().unwrap();
    assert_eq!(text("$schema"), "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(text("description"), "A service.");
    assert_eq!(text("$defs.Server.properties.port.description"), "The port to listen at.");
    assert_eq!(text("$defs.Server.properties.salt.x-env"), "SALT");
    assert_eq!(json!(schema.get("properties.server.default").unwrap()), json!({"port": 8080, "salt": null}));
    assert_eq!(schema.get("properties").unwrap().origin().layer.name(), "service.schema.json");
    assert!(schemas.refused_defaults("service").unwrap().is_empty());
}

/// What serde fills in, the schema does, for values that the schema accepts.
#[test]
fn defaults_of_the_schema_are_those_of_the_type() {
    let schemas = registry();
    let (validator, schema) = (schemas.validator("service").unwrap(), schemas.bundled("service").unwrap());
    for value in [
        json!({"name": "a"}),
        json!({"name": "a", "server": {"port": 1}}),
        json!({"name": "a", "server": {"salt": "s"}, "cache": {}}),
        json!({"name": "a", "cache": null}),
        json!({"name": "a", "store": {"kind": "disk", "dir": "/x"}}),
        json!({"name": "a", "store": {"kind": "memory"}}),
        json!({"name": "a", "agents": {"x": {"speed": 1.5}, "y": {"speed": 2.5, "active": false}}}),
        json!({"name": "a", "parent": {"name": "b", "parent": {"name": "c"}}}),
    ] {
        let own = document(&value.to_string(), Format::Json);
        assert!(validator.is_valid(own.root()), "{value}");
        let below = defaults(schema.root(), own.root()).unwrap();
        let merged = enhanced_config_core::merge(&below, &[&own], &Default::default()).unwrap().document;
        assert!(validator.validate(merged.root(), &Redactor::new()).is_empty(), "{value}");
        let by_serde: Service = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(Service::deserialize(merged.root()).unwrap(), by_serde, "{value}");
        // Everything that the type knows by itself is set, so that it can be explained.
        assert_eq!(without_nulls(merged.root().into()), without_nulls(json!(by_serde)));
    }
}

fn without_nulls(value: Json) -> Json {
    match value {
        Json::Object(map) => {
            let members = map.into_iter().filter(|(_, member)| !member.is_null());
            Json::Object(members.map(|(key, member)| (key, without_nulls(member))).collect())
        }
        other => other,
    }
}

#[test]
fn a_type_that_is_no_configuration_is_refused_when_it_is_checked() {
    let mut schemas = SchemaRegistry::new();
    schemas.add_type::<Vec<u8>>("list").unwrap();
    let problems =
        schemas.validator("list").unwrap().validate(document("{}", Format::Json).root(), &Redactor::new());
    assert_eq!(problems.to_string(), "expected a list, found map (app:1:1)");
}
