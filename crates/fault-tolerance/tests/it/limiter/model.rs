//! A limiter beside a bucket of tokens, which says the same in other words.

use enhanced_config_clock::Instant;
use enhanced_config_fault_tolerance::{Quota, RateLimiter};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use std::num::NonZeroU32;
use std::time::Duration;

#[derive(Clone, Copy, Debug)]
enum Step {
    Check(u32),
    Reserve(u32, u64),
    Advance(u64),
    SetQuota(u32, u64),
}

/// Times in nanoseconds; a token is worth an interval.
#[derive(Clone, Debug)]
struct Bucket {
    now: u64,
    burst: u32,
    interval: u64,
    /// What the tokens in the bucket are worth; less than nothing if some are reserved.
    level: i128,
    answer: Option<Result<u64, Option<u64>>>,
    /// When something passed since the quota last changed, and how much.
    passed: Vec<(u64, u32)>,
}

impl Bucket {
    fn take(&mut self, count: u32, max_wait: u64) -> Result<u64, Option<u64>> {
        if count > self.burst {
            return Err(None);
        }
        if count == 0 {
            return Ok(self.now);
        }
        let missing = i128::from(count) * i128::from(self.interval) - self.level;
        let wait = u64::try_from(missing.max(0)).unwrap();
        if wait > max_wait {
            return Err(Some(wait));
        }
        self.level -= i128::from(count) * i128::from(self.interval);
        self.passed.push((self.now + wait, count));
        Ok(self.now + wait)
    }

    fn quota(&self) -> Quota {
        Quota::every(Duration::from_nanos(self.interval)).with_burst(NonZeroU32::new(self.burst).unwrap())
    }

    fn full(&self) -> i128 {
        i128::from(self.burst) * i128::from(self.interval)
    }
}

impl ReferenceStateMachine for Bucket {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let bucket = |(burst, interval)| {
            let level = i128::from(burst) * i128::from(interval);
            Self { now: 0, burst, interval, level, answer: None, passed: Vec::new() }
        };
        (1u32..6, 1u64..50).prop_map(bucket).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        prop_oneof![
            6 => (0u32..7).prop_map(Step::Check),
            2 => (0u32..7, 0u64..200).prop_map(|(count, wait)| Step::Reserve(count, wait)),
            6 => (0u64..100).prop_map(Step::Advance),
            1 => (1u32..6, 1u64..50).prop_map(|(burst, interval)| Step::SetQuota(burst, interval)),
        ]
        .boxed()
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        state.answer = None;
        match *step {
            Step::Check(count) => state.answer = Some(state.take(count, 0)),
            Step::Reserve(count, wait) => state.answer = Some(state.take(count, wait)),
            Step::Advance(nanos) => {
                state.now += nanos;
                state.level = (state.level + i128::from(nanos)).min(state.full());
            }
            Step::SetQuota(burst, interval) => {
                let level = (state.level * i128::from(interval)).div_euclid(i128::from(state.interval));
                (state.burst, state.interval) = (burst, interval);
                state.level = level.min(state.full());
                state.passed.clear();
            }
        }
        state
    }
}

struct Test(RateLimiter);

impl StateMachineTest for Test {
    type SystemUnderTest = Self;
    type Reference = Bucket;

    fn init_test(bucket: &Bucket) -> Self {
        Self(RateLimiter::new(bucket.quota()))
    }

    fn apply(test: Self, bucket: &Bucket, step: Step) -> Self {
        let now = Instant::from_nanos(bucket.now);
        let (count, wait) = match step {
            Step::Check(count) => (count, 0),
            Step::Reserve(count, wait) => (count, wait),
            Step::Advance(_) => return test,
            Step::SetQuota(..) => {
                test.0.set_quota(bucket.quota(), now);
                return test;
            }
        };
        let answer = test.0.reserve(count, now, Duration::from_nanos(wait));
        let answer = answer.map(|reservation| reservation.at.as_nanos());
        let answer = answer.map_err(|limited| limited.retry_after.map(|wait| wait.as_nanos() as u64));
        assert_eq!(Some(answer), bucket.answer);
        test
    }

    fn check_invariants(test: &Self, bucket: &Bucket) {
        let remaining = bucket.level.max(0) / i128::from(bucket.interval);
        assert_eq!(i128::from(test.0.snapshot(Instant::from_nanos(bucket.now)).remaining), remaining);
        // In every window: at most the burst, and one for each interval of its length.
        for (first, (from, _)) in bucket.passed.iter().enumerate() {
            let mut passed = 0;
            for (to, count) in &bucket.passed[first..] {
                passed += count;
                assert!(
                    u64::from(passed) <= u64::from(bucket.burst) + to.saturating_sub(*from) / bucket.interval
                );
            }
        }
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]
    #[test]
    fn a_limiter_does_what_a_bucket_does(sequential 1..60 => Test);
}
