use crate::dir::Dir;
use crate::temporary::Temporary;
use crate::{ConfigRoot, FileLock, Fingerprint, Step, Target, WriteError, sweep};
use std::fs::Metadata;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How to write a file so that it is never anything but whole: what it was, or what it becomes.
///
/// ```
/// # let dir = tempfile::tempdir()?;
/// use enhanced_config_files::{AtomicWrite, ConfigRoot, Expect, Target, WriteError};
///
/// let root = ConfigRoot::open(dir.path())?;
/// let written = AtomicWrite::new().write(&root, "app.yaml", b"port: 8080\n")?;
/// assert_eq!(written.fingerprint, root.fingerprint("app.yaml")?);
///
/// std::fs::write(dir.path().join("app.yaml"), "port: 81\n")?; // somebody else
/// let only_mine = AtomicWrite::new().with_expect(Expect::Unchanged(written.fingerprint));
/// let error = only_mine.write(&root, "app.yaml", b"port: 8082\n").unwrap_err();
/// assert!(matches!(error, WriteError::Conflict { .. }));
/// assert_eq!(error.target(), Target::Untouched);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// 1. The file is found as [`ConfigRoot::read`] finds it. Where a link leads to it, the file is replaced at its real
///    place and the link stays.
/// 2. It is [locked](FileLock), and compared with what is [expected](Expect).
/// 3. A temporary file is made beside it, gets its owner, group, mode and, on Linux, its access control list, is written
///    and synced. It is removed when anything fails.
/// 4. It is renamed to the file, and the directory is synced.
///
/// At no moment is there a file that is not whole, whatever is killed, and after a power failure there is the old file or the
/// new one. When the write has returned, there is the new one; on Windows, where a directory cannot be synced, a power
/// failure within the next seconds may bring the old one back. A hard link to the file by another name keeps the old
/// contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtomicWrite {
    expect: Expect,
    new_mode: u32,
    keep_access: bool,
    patience: Duration,
}

/// What must be there for a file to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Whatever it is.
    Anything,
    /// No file.
    Nothing,
    /// The file that had this fingerprint when it was read, unchanged.
    Unchanged(Fingerprint),
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// Its real place, behind all links: the root as it was given, and what follows.
    pub path: PathBuf,
    /// What it is now.
    pub fingerprint: Fingerprint,
}

impl AtomicWrite {
    /// Over whatever is there, with the defaults of the methods below.
    #[must_use]
    pub fn new() -> Self {
        Self {
            expect: Expect::Anything,
            new_mode: 0o600,
            keep_access: true,
            patience: Duration::from_secs(10),
        }
    }

    /// Writes only when this is there. By default [`Expect::Anything`].
    #[must_use]
    pub fn with_expect(self, expect: Expect) -> Self {
        Self { expect, ..self }
    }

    /// The mode of the file where there was none, as it is: the umask is not taken away from it. Not on Windows. By
    /// default `0o600`, because configuration holds secrets.
    #[must_use]
    pub fn with_new_mode(self, new_mode: u32) -> Self {
        Self { new_mode: new_mode & 0o7777, ..self }
    }

    /// Gives the file the owner, group and mode of a new one even where there was one: for what must stay private. By
    /// default it keeps what the old one had.
    #[must_use]
    pub fn with_new_access(self) -> Self {
        Self { keep_access: false, ..self }
    }

    /// How long to wait for another process that writes the same file. By default 10 seconds.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Replaces the file at `path`, or makes it, with `bytes` as its contents.
    ///
    /// # Errors
    /// Each tells whether the file is what it was: it is, except for an error of the very last step.
    pub fn write(
        &self,
        root: &ConfigRoot,
        path: impl AsRef<Path>,
        bytes: &[u8],
    ) -> Result<Written, WriteError> {
        let mut lock = FileLock::acquire(root, path, self.patience)?;
        self.write_locked(&mut lock, bytes)
    }

    /// As [`write`](Self::write), for who has the lock of the file already.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn write_locked(&self, lock: &mut FileLock, bytes: &[u8]) -> Result<Written, WriteError> {
        let old = self.expect.check(lock)?;
        if lock.was_left() {
            sweep::remove_temporary(lock);
        }
        let model = old.as_ref().filter(|_| self.keep_access);
        let mut new = prepare(lock, model, self.new_mode, bytes)?;
        // Somebody who asks for no lock may have written meanwhile: most of the time is spent waiting for the disk.
        self.expect.check(lock)?;
        replace(lock, &mut new, self.expect == Expect::Nothing)
    }
}

/// A temporary file that is all that a file beside it is to be, except for its name: with the access of the locked file
/// if that is `model`, with `new_mode` otherwise.
pub(crate) fn prepare<'a>(
    lock: &'a FileLock,
    model: Option<&Metadata>,
    new_mode: u32,
    bytes: &[u8],
) -> Result<Temporary<'a>, WriteError> {
    let fail = |step| move |source| lock.error(step, source);
    let mut new = Temporary::create(lock.dir(), lock.name()).map_err(fail(Step::Create))?;
    match model {
        Some(model) => lock.dir().keep_access(&new.file, lock.name(), model),
        None => Dir::set_mode(&new.file, new_mode),
    }
    .map_err(fail(Step::Access))?;
    new.file.write_all(bytes).map_err(fail(Step::Write))?;
    // Never twice: after an error the system drops what it could not write, and a second call reports success. See
    // Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020.
    new.file.sync_all().map_err(fail(Step::SyncFile))?;
    Ok(new)
}

impl Default for AtomicWrite {
    fn default() -> Self {
        Self::new()
    }
}

impl Expect {
    /// What is there, if it is what is expected.
    fn check(self, lock: &FileLock) -> Result<Option<Metadata>, WriteError> {
        let current = lock.current()?;
        let found = current.as_ref().map(Fingerprint::of);
        let expected = match self {
            Self::Anything => found,
            Self::Nothing => None,
            Self::Unchanged(expected) => Some(expected),
        };
        if found == expected {
            Ok(current)
        } else {
            Err(WriteError::Conflict { path: lock.path(), expected, found })
        }
    }
}

fn replace(lock: &FileLock, new: &mut Temporary<'_>, is_new: bool) -> Result<Written, WriteError> {
    let fail = |step, target| move |source| WriteError::Failed { path: lock.path(), step, target, source };
    if let Err(source) = new.rename(lock.name(), is_new) {
        return Err(not_renamed(lock, new, source));
    }
    lock.dir().sync().map_err(fail(Step::SyncDirectory, Target::Replaced))?;
    // Renaming changes the times of a file.
    let file = new.file.metadata().map_err(fail(Step::Look, Target::Replaced))?;
    Ok(Written { path: lock.path(), fingerprint: Fingerprint::of(&file) })
}

/// A server at the other end of a network can rename and fail to say so.
fn not_renamed(lock: &FileLock, new: &Temporary<'_>, source: std::io::Error) -> WriteError {
    let found = lock.fingerprint().ok().flatten();
    if source.kind() == std::io::ErrorKind::AlreadyExists {
        return WriteError::Conflict { path: lock.path(), expected: None, found };
    }
    let ours = new.file.metadata().ok().map(|file| Fingerprint::of(&file));
    let is_ours = found.zip(ours).is_some_and(|(found, ours)| found.same_file(&ours));
    let target = if is_ours { Target::Replaced } else { Target::Untouched };
    WriteError::Failed { path: lock.path(), step: Step::Rename, target, source }
}
