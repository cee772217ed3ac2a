//! Layers that still set keys of an older version, over a base file that was migrated.

use enhanced_config::migrate::{ConfigMigrator, Migration, Steps, Version};
use enhanced_config::{Builder, Config, Format, ProblemKind, Severity};

use crate::dir::Dir;

const MIGRATIONS: &str = r#"
config: app
migrations:
  - from: "1.0.0"
    to: "2.0.0"
    up:
      - rename: { path: server.host, key: address }
      - split: { path: listen, separator: ":", into: [server.bind, { path: server.port, kind: integer }] }
      - move: { from: log, to: output.log }
      - remove: { path: verbose, was: true }
"#;

const OLD: &str = "version: 1.0.0\nserver:\n  host: a\nlisten: 0.0.0.0:80\nlog: {file: x, level: info}\nverbose: true\nname: n\n";

fn migrator() -> ConfigMigrator {
    let mut migrator = ConfigMigrator::new();
    for migration in Migration::read(MIGRATIONS.as_bytes(), Format::Yaml, "m.yaml").unwrap() {
        migrator.register(migration).unwrap();
    }
    migrator
}

/// What a load warns of, a line each.
fn warnings(dir: &Dir, config: &Config) -> Vec<String> {
    let warnings = config.warnings().iter().filter(|warning| warning.severity == Severity::Warning);
    warnings.map(|warning| dir.anonymous(&warning.to_string())).collect()
}

/// What a load of `app` warns of, with the base file at its old version and at its newest.
#[track_caller]
fn check(files: &[(&str, &str)], build: impl Fn(Builder) -> Builder, expected: &[&str]) {
    let dir = Dir::new(files);
    dir.write("app.yaml", OLD);
    let system = || build(dir.builder()).migrator(migrator()).build().unwrap();
    assert_eq!(warnings(&dir, &system().load_config("app").unwrap()), expected, "in memory");
    system().migrate_config_to_latest("app").unwrap();
    assert_eq!(warnings(&dir, &system().load_config("app").unwrap()), expected, "on disk");
}

const HOST: &str =
    "the migration from 1.0.0 to 2.0.0 made this key server.address, and did not change this layer";

#[test]
fn a_file_over_the_base_file_is_told_with_its_place_and_the_new_key() {
    let host = |place: &str| format!("server.host: {HOST} ({place}); set server.address instead");
    check(
        &[("app.prod.yaml", "# ours\nserver:\n  host: b\n")],
        |builder| builder.profile("prod"),
        &[&host("DIR/app.prod.yaml:3:3")],
    );
    check(
        &[("app.local.toml", "server.host = 'b'\n")],
        |builder| builder,
        &[&host("DIR/app.local.toml:1:8")],
    );
    check(
        &[("app.d/10.json", r#"{"server": {"host": "b"}}"#)],
        |builder| builder,
        &[&host("DIR/app.d/10.json:1:13")],
    );
    check(
        &[("app.local.yaml", "listen: 127.0.0.1:81\nlog: {file: y, level: warn}\nverbose: false\nname: m\n")],
        |builder| builder,
        &[
            "listen: the migration from 1.0.0 to 2.0.0 made this key server.bind and server.port, and did not change this \
             layer (DIR/app.local.yaml:1:1); set server.bind and server.port instead",
            "log: the migration from 1.0.0 to 2.0.0 made this key output.log, and did not change this layer \
             (DIR/app.local.yaml:2:1); set output.log instead",
            "verbose: the migration from 1.0.0 to 2.0.0 removed this key, and did not change this layer \
             (DIR/app.local.yaml:3:1); take it out",
        ],
    );
}

#[test]
fn what_a_layer_sets_of_the_newest_version_is_no_warning() {
    let newest = "server: {address: b, port: 81}\noutput: {log: {level: warn}}\nname: m\nother: 1\n";
    check(&[("app.local.yaml", newest)], |builder| builder, &[]);
    // The schema has the key still.
    let schema = r#"{"properties": {"verbose": {}, "server": {"properties": {"host": {}}}}}"#;
    let files = [("app.local.yaml", "verbose: true\nserver: {host: b}\n")];
    check(&files, |builder| builder.schema("app", schema), &[]);
}

#[test]
fn a_variable_is_told_by_its_name_and_the_new_one() {
    let variables = |variables: &'static [(&'static str, &'static str)]| {
        move |builder: Builder| builder.env_prefix("APP").env_variables(variables.iter().copied())
    };
    let host = |name: &str| {
        format!("server.host: {HOST} (environment variable {name}); set APP_SERVER__ADDRESS instead")
    };
    check(&[], variables(&[("APP_SERVER__HOST", "b")]), &[&host("APP_SERVER__HOST")]);
    let schema = r#"{"properties": {"server": {"properties": {"address": {"type": "string"}}}}}"#;
    let strict = |names| move |builder: Builder| variables(names)(builder).schema("app", schema);
    check(&[], strict(&[("APP_SERVER__HOST", "b")]), &[&host("APP_SERVER__HOST")]);
    check(&[], strict(&[("APP_SERVER_HOST", "b")]), &[&host("APP_SERVER_HOST")]);
    let log = |key: &str, name: &str| {
        format!(
            "log.{key}: the migration from 1.0.0 to 2.0.0 made this key output.log.{key}, and did not change this layer \
             (environment variable APP_LOG__{name}); set APP_OUTPUT__LOG__{name} instead"
        )
    };
    check(
        &[],
        variables(&[("APP_LOG__LEVEL", "warn"), ("APP_LOG__FILE", "y")]),
        &[&log("file", "FILE"), &log("level", "LEVEL")],
    );
    check(
        &[],
        strict(&[("APP_LOG__LEVEL", "warn")]),
        &[
            "log.level: the migration from 1.0.0 to 2.0.0 made this key output.log.level, and did not change this layer \
           (environment variable APP_LOG__LEVEL); set APP_OUTPUT__LOG__LEVEL instead",
        ],
    );
    check(
        &[(".env", "# ours\nAPP_SERVER__HOST=b\n")],
        |builder| builder.env_prefix("APP").env_file(".env"),
        &[&format!("server.host: {HOST} (DIR/.env:2:18); set APP_SERVER__ADDRESS instead")],
    );
}

#[test]
fn a_value_laid_over_at_run_time_is_told() {
    for is_migrated in [false, true] {
        let dir = Dir::new(&[("app.yaml", OLD)]);
        let system = dir.builder().migrator(migrator()).build().unwrap();
        if is_migrated {
            system.migrate_config_to_latest("app").unwrap();
        }
        assert_eq!(warnings(&dir, &system.load_config("app").unwrap()), [""; 0]);
        let server = serde_json::json!({"server": {"host": "b"}});
        let guard = system.override_config("app", &server).unwrap();
        let expected = format!("server.host: {HOST} (override); set server.address instead");
        assert_eq!(warnings(&dir, &system.load_config("app").unwrap()), [expected]);
        drop(guard);
        assert_eq!(warnings(&dir, &system.load_config("app").unwrap()), [""; 0]);
    }
}

/// What is included lies below the base file, and is none.
#[test]
fn a_file_that_the_base_file_includes_is_told() {
    let dir = Dir::new(&[
        ("common.yaml", "verbose: false\n"),
        ("app.yaml", "version: 2.0.0\ninclude: common.yaml\n"),
    ]);
    let system = dir.builder().includes(true).migrator(migrator()).build().unwrap();
    let expected = "verbose: the migration from 1.0.0 to 2.0.0 removed this key, and did not change this layer \
                    (DIR/common.yaml:1:1); take it out";
    assert_eq!(warnings(&dir, &system.load_config("app").unwrap()), [expected]);
}

/// Where the schema refuses the old key, the answer says why it is there.
#[cfg(feature = "schema")]
#[test]
fn a_schema_that_refuses_the_old_key_is_told_with_the_new_one() {
    let dir = Dir::new(&[("app.yaml", OLD), ("app.local.yaml", "verbose: false\n")]);
    let schema = r#"{"properties": {"version": {}, "server": {}, "output": {}, "name": {}}, "additionalProperties": false}"#;
    let system = dir.builder().schema("app", schema).migrator(migrator()).build().unwrap();
    let error = dir.anonymous(&system.load_config("app").unwrap_err().to_string());
    assert!(error.contains("verbose: unknown key (DIR/app.local.yaml:1:1)"), "{error}");
    assert!(
        error.contains("warning: verbose: the migration from 1.0.0 to 2.0.0 removed this key"),
        "{error}"
    );
}

#[test]
fn a_layer_that_says_another_version_is_told() {
    check(
        &[("app.local.yaml", "version: 1.0.0\nname: m\n")],
        |builder| builder,
        &["version: this layer sets another version than 2.0.0, to which only the base file is brought \
           (DIR/app.local.yaml:1:10); take it out, and set the keys of the newest version here"],
    );
    check(&[("app.local.yaml", "version: 2.0.0\n")], |builder| builder, &[]);
}

fn by_code(down: bool) -> ConfigMigrator {
    let path = |text: &str| text.parse::<enhanced_config::KeyPath>().unwrap();
    let up = Steps::code(move |editor| {
        editor.relocate(&path("server.host"), &path("net.address"))?;
        Ok(editor.remove(&path("verbose"))?)
    });
    let migration = Migration::new("app", Version::new(1, 0, 0), Version::new(2, 0, 0), up);
    let back = Steps::code(move |editor| {
        editor.relocate(&path("net.address"), &path("server.host"))?;
        Ok(editor.set(&path("verbose"), true)?)
    });
    let mut migrator = ConfigMigrator::new();
    migrator.register(if down { migration.with_down(back) } else { migration }).unwrap();
    migrator
}

/// Code says nothing of what it moves: it is seen from the base file before and after.
#[test]
fn code_that_moves_keys_is_told_too() {
    let files = [("app.yaml", OLD), ("app.local.yaml", "server: {host: b}\nverbose: false\nname: m\n")];
    let expected = [
        "server.host: the migration from 1.0.0 to 2.0.0 removed this key, and did not change this layer \
         (DIR/app.local.yaml:1:10); the value of the base file is at net.address now",
        "verbose: the migration from 1.0.0 to 2.0.0 removed this key, and did not change this layer \
         (DIR/app.local.yaml:2:1); take it out",
    ];
    for down in [true, false] {
        let dir = Dir::new(&files);
        let system = || dir.builder().migrator(by_code(down)).build().unwrap();
        let first = system();
        assert_eq!(warnings(&dir, &first.load_config("app").unwrap()), expected);
        let migrated = first.migrate_config_to_latest("app").unwrap();
        assert_eq!(migrated.warnings.len(), 2);
        assert_eq!(warnings(&dir, &first.load_config("app").unwrap()), expected);
        // A process that never saw the old file learns of it from the way back, if there is one.
        let later = warnings(&dir, &system().load_config("app").unwrap());
        assert_eq!(later, if down { expected.as_slice() } else { &[] });
    }
}

#[test]
fn a_report_names_what_is_left_to_do() {
    let dir = Dir::new(&[("app.yaml", OLD), ("app.local.yaml", "verbose: false\n")]);
    let report = dir.builder().migrator(migrator()).build().unwrap().migrate_all(|_, _, _| {});
    let text = dir.anonymous(&report.to_string());
    let expected = "\n  warning: verbose: the migration from 1.0.0 to 2.0.0 removed this key, and did not change this layer \
                    (DIR/app.local.yaml:1:1); take it out\n1 of 1 ";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn keys_below_a_secret_are_masked() {
    let migrations = "config: app\nmigrations: [{from: '1', to: '2', up: [{rename: {path: password.HUNTER2, key: HUNTER3}}]}]\n";
    let mut migrator = ConfigMigrator::new();
    for migration in Migration::read(migrations.as_bytes(), Format::Yaml, "m.yaml").unwrap() {
        migrator.register(migration).unwrap();
    }
    let dir = Dir::new(&[
        ("app.yaml", "version: '1'\npassword: {HUNTER2: a}\n"),
        ("app.local.yaml", "password: {HUNTER2: b}\n"),
    ]);
    let variables = [("APP_PASSWORD__HUNTER2", "HUNTER4")];
    let builder = dir.builder().env_prefix("APP_").env_variables(variables);
    let config = builder.migrator(migrator).build().unwrap().load_config("app").unwrap();
    let former =
        config.warnings().iter().filter(|warning| matches!(warning.kind, ProblemKind::FormerKey { .. }));
    let former: Vec<String> = former.map(|warning| dir.anonymous(&warning.to_string())).collect();
    assert_eq!(
        former[0],
        "password.***: the migration from 1.0.0 to 2.0.0 made this key password.***, and did not change this layer \
         (DIR/app.local.yaml:1:12); set password.*** instead"
    );
    assert!(former.len() == 2 && !former.concat().contains("HUNTER3"), "{former:?}");
}
