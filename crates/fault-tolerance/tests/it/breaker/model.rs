//! A breaker written as simply as can be, beside which the real one does the same for any order of steps.

use enhanced_config_clock::Instant;
use enhanced_config_fault_tolerance::breaker::{Force, HalfOpen, Recorded, State, Trip, Undecided, Window};
use enhanced_config_fault_tolerance::{Backoff, BreakerOptions, CircuitBreaker, Ratio, Verdict};
use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;
use std::time::Duration;

const WIDTH: u64 = 10;
const BUCKETS: u64 = 4;
const CALLS: usize = 6;
const MINIMUM: usize = 3;
const WAIT: u64 = 20;
const LONGEST_WAIT: u64 = 70;
const PROBES: usize = 3;
const NEEDED: usize = 2;
const PROBE_TIMEOUT: u64 = 30;
const LIMIT: u64 = 100;
const SLOW: u64 = 8;
const ROW: usize = 4;

#[derive(Clone, Copy, Debug)]
enum Step {
    Admit,
    /// Which of the permits that are out, and its verdict.
    Record(usize, Verdict),
    Drop(usize),
    Advance(u64),
    Force(Force),
}

/// All that ever happened, looked at from the beginning whenever something is asked.
#[derive(Clone, Debug)]
struct Model {
    by_time: bool,
    /// Whether slow calls count; a success is then counted at a moment.
    minds_slow: bool,
    now: u64,
    state: State,
    since: u64,
    /// The end of the wait.
    until: u64,
    opened: u32,
    generation: u64,
    /// When they ended, whether they failed, whether they were slow.
    calls: Vec<(u64, bool, bool)>,
    probes: Vec<(bool, bool)>,
    last_probe: u64,
    /// Permits that are out: generation and beginning.
    out: Vec<(u64, u64)>,
    rejected: u64,
}

impl Model {
    fn new((by_time, minds_slow): (bool, bool)) -> Self {
        Self {
            by_time,
            minds_slow,
            now: 0,
            state: State::Closed,
            since: 0,
            until: 0,
            opened: 0,
            generation: 0,
            calls: Vec::new(),
            probes: Vec::new(),
            last_probe: 0,
            out: Vec::new(),
            rejected: 0,
        }
    }

    fn window(&self) -> Vec<(u64, bool, bool)> {
        let mut calls = self.calls.clone();
        if self.by_time {
            calls.retain(|(at, ..)| at / WIDTH + BUCKETS > self.now / WIDTH);
        } else {
            calls.drain(..calls.len().saturating_sub(CALLS));
        }
        calls
    }

    fn row(&self) -> usize {
        self.calls.iter().rev().take_while(|(_, failed, _)| *failed).count()
    }

    /// The wait that the breaker itself has for the next time that it opens.
    fn grown(&mut self) -> u64 {
        let wait = WAIT.saturating_mul(1 << self.opened.min(20)).min(LONGEST_WAIT);
        self.opened += 1;
        wait
    }

    fn open(&mut self, asked: u64) {
        let wait = self.grown().max(asked);
        self.enter(State::Open, Some(wait));
    }

    fn enter(&mut self, state: State, wait: Option<u64>) {
        self.state = state;
        self.since = self.now;
        self.generation += 1;
        self.rejected = 0;
        match state {
            State::Open => {
                let wait = wait.unwrap_or_else(|| self.grown());
                self.until = self.now + wait;
            }
            State::HalfOpen => self.probes.clear(),
            _ => self.calls.clear(),
        }
        if state == State::Closed {
            self.opened = 0;
        }
    }

    fn settle(&mut self) {
        loop {
            match self.state {
                State::Open if self.now >= self.until => self.enter(State::HalfOpen, None),
                State::HalfOpen if self.now >= self.since + LIMIT => self.enter(State::Open, None),
                _ => return,
            }
        }
    }

    fn in_flight(&self) -> usize {
        self.out.iter().filter(|(generation, _)| *generation == self.generation).count()
    }

    fn admit(&mut self) -> bool {
        self.settle();
        if self.state == State::HalfOpen {
            if self.in_flight() + self.probes.len() >= PROBES && self.now >= self.last_probe + PROBE_TIMEOUT {
                self.generation += 1;
            }
            if self.in_flight() + self.probes.len() >= PROBES {
                self.rejected += 1;
                return false;
            }
            self.last_probe = self.now;
        }
        let admitted = !matches!(self.state, State::Open | State::ForcedOpen);
        if admitted {
            self.out.push((self.generation, self.now));
        } else {
            self.rejected += 1;
        }
        admitted
    }

    fn record(&mut self, place: usize, verdict: Verdict) -> Recorded {
        // Of what does not count nobody asks whether it is late.
        if self.out[place].0 == self.generation && verdict != Verdict::Ignore {
            self.settle();
        }
        let (generation, began) = self.out.remove(place);
        if generation != self.generation {
            return Recorded::Stale;
        }
        if verdict == Verdict::Ignore || self.state == State::Disabled {
            return Recorded::Recorded;
        }
        let (failed, slow) = (verdict != Verdict::Success, self.minds_slow && self.now - began > SLOW);
        let asked = match verdict {
            Verdict::RetryAfter(wait) => wait.as_millis() as u64,
            _ => 0,
        };
        if self.state == State::HalfOpen {
            self.probes.push((failed, slow));
            let bad = self.probes.iter().filter(|(failed, slow)| *failed || *slow).count();
            if verdict == Verdict::Trip || bad > PROBES - NEEDED {
                self.open(asked);
            } else if self.probes.len() - bad >= NEEDED {
                self.enter(State::Closed, None);
            }
            return Recorded::Recorded;
        }
        self.calls.push((self.now, failed, slow));
        let window = self.window();
        let share = |count: usize| window.len() >= MINIMUM && 2 * count >= window.len();
        let trips = share(window.iter().filter(|(_, failed, _)| *failed).count())
            || share(window.iter().filter(|(.., slow)| *slow).count())
            || self.row() >= ROW;
        if self.state == State::Closed && (trips || verdict == Verdict::Trip) {
            self.open(asked);
        }
        Recorded::Recorded
    }
}

fn verdicts() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        5 => Just(Verdict::Success),
        4 => Just(Verdict::Failure),
        1 => Just(Verdict::Ignore),
        1 => Just(Verdict::Trip),
        1 => (0u64..50).prop_map(|ms| Verdict::RetryAfter(Duration::from_millis(ms))),
    ]
}

fn forces() -> impl Strategy<Value = Force> {
    let wait = Duration::from_millis(15);
    proptest::sample::select(vec![
        Force::Closed,
        Force::Open,
        Force::OpenFor(wait),
        Force::HalfOpen,
        Force::ForcedOpen,
        Force::Disabled,
        Force::MetricsOnly,
    ])
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        any::<(bool, bool)>().prop_map(Self::new).boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Step> {
        let admit = Just(Step::Admit);
        let advance = prop_oneof![(0u64..12), (0u64..120)].prop_map(Step::Advance);
        let force = forces().prop_map(Step::Force);
        match state.out.len() {
            0 => prop_oneof![8 => admit, 3 => advance, 1 => force].boxed(),
            out => {
                let record = (0..out, verdicts()).prop_map(|(place, verdict)| Step::Record(place, verdict));
                let drop = (0..out).prop_map(Step::Drop);
                prop_oneof![8 => admit, 8 => record, 1 => drop, 4 => advance, 1 => force].boxed()
            }
        }
    }

    fn preconditions(state: &Self, step: &Step) -> bool {
        match step {
            Step::Record(place, _) | Step::Drop(place) => *place < state.out.len(),
            _ => true,
        }
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        state.step(*step);
        state
    }
}

impl Model {
    /// Whether a call was admitted; what became of a result. Afterwards somebody looks at the state.
    fn step(&mut self, step: Step) -> (Option<bool>, Option<Recorded>) {
        let answer = self.answer(step);
        self.settle();
        answer
    }

    fn answer(&mut self, step: Step) -> (Option<bool>, Option<Recorded>) {
        match step {
            Step::Admit => return (Some(self.admit()), None),
            Step::Record(place, verdict) => return (None, Some(self.record(place, verdict))),
            Step::Drop(place) => {
                self.out.remove(place);
            }
            Step::Advance(ms) => self.now += ms,
            Step::Force(force) => match force {
                Force::Closed => self.enter(State::Closed, None),
                Force::Open => self.enter(State::Open, None),
                Force::OpenFor(wait) => self.enter(State::Open, Some(wait.as_millis() as u64)),
                Force::HalfOpen => self.enter(State::HalfOpen, None),
                Force::ForcedOpen => self.enter(State::ForcedOpen, None),
                Force::Disabled => self.enter(State::Disabled, None),
                Force::MetricsOnly => self.enter(State::MetricsOnly, None),
            },
        }
        (None, None)
    }

    fn options(&self) -> BreakerOptions {
        let ms = Duration::from_millis;
        let window = if self.by_time {
            Window::Time { width: ms(WIDTH), buckets: BUCKETS as u32 }
        } else {
            Window::Calls(CALLS as u32)
        };
        let trip = Trip { consecutive: Some(ROW as u32), ..Trip::at_ratio(Ratio::HALF, MINIMUM as u32) };
        let mut half_open = HalfOpen::some_of(NEEDED as u16, PROBES as u16);
        half_open.probe_timeout = ms(PROBE_TIMEOUT);
        half_open.limit = Some((ms(LIMIT), Undecided::Open));
        BreakerOptions::default()
            .with_window(window)
            .with_trip(if self.minds_slow { trip.with_slow(ms(SLOW), Ratio::HALF) } else { trip })
            .with_half_open(half_open)
            .with_wait(Backoff::exponential(ms(WAIT), 2.0).with_cap(ms(LONGEST_WAIT)))
    }

    fn now(&self) -> Instant {
        Instant::from_nanos(0) + Duration::from_millis(self.now)
    }
}

/// Runs the same steps on both. By hand and not by `StateMachineTest`, whose system cannot hold permits: they borrow.
fn compare(mut model: Model, steps: &[Step]) -> Result<(), TestCaseError> {
    let breaker = CircuitBreaker::new(model.options()).unwrap();
    let mut out = Vec::new();
    for &step in steps {
        let (admitted, recorded) = model.step(step);
        let now = model.now();
        match step {
            Step::Admit => {
                let permit = breaker.admit(now);
                prop_assert_eq!(Some(permit.is_ok()), admitted);
                match permit {
                    Ok(permit) => out.push(permit),
                    Err(rejected) => prop_assert_eq!(rejected.state, model.state),
                }
            }
            Step::Record(place, verdict) => {
                prop_assert_eq!(Some(breaker.record(out.remove(place), verdict, now)), recorded);
            }
            Step::Drop(place) => drop(out.remove(place)),
            Step::Advance(_) => {}
            Step::Force(force) => breaker.force(force, now),
        }
        prop_assert_eq!(breaker.state(now), model.state);
        let snapshot = breaker.snapshot(now);
        prop_assert_eq!(snapshot.rejected, model.rejected);
        if matches!(model.state, State::Closed | State::MetricsOnly) {
            let window = model.window();
            prop_assert_eq!(snapshot.tally.calls, window.len() as u64);
            prop_assert_eq!(snapshot.consecutive_failures as usize, model.row());
            prop_assert_eq!(
                snapshot.tally.failed,
                window.iter().filter(|(_, failed, _)| *failed).count() as u64
            );
            prop_assert_eq!(snapshot.tally.slow, window.iter().filter(|(.., slow)| *slow).count() as u64);
        }
        if model.state == State::HalfOpen {
            prop_assert!(model.in_flight() + model.probes.len() <= PROBES);
            prop_assert_eq!(snapshot.tally.calls, model.probes.len() as u64);
        }
    }
    // Whatever the calls that are out will do, in some finite time another gets in.
    if !matches!(model.state, State::ForcedOpen) {
        let later = model.now() + Duration::from_millis(LIMIT + LONGEST_WAIT + PROBE_TIMEOUT);
        let moments =
            [later, later + Duration::from_millis(PROBE_TIMEOUT), later + Duration::from_millis(LIMIT)];
        prop_assert!(moments.into_iter().any(|moment| breaker.admit(moment).is_ok()));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]
    #[test]
    fn a_breaker_does_what_the_model_does((model, steps, _) in Model::sequential_strategy(1..120)) {
        compare(model, &steps)?;
    }
}
