use enhanced_config::core::KeyPath;
use enhanced_config::migrate::{ConfigMigrator, Migration, Step, Version};
use enhanced_config::{Builder, Kind, Severity};

use crate::dir::Dir;

const OLD: &str = "# ours\nversion: \"1.0.0\" # of the layout\nserver:\n  # where\n  host: a # here\n";
const NEW: &str = "# ours\nversion: \"2.0.0\" # of the layout\nserver:\n  # where\n  address: a # here\n";

fn path(text: &str) -> KeyPath {
    text.parse().unwrap()
}

fn one() -> Version {
    Version::new(1, 0, 0)
}

fn two() -> Version {
    Version::new(2, 0, 0)
}

fn with_migrations(builder: Builder) -> Builder {
    let mut migrator = ConfigMigrator::new();
    for name in ["app", "other", "broken"] {
        let step = Step::Rename { path: path("server.host").into(), key: "address".into() };
        migrator.register(Migration::new(name, one(), two(), vec![step])).unwrap();
    }
    builder.migrator(migrator)
}

fn text(dir: &Dir, name: &str) -> String {
    std::fs::read_to_string(dir.path().join(name)).unwrap()
}

#[test]
fn an_old_file_is_served_at_the_newest_version_and_stays_as_it_is() {
    let dir = Dir::new(&[("app.yaml", OLD), ("app.local.yaml", "server: {address: b}\n")]);
    let system = with_migrations(dir.builder()).build().unwrap();
    let config = system.load_config("app").unwrap();
    assert_eq!(config.get::<&str>("server.address").unwrap(), "b");
    assert!(config.node("server.host").is_none());
    let note = config.warnings().iter().next().unwrap();
    assert_eq!(note.severity, Severity::Note);
    assert_eq!(
        dir.anonymous(&note.to_string()),
        "migrated in memory from version 1.0.0 to 2.0.0 (DIR/app.yaml); migrate_config_to_latest writes it to the file"
    );
    let origin = config.node("version").unwrap().origin().to_string();
    assert_eq!(dir.anonymous(&origin), "DIR/app.yaml, migrated from 1.0.0:2:10");
    assert_eq!(text(&dir, "app.yaml"), OLD);
    let dry = system.dry_run("app", "version: '1'\nserver: {host: c}\n").unwrap();
    assert_eq!(dry.node("version").unwrap().kind(), Kind::String);
}

#[test]
fn a_file_goes_to_the_newest_version_on_disk_and_back() {
    let dir = Dir::new(&[("app.yaml", OLD)]);
    let system = with_migrations(dir.builder()).build().unwrap();
    let plan = system.plan_migration("app", None).unwrap();
    assert_eq!(plan.to_string(), "app: 1.0.0 -> 2.0.0");
    assert!(plan.diff().contains("\n-  host: a # here\n+  address: a # here\n"));
    assert_eq!(text(&dir, "app.yaml"), OLD);

    let migrated = system.migrate_config_to_latest("app").unwrap();
    assert_eq!(text(&dir, "app.yaml"), NEW);
    assert_eq!(plan.editor().text(), NEW, "what was planned");
    let backup = migrated.saved.backup.unwrap();
    assert_eq!(
        (backup.version.as_str(), std::fs::read_to_string(&backup.path).unwrap().as_str()),
        ("1.0.0", OLD)
    );
    assert!(!system.migrate_config_to_latest("app").unwrap().saved.is_written);
    assert_eq!(system.list_backups("app").unwrap().len(), 1);

    let error = system.migrate_config("app", &one(), &two()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "nothing is written: app was to be migrated from version 1.0.0, and is at 2.0.0"
    );
    system.migrate_config("app", &two(), &one()).unwrap();
    assert_eq!(text(&dir, "app.yaml"), OLD);
    system.migrate_config("app", &one(), &two()).unwrap();
    system.rollback_config("app", &backup).unwrap();
    assert_eq!(text(&dir, "app.yaml"), OLD);
    assert_eq!(system.list_backups("app").unwrap().len(), 4);
}

#[test]
fn a_save_writes_an_old_file_at_the_newest_version() {
    let dir = Dir::new(&[("app.yaml", OLD)]);
    let system = with_migrations(dir.builder()).build().unwrap();
    let saved = system.save_config("app", &serde_json::json!({"server": {"address": "b"}})).unwrap();
    // The version is none of what types know.
    assert_eq!(text(&dir, "app.yaml"), NEW.replace("address: a", "address: b"));
    assert_eq!(saved.backup.unwrap().version, "1.0.0");
}

#[test]
fn all_are_migrated_and_reported() {
    let broken = "version: '1'\nserver: {host: a, address: b}\n";
    let dir = Dir::new(&[("app.yaml", OLD), ("broken.yaml", broken), ("plain.yaml", "a: 1\n")]);
    let system = with_migrations(dir.builder()).build().unwrap();
    let mut told = Vec::new();
    let report = system.migrate_all(|name, at, of| told.push(format!("{name} {at}/{of}")));
    assert_eq!(told, ["app 1/2", "broken 2/2"]);
    assert!(!report.is_complete());
    let [(app, Ok(_)), (name, Err(error))] = report.configs.as_slice() else { panic!("{report:?}") };
    assert_eq!((app.as_str(), name.as_str()), ("app", "broken"));
    assert_eq!(
        dir.anonymous(&error.to_string()),
        "nothing is written: broken: from 1.0.0 to 2.0.0, step 1, rename server.host: server.address: there is a value already (DIR/broken.yaml:2:28)"
    );
    assert_eq!((text(&dir, "broken.yaml").as_str(), text(&dir, "app.yaml").as_str()), (broken, NEW));
    assert!(system.list_backups("broken").unwrap().is_empty());
    let lines = |report: &enhanced_config::MigrationReport| dir.anonymous(&report.to_string());
    let first = lines(&report);
    assert!(first.starts_with("app: 1.0.0 -> 2.0.0; as it was: DIR/app.yaml.v1.0.0."), "{first}");
    assert!(first.contains("\nbroken: FAILED: nothing is written: broken: from 1.0.0"), "{first}");
    assert!(first.ends_with("\n1 of 2 are at their newest version"), "{first}");
    let again = lines(&system.migrate_all(|_, _, _| {}));
    assert!(again.starts_with("app: is at 2.0.0 already\n"), "{again}");
}

#[test]
fn an_unknown_version_is_refused_and_never_taken_for_another() {
    let dir = Dir::new(&[("app.yaml", "version: '3'\n")]);
    let error = with_migrations(dir.builder()).build().unwrap().load_config("app").unwrap_err();
    assert_eq!(
        dir.anonymous(&error.to_string()),
        "configuration app has 1 problem\n  app: version 3.0.0 is newer than 2.0.0, the newest of this program; \
         supported are 1.0.0, 2.0.0 (DIR/app.yaml:1:10)"
    );
}

#[test]
fn the_place_of_what_keeps_a_file_from_being_migrated_is_told_once() {
    let check = |text: &str, expected: &str| {
        let dir = Dir::new(&[("app.yaml", text)]);
        let error = with_migrations(dir.builder()).build().unwrap().load_config("app").unwrap_err();
        let expected = format!("configuration app has 1 problem\n  {expected}");
        assert_eq!(dir.anonymous(&error.to_string()), expected);
        #[cfg(feature = "render")]
        assert_eq!(
            error.render(enhanced_config::Color::Never).matches("app.yaml").count(),
            expected.matches("app.yaml").count()
        );
    };
    check(
        "a: 1\n",
        "app: version is missing: write the version there, one of 1.0.0, 2.0.0; or say by ConfigMigrator::set_base of \
         which version a file is that has none (DIR/app.yaml)",
    );
    check(
        "version: 1.10\n",
        "version: expected a version in quotes, such as \"1.2.0\", found float (DIR/app.yaml:1:10)",
    );
    check(
        "version: '1'\nserver: {host: a, address: b}\n",
        "app: from 1.0.0 to 2.0.0, step 1, rename server.host: server.address: there is a value already (DIR/app.yaml:2:28)",
    );
    check(
        "version: '1'\nserver: &s {host: a}\nother: *s\n",
        "app: from 1.0.0 to 2.0.0, step 1, rename server.host: server.host: the alias at DIR/app.yaml:3:8 repeats the anchor &s at \
         DIR/app.yaml:2:9, and would change too: put a value of its own in place of the alias first",
    );
}

const LISTEN: &str = r#"
config: app
migrations:
  - from: "1"
    to: "2"
    up:
      - split: { path: listen, separator: ":", into: [server.bind, { path: server.port, kind: integer }] }
"#;

#[test]
fn what_was_one_text_is_read_as_text_and_number() {
    #[derive(serde::Deserialize)]
    struct Server {
        bind: std::net::IpAddr,
        port: u16,
    }
    let old = "version: '1'\nlisten: '0.0.0.0:80' # all\n";
    let dir = Dir::new(&[("app.yaml", old)]);
    let mut migrator = ConfigMigrator::new();
    for migration in Migration::read(LISTEN.as_bytes(), enhanced_config::Format::Yaml, "m.yaml").unwrap() {
        migrator.register(migration).unwrap();
    }
    let system = dir.builder().migrator(migrator).build().unwrap();
    let server: Server = system.load_config("app").unwrap().get("server").unwrap();
    assert_eq!((server.bind.to_string().as_str(), server.port), ("0.0.0.0", 80));
    system.migrate_config_to_latest("app").unwrap();
    system.migrate_config("app", &two(), &one()).unwrap();
    assert_eq!(text(&dir, "app.yaml"), old.replace("'1'", "'1.0.0'"));
}

#[cfg(feature = "schema")]
#[test]
fn what_the_schema_refuses_is_not_written() {
    let dir = Dir::new(&[("app.yaml", OLD)]);
    let schema = r#"{"required": ["tls"]}"#;
    let system = with_migrations(dir.builder()).schema("app", schema).build().unwrap();
    assert!(system.migrate_config_to_latest("app").is_err());
    assert_eq!(text(&dir, "app.yaml"), OLD);
    assert!(system.list_backups("app").unwrap().is_empty());
}

/// Each version has a schema of its own, and what does not hold after a step ends the migration there.
#[cfg(feature = "schema")]
#[test]
fn what_the_schema_of_a_version_on_the_way_refuses_is_not_written() {
    let dir = Dir::new(&[("app.yaml", "version: '1.0.0'\nport: '80'\n# last\nname: a\n")]);
    let mut migrator = ConfigMigrator::new();
    let three = Version::new(3, 0, 0);
    for (from, to) in [(one(), two()), (two(), three)] {
        let step = Step::Default { path: path("tls").into(), value: serde_json::json!(true) };
        migrator.register(Migration::new("app", from, to, vec![step])).unwrap();
    }
    let schema = r#"{"properties": {"port": {"type": "integer"}}}"#;
    // Before or after the migrator.
    let builder = || dir.builder().version_schema("app", two(), schema);
    let system = builder().migrator(migrator.clone()).build().unwrap();
    let error = system.migrate_config_to_latest("app").unwrap_err();
    assert_eq!(
        dir.anonymous(&error.to_string()),
        "nothing is written: app: from 1.0.0 to 2.0.0, what came of it is refused: \
         port: expected an integer, found string (DIR/app.yaml, migrated to 2.0.0:2:7)"
    );
    assert!(system.load_config("app").is_err());
    assert!(system.list_backups("app").unwrap().is_empty());
    let plain = dir.builder().migrator(migrator.clone()).build().unwrap();
    assert!(plain.migrate_config_to_latest("app").unwrap().saved.is_written);
    let broken = builder().version_schema("app", one(), "{").migrator(migrator).build().unwrap_err();
    assert!(broken.to_string().starts_with("schema of version 1.0.0 of app: "), "{broken}");
}

#[cfg(unix)]
#[test]
fn a_file_at_its_version_is_not_touched() {
    use std::os::unix::fs::MetadataExt;
    let odd = "\u{feff}# ours\r\nversion:   \"2.0.0\"\r\nserver:  {address:   'a'}   # here \r\n\r\n";
    let dir = Dir::new(&[("app.yaml", odd)]);
    let system = with_migrations(dir.builder()).build().unwrap();
    let what = || {
        let file = std::fs::metadata(dir.path().join("app.yaml")).unwrap();
        (file.ino(), file.mtime(), file.mtime_nsec(), file.ctime(), file.ctime_nsec(), text(&dir, "app.yaml"))
    };
    let before = what();
    for _ in 0..2 {
        assert!(!system.migrate_config_to_latest("app").unwrap().saved.is_written);
        assert!(!system.migrate_config("app", &two(), &two()).unwrap().saved.is_written);
        let config = system.load_config("app").unwrap();
        assert!(!system.save_config("app", &**config.document()).unwrap().is_written);
        assert!(system.migrate_all(|_, _, _| {}).is_complete());
    }
    assert_eq!(what(), before);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_broken_file_can_be_rolled_back_and_the_broken_one_is_kept() {
    let dir = Dir::new(&[("app.yaml", OLD)]);
    let system = with_migrations(dir.builder()).build().unwrap();
    let backup = system.migrate_config_to_latest("app").unwrap().saved.backup.unwrap();
    dir.write("app.yaml", "version: [");
    let saved = system.rollback_config("app", &backup).unwrap();
    assert_eq!(text(&dir, "app.yaml"), OLD);
    assert_eq!(std::fs::read_to_string(&saved.backup.unwrap().path).unwrap(), "version: [");
    system.migrate_config_to_latest("app").unwrap();
    let saved = system.rollback_config("app", &backup).unwrap();
    assert_eq!(saved.backup.unwrap().version, "2.0.0");
}

#[test]
fn what_is_secret_of_the_system_is_hidden_in_the_plan() {
    let dir = Dir::new(&[("app.yaml", "version: \"1.0.0\"\nserver:\n  host: HUNTER2\npin: HUNTER3\n")]);
    let schema = r#"{"properties": {"pin": {"x-secret": true}}}"#;
    let builder = with_migrations(dir.builder()).schema("app", schema).secret("server.address");
    let diff = builder.build().unwrap().plan_migration("app", None).unwrap().diff();
    assert!(diff.contains("-(line hidden") && diff.contains("+(line hidden"), "{diff}");
    assert!(!diff.contains("HUNTER2"), "{diff}");
    // Without the schema feature nobody knows of it.
    assert!(!cfg!(feature = "schema") || !diff.contains("HUNTER3"), "{diff}");
}

#[test]
fn the_way_back_from_a_migration_is_not_lost_to_saves() {
    let dir = Dir::new(&[("app.yaml", OLD)]);
    let system = with_migrations(dir.builder()).build().unwrap();
    let backup = system.migrate_config_to_latest("app").unwrap().saved.backup.unwrap();
    for _ in 0..12 {
        let server = serde_json::json!({"address": "a"});
        system.save_config("app", &serde_json::json!({"server": server, "more": 1})).unwrap();
        assert!(system.save_config("app", &serde_json::json!({"server": server})).unwrap().backup.is_some());
    }
    assert_eq!(system.list_backups("app").unwrap().last(), Some(&backup));
    system.rollback_config("app", &backup).unwrap();
    assert_eq!(text(&dir, "app.yaml"), OLD);
}
