//! Changes while the program runs: who is asked, who is told, and what is taken back.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::Duration;

use enhanced_config::reload::{Cause, Outcome, Received, ReloadOptions};
use enhanced_config::{Assigned, EnhancedConfigSystem, Problem, ProblemKind};

use crate::dir::Dir;

fn refusal(message: &'static str) -> Problem {
    Problem::error(ProblemKind::Custom { message: message.into() })
}

fn port(system: &EnhancedConfigSystem) -> u16 {
    system.load_config("app").unwrap().get("port").unwrap()
}

fn follow(dir: &Dir) -> Arc<EnhancedConfigSystem> {
    let system = Arc::new(dir.system());
    assert_eq!(port(&system), 1);
    system.start_hot_reload().unwrap();
    system
}

/// What somebody is told, as it comes.
fn told<T>(messages: &Receiver<T>) -> T {
    messages.recv_timeout(Duration::from_secs(20)).expect("it is told")
}

#[test]
fn a_program_asks_for_a_reload() {
    let dir = Dir::new(&[("app.yaml", "port: 1\npassword: hunter2\n")]);
    let system = dir.system();
    let event = system.reload("app").unwrap();
    assert_eq!((event.outcome, event.old_version, event.new_version), (Outcome::Applied, 0, 1));
    assert_eq!(system.reload("app").unwrap().outcome, Outcome::Unchanged);
    dir.write("app.yaml", "port: 2\npassword: hunter3\nnew: x\n");
    let event = system.reload("app").unwrap();
    assert_eq!((&event.outcome, event.new_version), (&Outcome::Applied, 2));
    let lines: Vec<String> = event.changes.iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["~ port: 1 -> 2", "~ password: \"***\" -> \"***\"", "+ new: \"x\""]);
    dir.write("app.yaml", "port: [");
    assert!(matches!(system.reload("app").unwrap().outcome, Outcome::Refused(_)));
    assert_eq!(port(&system), 2);
    assert!(matches!(system.status("app").unwrap().assigned, Assigned::Refused(_)));
    assert!(system.reload("nothing").is_err());
    assert!(system.reload("../app").is_err());
    assert_eq!(system.reload_all().len(), 1);
}

#[test]
fn callbacks_are_told_of_what_they_follow_once_and_read_the_new_version() {
    let dir = Dir::new(&[("app.yaml", "port: 1\nname: a\n")]);
    let system = follow(&dir);
    let (sender, messages) = mpsc::channel();
    let weak = Arc::downgrade(&system);
    let of_port = system.on_change("app", ["port", "nothing"], move |change| {
        let new = change.new_at(&"port".parse().unwrap()).unwrap().as_u64();
        let served = port(&weak.upgrade().unwrap());
        sender.send(("port", new, served)).unwrap();
        Ok(())
    });
    let (sender, names) = mpsc::channel();
    let of_name = system.on_change("app", ["name"], move |_| {
        sender.send(()).unwrap();
        Ok(())
    });
    dir.write("app.yaml", "port: 2\nname: a\n");
    assert_eq!(told(&messages), ("port", Some(2), 2));
    dir.write("app.yaml", "port: 2\nname: b\n");
    told(&names);
    assert!(messages.try_recv().is_err() && names.try_recv().is_err());

    drop(of_port.unwrap());
    dir.write("app.yaml", "port: 3\nname: c\n");
    told(&names);
    assert!(messages.recv().is_err(), "the callback is gone with its subscription");
    drop(of_name);
}

#[test]
fn whoever_is_asked_may_refuse() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let system = follow(&dir);
    let _asked = system.before_change("app", |change| {
        match change.new_at(&"port".parse().unwrap()).and_then(|port| port.as_u64()) {
            Some(80) => Err(refusal("80 is taken")),
            _ => Ok(()),
        }
    });
    let events = system.events();
    dir.write("app.yaml", "port: 80\n");
    let Received::Event(event) = events.recv().unwrap() else { panic!("missed") };
    assert_eq!((event.outcome.name(), event.new_version, port(&system)), ("refused", 1, 1));
    assert!(matches!(&event.cause, Cause::Files(paths) if paths[0].ends_with("app.yaml")), "{event:?}");
    assert_eq!(event.outcome.problems().unwrap().to_string(), "80 is taken");
    dir.write("app.yaml", "port: 81\n");
    let Received::Event(event) = events.recv().unwrap() else { panic!("missed") };
    assert_eq!((event.outcome, port(&system)), (Outcome::Recovered, 81));
}

#[test]
fn a_callback_that_cannot_follow_undoes_the_change_for_all() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let system = dir.system();
    system.load_config("app").unwrap();
    let log = Arc::<Mutex<Vec<_>>>::default();
    let follow = |name: &'static str, bad: u64| {
        let log = Arc::clone(&log);
        let follow = move |change: &enhanced_config::ConfigChange| {
            let new = change.new_at(&"port".parse().unwrap()).unwrap().as_u64().unwrap();
            log.lock().unwrap().push((name, new, change.is_undo()));
            if new == bad { Err(refusal("cannot follow")) } else { Ok(()) }
        };
        system.on_change("app", ["port"], follow).unwrap()
    };
    let _subscriptions = [follow("a", 0), follow("b", 2), follow("c", 0)];
    dir.write("app.yaml", "port: 2\n");
    let event = system.reload("app").unwrap();
    assert!(matches!(event.outcome, Outcome::Undone(_)), "{event}");
    assert_eq!(std::mem::take(&mut *log.lock().unwrap()), [("a", 2, false), ("b", 2, false), ("a", 1, true)]);
    let config = system.load_config("app").unwrap();
    assert_eq!((config.get::<u16>("port").unwrap(), config.version()), (1, 3), "versions rise even so");
    assert_eq!(event.new_version, 3);
    assert!(system.status("app").unwrap().is_degraded());
}

#[test]
fn a_callback_that_panics_is_one_that_failed() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let system = follow(&dir);
    let events = system.events();
    let panics = system.on_change("app", ["port"], |_| panic!("a mistake"));
    let heard = Arc::<AtomicUsize>::default();
    let counted = Arc::clone(&heard);
    let _hears = system.on_reload("app", move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        panic!("another mistake")
    });
    dir.write("app.yaml", "port: 2\n");
    let Received::Event(event) = events.recv().unwrap() else { panic!("missed") };
    assert_eq!((event.outcome.name(), port(&system)), ("undone", 1));
    drop(panics);
    dir.write("app.yaml", "port: 3\n");
    let Received::Event(event) = events.recv().unwrap() else { panic!("missed") };
    assert_eq!((event.outcome, port(&system)), (Outcome::Recovered, 3));
    system.stop_hot_reload();
    assert_eq!(heard.load(Ordering::SeqCst), 2);
}

#[test]
fn a_callback_may_do_whatever_it_likes() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n"), ("other.yaml", "port: 1\n")]);
    let system = follow(&dir);
    let (sender, messages) = mpsc::channel();
    let weak = Arc::downgrade(&system);
    let own = Arc::<OnceLock<_>>::default();
    let itself = Arc::clone(&own);
    let subscription = system.on_change("app", ["port"], move |_| {
        let system = weak.upgrade().unwrap();
        let other = system.load_config("other").unwrap().version();
        let live = *system.live::<serde_json::Value>("app").unwrap().load() == serde_json::json!({"port": 2});
        let reload = system.reload("app").unwrap().outcome;
        let more = system.on_change("app", ["port"], |_| Ok(())).is_ok();
        // Its own subscription, too.
        drop(Arc::clone(&itself));
        sender.send((other, live, reload, more)).unwrap();
        Ok(())
    });
    own.set(subscription.unwrap()).unwrap();
    dir.write("app.yaml", "port: 2\n");
    assert_eq!(told(&messages), (1, true, Outcome::Deferred, true));
    dir.write("other.yaml", "port: 2\n");
    while system.load_config("other").unwrap().version() == 1 {
        std::thread::yield_now();
    }
}

#[test]
fn a_slow_callback_keeps_neither_readers_nor_other_names_waiting() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n"), ("other.yaml", "port: 1\n")]);
    let options = ReloadOptions::default().with_at_once(1).with_slow(Duration::from_millis(100));
    let system = Arc::new(dir.builder().reload_options(options).build().unwrap());
    system.start_hot_reload().unwrap();
    assert_eq!((port(&system), system.load_config("other").unwrap().version()), (1, 1));
    let (began, begins) = mpsc::channel();
    let (go_on, goes_on) = mpsc::channel::<()>();
    let goes_on = Mutex::new(goes_on);
    let _slow = system.on_change("app", ["port"], move |_| {
        began.send(()).unwrap();
        let _ = goes_on.lock().unwrap().recv();
        Ok(())
    });
    let (sender, others) = mpsc::channel();
    let _quick = system.on_change("other", ["port"], move |_| {
        sender.send(()).unwrap();
        Ok(())
    });
    dir.write("app.yaml", "port: 2\n");
    told(&begins);
    dir.write("other.yaml", "port: 2\n");
    told(&others);
    assert_eq!(port(&system), 2, "readers see the new version meanwhile");
    drop(go_on);
}

#[test]
fn dropping_the_system_in_a_callback_is_fine() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    for by_watcher in [true, false] {
        dir.write("app.yaml", "port: 1\n");
        let system = follow(&dir);
        let holder = Arc::new(Mutex::new(None));
        let (sender, messages) = mpsc::channel();
        let held = Arc::clone(&holder);
        let _subscription = system.on_change("app", ["port"], move |_| {
            drop(held.lock().unwrap().take());
            sender.send(()).unwrap();
            Ok(())
        });
        let weak: Weak<EnhancedConfigSystem> = Arc::downgrade(&system);
        let other = (!by_watcher).then(|| Arc::clone(&system));
        *holder.lock().unwrap() = Some(system);
        dir.write("app.yaml", "port: 2\n");
        if let Some(system) = other {
            let _ = system.reload("app");
        }
        told(&messages);
        while weak.upgrade().is_some() {
            std::thread::yield_now();
        }
    }
}

#[cfg(feature = "schema")]
#[test]
fn what_needs_a_restart_stays_and_is_told_once() {
    let schema = r#"{"properties": {"port": {"x-restart-required": true}}}"#;
    let dir = Dir::new(&[("app.yaml", "port: 1\nname: a\n"), ("app.schema.json", schema)]);
    let system = follow(&dir);
    dir.write("app.yaml", "port: 2\nname: b\n");
    let event = system.reload("app").unwrap();
    let shown = |changes: &[enhanced_config::reload::ShownChange]| {
        changes.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(event.outcome, Outcome::Applied);
    assert_eq!(shown(&event.changes), ["~ name: \"a\" -> \"b\""]);
    assert_eq!(shown(&event.pending), ["~ port: 1 -> 2"]);
    assert_eq!(port(&system), 1);
    let status = system.status("app").unwrap();
    assert_eq!((shown(&status.pending), status.is_degraded()), (vec!["~ port: 1 -> 2".to_owned()], false));
    // Back again: nothing waits.
    dir.write("app.yaml", "port: 1\nname: b\n");
    let event = system.reload("app").unwrap();
    assert_eq!((event.outcome, event.pending.len(), port(&system)), (Outcome::Unchanged, 0, 1));
    assert_eq!(port(&dir.system()), 1);
}

#[cfg(feature = "cache")]
#[test]
fn whoever_depends_on_a_configuration_is_told_though_readers_have_forgotten_it() {
    use enhanced_config::cache::{CacheOptions, TierLimits};
    let dir = Dir::new(&[("app.yaml", "port: 1\nname: a\n")]);
    let nothing = TierLimits { bytes: 0, entries: 0 };
    let cache = CacheOptions::default().with_hot(nothing).with_cold(nothing);
    let system = dir.builder().cache(cache).build().unwrap();
    let live = system.live::<serde_json::Value>("app").unwrap();
    let (sender, messages) = mpsc::channel();
    let _told = system.on_change("app", ["port"], move |change| {
        sender.send((change.old_value().version(), change.new_value().version())).unwrap();
        Ok(())
    });
    dir.write("app.yaml", "port: 1\nname: b\n");
    assert_eq!(system.reload("app").unwrap().outcome, Outcome::Applied);
    assert_eq!((live.load()["name"].as_str(), messages.try_recv().ok()), (Some("b"), None));
    dir.write("app.yaml", "port: 2\nname: b\n");
    let event = system.reload("app").unwrap();
    let lines: Vec<String> = event.changes.iter().map(ToString::to_string).collect();
    assert_eq!((lines, told(&messages)), (vec!["~ port: 1 -> 2".to_owned()], (2, 3)));
    assert_eq!(system.load_config("app").unwrap().version(), 3);
    assert_eq!(live.load()["port"], 2);
}

#[test]
fn variables_of_the_process_are_read_at_every_reload() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let system = EnhancedConfigSystem::builder(dir.path()).env_prefix("RELOAD_TEST_").build().unwrap();
    assert_eq!(port(&system), 1);
    // What the process was started with stays: no test changes the variables of all the others.
    assert_eq!(system.reload("app").unwrap().outcome, Outcome::Unchanged);
}

#[cfg(feature = "schema")]
#[test]
fn what_only_the_new_version_knows_to_be_secret_is_shown_by_no_event() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let system = dir.builder().interpolation(true).build().unwrap();
    system.load_config("app").unwrap();
    // Both at once, as an atomic swap of a directory brings them.
    dir.write("app.schema.json", r#"{"properties": {"hook": {"x-secret": true}}}"#);
    dir.write("app.yaml", "port: 1\nhook: c4n4ry\npassword: c4n4ry\nlogin: me:${password}\n");
    let event = system.reload("app").unwrap();
    assert_eq!((event.changes.len(), format!("{event} {event:?}").contains("c4n4ry")), (3, false), "{event}");
    // Nor what only the old one knew.
    std::fs::remove_file(dir.path().join("app.schema.json")).unwrap();
    dir.write("app.yaml", "port: 1\nhook: new\npassword: c4n4ry\nlogin: me\n");
    let event = system.reload("app").unwrap();
    assert_eq!((event.changes.len(), format!("{event} {event:?}").contains("c4n4ry")), (2, false), "{event}");
}

#[test]
fn an_override_says_nothing_about_files_that_cannot_be_used() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let system = dir.system();
    assert_eq!(port(&system), 1);
    dir.write("app.yaml", "port: [");
    assert!(matches!(system.reload("app").unwrap().outcome, Outcome::Refused(_)));
    let events = system.events();
    let guard = system.override_config("app", &serde_json::json!({"port": 2})).unwrap();
    let Received::Event(event) = events.try_recv().unwrap() else { panic!("missed") };
    assert_eq!((event.outcome, event.cause, port(&system)), (Outcome::Applied, Cause::Override, 2));
    assert!(system.status("app").unwrap().is_degraded());
    drop(guard);
    assert_eq!(port(&system), 1);
    assert!(system.status("app").unwrap().is_degraded());
    dir.write("app.yaml", "port: 1\n");
    assert_eq!(system.reload("app").unwrap().outcome, Outcome::Recovered);
    assert!(!system.status("app").unwrap().is_degraded());
}

#[cfg(feature = "schema")]
#[test]
fn what_needs_a_restart_waits_for_it_whatever_overrides_come_and_go() {
    let schema = r#"{"properties": {"port": {"x-restart-required": true}}}"#;
    let dir = Dir::new(&[("app.yaml", "port: 1\nname: a\n"), ("app.schema.json", schema)]);
    let system = dir.system();
    let pending = || system.status("app").unwrap().pending.len();
    assert_eq!(port(&system), 1);
    let guard = system.override_config("app", &serde_json::json!({"name": "c"})).unwrap();
    dir.write("app.yaml", "port: 2\nname: b\n");
    assert_eq!(system.reload("app").unwrap().pending.len(), 1);
    assert_eq!((port(&system), pending()), (1, 1));
    drop(guard);
    let name: String = system.load_config("app").unwrap().get("name").unwrap();
    assert_eq!((name.as_str(), port(&system), pending()), ("b", 1, 1));
    // Whoever overrides a value means it now.
    let guard = system.override_config("app", &serde_json::json!({"port": 3})).unwrap();
    assert_eq!((port(&system), pending()), (3, 1));
    drop(guard);
    assert_eq!((port(&system), pending()), (1, 1));
}

#[test]
fn names_that_do_not_exist_take_no_memory() {
    let dir = Dir::new(&[]);
    let system = dir.system();
    for number in 0..10 {
        assert!(system.reload(&format!("nothing-{number}")).is_err());
        assert!(system.on_change(&format!("nothing-{number}"), ["a["], |_| Ok(())).is_err());
    }
    assert!(format!("{system:?}").contains("configs: []"), "{system:?}");
}

#[cfg(feature = "cache")]
#[test]
fn whoever_subscribes_to_what_readers_have_forgotten_is_told_of_the_next_change() {
    use enhanced_config::cache::{CacheOptions, TierLimits};
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let nothing = TierLimits { bytes: 0, entries: 0 };
    let cache = CacheOptions::default().with_hot(nothing).with_cold(nothing);
    let system = dir.builder().cache(cache).build().unwrap();
    assert_eq!(port(&system), 1);
    let (sender, messages) = mpsc::channel();
    let _told = system.on_change("app", ["port"], move |change| {
        sender
            .send((change.old_value().get::<u16>("port").ok(), change.new_value().get::<u16>("port").ok()))
            .unwrap();
        Ok(())
    });
    dir.write("app.yaml", "port: 2\n");
    system.reload("app").unwrap();
    assert_eq!(messages.try_recv(), Ok((Some(1), Some(2))));
}

/// A clock that the thread that watches asks for the time, and what that does meanwhile.
struct AskedByTheWatcher(Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl enhanced_config::clock::Clock for AskedByTheWatcher {
    fn now(&self) -> enhanced_config::clock::Instant {
        if std::thread::current().name() == Some("config-watch") {
            let meanwhile = self.0.lock().unwrap().take();
            meanwhile.into_iter().for_each(|meanwhile| meanwhile());
        }
        enhanced_config::clock::Clock::now(&enhanced_config::clock::SystemClock)
    }
}

#[test]
fn code_of_the_program_on_the_thread_that_watches_meets_no_lock() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n"), ("other.yaml", "port: 1\n")]);
    let clock = Arc::new(AskedByTheWatcher(Mutex::default()));
    let options = ReloadOptions::default().with_slow(Duration::from_millis(10));
    let system = dir.builder().clock(Arc::clone(&clock) as _).reload_options(options).build().unwrap();
    let system = Arc::new(system);
    let (begin, begins) = mpsc::channel();
    let (done, dones) = mpsc::channel();
    let watcher = Arc::clone(&system);
    *clock.0.lock().unwrap() = Some(Box::new(move || {
        begin.send(()).unwrap();
        while watcher.status("other").is_none() {
            std::thread::yield_now();
        }
        // By now, or soon, the other thread waits for this one.
        (0..1000).for_each(|_| {
            std::thread::yield_now();
            assert_eq!(watcher.is_polling(), None);
        });
        done.send(()).unwrap();
    }));
    assert_eq!(port(&system), 1);
    system.start_hot_reload().unwrap();
    let (end, ends) = mpsc::channel::<()>();
    let ends = Mutex::new(ends);
    let slow = system.on_change("app", ["port"], move |_| {
        let _ = ends.lock().unwrap().recv();
        Ok(())
    });
    dir.write("app.yaml", "port: 2\n");
    told(&begins);
    let loads = Arc::clone(&system);
    let loads = std::thread::spawn(move || loads.load_config("other").unwrap().version());
    told(&dones);
    assert_eq!(loads.join().unwrap(), 1);
    drop(end);
    drop(slow);
}
