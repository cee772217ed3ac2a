use crate::faults::{arrange, names};
use crate::mount::{Disk, Image, NEEDS_ROOT};
use crate::strace::{self, End, Injection};
use crate::task::{MIGRATED, OLD, SAVED, system};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What changes a disk, or what is to be seen there.
const REACH_THE_DISK: [&str; 8] =
    ["write", "fsync", "renameat", "renameat2", "unlinkat", "ftruncate", "fchmod", "fremovexattr"];

/// The plug is pulled when the process is killed, at every call that changes the
/// disk, and when it has said that it is done.
pub(crate) fn power_loss() {
    let Some(image) = Image::new() else { return };
    for (task, old, new, has_backup) in
        [("save", OLD, SAVED, false), ("migrate", OLD, MIGRATED, true), ("roll back", MIGRATED, OLD, true)]
    {
        let arrange = |dir: &Path| {
            arrange(task, dir);
            Image::sync(dir);
        };
        let acknowledged = AtomicUsize::new(0);
        let check = |_: &Path, injection: &Injection, end: &End| {
            let after = image.after_power_loss();
            let dir = after.at.join("dir");
            let found = fs::read_to_string(dir.join("app.yaml")).unwrap();
            assert!(found == old || found == new, "{injection:?}: half of a file: {found}");
            if *end == End::Answered("done".into()) {
                assert_eq!(found, new, "{injection:?} lost a write");
                acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            let system = system(task, &dir);
            assert!(!names(&dir).iter().any(|name| name.ends_with(".tmp")), "{injection:?}");
            let backups = system.list_backups("app").unwrap();
            let newest = backups.first().map(|backup| fs::read_to_string(&backup.path).unwrap());
            let is_kept = newest.as_deref() == Some(old);
            assert!(!has_backup || found == old || is_kept, "{injection:?} lost the backup");
        };
        // An interrupted call is made again: what was acknowledged survives too.
        let is_meant = |call: &str, fault: &str| {
            REACH_THE_DISK.contains(&call) && ["signal=KILL", "error=EINTR"].contains(&fault)
        };
        strace::at_every_call_in(&image.disk.at.join("dir"), task, is_meant, arrange, check);
        assert_ne!(acknowledged.load(Ordering::Relaxed), 0);
    }
}

/// A disk with no room for a byte more: whoever tries is told so, and nothing is lost.
pub(crate) fn full() {
    let dir = tempfile::tempdir().unwrap();
    let Some(_disk) = Disk::small(dir.path()) else {
        return println!("{NEEDS_ROOT}");
    };
    check_refused(dir.path(), "No space left on device", |dir| {
        let room = fs::write(dir.join("room"), vec![0; 2 << 20]);
        assert!(room.is_err(), "the disk is larger than was thought");
    });
}

pub(crate) fn read_only() {
    let dir = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::small(dir.path()) else {
        return println!("{NEEDS_ROOT}");
    };
    check_refused(dir.path(), "Read-only file system", |_| disk.make_read_only());
}

/// Neither a save nor a migration nor a roll back gets anywhere after `hinder`, and each says why and where.
fn check_refused(dir: &Path, why: &str, hinder: impl FnOnce(&Path)) {
    arrange("roll back", dir);
    let system = system("migrate", dir);
    let config = system.load_config("app").unwrap();
    hinder(dir);
    let before = (fs::read_to_string(dir.join("app.yaml")).unwrap(), names(dir).len());
    let one = enhanced_config::migrate::Version::new(1, 0, 0);
    let two = enhanced_config::migrate::Version::new(2, 0, 0);
    let backups = system.list_backups("app").unwrap();
    let attempts = [
        ("save", system.save_changes(&config, &serde_json::json!({"port": 81})).map(drop)),
        ("migrate", system.migrate_config("app", &two, &one).map(drop)),
        ("roll back", system.rollback_config("app", &backups[0]).map(drop)),
    ];
    for (task, attempt) in attempts {
        let error = attempt.unwrap_err().to_string();
        println!("  {task}: {error}");
        assert!(
            error.contains("app.yaml")
                && error.contains(why)
                && error.contains("cannot be written and is as it was"),
            "{error}"
        );
    }
    assert_eq!((fs::read_to_string(dir.join("app.yaml")).unwrap(), names(dir).len()), before);
}
