//! Who is asked and told, in which order, and what callbacks may do meanwhile.

use std::sync::{Arc, Mutex, OnceLock};

use enhanced_config_clock::SystemClock;
use enhanced_config_core::{Document, KeyPath, Layer, LayerKind, Problem, ProblemKind};
use enhanced_config_reload::{
    Board, Calls, Cause, Outcome, Publication, ReloadEvent, Stopped, Subscribers, Subscription, Turn,
};
use serde_json::{Value, json};

pub(crate) fn document(json: &Value) -> Document {
    Document::from_serialize(json, Layer::new(LayerKind::Base, "app.yaml")).unwrap()
}

pub(crate) fn at(path: &str) -> KeyPath {
    path.parse().unwrap()
}

pub(crate) fn problem(message: &'static str) -> Problem {
    Problem::error(ProblemKind::Custom { message: message.into() })
}

type Change = Publication<Document>;
type Answer = Result<(), Problem>;

/// A configuration, its callbacks, and what they wrote down.
struct System {
    board: Board<Document>,
    subscribers: Subscribers<Document>,
    log: Arc<Mutex<Vec<String>>>,
}

impl System {
    fn new(json: &Value) -> Arc<Self> {
        Arc::new(Self {
            board: Board::new(document(json)),
            subscribers: Subscribers::new("app", Arc::new(Calls::new(Arc::new(SystemClock)))),
            log: Arc::default(),
        })
    }

    fn publish(&self, json: &Value) -> Result<(), Stopped> {
        let next = self.board.prepare(document(json)).unwrap();
        let change =
            Publication::new(self.board.whole().load().into_arc(), next.value(), |document| document);
        let swap = || {
            next.exchange();
            self.log("swap");
        };
        let swap_back = || {
            next.exchange();
            self.log("swap back");
        };
        self.subscribers.publish(&change, swap, swap_back)
    }

    fn log(&self, line: impl Into<String>) {
        self.log.lock().unwrap().push(line.into());
    }

    /// What was written down since the last time.
    fn told(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.lock().unwrap())
    }

    /// A callback that writes itself down and answers.
    fn answers(
        &self,
        name: &'static str,
        answer: impl Fn(&Change) -> Answer + Send + Sync + 'static,
    ) -> impl Fn(&Change) -> Answer + Send + Sync + 'static {
        let log = Arc::clone(&self.log);
        move |change| {
            log.lock().unwrap().push(if change.is_undo() {
                format!("{name} undone")
            } else {
                name.to_owned()
            });
            answer(change)
        }
    }

    fn asks(&self, name: &'static str, answer: Answer) -> Subscription {
        self.subscribers.before_change(self.answers(name, move |_| answer.clone()))
    }

    fn tells(&self, name: &'static str, path: &str, answer: Answer) -> Subscription {
        self.subscribers.on_change([at(path)], self.answers(name, move |_| answer.clone()))
    }

    fn port(&self) -> u64 {
        self.board.whole().load().get("port").unwrap().as_u64().unwrap()
    }
}

#[test]
fn everybody_is_asked_before_anybody_is_told() {
    let system = System::new(&json!({ "port": 1 }));
    let _told = [system.tells("first", "port", Ok(())), system.tells("second", "", Ok(()))];
    let _asked = [system.asks("ask", Ok(())), system.asks("ask again", Ok(()))];
    system.publish(&json!({ "port": 2 })).unwrap();
    assert_eq!(system.told(), ["ask", "ask again", "swap", "first", "second"]);
}

#[test]
fn a_change_shows_its_direction_and_not_what_may_be_secret() {
    let system = System::new(&json!({ "port": 1 }));
    let shown = Arc::new(Mutex::new(Vec::new()));
    let show = Arc::clone(&shown);
    let _told = [
        system.subscribers.on_change([at("port")], move |change: &Change| {
            show.lock().unwrap().push(format!("{change:?}"));
            Ok(())
        }),
        system.tells("b", "port", Err(problem("no"))),
    ];
    system.publish(&json!({ "port": 2 })).unwrap_err();
    let expected = ["Publication { is_undo: false, .. }", "Publication { is_undo: true, .. }"];
    assert_eq!(*shown.lock().unwrap(), expected);
    assert_eq!(format!("{:?}", system.subscribers), r#"Subscribers { name: "app", .. }"#);
}

#[test]
fn all_refusals_are_reported_and_nothing_changes() {
    let system = System::new(&json!({ "port": 1 }));
    let _told = system.tells("told", "port", Ok(()));
    let _asked = [
        system.asks("a", Err(problem("no"))),
        system.asks("b", Ok(())),
        system.asks("c", Err(Problem::warning(ProblemKind::Missing).with_path(at("port")))),
    ];
    let stopped = system.publish(&json!({ "port": 2 })).unwrap_err();
    assert_eq!(stopped.to_string(), "refused: no\nport: missing");
    assert!(matches!(stopped, Stopped::Refused(_)));
    assert_eq!((system.told().as_slice(), system.port()), (["a", "b", "c"].map(String::from).as_slice(), 1));
    assert_eq!(system.board.whole().version(), 1);
}

#[test]
fn who_cannot_follow_undoes_and_the_last_is_told_first() {
    let system = System::new(&json!({ "port": 1 }));
    let _told = [
        system.tells("a", "port", Ok(())),
        system.tells("b", "port", Ok(())),
        system.tells("c", "port", Err(problem("address in use"))),
        system.tells("d", "port", Ok(())),
    ];
    let stopped = system.publish(&json!({ "port": 2 })).unwrap_err();
    assert_eq!(stopped.to_string(), "undone: address in use");
    assert_eq!(system.told(), ["swap", "a", "b", "c", "swap back", "b undone", "a undone"]);
    assert_eq!((system.port(), system.board.whole().version()), (1, 3));
}

#[test]
fn the_way_back_exchanges_old_and_new_and_its_failures_are_reported() {
    let system = System::new(&json!({ "port": 1 }));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let see = Arc::clone(&seen);
    let _told = [
        system.subscribers.on_change([at("port")], move |change: &Change| {
            let port = |node: Option<enhanced_config_core::NodeRef<'_>>| node.unwrap().as_u64().unwrap();
            see.lock().unwrap().push((port(change.old_at(&at("port"))), port(change.new_at(&at("port")))));
            if change.is_undo() { Err(problem("stuck")) } else { Ok(()) }
        }),
        system.tells("b", "port", Err(problem("address in use"))),
    ];
    let stopped = system.publish(&json!({ "port": 2 })).unwrap_err();
    assert_eq!(stopped.to_string(), "undone: address in use\nstuck");
    assert_eq!(*seen.lock().unwrap(), [(1, 2), (2, 1)]);
}

/// Publishes `new` over `old`; says which of these paths count as changed.
fn changed<'a>(old: &Value, new: &Value, paths: &[&'a str]) -> Vec<&'a str> {
    let change = Publication::new(document(old), document(new), |document| document);
    paths.iter().copied().filter(|path| change.changes(&at(path))).collect()
}

#[test]
fn a_value_changes_with_what_is_below_it_and_above_it() {
    let old = json!({ "db": { "port": 1, "host": "a" }, "tls": null });
    let paths = ["", "db", "db.port", "db.host", "db.host.x", "tls", "new"];
    let check = |new, expected: &[&str]| assert_eq!(changed(&old, &new, &paths), expected, "{new}");
    check(json!({ "tls": null, "db": { "host": "a", "port": 1 } }), &[]);
    check(json!({ "db": { "port": 2, "host": "a" }, "tls": null }), &["", "db", "db.port"]);
    check(json!({ "db": null, "tls": null }), &["", "db", "db.port", "db.host"]);
    check(
        json!({ "db": { "port": 1, "host": { "x": 1 } }, "tls": null }),
        &["", "db", "db.host", "db.host.x"],
    );
    check(json!({ "db": { "port": 1, "host": "a" } }), &["", "tls"]);
    check(json!({ "db": { "port": 1, "host": "a" }, "tls": null, "new": null }), &["", "new"]);
}

#[test]
fn whose_paths_did_not_change_is_not_told_and_whose_did_is_told_once() {
    let system = System::new(&json!({ "port": 1, "host": "a" }));
    let both = system.answers("both", |_| Ok(()));
    let _told = [
        system.tells("host", "host", Ok(())),
        system.subscribers.on_change([at("port"), at("host"), at("")], both),
        system.subscribers.on_change([], system.answers("nothing", |_| Ok(()))),
    ];
    system.publish(&json!({ "port": 2, "host": "a" })).unwrap();
    assert_eq!(system.told(), ["swap", "both"]);
    system.publish(&json!({ "port": 3, "host": "b" })).unwrap();
    assert_eq!(system.told(), ["swap", "host", "both"]);
}

#[test]
fn a_callback_that_panics_is_one_that_failed() {
    let system = System::new(&json!({ "port": 1 }));
    let asked = system.subscribers.before_change(|_: &Change| panic!("a callback that panics"));
    let line = line!() - 1;
    let stopped = system.publish(&json!({ "port": 2 })).unwrap_err();
    let expected = format!("the before_change callback registered at {}:{line}:36 panicked", file!());
    assert_eq!(stopped.to_string(), format!("refused: {expected}"));
    drop(asked);

    let _told = system.tells("told", "port", Ok(()));
    let panics = system.answers("panics", |_| panic!("a callback that panics"));
    let panics = system.subscribers.on_change([at("port")], panics);
    let stopped = system.publish(&json!({ "port": 2 })).unwrap_err();
    assert!(matches!(&stopped, Stopped::Undone(problems) if problems.len() == 1), "{stopped}");
    assert_eq!(system.told(), ["swap", "told", "panics", "swap back", "told undone"]);
    drop(panics);

    system.publish(&json!({ "port": 2 })).unwrap();
    assert_eq!((system.told().len(), system.port()), (2, 2), "and nothing is poisoned");
}

#[test]
fn dropping_a_subscription_ends_it_and_detaching_does_not() {
    let system = System::new(&json!({ "port": 1 }));
    let ended = system.tells("ended", "port", Ok(()));
    system.tells("detached", "port", Ok(())).detach();
    drop(ended);
    system.publish(&json!({ "port": 2 })).unwrap();
    assert_eq!(system.told(), ["swap", "detached"]);
}

#[test]
fn nobody_is_registered_once_each_subscription_has_ended() {
    let system = System::new(&json!({}));
    let kinds: [fn(&Subscribers<Document>) -> Subscription; 3] = [
        |subscribers| subscribers.before_change(|_| Ok(())),
        |subscribers| subscribers.on_change([at("port")], |_| Ok(())),
        |subscribers| subscribers.on_reload(|_| ()),
    ];
    for subscribe in kinds {
        assert!(system.subscribers.is_empty());
        let subscription = subscribe(&system.subscribers);
        assert!(!system.subscribers.is_empty());
        drop(subscription);
    }
    assert!(system.subscribers.is_empty());
}

#[test]
fn a_callback_may_end_itself_and_those_after_it() {
    let system = System::new(&json!({ "port": 1 }));
    let own = Arc::new(Mutex::new(Vec::<Subscription>::new()));
    let ends = Arc::clone(&own);
    let first = system.answers("first", move |_| {
        ends.lock().unwrap().clear();
        Ok(())
    });
    let first = system.subscribers.on_change([at("port")], first);
    let second = system.tells("second", "port", Ok(()));
    let _third = system.tells("third", "port", Err(problem("no")));
    own.lock().unwrap().extend([first, second]);
    system.publish(&json!({ "port": 2 })).unwrap_err();
    assert_eq!(system.told(), ["swap", "first", "third", "swap back"], "nor is who ended told of the undo");
}

#[test]
fn a_callback_may_own_subscriptions_of_its_own_list() {
    let system = System::new(&json!({ "port": 1 }));
    let inner = system.tells("inner", "port", Ok(()));
    let outer = system.subscribers.on_change([at("port")], move |_: &Change| {
        let _owned = &inner;
        Ok(())
    });
    drop(outer);
    system.publish(&json!({ "port": 2 })).unwrap();
    assert_eq!(system.told(), ["swap"]);
}

#[test]
fn a_callback_may_load_subscribe_and_publish() {
    let system = System::new(&json!({ "port": 1 }));
    let inner = Arc::clone(&system);
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&kept);
    let uses = system.answers("uses", move |_| {
        inner.log(format!("loads {}", inner.port()));
        if inner.port() == 2 {
            keep.lock().unwrap().push(inner.tells("late", "port", Ok(())));
            inner.publish(&json!({ "port": 3 })).unwrap();
        }
        Ok(())
    });
    let uses = system.subscribers.on_change([at("port")], uses);
    system.publish(&json!({ "port": 2 })).unwrap();
    assert_eq!(system.told(), ["swap", "uses", "loads 2", "swap", "uses", "loads 3", "late"]);
    drop((uses, kept));
}

#[test]
fn whoever_subscribes_while_asked_is_told() {
    let system = System::new(&json!({ "port": 1 }));
    let (inner, kept) = (Arc::downgrade(&system), OnceLock::new());
    let asked = system.subscribers.before_change(move |_: &Change| {
        let system = inner.upgrade().unwrap();
        kept.get_or_init(|| system.tells("late", "port", Ok(())));
        Ok(())
    });
    system.publish(&json!({ "port": 2 })).unwrap();
    assert_eq!(system.told(), ["swap", "late"]);
    drop(asked);
}

#[test]
fn the_last_owner_may_be_a_callback_and_a_subscription_may_be_the_last_to_go() {
    let system = System::new(&json!({ "port": 1 }));
    let log = Arc::clone(&system.log);
    let owner = Mutex::new(Some(Arc::clone(&system)));
    let drops = system.answers("drops", move |_| {
        drop(owner.lock().unwrap().take());
        Ok(())
    });
    let subscription = system.subscribers.on_change([at("port")], drops);
    let weak = Arc::downgrade(&system);
    system.publish(&json!({ "port": 2 })).unwrap();
    drop(system);
    assert!(weak.upgrade().is_none());
    assert_eq!(log.lock().unwrap().concat(), "swapdrops");
    drop(subscription);
}

#[test]
fn events_reach_everybody_whatever_one_of_them_does() {
    let system = System::new(&json!({ "port": 1 }));
    let log = Arc::clone(&system.log);
    let _panics = system.subscribers.on_reload(|_| panic!("a callback that panics"));
    let _hears = system.subscribers.on_reload(move |event| log.lock().unwrap().push(event.to_string()));
    system.subscribers.tell(&ReloadEvent::new("app", Cause::Request, Outcome::Unchanged, 1));
    assert_eq!(system.told(), ["app: unchanged, version 1, in 0.0ns"]);
}

#[test]
fn a_callback_may_reload_what_it_is_called_for() {
    let system = System::new(&json!({ "port": 1 }));
    let (turn, wanted) = (Arc::new(Turn::new()), Arc::new(Mutex::new(2)));
    let reload = |system: &System, turn: &Turn<_>, wanted: &Mutex<u64>| {
        turn.run(|| {
            let port = *wanted.lock().unwrap();
            system.publish(&json!({ "port": port })).is_ok()
        })
    };
    let inner = (Arc::downgrade(&system), Arc::clone(&turn), Arc::clone(&wanted));
    let again = system.answers("again", move |change| {
        let (system, turn, wanted) = &inner;
        if change.new_at(&at("port")).unwrap().as_u64() == Some(2) {
            *wanted.lock().unwrap() = 3;
            assert_eq!(reload(&system.upgrade().unwrap(), turn, wanted), None, "it is done afterwards");
        }
        Ok(())
    });
    let _told = [system.subscribers.on_change([at("port")], again), system.tells("other", "port", Ok(()))];
    assert_eq!(reload(&system, &turn, &wanted), Some(true));
    assert_eq!(system.told(), ["swap", "again", "other", "swap", "again", "other"]);
    assert_eq!(system.port(), 3);
}
