//! An old, commented file goes from version 1.0.0 to 2.1.0 and back, and a value is saved to it.

use std::error::Error;
use std::fs;

use enhanced_config::EnhancedConfigSystem;
use enhanced_config::migrate::{ConfigMigrator, Version, builtin};

const OLD: &str = "\
# The agents of this host. Ask ops before raising the count.
version: \"1.0.0\" # of the layout, not of the program

agents:
  count: 2 # was 4 until March
  # Pixels from the top left.
  start: {x: 10, y: 20}
";

fn main() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("unified_config.yaml");
    fs::write(&file, OLD)?;

    let mut migrator = ConfigMigrator::new();
    for migration in builtin::unified_config() {
        migrator.register(migration)?;
    }
    let system = EnhancedConfigSystem::builder(dir.path()).migrator(migrator).build()?;

    // In memory, whatever is on disk.
    let config = system.load_config("unified_config")?;
    println!("loaded at version {}", config.get::<String>("version")?);
    assert_eq!(fs::read_to_string(&file)?, OLD);

    println!("\nthe plan, which writes nothing:");
    let plan = system.plan_migration("unified_config", None)?;
    println!("{plan}\n{}", plan.diff());

    let progress = |name: &str, at, of| println!("migrating {name}, {at} of {of}");
    println!("{}\n", system.migrate_all(progress));
    let config = system.load_config("unified_config")?;
    system.save_changes(&config, &serde_json::json!({ "performance": { "metrics_interval": 30 } }))?;
    println!("a value saved:\n{}", fs::read_to_string(&file)?);

    let backups = system.list_backups("unified_config")?;
    for backup in &backups {
        println!("a backup of version {}: {}", backup.version, backup.path.display());
    }
    system.migrate_config("unified_config", &Version::new(2, 1, 0), &Version::new(2, 0, 0))?;
    if let Some(oldest) = backups.last() {
        system.rollback_config("unified_config", oldest)?;
    }
    assert_eq!(fs::read_to_string(&file)?, OLD);
    println!("and back: the file is what it was");
    Ok(())
}
