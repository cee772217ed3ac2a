//! What following a thousand files costs while nothing happens: processor time as a share of one core, over ten seconds.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use enhanced_config::EnhancedConfigSystem;
use enhanced_config_benches::figures::{self, Figure};
use notify::{PollWatcher, RecursiveMode, Watcher};

const FILES: usize = 1000;
const TIME: Duration = Duration::from_secs(10);

fn name(number: usize) -> String {
    format!("config-{number}")
}

/// Runs while `watch` lives, and tells the share of one core that this process used.
fn measure(what: &str, watch: impl Sized) -> f64 {
    // What starting it began is done.
    sleep(Duration::from_secs(3));
    let (used, start) = (ProcessTime::now(), Instant::now());
    sleep(TIME);
    let share = used.elapsed().as_secs_f64() / start.elapsed().as_secs_f64();
    drop(watch);
    println!("| {what} | {:.3} % |", share * 100.0);
    share
}

fn percent(share: f64) -> String {
    format!("{:.2} % of a core", share * 100.0)
}

/// Looks at the time of each file once a second, as a program would that does it by hand.
struct Poll(Arc<AtomicBool>);

impl Poll {
    fn start(files: Vec<PathBuf>) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let stopped = Arc::clone(&stop);
        std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                for file in &files {
                    std::hint::black_box(fs::metadata(file).and_then(|found| found.modified()).ok());
                }
                sleep(Duration::from_secs(1));
            }
        });
        Self(stop)
    }
}

impl Drop for Poll {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn ours(dir: &Path) -> Result<EnhancedConfigSystem, Box<dyn Error>> {
    let system = EnhancedConfigSystem::builder(dir).build()?;
    for number in 0..FILES {
        system.load_config(&name(number))?;
    }
    system.start_hot_reload()?;
    Ok(system)
}

fn main() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let files: Vec<PathBuf> = (0..FILES).map(|number| dir.path().join(name(number) + ".yaml")).collect();
    for file in &files {
        fs::write(file, "server: {host: localhost, port: 8080}\n")?;
    }
    println!("Following {FILES} files while nothing happens\n\n| | of one core |\n|---|---|");
    let share = measure("enhanced-config", ours(dir.path())?);
    let ours = Figure::alone(format!("reload/idle/{FILES} files"), percent(share));
    let mut watcher = notify::recommended_watcher(|_| ())?;
    watcher.watch(dir.path(), RecursiveMode::NonRecursive)?;
    measure("notify alone: no look at any file", watcher);
    let second = notify::Config::default().with_poll_interval(Duration::from_secs(1));
    let mut watcher = PollWatcher::new(|_| (), second)?;
    watcher.watch(dir.path(), RecursiveMode::NonRecursive)?;
    measure("notify's PollWatcher every second", watcher);
    let by_hand = measure("mtime of each every second", Poll::start(files));
    figures::keep(vec![ours.beside("mtime of each every second", percent(by_hand), share / by_hand)])?;
    Ok(())
}
