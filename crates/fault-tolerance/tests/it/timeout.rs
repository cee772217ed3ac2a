use enhanced_config_clock::{Clock, Instant, ManualClock};
use enhanced_config_fault_tolerance::retry::{RetryError, Safety};
use enhanced_config_fault_tolerance::timeout::{Event, Limit, TimedOut, TimeoutError};
use enhanced_config_fault_tolerance::{
    AttemptTimeout, Backoff, ByResult, RetryOptions, RetryPolicy, TotalTimeout,
};
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::{pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const TIMED_OUT: TimedOut = TimedOut { limit: Limit::Attempt, after: SECOND };

fn attempt() -> AttemptTimeout {
    AttemptTimeout::new(SECOND).unwrap()
}

/// Sets its flag when it is dropped.
struct Flag<'a>(&'a Cell<bool>);

impl Drop for Flag<'_> {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

#[test]
fn a_future_that_takes_too_long_is_dropped_before_anybody_is_told() {
    let (clock, is_over, dropped) = (ManualClock::new(), Cell::new(false), Cell::new(false));
    let told = RefCell::new(Vec::new());
    let note = |event: &Event| told.borrow_mut().push((*event, dropped.get()));
    let timeout = AttemptTimeout::with_observer(SECOND, note).unwrap();
    let asked = Cell::new(None);
    let sleep = |duration| {
        asked.set(Some(duration));
        poll_fn(|_| if is_over.get() { Poll::Ready(()) } else { Poll::Pending })
    };
    let mut call = pin!(timeout.call_async(&clock, &sleep, |_| async {
        let _flag = Flag(&dropped);
        pending::<Result<(), Infallible>>().await
    }));
    let mut context = Context::from_waker(Waker::noop());
    assert!(call.as_mut().poll(&mut context).is_pending());
    assert_eq!((asked.get(), dropped.get()), (Some(SECOND), false));
    is_over.set(true);
    let timed_out = Err(TimeoutError::TimedOut(TIMED_OUT));
    assert_eq!(call.as_mut().poll(&mut context), Poll::Ready(timed_out));
    assert_eq!(*told.borrow(), [(Event::TimedOut(TIMED_OUT), true)]);
    assert_eq!(timeout.snapshot().timed_out, 1);
}

#[test]
fn another_limit_is_for_what_begins_from_then_on() {
    let timeout = attempt();
    let before = timeout.begin(Instant::default());
    timeout.set_limit(SECOND * 2).unwrap();
    let after = timeout.begin(Instant::default());
    assert_eq!(timeout.set_limit(Duration::ZERO).unwrap_err().option, "limit");
    let now = Instant::default() + SECOND;
    assert_eq!((before.remaining(now), after.remaining(now)), (Err(TIMED_OUT), Ok(SECOND)));
    assert_eq!(timeout.snapshot().limit, SECOND * 2, "a limit that is refused changes nothing");
}

#[test]
fn what_has_ended_is_in_time_though_the_time_is_over() {
    let at_once = |_| ready(());
    let (timeout, clock) = (attempt(), ManualClock::new());
    let mut context = Context::from_waker(Waker::noop());
    for result in [Ok(1), Err("refused")] {
        let mut call = pin!(timeout.call_async(&clock, &at_once, |_| ready(result)));
        assert_eq!(call.as_mut().poll(&mut context), Poll::Ready(result.map_err(TimeoutError::Failed)));
    }
    assert_eq!(timeout.snapshot().timed_out, 0);
}

#[test]
fn a_future_dropped_at_any_await_is_as_if_the_call_never_was() {
    let (timeout, clock) = (attempt(), ManualClock::new());
    let (before, never) = (timeout.snapshot(), |_| pending::<()>());
    for polls in 0..3 {
        let mut call = pin!(timeout.call_async(&clock, &never, |_| pending::<Result<(), Infallible>>()));
        for _ in 0..polls {
            assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
    }
    assert_eq!(timeout.snapshot(), before);
}

#[test]
fn a_blocking_call_ends_by_itself_and_what_comes_late_is_returned() {
    let clock = ManualClock::new();
    let events = RefCell::new(Vec::new());
    let timeout =
        TotalTimeout::with_observer(SECOND, |event: &Event| events.borrow_mut().push(*event)).unwrap();
    let takes = |time, result| {
        timeout.call(&clock, |deadline| {
            assert_eq!(deadline.remaining(clock.now()), Ok(SECOND));
            clock.advance(time);
            result
        })
    };
    assert_eq!(takes(SECOND / 2, Ok(1)), Ok(1));
    assert_eq!(takes(SECOND, Ok(2)), Ok(2));
    assert_eq!(takes(SECOND * 3, Err("refused")), Err("refused"));
    let late = |after| Event::Late(TimedOut { limit: Limit::Total, after });
    assert_eq!(*events.borrow(), [late(SECOND), late(SECOND * 3)]);
    assert_eq!(timeout.snapshot().late, 2);
}

#[test]
fn a_panic_goes_on() {
    let (timeout, clock) = (attempt(), ManualClock::new());
    let call = || timeout.call(&clock, |_| -> Result<(), Infallible> { panic!("on purpose") });
    assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
}

/// Four attempts of 3 s would fit into their own limits; the operation's own ends the second and prevents the third.
#[test]
fn attempts_end_with_the_operation_that_they_belong_to() {
    let clock = ManualClock::new();
    let (total, attempt) = (TotalTimeout::new(SECOND * 5).unwrap(), AttemptTimeout::new(SECOND * 4).unwrap());
    let options = RetryOptions::default().with_max_attempts(4).with_backoff(Backoff::constant(SECOND));
    let retry = RetryPolicy::new(options);
    let result: Result<(), RetryError<TimedOut>> = total.call(&clock, |total| {
        let operation = retry.begin(Safety::Idempotent, clock.now()).with_deadline(total.at()).unwrap();
        operation.run(&clock, &ByResult, || {
            attempt.call(&clock, |own| {
                let deadline = own.sooner(total);
                for _ in 0..3 {
                    deadline.check(clock.now())?;
                    clock.advance(SECOND);
                }
                Err(TimedOut { limit: Limit::Attempt, after: SECOND * 3 })
            })
        })
    });
    let error = result.unwrap_err();
    assert_eq!(
        (error.error, error.history.attempts()),
        (TimedOut { limit: Limit::Total, after: SECOND * 5 }, 2)
    );
    assert_eq!(error.error.to_string(), "operation timed out after 5s");
}

#[test]
fn a_limit_of_no_time_is_refused() {
    assert_eq!(AttemptTimeout::new(Duration::ZERO).unwrap_err().option, "limit");
    assert_eq!(TotalTimeout::new(Duration::ZERO).unwrap_err().option, "limit");
}

proptest! {
    /// Over is over: from the deadline on, and never before; the sooner of two is over when either is.
    #[test]
    fn deadlines_add_up(began in any::<u64>(), limit in 1u64.., other in 1u64.., now in any::<u64>()) {
        let (began, now) = (Instant::from_nanos(began), Instant::from_nanos(now));
        let limit = Duration::from_nanos(limit);
        let deadline = AttemptTimeout::new(limit).unwrap().begin(began);
        let other = TotalTimeout::new(Duration::from_nanos(other)).unwrap().begin(began);
        let is_over = |moment| now >= moment;
        prop_assert_eq!(deadline.check(now).is_err(), is_over(began + limit));
        match deadline.remaining(now) {
            Ok(remaining) => prop_assert_eq!(now + remaining, deadline.at()),
            Err(timed_out) => prop_assert_eq!(began + timed_out.after, now.max(began)),
        }
        let sooner = deadline.sooner(other);
        prop_assert_eq!(sooner.check(now).is_err(), is_over(deadline.at()) || is_over(other.at()));
    }
}
