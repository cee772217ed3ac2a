//! Typed handles that follow a configuration.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use enhanced_config::reload::Outcome;
use serde::Deserialize;
use serde_json::json;

use crate::dir::Dir;

#[derive(Debug, Deserialize, PartialEq)]
struct App {
    port: u16,
    db: Db,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Db {
    pool: u32,
    spare: u32,
}

fn text(port: u16, pool: u32) -> String {
    format!("port: {port}\ndb: {{pool: {pool}, spare: {}}}\n", 100 - pool)
}

#[test]
fn all_handles_of_a_configuration_change_together() {
    let dir = Dir::new(&[("app.yaml", &text(1, 10))]);
    let system = dir.system();
    let live = system.live::<App>("app").unwrap();
    let pool = live.section(|app| &app.db.pool);
    let mut reader = live.reader();
    assert_eq!((live.load().port, *pool.load(), reader.read().port, live.version()), (1, 10, 1, 1));
    dir.write("app.yaml", text(2, 20));
    assert_eq!(system.reload("app").unwrap().outcome, Outcome::Applied);
    assert_eq!((live.load().port, *pool.load(), reader.read().port, live.version()), (2, 20, 2, 2));
    assert_eq!(system.load_config("app").unwrap().version(), 2);
}

#[test]
fn what_does_not_fit_a_handle_is_refused_with_every_problem() {
    let dir = Dir::new(&[("app.yaml", &text(1, 10))]);
    let system = dir.system();
    let live = system.live::<App>("app").unwrap();
    dir.write("app.yaml", "port: many\ndb: {pool: 10}\n");
    let event = system.reload("app").unwrap();
    let problems = event.outcome.problems().unwrap().to_string();
    assert!(matches!(event.outcome, Outcome::Refused(_)), "{event}");
    assert!(problems.contains("port") && problems.contains("db.spare"), "{problems}");
    assert_eq!((live.load().port, system.load_config("app").unwrap().version()), (1, 1));

    // Nobody reads it as that type any more.
    drop(live);
    dir.write("app.yaml", "port: many\n");
    assert_eq!(system.reload("app").unwrap().outcome, Outcome::Recovered);
    let error = system.live::<App>("app").unwrap_err();
    assert!(error.to_string().contains("port"), "{error}");
}

#[test]
fn handles_follow_overrides_and_their_end() {
    let dir = Dir::new(&[("app.yaml", &text(1, 10))]);
    let system = dir.system();
    let live = system.live::<App>("app").unwrap();
    let guard = system.override_config("app", &json!({"port": 9})).unwrap();
    assert_eq!(live.load().port, 9);
    drop(guard);
    assert_eq!((live.load().port, live.version()), (1, 3));
}

#[test]
fn readers_never_see_half_of_a_change_nor_an_older_one() {
    let dir = Dir::new(&[("app.yaml", &text(1, 10))]);
    let system = Arc::new(dir.system());
    let live = system.live::<App>("app").unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let (mut reader, mut version) = (live.reader(), 0);
                while !done.load(Ordering::Relaxed) {
                    let app = live.load();
                    assert_eq!(app.db.pool + app.db.spare, 100);
                    assert!(app.version() >= version, "versions never fall");
                    version = app.version();
                    let db = &reader.read().db;
                    assert_eq!(db.pool + db.spare, 100);
                    assert!(reader.version() >= version);
                    let config = system.load_config("app").unwrap();
                    let at = |path| config.get::<u32>(path).unwrap();
                    assert_eq!(at("db.pool") + at("db.spare"), 100);
                }
            });
        }
        // Each override is a swap, and its end another.
        for pool in 0..500 {
            let db = json!({"db": {"pool": pool % 100, "spare": 100 - pool % 100}});
            drop(system.override_config("app", &db).unwrap());
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(live.version() > 900, "{}", live.version());
}

/// A clock that lets something happen between two steps of whoever asks it for the time.
struct Meanwhile(std::sync::Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl enhanced_config::clock::Clock for Meanwhile {
    fn now(&self) -> enhanced_config::clock::Instant {
        let meanwhile = self.0.lock().unwrap().take();
        meanwhile.into_iter().for_each(|meanwhile| meanwhile());
        enhanced_config::clock::Instant::from_nanos(0)
    }
}

#[test]
fn a_handle_taken_while_the_configuration_changes_shows_what_is_served() {
    let dir = Dir::new(&[("app.yaml", &text(1, 10))]);
    let clock = Arc::new(Meanwhile(std::sync::Mutex::default()));
    let system = Arc::new(dir.builder().clock(Arc::clone(&clock) as _).build().unwrap());
    system.load_config("app").unwrap();
    dir.write("app.yaml", text(2, 20));
    let other = Arc::clone(&system);
    *clock.0.lock().unwrap() = Some(Box::new(move || drop(other.reload("app").unwrap())));
    // Asks for the time after it has found version 1.
    let live = system.live::<App>("app").unwrap();
    assert_eq!((live.load().port, live.version(), system.load_config("app").unwrap().version()), (2, 2, 2));
}
