use enhanced_config_clock::{ManualClock, SystemClock};
use enhanced_config_fault_tolerance::pipeline::{Snapshot, Warning};
use enhanced_config_fault_tolerance::retry::Safety;
use enhanced_config_fault_tolerance::{
    Bulkhead, BulkheadOptions, Hedge, HedgeDelay, Pipeline, Ratio, RetryBudget, RetryPolicy,
};
use std::cell::Cell;
use std::future::{Future, poll_fn, ready};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

fn hedge() -> Hedge {
    let budget = Arc::new(RetryBudget::new(Ratio::ONE, 1));
    Hedge::new(HedgeDelay::Fixed(Duration::from_millis(1))).unwrap().with_budget(budget)
}

fn one_at_a_time() -> Bulkhead {
    Bulkhead::new(BulkheadOptions::default().with_max_in_flight(1).with_max_waiting(0)).unwrap()
}

#[test]
fn a_second_call_that_is_refused_leaves_the_first_to_answer() {
    let (clock, is_there) = (ManualClock::new(), Cell::new(false));
    let pipeline = Pipeline::new(Safety::Idempotent).with(hedge()).with(one_at_a_time());
    let at_once = |_| ready(());
    let work = || poll_fn(|_| if is_there.get() { Poll::Ready(Ok::<_, ()>(1)) } else { Poll::Pending });
    let mut call = pin!(pipeline.call_async(&clock, &at_once, work));
    let mut context = Context::from_waker(Waker::noop());
    assert!(call.as_mut().poll(&mut context).is_pending());
    is_there.set(true);
    assert_eq!(call.as_mut().poll(&mut context), Poll::Ready(Ok(1)));
    let [Snapshot::Hedge(hedge), Snapshot::Bulkhead(bulkhead)] = pipeline.snapshot(Default::default())[..]
    else {
        panic!("a hedge and a bulkhead")
    };
    assert_eq!((hedge.hedged, hedge.won, bulkhead.rejected, bulkhead.in_flight), (1, 0, 1, 0));
}

#[test]
fn blocking_calls_are_made_once() {
    let pipeline = Pipeline::new(Safety::Idempotent).with(hedge());
    assert_eq!(pipeline.call(&ManualClock::new(), || Ok::<_, ()>(1)), Ok(1));
}

#[test]
fn calls_go_to_any_executor() {
    fn check<F: Future + Send>(_: F) {}
    let pipeline = Pipeline::new(Safety::Idempotent).with(hedge()).with(one_at_a_time());
    check(pipeline.call_async(&SystemClock, &|_| ready(()), || ready(Ok::<_, ()>(1))));
}

#[test]
fn harmful_hedges_are_named() {
    let retry = || RetryPolicy::default().with_budget(Arc::new(RetryBudget::new(Ratio::HALF, 1)));
    let lint = |safety| Pipeline::new(safety).with(retry()).with(hedge()).lint();
    assert_eq!(lint(Safety::Idempotent), []);
    assert_eq!(lint(Safety::NotIdempotent), [Warning::HedgeOfUnsafeCall]);
    let inside = Pipeline::new(Safety::Idempotent).with(hedge()).with(retry());
    assert_eq!(inside.lint(), [Warning::RetryInsideHedge]);
}
