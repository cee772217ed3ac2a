use crate::disk;
use crate::strace::{self, End, Injection};
use enhanced_config_files::{
    AtomicWrite, BackupError, Backups, ConfigRoot, Expect, FileLock, Target, WriteError,
};
use std::fs;
use std::num::NonZeroUsize;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Stdio;
use std::sync::LazyLock;
use std::time::{Duration, UNIX_EPOCH};

pub(crate) const OLD: &str = "the old file\n";
pub(crate) static NEW: LazyLock<String> = LazyLock::new(|| "the new file\n".repeat(10_000));

/// What the processes do that are killed.
pub(crate) fn work(task: &str, dir: &Path) -> Box<dyn FnOnce() -> String> {
    let (task, root) = (task.to_owned(), ConfigRoot::open(dir).unwrap());
    Box::new(move || done(&task, &root))
}

fn done(task: &str, root: &ConfigRoot) -> String {
    let done = match task {
        "count" => return count(root).to_string(),
        "migrate" => migrate(root),
        "roll back" => roll_back(root),
        "replace unless changed" => {
            let read = root.fingerprint("app.yaml").unwrap();
            write(AtomicWrite::new().with_expect(Expect::Unchanged(read)), root)
        }
        "create" => write(AtomicWrite::new().with_expect(Expect::Nothing), root),
        _ => write(AtomicWrite::new(), root),
    };
    done.map_or_else(|target| format!("{target:?}"), |()| "done".into())
}

fn write(write: AtomicWrite, root: &ConfigRoot) -> Result<(), Target> {
    write.write(root, "app.yaml", NEW.as_bytes()).map(drop).map_err(|error| error.target())
}

fn lock(root: &ConfigRoot) -> Result<FileLock, Target> {
    FileLock::acquire(root, "app.yaml", Duration::ZERO).map_err(|error| error.target())
}

/// As a migration does: no new file without a backup of the old one. Only the newest of the backups stays.
fn migrate(root: &ConfigRoot) -> Result<(), Target> {
    let mut lock = lock(root)?;
    let backups = Backups::new().with_most(NonZeroUsize::MIN);
    backups.make(&mut lock, "1.0.0", UNIX_EPOCH + Duration::from_secs(99)).map_err(|_| Target::Untouched)?;
    let written = AtomicWrite::new().write_locked(&mut lock, NEW.as_bytes());
    written.map(drop).map_err(|error| error.target())
}

fn roll_back(root: &ConfigRoot) -> Result<(), Target> {
    let mut lock = lock(root)?;
    let backups = Backups::list(root, "app.yaml").map_err(|_| Target::Untouched)?;
    match backups.first().map(|backup| backup.restore(&mut lock)) {
        Some(Ok(_)) => Ok(()),
        Some(Err(BackupError::Restore(error))) => Err(error.target()),
        _ => Err(Target::Untouched),
    }
}

pub(crate) const TESTS: [(&str, fn()); 11] = [
    ("a_file_is_old_or_new_at_every_call_of_its_replacement", replacement),
    ("a_file_is_not_there_or_whole_at_every_call_of_its_making", making),
    ("a_file_behind_a_link_is_old_or_new_and_the_link_stays", behind_a_link),
    ("a_write_after_a_crash_crashes_as_harmlessly", after_a_crash),
    ("a_migrated_file_has_its_backup_at_every_call", migration),
    ("a_file_is_old_or_new_at_every_call_of_its_restoration", restoration),
    ("of_two_processes_that_write_at_once_one_learns_of_the_conflict", race),
    ("what_an_editor_writes_meanwhile_is_not_lost", editor),
    ("a_power_loss_leaves_the_old_or_the_new_file_at_every_call", disk::power_loss),
    ("a_full_disk_leaves_the_file_as_it_was", disk::full_disk),
    ("what_cannot_be_written_or_replaced_is_left_as_it_was", disk::read_only_and_mounted),
];

/// Whatever happens, the file at `place` is the old or the new one, and the one that the process speaks of; the temporary
/// file goes at the next start, and `names` remain after the next write.
#[track_caller]
fn check(task: &str, arrange: impl Fn(&Path) + Sync, place: &str, names: &[&str]) {
    let check = |dir: &Path, injection: &Injection, end: &End| {
        let found = fs::read_to_string(dir.join(place)).unwrap_or_default();
        let old = if task == "create" { "" } else { OLD };
        let untouched = format!("{:?}", Target::Untouched);
        match end {
            End::Killed => assert!(found == old || found == *NEW, "{injection:?}"),
            End::Answered(answer) if *answer == untouched => assert_eq!(found, old, "{injection:?}"),
            End::Answered(answer) => assert!(found == *NEW, "{injection:?}: {answer}"),
        }
        let root = ConfigRoot::open(dir).unwrap();
        let left = root.sweep("").unwrap() + root.sweep(Path::new(place).parent().unwrap()).unwrap();
        if *end != End::Killed && injection.call != "unlinkat" {
            assert_eq!(left, 0, "{injection:?} left a temporary file behind");
        }
        let is_left = |name: &String| names.contains(&&**name) || name.ends_with(".lock");
        assert!(all_names(dir).iter().all(is_left), "{injection:?} left {:?}", all_names(dir));
        // And nothing that was left is in the way of the next to write.
        AtomicWrite::new().with_patience(Duration::ZERO).write(&root, "app.yaml", b"next").unwrap();
        assert_eq!(all_names(dir), names, "{injection:?}");
    };
    strace::at_every_call(task, arrange, check);
}

/// The names in `dir` and in the directories in it, in order.
pub(crate) fn all_names(dir: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            names.extend(all_names(&entry.path()).into_iter().map(|below| format!("{name}/{below}")));
        } else {
            names.push(name);
        }
    }
    names.sort_unstable();
    names
}

fn replacement() {
    check("replace", |dir| fs::write(dir.join("app.yaml"), OLD).unwrap(), "app.yaml", &["app.yaml"]);
}

fn making() {
    check("create", |_| {}, "app.yaml", &["app.yaml"]);
}

fn behind_a_link() {
    let arrange = |dir: &Path| {
        fs::create_dir(dir.join("parts")).unwrap();
        fs::write(dir.join("parts/real.yaml"), OLD).unwrap();
        symlink("parts/real.yaml", dir.join("app.yaml")).unwrap();
    };
    check("replace", arrange, "parts/real.yaml", &["app.yaml", "parts/real.yaml"]);
}

fn after_a_crash() {
    let arrange = |dir: &Path| {
        fs::write(dir.join("app.yaml"), OLD).unwrap();
        fs::write(dir.join("app.yaml.lock"), "locked by process 77\n").unwrap();
        fs::write(dir.join(".app.yaml.ec-0123456789abcdef.tmp"), "half a f").unwrap();
    };
    // What was there before is left when the process fails before it gets there.
    let check = |dir: &Path, injection: &Injection, end: &End| {
        let found = fs::read_to_string(dir.join("app.yaml")).unwrap();
        assert!(found == OLD || found == *NEW, "{injection:?}");
        assert!(*end != End::Answered("done".into()) || found == *NEW, "{injection:?}");
        let root = ConfigRoot::open(dir).unwrap();
        root.sweep("").unwrap();
        AtomicWrite::new().write(&root, "app.yaml", b"next").unwrap();
        assert_eq!(all_names(dir), ["app.yaml"], "{injection:?}");
    };
    strace::at_every_call("replace", arrange, check);
}

fn back_up(dir: &Path, bytes: &str, seconds: u64) {
    fs::write(dir.join("app.yaml"), bytes).unwrap();
    let root = ConfigRoot::open(dir).unwrap();
    let now = UNIX_EPOCH + Duration::from_secs(seconds);
    Backups::new().make(&mut lock(&root).unwrap(), "0.9.0", now).unwrap();
}

fn migration() {
    let arrange = |dir: &Path| {
        back_up(dir, "older still", 1);
        fs::write(dir.join("app.yaml"), OLD).unwrap();
    };
    let check = |dir: &Path, injection: &Injection, end: &End| {
        let root = ConfigRoot::open(dir).unwrap();
        let file = fs::read_to_string(dir.join("app.yaml")).unwrap();
        let backups = Backups::list(&root, "app.yaml").unwrap();
        let lock = lock(&root).unwrap();
        let backups: Vec<_> = backups.iter().map(|backup| backup.read(&lock).unwrap()).collect();
        let newest = backups.first().map(Vec::as_slice);
        assert!(file == OLD || (file == *NEW && newest == Some(OLD.as_bytes())), "{injection:?}");
        assert!(newest == Some(OLD.as_bytes()) || backups == [b"older still"], "{injection:?} lost a backup");
        assert!(*end != End::Answered("done".into()) || file == *NEW, "{injection:?} lost a write");
        drop(lock);
        root.sweep("").unwrap();
        assert!(!all_names(dir).iter().any(|name| name.ends_with(".tmp")), "{injection:?}");
    };
    strace::at_every_call("migrate", arrange, check);
}

fn restoration() {
    let arrange = |dir: &Path| {
        back_up(dir, &NEW, 1);
        fs::write(dir.join("app.yaml"), OLD).unwrap();
    };
    let names = ["app.yaml", &*format!("app.yaml.v0.9.0.19700101T000001Z-1-{:08x}.bak", crc32(&NEW))];
    check("roll back", arrange, "app.yaml", &names);
}

fn crc32(text: &str) -> u32 {
    zlib_rs::crc32::crc32(0, text.as_bytes())
}

/// Editors ask for no lock. They have the time of a sync, which is nearly all of the time there is.
fn editor() {
    for (task, there) in [("replace unless changed", true), ("create", false)] {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("app.yaml");
        if there {
            fs::write(&file, OLD).unwrap();
        }
        let edit = || fs::write(&file, "edited").unwrap();
        let Some(end) = strace::meanwhile("fsync", task, dir.path(), edit) else {
            return println!("  SKIPPED: needs strace and the right to trace");
        };
        assert_eq!(end, End::Answered(format!("{:?}", Target::Untouched)));
        assert_eq!(fs::read_to_string(&file).unwrap(), "edited");
        assert_eq!(all_names(dir.path()), ["app.yaml"]);
    }
}

const ROUNDS: u32 = 100;

/// Adds one to the number in the file, time and again, and starts over when somebody else was faster. How often that was.
fn count(root: &ConfigRoot) -> u32 {
    let (mut added, mut conflicts) = (0, 0);
    while added < ROUNDS {
        let read = root.read("app.yaml", 100).unwrap();
        let count: u32 = String::from_utf8(read.bytes).unwrap().parse().unwrap();
        let write = AtomicWrite::new().with_expect(Expect::Unchanged(read.fingerprint));
        match write.write(root, "app.yaml", (count + 1).to_string().as_bytes()) {
            Ok(_) => added += 1,
            Err(WriteError::Conflict { .. }) => conflicts += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    conflicts
}

fn race() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("app.yaml"), "0").unwrap();
    let start = || strace::process("count", dir.path()).stdout(Stdio::piped()).spawn().unwrap();
    let conflicts = [start(), start()].map(|process| {
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().trim().parse::<u32>().unwrap()
    });
    assert_eq!(fs::read_to_string(dir.path().join("app.yaml")).unwrap(), (2 * ROUNDS).to_string());
    assert_eq!(all_names(dir.path()), ["app.yaml"]);
    println!("  {} conflicts in {} writes, nothing lost", conflicts.iter().sum::<u32>(), 2 * ROUNDS);
}
