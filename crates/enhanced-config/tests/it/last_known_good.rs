//! Starting on files that cannot be used.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use enhanced_config::reload::Outcome;
use enhanced_config::{Assigned, EnhancedConfigSystem, Level};

use crate::dir::Dir;

fn system(dir: &Dir) -> EnhancedConfigSystem {
    dir.builder().state_dir(dir.path().join("state")).build().unwrap()
}

fn port(system: &EnhancedConfigSystem) -> u16 {
    system.load_config("app").unwrap().get("port").unwrap()
}

#[test]
fn a_process_that_starts_on_a_broken_file_serves_what_was_good_and_recovers() {
    let dir = Dir::new(&[("app.yaml", "port: 1\npassword: hunter2\n")]);
    let first = system(&dir);
    assert_eq!(port(&first), 1);
    assert!(!first.status("app").unwrap().is_degraded());
    drop(first);

    dir.write("app.yaml", "port: [");
    let second = system(&dir);
    let events = second.events();
    assert_eq!(port(&second), 1);
    let status = second.status("app").unwrap();
    assert!(
        matches!(status.assigned, Assigned::Refused(_)) && status.active.level == Level::LastKnownGood,
        "{status}"
    );
    assert_eq!(status.last_known_good.as_ref().map(|good| good.version), Some(1));
    let text = dir.anonymous(&status.to_string());
    assert!(text.starts_with("app: version 1, the last known good, DEGRADED"), "{text}");
    assert!(events.try_recv().is_ok(), "it is said to whoever listens");
    let config = second.load_config("app").unwrap();
    let origin = config.node("port").unwrap().origin().to_string();
    assert!(origin.starts_with("last known good of "), "{origin}");
    assert!(!config.explain("password").unwrap().to_string().contains("hunter2"));

    dir.write("app.yaml", "port: 2\n");
    assert_eq!(second.reload("app").unwrap().outcome, Outcome::Recovered);
    let status = second.status("app").unwrap();
    assert!(!status.is_degraded() && status.active.level == Level::Live, "{status}");
    assert_eq!((port(&second), status.active.version), (2, 2));
}

#[test]
fn the_watcher_recovers_it_as_well() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    assert_eq!(port(&system(&dir)), 1);
    fs::remove_file(dir.path().join("app.yaml")).unwrap();
    let second = system(&dir);
    second.start_hot_reload().unwrap();
    assert_eq!(port(&second), 1);
    let events = second.events();
    dir.write("app.yaml", "port: 2\n");
    let enhanced_config::reload::Received::Event(event) = events.recv().unwrap() else { panic!("missed") };
    assert_eq!((event.outcome, port(&second)), (Outcome::Recovered, 2));
}

#[test]
fn only_what_was_served_is_kept_and_nobody_else_can_read_it() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let first = system(&dir);
    assert_eq!(port(&first), 1);
    dir.write("app.yaml", "port: {");
    assert!(matches!(first.reload("app").unwrap().outcome, Outcome::Refused(_)));
    let guard = first.override_config("app", &serde_json::json!({"port": 9})).unwrap();
    drop(first);
    drop(guard);
    for entry in fs::read_dir(dir.path().join("state")).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(port(&system(&dir)), 1);
}

#[test]
fn a_damaged_file_is_as_good_as_none() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    assert_eq!(port(&system(&dir)), 1);
    let kept = fs::read_dir(dir.path().join("state")).unwrap().map(|entry| entry.unwrap().path());
    for path in kept.filter(|path| path.is_file()) {
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        if let Some(byte) = bytes.get_mut(middle) {
            *byte ^= 1;
        }
        fs::write(&path, bytes).unwrap();
    }
    dir.write("app.yaml", "port: [");
    assert!(system(&dir).load_config("app").is_err());
    dir.write("app.yaml", "port: 3\n");
    assert_eq!(port(&system(&dir)), 3);
}

#[test]
fn a_directory_that_cannot_be_used_keeps_nobody_from_starting() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n"), ("file", "")]);
    let system = dir.builder().state_dir(dir.path().join("file/state")).build().unwrap();
    assert_eq!(port(&system), 1);
    assert_eq!(system.status("app").unwrap().last_known_good, None);
}

#[cfg(feature = "schema")]
#[test]
fn nothing_secret_is_shown_of_what_was_good_though_nobody_says_any_more_what_is_secret() {
    let text = "port: 1\nhook: c4n4ry\npassword: c4n4ry\nlogin: me:${password}\n";
    let schema = r#"{"properties": {"hook": {"x-secret": true}}}"#;
    let shown = |config: &enhanced_config::Config| {
        let paths = ["", "hook", "login", "password"];
        paths.map(|path| config.explain(path).unwrap().to_string()).concat()
    };
    for (file, broken) in [("app.yaml", "port: ["), ("app.schema.json", "{")] {
        let dir = Dir::new(&[("app.yaml", text), ("app.schema.json", schema)]);
        let build = || {
            dir.builder()
                .state_dir(dir.path().join("state"))
                .interpolation(file == "app.yaml")
                .build()
                .unwrap()
        };
        assert_eq!(port(&build()), 1);
        dir.write(file, broken);
        let system = build();
        let config = system.load_config("app").unwrap();
        assert_eq!(system.status("app").unwrap().active.level, Level::LastKnownGood);
        assert!(!shown(&config).contains("c4n4ry"), "{file}: {}", shown(&config));
        // Nor once it can be used again.
        dir.write("app.schema.json", schema);
        dir.write("app.yaml", "port: 2\nhook: new\nlogin: me\n");
        let event = system.reload("app").unwrap();
        assert_eq!(event.outcome, Outcome::Recovered);
        assert!(!format!("{event} {event:?}").contains("c4n4ry"), "{event}");
    }
}

#[cfg(feature = "schema")]
#[test]
fn where_nothing_was_ever_good_the_defaults_serve_if_they_may_and_suffice() {
    let schema = |required| {
        format!(r#"{{"required": [{required}], "properties": {{"port": {{"default": 80}}, "host": {{}}}}}}"#)
    };
    let build = |dir: &Dir| {
        let builder = dir.builder().state_dir(dir.path().join("state"));
        builder.serve_defaults(true).build().unwrap()
    };
    let dir = Dir::new(&[("app.yaml", "port: ["), ("app.schema.json", &schema(r#""host""#))]);
    assert!(build(&dir).load_config("app").is_err(), "the schema asks for more");

    let dir = Dir::new(&[("app.yaml", "port: ["), ("app.schema.json", &schema(""))]);
    assert!(dir.system().load_config("app").is_err(), "nobody has said that they may");
    let system = build(&dir);
    assert_eq!(port(&system), 80);
    let status = system.status("app").unwrap();
    assert!(status.is_degraded() && status.last_known_good.is_none(), "{status}");
    let text = status.to_string();
    assert!(
        text.starts_with("app: version 1, the defaults, DEGRADED: what the sources say cannot"),
        "{text}"
    );
    let origin = system.load_config("app").unwrap().node("port").unwrap().origin().to_string();
    assert!(!origin.contains("app.yaml"), "{origin}");

    dir.write("app.yaml", "port: 81\n");
    assert_eq!(system.reload("app").unwrap().outcome, Outcome::Recovered);
    assert_eq!((port(&system), system.status("app").unwrap().active.level), (81, Level::Live));
    drop(system);
    dir.write("app.yaml", "port: [");
    let system = build(&dir);
    assert_eq!(port(&system), 81);
    assert_eq!(system.status("app").unwrap().active.level, Level::LastKnownGood, "better than defaults");
}
