//! How long it takes from a change of a file until somebody who depends on it is told.
//!
//! Ours has read, checked and published the whole configuration by then; the others tell that something happened to
//! the file. All take turns, a change at a time, each with a directory of its own; between two changes of one there is
//! more than the time that anything takes to settle. Wall clock time.

use std::error::Error;
use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::sleep;
use std::time::{Duration, Instant};

use enhanced_config::EnhancedConfigSystem;
use enhanced_config_benches::figures::{self, Figure};
use enhanced_config_benches::report::Percentiles;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

const CHANGES: usize = 200;
/// Ours, and what the debouncers are given.
const SETTLE: Duration = Duration::from_millis(50);
const POLL: Duration = Duration::from_secs(1);

/// Watches `app.yaml` in a directory of its own until it is dropped.
struct Contestant {
    name: &'static str,
    dir: tempfile::TempDir,
    told: Receiver<Instant>,
    _watch: Box<dyn Send>,
}

type Start = fn(&Path, Sender<Instant>) -> Result<Box<dyn Send>, Box<dyn Error>>;

impl Contestant {
    fn new(name: &'static str, start: Start) -> Result<Self, Box<dyn Error>> {
        let dir = tempfile::tempdir()?;
        fs::write(dir.path().join("app.yaml"), text(0))?;
        let (sender, told) = channel();
        let watch = start(dir.path(), sender)?;
        Ok(Self { name, dir, told, _watch: watch })
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("app.yaml")
    }

    /// From the change until somebody is told.
    fn time(&self, change: impl FnOnce() -> std::io::Result<()>) -> Result<Duration, Box<dyn Error>> {
        while self.told.try_recv().is_ok() {}
        let start = Instant::now();
        change()?;
        Ok(self.told.recv()? - start)
    }

    fn moved_into_place(&self, number: usize) -> Result<Duration, Box<dyn Error>> {
        let new = self.dir.path().join("new");
        fs::write(&new, text(number))?;
        // What watches the directory has heard of the new file by then.
        pause(number);
        self.time(|| fs::rename(&new, self.file()))
    }

    fn written_in_place(&self, number: usize) -> Result<Duration, Box<dyn Error>> {
        pause(number);
        self.time(|| fs::write(self.file(), text(number)))
    }
}

/// Longer than anything takes to settle, and never in step with a poll.
fn pause(number: usize) {
    sleep(2 * SETTLE + Duration::from_millis((number * 37 % 200) as u64));
}

fn text(number: usize) -> String {
    format!("version: {number}\nserver: {{host: localhost, port: 8080}}\ndb: {{pool: 4, timeout: 30}}\n")
}

fn ours(dir: &Path, told: Sender<Instant>) -> Result<Box<dyn Send>, Box<dyn Error>> {
    let system = EnhancedConfigSystem::builder(dir).build()?;
    system.load_config("app")?;
    system.start_hot_reload()?;
    let subscription = system.on_change("app", ["version"], move |_| {
        let _ = told.send(Instant::now());
        Ok(())
    })?;
    Ok(Box::new((subscription, system)))
}

/// Whether an event is about the file and not about somebody reading it.
fn is_change(kind: &notify::EventKind, paths: &[PathBuf]) -> bool {
    !kind.is_access() && paths.iter().any(|path| path.ends_with("app.yaml"))
}

fn notify_alone(dir: &Path, told: Sender<Instant>) -> Result<Box<dyn Send>, Box<dyn Error>> {
    let hear = move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| is_change(&event.kind, &event.paths)) {
            let _ = told.send(Instant::now());
        }
    };
    let mut watcher: RecommendedWatcher = notify::recommended_watcher(hear)?;
    watcher.watch(dir, RecursiveMode::NonRecursive)?;
    Ok(Box::new(watcher))
}

fn debouncer_full(dir: &Path, told: Sender<Instant>) -> Result<Box<dyn Send>, Box<dyn Error>> {
    let hear = move |events: notify_debouncer_full::DebounceEventResult| {
        if events.is_ok_and(|events| events.iter().any(|event| is_change(&event.kind, &event.paths))) {
            let _ = told.send(Instant::now());
        }
    };
    let mut debouncer = notify_debouncer_full::new_debouncer(SETTLE, None, hear)?;
    debouncer.watch(dir, RecursiveMode::NonRecursive)?;
    Ok(Box::new(debouncer))
}

fn debouncer_mini(dir: &Path, told: Sender<Instant>) -> Result<Box<dyn Send>, Box<dyn Error>> {
    let hear = move |events: notify_debouncer_mini::DebounceEventResult| {
        if events.is_ok_and(|events| events.iter().any(|event| event.path.ends_with("app.yaml"))) {
            let _ = told.send(Instant::now());
        }
    };
    let mut debouncer = notify_debouncer_mini::new_debouncer(SETTLE, hear)?;
    debouncer.watcher().watch(dir, RecursiveMode::NonRecursive)?;
    Ok(Box::new(debouncer))
}

/// Ends when nobody listens any more.
fn poll(dir: &Path, told: Sender<Instant>) -> Result<Box<dyn Send>, Box<dyn Error>> {
    let file = dir.join("app.yaml");
    let mut before = fs::metadata(&file)?.modified()?;
    std::thread::spawn(move || {
        loop {
            sleep(POLL);
            let Ok(now) = fs::metadata(&file).and_then(|found| found.modified()) else { return };
            if now != before && told.send(Instant::now()).is_err() {
                return;
            }
            before = now;
        }
    });
    Ok(Box::new(()))
}

/// For somebody who watches.
fn progress(kind: &str, done: usize, of: usize) {
    if std::io::stderr().is_terminal() {
        eprint!("\r{kind}: {done} of {of}{}", if done == of { "\n" } else { "" });
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo test --benches` and the like only want to see it start.
    let changes = if std::env::args().any(|arg| arg == "--test") { 1 } else { CHANGES };
    let contestants = [
        Contestant::new("enhanced-config", ours)?,
        Contestant::new("notify alone", notify_alone)?,
        Contestant::new("notify-debouncer-full, 50 ms", debouncer_full)?,
        Contestant::new("notify-debouncer-mini, 50 ms", debouncer_mini)?,
        Contestant::new("mtime every second", poll)?,
    ];
    type Change = fn(&Contestant, usize) -> Result<Duration, Box<dyn Error>>;
    let kinds: [(&str, Change); 2] = [
        ("moved into place", Contestant::moved_into_place),
        ("written in place", Contestant::written_in_place),
    ];
    let words: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let is_wanted = |kind: &str| words.is_empty() || words.iter().any(|word| kind.contains(&**word));
    for (kind, change) in kinds.into_iter().filter(|(kind, _)| is_wanted(kind)) {
        let mut times = vec![Vec::new(); contestants.len()];
        for number in 0..changes {
            for (contestant, times) in contestants.iter().zip(&mut times) {
                times.push(change(contestant, number + 1)?);
            }
            progress(kind, number + 1, changes);
        }
        println!("\nA file {kind}, {changes} times\n");
        println!("| | median | 99 % within | times ours |\n|---|---|---|---|");
        let ours = Percentiles::of(&times[0]);
        let id = format!("reload/delivery/{kind}");
        let alone = Figure::alone(&id, format!("{:.2?}", ours.median));
        // 2 ms on a quiet system; in place it settles for 50, and has 20 beside that.
        let most = Duration::from_millis(if kind == "moved into place" { 2 } else { 70 });
        let mut figures = vec![alone.clone().promised(format!("{most:?}"), ours.median <= most)];
        for (contestant, times) in contestants.iter().zip(&times) {
            let found = Percentiles::of(times);
            let ratio = found.median.as_secs_f64() / ours.median.as_secs_f64();
            println!("| {} | {:.2?} | {:.2?} | {ratio:.2} |", contestant.name, found.median, found.p99);
            if contestant.name != contestants[0].name {
                figures.push(alone.clone().beside(
                    contestant.name,
                    format!("{:.2?}", found.median),
                    1.0 / ratio,
                ));
            }
        }
        figures::keep(figures)?;
    }
    Ok(())
}
