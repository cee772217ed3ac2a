use enhanced_config_clock::{Clock, Instant, ManualClock};
use enhanced_config_fault_tolerance::hedge::{Call, Event};
use enhanced_config_fault_tolerance::retry::Safety;
use enhanced_config_fault_tolerance::{Hedge, HedgeDelay, Ratio, RetryBudget, Verdict};
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);
const DELAY: Duration = Duration::from_millis(10);

type Answer = Result<u8, &'static str>;

fn at(ms: u32) -> Instant {
    Instant::default() + MS * ms
}

fn plenty() -> Arc<RetryBudget> {
    Arc::new(RetryBudget::new(Ratio::ONE, 1000))
}

fn hedge() -> Hedge {
    Hedge::new(HedgeDelay::Fixed(DELAY)).unwrap().with_budget(plenty())
}

/// A server whose answers come when they are set, and a timer that has gone off when that is set.
#[derive(Default)]
struct World {
    clock: ManualClock,
    answers: [Cell<Option<Answer>>; 2],
    is_due: Cell<bool>,
    begun: Cell<usize>,
    /// Calls that are dropped or have ended.
    gone: Cell<usize>,
}

struct Gone<'a>(&'a Cell<usize>);

impl Drop for Gone<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

impl World {
    fn call<'a>(&'a self, hedge: &'a Hedge, safety: Safety) -> impl Future<Output = Answer> + 'a {
        let work = move || {
            let answer = &self.answers[self.begun.replace(self.begun.get() + 1)];
            let gone = Gone(&self.gone);
            async move {
                let _gone = gone;
                poll_fn(|_| answer.get().map_or(Poll::Pending, Poll::Ready)).await
            }
        };
        async move {
            let sleep = |delay| {
                assert_eq!(delay, DELAY);
                poll_fn(|_| if self.is_due.get() { Poll::Ready(()) } else { Poll::Pending })
            };
            hedge.call_async(&self.clock, &sleep, safety, work).await
        }
    }
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// What a hedged call answers when these answers come: before the delay, then after it, first and second.
#[track_caller]
fn check(before: Option<Answer>, after: [Option<Answer>; 2], expected: Poll<Answer>, calls: usize) {
    let (hedge, world) = (hedge(), World::default());
    let mut call = pin!(world.call(&hedge, Safety::Idempotent));
    world.answers[0].set(before);
    let mut answer = poll(call.as_mut());
    world.is_due.set(true);
    for (place, later) in world.answers.iter().zip(after) {
        if answer.is_pending() {
            place.set(later);
            answer = poll(call.as_mut());
        }
    }
    assert_eq!((answer, world.begun.get()), (expected, calls));
}

#[test]
fn the_first_answer_counts() {
    check(Some(Ok(1)), [None, None], Poll::Ready(Ok(1)), 1);
    check(None, [Some(Ok(1)), None], Poll::Ready(Ok(1)), 1);
    check(None, [None, Some(Ok(2))], Poll::Ready(Ok(2)), 2);
    check(None, [None, None], Poll::Pending, 2);
}

#[test]
fn a_failure_leaves_the_other_to_answer() {
    check(Some(Err("refused")), [None, None], Poll::Ready(Err("refused")), 1);
    let (hedge, world) = (hedge(), World::default());
    let mut call = pin!(world.call(&hedge, Safety::Idempotent));
    world.is_due.set(true);
    assert!(poll(call.as_mut()).is_pending());
    world.answers[1].set(Some(Err("second")));
    assert!(poll(call.as_mut()).is_pending());
    assert_eq!(world.gone.get(), 1);
    world.answers[0].set(Some(Err("first")));
    assert_eq!(poll(call.as_mut()), Poll::Ready(Err("first")));
}

#[test]
fn the_loser_is_dropped() {
    let (hedge, world) = (hedge(), World::default());
    let mut call = Box::pin(world.call(&hedge, Safety::Idempotent));
    world.is_due.set(true);
    assert!(poll(call.as_mut()).is_pending());
    assert_eq!((world.begun.get(), world.gone.get()), (2, 0));
    world.answers[1].set(Some(Ok(2)));
    assert_eq!(poll(call.as_mut()), Poll::Ready(Ok(2)));
    assert_eq!(world.gone.get(), 2);
    let seen = hedge.snapshot(world.clock.now());
    assert_eq!((seen.hedged, seen.won, seen.withheld), (1, 1, 0));
}

#[test]
fn what_must_not_be_made_twice_is_made_once() {
    let (hedge, world) = (hedge(), World::default());
    let mut call = pin!(world.call(&hedge, Safety::NotIdempotent));
    world.is_due.set(true);
    assert!(poll(call.as_mut()).is_pending());
    assert_eq!(world.begun.get(), 1);
    assert_eq!(hedge.snapshot(world.clock.now()).hedged, 0);
}

#[test]
fn without_budget_there_is_no_second() {
    let world = World::default();
    let hedge = hedge().with_budget(Arc::new(RetryBudget::new(Ratio::ZERO, 0)));
    let mut call = pin!(world.call(&hedge, Safety::Idempotent));
    world.is_due.set(true);
    assert!(poll(call.as_mut()).is_pending());
    world.answers[0].set(Some(Ok(1)));
    assert_eq!(poll(call.as_mut()), Poll::Ready(Ok(1)));
    assert_eq!((world.begun.get(), hedge.snapshot(world.clock.now()).withheld), (1, 1));
}

#[test]
fn a_retry_around_it_notes_the_calls() {
    let budget = Arc::new(RetryBudget::new(Ratio::ONE, 0));
    let inside = hedge().with_budget_of_retry(Arc::clone(&budget));
    let end =
        |hedge: &Hedge| hedge.begin(Safety::Idempotent, at(0)).record(Call::First, Verdict::Failure, at(0));
    assert!(end(&inside));
    assert_eq!(budget.balance(at(0)), 0);
    let alone = hedge().with_budget(Arc::clone(&budget));
    drop(alone.begin(Safety::Idempotent, at(0)));
    assert_eq!(budget.balance(at(0)), 0, "it never was");
    assert!(end(&alone));
    assert_eq!(budget.balance(at(0)), 1);
}

/// But for what is spent: a second call that was begun is paid for.
#[test]
fn a_future_dropped_at_any_await_is_as_if_the_call_never_was() {
    let world = World::default();
    let delay = HedgeDelay::Observed { share: Ratio::HALF, calls: 2, at_first: DELAY };
    for polls in 0..3 {
        let budget = Arc::new(RetryBudget::new(Ratio::ONE, 1000));
        let hedge = Hedge::new(delay).unwrap().with_budget(budget);
        let before = hedge.snapshot(at(0));
        world.begun.set(0);
        world.gone.set(0);
        world.is_due.set(false);
        {
            let mut call = pin!(world.call(&hedge, Safety::Idempotent));
            for _ in 0..polls {
                assert!(poll(call.as_mut()).is_pending());
                world.is_due.set(true);
            }
        }
        assert_eq!(world.gone.get(), world.begun.get());
        let (after, spent) = (hedge.snapshot(at(0)), u64::from(polls == 2));
        assert_eq!((after.delay, after.won, after.withheld), (before.delay, 0, 0));
        assert_eq!((after.hedged, before.balance - after.balance), (spent, spent));
    }
}

#[test]
fn observers_are_told_in_order() {
    let told = RefCell::new(Vec::new());
    let note = |event: &Event| told.borrow_mut().push(*event);
    let hedge = Hedge::with_observer(HedgeDelay::Fixed(DELAY), note).unwrap();
    let hedge = hedge.with_budget(Arc::new(RetryBudget::new(Ratio::ONE, 0)));
    let mut operation = hedge.begin(Safety::Idempotent, at(0));
    assert!(operation.second(at(10)));
    assert!(!operation.second(at(11)), "there is one second");
    assert!(operation.record(Call::Second, Verdict::Success, at(12)));
    let mut operation = hedge.begin(Safety::Idempotent, at(20));
    // Paid by its own deposit, so that nothing is left for the next.
    assert!(operation.second(at(30)));
    let mut late = hedge.begin(Safety::NotIdempotent, at(30));
    assert!(!late.second(at(40)));
    let won = Event::Won { after: MS * 12, verdict: Verdict::Success };
    assert_eq!(*told.borrow(), [Event::Hedged { after: DELAY }, won, Event::Hedged { after: DELAY }]);
}

#[test]
fn the_delay_follows_the_calls() {
    let delay = HedgeDelay::Observed { share: Ratio::percent(90), calls: 20, at_first: DELAY };
    let hedge = Hedge::new(delay).unwrap();
    let took = |ms| {
        let mut operation = hedge.begin(Safety::Idempotent, at(0));
        assert!(operation.record(Call::First, Verdict::Success, at(ms)));
    };
    let near = |ms: u32| {
        let delay = hedge.snapshot(at(0)).delay;
        assert!(delay >= MS * ms && delay <= MS * ms * 9 / 8, "{delay:?} for {ms} ms");
    };
    (1..10).for_each(took);
    assert_eq!(hedge.snapshot(at(0)).delay, DELAY);
    took(10);
    near(9);
    (0..20).for_each(|_| took(50));
    near(50);
}

#[test]
fn only_what_succeeds_tells_how_long_it_takes() {
    let delay = HedgeDelay::Observed { share: Ratio::ZERO, calls: 1, at_first: DELAY };
    let hedge = Hedge::new(delay).unwrap().with_budget(plenty());
    for verdict in [Verdict::Failure, Verdict::Ignore, Verdict::Trip] {
        let mut operation = hedge.begin(Safety::Idempotent, at(0));
        assert!(operation.record(Call::First, verdict, at(1)));
    }
    let mut operation = hedge.begin(Safety::Idempotent, at(0));
    assert!(operation.second(at(10)));
    assert!(!operation.record(Call::First, Verdict::Failure, at(11)));
    assert!(operation.record(Call::Second, Verdict::Success, at(12)));
    assert_eq!(hedge.snapshot(at(0)).delay, DELAY);
}

#[test]
fn delays_out_of_range_are_refused() {
    let check = |share, calls, option| {
        let delay = HedgeDelay::Observed { share, calls, at_first: DELAY };
        assert_eq!(Hedge::new(delay).map(|_| ()).unwrap_err().option, option);
    };
    check(Ratio::ONE, 100, "delay.share");
    check(Ratio::HALF, 0, "delay.calls");
    check(Ratio::HALF, u32::MAX, "delay.calls");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    /// Whenever one is made, no more were in the last ten seconds than the share of the calls and the reserve pay for.
    #[test]
    fn second_calls_stay_within_the_budget(
        share in 0u8..=100,
        per_second in 0u32..3,
        gaps in prop::collection::vec(0u32..500, 1..200),
    ) {
        let budget = Arc::new(RetryBudget::new(Ratio::percent(share), per_second));
        let hedge = Hedge::new(HedgeDelay::Fixed(DELAY)).unwrap().with_budget(budget);
        let (mut now, mut calls, mut seconds) = (0, Vec::new(), Vec::new());
        for gap in gaps {
            now += gap;
            calls.push(now);
            let mut operation = hedge.begin(Safety::Idempotent, at(now));
            let is_paid = operation.second(at(now));
            operation.record(Call::First, Verdict::Success, at(now));
            // By whole seconds, as the budget looks back.
            let recent = |moments: &[u32]| moments.iter().filter(|moment| **moment / 1000 + 10 > now / 1000).count();
            let most = recent(&calls) as u64 * u64::from(share) / 100 + u64::from(10 * per_second);
            prop_assert_eq!(is_paid, (recent(&seconds) as u64) < most);
            if is_paid {
                seconds.push(now);
            }
        }
    }

    /// Not below what the share really took, and above it by an eighth and a microsecond at most.
    #[test]
    fn the_delay_is_what_the_share_took(
        percent in 1u8..100,
        calls in 1usize..60,
        took in prop::collection::vec(prop_oneof![0u64..5_000, 0u64..10_000_000, 0u64..8_000_000_000_000], 1..200),
    ) {
        let delay = HedgeDelay::Observed { share: Ratio::percent(percent), calls: calls as u32, at_first: Duration::MAX };
        let hedge = Hedge::new(delay).unwrap();
        let mut window = VecDeque::new();
        for nanos in took {
            let now = Instant::from_nanos(nanos);
            prop_assert!(hedge.begin(Safety::Idempotent, Instant::default()).record(Call::First, Verdict::Success, now));
            window.push_back(nanos);
            if window.len() > calls {
                window.pop_front();
            }
            let mut sorted: Vec<_> = window.iter().copied().collect();
            sorted.sort_unstable();
            let rank = (f64::from(percent) / 100.0 * sorted.len() as f64).ceil() as usize;
            let exact = sorted[rank.max(1) - 1];
            let delay = hedge.snapshot(Instant::default()).delay;
            if delay == Duration::MAX {
                prop_assert!(sorted.len() < calls && (sorted.len() as f64) < 100.0 / f64::from(100 - percent) + 0.5);
            } else {
                let delay = delay.as_nanos() as u64;
                prop_assert!(delay > exact && delay <= exact + exact / 8 + 1024, "{delay} for {exact}");
            }
        }
    }
}
