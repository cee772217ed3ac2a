use crate::beneath;
use crate::shown::shown;
use std::io;
use std::path::{Path, PathBuf};

/// A directory whose files may be read, and nothing outside of it.
///
/// All other methods take paths relative to this directory and resolve them anew, the directory itself included: when
/// it is a link that a deployment switches, or is removed and made again, the next call sees the new one. Nothing is
/// kept open in between.
#[derive(Debug, Clone)]
pub struct ConfigRoot {
    path: PathBuf,
    /// Later changes of the working directory do not move the root.
    absolute: PathBuf,
}

impl ConfigRoot {
    /// The directory at `path`. Links on the way to it may lead anywhere.
    ///
    /// # Errors
    /// When there is no directory at `path` or this process may not use it.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, RootError> {
        let path = path.into();
        let absolute = match std::path::absolute(&path) {
            Ok(absolute) => absolute,
            Err(source) => return Err(RootError::new(path, source)),
        };
        let root = Self { path, absolute };
        beneath::check_root(&root)?;
        Ok(root)
    }

    /// The directory as it was given to [`ConfigRoot::open`].
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The place of `path`, relative to this directory, whatever the working directory is.
    ///
    /// For those who look at it or watch it; reading goes by [`read`](Self::read), which follows no link out.
    #[must_use]
    pub fn place(&self, path: impl AsRef<Path>) -> PathBuf {
        self.absolute.join(path)
    }

    pub(crate) fn absolute(&self) -> &Path {
        &self.absolute
    }

    /// Why the root itself cannot be opened.
    pub(crate) fn error(&self, source: io::Error) -> RootError {
        RootError::new(self.absolute.clone(), source)
    }
}

/// Why a directory cannot be a [`ConfigRoot`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RootError {
    /// There is nothing at this path.
    #[error("the configuration directory {} does not exist", shown(.path))]
    Missing {
        /// The absolute path of the directory.
        path: PathBuf,
    },
    /// Something other than a directory is at this path, or at a part of it.
    #[error("the configuration directory {} is not a directory", shown(.path))]
    NotADirectory {
        /// The absolute path of the directory.
        path: PathBuf,
    },
    /// This process may not search a directory on the way.
    #[error("permission denied: this process may not reach the configuration directory {}", shown(.path))]
    Denied {
        /// The absolute path of the directory.
        path: PathBuf,
    },
    /// The system reports something else.
    #[error("the configuration directory {} cannot be opened", shown(.path))]
    Io {
        /// The absolute path of the directory.
        path: PathBuf,
        /// What the system reports.
        source: io::Error,
    },
}

impl RootError {
    pub(crate) fn new(path: PathBuf, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            io::ErrorKind::NotADirectory => Self::NotADirectory { path },
            io::ErrorKind::PermissionDenied => Self::Denied { path },
            _ => Self::Io { path, source },
        }
    }
}
