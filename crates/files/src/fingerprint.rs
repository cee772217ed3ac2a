use std::fs::Metadata;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What changes when a file changes: device, inode, size, and the times of the last change of content and of
/// attributes, in nanoseconds.
///
/// Two equal fingerprints mean an unchanged file, with one exception: a file rewritten in place, to the same length,
/// within one tick of the kernel's clock (at most 10 ms; Linux 6.13 and later have no such gap). On systems
/// other than Unix there is no inode and the time of creation stands in for the time of attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    device: u64,
    inode: u64,
    size: u64,
    content_changed: Stamp,
    attributes_changed: Stamp,
}

/// Seconds since 1970, and nanoseconds.
type Stamp = (i64, i64);

impl Fingerprint {
    /// The size of the file in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Of whatever `path` leads to, a directory included; none when there is nothing or the system does not say.
    ///
    /// That of a directory changes when a name in it appears or goes.
    #[must_use]
    pub fn at(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|found| Self::of(&found))
    }

    /// Whether the last change was at least `age` before `now`, so that the next one is sure to show: the clocks of
    /// file systems are as coarse as two seconds (FAT).
    #[must_use]
    pub fn is_older_than(&self, age: Duration, now: SystemTime) -> bool {
        let last = self.content_changed.max(self.attributes_changed);
        let since = now.checked_sub(age).and_then(|then| then.duration_since(UNIX_EPOCH).ok());
        since.is_some_and(|since| last <= (since.as_secs().cast_signed(), i64::from(since.subsec_nanos())))
    }

    /// Whether both are of one file, changed or not. Unknown, and so false, on systems other than Unix.
    pub(crate) fn same_file(&self, other: &Self) -> bool {
        cfg!(unix) && (self.device, self.inode) == (other.device, other.inode)
    }

    #[cfg(unix)]
    pub(crate) fn of(file: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            device: file.dev(),
            inode: file.ino(),
            size: file.size(),
            content_changed: (file.mtime(), file.mtime_nsec()),
            attributes_changed: (file.ctime(), file.ctime_nsec()),
        }
    }

    #[cfg(not(unix))]
    pub(crate) fn of(file: &Metadata) -> Self {
        use std::io;
        fn stamp(time: io::Result<SystemTime>) -> Stamp {
            let since = time.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
            (since.as_secs().cast_signed(), i64::from(since.subsec_nanos()))
        }
        Self {
            device: 0,
            inode: 0,
            size: file.len(),
            content_changed: stamp(file.modified()),
            attributes_changed: stamp(file.created()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_shows_that_a_name_came_or_went() {
        let dir = tempfile::tempdir().unwrap();
        let before = Fingerprint::at(dir.path());
        // More than once: the clock of the file system may stand still for some milliseconds.
        for name in 0.. {
            std::fs::write(dir.path().join(name.to_string()), "").unwrap();
            if Fingerprint::at(dir.path()) != before {
                break;
            }
        }
        assert_ne!(before, None);
        assert_eq!(Fingerprint::at(&dir.path().join("nothing")), None);
    }

    #[test]
    fn age_counts_from_the_last_change() {
        let dir = tempfile::tempdir().unwrap();
        let (found, now) = (Fingerprint::at(dir.path()).unwrap(), SystemTime::now());
        let minute = Duration::from_secs(60);
        assert!(!found.is_older_than(minute, now));
        assert!(found.is_older_than(minute, now + 2 * minute));
    }
}
