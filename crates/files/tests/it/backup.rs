//! Backups: made, listed, restored, retired.

use crate::Scene;
use enhanced_config_files::{Backup, BackupError, Backups, FileLock, ReadError};
use std::fs;
use std::num::NonZeroUsize;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// 2026-11-20T17:33:12Z and some seconds.
fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_195_992 + seconds)
}

impl Scene {
    fn lock(&self, path: &str) -> FileLock {
        FileLock::acquire(&self.root, path, Duration::ZERO).unwrap()
    }

    /// Writes a file and backs it up.
    fn back_up(&self, backups: &Backups, bytes: &str, now: SystemTime) -> Backup {
        self.write("app.yaml", bytes);
        backups.make(&mut self.lock("app.yaml"), "1.0.0", now).unwrap()
    }

    /// The contents of all backups, the newest first.
    fn backups(&self) -> Vec<String> {
        let list = Backups::list(&self.root, "app.yaml").unwrap();
        list.iter().map(|backup| fs::read_to_string(&backup.path).unwrap()).collect()
    }
}

fn most(count: usize) -> Backups {
    Backups::new().with_most(NonZeroUsize::new(count).unwrap())
}

#[test]
fn a_backup_tells_what_it_is_and_comes_back() {
    let scene = Scene::new();
    let backup = scene.back_up(&Backups::new(), "old", at(0));
    assert_eq!((&*backup.version, backup.made, backup.number), ("1.0.0", at(0), 1));
    assert_eq!(backup.file_name(), "app.yaml");
    assert_eq!(scene.names(), ["app.yaml", "app.yaml.v1.0.0.20261120T173312Z-1-3f5dd4e5.bak"]);
    assert_eq!(backup.path, scene.path(&scene.names()[1]));

    scene.write("app.yaml", "new");
    let mut lock = scene.lock("app.yaml");
    assert_eq!(backup.read(&lock).unwrap(), b"old");
    let written = backup.restore(&mut lock).unwrap();
    assert_eq!(written.fingerprint, scene.root.fingerprint("app.yaml").unwrap());
    assert_eq!(scene.read("app.yaml"), Ok("old".into()));
    fs::remove_file(scene.path("app.yaml")).unwrap();
    backup.restore(&mut lock).unwrap();
    assert_eq!(scene.read("app.yaml"), Ok("old".into()));
    drop(lock);
    assert_eq!(Backups::list(&scene.root, "app.yaml").unwrap(), [backup]);
    assert_eq!(scene.names().len(), 2);
}

#[test]
fn backups_of_one_second_are_numbered() {
    let scene = Scene::new();
    for (before, bytes) in (0..).zip(["b", "b", "a", "c"]) {
        let backup = scene.back_up(&Backups::new(), bytes, at(0) + Duration::from_millis(before.into()));
        assert_eq!((backup.made, backup.number), (at(0), before + 1));
    }
    assert_eq!(scene.backups(), ["c", "a", "b", "b"]);
}

#[test]
fn the_newest_stay() {
    let scene = Scene::new();
    for second in 0..5 {
        scene.back_up(&most(3), &second.to_string(), at(second));
    }
    assert_eq!(scene.backups(), ["4", "3", "2"]);
    scene.back_up(&most(1), "5", at(5));
    assert_eq!(scene.backups(), ["5"]);
    for second in 6..20 {
        scene.back_up(&Backups::new(), "x", at(second));
    }
    assert_eq!(scene.backups().len(), 10);
}

#[test]
fn a_clock_that_went_back_does_not_cost_the_backup_that_was_just_made() {
    let scene = Scene::new();
    for second in [100, 200] {
        scene.back_up(&most(2), "later", at(second));
    }
    scene.back_up(&most(2).with_max_age(Duration::from_secs(10)), "just made", at(0));
    assert_eq!(scene.backups(), ["later", "just made"]);
}

#[test]
fn the_old_go() {
    let scene = Scene::new();
    let backups = Backups::new().with_max_age(Duration::from_secs(60));
    for second in [0, 40, 60] {
        scene.back_up(&backups, &second.to_string(), at(second));
    }
    assert_eq!(scene.backups(), ["60", "40", "0"]);
    scene.back_up(&backups, "61", at(61));
    assert_eq!(scene.backups(), ["61", "60", "40"]);
}

/// The way back from a migration is not lost to the changes that follow it.
#[test]
fn the_newest_of_each_version_stays() {
    let scene = Scene::new();
    let backups = most(2).with_max_age(Duration::from_secs(5));
    let back_up = |version: &str, second| {
        scene.write("app.yaml", format!("{version} {second}"));
        backups.make(&mut scene.lock("app.yaml"), version, at(second)).unwrap();
    };
    back_up("1.0.0", 0);
    back_up("1.0.0", 1);
    back_up("", 2);
    for second in 3..60 {
        back_up("2.0.0", second);
    }
    assert_eq!(scene.backups(), ["2.0.0 59", "2.0.0 58", " 2", "1.0.0 1"]);
    // The new one is the newest of its version.
    back_up("1.0.0", 60);
    assert_eq!(scene.backups(), ["1.0.0 60", "2.0.0 59", " 2"]);
}

#[test]
fn other_files_are_neither_listed_nor_retired() {
    let scene = Scene::new();
    let others = [
        "app.yaml.bak",
        "app.yaml.v1.0.0.20261120T173312Z-1.bak",
        "app.yaml.v1.v2.20000101T000000Z-1-00000000.bak",
        "other.yaml.v1.0.0.20000101T000000Z-1-00000000.bak",
    ];
    for name in others {
        scene.write(name, "theirs");
    }
    scene.back_up(&most(1), "old", at(0));
    scene.back_up(&most(1), "new", at(1));
    assert_eq!(scene.backups(), ["new"]);
    assert!(others.iter().all(|name| scene.names().contains(&(*name).to_owned())));
}

#[test]
fn what_was_damaged_or_is_of_another_file_is_not_restored() {
    let scene = Scene::new();
    let backup = scene.back_up(&Backups::new(), "old", at(0));
    scene.write("other.yaml", "other");
    let error = backup.restore(&mut scene.lock("other.yaml")).unwrap_err();
    assert!(matches!(error, BackupError::OtherFile { .. }));
    scene.write("app.yaml", "new");
    for damage in ["", "olD", "old\n"] {
        fs::write(&backup.path, damage).unwrap();
        let error = backup.restore(&mut scene.lock("app.yaml")).unwrap_err();
        assert!(matches!(&error, BackupError::Damaged { path } if *path == backup.path), "{error}");
    }
    fs::remove_file(&backup.path).unwrap();
    let error = backup.restore(&mut scene.lock("app.yaml")).unwrap_err();
    assert!(matches!(error, BackupError::Read(ReadError::Missing { .. })));
    assert_eq!(scene.read("app.yaml"), Ok("new".into()));
    assert_eq!(scene.read("other.yaml"), Ok("other".into()));
}

#[test]
fn what_is_not_there_has_no_backup() {
    let scene = Scene::new();
    let error = Backups::new().make(&mut scene.lock("app.yaml"), "", at(0)).unwrap_err();
    assert!(matches!(error, BackupError::Read(ReadError::Missing { .. })));
    assert_eq!(scene.names(), [""; 0]);
    assert_eq!(scene.backups(), [""; 0]);
}

#[cfg(unix)]
#[test]
fn a_backup_may_be_read_by_those_who_may_read_the_file() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let scene = Scene::new();
    scene.write("app.yaml", "");
    for mode in [0o600, 0o640, 0o444] {
        fs::set_permissions(scene.path("app.yaml"), fs::Permissions::from_mode(mode)).unwrap();
        let backup = Backups::new().make(&mut scene.lock("app.yaml"), "", at(0)).unwrap();
        assert_eq!(fs::metadata(&backup.path).unwrap().mode() & 0o7777, mode);
        fs::remove_file(scene.path("app.yaml")).unwrap();
        backup.restore(&mut scene.lock("app.yaml")).unwrap();
        assert_eq!(fs::metadata(scene.path("app.yaml")).unwrap().mode() & 0o7777, mode);
    }
}

#[cfg(unix)]
#[test]
fn the_backup_of_a_linked_file_stands_beside_the_file() {
    let scene = Scene::new();
    scene.write("parts/real.yaml", "old");
    scene.link("app.yaml", "parts/real.yaml");
    let backup = Backups::new().make(&mut scene.lock("app.yaml"), "1", at(0)).unwrap();
    assert_eq!(backup.path.parent(), Some(&*scene.path("parts")));
    assert_eq!(Backups::list(&scene.root, "app.yaml").unwrap(), [backup]);
}
