use enhanced_config_clock::Instant;
use enhanced_config_fault_tolerance::ladder::{Event, Mode, Transition};
use enhanced_config_fault_tolerance::{DegradationLadder, LadderOptions, Ratio};
use proptest::prelude::*;
use std::cell::RefCell;
use std::time::Duration;

const MODES: [Mode; 4] = [Mode::Offline, Mode::Essential, Mode::Reduced, Mode::Full];
const DWELL: u64 = 30;

fn at(seconds: u64) -> Instant {
    Instant::default() + Duration::from_secs(seconds)
}

fn options() -> LadderOptions {
    LadderOptions::default().with_dwell(Duration::from_secs(DWELL))
}

fn ladder() -> DegradationLadder {
    DegradationLadder::new(options()).unwrap()
}

#[track_caller]
fn check(ladder: &DegradationLadder, percent: u8, second: u64, expected: Mode) {
    assert_eq!(ladder.observe(Ratio::percent(percent), at(second)), expected);
    assert_eq!(ladder.mode(), expected);
}

#[test]
fn it_falls_at_once_and_climbs_a_step_at_a_time() {
    let ladder = ladder();
    check(&ladder, 90, 0, Mode::Full);
    check(&ladder, 89, 1, Mode::Reduced);
    check(&ladder, 19, 2, Mode::Offline);
    check(&ladder, 100, 31, Mode::Offline);
    check(&ladder, 100, 32, Mode::Essential);
    check(&ladder, 100, 61, Mode::Essential);
    check(&ladder, 100, 62, Mode::Reduced);
    check(&ladder, 100, 92, Mode::Full);
}

#[test]
fn health_that_wavers_about_a_bound_moves_nothing() {
    let ladder = ladder();
    check(&ladder, 59, 0, Mode::Essential);
    for second in (100..1000).step_by(2) {
        check(&ladder, 59, second, Mode::Essential);
        check(&ladder, 64, second + 1, Mode::Essential);
    }
    check(&ladder, 65, 1000, Mode::Reduced);
}

#[test]
fn all_the_health_there_is_is_enough() {
    let options = options().with_bounds(Ratio::ONE, Ratio::HALF, Ratio::ZERO);
    let ladder = DegradationLadder::new(options).unwrap();
    check(&ladder, 99, 0, Mode::Reduced);
    check(&ladder, 99, 100, Mode::Reduced);
    check(&ladder, 100, 100, Mode::Full);
}

#[test]
fn a_mode_may_have_to_last_before_a_worse_one_too() {
    let options = options().with_dwell_before_worse(Duration::from_secs(5));
    let ladder = DegradationLadder::new(options).unwrap();
    check(&ladder, 0, 4, Mode::Full);
    check(&ladder, 70, 5, Mode::Reduced);
    check(&ladder, 0, 9, Mode::Reduced);
    check(&ladder, 0, 10, Mode::Offline);
}

#[test]
fn pinned_it_stays_where_it_is() {
    let ladder = ladder();
    ladder.pin(Mode::Essential, at(0));
    assert!(ladder.snapshot().is_pinned);
    check(&ladder, 0, 1, Mode::Essential);
    check(&ladder, 100, 100, Mode::Essential);
    ladder.unpin();
    assert_eq!(ladder.mode(), Mode::Essential);
    check(&ladder, 100, 100, Mode::Reduced);
}

#[test]
fn observers_are_told_in_order_and_find_the_new_mode() {
    let told = RefCell::new(Vec::new());
    let ladder =
        DegradationLadder::with_observer(options(), |event: &Event| told.borrow_mut().push(*event)).unwrap();
    ladder.observe(Ratio::HALF, at(1));
    ladder.observe(Ratio::HALF, at(2));
    ladder.pin(Mode::Full, at(3));
    ladder.pin(Mode::Full, at(4));
    ladder.unpin();
    ladder.unpin();
    let told = told.borrow();
    let [
        Event::Changed(first),
        Event::Pinned(Mode::Full),
        Event::Changed(second),
        Event::Pinned(Mode::Full),
        Event::Unpinned,
    ] = told.as_slice()
    else {
        panic!("{told:?}");
    };
    let parts = |changed: &Transition| (changed.from, changed.to, changed.health, changed.at);
    assert_eq!(parts(first), (Mode::Full, Mode::Essential, Some(Ratio::HALF), at(1)));
    assert_eq!(parts(second), (Mode::Essential, Mode::Full, None, at(3)));
}

#[test]
fn bounds_that_do_not_fall_are_refused() {
    for bounds in [[10, 20, 5], [30, 10, 20]] {
        let [reduced, essential, offline] = bounds.map(Ratio::percent);
        let options = options().with_bounds(reduced, essential, offline);
        assert_eq!(DegradationLadder::new(options).map(|_| ()).unwrap_err().option, "bounds");
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Observe { percent: u8, after: u64 },
    Pin(Mode),
    Unpin,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let observe = (0u8..=100, 0u64..40).prop_map(|(percent, after)| Step::Observe { percent, after });
    let step = prop_oneof![
        20 => observe,
        1 => proptest::sample::select(MODES.to_vec()).prop_map(Step::Pin),
        1 => Just(Step::Unpin),
    ];
    prop::collection::vec(step, 1..80)
}

/// Says anew from all that has happened, in numbers of modes, where a ladder stands.
fn model(history: &[(Step, u64)]) -> Mode {
    let (mut mode, mut since, mut is_pinned) = (3, 0, false);
    for &(step, now) in history {
        let next = match step {
            Step::Pin(pinned) => {
                is_pinned = true;
                MODES.iter().position(|mode| *mode == pinned).unwrap()
            }
            Step::Unpin => {
                is_pinned = false;
                mode
            }
            Step::Observe { .. } if is_pinned => mode,
            Step::Observe { percent, .. } => {
                let allowed = [20, 60, 90].iter().filter(|bound| percent >= **bound).count();
                let with_margin = [25, 65, 95].iter().filter(|bound| percent >= **bound).count();
                match allowed {
                    worse if worse < mode => worse,
                    _ if with_margin > mode && now - since >= DWELL => mode + 1,
                    _ => mode,
                }
            }
        };
        if next != mode {
            (mode, since) = (next, now);
        }
    }
    MODES[mode]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
    #[test]
    fn a_ladder_does_what_the_model_does(steps in steps()) {
        let (ladder, mut now, mut history) = (ladder(), 0, Vec::new());
        for step in steps {
            match step {
                Step::Observe { percent, after } => {
                    now += after;
                    ladder.observe(Ratio::percent(percent), at(now));
                }
                Step::Pin(mode) => ladder.pin(mode, at(now)),
                Step::Unpin => ladder.unpin(),
            }
            history.push((step, now));
            prop_assert_eq!(ladder.mode(), model(&history));
            prop_assert_eq!(ladder.snapshot().mode, ladder.mode());
        }
    }
}
