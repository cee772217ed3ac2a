use crate::{ConfigRoot, ReadError, beneath};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Far more than a directory of configuration files holds, far less than a mail spool.
pub(crate) const MAX_ENTRIES: usize = 10_000;

impl ConfigRoot {
    /// The files of the directory `dir`, as paths to [read](ConfigRoot::read), in the order of the bytes of their
    /// names: `10-a`, `9-b`, `A`, `a`.
    ///
    /// Skipped are directories, hidden files, copies that editors leave behind (`a~`, `#a#`, `a.bak`, `a.swp`,
    /// `a.orig`, …), what people switch off (`a.disabled`), unfinished files (`a.tmp`) and what package managers put beside a file (`a.dpkg-old`,
    /// `a.rpmnew`, …). Links are not: reading one tells where it leads.
    ///
    /// # Errors
    /// When `dir` cannot be listed, or has more than 10,000 entries.
    pub fn list(&self, dir: impl AsRef<Path>) -> Result<Vec<PathBuf>, ReadError> {
        let dir = dir.as_ref();
        let mut entries = beneath::entries(self, dir, MAX_ENTRIES)?;
        entries.retain(|entry| !entry.is_directory && !is_leftover(&entry.name));
        entries.sort_by(|a, b| a.name.as_encoded_bytes().cmp(b.name.as_encoded_bytes()));
        Ok(entries.into_iter().map(|entry| dir.join(entry.name)).collect())
    }
}

/// The names that [`ConfigRoot::list`] gives, for a directory anywhere.
pub(crate) fn names(dir: &Path) -> io::Result<Box<[OsString]>> {
    let mut names = Vec::new();
    for (index, entry) in fs::read_dir(dir)?.enumerate() {
        let entry = entry?;
        if index == MAX_ENTRIES {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        if !entry.file_type()?.is_dir() && !is_leftover(&entry.file_name()) {
            names.push(entry.file_name());
        }
    }
    names.sort_by(|a, b| a.as_encoded_bytes().cmp(b.as_encoded_bytes()));
    Ok(names.into())
}

/// Whether [`ConfigRoot::list`] gives a file of this name.
#[must_use]
pub fn is_listed(name: impl AsRef<OsStr>) -> bool {
    !is_leftover(name.as_ref())
}

fn is_leftover(name: &OsStr) -> bool {
    let bytes = name.as_encoded_bytes();
    bytes.starts_with(b".")
        || bytes.ends_with(b"~")
        || (bytes.starts_with(b"#") && bytes.ends_with(b"#"))
        || Path::new(name)
            .extension()
            .is_some_and(|extension| is_leftover_extension(&extension.to_string_lossy()))
}

fn is_leftover_extension(extension: &str) -> bool {
    let extension = extension.to_ascii_lowercase();
    // Editors, patch, and people; unfinished files and locks; rpm, pacman; dpkg and ucf.
    matches!(&*extension, "bak" | "swp" | "swo" | "swx" | "orig" | "rej" | "save" | "old" | "disabled")
        || matches!(&*extension, "tmp" | "temp" | "part" | "lock")
        || matches!(&*extension, "rpmnew" | "rpmsave" | "rpmorig" | "pacnew" | "pacsave" | "pacorig")
        || extension.starts_with("dpkg-")
        || extension.starts_with("ucf-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skipped(name: &str) -> bool {
        is_leftover(OsStr::new(name))
    }

    #[test]
    fn skips_what_editors_and_package_managers_leave() {
        let leftovers = [
            ".hidden.yaml",
            "..data",
            ".#10-a.yaml",
            "#10-a.yaml#",
            "10-a.yaml~",
            "10-a.yaml.bak",
            "10-a.yaml.BAK",
            ".10-a.yaml.swp",
            "10-a.swo",
            "10-a.yaml.orig",
            "10-a.yaml.rej",
            "10-a.yaml.disabled",
            "10-a.yaml.tmp",
            "10-a.yaml.lock",
            "10-a.yaml.dpkg-old",
            "10-a.yaml.dpkg-dist",
            "10-a.yaml.ucf-new",
            "10-a.yaml.rpmnew",
            "10-a.yaml.rpmsave",
            "10-a.yaml.pacnew",
            "10-a.v2.20261120T173312Z-1.bak",
        ];
        for name in leftovers {
            assert!(skipped(name), "{name}");
        }
    }

    #[test]
    fn keeps_everything_else() {
        let kept =
            ["10-a.yaml", "a", "a.b.json", "bak", "swp.yaml", "a.bak.yaml", "a~b.toml", "#a", "a.rpm", "tmp"];
        for name in kept {
            assert!(!skipped(name), "{name}");
        }
    }
}
