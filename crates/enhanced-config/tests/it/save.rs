use enhanced_config::{EnhancedConfigSystem, SaveError};
use serde_json::json;

use crate::dir::Dir;

const TEXT: &str =
    "# the server\nserver:\n  port: 80 # http\n  hosts: [a, 'b']\n\n# who\nname: app\npassword: 'x'\n";

fn text(dir: &Dir) -> String {
    std::fs::read_to_string(dir.path().join("app.yaml")).unwrap()
}

#[test]
fn what_is_saved_is_edited_in_place_and_served() {
    let dir = Dir::new(&[("app.yaml", TEXT), ("app.local.yaml", "name: local\n")]);
    let variables = [("APP_PASSWORD", "of the environment")];
    let system =
        dir.builder().env_prefix("APP_").env_variables(variables).defaults("app", &json!({"pool": 4}));
    let system = system.build().unwrap();
    let loaded = system.load_config("app").unwrap();
    // All that is served, with two changes; of a type that does not know all keys.
    let mut values = serde_json::Value::from(loaded.document().root());
    values["server"]["port"] = json!(8080);
    values["server"]["hosts"] = json!(["a", "c", "b"]);
    values["tls"] = json!(true);
    values.as_object_mut().unwrap().remove("name");
    let saved = system.save_config("app", &values).unwrap();
    assert!(saved.is_written && saved.refused.is_none() && saved.backup.is_none());
    let expected = TEXT.replace("port: 80", "port: 8080").replace("[a, 'b']", "[a, c, 'b']") + "tls: true\n";
    assert_eq!(text(&dir), expected);
    let now = system.load_config("app").unwrap();
    assert_eq!((now.version(), now.get::<u16>("server.port").unwrap()), (2, 8080));
    assert!(!system.save_config("app", &values).unwrap().is_written);
}

#[test]
fn a_change_since_it_was_loaded_is_a_conflict() {
    let dir = Dir::new(&[("app.yaml", TEXT)]);
    let system = dir.system();
    let loaded = system.load_config("app").unwrap();
    let theirs = TEXT.replace("80", "81").replace("'x'", "'hunter2'");
    dir.write("app.yaml", &theirs);
    let values = json!({"server": {"port": 82}, "name": "mine"});
    let error = system.save_changes(&loaded, &values).unwrap_err();
    assert_eq!(
        dir.anonymous(&error.to_string()),
        "app was changed since it was loaded; nothing is saved\n\
         yours:\n~ name: \"app\" -> \"mine\" (what is saved)\n~ server.port: 80 -> 82 (what is saved)\n\
         theirs:\n~ server.port: 80 -> 81 (DIR/app.yaml:3:9)\n~ password: *** -> *** (DIR/app.yaml:8:11)\n\
         changed by both: server.port"
    );
    assert_eq!(text(&dir), theirs);
}

#[test]
fn a_file_written_anew_with_the_same_is_no_conflict() {
    let dir = Dir::new(&[("app.yaml", TEXT)]);
    let system = dir.system();
    let loaded = system.load_config("app").unwrap();
    let anew = "# tidied\n".to_owned() + TEXT;
    dir.write("app.yaml", &anew);
    system.save_changes(&loaded, &json!({"name": "mine"})).unwrap();
    assert_eq!(text(&dir), anew.replace("name: app", "name: mine"));
}

#[test]
fn what_would_not_be_served_is_not_saved() {
    let schema = r#"{"properties": {"server": {"properties": {"port": {"type": "integer"}}}}}"#;
    let dir = Dir::new(&[("app.yaml", TEXT), ("app.local.yaml", "name: local\n")]);
    let system = dir.builder().schema("app", schema).build().unwrap();
    let error = system.save_config("app", &json!({"name": "mine"})).unwrap_err();
    assert_eq!(
        dir.anonymous(&error.to_string()),
        "name: DIR/app.local.yaml:1:7 lies over the base file and hides what would be saved"
    );
    let refused = system.save_config("app", &json!({"server": {"port": "http"}}));
    assert_eq!(refused.is_err(), cfg!(feature = "schema"));
    if let Err(error) = refused {
        assert!(matches!(error, SaveError::Rejected(_)), "{error}");
        assert_eq!(text(&dir), TEXT);
    }
    let error = system.save_config("other", &json!({})).unwrap_err();
    assert!(matches!(error, SaveError::Rejected(_)), "{error}");
}

#[test]
fn of_two_who_save_at_once_one_gets_a_conflict() {
    const ROUNDS: u32 = 100;
    let dir = Dir::new(&[("app.yaml", "# counted\ncount: 0\n")]);
    let wins = |system: &EnhancedConfigSystem| {
        let mut conflicts = 0;
        let mut won = 0;
        while won < ROUNDS {
            let loaded = system.load_config("app").unwrap();
            let next = loaded.get::<u32>("count").unwrap() + 1;
            match system.save_changes(&loaded, &json!({ "count": next })) {
                Ok(_) => won += 1,
                // What the other one wrote is what is loaded next.
                Err(SaveError::Conflict(_)) => conflicts += 1,
                Err(other) => panic!("{other}"),
            }
        }
        conflicts
    };
    let systems = [(); 2].map(|()| {
        dir.builder()
            .freshness(enhanced_config::Freshness::Checked)
            .check_interval(std::time::Duration::ZERO)
            .build()
            .unwrap()
    });
    let conflicts: Vec<u32> = std::thread::scope(|scope| {
        let threads = systems.each_ref().map(|system| scope.spawn(|| wins(system)));
        threads.map(|thread| thread.join().unwrap()).into()
    });
    println!("{conflicts:?} conflicts");
    // Every save that was acknowledged counted one more than the one before.
    assert_eq!(text(&dir), format!("# counted\ncount: {}\n", 2 * ROUNDS));
}

#[cfg(feature = "reload")]
#[test]
fn a_save_wakes_no_second_reload() {
    use enhanced_config::reload::{Outcome, Received};

    let dir = Dir::new(&[("app.yaml", "port: 80\n")]);
    let system = dir.system();
    system.load_config("app").unwrap();
    system.start_hot_reload().unwrap();
    let mut events = system.events();
    let mut next = || match events.next() {
        Some(Received::Event(event)) => (event.new_version, event.outcome.clone()),
        other => panic!("{other:?}"),
    };
    system.save_config("app", &json!({"port": 81})).unwrap();
    assert!(matches!(next(), (2, Outcome::Applied)));
    dir.write("app.yaml", "port: 82\n");
    assert!(matches!(next(), (3, Outcome::Applied)));
    system.stop_hot_reload();
}
