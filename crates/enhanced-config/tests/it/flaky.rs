//! Sources that fail at random, for a reason that passes. What fails is real: the directory is a link, as a deployment
//! switches it, that leads to itself (`ELOOP`) until it leads to the files again.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use enhanced_config::clock::{Clock, Instant, ManualClock, Sleep};
use enhanced_config::fault_tolerance::breaker::{State, Trip, Window};
use enhanced_config::{
    Assigned, EnhancedConfigSystem, FaultTolerance, Freshness, Level, LoadError, LoadErrorKind, SourceStatus,
};
use tempfile::TempDir;

/// A directory of which every read fails with a probability that can be set, and the time.
struct Flaky {
    dir: TempDir,
    clock: ManualClock,
    /// Of a thousand.
    failing: AtomicU64,
    random: AtomicU64,
    reads: AtomicU64,
    failed: AtomicU64,
    is_down: AtomicBool,
}

impl Flaky {
    fn new(failing: u64) -> Arc<Self> {
        // In memory, where there is such a place: what is known as good is synced to disk thousands of times.
        let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        fs::create_dir(dir.path().join("files")).unwrap();
        symlink("files", dir.path().join("root")).unwrap();
        Arc::new(Self {
            dir,
            clock: ManualClock::new(),
            failing: AtomicU64::new(failing),
            random: AtomicU64::new(7),
            reads: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            is_down: AtomicBool::new(false),
        })
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Draws whether the next read fails.
    fn draw(&self) {
        // An LCG, with Knuth's constants for MMIX.
        let next = |seed: u64| seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let drawn = next(self.random.load(SeqCst));
        self.random.store(drawn, SeqCst);
        self.reads.fetch_add(1, SeqCst);
        let fails = (drawn >> 33) % 1000 < self.failing.load(SeqCst);
        self.failed.fetch_add(fails.into(), SeqCst);
        self.set_down(fails);
    }

    fn set_down(&self, down: bool) {
        if self.is_down.swap(down, SeqCst) != down {
            symlink(if down { "root" } else { "files" }, self.path().join("next")).unwrap();
            fs::rename(self.path().join("next"), self.path().join("root")).unwrap();
        }
    }

    fn write(&self, number: u64) {
        let files = self.path().join("files");
        fs::write(files.join("new"), format!("number: {number}\n")).unwrap();
        fs::rename(files.join("new"), files.join("app.yaml")).unwrap();
    }
}

impl Clock for Flaky {
    fn now(&self) -> Instant {
        self.clock.now()
    }
}

/// Another attempt follows.
impl Sleep for Flaky {
    fn sleep(&self, duration: Duration) {
        self.clock.advance(duration);
        self.draw();
    }
}

/// Counts all reads of a system that makes no more than five loads.
fn tolerance() -> FaultTolerance {
    let mut options = FaultTolerance::default();
    options.breaker = options.breaker.with_window(Window::Calls(100)).with_trip(Trip::at_consecutive(12));
    options
}

fn system(flaky: &Arc<Flaky>, freshness: Freshness) -> EnhancedConfigSystem {
    let builder = EnhancedConfigSystem::builder(flaky.path().join("root"))
        .env_variables::<&str, &str>([])
        .clock(flaky.clone())
        .sleep(flaky.clone())
        .freshness(freshness)
        .check_interval(Duration::ZERO);
    builder.state_dir(flaky.path().join("state")).fault_tolerance(tolerance()).build().unwrap()
}

fn number(system: &EnhancedConfigSystem) -> Result<u64, LoadError> {
    Ok(system.load_config("app")?.get("number").unwrap())
}

fn source(system: &EnhancedConfigSystem) -> SourceStatus {
    system.status("app").unwrap().source
}

#[test]
fn ten_thousand_loads_of_a_source_that_fails_three_reads_of_ten() {
    let flaky = Flaky::new(300);
    flaky.write(0);
    assert_eq!(number(&system(&flaky, Freshness::Never)).unwrap(), 0, "a last good value");
    let (mut written, mut served, mut live) = (0, 0, 0);
    let (mut retries, mut recovered, mut gave_up, mut calls, mut failed, mut restored) = (0, 0, 0, 0, 0, 0);
    let mut system_now = None;
    for load in 0..10_000 {
        flaky.set_down(false);
        if load % 5 == 0 {
            written += 1;
            flaky.write(written);
        }
        if load % 5 == 0 {
            system_now = Some(system(&flaky, Freshness::Never));
        }
        let system = system_now.as_ref().unwrap();
        let is_first = system.status("app").is_none();
        flaky.draw();
        let now = match is_first {
            true => number(system),
            // Says what became of it; what is served is what counts.
            false => system.reload("app").and_then(|_| number(system)),
        };
        let now = now.unwrap_or_else(|error| panic!("load {load}: {error}"));
        assert!((served..=written).contains(&now), "load {load}: {now}, after {served}");
        served = now;
        let status = system.status("app").unwrap();
        live += u64::from(!status.is_degraded());
        restored += u64::from(status.active.level == Level::LastKnownGood);
        assert!(status.is_degraded() || served == written, "{status}");
        if load % 5 == 4 {
            let SourceStatus { breaker, retry, .. } = status.source;
            (retries, recovered, gave_up) =
                (retries + retry.retries, recovered + retry.recovered, gave_up + retry.gave_up);
            (calls, failed) = (calls + breaker.tally.calls, failed + breaker.tally.failed);
            assert_eq!((breaker.state, breaker.rejected), (State::Closed, 0));
        }
    }
    let (reads, down) = (flaky.reads.load(SeqCst), flaky.failed.load(SeqCst));
    assert_eq!((calls, failed), (reads, down), "the breaker has seen every read");
    assert_eq!(reads, 10_000 + retries, "each is a load's first or a retry");
    assert_eq!(down, retries + gave_up, "and each that failed is followed by a retry, or by none");
    assert_eq!(live, 10_000 - gave_up, "whatever was not given up serves what is written");
    assert!(recovered > 2000 && gave_up > 10 && restored > 0, "{recovered} {gave_up} {restored}");
}

#[test]
fn a_source_that_stays_down_is_left_alone_and_asked_again_in_time() {
    let flaky = Flaky::new(1000);
    flaky.write(1);
    let system = system(&flaky, Freshness::Never);
    assert_eq!(number(&system).unwrap(), 1);
    flaky.write(2);
    flaky.draw();
    for _ in 0..10 {
        system.reload("app").unwrap();
        assert_eq!(number(&system).unwrap(), 1);
    }
    let source = source(&system);
    assert_eq!(source.breaker.state, State::Open);
    assert!(source.breaker.rejected > 0 && source.breaker.tally.failed == 12, "{source:?}");
    let status = system.status("app").unwrap();
    assert!(status.assigned.problems().is_some_and(|problems| problems.is_transient()), "{status}");
    flaky.failing.store(0, SeqCst);
    flaky.set_down(false);
    flaky.clock.advance(Duration::from_secs(5));
    system.reload("app").unwrap();
    assert_eq!(number(&system).unwrap(), 2);
    let status = system.status("app").unwrap();
    assert_eq!((status.source.breaker.state, status.assigned), (State::Closed, Assigned::Served));
}

#[test]
fn a_fault_that_passes_is_tried_again_after_an_outage_as_before() {
    let flaky = Flaky::new(1000);
    flaky.write(1);
    let system = system(&flaky, Freshness::Never);
    assert_eq!(number(&system).unwrap(), 1);
    flaky.set_down(true);
    for _ in 0..3 {
        system.reload("app").unwrap();
    }
    assert_eq!(source(&system).breaker.state, State::Open);
    flaky.failing.store(0, SeqCst);
    flaky.clock.advance(Duration::from_secs(5));
    for number_now in 2..5 {
        flaky.write(number_now);
        // For one read, and not for the attempt after it.
        flaky.set_down(number_now > 2);
        system.reload("app").unwrap();
        assert_eq!(number(&system).unwrap(), number_now);
    }
    assert_eq!(source(&system).retry.recovered, 2);
}

#[test]
fn a_reader_who_looks_waits_for_nobody() {
    let flaky = Flaky::new(300);
    flaky.write(0);
    let system = system(&flaky, Freshness::Checked);
    assert_eq!(number(&system).unwrap(), 0);
    let mut served = 0;
    for load in 1..=2_000 {
        flaky.set_down(false);
        flaky.write(load);
        flaky.draw();
        let now = number(&system).unwrap_or_else(|error| panic!("load {load}: {error}"));
        assert!((served..=load).contains(&now));
        served = now;
    }
    assert_eq!(flaky.clock.now(), Instant::default());
    assert_eq!(source(&system).retry.retries, 0);
    flaky.set_down(false);
    assert_eq!(number(&system).unwrap(), 2_000);
    assert!(!system.status("app").unwrap().is_degraded());
}

#[test]
fn what_only_looks_as_it_did_is_asked_again_all_the_same() {
    let flaky = Flaky::new(1000);
    flaky.write(1);
    assert_eq!(number(&system(&flaky, Freshness::Never)).unwrap(), 1);
    let second = system(&flaky, Freshness::Checked);
    flaky.draw();
    assert_eq!(number(&second).unwrap(), 1);
    let status = second.status("app").unwrap();
    assert!(status.is_degraded() && status.active.level == Level::LastKnownGood, "{status}");
    flaky.failing.store(0, SeqCst);
    flaky.set_down(false);
    assert_eq!(number(&second).unwrap(), 1);
    let status = second.status("app").unwrap();
    assert!(!status.is_degraded() && status.active.level == Level::Live, "{status}");
}

#[test]
fn a_load_waits_no_longer_than_it_may_and_then_says_why() {
    let flaky = Flaky::new(1000);
    flaky.write(1);
    let builder =
        EnhancedConfigSystem::builder(flaky.path().join("root")).clock(flaky.clone()).sleep(flaky.clone());
    let patience = Duration::from_millis(25);
    let system = builder.fault_tolerance(tolerance().with_patience(patience)).build().unwrap();
    flaky.draw();
    let error = number(&system).unwrap_err();
    assert!(error.problems().unwrap().is_transient(), "{error}");
    assert!(flaky.clock.now() - Instant::default() <= patience);
}

#[test]
fn what_could_never_be_read_is_not_served_yet_and_status_says_why() {
    let flaky = Flaky::new(1000);
    flaky.write(1);
    let system = system(&flaky, Freshness::Never);
    assert!(system.status("app").is_none(), "nobody asked for it");
    flaky.draw();
    number(&system).unwrap_err();
    let status = system.status("app").unwrap();
    assert_eq!((status.active.version, status.active.level), (0, Level::Nothing));
    assert!(status.is_degraded() && status.assigned.problems().unwrap().is_transient(), "{status}");
    assert_eq!((status.source.breaker.tally.failed, status.source.retry.gave_up), (5, 1));
    assert!(status.to_string().starts_with("app: not served yet, DEGRADED: "), "{status}");
    assert_eq!(system.statuses().len(), 1);
    flaky.failing.store(0, SeqCst);
    flaky.set_down(false);
    assert_eq!(number(&system).unwrap(), 1);
    let status = system.status("app").unwrap();
    assert_eq!((status.active.version, status.active.level, status.is_degraded()), (1, Level::Live, false));
}

#[test]
fn an_error_says_that_nothing_was_read_for_it() {
    let flaky = Flaky::new(1000);
    flaky.write(1);
    let system = system(&flaky, Freshness::Never);
    flaky.draw();
    let rejection = || match number(&system).unwrap_err().into_kind() {
        LoadErrorKind::Rejected(rejection) => rejection,
        other => panic!("{other}"),
    };
    while source_state(&system) != Some(State::Open) {
        assert_eq!(rejection().left_alone(), None);
    }
    let reads = flaky.reads.load(SeqCst);
    flaky.clock.advance(Duration::from_millis(400));
    let rejection = rejection();
    let left_alone = rejection.left_alone().unwrap();
    // The last wait between two attempts was a part of it.
    assert!(left_alone.since >= Duration::from_millis(400), "{left_alone}");
    assert_eq!(left_alone.since + left_alone.retry_after, Duration::from_secs(1));
    let said = left_alone.to_string();
    assert!(said.starts_with("left alone since 4") && said.contains("ms, and read again in "), "{said}");
    let text = rejection.to_string();
    let first_line = format!("configuration app has 1 problem, as of the last read: its sources are {said}");
    assert_eq!(text.lines().next(), Some(&*first_line));
    assert_eq!(flaky.reads.load(SeqCst), reads);
    let status = system.status("app").unwrap();
    assert_eq!(status.source.left_alone.as_ref(), Some(left_alone));
    assert!(status.to_string().ends_with(&format!("\n  its sources are {said}")), "{status}");
    flaky.clock.advance(left_alone.retry_after);
    assert_eq!(system.status("app").unwrap().source.left_alone, None);
}

fn source_state(system: &EnhancedConfigSystem) -> Option<State> {
    system.status("app").map(|status| status.source.breaker.state)
}
