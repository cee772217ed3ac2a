//! What is run: a directory of configurations, the system that serves them, and those who depend on them.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use enhanced_config::format::Format;
use enhanced_config::migrate::{ConfigMigrator, Migration, Step, Version};
use enhanced_config::reload::{Live, Outcome, Subscription};
use enhanced_config::{EnhancedConfigSystem, KeyPath, Problem, ProblemKind};

use crate::content::{Content, Layout, Mood, Stamp};
use crate::expected::Expected;

/// How many configurations there are.
pub(crate) const CONFIGS: usize = 64;
const FORMATS: [(Format, &str); 4] =
    [(Format::Yaml, "yaml"), (Format::Toml, "toml"), (Format::Json, "json"), (Format::Jsonc, "jsonc")];
/// What the callback that panics says.
pub(crate) const PANIC: &str = "a callback panics, as it was told to";

/// A configuration, its file, and what may be served of it.
pub(crate) struct Config {
    pub(crate) name: String,
    pub(crate) format: Format,
    pub(crate) file: PathBuf,
    pub(crate) expected: Expected,
    pub(crate) live: Live<Content>,
}

/// What became of attempts, and what was wrong.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) applied: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) undone: AtomicU64,
    pub(crate) missing: AtomicU64,
    pub(crate) recovered: AtomicU64,
    violations: Mutex<Vec<String>>,
}

impl Record {
    /// Notes what must not be.
    pub(crate) fn violation(&self, what: String) {
        self.lock().push(what);
    }

    /// All that must not be, and was.
    pub(crate) fn violations(&self) -> Vec<String> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.violations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn outcome(&self, outcome: &Outcome) {
        let counter = match outcome {
            Outcome::Applied => &self.applied,
            Outcome::Refused(_) => &self.refused,
            Outcome::Undone(_) => &self.undone,
            Outcome::Missing(_) => &self.missing,
            Outcome::Recovered => &self.recovered,
            _ => return,
        };
        counter.fetch_add(1, Relaxed);
    }
}

/// The directory, in memory of its own where that can be had, so that it can be filled.
pub(crate) struct Disk {
    dir: tempfile::TempDir,
    pub(crate) can_be_filled: bool,
}

impl Disk {
    pub(crate) fn new() -> std::io::Result<Self> {
        let dir = tempfile::tempdir()?;
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=64m", "soak"]).arg(dir.path()).output();
        Ok(Self { dir, can_be_filled: mounted.is_ok_and(|output| output.status.success()) })
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.can_be_filled {
            // What stays mounted is seen by whoever removes the directory.
            let _ = Command::new("umount").arg(self.path()).status();
        }
    }
}

pub(crate) struct World {
    pub(crate) system: EnhancedConfigSystem,
    pub(crate) configs: Vec<Config>,
    pub(crate) record: Arc<Record>,
    _subscriptions: Vec<Subscription>,
}

impl World {
    /// All configurations, each with a file that can be used, loaded and followed.
    pub(crate) fn new(disk: &Disk) -> Result<Self, Box<dyn Error>> {
        let root = disk.path().join("config");
        std::fs::create_dir(&root)?;
        let mut migrator = ConfigMigrator::new();
        for at in 0..CONFIGS {
            migrator.register(migration(&name(at))?)?;
        }
        let system = EnhancedConfigSystem::builder(&root)
            .env_variables::<&str, &str>([])
            .migrator(migrator)
            .state_dir(disk.path().join("state"))
            .build()?;
        let record = Arc::new(Record::default());
        let (mut configs, mut subscriptions) = (Vec::new(), Vec::new());
        for (at, &(format, extension)) in (0..CONFIGS).zip(FORMATS.iter().cycle()) {
            let name = name(at);
            let file = root.join(format!("{name}.{extension}"));
            std::fs::write(&file, Content::new(0, Mood::Calm, 100).text(format, Layout::New))?;
            subscribe(&system, &name, &record, &mut subscriptions)?;
            let live = system.live(&name)?;
            configs.push(Config { name, format, file, expected: Expected::new(0), live });
        }
        system.start_hot_reload()?;
        Ok(Self { system, configs, record, _subscriptions: subscriptions })
    }

    /// What a caller is served now, and its version.
    pub(crate) fn served(&self, config: &Config) -> Result<(Stamp, u64), String> {
        let name = &config.name;
        let loaded =
            self.system.load_config(name).map_err(|error| format!("{name} cannot be had: {error}"))?;
        let content: Content = loaded.extract().map_err(|error| format!("{name} is served: {error}"))?;
        let stamp = content.whole().ok_or_else(|| format!("{name} is torn: {content:?}"))?;
        Ok((stamp, loaded.version()))
    }
}

fn name(at: usize) -> String {
    format!("c{at:02}")
}

fn migration(name: &str) -> Result<Migration, Box<dyn Error>> {
    let renamed = Step::Rename { path: "number".parse::<KeyPath>()?.into(), key: "stamp".into() };
    Ok(Migration::new(name, Version::new(1, 0, 0), Version::new(1, 1, 0), vec![renamed]))
}

/// Callbacks that count, refuse and panic, as the configuration says.
fn subscribe(
    system: &EnhancedConfigSystem,
    name: &str,
    record: &Arc<Record>,
    subscriptions: &mut Vec<Subscription>,
) -> Result<(), Box<dyn Error>> {
    let counted = Arc::clone(record);
    subscriptions.push(system.on_reload(name, move |event| counted.outcome(&event.outcome))?);
    subscriptions.push(system.before_change(name, |change| match change.new_value().get("mood") {
        Ok(Mood::Refuse) => {
            Err(Problem::error(ProblemKind::Custom { message: "it says that it is to be refused".into() }))
        }
        _ => Ok(()),
    })?);
    subscriptions.push(system.on_change(name, [""], |change| {
        let is_told_to = !change.is_undo() && matches!(change.new_value().get("mood"), Ok(Mood::Panic));
        assert!(!is_told_to, "{PANIC}");
        Ok(())
    })?);
    Ok(())
}
