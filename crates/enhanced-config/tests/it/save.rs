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
    let saved = system.save_changes(&loaded, &values).unwrap();
    assert!(saved.is_written && saved.refused.is_none() && saved.backup.is_none());
    let expected = TEXT.replace("port: 80", "port: 8080").replace("[a, 'b']", "[a, c, 'b']") + "tls: true\n";
    assert_eq!(text(&dir), expected);
    let now = system.load_config("app").unwrap();
    assert_eq!((now.version(), now.get::<u16>("server.port").unwrap()), (2, 8080));
    assert!(!system.save_changes(&now, &values).unwrap().is_written);
}

/// Saves what `change` makes of all that is served; what the file says then, or why it does not.
fn saved(
    builder: enhanced_config::Builder,
    dir: &Dir,
    change: impl Fn(&mut serde_json::Value),
) -> Result<String, String> {
    let system = builder.build().unwrap();
    let loaded = system.load_config("app").unwrap();
    let mut values = serde_json::Value::from(loaded.document().root());
    change(&mut values);
    let saved = system.save_config("app", &values);
    match saved {
        Ok(_) => {
            let now = system.load_config("app").unwrap();
            let served = serde_json::Value::from(now.document().root());
            assert_eq!(served, values, "what was saved is not what is served");
            Ok(text(dir))
        }
        Err(error) => Err(dir.anonymous(&error.to_string())),
    }
}

#[test]
fn what_is_not_in_what_is_saved_goes_with_its_comments() {
    let dir = Dir::new(&[("app.yaml", TEXT)]);
    let without = saved(dir.builder(), &dir, |values| {
        values["server"].as_object_mut().unwrap().remove("port");
        values.as_object_mut().unwrap().remove("name");
    });
    let backups = dir.system().list_backups("app").unwrap();
    assert_eq!(std::fs::read_to_string(&backups[0].path).unwrap(), TEXT);
    let expected = "# the server\nserver:\n  hosts: [a, 'b']\n\npassword: 'x'\n";
    assert_eq!(without.as_deref(), Ok(expected));
}

#[test]
fn what_nobody_changed_is_not_written() {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct App {
        rate: f32,
        timeout: f64,
        pool: u64,
        tls: Option<String>,
        hosts: Vec<Host>,
    }
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Host {
        name: String,
        port: Option<u16>,
    }
    let text_ = "rate: 0.1 # a second\ntimeout: 5\nhosts:\n- {name: a, port: 1}\n- name: b # ours\n";
    let dir = Dir::new(&[("app.yaml", text_)]);
    let system = dir.builder().defaults("app", &json!({"pool": 4})).build().unwrap();
    let mut app: App = system.load("app").unwrap();
    assert!(!system.save_config("app", &app).unwrap().is_written);
    app.hosts[0].port = None;
    system.save_config("app", &app).unwrap();
    assert_eq!(text(&dir), text_.replace(", port: 1", ""));
    app.pool = 8;
    system.save_config("app", &app).unwrap();
    assert_eq!(text(&dir), text_.replace(", port: 1", "") + "pool: 8\n");
}

#[test]
fn a_null_keeps_a_default_from_being_seen_and_is_not_written_otherwise() {
    let dir = Dir::new(&[("app.yaml", "pool: 8 # connections\nname: a\n")]);
    let system = dir.builder().defaults("app", &json!({"pool": 4})).build().unwrap();
    let save = |values| {
        system.save_config("app", &values).unwrap();
        text(&dir)
    };
    assert_eq!(save(json!({"pool": null, "name": null, "tls": null})), "pool: null # connections\n");
    assert_eq!(system.load_config("app").unwrap().get::<Option<u8>>("pool").unwrap(), None);
    assert_eq!(save(json!({"pool": 5})), "pool: 5 # connections\n");
    dir.write("app.yaml", "pool: 5\nname: a\n");
    let system = dir.builder().defaults("app", &json!({"pool": 4})).build().unwrap();
    system.save_config("app", &json!({"name": "a"})).unwrap();
    assert_eq!(text(&dir), "name: a\n");
    assert_eq!(system.load_config("app").unwrap().get::<u8>("pool").unwrap(), 4);
}

/// The environment, defaults, the file of a profile, and what references were replaced by.
#[test]
fn nothing_of_another_layer_gets_into_the_file() {
    let base = "\
url: http://${host}/ # where
host: h
token: ${env:PW}
port: 1
users: # who
- {name: a, password: '${env:PW}'}
- {name: b, password: '${env:PW_B}'}
- name: c # last
  password: ${env:PW_C}
args: ['--host=${host}', b]
list: [base, b]
";
    let dir = Dir::new(&[("app.yaml", base), ("app.prod.yaml", "of_profile: {a: 1, b: 2}\n")]);
    let variables = [
        ("PW", "c4n4ry-a"),
        ("PW_B", "c4n4ry-b"),
        ("PW_C", "c4n4ry-c"),
        ("APP_PORT", "2"),
        ("APP_LIST__0", "c4n4ry"),
    ];
    let builder = || {
        let builder = dir.builder().env_prefix("APP_").env_variables(variables).interpolation(true);
        builder.profile("prod").defaults("app", &json!({"of_defaults": {"x": [1, 2]}}))
    };
    let check = |change: &dyn Fn(&mut serde_json::Value), expected: Result<&str, &str>| {
        dir.write("app.yaml", base);
        let found = saved(builder(), &dir, change);
        assert!(!format!("{found:?}").contains("c4n4ry"), "{found:?}");
        assert_eq!(found.as_deref().map_err(String::as_str), expected);
    };
    check(&|_| {}, Ok(base));
    // A list of maps whose items move and change.
    let (before, rest) = base.split_once("- {").unwrap();
    let after = rest.split_once("args:").unwrap().1;
    let moved = "- {name: b, password: '${env:PW_B}'}\n- name: d # last\n  password: ${env:PW_C}\nargs:";
    let moved = [before, moved, after].concat();
    check(
        &|values| {
            values["users"].as_array_mut().unwrap().remove(0);
            values["users"][1]["name"] = json!("d");
        },
        Ok(&moved),
    );
    let two = base.replace("'--host=${host}', b]", "'--host=${host}', c, \"$${x}\"]");
    check(&|values| values["args"] = json!(["--host=h", "c", "${x}"]), Ok(&two));
    // A reference that is saved as what it means is one no more, unless it is the very same.
    let fixed = base.replace("http://${host}/", "http://h2/");
    check(&|values| values["url"] = json!("http://h2/"), Ok(&fixed));
    let list = base.replace("list: [base, b]", "list: [base, c]");
    check(&|values| values["list"][1] = json!("c"), Ok(&list));
    let hidden = "port: nothing is written, because environment variable APP_PORT lies over the base file and says \
         otherwise: change it there";
    check(&|values| values["port"] = json!(3), Err(hidden));
    check(&|values| drop(values.as_object_mut().unwrap().remove("port")), Err(hidden));
    let hidden = hidden.replace("port:", "list[0]:").replace("APP_PORT", "APP_LIST__0");
    check(&|values| values["list"] = json!(["b", "c4n4ry"]), Err(&hidden));
    check(
        &|values| values["of_defaults"]["x"] = json!([1]),
        Ok(&format!("{base}of_defaults:\n  x:\n  - 1\n")),
    );
}

/// Without a schema the environment is text; types read numbers and lists from it.
#[test]
fn what_a_type_reads_from_the_environment_is_not_written() {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct App {
        host: String,
        port: u16,
        tls: bool,
        rate: f32,
        pin: Option<u32>,
        hosts: Vec<String>,
        ports: Vec<u16>,
        none: Vec<u16>,
    }
    let dir = Dir::new(&[("app.yaml", "host: a\n")]);
    let variables = [
        ("APP_PORT", "8_081"),
        ("APP_TLS", "yes"),
        ("APP_RATE", "0.1"),
        ("APP_PIN", "12345"),
        ("APP_HOSTS", "a, b"),
        ("APP_PORTS", "[1, 2]"),
        ("APP_NONE", ""),
    ];
    let system = dir.builder().env_prefix("APP_").env_variables(variables).build().unwrap();
    let mut app: App = system.load("app").unwrap();
    app.host = "b".into();
    system.save_config("app", &app).unwrap();
    assert_eq!(text(&dir), "host: b\n");
    app.port = 1;
    let error = system.save_config("app", &app).unwrap_err();
    assert!(matches!(error, SaveError::Hidden { .. }), "{error}");
}

#[test]
fn what_a_file_includes_lies_below_it() {
    let dir = Dir::new(&[("inc.yaml", "x: 1\n"), ("app.yaml", "include: [inc.yaml]\nx: 2\ny: 3\n")]);
    let system = dir.builder().includes(true).build().unwrap();
    let loaded = system.load_config("app").unwrap();
    system.save_changes(&loaded, &json!({"x": null, "y": null})).unwrap();
    assert_eq!(text(&dir), "include: [inc.yaml]\nx: null\n");
    // A key that goes is what a layer below says.
    system.save_config("app", &json!({})).unwrap();
    assert_eq!(text(&dir), "include: [inc.yaml]\nx: null\n");
    system.save_config("app", &json!({"x": 2})).unwrap();
    system.save_config("app", &json!({})).unwrap();
    assert_eq!(text(&dir), "include: [inc.yaml]\n");
    assert_eq!(system.load_config("app").unwrap().get::<u8>("x").unwrap(), 1);
}

#[test]
fn a_list_of_the_environment_is_not_taken_into_the_file() {
    let dir = Dir::new(&[("app.yaml", "name: a\n")]);
    let builder = || dir.builder().env_prefix("APP_").env_variables([("APP_HOSTS", "[\"a\", \"b\"]")]);
    let schema = r#"{"properties": {"hosts": {"type": "array"}, "credentials": {"type": "array", "default": ["x", "y"]}}}"#;
    let longer = |key: &'static str| {
        saved(builder().schema("app", schema), &dir, |values| {
            values[key].as_array_mut().unwrap().push(json!("c"));
        })
    };
    assert_eq!(
        longer("hosts").unwrap_err(),
        "hosts[0]: nothing is written, because it is from environment variable APP_HOSTS, and the list that it is in would \
         take it into the base file: change the list in the file itself"
    );
    if cfg!(feature = "schema") {
        assert!(
            longer("credentials")
                .unwrap_err()
                .starts_with("credentials[0]: nothing is written, because it is from")
        );
    }
    assert_eq!(text(&dir), "name: a\n");
}

#[cfg(all(feature = "reload", unix))]
#[test]
fn whoever_was_served_the_last_known_good_saves_nothing_over_what_is_there() {
    let dir = Dir::new(&[("app.yaml", "port: 1\nname: a\n")]);
    let schema = r#"{"properties": {"port": {"type": "integer"}}}"#;
    let build = || dir.builder().schema("app", schema).state_dir(dir.path().join("state")).build().unwrap();
    build().load_config("app").unwrap();
    let broken = "port: [\nname: b\n";
    dir.write("app.yaml", broken);
    let system = build();
    let loaded = system.load_config("app").unwrap();
    let save = || system.save_since(&loaded, &json!({"port": 2, "name": "a"}));
    assert!(matches!(save().unwrap_err(), SaveError::Rejected(_)));
    assert_eq!(text(&dir), broken);
    dir.write("app.yaml", "port: 1\nname: b\n");
    let SaveError::Conflict(conflict) = save().unwrap_err() else { panic!("expected a conflict") };
    assert_eq!(conflict.both().count(), 0);
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
        "nothing is written: app was changed since it was loaded; load it again, and save to that\n\
         server.port, changed by both\n  loaded: 80\n  theirs: 81 (DIR/app.yaml:3:9)\n  yours: 82\n\
         name\n  loaded: \"app\"\n  yours: \"mine\"\n\
         password\n  loaded: \"***\"\n  theirs: \"***\" (DIR/app.yaml:8:11)"
    );
    assert_eq!(text(&dir), theirs);
}

#[test]
fn an_edit_that_nobody_was_served_yet_is_a_conflict_of_save_config_too() {
    let dir = Dir::new(&[("app.yaml", "server: {host: a, port: 80}\n")]);
    // Whoever loads looks at the files first.
    let system = dir
        .builder()
        .freshness(enhanced_config::Freshness::Checked)
        .check_interval(std::time::Duration::ZERO)
        .build()
        .unwrap();
    let mut values: serde_json::Value = system.load("app").unwrap();
    let theirs = "server: {host: theirs, port: 80}\n";
    dir.write("app.yaml", theirs);
    values["server"]["port"] = json!(81);
    let SaveError::Conflict(conflict) = system.save_config("app", &values).unwrap_err() else {
        panic!("expected a conflict")
    };
    let keys: Vec<_> = conflict.keys.iter().map(|key| key.path.to_string()).collect();
    assert_eq!(keys, ["server.host", "server.port"]);
    assert_eq!(text(&dir), theirs);
}

#[test]
fn a_change_of_another_layer_is_a_conflict() {
    let dir = Dir::new(&[("app.yaml", "a: 1\nb: 1\n"), ("app.prod.yaml", "c: 1\n")]);
    let system = dir.builder().profile("prod").build().unwrap();
    let loaded = system.load_config("app").unwrap();
    dir.write("app.prod.yaml", "c: 2 # theirs\n");
    let error = system.save_since(&loaded, &json!({"a": 3, "b": 1, "c": 1})).unwrap_err();
    assert_eq!(
        dir.anonymous(&error.to_string()),
        "nothing is written: app was changed since it was loaded; load it again, and save to that\n\
         a\n  loaded: 1\n  yours: 3\nc\n  loaded: 1\n  theirs: 2 (DIR/app.prod.yaml:1:4)"
    );
    assert_eq!(text(&dir), "a: 1\nb: 1\n");
}

#[test]
fn a_conflict_of_many_keys_names_each() {
    const KEYS: u32 = 8_000;
    let all = |value: u32| (0..KEYS).map(|at| format!("key{at}: {value}\n")).collect::<String>();
    let dir = Dir::new(&[("app.yaml", &all(1))]);
    let system = dir.system();
    let loaded = system.load_config("app").unwrap();
    dir.write("app.yaml", all(2));
    let wanted: std::collections::BTreeMap<_, _> = (0..KEYS).map(|at| (format!("key{at}"), at)).collect();
    let error = system.save_since(&loaded, &wanted).unwrap_err();
    let SaveError::Conflict(conflict) = error else { panic!("expected a conflict") };
    assert_eq!(conflict.keys.len(), KEYS as usize);
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
    let loaded = system.load_config("app").unwrap();
    let error = system.save_changes(&loaded, &json!({"name": "mine"})).unwrap_err();
    assert_eq!(
        dir.anonymous(&error.to_string()),
        "name: nothing is written, because DIR/app.local.yaml:1:7 lies over the base file and says otherwise: change it there"
    );
    let refused = system.save_changes(&loaded, &json!({"server": {"port": "http"}}));
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

/// However fast the watcher is: it is either the one who reads what was saved, or does not.
#[cfg(all(feature = "reload", feature = "schema"))]
#[test]
fn a_save_wakes_no_second_reload() {
    use enhanced_config::reload::{Outcome, Received};
    use enhanced_config::schema::Rule;
    use std::sync::atomic::{AtomicU64, Ordering};

    static CHECKS: AtomicU64 = AtomicU64::new(0);
    let counted = Rule::new("counted", |_| {
        CHECKS.fetch_add(1, Ordering::Relaxed);
        None
    });
    let dir = Dir::new(&[("app.yaml", "port: 0\n"), ("other.yaml", "port: 0\n")]);
    let system = dir.builder().rule("app", counted).build().unwrap();
    system.load_config("app").unwrap();
    system.load_config("other").unwrap();
    system.start_hot_reload().unwrap();
    let mut events = system.events();
    let mut next = || match events.next() {
        Some(Received::Event(event)) => (event.name.to_string(), event.new_version, event.outcome.clone()),
        other => panic!("{other:?}"),
    };
    let before = CHECKS.load(Ordering::Relaxed);
    let rounds = 20;
    for round in 1..=rounds {
        system.save_config("app", &json!({"port": round})).unwrap();
        assert_eq!(next(), ("app".to_owned(), round + 1, Outcome::Applied));
        // The watcher is told of the save before it is of this.
        dir.write("new", format!("port: {round}\n"));
        std::fs::rename(dir.path().join("new"), dir.path().join("other.yaml")).unwrap();
        assert_eq!(next(), ("other".to_owned(), round + 1, Outcome::Applied));
    }
    system.stop_hot_reload();
    // Before the save was written, and when it was.
    assert_eq!(CHECKS.load(Ordering::Relaxed) - before, 2 * rounds);
}

mod edited {
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Serialize, Deserialize)]
    struct App {
        name: String,
        #[serde(default = "four")]
        workers: u16,
        #[serde(default)]
        tls: Tls,
        #[serde(default)]
        hosts: Vec<Host>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        #[serde(default, serialize_with = "mask")]
        password: String,
        #[serde(default, alias = "lvl")]
        level: String,
    }

    #[derive(Serialize, Deserialize, Default)]
    struct Tls {
        #[serde(default)]
        enabled: bool,
        #[serde(default)]
        cert: Option<String>,
    }

    #[derive(Serialize, Deserialize)]
    struct Host {
        name: String,
        #[serde(default = "four")]
        port: u16,
    }

    fn four() -> u16 {
        4
    }

    fn mask<S: serde::Serializer>(_: &str, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }

    const TEXT: &str = "name: a # who\nunknown: {x: 1} # to the type\nhosts:\n  - name: one # first\n  - name: two # second\n    port: 2\nnote: n # gone\npassword: 'p'\n";

    /// What the file is when `change` has been saved.
    #[track_caller]
    fn check(text: &str, change: impl Fn(&mut App), expected: Result<&str, &str>) {
        let dir = Dir::new(&[("app.yaml", text)]);
        let system = dir.system();
        let loaded = system.load_config("app").unwrap();
        let mut app: App = loaded.extract().unwrap();
        change(&mut app);
        let saved = system.save_edited(&loaded, &app);
        let found = saved.map(|_| super::text(&dir)).map_err(|error| dir.anonymous(&error.to_string()));
        assert_eq!(found.as_deref().map_err(String::as_str), expected);
        if found.is_ok() {
            let again: App = system.load("app").unwrap();
            assert_eq!(json!(again), json!(app));
        }
    }

    #[test]
    fn a_default_that_only_the_type_knows_is_not_written() {
        check(TEXT, |_| {}, Ok(TEXT));
        check(TEXT, |app| app.name = "b".into(), Ok(&TEXT.replace("name: a", "name: b")));
        check(TEXT, |app| app.workers = 5, Ok(&format!("{TEXT}workers: 5\n")));
        check(TEXT, |app| app.tls.enabled = true, Ok(&format!("{TEXT}tls:\n  enabled: true\n")));
        check(TEXT, |app| app.note = None, Ok(&TEXT.replace("note: n # gone\n", "")));
    }

    #[test]
    fn nor_is_one_in_an_item_of_a_list() {
        let port = |app: &mut App| app.hosts[1].port = 3;
        check(TEXT, port, Ok(&TEXT.replace("port: 2", "port: 3")));
        let name = |app: &mut App| app.hosts[0].name = "uno".into();
        check(TEXT, name, Ok(&TEXT.replace("name: one", "name: uno")));
        let gone = |app: &mut App| drop(app.hosts.remove(0));
        check(TEXT, gone, Ok(&TEXT.replace("  - name: one # first\n", "")));
        // Of a new item all is new.
        let new = |app: &mut App| app.hosts.push(Host { name: "three".into(), port: 4 });
        check(TEXT, new, Ok(&TEXT.replace("port: 2\n", "port: 2\n  - name: three\n    port: 4\n")));
        check(
            "name: a\n",
            |app| app.hosts.push(Host { name: "x".into(), port: 1 }),
            Ok("name: a\nhosts:\n  - name: x\n    port: 1\n"),
        );
    }

    #[test]
    fn what_the_type_could_not_read_any_more_is_not_written() {
        let text = "name: a\nlvl: info\n";
        check(text, |app| app.name = "b".into(), Ok("name: b\nlvl: info\n"));
        check(
            text,
            |app| app.level = "warn".into(),
            Err(
                "nothing is written: configuration app has 1 problem\n  `level` is set twice, under two of its names \
                 (DIR/app.yaml:1:1); its type is read as a whole: further problems inside it may be hidden",
            ),
        );
    }
}
