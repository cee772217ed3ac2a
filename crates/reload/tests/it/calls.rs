//! Which callbacks take too long.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use enhanced_config_clock::ManualClock;
use enhanced_config_core::Document;
use enhanced_config_reload::{CallbackKind, Calls, Publication, Subscribers};
use serde_json::json;

use crate::subscribers::document;

const LIMIT: Duration = Duration::from_secs(5);

/// A callback that runs until it is told to end.
fn slow(subscribers: &Subscribers<Document>) -> (Receiver<()>, Sender<()>) {
    let ((started, has_started), (end, may_end)) = (channel(), channel());
    let may_end = std::sync::Mutex::new(may_end);
    let wait = move |_: &Publication<Document>| {
        started.send(()).unwrap();
        may_end.lock().unwrap().recv().unwrap();
        Ok(())
    };
    subscribers.before_change(wait).detach();
    (has_started, end)
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
    let (started, end) = slow(&slow_name);
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
fn a_call_that_panicked_does_not_run_any_more() {
    let calls = Arc::new(Calls::new(Arc::new(ManualClock::new())));
    let subscribers = Subscribers::<Document>::new("app", Arc::clone(&calls));
    let panics = |_: &Publication<Document>| panic!("a callback that panics");
    subscribers.before_change(panics).detach();
    let change = Publication::new(document(&json!({})), document(&json!({})), |document| document);
    subscribers.publish(&change, || (), || ()).unwrap_err();
    assert_eq!(calls.overdue(Duration::ZERO), []);
}
