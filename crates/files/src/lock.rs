use crate::dir::Dir;
use crate::read::settled;
use crate::{ConfigRoot, FileBytes, FileKind, Fingerprint, ReadError, Step, WriteError, beneath};
use enhanced_config_clock::{Clock, Sleep, SystemClock};
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fmt, process};

/// The sole right to write one file, for as long as this lives.
///
/// It is a lock of the system (`flock`; on Windows a file that is open for one process alone) on a file beside the one
/// to be written: `app.yaml.lock`, which holds the number of the process. It ends with the process, however that ends, and
/// binds only those who ask for it: every [`AtomicWrite`](crate::AtomicWrite), and nobody's editor.
///
/// Take it to read, decide and write with nobody in between:
///
/// ```
/// # let dir = tempfile::tempdir()?;
/// # std::fs::write(dir.path().join("app.yaml"), "port: 1\n")?;
/// use enhanced_config_files::{AtomicWrite, ConfigRoot, Expect, FileLock};
/// use std::time::Duration;
///
/// let root = ConfigRoot::open(dir.path())?;
/// let mut lock = FileLock::acquire(&root, "app.yaml", Duration::from_secs(5))?;
/// let old = lock.read(4 << 20)?;
/// let new = String::from_utf8(old.bytes)?.replace('1', "2");
/// AtomicWrite::new().with_expect(Expect::Unchanged(old.fingerprint)).write_locked(&mut lock, new.as_bytes())?;
/// # assert_eq!(std::fs::read_to_string(dir.path().join("app.yaml"))?, "port: 2\n");
/// # drop(lock);
/// # assert_eq!(std::fs::read_dir(dir.path())?.count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct FileLock {
    dir: Dir,
    /// Of the file to be written, in `dir`: its real place, behind all links.
    name: OsString,
    lock_name: OsString,
    /// None unless it is ours.
    lock: Option<File>,
    was_left: bool,
}

/// How long to wait between two attempts, at first and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(50));

/// What a lock file says before the number of its process. A file of the same name that says something else is
/// somebody's, such as `Cargo.lock`.
const LABEL: &str = "locked by process ";

impl FileLock {
    /// The lock of the file that `path` leads to, which need not be there; waits `patience` while another has it.
    ///
    /// # Errors
    /// When `path` leads out of `root` or to something other than a regular file, when the lock stays taken, and when
    /// the lock file cannot be made.
    pub fn acquire(
        root: &ConfigRoot,
        path: impl AsRef<Path>,
        patience: Duration,
    ) -> Result<Self, WriteError> {
        Self::acquire_by(&SystemClock, root, path.as_ref(), patience)
    }

    fn acquire_by(
        time: &(impl Clock + Sleep),
        root: &ConfigRoot,
        path: &Path,
        patience: Duration,
    ) -> Result<Self, WriteError> {
        let (dir, name) = beneath::place(root, path)?;
        let lock = Self::take(time, dir, name, patience)?;
        lock.current()?;
        Ok(lock)
    }

    /// The lock of the file `name` in `dir`.
    pub(crate) fn take(
        time: &(impl Clock + Sleep),
        dir: Dir,
        name: OsString,
        patience: Duration,
    ) -> Result<Self, WriteError> {
        let mut lock = Self { lock_name: lock_name(&name), dir, name, lock: None, was_left: false };
        let start = time.now();
        let mut pause = PAUSES.0;
        while !lock.attempt()? {
            let waited = time.now() - start;
            if waited >= patience {
                return Err(lock.held(waited));
            }
            time.sleep(pause.min(patience - waited));
            pause = (pause * 2).min(PAUSES.1);
        }
        Ok(lock)
    }

    /// Takes the lock if nobody has it.
    fn attempt(&mut self) -> Result<bool, WriteError> {
        let found = self.label()?;
        if found == Some(Label::Foreign) {
            return Err(WriteError::NotALock { path: self.path(), lock: self.lock_path() });
        }
        self.lock = self.dir.lock(&self.lock_name).map_err(|source| self.error(Step::Lock, source))?;
        let Some(mut file) = self.lock.as_ref() else { return Ok(false) };
        self.was_left = found.is_some();
        file.set_len(0)
            .and_then(|()| file.write_all(format!("{LABEL}{}\n", process::id()).as_bytes()))
            .map_err(|source| self.error(Step::Lock, source))?;
        Ok(true)
    }

    fn held(&self, waited: Duration) -> WriteError {
        let holder = self.label().ok().flatten().and_then(Label::holder);
        WriteError::Locked { path: self.path(), lock: self.lock_path(), holder, waited }
    }

    fn label(&self) -> Result<Option<Label>, WriteError> {
        label(&self.dir, &self.lock_name).map_err(|source| self.error(Step::Lock, source))
    }

    fn lock_path(&self) -> PathBuf {
        self.dir.path().join(&self.lock_name)
    }

    /// Where the file is, behind all links: the root as it was given, and what follows.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.dir.path().join(&self.name)
    }

    /// Reads the file, which may have at most `max_bytes`.
    ///
    /// # Errors
    /// As [`ConfigRoot::read`].
    pub fn read(&self, max_bytes: usize) -> Result<FileBytes, ReadError> {
        self.read_beside(&self.name, max_bytes)
    }

    /// Reads the file `name` in the same directory.
    pub(crate) fn read_beside(&self, name: &OsStr, max_bytes: usize) -> Result<FileBytes, ReadError> {
        let path = self.dir.path().join(name);
        settled(&path, max_bytes, || {
            self.dir.read(name).map_err(|source| match source.kind() {
                io::ErrorKind::NotFound => ReadError::Missing { absent: path.clone(), path: path.clone() },
                _ => ReadError::io(path.clone(), source),
            })
        })
    }

    /// What the file is now; nothing when it is not there.
    ///
    /// # Errors
    /// When there is something other than a regular file.
    pub fn fingerprint(&self) -> Result<Option<Fingerprint>, WriteError> {
        Ok(self.current()?.as_ref().map(Fingerprint::of))
    }

    pub(crate) fn current(&self) -> Result<Option<Metadata>, WriteError> {
        let found = self.dir.look(&self.name).map_err(|source| self.error(Step::Look, source))?;
        match found.as_ref().and_then(|found| FileKind::unless_regular(found.file_type())) {
            Some(kind) => Err(ReadError::NotRegular { path: self.path(), kind }.into()),
            None => Ok(found),
        }
    }

    pub(crate) fn dir(&self) -> &Dir {
        &self.dir
    }

    pub(crate) fn name(&self) -> &OsStr {
        &self.name
    }

    /// Whether the lock file was there already: its last holder was killed, or held it until now.
    pub(crate) fn was_left(&self) -> bool {
        self.was_left
    }

    /// The error of a step before the file was replaced.
    pub(crate) fn error(&self, step: Step, source: io::Error) -> WriteError {
        WriteError::untouched(self.path(), step, source)
    }
}

/// Lets go. The lock file is removed while it is still locked, so that nobody locks a file that has no name any more
/// and takes it for the lock.
impl Drop for FileLock {
    fn drop(&mut self) {
        // What cannot be removed is taken over by the next holder. Windows removes it by itself.
        let Some(_locked) = self.lock.take() else { return };
        if cfg!(not(windows)) {
            let _ = self.dir.remove(&self.lock_name);
        }
    }
}

impl fmt::Debug for FileLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FileLock").field(&self.path()).finish()
    }
}

#[derive(PartialEq)]
pub(crate) enum Label {
    /// Nothing: its holder was killed at once, or is about to sign.
    Blank,
    /// One of ours.
    Process(u32),
    /// Something else.
    Foreign,
}

impl Label {
    fn holder(self) -> Option<u32> {
        if let Self::Process(id) = self { Some(id) } else { None }
    }
}

/// What the lock file `name` says, if there is one.
pub(crate) fn label(dir: &Dir, name: &OsStr) -> io::Result<Option<Label>> {
    let file = match dir.read(name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut text = Vec::new();
    file.take(64).read_to_end(&mut text)?;
    let Ok(text) = String::from_utf8(text) else { return Ok(Some(Label::Foreign)) };
    if LABEL.starts_with(&*text) {
        return Ok(Some(Label::Blank));
    }
    let id = text.strip_prefix(LABEL).and_then(|rest| rest.trim_end().parse().ok());
    Ok(Some(id.map_or(Label::Foreign, Label::Process)))
}

fn lock_name(name: &OsStr) -> OsString {
    let mut lock = name.to_owned();
    lock.push(".lock");
    lock
}

#[cfg(test)]
mod tests {
    use super::*;
    use enhanced_config_clock::ManualClock;

    #[test]
    fn patience_is_waited_for_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let root = ConfigRoot::open(dir.path()).unwrap();
        let acquire = |clock: &ManualClock, patience| {
            FileLock::acquire_by(clock, &root, Path::new("app.yaml"), Duration::from_millis(patience))
        };
        let clock = ManualClock::new();
        let _held = acquire(&clock, 0).unwrap();
        for patience in [0, 1, 7, 10_000] {
            let before = clock.now();
            assert!(matches!(acquire(&clock, patience), Err(WriteError::Locked { .. })));
            assert_eq!(clock.now() - before, Duration::from_millis(patience));
        }
    }
}
