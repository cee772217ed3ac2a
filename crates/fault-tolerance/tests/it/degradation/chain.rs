use enhanced_config_clock::{Clock, Instant, ManualClock};
use enhanced_config_fault_tolerance::degradation::{Cause, Event, Level, LevelKind, Served};
use enhanced_config_fault_tolerance::{GracefulDegradation, Verdict};
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::error::Error;
use std::future::{pending, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

type Chain = GracefulDegradation<u32, &'static str, u32>;

fn level(rank: usize, kind: LevelKind) -> Level {
    Level { rank, kind }
}

/// Of which level, what it meant, and the error.
type Failed = (Level, Verdict, Option<&'static str>);

fn failed(cause: &Cause<&'static str>) -> Failed {
    (cause.level, cause.verdict, cause.error)
}

fn refused(rank: usize) -> Failed {
    (level(rank, LevelKind::Endpoint), Verdict::Failure, Some("refused"))
}

#[test]
fn each_level_serves_when_those_above_it_cannot() {
    let clock = ManualClock::new();
    let function = |cause: &Cause<&str>| if cause.error == Some("refused") { Ok(30) } else { Err("no idea") };
    let chain = Chain::new(0).or_endpoint(1).or_stale(SECOND * 10).or_function(function).or_value(40);
    let call = |up: &[u32], error| {
        chain
            .call(&clock, |endpoint| if up.contains(endpoint) { Ok(endpoint + 10) } else { Err(error) })
            .map(|Served { value, level, cause, .. }| (value, level, cause.as_ref().map(failed)))
            .unwrap()
    };
    let served = |value, rank, kind| (value, level(rank, kind), Some(refused(0)));

    assert_eq!(call(&[], "refused"), served(30, 3, LevelKind::Function));
    assert_eq!(call(&[], "reset").1, level(4, LevelKind::Value));
    assert_eq!(call(&[0, 1], "refused"), (10, level(0, LevelKind::Endpoint), None));
    assert_eq!(call(&[1], "refused"), served(11, 1, LevelKind::Endpoint));
    clock.advance(SECOND * 10);
    assert_eq!(call(&[], "refused"), served(11, 2, LevelKind::Stale { age: SECOND * 10 }));
    clock.advance(Duration::from_nanos(1));
    assert_eq!(call(&[], "refused"), served(30, 3, LevelKind::Function));
    let seen = chain.snapshot();
    assert_eq!((seen.rank, seen.degraded, seen.unserved), (3, 5, 0));
}

#[test]
fn where_nothing_serves_all_causes_come_in_order() {
    let chain = Chain::new(0).or_stale(SECOND).or_function(|_| Err("no idea")).or_endpoint(1);
    let error = chain.call(&ManualClock::new(), |_| Err("refused")).unwrap_err();
    let function = (level(2, LevelKind::Function), Verdict::Failure, Some("no idea"));
    assert_eq!(error.causes.iter().map(failed).collect::<Vec<_>>(), [refused(0), function, refused(3)]);
    let text = "no level could serve: endpoint at level 0: refused; function at level 2: no idea; \
                endpoint at level 3: refused";
    assert_eq!(error.to_string(), text);
    assert_eq!(chain.snapshot().unserved, 1);
}

#[test]
fn the_first_error_is_the_source() {
    let chain = GracefulDegradation::<(), std::fmt::Error>::new(());
    let error = chain.call(&ManualClock::new(), |()| Err(std::fmt::Error)).unwrap_err();
    assert!(error.source().unwrap().is::<std::fmt::Error>());
}

#[test]
fn only_a_good_answer_is_kept_for_later() {
    let (clock, chain) = (ManualClock::new(), Chain::new(0).or_stale(SECOND));
    let judge = |answer: &Result<u32, &str>| match answer {
        Ok(404) => Verdict::Ignore,
        Ok(_) => Verdict::Success,
        Err(_) => Verdict::Failure,
    };
    let call = |answer| chain.call_judged(&clock, &judge, |_| answer).unwrap().value;
    assert_eq!([Ok(200), Ok(404), Err("down")].map(call), [200, 404, 200]);
}

#[test]
fn what_is_nobodys_fault_is_asked_once() {
    let (chain, asked) = (Chain::new(0).or_endpoint(1).or_value(2), Cell::new(0));
    let judge = |_: &Result<u32, &str>| Verdict::Ignore;
    let error = chain.call_judged(&ManualClock::new(), &judge, |_| {
        asked.set(asked.get() + 1);
        Err("invalid request")
    });
    assert_eq!(error.unwrap_err().causes[0].error, Some("invalid request"));
    assert_eq!(asked.get(), 1);
}

#[test]
fn a_value_judged_a_failure_is_better_than_nothing() {
    let judge = |result: &Result<u32, &str>| match result {
        Ok(500..) | Err(_) => Verdict::Failure,
        Ok(_) => Verdict::Success,
    };
    let call = |answers: [Result<u32, &'static str>; 2]| {
        let chain = Chain::new(0).or_endpoint(1);
        chain.call_judged(&ManualClock::new(), &judge, |endpoint| answers[*endpoint as usize])
    };
    let served = call([Ok(503), Ok(200)]).unwrap();
    assert_eq!((served.value, served.level.rank), (200, 1));
    assert_eq!(served.cause.unwrap().error, None);
    let served = call([Ok(503), Err("refused")]).unwrap();
    assert_eq!((served.value, served.level.rank, served.cause.is_some()), (503, 0, true));
}

#[test]
fn a_value_from_elsewhere_can_be_kept_and_an_older_one_is_not() {
    let clock = ManualClock::new();
    let chain = Chain::new(0).or_stale(SECOND * 60);
    clock.advance(SECOND * 20);
    chain.keep(&7, clock.now());
    chain.keep(&6, clock.now() - SECOND);
    assert_eq!(chain.call(&clock, |_| Err("refused")).unwrap().value, 7);
}

#[test]
fn observers_are_told_in_order() {
    let (clock, told) = (ManualClock::new(), RefCell::new(Vec::new()));
    let note = |event: &Event| told.borrow_mut().push(*event);
    let chain = GracefulDegradation::<u32, &str, u32, _>::with_observer(0, note).or_endpoint(1);
    for up in [0, 0, 1, 2] {
        let _ = chain.call(&clock, |endpoint| if *endpoint == up { Ok(1) } else { Err("refused") });
    }
    let failed = |rank| {
        let level = level(rank, LevelKind::Endpoint);
        Event::Failed { level, verdict: Verdict::Failure }
    };
    let changed = Event::Changed { from: 0, to: 1, at: clock.now() };
    assert_eq!(*told.borrow(), [failed(0), changed, failed(0), failed(1), Event::Unserved]);
}

#[test]
fn a_future_dropped_at_any_await_is_as_if_the_call_never_was() {
    let (chain, clock) = (Chain::new(0).or_endpoint(1).or_value(2), ManualClock::new());
    let before = chain.snapshot();
    for polls in 0..3 {
        let work = |endpoint: &u32| {
            let endpoint = *endpoint;
            async move { if endpoint == 0 { Err("refused") } else { pending().await } }
        };
        let mut call = pin!(chain.call_async(&clock, work));
        for _ in 0..polls {
            assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
    }
    assert_eq!(chain.snapshot(), before);
    let mut call = pin!(chain.call_async(&clock, |_| ready(Err("refused"))));
    let Poll::Ready(Ok(served)) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("nothing to wait for")
    };
    assert_eq!((served.value, served.level.rank), (2, 2));
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Endpoint,
    Stale(u64),
    Function,
    Value,
}

fn kinds() -> impl Strategy<Value = Vec<Kind>> {
    let kind = prop_oneof![
        Just(Kind::Endpoint),
        (0u64..20).prop_map(Kind::Stale),
        Just(Kind::Function),
        Just(Kind::Value)
    ];
    prop::collection::vec(kind, 0..6)
}

fn chain(kinds: &[Kind]) -> Chain {
    let mut chain = Chain::new(0);
    for (place, kind) in kinds.iter().enumerate() {
        let rank = place as u32 + 1;
        chain = match *kind {
            Kind::Endpoint => chain.or_endpoint(rank),
            Kind::Stale(age) => chain.or_stale(Duration::from_nanos(age)),
            Kind::Function => {
                chain.or_function(move |_| if rank.is_multiple_of(2) { Ok(rank) } else { Err("odd") })
            }
            Kind::Value => chain.or_value(rank),
        };
    }
    chain
}

/// The first rank that can serve, and what; `fresh` is when an endpoint last answered.
fn model(kinds: &[Kind], up: &[bool], fresh: Option<u64>, now: u64) -> Option<(usize, Option<u32>)> {
    let serves = |rank: usize| match rank.checked_sub(1).map_or(Kind::Endpoint, |place| kinds[place]) {
        Kind::Endpoint => up[rank].then_some(Some(rank as u32)),
        Kind::Stale(age) => fresh.filter(|fresh| now - fresh <= age).map(|_| None),
        Kind::Function => rank.is_multiple_of(2).then_some(Some(rank as u32)),
        Kind::Value => Some(Some(rank as u32)),
    };
    (0..=kinds.len()).find_map(|rank| serves(rank).map(|value| (rank, value)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
    #[test]
    fn the_first_level_that_can_serves(
        kinds in kinds(),
        calls in prop::collection::vec((prop::collection::vec(any::<bool>(), 7), 0u64..15), 1..20),
    ) {
        let (chain, mut now, mut kept) = (chain(&kinds), 0, None::<(u32, u64)>);
        let clock = ManualClock::new();
        for (up, passed) in calls {
            now += passed;
            clock.advance(Duration::from_nanos(passed));
            prop_assert_eq!(clock.now(), Instant::from_nanos(now));
            let call = chain.call(&clock, |rank| if up[*rank as usize] { Ok(*rank) } else { Err("down") });
            let expected = model(&kinds, &up, kept.map(|(_, at)| at), now);
            let expected = expected.map(|(rank, value)| (rank, value.or(kept.map(|(value, _)| value)).unwrap()));
            prop_assert_eq!(call.as_ref().ok().map(|served| (served.level.rank, served.value)), expected);
            if let Ok(served) = call {
                prop_assert_eq!(served.cause.is_some(), served.level.is_degraded());
                if served.level.kind == LevelKind::Endpoint {
                    kept = Some((served.value, now));
                }
            }
        }
    }
}
