//! Configurations checked with their schemas.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use enhanced_config::clock::ManualClock;
use enhanced_config::files::{ConfigRoot, Presence};
use enhanced_config::layers::Input;
use enhanced_config::{LoadError, LoadErrorKind, Severity};

use crate::dir::Dir;

const SCHEMA: &str = r#"{
  "type": "object",
  "required": ["server"],
  "properties": {
    "server": {
      "type": "object",
      "properties": {
        "port": { "type": "integer", "minimum": 1, "maximum": 65535 },
        "host": { "type": "string" },
        "password": { "enum": ["none"] }
      },
      "additionalProperties": false
    }
  }
}"#;

fn lines(error: &LoadError) -> Vec<String> {
    error.problems().unwrap().iter().map(ToString::to_string).collect()
}

#[test]
fn what_the_schema_refuses_is_never_served() {
    let dir = Dir::new(&[("app.yaml", "server:\n  port: 0\n  hots: a\n  password: s3cret\n")]);
    let system = dir.builder().schema("app", SCHEMA).build().unwrap();
    let error = system.load_config("app").unwrap_err();
    let lines: Vec<String> = lines(&error).iter().map(|line| dir.anonymous(line)).collect();
    assert_eq!(
        lines,
        [
            "server.port: expected an integer from 1 to 65535 (DIR/app.yaml:2:9)",
            "server.hots: unknown key (DIR/app.yaml:3:3); did you mean `host`?",
            "server.password: unknown variant, expected `none` (DIR/app.yaml:4:13)",
        ]
    );
    dir.write("app.yaml", "server: {port: 1}\n");
    assert_eq!(system.load_config("app").unwrap().get::<u16>("server.port").unwrap(), 1);
    assert!(system.override_config("app", &serde_json::json!({"server": {"port": 0}})).is_err());
    assert_eq!(system.load_config("app").unwrap().get::<u16>("server.port").unwrap(), 1);
}

#[test]
fn the_schema_beside_a_configuration_is_found_and_followed() {
    let dir = Dir::new(&[
        ("app.yaml", "port: 0\n"),
        ("app.schema.json", r#"{"properties": {"port": {"$ref": "common.schema.json#/$defs/port"}}}"#),
        ("common.schema.json", r#"{"$defs": {"port": {"type": "integer", "minimum": 1}}}"#),
    ]);
    let system = dir.system();
    let error = system.load_config("app").unwrap_err();
    assert_eq!(
        dir.anonymous(&lines(&error)[0]),
        "port: expected an integer of at least 1 (DIR/app.yaml:1:7)"
    );
    dir.write(
        "common.schema.json",
        r#"{"$defs": {"port": {"type": "integer", "minimum": -1, "x": [1, 2, 3]}}}"#,
    );
    assert!(system.load_config("app").is_ok(), "a schema is read again when it has changed");
}

#[test]
fn a_schema_that_is_wrong_is_refused_with_its_place() {
    let dir = Dir::new(&[("app.yaml", "port: 0\n"), ("app.schema.json", "{\n  \"type\": \"objekt\"\n}")]);
    let error = dir.system().load_config("app").unwrap_err();
    assert!(dir.anonymous(&lines(&error)[0]).contains("(DIR/app.schema.json:2:11)"), "{error}");
    #[cfg(feature = "render")]
    assert!(error.render(enhanced_config::Color::Never).contains("\"objekt\""), "the line is shown");
    let setup = dir.builder().schema("app", "{\n  \"type\": \"objekt\"\n}").build().unwrap_err();
    assert!(setup.to_string().starts_with("schema of app: type: unknown variant `objekt`"), "{setup}");
}

#[test]
fn all_configurations_are_checked_in_one_report() {
    let dir = Dir::new(&[
        ("app.yaml", "server: {port: 1}\n"),
        ("app.prod.yaml", "server: {port: 2}\n"),
        ("app.schema.json", SCHEMA),
        ("bad.yaml", "server:\n  port: x\n  hots: a\n"),
        ("bad.schema.json", SCHEMA),
        ("broken.toml", "a = \n"),
        ("odd.yaml", "mode: 0644\n"),
        ("README.md", "not a configuration"),
    ]);
    let report = dir.builder().profile("prod").build().unwrap().validate_all_configs();
    assert!(!report.is_valid());
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("validation_report", dir.anonymous(&report.to_string()));
    });
    let data = serde_json::to_value(&report).unwrap();
    assert_eq!(data["configs"].as_array().unwrap().len(), 4);
    assert_eq!(data["configs"][1]["problems"][0]["line"], 2);
    assert_eq!(data["configs"][3]["problems"][0]["severity"], "warning");
}

#[test]
fn a_text_can_be_tried_without_saving_it() {
    let dir = Dir::new(&[
        ("app.yaml", "server: {port: 1}\n"),
        ("app.local.yaml", "server: {host: local}\n"),
        ("app.schema.json", SCHEMA),
    ]);
    let system = dir.system();
    let served = system.load_config("app").unwrap();
    let tried = system.dry_run("app", "server: {port: 2}\n").unwrap();
    assert_eq!(
        (tried.get::<u16>("server.port").unwrap(), tried.get::<String>("server.host").unwrap()),
        (2, "local".into())
    );
    let error = system.dry_run("app", "server:\n  port: 0\n").unwrap_err();
    assert_eq!(
        dir.anonymous(&lines(&error)[0]),
        "server.port: expected an integer from 1 to 65535 (DIR/app.yaml:2:9)"
    );
    assert_eq!(system.load_config("app").unwrap().get::<u16>("server.port").unwrap(), 1);
    assert_eq!(served.version(), system.load_config("app").unwrap().version());
    assert_eq!(system.dry_run("new", "a: 1\n").unwrap().get::<u8>("a").unwrap(), 1);
    assert!(!dir.path().join("new.yaml").exists());
}

#[test]
fn warnings_alone_leave_a_configuration_valid() {
    let dir = Dir::new(&[("app.yaml", "mode: 0644\n")]);
    let warnings = dir.system().validate_config("app").unwrap();
    assert_eq!(warnings.iter().map(|problem| problem.severity).collect::<Vec<_>>(), [Severity::Warning]);
}

#[test]
fn defaults_of_the_schema_lie_below_all_layers() {
    let schema = r#"{"properties": {
        "port": { "type": "integer", "default": 8080 },
        "tls": { "required": ["cert"], "properties": { "cert": {}, "port": { "default": 443 } } }
    }}"#;
    let dir = Dir::new(&[("app.yaml", "name: a\n"), ("tls.yaml", "tls: {cert: c}\n")]);
    let system = dir.builder().schema("app", schema).schema("tls", schema).env_prefix("X_").build().unwrap();
    let app = system.load_config("app").unwrap();
    assert_eq!(app.get::<u16>("port").unwrap(), 8080);
    assert_eq!(app.node("port").unwrap().origin().to_string(), "app.schema.json:2:49");
    assert!(app.node("tls").is_none(), "a default does not make a section that would be half filled");
    assert_eq!(system.load_config("tls").unwrap().get::<u16>("tls.port").unwrap(), 443);
    assert!(
        app.explain("port").unwrap().to_string().contains("defaults"),
        "{}",
        app.explain("port").unwrap()
    );
}

#[test]
fn a_type_gives_schema_defaults_and_names_of_variables() {
    use enhanced_config::schema::schemars;

    /// Where requests are served.
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    struct Server {
        #[serde(default = "port")]
        #[schemars(range(min = 1))]
        port: u16,
        #[serde(default)]
        log_level: String,
    }
    fn port() -> u16 {
        8080
    }
    let dir = Dir::new(&[("server.yaml", "{}\n")]);
    let builder = || dir.builder().register::<Server>("server").env_prefix("APP_");
    let system = builder().env_variables([("APP_LOG_LEVEL", "007")]).build().unwrap();
    let server: Server = system.load("server").unwrap();
    assert_eq!((server.port, &*server.log_level), (8080, "007"));
    assert!(system.load_config("server").unwrap().warnings().is_empty());
    let error =
        builder().env_variables([("APP_PORT", "0")]).build().unwrap().load_config("server").unwrap_err();
    assert_eq!(lines(&error), ["port: expected an integer from 1 to 65535 (environment variable APP_PORT)"]);
}

#[test]
fn rules_are_kept_with_or_without_a_schema() {
    use enhanced_config::schema::Rule;

    let dir = Dir::new(&[("app.yaml", "port: 80\nmode: debug\n")]);
    let builder = || {
        let no_debug = Rule::forbidden("mode", ["debug"]).only_in(["prod"]);
        dir.builder().rule("app", Rule::range("port", 1024..=65535)).rule("app", no_debug)
    };
    let error = builder().build().unwrap().load_config("app").unwrap_err();
    assert_eq!(lines(&error).len(), 1, "{error}");
    let error = builder().profile("prod").build().unwrap().load_config("app").unwrap_err();
    assert_eq!(lines(&error).len(), 2, "{error}");
    let system = dir.builder().rule("app", Rule::range("port", 1..=65535)).build().unwrap();
    assert!(system.load_config("app").is_ok());
    assert!(system.override_config("app", &serde_json::json!({"port": 0})).is_err());
    let setup = dir.builder().rule("app", Rule::pattern("mode", "(")).build().unwrap_err();
    assert!(setup.to_string().starts_with("rules of app: "), "{setup}");
}

#[test]
fn what_a_schema_refers_to_counts_for_variables_secrets_and_defaults() {
    let dir = Dir::new(&[
        ("app.yaml", "name: a\n"),
        ("app.schema.json", r#"{"properties": {"db": {"$ref": "common.schema.json#/$defs/db"}}}"#),
        (
            "common.schema.json",
            r#"{"$defs": {"db": {"properties": {"port": {"type": "integer", "default": 5432}, "pin": {"type": "string", "x-secret": true}}}}}"#,
        ),
    ]);
    let system = dir.builder().env_prefix("APP_").env_variables([("APP_DB_PIN", "0042")]).build().unwrap();
    let config = system.load_config("app").unwrap();
    assert_eq!(config.get::<u16>("db.port").unwrap(), 5432);
    assert_eq!(config.get::<&str>("db.pin").unwrap(), "0042");
    assert!(!config.explain("db.pin").unwrap().to_string().contains("0042"));
}

#[test]
fn built_in_schemas_are_for_whoever_has_such_files() {
    let dir = Dir::new(&[("messaging.yaml", "queue: {max_size: many}\n"), ("app.yaml", "a: 1\n")]);
    let report = dir.builder().builtin_schemas().build().unwrap().validate_all_configs();
    let names: Vec<&str> = report.configs().map(|config| config.name()).collect();
    assert_eq!(names, ["app", "messaging"]);
    assert!(report.to_string().contains("queue.max_size: expected an integer"), "{report}");
    assert!(dir.system().validate_config("messaging").is_ok(), "off until asked for");
}

#[test]
fn a_failed_load_tells_what_it_looked_at() {
    /// The paths, and whether there was a file.
    fn inputs(error: &LoadError) -> BTreeMap<String, bool> {
        let is_file = |input: &Input| matches!(input.was, Presence::File(_));
        let paths = error.inputs().iter();
        paths.map(|input| (input.path.to_str().unwrap().to_owned(), is_file(input))).collect()
    }
    let dir = Dir::new(&[("app.yaml", "port: [\n")]);
    let (system, root) = (dir.system(), ConfigRoot::open(dir.path()).unwrap());
    let looked = inputs(&system.load_config("app").unwrap_err());
    assert!(looked["app.yaml"] && !looked["app.local.yaml"] && !looked["app.schema.json"], "{looked:?}");

    dir.write("app.yaml", "port: 1\n");
    let config = system.load_config("app").unwrap();
    let looked = inputs(&config.extract::<BTreeMap<String, String>>().unwrap_err().into());
    assert!(looked["app.yaml"], "a type that does not fit: {looked:?}");

    for broken in [
        "{",
        r#"{"type": 7}"#,
        r#"{"$ref": "other.schema.json"}"#,
        r#"{"properties": {"port": {"type": "string"}}}"#,
    ] {
        dir.write("app.schema.json", broken);
        let error = system.validate_config("app").unwrap_err();
        let looked = inputs(&error);
        assert!(looked["app.schema.json"], "{broken}: {looked:?}");
        assert_eq!(looked.contains_key("other.schema.json"), broken.contains("other"), "{looked:?}");
        assert!(error.inputs().iter().all(|input| input.is_current(&root)));
        dir.write("app.schema.json", "{}");
        assert!(!error.inputs().iter().all(|input| input.is_current(&root)));
        assert!(system.validate_config("app").is_ok());
    }
}

#[test]
fn a_schema_that_comes_later_counts() {
    let clock = Arc::new(ManualClock::new());
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let system = dir.builder().clock(Arc::<ManualClock>::clone(&clock)).build().unwrap();
    assert_eq!(system.load_config("app").unwrap().get::<u16>("port").unwrap(), 1);
    dir.write("app.schema.json", r#"{"properties": {"host": {"default": "localhost"}}}"#);
    clock.advance(Duration::from_secs(1));
    assert_eq!(system.load_config("app").unwrap().get::<String>("host").unwrap(), "localhost");
}

#[test]
fn the_schema_of_a_configuration_is_told_to_people_and_editors() {
    let dir = Dir::new(&[
        ("app.yaml", "port: 1\n"),
        ("app.schema.json", r#"{"properties": {"port": {"$ref": "common.schema.json#/$defs/port"}}}"#),
        ("common.schema.json", r#"{"$defs": {"port": {"type": "integer", "default": 80}}}"#),
        ("plain.yaml", "a: 1\n"),
    ]);
    let system = dir.builder().env_prefix("{name}_").build().unwrap();
    let description = system.describe("app").unwrap().unwrap();
    let sample = description.sample(enhanced_config::Format::Json).unwrap();
    assert!(
        description.markdown().contains("| `port` | integer | `80` | `APP_PORT` |"),
        "{}",
        description.markdown()
    );
    assert!(system.dry_run("app", &sample).is_ok(), "{sample}");
    let for_editors = system.editor_schema("app").unwrap().unwrap();
    let alone = Dir::new(&[("app.yaml", "port: x\n"), ("app.schema.json", &for_editors)]);
    let error = alone.system().load_config("app").unwrap_err();
    assert!(lines(&error)[0].starts_with("port: expected an integer, found string"), "{error}");
    assert!(system.describe("plain").unwrap().is_none() && system.editor_schema("plain").unwrap().is_none());
    let outside = system.describe("../app").unwrap_err();
    assert!(matches!(outside.kind(), LoadErrorKind::Name(_)), "{outside}");
    dir.write("common.schema.json", "{}");
    assert!(system.describe("app").unwrap_err().to_string().contains("cannot resolve the reference"));
}

#[test]
fn a_schema_is_made_of_so_many_files_and_no_more() {
    let with_siblings = |count: usize| {
        let properties: Vec<String> =
            (0..count).map(|at| format!(r#""p{at}": {{"$ref": "s{at}.schema.json"}}"#)).collect();
        let dir = Dir::new(&[("app.yaml", "p7: x\n")]);
        dir.write("app.schema.json", format!(r#"{{"properties": {{{}}}}}"#, properties.join(", ")));
        (0..count).for_each(|at| dir.write(&format!("s{at}.schema.json"), r#"{"type": "integer"}"#));
        let error = dir.system().load_config("app").unwrap_err();
        dir.anonymous(&lines(&error)[0])
    };
    assert_eq!(with_siblings(200), "p7: expected an integer, found string (DIR/app.yaml:1:5)");
    let too_many = "refers to more than 256 files, with those that these refer to (DIR/app.schema.json:1:1)";
    assert_eq!(with_siblings(300), too_many);
    let chain = Dir::new(&[("app.yaml", "a: 1\n"), ("app.schema.json", r#"{"$ref": "s0.schema.json"}"#)]);
    for at in 0..300 {
        chain.write(&format!("s{at}.schema.json"), format!(r#"{{"$ref": "s{}.schema.json"}}"#, at + 1));
    }
    assert_eq!(chain.anonymous(&lines(&chain.system().load_config("app").unwrap_err())[0]), too_many);
}
