use crate::shown::shown;
use crate::{FileKind, RootError};
use std::path::{Path, PathBuf};
use std::{fmt, io};

/// Why a path beneath a [`ConfigRoot`](crate::ConfigRoot) cannot be read.
///
/// Paths named `path` are the root as it was given, joined with the path that was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The root itself is gone or cannot be used.
    #[error(transparent)]
    Root(#[from] RootError),

    /// There is nothing at this path.
    #[error("{} does not exist{}", shown(.path), missing_part(.absent, .path))]
    Missing {
        /// What was asked for.
        path: PathBuf,
        /// The first part of `path` that does not exist: a directory on the way, or `path` itself.
        absent: PathBuf,
    },

    /// A link on the way leads to something that does not exist.
    #[error("{} does not exist: {link}, where there is nothing", shown(.path))]
    DanglingLink {
        /// What was asked for.
        path: PathBuf,
        /// The last link that was followed.
        link: Link,
    },

    /// The path is absolute.
    #[error("{} is absolute: expected a path relative to the configuration directory {}", shown(.path), shown(.root))]
    Absolute {
        /// What was asked for.
        path: PathBuf,
        /// The root as it was given.
        root: PathBuf,
    },

    /// The path leads out of the root.
    #[error("{} is outside of the configuration directory{}", shown(.path), way_out(.link.as_ref()))]
    Outside {
        /// What was asked for.
        path: PathBuf,
        /// The link that leads out, unless the path does so itself by `..`.
        link: Option<Link>,
    },

    /// Links lead to links without an end.
    #[error("{} leads through too many links, perhaps in a circle: {link}", shown(.path))]
    LinkLoop {
        /// What was asked for.
        path: PathBuf,
        /// The link at which following stopped.
        link: Link,
    },

    /// A part of the path that should be a directory is not.
    #[error("{}", not_a_directory(.path, .at))]
    NotADirectory {
        /// What was asked for.
        path: PathBuf,
        /// The part that is not a directory.
        at: PathBuf,
    },

    /// The rights of this process do not suffice.
    #[error("permission denied: {} may not be read{}", shown(.path), rights(.at, .path, .access.as_ref()))]
    Denied {
        /// What was asked for.
        path: PathBuf,
        /// What may not be read or searched: a directory on the way, or `path` itself.
        at: PathBuf,
        /// Mode and owners of `at`, where the system has such.
        access: Option<Access>,
    },

    /// There is something, but not a regular file.
    #[error("{} is {kind}: expected a regular file", shown(.path))]
    NotRegular {
        /// What was asked for.
        path: PathBuf,
        /// What it is.
        kind: FileKind,
    },

    /// The file is larger than allowed.
    #[error("{} has {size} bytes: at most {limit} are allowed", shown(.path))]
    TooLarge {
        /// What was asked for.
        path: PathBuf,
        /// The size of the file in bytes.
        size: u64,
        /// The most bytes it may have.
        limit: usize,
    },

    /// The directory holds more entries than anyone would read one after the other.
    #[error("the directory {} has more than {limit} entries: expected a directory of configuration files", shown(.path))]
    TooManyEntries {
        /// The directory.
        path: PathBuf,
        /// The most entries it may have.
        limit: usize,
    },

    /// Somebody kept writing to the file.
    #[error(
        "{} changed each of the {attempts} times it was read: the program that writes it should write another file and rename it",
        shown(.path)
    )]
    Changing {
        /// What was asked for.
        path: PathBuf,
        /// How often it was read.
        attempts: u32,
    },

    /// The system reports something else.
    #[error("{} cannot be read", shown(.path))]
    Io {
        /// What was asked for.
        path: PathBuf,
        /// What the system reports.
        source: io::Error,
    },
}

impl ReadError {
    /// Whether it may be read a moment later though nothing about the file changes: the system was short of something,
    /// a disk or a network did not answer, somebody was writing all the time.
    ///
    /// What the system says of the path itself, or that it cannot do what is asked, stays as it is until somebody acts.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        use io::ErrorKind::{InvalidFilename, InvalidInput, Unsupported};
        match self {
            Self::Io { source, .. } | Self::Root(RootError::Io { source, .. }) => {
                !matches!(source.kind(), InvalidFilename | InvalidInput | Unsupported)
            }
            _ => matches!(self, Self::Changing { .. }),
        }
    }

    pub(crate) fn io(path: PathBuf, source: impl Into<io::Error>) -> Self {
        Self::Io { path, source: source.into() }
    }
}

/// A symbolic link and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// Where the link is.
    pub path: PathBuf,
    /// The text of the link.
    pub target: PathBuf,
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is a link to {}", shown(&self.path), shown(&self.target))
    }
}

/// Who may use a file, and who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Access {
    /// The permission bits.
    pub mode: u32,
    /// The id of the user who owns it.
    pub owner: u32,
    /// The id of the group that owns it.
    pub group: u32,
    /// The id of the user this process acts for.
    pub process_user: u32,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mode, owner, group, process_user } = self;
        write!(
            f,
            "has mode {mode:04o} and belongs to user {owner} and group {group}, while this process runs as user {process_user}"
        )
    }
}

fn not_a_directory(path: &Path, at: &Path) -> String {
    if at == path {
        return format!("{} is not a directory", shown(path));
    }
    format!("{} cannot be opened: {} is not a directory", shown(path), shown(at))
}

fn missing_part(absent: &Path, path: &Path) -> String {
    if absent == path { String::new() } else { format!(": there is no {}", shown(absent)) }
}

fn way_out(link: Option<&Link>) -> String {
    link.map_or_else(String::new, |link| format!(": {link}; only links that stay inside are followed"))
}

fn rights(at: &Path, path: &Path, access: Option<&Access>) -> String {
    let Some(access) = access else { return String::new() };
    if at == path {
        format!(": it {access}; allow it with chmod or chown")
    } else {
        format!(": {} {access}; allow it with chmod or chown", shown(at))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_told_from_what_has_to_be_mended() {
        // EINTR, EIO, ENOMEM, EBUSY, ENFILE, EMFILE: these have the same numbers on all of them.
        let error = |code| ReadError::io("app.yaml".into(), io::Error::from_raw_os_error(code));
        for code in [4, 5, 12, 16, 23, 24] {
            assert!(error(code).is_transient(), "{}", io::Error::from_raw_os_error(code));
        }
        for kind in
            [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut, io::ErrorKind::StaleNetworkFileHandle]
        {
            assert!(ReadError::io("app.yaml".into(), kind).is_transient(), "{kind}");
        }
        for kind in [io::ErrorKind::InvalidFilename, io::ErrorKind::InvalidInput, io::ErrorKind::Unsupported]
        {
            assert!(!ReadError::io("app.yaml".into(), kind).is_transient(), "{kind}");
        }
        let loops = Link { path: "app.yaml".into(), target: "app.yaml".into() };
        assert!(!ReadError::LinkLoop { path: "app.yaml".into(), link: loops }.is_transient());
    }
}
