use std::fmt;
use std::path::PathBuf;

use enhanced_config_core::{KeyPath, Origin, with_causes};
use enhanced_config_files::{BackupError, NameError, ReadError, WriteError};
use enhanced_config_format::EditError;
use enhanced_config_layers::Inherited;

use crate::{Conflict, LoadError, LoadErrorKind, Rejection};

/// Why a configuration is not saved: the file is what it was, unless [`SaveError::Write`] says otherwise.
///
/// Its text is all there is to say, causes included.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum SaveError {
    /// The name is not one that a configuration may have.
    #[error("configuration {0}")]
    Name(NameError),
    /// There is no file to edit.
    #[error(
        "configuration {name} has no base file to edit: expected {name}.yaml, .yml, .json, .jsonc or .toml in {}{}",
        .directory.display(), way_back(*.backups)
    )]
    NoFile {
        /// The configuration.
        name: String,
        /// Where the file was looked for.
        directory: PathBuf,
        /// How many backups there are of it.
        backups: usize,
    },
    /// The file cannot be read.
    #[error("{}", with_causes(.0))]
    Read(ReadError),
    /// The configuration cannot be loaded, or could not be with what was to be saved.
    #[error("nothing is written: {0}")]
    Rejected(Rejection),
    /// The text cannot be edited so.
    #[error("nothing is written: {0}")]
    Edit(EditError),
    /// A value was saved to the base file, and something above it hides it.
    #[error(
        "{path}: nothing is written, because {origin} lies over the base file and says otherwise: change it there"
    )]
    Hidden {
        /// The value.
        path: KeyPath,
        /// What hides it.
        origin: Origin,
    },
    /// A list was changed that holds a value of another layer, which has no place in the base file: a secret, or one of
    /// the environment.
    #[error(
        "{path}: nothing is written, because it is from {origin}, and the list that it is in would take it into the base \
         file: change the list in the file itself"
    )]
    Inherited {
        /// The value.
        path: KeyPath,
        /// Where it is from.
        origin: Origin,
    },
    /// The files were changed since the configuration was loaded.
    #[error("{0}")]
    Conflict(Box<Conflict>),
    /// No backup was made, or it was not restored.
    #[error("{}", with_causes(.0))]
    Backup(BackupError),
    /// The file cannot be written.
    #[error("{}", with_causes(.0))]
    Write(WriteError),
    /// It cannot be migrated.
    #[cfg(feature = "migrate")]
    #[error("nothing is written: {0}")]
    Migrate(enhanced_config_migrate::MigrateError),
    /// The file is not of the version that was to be migrated.
    #[cfg(feature = "migrate")]
    #[error("nothing is written: {name} was to be migrated from version {expected}, and is at {found}")]
    OtherVersion {
        /// The configuration.
        name: String,
        /// The version that was given.
        expected: enhanced_config_migrate::Version,
        /// The version of the file.
        found: enhanced_config_migrate::Version,
    },
}

fn way_back(backups: usize) -> String {
    match backups {
        0 => String::new(),
        1 => "; there is a backup of it, which rollback_config makes the file again".to_owned(),
        several => {
            format!("; there are {several} backups of it, of which rollback_config makes the file again")
        }
    }
}

/// As [`Display`](fmt::Display): what `fn main() -> Result<…>` prints should be for people.
impl fmt::Debug for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<LoadError> for SaveError {
    fn from(error: LoadError) -> Self {
        match error.into_kind() {
            LoadErrorKind::Name(error) => Self::Name(error),
            LoadErrorKind::Rejected(rejection) => Self::Rejected(rejection),
        }
    }
}

impl From<Inherited> for SaveError {
    fn from(Inherited { path, origin, .. }: Inherited) -> Self {
        Self::Inherited { path, origin }
    }
}

/// Without naming the cause as a source: it is in the text already.
macro_rules! from {
    ($($kind:ident: $error:ty),+) => {$(
        impl From<$error> for SaveError {
            fn from(error: $error) -> Self {
                Self::$kind(error)
            }
        }
    )+};
}

from!(
    Name: NameError,
    Read: ReadError,
    Rejected: Rejection,
    Edit: EditError,
    Backup: BackupError,
    Write: WriteError
);
#[cfg(feature = "migrate")]
from!(Migrate: enhanced_config_migrate::MigrateError);
