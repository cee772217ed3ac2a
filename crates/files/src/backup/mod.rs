mod error;
mod file_name;

pub use error::BackupError;

use crate::dir::Dir;
use crate::write::prepare;
use crate::{AtomicWrite, ConfigRoot, FileLock, ReadError, Step, WriteError, Written, beneath};
use file_name::Parts;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use zlib_rs::crc32::crc32;

/// How the backups of a file are made, and how many of them stay.
///
/// ```
/// # let dir = tempfile::tempdir()?;
/// # std::fs::write(dir.path().join("app.yaml"), "version: 1.0.0\n")?;
/// use enhanced_config_files::{AtomicWrite, Backups, ConfigRoot, FileLock};
/// use std::time::{Duration, SystemTime};
///
/// let root = ConfigRoot::open(dir.path())?;
/// let mut lock = FileLock::acquire(&root, "app.yaml", Duration::from_secs(5))?;
/// let backup = Backups::new().make(&mut lock, "1.0.0", SystemTime::now())?;
/// AtomicWrite::new().write_locked(&mut lock, b"version: 2.0.0\n")?;
///
/// assert_eq!(Backups::list(&root, "app.yaml")?, [backup.clone()]);
/// backup.restore(&mut lock)?;
/// assert_eq!(lock.read(4 << 20)?.bytes, b"version: 1.0.0\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A backup stands beside its file: `app.yaml.v1.0.0.20261120T173312Z-1-5f3a9c01.bak`, with the version and the moment,
/// the number among those of that second, and the CRC-32 of its contents. It has owner, mode and access control list
/// of the file, and is on the disk, whole, before anything else happens.
///
/// The newest backup of each version stays, whatever their number and age: it is the way back from a migration, and no
/// number of later changes takes it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backups {
    most: NonZeroUsize,
    max_age: Option<Duration>,
}

/// A copy of a file as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backup {
    /// Where it is: the root as it was given, and what follows.
    pub path: PathBuf,
    /// The version of the file, as it was told; empty when it has none.
    pub version: String,
    /// When it was made, to the second.
    pub made: SystemTime,
    /// Which it is of those made in that second, from 1.
    pub number: u32,
    /// The CRC-32 of its contents.
    checksum: u32,
    name: OsString,
    /// The name of the file.
    target: OsString,
}

const MOST: NonZeroUsize = NonZeroUsize::new(10).unwrap();
/// Far above what any configuration has.
const MOST_BYTES: usize = 256 << 20;

impl Backups {
    /// With the defaults of the methods below.
    #[must_use]
    pub fn new() -> Self {
        Self { most: MOST, max_age: None }
    }

    /// How many stay, the new one included; those that are the newest of their version stay beyond that. By default 10.
    #[must_use]
    pub fn with_most(self, most: NonZeroUsize) -> Self {
        Self { most, ..self }
    }

    /// How old they become, those aside that are the newest of their version. By default as old as they like.
    #[must_use]
    pub fn with_max_age(self, max_age: Duration) -> Self {
        Self { max_age: Some(max_age), ..self }
    }

    /// Copies the locked file. `version` is told by the name of the backup: up to 64 letters, digits and `.`, `-`, `_`,
    /// `+`, without `.v`; empty when there is none.
    ///
    /// When this returns, the backup survives a power failure. Only then those go that are too many or too old; one that
    /// cannot be removed stays until the next time.
    ///
    /// # Errors
    /// When there is no file, when it cannot be read, and when the backup cannot be written. The file is untouched, and no
    /// older backup is gone.
    pub fn make(&self, lock: &mut FileLock, version: &str, now: SystemTime) -> Result<Backup, BackupError> {
        let bytes = lock.read(MOST_BYTES)?.bytes;
        let parts = Parts::new(version, now, crc32(0, &bytes))?;
        let earlier = backups(lock.dir(), lock.name());
        let earlier = earlier.map_err(|source| BackupError::Write(lock.error(Step::Look, source)))?;
        let backup = copy(lock, &bytes, parts.after(&earlier)).map_err(BackupError::Write)?;
        self.retire(lock, &earlier, &backup, now);
        Ok(backup)
    }

    /// The backups of the file at `path`, the newest first. The file itself need not be there any more.
    ///
    /// # Errors
    /// When the directory of the file cannot be listed.
    pub fn list(root: &ConfigRoot, path: impl AsRef<Path>) -> Result<Vec<Backup>, ReadError> {
        let (dir, name) = beneath::place(root, path.as_ref())?;
        backups(&dir, &name).map_err(|source| ReadError::io(dir.path().into(), source))
    }

    /// Removes what is too many or too old of those that were there before a new one, and is not the newest of its version.
    fn retire(&self, lock: &FileLock, earlier: &[Backup], new: &Backup, now: SystemTime) {
        let mut versions = BTreeSet::from([&*new.version]);
        let is_old = |backup: &Backup| {
            let age = now.duration_since(backup.made).unwrap_or_default();
            self.max_age.is_some_and(|max_age| age > max_age)
        };
        for (newer, backup) in (1..).zip(earlier) {
            let is_newest_of_its_version = versions.insert(&backup.version);
            if !is_newest_of_its_version && (newer >= self.most.get() || is_old(backup)) {
                let _ = lock.dir().remove(&backup.name);
            }
        }
    }
}

impl Default for Backups {
    fn default() -> Self {
        Self::new()
    }
}

impl Backup {
    /// The name of the file that it is a backup of, which stood beside it and need not be there any more.
    #[must_use]
    pub fn file_name(&self) -> &OsStr {
        &self.target
    }

    /// Its contents, which are what they were when it was made.
    ///
    /// # Errors
    /// When it cannot be read, was changed since, or is of another file than the locked one.
    pub fn read(&self, lock: &FileLock) -> Result<Vec<u8>, BackupError> {
        self.contents(lock).map(|(bytes, _)| bytes)
    }

    /// Makes the locked file what it was. It keeps the access that it has now; where it is gone, it gets the mode of the
    /// backup.
    ///
    /// # Errors
    /// As [`read`](Self::read), and when the file cannot be written. The backup stays in any case.
    pub fn restore(&self, lock: &mut FileLock) -> Result<Written, BackupError> {
        let (bytes, mode) = self.contents(lock)?;
        let write = mode.map_or_else(AtomicWrite::new, |mode| AtomicWrite::new().with_new_mode(mode));
        write.write_locked(lock, &bytes).map_err(BackupError::Restore)
    }

    fn contents(&self, lock: &FileLock) -> Result<(Vec<u8>, Option<u32>), BackupError> {
        if lock.name() != self.target {
            return Err(BackupError::OtherFile { path: self.path.clone(), file: lock.path() });
        }
        let found = lock.read_beside(&self.name, MOST_BYTES)?;
        if crc32(0, &found.bytes) != self.checksum {
            return Err(BackupError::Damaged { path: found.path });
        }
        Ok((found.bytes, found.access.map(|access| access.mode)))
    }

    fn new(dir: &Dir, target: &OsStr, name: OsString, parts: Parts) -> Self {
        let Parts { version, made, number, checksum } = parts;
        Self { path: dir.path().join(&name), version, made, number, checksum, name, target: target.into() }
    }
}

/// Puts `bytes` beside the locked file.
fn copy(lock: &FileLock, bytes: &[u8], parts: Parts) -> Result<Backup, WriteError> {
    let model = lock.current()?;
    let mut new = prepare(lock, model.as_ref(), 0o600, bytes)?;
    let name = parts.file_name(lock.name());
    new.rename(&name, true).map_err(|source| lock.error(Step::Rename, source))?;
    lock.dir().sync().map_err(|source| lock.error(Step::SyncDirectory, source))?;
    Ok(Backup::new(lock.dir(), lock.name(), name, parts))
}

/// The backups of the file `target`, the newest first.
fn backups(dir: &Dir, target: &OsStr) -> io::Result<Vec<Backup>> {
    let backup = |name: &OsStr| Some(Backup::new(dir, target, name.into(), Parts::parse(target, name)?));
    let mut found = dir.names(backup)?;
    found.sort_by(|a, b| (b.made, b.number, &b.name).cmp(&(a.made, a.number, &a.name)));
    Ok(found)
}
