//! A budget beside a list of everything that ever went in and out.

use enhanced_config_clock::Instant;
use enhanced_config_fault_tolerance::{Ratio, RetryBudget};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use std::time::Duration;

const PERCENT: u64 = 30;
const PER_SECOND: u64 = 2;
/// Ten spans of a tenth of a second.
const SPAN: u64 = 100;

#[derive(Clone, Copy, Debug)]
enum Step {
    Deposit,
    Withdraw,
    Advance(u64),
}

#[derive(Clone, Debug, Default)]
struct Model {
    now: u64,
    deposits: Vec<u64>,
    withdrawals: Vec<u64>,
}

impl Model {
    fn recent(&self, moments: &[u64]) -> u64 {
        moments.iter().filter(|moment| *moment / SPAN + 10 > self.now / SPAN).count() as u64
    }

    fn balance(&self) -> u64 {
        let allowed = self.recent(&self.deposits) * PERCENT / 100 + PER_SECOND;
        allowed.saturating_sub(self.recent(&self.withdrawals))
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        prop_oneof![3 => Just(Step::Deposit), 3 => Just(Step::Withdraw), 1 => (0u64..700).prop_map(Step::Advance)].boxed()
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        match step {
            Step::Deposit => state.deposits.push(state.now),
            Step::Withdraw if state.balance() > 0 => state.withdrawals.push(state.now),
            Step::Withdraw => {}
            Step::Advance(ms) => state.now += ms,
        }
        state
    }
}

struct Test {
    budget: RetryBudget,
    withdrawn: usize,
}

impl StateMachineTest for Test {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(_: &Model) -> Self {
        let budget =
            RetryBudget::over(Duration::from_secs(1), Ratio::percent(PERCENT as u8), PER_SECOND as u32);
        Self { budget, withdrawn: 0 }
    }

    fn apply(mut test: Self, model: &Model, step: Step) -> Self {
        let now = Instant::default() + Duration::from_millis(model.now);
        match step {
            Step::Deposit => test.budget.deposit(now),
            Step::Withdraw => test.withdrawn += usize::from(test.budget.withdraw(now)),
            Step::Advance(_) => {}
        }
        assert_eq!(test.withdrawn, model.withdrawals.len());
        assert_eq!(test.budget.balance(now), model.balance());
        test
    }
}

prop_state_machine! {
    #[test]
    fn a_budget_does_what_the_model_does(sequential 1..100 => Test);
}
