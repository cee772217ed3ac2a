use crate::strace::{self, End, Injection};
use enhanced_config_core::{Document, Layer, LayerKind};
use enhanced_config_reload::{Saved, StateDir};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::UNIX_EPOCH;

pub(crate) const TESTS: [(&str, fn()); 3] = [
    ("the_first_save_is_whole_or_not_there_at_every_call", first),
    ("a_later_save_leaves_the_old_or_the_new_document_at_every_call", later),
    ("two_processes_that_save_at_once_leave_a_whole_document", race),
];

const OLD: u64 = 1;
const NEW: u64 = 2;

/// What the processes do that are killed: nothing has to be made ready before.
pub(crate) fn prepare(task: &str, dir: &Path) -> Box<dyn FnOnce() -> String> {
    let (task, dir) = (task.to_owned(), dir.to_owned());
    Box::new(move || work(&task, &dir))
}

fn work(task: &str, dir: &Path) -> String {
    if task == "race" {
        let first = u64::from(std::process::id()) << 8;
        let saved = (first..first + ROUNDS).filter(|version| save(dir, *version).is_ok());
        return saved.count().to_string();
    }
    match save(dir, NEW) {
        Ok(Saved::Written) => "done".into(),
        Ok(Saved::Unchanged) => panic!("it was not there"),
        Err(error) => error.to_string(),
    }
}

fn save(dir: &Path, version: u64) -> Result<Saved, enhanced_config_reload::StateError> {
    let layer = Layer::new(LayerKind::Base, "app.yaml");
    let document = Document::from_serialize(&json!({ "version": version }), layer).unwrap();
    StateDir::open(dir.join("state"))?.save("app", &document, version, UNIX_EPOCH)
}

fn first() {
    strace::at_every_call("save", |_| {}, |dir, injection, end| check(dir, None, injection, end));
}

fn later() {
    let arrange = |dir: &Path| assert_eq!(save(dir, OLD).unwrap(), Saved::Written);
    strace::at_every_call("save", arrange, |dir, injection, end| check(dir, Some(OLD), injection, end));
}

const ROUNDS: u64 = 50;

fn race() {
    let dir = tempfile::tempdir().unwrap();
    save(dir.path(), OLD).unwrap();
    let mut writers =
        [(); 2].map(|()| strace::process("race", dir.path()).stdout(Stdio::piped()).spawn().unwrap());
    let state = StateDir::open(dir.path().join("state")).unwrap();
    while writers.iter_mut().any(|writer| writer.try_wait().unwrap().is_none()) {
        whole(&state);
    }
    let last = whole(&state).unwrap();
    for writer in writers {
        let id = u64::from(writer.id());
        let output = writer.wait_with_output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), ROUNDS.to_string());
        println!("  process {id} {}", if last >> 8 == id { "saved last" } else { "saved before" });
    }
    assert_eq!(fs::read_dir(state.path()).unwrap().count(), 1);
}

/// The version of the document that is kept, which is the one that was saved with it.
fn whole(state: &StateDir) -> Option<u64> {
    let found = state.load("app").unwrap()?;
    let version = found.document.get("version").and_then(|version| version.as_u64());
    assert_eq!(version, Some(found.version));
    version
}

fn check(dir: &Path, old: Option<u64>, injection: &Injection, end: &End) {
    // A process that starts finds one of the two, and takes away what is left half written.
    let state = StateDir::open(dir.join("state")).unwrap();
    let found = whole(&state);
    assert!(found == old || found == Some(NEW), "{injection:?}: {found:?}");
    assert!(*end != End::Answered("done".into()) || found == Some(NEW), "{injection:?} lost a save");
    let left = fs::read_dir(state.path()).unwrap();
    let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<_> = left.filter(|name| !name.ends_with(".lock")).collect();
    let expected: Vec<_> = found.iter().map(|_| "last-good.app.bin").collect();
    assert_eq!(left, expected, "{injection:?}");
}
