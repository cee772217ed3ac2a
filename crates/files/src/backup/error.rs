use crate::shown::shown;
use crate::{ReadError, WriteError};
use std::path::PathBuf;

/// Why there is no backup, or why it cannot be restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The version has something that names of files do not have.
    #[error(
        "the version {version:?} cannot be part of the name of a backup: expected up to 64 letters, digits, '.', '-', '_' \
         and '+', without \".v\""
    )]
    Version {
        /// The version, cut after 64 characters.
        version: String,
    },
    /// The file or its backup cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The backup cannot be written. The error speaks of the file, which is as it was.
    #[error("no backup was made")]
    Write(#[source] WriteError),
    /// The file cannot be written.
    #[error("the backup was not restored")]
    Restore(#[source] WriteError),
    /// The backup was changed since it was made.
    #[error("the backup {} is damaged: its contents do not have the checksum in its name", shown(.path))]
    Damaged {
        /// The backup.
        path: PathBuf,
    },
    /// The backup is of another file.
    #[error("{} is no backup of {}", shown(.path), shown(.file))]
    OtherFile {
        /// The backup.
        path: PathBuf,
        /// The file.
        file: PathBuf,
    },
}
