//! The kernel checks where it can; where it cannot, or says no, a walk opens one component after the other.
//!
//! The walk serves twice: it opens files on systems without `openat2`, and where the kernel refuses a path it finds out
//! which part is to blame, which no error number tells.

use super::Entry;
use crate::dir::Dir;
use crate::{Access, ConfigRoot, FileKind, Link, ReadError, RootError};
use rustix::fs::{
    AtFlags, Dir as Listing, FileType, Mode, OFlags, fstat, open as open_at_cwd, openat, readlinkat, statat,
};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

/// Opening a pipe for reading waits for a writer, and opening a terminal may make it ours, unless told otherwise.
const READ: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);
const LIST: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
/// Neither needs the right to read nor tells those who watch for files being opened.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
pub(crate) const LOOK: OFlags = OFlags::PATH.union(OFlags::CLOEXEC);
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
pub(crate) const LOOK: OFlags = READ;

/// As many links as Linux follows, see path_resolution(7).
const MAX_LINKS: usize = 40;

pub(super) fn check_root(root: &ConfigRoot) -> Result<(), RootError> {
    open_root(root).map(drop)
}

pub(super) fn open(root: &ConfigRoot, path: &Path) -> Result<File, ReadError> {
    open_beneath(root, path, READ)
}

/// As [`open`] where the kernel offers no help.
#[cfg(test)]
pub(super) fn open_by_walk(root: &ConfigRoot, path: &Path) -> Result<File, ReadError> {
    Walk::new(root, open_root(root)?, path)?.open(READ)
}

pub(super) fn metadata(root: &ConfigRoot, path: &Path) -> Result<Metadata, ReadError> {
    let file = open_beneath(root, path, LOOK)?;
    file.metadata().map_err(|source| ReadError::io(root.path().join(path), source))
}

pub(super) fn entries(root: &ConfigRoot, path: &Path, limit: usize) -> Result<Vec<Entry>, ReadError> {
    let fail = |errno: Errno| ReadError::io(root.path().join(path), errno);
    let mut dir = Listing::new(open_beneath(root, path, LIST)?).map_err(fail)?;
    let mut entries = Vec::new();
    while let Some(entry) = dir.read() {
        let entry = entry.map_err(fail)?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        if name == "." || name == ".." {
            continue;
        }
        if entries.len() == limit {
            return Err(ReadError::TooManyEntries { path: root.path().join(path), limit });
        }
        let kind = match entry.file_type() {
            FileType::Unknown => {
                statat(dir.fd().map_err(fail)?, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW)
                    .map_or(FileType::Unknown, |stat| FileType::from_raw_mode(stat.st_mode))
            }
            kind => kind,
        };
        let (is_directory, is_link) = (kind.is_dir(), kind.is_symlink());
        entries.push(Entry { name: name.to_owned(), is_directory, is_link });
    }
    Ok(entries)
}

/// The directory of what `path` leads to, and its name there; there may be nothing of this name, and is no link.
pub(super) fn place(root: &ConfigRoot, path: &Path) -> Result<(Dir, OsString), ReadError> {
    let mut walk = Walk::new(root, open_root(root)?, path)?;
    let Some((name, link)) = walk.arrive()? else {
        return Err(ReadError::NotRegular { path: walk.path(), kind: FileKind::Directory });
    };
    let here = OsStr::new(".");
    let dir = walk.open_here(here, LIST, link)?;
    Ok((Dir::new(dir.into(), walk.shown(here)), name))
}

/// As [`place`], of a directory.
pub(super) fn dir(root: &ConfigRoot, path: &Path) -> Result<Dir, ReadError> {
    let dir = open_beneath(root, path, LIST)?;
    Ok(Dir::new(dir.into(), root.path().join(path)))
}

fn open_root(root: &ConfigRoot) -> Result<OwnedFd, RootError> {
    open_at_cwd(root.absolute(), LOOK | OFlags::DIRECTORY, Mode::empty())
        .map_err(|errno| root.error(errno.into()))
}

fn open_beneath(root: &ConfigRoot, path: &Path, flags: OFlags) -> Result<File, ReadError> {
    let base = open_root(root)?;
    match open_by_kernel(&base, path, flags) {
        Ok(file) => Ok(file.into()),
        Err(_) => Walk::new(root, base, path)?.open(flags),
    }
}

/// Not on Android, which kills who calls what it does not know.
#[cfg(target_os = "linux")]
fn open_by_kernel(base: &OwnedFd, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
    use rustix::fs::{ResolveFlags, openat2};
    openat2(base, path, flags, Mode::empty(), ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS)
}

#[cfg(not(target_os = "linux"))]
fn open_by_kernel(_: &OwnedFd, _: &Path, _: OFlags) -> Result<OwnedFd, Errno> {
    Err(Errno::NOSYS)
}

/// The way from the root to a file, one component at a time, none of which follows a link by itself.
///
/// Directories on the way stay open, so that `..` goes back to where we came from, and never above the root.
struct Walk<'a> {
    root: &'a ConfigRoot,
    asked: &'a Path,
    base: OwnedFd,
    /// Open directories below `base`.
    dirs: Vec<OwnedFd>,
    /// Where the last of `dirs` is, relative to the root.
    here: PathBuf,
    /// What is still to be walked, the next step last.
    todo: Vec<Step>,
    /// All links followed so far.
    links: Vec<Link>,
}

struct Step {
    /// A name in the current directory; nothing means `..`.
    name: Option<OsString>,
    /// Which of the links says so; nothing means the path that was asked for.
    link: Option<usize>,
}

impl<'a> Walk<'a> {
    fn new(root: &'a ConfigRoot, base: OwnedFd, asked: &'a Path) -> Result<Self, ReadError> {
        if asked.is_absolute() {
            return Err(ReadError::Absolute { path: asked.into(), root: root.path().into() });
        }
        let todo = steps(asked, None).collect();
        Ok(Self { root, asked, base, dirs: Vec::new(), here: PathBuf::new(), todo, links: Vec::new() })
    }

    fn open(mut self, flags: OFlags) -> Result<File, ReadError> {
        let (name, link) = self.arrive()?.unwrap_or_else(|| (".".into(), None));
        self.open_here(&name, flags, link)
    }

    /// Goes to the directory of what the path leads to: the name of it there, where there may be nothing, and the link
    /// that led to it. No name when the path leads to that directory itself.
    fn arrive(&mut self) -> Result<Option<(OsString, Option<usize>)>, ReadError> {
        while let Some(Step { name, link }) = self.todo.pop() {
            let Some(name) = name else {
                self.up(link)?;
                continue;
            };
            match readlinkat(self.dir(), &name, Vec::new()) {
                Ok(target) => self.follow(&name, OsString::from_vec(target.into_bytes()).into())?,
                // Not a link.
                Err(Errno::INVAL | Errno::NOENT) if self.todo.is_empty() => return Ok(Some((name, link))),
                Err(Errno::INVAL) => self.enter(name, link)?,
                Err(errno) => return Err(self.explain(errno, &name, link)),
            }
        }
        Ok(None)
    }

    fn dir(&self) -> BorrowedFd<'_> {
        self.dirs.last().unwrap_or(&self.base).as_fd()
    }

    fn open_here(&self, name: &OsStr, flags: OFlags, link: Option<usize>) -> Result<File, ReadError> {
        let file = openat(self.dir(), name, flags | OFlags::NOFOLLOW, Mode::empty());
        file.map(File::from).map_err(|errno| self.explain(errno, name, link))
    }

    fn enter(&mut self, name: OsString, link: Option<usize>) -> Result<(), ReadError> {
        let dir = self.open_here(&name, LOOK | OFlags::DIRECTORY, link)?;
        self.dirs.push(dir.into());
        self.here.push(name);
        Ok(())
    }

    fn up(&mut self, link: Option<usize>) -> Result<(), ReadError> {
        self.here.pop();
        self.dirs.pop().map(drop).ok_or_else(|| self.outside(self.link(link)))
    }

    fn follow(&mut self, name: &OsStr, target: PathBuf) -> Result<(), ReadError> {
        let link = Link { path: self.shown(name), target };
        if self.links.len() == MAX_LINKS {
            return Err(ReadError::LinkLoop { path: self.path(), link });
        }
        let index = Some(self.links.len());
        if !link.target.is_absolute() {
            self.todo.extend(steps(&link.target, index));
        } else if let Some(inside) = self.beneath_root(&link.target) {
            self.todo.extend(steps(&inside, index));
            self.dirs.clear();
            self.here.clear();
        } else {
            return Err(self.outside(Some(link)));
        }
        self.links.push(link);
        Ok(())
    }

    /// An absolute path as seen from the root, if it begins with the root as it was given or as it really is. What
    /// follows is walked like any other path, so that it cannot lead out either.
    fn beneath_root(&self, target: &Path) -> Option<PathBuf> {
        let root = self.root.absolute();
        let beneath = |root: &Path| target.strip_prefix(root).ok().map(Path::to_owned);
        beneath(root).or_else(|| beneath(&root.canonicalize().ok()?))
    }

    /// The error for `name` in the current directory, to which `link` led.
    fn explain(&self, errno: Errno, name: &OsStr, link: Option<usize>) -> ReadError {
        let path = self.path();
        match (errno, self.link(link)) {
            (Errno::NOENT, Some(link)) => ReadError::DanglingLink { path, link },
            (Errno::NOENT, None) => ReadError::Missing { path, absent: self.shown(name) },
            (Errno::NOTDIR, _) => ReadError::NotADirectory { path, at: self.shown(name) },
            (Errno::ACCESS, _) => self.denied(name),
            _ => match self.kind(name) {
                Some(kind) => ReadError::NotRegular { path, kind },
                None => ReadError::io(path, errno),
            },
        }
    }

    /// What `name` is, if it is of a kind that some systems refuse to open at all.
    fn kind(&self, name: &OsStr) -> Option<FileKind> {
        let stat = statat(self.dir(), name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Socket => Some(FileKind::Socket),
            FileType::CharacterDevice | FileType::BlockDevice => Some(FileKind::Device),
            _ => None,
        }
    }

    /// Blames the directory when even the status of `name` is kept from us, and `name` otherwise.
    #[allow(clippy::useless_conversion, reason = "a mode has 16 bits on macOS")]
    fn denied(&self, name: &OsStr) -> ReadError {
        let (at, stat) = match statat(self.dir(), name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => (self.shown(name), Some(stat)),
            Err(_) => (self.shown(OsStr::new(".")), fstat(self.dir()).ok()),
        };
        let access = stat.map(|stat| Access {
            mode: u32::from(stat.st_mode) & 0o7777,
            owner: stat.st_uid,
            group: stat.st_gid,
            process_user: rustix::process::geteuid().as_raw(),
        });
        ReadError::Denied { path: self.path(), at, access }
    }

    fn outside(&self, link: Option<Link>) -> ReadError {
        ReadError::Outside { path: self.path(), link }
    }

    fn path(&self) -> PathBuf {
        self.root.path().join(self.asked)
    }

    /// Where `name` of the current directory is, as far as messages are concerned.
    fn shown(&self, name: &OsStr) -> PathBuf {
        let at = self.root.path().join(&self.here).join(name);
        // Drops the `.` at the end, and with it the slash.
        at.components().collect()
    }

    fn link(&self, index: Option<usize>) -> Option<Link> {
        self.links.get(index?).cloned()
    }
}

/// The steps of `path`, the first one last.
fn steps(path: &Path, link: Option<usize>) -> impl Iterator<Item = Step> {
    path.components().rev().filter_map(move |component| match component {
        Component::ParentDir => Some(Step { name: None, link }),
        Component::Normal(name) => Some(Step { name: Some(name.to_owned()), link }),
        Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use std::fs;
    use std::os::unix::fs::{MetadataExt, symlink};

    const DIRS: [&str; 3] = ["", "dir", "dir/sub"];
    const LINKS: [&str; 3] = ["one", "two", "three"];

    /// Paths of up to three steps, of which many exist and many lead out.
    fn paths() -> impl Strategy<Value = String> {
        let steps = select(vec!["..", "..", "dir", "sub", "file", "one", "two", "three"]);
        vec(steps, 1..=3).prop_map(|steps| steps.join("/"))
    }

    proptest! {
        /// Links that point anywhere, at each other too: kernel and walk find the same file or none.
        #[test]
        fn the_walk_ends_where_the_kernel_does(
            links in vec(paths(), DIRS.len() * LINKS.len()),
            asked in vec(paths(), 8),
        ) {
            let dir = tempfile::tempdir().unwrap();
            let base = dir.path().join("dir");
            fs::create_dir_all(base.join("dir/sub")).unwrap();
            for place in ["file", "dir/file", "dir/sub/file", "../file"] {
                fs::write(base.join(place), "").unwrap();
            }
            let places = DIRS.iter().flat_map(|dir| LINKS.map(|link| base.join(dir).join(link)));
            for (place, target) in places.zip(links) {
                symlink(target, place).unwrap();
            }
            let root = ConfigRoot::open(base).unwrap();
            for path in asked {
                let kernel = open_by_kernel(&open_root(&root).unwrap(), Path::new(&path), READ);
                if matches!(kernel, Err(Errno::NOSYS | Errno::PERM)) {
                    return Ok(());
                }
                let walk = open_by_walk(&root, Path::new(&path));
                let left_root = matches!(walk, Err(ReadError::Outside { .. }));
                prop_assert_eq!(left_root, matches!(kernel, Err(Errno::XDEV)), "{}: {:?}", path, kernel);
                let inode = |file: File| file.metadata().unwrap().ino();
                prop_assert_eq!(walk.ok().map(inode), kernel.ok().map(File::from).map(inode), "{}", path);
            }
        }
    }
}
