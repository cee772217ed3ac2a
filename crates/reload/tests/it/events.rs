//! Events as a channel, for threads and for tasks.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use enhanced_config_core::Problems;
use enhanced_config_reload::{Cause, EventReceiver, Events, NotReceived, Outcome, Received, ReloadEvent};

use crate::subscribers::problem;

fn event(version: u64) -> ReloadEvent {
    ReloadEvent::new("app", Cause::Request, Outcome::Unchanged, version)
}

fn version(received: Received) -> u64 {
    match received {
        Received::Event(event) => event.new_version,
        Received::Missed(count) => panic!("missed {count}"),
    }
}

#[test]
fn receivers_are_sent_and_shared() {
    fn check<T: Send + Sync>() {}
    check::<Events>();
    check::<EventReceiver>();
}

#[test]
fn each_outcome_has_its_word_and_those_that_are_failures_their_problems() {
    let problems = || Problems::from(problem("why"));
    for (outcome, name, is_applied, has_problems) in [
        (Outcome::Applied, "applied", true, false),
        (Outcome::Unchanged, "unchanged", false, false),
        (Outcome::Refused(problems()), "refused", false, true),
        (Outcome::Missing(problems()), "missing", false, true),
        (Outcome::Recovered, "recovered", true, false),
        (Outcome::Undone(problems()), "undone", false, true),
        (Outcome::Deferred, "deferred", false, false),
    ] {
        assert_eq!((outcome.name(), outcome.is_applied()), (name, is_applied));
        assert_eq!(outcome.problems().cloned(), has_problems.then(problems), "{name}");
    }
}

#[test]
fn every_listener_gets_what_is_sent_after_it_came_in_order() {
    let events = Events::new();
    let early = events.listen();
    events.send(&event(1));
    let late = events.listen();
    (2..5).for_each(|version| events.send(&event(version)));
    drop(events);
    assert_eq!(early.map(version).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(late.map(version).collect::<Vec<_>>(), [2, 3, 4]);
}

#[test]
fn whoever_reads_too_slowly_misses_the_oldest_and_is_told() {
    let events = Events::new();
    let (mut slow, quick) = (events.listen(), events.listen());
    for number in 1..=1024 + 7 {
        events.send(&event(number));
        assert_eq!(version(quick.recv().unwrap()), number);
    }
    assert!(matches!(slow.next(), Some(Received::Missed(7))));
    assert_eq!(slow.by_ref().take(1024).map(version).collect::<Vec<_>>(), (8..=1024 + 7).collect::<Vec<_>>());
    assert_eq!(slow.try_recv().unwrap_err(), NotReceived::Yet);
}

#[test]
fn the_end_comes_after_what_was_sent() {
    let events = Events::new();
    let listener = events.listen();
    assert_eq!(listener.try_recv().unwrap_err(), NotReceived::Yet);
    assert_eq!(listener.recv_timeout(Duration::ZERO).unwrap_err(), NotReceived::Yet);
    events.send(&event(1));
    drop(events);
    assert_eq!(version(listener.recv_timeout(Duration::MAX).unwrap()), 1);
    assert_eq!(listener.try_recv().unwrap_err(), NotReceived::Ended);
    assert_eq!(listener.recv_timeout(Duration::MAX).unwrap_err(), NotReceived::Ended);
    assert!(listener.recv().is_none());
}

#[test]
fn whoever_waits_is_woken_by_an_event_and_by_the_end() {
    let events = Events::new();
    let listener = events.listen();
    let (got, gets) = channel();
    let thread = thread::spawn(move || {
        for received in listener {
            got.send(version(received)).unwrap();
        }
    });
    events.send(&event(1));
    assert_eq!(gets.recv(), Ok(1));
    events.send(&event(2));
    assert_eq!(gets.recv(), Ok(2));
    drop(events);
    thread.join().unwrap();
}

#[test]
fn a_listener_that_went_is_forgotten() {
    let events = Events::new();
    let kept = events.listen();
    (0..1000).for_each(|_| drop(events.listen()));
    assert_eq!(format!("{events:?}"), "Events { listeners: 2 }", "the last is seen to have gone by the next");
    events.send(&event(1));
    assert_eq!(format!("{events:?} {kept:?}"), "Events { listeners: 1 } EventReceiver { waiting: 1 }");
}

/// Wakes by unparking a thread.
struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The smallest runtime there is.
fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn a_task_is_woken_by_an_event_and_by_the_end() {
    let events = Events::new();
    let mut listener = events.listen();
    let (got, gets) = channel();
    let task = thread::spawn(move || {
        block_on(async {
            while let Some(received) = listener.recv_async().await {
                got.send(version(received)).unwrap();
            }
        });
    });
    for number in 1..100 {
        events.send(&event(number));
        assert_eq!(gets.recv(), Ok(number));
    }
    drop(events);
    task.join().unwrap();
}

#[test]
fn a_wait_that_is_given_up_loses_nothing() {
    let events = Events::new();
    let mut listener = events.listen();
    let mut context = Context::from_waker(Waker::noop());
    assert!(pin!(listener.recv_async()).poll(&mut context).is_pending());
    events.send(&event(1));
    assert!(matches!(listener.poll_recv(&mut context), Poll::Ready(Some(Received::Event(_)))));
    assert!(listener.poll_recv(&mut context).is_pending());
    drop(events);
    assert!(matches!(listener.poll_recv(&mut context), Poll::Ready(None)));
}

/// Comes back to what wakes it.
struct Listens(Arc<Events>, std::sync::Mutex<Option<EventReceiver>>);

impl Wake for Listens {
    fn wake(self: Arc<Self>) {
        *self.1.lock().unwrap() = Some(self.0.listen());
    }
}

#[test]
fn a_waker_may_do_what_it_likes() {
    let events = Arc::new(Events::new());
    let mut listener = events.listen();
    let waker = Arc::new(Listens(Arc::clone(&events), std::sync::Mutex::default()));
    assert!(listener.poll_recv(&mut Context::from_waker(&Waker::from(Arc::clone(&waker)))).is_pending());
    events.send(&event(1));
    events.send(&event(2));
    let listens = waker.1.lock().unwrap().take().unwrap();
    assert_eq!(version(listens.recv().unwrap()), 2);
    assert_eq!(listener.by_ref().take(2).map(version).collect::<Vec<_>>(), [1, 2]);
}
