//! Reading and writing real files through the public interface.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail the test")]

mod backup;
mod list;
mod lock;
mod read;
#[cfg(unix)]
mod refuse;
mod sweep;
mod write;

use enhanced_config_files::{
    AtomicWrite, Backup, BackupError, Backups, ConfigRoot, FileLock, Fingerprint, Name, NameError, ReadError,
    RootError, WriteError,
};
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A root directory that goes away with the test.
struct Scene {
    dir: TempDir,
    root: ConfigRoot,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("config")).unwrap();
        let root = ConfigRoot::open(dir.path().join("config")).unwrap();
        Self { dir, root }
    }

    fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(path)
    }

    fn write(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    #[cfg(unix)]
    fn link(&self, path: &str, target: impl AsRef<Path>) {
        std::os::unix::fs::symlink(target, self.path(path)).unwrap();
    }

    /// The contents of a file of at most 100 bytes, or the message of the error, with a short path of the root.
    fn read(&self, path: impl AsRef<Path>) -> Result<String, String> {
        match self.root.read(path, 100) {
            Ok(file) => Ok(String::from_utf8(file.bytes).unwrap()),
            Err(error) => Err(self.shorten(&error)),
        }
    }

    fn shorten(&self, error: &impl Display) -> String {
        error.to_string().replace(&format!("{}/", self.dir.path().display()), "")
    }
}

#[test]
fn types_cross_threads() {
    fn check<T: Send + Sync + 'static>() {}
    check::<(ConfigRoot, Fingerprint, Name, NameError, ReadError, RootError)>();
    check::<(AtomicWrite, FileLock, WriteError, Backup, BackupError, Backups)>();
}

/// Says on the terminal why a test proves nothing here: standard error itself is not captured.
#[cfg(unix)]
fn skip(why: &str) {
    use std::io::Write;
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(std::io::stderr(), "SKIPPED {name}: {why}");
}
