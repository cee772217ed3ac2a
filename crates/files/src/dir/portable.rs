//! Where std alone has to do. A directory cannot be synced here: NTFS keeps a journal of names, so that after a power
//! failure a file is whole, but perhaps the old one.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub(crate) struct Dir {
    path: PathBuf,
}

impl Dir {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is, as messages show it.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What `name` is, which may be a link; `None` when there is nothing.
    pub(crate) fn look(&self, name: &OsStr) -> io::Result<Option<Metadata>> {
        match fs::symlink_metadata(self.path.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            found => found.map(Some),
        }
    }

    /// Opens the file `name` for reading.
    pub(crate) fn read(&self, name: &OsStr) -> io::Result<File> {
        File::open(self.path.join(name))
    }

    /// Makes the file `name`, which must not be there.
    pub(crate) fn create(&self, name: &OsStr) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(self.path.join(name))
    }

    /// Opens the lock file `name`, made if it is missing, for this process alone; `None` when another has it.
    #[cfg(windows)]
    pub(crate) fn lock(&self, name: &OsStr) -> io::Result<Option<File>> {
        use std::os::windows::fs::OpenOptionsExt;
        const GENERIC_READ_WRITE: u32 = 0xC000_0000;
        const DELETE: u32 = 0x0001_0000;
        const SHARE_READ: u32 = 1;
        // The system removes the file even when this process is killed.
        const DELETE_ON_CLOSE: u32 = 0x0400_0000;
        const SHARING_VIOLATION: i32 = 32;
        let opened = OpenOptions::new()
            .write(true)
            .create(true)
            .access_mode(GENERIC_READ_WRITE | DELETE)
            .share_mode(SHARE_READ)
            .custom_flags(DELETE_ON_CLOSE)
            .open(self.path.join(name));
        match opened {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => Ok(None),
            Err(error) => Err(error),
        }
    }

    #[cfg(not(windows))]
    pub(crate) fn lock(&self, _: &OsStr) -> io::Result<Option<File>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Gives `file` the rights of `model`; the owner is the system's to say.
    pub(crate) fn keep_access(&self, file: &File, _: &OsStr, model: &Metadata) -> io::Result<()> {
        file.set_permissions(model.permissions())
    }

    /// There are no such modes here: a new file has the rights that its directory hands down.
    pub(crate) fn set_mode(_: &File, _: u32) -> io::Result<()> {
        Ok(())
    }

    /// Puts `from` at `to`, in one step for all who look.
    pub(crate) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    /// As [`rename`](Self::rename), and an error when there is something at `to`.
    pub(crate) fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        if self.look(to)?.is_some() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.rename(from, to)
    }

    pub(crate) fn remove(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    /// Nothing that std could do.
    pub(crate) fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    /// The names here for which `wanted` gives something: what it gives, in no order.
    pub(crate) fn names<T>(&self, mut wanted: impl FnMut(&OsStr) -> Option<T>) -> io::Result<Vec<T>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            found.extend(wanted(&entry?.file_name()));
        }
        Ok(found)
    }
}
