//! A bulkhead written as simply as can be, beside which the real one does the same for any order of steps.

use enhanced_config_clock::Instant;
use enhanced_config_fault_tolerance::bulkhead::{Entry, Permit, Rejected, Ticket};
use enhanced_config_fault_tolerance::{Bulkhead, BulkheadOptions};
use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;
use std::task::Poll;
use std::time::Duration;

#[derive(Clone, Copy, Debug)]
enum Step {
    Admit,
    Enter,
    /// Which of the tickets that are out.
    Poll(usize),
    Leave(usize),
    /// Which of the permits that are out.
    GiveBack(usize),
    Advance(u64),
    SetOptions(u32, u32, u64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Admitted,
    Waiting,
    Rejected(Rejected),
}

/// Somebody who waits, or was handed a place and has not looked yet.
#[derive(Clone, Copy, Debug)]
struct Waiter {
    began: u64,
    deadline: u64,
    handed: bool,
}

#[derive(Clone, Debug)]
struct Model {
    now: u64,
    options: (u32, u32, u64),
    permits: usize,
    /// In the order in which they came.
    tickets: Vec<Waiter>,
    rejected: u64,
}

impl Model {
    fn in_flight(&self) -> usize {
        self.permits + self.tickets.iter().filter(|waiter| waiter.handed).count()
    }

    fn waiting(&self) -> usize {
        self.tickets.iter().filter(|waiter| !waiter.handed).count()
    }

    fn has_place(&self) -> bool {
        self.in_flight() < self.options.0 as usize
    }

    /// Whatever happens, free places go to those who have waited longest.
    fn hand_on(&mut self) {
        while self.has_place() {
            let Some(waiter) = self.tickets.iter_mut().find(|waiter| !waiter.handed) else { return };
            waiter.handed = true;
        }
    }

    fn reject(&mut self, rejected: Rejected) -> Answer {
        self.rejected += 1;
        Answer::Rejected(rejected)
    }

    fn enter(&mut self) -> Answer {
        let (_, most, wait) = self.options;
        if self.has_place() {
            self.permits += 1;
            Answer::Admitted
        } else if wait > 0 && self.waiting() < most as usize {
            self.tickets.push(Waiter { began: self.now, deadline: self.now + wait, handed: false });
            Answer::Waiting
        } else {
            self.reject(Rejected::Full)
        }
    }

    fn poll(&mut self, place: usize) -> Answer {
        let waiter = self.tickets[place];
        if waiter.handed {
            self.tickets.remove(place);
            self.permits += 1;
            Answer::Admitted
        } else if self.now >= waiter.deadline {
            self.tickets.remove(place);
            self.reject(Rejected::TimedOut { waited: Duration::from_nanos(self.now - waiter.began) })
        } else {
            Answer::Waiting
        }
    }

    fn step(&mut self, step: Step) -> Option<Answer> {
        let mut answer = None;
        match step {
            Step::Admit if self.has_place() => answer = Some(self.enter()),
            Step::Admit => answer = Some(self.reject(Rejected::Full)),
            Step::Enter => answer = Some(self.enter()),
            Step::Poll(place) => answer = Some(self.poll(place)),
            Step::Leave(place) => drop(self.tickets.remove(place)),
            Step::GiveBack(_) => self.permits -= 1,
            Step::Advance(nanos) => self.now += nanos,
            Step::SetOptions(in_flight, waiting, wait) => self.options = (in_flight, waiting, wait),
        }
        self.hand_on();
        answer
    }

    fn options(&self) -> BulkheadOptions {
        let (in_flight, waiting, wait) = self.options;
        BulkheadOptions::default()
            .with_max_in_flight(in_flight)
            .with_max_waiting(waiting)
            .with_max_wait(Duration::from_nanos(wait))
    }

    fn now(&self) -> Instant {
        Instant::from_nanos(self.now)
    }
}

fn limits() -> impl Strategy<Value = (u32, u32, u64)> {
    (1u32..4, 0u32..4, prop_oneof![1 => Just(0), 9 => 1u64..40])
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let model = |options| Self { now: 0, options, permits: 0, tickets: Vec::new(), rejected: 0 };
        limits().prop_map(model).boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Step> {
        let mut steps = vec![
            (2, Just(Step::Admit).boxed()),
            (6, Just(Step::Enter).boxed()),
            (2, (0u64..20).prop_map(Step::Advance).boxed()),
            (1, limits().prop_map(|(calls, waiting, wait)| Step::SetOptions(calls, waiting, wait)).boxed()),
        ];
        if state.permits > 0 {
            steps.push((5, (0..state.permits).prop_map(Step::GiveBack).boxed()));
        }
        if !state.tickets.is_empty() {
            steps.push((5, (0..state.tickets.len()).prop_map(Step::Poll).boxed()));
            steps.push((1, (0..state.tickets.len()).prop_map(Step::Leave).boxed()));
        }
        proptest::strategy::Union::new_weighted(steps).boxed()
    }

    fn preconditions(state: &Self, step: &Step) -> bool {
        match step {
            Step::GiveBack(place) => *place < state.permits,
            Step::Poll(place) | Step::Leave(place) => *place < state.tickets.len(),
            _ => true,
        }
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        state.step(*step);
        state
    }
}

/// What is out of the real one. Beside it and not in it, as a permit borrows: hence no `StateMachineTest`.
#[derive(Default)]
struct Out<'a> {
    permits: Vec<Permit<'a>>,
    tickets: Vec<Ticket<'a>>,
}

impl<'a> Out<'a> {
    fn entered(&mut self, entry: Result<Entry<'a>, Rejected>) -> Answer {
        match entry {
            Ok(Entry::Admitted(permit)) => {
                self.permits.push(permit);
                Answer::Admitted
            }
            Ok(Entry::Waiting(ticket)) => {
                self.tickets.push(ticket);
                Answer::Waiting
            }
            Err(rejected) => Answer::Rejected(rejected),
        }
    }

    fn polled(&mut self, place: usize, now: Instant) -> Answer {
        match self.tickets[place].poll(now) {
            Poll::Pending => Answer::Waiting,
            Poll::Ready(answer) => {
                drop(self.tickets.remove(place));
                self.entered(answer.map(Entry::Admitted))
            }
        }
    }

    fn step(&mut self, bulkhead: &'a Bulkhead, step: Step, model: &Model) -> Option<Answer> {
        match step {
            Step::Admit => return Some(self.entered(bulkhead.admit().map(Entry::Admitted))),
            Step::Enter => return Some(self.entered(bulkhead.enter(model.now()))),
            Step::Poll(place) => return Some(self.polled(place, model.now())),
            Step::Leave(place) => drop(self.tickets.remove(place)),
            Step::GiveBack(place) => drop(self.permits.remove(place)),
            Step::Advance(_) => {}
            Step::SetOptions(..) => bulkhead.set_options(model.options()).unwrap(),
        }
        None
    }
}

fn compare(mut model: Model, steps: &[Step]) -> Result<(), TestCaseError> {
    let bulkhead = Bulkhead::new(model.options()).unwrap();
    let mut out = Out::default();
    for &step in steps {
        let expected = model.step(step);
        prop_assert_eq!(out.step(&bulkhead, step, &model), expected);
        let seen = bulkhead.snapshot();
        prop_assert_eq!(
            (seen.in_flight as usize, seen.waiting as usize),
            (model.in_flight(), model.waiting())
        );
        prop_assert_eq!((seen.rejected, seen.options), (model.rejected, model.options()));
    }
    drop(out);
    let seen = bulkhead.snapshot();
    prop_assert_eq!((seen.in_flight, seen.waiting), (0, 0));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]
    #[test]
    fn a_bulkhead_does_what_the_model_does((model, steps, _) in Model::sequential_strategy(1..100)) {
        compare(model, &steps)?;
    }
}
