//! File systems that are made for a test, which needs root.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system that is mounted for as long as this lives.
pub(crate) struct Disk {
    pub(crate) at: PathBuf,
}

impl Disk {
    /// `None` without root.
    pub(crate) fn mount(options: &[&str], what: &Path, at: &Path) -> Option<Self> {
        let output = Command::new("mount").args(options).arg(what).arg(at).output().ok()?;
        output.status.success().then(|| Self { at: at.into() })
    }

    /// A megabyte of memory.
    pub(crate) fn small(at: &Path) -> Option<Self> {
        Self::mount(&["-t", "tmpfs", "-o", "size=1m"], Path::new("enhanced-config-test"), at)
    }

    pub(crate) fn make_read_only(&self) {
        assert!(Command::new("mount").args(["-o", "remount,ro"]).arg(&self.at).status().unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.at).status();
    }
}

pub(crate) const NEEDS_ROOT: &str = "  SKIPPED: mounting a file system needs root";

/// An ext4 file system in a file, which writes nothing by itself for an hour: whatever is not synced is lost with the
/// power.
pub(crate) struct Image {
    scene: tempfile::TempDir,
    pub(crate) disk: Disk,
}

impl Image {
    /// `None` where it cannot be had, which is said.
    pub(crate) fn new() -> Option<Self> {
        let scene = tempfile::tempdir().unwrap();
        let at = |name: &str| scene.path().join(name);
        File::create(at("disk")).unwrap().set_len(8 << 20).unwrap();
        let formatted = Command::new("mkfs.ext4").args(["-q", "-F"]).arg(at("disk")).status();
        for dir in ["mounted", "after"] {
            fs::create_dir(at(dir)).unwrap();
        }
        if !formatted.is_ok_and(|status| status.success()) {
            println!("  SKIPPED: needs mkfs.ext4");
            return None;
        }
        let Some(disk) = Disk::mount(&["-o", "loop,commit=3600"], &at("disk"), &at("mounted")) else {
            println!("{NEEDS_ROOT}");
            return None;
        };
        Some(Self { scene, disk })
    }

    /// What would be there had the plug been pulled now: what has reached the image, and nothing that is in memory alone,
    /// is mounted again.
    pub(crate) fn after_power_loss(&self) -> Disk {
        let at = |name: &str| self.scene.path().join(name);
        fs::copy(at("disk"), at("copy")).unwrap();
        Disk::mount(&["-o", "loop"], &at("copy"), &at("after")).unwrap()
    }

    /// Has all that is there reach the disk.
    pub(crate) fn sync(dir: &Path) {
        assert!(Command::new("sync").arg("-f").arg(dir).status().unwrap().success());
    }
}
