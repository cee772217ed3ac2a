use crate::linux::{NEW, OLD, all_names};
use crate::strace::{self, End, Injection};
use enhanced_config_files::{AtomicWrite, Backups, ConfigRoot, FileLock, Step, Target, WriteError};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A file system that is mounted for as long as this lives.
struct Disk {
    at: PathBuf,
}

impl Disk {
    /// `None` without root.
    fn mount(options: &[&str], what: &Path, at: &Path) -> Option<Self> {
        let output = Command::new("mount").args(options).arg(what).arg(at).output().ok()?;
        output.status.success().then(|| Self { at: at.into() })
    }

    /// A megabyte of memory.
    fn small(at: &Path) -> Option<Self> {
        Self::mount(&["-t", "tmpfs", "-o", "size=1m"], Path::new("enhanced-config-test"), at)
    }

    fn make_read_only(&self) {
        assert!(Command::new("mount").args(["-o", "remount,ro"]).arg(&self.at).status().unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.at).status();
    }
}

const NEEDS_ROOT: &str = "  SKIPPED: mounting a file system needs root";

/// The plug is pulled at every system call: what has reached the image of an ext4 file system by then, and nothing that
/// is in memory alone, is mounted again. It writes nothing by itself for an hour.
pub(crate) fn power_loss() {
    let scene = tempfile::tempdir().unwrap();
    let at = |name: &str| scene.path().join(name);
    File::create(at("disk")).unwrap().set_len(8 << 20).unwrap();
    let formatted = Command::new("mkfs.ext4").args(["-q", "-F"]).arg(at("disk")).status();
    for dir in ["mounted", "after"] {
        fs::create_dir(at(dir)).unwrap();
    }
    if !formatted.is_ok_and(|status| status.success()) {
        return println!("  SKIPPED: needs mkfs.ext4");
    }
    let Some(disk) = Disk::mount(&["-o", "loop,commit=3600"], &at("disk"), &at("mounted")) else {
        return println!("{NEEDS_ROOT}");
    };
    let arrange = |dir: &Path| {
        fs::write(dir.join("app.yaml"), OLD).unwrap();
        assert!(Command::new("sync").arg("-f").arg(dir).status().unwrap().success());
    };
    let check = |_: &Path, injection: &Injection, end: &End| {
        fs::copy(at("disk"), at("copy")).unwrap();
        let _copy = Disk::mount(&["-o", "loop"], &at("copy"), &at("after")).unwrap();
        let root = ConfigRoot::open(at("after/dir")).unwrap();
        let file = fs::read_to_string(at("after/dir/app.yaml")).unwrap();
        assert!(file == OLD || file == *NEW, "{injection:?}");
        assert!(*end != End::Answered("done".into()) || file == *NEW, "{injection:?} lost a write");
        let backups = Backups::list(&root, "app.yaml").unwrap();
        let lock = FileLock::acquire(&root, "app.yaml", Duration::ZERO).unwrap();
        let has_backup = backups.first().is_some_and(|backup| backup.read(&lock).unwrap() == OLD.as_bytes());
        assert!(file == OLD || has_backup, "{injection:?} lost the backup");
    };
    strace::at_every_call_in(&disk.at.join("dir"), "migrate", arrange, check);
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
