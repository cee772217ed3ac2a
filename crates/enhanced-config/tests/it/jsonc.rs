//! JSON with comments, from the file to what is served and back.

use enhanced_config::EnhancedConfigSystem;
use serde_json::json;

use crate::dir::Dir;

const TEXT: &str = r#"// ours
{
  "version": "1.0.0", // of the layout
  /* where
     it listens */
  "server": {
    // by name
    "host": "a", // here
    "port": 80, /* http */
  },
  "url": "http://x/*not a comment*/",
  // the end
}
"#;

fn text(dir: &Dir) -> String {
    std::fs::read_to_string(dir.path().join("app.jsonc")).unwrap()
}

fn port(system: &EnhancedConfigSystem) -> u16 {
    system.load_config("app").unwrap().get("server.port").unwrap()
}

#[test]
fn every_layer_may_have_comments_where_its_file_says_so() {
    let dir = Dir::new(&[
        ("app.jsonc", TEXT),
        ("app.prod.jsonc", "{\"server\": {\"port\": 81}} // behind the proxy"),
        ("app.local.jsonc", "// nothing yet\n"),
        ("app.d/10.jsonc", "{\"include\": \"parts.jsonc\"}"),
        ("app.d/parts.jsonc", "/* more */ {\"more\": [1, 2,],}"),
    ]);
    let system = dir.builder().profile("prod").includes(true).build().unwrap();
    let config = system.load_config("app").unwrap();
    assert_eq!(config.warnings().len(), 0, "{}", config.warnings());
    let node = config.node("server.port").unwrap();
    assert_eq!(dir.anonymous(&node.origin().to_string()), "DIR/app.prod.jsonc:1:21");
    let node = config.node("url").unwrap();
    assert_eq!(node.as_str(), Some("http://x/*not a comment*/"));
    assert_eq!(dir.anonymous(&node.origin().to_string()), "DIR/app.jsonc:11:10");
    assert_eq!(config.get::<Vec<u8>>("more").unwrap(), [1, 2]);
    let tried = system.dry_run("app", "{\n  // another\n  \"url\": \"y\",\n}").unwrap();
    assert_eq!((tried.get("url").unwrap(), port(&system)), ("y", 81));
}

#[test]
fn a_json_file_beside_it_is_an_error_that_names_both() {
    let dir = Dir::new(&[("app.json", "{\"port\": 1}"), ("app.jsonc", "{\"port\": 2}")]);
    let error = dir.system().load_config("app").unwrap_err();
    let expected = "several files are called app: DIR/app.json and DIR/app.jsonc";
    assert!(dir.anonymous(&error.to_string()).contains(expected), "{error}");
}

#[cfg(feature = "schema")]
#[test]
fn its_schema_is_found_beside_it_and_errors_have_the_place_behind_comments() {
    let schema =
        r#"{"properties": {"server": {"properties": {"port": {"type": "integer", "minimum": 1024}}}}}"#;
    let dir = Dir::new(&[("app.jsonc", TEXT), ("app.schema.json", schema)]);
    let error = dir.system().load_config("app").unwrap_err();
    assert!(dir.anonymous(&error.to_string()).contains("(DIR/app.jsonc:9:13)"), "{error}");
    let all = dir.system().validate_all_configs();
    assert_eq!(all.configs().count(), 1, "a schema is no configuration");
}

#[test]
fn what_is_saved_keeps_every_comment() {
    let dir = Dir::new(&[("app.jsonc", TEXT)]);
    let system = dir.system();
    let loaded = system.load_config("app").unwrap();
    let values = json!({"server": {"port": 8080, "tls": true}, "url": "x", "more": {"a": [1]}});
    assert!(system.save_changes(&loaded, &values).unwrap().is_written);
    let saved = text(&dir);
    assert_eq!(
        saved,
        TEXT.replace("80, /* http */\n", "8080, /* http */\n    \"tls\": true,\n").replace(
            "\"http://x/*not a comment*/\",\n",
            "\"x\",\n  \"more\": {\n    \"a\": [\n      1\n    ]\n  },\n"
        )
    );
    assert_eq!(port(&system), 8080);
    assert!(!system.save_changes(&system.load_config("app").unwrap(), &values).unwrap().is_written);
}

#[cfg(feature = "reload")]
#[test]
fn a_changed_comment_changes_nothing_and_a_changed_value_is_served() {
    use enhanced_config::reload::Outcome;
    let dir = Dir::new(&[("app.jsonc", TEXT)]);
    let system = dir.system();
    assert_eq!(port(&system), 80);
    dir.write("app.jsonc", TEXT.replace("ours", "yours"));
    assert_eq!(system.reload("app").unwrap().outcome, Outcome::Unchanged);
    dir.write("app.jsonc", TEXT.replace("/* http */", "/* http"));
    assert!(matches!(system.reload("app").unwrap().outcome, Outcome::Refused(_)));
    system.start_hot_reload().unwrap();
    let events = system.events();
    dir.write("app.jsonc", TEXT.replace("80, /* http */", "81 /* http */"));
    let enhanced_config::reload::Received::Event(event) = events.recv().unwrap() else { panic!("missed") };
    assert_eq!((event.outcome, port(&system)), (Outcome::Recovered, 81));
}

#[cfg(all(feature = "reload", unix))]
#[test]
fn the_last_known_good_serves_in_place_of_a_broken_one() {
    let dir = Dir::new(&[("app.jsonc", TEXT)]);
    let system = || dir.builder().state_dir(dir.path().join("state")).build().unwrap();
    assert_eq!(port(&system()), 80);
    dir.write("app.jsonc", "{ // cut off");
    assert_eq!(port(&system()), 80);
}

#[cfg(feature = "migrate")]
#[test]
fn what_is_migrated_and_taken_back_keeps_every_comment() {
    use enhanced_config::core::KeyPath;
    use enhanced_config::migrate::{ConfigMigrator, Migration, Step, Version};
    let path = |text: &str| text.parse::<KeyPath>().unwrap().into();
    let steps = vec![
        Step::Rename { path: path("server.host"), key: "address".into() },
        Step::Wrap { path: path("server.port"), key: "http".into() },
        Step::Default { path: path("server.tls"), value: true.into() },
    ];
    let (one, two) = (Version::new(1, 0, 0), Version::new(2, 0, 0));
    let mut migrator = ConfigMigrator::new();
    migrator.register(Migration::new("app", one.clone(), two.clone(), steps)).unwrap();
    let dir = Dir::new(&[("app.jsonc", TEXT)]);
    let system = dir.builder().migrator(migrator).build().unwrap();
    let config = system.load_config("app").unwrap();
    assert_eq!(config.get::<u16>("server.port.http").unwrap(), 80);
    assert_eq!(text(&dir), TEXT, "only in memory");
    let dry = system.dry_run("app", TEXT).unwrap();
    assert_eq!(dry.get::<&str>("server.address").unwrap(), "a");

    assert!(system.migrate_config_to_latest("app").unwrap().saved.is_written);
    let migrated = TEXT
        .replace("\"1.0.0\"", "\"2.0.0\"")
        .replace("host", "address")
        .replace("80, /* http */\n", "{\n      \"http\": 80\n    }, /* http */\n    \"tls\": true,\n");
    assert_eq!(text(&dir), migrated);
    system.migrate_config("app", &two, &one).unwrap();
    assert_eq!(text(&dir), TEXT);
}
