use crate::strace::{self, End, Injection};
use enhanced_config_files::{AtomicWrite, ConfigRoot, Expect, Step, Target, WriteError};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const OLD: &str = "the old file\n";

fn new() -> String {
    "the new file\n".repeat(10_000)
}

/// What the processes do that are killed.
pub(crate) fn work(task: &str, dir: &Path) -> String {
    let root = ConfigRoot::open(dir).unwrap();
    let write = match task {
        "create" => AtomicWrite::new().with_expect(Expect::Nothing),
        _ => AtomicWrite::new(),
    };
    match write.write(&root, "app.yaml", new().as_bytes()) {
        Ok(_) => "done".into(),
        Err(error) => format!("{:?}", error.target()),
    }
}

pub(crate) const TESTS: [(&str, fn()); 5] = [
    ("a_file_is_old_or_new_at_every_call_of_its_replacement", replacement),
    ("a_file_is_not_there_or_whole_at_every_call_of_its_making", making),
    ("a_file_behind_a_link_is_old_or_new_and_the_link_stays", behind_a_link),
    ("a_write_after_a_crash_crashes_as_harmlessly", after_a_crash),
    ("a_full_disk_leaves_the_file_as_it_was", full_disk),
];

/// Whatever happens, the file at `place` is the old or the new one, and the one that the process speaks of; the temporary
/// file goes at the next start, and `names` remain after the next write.
#[track_caller]
fn check(task: &str, arrange: impl Fn(&Path), place: &str, names: &[&str]) {
    let check = |dir: &Path, injection: &Injection, end: &End| {
        let found = fs::read_to_string(dir.join(place)).unwrap_or_default();
        let old = if task == "create" { "" } else { OLD };
        let untouched = format!("{:?}", Target::Untouched);
        match end {
            End::Killed => assert!(found == old || found == new(), "{injection:?}"),
            End::Answered(answer) if *answer == untouched => assert_eq!(found, old, "{injection:?}"),
            End::Answered(answer) => assert!(found == new(), "{injection:?}: {answer}"),
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
fn all_names(dir: &Path) -> Vec<String> {
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
        assert!(found == OLD || found == new(), "{injection:?}");
        assert!(*end != End::Answered("done".into()) || found == new(), "{injection:?}");
        let root = ConfigRoot::open(dir).unwrap();
        root.sweep("").unwrap();
        AtomicWrite::new().write(&root, "app.yaml", b"next").unwrap();
        assert_eq!(all_names(dir), ["app.yaml"], "{injection:?}");
    };
    strace::at_every_call("replace", arrange, check);
}

/// A file system of one megabyte, mounted for as long as this lives.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(at: &'a Path) -> Option<Self> {
        let mount = ["-t", "tmpfs", "-o", "size=1m", "enhanced-config-test"];
        Command::new("mount").args(mount).arg(at).status().ok()?.success().then_some(Self(at))
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

fn full_disk() {
    let dir = tempfile::tempdir().unwrap();
    let Some(_disk) = SmallDisk::mount(dir.path()) else {
        return println!("  SKIPPED: mounting a small disk needs root");
    };
    let root = ConfigRoot::open(dir.path()).unwrap();
    AtomicWrite::new().write(&root, "app.yaml", OLD.as_bytes()).unwrap();
    let error = AtomicWrite::new().write(&root, "app.yaml", &vec![b'x'; 2 << 20]).unwrap_err();
    let WriteError::Failed { step: Step::Write, target: Target::Untouched, source, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(source.kind(), std::io::ErrorKind::StorageFull);
    assert_eq!(all_names(dir.path()), ["app.yaml"]);
    assert_eq!(fs::read_to_string(dir.path().join("app.yaml")).unwrap(), OLD);
    // Nothing of the failed attempt takes room.
    AtomicWrite::new().write(&root, "app.yaml", &vec![b'x'; 900 << 10]).unwrap();
}
