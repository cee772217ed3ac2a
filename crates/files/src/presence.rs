use crate::list::names;
use crate::{FileKind, Fingerprint};
use std::ffi::OsString;
use std::path::Path;
use std::{fs, io};

/// What a path leads to now, as far as a look from outside tells: nothing is opened but directories, and whoever
/// watches the file does not notice.
///
/// Links are followed wherever they lead: a look gives nothing away, and whether they may be followed is for whoever
/// reads to say. Two equal presences mean that reading again gives the same, with the exception that
/// [`Fingerprint`] names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Presence {
    /// There is nothing, or a link to nothing.
    Absent,
    /// A regular file.
    File(Fingerprint),
    /// A directory, with the names in it that [`list`](crate::ConfigRoot::list) gives, in the order of their bytes.
    Directory(Box<[OsString]>),
    /// Something else.
    Other(FileKind),
    /// The system does not say, for this reason: rights that are missing, links in a circle.
    Unreachable(io::ErrorKind),
}

impl Presence {
    /// What `path` leads to now.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        let found = fs::metadata(path).and_then(|found| match FileKind::unless_regular(found.file_type()) {
            None => Ok(Self::File(Fingerprint::of(&found))),
            Some(FileKind::Directory) => names(path).map(Self::Directory),
            Some(kind) => Ok(Self::Other(kind)),
        });
        found.unwrap_or_else(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Absent,
            kind => Self::Unreachable(kind),
        })
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        *self == Self::Absent
    }

    /// Whether there is a regular file with nothing in it.
    #[must_use]
    pub fn is_empty_file(&self) -> bool {
        matches!(self, Self::File(fingerprint) if fingerprint.size() == 0)
    }

    /// Whether there is a regular file.
    #[must_use]
    pub fn is_file(&self) -> bool {
        matches!(self, Self::File(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_a_path_leads_to() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for name in ["b.yaml", "a.yaml", "a.yaml~"] {
            fs::write(at(name), "x: 1").unwrap();
        }
        fs::create_dir(at("deep")).unwrap();
        assert_eq!(Presence::of(&at("nothing")), Presence::Absent);
        assert_eq!(Presence::of(&at("a.yaml/below")), Presence::Absent);
        assert_eq!(Presence::of(&at("a.yaml")), Presence::of(&at("a.yaml")));
        assert!(Presence::of(&at("a.yaml")).is_file());
        assert_ne!(Presence::of(&at("a.yaml")), Presence::of(&at("b.yaml")));
        let names = ["a.yaml", "b.yaml"].map(OsString::from);
        assert_eq!(Presence::of(dir.path()), Presence::Directory(names.into()));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("file"), "x").unwrap();
        for (target, link) in
            [("file", "link"), ("nothing", "dangling"), ("loop", "loop"), ("/dev/null", "null")]
        {
            symlink(target, at(link)).unwrap();
        }
        assert_eq!(Presence::of(&at("link")), Presence::of(&at("file")));
        assert_eq!(Presence::of(&at("dangling")), Presence::Absent);
        assert!(matches!(Presence::of(&at("loop")), Presence::Unreachable(_)));
        assert_eq!(Presence::of(&at("null")), Presence::Other(FileKind::Device));
    }
}
