use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use enhanced_config::reload::{
    EventReceiver, NotReceived, Outcome, Received, ReloadEvent, ReloadOptions, Subscription,
};
use enhanced_config::{Builder, Config, EnhancedConfigSystem};

/// As patient as by default, but for the longest waits, which would only make the tests take longer.
pub(crate) fn options() -> ReloadOptions {
    ReloadOptions::default()
        .with_max_wait(ms(800))
        .with_open_wait(ms(1500))
        .with_missing_grace(ms(250))
        .with_poll_interval(ms(200))
}

/// Longer than anything that could still be delivered takes: the poll, and then the grace of what is missing.
const QUIET: Duration = ms(600);

/// How long something may take that has to come, on a machine that does other things too.
pub(crate) const PATIENCE: Duration = ms(20_000);

pub(crate) const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A configuration whose first value and last value are the same number: half of one shows.
pub(crate) fn text(number: u32) -> String {
    let middle: String = (0..50).map(|line| format!("key-{line}: text that takes some room\n")).collect();
    format!("first: {number}\n{middle}last: {number}\n")
}

/// What lacks its end is not whole.
const WHOLE: &str = r#"{ "required": ["first", "last"], "properties": {
    "first": { "type": "integer" }, "last": { "type": "integer" }
} }"#;

/// What was delivered: the number.
fn number(config: &Config) -> u32 {
    let read = |path| config.get::<u32>(path).unwrap();
    let (first, last) = (read("first"), read("last"));
    assert_eq!(first, last, "a torn configuration was delivered");
    first
}

/// A system that follows `app.yaml` in a directory of its own, whose number is 1 to begin with.
pub(crate) struct Running {
    pub(crate) system: Arc<EnhancedConfigSystem>,
    dir: PathBuf,
    deliveries: Arc<Mutex<Vec<(u64, u32)>>>,
    events: EventReceiver,
    reader: Option<JoinHandle<()>>,
    stop: Arc<AtomicBool>,
    _told: Subscription,
    _dir: tempfile::TempDir,
}

/// Runs a scenario as often as `SCENARIO_RUNS` says, once by default.
pub(crate) fn scenario(prepare: &str, story: impl Fn(&mut Running)) {
    let runs = std::env::var("SCENARIO_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(1);
    for _ in 0..runs {
        story(&mut Running::start(prepare, |builder| builder));
    }
}

impl Running {
    /// Starts with what the shell prepares, which finds `app.yaml` there already.
    pub(crate) fn start(prepare: &str, set_up: impl FnOnce(Builder) -> Builder) -> Self {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().join("config");
        std::fs::create_dir(&dir).unwrap();
        std::fs::write(dir.join("app.yaml"), text(1)).unwrap();
        for number in 2..10 {
            std::fs::write(temp.path().join(number.to_string()), text(number)).unwrap();
        }
        sh(&dir, prepare);
        let builder = EnhancedConfigSystem::builder(&dir).env_variables::<&str, &str>([]);
        let builder = builder.schema("app", WHOLE);
        let system = Arc::new(set_up(builder.reload_options(options())).build().unwrap());
        assert_eq!(number(&system.load_config("app").unwrap()), 1);
        system.start_hot_reload().unwrap();
        let deliveries = Arc::<Mutex<Vec<_>>>::default();
        let delivered = Arc::clone(&deliveries);
        let told = system.on_change("app", [""], move |change| {
            let new = change.new_value();
            delivered.lock().unwrap().push((new.version(), number(new)));
            Ok(())
        });
        let stop = Arc::<AtomicBool>::default();
        let reader = read_all_the_time(Arc::clone(&system), Arc::clone(&stop));
        Self {
            events: system.events(),
            system,
            dir,
            deliveries,
            reader: Some(reader),
            stop,
            _told: told.unwrap(),
            _dir: temp,
        }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Runs a script in the directory, where `../2` to `../9` are whole configurations of these numbers.
    #[track_caller]
    pub(crate) fn sh(&self, script: &str) {
        sh(&self.dir, script);
    }

    /// Runs a script in the directory that holds the directory.
    #[track_caller]
    pub(crate) fn sh_above(&self, script: &str) {
        sh(self.dir.parent().unwrap(), script);
    }

    /// `number` is delivered, once, and nothing after it. Of what was whole in between, `others` may be delivered too,
    /// at most once each. Nothing is refused.
    #[track_caller]
    pub(crate) fn delivers(&mut self, number: u32, others: &[u32]) {
        self.await_number(number);
        let events = self.quiet();
        assert_eq!(bad(&events), [], "nothing is refused");
        self.check_deliveries(number, others);
    }

    /// As [`delivers`](Self::delivers), without waiting for what may come after it.
    #[track_caller]
    pub(crate) fn delivers_soon(&mut self, number: u32) {
        self.await_number(number);
        let deliveries = self.taken();
        assert_eq!(deliveries.iter().map(|(_, number)| *number).collect::<Vec<_>>(), [number]);
        while let Ok(Received::Event(event)) = self.events.try_recv() {
            assert_eq!(event.outcome.problems(), None);
        }
    }

    /// As [`delivers`](Self::delivers), where something in between may be refused, or found missing.
    #[track_caller]
    pub(crate) fn comes_to_deliver(&mut self, number: u32, others: &[u32]) {
        self.await_number(number);
        self.quiet();
        self.check_deliveries(number, others);
    }

    /// One event tells that the files cannot be used, and what was served is served.
    #[track_caller]
    pub(crate) fn refuses(&mut self) {
        self.fails_once("refused");
    }

    /// One event tells that the file is gone, and what was served is served.
    #[track_caller]
    pub(crate) fn misses(&mut self) {
        self.fails_once("missing");
    }

    /// One event tells that the files can be used again; nothing is delivered, because they say what is served.
    #[track_caller]
    pub(crate) fn recovers(&mut self) {
        let events = self.await_event("recovered");
        assert_eq!(bad(&events), []);
        assert_eq!(self.taken(), [], "nothing changed");
        assert!(!self.system.status("app").unwrap().is_degraded());
    }

    /// Nothing is delivered, and nobody is told anything.
    #[track_caller]
    pub(crate) fn stays(&mut self) {
        let events = self.quiet();
        assert!(events.is_empty(), "{events:?}");
        assert_eq!(self.taken(), []);
    }

    /// Nothing is delivered; that what was bad is bad for another reason may be told.
    #[track_caller]
    pub(crate) fn stays_bad(&mut self) {
        self.quiet();
        assert_eq!(self.taken(), []);
        assert!(self.system.status("app").unwrap().is_degraded());
    }

    /// Nothing is delivered any more.
    #[track_caller]
    pub(crate) fn stays_quiet(&mut self) {
        self.quiet();
        assert_eq!(self.taken(), []);
    }

    /// `number` is delivered at last, after any of `others`, in any number.
    #[track_caller]
    pub(crate) fn follows_a_burst(&mut self, number: u32, others: &[u32]) {
        self.await_number(number);
        let events = self.quiet();
        assert_eq!(bad(&events), []);
        let deliveries = self.taken();
        let (last, before) = deliveries.split_last().unwrap();
        assert_eq!((last.1, self.served()), (number, number));
        assert!(before.iter().all(|(_, number)| others.contains(number)), "{deliveries:?}");
        assert!(deliveries.len() < 20, "far fewer than there were changes: {deliveries:?}");
    }

    /// Waits until something holds.
    #[track_caller]
    pub(crate) fn awaits(&self, condition: impl Fn(&EnhancedConfigSystem) -> bool) {
        let start = Instant::now();
        while !condition(&self.system) {
            assert!(start.elapsed() < PATIENCE, "that did not come to hold");
            std::thread::sleep(ms(2));
        }
    }

    /// What is served now.
    pub(crate) fn served(&self) -> u32 {
        number(&self.system.load_config("app").unwrap())
    }

    #[track_caller]
    fn fails_once(&mut self, outcome: &str) {
        let before = self.served();
        let events = self.await_event(outcome);
        let outcomes: Vec<_> = events.iter().map(|event| event.outcome.name()).collect();
        assert_eq!(outcomes, [outcome], "{events:?}");
        assert_eq!((self.taken(), self.served()), (vec![], before));
        assert!(self.system.status("app").unwrap().is_degraded());
    }

    #[track_caller]
    fn check_deliveries(&mut self, number: u32, others: &[u32]) {
        let deliveries = self.taken();
        assert!(deliveries.is_sorted_by(|a, b| a.0 < b.0), "versions rise: {deliveries:?}");
        let mut numbers: Vec<u32> = deliveries.iter().map(|(_, number)| *number).collect();
        assert_eq!(numbers.pop(), Some(number), "{deliveries:?}");
        assert!(numbers.iter().all(|number| others.contains(number)), "{deliveries:?}");
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len() + 1, deliveries.len(), "each once: {deliveries:?}");
        assert_eq!(self.served(), number);
        assert!(!self.system.status("app").unwrap().is_degraded());
    }

    #[track_caller]
    fn await_number(&self, number: u32) {
        let start = Instant::now();
        while self.deliveries.lock().unwrap().last().is_none_or(|(_, last)| *last != number) {
            let waited = start.elapsed();
            let so_far = self.deliveries.lock().unwrap().clone();
            assert!(
                waited < PATIENCE,
                "{number} was not delivered, but {so_far:?}; {:?}",
                self.system.status("app")
            );
            std::thread::sleep(ms(1));
        }
    }

    #[track_caller]
    fn await_event(&self, outcome: &str) -> Vec<ReloadEvent> {
        let mut events = Vec::new();
        while events.last().is_none_or(|event: &ReloadEvent| event.outcome.name() != outcome) {
            match self.events.recv_timeout(PATIENCE) {
                Ok(Received::Event(event)) => events.push(event),
                other => panic!("expected {outcome}, got {other:?} after {events:?}"),
            }
        }
        events.extend(self.quiet());
        events
    }

    /// What is told until nothing has been for a while: that nothing comes can only be seen by waiting.
    fn quiet(&self) -> Vec<ReloadEvent> {
        let mut events = Vec::new();
        loop {
            match self.events.recv_timeout(QUIET) {
                Ok(Received::Event(event)) => events.push(event),
                Err(NotReceived::Yet) => return events,
                other => panic!("{other:?}"),
            }
        }
    }

    fn taken(&self) -> Vec<(u64, u32)> {
        std::mem::take(&mut self.deliveries.lock().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let read = self.reader.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            read.unwrap().expect("no reader ever sees a torn configuration, or an older one");
        }
    }
}

/// Tells that the files could not be used.
fn bad(events: &[ReloadEvent]) -> Vec<Outcome> {
    let is_bad = |event: &&ReloadEvent| event.outcome.problems().is_some();
    events.iter().filter(is_bad).map(|event| event.outcome.clone()).collect()
}

fn read_all_the_time(system: Arc<EnhancedConfigSystem>, stop: Arc<AtomicBool>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut version = 0;
        while !stop.load(Ordering::Relaxed) {
            let config = system.load_config("app").unwrap();
            number(&config);
            assert!(config.version() >= version, "versions never fall");
            version = config.version();
            std::thread::sleep(ms(1));
        }
    })
}

#[track_caller]
pub(crate) fn sh(dir: &Path, script: &str) {
    let output = Command::new("sh").args(["-ec", script]).current_dir(dir).output().unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Whether a tool is there; says so where it is not, and the scenario is left out.
pub(crate) fn has(tool: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {tool}")]).output().unwrap();
    if !found.status.success() {
        eprintln!("SKIPPED: this scenario needs {tool}, which is not installed");
    }
    found.status.success()
}

/// Whether this is root.
pub(crate) fn is_root_user() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

/// Whether this is root; says so where it is not, and the scenario is left out.
pub(crate) fn is_root() -> bool {
    let is_root = is_root_user();
    if !is_root {
        eprintln!("SKIPPED: this scenario mounts file systems, which takes root");
    }
    is_root
}
