use crate::linux::{NEW, OLD, all_names};
use crate::mount::{Disk, Image, NEEDS_ROOT};
use crate::strace::{self, End, Injection};
use enhanced_config_files::{AtomicWrite, Backups, ConfigRoot, FileLock, Step, Target, WriteError};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// The plug is pulled at every system call.
pub(crate) fn power_loss() {
    let Some(image) = Image::new() else { return };
    let arrange = |dir: &Path| {
        fs::write(dir.join("app.yaml"), OLD).unwrap();
        Image::sync(dir);
    };
    let check = |_: &Path, injection: &Injection, end: &End| {
        let after = image.after_power_loss();
        let dir = after.at.join("dir");
        let root = ConfigRoot::open(&dir).unwrap();
        let file = fs::read_to_string(dir.join("app.yaml")).unwrap();
        assert!(file == OLD || file == *NEW, "{injection:?}");
        assert!(*end != End::Answered("done".into()) || file == *NEW, "{injection:?} lost a write");
        let backups = Backups::list(&root, "app.yaml").unwrap();
        let lock = FileLock::acquire(&root, "app.yaml", Duration::ZERO).unwrap();
        let has_backup = backups.first().is_some_and(|backup| backup.read(&lock).unwrap() == OLD.as_bytes());
        assert!(file == OLD || has_backup, "{injection:?} lost the backup");
    };
    strace::at_every_call_in(&image.disk.at.join("dir"), "migrate", strace::is_told, arrange, check);
}

pub(crate) fn full_disk() {
    let dir = tempfile::tempdir().unwrap();
    let Some(_disk) = Disk::small(dir.path()) else {
        return println!("{NEEDS_ROOT}");
    };
    let root = ConfigRoot::open(dir.path()).unwrap();
    AtomicWrite::new().write(&root, "app.yaml", OLD.as_bytes()).unwrap();
    let error = AtomicWrite::new().write(&root, "app.yaml", &vec![b'x'; 2 << 20]).unwrap_err();
    let WriteError::Failed { step: Step::Write, target: Target::Untouched, source, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(source.kind(), ErrorKind::StorageFull);
    assert_eq!(all_names(dir.path()), ["app.yaml"]);
    assert_eq!(fs::read_to_string(dir.path().join("app.yaml")).unwrap(), OLD);
    // Nothing of the failed attempt takes room.
    AtomicWrite::new().write(&root, "app.yaml", &vec![b'x'; 900 << 10]).unwrap();
}

/// A read-only file system, and a single file that a container mounts over another.
pub(crate) fn read_only_and_mounted() {
    let dir = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::small(dir.path()) else {
        return println!("{NEEDS_ROOT}");
    };
    let (file, other) = (dir.path().join("app.yaml"), dir.path().join("other.yaml"));
    fs::write(&file, OLD).unwrap();
    fs::write(&other, "mounted").unwrap();
    let refused = |expected, kind| {
        let root = ConfigRoot::open(dir.path()).unwrap();
        let error = AtomicWrite::new().write(&root, "app.yaml", b"new").unwrap_err();
        let WriteError::Failed { step, target: Target::Untouched, source, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!((step, source.kind()), (expected, kind));
        assert_eq!(all_names(dir.path()), ["app.yaml", "other.yaml"]);
    };
    assert!(Command::new("mount").arg("--bind").args([&other, &file]).status().unwrap().success());
    refused(Step::Rename, ErrorKind::ResourceBusy);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mounted");
    assert!(Command::new("umount").arg(&file).status().unwrap().success());
    disk.make_read_only();
    refused(Step::Lock, ErrorKind::ReadOnlyFilesystem);
    assert_eq!(fs::read_to_string(&file).unwrap(), OLD);
}
