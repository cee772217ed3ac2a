use std::path::PathBuf;

use enhanced_config_core::{Problem, ProblemKind, UnpackError, with_causes};
use enhanced_config_files::{Access, ReadError, RootError, WriteError};

/// Why a last good document could not be kept or found. None of it has to stop a program: see
/// [`warning`](Self::warning).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The state directory cannot be made or used.
    #[error("the state directory cannot be used")]
    Directory(#[from] RootError),
    /// A file or the directory cannot be read.
    #[error("the last known good configuration cannot be read")]
    Read(#[from] ReadError),
    /// A file cannot be written.
    #[error("the last known good configuration is not kept")]
    Write(#[from] WriteError),
    /// Somebody else may have written it.
    #[error(
        "{} is not used: others may have written it, as it {access}; expected it to belong to the user of this process or \
         to root, and nobody else to have the right to write",
        .path.display()
    )]
    Untrusted {
        /// The directory or the file.
        path: PathBuf,
        /// Who may use it.
        access: Access,
    },
    /// It is not what it should be.
    #[error("{} is not used: {why}", .path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: Unusable,
    },
    /// The document is larger than would be read again.
    #[error("{} is not written: it would have more than {limit} bytes", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most bytes it may have.
        limit: usize,
    },
}

/// Why a file is not the last good document that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unusable {
    /// It is something else.
    #[error("it is not a last known good configuration")]
    Foreign,
    /// A later program wrote it.
    #[error("a later version of this program wrote it, in format {0}")]
    TooNew(u8),
    /// It was cut or changed.
    #[error("it is damaged: the checksum does not match")]
    Damaged,
    /// It is that of another configuration.
    #[error("it belongs to the configuration {found:?}")]
    OtherName {
        /// The name that it has.
        found: String,
    },
    /// The document in it cannot be read.
    #[error("the document in it is {0}")]
    Document(UnpackError),
}

impl StateError {
    /// The warning of it, with all its causes.
    #[must_use]
    pub fn warning(&self) -> Problem {
        Problem::warning(ProblemKind::Custom { message: with_causes(self).into() })
    }
}
