use std::fs::Metadata;

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
        use std::time::{SystemTime, UNIX_EPOCH};
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
