//! A program edits its own configuration three times, well, badly and well again, and prints what becomes of it.

use std::error::Error;
use std::fs;

use enhanced_config::reload::{Outcome, Received};
use enhanced_config::{EnhancedConfigSystem, Problem, ProblemKind};

fn main() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("app.yaml");
    fs::write(&file, "server: {port: 8080}\ndb: {pool: 4, password: swordfish}\n")?;

    let system = EnhancedConfigSystem::builder(dir.path()).build()?;
    println!("serving port {}", system.load_config("app")?.get::<u16>("server.port")?);
    system.start_hot_reload()?;

    // Asked before anything changes.
    let _may_refuse =
        system.before_change("app", |change| match change.new_value().get::<u16>("server.port") {
            Ok(port) if port >= 1024 => Ok(()),
            _ => Err(Problem::error(ProblemKind::Custom { message: "the port must be above 1023".into() })),
        })?;
    // Told when the value at this path has changed, and only then.
    let _follows = system.on_change("app", ["db.pool"], |change| {
        let pool = change.new_value().get::<u32>("db.pool").unwrap_or_default();
        println!("  the pool is resized to {pool}");
        Ok(())
    })?;

    // Told of everything.
    let events = system.events();
    for text in [
        "server: {port: 8080}\ndb: {pool: 8, password: marlin}\n",
        "server: {port: 80}\ndb: {pool: 16, password: marlin}\n",
        "server: {port: 9090}\ndb: {pool: 16, password: marlin}\n",
    ] {
        println!("\nthe file is changed");
        fs::write(&file, text)?;
        let Some(Received::Event(event)) = events.recv() else { break };
        println!("{event}");
        if let Outcome::Refused(_) = event.outcome {
            println!("{}", system.status("app").ok_or("it is loaded")?);
        }
    }
    Ok(())
}
