use crate::{Access, ConfigRoot, RootError};
use std::fs::{DirBuilder, Metadata};
use std::io;
use std::path::{Path, PathBuf};

impl ConfigRoot {
    /// The directory at `path`, made for this user alone (mode 0700) if it is missing, with those above it.
    ///
    /// What is there already keeps its mode: [`access`](Self::access) tells it.
    ///
    /// # Errors
    /// When it cannot be made, when there is something else, and when this process may not use it.
    pub fn create_private(path: impl Into<PathBuf>) -> Result<Self, RootError> {
        let path = path.into();
        match make_private(&path) {
            // Opening tells what is in the way better than making does.
            Err(source) if !path.exists() => Err(RootError::new(path, source)),
            _ => Self::open(path),
        }
    }
}

fn make_private(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let missing: Vec<_> = path.ancestors().take_while(|above| !above.exists()).collect();
    builder.recursive(true).create(path)?;
    missing.into_iter().filter_map(Path::parent).try_for_each(sync)
}

/// Returns once the names in `dir` survive a power failure: what is written to a directory that is gone is gone too.
#[cfg(unix)]
fn sync(dir: &Path) -> io::Result<()> {
    let here = Path::new(".");
    std::fs::File::open(if dir == Path::new("") { here } else { dir })?.sync_all()
}

#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}

impl Access {
    #[cfg(unix)]
    pub(crate) fn of(file: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self {
            mode: file.mode() & 0o7777,
            owner: file.uid(),
            group: file.gid(),
            process_user: rustix::process::geteuid().as_raw(),
        })
    }

    #[cfg(not(unix))]
    pub(crate) fn of(_: &Metadata) -> Option<Self> {
        None
    }

    /// Whether someone other than the owner, root apart, may read it, or see what is in it.
    #[must_use]
    pub fn others_may_read(&self) -> bool {
        self.mode & 0o055 != 0
    }

    /// Whether what is there may have been put there by someone other than the user of this process and root.
    #[must_use]
    pub fn is_others_word(&self) -> bool {
        self.mode & 0o022 != 0 || (self.owner != self.process_user && self.owner != 0)
    }
}
