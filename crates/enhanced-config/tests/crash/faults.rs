use crate::access;
use crate::strace::{self, End, Injection};
use crate::task::{MIGRATED, OLD, ROUNDS, SAVED, system};
use std::fs;
use std::path::Path;
use std::process::Stdio;

/// What is kept for the day when the file cannot be used, the last known good, is what was served before or what is since.
pub(crate) fn save() {
    check("save", OLD, SAVED, |dir, injection| {
        let (file, saved) = (dir.join("app.yaml"), fs::read_to_string(dir.join("app.yaml")).unwrap());
        fs::write(&file, "port: [").unwrap();
        let system = system("save", dir);
        let port = system.load_config("app").unwrap().get::<u16>("port").unwrap();
        assert!(port == 80 || port == 81 && saved == SAVED, "{injection:?}: {port} is kept");
        assert!(!names(&dir.join("state")).iter().any(|name| name.ends_with(".tmp")), "{injection:?}");
        fs::write(&file, saved).unwrap();
    });
}

pub(crate) fn migrate() {
    check("migrate", OLD, MIGRATED, access::check);
}

pub(crate) fn roll_back() {
    check("roll back", MIGRATED, OLD, |_, _| {});
}

/// Fills a directory for a task.
pub(crate) fn arrange(task: &str, dir: &Path) {
    match task {
        "migrate" => access::arrange(dir, OLD),
        _ => fs::write(dir.join("app.yaml"), OLD).unwrap(),
    }
    match task {
        "roll back" => drop(system(task, dir).migrate_config_to_latest("app").unwrap()),
        "save" => drop(system(task, dir).load_config("app").unwrap()),
        _ => {}
    }
}

/// Whatever happens, the file is the old or the new one, and the one that the process speaks of; the old one is in a
/// backup; nothing of the process is left after the next start, nor in the way of the next save.
fn check(task: &str, old: &str, new: &str, check_more: impl Fn(&Path, &Injection) + Sync) {
    let check = |dir: &Path, injection: &Injection, end: &End| {
        let found = fs::read_to_string(dir.join("app.yaml")).unwrap();
        check_end(&found, end, injection, old, new);
        check_more(dir, injection);
        let system = system(task, dir);
        check_names(dir, injection, &[".bak", ".lock"]);
        let backups = system.list_backups("app").unwrap();
        let newest = backups.first().map(|backup| fs::read_to_string(&backup.path).unwrap());
        assert!(found == old || newest.as_deref() == Some(old), "{injection:?}: there is no backup");
        let config = system.load_config("app").unwrap();
        system.save_changes(&config, &serde_json::json!({"port": 82})).unwrap();
        check_names(dir, injection, &[".bak"]);
    };
    strace::at_every_call(task, |dir| arrange(task, dir), check);
}

/// An error says which file or configuration, why in the words of the system, and what has become of the file.
fn check_end(found: &str, end: &End, injection: &Injection, old: &str, new: &str) {
    let End::Answered(answer) = end else {
        return assert!(found == old || found == new, "{injection:?}: half of a file: {found}");
    };
    let is_new = answer == "done"
        || answer.starts_with("written and not served")
        || answer.contains("has the new contents");
    assert_eq!(found, if is_new { new } else { old }, "{injection:?}: {answer}");
    let words = match injection.fault {
        "error=EIO" => "Input/output error",
        "error=ENOSPC" => "No space left on device",
        _ => "Interrupted system call",
    };
    let names_place =
        answer.contains("app") || answer.contains("/dir/") || answer.contains("/dir cannot be ");
    assert!(answer == "done" || names_place && answer.contains(words), "{injection:?}: {answer}");
}

/// Nothing is left but the file and what ends like this.
fn check_names(dir: &Path, injection: &Injection, endings: &[&str]) {
    let parts = dir.join("parts");
    let left = [names(dir), if parts.exists() { names(&parts) } else { Vec::new() }].concat();
    let is_known = |name: &String| {
        ["app.yaml", "real.yaml"].contains(&&**name) || endings.iter().any(|ending| name.ends_with(ending))
    };
    assert!(left.iter().all(is_known), "{injection:?} left {left:?}");
}

/// The names in `dir`, without directories.
pub(crate) fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| !entry.file_type().unwrap().is_dir());
    files.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

pub(crate) fn race() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("app.yaml"), "# counted\ncount: 0 # so far\n").unwrap();
    let start = || strace::process("count", dir.path()).stdout(Stdio::piped()).spawn().unwrap();
    let conflicts = [start(), start()].map(|process| {
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().trim().parse::<u32>().unwrap()
    });
    let expected = format!("# counted\ncount: {} # so far\n", 2 * ROUNDS);
    assert_eq!(fs::read_to_string(dir.path().join("app.yaml")).unwrap(), expected);
    assert_eq!(names(dir.path()), ["app.yaml"]);
    println!("  {} conflicts in {} saves, nothing lost", conflicts.iter().sum::<u32>(), 2 * ROUNDS);
}

/// Editors ask for no lock. They have the time of a sync, which is nearly all of the time there is.
pub(crate) fn editor() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("app.yaml");
    fs::write(&file, OLD).unwrap();
    let edit = || fs::write(&file, "edited: 1\n").unwrap();
    let Some(end) = strace::meanwhile("fsync", "change", dir.path(), edit) else {
        return println!("  SKIPPED: needs strace and the right to trace");
    };
    let End::Answered(answer) = end else { panic!("{end:?}") };
    assert!(answer.ends_with("app.yaml was changed since it was read: it is left as it is"), "{answer}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "edited: 1\n");
    assert!(!names(dir.path()).iter().any(|name| name.ends_with(".tmp")));
}
