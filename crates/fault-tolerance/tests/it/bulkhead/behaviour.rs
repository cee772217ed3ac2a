use enhanced_config_clock::{Clock, Instant, ManualClock, SystemClock};
use enhanced_config_fault_tolerance::bulkhead::{Entry, Event, Rejected, Ticket};
use enhanced_config_fault_tolerance::{Bulkhead, BulkheadOptions, CallError, Policy};
use std::cell::RefCell;
use std::convert::Infallible;
use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn options(in_flight: u32, waiting: u32) -> BulkheadOptions {
    BulkheadOptions::default().with_max_in_flight(in_flight).with_max_waiting(waiting)
}

fn bulkhead(in_flight: u32, waiting: u32) -> Bulkhead {
    Bulkhead::new(options(in_flight, waiting)).unwrap()
}

fn at(seconds: u64) -> Instant {
    Instant::default() + SECOND * seconds as u32
}

fn queued(bulkhead: &Bulkhead) -> Ticket<'_> {
    match bulkhead.enter(at(0)) {
        Ok(Entry::Waiting(ticket)) => ticket,
        other => panic!("{other:?}"),
    }
}

/// Counts how often it is woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn those_who_wait_come_in_order_and_nobody_overtakes() {
    let bulkhead = bulkhead(1, 2);
    let first = bulkhead.admit().unwrap();
    let (mut second, mut third) = (queued(&bulkhead), queued(&bulkhead));
    drop(first);
    assert_eq!(bulkhead.admit().unwrap_err(), Rejected::Full);
    assert!(third.poll(at(0)).is_pending());
    let Poll::Ready(Ok(place)) = second.poll(at(0)) else { panic!("its turn") };
    assert!(third.poll(at(0)).is_pending());
    drop(place);
    assert!(third.poll(at(0)).is_ready());
}

#[test]
fn a_wait_ends_at_exactly_the_deadline() {
    let bulkhead = bulkhead(1, 1);
    let _place = bulkhead.admit().unwrap();
    let mut ticket = queued(&bulkhead);
    assert!(ticket.poll(at(1) - Duration::from_nanos(1)).is_pending());
    let Poll::Ready(Err(rejected)) = ticket.poll(at(1)) else { panic!("it is over") };
    assert_eq!(rejected, Rejected::TimedOut { waited: SECOND });
    assert!(ticket.poll(at(2)).is_pending(), "it has answered");
    assert_eq!((bulkhead.snapshot().waiting, bulkhead.snapshot().rejected), (0, 1));
}

#[test]
fn a_place_that_came_free_is_taken_though_late() {
    let bulkhead = bulkhead(1, 1);
    let place = bulkhead.admit().unwrap();
    let mut ticket = queued(&bulkhead);
    drop(place);
    assert!(matches!(ticket.poll(at(5)), Poll::Ready(Ok(_))));
}

#[test]
fn who_is_handed_a_place_is_woken_by_the_latest_waker() {
    let bulkhead = bulkhead(1, 1);
    let place = bulkhead.admit().unwrap();
    let (before, after) = (Arc::new(Woken::default()), Arc::new(Woken::default()));
    let ticket = queued(&bulkhead);
    for woken in [&before, &after] {
        ticket.wake_by(&Waker::from(Arc::clone(woken)));
    }
    drop(place);
    assert_eq!((before.0.load(SeqCst), after.0.load(SeqCst)), (0, 1));
}

#[test]
fn a_future_dropped_at_any_await_is_as_if_the_call_never_was() {
    let (bulkhead, clock) = (bulkhead(1, 1), ManualClock::new());
    let mut context = Context::from_waker(Waker::noop());
    let never = |_| pending::<()>();
    for is_full in [false, true] {
        let _place = is_full.then(|| bulkhead.admit().unwrap());
        let before = bulkhead.snapshot();
        for polls in 0..3 {
            let mut call =
                pin!(bulkhead.call_queued_async(&clock, &never, pending::<Result<(), Infallible>>));
            for _ in 0..polls {
                assert!(call.as_mut().poll(&mut context).is_pending());
            }
            let inside = bulkhead.snapshot();
            let expected = if polls > 0 { (1, u32::from(is_full)) } else { (u32::from(is_full), 0) };
            assert_eq!((inside.in_flight, inside.waiting), expected);
            call.set(bulkhead.call_queued_async(&clock, &never, pending::<Result<(), Infallible>>));
            assert_eq!(bulkhead.snapshot(), before);
        }
    }
}

#[test]
fn a_future_gets_its_place_or_hears_that_its_time_is_over() {
    let (bulkhead, clock) = (bulkhead(1, 1), ManualClock::new());
    let mut context = Context::from_waker(Waker::noop());
    let place = bulkhead.admit().unwrap();
    {
        let at_once = |_| ready(());
        let mut call = pin!(bulkhead.call_queued_async(&clock, &at_once, || ready(Ok::<_, Infallible>(1))));
        let timed_out = CallError::Rejected(Rejected::TimedOut { waited: SECOND });
        assert_eq!(call.as_mut().poll(&mut context), Poll::Ready(Err(timed_out)));
    }
    let never = |_| pending::<()>();
    let mut call = pin!(bulkhead.call_queued_async(&clock, &never, || ready(Ok::<_, Infallible>(1))));
    assert!(call.as_mut().poll(&mut context).is_pending());
    drop(place);
    assert_eq!(call.as_mut().poll(&mut context), Poll::Ready(Ok(1)));
    assert_eq!(bulkhead.snapshot().in_flight, 0);
}

#[test]
fn a_panic_gives_the_place_back() {
    let bulkhead = bulkhead(1, 0);
    let call =
        || bulkhead.call_queued(&ManualClock::new(), || -> Result<(), Infallible> { panic!("on purpose") });
    assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
    assert_eq!(bulkhead.snapshot().in_flight, 0);
}

#[test]
fn as_a_policy_it_never_waits() {
    let (bulkhead, clock) = (bulkhead(1, 1), ManualClock::new());
    let inside = bulkhead.call(&clock, || bulkhead.call(&clock, || Ok::<_, Infallible>(())));
    assert_eq!(inside, Err(CallError::Failed(CallError::Rejected(Rejected::Full))));
    assert_eq!(bulkhead.snapshot().in_flight, 0);
}

#[test]
fn threads_wait_for_each_other() {
    let (bulkhead, inside, most) = (bulkhead(2, 8), AtomicUsize::new(0), AtomicUsize::new(0));
    let bulkhead = &bulkhead;
    let work = || {
        most.fetch_max(inside.fetch_add(1, SeqCst) + 1, SeqCst);
        thread::yield_now();
        inside.fetch_sub(1, SeqCst);
        Ok::<_, Infallible>(())
    };
    bulkhead.set_options(options(2, 8).with_max_wait(SECOND * 600)).unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..200).for_each(|_| bulkhead.call_queued(&SystemClock, work).unwrap()));
        }
    });
    assert!(most.load(SeqCst) <= 2);
    assert_eq!((bulkhead.snapshot().in_flight, bulkhead.snapshot().rejected), (0, 0));
}

/// A nanosecond passes whenever somebody looks.
struct Ticking(ManualClock);

impl Clock for Ticking {
    fn now(&self) -> Instant {
        self.0.advance(Duration::from_nanos(1));
        self.0.now()
    }
}

#[test]
fn a_thread_that_waits_in_vain_is_told() {
    let clock = Ticking(ManualClock::new());
    let bulkhead = Bulkhead::new(options(1, 1).with_max_wait(Duration::from_nanos(9))).unwrap();
    let _place = bulkhead.admit().unwrap();
    let answer = bulkhead.call_queued(&clock, || Ok::<_, Infallible>(()));
    let waited = Duration::from_nanos(9);
    assert_eq!(answer, Err(CallError::Rejected(Rejected::TimedOut { waited })));
    assert_eq!(bulkhead.snapshot().waiting, 0);
}

#[test]
fn new_places_go_to_those_who_wait_and_lost_ones_are_missed_later() {
    let bulkhead = bulkhead(1, 3);
    let first = bulkhead.admit().unwrap();
    let mut waiting = [queued(&bulkhead), queued(&bulkhead), queued(&bulkhead)];
    bulkhead.set_options(options(3, 0)).unwrap();
    let places: Vec<_> = waiting.iter_mut().map(|ticket| ticket.poll(at(0))).collect();
    assert_eq!(places.iter().map(Poll::is_ready).collect::<Vec<_>>(), [true, true, false]);
    bulkhead.set_options(options(1, 0)).unwrap();
    drop(first);
    assert!(waiting[2].poll(at(0)).is_pending());
    assert_eq!(bulkhead.snapshot().in_flight, 2);
    drop(places);
    assert!(waiting[2].poll(at(0)).is_ready());
}

#[test]
fn where_no_time_is_given_nobody_waits() {
    let bulkhead = Bulkhead::new(options(1, 5).with_max_wait(Duration::ZERO)).unwrap();
    let _place = bulkhead.admit().unwrap();
    assert_eq!(bulkhead.enter(at(0)).unwrap_err(), Rejected::Full);
}

#[test]
fn observers_are_told_in_order() {
    let events = RefCell::new(Vec::new());
    let note = |event: &Event| events.borrow_mut().push(*event);
    let bulkhead = Bulkhead::with_observer(options(1, 1), &note).unwrap();
    let place = bulkhead.admit().unwrap();
    let Ok(Entry::Waiting(mut ticket)) = bulkhead.enter(at(0)) else { panic!("full") };
    assert!(bulkhead.enter(at(0)).is_err());
    drop(place);
    assert!(ticket.poll(at(0) + SECOND / 2).is_ready());
    let expected = [Event::Queued, Event::Rejected(Rejected::Full), Event::Admitted { waited: SECOND / 2 }];
    assert_eq!(*events.borrow(), expected);
}

#[test]
fn options_out_of_range_are_refused() {
    let check = |options: BulkheadOptions, option| {
        assert_eq!(Bulkhead::new(options).map(|_| ()).map_err(|error| error.option), Err(option));
    };
    check(options(0, 0), "max_in_flight");
    check(options(u32::MAX, 0), "max_in_flight");
    check(options(1, u32::MAX), "max_waiting");
    let bulkhead = bulkhead(1, 1);
    let before = bulkhead.snapshot();
    assert!(bulkhead.set_options(options(0, 0)).is_err());
    assert_eq!(bulkhead.snapshot(), before);
}
