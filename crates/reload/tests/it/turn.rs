//! Attempts that run one at a time, whoever asks for them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use enhanced_config_reload::Turn;

#[test]
fn turns_are_shared_among_threads() {
    fn check<T: Send + Sync>() {}
    check::<Turn<u64>>();
}

#[test]
fn an_attempt_that_always_asks_for_another_ends() {
    let (turn, mut attempts) = (Turn::new(), 0);
    let first = turn.run(|| {
        attempts += 1;
        assert_eq!(turn.run(|| 0), None);
        attempts
    });
    assert_eq!((first, attempts), (Some(1), 17));
    assert_eq!(turn.run(|| 18), Some(18), "and holds nobody up");
    assert_eq!(turn.run(|| 19), Some(19));
}

#[test]
fn an_attempt_that_panics_gives_the_turn_back() {
    let turn = Turn::<u64>::new();
    let panics = || turn.run(|| panic!("an attempt that panics"));
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    assert_eq!(turn.run(|| 2), Some(2));
}

#[test]
fn inside_an_attempt_another_turn_that_is_free_is_taken_and_one_that_is_not_is_left_a_note() {
    let (a, b) = (Turn::new(), Turn::new());
    let (has_b, a_asked) = (channel(), channel());
    let attempts = AtomicU64::new(0);
    thread::scope(|scope| {
        let (b, attempts, wait) = (&b, &attempts, a_asked.1);
        scope.spawn(move || {
            b.run(|| {
                if attempts.fetch_add(1, Ordering::Relaxed) == 0 {
                    has_b.0.send(()).unwrap();
                    wait.recv().unwrap();
                }
            })
        });
        has_b.1.recv().unwrap();
        assert_eq!(a.run(|| b.run(|| ())), Some(None));
        a_asked.0.send(()).unwrap();
    });
    assert_eq!(attempts.load(Ordering::Relaxed), 2);
    assert_eq!(a.run(|| b.run(|| ())), Some(Some(())));
}

#[test]
fn many_threads_get_what_began_after_they_asked() {
    let (turn, begun, running) = (Turn::new(), AtomicU64::new(0), AtomicU64::new(0));
    let ask = || {
        for _ in 0..1000 {
            let before = begun.load(Ordering::SeqCst);
            let number = turn.run(|| {
                assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
                let number = begun.fetch_add(1, Ordering::SeqCst) + 1;
                running.fetch_sub(1, Ordering::SeqCst);
                number
            });
            assert!(number.unwrap() > before);
        }
    };
    thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(ask))));
}

/// Somebody who writes logs, and asks for an attempt whenever there is something to write.
struct Asks(Arc<Turn<u32>>, Sender<Option<u32>>);

impl tracing::Subscriber for Asks {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {
        self.1.send(self.0.run(|| 1)).unwrap();
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn whoever_writes_the_log_may_ask_for_an_attempt() {
    let turn = Arc::new(Turn::new());
    let (asked, asks) = channel();
    let asking = Arc::clone(&turn);
    thread::spawn(move || {
        tracing::subscriber::with_default(Asks(Arc::clone(&asking), asked), || {
            // Asks each time, which is written down at last.
            asking.run(|| asking.run(|| 0).unwrap_or_default())
        })
    });
    assert_eq!(asks.recv_timeout(Duration::from_secs(20)), Ok(Some(1)));
}
