//! What does it cost to bring many files to a newer version, with and without making it durable? Nobody else does this
//! with comments kept, so that there is no rival to compare with; writing and syncing the bare bytes is the floor. The time
//! of the processor is told beside that of the clock, which is the disk's and that of whoever else is at work.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::time::Instant;

use cpu_time::ProcessTime;
use enhanced_config::EnhancedConfigSystem;
use enhanced_config::core::KeyPath;
use enhanced_config::migrate::{ConfigMigrator, Migration, Step, Version};
use enhanced_config_benches::figures::{self, Figure};

const FILES: usize = 1_000;
const BYTES: usize = 20_000;

fn main() -> Result<(), Box<dyn Error>> {
    // On the disk that the program is built on: `/tmp` may be memory.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let text = text()?;
    let mut migrator = ConfigMigrator::new();
    for number in 0..FILES {
        let name = format!("app{number}");
        fs::write(dir.path().join(format!("{name}.yaml")), &text)?;
        migrator.register(migration(&name)?)?;
    }
    let system = EnhancedConfigSystem::builder(dir.path()).migrator(migrator).build()?;
    println!("{FILES} files of {} bytes, a migration of 4 steps", text.len());

    let began = Began::now();
    for number in 0..FILES {
        system.plan_migration(&format!("app{number}"), None)?;
    }
    let planned = began.report("planned, nothing written");

    let began = Began::now();
    let migrated = system.migrate_all(|name, at, of| {
        if at % 250 == 0 {
            println!("  {at}/{of} {name}");
        }
    });
    let migrated_in = began.report("migrated, with a durable backup each");
    assert!(migrated.is_complete(), "{migrated:?}");

    let began = Began::now();
    for number in 0..FILES {
        bare(dir.path(), number, &text)?;
    }
    let floor = began.report("the same bytes, written and synced twice by hand");
    let seconds = |seconds: f64| format!("{seconds:.2} s");
    let figure = Figure::alone(format!("migrate/{FILES} files, durable"), seconds(migrated_in));
    figures::keep(vec![
        figure.clone().promised("10 s", migrated_in < 10.0),
        figure.beside("the same bytes, by hand", seconds(floor), migrated_in / floor),
        Figure::alone(format!("migrate/{FILES} files, planned alone"), seconds(planned)),
    ])?;
    Ok(())
}

fn migration(name: &str) -> Result<Migration, Box<dyn Error>> {
    let path = |text: &str| text.parse::<KeyPath>();
    let steps = vec![
        Step::Rename { path: path("section7.host")?.into(), key: "address".into() },
        Step::Move { from: path("section9.port")?.into(), to: path("network.port")?.into() },
        Step::Default { path: path("limits.open")?.into(), value: 10.into() },
        Step::Set { path: path("section3.timeout")?.into(), value: 5.into(), was: None },
    ];
    Ok(Migration::new(name, Version::new(1, 0, 0), Version::new(2, 0, 0), steps))
}

/// The floor: a backup and a file, each synced with its directory.
fn bare(dir: &Path, number: usize, text: &str) -> std::io::Result<()> {
    for ending in ["bare", "bare.bak"] {
        let (temporary, path) = (dir.join("temporary"), dir.join(format!("{number}.{ending}")));
        fs::write(&temporary, text)?;
        File::open(&temporary)?.sync_all()?;
        fs::rename(&temporary, path)?;
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}

fn text() -> Result<String, std::fmt::Error> {
    let mut text = "# generated\nversion: \"1.0.0\" # of the layout\n".to_owned();
    let mut section = 0;
    while text.len() < BYTES {
        writeln!(
            text,
            "\n# Section {section}\nsection{section}:\n  host: host-{section}.example.org # where\n  port: {section}\n  \
             # In seconds.\n  timeout: 30\n  tags: [a, \"b\", c]\n  nested:\n    - name: x\n      on: true\n    - name: y"
        )?;
        section += 1;
    }
    Ok(text)
}

/// When something began, by the clock and by the processor.
struct Began(Instant, ProcessTime);

impl Began {
    fn now() -> Self {
        Self(Instant::now(), ProcessTime::now())
    }

    /// The seconds by the clock.
    fn report(&self, what: &str) -> f64 {
        let (wall, cpu) = (self.0.elapsed().as_secs_f64(), self.1.elapsed().as_secs_f64());
        let each = |seconds: f64| seconds * 1e3 / FILES as f64;
        println!("{what}: {wall:.2} s, {:.2} ms a file, {:.2} ms of them at work", each(wall), each(cpu));
        wall
    }
}
