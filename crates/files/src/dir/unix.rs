use crate::beneath::LOOK;
use rustix::fs::{
    AtFlags, Dir as Listing, FlockOperation, Gid, Mode, OFlags, Uid, fchown, flock, openat, renameat,
    unlinkat,
};
use rustix::io::{Errno, retry_on_intr};
use std::ffi::OsStr;
use std::fs::{File, Metadata, Permissions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Names are looked up in the directory as it was opened, even when it is renamed meanwhile.
#[derive(Debug)]
pub(crate) struct Dir {
    fd: File,
    path: PathBuf,
}

/// Nobody but the owner reads a file that is not finished.
const PRIVATE: Mode = Mode::RUSR.union(Mode::WUSR);

impl Dir {
    pub(crate) fn new(fd: OwnedFd, path: PathBuf) -> Self {
        Self { fd: fd.into(), path }
    }

    /// Where it is, as messages show it.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What `name` is, which may be a link; `None` when there is nothing.
    pub(crate) fn look(&self, name: &OsStr) -> io::Result<Option<Metadata>> {
        match self.open(name, LOOK) {
            Ok(file) => file.metadata().map(Some),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Opens the file `name` for reading, without ever waiting.
    pub(crate) fn read(&self, name: &OsStr) -> io::Result<File> {
        Ok(self.open(name, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY)?)
    }

    /// Makes the file `name`, which must not be there, for the owner alone.
    pub(crate) fn create(&self, name: &OsStr) -> io::Result<File> {
        Ok(self.open(name, OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL)?)
    }

    /// Opens the lock file `name`, made if it is missing, and locks it without waiting; `None` when another has it.
    pub(crate) fn lock(&self, name: &OsStr) -> io::Result<Option<File>> {
        loop {
            let file = self.open(name, OFlags::RDWR | OFlags::CREATE | OFlags::NONBLOCK | OFlags::NOCTTY)?;
            match retry_on_intr(|| flock(&file, FlockOperation::NonBlockingLockExclusive)) {
                Ok(()) => {}
                Err(Errno::WOULDBLOCK) => return Ok(None),
                Err(errno) => return Err(errno.into()),
            }
            let ours = file.metadata()?;
            if !ours.is_file() {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            // Whoever had the lock removed the file before letting go of it: what we have locked may have no name any
            // more.
            let named = self.look(name)?.map(|named| (named.dev(), named.ino()));
            if named == Some((ours.dev(), ours.ino())) {
                return Ok(Some(file));
            }
        }
    }

    /// Gives `file` the owner, the group, the mode and the access control list of the file `name`, which is `model`.
    pub(crate) fn keep_access(&self, file: &File, name: &OsStr, model: &Metadata) -> io::Result<()> {
        let ours = file.metadata()?;
        let owner = (ours.uid() != model.uid()).then(|| Uid::from_raw(model.uid()));
        let group = (ours.gid() != model.gid()).then(|| Gid::from_raw(model.gid()));
        if owner.is_some() || group.is_some() {
            retry_on_intr(|| fchown(file, owner, group))?;
        }
        self.keep_list(file, name)?;
        // After the owner, because a change of owner clears some bits.
        Self::set_mode(file, model.mode() & 0o7777)
    }

    /// Without its list, the mode of a file tells the group's rights wrong: it holds the most that the list gives to
    /// anyone. And a file that has none must not get one from its directory.
    #[cfg(target_os = "linux")]
    fn keep_list(&self, file: &File, name: &OsStr) -> io::Result<()> {
        use rustix::fs::{XattrFlags, fgetxattr, fremovexattr, fsetxattr};
        const LIST: &str = "system.posix_acl_access";
        // The kernel's XATTR_SIZE_MAX.
        let mut list = vec![0; 1 << 16];
        let none = |errno| matches!(errno, Errno::NODATA | Errno::NOTSUP);
        let set = match fgetxattr(self.read(name)?, LIST, list.as_mut_slice()) {
            Ok(length) => {
                list.truncate(length);
                fsetxattr(file, LIST, &list, XattrFlags::empty())
            }
            Err(errno) if none(errno) => {
                fremovexattr(file, LIST).or_else(|errno| if none(errno) { Ok(()) } else { Err(errno) })
            }
            Err(errno) => Err(errno),
        };
        Ok(set?)
    }

    #[cfg(not(target_os = "linux"))]
    fn keep_list(&self, _: &File, _: &OsStr) -> io::Result<()> {
        Ok(())
    }

    pub(crate) fn set_mode(file: &File, mode: u32) -> io::Result<()> {
        file.set_permissions(Permissions::from_mode(mode))
    }

    /// Puts `from` at `to`, in one step for all who look.
    pub(crate) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(renameat(&self.fd, from, &self.fd, to)?)
    }

    /// As [`rename`](Self::rename), and an error when there is something at `to`.
    pub(crate) fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        match self.rename_by_kernel(from, to) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            done => return Ok(done?),
        }
        if self.look(to)?.is_some() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.rename(from, to)
    }

    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    fn rename_by_kernel(&self, from: &OsStr, to: &OsStr) -> Result<(), Errno> {
        use rustix::fs::{RenameFlags, renameat_with};
        renameat_with(&self.fd, from, &self.fd, to, RenameFlags::NOREPLACE)
    }

    #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
    fn rename_by_kernel(&self, _: &OsStr, _: &OsStr) -> Result<(), Errno> {
        Err(Errno::NOSYS)
    }

    pub(crate) fn remove(&self, name: &OsStr) -> io::Result<()> {
        Ok(retry_on_intr(|| unlinkat(&self.fd, name, AtFlags::empty()))?)
    }

    /// Returns once what was made, renamed and removed here survives a power failure.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.fd.sync_all()
    }

    /// The names here for which `wanted` gives something: what it gives, in no order.
    pub(crate) fn names<T>(&self, mut wanted: impl FnMut(&OsStr) -> Option<T>) -> io::Result<Vec<T>> {
        let mut found = Vec::new();
        for entry in Listing::read_from(&self.fd)? {
            let entry = entry?;
            found.extend(wanted(OsStr::from_bytes(entry.file_name().to_bytes())));
        }
        Ok(found)
    }

    fn open(&self, name: &OsStr, flags: OFlags) -> Result<File, Errno> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        retry_on_intr(|| openat(&self.fd, name, flags, PRIVATE)).map(File::from)
    }
}
