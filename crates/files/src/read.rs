use crate::{Access, ConfigRoot, FileKind, Fingerprint, ReadError, beneath};
use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;

/// How often a file that changes while it is read is read again. All attempts together take well under a millisecond
/// for an ordinary file: enough for a rename or a single write to pass by, not for a writer at work.
const ATTEMPTS: u32 = 8;

/// The contents of a file, taken while it did not change.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileBytes {
    /// All of the file.
    pub bytes: Vec<u8>,
    /// What the file was when these bytes were read.
    pub fingerprint: Fingerprint,
    /// The root as it was given, joined with the path that was asked for.
    pub path: PathBuf,
    /// Who may use the file, where the system has such.
    pub access: Option<Access>,
}

/// Leaves the bytes out: configuration holds secrets.
impl fmt::Debug for FileBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileBytes")
            .field("path", &self.path)
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}

impl ConfigRoot {
    /// Reads the regular file at `path`, which may have at most `max_bytes`.
    ///
    /// # Errors
    /// Each way in which this fails is a [`ReadError`] of its own. Never waits for anyone: a named pipe is an error.
    pub fn read(&self, path: impl AsRef<Path>, max_bytes: usize) -> Result<FileBytes, ReadError> {
        let path = path.as_ref();
        settled(&self.path().join(path), max_bytes, || beneath::open(self, path))
    }

    /// The fingerprint of the regular file that `path` leads to now. Works without the right to read the file (on
    /// Linux), and does not count as opening it for anyone who watches.
    ///
    /// # Errors
    /// As [`ConfigRoot::read`], as far as that can be told without reading.
    pub fn fingerprint(&self, path: impl AsRef<Path>) -> Result<Fingerprint, ReadError> {
        let path = path.as_ref();
        regular(&self.path().join(path), &beneath::metadata(self, path)?)
    }

    /// Who may use what `path` leads to, be it a file or a directory, where the system has such.
    ///
    /// # Errors
    /// When that cannot be told.
    pub fn access(&self, path: impl AsRef<Path>) -> Result<Option<Access>, ReadError> {
        beneath::metadata(self, path.as_ref()).map(|found| Access::of(&found))
    }

    /// Whether there is anything at `path`, be it a file or not.
    ///
    /// # Errors
    /// When that cannot be told. A link to something missing is an error too, and not the same as no link: somebody
    /// meant a file to be here.
    pub fn exists(&self, path: impl AsRef<Path>) -> Result<bool, ReadError> {
        match beneath::metadata(self, path.as_ref()) {
            Ok(_) => Ok(true),
            Err(ReadError::Missing { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The contents of the file that `open` opens, which messages call `path`, taken while it did not change.
pub(crate) fn settled(
    path: &Path,
    max_bytes: usize,
    open: impl Fn() -> Result<File, ReadError>,
) -> Result<FileBytes, ReadError> {
    for _ in 0..ATTEMPTS {
        if let Some(found) = once(path, max_bytes, &open()?)? {
            return Ok(found);
        }
        thread::yield_now();
    }
    Err(ReadError::Changing { path: path.into(), attempts: ATTEMPTS })
}

/// The contents of `file`, or `None` when it changed meanwhile.
fn once(path: &Path, max_bytes: usize, file: &File) -> Result<Option<FileBytes>, ReadError> {
    let fail = |source| ReadError::io(path.into(), source);
    let found = file.metadata().map_err(fail)?;
    let (before, access) = (regular(path, &found)?, Access::of(&found));
    let size = match usize::try_from(before.size()) {
        Ok(size) if size <= max_bytes => size,
        _ => return Err(ReadError::TooLarge { path: path.into(), size: before.size(), limit: max_bytes }),
    };
    let bytes = read_to(file, size).map_err(fail)?;
    if Fingerprint::of(&file.metadata().map_err(fail)?) != before {
        return Ok(None);
    }
    if bytes.len() != size {
        return Err(ReadError::NotRegular { path: path.into(), kind: FileKind::Virtual });
    }
    Ok(Some(FileBytes { bytes, fingerprint: before, path: path.into(), access }))
}

fn regular(path: &Path, file: &Metadata) -> Result<Fingerprint, ReadError> {
    match FileKind::unless_regular(file.file_type()) {
        None => Ok(Fingerprint::of(file)),
        Some(kind) => Err(ReadError::NotRegular { path: path.into(), kind }),
    }
}

/// Reads `size` bytes, or fewer if the file ends before, or one more if it does not end there: never further.
fn read_to(file: impl Read, size: usize) -> io::Result<Vec<u8>> {
    let past = size.saturating_add(1);
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(past)?;
    file.take(past as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives endless bytes, a few at a time, and keeps count.
    struct Dripping {
        per_read: usize,
        given: usize,
    }

    impl Read for Dripping {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = buffer.len().min(self.per_read);
            self.given += count;
            Ok(count)
        }
    }

    #[test]
    fn a_growing_file_is_read_one_byte_past_its_size_at_most() {
        for size in [0, 1, 2, 10, 4096] {
            for per_read in [1, 3, usize::MAX] {
                let mut file = Dripping { per_read, given: 0 };
                let read = read_to(&mut file, size).unwrap().len();
                assert!((size..=size + 1).contains(&read), "{read} of {size}, {per_read} at a time");
                assert_eq!(file.given, read);
            }
        }
    }

    #[test]
    fn a_shrinking_file_is_read_to_its_end() {
        assert_eq!(read_to(&mut &b"abc"[..], 10).unwrap(), b"abc");
        assert_eq!(read_to(&mut &b""[..], 10).unwrap(), b"");
    }
}
