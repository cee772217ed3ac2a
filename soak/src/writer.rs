//! The one who changes the files, well and badly. What it does follows from its seed alone, not from how it goes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use enhanced_config::SaveError;
use fastrand::Rng;

use crate::content::{Content, Layout, Mood, Stamp};
use crate::expected::{Fate, SETTLED};
use crate::world::{CONFIGS, Config, World};

/// What a file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// What has to be served.
    Good(Stamp),
    /// What is served for a moment and taken back.
    TakenBack(Stamp),
    /// What nobody can use, or nothing.
    Bad,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    /// A new file is moved into the place of the old one.
    Replace(Mood, Layout),
    /// The file is written where it is, in two parts.
    Overwrite,
    /// Half of a file, or one that makes no sense.
    Break(Damage),
    /// The file goes.
    Remove,
    /// The file goes, and comes back.
    MoveAway(Duration),
    /// The program saves.
    Save,
    /// The program rewrites the file at the newest version of its layout.
    Migrate,
    /// The disk is full while this many other operations are made.
    Fill(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    Half,
    Empty,
    Nonsense,
    WrongType,
}

impl Operation {
    fn draw(random: &mut Rng) -> Self {
        match random.u8(..100) {
            0..22 => Self::Replace(Mood::Calm, Layout::New),
            22..30 => Self::Replace(Mood::Calm, Layout::Old),
            30..36 => Self::Replace(Mood::Refuse, Layout::New),
            36..42 => Self::Replace(Mood::Panic, Layout::New),
            42..54 => Self::Overwrite,
            54..64 => {
                let kinds = [Damage::Half, Damage::Empty, Damage::Nonsense, Damage::WrongType];
                Self::Break(random.choice(kinds).unwrap_or(Damage::Half))
            }
            64..67 => Self::Remove,
            67..74 => Self::MoveAway(Duration::from_millis(random.u64(..900))),
            74..89 => Self::Save,
            89..98 => Self::Migrate,
            _ => Self::Fill(random.usize(1..6)),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Replace(Mood::Calm, Layout::New) => "replace",
            Self::Replace(Mood::Calm, Layout::Old) => "old layout",
            Self::Replace(Mood::Refuse, _) => "refused",
            Self::Replace(Mood::Panic, _) => "panics",
            Self::Overwrite => "overwrite",
            Self::Break(_) => "break",
            Self::Remove => "remove",
            Self::MoveAway(_) => "move away",
            Self::Save => "save",
            Self::Migrate => "migrate",
            Self::Fill(_) => "fill",
        }
    }
}

/// Changes files at random, until it is told to end.
pub(crate) struct Writer<'w> {
    world: &'w World,
    random: Rng,
    says: [Says; CONFIGS],
    stamp: Stamp,
    /// A file that takes up what is left of the disk, where that is one of its own.
    filler: Option<PathBuf>,
    is_full: bool,
    /// How often each operation was made, and how often it failed, as it may.
    pub(crate) made: BTreeMap<&'static str, (u64, u64)>,
}

impl<'w> Writer<'w> {
    pub(crate) fn new(world: &'w World, seed: u64, filler: Option<PathBuf>) -> Self {
        let (random, says) = (Rng::with_seed(seed), [Says::Good(0); CONFIGS]);
        Self { world, random, says, stamp: 0, filler, is_full: false, made: BTreeMap::new() }
    }

    /// One operation on one configuration; an error is what must not be.
    pub(crate) fn step(&mut self) -> Result<(), String> {
        match Operation::draw(&mut self.random) {
            Operation::Fill(count) => self.with_full_disk(count),
            operation => self.make(operation),
        }
    }

    /// Leaves all files as they have to be served, and waits until they are.
    pub(crate) fn settle(&mut self) -> Result<(), String> {
        for at in 0..CONFIGS {
            self.make_at(at, Operation::Replace(Mood::Calm, Layout::New))?;
        }
        let since = Instant::now();
        let world = self.world;
        for (config, says) in world.configs.iter().zip(self.says) {
            while world.served(config).map(|(stamp, _)| Says::Good(stamp)) != Ok(says) {
                if since.elapsed() > SETTLED {
                    let served = world.served(config);
                    return Err(format!("{}: {says:?} is in the file, {served:?} is served", config.name));
                }
                thread::sleep(Duration::from_millis(5));
            }
        }
        Ok(())
    }

    /// Other operations while nothing more fits on the disk. Without a disk to fill, they are made all the same, so that a
    /// seed means the same everywhere.
    fn with_full_disk(&mut self, count: usize) -> Result<(), String> {
        let fills = self.filler.clone().map(|filler| (fill(&filler), filler));
        self.is_full = fills.is_some();
        self.count("fill", !self.is_full);
        let mut made = Ok(());
        for _ in 0..count {
            let operation = Operation::draw(&mut self.random);
            if !matches!(operation, Operation::Fill(_)) {
                made = made.and_then(|()| self.make(operation));
            }
        }
        if let Some((_, filler)) = fills {
            fs::remove_file(&filler).map_err(|error| format!("the disk cannot be freed: {error}"))?;
        }
        self.is_full = false;
        made
    }

    fn make(&mut self, operation: Operation) -> Result<(), String> {
        let at = self.random.usize(..CONFIGS);
        self.make_at(at, operation)
    }

    fn make_at(&mut self, at: usize, operation: Operation) -> Result<(), String> {
        // All that is random, whatever comes of it.
        self.stamp += 1;
        let (stamp, items) = (self.stamp, self.random.usize(10..2000));
        let world = self.world;
        let (Some(config), Some(&says)) = (world.configs.get(at), self.says.get(at)) else { return Ok(()) };
        let full = if self.is_full { ", the disk is full" } else { "" };
        config.expected.begin(format!("{stamp}: {operation:?}{full}, the file said {says:?}"));
        if let Says::TakenBack(again) = says {
            // Whatever makes it look again.
            config.expected.may_see(again, Fate::TakenBack);
        }
        let content = |mood| Content::new(stamp, mood, items);
        let written = match operation {
            Operation::Replace(mood, layout) => replace(config, &content(mood), layout),
            Operation::Overwrite => overwrite(config, &content(Mood::Calm)),
            Operation::Break(damage) => damaged(config, &content(Mood::Calm), damage),
            Operation::Remove => remove(config),
            Operation::MoveAway(time) => move_away(config, time, says),
            Operation::Save => self.save(config, &content(Mood::Calm), says)?,
            Operation::Migrate => self.migrate(config, says)?,
            Operation::Fill(_) => return Ok(()),
        };
        let now = written.unwrap_or(says);
        if let Says::Good(stamp) = now {
            config.expected.settled(stamp);
        }
        if let Some(says) = self.says.get_mut(at) {
            *says = now;
        }
        self.count(operation.name(), written.is_none());
        Ok(())
    }

    fn count(&mut self, name: &'static str, failed: bool) {
        let (made, failures) = self.made.entry(name).or_default();
        *made += 1;
        *failures += u64::from(failed);
    }

    fn save(&self, config: &Config, content: &Content, says: Says) -> Result<Option<Says>, String> {
        let stamp = content.whole().unwrap_or_default();
        config.expected.may_see(stamp, Fate::Served);
        let system = &self.world.system;
        let loaded = system.load_config(&config.name).map_err(|error| format!("before a save: {error}"))?;
        let is_served = matches!(says, Says::Good(good) if loaded.get("stamp").ok() == Some(good));
        let outcome = self.unless_changed(config, || system.save_since(&loaded, content).map(|_| ()))?;
        match outcome {
            Ok(()) => Ok(Some(Says::Good(stamp))),
            Err(error) if is_served && !self.is_full => Err(format!("a save fails: {error}")),
            Err(_) => Ok(None),
        }
    }

    fn migrate(&self, config: &Config, says: Says) -> Result<Option<Says>, String> {
        let migrate = || self.world.system.migrate_config_to_latest(&config.name).map(|_| ());
        match self.unless_changed(config, migrate)? {
            Ok(()) => Ok(Some(says)),
            Err(error) if matches!(says, Says::Good(_)) && !self.is_full => {
                Err(format!("a migration fails: {error}"))
            }
            Err(_) => Ok(None),
        }
    }

    /// What fails must leave the file as it was.
    fn unless_changed(
        &self,
        config: &Config,
        write: impl FnOnce() -> Result<(), SaveError>,
    ) -> Result<Result<(), SaveError>, String> {
        let before = fs::read(&config.file).ok();
        let outcome = write();
        match &outcome {
            Err(error) if fs::read(&config.file).ok() != before => {
                Err(format!("{}: the file was changed in spite of an error: {error}", config.name))
            }
            _ => Ok(outcome),
        }
    }
}

/// What the file says then; none if it is what it was.
fn replace(config: &Config, content: &Content, layout: Layout) -> Option<Says> {
    let stamp = content.whole()?;
    let (fate, says) = match content.mood {
        Mood::Calm => (Fate::Served, Says::Good(stamp)),
        Mood::Refuse => (Fate::Unseen, Says::Bad),
        Mood::Panic => (Fate::TakenBack, Says::TakenBack(stamp)),
    };
    config.expected.may_see(stamp, fate);
    let new = config.file.with_extension("new");
    let moved =
        fs::write(&new, content.text(config.format, layout)).and_then(|()| fs::rename(&new, &config.file));
    if moved.is_err() {
        let _ = fs::remove_file(&new);
    }
    moved.is_ok().then_some(says)
}

fn overwrite(config: &Config, content: &Content) -> Option<Says> {
    let stamp = content.whole()?;
    config.expected.may_see(stamp, Fate::Served);
    let text = content.text(config.format, Layout::New);
    let (first, second) = text.split_at(text.len() / 2);
    let written = File::create(&config.file).and_then(|mut file| {
        file.write_all(first.as_bytes())?;
        thread::yield_now();
        file.write_all(second.as_bytes())
    });
    // On a full disk the file is left in pieces.
    Some(written.map_or(Says::Bad, |()| Says::Good(stamp)))
}

fn damaged(config: &Config, content: &Content, damage: Damage) -> Option<Says> {
    let text = content.text(config.format, Layout::New);
    let text = match damage {
        Damage::Half => text.get(..text.len() / 2)?.to_owned(),
        Damage::Empty => String::new(),
        Damage::Nonsense => "{{{ [ \u{1}".to_owned(),
        Damage::WrongType => text.replace("calm", "merry"),
    };
    let _ = fs::write(&config.file, text);
    Some(Says::Bad)
}

fn remove(config: &Config) -> Option<Says> {
    let _ = fs::remove_file(&config.file);
    Some(Says::Bad)
}

fn move_away(config: &Config, time: Duration, says: Says) -> Option<Says> {
    let away = config.file.with_extension("away");
    fs::rename(&config.file, &away).ok()?;
    thread::sleep(time);
    match fs::rename(&away, &config.file) {
        Ok(()) => Some(says),
        Err(_) => Some(Says::Bad),
    }
}

/// Writes until nothing fits any more.
fn fill(filler: &std::path::Path) -> std::io::Result<()> {
    let mut file = File::create(filler)?;
    for size in [1 << 20, 4096] {
        let zeros = vec![0; size];
        while file.write_all(&zeros).is_ok() {}
    }
    Ok(())
}
