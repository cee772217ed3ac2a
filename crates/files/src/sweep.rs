use crate::dir::Dir;
use crate::list::MAX_ENTRIES;
use crate::lock::{Label, label};
use crate::temporary::target_of;
use crate::{ConfigRoot, FileLock, ReadError, beneath};
use enhanced_config_clock::SystemClock;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::time::Duration;

impl ConfigRoot {
    /// Removes what killed processes left of their writes to the files of the directory `dir`: temporary files and locks,
    /// and no others. Where a link in it leads to a file elsewhere beneath the root, that is beside that file. How many
    /// temporary files they were. For the start of a program that writes.
    ///
    /// A file whose [lock](FileLock) nobody holds is not being written, whatever the age of what was left, so that
    /// neither clocks nor process numbers of other machines and containers matter. What is being written is not
    /// touched.
    ///
    /// # Errors
    /// When `dir` cannot be listed. What this process may not remove stays without an error.
    pub fn sweep(&self, dir: impl AsRef<Path>) -> Result<usize, ReadError> {
        let dir = dir.as_ref();
        let removed = sweep_in(|| beneath::dir(self, dir));
        let removed = removed?.map_err(|source| ReadError::io(self.path().join(dir), source))?;
        let links = beneath::entries(self, dir, MAX_ENTRIES).unwrap_or_default();
        let links = links.into_iter().filter(|entry| entry.is_link).map(|entry| dir.join(entry.name));
        let mut seen = BTreeSet::from([self.path().join(dir)]);
        let elsewhere = links.filter(|link| {
            let place = beneath::place(self, link);
            place.is_ok_and(|(dir, _)| seen.insert(dir.path().to_owned()))
        });
        let swept = elsewhere.map(|link| sweep_in(|| beneath::place(self, &link).map(|(dir, _)| dir)));
        Ok(removed + swept.flatten().flatten().sum::<usize>())
    }
}

/// As [`ConfigRoot::sweep`], in one directory, which is opened for each file anew.
fn sweep_in(open: impl Fn() -> Result<Dir, ReadError>) -> Result<io::Result<usize>, ReadError> {
    let listed = open()?;
    let of_killed = |name: &OsStr| target_of(name).or_else(|| left_lock(&listed, name));
    let targets: BTreeSet<OsString> = match listed.names(of_killed) {
        Ok(found) => found.into_iter().collect(),
        Err(error) => return Ok(Err(error)),
    };
    let mut removed = 0;
    for target in targets {
        if let Ok(lock) = FileLock::take(&SystemClock, open()?, target, Duration::ZERO) {
            removed += remove_temporary(&lock);
        }
    }
    Ok(Ok(removed))
}

/// Removes the temporary files of a file, which are nobody's, because nobody else has its lock. How many they were.
pub(crate) fn remove_temporary(lock: &FileLock) -> usize {
    let left = |name: &OsStr| (target_of(name)? == lock.name()).then(|| name.to_owned());
    let names: io::Result<Vec<_>> = lock.dir().names(left);
    names.unwrap_or_default().iter().filter(|name| lock.dir().remove(name).is_ok()).count()
}

/// The file that `name` was the lock of, if a process signed it.
fn left_lock(dir: &Dir, name: &OsStr) -> Option<OsString> {
    let target = name.to_str()?.strip_suffix(".lock")?;
    let found = label(dir, name).ok()??;
    matches!(found, Label::Process(_)).then(|| target.into())
}
