//! For systems without directory handles: resolve the path, then compare it with the root.

use super::Entry;
#[cfg(not(unix))]
use crate::dir::Dir;
use crate::{ConfigRoot, FileKind, ReadError, RootError};
#[cfg(not(unix))]
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};

pub(super) fn check_root(root: &ConfigRoot) -> Result<(), RootError> {
    resolve_root(root).map(drop)
}

pub(super) fn open(root: &ConfigRoot, path: &Path) -> Result<File, ReadError> {
    let fail = |source| failed(root, path, source);
    let place = resolve(root, path)?;
    // Some systems refuse to open a directory at all, others wait for someone at the other end of a pipe.
    if let Some(kind) = FileKind::unless_regular(place.metadata().map_err(fail)?.file_type()) {
        return Err(ReadError::NotRegular { path: root.path().join(path), kind });
    }
    File::open(place).map_err(fail)
}

pub(super) fn metadata(root: &ConfigRoot, path: &Path) -> Result<Metadata, ReadError> {
    resolve(root, path)?.metadata().map_err(|source| failed(root, path, source))
}

pub(super) fn entries(root: &ConfigRoot, path: &Path, limit: usize) -> Result<Vec<Entry>, ReadError> {
    let fail = |source| failed(root, path, source);
    let mut entries = Vec::new();
    for entry in fs::read_dir(resolve(root, path)?).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        if entries.len() == limit {
            return Err(ReadError::TooManyEntries { path: root.path().join(path), limit });
        }
        let kind = entry.file_type().map_err(fail)?;
        let (is_directory, is_link) = (kind.is_dir(), kind.is_symlink());
        entries.push(Entry { name: entry.file_name(), is_directory, is_link });
    }
    Ok(entries)
}

#[cfg(not(unix))]
pub(super) fn place(root: &ConfigRoot, path: &Path) -> Result<(Dir, OsString), ReadError> {
    let place = match (resolve(root, path), path.parent(), path.file_name()) {
        (Err(ReadError::Missing { .. }), Some(parent), Some(name)) => resolve(root, parent)?.join(name),
        (found, ..) => found?,
    };
    match (place.parent(), place.file_name()) {
        (Some(dir), Some(name)) if !place.is_dir() => Ok((Dir::new(dir.into()), name.into())),
        _ => Err(ReadError::NotRegular { path: root.path().join(path), kind: FileKind::Directory }),
    }
}

#[cfg(not(unix))]
pub(super) fn dir(root: &ConfigRoot, path: &Path) -> Result<Dir, ReadError> {
    resolve(root, path).map(Dir::new)
}

fn resolve_root(root: &ConfigRoot) -> Result<PathBuf, RootError> {
    let place = root.absolute().canonicalize().map_err(|source| root.error(source))?;
    if place.is_dir() { Ok(place) } else { Err(root.error(io::ErrorKind::NotADirectory.into())) }
}

fn resolve(root: &ConfigRoot, path: &Path) -> Result<PathBuf, ReadError> {
    let base = resolve_root(root)?;
    if path.components().any(|part| matches!(part, Component::Prefix(_) | Component::RootDir)) {
        return Err(ReadError::Absolute { path: path.into(), root: root.path().into() });
    }
    let place = base.join(path).canonicalize().map_err(|source| failed(root, path, source))?;
    if place.starts_with(&base) {
        Ok(place)
    } else {
        Err(ReadError::Outside { path: root.path().join(path), link: None })
    }
}

fn failed(root: &ConfigRoot, asked: &Path, source: io::Error) -> ReadError {
    let path = root.path().join(asked);
    match source.kind() {
        io::ErrorKind::NotFound => ReadError::Missing { absent: path.clone(), path },
        io::ErrorKind::NotADirectory => ReadError::NotADirectory { at: path.clone(), path },
        io::ErrorKind::PermissionDenied => ReadError::Denied { at: path.clone(), path, access: None },
        _ => ReadError::io(path, source),
    }
}
