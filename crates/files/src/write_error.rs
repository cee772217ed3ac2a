use crate::shown::shown;
use crate::{Fingerprint, ReadError};
use std::path::PathBuf;
use std::time::Duration;
use std::{fmt, io};

/// Why a file was not written, or not as durably as promised. [`target`](Self::target) tells which.
///
/// Paths named `path` are the real place of the file, behind all links.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The path leads nowhere, out of the root, or to something other than a regular file.
    #[error(transparent)]
    Place(#[from] ReadError),

    /// Another process writes the file, and went on doing so.
    #[error(
        "{} is locked by {}, which still held {} after {waited:?}",
        shown(.path), Holder(*.holder), shown(.lock)
    )]
    Locked {
        /// The file.
        path: PathBuf,
        /// The lock file.
        lock: PathBuf,
        /// The process that says it has the lock.
        holder: Option<u32>,
        /// How long it was waited for.
        waited: Duration,
    },

    /// What has the name of the lock file is none.
    #[error(
        "{} cannot be locked: {} is not a lock file of this program, and is left alone; rename one of the two",
        shown(.path), shown(.lock)
    )]
    NotALock {
        /// The file.
        path: PathBuf,
        /// What has the name of its lock file.
        lock: PathBuf,
    },

    /// The file is not what the writer expected: somebody else wrote, made or removed it meanwhile.
    #[error("{} {}: it is left as it is", shown(.path), conflict(.expected.as_ref(), .found.as_ref()))]
    Conflict {
        /// The file.
        path: PathBuf,
        /// What the writer expected; none for no file.
        expected: Option<Fingerprint>,
        /// What is there; none for no file.
        found: Option<Fingerprint>,
    },

    /// The system refuses one step.
    #[error("{} {target}: {step}{}", shown(.path), advice(*.step, .source))]
    Failed {
        /// The file.
        path: PathBuf,
        /// What was being done.
        step: Step,
        /// What has become of the file.
        target: Target,
        /// What the system reports.
        source: io::Error,
    },
}

impl WriteError {
    pub(crate) fn untouched(path: PathBuf, step: Step, source: io::Error) -> Self {
        Self::Failed { path, step, target: Target::Untouched, source }
    }

    /// What has become of the file.
    #[must_use]
    pub fn target(&self) -> Target {
        if let Self::Failed { target, .. } = self { *target } else { Target::Untouched }
    }
}

/// What has become of a file whose writing failed; as text, words that follow its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// It is what it was, to the byte.
    Untouched,
    /// It has the new contents, whole. After a power failure it may have the old ones again, whole too.
    Replaced,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Untouched => "cannot be written and is as it was",
            Self::Replaced => "has the new contents, but a power failure may bring the old ones back",
        })
    }
}

/// The steps of writing a file, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Taking the lock beside the file.
    Lock,
    /// Looking at the file itself.
    Look,
    /// Making the temporary file beside it.
    Create,
    /// Giving owner and mode to the temporary file.
    Access,
    /// Writing the temporary file.
    Write,
    /// Waiting until the disk has the temporary file.
    SyncFile,
    /// Renaming the temporary file.
    Rename,
    /// Waiting until the disk has the new name.
    SyncDirectory,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lock => "the lock file beside it cannot be made or taken",
            Self::Look => "the file cannot be looked at",
            Self::Create => "no temporary file can be made beside it",
            Self::Access => "owner and mode cannot be given to the temporary file beside it",
            Self::Write => "the temporary file beside it cannot be written",
            Self::SyncFile => "the disk does not confirm the temporary file beside it",
            Self::Rename => "the temporary file beside it cannot be renamed",
            Self::SyncDirectory => "the disk does not confirm the new name",
        })
    }
}

struct Holder(Option<u32>);

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(id) => write!(f, "process {id}"),
            None => f.write_str("another process"),
        }
    }
}

/// What keeps the system from it, where that is known, and what to do about it.
fn advice(step: Step, source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull => " (the disk is full: make room on it)",
        io::ErrorKind::QuotaExceeded => {
            " (the quota of this user on the disk is used up: make room, or raise it)"
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            " (the file system is mounted read-only: write where it is writable, or mount it so)"
        }
        // Of owner and mode it means something else.
        io::ErrorKind::PermissionDenied if matches!(step, Step::Lock | Step::Create | Step::Rename) => {
            " (this process has no right to: let it write in the directory, with chmod or chown)"
        }
        _ => "",
    }
}

fn conflict(expected: Option<&Fingerprint>, found: Option<&Fingerprint>) -> &'static str {
    match (expected, found) {
        (None, _) => "is there already",
        (Some(_), None) => "was removed since it was read",
        (Some(_), Some(_)) => "was changed since it was read",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_the_cause_is_said_with_what_to_do() {
        let check = |kind: io::ErrorKind, advice: &str| {
            let error = WriteError::untouched("app.yaml".into(), Step::Lock, kind.into());
            let expected = format!(
                "app.yaml cannot be written and is as it was: the lock file beside it cannot be made or taken{advice}"
            );
            assert_eq!(error.to_string(), expected);
        };
        check(io::ErrorKind::StorageFull, " (the disk is full: make room on it)");
        check(
            io::ErrorKind::ReadOnlyFilesystem,
            " (the file system is mounted read-only: write where it is writable, or mount it so)",
        );
        check(io::ErrorKind::Other, "");
    }
}
