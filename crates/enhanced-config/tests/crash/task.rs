//! What the processes do that are killed.

use enhanced_config::migrate::{ConfigMigrator, Migration, Step, Version};
use enhanced_config::{EnhancedConfigSystem, KeyPath, SaveError};
use serde_json::json;
use std::path::Path;
use std::time::Duration;

/// The configuration at version 1.0.0, and what each task makes of it.
pub(crate) const OLD: &str = "\
# ours
version: \"1.0.0\" # of the layout
port: 80 # http

server:
  # where
  host: a # here
";
pub(crate) const SAVED: &str = "\
# ours
version: \"1.0.0\" # of the layout
port: 81 # http

";
pub(crate) const MIGRATED: &str = "\
# ours
version: \"2.0.0\" # of the layout
port: 80 # http

server:
  # where
  address: a # here
";

/// A system for the configurations in `dir`; one that migrates, and one that keeps what is good, where that is the task.
pub(crate) fn system(task: &str, dir: &Path) -> EnhancedConfigSystem {
    // A look at the files that comes or not, as the time goes, would be a call that comes or not.
    let builder = EnhancedConfigSystem::builder(dir).env_variables::<&str, &str>([]);
    let builder = builder.check_interval(Duration::from_secs(3600));
    match task {
        "migrate" | "roll back" => builder.migrator(migrator()),
        "save" => builder.state_dir(dir.join("state")),
        _ => builder,
    }
    .build()
    .unwrap()
}

fn migrator() -> ConfigMigrator {
    let mut migrator = ConfigMigrator::new();
    let path: KeyPath = "server.host".parse().unwrap();
    let step = Step::Rename { path: path.into(), key: "address".into() };
    let migration = Migration::new("app", Version::new(1, 0, 0), Version::new(2, 0, 0), vec![step]);
    migrator.register(migration).unwrap();
    migrator
}

/// Loads what the task is about, and gives the task, which says `done` or why not.
pub(crate) fn prepare(task: &str, dir: &Path) -> Box<dyn FnOnce() -> String> {
    let (task, system) = (task.to_owned(), system(task, dir));
    let config = system.load_config("app").unwrap();
    Box::new(move || {
        let done = match &*task {
            "count" => return count(&system).to_string(),
            "migrate" => system.migrate_config_to_latest("app").map(|migrated| migrated.saved),
            "roll back" => {
                system.list_backups("app").and_then(|backups| system.rollback_config("app", &backups[0]))
            }
            _ => system.save_since(&config, &json!({"version": "1.0.0", "port": 81})),
        };
        match done {
            Ok(saved) if saved.refused.is_none() => "done".to_owned(),
            Ok(saved) => format!("written and not served: {}", saved.refused.unwrap()),
            Err(error) => error.to_string(),
        }
    })
}

pub(crate) const ROUNDS: u32 = 100;

/// Adds one to the number in the file, time and again, and starts over when somebody else was faster. How often that was.
fn count(system: &EnhancedConfigSystem) -> u32 {
    let (mut won, mut conflicts) = (0, 0);
    while won < ROUNDS {
        system.reload("app").unwrap();
        let loaded = system.load_config("app").unwrap();
        let next = loaded.get::<u32>("count").unwrap() + 1;
        match system.save_changes(&loaded, &json!({ "count": next })) {
            Ok(_) => won += 1,
            Err(SaveError::Conflict(_)) => conflicts += 1,
            Err(error) => panic!("{error}"),
        }
    }
    conflicts
}
