//! Which callbacks take too long.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use enhanced_config_clock::ManualClock;
use enhanced_config_core::{Document, KeyPath, Problem};
use enhanced_config_reload::{Board, CallbackKind, Calls, Publication, Subscribers};
use serde_json::json;

use crate::subscribers::{document, problem};

const LIMIT: Duration = Duration::from_secs(5);

type Change = Publication<Document>;

/// A callback that runs until it is told to end.
fn slow() -> (impl Fn(&Change) -> Result<(), Problem> + Send + Sync + 'static, Receiver<()>, Sender<()>) {
    let ((started, has_started), (end, may_end)) = (channel(), channel());
    let may_end = Mutex::new(may_end);
    let run = move |_: &Change| {
        started.send(()).unwrap();
        may_end.lock().unwrap().recv().unwrap();
        Ok(())
    };
    (run, has_started, end)
}

fn publish(subscribers: &Subscribers<Document>) {
    let change =
        Publication::new(document(&json!({ "a": 1 })), document(&json!({ "a": 2 })), |document| document);
    subscribers.publish(&change, || (), || ()).unwrap();
}

#[test]
fn a_slow_callback_is_told_of_once_and_delays_no_other_name() {
    let clock = Arc::new(ManualClock::new());
    let calls = Arc::new(Calls::new(Arc::clone(&clock) as _));
    let slow_name = Subscribers::new("slow", Arc::clone(&calls));
    let quick_name = Subscribers::<Document>::new("quick", Arc::clone(&calls));
    let (run, started, end) = slow();
    slow_name.before_change(run).detach();
    thread::scope(|scope| {
        scope.spawn(|| publish(&slow_name));
        started.recv().unwrap();
        clock.advance(LIMIT - Duration::from_nanos(1));
        assert_eq!(calls.overdue(LIMIT), []);
        publish(&quick_name);
        clock.advance(Duration::from_nanos(1));
        let [overdue] = <[_; 1]>::try_from(calls.overdue(LIMIT)).unwrap();
        assert_eq!(
            (&*overdue.name, overdue.callback.kind, overdue.elapsed),
            ("slow", CallbackKind::BeforeChange, LIMIT)
        );
        let registered = overdue.callback.registered;
        assert_eq!(registered.file(), file!());
        let place = format!("{}:{}:{}", file!(), registered.line(), registered.column());
        let expected =
            format!("slow: the before_change callback registered at {place} has been running for 5.0s");
        assert_eq!(overdue.to_string(), expected);
        clock.advance(LIMIT);
        assert_eq!(calls.overdue(LIMIT), [], "it was told of");
        end.send(()).unwrap();
    });
    clock.advance(LIMIT);
    assert_eq!(calls.overdue(Duration::ZERO), [], "nothing runs any more");
}

#[test]
fn all_that_are_slow_are_told_of_the_oldest_first() {
    let clock = Arc::new(ManualClock::new());
    let calls = Arc::new(Calls::new(Arc::clone(&clock) as _));
    let names = ["c", "a", "b"].map(|name| Subscribers::new(name, Arc::clone(&calls)));
    thread::scope(|scope| {
        let mut ends = Vec::new();
        for subscribers in &names {
            let (run, started, end) = slow();
            subscribers.before_change(run).detach();
            scope.spawn(|| publish(subscribers));
            started.recv().unwrap();
            ends.push(end);
            clock.advance(LIMIT);
        }
        let overdue = calls.overdue(LIMIT);
        let told: Vec<_> = overdue.iter().map(|overdue| (&*overdue.name, overdue.elapsed)).collect();
        assert_eq!(told, [("c", 3 * LIMIT), ("a", 2 * LIMIT), ("b", LIMIT)]);
        assert!(format!("{calls:?}").contains("running: 3"));
        ends.iter().for_each(|end| end.send(()).unwrap());
    });
    assert!(format!("{calls:?}").contains("running: 0"));
}

#[test]
fn each_call_that_ended_is_observed_and_to_refuse_is_to_succeed() {
    type Answer = fn() -> Result<(), Problem>;
    let (agrees, panics): (Answer, Answer) = (|| Ok(()), || panic!("a callback that panics"));
    let refuses: Answer = || Err(problem("no"));
    for (kind, answer, expected) in [
        (CallbackKind::BeforeChange, agrees, true),
        (CallbackKind::BeforeChange, refuses, true),
        (CallbackKind::BeforeChange, panics, false),
        (CallbackKind::OnChange, agrees, true),
        (CallbackKind::OnChange, refuses, false),
        (CallbackKind::OnChange, panics, false),
    ] {
        let (clock, seen) = (Arc::new(ManualClock::new()), Arc::new(Mutex::new(Vec::new())));
        let see = Arc::clone(&seen);
        let calls = Calls::observed(Arc::clone(&clock) as _, move |name, took, succeeded| {
            see.lock().unwrap().push((name.to_string(), took, succeeded));
        });
        let subscribers = Subscribers::new("app", Arc::new(calls));
        let run = move |_: &Change| {
            clock.advance(LIMIT);
            answer()
        };
        let _registered = match kind {
            CallbackKind::BeforeChange => subscribers.before_change(run),
            _ => subscribers.on_change([KeyPath::root()], run),
        };
        let [old, new] = [1, 2].map(|value| document(&json!({ "a": value })));
        let _ = subscribers.publish(&Publication::new(old, new, |document| document), || (), || ());
        assert_eq!(*seen.lock().unwrap(), [("app".to_owned(), LIMIT, expected)], "{kind}");
    }
}

#[test]
fn a_call_that_panicked_does_not_run_any_more() {
    let calls = Arc::new(Calls::new(Arc::new(ManualClock::new())));
    let subscribers = Subscribers::<Document>::new("app", Arc::clone(&calls));
    let panics = |_: &Change| panic!("a callback that panics");
    subscribers.before_change(panics).detach();
    let change = Publication::new(document(&json!({})), document(&json!({})), |document| document);
    subscribers.publish(&change, || (), || ()).unwrap_err();
    assert_eq!(calls.overdue(Duration::ZERO), []);
}

#[test]
fn a_slow_callback_holds_no_reader_up() {
    let board = Board::new(document(&json!({ "a": 1 })));
    let subscribers = Subscribers::new("app", Arc::new(Calls::new(Arc::new(ManualClock::new()))));
    let (run, started, end) = slow();
    subscribers.on_change([KeyPath::root()], run).detach();
    let mut reader = board.whole().reader();
    thread::scope(|scope| {
        scope.spawn(|| {
            let next = board.prepare(document(&json!({ "a": 2 }))).unwrap();
            let old = board.whole().load().into_arc();
            let change = Publication::new(old, next.value(), |document| document);
            subscribers.publish(&change, || next.exchange(), || next.exchange())
        });
        started.recv().unwrap();
        let value = |document: &Document| document.get("a").unwrap().as_u64();
        assert_eq!((value(&board.whole().load()), value(reader.read())), (Some(2), Some(2)));
        let live = board.live(&KeyPath::root(), move |document: &Document| Ok(value(document))).unwrap();
        assert_eq!(*live.load(), Some(2));
        subscribers.on_reload(|_| ()).detach();
        end.send(()).unwrap();
    });
}
