//! Orders of the steps of threads, chosen by `shuttle`. A wake-up that is lost is a deadlock to it, and found.

use super::{Bulkhead, BulkheadOptions, Rejected};
use crate::AsyncSleep;
use enhanced_config_clock::{Clock, Instant};
use shuttle::future::block_on;
use shuttle::sync::atomic::{AtomicU64, Ordering::SeqCst};
use shuttle::thread;
use std::future::{Future, pending};
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

/// Time stands still: whoever waits is woken, or waits for ever.
struct Still;

impl Clock for Still {
    fn now(&self) -> Instant {
        Instant::default()
    }
}

impl AsyncSleep for Still {
    fn sleep(&self, _: Duration) -> impl Future<Output = ()> {
        pending()
    }
}

fn bulkhead(in_flight: u32, waiting: u32) -> Bulkhead {
    Bulkhead::new(BulkheadOptions::default().with_max_in_flight(in_flight).with_max_waiting(waiting)).unwrap()
}

fn spawn_all(threads: u64, work: impl Fn(u64) + Send + Sync) {
    let work = &work;
    thread::scope(|scope| {
        for number in 0..threads {
            scope.spawn(move || work(number));
        }
    });
}

fn is_empty(bulkhead: &Bulkhead) {
    let seen = bulkhead.snapshot();
    assert_eq!((seen.in_flight, seen.waiting), (0, 0));
    assert!(!bulkhead.word().is_queued());
}

/// Threads and futures wait for places: never more are in than there are places, and all get in.
fn waiting() {
    let (bulkhead, inside) = (bulkhead(2, 4), AtomicU64::new(0));
    spawn_all(4, |number| {
        let place = if number % 2 == 0 {
            bulkhead.wait(&Still)
        } else {
            block_on(bulkhead.wait_async(&Still, &Still))
        };
        assert!(inside.fetch_add(1, SeqCst) < 2);
        inside.fetch_sub(1, SeqCst);
        drop(place.unwrap());
    });
    is_empty(&bulkhead);
}

/// One that waits goes while it is handed a place: the place is not lost, and those after it get in.
fn leaving() {
    let bulkhead = bulkhead(1, 4);
    spawn_all(3, |number| {
        if number == 0 {
            let mut waiting = pin!(bulkhead.wait_async(&Still, &Still));
            let _ = waiting.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        } else {
            drop(bulkhead.wait(&Still).unwrap());
        }
    });
    is_empty(&bulkhead);
}

/// The queue's bound holds, and whoever is refused is refused because it is full.
fn bounded() {
    let (bulkhead, refused) = (bulkhead(1, 1), AtomicU64::new(0));
    spawn_all(3, |_| match bulkhead.wait(&Still) {
        Ok(place) => drop(place),
        Err(rejected) => {
            assert_eq!(rejected, Rejected::Full);
            refused.fetch_add(1, SeqCst);
        }
    });
    assert!(refused.load(SeqCst) <= 1);
    assert_eq!(bulkhead.snapshot().rejected, refused.load(SeqCst));
    is_empty(&bulkhead);
}

/// The limit rises and falls while places are taken and handed on.
fn changing() {
    let bulkhead = bulkhead(1, 4);
    let limit = |most| bulkhead.set_options(BulkheadOptions::default().with_max_in_flight(most)).unwrap();
    spawn_all(4, |number| match number {
        0 => [3, 1].into_iter().for_each(limit),
        _ => drop(bulkhead.wait(&Still).unwrap()),
    });
    is_empty(&bulkhead);
    let _only = bulkhead.admit().unwrap();
    assert!(bulkhead.admit().is_err());
}

fn check(model: fn()) {
    shuttle::check_random(model, 1000);
    shuttle::check_pct(model, 1000, 3);
}

#[test]
fn never_more_in_flight_than_places_and_nobody_is_forgotten() {
    check(waiting);
}

#[test]
fn a_place_handed_to_somebody_who_goes_is_handed_on() {
    check(leaving);
}

#[test]
fn only_a_full_queue_refuses() {
    check(bounded);
}

#[test]
fn a_limit_changes_under_those_who_wait() {
    check(changing);
}

/// `cargo test --release -p enhanced-config-fault-tolerance --lib -- --ignored`
#[test]
#[ignore = "a million schedules take a minute"]
fn a_million_schedules() {
    for model in [waiting, leaving, bounded, changing] {
        shuttle::check_random(model, 125_000);
        shuttle::check_pct(model, 125_000, 3);
    }
}
