//! Runs a system of 64 configurations for as long as one likes: a writer edits, breaks, moves, migrates and saves their
//! files and fills the disk; callbacks refuse and panic; four threads read. Looked at all the time:
//!
//! - no reader sees half of a change, or a number that was never to be seen;
//! - versions only rise;
//! - what a file says is served five seconds after it has settled, and what cannot be used is not;
//! - a save or a migration that fails leaves the file as it was, and none fails without a reason;
//! - memory, threads and descriptors do not grow.
//!
//! ```sh
//! cargo run --release -p enhanced-config-soak -- --seconds 1800
//! ```
//!
//! A run prints its seed. The same seed makes the same operations in the same order; how they fall together with the
//! watcher and the readers is up to the machine.

mod content;
mod expected;
mod flat;
mod readers;
mod world;
mod writer;

use std::error::Error;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use flat::{Flat, Taken};
use world::{Disk, PANIC, World};
use writer::Writer;

const USAGE: &str = "usage: enhanced-config-soak [--seconds N] [--seed N]";
/// Between two operations, at most: often less than files take to settle, and now and then more.
const MOST_PAUSE: Duration = Duration::from_millis(60);
const REPORT: Duration = Duration::from_secs(5);
const READING: Duration = Duration::from_secs(1);

struct Options {
    seconds: u64,
    seed: u64,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut options = Self { seconds: 60, seed: fastrand::u64(..) };
        while let Some(argument) = arguments.next() {
            let number = arguments.next().ok_or(USAGE)?.parse().map_err(|_| USAGE)?;
            match argument.as_str() {
                "--seconds" => options.seconds = number,
                "--seed" => options.seed = number,
                _ => return Err(USAGE.into()),
            }
        }
        Ok(options)
    }
}

fn main() -> ExitCode {
    let run = Options::read(std::env::args().skip(1)).and_then(|options| run(&options));
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("FAILED: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let Options { seconds, seed } = *options;
    println!("{seconds} s with --seed {seed}");
    quiet_panics();
    let before = Taken::now();
    let disk = Disk::new()?;
    if !disk.can_be_filled {
        println!("SKIPPED: filling the disk, which takes root to mount one");
    }
    let world = World::new(&disk)?;
    let outcome = soak(&world, &disk, seconds, seed);
    let violations = world.record.violations();
    drop(world);
    if let Some(what) = violations.into_iter().next().or(outcome.err()) {
        return Err(format!("{what}\nagain with: --seconds {seconds} --seed {seed}").into());
    }
    if let (Some(before), Some(after)) = (before, Taken::now()) {
        let (Taken { threads, descriptors, .. }, was) = (after, before);
        println!("when it is dropped: {threads} threads, {descriptors} descriptors");
        if threads > was.threads || descriptors > was.descriptors {
            return Err(format!("something is left behind: {was:?} before, {after:?} after").into());
        }
    }
    println!("nothing was wrong");
    Ok(())
}

/// What is told to panic need not be read about thousands of times.
fn quiet_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.payload().downcast_ref::<String>().is_none_or(|message| message != PANIC) {
            usual(info);
        }
    }));
}

fn soak(world: &World, disk: &Disk, seconds: u64, seed: u64) -> Result<(), String> {
    let (is_over, reads) = (AtomicBool::new(false), AtomicU64::new(0));
    let filler = disk.can_be_filled.then(|| disk.path().join("filler"));
    let mut writer = Writer::new(world, seed, filler);
    thread::scope(|scope| {
        for number in 0..readers::READERS {
            let (is_over, reads) = (&is_over, &reads);
            scope.spawn(move || readers::read(world, number, seed, is_over, reads));
        }
        let outcome = write(world, &mut writer, Duration::from_secs(seconds), seed, &is_over, &reads);
        is_over.store(true, Relaxed);
        outcome
    })?;
    for (operation, (made, failed)) in &writer.made {
        println!("{operation:>12}: {made:>6}, of which {failed} were refused or had nothing to do");
    }
    Ok(())
}

fn write(
    world: &World,
    writer: &mut Writer<'_>,
    time: Duration,
    seed: u64,
    is_over: &AtomicBool,
    reads: &AtomicU64,
) -> Result<(), String> {
    // Apart from that of the operations, which must not depend on how many pauses there were.
    let mut random = fastrand::Rng::with_seed(!seed);
    let (start, mut flat) = (Instant::now(), Flat::default());
    let (mut reported, mut looked) = (start, start);
    while start.elapsed() < time && !is_over.load(Relaxed) {
        writer.step()?;
        thread::sleep(MOST_PAUSE.mul_f64(random.f64()));
        if looked.elapsed() >= READING {
            looked = Instant::now();
            Taken::now().into_iter().for_each(|taken| flat.add(taken));
        }
        if reported.elapsed() >= REPORT {
            reported = Instant::now();
            report(world, start, reads);
        }
    }
    if is_over.load(Relaxed) {
        return Ok(());
    }
    writer.settle()?;
    report(world, start, reads);
    flat.check()
}

fn report(world: &World, start: Instant, reads: &AtomicU64) {
    let record = &world.record;
    let count = |counter: &AtomicU64| counter.load(Relaxed);
    let taken = Taken::now().map_or(String::new(), |Taken { memory, threads, descriptors }| {
        format!("; {} MiB, {threads} threads, {descriptors} descriptors", memory >> 10)
    });
    println!(
        "{:>5} s: {} reads; {} applied, {} refused, {} undone, {} missing, {} recovered{taken}",
        start.elapsed().as_secs(),
        count(reads),
        count(&record.applied),
        count(&record.refused),
        count(&record.undone),
        count(&record.missing),
        count(&record.recovered),
    );
}
