//! Those who read all the time, and look at all that they get.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use enhanced_config::reload::Reader;

use crate::content::{Content, Stamp};
use crate::world::{CONFIGS, Config, World};

/// How many read at once: every other one by a typed handle.
pub(crate) const READERS: usize = 4;
/// How long it reads in a row. The pause after it leaves the processors to the others.
const BURST: Duration = Duration::from_millis(1);
const PAUSE: Duration = Duration::from_millis(4);

/// Reads until it is over, or something is wrong.
pub(crate) fn read(world: &World, number: usize, seed: u64, is_over: &AtomicBool, reads: &AtomicU64) {
    let mut random = fastrand::Rng::with_seed(seed ^ number as u64);
    let mut source = if number.is_multiple_of(2) { Source::Loads } else { Source::handles(world) };
    let mut versions = [0; CONFIGS];
    let mut burst = Instant::now();
    while !is_over.load(Relaxed) {
        let at = random.usize(..CONFIGS);
        let (Some(config), Some(version)) = (world.configs.get(at), versions.get_mut(at)) else { continue };
        let since = Instant::now();
        let seen = source.read(world, at, config);
        if let Err(violation) = seen.and_then(|seen| check(config, seen, version, since)) {
            world.record.violation(format!("reader {number}: {}: {violation}", config.name));
            is_over.store(true, Relaxed);
        }
        reads.fetch_add(1, Relaxed);
        if burst.elapsed() > BURST {
            std::thread::sleep(PAUSE);
            burst = Instant::now();
        }
    }
}

/// What a reader reads from.
enum Source {
    /// Each time by name.
    Loads,
    /// By handles of its own.
    Handles(Vec<Reader<Content>>),
}

impl Source {
    fn handles(world: &World) -> Self {
        Self::Handles(world.configs.iter().map(|config| config.live.reader()).collect())
    }

    fn read(&mut self, world: &World, at: usize, config: &Config) -> Result<(Stamp, u64), String> {
        let Self::Handles(readers) = self else { return world.served(config) };
        let reader = readers.get_mut(at).ok_or("it has no handle")?;
        let stamp = reader.read().whole().ok_or("torn in a handle")?;
        Ok((stamp, reader.version()))
    }
}

/// A number and a version that were read after `since`; `before` is the version that was read last.
fn check(config: &Config, seen: (Stamp, u64), before: &mut u64, since: Instant) -> Result<(), String> {
    let (stamp, version) = seen;
    if version < *before {
        return Err(format!("from version {before} back to {version}"));
    }
    *before = version;
    config.expected.check(stamp, since)
}
