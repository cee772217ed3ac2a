//! The crate through its public interface.

// `clippy.toml` exempts `#[test]` functions, and these helpers are only called from them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod builtin;
mod comments;
mod former;
mod laws;
mod refused;
mod route;
mod steps;

use enhanced_config_core::KeyPath;
use enhanced_config_format::{Editor, Format, ParseOptions};
use enhanced_config_migrate::{ConfigMigrator, Migration, Path, Step, Version};

fn editor(text: &str, format: Format) -> Editor {
    let name = format!("app.{}", format.extensions()[0]);
    Editor::new(text.as_bytes(), format, &name, &ParseOptions::default()).unwrap()
}

fn yaml(text: &str) -> Editor {
    editor(text, Format::Yaml)
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

fn path(text: &str) -> Path {
    text.parse::<KeyPath>().unwrap().into()
}

/// Migrations of `app` between these versions, each of a step that does nothing.
fn migrator(ways: &[(&str, &str)]) -> ConfigMigrator {
    let mut migrator = ConfigMigrator::new();
    for (from, to) in ways {
        let nothing = Step::Rename { path: path("nothing"), key: "still".into() };
        migrator.register(Migration::new("app", version(from), version(to), vec![nothing])).unwrap();
    }
    migrator
}

/// One migration of these steps, from 1 to 2.
fn of_steps(steps: Vec<Step>) -> ConfigMigrator {
    let mut migrator = ConfigMigrator::new();
    migrator.register(Migration::new("app", version("1"), version("2"), steps)).unwrap();
    migrator
}
