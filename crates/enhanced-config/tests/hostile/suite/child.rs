//! What a process of its own does with a directory.

use std::fs;
use std::path::Path;

use enhanced_config::format::Format;
use enhanced_config::migrate::Migration;
use enhanced_config::{Builder, EnhancedConfigSystem};
use serde::de::IgnoredAny;

use super::run::{DONE, Report};

/// The directory has the files in `config`, and in `how` and `name` what to do with which configuration.
pub(crate) fn main(dir: &Path) {
    let read = |file| fs::read_to_string(dir.join(file)).unwrap();
    let (how, name) = (read("how"), read("name"));
    let outcome = match how.as_str() {
        "truncate" => truncate(dir, &name),
        "damage" => damage(dir, &name),
        "migrations" => migrations(dir, &name),
        how => load(builder(dir, how), &name),
    };
    let report = Report::of(outcome.map_or_else(|error| (false, error), |shown| (true, shown)));
    println!("{DONE}{}", serde_json::to_string(&report).unwrap());
}

/// `how` has a word for each thing that is off by default.
fn builder(dir: &Path, how: &str) -> Builder {
    let mut builder = EnhancedConfigSystem::builder(dir.join("config"));
    for word in how.split_whitespace() {
        builder = match word {
            "interpolate" => builder.interpolation(true),
            "include" => builder.includes(true),
            "environment" => builder.env_prefix("HOSTILE_"),
            "dotenv" => builder.env_prefix("HOSTILE_").env_file(".env"),
            "prod" => builder.profile("prod"),
            "state" => builder.state_dir(dir.join("state")),
            word => panic!("what is {word}?"),
        };
    }
    builder
}

fn load(builder: Builder, name: &str) -> Result<String, String> {
    let system = builder.build().map_err(|error| error.to_string())?;
    let config = system.load_config(name).map_err(|error| error.to_string())?;
    // All that was read is gone through once more, and printed as diagnostics print it.
    config.extract::<IgnoredAny>().map_err(|error| error.to_string())?;
    let shown = format!("{config:?}{}", config.warnings());
    Ok(format!("{} keys, {} bytes of diagnostics", config.document().root().len(), shown.len()))
}

/// Loads each part of a file from its start. What is refused has to have a place.
fn truncate(dir: &Path, name: &str) -> Result<String, String> {
    let file = fs::read_dir(dir.join("config")).unwrap().next().unwrap().unwrap().path();
    let text = fs::read(&file).unwrap();
    let file_name = file.file_name().unwrap().to_str().unwrap();
    let (mut loaded, mut refused) = (0, 0);
    for end in 0..=text.len() {
        fs::write(&file, &text[..end]).unwrap();
        match load(builder(dir, ""), name) {
            Ok(_) => loaded += 1,
            Err(error) if super::run::has_place(&error, file_name) => refused += 1,
            Err(error) => return Err(format!("no place, cut at {end}: {error}")),
        }
    }
    Ok(format!("{loaded} parts load, {refused} are refused with a place"))
}

/// Starts on a broken file with each byte of the last good document changed, and with each part of it.
fn damage(dir: &Path, name: &str) -> Result<String, String> {
    let start = || load(builder(dir, "state"), name);
    start()?;
    let state = fs::read_dir(dir.join("state")).unwrap().next().unwrap().unwrap().path();
    let good = fs::read(&state).unwrap();
    fs::write(dir.join("config/app.yaml"), "broken: [").unwrap();
    start().map_err(|error| format!("what was good is not served: {error}"))?;
    let cut = (0..good.len()).map(|end| good[..end].to_vec());
    let changed = (0..good.len()).map(|at| {
        let mut bytes = good.clone();
        bytes[at] ^= 0x55;
        bytes
    });
    let mut refused = 0;
    for bytes in cut.chain(changed) {
        fs::write(&state, bytes).unwrap();
        match start() {
            Ok(_) => return Err("what is damaged is served".to_owned()),
            Err(_) => refused += 1,
        }
    }
    Ok(format!("{refused} damaged documents are not served"))
}

fn migrations(dir: &Path, name: &str) -> Result<String, String> {
    let file = dir.join("config").join(name);
    let format = Format::of_path(&file).unwrap();
    let text = fs::read(&file).unwrap();
    let read = Migration::read(&text, format, name).map_err(|error| error.to_string())?;
    Ok(format!("{} migrations", read.len()))
}
