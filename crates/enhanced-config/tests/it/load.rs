use std::sync::{Arc, Barrier};

use enhanced_config::{EnhancedConfigSystem, LayerKind, UnknownKeys};
use serde::Deserialize;
use serde_json::json;

use crate::dir::Dir;

#[derive(Deserialize, Debug, PartialEq)]
struct App {
    server: Server,
}

#[derive(Deserialize, Debug, PartialEq)]
struct Server {
    host: String,
    port: u16,
}

const YAML: &str = "server:\n  host: a\n  port: 1\n";

#[test]
fn all_layers_become_one_typed_configuration() {
    let dir = Dir::new(&[
        ("app.yaml", "server:\n  host: base\n  port: 1\n  a: base\n  b: base\n  c: base\n  d: base\n"),
        ("app.prod.toml", "[server]\na = 'prod'\nb = 'prod'\nc = 'prod'\nd = 'prod'\n"),
        ("app.local.json", r#"{"server": {"b": "local", "c": "local", "d": "local"}}"#),
        ("app.d/1.yaml", "server: {c: drop-in, d: drop-in}\n"),
        (".env", "APP_SERVER__D=file\nAPP_SERVER__PORT=2\n"),
    ]);
    let system = dir
        .builder()
        .defaults("app", &json!({"server": {"host": "default", "z": "default"}}))
        .profile("prod")
        .env_prefix("APP_")
        .env_file(".env")
        .env_variables([("APP_SERVER__PORT", "3")])
        .build()
        .unwrap();
    let config = system.load_config("app").unwrap();
    let get = |key: &str| config.get::<String>(&format!("server.{key}")).unwrap();
    assert_eq!(
        [get("z"), get("host"), get("a"), get("b"), get("c"), get("d")],
        ["default", "base", "prod", "local", "drop-in", "file"]
    );
    assert_eq!(config.get::<u16>("server.port").unwrap(), 3);
    let kinds: Vec<LayerKind> = config.sources().map(|layer| layer.kind()).collect();
    assert!(kinds.is_sorted(), "{kinds:?}");
    assert_eq!(system.load::<App>("app").unwrap().server.port, 3);
}

#[test]
fn the_profile_can_come_from_the_environment() {
    let dir = Dir::new(&[
        ("app.yaml", YAML),
        ("app.eu.yaml", "server: {port: 2}\n"),
        ("app.b.yaml", "server: {port: 3}\n"),
    ]);
    let port = |profiles: &str| {
        let builder = dir.builder().env_prefix("APP_").profile_from_env("APP_PROFILE");
        let system = builder.env_variables([("APP_PROFILE", profiles)]).build().unwrap();
        let config = system.load_config("app").unwrap();
        assert!(config.warnings().is_empty(), "{}", config.warnings());
        config.get::<u16>("server.port").unwrap()
    };
    assert_eq!((port(""), port("eu"), port("eu, b")), (1, 2, 3));
    let bad = dir.builder().profile_from_env("P").env_variables([("P", "../x")]).build().unwrap_err();
    assert!(bad.to_string().starts_with("profile in P: name '../x' starts with '.'"), "{bad}");
}

#[test]
fn the_file_of_variables_may_be_called_otherwise() {
    for file in [".env", ".env.local", "service.env", "variables"] {
        let dir = Dir::new(&[("app.yaml", YAML), (file, "APP_SERVER__PORT=2\n")]);
        let system = dir.builder().env_prefix("APP_").env_file(file).build().unwrap();
        assert_eq!(system.load::<App>("app").unwrap().server.port, 2, "{file}");
    }
}

#[test]
fn the_prefix_can_name_the_configuration() {
    let dir = Dir::new(&[("app.yaml", YAML), ("my-db.yaml", YAML)]);
    let variables = [("CFG_APP_SERVER__PORT", "2"), ("CFG_MY_DB_SERVER__PORT", "3")];
    let system = dir.builder().env_prefix("CFG_{name}_").env_variables(variables).build().unwrap();
    assert_eq!(system.load::<App>("app").unwrap().server.port, 2);
    assert_eq!(system.load::<App>("my-db").unwrap().server.port, 3);
}

#[test]
fn many_threads_at_once_parse_once() {
    let dir = Dir::new(&[("app.yaml", YAML)]);
    let system = Arc::new(dir.system());
    let barrier = Arc::new(Barrier::new(16));
    let threads: Vec<_> = (0..16)
        .map(|_| {
            let (system, barrier) = (Arc::clone(&system), Arc::clone(&barrier));
            std::thread::spawn(move || {
                barrier.wait();
                system.load_config("app").unwrap()
            })
        })
        .collect();
    let configs: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert!(configs.iter().all(|config| Arc::ptr_eq(config.document(), configs[0].document())));
    assert_eq!(configs[0].version(), 1);
}

#[test]
fn a_failed_load_is_tried_again() {
    let dir = Dir::new(&[("app.yaml", "server: [")]);
    let system = dir.system();
    assert!(system.load_config("app").is_err());
    dir.write("app.yaml", YAML);
    assert_eq!(system.load::<App>("app").unwrap().server.port, 1);
    dir.write("app.yaml", "server: [");
    assert_eq!(system.load::<App>("app").unwrap().server.port, 1, "what is loaded stays");
}

#[test]
fn overrides_last_as_long_as_their_guards() {
    let dir = Dir::new(&[("app.yaml", YAML)]);
    let system = dir.system();
    let before = system.load_config("app").unwrap();
    let first = system.override_config("app", &json!({"server": {"port": 2}})).unwrap();
    let second = system.override_config("app", &json!({"server": {"port": 3, "host": "b"}})).unwrap();
    let both = system.load_config("app").unwrap();
    assert_eq!(both.extract::<App>().unwrap(), App { server: Server { host: "b".into(), port: 3 } });
    assert_eq!(both.node("server.port").unwrap().layer().kind(), LayerKind::Runtime);
    drop(first);
    assert_eq!(system.load::<App>("app").unwrap().server.port, 3);
    drop(second);
    let after = system.load_config("app").unwrap();
    assert_eq!(after.document().root(), before.document().root());
    assert!(after.version() > before.version());
    assert_eq!(before.get::<u16>("server.port").unwrap(), 1, "a snapshot never changes");
}

#[test]
fn an_override_that_does_not_fit_changes_nothing() {
    let dir = Dir::new(&[("app.yaml", YAML)]);
    let system = dir.builder().strict_merge(true).build().unwrap();
    assert!(system.override_config("app", &json!({"server": 1})).is_err());
    assert!(system.override_config("app", &json!([1])).is_err());
    assert_eq!(system.load::<App>("app").unwrap().server.port, 1);
}

#[test]
fn defaults_make_the_base_file_optional() {
    let dir = Dir::new(&[]);
    let system = dir.builder().defaults("app", &json!({"server": {"host": "d", "port": 7}})).build().unwrap();
    assert_eq!(system.load::<App>("app").unwrap().server.port, 7);
    assert!(system.load_config("other").is_err());
}

#[test]
fn an_empty_base_file_is_refused_even_beside_defaults() {
    for text in ["", " \n", "# torn\n", "null\n"] {
        let dir = Dir::new(&[("app.yaml", text)]);
        let builder = || dir.builder().defaults("app", &json!({"a": 1}));
        assert!(builder().build().unwrap().load_config("app").is_err(), "{text:?}");
        assert!(builder().allow_empty(true).build().unwrap().load_config("app").is_ok(), "{text:?}");
    }
}

#[test]
fn what_is_set_up_wrongly_is_said_all_at_once() {
    let dir = Dir::new(&[]);
    let error = dir.builder().schema("app", "{").defaults("app", &3).build().unwrap_err().to_string();
    assert!(error.contains("schema of app: ") && error.contains("defaults of app: "), "{error}");
    assert!(
        dir.builder()
            .env_file(".env")
            .build()
            .unwrap_err()
            .to_string()
            .starts_with("env_file needs env_prefix")
    );
}

#[test]
fn a_hundred_thousand_problems_are_not_a_hang() {
    #[derive(Deserialize, Debug)]
    #[allow(dead_code, reason = "fields are there to be filled")]
    struct One {
        a: u8,
    }
    let text: String = (0..100_000).map(|n| format!("\"k{n}\": \"x\",\n")).collect();
    let dir = Dir::new(&[("app.json", &format!("{{{text}\"a\": 1}}"))]);
    let system = dir.system();
    assert_eq!(system.load::<One>("app").unwrap().a, 1);
    let error = system.load::<std::collections::HashMap<String, u8>>("app").unwrap_err();
    assert_eq!(error.problems().unwrap().len(), 101);
    assert!(error.to_string().ends_with("note: there are more problems than these 100"), "{error}");
}

#[test]
fn unknown_keys_are_denied_when_asked() {
    let dir = Dir::new(&[("app.yaml", "server: {host: a, port: 1, prot: 2}\nx: 1\n")]);
    assert!(dir.system().load::<App>("app").is_ok());
    let strict = dir.builder().unknown_keys(UnknownKeys::Deny).build().unwrap();
    let error = strict.load::<App>("app").unwrap_err();
    assert_eq!(error.problems().unwrap().len(), 2, "{error}");
}

#[test]
fn interpolation_and_includes_are_off_until_asked_for() {
    let dir = Dir::new(&[
        ("app.yaml", "include: [more.yaml]\nurl: ${host}:${port}\nport: 1\n"),
        ("more.yaml", "host: h\n"),
    ]);
    let plain = dir.system().load_config("app").unwrap();
    assert_eq!(plain.get::<&str>("url").unwrap(), "${host}:${port}");
    assert!(plain.node("include").is_some());
    let system = dir.builder().interpolation(true).includes(true).build().unwrap();
    let full = system.load_config("app").unwrap();
    assert_eq!(full.get::<&str>("url").unwrap(), "h:1");
    assert!(full.node("include").is_none());
}

#[test]
fn a_system_can_be_shared() {
    fn check<T: Send + Sync + 'static>() {}
    check::<EnhancedConfigSystem>();
    check::<enhanced_config::Config>();
    check::<enhanced_config::LoadError>();
    check::<enhanced_config::OverrideGuard>();
    check::<enhanced_config::Builder>();
}

#[test]
fn names_that_lead_nowhere_take_no_memory() {
    let system = Dir::new(&[]).system();
    for n in 0..1000 {
        assert!(system.load_config(&format!("name-{n}")).is_err());
        assert!(system.override_config(&format!("name-{n}"), &json!({})).is_err());
    }
    assert!(!format!("{system:?}").contains("name-999"));
}
